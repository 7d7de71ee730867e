//! The mean of a quantity over rows that come in groups, with an interval that knows about the groups.

use super::numerics::t_quantile;
use crate::domain::{Estimate, Figure, Interval, Undefined};
use std::collections::BTreeMap;

/// What one row adds to a mean: `value` of `weight` (1 for a row that counts, the number of pairs for pooled pairs).
#[derive(Clone, Copy, Debug)]
pub struct Term {
    /// The query's number.
    pub group: u32,
    /// Sum of the quantity in this row.
    pub value: f64,
    /// How many units this row stands for.
    pub weight: u64,
}

/// `Σ value / Σ weight` with a linearised (cluster-robust) 95 % interval.
///
/// With group sums `s_g`, `n_g` and the ratio `m`, `SE² = G/(G−1) · Σ (s_g − m·n_g)² / (Σ n_g)²`, and the interval is
/// `m ± t(G−1)·SE` (Cochran, *Sampling Techniques*, §6; SPEC case I3). `bounds` is the quantity's possible range; the
/// interval is cut to it. Undefined without rows. With one group, or when all groups say exactly the same, the value stands
/// without an interval: an interval of width zero would claim a certainty that the data do not have.
///
/// Groups are summed in the order of their numbers, so the result does not depend on the order of the rows.
pub fn ratio(terms: impl Iterator<Item = Term>, bounds: (f64, f64)) -> Figure {
    let mut groups: BTreeMap<u32, (Vec<f64>, u64)> = BTreeMap::new();
    for term in terms.filter(|t| t.weight > 0) {
        let group = groups.entry(term.group).or_default();
        group.0.push(term.value);
        group.1 += term.weight;
    }
    // Sorted before summing: float addition is not associative, and rows may come in any order.
    let sums: Vec<(f64, f64)> = groups
        .into_values()
        .map(|(mut values, weight)| {
            values.sort_by(f64::total_cmp);
            (values.iter().sum(), weight as f64)
        })
        .collect();
    let weight: f64 = sums.iter().map(|(_, n)| n).sum();
    if weight == 0.0 {
        return Undefined::Empty.into();
    }
    let value = sums.iter().map(|(s, _)| s).sum::<f64>() / weight;
    let count = sums.len();
    let squares: f64 = sums.iter().map(|(s, n)| (s - value * n).powi(2)).sum();
    let interval = (count > 1 && squares > 0.0).then(|| {
        let g = count as f64;
        let se = (g / (g - 1.0) * squares).sqrt() / weight;
        let half = t_quantile(0.975, g - 1.0) * se;
        Interval {
            low: (value - half).max(bounds.0),
            high: (value + half).min(bounds.1),
            level: 0.95,
            method: "cluster-t",
        }
    });
    Figure::Known(Estimate { value, interval, n: weight as u64, groups: count as u64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(clusters: &[(f64, u64)]) -> Figure {
        let term = |(group, (value, weight)): (usize, &(f64, u64))| Term {
            group: group as u32,
            value: *value,
            weight: *weight,
        };
        ratio(clusters.iter().enumerate().map(term), (f64::NEG_INFINITY, f64::INFINITY))
    }

    #[test]
    fn the_standard_error_follows_the_groups() {
        // By hand: m = 31/14; residuals −2.643, −10.071, 15.571, −2.857; Σ² = 359.05; SE = √(4/3 · 359.05)/14 = 1.5629.
        let figure = figure(&[(4.0, 3), (1.0, 5), (20.0, 2), (6.0, 4)]);
        let value = figure.value().unwrap();
        assert!((value - 2.2142857142857144).abs() < 1e-12);
        let interval = figure.interval().unwrap();
        let se = (interval.high - value) / t_quantile(0.975, 3.0);
        assert!((se - 1.562857622547509).abs() < 1e-12);
    }

    #[test]
    fn groups_that_agree_exactly_give_no_interval_of_width_zero() {
        assert_eq!(figure(&[(0.0, 4), (0.0, 6)]), Figure::point(0.0, 10, 2));
    }

    #[test]
    fn one_group_gives_a_value_without_an_interval_and_no_rows_give_none() {
        assert_eq!(figure(&[(4.0, 2)]), Figure::point(2.0, 2, 1));
        assert_eq!(figure(&[]), Figure::Undefined(Undefined::Empty));
    }
}
