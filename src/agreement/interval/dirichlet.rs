//! The mean of a quantity that takes few values, from how often each was seen: an interval that holds in small samples.

use super::super::numerics::{normal_quantile, sum};
use super::gamma_sum::positive;

/// The posterior of a mean `Σ pᵢ·vᵢ` whose class probabilities are Dirichlet (SPEC case I8).
///
/// Counts plus a prior of one row spread evenly over the values that are possible make the posterior; unseen large
/// errors keep some probability, which is what intervals from small samples otherwise lack. Quantiles are exact: they
/// come from inverting the Laplace transform, not from draws, so no seed enters.
#[derive(Clone, Debug, PartialEq)]
pub struct Posterior {
    /// Values, ascending and distinct, with their positive weights.
    classes: Vec<(f64, f64)>,
}

impl Posterior {
    /// The posterior with these `(value, weight)`: counts and prior weights in any order, values repeated or not.
    ///
    /// # Panics
    /// When there are fewer than two distinct values with a positive weight.
    pub fn new(weights: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let mut sorted: Vec<(f64, f64)> = weights.into_iter().filter(|(_, weight)| *weight > 0.0).collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let mut classes: Vec<(f64, f64)> = Vec::new();
        for (value, weight) in sorted {
            match classes.last_mut().filter(|(last, _)| *last == value) {
                Some((_, sum)) => *sum += weight,
                None => classes.push((value, weight)),
            }
        }
        assert!(classes.len() > 1, "a mean over fewer than two values is no question");
        Self { classes }
    }

    /// Posterior mean.
    pub fn mean(&self) -> f64 {
        sum(self.classes.iter().map(|(v, a)| v * a)) / self.weight()
    }

    /// Posterior standard deviation: `√(Σ p(v − mean)² / (A + 1))` with total weight `A`.
    pub fn sd(&self) -> f64 {
        let (mean, weight) = (self.mean(), self.weight());
        (sum(self.classes.iter().map(|(v, a)| a * (v - mean).powi(2))) / weight / (weight + 1.0)).sqrt()
    }

    /// The posterior probability that the mean is at most `x`.
    ///
    /// `Σ pᵢvᵢ > x` is `Σ (vᵢ − x)·Gᵢ > 0` for independent gamma variables `Gᵢ`.
    pub fn cdf(&self, x: f64) -> f64 {
        let (first, last) = (self.classes[0].0, self.classes[self.classes.len() - 1].0);
        if x <= first || x >= last {
            return f64::from(u8::from(x >= last));
        }
        if x >= self.mean() {
            1.0 - positive(&self.classes.iter().map(|(v, a)| (v - x, *a)).collect::<Vec<_>>())
        } else {
            positive(&self.classes.iter().map(|(v, a)| (x - v, *a)).collect::<Vec<_>>())
        }
    }

    /// The value that the mean is below with posterior probability `p`, to a billionth of the values' range.
    pub fn quantile(&self, p: f64) -> f64 {
        let (mut low, mut high) = (self.classes[0].0, self.classes[self.classes.len() - 1].0);
        let (mut below, mut above) = (-p, 1.0 - p);
        let precision = 1e-9 * (high - low);
        let mut guess = self.mean() + normal_quantile(p) * self.sd();
        let mut was_below = None;
        for _ in 0..100 {
            if !(guess > low && guess < high) {
                guess = (low + high) / 2.0;
            }
            let miss = self.cdf(guess) - p;
            // Illinois: an end that stays twice weighs half, so that the bracket closes from both sides.
            let stayed = was_below == Some(miss < 0.0);
            let weight = if stayed { 0.5 } else { 1.0 };
            if miss < 0.0 {
                (low, below, above) = (guess, miss, above * weight);
            } else {
                (high, above, below) = (guess, miss, below * weight);
            }
            was_below = Some(miss < 0.0);
            if high - low < precision || miss.abs() < 1e-8 {
                return guess;
            }
            guess = low - below * (high - low) / (above - below);
        }
        guess
    }

    fn weight(&self) -> f64 {
        sum(self.classes.iter().map(|(_, a)| *a))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::numerics::beta_quantile;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn moments_by_hand() {
        // Values 0, 1, 4, 9, 16 in sixteenths of 100; counts 18, 8, 3, 1, 0 plus a fifth each: 35/31·100/16.
        let values = [0.0, 1.0, 4.0, 9.0, 16.0].map(|v| v * 6.25);
        let posterior = Posterior::new(values.into_iter().zip([18.2, 8.2, 3.2, 1.2, 0.2]));
        assert!((posterior.mean() - 35.0 / 31.0 * 6.25).abs() < 1e-12);
        // Σ a·v² = 8.2 + 51.2 + 97.2 + 51.2 = 207.8; variance (207.8/31 − (35/31)²)/32.
        let variance: f64 = (207.8 / 31.0 - (35.0f64 / 31.0).powi(2)) / 32.0;
        assert!((posterior.sd() - 6.25 * variance.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn rare_errors_in_large_samples_keep_their_digits() {
        for (none, some) in [(49_000.2, 1_000.2), (49_999.2, 1.2), (200.0, 200.0), (2.2, 1.1)] {
            let posterior = Posterior::new([(0.0, none), (1.0, some)]);
            for p in [1e-4, 0.025, 0.5, 0.975, 0.9999] {
                let found = posterior.cdf(beta_quantile(p, some, none));
                assert!((found / p - 1.0).abs() < 1e-6, "{none}, {some}: {found} for {p}");
            }
        }
    }

    proptest! {
        #[test]
        fn with_two_values_it_is_the_beta_distribution(a in -0.7f64..5.0, b in -0.7f64..5.0, p in 0.001f64..0.999) {
            let (a, b) = (10f64.powf(a), 10f64.powf(b));
            let posterior = Posterior::new([(0.0, a), (1.0, b)]);
            prop_assert!((posterior.quantile(p) - beta_quantile(p, b, a)).abs() < 5e-5);
        }

        #[test]
        fn classes_may_come_in_pieces(counts in proptest::collection::vec(0.1f64..20.0, 5), p in 0.01f64..0.99) {
            let whole = Posterior::new([0.0, 1.0, 4.0, 9.0, 16.0].into_iter().zip(counts.iter().copied()));
            let halves = (0..2).flat_map(|_| [16.0, 9.0, 4.0, 1.0, 0.0].into_iter().zip(counts.iter().rev().map(|c| c / 2.0)));
            prop_assert!((whole.quantile(p) - Posterior::new(halves).quantile(p)).abs() < 1e-6);
        }
    }
}
