//! What answers are likely to cost, from what those before them did.
//!
//! The most that an answer can cost is far above what it does: a token for each byte that is sent, and the longest reply that
//! is allowed. Set aside in full, the held-out part alone would take ten times its price out of a budget in dollars. So the
//! share of the most that answers came to so far is what the next ones are taken to come to, and half as much on top. It is
//! no bound: that is kept by [`Budget`](crate::model::Budget), which lets no request go that could exceed what is left.

use super::limits::Spend;
use crate::domain::NanoUsd;

/// Answers before which nothing is made of what they cost.
const FEW: u64 = 30;
/// What answers may come to on top of those before them.
const SAFE: f64 = 1.5;
/// The share of the most that is taken before anything is known. Below it a budget has no hope.
const AT_LEAST: f64 = 1.0 / 30.0;

/// Answers of a judge, and what they cost beside the most that they could have cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Measured {
    calls: u64,
    most: u64,
    real: u64,
}

impl Measured {
    /// Counts answers in.
    pub(super) fn add(&mut self, most: Spend, real: Spend) {
        self.calls += real.judge;
        self.most += most.usd.0;
        self.real += real.usd.0;
    }

    /// `most`, with the money that it is likely to take in place of the most. The last answer could still cost the most: the
    /// others in flight are waited for.
    pub fn likely(self, most: Spend) -> Spend {
        let share = match self.calls {
            0..FEW => AT_LEAST,
            _ => SAFE * self.real as f64 / self.most.max(1) as f64,
        };
        let open = most.usd.0 / most.judge.max(1);
        let usd = (share * most.usd.0 as f64) as u64;
        Spend { usd: NanoUsd(usd.saturating_add(open).min(most.usd.0)), ..most }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(calls: u64, usd: u64) -> Spend {
        Spend { judge: calls, usd: NanoUsd(usd), ..Spend::default() }
    }

    #[test]
    fn a_tenth_of_the_most_so_far_makes_the_rest_cost_little_more_than_a_tenth() {
        let mut measured = Measured::default();
        measured.add(of(100, 10_000), of(100, 1_000));
        // 1.5 · 0.1 · 60,000, and one of 600 calls at 100.
        assert_eq!(measured.likely(of(600, 60_000)).usd, NanoUsd(9_000 + 100));
    }

    #[test]
    fn it_is_never_more_than_the_most() {
        let mut measured = Measured::default();
        measured.add(of(100, 10_000), of(100, 9_000));
        assert_eq!(measured.likely(of(600, 60_000)).usd, NanoUsd(60_000));
        assert_eq!(measured.likely(of(1, 400)).usd, NanoUsd(400));
    }

    #[test]
    fn before_anything_is_known_little_is_set_aside() {
        let mut measured = Measured::default();
        measured.add(of(29, 2_900), of(29, 2_900));
        assert_eq!(measured.likely(of(600, 60_000)).usd, NanoUsd(2_000 + 100));
        assert_eq!(measured.likely(of(600, 0)).usd, NanoUsd(0));
    }
}
