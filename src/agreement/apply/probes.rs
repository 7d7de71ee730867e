//! What moves the judge's rating that should not: a changed prompt or padded document, or a document's length.

use super::moments::total;
use super::regression::{ClusteredFit, least_squares};
use super::{Moments, finite};
use crate::agreement::Defined;
use crate::agreement::interval::Resampling;
use crate::agreement::paired::sign_flip;
use crate::domain::{Interval, Undefined};
use std::num::NonZeroU32;

/// What a change to the input did to the ratings of the same items.
#[derive(Clone, Debug, PartialEq)]
pub struct Perturbation {
    /// Items rated both times.
    pub n: u64,
    /// Items whose reply became malformed.
    pub became_malformed: u64,
    /// Items whose reply was malformed and is not any more.
    pub became_valid: u64,
    /// Mean of changed − original, in rating points.
    pub mean_shift: Defined,
    /// Share of items with another rating.
    pub flip_rate: Defined,
    /// The largest change of one item, in rating points.
    pub max_shift: Option<u8>,
    /// Two-sided p of the mean shift by flipping signs; 1 when no rating changed.
    pub p: Defined,
}

/// Compares ratings of the same items, as levels, before and after a change that should not matter (SPEC §2.21, case Y2).
/// Replies that were malformed before or after are counted and left out of the shift. Undefined without items rated both
/// times.
///
/// # Panics
/// When there are not as many ratings after as before.
pub fn paired_perturbation(original: &[Option<u8>], changed: &[Option<u8>], how: &Resampling) -> Perturbation {
    assert_eq!(original.len(), changed.len(), "each item is rated twice");
    let rows = || original.iter().zip(changed);
    let shifts: Vec<i16> = rows().filter_map(|(a, b)| Some(i16::from((*b)?) - i16::from((*a)?))).collect();
    let count = |of: fn(&Option<u8>, &Option<u8>) -> bool| rows().filter(|(a, b)| of(a, b)).count() as u64;
    let n = shifts.len();
    let share = |sum: f64| if n == 0 { Err(Undefined::Empty) } else { Ok(sum / n as f64) };
    let values: Vec<f64> = shifts.iter().map(|s| f64::from(*s)).collect();
    Perturbation {
        n: n as u64,
        became_malformed: count(|a, b| a.is_some() && b.is_none()),
        became_valid: count(|a, b| a.is_none() && b.is_some()),
        mean_shift: share(shifts.iter().map(|s| f64::from(*s)).sum()),
        flip_rate: share(shifts.iter().filter(|s| **s != 0).count() as f64),
        max_shift: shifts.iter().map(|s| s.unsigned_abs() as u8).max(),
        p: match sign_flip(&values, how) {
            Err(Undefined::NoDifference) => Ok(1.0),
            p => p,
        },
    }
}

/// One rated row for the length probe.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LengthRow {
    /// The query's number.
    pub group: u32,
    /// Judge − gold, in rating points.
    pub error: f64,
    /// The gold, in rating points.
    pub gold: f64,
    /// The document's length.
    pub length: NonZeroU32,
}

/// How the judge's error follows the length of documents.
#[derive(Clone, Debug, PartialEq)]
pub struct LengthProbe {
    /// Coefficients and errors: the constant, the length, the gold.
    pub fit: ClusteredFit,
    /// Rating points for one standard deviation of the logarithm of the length, at the same gold.
    pub slope: f64,
    /// 95 % interval of the slope.
    pub interval: Interval,
}

