//! The coefficients of agreement and order of one judge, all with intervals from one bootstrap.

use super::interval::{Resampling, bca, bca_of_rows};
use super::{
    Confusion, Defined, LEAST_GROUPS, Metric, Pair, PairCounts, Weights, cohen_kappa, gwet_ac,
    krippendorff_alpha_of_table, pearson, spearman,
};
use crate::domain::{Estimate, Figure, Interval, Undefined};
use serde::Serialize;

/// Independent rows above which they are only counted, not kept apart.
const MANY_ROWS: usize = 1_000;

/// Each coefficient as a figure. Read none of them alone: kappa falls with skewed ratings, AC2 does not, τ-b rewards
/// coarse scales, and those over valid rows say nothing about malformed replies.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Coefficients {
    /// Cohen's kappa; a malformed reply disagrees with every rating.
    pub kappa: Figure,
    /// Linear weights.
    pub kappa_linear: Figure,
    /// Quadratic weights.
    pub kappa_quadratic: Figure,
    /// Gwet's AC2 with quadratic weights, valid rows.
    pub ac2: Figure,
    /// Krippendorff's alpha, nominal, valid rows.
    pub alpha_nominal: Figure,
    /// Ordinal.
    pub alpha_ordinal: Figure,
    /// Interval.
    pub alpha_interval: Figure,
    /// Spearman's correlation, valid rows.
    pub spearman: Figure,
    /// Kendall's τ-b, valid rows.
    pub kendall_tau_b: Figure,
    /// Somers' D of the judge given people, valid rows: the one to gate on.
    pub somers_d: Figure,
    /// The same, a pair with a malformed reply counting as one that the judge failed to order.
    pub somers_d_pessimistic: Figure,
    /// Pearson's correlation, valid rows.
    pub pearson: Figure,
}

/// All coefficients of `pairs` on a scale of `levels`, with BCa intervals over queries (see [`bca`]).
///
/// A statistic of few rows may have a value and no interval: when it is undefined without one of the queries too often,
/// or never varies.
pub fn coefficients(pairs: &[Pair], levels: usize, how: &Resampling) -> Coefficients {
    let [
        kappa,
        kappa_linear,
        kappa_quadratic,
        ac2,
        alpha_nominal,
        alpha_ordinal,
        alpha_interval,
        spearman,
        kendall_tau_b,
        somers_d,
        somers_d_pessimistic,
        pearson,
    ] = figures(pairs, levels, points, how);
    let valid = pairs.iter().filter(|p| p.judge.is_some()).count() as u64;
    let of_valid = |figure| match figure {
        Figure::Known(estimate) => Figure::Known(Estimate { n: valid, ..estimate }),
        undefined => undefined,
    };
    Coefficients {
        kappa,
        kappa_linear,
        kappa_quadratic,
        ac2: of_valid(ac2),
        alpha_nominal: of_valid(alpha_nominal),
        alpha_ordinal: of_valid(alpha_ordinal),
        alpha_interval: of_valid(alpha_interval),
        spearman: of_valid(spearman),
        kendall_tau_b: of_valid(kendall_tau_b),
        somers_d: of_valid(somers_d),
        somers_d_pessimistic,
        pearson: of_valid(pearson),
    }
}

/// [`cohen_kappa`] of `pairs` with its BCa interval over queries.
pub fn kappa(pairs: &[Pair], levels: usize, weights: Weights, how: &Resampling) -> Figure {
    let [figure] = figures(pairs, levels, |table| [cohen_kappa(table, weights)], how);
    figure
}

/// Figures of functions of the table.
fn figures<const M: usize>(
    pairs: &[Pair],
    levels: usize,
    points: impl Fn(&Confusion) -> [Defined; M] + Sync + Send,
    how: &Resampling,
) -> [Figure; M] {
    let found = points(&Confusion::of(pairs, levels));
    let (n, groups) = (pairs.len(), distinct_groups(pairs));
    let mut intervals = table_intervals(pairs, levels, points, how).into_iter();
    found.map(|point| match (point, intervals.next()) {
        (Ok(value), interval) => {
            // No coefficient exceeds 1, but a t interval does not know that.
            let interval = interval.and_then(Result::ok).map(|i| Interval { high: i.high.min(1.0), ..i });
            Figure::Known(Estimate { value, interval, n: n as u64, groups: groups as u64 })
        }
        (Err(reason), _) => Figure::Undefined(reason),
    })
}

/// Intervals of functions of the table, resampled by query. Fewer than [`LEAST_GROUPS`] queries of several rows do not show
/// how much queries differ, and have none (SPEC §1).
pub fn table_intervals<const M: usize>(
    pairs: &[Pair],
    levels: usize,
    points: impl Fn(&Confusion) -> [Defined; M] + Sync + Send,
    how: &Resampling,
) -> [Result<Interval, Undefined>; M] {
    let (n, groups) = (pairs.len(), distinct_groups(pairs));
    if groups < n && (groups as u64) < LEAST_GROUPS {
        return std::array::from_fn(|_| Err(Undefined::TooFewGroups));
    }
    // A table for each of a million independent rows would take more memory than the rows.
    if groups == n && n > MANY_ROWS {
        return bca_of_rows(&Confusion::of(pairs, levels), points, how);
    }
    bca(&Confusion::by_group(pairs, levels), points, how)
}

