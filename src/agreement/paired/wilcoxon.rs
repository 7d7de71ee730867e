//! Wilcoxon's signed-rank test: a secondary test here, for ratings on five levels are mostly ties.

use crate::agreement::numerics::normal_cdf;
use crate::domain::Undefined;

/// What becomes of pairs without a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zeros {
    /// Left out before ranking (Wilcoxon 1945).
    Drop,
    /// Ranked with the others, then left out (Pratt 1959).
    Pratt,
}

/// The test's outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SignedRank {
    /// The smaller of the two rank sums.
    pub statistic: f64,
    /// Two-sided, by the normal approximation with tie correction and without continuity correction.
    pub p: f64,
    /// Pairs that differ.
    pub nonzero: u64,
}

/// Wilcoxon's signed-rank test of paired differences being symmetric around 0 (SPEC case J5, scipy `wilcoxon` with
/// `method="asymptotic"`).
///
/// With `n` ranked pairs, `z` of them zeros (Pratt; else 0) and tie groups of sizes `t` among the others, the statistic
/// has mean `(n(n+1) − z(z+1))/4` and variance `(n(n+1)(2n+1) − z(z+1)(2z+1) − ½Σt(t²−1))/24`. Differences tie when their
/// sizes are the same floating-point number. All zero: p is 1. Undefined without pairs and with differences that are not
/// numbers.
pub fn wilcoxon(differences: &[f64], zeros: Zeros) -> Result<SignedRank, Undefined> {
    if differences.is_empty() {
        return Err(Undefined::Empty);
    }
    if differences.iter().any(|d| !d.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    let mut ranked: Vec<f64> = differences.iter().copied().filter(|d| zeros == Zeros::Pratt || *d != 0.0).collect();
    ranked.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
    let without = ranked.iter().take_while(|d| **d == 0.0).count();
    let nonzero = (ranked.len() - without) as u64;
    let (mut above, mut below, mut ties, mut start) = (0u64, 0u64, 0.0, without);
    for tie in ranked[without..].chunk_by(|a, b| a.abs() == b.abs()) {
        // Ranks start + 1 ..= start + size: twice their mean is a whole number, so that no sum is rounded.
        let twice = (2 * start + tie.len() + 1) as u64;
        let positive = tie.iter().filter(|d| **d > 0.0).count() as u64;
        above += twice * positive;
        below += twice * (tie.len() as u64 - positive);
        let size = tie.len() as f64;
        ties += size * (size * size - 1.0);
        start += tie.len();
    }
    let statistic = above.min(below) as f64 / 2.0;
    let (n, z) = (ranked.len() as f64, without as f64);
    let mean = (n * (n + 1.0) - z * (z + 1.0)) / 4.0;
    let variance = (n * (n + 1.0) * (2.0 * n + 1.0) - z * (z + 1.0) * (2.0 * z + 1.0) - 0.5 * ties) / 24.0;
    // The statistic is the smaller sum, so its deviation is never positive.
    let p = if nonzero == 0 { 1.0 } else { (2.0 * normal_cdf((statistic - mean) / variance.sqrt())).min(1.0) };
    Ok(SignedRank { statistic, p, nonzero })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ranks_of_three_differences_and_a_zero() {
        // Sizes 1, 2, 3 of +1, −2, +3. Dropped: ranks 1, 2, 3, sums 4 and 2; mean 3, variance 3·4·7/24 = 3.5.
        let dropped = wilcoxon(&[1.0, 0.0, -2.0, 3.0], Zeros::Drop).unwrap();
        assert_eq!((dropped.statistic, dropped.nonzero), (2.0, 3));
        assert!((dropped.p - 2.0 * normal_cdf(-1.0 / 3.5f64.sqrt())).abs() < 1e-15);
        // Pratt: ranks 2, 3, 4, sums 6 and 3; mean (20 − 2)/4 = 4.5, variance (180 − 6)/24 = 7.25.
        let pratt = wilcoxon(&[1.0, 0.0, -2.0, 3.0], Zeros::Pratt).unwrap();
        assert_eq!(pratt.statistic, 3.0);
        assert!((pratt.p - 2.0 * normal_cdf(-1.5 / 7.25f64.sqrt())).abs() < 1e-15);
    }

    #[test]
    fn equal_sides_give_p_one_and_no_pairs_give_none() {
        for zeros in [Zeros::Drop, Zeros::Pratt] {
            assert_eq!(wilcoxon(&[0.0; 4], zeros), Ok(SignedRank { statistic: 0.0, p: 1.0, nonzero: 0 }));
            assert_eq!(wilcoxon(&[], zeros), Err(Undefined::Empty));
            assert_eq!(wilcoxon(&[1.0, -1.0], zeros).unwrap().p, 1.0);
        }
    }

    proptest! {
        #[test]
        fn swapping_the_sides_or_the_rows_changes_nothing(mut rows in proptest::collection::vec(-4i8..=4, 1..40)) {
            for zeros in [Zeros::Drop, Zeros::Pratt] {
                let of = |rows: &[i8], sign: f64| wilcoxon(&rows.iter().map(|d| sign * f64::from(*d)).collect::<Vec<_>>(), zeros);
                let (one, other) = (of(&rows, 1.0), of(&rows, -1.0));
                rows.reverse();
                prop_assert_eq!(one, other);
                prop_assert_eq!(of(&rows, 1.0), one);
                prop_assert!((0.0..=1.0).contains(&one.unwrap().p));
            }
        }
    }
}
