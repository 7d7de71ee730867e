//! Rated examples that a prompt shows: made from Train and from nothing else.
//!
//! | file | purpose |
//! |---|---|
//! | `shot` | one example: an item of Train with its gold, or with a reply of the judge that was good enough |
//! | `choose` | which rows become examples: stratified over ratings, or by lot |
//! | `harvest` | has a judge rate rows of Train until enough of its replies are good enough |
//! | `recipe` | sets of examples: how many of which kind, and how they are drawn |
//! | this | what a prompt shows: some to every item, others by the item's query |
//!
//! An example is a copy by its nature, so the guardrails' leak check has nothing to say about it. What keeps Dev and Test
//! out is the way it is made: [`Shot`] has no public fields, and both ways of making one take a [`TrainRow`].
//!
//! ```compile_fail,E0423
//! use assessor::optimize::demos::TrainRow;
//!
//! let row = TrainRow(0);
//! ```

mod choose;
mod harvest;
mod recipe;
mod shot;

pub use choose::{Select, possible, stratified};
pub(super) use harvest::Harvest;
pub(super) use recipe::Recipe;
pub use shot::{Shot, Source, TrainRow};

use super::desk::Desk;
use crate::domain::ItemId;
use crate::feedback::Example;
use crate::prompt::{Demo, Nearest, Prompt, Stored};
use crate::rubric::Rubric;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Examples that one prompt shows at most.
pub const MOST_SHOWN: usize = 16;
/// Bytes of a reply in an example, at most.
const REPLY: usize = 1_200;

/// What a prompt shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Examples {
    /// To every item.
    pub fixed: Vec<Shot>,
    /// To each item so many of these, by its query; none when it is 0.
    pub nearest: (usize, Vec<Shot>),
}

impl Examples {
    /// The same for every item.
    pub fn fixed(shots: Vec<Shot>) -> Self {
        Self { fixed: shots, nearest: (0, Vec::new()) }
    }

    /// How many an item is shown.
    pub fn len(&self) -> usize {
        self.fixed.len() + self.nearest.0.min(self.nearest.1.len())
    }

    /// Whether nothing is shown.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The prompt with these in place of its own examples.
    pub(super) fn shown_in(&self, prompt: Prompt) -> Prompt {
        let demos: Vec<Demo> = self.fixed.iter().map(|shot| shot.demo().clone()).collect();
        let stored = |shot: &Shot| Stored { query: shot.query().to_owned(), demo: shot.demo().clone() };
        let (count, pool) = &self.nearest;
        let nearest = (*count > 0 && !pool.is_empty())
            .then(|| Nearest { count: *count, pool: pool.iter().map(stored).collect() });
        Prompt { demos, nearest, ..prompt }
    }

    /// What the log says of them.
    pub(super) fn showing(&self) -> Showing {
        let (count, pool) = &self.nearest;
        let all = || self.fixed.iter().chain(pool);
        let of = |source: Source| all().filter(|s| s.source() == source).map(|s| s.item().clone()).collect();
        Showing {
            labelled: of(Source::Labelled),
            bootstrapped: of(Source::Bootstrapped),
            fixed: self.fixed.len(),
            nearest: (*count > 0 && !pool.is_empty()).then_some(*count),
        }
    }
}

/// The examples of a candidate, as logs and reports tell of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Showing {
    /// Items that are shown with what people say of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub labelled: Vec<ItemId>,
    /// Items that are shown with a reply of the judge.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub bootstrapped: Vec<ItemId>,
    /// How many are shown to every item.
    #[serde(default)]
    pub fixed: usize,
    /// How many of the others an item is shown, by its query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearest: Option<usize>,
}

impl Showing {
    /// Nothing is shown.
    pub fn is_nothing(&self) -> bool {
        self.labelled.is_empty() && self.bootstrapped.is_empty()
    }

    /// The items.
    pub fn items(&self) -> impl Iterator<Item = &ItemId> {
        self.labelled.iter().chain(&self.bootstrapped)
    }

    /// In words.
    pub fn text(&self) -> String {
        let (labelled, bootstrapped) = (self.labelled.len(), self.bootstrapped.len());
        let rated = match labelled + bootstrapped {
            1 => "1 rated example".to_owned(),
            n => format!("{n} rated examples"),
        };
        let kinds = format!("{labelled} as people rate them, {bootstrapped} with a reply of the judge");
        match self.nearest {
            None => format!("{rated}: {kinds}"),
            Some(count) => {
                format!("{rated}: {kinds}; {} to every item, and the {count} nearest to its query", self.fixed)
            }
        }
    }
}

/// NMSE points that a bootstrapped example may be off: what was named, or one step of the scale.
fn threshold(desk: &Desk<'_>, named: Option<f64>) -> f64 {
    let range = f64::from(desk.rubric().scale.range());
    named.unwrap_or(100.0 / (range * range))
}

/// Bytes of the largest example that Train can give.
pub fn largest(train: &[Example], rubric: &Rubric) -> usize {
    choose::eligible(train, rubric).into_iter().map(|(_, bytes)| bytes).max().unwrap_or(0) + REPLY
}

#[cfg(test)]
mod tests;
