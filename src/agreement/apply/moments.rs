//! The size, mean and spread of a sample: all that an estimate needs to know of millions of rows.

use crate::agreement::numerics::ExactSum;

/// Sufficient statistics of a mean and a variance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// Rows.
    pub n: u64,
    /// Their mean; 0 without rows.
    pub mean: f64,
    /// Sum of squared deviations from the mean.
    pub squares: f64,
}

impl Moments {
    /// Of single values, in any order.
    ///
    /// # Panics
    /// When a value is not finite.
    pub fn of(values: &[f64]) -> Self {
        let counts: Vec<(f64, u64)> = values.iter().map(|v| (*v, 1)).collect();
        Self::of_counts(&counts)
    }

    /// Of values and how often each occurs.
    ///
    /// # Panics
    /// When a value is not finite.
    pub fn of_counts(counts: &[(f64, u64)]) -> Self {
        assert!(counts.iter().all(|(value, _)| value.is_finite()), "values are finite");
        let n: u64 = counts.iter().map(|(_, count)| count).sum();
        if n == 0 {
            return Self { n, mean: 0.0, squares: 0.0 };
        }
        let mean = total(counts.iter().map(|(value, count)| value * *count as f64)) / n as f64;
        let squares = total(counts.iter().map(|(value, count)| (value - mean).powi(2) * *count as f64));
        Self { n, mean, squares }
    }

    /// Of both samples together.
    pub fn with(&self, other: &Self) -> Self {
        let n = self.n + other.n;
        if n == 0 {
            return *self;
        }
        let (a, b) = (self.n as f64 / n as f64, other.n as f64 / n as f64);
        let apart = self.mean - other.mean;
        let between = apart * apart * a * b * n as f64;
        Self { n, mean: a * self.mean + b * other.mean, squares: self.squares + other.squares + between }
    }

    /// The variance with `n − without` in the denominator, 0 when that is not positive.
    pub fn variance(&self, without: u64) -> f64 {
        if self.n > without { self.squares / (self.n - without) as f64 } else { 0.0 }
    }
}

/// A sum that is the same for any order of the values.
pub(super) fn total(values: impl Iterator<Item = f64>) -> f64 {
    let mut sum = ExactSum::default();
    values.for_each(|v| sum.add(v));
    sum.value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_values_two_samples_and_single_values_say_the_same() {
        // 1 1 4: mean 2, squares 1 + 1 + 4.
        let single = Moments::of(&[1.0, 4.0, 1.0]);
        assert_eq!(single, Moments { n: 3, mean: 2.0, squares: 6.0 });
        assert_eq!(Moments::of_counts(&[(1.0, 2), (4.0, 1)]), single);
        let joined = Moments::of(&[1.0]).with(&Moments::of(&[4.0, 1.0]));
        assert!((joined.mean - 2.0).abs() < 1e-15 && (joined.squares - 6.0).abs() < 1e-14, "{joined:?}");
        assert_eq!((single.variance(0), single.variance(1), single.variance(3)), (2.0, 3.0, 0.0));
        assert_eq!(Moments::of(&[]).with(&single), single);
    }
}
