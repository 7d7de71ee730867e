//! What a run has spent, read from what its sessions wrote. Pure.

use crate::domain::NanoUsd;

/// One session as the ledger knows it.
#[derive(Clone, Copy, Debug)]
pub struct SessionSpend {
    /// Calls in flight at most.
    pub slots: u64,
    /// Requests per call at most.
    pub attempt_limit: u64,
    /// What one request can cost at most.
    pub slot_cost: NanoUsd,
    /// It ended by itself, so everything that it spent is written down.
    pub ended: bool,
    /// Requests that are written down.
    pub calls: u64,
    /// What the budget was charged for them.
    pub cost: NanoUsd,
    /// The same with what providers reported for answers, where they did.
    pub reported: NanoUsd,
}

/// Requests and money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// HTTP requests.
    pub calls: u64,
    /// Money, as a budget counts it: where a provider reported nothing, the most that it can have been.
    pub cost: NanoUsd,
    /// The same without what was not reported for answers.
    pub reported: NanoUsd,
    /// Of these requests, those that killed sessions may have sent without having written it down.
    pub assumed: u64,
}

/// The sum over sessions. A session that was killed is charged for the most that it can have had in flight: a budget
/// is then never exceeded, at the price of leaving a little of it unused.
pub fn spent(sessions: &[SessionSpend]) -> Spent {
    sessions.iter().fold(Spent::default(), |sum, s| {
        let in_flight = if s.ended { 0 } else { s.slots.saturating_mul(s.attempt_limit) };
        Spent {
            calls: sum.calls + s.calls + in_flight,
            cost: sum.cost + s.cost + NanoUsd(s.slot_cost.0.saturating_mul(in_flight)),
            reported: sum.reported + s.reported,
            assumed: sum.assumed + in_flight,
        }
    })
}

/// A count or a sum of money. Less than nothing is nothing: read as it is stored, −1 would be the largest sum there is.
pub(super) fn whole(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_that_is_stored_as_less_than_nothing_is_nothing() {
        assert_eq!([-1, i64::MIN, 0, 7].map(whole), [0, 0, 0, 7]);
    }

    #[test]
    fn a_killed_session_is_charged_for_all_that_it_may_have_had_in_flight() {
        let ended = SessionSpend {
            slots: 8,
            attempt_limit: 3,
            slot_cost: NanoUsd(10),
            ended: true,
            calls: 100,
            cost: NanoUsd(500),
            reported: NanoUsd(400),
        };
        let killed = SessionSpend { ended: false, calls: 7, cost: NanoUsd(35), reported: NanoUsd(35), ..ended };
        assert_eq!(spent(&[ended]), Spent { calls: 100, cost: NanoUsd(500), reported: NanoUsd(400), assumed: 0 });
        // 100 + 7 + 8 × 3 calls; 500 + 35 + 24 × 10.
        assert_eq!(
            spent(&[ended, killed]),
            Spent { calls: 131, cost: NanoUsd(775), reported: NanoUsd(435), assumed: 24 }
        );
    }
}
