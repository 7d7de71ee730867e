//! Distribution functions that hold at our sizes, quantiles of samples, and sums that do not depend on their order.
//!
//! statrs 0.19 is accurate at small parameters and wrong at large ones (Student's t quantile at 10⁷ degrees of freedom:
//! 1.83 for 1.96; statrs issues #434, #435), so only its normal quantile is used. Everything else is the incomplete beta function.

mod beta;
mod sum;

pub use beta::{beta_cdf, beta_quantile};
pub use sum::{ExactSum, sum};

use beta::{logit_quantile, tails};
use statrs::function::erf::erfc_inv;

/// The probability that a standard normal variable is at most `x`; accurate far into the lower tail.
///
/// Near 0 by the series `½ + φ(x)·(x + x³/3 + x⁵/15 + …)` (Marsaglia 2004), beyond 3 by Laplace's continued fraction of
/// the tail; statrs is right to 10⁻¹¹ only.
pub fn normal_cdf(x: f64) -> f64 {
    let density = (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
    if x.abs() > 3.0 {
        let fraction = (1..=120).rev().fold(x.abs(), |below, k| x.abs() + f64::from(k) / below);
        let tail = density / fraction;
        return if x < 0.0 { tail } else { 1.0 - tail };
    }
    let (mut term, mut series) = (x, x);
    for k in 1..200 {
        term *= x * x / f64::from(2 * k + 1);
        let next = series + term;
        if next == series {
            break;
        }
        series = next;
    }
    0.5 + density * series
}

/// The `p` quantile of the standard normal distribution; −∞ at 0 and ∞ at 1.
pub fn normal_quantile(p: f64) -> f64 {
    -std::f64::consts::SQRT_2 * erfc_inv(2.0 * p)
}

/// The probability that Student's t with `df` degrees of freedom is at most `t`.
///
/// # Panics
/// When `df` is not positive or `t` is not a number.
pub fn t_cdf(t: f64, df: f64) -> f64 {
    let beyond = t_upper(t.abs(), df);
    if t < 0.0 { beyond } else { 1.0 - beyond }
}

/// The probability that Student's t with `df` degrees of freedom exceeds `t`; accurate far into the upper tail.
pub fn t_upper(t: f64, df: f64) -> f64 {
    if t.is_infinite() {
        return if t > 0.0 { 0.0 } else { 1.0 };
    }
    let square = t * t;
    let half = 0.5 * tails(df / (df + square), square / (df + square), df / 2.0, 0.5).0;
    if t < 0.0 { 1.0 - half } else { half }
}

/// The `p` quantile of Student's t with `df` degrees of freedom.
///
/// # Panics
/// When `p` is not strictly between 0 and 1, or `df` is not positive.
pub fn t_quantile(p: f64, df: f64) -> f64 {
    assert!(p > 0.0 && p < 1.0 && df > 0.0, "no t quantile for p = {p}, df = {df}");
    match p {
        0.5 => 0.0,
        _ if p > 0.5 => -t_quantile(1.0 - p, df),
        // df/(df + t²) is Beta(df/2, ½) with both tails of t together.
        _ => -(df * (-logit_quantile(2.0 * p, df / 2.0, 0.5)).exp()).sqrt(),
    }
}

/// The `p` quantile of Fisher's F with `d1` and `d2` degrees of freedom.
///
/// # Panics
/// When `p` is not strictly between 0 and 1, or a number of degrees of freedom is not positive.
pub fn f_quantile(p: f64, d1: f64, d2: f64) -> f64 {
    d2 / d1 * logit_quantile(p, d1 / 2.0, d2 / 2.0).exp()
}

/// The probability of at most `k` successes in `n` trials of probability `p` each.
///
/// # Panics
/// When `p` is not in `[0, 1]`.
pub fn binomial_cdf(k: u64, n: u64, p: f64) -> f64 {
    if k >= n { 1.0 } else { tails(1.0 - p, p, (n - k) as f64, (k + 1) as f64).0 }
}

/// The `p` quantile of an ascending sample by linear interpolation between order statistics (type 7 of Hyndman & Fan,
/// the default of R and numpy).
///
/// # Panics
/// When the sample is empty or `p` is not in `[0, 1]`.
pub fn quantile(sorted: &[f64], p: f64) -> f64 {
    assert!(!sorted.is_empty() && (0.0..=1.0).contains(&p), "no {p} quantile of {} values", sorted.len());
    let place = p * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hold(function: impl Fn(f64) -> f64, reference: &[(f64, f64)]) {
        for &(argument, expected) in reference {
            let value = function(argument);
            assert!((value / expected - 1.0).abs() < 1e-9, "at {argument}: {value} for {expected}");
        }
    }

    #[test]
    fn t_holds_from_one_to_ten_million_degrees_of_freedom() {
        // One degree of freedom is Cauchy: tan(π(p − ½)). The others are scipy.stats.t.ppf(0.975, df) and .cdf(-5, df).
        hold(
            |df| t_quantile(0.975, df),
            &[
                (1.0, 12.706204736174694),
                (4.0, 2.7764451051977934),
                (39.0, 2.022690920036761),
                (1000.0, 1.9623390808264083),
                (1e5, 1.9599877075346095),
                (1e6, 1.959966356814107),
                (1e7, 1.959964221767205),
            ],
        );
        hold(
            |df| t_cdf(-5.0, df),
            &[
                (4.0, 0.0037452169406372625),
                (39.0, 6.2620870446836045e-06),
                (1000.0, 3.3836281823243174e-07),
                (1e7, 2.866564037504268e-07),
            ],
        );
        assert!((t_cdf(1.0, 1.0) - 0.75).abs() < 1e-15 && (t_upper(-1.0, 1.0) - 0.75).abs() < 1e-15);
        assert_eq!(t_quantile(0.5, 3.0), 0.0);
    }

    #[test]
    fn the_normal_distribution_holds_far_into_its_tail() {
        let reference = [
            (-8.0, 6.22096057427174e-16),
            (-3.0, 0.0013498980316300946),
            (-0.5, 0.3085375387259869),
            (1.959963984540054, 0.975),
        ];
        for (x, expected) in reference {
            assert!((normal_cdf(x) / expected - 1.0).abs() < 1e-13, "{x}: {}", normal_cdf(x));
        }
        assert!((normal_cdf(-3.0) / normal_cdf(-3.0 - 1e-15) - 1.0).abs() < 1e-12);
        hold(normal_quantile, &[(0.975, 1.959963984540054), (1e-10, -6.361340902404056)]);
        assert_eq!((normal_quantile(0.0), normal_quantile(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
    }

    #[test]
    fn f_and_the_binomial_hold_at_a_million() {
        hold(|df| f_quantile(0.975, df, df), &[(999.0, 1.13211983774704), (999999.0, 1.003927625146676)]);
        assert!((f_quantile(0.975, 5.0, 15.0) - 3.5764153492790607).abs() < 1e-9);
        // Two of three heads or fewer: 7/8.
        assert!((binomial_cdf(2, 3, 0.5) - 0.875).abs() < 1e-15);
        assert!((binomial_cdf(1_000_000, 2_000_000, 0.5) - 0.5002820947565123).abs() < 1e-9);
        assert_eq!(binomial_cdf(3, 3, 0.5), 1.0);
    }

    #[test]
    fn quantiles_interpolate_between_order_statistics() {
        let sample = [1.0, 2.0, 4.0, 8.0];
        assert_eq!((quantile(&sample, 0.0), quantile(&sample, 0.5), quantile(&sample, 1.0)), (1.0, 3.0, 8.0));
        assert_eq!(quantile(&[7.0], 0.3), 7.0);
    }
}
