//! Cohen's kappa on the table human × judge.

use super::numerics::t_quantile;
use super::{Confusion, Defined, Pair};
use crate::domain::{Estimate, Figure, Interval, Undefined};

/// How much a disagreement weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weights {
    /// Any disagreement weighs the same.
    None,
    /// By distance.
    Linear,
    /// By squared distance.
    Quadratic,
}

impl Weights {
    /// What it costs that one side says `a` and the other `b`, in whole units.
    pub(super) fn distance(self, a: usize, b: usize) -> u64 {
        let apart = a.abs_diff(b) as u64;
        match self {
            Self::None => u64::from(a != b),
            Self::Linear => apart,
            Self::Quadratic => apart * apart,
        }
    }

    /// The largest such cost on a scale of `levels`: what a malformed reply costs.
    pub(super) fn full(self, levels: usize) -> u64 {
        self.distance(0, levels.saturating_sub(1))
    }

    /// Agreement of `a` and `b` on a scale of `levels`: 1 when they are the same, 0 when they are furthest apart.
    pub(super) fn agreement(self, a: usize, b: usize, levels: usize) -> f64 {
        1.0 - self.distance(a, b) as f64 / self.full(levels) as f64
    }
}

/// Cohen's kappa with its large-sample errors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KappaError {
    /// The point value.
    pub kappa: f64,
    /// Standard error for intervals.
    pub se: f64,
    /// Standard error if the two sides were independent, for tests of kappa = 0.
    pub se_null: f64,
}

/// Cohen's kappa, `1 − Σ D·O / Σ D·E`, malformed replies being one more category that disagrees fully with every rating
/// (Cohen 1960, 1968; SPEC §2.4 and case C4). Categories are the scale's, used or not.
///
/// −1 to 1. Sums are whole numbers, so a judge no better than chance has exactly 0. Undefined without rows, and when
/// both sides only ever gave one and the same rating.
pub fn cohen_kappa(table: &Confusion, weights: Weights) -> Defined {
    kappa_over(table, weights, table.levels() + 1)
}

/// [`cohen_kappa`] over rows with a valid reply. Never alone: the rows that it leaves out are failures of the judge.
pub fn cohen_kappa_valid(table: &Confusion, weights: Weights) -> Defined {
    kappa_over(table, weights, table.levels())
}

/// Share of rows on which both sides say the same; a malformed reply disagrees. Undefined without rows.
pub fn percent_agreement(table: &Confusion) -> Defined {
    let same: u64 = (0..table.levels()).map(|level| table.at(level, level)).sum();
    match table.total() {
        0 => Err(Undefined::Empty),
        n => Ok(same as f64 / n as f64),
    }
}

/// Kappa with the standard errors of Fleiss, Cohen & Everitt (1969): for a check of the bootstrap and for tests of
/// chance, on rows that are independent. The malformed category is included.
///
/// Undefined as [`cohen_kappa`] is.
pub fn cohen_kappa_error(table: &Confusion, weights: Weights) -> Result<KappaError, Undefined> {
    let kappa = cohen_kappa(table, weights)?;
    let (levels, n) = (table.levels(), table.total() as f64);
    let weight = |human: usize, judge: usize| {
        if judge == levels { 0.0 } else { weights.agreement(human, judge, levels) }
    };
    let share = |totals: Vec<u64>| totals.into_iter().map(|t| t as f64 / n).collect::<Vec<f64>>();
    let (human, judge) = (share(table.human_totals()), share(table.judge_totals()));
    let human_mean = |h: usize| judge.iter().enumerate().map(|(j, p)| p * weight(h, j)).sum::<f64>();
    let judge_mean = |j: usize| human.iter().enumerate().map(|(h, p)| p * weight(h, j)).sum::<f64>();
    let human_means: Vec<f64> = (0..levels).map(human_mean).collect();
    let judge_means: Vec<f64> = (0..=levels).map(judge_mean).collect();
    let expected: f64 = human.iter().zip(&human_means).map(|(p, w)| p * w).sum();
    let (mut spread, mut spread_null) = (0.0, 0.0);
    for (h, row) in table.rows().enumerate() {
        for (j, &count) in row.iter().enumerate() {
            let means = human_means[h] + judge_means[j];
            spread += count as f64 / n * (weight(h, j) - means * (1.0 - kappa)).powi(2);
            spread_null += human[h] * judge[j] * (weight(h, j) - means).powi(2);
        }
    }
    let scale = n.sqrt() * (1.0 - expected);
    // Rounding can leave a difference of equal squares just below 0.
    let root = |variance: f64| variance.max(0.0).sqrt() / scale;
    let se = root(spread - (kappa - expected * (1.0 - kappa)).powi(2));
    Ok(KappaError { kappa, se, se_null: root(spread_null - expected * expected) })
}

