//! Sets of ratings that contain the human one with a promised probability, from a calibration sample.
//!
//! The promise is marginal and for rows exchangeable with the calibration rows: not for each slice (see [`coverage`]),
//! and not after the prompt changed or when rows were picked by the judge's answers. Malformed replies do not enter
//! calibration and get the whole scale.

use super::{SLACK, finite, probabilities};
use crate::agreement::Defined;
use crate::domain::Undefined;
use std::collections::BTreeMap;

/// The `⌈(n+1)(1−α)⌉`-th smallest of the calibration scores; `BelowMinimum` when there are fewer scores than that.
fn conformal_quantile(scores: &[f64], alpha: f64) -> Defined {
    finite(scores.iter().copied())?;
    let n = scores.len();
    // (n + 1)(1 − α) of, say, 0.9·20 must not become 18.000000000000004 and so 19.
    let rank = (((n + 1) as f64 * (1.0 - alpha) - SLACK).ceil() as usize).max(1);
    if rank > n {
        return Err(Undefined::BelowMinimum { needed: ((1.0 / alpha - 1.0 - SLACK).ceil() as u64).max(1) });
    }
    let mut sorted = scores.to_vec();
    sorted.sort_by(f64::total_cmp);
    Ok(sorted[rank - 1])
}

/// How far a judge's rating has to be widened on both sides to hold the human rating with probability `1 − alpha`
/// (split conformal, Vovk; SPEC case P1), from absolute residuals of valid calibration rows. With too few of them
/// undefined: only the whole scale keeps the promise.
///
/// # Panics
/// When `alpha` is not strictly between 0 and 1.
pub fn residual_radius(residuals: &[f64], alpha: f64) -> Defined {
    assert!(alpha > 0.0 && alpha < 1.0, "alpha {alpha} is not between 0 and 1");
    conformal_quantile(residuals, alpha)
}

/// `[score − radius, score + radius]` cut to the scale; the whole scale for a malformed reply or an undefined radius.
pub fn residual_set(score: Option<f64>, radius: Defined, scale: (f64, f64)) -> (f64, f64) {
    match (score, radius) {
        (Some(score), Ok(radius)) => ((score - radius).max(scale.0), (score + radius).min(scale.1)),
        _ => scale,
    }
}

/// The conformity score of ordinal adaptive prediction sets: the probability of the smallest contiguous range of levels
/// that is grown from the most probable one, by the more probable neighbour, until it holds `label` (Lu, Angelopoulos &
/// Pomerantz 2022, not randomised; ties grow towards the lower level; SPEC case P2). Undefined when an
/// entry is not a probability.
///
/// # Panics
/// When `label` is not a level of the distribution.
pub fn ordinal_score(distribution: &[f64], label: usize) -> Defined {
    assert!(label < distribution.len(), "label {label} of {} levels", distribution.len());
    probabilities(distribution)?;
    Ok(grow(distribution, |low, high, _| low <= label && label <= high).2)
}

/// The threshold of ordinal adaptive prediction sets for coverage `1 − alpha`, from calibration scores.
///
/// # Panics
/// When `alpha` is not strictly between 0 and 1.
pub fn aps_threshold(scores: &[f64], alpha: f64) -> Defined {
    assert!(alpha > 0.0 && alpha < 1.0, "alpha {alpha} is not between 0 and 1");
    conformal_quantile(scores, alpha)
}

/// The range of levels (first, last) grown as in [`ordinal_score`] until its probability reaches `threshold`; all levels
/// when that is undefined or an entry is not a probability.
///
/// # Panics
/// When there are no levels.
pub fn ordinal_set(distribution: &[f64], threshold: Defined) -> (usize, usize) {
    assert!(!distribution.is_empty(), "a scale has levels");
    match threshold.and_then(|threshold| probabilities(distribution).map(|()| threshold)) {
        Ok(threshold) => {
            let (low, high, _) = grow(distribution, |_, _, mass| mass >= threshold - SLACK);
            (low, high)
        }
        Err(_) => (0, distribution.len() - 1),
    }
}

fn grow(p: &[f64], done: impl Fn(usize, usize, f64) -> bool) -> (usize, usize, f64) {
    let mode = (0..p.len()).reduce(|a, b| if p[b] > p[a] { b } else { a }).unwrap_or(0);
    let (mut low, mut high, mut mass) = (mode, mode, p[mode]);
    while !done(low, high, mass) && (low > 0 || high + 1 < p.len()) {
        let down = low > 0 && (high + 1 == p.len() || p[low - 1] >= p[high + 1]);
        let next = if down { low - 1 } else { high + 1 };
        (low, high) = (low.min(next), high.max(next));
        mass += p[next];
    }
    (low, high, mass)
}

