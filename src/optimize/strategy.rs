//! What a strategy is: a pure machine that asks and is told.

use super::desk::Desk;
use super::event::Why;
use super::limits::Limit;
use super::pool::{CandidateId, Row};

/// What a strategy wants next.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Rows rated by candidates. All are in flight together, and all or none are asked.
    Rate(Vec<Want>),
    /// Messages answered by the reflection model. All are in flight together, and all or none are asked.
    Write(Vec<String>),
    /// Nothing more: the search is over.
    Done {
        /// The best candidate; 0 keeps the baseline.
        best: CandidateId,
        /// Why it is over.
        why: Why,
    },
}

/// Rows to be rated by one candidate. What is rated already costs nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Want {
    /// The candidate.
    pub candidate: CandidateId,
    /// The rows.
    pub rows: Vec<Row>,
    /// The sample's index.
    pub sample: u32,
}

impl Want {
    /// The first sample of some rows.
    pub fn new(candidate: CandidateId, rows: impl Into<Vec<Row>>) -> Self {
        Self { candidate, rows: rows.into(), sample: 0 }
    }
}

/// What a strategy is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// The search begins; candidate 0 is in the pool, unrated.
    Begin,
    /// The rows are rated: see the pool.
    Rated,
    /// The replies, in the order of the messages.
    Written(Vec<Written>),
    /// A limit forbids the batch; nothing was asked.
    Short(Limit),
}

/// A reply of the reflection model.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// Its text; empty when there was none.
    pub text: String,
    /// Why it ended, as the provider says.
    pub finish: Option<String>,
}

/// A search. It does no I/O and reads no clock; its randomness comes from the desk, so the same answers lead to the same
/// search.
pub trait Strategy: Send {
    /// The name in commands, logs and reports.
    fn name(&self) -> &'static str;

    /// What the search was set to, for the log.
    fn knobs(&self) -> serde_json::Value;

    /// Rated examples that a candidate shows at most: what is set aside for the held-out part has to cover them.
    fn most_examples(&self) -> usize {
        0
    }

    /// What it is at, where it has parts that people follow.
    fn part(&self) -> Option<&'static str> {
        None
    }

    /// The next wish. `told` answers the one before.
    fn next(&mut self, desk: &mut Desk<'_>, told: Told) -> Ask;
}
