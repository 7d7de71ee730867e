//! Replies that are a probability for each level.

use crate::agreement::Defined;
use crate::agreement::numerics::sum;
use crate::domain::Undefined;

/// How far from 1 the sum of printed probabilities may be.
const TOLERANCE: f64 = 1e-6;

/// The ranked probability score of probabilities per level against the level that people chose,
/// `Σ_{k < K−1} (F_k − 1{human ≤ k})²`: 0 when certain and right, `K − 1` when certain and at the other end of the
/// scale (Epstein 1969). Divide by `K − 1` to compare scales.
///
/// Undefined when the probabilities are no distribution.
///
/// # Panics
/// When `human` is not a level.
pub fn ranked_probability_score(probabilities: &[f64], human: usize) -> Defined {
    assert!(human < probabilities.len(), "level {human} of {}", probabilities.len());
    distribution(probabilities)?;
    let mut below = 0.0;
    let square = |(level, probability): (usize, &f64)| {
        below += probability;
        (below - f64::from(u8::from(human <= level))).powi(2)
    };
    Ok(sum(probabilities[..probabilities.len() - 1].iter().enumerate().map(square)))
}

/// The expected rating of probabilities per level, the lowest level being the rating `lowest`: a better score than the
/// most probable level.
///
/// Undefined when the probabilities are no distribution.
pub fn expected_score(probabilities: &[f64], lowest: f64) -> Defined {
    distribution(probabilities)?;
    Ok(sum(probabilities.iter().enumerate().map(|(level, probability)| (lowest + level as f64) * probability)))
}

fn distribution(probabilities: &[f64]) -> Result<(), Undefined> {
    let whole = (sum(probabilities.iter().copied()) - 1.0).abs() <= TOLERANCE;
    // A comparison with NaN is false: NaN is no distribution.
    if whole && probabilities.iter().all(|p| *p >= 0.0) { Ok(()) } else { Err(Undefined::NotADistribution) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_next_to_the_truth_costs_less_than_one_far_from_it() {
        // Truth 3 of 1–4: F = 0, ½, 1: 0 + ¼ + 0. Truth 1: (0 − 1)² + (½ − 1)² + 0.
        let halves = [0.0, 0.5, 0.5, 0.0];
        assert_eq!((ranked_probability_score(&halves, 2), ranked_probability_score(&halves, 0)), (Ok(0.25), Ok(1.25)));
        assert_eq!(ranked_probability_score(&[1.0, 0.0, 0.0, 0.0], 3), Ok(3.0));
        assert_eq!(expected_score(&halves, 1.0), Ok(2.5));
    }

    #[test]
    fn what_is_no_distribution_is_refused() {
        for wrong in [&[0.5, 0.4][..], &[1.5, -0.5], &[f64::NAN, 1.0], &[]] {
            assert_eq!(expected_score(wrong, 1.0), Err(Undefined::NotADistribution));
        }
    }
}
