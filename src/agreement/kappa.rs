//! Cohen's kappa on the table human × judge.

use super::numerics::normal_quantile;
use super::{Confusion, Defined};
use crate::domain::Undefined;

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

impl Weights {
    /// What it costs that one side says `a` and the other `b`, in whole units.
    pub(super) fn distance(self, a: usize, b: usize) -> u64 {
        let apart = a.abs_diff(b) as u64;
        match self {
            Self::None => u64::from(a != b),
            Self::Linear => apart,
            Self::Quadratic => apart * apart,
        }
    }

    /// The largest such cost on a scale of `levels`: what a malformed reply costs. Where nobody can differ, still 1.
    pub(super) fn full(self, levels: usize) -> u64 {
        self.distance(0, levels.saturating_sub(1)).max(1)
    }

    /// What it costs that people say `human` and the judge `judge`, a column beyond the levels being malformed.
    fn cost(self, human: usize, judge: usize, levels: usize) -> u64 {
        if judge == levels { self.full(levels) } else { self.distance(human, judge) }
    }

    /// Agreement of `a` and `b` on a scale of `levels`: 1 when they are the same, 0 when they are furthest apart.
    pub(super) fn agreement(self, a: usize, b: usize, levels: usize) -> f64 {
        1.0 - self.distance(a, b) as f64 / self.full(levels) as f64
    }
}

/// Cohen's kappa with its large-sample errors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KappaError {
    /// The point value.
    pub kappa: f64,
    /// Standard error for intervals.
    pub se: f64,
    /// Standard error if the two sides were independent, for tests of kappa = 0.
    pub se_null: f64,
}

/// Cohen's kappa, `1 − Σ D·O / Σ D·E`, malformed replies being one more category that disagrees fully with every rating
/// (Cohen 1960, 1968; SPEC §2.4 and case C4). Categories are the scale's, used or not.
///
/// −1 to 1. Sums are whole numbers, so a judge no better than chance has exactly 0. Undefined without rows, and when
/// both sides only ever gave one and the same rating.
pub fn cohen_kappa(table: &Confusion, weights: Weights) -> Defined {
    kappa_over(table, weights, table.levels() + 1)
}

/// [`cohen_kappa`] over rows with a valid reply. Never alone: the rows that it leaves out are failures of the judge.
pub fn cohen_kappa_valid(table: &Confusion, weights: Weights) -> Defined {
    kappa_over(table, weights, table.levels())
}

/// Share of rows on which both sides say the same; a malformed reply disagrees. Undefined without rows.
pub fn percent_agreement(table: &Confusion) -> Defined {
    let same: u64 = (0..table.levels()).map(|level| table.at(level, level)).sum();
    match table.total() {
        0 => Err(Undefined::Empty),
        n => Ok(same as f64 / n as f64),
    }
}

/// Kappa with the standard errors of Fleiss, Cohen & Everitt (1969): for a check of the bootstrap and for tests of
/// chance, on rows that are independent. The malformed category is included.
///
/// Undefined as [`cohen_kappa`] is.
pub fn cohen_kappa_error(table: &Confusion, weights: Weights) -> Result<KappaError, Undefined> {
    let kappa = cohen_kappa(table, weights)?;
    let (levels, n) = (table.levels(), table.total() as f64);
    let weight = |human: usize, judge: usize| {
        if judge == levels { 0.0 } else { weights.agreement(human, judge, levels) }
    };
    let share = |totals: Vec<u64>| totals.into_iter().map(|t| t as f64 / n).collect::<Vec<f64>>();
    let (human, judge) = (share(table.human_totals()), share(table.judge_totals()));
    let human_mean = |h: usize| judge.iter().enumerate().map(|(j, p)| p * weight(h, j)).sum::<f64>();
    let judge_mean = |j: usize| human.iter().enumerate().map(|(h, p)| p * weight(h, j)).sum::<f64>();
    let human_means: Vec<f64> = (0..levels).map(human_mean).collect();
    let judge_means: Vec<f64> = (0..=levels).map(judge_mean).collect();
    let expected: f64 = human.iter().zip(&human_means).map(|(p, w)| p * w).sum();
    let (mut spread, mut spread_null) = (0.0, 0.0);
    for (h, row) in table.rows().enumerate() {
        for (j, &count) in row.iter().enumerate() {
            let means = human_means[h] + judge_means[j];
            spread += count as f64 / n * (weight(h, j) - means * (1.0 - kappa)).powi(2);
            spread_null += human[h] * judge[j] * (weight(h, j) - means).powi(2);
        }
    }
    let scale = n.sqrt() * (1.0 - expected);
    // Rounding can leave a difference of equal squares just below 0.
    let root = |variance: f64| variance.max(0.0).sqrt() / scale;
    let se = root(spread - (kappa - expected * (1.0 - kappa)).powi(2));
    Ok(KappaError { kappa, se, se_null: root(spread_null - expected * expected) })
}

