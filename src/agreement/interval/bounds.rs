//! Upper bounds for the mean of bounded losses that hold at any sample size, for gates.
//!
//! Losses are between 0 and 1 (an NMSE of 100 is 1) and rows independent. `delta` is the probability that the bound is
//! below the true mean.

use super::super::numerics::{binomial_cdf, sum, t_quantile};

/// Hoeffding's bound: `mean + √(ln(1/δ) / 2n)` (Hoeffding 1963).
pub fn hoeffding(mean: f64, n: u64, delta: f64) -> f64 {
    (mean + ((1.0 / delta).ln() / (2.0 * n as f64)).sqrt()).min(1.0)
}

/// The empirical Bernstein bound of Maurer & Pontil (2009, theorem 4): narrower where losses vary little.
///
/// `mean + √(2·s²·ln(2/δ)/n) + 7·ln(2/δ)/(3(n − 1))` with the sample variance `s²`; 1 when there is one loss.
pub fn maurer_pontil(losses: &[f64], delta: f64) -> f64 {
    let n = losses.len() as f64;
    if losses.len() < 2 {
        return 1.0;
    }
    let log = (2.0 / delta).ln();
    let (mean, variance) = moments(losses);
    (mean + (2.0 * variance * log / n).sqrt() + 7.0 * log / (3.0 * (n - 1.0))).min(1.0)
}

/// The Hoeffding–Bentkus bound (Bates et al. 2021; SPEC case I5): the smallest mean that both inequalities reject.
///
/// A true mean `t` is rejected when the observed mean is at most `t` and
/// `min(exp(−n·kl(mean, t)), e·P(Binomial(n, t) ≤ ⌈n·mean⌉))` is at most `δ`.
pub fn hoeffding_bentkus(mean: f64, n: u64, delta: f64) -> f64 {
    let (mut low, mut high) = (mean, 1.0);
    for _ in 0..100 {
        let middle = (low + high) / 2.0;
        if hoeffding_bentkus_p(mean, n, middle) > delta { low = middle } else { high = middle }
    }
    high
}

/// The Hoeffding–Bentkus p-value of the hypothesis that the true mean of `n` losses is `limit` or more.
pub fn hoeffding_bentkus_p(mean: f64, n: u64, limit: f64) -> f64 {
    if mean >= limit {
        return 1.0;
    }
    let size = n as f64;
    let hoeffding = (-size * divergence(mean, limit)).exp();
    // A sum that is a whole number must not be pushed to the next one by its last bit.
    let at_most = (size * mean - 1e-9).ceil().max(0.0) as u64;
    let bentkus = std::f64::consts::E * binomial_cdf(at_most, n, limit);
    hoeffding.min(bentkus).min(1.0)
}

/// The one-sided t bound, which holds only in large samples (SPEC §6: it covers 76 to 94 % instead of 95); printed beside
/// the others, never a gate. `None` below two losses.
pub fn student(losses: &[f64], delta: f64) -> Option<f64> {
    let n = losses.len() as f64;
    let (mean, variance) = moments(losses);
    (losses.len() > 1).then(|| mean + t_quantile(1.0 - delta, n - 1.0) * (variance / n).sqrt())
}

/// The exact upper bound when all of `n` losses were zero: `1 − δ^(1/n)` (SPEC case V3); 1 when there is none.
pub fn zero_error(n: u64, delta: f64) -> f64 {
    if n == 0 { 1.0 } else { -(delta.ln() / n as f64).exp_m1() }
}

/// `kl(a, b)` of two Bernoulli distributions.
fn divergence(a: f64, b: f64) -> f64 {
    let part = |a: f64, b: f64| if a == 0.0 { 0.0 } else { a * (a / b).ln() };
    part(a, b) + part(1.0 - a, 1.0 - b)
}

/// Mean and sample variance (n − 1).
fn moments(losses: &[f64]) -> (f64, f64) {
    let n = losses.len() as f64;
    let mean = sum(losses.iter().copied()) / n;
    (mean, sum(losses.iter().map(|l| (l - mean).powi(2))) / (n - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hoeffding_by_hand() {
        // ln 20 = 2.995732; / 200 = 0.01497866; √ = 0.1223873.
        assert!((hoeffding(0.1, 100, 0.05) - 0.22238734153404082).abs() < 1e-12);
        assert_eq!(hoeffding(0.9, 2, 0.05), 1.0);
    }

    #[test]
    fn without_an_error_the_bound_is_the_rule_of_three() {
        assert!((zero_error(30, 0.05) - 0.09503385285530419).abs() < 1e-14);
        assert_eq!(zero_error(0, 0.05), 1.0);
        // Hoeffding at mean 0 is (1 − t)ⁿ itself, so Hoeffding–Bentkus can only tie with it.
        assert!((hoeffding_bentkus(0.0, 30, 0.05) - zero_error(30, 0.05)).abs() < 1e-12);
    }

    #[test]
    fn one_loss_bounds_nothing() {
        assert_eq!((maurer_pontil(&[0.0], 0.05), student(&[0.0], 0.05)), (1.0, None));
    }

    proptest! {
        #[test]
        fn hoeffding_bentkus_is_never_below_the_mean_nor_above_hoeffding(mean in 0.0f64..=1.0, n in 1u64..5_000) {
            let bound = hoeffding_bentkus(mean, n, 0.05);
            prop_assert!(bound >= mean && bound <= hoeffding(mean, n, 0.05) + 1e-12);
        }
    }
}
