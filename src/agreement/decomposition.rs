//! What a squared error consists of, and what judges that need no model would make of the same rows.

use super::numerics::sum;
use super::{Defined, Scores};
use crate::domain::Undefined;

/// The mean squared error over rows with a valid reply, in squared rating points, taken apart in two ways, with the
/// baselines to hold it against (SPEC §2.2, case B1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MseDecomposition {
    /// `bias² + spread² + ordering = fixable + unfixable`.
    pub mse: f64,
    /// Lenience or severity: the squared mean difference.
    pub bias_squared: f64,
    /// Compression or exaggeration: `(sd_judge − sd_human)²` (Theil 1966).
    pub spread_squared: f64,
    /// Ordering noise: `2 (sd_judge · sd_human − Cov)`.
    pub ordering: f64,
    /// What a lookup table from judge score to rating could remove: the mean of `(j − E[h|j])²` (Murphy 1973).
    pub fixable: f64,
    /// What no such table can: the mean of `Var(h|j)`.
    pub unfixable: f64,
    /// Judge scores given to a single row, each of which claims to have no unfixable error. Many of them, as with
    /// scores that are no whole numbers, and `fixable` says nothing: see [`super::corp`].
    pub thin_scores: u64,
    /// Expected when the same replies are dealt to random rows: `Var h + Var j + bias²`.
    pub shuffled: f64,
    /// Of a judge that always says the mean human rating: `Var h`.
    pub constant_mean: f64,
    mean: f64,
}

/// Takes the squared error apart. Undefined without rows.
pub fn mse_decomposition(scores: &Scores) -> Result<MseDecomposition, Undefined> {
    if scores.rows() == 0 {
        return Err(Undefined::Empty);
    }
    let n = scores.rows() as f64;
    let spread = scores.spread();
    let (human, judge) = (spread.human_variance.sqrt(), spread.judge_variance.sqrt());
    let bias_squared = (spread.judge_mean - spread.human_mean).powi(2);
    let parts = scores.by_judge().map(|pairs| {
        let rows = pairs.iter().map(|p| p.rows).sum::<u64>() as f64;
        let mean = sum(pairs.iter().map(|p| p.human * p.rows as f64)) / rows;
        let within = sum(pairs.iter().map(|p| (p.human - mean).powi(2) * p.rows as f64));
        (rows * (pairs[0].judge - mean).powi(2), within)
    });
    let (fixable, unfixable): (Vec<f64>, Vec<f64>) = parts.unzip();
    let thin = scores.by_judge().filter(|pairs| matches!(pairs, [only] if only.rows == 1)).count();
    Ok(MseDecomposition {
        mse: spread.squared_error,
        bias_squared,
        spread_squared: (judge - human).powi(2),
        ordering: 2.0 * (judge * human - spread.covariance),
        fixable: sum(fixable) / n,
        unfixable: sum(unfixable) / n,
        thin_scores: thin as u64,
        shuffled: spread.human_variance + spread.judge_variance + bias_squared,
        constant_mean: spread.human_variance,
        mean: spread.human_mean,
    })
}

impl MseDecomposition {
    /// The error of a judge that always says `rating`: `Var h + (E h − rating)²`.
    pub fn constant(&self, rating: f64) -> f64 {
        self.constant_mean + (self.mean - rating).powi(2)
    }

