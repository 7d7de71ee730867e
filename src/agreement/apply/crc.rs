//! Conformal risk control: the smallest widening whose expected loss stays below a limit.

use super::finite;
use super::moments::total;
use crate::domain::Undefined;

/// Rounding that a mean of losses may have.
const SLACK: f64 = 1e-12;

/// The mean of `max(0, residual − λ)/range` over calibration rows, for λ = 0, 1, …, `range`: how far outside of its set
/// of radius λ the human rating lies, as a share of the scale. Undefined without rows.
pub fn excess_risks(residuals: &[f64], range: u32) -> Result<Vec<f64>, Undefined> {
    if residuals.is_empty() {
        return Err(Undefined::Empty);
    }
    finite(residuals.iter().copied())?;
    let risk = |lambda: u32| {
        let over = residuals.iter().map(|r| (r.abs() - f64::from(lambda)).max(0.0));
        total(over) / f64::from(range) / residuals.len() as f64
    };
    Ok((0..=range).map(risk).collect())
}

/// The first λ with `n/(n+1)·risk(λ) + bound/(n+1) ≤ alpha`, so that the expected loss of the next row is at most
/// `alpha` (Angelopoulos et al. 2022; SPEC case P3). `risks` do not increase, losses are in `[0, bound]`, `n` rows.
///
/// `BelowMinimum` when even a risk of zero would need more rows, `NotCertified` when no λ is enough.
pub fn risk_control(risks: &[f64], n: u64, bound: f64, alpha: f64) -> Result<usize, Undefined> {
    let rows = n as f64;
    if n == 0 || bound / (rows + 1.0) > alpha + SLACK {
        return Err(Undefined::BelowMinimum { needed: ((bound / alpha - 1.0 - SLACK).ceil() as u64).max(1) });
    }
    let enough = |risk: &f64| (rows * risk + bound) / (rows + 1.0) <= alpha + SLACK;
    risks.iter().position(enough).ok_or(Undefined::NotCertified)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widening_grows_as_the_limit_shrinks() {
        // Residuals 0 1 2 4 and 5 zeros, range 4: risks (7, 4, 2, 1, 0)/36, n = 9.
        let residuals = [0.0, 1.0, 2.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        let risks = excess_risks(&residuals, 4).unwrap();
        for (risk, over) in risks.iter().zip([7.0, 4.0, 2.0, 1.0, 0.0]) {
            assert!((risk - over / 36.0).abs() < 1e-15, "{risks:?}");
        }
        // (9·r + 1)/10: 0.275, 0.2, 0.15, 0.125, 0.1.
        let chosen = |alpha| risk_control(&risks, 9, 1.0, alpha);
        assert_eq!([chosen(0.3), chosen(0.2), chosen(0.13), chosen(0.1)], [Ok(0), Ok(1), Ok(3), Ok(4)]);
        assert_eq!(chosen(0.05), Err(Undefined::BelowMinimum { needed: 19 }));
    }

    #[test]
    fn a_limit_that_no_widening_meets_and_no_rows_are_named() {
        assert_eq!(risk_control(&[0.9, 0.8], 99, 1.0, 0.2), Err(Undefined::NotCertified));
        assert_eq!(excess_risks(&[], 4), Err(Undefined::Empty));
        assert_eq!(risk_control(&[], 0, 1.0, 0.2), Err(Undefined::BelowMinimum { needed: 4 }));
    }
}
