//! Gwet's family of chance-corrected agreement, `(pa − pe)/(1 − pe)`: the members differ in what they call chance.
//!
//! Formulas of Gwet, Handbook of Inter-Rater Reliability (4th ed., ch. 5) as in R irrCAC; values from its README are
//! reproduced by SPEC cases D1.

use super::tally::{Tally, raters};
use crate::agreement::numerics::{sum, t_quantile};
use crate::agreement::{Confusion, Defined, Weights};
use crate::domain::{Interval, Undefined};

/// A coefficient with its standard error over items.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coefficient {
    /// The point value.
    pub value: f64,
    /// Linearised standard error, items being independent; undefined for one item.
    pub se: Defined,
    /// Items that it rests on.
    pub items: u64,
}

impl Coefficient {
    /// Student's t interval on `items − 1` degrees of freedom, cut at 1.
    ///
    /// # Errors
    /// Why there is no standard error.
    pub fn interval(&self, level: f64) -> Result<Interval, Undefined> {
        let half = t_quantile(0.5 + level / 2.0, (self.items - 1).max(1) as f64) * self.se?;
        let (low, high) = (self.value - half, (self.value + half).min(1.0));
        Ok(Interval { low, high, level, method: "items-t" })
    }
}

/// Agreement of several raters, corrected for chance in each of the common ways.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GwetFamily {
    /// Items with at least one rating.
    pub items: u64,
    /// Items with at least two.
    pub paired_items: u64,
    /// Weighted agreement: the mean over paired items of the agreement of two of their raters.
    pub agreement: f64,
    /// What AC1/AC2 calls chance.
    pub ac_chance: f64,
    /// AC1 without weights, AC2 with: chance is small where ratings are concentrated, so it survives skewed labels.
    pub ac: Result<Coefficient, Undefined>,
    /// Fleiss' kappa, generalised to weights and missing ratings. With two raters it is Scott's pi, not Cohen's kappa.
    pub fleiss: Result<Coefficient, Undefined>,
    /// Brennan–Prediger: chance is a level drawn at random.
    pub brennan_prediger: Result<Coefficient, Undefined>,
    /// Krippendorff's alpha with these weights as Gwet estimates it; quadratic weights are its interval metric.
    pub alpha: Result<Coefficient, Undefined>,
}

/// The whole family. Undefined when no item has two ratings; a member is undefined when its chance agreement is
/// complete, as Fleiss' and alpha are where only one level was ever used. AC is then 1.
pub fn gwet_family(tally: &Tally, weights: Weights) -> Result<GwetFamily, Undefined> {
    let sample = Sample::of(tally, weights);
    if sample.paired == 0.0 {
        return Err(Undefined::NoPairs);
    }
    let levels = tally.levels() as f64;
    let total = total_weight(weights, tally.levels());
    let flat = spread_weight(weights, tally.levels());
    let ac_chance = flat * sum(sample.shares.iter().map(|p| p * (1.0 - p)));
    let means = mean_weights(weights, &sample.shares);
    let fleiss_chance = sum(means.iter().zip(&sample.shares).map(|(mean, share)| mean * share));
    let of_ratings = |counts: &[u32], each: &dyn Fn(usize) -> f64| {
        let all = counts.iter().enumerate().map(|(level, count)| f64::from(*count) * each(level));
        sum(all) / raters(counts) as f64
    };
    Ok(GwetFamily {
        items: tally.items(),
        paired_items: sample.paired as u64,
        agreement: sample.agreement,
        ac_chance,
        ac: sample.coefficient(ac_chance, |counts| of_ratings(counts, &|level| flat * (1.0 - sample.shares[level]))),
        fleiss: sample.coefficient(fleiss_chance, |counts| of_ratings(counts, &|level| means[level])),
        brennan_prediger: sample.coefficient(total / (levels * levels), |_| total / (levels * levels)),
        alpha: alpha(tally, weights),
    })
}

