//! What a run may spend. Reserved before each batch, so that no batch is begun that could exceed it.

use crate::domain::NanoUsd;
use serde::{Deserialize, Serialize};

/// The most that a run may spend; `None` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Calls to the judge, those for the held-out part included.
    pub judge_calls: Option<u64>,
    /// Calls to the judge and to the reflection model together.
    pub calls: Option<u64>,
    /// Prompt and completion tokens.
    pub tokens: Option<u64>,
    /// Money.
    pub usd: Option<NanoUsd>,
    /// Seconds since this process began to work on the run. The only limit that depends on the machine.
    pub seconds: Option<u64>,
}

/// Which limit a batch would exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// See [`Limits::judge_calls`].
    JudgeCalls,
    /// See [`Limits::calls`].
    Calls,
    /// See [`Limits::tokens`].
    Tokens,
    /// See [`Limits::usd`].
    Usd,
    /// See [`Limits::seconds`].
    Seconds,
}

impl Limit {
    /// The option that sets it.
    pub fn option(self) -> &'static str {
        match self {
            Self::JudgeCalls => "--budget-calls",
            Self::Calls => "--budget-all-calls",
            Self::Tokens => "--budget-tokens",
            Self::Usd => "--budget-usd",
            Self::Seconds => "--budget-seconds",
        }
    }
}

/// What was spent, or may be at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spend {
    /// Calls to the judge: one for each candidate, row and sample.
    pub judge: u64,
    /// Calls to the reflection model.
    pub other: u64,
    /// Tokens of both.
    pub tokens: u64,
    /// Cost of both; what is not known counts nothing.
    pub usd: NanoUsd,
}

impl std::ops::Add for Spend {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        Self {
            judge: self.judge + o.judge,
            other: self.other + o.other,
            tokens: self.tokens + o.tokens,
            usd: self.usd + o.usd,
        }
    }
}

impl Spend {
    /// What was spent since `before`.
    pub fn since(self, before: Self) -> Self {
        Self {
            judge: self.judge - before.judge,
            other: self.other - before.other,
            tokens: self.tokens - before.tokens,
            usd: NanoUsd(self.usd.0 - before.usd.0),
        }
    }
}

impl Limits {
    /// Whether `more` at most can be spent after `spent`.
    ///
    /// # Errors
    /// The limit that forbids it.
    pub fn allow(&self, spent: Spend, more: Spend) -> Result<(), Limit> {
        let then = spent + more;
        let within = |limit: Option<u64>, value: u64| limit.is_none_or(|limit| value <= limit);
        if !within(self.judge_calls, then.judge) {
            return Err(Limit::JudgeCalls);
        }
        if !within(self.calls, then.judge + then.other) {
            return Err(Limit::Calls);
        }
        if !within(self.tokens, then.tokens) {
            return Err(Limit::Tokens);
        }
        if self.usd.is_some_and(|limit| then.usd > limit) {
            return Err(Limit::Usd);
        }
        Ok(())
    }

    /// Judge calls that are left, as far as calls are limited.
    pub fn judge_calls_left(&self, spent: Spend) -> Option<u64> {
        let judge = self.judge_calls.map(|limit| limit.saturating_sub(spent.judge));
        let all = self.calls.map(|limit| limit.saturating_sub(spent.judge + spent.other));
        match (judge, all) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// The stricter of each.
    pub fn and(self, other: Self) -> Self {
        let stricter = |a: Option<u64>, b: Option<u64>| [a, b].into_iter().flatten().min();
        Self {
            judge_calls: stricter(self.judge_calls, other.judge_calls),
            calls: stricter(self.calls, other.calls),
            tokens: stricter(self.tokens, other.tokens),
            usd: [self.usd, other.usd].into_iter().flatten().min(),
            seconds: stricter(self.seconds, other.seconds),
        }
    }

    /// A part of each, 0 to 1, rounded down.
    pub fn up_to(self, part: f64) -> Self {
        let of = |limit: Option<u64>| limit.map(|limit| (limit as f64 * part) as u64);
        Self {
            judge_calls: of(self.judge_calls),
            calls: of(self.calls),
            tokens: of(self.tokens),
            usd: self.usd.map(|limit| NanoUsd((limit.0 as f64 * part) as _)),
            seconds: self.seconds,
        }
    }

    /// These limits with `spend` set aside.
    pub fn without(self, spend: Spend) -> Self {
        let less = |limit: Option<u64>, by: u64| limit.map(|limit| limit.saturating_sub(by));
        Self {
            judge_calls: less(self.judge_calls, spend.judge),
            calls: less(self.calls, spend.judge + spend.other),
            tokens: less(self.tokens, spend.tokens),
            usd: self.usd.map(|limit| NanoUsd(limit.0.saturating_sub(spend.usd.0))),
            seconds: self.seconds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_limit_that_forbids_a_batch_is_named() {
        let limits = Limits { judge_calls: Some(10), calls: Some(11), usd: Some(NanoUsd(5)), ..Limits::default() };
        let spent = Spend { judge: 9, other: 1, tokens: 0, usd: NanoUsd(5) };
        let one = Spend { judge: 1, ..Spend::default() };
        assert_eq!(limits.allow(spent, one), Ok(()));
        assert_eq!(limits.allow(spent, Spend { judge: 2, ..one }), Err(Limit::JudgeCalls));
        assert_eq!(limits.allow(spent, Spend { other: 2, judge: 0, ..one }), Err(Limit::Calls));
        assert_eq!(limits.allow(spent, Spend { usd: NanoUsd(1), ..one }), Err(Limit::Usd));
        assert_eq!(limits.judge_calls_left(spent), Some(1));
    }

    proptest! {
        #[test]
        fn no_sequence_of_allowed_batches_exceeds_a_limit(
            judge in 0u64..50, all in 0u64..60, steps in prop::collection::vec((0u64..9, 0u64..3), 0..60),
        ) {
            let limits = Limits { judge_calls: Some(judge), calls: Some(all), ..Limits::default() };
            let mut spent = Spend::default();
            for (judge, other) in steps {
                let more = Spend { judge, other, ..Spend::default() };
                if limits.allow(spent, more).is_ok() {
                    spent = spent + more;
                }
            }
            prop_assert!(spent.judge <= judge && spent.judge + spent.other <= all);
        }
    }
}
