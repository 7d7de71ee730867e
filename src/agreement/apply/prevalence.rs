//! Shares of human labels in a bulk that only the judge has seen, when P(judge | human) is known from rows chosen by
//! their human label. They rest on that conditional being the same in the bulk: test it on a fresh slice.

use super::probabilities;
use crate::agreement::numerics::normal_quantile;
use crate::agreement::{Defined, linear};
use crate::domain::{Interval, Undefined};

/// Iterations of the label-shift estimate at most; it stops when a step changes nothing any more.
const ITERATIONS: u32 = 20_000;

/// A share of some rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// 0 to 1.
    pub share: f64,
    /// Rows.
    pub n: u64,
}

/// A corrected share.
#[derive(Clone, Debug, PartialEq)]
pub struct Corrected {
    /// The share of positive items, cut to `[0, 1]`.
    pub theta: f64,
    /// Whether it had to be cut: a sign that sensitivity or specificity do not hold in this bulk.
    pub cut: bool,
}

/// `(observed + specificity − 1)/(sensitivity + specificity − 1)` (Rogan & Gladen 1978; SPEC cases U1, U2). Undefined
/// when the judge is no better than chance, that is when the denominator is not positive.
pub fn rogan_gladen_point(observed: f64, specificity: f64, sensitivity: f64) -> Result<Corrected, Undefined> {
    probabilities(&[observed, specificity, sensitivity])?;
    let informed = sensitivity + specificity - 1.0;
    // 0.9 + 0.1 − 1 may come out a last digit above zero.
    if informed <= f64::EPSILON {
        return Err(Undefined::NotBetterThanChance);
    }
    let raw = (observed + specificity - 1.0) / informed;
    let theta = raw.clamp(0.0, 1.0);
    Ok(Corrected { theta, cut: raw != theta })
}

/// The interval at level `1 − alpha` that knows of all three samples (Lee et al. 2025, arXiv 2511.21140): shares are
/// moved towards ½ by pseudo-counts (Agresti & Coull), the point by the bias of a ratio, then
/// `se² = p(1−p)/n + (1−θ)²·spec(1−spec)/m₀ + θ²·sens(1−sens)/m₁` over the squared denominator; cut to `[0, 1]`.
///
/// Undefined without rows in one of the samples and, after the pseudo-counts, as in [`rogan_gladen_point`].
pub fn rogan_gladen(observed: Rate, specificity: Rate, sensitivity: Rate, alpha: f64) -> Result<Interval, Undefined> {
    if observed.n == 0 || specificity.n == 0 || sensitivity.n == 0 {
        return Err(Undefined::Empty);
    }
    probabilities(&[observed.share, specificity.share, sensitivity.share])?;
    let z = normal_quantile(1.0 - alpha / 2.0);
    let moved = |rate: Rate, added: f64| {
        let n = rate.n as f64 + added;
        ((rate.n as f64 * rate.share + added / 2.0) / n, n)
    };
    let ((p, n), (spec, m0), (sens, m1)) = (moved(observed, z * z), moved(specificity, 2.0), moved(sensitivity, 2.0));
    let informed = sens + spec - 1.0;
    if informed <= f64::EPSILON {
        return Err(Undefined::NotBetterThanChance);
    }
    let theta = (p + spec - 1.0) / informed;
    let (v0, v1) = (spec * (1.0 - spec) / m0, sens * (1.0 - sens) / m1);
    let shift = 2.0 * z * z * (theta * v1 - (1.0 - theta) * v0);
    let se = (p * (1.0 - p) / n + (1.0 - theta).powi(2) * v0 + theta.powi(2) * v1).sqrt() / informed;
    let end = |sign: f64| (theta + shift + sign * z * se).clamp(0.0, 1.0);
    Ok(Interval { low: end(-1.0), high: end(1.0), level: 1.0 - alpha, method: "lee-2025" })
}

/// Shares of the human labels under label shift.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelShift {
    /// By inverting P(judge | human); may leave `[0, 1]`. `Singular` also when judge and human do not have the same number
    /// of classes.
    pub inverse: Result<Vec<f64>, Undefined>,
    /// By maximum likelihood, always shares; `NoFit` when the bulk holds an answer that no human label leads to.
    pub likelihood: Result<Vec<f64>, Undefined>,
    /// The condition number of P(judge | human): how many times errors in it and in the bulk may be magnified.
    pub condition: Defined,
}

impl LabelShift {
    /// The inverse where it gives shares, else maximum likelihood.
    pub fn shares(&self) -> Result<&[f64], Undefined> {
        match &self.inverse {
            Ok(shares) if shares.iter().all(|s| (0.0..=1.0).contains(s)) => Ok(shares),
            _ => self.likelihood.as_deref().map_err(|reason| *reason),
        }
    }
}

/// Estimates the shares `π` with `Σ_h π_h·P(judge | h) = bulk`: by solving, and by expectation–maximisation from even
/// shares (Saerens, Latinne & Decaestecker 2002; SPEC case U3).
///
/// `given_human` has one row for each human label with the probabilities of the judge's answers, `bulk` the shares of
/// those answers. A malformed reply may be one more answer; then only the likelihood is defined.
///
/// # Panics
/// When a row of `given_human` is not as long as `bulk`.
pub fn label_shift(given_human: &[Vec<f64>], bulk: &[f64]) -> LabelShift {
    assert!(given_human.iter().all(|row| row.len() == bulk.len()), "one probability for each answer of the judge");
    if let Err(reason) = probabilities(given_human.iter().flatten().chain(bulk)) {
        return LabelShift { inverse: Err(reason), likelihood: Err(reason), condition: Err(reason) };
    }
    let square = given_human.len() == bulk.len() && !bulk.is_empty();
    let transposed: Vec<Vec<f64>> = (0..bulk.len()).map(|j| given_human.iter().map(|row| row[j]).collect()).collect();
    LabelShift {
        inverse: if square { linear::solve(&transposed, bulk) } else { Err(Undefined::Singular) },
        likelihood: likelihood(given_human, bulk),
        condition: if square { linear::condition(given_human) } else { Err(Undefined::Singular) },
    }
}

