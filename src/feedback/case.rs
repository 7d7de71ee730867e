//! An example beside what a judge said of it.

use super::{Example, Said};
use crate::domain::Malformed;

/// An example and what a judge said of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Case<'a> {
    /// The item with its human ratings.
    pub example: &'a Example,
    /// What the judge said.
    pub said: &'a Said,
}

/// Which way a judge differs from people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// It gave no rating that can be read.
    Malformed,
    /// It rates higher than people.
    Higher,
    /// It rates lower than people.
    Lower,
    /// It gives the gold rating.
    Agreed,
}

impl Direction {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Higher => "rated too high",
            Self::Lower => "rated too low",
            Self::Agreed => "rated as people do",
        }
    }
}

impl Case<'_> {
    /// Which way they differ.
    pub fn direction(&self) -> Direction {
        match self.said {
            Said::Malformed { .. } => Direction::Malformed,
            Said::Rated { rating, .. } if *rating > self.example.gold => Direction::Higher,
            Said::Rated { rating, .. } if *rating < self.example.gold => Direction::Lower,
            Said::Rated { .. } => Direction::Agreed,
        }
    }

    /// Rating points between the judge and the gold category; `None` for a reply without a rating.
    pub fn gap(&self) -> Option<u8> {
        match self.said {
            Said::Malformed { .. } => None,
            // Two levels of one scale are at most ten points apart.
            Said::Rated { rating, .. } => Some(rating.minus(self.example.gold).unsigned_abs() as u8),
        }
    }

    /// Why the reply holds no rating, when it holds none.
    pub fn malformed(&self) -> Option<Malformed> {
        match self.said {
            Said::Malformed { reason, .. } => Some(*reason),
            Said::Rated { .. } => None,
        }
    }

    /// A number by lot, the same for the same case and seed wherever it stands among others: what breaks ties.
    pub(super) fn lot(&self, seed: u64) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("assessor 2026 feedback lot");
        let (rating, text) = match self.said {
            Said::Rated { rating, rationale } => (rating.to_string(), rationale.as_deref().unwrap_or_default()),
            Said::Malformed { reason, excerpt } => (reason.name().to_owned(), excerpt.as_str()),
        };
        hasher.update(&seed.to_le_bytes());
        for part in [self.example.item.id.as_str(), &rating, text] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.finalize().into()
    }
}

/// How many items a judge was looked at on, by direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rated higher than people.
    pub higher: usize,
    /// Rated lower than people.
    pub lower: usize,
    /// Without a rating that can be read.
    pub malformed: usize,
    /// Rated as people do.
    pub agreed: usize,
}

impl Counts {
    /// The counts of `cases`.
    pub fn of(cases: &[Case<'_>]) -> Self {
        let mut counts = Self::default();
        for case in cases {
            match case.direction() {
                Direction::Higher => counts.higher += 1,
                Direction::Lower => counts.lower += 1,
                Direction::Malformed => counts.malformed += 1,
                Direction::Agreed => counts.agreed += 1,
            }
        }
        counts
    }

    /// All items that were looked at.
    pub fn total(self) -> usize {
        self.higher + self.lower + self.malformed + self.agreed
    }
}
