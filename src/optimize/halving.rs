//! Many candidates, few calls: the better half of those that are left is rated on more rows, until one is left.
//!
//! Sequential halving (Karnin, Koren, Somekh 2013; for prompts: TRIPLE, arXiv 2402.09723). Every round has the same share
//! of the calls, so what is clearly worse costs little and what is close is looked at closely. All are rated on the same
//! rows, the first ones of one order: what they are compared by is paired, and no answer is paid twice.

use super::desk::Desk;
use super::objective::Objective;
use super::pool::{CandidateId, Row};
use super::strategy::Want;

/// A contest between candidates.
#[derive(Clone, Debug)]
pub(super) struct Halving {
    objective: Objective,
    /// Best first, once they were rated.
    left: Vec<CandidateId>,
    /// In the order in which they dropped out.
    out: Vec<CandidateId>,
    rows: Vec<Row>,
    /// Rows that all that are left were rated on.
    seen: usize,
    /// Calls that it may cost; `None` without a limit.
    calls: Option<usize>,
}

impl Halving {
    /// A contest of `candidates` on `rows`, for at most `calls`.
    pub fn new(candidates: Vec<CandidateId>, rows: Vec<Row>, calls: Option<usize>, objective: Objective) -> Self {
        Self { objective, left: candidates, out: Vec::new(), rows, seen: 0, calls }
    }

    /// What is to be rated next; `None` when it is over.
    pub fn next(&mut self, desk: &Desk<'_>) -> Option<Vec<Want>> {
        if self.seen > 0 {
            self.rank(desk);
            // All rows are rated: nothing more can be learnt, and the last ones are ranked.
            if self.seen == self.rows.len() || self.left.len() <= 1 {
                return None;
            }
            self.out.extend(self.left.split_off(self.left.len().div_ceil(2)).into_iter().rev());
        }
        let more = self.share().min(self.rows.len() - self.seen);
        if more == 0 || self.left.is_empty() {
            return None;
        }
        self.seen += more;
        self.calls = self.calls.map(|calls| calls.saturating_sub(more * self.left.len()));
        Some(self.left.iter().map(|id| Want::new(*id, &self.rows[..self.seen])).collect())
    }

    /// Rows of the next round.
    fn share(&self) -> usize {
        let rounds = self.left.len().next_power_of_two().trailing_zeros().max(1) as usize;
        match self.calls {
            Some(calls) => calls / (rounds * self.left.len().max(1)),
            None => self.rows.len().div_ceil(1 << (rounds - 1)),
        }
    }

    /// Best first; the older of equals is the better.
    fn rank(&mut self, desk: &Desk<'_>) {
        let rows = &self.rows[..self.seen];
        let score =
            |id: CandidateId| self.objective.score(desk.pool(), &desk.materials(), id, rows).unwrap_or(f64::MIN);
        let mut scored: Vec<(f64, CandidateId)> = self.left.iter().map(|&id| (score(id), id)).collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        self.left = scored.into_iter().map(|(_, id)| id).collect();
    }

    /// The rows that the last ones were compared on.
    pub fn rows(&self) -> &[Row] {
        &self.rows[..self.seen]
    }

    /// All candidates, the best first.
    pub fn ranking(&self) -> impl Iterator<Item = CandidateId> {
        self.left.iter().chain(self.out.iter().rev()).copied()
    }
}
