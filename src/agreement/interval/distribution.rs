//! A bootstrap distribution and the intervals read off it.

use super::super::numerics::{normal_cdf, normal_quantile, sum};

/// Values of a statistic over resamples.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// Ascending, each with how many resamples are at or below it in this order.
    sorted: Vec<(f64, u64)>,
}

/// A bias-corrected and accelerated interval with its parts (Efron 1987).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bca {
    /// How far the median of the distribution is from the estimate, in normal units.
    pub z0: f64,
    /// How the standard error changes with the value, from the skewness of the jackknife.
    pub acceleration: f64,
    /// Which quantiles of the distribution the ends are.
    pub probabilities: (f64, f64),
    /// The interval.
    pub ends: (f64, f64),
}

impl Distribution {
    /// The distribution of these values, each with how many resamples share it; `None` without any.
    pub fn of(mut values: Vec<(f64, u64)>) -> Option<Self> {
        values.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut seen = 0;
        for (_, ways) in &mut values {
            seen += *ways;
            *ways = seen;
        }
        (!values.is_empty()).then_some(Self { sorted: values })
    }

    /// Number of resamples.
    pub fn resamples(&self) -> u64 {
        self.up_to(self.sorted.len())
    }

    /// The mean over resamples.
    pub fn mean(&self) -> f64 {
        self.average(|value| value)
    }

    /// The standard deviation over resamples, which estimates the standard error.
    pub fn sd(&self) -> f64 {
        let mean = self.mean();
        self.average(|value| (value - mean).powi(2)).sqrt()
    }

    /// All resamples gave the same value: no interval can be read off.
    pub fn is_degenerate(&self) -> bool {
        self.sorted[0].0 == self.sorted[self.sorted.len() - 1].0
    }

    /// The percentile interval; `None` when degenerate.
    pub fn percentile(&self, level: f64) -> Option<(f64, f64)> {
        (!self.is_degenerate()).then(|| (self.at((1.0 - level) / 2.0), self.at((1.0 + level) / 2.0)))
    }

    /// The BCa interval around `estimate`. `jackknife` holds leave-one-out values with how many groups share each.
    ///
    /// `z0` is the normal quantile of the mean of the strict and the weak rank of the estimate, which is what discrete
    /// statistics need (scipy does the same); ends are type-7 quantiles. `None` when degenerate, when the jackknife does
    /// not vary, or when all resamples lie on one side of the estimate: then the correction is unknown.
    pub fn bca(&self, estimate: f64, jackknife: &[(f64, u64)], level: f64) -> Option<Bca> {
        let strict = self.up_to(self.sorted.partition_point(|(v, _)| *v < estimate));
        let weak = self.up_to(self.sorted.partition_point(|(v, _)| *v <= estimate));
        let z0 = normal_quantile((strict + weak) as f64 / (2 * self.resamples()) as f64);
        let acceleration = acceleration(jackknife).filter(|_| z0.is_finite() && !self.is_degenerate())?;
        let probability = |p: f64| {
            let z = z0 + normal_quantile(p);
            normal_cdf(z0 + z / (1.0 - acceleration * z))
        };
        let probabilities = (probability((1.0 - level) / 2.0), probability((1.0 + level) / 2.0));
        let ends = (self.at(probabilities.0), self.at(probabilities.1));
        Some(Bca { z0, acceleration, probabilities, ends })
    }

    /// The `p` quantile, by linear interpolation between order statistics (type 7).
    fn at(&self, p: f64) -> f64 {
        let place = p * (self.resamples() - 1) as f64;
        let below = place.floor();
        let (low, high) = (self.nth(below as u64), self.nth(below as u64 + 1));
        low + (place - below) * (high - low)
    }

    /// The order statistic number `n`, from 0; the last one beyond it.
    fn nth(&self, n: u64) -> f64 {
        let place = self.sorted.partition_point(|(_, seen)| *seen <= n);
        self.sorted[place.min(self.sorted.len() - 1)].0
    }

    /// Resamples in the first `entries`.
    fn up_to(&self, entries: usize) -> u64 {
        if entries == 0 { 0 } else { self.sorted[entries - 1].1 }
    }

    fn average(&self, of: impl Fn(f64) -> f64) -> f64 {
        let term = |(place, (value, seen)): (usize, &(f64, u64))| of(*value) * (seen - self.up_to(place)) as f64;
        sum(self.sorted.iter().enumerate().map(term)) / self.resamples() as f64
    }
}

/// `Σ d³ / (6·(Σ d²)^1.5)` with `d` the jackknife's mean minus its values; `None` when they do not vary.
fn acceleration(jackknife: &[(f64, u64)]) -> Option<f64> {
    let count: u64 = jackknife.iter().map(|(_, times)| times).sum();
    let mean = sum(jackknife.iter().map(|(v, times)| v * *times as f64)) / count as f64;
    let power = |p: i32| sum(jackknife.iter().map(|(v, times)| (mean - v).powi(p) * *times as f64));
    let squares = power(2);
    // Equal values may differ in a last digit once averaged.
    let noise = mean.abs().max(1e-300) * 1e-13;
    (squares > noise * noise * count as f64).then(|| power(3) / (6.0 * squares.powf(1.5)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_rows_by_hand() {
        // Mean of rows 0 and 2: resamples 0, 1, 1, 2. Strict rank 1/4, weak 3/4, so z0 = 0; the jackknife is symmetric.
        let distribution = Distribution::of(vec![(2.0, 1), (1.0, 2), (0.0, 1)]).unwrap();
        assert_eq!((distribution.mean(), distribution.sd()), (1.0, 0.5f64.sqrt()));
        let bca = distribution.bca(1.0, &[(2.0, 1), (0.0, 1)], 0.95).unwrap();
        assert!(bca.z0.abs() < 1e-15 && bca.acceleration == 0.0);
        // The 2.5 % point lies 0.075 of the way from 0 to 1.
        assert!((bca.ends.0 - 0.075).abs() < 1e-12 && (bca.ends.1 - 1.925).abs() < 1e-12, "{bca:?}");
        let (low, high) = distribution.percentile(0.95).unwrap();
        assert!((low - 0.075).abs() < 1e-12 && (high - 1.925).abs() < 1e-12);
    }

    #[test]
    fn shared_values_count_as_often_as_they_are_shared() {
        let apart: Vec<(f64, u64)> = [3.0, 1.0, 4.0, 1.0, 5.0, 1.0, 3.0].map(|v| (v, 1)).to_vec();
        let apart = Distribution::of(apart).unwrap();
        let shared = Distribution::of(vec![(1.0, 3), (4.0, 1), (3.0, 2), (5.0, 1)]).unwrap();
        let jackknife = [(2.0, 1), (3.0, 2)];
        assert_eq!((apart.resamples(), apart.mean(), apart.sd()), (7, shared.mean(), shared.sd()));
        assert_eq!(apart.percentile(0.9), shared.percentile(0.9));
        assert_eq!(apart.bca(3.0, &jackknife, 0.9), shared.bca(3.0, &jackknife, 0.9));
    }

    #[test]
    fn no_interval_comes_from_values_that_are_all_the_same() {
        let distribution = Distribution::of(vec![(0.0, 1); 30]).unwrap();
        assert_eq!((distribution.percentile(0.95), distribution.bca(0.0, &[(0.0, 30)], 0.95)), (None, None));
        assert_eq!(Distribution::of(Vec::new()), None);
    }
}
