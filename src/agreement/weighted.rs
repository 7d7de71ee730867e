//! Means of rows that were drawn with unequal probability, for example by active sampling.

use super::interval::{Design, GroupSum};
use crate::domain::{Estimate, Figure, Interval, Undefined};

/// A mean over unequally weighted independent rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Weighted {
    /// Hájek's ratio `Σ w·y / Σ w` with a t interval.
    pub mean: Figure,
    /// Its linearised standard error; `None` with one row.
    pub se: Option<f64>,
    /// Kish's effective sample size.
    pub effective_rows: f64,
    /// The mean that ignores the weights.
    pub unweighted: f64,
}

/// The mean of `rows` of `(weight, value)`, the weight being one over the probability of having been drawn (SPEC case I7:
/// `SE² = n/(n−1) · Σ w²(y − mean)² / (Σ w)²`). Undefined without rows.
///
/// # Errors
/// [`Undefined::Empty`] when no row has a positive weight, [`Undefined::NotFinite`] when a number is not finite.
pub fn weighted_mean(rows: &[(f64, f64)]) -> Result<Weighted, Undefined> {
    if rows.iter().any(|(weight, value)| !weight.is_finite() || !value.is_finite()) {
        return Err(Undefined::NotFinite);
    }
    let terms: Vec<GroupSum> = rows.iter().map(|&(weight, value)| GroupSum { sum: weight * value, weight }).collect();
    let equal: Vec<GroupSum> = rows.iter().map(|&(_, value)| GroupSum { sum: value, weight: 1.0 }).collect();
    let (design, unweighted) = Design::of(&terms).zip(Design::of(&equal)).ok_or(Undefined::Empty)?;
    let interval = design.student(0.95).map(|(low, high)| Interval { low, high, level: 0.95, method: "linearised-t" });
    let n = rows.len() as u64;
    Ok(Weighted {
        mean: Figure::Known(Estimate { value: design.value, interval, n, groups: n }),
        se: design.se,
        effective_rows: design.kish(),
        unweighted: unweighted.value,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_rows_by_hand() {
        // (3·1 + 1·5)/4 = 2; residuals 3·(−1), 1·3; SE² = 2/1 · 18/16; effective 16/10.
        let weighted = weighted_mean(&[(3.0, 1.0), (1.0, 5.0)]).unwrap();
        assert_eq!((weighted.mean.value(), weighted.unweighted, weighted.effective_rows), (Some(2.0), 3.0, 1.6));
        assert_eq!(weighted.se, Some(1.5));
        assert_eq!(weighted_mean(&[]), Err(Undefined::Empty));
        assert_eq!(weighted_mean(&[(1.0, f64::NAN)]), Err(Undefined::NotFinite));
    }
}
