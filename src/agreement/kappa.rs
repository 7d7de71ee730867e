//! Chance-corrected agreement on the table human × judge.

use super::numerics::t_quantile;
use super::{Confusion, Pair};
use crate::domain::{Estimate, Figure, Interval, Undefined};

/// How much a disagreement weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weights {
    /// Any disagreement weighs the same.
    None,
    /// By distance.
    Linear,
    /// By squared distance.
    Quadratic,
}

/// Cohen's kappa, `1 − Σ D·O / Σ D·E`, malformed replies being one more category that disagrees fully with every rating
/// (Cohen 1960, 1968; SPEC §2.4 and case C4). Categories are the scale's, used or not.
///
/// The interval is a jackknife over queries with Student's t, on G−1 degrees of freedom. Undefined without rows, and
/// when both sides only ever gave one and the same rating.
pub fn kappa(pairs: &[Pair], levels: usize, weights: Weights) -> Figure {
    let all = Confusion::of(pairs, levels);
    let value = match point(&all, weights) {
        Ok(value) => value,
        Err(reason) => return reason.into(),
    };
    let groups = Confusion::by_group(pairs, levels);
    let left_out: Result<Vec<f64>, Undefined> = groups.iter().map(|g| point(&all.without(g), weights)).collect();
    let count = groups.len();
    let interval = left_out.ok().filter(|_| count > 1).map(|values| {
        let g = count as f64;
        let mean = values.iter().sum::<f64>() / g;
        let se = ((g - 1.0) / g * values.iter().map(|v| (v - mean).powi(2)).sum::<f64>()).sqrt();
        let half = t_quantile(0.975, g - 1.0) * se;
        Interval {
            low: (value - half).max(-1.0),
            high: (value + half).min(1.0),
            level: 0.95,
            method: "cluster-jackknife-t",
        }
    });
    Figure::Known(Estimate { value, interval, n: all.total(), groups: count as u64 })
}

fn point(table: &Confusion, weights: Weights) -> Result<f64, Undefined> {
    let levels = table.levels();
    let n = table.total() as f64;
    if n == 0.0 {
        return Err(Undefined::Empty);
    }
    let distance = |human: usize, judge: usize| {
        let apart = human.abs_diff(judge) as f64 / (levels - 1) as f64;
        match weights {
            _ if judge == levels => 1.0,
            Weights::None => f64::from(u8::from(human != judge)),
            Weights::Linear => apart,
            Weights::Quadratic => apart * apart,
        }
    };
    let rows: Vec<f64> = table.human_totals().into_iter().map(|n| n as f64).collect();
    let columns: Vec<f64> = table.judge_totals().into_iter().map(|n| n as f64).collect();
    let (mut observed, mut expected) = (0.0, 0.0);
    for (h, row) in table.rows().enumerate() {
        for (j, count) in row.iter().enumerate() {
            observed += distance(h, j) * *count as f64;
            expected += distance(h, j) * rows[h] * columns[j] / n;
        }
    }
    if expected == 0.0 { Err(Undefined::NoExpectedDisagreement) } else { Ok(1.0 - observed / expected) }
}

#[cfg(test)]
mod tests {
    use super::super::errors::tests::pairs;
    use super::*;

    fn value(gold: &[u8], judge: &[Option<u8>], weights: Weights) -> Option<f64> {
        kappa(&pairs(gold, judge), 5, weights).value()
    }

    fn close(a: Option<f64>, b: f64) {
        assert!(a.is_some_and(|a| (a - b).abs() < 1e-12), "{a:?} for {b}");
    }

    #[test]
    fn categories_are_the_scales_even_when_the_data_skip_some() {
        let gold = [1, 1, 2, 5, 5, 2, 1, 5, 2, 1];
        let judge = [1, 2, 2, 5, 2, 2, 1, 5, 1, 5].map(Some);
        close(value(&gold, &judge, Weights::None), 0.4029850746268656);
        close(value(&gold, &judge, Weights::Linear), 0.4767441860465117);
        // scikit-learn without `labels=` weighs by the index of the observed labels and says 0.4615.
        close(value(&gold, &judge, Weights::Quadratic), 0.509090909090909);
    }

    #[test]
    fn a_malformed_reply_is_a_category_that_disagrees_with_every_rating() {
        let gold = [1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5, 5];
        let judge =
            [Some(1), Some(2), Some(2), Some(4), None, Some(2), Some(3), Some(5), Some(4), Some(5), Some(3), None];
        close(value(&gold, &judge, Weights::None), 0.3);
        close(value(&gold, &judge, Weights::Linear), 0.3571428571428572);
        close(value(&gold, &judge, Weights::Quadratic), 0.37378640776699035);
    }

    #[test]
    fn two_sides_that_only_know_one_rating_have_no_kappa_and_one_such_side_has_none_above_chance() {
        assert_eq!(
            kappa(&pairs(&[3; 5], &[Some(3); 5]), 5, Weights::Quadratic),
            Undefined::NoExpectedDisagreement.into()
        );
        close(value(&[3; 5], &[1, 2, 3, 4, 5].map(Some), Weights::Quadratic), 0.0);
        close(value(&[1, 2, 3, 4, 5], &[5, 4, 3, 2, 1].map(Some), Weights::Quadratic), -1.0);
    }
}