/// AC1 (no weights) or AC2 of judge and people over rows with a valid reply, in O(k²) (Gwet 2008). Undefined without
/// such rows.
pub fn gwet_ac(table: &Confusion, weights: Weights) -> Defined {
    let levels = table.levels();
    let (agreement, shares) = two_raters(table, weights)?;
    let spread: f64 = shares.iter().map(|p| p * (1.0 - p)).sum();
    corrected(agreement, spread_weight(weights, levels) * spread)
}

/// Brennan and Prediger's coefficient of judge and people over rows with a valid reply: chance is a level drawn at
/// random (1981). Undefined without such rows.
pub fn brennan_prediger(table: &Confusion, weights: Weights) -> Defined {
    let levels = table.levels();
    corrected(two_raters(table, weights)?.0, total_weight(weights, levels) / (levels * levels) as f64)
}

/// Scott's pi of judge and people over rows with a valid reply, weighted: what Fleiss' kappa is for two raters.
/// Undefined without such rows, and when both only ever gave one and the same rating.
pub fn scott_pi(table: &Confusion, weights: Weights) -> Defined {
    let levels = table.levels();
    let (agreement, shares) = two_raters(table, weights)?;
    let row = |a: usize| (0..levels).map(|b| weights.agreement(a, b, levels) * shares[b]).sum::<f64>();
    corrected(agreement, (0..levels).map(|a| shares[a] * row(a)).sum())
}

/// Weighted agreement of the two, and the share of each level among both their ratings.
fn two_raters(table: &Confusion, weights: Weights) -> Result<(f64, Vec<f64>), Undefined> {
    let levels = table.levels();
    let (mut cost, mut n) = (0u128, 0u64);
    let mut totals = vec![0u64; levels];
    for (human, row) in table.rows().enumerate() {
        for (judge, &count) in row[..levels].iter().enumerate() {
            cost += u128::from(count) * u128::from(weights.distance(human, judge));
            totals[human] += count;
            totals[judge] += count;
            n += count;
        }
    }
    if n == 0 {
        return Err(Undefined::Empty);
    }
    let agreement = 1.0 - cost as f64 / (n as f64 * weights.full(levels) as f64);
    Ok((agreement, totals.into_iter().map(|t| t as f64 / (2 * n) as f64).collect()))
}

/// What AC multiplies the spread of ratings by; on a scale of one level there is none.
fn spread_weight(weights: Weights, levels: usize) -> f64 {
    total_weight(weights, levels) / (levels * levels.saturating_sub(1)).max(1) as f64
}

fn total_weight(weights: Weights, levels: usize) -> f64 {
    (0..levels).flat_map(|a| (0..levels).map(move |b| weights.agreement(a, b, levels))).sum()
}

fn corrected(agreement: f64, chance: f64) -> Defined {
    // Shares sum to 1 up to rounding; on one level alone they do so exactly, and so does its weight.
    if chance >= 1.0 { Err(Undefined::NoExpectedDisagreement) } else { Ok((agreement - chance) / (1.0 - chance)) }
}

/// What the members of the family have in common.
struct Sample<'a> {
    tally: &'a Tally,
    weights: Weights,
    /// Items with a rating, items with two.
    items: f64,
    paired: f64,
    /// Mean agreement on paired items.
    agreement: f64,
    /// Mean over items of the share of their ratings at each level.
    shares: Vec<f64>,
}

impl<'a> Sample<'a> {
    fn of(tally: &'a Tally, weights: Weights) -> Self {
        let items = tally.items() as f64;
        let paired: u64 = tally.patterns().filter(|(counts, _)| raters(counts) > 1).map(|(_, items)| items).sum();
        let agreed = |(counts, items): (&[u32], u64)| Some(pair_agreement(counts, weights)? * items as f64);
        let agreement = sum(tally.patterns().filter_map(agreed)) / paired.max(1) as f64;
        let share = |level: usize| {
            let of_item = |(counts, n): (&[u32], u64)| f64::from(counts[level]) / raters(counts) as f64 * n as f64;
            sum(tally.patterns().map(of_item)) / items
        };
        let shares = (0..tally.levels()).map(share).collect();
        Self { tally, weights, items, paired: paired as f64, agreement, shares }
    }