/// How often sets held the human rating, and how wide they were.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Coverage {
    /// Rows.
    pub n: u64,
    /// Rows whose set held the human rating.
    pub covered: u64,
    /// Sum of the sets' widths in rating points.
    pub width: f64,
}

/// Coverage by part (a slice, or the level that the judge gave): the marginal promise may be kept by being broken in one
/// part and overfulfilled in another. Each row is its part, its set and the human rating.
pub fn coverage<K: Ord>(rows: impl IntoIterator<Item = (K, (f64, f64), f64)>) -> BTreeMap<K, Coverage> {
    let mut parts: BTreeMap<K, Coverage> = BTreeMap::new();
    for (part, (low, high), human) in rows {
        let part = parts.entry(part).or_default();
        part.n += 1;
        part.covered += u64::from(low <= human && human <= high);
        part.width += high - low;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn the_radius_is_an_order_statistic_of_the_residuals() {
        // n = 9, α = 0.2: ⌈10·0.8⌉ = 8, the eighth of 0 0 0 1 1 1 2 3 4.
        let residuals = [0.0, 1.0, 4.0, 0.0, 1.0, 3.0, 0.0, 1.0, 2.0];
        assert_eq!(residual_radius(&residuals, 0.2), Ok(3.0));
        assert_eq!(residual_radius(&residuals, 0.1), Ok(4.0));
        assert_eq!(residual_radius(&residuals, 0.05), Err(Undefined::BelowMinimum { needed: 19 }));
    }

    #[test]
    fn sets_are_cut_to_the_scale_and_a_malformed_reply_gets_all_of_it() {
        assert_eq!(residual_set(Some(1.0), Ok(2.0), (1.0, 5.0)), (1.0, 3.0));
        assert_eq!(residual_set(None, Ok(0.0), (1.0, 5.0)), (1.0, 5.0));
        assert_eq!(residual_set(Some(3.0), Err(Undefined::Empty), (1.0, 5.0)), (1.0, 5.0));
    }

    #[test]
    fn ranges_grow_from_the_mode_towards_the_likelier_neighbour() {
        let p = [0.0625, 0.1875, 0.5, 0.1875, 0.0625];
        // Level 2, then 1 (a tie goes down), then 3, then 0.
        assert_eq!([0, 1, 2, 3, 4].map(|l| ordinal_score(&p, l)), [0.9375, 0.6875, 0.5, 0.875, 1.0].map(Ok));
        assert_eq!(ordinal_set(&p, Ok(0.875)), (1, 3));
        assert_eq!(ordinal_set(&p, Ok(0.5)), (2, 2));
        assert_eq!(ordinal_set(&p, Err(Undefined::Empty)), (0, 4));
        assert_eq!(ordinal_set(&[0.5, f64::NAN], Ok(0.5)), (0, 1));
        assert_eq!(ordinal_score(&[0.5, f64::NAN], 0), Err(Undefined::NotAProbability));
    }

    #[test]
    fn coverage_is_told_for_each_part() {
        let rows = [("a", (1.0, 3.0), 2.0), ("b", (4.0, 5.0), 1.0), ("a", (2.0, 2.0), 2.0)];
        let parts = coverage(rows);
        assert_eq!(parts["a"], Coverage { n: 2, covered: 2, width: 2.0 });
        assert_eq!(parts["b"], Coverage { n: 1, covered: 0, width: 1.0 });
    }

    #[test]
    fn coverage_keeps_its_promise_on_exchangeable_rows() {
        // 400 times: 39 calibration rows and one test row from the same source. Promised 0.9, and at most 0.9 + 1/40 when
        // residuals never tie; four standard deviations of 400 binomial draws are 0.06.
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let mut covered = 0;
        for _ in 0..400 {
            let rows: Vec<f64> = (0..40).map(|_| rng.random::<f64>() * rng.random::<f64>()).collect();
            let radius = residual_radius(&rows[..39], 0.1).unwrap();
            covered += u32::from(rows[39] <= radius);
        }
        let share = f64::from(covered) / 400.0;
        assert!((0.84..=0.985).contains(&share), "{share}");
    }

    proptest! {
        #[test]
        fn a_set_at_the_labels_own_score_holds_the_label(weights in proptest::collection::vec(1u32..50, 2..8), pick in 0usize..8) {
            let total: u32 = weights.iter().sum();
            let p: Vec<f64> = weights.iter().map(|w| f64::from(*w) / f64::from(total)).collect();
            let label = pick % p.len();
            let (low, high) = ordinal_set(&p, ordinal_score(&p, label));
            prop_assert!(low <= label && label <= high);
        }
    }
}
