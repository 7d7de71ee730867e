//! Intervals for shares: Wilson in reports, Clopper–Pearson in gates.

use super::super::numerics::{beta_quantile, normal_quantile};

/// Wilson's score interval for `successes` of `n` at `level` (Wilson 1927).
///
/// Counts may be fractional: rows of one query that resemble each other count as fewer. `n` must be positive.
pub fn wilson(successes: f64, n: f64, level: f64) -> (f64, f64) {
    let z = normal_quantile(0.5 + level / 2.0);
    let share = successes / n;
    let shrink = 1.0 + z * z / n;
    let centre = (share + z * z / (2.0 * n)) / shrink;
    let half = z / shrink * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    // At 0 and n the ends are exactly 0 and 1; rounding must not say otherwise.
    let low = if successes == 0.0 { 0.0 } else { (centre - half).max(0.0) };
    let high = if successes == n { 1.0 } else { (centre + half).min(1.0) };
    (low, high)
}

/// The exact upper bound of a share at confidence `1 − delta`, one-sided (Clopper & Pearson 1934; SPEC case Q2).
///
/// The largest share under which `successes` or fewer of `n` still have probability `delta`; 1 when all succeeded.
pub fn clopper_pearson_upper(successes: u64, n: u64, delta: f64) -> f64 {
    if successes >= n { 1.0 } else { beta_quantile(1.0 - delta, (successes + 1) as f64, (n - successes) as f64) }
}

/// The exact lower bound of a share at confidence `1 − delta`, one-sided; 0 when none succeeded.
pub fn clopper_pearson_lower(successes: u64, n: u64, delta: f64) -> f64 {
    if successes == 0 { 0.0 } else { beta_quantile(delta, successes as f64, (n - successes) as f64 + 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} for {b}");
    }

    #[test]
    fn wilson_on_ten_rows() {
        // z² = 3.8414588; centre (0.5 + 0.19207)/(1.384146) = 0.5; half 1.959964/1.384146 · √(0.025 + 0.0096036).
        let (low, high) = wilson(5.0, 10.0, 0.95);
        close(low, 0.236593090512564);
        close(low + high, 1.0);
        assert_eq!((wilson(0.0, 10.0, 0.95).0, wilson(10.0, 10.0, 0.95).1), (0.0, 1.0));
    }

    #[test]
    fn clopper_pearson_without_a_success_is_the_rule_of_three() {
        // (1 − p)³⁰ = 0.05.
        close(clopper_pearson_upper(0, 30, 0.05), 1.0 - 0.05f64.powf(1.0 / 30.0));
        close(clopper_pearson_lower(30, 30, 0.05), 0.05f64.powf(1.0 / 30.0));
        assert_eq!((clopper_pearson_upper(50, 50, 0.05), clopper_pearson_lower(0, 50, 0.05)), (1.0, 0.0));
    }

    proptest! {
        #[test]
        fn both_hold_the_observed_share(n in 1u64..10_000, share in 0.0f64..=1.0) {
            let k = (share * n as f64) as u64;
            let observed = k as f64 / n as f64;
            let (low, high) = wilson(k as f64, n as f64, 0.95);
            prop_assert!(low <= observed && observed <= high);
            prop_assert!(clopper_pearson_lower(k, n, 0.025) <= observed && observed <= clopper_pearson_upper(k, n, 0.025));
        }
    }
}
