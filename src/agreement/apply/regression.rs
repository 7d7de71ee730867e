//! Least squares with standard errors that know that rows of one query are alike.

use super::finite;
use crate::agreement::linear;
use crate::agreement::numerics::t_quantile;
use crate::domain::{Interval, Undefined};
use std::collections::BTreeMap;

/// A fitted regression.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusteredFit {
    /// One coefficient per column of the design.
    pub params: Vec<f64>,
    /// Their cluster-robust standard errors.
    pub se: Vec<f64>,
    /// Rows.
    pub n: u64,
    /// Groups.
    pub groups: u64,
}

impl ClusteredFit {
    /// Coefficient `i` with Student's t on groups − 1 degrees of freedom, at level `1 − alpha`.
    ///
    /// # Panics
    /// When there is no coefficient `i`.
    pub fn interval(&self, i: usize, alpha: f64) -> Interval {
        let half = t_quantile(1.0 - alpha / 2.0, (self.groups - 1) as f64) * self.se[i];
        let (low, high) = (self.params[i] - half, self.params[i] + half);
        Interval { low, high, level: 1.0 - alpha, method: "cluster-cr1-t" }
    }
}

/// Ordinary least squares of `outcomes` on the rows of `design`, with CR1 standard errors: the sandwich
/// `(XᵀX)⁻¹ (Σ_g X_gᵀe_g e_gᵀX_g) (XᵀX)⁻¹` times `G/(G−1)·(n−1)/(n−k)` (Liang & Zeger 1986; statsmodels `cov_type=
/// "cluster"`; SPEC case Y1).
///
/// `BelowMinimum` with no more rows than columns, `TooFewGroups` with one group, `Singular` when columns depend on each
/// other.
///
/// # Panics
/// When the rows are not of one length or there is not one outcome and one group per row.
pub fn least_squares(design: &[Vec<f64>], outcomes: &[f64], groups: &[u32]) -> Result<ClusteredFit, Undefined> {
    let n = design.len();
    assert!(n == outcomes.len() && n == groups.len(), "one outcome and one group per row");
    let Some(k) = design.first().map(Vec::len) else { return Err(Undefined::Empty) };
    if n <= k {
        return Err(Undefined::BelowMinimum { needed: k as u64 + 1 });
    }
    finite(design.iter().flatten().chain(outcomes).copied())?;
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let column = |j: usize| design.iter().map(|row| row[j]).collect::<Vec<f64>>();
    let columns: Vec<Vec<f64>> = (0..k).map(column).collect();
    let gram: Vec<Vec<f64>> = columns.iter().map(|a| columns.iter().map(|b| dot(a, b)).collect()).collect();
    let bread = linear::inverse(&gram)?;
    let moments: Vec<f64> = columns.iter().map(|column| dot(column, outcomes)).collect();
    let params: Vec<f64> = bread.iter().map(|row| dot(row, &moments)).collect();
    // (XᵀX)⁻¹X_gᵀe_g for each group: the sandwich's diagonal is the sum of their squares.
    let mut scores: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for ((row, outcome), group) in design.iter().zip(outcomes).zip(groups) {
        let residual = outcome - dot(row, &params);
        let score = scores.entry(*group).or_insert_with(|| vec![0.0; k]);
        score.iter_mut().zip(row).for_each(|(s, x)| *s += x * residual);
    }
    let g = scores.len();
    if g < 2 {
        return Err(Undefined::TooFewGroups);
    }
    let small = g as f64 / (g - 1) as f64 * (n - 1) as f64 / (n - k) as f64;
    let spread = |row: &Vec<f64>| (small * scores.values().map(|s| dot(row, s).powi(2)).sum::<f64>()).sqrt();
    let se = bread.iter().map(spread).collect();
    Ok(ClusteredFit { params, se, n: n as u64, groups: g as u64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_with_clustered_errors_by_hand() {
        // Outcomes 1 1 | 3 3: mean 2, group scores ∓2, bread ¼: √(2·(½² + ½²)·(3/3)) = 1. As independent rows it is √(1/3).
        let design = vec![vec![1.0]; 4];
        let fit = least_squares(&design, &[1.0, 1.0, 3.0, 3.0], &[0, 0, 1, 1]).unwrap();
        assert_eq!(fit, ClusteredFit { params: vec![2.0], se: vec![1.0], n: 4, groups: 2 });
        let single = least_squares(&design, &[1.0, 1.0, 3.0, 3.0], &[0, 1, 2, 3]).unwrap();
        assert!((single.se[0] - (1f64 / 3.0).sqrt()).abs() < 1e-12);
        // t(1) at 0.975 is 12.7062.
        assert!((fit.interval(0, 0.05).high - 14.706204736432095).abs() < 1e-6);
    }

    #[test]
    fn a_line_is_found() {
        let design: Vec<Vec<f64>> = (0..5).map(|x| vec![1.0, f64::from(x)]).collect();
        let fit = least_squares(&design, &[1.0, 3.0, 5.0, 7.0, 9.0], &[0, 1, 2, 3, 4]).unwrap();
        assert!((fit.params[0] - 1.0).abs() < 1e-12 && (fit.params[1] - 2.0).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_fitted_is_named() {
        let ones = vec![vec![1.0, 1.0]; 4];
        assert_eq!(least_squares(&[], &[], &[]), Err(Undefined::Empty));
        assert_eq!(least_squares(&ones, &[0.0; 4], &[0, 1, 2, 3]), Err(Undefined::Singular));
        assert_eq!(least_squares(&ones[..2], &[0.0; 2], &[0, 1]), Err(Undefined::BelowMinimum { needed: 3 }));
        assert_eq!(least_squares(&vec![vec![1.0]; 3], &[0.0, 1.0, 2.0], &[7; 3]), Err(Undefined::TooFewGroups));
    }
}
