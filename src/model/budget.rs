//! How much a run may still spend. Spending is reserved before a call and settled after it, so no number of concurrent
//! calls can exceed a budget.

use crate::domain::NanoUsd;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// What a run may spend, and has spent. Share it by reference or `Arc`.
#[derive(Debug, Default)]
pub struct Budget {
    max_calls: Option<u64>,
    max_usd: Option<NanoUsd>,
    used: Mutex<Used>,
    /// A reservation is over, and may have left money that others wait for.
    freed: Notify,
}

/// What is gone, and what may yet come back.
#[derive(Debug, Default)]
struct Used {
    /// Settled, with all requests that were sent: a request in flight is a request.
    settled: Spent,
    /// Money that is set aside for requests in flight.
    reserved: NanoUsd,
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
        Self { max_calls: calls, max_usd: usd, used: Mutex::default(), freed: Notify::new() }
    }

    /// The same budget, of which an earlier part of the run has used `spent`.
    pub fn with_spent(self, spent: Spent) -> Self {
        self.used().settled = spent;
        self
    }

    /// Is it in money, so that a price must be known?
    pub fn needs_price(&self) -> bool {
        self.max_usd.is_some()
    }

    /// What is spent, with what is set aside for calls in flight.
    pub fn spent(&self) -> Spent {
        let used = self.used();
        Spent { calls: used.settled.calls, usd: used.settled.usd + used.reserved }
    }

    /// Sets `calls` and `max_cost` aside; `None` when that would exceed the budget now.
    pub fn reserve(&self, calls: u64, max_cost: NanoUsd) -> Option<Reservation<'_>> {
        match self.ask(calls, max_cost) {
            Asked::Granted(reservation) => Some(reservation),
            Asked::Later(_) | Asked::Refused => None,
        }
    }

    /// The same, telling apart what exceeds the budget for good and what only does while others may still need what is set
    /// aside for them: requests rarely cost the most that they can.
    pub(super) fn ask(&self, calls: u64, max_cost: NanoUsd) -> Asked<'_> {
        let within = |usd: u64| self.max_usd.is_none_or(|max| NanoUsd(usd) <= max);
        let mut used = self.used();
        let Some(then) = used.settled.calls.checked_add(calls) else { return Asked::Refused };
        let alone = used.settled.usd.0.saturating_add(max_cost.0);
        if self.max_calls.is_some_and(|max| then > max) || !within(alone) {
            return Asked::Refused;
        }
        if !within(alone.saturating_add(used.reserved.0)) {
            // Made while the lock is held, so that nothing that ends from now on is missed. Something is in flight, or
            // nothing would be set aside.
            return Asked::Later(self.freed.notified());
        }
        used.settled.calls = then;
        used.reserved = NanoUsd(used.reserved.0.saturating_add(max_cost.0));
        Asked::Granted(Reservation { budget: self, calls, max_cost, open: true })
    }

    fn used(&self) -> MutexGuard<'_, Used> {
        // The numbers are whole after every statement that holds the lock.
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a budget says to a request.
pub(super) enum Asked<'a> {
    /// So much is set aside for it.
    Granted(Reservation<'a>),
    /// Not while all that is set aside may be needed; ask again when this ends.
    Later(Notified<'a>),
    /// Not even if those in flight cost nothing.
    Refused,
}

/// A part of a budget that is set aside. Dropped without a word it counts as spent in full: a call whose outcome is
/// unknown may have been billed.
#[derive(Debug)]
#[must_use = "a reservation that is dropped is spent"]
pub struct Reservation<'a> {
    budget: &'a Budget,
    calls: u64,
    max_cost: NanoUsd,
    open: bool,
}

