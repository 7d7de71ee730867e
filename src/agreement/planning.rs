//! How many labels a question needs (SPEC §2.18, cases V1 and V4).
//!
//! Numbers of rows are real numbers: multiply by a [`design_effect`] for rows that come in queries, and round up last.

use super::interval::proportion::wilson;
use super::numerics::{normal_quantile, sum};

/// Rows for a mean whose interval at `level` is ± `half_width`, the standard deviation between rows being `sd`:
/// `(z·sd/w)²`.
pub fn rows_for_mean(sd: f64, half_width: f64, level: f64) -> f64 {
    (normal_quantile(0.5 + level / 2.0) * sd / half_width).powi(2)
}

/// Rows for a share near `share` whose Wilson interval at `level` is at most `half_width` to either side on average.
/// `None` above a billion.
pub fn rows_for_share(share: f64, half_width: f64, level: f64) -> Option<u64> {
    let wide = |n: u64| {
        let (low, high) = wilson(share * n as f64, n as f64, level);
        (high - low) / 2.0 > half_width
    };
    let enough = std::iter::successors(Some(1u64), |n| Some(n * 2)).take(31).find(|n| !wide(*n))?;
    let (mut low, mut high) = (enough / 2, enough);
    while high - low > 1 {
        let middle = (low + high) / 2;
        if wide(middle) { low = middle } else { high = middle }
    }
    Some(high)
}

/// Rows that show with probability `power`, at a one-sided 5 % level, that a judge as good as another is not worse by
/// `margin`; `sd` is that of the row-wise differences: `((z₀.₉₅ + z_power)·sd/margin)²`.
pub fn rows_for_non_inferiority(sd: f64, margin: f64, power: f64) -> f64 {
    ((normal_quantile(0.95) + normal_quantile(power)) * sd / margin).powi(2)
}

/// Standard deviation of row-wise differences whose mean has this one-sided 95 % upper bound on `rows` rows: that of rows
/// that tell as much as these, whatever they share.
pub fn sd_of_bound(difference: f64, upper: f64, rows: f64) -> f64 {
    (upper - difference) / normal_quantile(0.95) * rows.sqrt()
}

/// The difference of two means that a two-sided 5 % test on `rows` (effective) paired rows finds with probability `power`;
/// `sd` is that of the row-wise differences.
pub fn detectable_difference(sd: f64, rows: f64, power: f64) -> f64 {
    (normal_quantile(0.975) + normal_quantile(power)) * sd / rows.sqrt()
}

/// How many times more rows are needed when they come in groups of `group_size` whose errors correlate by `icc`:
/// `1 + (m − 1)·icc` (Kish 1965).
pub fn design_effect(group_size: f64, icc: f64) -> f64 {
    1.0 + (group_size - 1.0) * icc
}

/// What remains of the human rows when a judge that correlates with people by `correlation` rates an unlimited bulk
/// (prediction-powered inference): `1 − ρ²`.
pub fn prediction_powered(correlation: f64) -> f64 {
    1.0 - correlation * correlation
}

/// The largest standard deviation that NMSE points with mean `nmse` can have: all rows at 0 or 100.
pub fn worst_sd(nmse: f64) -> f64 {
    (nmse * (100.0 - nmse)).sqrt()
}

/// A stratum to sample from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stratum {
    /// Its share of the population.
    pub share: f64,
    /// Standard deviation within it.
    pub sd: f64,
}

/// Neyman's allocation of `budget` rows: each stratum gets `minimum`, the rest goes to where a stratum's share of
/// `budget·W·sd/Σ W·sd` exceeds that, in proportion to the excess; fractions by largest remainder, ties to the first.
///
/// `None` when the budget does not cover the minima, or no stratum varies.
pub fn neyman(strata: &[Stratum], budget: u64, minimum: u64) -> Option<Vec<u64>> {
    let reserved = minimum.checked_mul(strata.len() as u64)?;
    let rest = budget.checked_sub(reserved)?;
    let spread = sum(strata.iter().map(|s| s.share * s.sd));
    if spread <= 0.0 {
        return None;
    }
    let wanted = |s: &Stratum| (budget as f64 * s.share * s.sd / spread - minimum as f64).max(0.0);
    let excess = sum(strata.iter().map(wanted));
    let parts: Vec<f64> =
        strata.iter().map(|s| if excess > 0.0 { rest as f64 * wanted(s) / excess } else { 0.0 }).collect();
    let mut rows: Vec<u64> = parts.iter().map(|part| part.floor() as u64).collect();
    let mut order: Vec<usize> = (0..strata.len()).collect();
    order.sort_by(|a, b| parts[*b].fract().total_cmp(&parts[*a].fract()).then(a.cmp(b)));
    let left = rest - rows.iter().sum::<u64>();
    order.iter().cycle().take(left as usize).for_each(|stratum| rows[*stratum] += 1);
    Some(rows.into_iter().map(|n| n + minimum).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sizes_by_hand() {
        // (1.959964·18/3)² = 138.3; with ten rows a query at ICC 0.2 times 2.8.
        assert!((rows_for_mean(18.0, 3.0, 0.95) - 138.292_9).abs() < 1e-3);
        assert_eq!(design_effect(10.0, 0.2), 2.8);
        // ((1.644854 + 0.841621)·12/2)² = 222.57.
        assert!((rows_for_non_inferiority(12.0, 2.0, 0.8) - 222.571_9).abs() < 1e-3);
        // A bound 1.2 above the mean of 168 rows: 1.2/1.644854·√168 = 9.456.
        assert!((sd_of_bound(1.0, 2.2, 168.0) - 9.456).abs() < 1e-3);
        assert_eq!(rows_for_share(0.7, 0.05, 0.95), Some(320));
        assert_eq!(rows_for_share(0.5, 0.0, 0.95), None);
        assert_eq!((worst_sd(10.0), prediction_powered(0.8)), (30.0, 1.0 - 0.8 * 0.8));
    }

    #[test]
    fn what_is_detectable_needs_the_rows_it_was_computed_from() {
        // (1.959964 + 0.841621)·16.6/√540 = 2.0: SPEC §2.18 says about 540 rows for 2 points.
        assert!((detectable_difference(16.6, 540.0, 0.8) - 2.0).abs() < 0.01);
    }

    #[test]
    fn rows_go_where_strata_are_large_and_vary() {
        let strata = [(0.5, 1.0), (0.25, 2.0), (0.25, 0.0)].map(|(share, sd)| Stratum { share, sd });
        // 10 rows, one each; wanted 5, 5, 0; beyond the minimum 4, 4, 0 of the 7 left: 3.5 each, the first is rounded up.
        assert_eq!(neyman(&strata, 10, 1), Some(vec![5, 4, 1]));
        assert_eq!((neyman(&strata, 2, 1), neyman(&strata[2..], 10, 1)), (None, None));
    }

    proptest! {
        #[test]
        fn the_whole_budget_is_spent(
            strata in proptest::collection::vec((0.01f64..1.0, 0.01f64..2.0), 1..8), budget in 20u64..500, minimum in 0u64..3
        ) {
            let strata: Vec<Stratum> = strata.into_iter().map(|(share, sd)| Stratum { share, sd }).collect();
            let rows = neyman(&strata, budget, minimum).unwrap();
            prop_assert_eq!(rows.iter().sum::<u64>(), budget);
            prop_assert!(rows.iter().all(|n| *n >= minimum));
        }
    }
}
