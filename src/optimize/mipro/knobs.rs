//! What the search can be set to, and why it is set as it is.

use crate::optimize::demos::{Recipe, Select};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The knobs of [`Mipro`](super::Mipro).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Knobs {
    /// Instructions, and sets of examples, that are combined; the baseline's and no examples are among them. 6: the
    /// published `light`.
    pub candidates: usize,
    /// Combinations that are tried; 0 takes the published max(2·2·log2 n, 1.5 n).
    pub trials: usize,
    /// Bootstrapped examples of a set, at most.
    pub bootstrapped: usize,
    /// Labelled examples of a set, at least; more fill places that no bootstrapped one takes. Two: with the bootstrapped ones six, which pin the form of replies.
    pub labelled: usize,
    /// NMSE points that a bootstrapped example is off at most; absent takes one step of the scale.
    pub threshold: Option<f64>,
    /// Dev rows of a trial; 0 takes half of the calls that are left, shared out, 8 to 35. Published: 35.
    pub minibatch: usize,
    /// Trials after each of which the best combination is rated on all of Dev. Published: 5.
    pub full_every: usize,
    /// Failures that a proposal is grounded in.
    pub failures: usize,
    /// How labelled examples are chosen, and whether items choose by query.
    pub select: Select,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            candidates: 6,
            trials: 0,
            bootstrapped: 4,
            labelled: 2,
            threshold: None,
            minibatch: 0,
            full_every: 5,
            failures: 8,
            select: Select::default(),
        }
    }
}

/// Fewest and most rows of a minibatch that is not named.
const MINIBATCH: (usize, usize) = (8, 35);

/// What the trials may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Schedule {
    pub trials: usize,
    /// Rows of a trial.
    pub minibatch: usize,
    /// Rows of a full rating.
    pub full: usize,
}

impl Knobs {
    pub(super) fn recipe(&self) -> Recipe {
        let Self { labelled, bootstrapped, threshold, select, .. } = *self;
        Recipe { labelled, bootstrapped, threshold, select }
    }

    /// Trials and rows for so many calls and dev rows: half of the calls for trials, half for full ratings.
    pub(super) fn schedule(&self, calls: Option<u64>, dev: usize) -> Schedule {
        let n = self.candidates.max(1) as f64;
        let published = (4.0 * n.log2()).max(1.5 * n) as usize;
        let trials = if self.trials > 0 { self.trials } else { published };
        let fulls = trials / self.full_every.max(1) + 1;
        let half = calls.map_or(usize::MAX, |calls| calls as usize / 2);
        let minibatch = match self.minibatch {
            0 => (half / trials).clamp(MINIBATCH.0, MINIBATCH.1),
            given => given,
        };
        let minibatch = minibatch.min(dev).max(1);
        Schedule { trials, minibatch, full: (half / fulls).clamp(minibatch, dev.max(minibatch)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trials_and_full_ratings_share_what_is_left() {
        let knobs = Knobs::default();
        assert_eq!(knobs.schedule(Some(1_000), 86), Schedule { trials: 10, minibatch: 35, full: 86 });
        assert_eq!(knobs.schedule(Some(300), 86), Schedule { trials: 10, minibatch: 15, full: 50 });
        assert_eq!(knobs.schedule(None, 20), Schedule { trials: 10, minibatch: 20, full: 20 });
        assert_eq!(knobs.schedule(Some(4), 86), Schedule { trials: 10, minibatch: 8, full: 8 });
    }

    #[test]
    fn the_published_number_of_trials() {
        let trials = |candidates| Knobs { candidates, ..Knobs::default() }.schedule(None, 9).trials;
        // light, medium, heavy: 10, 18, 27 for one predictor with examples, of which 6, 12 and 18 are combined.
        assert_eq!([6, 12, 18].map(trials), [10, 18, 27]);
        assert_eq!(trials(1), 1);
    }
}
