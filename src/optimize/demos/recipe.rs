//! Sets of examples: how many of which kind, and how they are drawn.

use super::super::desk::Desk;
use super::super::pool::CandidateId;
use super::choose::{labelled, pool};
use super::{Examples, Harvest, MOST_SHOWN, Select, Shot, TrainRow, threshold};
use rand::RngExt as _;
use rand::seq::SliceRandom as _;
use std::collections::BTreeSet;

/// Replies that are looked for, as a multiple of those that a set shows, where sets draw from them.
const CHOICE: usize = 3;
/// The same where each item chooses by its query.
const STORED: usize = 6;

/// What sets are made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::optimize) struct Recipe {
    /// Labelled examples of a set, at least.
    pub labelled: usize,
    /// Bootstrapped ones, at most; labelled ones fill places that stay empty, where there are to be any.
    pub bootstrapped: usize,
    /// See [`threshold`].
    pub threshold: Option<f64>,
    /// How they are chosen.
    pub select: Select,
}

impl Recipe {
    fn labelled(&self) -> usize {
        self.labelled.min(MOST_SHOWN)
    }

    fn bootstrapped(&self) -> usize {
        self.bootstrapped.min(MOST_SHOWN - self.labelled())
    }

    /// Examples that an item is shown.
    pub fn most(&self) -> usize {
        self.labelled() + self.bootstrapped()
    }

    /// Labelled examples alone, as many as a set has places: what the teacher is shown.
    pub fn people(&self, desk: &Desk<'_>) -> Vec<Shot> {
        let places = if self.labelled > 0 { self.most() } else { 0 };
        labelled(desk, self.select, places, 0, &BTreeSet::new())
    }

    /// The search for replies of `teacher`, which is shown `people`; `draws` when several sets draw from what it finds.
    pub fn harvest(&self, desk: &Desk<'_>, teacher: CandidateId, people: &[Shot], draws: bool) -> Harvest {
        let times = match (self.select, draws) {
            (Select::Nearest, _) => STORED,
            (_, true) => CHOICE,
            (_, false) => 1,
        };
        let rows = desk.train_rows();
        let threshold = threshold(desk, self.threshold);
        Harvest::new(desk, teacher, people, rows, times * self.bootstrapped(), threshold)
    }

    /// Set `number`. The first has the replies that were `found` first and the teacher's examples; the others draw both.
    pub fn set(&self, desk: &Desk<'_>, people: &[Shot], found: &[Shot], number: u64) -> Examples {
        let mut chosen = found.to_vec();
        let mut size = self.bootstrapped();
        if number > 0 && size > 0 {
            let mut rng = desk.rng("set of examples", number);
            chosen.shuffle(&mut rng);
            size = rng.random_range(1..=size);
        }
        if self.select == Select::Nearest {
            let fixed = labelled(desk, self.select, self.labelled(), number, &BTreeSet::new());
            let pool = pool(desk, &chosen, &fixed);
            return Examples { fixed, nearest: (size, pool) };
        }
        chosen.truncate(size);
        let taken: BTreeSet<TrainRow> = chosen.iter().map(Shot::row).collect();
        let places = if self.labelled > 0 { self.most() - chosen.len() } else { 0 };
        let mut fixed = match number {
            0 => people.to_vec(),
            _ => labelled(desk, self.select, places, number, &taken),
        };
        fixed.truncate(places);
        fixed.extend(chosen);
        Examples::fixed(fixed)
    }
}