impl Reservation<'_> {
    /// The calls were made and cost `actual`. A provider that bills more than the most it could is believed.
    pub fn settle(mut self, actual: NanoUsd) {
        self.close(self.calls, actual);
    }

    /// Nothing was sent.
    pub fn release(mut self) {
        self.close(0, NanoUsd(0));
    }

    fn close(&mut self, calls: u64, actual: NanoUsd) {
        self.open = false;
        let mut used = self.budget.used();
        used.reserved = NanoUsd(used.reserved.0.saturating_sub(self.max_cost.0));
        used.settled.calls -= self.calls - calls;
        used.settled.usd = NanoUsd(used.settled.usd.0.saturating_add(actual.0));
        drop(used);
        // Also when it cost all it could: who waits may then wait for nothing.
        self.budget.freed.notify_waiters();
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        if self.open {
            self.close(self.calls, self.max_cost);
        }
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

    #[test]
    fn a_request_waits_only_for_money_that_may_come_back() {
        let budget = Budget::new(None, Some(NanoUsd(10)));
        let first = budget.reserve(1, NanoUsd(6)).unwrap();
        assert!(matches!(budget.ask(1, NanoUsd(6)), Asked::Later(_)));
        assert!(matches!(budget.ask(1, NanoUsd(11)), Asked::Refused), "no end of another makes room for it");
        first.settle(NanoUsd(4));
        let _second = budget.reserve(1, NanoUsd(6)).unwrap();
        assert!(matches!(budget.ask(1, NanoUsd(7)), Asked::Refused));
    }

    #[test]
    fn a_budget_of_calls_is_never_waited_for() {
        let budget = Budget::new(Some(1), Some(NanoUsd(10)));
        let _first = budget.reserve(1, NanoUsd(6)).unwrap();
        assert!(matches!(budget.ask(1, NanoUsd(1)), Asked::Refused));
    }

    /// Waits for its turn, sends, and ends as `how` says.
    async fn spend(budget: &Budget, max: u64, actual: u64, how: u8) -> bool {
        let reservation = loop {
            match budget.ask(1, NanoUsd(max)) {
                Asked::Granted(reservation) => break reservation,
                Asked::Refused => return false,
                Asked::Later(freed) => freed.await,
            }
        };
        tokio::task::yield_now().await;
        match how {
            0 => drop(reservation),
            1 => reservation.release(),
            _ => reservation.settle(NanoUsd(actual)),
        }
        true
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn calls_that_cost_a_tenth_of_the_most_use_the_budget_up() {
        let budget = std::sync::Arc::new(Budget::new(None, Some(NanoUsd(360))));
        let all = (0..1000).map(|_| {
            tokio::spawn({
                let budget = std::sync::Arc::clone(&budget);
                async move { spend(&budget, 60, 6, 2).await }
            })
        });
        let mut made = 0;
        for one in all.collect::<Vec<_>>() {
            made += u64::from(one.await.unwrap());
        }
        // The last one fits while 300 of 360 are spent.
        assert_eq!((made, budget.spent()), (51, Spent { calls: 51, usd: NanoUsd(306) }));
    }

    proptest! {
        #[test]
        fn nobody_waits_for_ever_and_no_bound_is_exceeded(
            usd in 0u64..500,
            calls in prop::collection::vec((0u64..200, 0u64..200, 0u8..4), 0..60),
        ) {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(3).enable_time().build().unwrap();
            let budget = std::sync::Arc::new(Budget::new(None, Some(NanoUsd(usd))));
            runtime.block_on(async {
                let all = calls.into_iter().map(|(max, actual, how)| tokio::spawn({
                    let budget = std::sync::Arc::clone(&budget);
                    async move {
                        spend(&budget, max, actual.min(max), how).await;
                        assert!(budget.spent().usd <= NanoUsd(usd));
                    }
                }));
                for one in all.collect::<Vec<_>>() {
                    tokio::time::timeout(std::time::Duration::from_secs(20), one).await.unwrap().unwrap();
                }
            });
            prop_assert!(budget.spent().usd <= NanoUsd(usd));
            prop_assert_eq!(budget.used().reserved, NanoUsd(0));
        }

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