impl KappaError {
    /// The Wald interval at `level`, which may pass 1: near full agreement it is a poor one.
    pub fn interval(&self, level: f64) -> (f64, f64) {
        let half = normal_quantile(0.5 + level / 2.0) * self.se;
        (self.kappa - half, self.kappa + half)
    }
}

/// The highest kappa over valid rows that two raters with these marginals could reach: below 1 because they use the
/// scale differently, whatever they say on each row (Cohen 1960; with weights, the cheapest transport between the
/// marginals, which pairs both sides in order).
///
/// Undefined as [`cohen_kappa_valid`] is.
pub fn max_attainable_kappa(table: &Confusion, weights: Weights) -> Defined {
    let (human, judge) = (table.valid_human_totals(), table.valid_judge_totals());
    let cost = match weights {
        Weights::None => human.iter().zip(&judge).map(|(a, b)| u128::from(a.saturating_sub(*b))).sum(),
        Weights::Linear | Weights::Quadratic => transport(human.clone(), judge.clone(), weights),
    };
    chance_corrected(cost, weights, &human, &judge)
}

/// What it costs to turn one marginal into the other in order, lowest with lowest.
fn transport(mut from: Vec<u64>, mut to: Vec<u64>, weights: Weights) -> u128 {
    let (mut a, mut b, mut cost) = (0, 0, 0);
    while a < from.len() && b < to.len() {
        let moved = from[a].min(to[b]);
        cost += u128::from(moved) * u128::from(weights.distance(a, b));
        (from[a], to[b]) = (from[a] - moved, to[b] - moved);
        if from[a] == 0 { a += 1 } else { b += 1 }
    }
    cost
}

fn kappa_over(table: &Confusion, weights: Weights, columns: usize) -> Defined {
    let levels = table.levels();
    let mut judge = vec![0u64; columns];
    let mut human = vec![0u64; levels];
    let mut observed = 0u128;
    for (h, row) in table.rows().enumerate() {
        let mut cost = 0;
        for (j, &count) in row[..columns].iter().enumerate() {
            judge[j] += count;
            human[h] += count;
            cost += count * weights.cost(h, j, levels);
        }
        observed += u128::from(cost);
    }
    chance_corrected(observed, weights, &human, &judge)
}

/// `1 − n·observed / Σ D·human·judge`, a last column beyond the levels being malformed.
fn chance_corrected(observed: u128, weights: Weights, human: &[u64], judge: &[u64]) -> Defined {
    let levels = human.len();
    let n: u64 = human.iter().sum();
    if n == 0 {
        return Err(Undefined::Empty);
    }
    let row = |h: usize| judge.iter().enumerate().map(|(j, count)| weights.cost(h, j, levels) * count).sum::<u64>();
    let expected: u128 = human.iter().enumerate().map(|(h, &count)| u128::from(count) * u128::from(row(h))).sum();
    if expected == 0 {
        return Err(Undefined::NoExpectedDisagreement);
    }
    Ok(1.0 - (u128::from(n) * observed) as f64 / expected as f64)
}

#[cfg(test)]
mod tests {
    use super::super::errors::tests::pairs;
    use super::*;
    use proptest::prelude::*;

    fn table(gold: &[u8], judge: &[Option<u8>]) -> Confusion {
        Confusion::of(&pairs(gold, judge), 5)
    }

