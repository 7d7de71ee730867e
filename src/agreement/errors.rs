//! Errors of the judge against the gold: NMSE and its companions.

use super::{Pair, Term, mean_on_scale, share};
use crate::domain::Figure;

/// What a malformed reply costs. The name is printed with every number that it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MalformedPolicy {
    /// The full squared range: fully incorrect. The headline.
    Full,
    /// The largest error that was possible on this row.
    RowWorst,
    /// Left out; never a headline.
    ValidOnly,
}

impl Pair {
    /// Judge minus mean gold, in rating points.
    fn error(&self) -> Option<f64> {
        Some(f64::from(self.judge?) - self.gold_mean)
    }

    /// Judge minus categorical gold, in rating points.
    fn gap(&self) -> Option<i16> {
        Some(i16::from(self.judge?) - i16::from(self.gold))
    }

    fn term(&self, value: Option<f64>) -> Term {
        Term { group: self.group, value: value.unwrap_or(0.0), weight: u64::from(value.is_some()) }
    }
}

/// `100 · mean((judge − human)²) / (k − 1)²`, 0 (perfect) to 100 (worst), against the mean human rating.
///
/// It is normalised by the squared *range* of the scale, not by the variance of the ratings. Undefined without rows.
pub fn nmse(pairs: &[Pair], levels: usize, policy: MalformedPolicy) -> Figure {
    let range = (levels - 1) as f64;
    let points = 100.0 / (range * range);
    let cost = |pair: &Pair| match (pair.error(), policy) {
        (Some(error), _) => Some(error * error * points),
        (None, MalformedPolicy::Full) => Some(100.0),
        (None, MalformedPolicy::RowWorst) => Some(pair.gold_mean.max(range - pair.gold_mean).powi(2) * points),
        (None, MalformedPolicy::ValidOnly) => None,
    };
    mean_on_scale(pairs.iter().map(|p| p.term(cost(p))), &squared_gaps(levels))
}

/// Squared distances between two ratings, in NMSE points, ascending: what a row can cost.
pub(super) fn squared_gaps(levels: usize) -> Vec<f64> {
    let range = (levels - 1) as f64;
    (0..levels).map(|gap| 100.0 * (gap * gap) as f64 / (range * range)).collect()
}

/// Mean absolute error in rating points; a malformed reply costs the full range.
pub fn mae(pairs: &[Pair], levels: usize) -> Figure {
    let range = (levels - 1) as f64;
    let gaps: Vec<f64> = (0..levels).map(|gap| gap as f64).collect();
    mean_on_scale(pairs.iter().map(|p| p.term(Some(p.error().map_or(range, f64::abs)))), &gaps)
}

/// Mean of judge − human in rating points over valid rows: positive when the judge is lenient.
pub fn bias(pairs: &[Pair], levels: usize) -> Figure {
    let range = levels as i32 - 1;
    let gaps: Vec<f64> = (-range..=range).map(f64::from).collect();
    mean_on_scale(pairs.iter().map(|p| p.term(p.error())), &gaps)
}

/// Share of rows on which judge and categorical gold are the same; a malformed reply counts as wrong.
pub fn exact(pairs: &[Pair]) -> Figure {
    within(pairs, 0)
}

/// Share of rows on which they differ by at most one point; a malformed reply counts as wrong.
pub fn adjacent(pairs: &[Pair]) -> Figure {
    within(pairs, 1)
}

fn within(pairs: &[Pair], points: i16) -> Figure {
    let hit = |p: &Pair| p.gap().is_some_and(|gap| gap.abs() <= points);
    share(pairs.iter().map(|p| p.term(Some(f64::from(u8::from(hit(p)))))))
}

