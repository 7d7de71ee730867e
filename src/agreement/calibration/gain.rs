//! What a calibration map would change, on rows that it was not fitted to.

use super::CrossFit;
use crate::agreement::Defined;
use crate::agreement::interval::{Design, GroupSum};
use crate::domain::Undefined;
use std::collections::BTreeMap;

/// The squared error of scores before and after a map, each row mapped by a map that was fitted to other queries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapGain {
    /// Mean squared error of the scores as they are.
    pub before: f64,
    /// Of the mapped ones.
    pub after: f64,
    /// Standard error of `before − after`, by query (linearised, as [`Design::of`]).
    pub standard_error: Defined,
}

impl MapGain {
    /// The gain on `rows`, where `read` is what becomes of a score, mapped or not, before it is held against people: the
    /// identity, or rounding to a scale.
    ///
    /// # Errors
    /// As [`CrossFit::mse`].
    ///
    /// # Panics
    /// When the lists of `rows` differ in length.
    pub fn of(rows: &CrossFit<'_>, folds: usize, min_rows: u64, read: impl Fn(f64) -> f64) -> Result<Self, Undefined> {
        let mapped = rows.mapped(folds, min_rows)?;
        let error = |score: f64, human: f64| (read(score) - human).powi(2);
        let (mut before, mut after) = (0.0, 0.0);
        let mut sums: BTreeMap<u32, GroupSum> = BTreeMap::new();
        for (at, mapped) in mapped.iter().enumerate() {
            let (old, new) = (error(rows.judge[at], rows.human[at]), error(*mapped, rows.human[at]));
            (before, after) = (before + old, after + new);
            let sum = sums.entry(rows.groups[at]).or_insert(GroupSum { sum: 0.0, weight: 0.0 });
            (sum.sum, sum.weight) = (sum.sum + old - new, sum.weight + 1.0);
        }
        let n = mapped.len() as f64;
        let design = Design::of(&sums.into_values().collect::<Vec<_>>()).ok_or(Undefined::Empty)?;
        Ok(Self { before: before / n, after: after / n, standard_error: design.se.ok_or(Undefined::TooFewGroups) })
    }

    /// The map makes the error smaller by more than the standard error of the difference.
    pub fn is_shown(&self) -> bool {
        self.standard_error.is_ok_and(|se| self.before - self.after > se)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Forty queries of one row each: people use the whole scale, the judge a tenth of it, in the right order or in none.
    fn gain(judge: impl Fn(usize) -> f64) -> MapGain {
        let groups: Vec<u32> = (0..40).collect();
        let human: Vec<f64> = (0..40).map(|i| (i / 8) as f64 * 2.0).collect();
        let judge: Vec<f64> = (0..40).map(judge).collect();
        MapGain::of(&CrossFit { groups: &groups, human: &human, judge: &judge }, 5, 5, |x| x).unwrap()
    }

    #[test]
    fn a_squeezed_judge_in_the_right_order_gains_everything_and_a_constant_one_only_its_bias() {
        let squeezed = gain(|i| 7.5 + (i / 8) as f64 / 10.0);
        assert!(squeezed.after < 0.01 * squeezed.before && squeezed.is_shown(), "{squeezed:?}");
        let constant = gain(|_| 8.0);
        // Mean 4, variance 8: what a map of a constant comes to at best is the error of the mean.
        assert!((constant.before - 24.0).abs() < 1e-9 && (constant.after - 8.0).abs() < 0.2, "{constant:?}");
    }

    #[test]
    fn a_judge_without_fault_gains_nothing() {
        let perfect = gain(|i| (i / 8) as f64 * 2.0);
        assert!(!perfect.is_shown() && perfect.after < 1e-9, "{perfect:?}");
        let groups = [1, 1];
        let one = CrossFit { groups: &groups, human: &[1.0, 2.0], judge: &[1.0, 2.0] };
        assert_eq!(MapGain::of(&one, 5, 5, |x| x), Err(Undefined::TooFewGroups));
    }
}
