//! How differently people and judge use the scale. Marginals say nothing about pairs: never a gate.

use super::Marginal;
use super::numerics::sum;
use crate::domain::Undefined;

/// Distances between two distributions of scores (SPEC §2.12). All are 0 for equal distributions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DistributionDistance {
    /// Wasserstein-1, the mean distance that scores must be moved, `Σ |F_j − F_h|`, in rating points.
    pub wasserstein: f64,
    /// The same as a share of the scale's range, 0 to 1.
    pub wasserstein_normalised: f64,
    /// Jensen–Shannon divergence to base 2, 0 to 1. It is the square of what scipy's `jensenshannon(base=2)` returns.
    pub jensen_shannon_bits: f64,
    /// Total variation, `½ Σ |p_j − p_h|`, 0 to 1.
    pub total_variation: f64,
    /// Kolmogorov–Smirnov, `max |F_j − F_h|`, 0 to 1.
    pub kolmogorov_smirnov: f64,
}

impl DistributionDistance {
    /// The root of the divergence, which unlike it is a metric.
    pub fn jensen_shannon_distance(&self) -> f64 {
        self.jensen_shannon_bits.sqrt()
    }
}

/// The distances between two marginals, of as many rows each as there are, on a scale of length `range`.
///
/// Undefined when one of them has no rows, and on a scale of no length.
pub fn distribution_distance(a: &Marginal, b: &Marginal, range: f64) -> Result<DistributionDistance, Undefined> {
    if a.rows() == 0 || b.rows() == 0 {
        return Err(Undefined::Empty);
    }
    if range <= 0.0 {
        return Err(Undefined::ZeroVariance);
    }
    let shares = joined(a, b);
    let mut below = (0, 0);
    let gaps: Vec<f64> = shares
        .iter()
        .map(|(_, in_a, in_b)| {
            below = (below.0 + in_a, below.1 + in_b);
            (below.0 as f64 / a.rows() as f64 - below.1 as f64 / b.rows() as f64).abs()
        })
        .collect();
    let wasserstein = sum(shares.windows(2).zip(&gaps).map(|(pair, gap)| gap * (pair[1].0 - pair[0].0)));
    let share = |(_, in_a, in_b): &(f64, u64, u64)| (*in_a as f64 / a.rows() as f64, *in_b as f64 / b.rows() as f64);
    let information = |p: f64, middle: f64| if p > 0.0 { p * (p / middle).log2() } else { 0.0 };
    let divergence = |(p, q): (f64, f64)| information(p, (p + q) / 2.0) + information(q, (p + q) / 2.0);
    Ok(DistributionDistance {
        wasserstein,
        wasserstein_normalised: wasserstein / range,
        // Rounding can take equal distributions just below 0.
        jensen_shannon_bits: (sum(shares.iter().map(share).map(divergence)) / 2.0).max(0.0),
        total_variation: sum(shares.iter().map(share).map(|(p, q)| (p - q).abs())) / 2.0,
        kolmogorov_smirnov: gaps.into_iter().fold(0.0, f64::max),
    })
}

/// All scores of both from low to high, with the rows of either.
fn joined(a: &Marginal, b: &Marginal) -> Vec<(f64, u64, u64)> {
    let of_a = a.scores().iter().map(|(score, rows)| (*score, *rows, 0));
    let mut all: Vec<(f64, u64, u64)> = of_a.chain(b.scores().iter().map(|(score, rows)| (*score, 0, *rows))).collect();
    all.sort_unstable_by(|x, y| x.0.total_cmp(&y.0));
    all.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            (kept.1, kept.2) = (kept.1 + next.1, kept.2 + next.2);
        }
        same
    });
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn distance(a: &[u64], b: &[u64]) -> DistributionDistance {
        let range = (a.len() - 1) as f64;
        distribution_distance(&Marginal::of_counts(a, 1.0), &Marginal::of_counts(b, 1.0), range).unwrap()
    }

    #[test]
    fn two_distributions_by_hand() {
        // p = (½, ½, 0), q = (¼, ¼, ½). F: ½ 1 1 and ¼ ½ 1: W1 = ¼ + ½, KS = ½. TV = ½ (¼ + ¼ + ½).
        let far = distance(&[1, 1, 0], &[1, 1, 2]);
        assert_eq!((far.wasserstein, far.wasserstein_normalised), (0.75, 0.375));
        assert_eq!((far.kolmogorov_smirnov, far.total_variation), (0.5, 0.5));
        // Middle (⅜, ⅜, ¼): ½ (log₂ 4/3 + ½ log₂ 2/3 + ½ log₂ 2) = ½ (0.415037 − 0.292481 + 0.5).
        assert!((far.jensen_shannon_bits - 0.311278).abs() < 1e-6, "{far:?}");
    }

    #[test]
    fn opposite_ends_are_as_far_as_it_goes() {
        let far = distance(&[3, 0, 0, 0, 0], &[0, 0, 0, 0, 9]);
        assert_eq!((far.wasserstein, far.wasserstein_normalised), (4.0, 1.0));
        assert_eq!((far.jensen_shannon_bits, far.total_variation, far.kolmogorov_smirnov), (1.0, 1.0, 1.0));
    }

    #[test]
    fn no_rows_and_no_scale_have_no_distance() {
        let some = Marginal::of_counts(&[1, 2], 1.0);
        assert_eq!(distribution_distance(&some, &Marginal::of_counts(&[0], 1.0), 4.0), Err(Undefined::Empty));
        assert_eq!(distribution_distance(&some, &some, 0.0), Err(Undefined::ZeroVariance));
    }

    proptest! {
        #[test]
        fn it_is_symmetric_and_nought_for_the_same_shape(a in proptest::collection::vec(0u64..9, 5), b in proptest::collection::vec(1u64..9, 5)) {
            prop_assume!(a.iter().sum::<u64>() > 0);
            let (there, back) = (distance(&a, &b), distance(&b, &a));
            prop_assert!((there.wasserstein - back.wasserstein).abs() < 1e-12);
            prop_assert!((there.jensen_shannon_bits - back.jensen_shannon_bits).abs() < 1e-12);
            let twice: Vec<u64> = a.iter().map(|n| 2 * n).collect();
            let none = distance(&a, &twice);
            prop_assert!(none.wasserstein < 1e-12 && none.jensen_shannon_bits < 1e-12 && none.total_variation < 1e-12);
        }
    }
}
