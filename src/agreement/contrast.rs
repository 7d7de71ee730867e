//! A part of the rows against the rest of them.

use super::Term;
use super::numerics::{t_cdf, t_quantile};
use crate::domain::{Estimate, Figure, Interval, Undefined};
use std::collections::BTreeMap;

/// Fewer groups than this have a standard error and no test (SPEC §1).
pub const LEAST_GROUPS: u64 = 10;

/// How a part differs from the rest.
#[derive(Clone, Debug, PartialEq)]
pub struct Contrast {
    /// Mean of the part − mean of the rest.
    pub difference: Figure,
    /// Two-sided p-value of no difference.
    pub p: Result<f64, Undefined>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    part: (f64, f64),
    rest: (f64, f64),
}

/// Compares the mean of the rows that are `true` with the mean of those that are `false`.
///
/// Groups may lie in both parts, so the two means are not independent. With means `m₁`, `m₀` over `N₁`, `N₀` rows and
/// the influence of group g, `u_g = (S₁g − m₁n₁g)/N₁ − (S₀g − m₀n₀g)/N₀`, the variance of the difference is
/// `G/(G−1) Σ u_g²` (linearisation as in [`super::ratio`]), and the test is Student's t on G − 1. Undefined when a part has
/// no rows; the test also below [`LEAST_GROUPS`] groups, or when the groups do not differ.
pub fn contrast(rows: impl Iterator<Item = (Term, bool)>) -> Contrast {
    let mut groups: BTreeMap<u32, Vec<(bool, f64, u64)>> = BTreeMap::new();
    for (term, part) in rows.filter(|(term, _)| term.weight > 0) {
        groups.entry(term.group).or_default().push((part, term.value, term.weight));
    }
    let sums: Vec<Sums> = groups.into_values().map(sum).collect();
    let total = |of: fn(&Sums) -> f64| sums.iter().map(of).sum::<f64>();
    let (n1, n0) = (total(|s| s.part.1), total(|s| s.rest.1));
    if n1 == 0.0 || n0 == 0.0 {
        return Contrast { difference: Undefined::Empty.into(), p: Err(Undefined::Empty) };
    }
    let (m1, m0) = (total(|s| s.part.0) / n1, total(|s| s.rest.0) / n0);
    let influence = |s: &Sums| (s.part.0 - m1 * s.part.1) / n1 - (s.rest.0 - m0 * s.rest.1) / n0;
    let count = sums.len() as u64;
    let g = count as f64;
    let squares: f64 = sums.iter().map(|s| influence(s).powi(2)).sum();
    // What is left of equal influences after rounding is no spread.
    let rounding = 1e-12 * (m1.abs() + m0.abs());
    let se = (count > 1).then(|| (g / (g - 1.0) * squares).sqrt()).filter(|se| *se > rounding);
    let value = m1 - m0;
    let interval = se.map(|se| {
        let half = t_quantile(0.975, g - 1.0) * se;
        Interval { low: value - half, high: value + half, level: 0.95, method: "cluster-t" }
    });
    let p = match se {
        _ if count < LEAST_GROUPS => Err(Undefined::TooFewGroups),
        None => Err(Undefined::ZeroVariance),
        Some(se) => Ok((2.0 * t_cdf(-(value / se).abs(), g - 1.0)).min(1.0)),
    };
    Contrast { difference: Figure::Known(Estimate { value, interval, n: (n1 + n0) as u64, groups: count }), p }
}

fn sum(mut rows: Vec<(bool, f64, u64)>) -> Sums {
    // Sorted before summing: float addition is not associative, and rows may come in any order.
    rows.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    rows.into_iter().fold(Sums::default(), |mut sums, (part, value, weight)| {
        let side = if part { &mut sums.part } else { &mut sums.rest };
        side.0 += value;
        side.1 += weight as f64;
        sums
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(group: u32, value: f64, part: bool) -> (Term, bool) {
        (Term { group, value, weight: 1 }, part)
    }

    #[test]
    fn groups_in_one_part_only_add_their_variances() {
        // Part: 1, 3 (mean 2); rest: 4, 8 (mean 6). u = ∓1/2, ∓2/2·…: part −.5, .5; rest 1, −1; Σu² = 2.5; SE = √(4/3·2.5).
        let rows = [row(0, 1.0, true), row(1, 3.0, true), row(2, 4.0, false), row(3, 8.0, false)];
        let found = contrast(rows.into_iter());
        assert_eq!(found.difference.value(), Some(-4.0));
        let interval = found.difference.interval().expect("four groups");
        let se = (interval.high - interval.low) / 2.0 / t_quantile(0.975, 3.0);
        assert!((se - (4.0f64 / 3.0 * 2.5).sqrt()).abs() < 1e-12);
        assert_eq!(found.p, Err(Undefined::TooFewGroups));
    }

    #[test]
    fn a_shift_that_every_group_shows_is_found_and_none_is_not() {
        let shifted = (0..20).flat_map(|g| [row(g, 5.0 + f64::from(g % 3), true), row(g, f64::from(g % 3), false)]);
        // Both rows of a group move together, so the difference does not vary at all.
        assert_eq!(contrast(shifted).p, Err(Undefined::ZeroVariance));
        let noisy = |shift: f64| {
            (0..20).flat_map(move |g| [row(g, shift + f64::from(g % 3), true), row(g, f64::from(g % 5), false)])
        };
        assert!(contrast(noisy(5.0)).p.is_ok_and(|p| p < 1e-6));
        assert!(contrast(noisy(1.0)).p.is_ok_and(|p| p > 0.5));
    }

    #[test]
    fn without_a_rest_there_is_nothing_to_compare_with() {
        assert_eq!(contrast([row(0, 1.0, true)].into_iter()).p, Err(Undefined::Empty));
    }
}