    fn value(gold: &[u8], judge: &[Option<u8>], weights: Weights) -> Option<f64> {
        cohen_kappa(&table(gold, judge), weights).ok()
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
            cohen_kappa(&table(&[3; 5], &[Some(3); 5]), Weights::Quadratic),
            Err(Undefined::NoExpectedDisagreement)
        );
        close(value(&[3; 5], &[1, 2, 3, 4, 5].map(Some), Weights::Quadratic), 0.0);
        close(value(&[1, 2, 3, 4, 5], &[5, 4, 3, 2, 1].map(Some), Weights::Quadratic), -1.0);
    }

    #[test]
    fn the_errors_of_a_small_table_are_those_of_fleiss_cohen_and_everitt() {
        // [[20, 5], [10, 15]]: p_o = 0.7, p_e = 0.5·0.6 + 0.5·0.4 = 0.5, kappa = 0.4. Without weights the null error is
        // √(p_e + p_e² − Σ p_i p_.i (p_i + p_.i)) / ((1 − p_e) √n) = √(0.75 − 0.3·1.1 − 0.2·0.9) / (0.5 √50)
        // = √0.24 / 3.5355 = 0.138564. The error: Σ over the diagonal p_ii (1 − (p_i + p_.i)·0.6)² = 0.4·0.34² + 0.3·0.46²
        // = 0.10972; off it 0.36·(p_12 (p_.1 + p_2)² + p_21 (p_.2 + p_1)²) = 0.36·(0.1·1.1² + 0.2·0.9²) = 0.10188;
        // minus (0.4 − 0.5·0.6)² = 0.01: √0.2016 / 3.5355 = 0.126998.
        let table = Confusion::from_rows(&[vec![20, 5, 0], vec![10, 15, 0]]);
        let error = cohen_kappa_error(&table, Weights::None).unwrap();
        assert!((error.kappa - 0.4).abs() < 1e-12);
        assert!((error.se_null - (0.24f64 / 12.5).sqrt()).abs() < 1e-12, "{error:?}");
        assert!((error.se - (0.2016f64 / 12.5).sqrt()).abs() < 1e-12, "{error:?}");
        let (low, high) = error.interval(0.95);
        assert!(((high - low) / 2.0 - 1.959963984540054 * error.se).abs() < 1e-12);
    }

    #[test]
    fn full_agreement_has_no_error() {
        let table = Confusion::from_rows(&[vec![3, 0, 0], vec![0, 2, 0]]);
        assert_eq!(cohen_kappa_error(&table, Weights::Quadratic).map(|e| (e.kappa, e.se)), Ok((1.0, 0.0)));
    }

    #[test]
    fn marginals_that_differ_bound_kappa_below_one() {
        // Human 4, 0, 2 and judge 2, 3, 1 of 6: at best 2 + 1 rows agree. p_e = (4·2 + 0 + 2·1)/36 = 10/36,
        // (1/2 − 10/36)/(26/36) = 8/26.
        let table = Confusion::from_rows(&[vec![2, 2, 0, 0], vec![0, 0, 0, 0], vec![0, 1, 1, 0]]);
        close(max_attainable_kappa(&table, Weights::None).ok(), 8.0 / 26.0);
        // In order: 2 rows 1→1, 2 rows 1→2, 1 row 3→2, 1 row 3→3: squared cost 3. Expected (4·(3 + 4·1) + 2·(4·2 + 3))/6
        // = 50/6. Kappa 1 − 18/50.
        close(max_attainable_kappa(&table, Weights::Quadratic).ok(), 1.0 - 18.0 / 50.0);
        // The table itself is already arranged in order.
        close(cohen_kappa(&table, Weights::Quadratic).ok(), 1.0 - 18.0 / 50.0);
    }

    #[test]
    fn kappa_of_no_rows_and_of_malformed_rows_alone_is_undefined_where_it_must_be() {
        let empty = Confusion::empty(5);
        assert_eq!(cohen_kappa(&empty, Weights::None), Err(Undefined::Empty));
        assert_eq!(percent_agreement(&empty), Err(Undefined::Empty));
        let mut malformed = Confusion::empty(5);
        malformed.add(2, None);
        assert_eq!(cohen_kappa_valid(&malformed, Weights::None), Err(Undefined::Empty));
        assert_eq!(cohen_kappa(&malformed, Weights::None), Ok(0.0));
        assert_eq!(percent_agreement(&malformed), Ok(0.0));
    }

    fn tables() -> impl Strategy<Value = Confusion> {
        proptest::collection::vec(0u64..9, 30)
            .prop_map(|cells| Confusion::from_rows(&cells.chunks(6).map(Vec::from).collect::<Vec<_>>()))
    }

    /// Each cell moved, malformed replies staying with their row.
    fn turned(table: &Confusion, human: bool) -> Confusion {
        let mut rows: Vec<Vec<u64>> = table.rows().map(Vec::from).collect();
        rows.iter_mut().for_each(|row| row[..5].reverse());
        if human {
            rows.reverse();
        }
        Confusion::from_rows(&rows)
    }

    const WEIGHTS: [Weights; 3] = [Weights::None, Weights::Linear, Weights::Quadratic];

    proptest! {
        #[test]
        fn turning_the_scale_around_keeps_kappa_and_its_error(table in tables()) {
            for weights in WEIGHTS {
                prop_assert_eq!(cohen_kappa(&table, weights), cohen_kappa(&turned(&table, true), weights));
                prop_assert_eq!(cohen_kappa_valid(&table, weights), cohen_kappa_valid(&turned(&table, true), weights));
                prop_assert_eq!(max_attainable_kappa(&table, weights), max_attainable_kappa(&turned(&table, true), weights));
                if let (Ok(a), Ok(b)) = (cohen_kappa_error(&table, weights), cohen_kappa_error(&turned(&table, true), weights)) {
                    prop_assert!((a.se - b.se).abs() < 1e-9 && (a.se_null - b.se_null).abs() < 1e-9);
                }
            }
        }

        #[test]
        fn a_constant_judge_has_no_kappa_above_chance(human in proptest::collection::vec(0u8..5, 2..40), says in 0u8..5) {
            let mut table = Confusion::empty(5);
            human.iter().for_each(|h| table.add(*h, Some(says)));
            for weights in WEIGHTS {
                let alone = human.iter().all(|h| *h == says);
                let expected = if alone { Err(Undefined::NoExpectedDisagreement) } else { Ok(0.0) };
                prop_assert_eq!(cohen_kappa(&table, weights), expected);
            }
        }

        #[test]
        fn no_arrangement_of_the_same_marginals_passes_the_highest_kappa(table in tables()) {
            for weights in WEIGHTS {
                if let (Ok(kappa), Ok(most)) = (cohen_kappa_valid(&table, weights), max_attainable_kappa(&table, weights)) {
                    prop_assert!(kappa <= most && most <= 1.0);
                }
            }
        }
    }
}
