//! The one vocabulary of progress: terminal bars, logs and the web read nothing else.

use super::NanoUsd;
use std::time::Duration;

/// Something that happened while a run went on.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A run began; `total` verdicts are wanted.
    Started {
        /// Verdicts wanted.
        total: u64,
    },
    /// Verdicts were recorded.
    Advanced(Progress),
    /// An endpoint refused a request feature; the client goes on without it.
    SteppedDown {
        /// The endpoint's name.
        endpoint: String,
        /// What is used from now on, for example `structured output: json_object`.
        now: String,
        /// What the endpoint said, cut short.
        because: String,
    },
    /// The provider asked for a pause of the whole endpoint.
    Paused {
        /// The endpoint's name.
        endpoint: String,
        /// For how long.
        wait: Duration,
        /// What it asked for; more than `wait`, when that was too much.
        asked: Duration,
    },
    /// A model other than the one asked for answered.
    OtherModel {
        /// Asked for.
        asked: String,
        /// Served.
        served: String,
    },
    /// A part of a long search began.
    Began(SearchPart),
    /// A search for a better prompt went on.
    Searched(Search),
    /// The run ended.
    Finished(Progress),
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Verdicts wanted.
    pub total: u64,
    /// Verdicts there are, replayed ones included.
    pub done: u64,
    /// Of these, answered from the ledger.
    pub replayed: u64,
    /// Of these, malformed.
    pub malformed: u64,
    /// Of these, not run.
    pub not_run: u64,
    /// Calls made by this process.
    pub calls: u64,
    /// Spent by this process, as providers report it.
    pub spent: NanoUsd,
    /// What this process charged the budget: what was reported, and the most of what was not.
    pub charged: NanoUsd,
}

/// A part of a search that has several, and what those before it took.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchPart {
    /// The model that is searched on.
    pub model: String,
    /// The part.
    pub name: String,
    /// Judge calls so far.
    pub calls: u64,
    /// Spent so far.
    pub spent: NanoUsd,
}

/// Where a search for a better prompt stands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Search {
    /// Judge calls so far.
    pub calls: u64,
    /// Judge calls that the search may make, where they are limited.
    pub of: Option<u64>,
    /// Candidates beside the baseline.
    pub candidates: u64,
    /// NMSE of the baseline on what it was rated on of the development part.
    pub baseline: Option<f64>,
    /// NMSE of the best candidate so far.
    pub best: Option<f64>,
    /// Spent so far.
    pub spent: NanoUsd,
}
