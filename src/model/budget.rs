//! How much a run may still spend. Spending is reserved before a call and settled after it, so no number of concurrent
//! calls can exceed a budget.

use crate::domain::NanoUsd;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a run may spend, and has spent. Share it by reference or `Arc`.
#[derive(Debug, Default)]
pub struct Budget {
    max_calls: Option<u64>,
    max_usd: Option<NanoUsd>,
    used: Mutex<Spent>,
}

/// Calls and money, spent or set aside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Requests sent, failed ones included.
    pub calls: u64,
    /// Money.
    pub usd: NanoUsd,
}

impl Budget {
    /// A budget; `None` is no limit.
    pub fn new(calls: Option<u64>, usd: Option<NanoUsd>) -> Self {
        Self { max_calls: calls, max_usd: usd, used: Mutex::default() }
    }

    /// The same budget, of which an earlier part of the run has used `spent`.
    pub fn with_spent(self, spent: Spent) -> Self {
        *self.used() = spent;
        self
    }

    /// Is it in money, so that a price must be known?
    pub fn needs_price(&self) -> bool {
        self.max_usd.is_some()
    }

    /// What is spent, with what is set aside for calls in flight.
    pub fn spent(&self) -> Spent {
        *self.used()
    }

    /// Sets `calls` and `max_cost` aside; `None` when that would exceed the budget.
    pub fn reserve(&self, calls: u64, max_cost: NanoUsd) -> Option<Reservation<'_>> {
        let mut used = self.used();
        let then = Spent { calls: used.calls.checked_add(calls)?, usd: NanoUsd(used.usd.0.checked_add(max_cost.0)?) };
        let within =
            self.max_calls.is_none_or(|max| then.calls <= max) && self.max_usd.is_none_or(|max| then.usd <= max);
        if !within {
            return None;
        }
        *used = then;
        Some(Reservation { budget: self, calls, max_cost })
    }

    fn used(&self) -> MutexGuard<'_, Spent> {
        // The numbers are whole after every statement that holds the lock.
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A part of a budget that is set aside. Dropped without a word it counts as spent in full: a call whose outcome is
/// unknown may have been billed.
#[derive(Debug)]
#[must_use = "a reservation that is dropped is spent"]
pub struct Reservation<'a> {
    budget: &'a Budget,
    calls: u64,
    max_cost: NanoUsd,
}

impl Reservation<'_> {
    /// The calls were made and cost `actual`. A provider that bills more than the most it could is believed.
    pub fn settle(self, actual: NanoUsd) {
        let mut used = self.budget.used();
        used.usd = NanoUsd(used.usd.0 - self.max_cost.0) + actual;
    }

    /// Nothing was sent.
    pub fn release(self) {
        let mut used = self.budget.used();
        used.calls -= self.calls;
        used.usd = NanoUsd(used.usd.0 - self.max_cost.0);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn calls_in_flight_cannot_exceed_what_is_left() {
        let budget = Budget::new(Some(2), None);
        let (_a, b) = (budget.reserve(1, NanoUsd(0)).unwrap(), budget.reserve(1, NanoUsd(0)).unwrap());
        assert!(budget.reserve(1, NanoUsd(0)).is_none());
        b.release();
        assert!(budget.reserve(1, NanoUsd(0)).is_some());
    }

    #[test]
    fn what_a_call_did_not_cost_can_be_spent_again() {
        let budget = Budget::new(None, Some(NanoUsd(10)));
        let call = budget.reserve(1, NanoUsd(10)).unwrap();
        assert!(budget.reserve(1, NanoUsd(1)).is_none());
        call.settle(NanoUsd(3));
        assert_eq!(budget.spent(), Spent { calls: 1, usd: NanoUsd(3) });
        assert!(budget.reserve(1, NanoUsd(7)).is_some());
    }

    #[test]
    fn a_call_with_an_unknown_outcome_counts_in_full() {
        let budget = Budget::new(None, Some(NanoUsd(10)));
        drop(budget.reserve(1, NanoUsd(6)).unwrap());
        assert_eq!(budget.spent(), Spent { calls: 1, usd: NanoUsd(6) });
        assert!(budget.reserve(1, NanoUsd(5)).is_none());
    }

    #[test]
    fn a_resumed_run_goes_on_where_it_stopped() {
        let budget = Budget::new(Some(5), None).with_spent(Spent { calls: 5, usd: NanoUsd(0) });
        assert!(budget.reserve(1, NanoUsd(0)).is_none());
    }

    proptest! {
        #[test]
        fn no_order_of_calls_exceeds_the_budget(
            calls in 0u64..20,
            usd in 0u64..500,
            steps in prop::collection::vec((0u64..100, 0u8..4, 0u64..100), 0..200),
        ) {
            let budget = Budget::new(Some(calls), Some(NanoUsd(usd)));
            let mut open = Vec::new();
            for (cost, what, actual) in steps {
                match what {
                    0 => open.extend(budget.reserve(1, NanoUsd(cost)).map(|r| (r, cost))),
                    1 => drop(open.pop()),
                    2 => if let Some((r, cost)) = open.pop() { r.settle(NanoUsd(actual.min(cost))) },
                    _ => if let Some((r, _)) = open.pop() { r.release() },
                }
                let spent = budget.spent();
                prop_assert!(spent.calls <= calls && spent.usd <= NanoUsd(usd), "{:?}", spent);
            }
        }
    }
}
