//! The same judge on the same rows several times: how far it agrees with itself, what averaging its runs gains, and
//! the most that any judge of such ratings could reach.

use super::numerics::sum;
use super::raters::{Metric, Tally, krippendorff_alpha};
use super::{Defined, Icc, icc};
use crate::domain::Undefined;

/// How well runs repeat. A malformed reply is never the same as another reply, malformed or not.
#[derive(Clone, Debug, PartialEq)]
pub struct TestRetest {
    /// Rows without a malformed reply in any run; the variance and the intraclass correlations are theirs.
    pub complete_rows: u64,
    /// Intraclass correlations, runs as raters.
    pub icc: Result<Icc, Undefined>,
    /// Krippendorff's alpha of the runs, ordinal.
    pub alpha: Defined,
    /// Share of rows on which all runs say the same.
    pub identical: Defined,
    /// Share of pairs of runs of one row that say the same; 1 minus it is the flip rate.
    pub pairwise_agreement: Defined,
    /// Mean over complete rows of the variance between runs, over R − 1, in squared rating points.
    pub within_variance: Defined,
}

/// Compares `runs`, one row for each item with one reply for each run, as levels on a scale of `levels`.
pub fn test_retest(runs: &[Vec<Option<u8>>], levels: usize) -> TestRetest {
    let as_scores = |row: &Vec<Option<u8>>| row.iter().map(|reply| reply.map(f64::from)).collect();
    let repeated = || runs.iter().filter(|row| row.len() > 1);
    let same = |row: &[Option<u8>]| {
        let pairs = row.iter().enumerate().flat_map(|(i, a)| row[..i].iter().map(move |b| (a, b)));
        pairs.filter(|(a, b)| a.is_some() && a == b).count() as u64
    };
    let pairs = |row: &[Option<u8>]| (row.len() * (row.len() - 1) / 2) as u64;
    let share = |hits: u64, of: u64| if of == 0 { Err(Undefined::NoPairs) } else { Ok(hits as f64 / of as f64) };
    let complete = complete(runs);
    TestRetest {
        complete_rows: complete.len() as u64,
        icc: icc(&runs.iter().map(as_scores).collect::<Vec<_>>()),
        alpha: krippendorff_alpha(
            &Tally::of_items(runs.iter().map(|row| row.iter().copied().flatten()), levels),
            Metric::Ordinal,
        ),
        identical: share(repeated().filter(|row| same(row) == pairs(row)).count() as u64, repeated().count() as u64),
        pairwise_agreement: share(repeated().map(|row| same(row)).sum(), repeated().map(|row| pairs(row)).sum()),
        within_variance: within_variance(complete.iter().map(|(_, row)| row)),
    }
}

/// What the mean of R runs gains over a single one (SPEC §2.21, case X1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Averaging {
    /// Mean NMSE of single runs, 0 to 100.
    pub single: f64,
    /// NMSE of the mean of the runs.
    pub mean: f64,
    /// `V · (1 − 1/R)` in NMSE points, V being the variance within rows over R − 1: exactly `single − mean`.
    pub gain: f64,
    /// Complete rows, which alone count.
    pub rows: u64,
}

/// The gain of averaging `runs` against the human rating of each row, both in levels on a scale of `levels`.
///
/// Undefined without a row whose runs are all valid, and with fewer than two runs.
///
/// # Panics
/// When the lists differ in length.
pub fn averaging(runs: &[Vec<Option<u8>>], human: &[f64], levels: usize) -> Result<Averaging, Undefined> {
    assert_eq!(runs.len(), human.len(), "one human rating for each row");
    let complete = complete(runs);
    let variance = within_variance(complete.iter().map(|(_, row)| row))?;
    let repeats = complete.iter().map(|(_, row)| row.len()).max().unwrap_or(1) as f64;
    let rows = complete.len() as f64;
    let points = 100.0 / ((levels - 1) as f64).powi(2);
    let single = |(item, row): &(usize, Vec<f64>)| sum(row.iter().map(|j| (j - human[*item]).powi(2))) / repeats;
    let mean = |(item, row): &(usize, Vec<f64>)| (sum(row.iter().copied()) / repeats - human[*item]).powi(2);
    Ok(Averaging {
        single: points * sum(complete.iter().map(single)) / rows,
        mean: points * sum(complete.iter().map(mean)) / rows,
        gain: points * variance * (1.0 - 1.0 / repeats),
        rows: rows as u64,
    })
}

