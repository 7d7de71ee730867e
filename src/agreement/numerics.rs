//! Distribution functions that hold at our sizes.
//!
//! statrs 0.19 is accurate at small parameters and wrong at large ones (Student's t quantile at 10⁷ degrees of freedom:
//! 1.83 for 1.96; statrs issues #434, #435), so it is used only where it is right.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// Degrees of freedom above which the expansion is more accurate than statrs.
const EXPAND_ABOVE: f64 = 1e3;

/// The `p` quantile of Student's t with `df` degrees of freedom.
///
/// Above 1,000 degrees of freedom by the Cornish–Fisher expansion around the normal quantile (Abramowitz & Stegun
/// 26.7.5), whose error there is below 10⁻¹⁰.
///
/// # Panics
/// When `p` is not strictly between 0 and 1, or `df` is not positive.
pub fn t_quantile(p: f64, df: f64) -> f64 {
    assert!(p > 0.0 && p < 1.0 && df > 0.0, "no t quantile for p = {p}, df = {df}");
    if df <= EXPAND_ABOVE {
        return StudentsT::new(0.0, 1.0, df).expect("df is positive").inverse_cdf(p);
    }
    let z = Normal::new(0.0, 1.0).expect("standard normal").inverse_cdf(p);
    let (z3, z5, z7) = (z.powi(3), z.powi(5), z.powi(7));
    let g1 = (z3 + z) / 4.0;
    let g2 = (5.0 * z5 + 16.0 * z3 + 3.0 * z) / 96.0;
    let g3 = (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * z) / 384.0;
    z + g1 / df + g2 / df.powi(2) + g3 / df.powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t_quantiles_hold_from_four_to_ten_million_degrees_of_freedom() {
        // scipy.stats.t.ppf(0.975, df).
        let reference = [
            (4.0, 2.7764451051977934),
            (39.0, 2.022690920036761),
            (1000.0, 1.9623390808264083),
            (1e5, 1.9599877075346095),
            (1e6, 1.959966356814107),
            (1e7, 1.959964221767205),
        ];
        for (df, expected) in reference {
            let value = t_quantile(0.975, df);
            assert!((value - expected).abs() < 1e-9, "df {df}: {value} for {expected}");
        }
    }

    #[test]
    fn the_two_methods_meet_where_one_takes_over() {
        let below = t_quantile(0.975, 1000.0);
        let above = t_quantile(0.975, 1000.0 + 1e-6);
        assert!((below - above).abs() < 1e-8);
    }
}