    /// The coefficient for a chance agreement, and its error from each item's influence on both agreements.
    fn coefficient(&self, chance: f64, item_chance: impl Fn(&[u32]) -> f64) -> Result<Coefficient, Undefined> {
        let value = corrected(self.agreement, chance)?;
        let influence = |counts: &[u32]| {
            let own = pair_agreement(counts, self.weights).map_or(0.0, |agreement| agreement - chance);
            let moved = 2.0 * (1.0 - value) * (item_chance(counts) - chance);
            (self.items / self.paired * own - moved) / (1.0 - chance)
        };
        let squares = sum(self.tally.patterns().map(|(counts, n)| n as f64 * (influence(counts) - value).powi(2)));
        Ok(Coefficient { value, se: error_of(squares, self.items), items: self.items as u64 })
    }
}

/// Krippendorff's alpha on the paired items, with the error of R irrCAC (Python's irrCAC 0.4.4 keeps an older one).
fn alpha(tally: &Tally, weights: Weights) -> Result<Coefficient, Undefined> {
    let paired = || tally.patterns().filter(|(counts, _)| raters(counts) > 1);
    let n = paired().map(|(_, items)| items).sum::<u64>() as f64;
    let ratings = paired().map(|(counts, items)| raters(counts) * items).sum::<u64>() as f64;
    let mean_raters = ratings / n;
    let share = |level: usize| paired().map(|(counts, items)| u64::from(counts[level]) * items).sum::<u64>() as f64;
    let shares: Vec<f64> = (0..tally.levels()).map(|level| share(level) / ratings).collect();
    let means = mean_weights(weights, &shares);
    let chance = sum(means.iter().zip(&shares).map(|(mean, share)| mean * share));
    // Each item counts by its number of raters.
    let own = |counts: &[u32]| {
        pair_agreement(counts, weights).map_or(0.0, |agreement| agreement * raters(counts) as f64 / mean_raters)
    };
    let uncorrected = sum(paired().map(|(counts, items)| own(counts) * items as f64)) / n;
    let agreement = uncorrected + (1.0 - uncorrected) / ratings;
    let value = corrected(agreement, chance)?;
    let centre = corrected(uncorrected, chance)?;
    let influence = |counts: &[u32]| {
        let excess = raters(counts) as f64 / mean_raters - 1.0;
        let agreed = own(counts) - uncorrected * excess;
        let ratings = counts.iter().zip(&means).map(|(count, mean)| f64::from(*count) * mean);
        let expected = sum(ratings) / mean_raters - chance * excess;
        (agreed - chance - 2.0 * (1.0 - centre) * (expected - chance)) / (1.0 - chance)
    };
    let squares = sum(paired().map(|(counts, items)| items as f64 * (influence(counts) - centre).powi(2)));
    Ok(Coefficient { value, se: error_of(squares, n), items: n as u64 })
}

/// Mean weight of two different raters of one item; `None` for fewer than two.
fn pair_agreement(counts: &[u32], weights: Weights) -> Option<f64> {
    let raters = raters(counts);
    if raters < 2 {
        return None;
    }
    let cost = |a: usize| counts[..a].iter().enumerate().map(move |(b, n)| weights.distance(a, b) * u64::from(*n));
    let apart: u64 = (0..counts.len()).map(|a| u64::from(counts[a]) * cost(a).sum::<u64>()).sum();
    Some(1.0 - 2.0 * apart as f64 / (raters * (raters - 1) * weights.full(counts.len())) as f64)
}

fn mean_weights(weights: Weights, shares: &[f64]) -> Vec<f64> {
    let levels = shares.len();
    let row = |a: usize| sum((0..levels).map(|b| weights.agreement(a, b, levels) * shares[b]));
    (0..levels).map(row).collect()
}

fn error_of(squares: f64, items: f64) -> Defined {
    if items < 2.0 { Err(Undefined::TooFewRows) } else { Ok((squares / (items * (items - 1.0))).sqrt()) }
}

#[cfg(test)]
mod tests;