/// Share of malformed replies.
pub fn malformed_rate(pairs: &[Pair]) -> Figure {
    share(pairs.iter().map(|p| p.term(Some(f64::from(u8::from(p.judge.is_none()))))))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(in crate::agreement) fn pairs(gold: &[u8], judge: &[Option<u8>]) -> Vec<Pair> {
        let pair = |(i, (g, j)): (usize, (&u8, &Option<u8>))| Pair {
            group: i as u32,
            gold: g - 1,
            gold_mean: f64::from(g - 1),
            judge: j.map(|j| j - 1),
        };
        gold.iter().zip(judge).enumerate().map(pair).collect()
    }

    fn value(figure: Figure) -> f64 {
        figure.value().expect("defined")
    }

    #[test]
    fn the_worked_check_of_the_design() {
        let rows = pairs(&[5, 5, 3, 1], &[Some(5), Some(4), None, Some(1)]);
        // (0 + 1 + 16 + 0)/4/16 = 26.5625 %; row-worst (0 + 1 + 4 + 0)/64; valid only (0 + 1 + 0)/48.
        assert_eq!(value(nmse(&rows, 5, MalformedPolicy::Full)), 26.5625);
        assert_eq!(value(nmse(&rows, 5, MalformedPolicy::RowWorst)), 7.8125);
        assert!((value(nmse(&rows, 5, MalformedPolicy::ValidOnly)) - 100.0 / 48.0).abs() < 1e-12);
    }

    #[test]
    fn all_malformed_is_the_worst_nmse_and_has_no_bias() {
        let rows = pairs(&[1, 5, 3], &[None, None, None]);
        assert_eq!(value(nmse(&rows, 5, MalformedPolicy::Full)), 100.0);
        assert_eq!(bias(&rows, 5), Figure::Undefined(crate::domain::Undefined::Empty));
        assert_eq!(value(exact(&rows)), 0.0);
    }

    #[test]
    fn errors_are_against_the_mean_of_several_ratings() {
        let row = Pair { group: 0, gold: 0, gold_mean: 1.0 / 3.0, judge: Some(1) };
        // Ratings 1, 1, 2 and judge 2: (2 − 4/3)² = 4/9 of 16.
        assert!((value(nmse(&[row], 5, MalformedPolicy::Full)) - 100.0 * 4.0 / 9.0 / 16.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn nmse_is_the_malformed_rate_plus_the_valid_rest(rows in proptest::collection::vec((1u8..=5, proptest::option::of(1u8..=5)), 1..60)) {
            let (gold, judge): (Vec<u8>, Vec<Option<u8>>) = rows.into_iter().unzip();
            let rows = pairs(&gold, &judge);
            let m = value(malformed_rate(&rows));
            let valid = nmse(&rows, 5, MalformedPolicy::ValidOnly).value().unwrap_or(0.0);
            prop_assert!((value(nmse(&rows, 5, MalformedPolicy::Full)) - (100.0 * m + (1.0 - m) * valid)).abs() < 1e-9);
        }

        #[test]
        fn turning_the_scale_around_keeps_nmse_and_flips_bias(rows in proptest::collection::vec((1u8..=5, proptest::option::of(1u8..=5)), 1..60)) {
            let (gold, judge): (Vec<u8>, Vec<Option<u8>>) = rows.into_iter().unzip();
            let there = pairs(&gold, &judge);
            let turned = |x: u8| 6 - x;
            let back = pairs(&gold.iter().copied().map(turned).collect::<Vec<_>>(), &judge.iter().map(|j| j.map(turned)).collect::<Vec<_>>());
            let policy = MalformedPolicy::Full;
            prop_assert!((value(nmse(&there, 5, policy)) - value(nmse(&back, 5, policy))).abs() < 1e-9);
            if let (Some(a), Some(b)) = (bias(&there, 5).value(), bias(&back, 5).value()) {
                prop_assert!((a + b).abs() < 1e-9);
            }
        }

        #[test]
        fn the_order_of_rows_changes_no_bit(mut rows in proptest::collection::vec((0u32..6, 0u8..5, 0.0f64..4.0, proptest::option::of(0u8..5)), 1..60)) {
            let make = |rows: &[(u32, u8, f64, Option<u8>)]| -> Vec<Pair> {
                rows.iter().map(|&(group, gold, gold_mean, judge)| Pair { group, gold, gold_mean, judge }).collect()
            };
            let there = nmse(&make(&rows), 5, MalformedPolicy::Full);
            rows.reverse();
            prop_assert_eq!(there, nmse(&make(&rows), 5, MalformedPolicy::Full));
        }
    }
}
