//! Two candidates on the same rows: what decides whether a trial goes on.

use super::pool::{CandidateId, Pool, Row};

/// The gain of a child over what it is compared with, over the rows that both were rated on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gain {
    /// Mean of (other's loss − child's loss); positive when the child is better.
    pub mean: f64,
    /// Standard error of the mean; infinite with fewer than two rows.
    pub se: f64,
    /// Rows.
    pub n: usize,
}

/// Losses differ at least by this much somewhere: keeps a standard error from being 0 because a few rows agree exactly.
const LEAST_VARIANCE: f64 = 1e-4;

/// The gain of `child` over `other` on `rows`; `None` when they share no rated row.
pub fn gain(pool: &Pool, child: CandidateId, other: CandidateId, rows: &[Row]) -> Option<Gain> {
    let differences: Vec<f64> =
        rows.iter().filter_map(|&row| Some(pool.loss(other, row)? - pool.loss(child, row)?)).collect();
    of(&differences)
}

fn of(differences: &[f64]) -> Option<Gain> {
    let n = differences.len();
    if n == 0 {
        return None;
    }
    let mean = differences.iter().sum::<f64>() / n as f64;
    if n == 1 {
        return Some(Gain { mean, se: f64::INFINITY, n });
    }
    let variance = differences.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / (n as f64 - 1.0);
    Some(Gain { mean, se: (variance.max(LEAST_VARIANCE) / n as f64).sqrt(), n })
}

impl Gain {
    /// The child is worse by more than `z` standard errors: not worth another call. A racing rule (CAPO, arXiv
    /// 2504.16005); with `z` = 0 a noisy judge throws away half of the good children.
    pub fn is_lost(&self, z: f64) -> bool {
        self.mean + z * self.se < 0.0
    }

    /// The child is better by more than `z` standard errors.
    pub fn is_won(&self, z: f64) -> bool {
        self.mean - z * self.se > 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gain_by_hand() {
        // Differences 0.4, 0.0, 0.2: mean 0.2, variance 0.04, SE √(0.04/3).
        let gain = of(&[0.4, 0.0, 0.2]).unwrap();
        assert!((gain.mean - 0.2).abs() < 1e-12 && (gain.se - (0.04f64 / 3.0).sqrt()).abs() < 1e-12);
        assert!(gain.is_won(1.0) && !gain.is_lost(0.0));
    }

    #[test]
    fn one_row_decides_nothing_and_none_is_no_gain() {
        let one = of(&[-0.5]).unwrap();
        assert!(!one.is_lost(1.0) && !one.is_won(1.0));
        assert_eq!(of(&[]), None);
    }
}