/// The highest correlation that a judge of this reliability can be expected to reach with ratings of that reliability,
/// `√(ρ_human · ρ_judge)` (Spearman 1904; case X2). Undefined unless both are positive.
pub fn noise_ceiling(human_reliability: f64, judge_reliability: f64) -> Defined {
    let both = human_reliability > 0.0 && judge_reliability > 0.0;
    if both { Ok((human_reliability * judge_reliability).sqrt()) } else { Err(Undefined::Unreliable) }
}

/// A correlation as it would be without noise on either side. Sampling can take it past 1.
pub fn disattenuated(correlation: f64, human_reliability: f64, judge_reliability: f64) -> Defined {
    Ok(correlation / noise_ceiling(human_reliability, judge_reliability)?)
}

/// The slope of judge on people as it would be without noise in the human ratings, which flattens it.
pub fn disattenuated_slope(slope_on_human: f64, human_reliability: f64) -> Defined {
    if human_reliability > 0.0 { Ok(slope_on_human / human_reliability) } else { Err(Undefined::Unreliable) }
}

/// The reliability of the mean of `k` ratings, `kρ / (1 + (k − 1) ρ)` (Spearman 1910, Brown 1910).
///
/// Undefined where the denominator is not positive, as for very negative reliabilities.
pub fn spearman_brown(reliability: f64, k: u64) -> Defined {
    let k = k as f64;
    let whole = 1.0 + (k - 1.0) * reliability;
    if whole > 0.0 { Ok(k * reliability / whole) } else { Err(Undefined::Unreliable) }
}

/// The fewest ratings whose mean has the reliability `target`. Undefined unless one rating has a positive one.
///
/// # Panics
/// When the target is not strictly between 0 and 1.
pub fn ratings_needed(reliability: f64, target: f64) -> Result<u64, Undefined> {
    assert!(target > 0.0 && target < 1.0, "no number of ratings for a reliability of {target}");
    if reliability.is_nan() || reliability <= 0.0 {
        return Err(Undefined::Unreliable);
    }
    let needed = target * (1.0 - reliability) / (reliability * (1.0 - target));
    // Rounding must not add a rating where the number comes out even.
    Ok(((needed - 1e-9).ceil() as u64).max(1))
}

/// Rows without a malformed reply, with their positions, as scores; rows of fewer runs than others are not complete.
fn complete(runs: &[Vec<Option<u8>>]) -> Vec<(usize, Vec<f64>)> {
    let repeats = runs.iter().map(Vec::len).max().unwrap_or(0);
    let scores = |(item, row): (usize, &Vec<Option<u8>>)| {
        let scores: Vec<f64> = row.iter().copied().flatten().map(f64::from).collect();
        (scores.len() == repeats).then_some((item, scores))
    };
    runs.iter().enumerate().filter_map(scores).collect()
}

