//! What the search can be set to, and why it is set as it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The knobs of [`Gepa`](super::Gepa). `OPTIMIZERS` below is the survey of published optimisers in the project's shared
/// notes; figures of our own are in docs/OPTIMIZERS.md.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Knobs {
    /// Failures that one reflection reads. 8: with 3 (the published default) most batches of a good judge hold one failure
    /// or none, and every one of them costs a reflection.
    pub failures: usize,
    /// Reflections of one parent in flight together, each on failures of another kind. 4: a reflection costs no judge call,
    /// so every failure that was paid for is read before another is paid for.
    pub width: usize,
    /// Train rows that a new parent is looked at on; 0 takes a twenty-fifth of the judge calls, 24 to 60. Fewer hold too
    /// few failures, and a second look is another wave of calls.
    pub look: usize,
    /// Dev rows that a child is compared on; 0 takes a twentieth of the judge calls, at least 16. Nine tenths of the
    /// published algorithm's calls are passes over the whole of Dev (OPTIMIZERS §0.3).
    pub rows: usize,
    /// Share of these rows after which a child that is behind is given up.
    pub early: f64,
    /// Standard errors by which a child must be behind to be given up. 1: 0 throws good children away under noise, more
    /// keeps bad ones (OPTIMIZERS §4.3, idea 1).
    pub z: f64,
    /// NMSE points that a child gains on average, before anything is seen of it, and how much children differ. Rules
    /// written from people's reasons help more often than they harm; a trial of few rows that shows nothing either way does
    /// not speak against one.
    pub prior: f64,
    /// See `prior`.
    pub prior_sd: f64,
    /// NMSE points that must be expected of a child after all its rows.
    pub margin: f64,
    /// Chance that the parent is drawn from the candidates within a standard error of the best, by how many items each is
    /// best on, instead of being the best. Without it the search cannot leave a local optimum; with all of it lucky
    /// candidates are kept alive by noise.
    pub explore: f64,
    /// Rounds without a gain after which the search ends. Each of them tries another way first.
    pub patience: u32,
    /// Rules of the best candidate that are tried without, once the search has ended: what a bundle carried along.
    pub prune: usize,
    /// NMSE points by which a shorter candidate may be behind the best and still be preferred.
    pub tie: f64,
    /// Malformed share that a candidate may have without being kept back, unless its parent has more.
    pub malformed: f64,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            failures: 8,
            width: 4,
            look: 0,
            rows: 0,
            early: 0.4,
            z: 1.0,
            prior: 1.0,
            prior_sd: 3.0,
            margin: 0.0,
            explore: 0.1,
            patience: 4,
            prune: 6,
            tie: 0.1,
            malformed: 0.02,
        }
    }
}

impl Knobs {
    /// Train rows per look and dev rows per trial, for a budget and so many rows of each.
    pub(super) fn sizes(&self, calls: Option<u64>, train: usize, dev: usize) -> (usize, usize) {
        let calls = calls.map_or(usize::MAX, |calls| calls as usize);
        let look = if self.look > 0 { self.look } else { (calls / 25).clamp(24, 60) };
        let rows = if self.rows > 0 { self.rows } else { (calls / 20).max(16) };
        (look.min(train), rows.min(dev))
    }
}
