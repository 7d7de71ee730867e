//! Candidates and everything that was seen of them.

use crate::domain::{ItemId, Scale};
use crate::feedback::{Example, Said};
use crate::guardrail::Screened;
use crate::prompt::Prompt;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A row of the data that an optimiser sees: an index into the examples of its part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Row {
    /// May be written from.
    Train(u32),
    /// May only be compared on.
    Dev(u32),
}

/// A candidate's number: its place in the pool. 0 is the baseline.
pub type CandidateId = usize;

/// How a candidate came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Operator {
    /// The prompt that the run began with.
    Baseline,
    /// A reflection model revised its parent from feedback.
    Reflect,
    /// Several revisions of one parent, each from other failures, put together.
    Bundle,
    /// Part of a bundle that did not hold as a whole.
    Split,
    /// A reflection model merged two candidates.
    Crossover,
    /// A rule of its parent is left out.
    Prune,
    /// Vetted bullets of the library are added to its parent, or taken back.
    Library,
    /// Rated examples are shown.
    Demos,
    /// A model wrote another instruction.
    Proposal,
}

impl Operator {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Reflect => "reflection",
            Self::Bundle => "bundle of reflections",
            Self::Split => "part of a bundle",
            Self::Crossover => "crossover",
            Self::Prune => "rule left out",
            Self::Library => "bullets of the library",
            Self::Demos => "examples",
            Self::Proposal => "proposed instruction",
        }
    }
}

/// Where a candidate comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// How it was made.
    pub operator: Operator,
    /// What it was made from; the first is what its edits are counted against.
    pub parents: Vec<CandidateId>,
    /// The items whose feedback it was written from.
    pub feedback: Vec<ItemId>,
}

impl Origin {
    /// The same, where two candidates have each other's numbers.
    pub(super) fn exchange(&mut self, a: CandidateId, b: CandidateId) {
        self.parents.iter_mut().for_each(|id| *id = exchanged(*id, a, b));
    }
}

/// A number, where two candidates have each other's.
pub(super) fn exchanged(id: CandidateId, a: CandidateId, b: CandidateId) -> CandidateId {
    match id {
        id if id == a => b,
        id if id == b => a,
        id => id,
    }
}

/// A prompt that passed the guardrails.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The prompt.
    pub prompt: Screened,
    /// Where it comes from.
    pub origin: Origin,
}

/// What a candidate said of a row in one sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Rated {
    /// What it said.
    pub said: Said,
    /// Squared distance to the people's mean, relative to the scale's range squared: 0 to 1; 1 when malformed.
    pub loss: f64,
}

/// The data that an optimiser sees. There is no way to put a [`Test`](crate::domain::Test) part in.
#[derive(Clone, Copy, Debug)]
pub struct Materials<'a> {
    /// May be written from.
    pub train: &'a [Example],
    /// May only be compared on.
    pub dev: &'a [Example],
    /// The scale.
    pub scale: Scale,
}

impl<'a> Materials<'a> {
    /// The example of a row.
    ///
    /// # Panics
    /// When the row is not of this data.
    pub fn example(&self, row: Row) -> &'a Example {
        match row {
            Row::Train(i) => &self.train[i as usize],
            Row::Dev(i) => &self.dev[i as usize],
        }
    }

    /// The loss of saying this of an example: see [`Rated::loss`]. Its mean over rows, in hundredths, is NMSE with malformed
    /// as full error (DESIGN §6).
    pub fn loss(&self, example: &Example, said: &Said) -> f64 {
        match said {
            Said::Malformed { .. } => 1.0,
            Said::Rated { rating, .. } => {
                let gap = self.scale.index(*rating) as f64 - example.gold_mean;
                (gap / f64::from(self.scale.range())).powi(2)
            }
        }
    }
}

/// Candidates in the order in which they were admitted, with their ratings.
#[derive(Debug, Default)]
pub struct Pool {
    candidates: Vec<Candidate>,
    rated: Vec<BTreeMap<(Row, u32), Rated>>,
}

impl Pool {
    /// Adds a candidate.
    pub(super) fn admit(&mut self, candidate: Candidate) -> CandidateId {
        self.candidates.push(candidate);
        self.rated.push(BTreeMap::new());
        self.candidates.len() - 1
    }

    /// Adds what a candidate said.
    pub(super) fn record(&mut self, id: CandidateId, row: Row, sample: u32, rated: Rated) {
        self.rated[id].insert((row, sample), rated);
    }

    /// Gives two candidates each other's numbers, everywhere.
    pub(super) fn exchange(&mut self, a: CandidateId, b: CandidateId) {
        self.candidates.swap(a, b);
        self.rated.swap(a, b);
        for candidate in &mut self.candidates {
            candidate.origin.exchange(a, b);
        }
    }

    /// How many candidates there are.
    pub fn len(&self) -> usize {
        self.candidates.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.candidates.is_empty()
    }

    /// A candidate.
    ///
    /// # Panics
    /// When there is none of this number.
    pub fn candidate(&self, id: CandidateId) -> &Candidate {
        &self.candidates[id]
    }

    /// Its prompt.
    pub fn prompt(&self, id: CandidateId) -> &Prompt {
        self.candidates[id].prompt.prompt()
    }

    /// The candidate with this prompt, if there is one.
    pub fn find(&self, prompt: &Prompt) -> Option<CandidateId> {
        self.candidates.iter().position(|c| c.prompt.prompt() == prompt)
    }

    /// Everything that a candidate said, by row and sample.
    pub fn rated(&self, id: CandidateId) -> &BTreeMap<(Row, u32), Rated> {
        &self.rated[id]
    }

    /// Whether a row was rated in this sample.
    pub fn has(&self, id: CandidateId, row: Row, sample: u32) -> bool {
        self.rated[id].contains_key(&(row, sample))
    }

    /// Mean loss of a row over its samples.
    pub fn loss(&self, id: CandidateId, row: Row) -> Option<f64> {
        let mut n = 0.0;
        let mut sum = 0.0;
        for (_, rated) in self.rated[id].range((row, 0)..=(row, u32::MAX)) {
            n += 1.0;
            sum += rated.loss;
        }
        (n > 0.0).then(|| sum / n)
    }

    /// Mean loss over `rows`, of those that were rated; `None` when none was.
    pub fn mean(&self, id: CandidateId, rows: &[Row]) -> Option<f64> {
        let losses: Vec<f64> = rows.iter().filter_map(|row| self.loss(id, *row)).collect();
        (!losses.is_empty()).then(|| losses.iter().sum::<f64>() / losses.len() as f64)
    }

    /// Malformed and all ratings of a candidate, samples counted each.
    pub fn malformed(&self, id: CandidateId) -> (usize, usize) {
        let all = &self.rated[id];
        (all.values().filter(|r| matches!(r.said, Said::Malformed { .. })).count(), all.len())
    }

    /// Whether `ancestor` is among the parents of `id`, at any distance.
    pub fn descends(&self, id: CandidateId, ancestor: CandidateId) -> bool {
        let parents = &self.candidates[id].origin.parents;
        parents.iter().any(|&p| p == ancestor || self.descends(p, ancestor))
    }
}