fn within_variance<'a>(rows: impl Iterator<Item = &'a Vec<f64>>) -> Defined {
    let mut variances = Vec::new();
    for row in rows {
        if row.len() < 2 {
            return Err(Undefined::NoPairs);
        }
        let repeats = row.len() as f64;
        let mean = sum(row.iter().copied()) / repeats;
        variances.push(sum(row.iter().map(|j| (j - mean).powi(2))) / (repeats - 1.0));
    }
    if variances.is_empty() {
        return Err(Undefined::Empty);
    }
    variances.sort_unstable_by(f64::total_cmp);
    Ok(sum(variances.iter().copied()) / variances.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} for {b}");
    }

    #[test]
    fn three_rows_of_three_runs_by_hand() {
        let runs = [vec![Some(1); 3], vec![Some(1), Some(2), Some(3)], vec![Some(4), None, Some(4)]];
        let found = test_retest(&runs, 5);
        assert_eq!((found.complete_rows, found.identical), (2, Ok(1.0 / 3.0)));
        // Pairs that agree: 3 + 0 + 1 of 9. Variances 0 and 1.
        assert_eq!((found.pairwise_agreement, found.within_variance), (Ok(4.0 / 9.0), Ok(0.5)));
        assert_eq!(found.icc.map(|icc| icc.items), Ok(2));
    }

    #[test]
    fn averaging_gains_the_variance_between_runs() {
        // Human 1 and 3; runs 1 1 and 1 3: single errors 0 and (4 + 0)/2, of means 0 and 1; V = (0 + 2)/2.
        let runs = [vec![Some(1), Some(1)], vec![Some(1), Some(3)]];
        let found = averaging(&runs, &[1.0, 3.0], 5).unwrap();
        assert_eq!((found.single, found.mean, found.gain), (6.25, 3.125, 3.125));
        assert_eq!(averaging(&[vec![Some(1)]], &[1.0], 5), Err(Undefined::NoPairs));
        assert_eq!(averaging(&[vec![None, Some(1)]], &[1.0], 5), Err(Undefined::Empty));
    }

    #[test]
    fn runs_that_were_not_repeated_say_nothing() {
        let found = test_retest(&[vec![Some(1)], vec![Some(2)]], 5);
        assert_eq!((found.identical, found.pairwise_agreement), (Err(Undefined::NoPairs), Err(Undefined::NoPairs)));
        assert_eq!((found.alpha, found.within_variance), (Err(Undefined::NoPairs), Err(Undefined::NoPairs)));
        assert_eq!(test_retest(&[], 5).within_variance, Err(Undefined::Empty));
    }

    #[test]
    fn noise_bounds_what_a_judge_can_reach() {
        close(noise_ceiling(0.81, 0.64).unwrap(), 0.72);
        close(disattenuated(0.36, 0.81, 0.64).unwrap(), 0.5);
        close(disattenuated_slope(0.45, 0.9).unwrap(), 0.5);
        for none in [0.0, -0.2, f64::NAN] {
            assert_eq!(noise_ceiling(none, 0.5), Err(Undefined::Unreliable));
            assert_eq!(disattenuated_slope(0.5, none), Err(Undefined::Unreliable));
            assert_eq!(ratings_needed(none, 0.8), Err(Undefined::Unreliable));
        }
    }

    #[test]
    fn three_ratings_of_one_half_have_three_quarters() {
        close(spearman_brown(0.5, 3).unwrap(), 0.75);
        assert_eq!(
            (ratings_needed(0.5, 0.75), ratings_needed(0.5, 0.76), ratings_needed(0.9, 0.5)),
            (Ok(3), Ok(4), Ok(1))
        );
        assert_eq!(spearman_brown(-0.5, 3), Err(Undefined::Unreliable));
    }

    proptest! {
        #[test]
        fn the_gain_is_the_difference(rows in proptest::collection::vec((proptest::collection::vec(0u8..5, 4), 0u8..5), 1..30)) {
            let (runs, human): (Vec<Vec<u8>>, Vec<u8>) = rows.into_iter().unzip();
            let runs: Vec<Vec<Option<u8>>> = runs.into_iter().map(|row| row.into_iter().map(Some).collect()).collect();
            let human: Vec<f64> = human.into_iter().map(f64::from).collect();
            let found = averaging(&runs, &human, 5).unwrap();
            prop_assert!((found.single - found.mean - found.gain).abs() < 1e-9);
        }
    }
}
