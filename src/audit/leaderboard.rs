//! Several judges against the same people: an order with intervals and pairwise tests, not a bare ranking.

use super::compute::Row;
use super::{ALPHA, JudgeAudit};
use crate::agreement::interval::Resampling;
use crate::agreement::paired::difference;
use crate::agreement::{Adjustment, Defined, LEAST_GROUPS, adjusted, squared_error_points};
use crate::domain::{Figure, Scale, Undefined};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use serde::Serialize;

/// Up to this many judges every two are compared; of more, each one with the best.
const ALL_PAIRS: usize = 30;

/// Judges from the lowest NMSE up.
#[derive(Clone, Debug, Serialize)]
pub struct Leaderboard {
    /// One per judge.
    pub places: Vec<Placed>,
    /// Tests between judges.
    pub pairs: Vec<PairTest>,
    /// Every two were tested, or only each one with the first.
    pub all_pairs: bool,
}

/// One judge's place.
#[derive(Clone, Debug, Serialize)]
pub struct Placed {
    /// Its number in `judges` of the audit.
    pub judge: usize,
    /// Its name.
    pub name: String,
    /// Its NMSE, malformed at full cost.
    pub nmse: Figure,
    /// The best place that the tests leave open: one more than the judges shown to be better.
    pub best_place: usize,
    /// The worst place that the tests leave open.
    pub worst_place: usize,
}

/// Two judges on the items that both answered.
#[derive(Clone, Debug, Serialize)]
pub struct PairTest {
    /// Their numbers in `judges` of the audit; the first one has the lower NMSE.
    pub judges: (usize, usize),
    /// NMSE of the second − NMSE of the first, paired, with an interval by query.
    pub difference: Figure,
    /// Two-sided p-value of no difference.
    pub p: Option<f64>,
    /// The same, adjusted for the number of pairs tested (Holm).
    pub p_adjusted: Option<f64>,
}

/// Orders the judges and tests them against each other; `None` for fewer than two.
pub(super) fn leaderboard(
    scale: Scale,
    judges: &[JudgeAudit],
    rows: &[Vec<Row<'_>>],
    seed: u64,
) -> Option<Leaderboard> {
    if judges.len() < 2 {
        return None;
    }
    let value = |j: usize| judges[j].panel.nmse.value().unwrap_or(f64::INFINITY);
    let mut order: Vec<usize> = (0..judges.len()).collect();
    order.sort_by(|a, b| value(*a).total_cmp(&value(*b)).then(a.cmp(b)));
    let all_pairs = judges.len() <= ALL_PAIRS;
    let firsts = if all_pairs { order.len() } else { 1 };
    let tested: Vec<(usize, usize)> =
        (0..firsts).flat_map(|i| order[i + 1..].iter().map(move |b| (i, *b))).map(|(i, b)| (order[i], b)).collect();
    let mut pairs: Vec<PairTest> =
        tested.into_par_iter().map(|(a, b)| pair(scale, (a, b), (&rows[a], &rows[b]), seed)).collect();
    let p: Vec<Defined> = pairs.iter().map(|pair| pair.p.ok_or(Undefined::TooFewGroups)).collect();
    pairs.iter_mut().zip(adjusted(&p, Adjustment::Holm)).for_each(|(pair, p)| pair.p_adjusted = p.ok());
    let places = order.iter().map(|&judge| {
        let better = pairs.iter().filter_map(PairTest::decided).filter(|(_, loser)| *loser == judge).count();
        let worse = pairs.iter().filter_map(PairTest::decided).filter(|(winner, _)| *winner == judge).count();
        Placed {
            judge,
            name: judges[judge].name.clone(),
            nmse: judges[judge].panel.nmse.clone(),
            best_place: better + 1,
            worst_place: judges.len() - worse,
        }
    });
    Some(Leaderboard { places: places.collect(), pairs, all_pairs })
}

impl PairTest {
    /// Winner and loser, when the test tells them apart. It is about the items that both answered, so the winner need not
    /// be the one with the lower NMSE over its own items.
    fn decided(&self) -> Option<(usize, usize)> {
        let difference = self.difference.value()?;
        let (a, b) = self.judges;
        self.p_adjusted.filter(|p| *p < ALPHA)?;
        Some(if difference > 0.0 { (a, b) } else { (b, a) })
    }
}

fn pair(scale: Scale, judges: (usize, usize), rows: (&[Row<'_>], &[Row<'_>]), seed: u64) -> PairTest {
    let both = rows.0.iter().zip(rows.1).filter(|(a, b)| a.answered() && b.answered());
    let points = |row: &Row<'_>| squared_error_points(&row.pair, scale.levels());
    let how = Resampling { seed, ..Resampling::default() };
    let (difference, p) = match difference(both.map(|(a, b)| (a.pair.group, points(b), points(a))), &how) {
        Ok(test) => (test.difference, test.p.ok().filter(|_| test.groups >= LEAST_GROUPS)),
        Err(reason) => (reason.into(), None),
    };
    PairTest { judges, difference, p, p_adjusted: None }
}