    /// The constant among `ratings` with the lowest error, and that error; the first one on ties. `None` without ratings.
    pub fn best_constant(&self, ratings: &[f64]) -> Option<(f64, f64)> {
        let candidates = ratings.iter().map(|rating| (*rating, self.constant(*rating)));
        candidates.min_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// `1 − mse / baseline`: 1 for a perfect judge, 0 for one as bad as the baseline, negative below it.
    ///
    /// Undefined when the baseline makes no error, as the constant does when people only ever gave one rating.
    pub fn skill_against(&self, baseline: f64) -> Defined {
        if baseline > 0.0 { Ok(1.0 - self.mse / baseline) } else { Err(Undefined::OneLabelHuman) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scores(rows: &[(u8, u8)]) -> Scores {
        let (human, judge): (Vec<f64>, Vec<f64>) = rows.iter().map(|(h, j)| (f64::from(*h), f64::from(*j))).unzip();
        Scores::of(&human, &judge).unwrap()
    }

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} for {b}");
    }

    #[test]
    fn four_rows_by_hand() {
        // Human 1 3 3 5, judge 2 2 4 4: errors 1, −1, 1, −1; means 3 and 3; Var 2 and 1; Cov (2 + 0 + 0 + 2)/4 = 1.
        let parts = mse_decomposition(&scores(&[(1, 2), (3, 2), (3, 4), (5, 4)])).unwrap();
        close(parts.mse, 1.0);
        close(parts.bias_squared, 0.0);
        close(parts.spread_squared, (2f64.sqrt() - 1.0).powi(2));
        close(parts.ordering, 2.0 * (2f64.sqrt() - 1.0));
        // E[h|2] = 2, E[h|4] = 4: nothing to fix, and Var(h|j) = 1.
        close(parts.fixable, 0.0);
        close(parts.unfixable, 1.0);
        close(parts.shuffled, 3.0);
        close(parts.constant_mean, 2.0);
        assert_eq!(parts.best_constant(&[1.0, 2.0, 3.0, 4.0, 5.0]), Some((3.0, 2.0)));
        assert_eq!(parts.skill_against(parts.constant_mean), Ok(0.5));
        assert_eq!(parts.thin_scores, 0);
    }

    #[test]
    fn people_of_one_rating_leave_no_skill_and_no_rows_leave_nothing() {
        let parts = mse_decomposition(&scores(&[(3, 2), (3, 4)])).unwrap();
        assert_eq!(parts.skill_against(parts.constant_mean), Err(Undefined::OneLabelHuman));
        assert_eq!(parts.thin_scores, 2);
        assert_eq!(mse_decomposition(&scores(&[])), Err(Undefined::Empty));
    }

    #[test]
    fn the_lower_of_two_equally_good_constants_is_the_best() {
        let parts = mse_decomposition(&scores(&[(1, 1), (2, 2)])).unwrap();
        assert_eq!(parts.best_constant(&[1.0, 2.0, 3.0]).map(|best| best.0), Some(1.0));
    }

    proptest! {
        #[test]
        fn both_ways_add_up_to_the_error(rows in proptest::collection::vec((1u8..=5, 1u8..=5), 1..80)) {
            let parts = mse_decomposition(&scores(&rows)).unwrap();
            prop_assert!((parts.mse - parts.bias_squared - parts.spread_squared - parts.ordering).abs() < 1e-12);
            prop_assert!((parts.mse - parts.fixable - parts.unfixable).abs() < 1e-12);
        }

        #[test]
        fn concordance_is_one_minus_the_error_over_that_of_the_shuffled_judge(rows in proptest::collection::vec((1u8..=5, 1u8..=5), 1..80)) {
            let parts = mse_decomposition(&scores(&rows)).unwrap();
            if let Ok(concordance) = super::super::concordance_of_scores(&scores(&rows)) {
                prop_assert!((concordance - (1.0 - parts.mse / parts.shuffled)).abs() < 1e-12);
            }
        }

        #[test]
        fn counting_rows_twice_and_in_another_order_changes_nothing(mut rows in proptest::collection::vec((1u8..=5, 1u8..=5), 1..80)) {
            let there = mse_decomposition(&scores(&rows)).unwrap();
            rows.reverse();
            prop_assert_eq!(there, mse_decomposition(&scores(&rows)).unwrap());
            rows.extend(rows.clone());
            prop_assert!((there.fixable - mse_decomposition(&scores(&rows)).unwrap().fixable).abs() < 1e-12);
        }
    }
}
