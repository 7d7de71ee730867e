//! Two judges on the same items, right or wrong.

use crate::agreement::numerics::binomial_cdf;

/// Two-sided p-values of McNemar's test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct McNemar {
    /// Exact: conservative.
    pub exact: f64,
    /// Mid-p: half the weight for the observed table itself, close to its level (Fagerland, Lydersen & Laake 2013).
    pub mid: f64,
}

/// McNemar's test on the discordant items: `b` that only the first judge got right, `c` that only the second did.
///
/// Given `b + c`, `b` is binomial with probability ½ when the judges are equally good. With `m = min(b, c)` the exact
/// p is `min(1, 2·P(X ≤ m))` and the mid-p `2·P(X ≤ m) − P(X = m)`. Without discordant items both are 1 (SPEC case J4;
/// the chi-square form of statsmodels says 0 there).
pub fn mcnemar(b: u64, c: u64) -> McNemar {
    let (n, m) = (b + c, b.min(c));
    let at_most = binomial_cdf(m, n, 0.5);
    let below = if m == 0 { 0.0 } else { binomial_cdf(m - 1, n, 0.5) };
    McNemar { exact: (2.0 * at_most).min(1.0), mid: (at_most + below).min(1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(test: McNemar, exact: f64, mid: f64) {
        assert!((test.exact - exact).abs() < 1e-12 && (test.mid - mid).abs() < 1e-12, "{test:?}");
    }

    #[test]
    fn one_against_three_is_ten_sixteenths() {
        // P(X ≤ 1 of 4) = (1 + 4)/16: exact 10/16; mid-p 10/16 − 4/16.
        close(mcnemar(1, 3), 0.625, 0.375);
    }

    #[test]
    fn without_a_discordant_item_nothing_speaks_against_equality() {
        close(mcnemar(0, 0), 1.0, 1.0);
        close(mcnemar(7, 7), 1.0, 1.0);
    }

    #[test]
    fn a_million_discordant_items_still_have_a_p() {
        // z = (501000 − 500000 − ½)/500 = 1.999: 2·(1 − Φ(1.999)) = 0.045609 by the continuity-corrected normal.
        assert!((mcnemar(501_000, 499_000).exact - 0.045_609).abs() < 1e-5, "{:?}", mcnemar(501_000, 499_000));
    }

    proptest! {
        #[test]
        fn the_sides_may_be_swapped_and_mid_p_is_the_smaller(b in 0u64..200, c in 0u64..200) {
            let test = mcnemar(b, c);
            prop_assert_eq!(test, mcnemar(c, b));
            prop_assert!(0.0 < test.mid && test.mid <= test.exact && test.exact <= 1.0);
        }
    }
}
