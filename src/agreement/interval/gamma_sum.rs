//! The sign of a weighted sum of gamma variables.

use super::super::numerics::sum;
use std::f64::consts::FRAC_1_PI;

/// Step of the inversion integral, whose integrand is a Gaussian times a smooth function: right to 10⁻⁵ with nothing but
/// the prior, and better with every row.
const STEP: f64 = 0.1;

/// Where the Gaussian `exp(−τ²)` is cut off: 10⁻¹⁵.
const CUT: f64 = 5.9;

/// The probability that `Σ λᵢ·Gᵢ` is positive, for independent gamma variables of shapes `aᵢ`, given `(λᵢ, aᵢ)` with some λ
/// positive and a mean of at most 0.
///
/// It is `1/2πi ∫ exp Φ(s) ds` with `Φ(s) = −Σ aᵢ ln(1 − λᵢs) − ln s`, from below to above the real axis between 0 and the
/// first singularity (Rice 1980). On the path of steepest descent from the saddle point `s₀` on the axis, which is where
/// `Φ(s) = Φ(s₀) − τ²`, nothing oscillates, however rare the large values are.
pub(super) fn positive(gammas: &[(f64, f64)]) -> f64 {
    let start = Complex { re: saddle_point(gammas), im: 0.0 };
    let (height, ..) = exponent(gammas, start);
    let curvature = sum(gammas.iter().map(|(l, a)| a * (l / (1.0 - l * start.re)).powi(2))) + start.re.powi(-2);
    let mut direction = Complex { re: 0.0, im: (2.0 / curvature).sqrt() };
    let mut integral = direction.im / 2.0;
    let (mut s, mut tau) = (start, STEP);
    while tau < CUT {
        let target = Complex { re: height.re - tau * tau, im: 0.0 };
        s = on_path(gammas, s.plus(direction.times(STEP)), target);
        let (_, slope) = exponent(gammas, s);
        direction = Complex { re: -2.0 * tau, im: 0.0 }.over(slope);
        integral += (-tau * tau).exp() * direction.im;
        tau += STEP;
    }
    (FRAC_1_PI * STEP * integral * height.re.exp()).clamp(0.0, 1.0)
}

/// Newton's method for `Φ(s) = target` in the upper half-plane, from nearby.
fn on_path(gammas: &[(f64, f64)], near: Complex, target: Complex) -> Complex {
    let mut s = near;
    for _ in 0..30 {
        let (value, slope) = exponent(gammas, s);
        let mut step = value.minus(target).over(slope);
        while s.im - step.im <= 0.0 {
            step = step.times(0.5);
        }
        s = s.minus(step);
        if step.size() <= 1e-6 * s.size() {
            // The error of the next step would be its square.
            break;
        }
    }
    s
}

/// `Φ` and its derivative.
fn exponent(gammas: &[(f64, f64)], s: Complex) -> (Complex, Complex) {
    let one = Complex { re: 1.0, im: 0.0 };
    let (mut value, mut slope) = (s.ln().times(-1.0), one.over(s).times(-1.0));
    for &(l, a) in gammas {
        let factor = one.minus(s.times(l));
        value = value.minus(factor.ln().times(a));
        slope = slope.plus(one.over(factor).times(a * l));
    }
    (value, slope)
}

/// A complex number, as far as it is needed here.
#[derive(Clone, Copy, Debug)]
struct Complex {
    re: f64,
    im: f64,
}

impl Complex {
    fn plus(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }

    fn minus(self, other: Self) -> Self {
        Self { re: self.re - other.re, im: self.im - other.im }
    }

    fn times(self, factor: f64) -> Self {
        Self { re: self.re * factor, im: self.im * factor }
    }

    fn over(self, other: Self) -> Self {
        let size = other.re * other.re + other.im * other.im;
        Self {
            re: (self.re * other.re + self.im * other.im) / size,
            im: (self.im * other.re - self.re * other.im) / size,
        }
    }

    fn ln(self) -> Self {
        Self { re: 0.5 * (self.re * self.re + self.im * self.im).ln(), im: self.im.atan2(self.re) }
    }

    fn size(self) -> f64 {
        self.re.hypot(self.im)
    }
}

/// Where `Φ` is least on the real axis between 0 and the first singularity: its derivative rises from −∞ to ∞ there.
fn saddle_point(gammas: &[(f64, f64)]) -> f64 {
    let largest = gammas.iter().map(|(l, _)| *l).fold(0.0, f64::max);
    let (mut low, mut high) = (0.0, 1.0 / largest);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        let slope = sum(gammas.iter().map(|(l, a)| a * l / (1.0 - l * middle))) - 1.0 / middle;
        if slope < 0.0 { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_exponential_variables_the_one_with_twice_the_mean_is_larger_two_times_in_three() {
        // P(2·G > H) for exponential G and H is 2/3; its complement has the positive mean, so it is asked for by its sign.
        assert!((positive(&[(-2.0, 1.0), (1.0, 1.0)]) - 1.0 / 3.0).abs() < 1e-6);
    }

    #[test]
    fn equal_variables_are_as_likely_to_be_larger_as_smaller() {
        for shape in [0.5, 3.0, 1_000.0] {
            assert!((positive(&[(1.0, shape), (-1.0, shape)]) - 0.5).abs() < 1e-6);
        }
    }
}
