//! Where failures are looked for, and on how many rows.

use super::super::desk::Desk;
use super::super::pool::{CandidateId, Pool, Row};
use super::{Gepa, propose};

/// How many times the size of a look one may be, where failures are rare.
const WIDEST: usize = 3;

impl Gepa {
    /// Train rows that are likely to hold so many failures of `id`: a second look is a wave of its own. Of a child that was
    /// never looked at as many are expected as of its parent.
    pub(super) fn look_for(&self, desk: &Desk<'_>, id: CandidateId, wanted: usize) -> usize {
        let looked =
            |id: CandidateId| desk.pool().rated(id).keys().filter(|key| matches!(key.0, Row::Train(_))).count();
        let mut known = id;
        while looked(known) == 0
            && let Some(&parent) = desk.pool().candidate(known).origin.parents.first()
        {
            known = parent;
        }
        let rate = (self.failures(desk, known, false).len() as f64 + 1.0) / (looked(known) as f64 + 2.0);
        ((wanted as f64 / rate).ceil() as usize).clamp(self.look, WIDEST * self.look)
    }

    /// Failures that a round of reflections wants to read.
    pub(super) fn wanted(&self) -> usize {
        self.knobs.failures * self.knobs.width / 2
    }

    /// Train rows on which a candidate differs from people, the worst first.
    pub(super) fn failures(&self, desk: &Desk<'_>, id: CandidateId, unread: bool) -> Vec<Row> {
        propose::failures(desk, id).into_iter().filter(|row| !unread || !self.read.contains(&(id, *row))).collect()
    }

    /// Train rows that a candidate was not rated on: first those that nobody was.
    pub(super) fn unrated(&self, pool: &Pool, id: CandidateId) -> Vec<Row> {
        let open = self.train.iter().copied().filter(|row| !pool.has(id, *row, 0));
        let (known, fresh): (Vec<Row>, Vec<Row>) =
            open.partition(|row| (0..pool.len()).any(|other| pool.has(other, *row, 0)));
        fresh.into_iter().chain(known).collect()
    }
}