impl KappaError {
    /// The Wald interval at `level`, which may pass 1: near full agreement it is a poor one.
    pub fn interval(&self, level: f64) -> (f64, f64) {
        let half = t_quantile(0.5 + level / 2.0, f64::INFINITY) * self.se;
        (self.kappa - half, self.kappa + half)
    }
}

/// The highest kappa over valid rows that two raters with these marginals could reach: below 1 because they use the
/// scale differently, whatever they say on each row (Cohen 1960; with weights, the cheapest transport between the
/// marginals, which pairs both sides in order).
///
/// Undefined as [`cohen_kappa_valid`] is.
pub fn max_attainable_kappa(table: &Confusion, weights: Weights) -> Defined {
    let (human, judge) = (table.valid_human_totals(), table.valid_judge_totals());
    let (mut left, mut right) = (human.clone(), judge.clone());
    // What both have in common stays in place: never worse, and with unit weights the only thing that counts.
    for (a, b) in left.iter_mut().zip(&mut right) {
        let common = (*a).min(*b);
        (*a, *b) = (*a - common, *b - common);
    }
    if weights != Weights::None {
        (left, right) = (human.clone(), judge.clone());
    }
    let (mut a, mut b, mut cost) = (0, 0, 0u128);
    while a < left.len() && b < right.len() {
        let moved = left[a].min(right[b]);
        cost += u128::from(moved) * u128::from(weights.distance(a, b));
        (left[a], right[b]) = (left[a] - moved, right[b] - moved);
        if left[a] == 0 { a += 1 } else { b += 1 }
    }
    chance_corrected(cost, weights, &human, &judge)
}

fn kappa_over(table: &Confusion, weights: Weights, columns: usize) -> Defined {
    let levels = table.levels();
    let mut judge = vec![0u64; columns];
    let mut human = vec![0u64; levels];
    let mut observed = 0u128;
    for (h, row) in table.rows().enumerate() {
        let mut cost = 0;
        for (j, &count) in row[..columns].iter().enumerate() {
            judge[j] += count;
            human[h] += count;
            cost += count * if j == levels { weights.full(levels) } else { weights.distance(h, j) };
        }
        observed += u128::from(cost);
    }
    chance_corrected(observed, weights, &human, &judge)
}

/// `1 − n·observed / Σ D·human·judge`, a last column beyond the levels being malformed.
fn chance_corrected(observed: u128, weights: Weights, human: &[u64], judge: &[u64]) -> Defined {
    let levels = human.len();
    let n: u64 = human.iter().sum();
    if n == 0 {
        return Err(Undefined::Empty);
    }
    let cost = |h: usize, j: usize| if j == levels { weights.full(levels) } else { weights.distance(h, j) };
    let row = |h: usize| judge.iter().enumerate().map(|(j, count)| cost(h, j) * count).sum::<u64>();
    let expected: u128 = human.iter().enumerate().map(|(h, &count)| u128::from(count) * u128::from(row(h))).sum();
    if expected == 0 {
        return Err(Undefined::NoExpectedDisagreement);
    }
    Ok(1.0 - (u128::from(n) * observed) as f64 / expected as f64)
}

/// [`cohen_kappa`] with a jackknife interval over queries: Student's t on G−1 degrees of freedom.
pub fn kappa(pairs: &[Pair], levels: usize, weights: Weights) -> Figure {
    let all = Confusion::of(pairs, levels);
    let value = match cohen_kappa(&all, weights) {
        Ok(value) => value,
        Err(reason) => return reason.into(),
    };
    let groups = Confusion::by_group(pairs, levels);
    let left_out: Result<Vec<f64>, Undefined> = groups.iter().map(|g| cohen_kappa(&all.without(g), weights)).collect();
    let count = groups.len();
    let interval = left_out.ok().filter(|_| count > 1).map(|values| {
        let g = count as f64;
        let mean = values.iter().sum::<f64>() / g;
        let se = ((g - 1.0) / g * values.iter().map(|v| (v - mean).powi(2)).sum::<f64>()).sqrt();
        let half = t_quantile(0.975, g - 1.0) * se;
        Interval {
            low: (value - half).max(-1.0),
            high: (value + half).min(1.0),
            level: 0.95,
            method: "cluster-jackknife-t",
        }
    });
    Figure::Known(Estimate { value, interval, n: all.total(), groups: count as u64 })
}