fn likelihood(given_human: &[Vec<f64>], bulk: &[f64]) -> Result<Vec<f64>, Undefined> {
    if given_human.is_empty() || bulk.is_empty() {
        return Err(Undefined::Empty);
    }
    let mut shares = vec![1.0 / given_human.len() as f64; given_human.len()];
    for _ in 0..ITERATIONS {
        let mut next = vec![0.0; shares.len()];
        for (j, observed) in bulk.iter().enumerate().filter(|(_, observed)| **observed > 0.0) {
            let expected: f64 = given_human.iter().zip(&shares).map(|(row, share)| row[j] * share).sum();
            if expected <= 0.0 {
                return Err(Undefined::NoFit);
            }
            for (h, row) in given_human.iter().enumerate() {
                next[h] += observed * row[j] * shares[h] / expected;
            }
        }
        let total: f64 = next.iter().sum();
        next.iter_mut().for_each(|share| *share /= total);
        let still = next == shares;
        shares = next;
        if still {
            break;
        }
    }
    Ok(shares)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_observed_share_is_stretched_by_what_the_judge_confuses() {
        // (0.5 + 0.75 − 1)/(0.75 + 0.75 − 1).
        assert_eq!(rogan_gladen_point(0.5, 0.75, 0.75), Ok(Corrected { theta: 0.5, cut: false }));
        assert_eq!(rogan_gladen_point(0.125, 0.75, 0.75), Ok(Corrected { theta: 0.0, cut: true }));
        assert_eq!(rogan_gladen_point(0.5, 0.9, 0.1), Err(Undefined::NotBetterThanChance));
    }

    #[test]
    fn the_interval_holds_the_point_and_widens_with_fewer_calibration_rows() {
        let of = |m| {
            let rate = |share, n| Rate { share, n };
            rogan_gladen(rate(0.6, 1000), rate(0.8, m), rate(0.9, m), 0.05).unwrap()
        };
        let (few, many) = (of(50), of(5000));
        assert!(few.low < many.low && many.low < 4.0 / 7.0 && 4.0 / 7.0 < many.high && many.high < few.high);
        let none = Rate { share: 0.5, n: 0 };
        assert_eq!(rogan_gladen(none, none, none, 0.05), Err(Undefined::Empty));
    }

    #[test]
    fn shares_that_explain_the_bulk_are_found_both_ways() {
        // ¼ of (0.8 0.2) and ¾ of (0.4 0.6) is (0.5 0.5).
        let shift = label_shift(&[vec![0.8, 0.2], vec![0.4, 0.6]], &[0.5, 0.5]);
        for shares in [shift.inverse.as_ref().unwrap(), shift.likelihood.as_ref().unwrap()] {
            assert!((shares[0] - 0.25).abs() < 1e-9 && (shares[1] - 0.75).abs() < 1e-9, "{shift:?}");
        }
    }

    #[test]
    fn an_inverse_outside_of_the_shares_gives_way_to_the_likelihood() {
        let shift = label_shift(&[vec![0.8, 0.2], vec![0.4, 0.6]], &[0.9, 0.1]);
        assert!(shift.inverse.as_ref().unwrap()[0] > 1.0);
        assert!((shift.shares().unwrap()[0] - 1.0).abs() < 1e-9, "{shift:?}");
    }

    #[test]
    fn what_cannot_be_solved_is_named() {
        let same = label_shift(&[vec![0.5, 0.5], vec![0.5, 0.5]], &[0.5, 0.5]);
        assert_eq!((same.inverse, same.condition), (Err(Undefined::Singular), Err(Undefined::Singular)));
        assert_eq!(label_shift(&vec![vec![1.0, 0.0]; 2], &[0.5, 0.5]).likelihood, Err(Undefined::NoFit));
        assert_eq!(label_shift(&[vec![f64::NAN]], &[1.0]).inverse, Err(Undefined::NotAProbability));
        assert_eq!(label_shift(&[], &[]).likelihood, Err(Undefined::Empty));
        let malformed = label_shift(&[vec![0.7, 0.2, 0.1], vec![0.2, 0.5, 0.3]], &[0.45, 0.35, 0.2]);
        assert!((malformed.shares().unwrap()[0] - 0.5).abs() < 1e-9, "{malformed:?}");
    }

    proptest! {
        #[test]
        fn the_likelihood_always_gives_shares(cells in proptest::collection::vec(1u32..20, 9), bulk in proptest::collection::vec(1u32..20, 3)) {
            let share = |counts: &[u32]| -> Vec<f64> {
                let total: u32 = counts.iter().sum();
                counts.iter().map(|c| f64::from(*c) / f64::from(total)).collect()
            };
            let rows: Vec<Vec<f64>> = cells.chunks(3).map(share).collect();
            let shares = label_shift(&rows, &share(&bulk)).likelihood.unwrap();
            prop_assert!(shares.iter().all(|s| (0.0..=1.0).contains(s)));
            prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
    }
}