fn distinct_groups(pairs: &[Pair]) -> usize {
    let mut groups: Vec<u32> = pairs.iter().map(|p| p.group).collect();
    groups.sort_unstable();
    groups.dedup();
    groups.len()
}

/// The points, in the order of the fields.
fn points(table: &Confusion) -> [Defined; 12] {
    let pairs = PairCounts::of(table);
    [
        cohen_kappa(table, Weights::None),
        cohen_kappa(table, Weights::Linear),
        cohen_kappa(table, Weights::Quadratic),
        gwet_ac(table, Weights::Quadratic),
        krippendorff_alpha_of_table(table, Metric::Nominal),
        krippendorff_alpha_of_table(table, Metric::Ordinal),
        krippendorff_alpha_of_table(table, Metric::Interval),
        spearman(table),
        pairs.tau_b(),
        pairs.somers_d(),
        pairs.somers_d_pessimistic(),
        pearson(table),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::errors::tests::pairs;
    use super::*;
    use rayon::ThreadPoolBuilder;

    /// 60 rows in queries of `size`; the judge is off by one on every fourth and malformed on every fifteenth.
    fn rows(size: u32) -> Vec<Pair> {
        let gold: Vec<u8> = (0..60).map(|i| 1 + (i * 7 % 5) as u8).collect();
        let judge = |(i, g): (usize, &u8)| match i {
            i if i % 15 == 14 => None,
            i if i % 4 == 3 => Some(if *g == 5 { 4 } else { g + 1 }),
            _ => Some(*g),
        };
        let judge: Vec<Option<u8>> = gold.iter().enumerate().map(judge).collect();
        let mut rows = pairs(&gold, &judge);
        rows.iter_mut().for_each(|row| row.group /= size);
        rows
    }

    fn all(of: &Coefficients) -> [&Figure; 12] {
        [
            &of.kappa,
            &of.kappa_linear,
            &of.kappa_quadratic,
            &of.ac2,
            &of.alpha_nominal,
            &of.alpha_ordinal,
            &of.alpha_interval,
            &of.spearman,
            &of.kendall_tau_b,
            &of.somers_d,
            &of.somers_d_pessimistic,
            &of.pearson,
        ]
    }

    #[test]
    fn each_field_holds_its_own_statistic() {
        let rows = rows(5);
        let table = Confusion::of(&rows, 5);
        let found = coefficients(&rows, 5, &Resampling { replicates: 50, ..Resampling::default() });
        let pairs = PairCounts::of(&table);
        assert_eq!(found.kappa_quadratic.value(), cohen_kappa(&table, Weights::Quadratic).ok());
        assert_eq!(found.alpha_ordinal.value(), krippendorff_alpha_of_table(&table, Metric::Ordinal).ok());
        assert_eq!(found.somers_d_pessimistic.value(), pairs.somers_d_pessimistic().ok());
        assert_eq!(found.pearson.value(), pearson(&table).ok());
    }

    #[test]
    fn every_coefficient_lies_within_its_interval() {
        for (size, method) in [(1, "bca"), (5, "cluster-bca")] {
            let found = coefficients(&rows(size), 5, &Resampling { replicates: 2_000, ..Resampling::default() });
            for figure in all(&found) {
                let (value, interval) = (figure.value().unwrap(), figure.interval().unwrap());
                assert!(interval.low < value && value < interval.high, "{figure:?}");
                assert_eq!(interval.method, method);
            }
        }
    }

    #[test]
    fn a_constant_judge_orders_nothing_and_agrees_by_chance() {
        let gold: Vec<u8> = (0..40).map(|i| 1 + i % 5).collect();
        let found = coefficients(&pairs(&gold, &[Some(3); 40]), 5, &Resampling::default());
        assert_eq!((found.somers_d.value(), found.kappa.value()), (Some(0.0), Some(0.0)));
        assert_eq!(found.kendall_tau_b, Figure::Undefined(Undefined::OneLabelJudge));
        assert_eq!(coefficients(&[], 5, &Resampling::default()).kappa, Figure::Undefined(Undefined::Empty));
    }

    #[test]
    fn threads_and_the_order_of_rows_change_no_bit() {
        let mut rows = rows(5);
        let run = |rows: &[Pair], threads| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| coefficients(rows, 5, &Resampling { replicates: 300, ..Resampling::default() }))
        };
        let there = run(&rows, 1);
        rows.reverse();
        assert!(there == run(&rows, 2) && there == run(&rows, 7));
    }
}
