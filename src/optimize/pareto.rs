//! Which candidate is worth revising.
//!
//! The published rule (GEPA, arXiv 2507.19457, §3.2): for each item the set of candidates that are best on it; candidates
//! that are nowhere needed are dropped; the rest are drawn in proportion to the number of their items. With noisy ratings
//! exact ties keep lucky candidates alive, so [`Front::within`] allows a tolerance.

use super::pool::{CandidateId, Pool, Row};
use rand::{Rng, RngExt as _};
use std::collections::BTreeSet;

/// For each row the candidates that are best on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Front(Vec<BTreeSet<CandidateId>>);

impl Front {
    /// The best candidates of each row, those within `tolerance` of the least loss included. Rows that nobody was rated on
    /// are left out.
    pub fn within(pool: &Pool, candidates: &[CandidateId], rows: &[Row], tolerance: f64) -> Self {
        let best = |row: &Row| -> Option<BTreeSet<CandidateId>> {
            let losses: Vec<(CandidateId, f64)> =
                candidates.iter().filter_map(|&id| Some((id, pool.loss(id, *row)?))).collect();
            let least = losses.iter().map(|l| l.1).min_by(f64::total_cmp)?;
            Some(losses.into_iter().filter(|l| l.1 <= least + tolerance).map(|l| l.0).collect())
        };
        Self(rows.iter().filter_map(best).collect())
    }

    /// Drops candidates, the worst first, that share each of their rows with one that is still there.
    pub fn without_dominated(mut self, worst_first: &[CandidateId]) -> Self {
        let mut left: BTreeSet<CandidateId> = self.0.iter().flatten().copied().collect();
        // A drop can make nobody droppable that was not before: whoever was needed stays needed. One pass is enough.
        for id in worst_first {
            let needed = self.0.iter().any(|best| best.contains(id) && best.len() == 1);
            if left.contains(id) && !needed && left.len() > 1 {
                left.remove(id);
                for best in &mut self.0 {
                    best.remove(id);
                }
            }
        }
        self
    }

    /// A candidate, in proportion to the number of rows that it is best on.
    pub fn draw(&self, rng: &mut impl Rng) -> Option<CandidateId> {
        let all: Vec<CandidateId> = self.0.iter().flatten().copied().collect();
        (!all.is_empty()).then(|| all[rng.random_range(0..all.len())])
    }
}

/// Candidates from the largest mean loss to the least; the older of equals is the better.
pub fn largest_first(pool: &Pool, candidates: &[CandidateId], rows: &[Row]) -> Vec<CandidateId> {
    let mean = |id: CandidateId| pool.mean(id, rows).unwrap_or(f64::INFINITY);
    let mut sorted = candidates.to_vec();
    sorted.sort_by(|&a, &b| mean(b).total_cmp(&mean(a)).then(b.cmp(&a)));
    sorted
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::tests::pool;
    use super::*;
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha8Rng;

    const ROWS: [Row; 3] = [Row::Dev(0), Row::Dev(1), Row::Dev(2)];

    #[test]
    fn who_is_best_somewhere_is_kept_and_who_is_only_tied_with_a_better_one_is_not() {
        // Candidate 2 is tied with 1 on the first row and best nowhere else.
        let pool = pool(&[&[0.5, 0.1, 0.5], &[0.0, 0.5, 0.0], &[0.0, 0.6, 0.7]]);
        let order = largest_first(&pool, &[0, 1, 2], &ROWS);
        assert_eq!(order, [2, 0, 1]);
        let front = Front::within(&pool, &[0, 1, 2], &ROWS, 0.0).without_dominated(&order);
        assert_eq!(front, Front(vec![[1].into(), [0].into(), [1].into()]));
    }

    #[test]
    fn parents_are_drawn_by_the_number_of_their_rows() {
        let pool = pool(&[&[0.5, 0.1, 0.5], &[0.0, 0.5, 0.0]]);
        let front = Front::within(&pool, &[0, 1], &ROWS, 0.0);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let ones = (0..3000).filter(|_| front.draw(&mut rng) == Some(1)).count();
        assert!((1900..2100).contains(&ones), "{ones}");
    }

    #[test]
    fn a_tolerance_keeps_whoever_is_close() {
        let pool = pool(&[&[0.05, 0.1, 0.5], &[0.0, 0.5, 0.0]]);
        let front = Front::within(&pool, &[0, 1], &ROWS, 0.06);
        assert_eq!(front.0[0], [0, 1].into());
    }
}
