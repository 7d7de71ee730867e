//! Sums of floats that are the same for any order of the values.

/// `2^52`: values of a rating scale keep all their digits.
const UNIT: f64 = (1u64 << 52) as f64;

/// A sum in fixed point. Integer addition is associative, so rows may come in any order, from any number of threads,
/// and the sum has the same bits. Each value is cut to a multiple of 2⁻⁵², which values of 1 and more are already; 2⁶⁰ of
/// them fit at the size of a squared range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExactSum(i128);

impl ExactSum {
    /// Adds one value.
    pub fn add(&mut self, value: f64) {
        debug_assert!(value.is_finite() && value.abs() < 1e18, "{value} is not a value of a rating scale");
        let units = value * UNIT;
        // Nearly always within 64 bits, where the conversion is one instruction.
        self.0 += if units.abs() < i64::MAX as f64 { i128::from(units as i64) } else { units as i128 };
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: Self) {
        self.0 += other.0;
    }

    /// The sum, rounded once.
    pub fn value(self) -> f64 {
        self.0 as f64 / UNIT
    }
}

/// The sum of values in a fixed order, with Neumaier's compensation: correct to a last digit where plain summation has
/// lost its size times the machine precision.
pub fn sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0f64, 0.0);
    for value in values {
        let next = sum + value;
        lost += if sum.abs() >= value.abs() { (sum - next) + value } else { (value - next) + sum };
        sum = next;
    }
    sum + lost
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn compensation_keeps_what_a_large_value_would_swallow() {
        assert_eq!(sum([1.0, 1e100, 1.0, -1e100]), 2.0);
        assert_eq!(sum([0.1; 10]), 1.0);
    }

    proptest! {
        #[test]
        fn the_order_of_values_changes_no_bit(mut values in proptest::collection::vec(-100.0f64..100.0, 0..50)) {
            let total = |values: &[f64]| {
                let mut sum = ExactSum::default();
                values.iter().for_each(|v| sum.add(*v));
                sum.value()
            };
            let there = total(&values);
            prop_assert!((there - sum(values.iter().copied())).abs() < 1e-11);
            values.reverse();
            prop_assert_eq!(there.to_bits(), total(&values).to_bits());
        }
    }
}