/// Regresses `error ~ 1 + z(ln length) + (gold − mean gold)` with cluster-robust errors (SPEC §2.21, case Y1). An
/// observation, not an experiment: longer documents may differ in more than length.
///
/// `ZeroVariance` when all lengths are the same; else undefined as [`least_squares`].
pub fn length_probe(rows: &[LengthRow]) -> Result<LengthProbe, Undefined> {
    if rows.is_empty() {
        return Err(Undefined::Empty);
    }
    finite(rows.iter().flat_map(|r| [r.error, r.gold]))?;
    let logs: Vec<f64> = rows.iter().map(|r| f64::from(r.length.get()).ln()).collect();
    let spread = Moments::of(&logs);
    // Compared as whole numbers: rounding of the mean must not pass for a spread.
    if rows.iter().all(|r| r.length == rows[0].length) {
        return Err(Undefined::ZeroVariance);
    }
    let deviation = spread.variance(0).sqrt();
    let gold = total(rows.iter().map(|r| r.gold)) / rows.len() as f64;
    let row = |(row, log): (&LengthRow, &f64)| vec![1.0, (log - spread.mean) / deviation, row.gold - gold];
    let design: Vec<Vec<f64>> = rows.iter().zip(&logs).map(row).collect();
    let errors: Vec<f64> = rows.iter().map(|r| r.error).collect();
    let groups: Vec<u32> = rows.iter().map(|r| r.group).collect();
    let fit = least_squares(&design, &errors, &groups)?;
    Ok(LengthProbe { slope: fit.params[1], interval: fit.interval(1, 0.05), fit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_is_told_from_ratings_that_were_lost() {
        // Shifts +1 +1 0 −2 of four: mean 0, three flipped; every sign pattern is at least as far from 0: p = 1.
        let before = [Some(1), Some(2), Some(0), Some(4), Some(3), None];
        let after = [Some(2), Some(3), Some(0), Some(2), None, Some(1)];
        let probe = paired_perturbation(&before, &after, &Resampling::default());
        let expected = Perturbation {
            n: 4,
            became_malformed: 1,
            became_valid: 1,
            mean_shift: Ok(0.0),
            flip_rate: Ok(0.75),
            max_shift: Some(2),
            p: Ok(1.0),
        };
        assert_eq!(probe, expected);
    }

    #[test]
    fn the_p_counts_sign_patterns() {
        // +1 three times: 2 of 8 patterns are as far from 0.
        let probe = paired_perturbation(&[Some(0); 4], &[Some(1), Some(1), Some(1), Some(0)], &Resampling::default());
        assert_eq!((probe.p, probe.mean_shift), (Ok(0.25), Ok(0.75)));
    }

    #[test]
    fn without_items_rated_twice_nothing_is_known() {
        let probe = paired_perturbation(&[None], &[Some(1)], &Resampling::default());
        assert_eq!(
            (probe.mean_shift, probe.flip_rate, probe.p),
            (Err(Undefined::Empty), Err(Undefined::Empty), Err(Undefined::Empty))
        );
        assert_eq!(probe.max_shift, None);
    }

    fn row(group: u32, error: f64, gold: f64, length: u32) -> LengthRow {
        LengthRow { group, error, gold, length: NonZeroU32::new(length).unwrap() }
    }

    #[test]
    fn the_slope_is_per_standard_deviation_of_the_log_length() {
        // Lengths 1 and 100: z is ∓1, errors ∓½ + 1: constant 1, slope ½, no gold effect.
        let rows: Vec<LengthRow> = (0..8u32)
            .map(|i| row(i, if i % 2 == 0 { 0.5 } else { 1.5 }, f64::from(i / 2), if i % 2 == 0 { 1 } else { 100 }))
            .collect();
        let probe = length_probe(&rows).unwrap();
        assert!((probe.slope - 0.5).abs() < 1e-12 && (probe.fit.params[0] - 1.0).abs() < 1e-12, "{probe:?}");
    }

    #[test]
    fn one_length_has_no_slope() {
        assert_eq!(length_probe(&[row(0, 1.0, 1.0, 7), row(1, 0.0, 2.0, 7)]), Err(Undefined::ZeroVariance));
        assert_eq!(length_probe(&[]), Err(Undefined::Empty));
    }
}
