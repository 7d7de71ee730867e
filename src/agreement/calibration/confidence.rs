//! Whether a stated confidence is the share of the time that the judge is right.

use crate::agreement::Defined;
use crate::agreement::numerics::{ExactSum, sum};
use crate::domain::Undefined;

/// How rows are put into bins by their confidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binning {
    /// Bins of equal width on 0 to 1: `[0, 1/b), … [(b − 1)/b, 1]`. Some may be empty.
    EqualWidth,
    /// Bins of equally many rows, the first ones taking one more when they do not come out even. Rows of one confidence
    /// that lie across a border are parted in the order in which they are given, so give them in a fixed order.
    EqualMass,
}

/// One bin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConfidenceBin {
    /// Rows in it.
    pub rows: u64,
    /// Their mean confidence; undefined for an empty bin.
    pub confidence: Defined,
    /// The share of them on which the judge was right.
    pub accuracy: Defined,
}

/// The expected calibration error with its bins, which belong beside it: it depends on them, and is biased upwards
/// where they hold few rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Ece {
    /// `Σ_b n_b/n · |accuracy − confidence|`, 0 to 1.
    pub error: f64,
    /// The bins from low to high confidence.
    pub bins: Vec<ConfidenceBin>,
}

/// The expected calibration error of confidences, with whether the judge was right (SPEC case O3).
///
/// Undefined without rows or bins, and when a confidence is not between 0 and 1.
///
/// # Panics
/// When the lists differ in length.
pub fn expected_calibration_error(
    confidence: &[f64],
    right: &[bool],
    binning: Binning,
    bins: usize,
) -> Result<Ece, Undefined> {
    probabilities(confidence, right)?;
    if bins == 0 {
        return Err(Undefined::Empty);
    }
    let mut rows: Vec<(usize, f64, bool)> = match binning {
        Binning::EqualWidth => confidence.iter().zip(right).map(|(c, hit)| (bin_of(*c, bins), *c, *hit)).collect(),
        Binning::EqualMass => by_mass(confidence, right, bins),
    };
    rows.sort_by_key(|row| row.0);
    let mut found = vec![(ExactSum::default(), 0u64, 0u64); bins];
    for (bin, confidence, hit) in rows {
        found[bin].0.add(confidence);
        found[bin].1 += u64::from(hit);
        found[bin].2 += 1;
    }
    let gap = |(confidence, hits, _): &(ExactSum, u64, u64)| (confidence.value() - *hits as f64).abs();
    let share = |part: f64, rows: u64| if rows == 0 { Err(Undefined::Empty) } else { Ok(part / rows as f64) };
    let bin = |(confidence, hits, rows): &(ExactSum, u64, u64)| ConfidenceBin {
        rows: *rows,
        confidence: share(confidence.value(), *rows),
        accuracy: share(*hits as f64, *rows),
    };
    Ok(Ece { error: sum(found.iter().map(gap)) / confidence.len() as f64, bins: found.iter().map(bin).collect() })
}

/// The Brier score, the mean of `(confidence − right)²`, 0 to 1.
///
/// Undefined without rows, and when a confidence is not between 0 and 1.
///
/// # Panics
/// When the lists differ in length.
pub fn brier(confidence: &[f64], right: &[bool]) -> Defined {
    probabilities(confidence, right)?;
    let mut total = ExactSum::default();
    confidence.iter().zip(right).for_each(|(c, hit)| total.add((c - f64::from(u8::from(*hit))).powi(2)));
    Ok(total.value() / confidence.len() as f64)
}

fn probabilities(confidence: &[f64], right: &[bool]) -> Result<(), Undefined> {
    assert_eq!(confidence.len(), right.len(), "one confidence for each row");
    match confidence {
        [] => Err(Undefined::Empty),
        all if all.iter().all(|c| (0.0..=1.0).contains(c)) => Ok(()),
        _ => Err(Undefined::NotADistribution),
    }
}

/// The bin whose lower edge is the last one not above `confidence`. Edges are quotients: products like 0.58 · 100 round
/// to the wrong side of them.
fn bin_of(confidence: f64, bins: usize) -> usize {
    let edge = |bin: usize| bin as f64 / bins as f64;
    let near = (confidence * bins as f64) as usize;
    let bin = if confidence < edge(near) { near - 1 } else { near + usize::from(confidence >= edge(near + 1)) };
    bin.min(bins - 1)
}

fn by_mass(confidence: &[f64], right: &[bool], bins: usize) -> Vec<(usize, f64, bool)> {
    let mut rows: Vec<(f64, bool)> = confidence.iter().copied().zip(right.iter().copied()).collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (size, larger) = (rows.len() / bins, rows.len() % bins);
    let bin = |row: usize| {
        let in_larger = larger * (size + 1);
        if row < in_larger { row / (size + 1) } else { larger + (row - in_larger) / size }
    };
    rows.into_iter().enumerate().map(|(row, (confidence, hit))| (bin(row), confidence, hit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_bins_of_equal_width_and_of_equal_mass_by_hand() {
        let (confidence, right) = ([0.2, 0.6, 0.7, 0.9], [false, true, false, true]);
        // Width: {0.2} misses by 0.2; {0.6, 0.7, 0.9} says 2.2 and hits 2. Mass: {0.2, 0.6} 0.8 for 1, {0.7, 0.9} 1.6 for 1.
        let width = expected_calibration_error(&confidence, &right, Binning::EqualWidth, 2).unwrap();
        assert!((width.error - (0.2 + 0.2) / 4.0).abs() < 1e-12);
        assert_eq!(width.bins.iter().map(|bin| bin.rows).collect::<Vec<_>>(), [1, 3]);
        let mass = expected_calibration_error(&confidence, &right, Binning::EqualMass, 2).unwrap();
        assert!((mass.error - (0.2 + 0.6) / 4.0).abs() < 1e-12);
        assert_eq!(mass.bins[1].accuracy, Ok(0.5));
        // 0.04 + 0.16 + 0.49 + 0.01 over 4.
        assert!((brier(&confidence, &right).unwrap() - 0.175).abs() < 1e-12);
    }

    #[test]
    fn a_border_belongs_to_the_bin_above_and_one_to_the_last() {
        for bins in 1..=100 {
            for edge in 0..bins {
                assert_eq!(bin_of(edge as f64 / bins as f64, bins), edge, "{edge}/{bins}");
            }
            assert_eq!(bin_of(1.0, bins), bins - 1);
        }
    }

    #[test]
    fn the_first_bins_take_what_does_not_come_out_even_and_some_may_be_empty() {
        let sizes = |n: usize, bins| {
            let rows = expected_calibration_error(&vec![0.5; n], &vec![true; n], Binning::EqualMass, bins).unwrap();
            rows.bins.iter().map(|bin| bin.rows).collect::<Vec<_>>()
        };
        assert_eq!(sizes(7, 3), [3, 2, 2]);
        assert_eq!(sizes(2, 3), [1, 1, 0]);
    }

    #[test]
    fn what_is_no_probability_is_refused() {
        for wrong in [-0.1, 1.1, f64::NAN] {
            assert_eq!(brier(&[wrong], &[true]), Err(Undefined::NotADistribution));
        }
        assert_eq!(brier(&[], &[]), Err(Undefined::Empty));
        assert_eq!(expected_calibration_error(&[0.5], &[true], Binning::EqualWidth, 0), Err(Undefined::Empty));
    }
}
