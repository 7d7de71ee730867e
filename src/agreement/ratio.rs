//! The mean of a quantity over rows that come in groups, with an interval that knows about the groups.

use super::interval::{Caution, Design, GroupSum, Posterior, proportion::wilson};
use super::numerics::ExactSum;
use crate::domain::{Estimate, Figure, Interval, Undefined};
use std::collections::BTreeMap;

/// Level of the intervals of means.
const LEVEL: f64 = 0.95;

/// The prior of rows that come in groups, in rows; chosen with [`Caution::SOME`], see `docs/COVERAGE.md`.
const PRIOR_OF_GROUPS: f64 = 0.9;
/// Effective rows above which the posterior and Student's t are the same for every purpose, rare errors included.
const LARGE: f64 = 50_000.0;

/// Distinct values above which a quantity is not one of few values.
const MANY_VALUES: usize = 512;

/// What one row adds to a mean: `value` of `weight` (1 for a row that counts, the number of pairs for pooled pairs).
#[derive(Clone, Copy, Debug)]
pub struct Term {
    /// The query's number.
    pub group: u32,
    /// Sum of the quantity in this row.
    pub value: f64,
    /// How many units this row stands for.
    pub weight: u64,
}

/// `Σ value / Σ weight` with a linearised (cluster-robust) 95 % interval, `m ± t(G−1)·SE` (see [`Design::of`]).
///
/// `bounds` is the quantity's possible range; the interval is cut to it. Undefined without rows. With one group, or when
/// all groups say exactly the same, the value stands without an interval: an interval of width zero would claim a
/// certainty that the data do not have. The result does not depend on the order of the rows.
pub fn ratio(terms: impl Iterator<Item = Term>, bounds: (f64, f64)) -> Figure {
    figure(Sums::of(terms), |sums| sums.student(bounds))
}

/// The mean of a quantity on a scale: `support` lists the values that a unit can take where people agree, from the lowest
/// possible to the highest. Values between them may occur.
///
/// The interval is the posterior of the mean ([`Posterior`]): what was seen, discounted by the design effect of the
/// groups ([`Design::effective_rows`]), and one more unit (0.9 where units come in groups) spread evenly over `support`. From 50,000 effective rows
/// it is the linearised t interval of [`ratio`], unless all groups say the same. Undefined without rows; one group has no
/// interval.
pub fn mean_on_scale(terms: impl Iterator<Item = Term> + Clone, support: &[f64]) -> Figure {
    let bounds = (support[0], support[support.len() - 1]);
    figure(Sums::of(terms.clone()), |sums| {
        let effective = sums.effective_rows(Caution::SOME);
        let large = if effective >= LARGE { sums.student(bounds) } else { None };
        large.or_else(|| sums.posterior(effective, terms, support))
    })
}

/// A share: the mean of values 0 and 1, with Wilson's interval on the effective number of rows. Undefined without rows;
/// one group has no interval.
pub fn share(terms: impl Iterator<Item = Term>) -> Figure {
    figure(Sums::of(terms), |sums| {
        let effective = sums.effective_rows(Caution::MORE);
        let (low, high) = wilson(sums.design.value * effective, effective, LEVEL);
        let method = if sums.clustered() { "cluster-wilson" } else { "wilson" };
        Some(Interval { low, high, level: LEVEL, method })
    })
}

/// How much the rows of a mean say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DesignEffect {
    /// Rows by effective rows ([`Design::effective_rows`]): what to plan and to promise with. It is cautious: with few groups
    /// it is above 1 even where rows do not resemble each other.
    pub effect: f64,
    /// The squared linearised standard error over that of independent rows, as it was seen.
    pub observed: f64,
    /// Population standard deviation of the quantity between units.
    pub sd: f64,
}

/// The design effect of a mean, for planning and for bounds; `None` without rows, and in one group of several rows, whose
/// resemblance cannot be seen.
pub fn design_effect(terms: impl Iterator<Item = Term>) -> Option<DesignEffect> {
    let sums = Sums::of(terms)?;
    let se = sums.design.se?;
    let independent = sums.variance / (sums.design.rows - 1.0);
    let observed = if independent > 0.0 { se * se / independent } else { 1.0 };
    Some(DesignEffect {
        effect: sums.design.rows / sums.effective_rows(Caution::MORE),
        observed,
        sd: sums.variance.sqrt(),
    })
}

/// Sums over groups, and over all rows.
struct Sums {
    design: Design,
    /// Population variance of the quantity between units.
    variance: f64,
}

impl Sums {
    fn of(terms: impl Iterator<Item = Term>) -> Option<Self> {
        let mut groups: Vec<(u32, ExactSum, u64)> = Vec::new();
        let mut squares = ExactSum::default();
        for term in terms.filter(|t| t.weight > 0) {
            squares.add(term.value * term.value / term.weight as f64);
            match groups.last_mut().filter(|(group, ..)| *group == term.group) {
                Some((_, sum, weight)) => {
                    sum.add(term.value);
                    *weight += term.weight;
                }
                None => {
                    let mut sum = ExactSum::default();
                    sum.add(term.value);
                    groups.push((term.group, sum, term.weight));
                }
            }
        }
        // Sums are exact, so the parts of a group may be joined in any order.
        groups.sort_unstable_by_key(|(group, ..)| *group);
        groups.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1.merge(next.1);
                kept.2 += next.2;
            }
            same
        });
        let sums: Vec<GroupSum> =
            groups.iter().map(|(_, sum, weight)| GroupSum { sum: sum.value(), weight: *weight as f64 }).collect();
        let design = Design::of(&sums)?;
        let variance = (squares.value() / design.rows - design.value * design.value).max(0.0);
        Some(Self { design, variance })
    }

    fn clustered(&self) -> bool {
        self.design.rows > self.design.groups as f64
    }

    fn effective_rows(&self, caution: Caution) -> f64 {
        self.design.effective_rows(self.variance, caution)
    }

    fn student(&self, bounds: (f64, f64)) -> Option<Interval> {
        let (low, high) = self.design.student(LEVEL)?;
        Some(Interval { low: low.max(bounds.0), high: high.min(bounds.1), level: LEVEL, method: "cluster-t" })
    }

    fn posterior(&self, effective: f64, terms: impl Iterator<Item = Term>, support: &[f64]) -> Option<Interval> {
        let mut seen: BTreeMap<u64, u64> = BTreeMap::new();
        for term in terms.filter(|t| t.weight > 0) {
            *seen.entry((term.value / term.weight as f64).to_bits()).or_default() += term.weight;
            if seen.len() > MANY_VALUES {
                return self.student((support[0], support[support.len() - 1]));
            }
        }
        let worth = effective / self.design.rows;
        let data = seen.into_iter().map(|(bits, weight)| (f64::from_bits(bits), weight as f64 * worth));
        let prior_rows = if self.clustered() { PRIOR_OF_GROUPS } else { 1.0 };
        let prior = support.iter().map(|value| (*value, prior_rows / support.len() as f64));
        let posterior = Posterior::new(data.chain(prior));
        // The prior has an opinion; the interval must not exclude what was seen (no error at all, for example).
        let (low, high) = (posterior.quantile((1.0 - LEVEL) / 2.0), posterior.quantile((1.0 + LEVEL) / 2.0));
        Some(Interval {
            low: low.min(self.design.value),
            high: high.max(self.design.value),
            level: LEVEL,
            method: if self.clustered() { "cluster-dirichlet" } else { "dirichlet" },
        })
    }
}

/// The figure of sums, if there are rows; one group has no interval.
fn figure(sums: Option<Sums>, interval: impl FnOnce(&Sums) -> Option<Interval>) -> Figure {
    let Some(sums) = sums else {
        return Undefined::Empty.into();
    };
    let interval = (sums.design.groups > 1).then(|| interval(&sums)).flatten();
    let Design { value, rows, groups, .. } = sums.design;
    Figure::Known(Estimate { value, interval, n: rows as u64, groups: groups as u64 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ANYTHING: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);
    const SQUARES: [f64; 5] = [0.0, 6.25, 25.0, 56.25, 100.0];

    fn terms(clusters: &[(f64, u64)]) -> impl Iterator<Item = Term> + Clone {
        clusters.iter().enumerate().map(|(group, &(value, weight))| Term { group: group as u32, value, weight })
    }

    fn rows(values: &[f64], per_group: usize) -> impl Iterator<Item = Term> + Clone {
        values.iter().enumerate().map(move |(i, &value)| Term { group: (i / per_group) as u32, value, weight: 1 })
    }

    #[test]
    fn the_linearised_interval_follows_the_groups() {
        // SPEC case I3: m = 31/14, SE = 1.562857622547509, t(3) = 3.182446305284263.
        let figure = ratio(terms(&[(4.0, 3), (1.0, 5), (20.0, 2), (6.0, 4)]), ANYTHING);
        let half = 3.182446305284263 * 1.562857622547509;
        assert!((figure.value().unwrap() - 31.0 / 14.0).abs() < 1e-12);
        assert!((figure.interval().unwrap().high - 31.0 / 14.0 - half).abs() < 1e-9);
    }

    #[test]
    fn groups_that_agree_exactly_give_no_interval_of_width_zero() {
        assert_eq!(ratio(terms(&[(0.0, 4), (0.0, 6)]), ANYTHING), Figure::point(0.0, 10, 2));
    }

    #[test]
    fn one_group_gives_a_value_without_an_interval_and_no_rows_give_none() {
        assert_eq!(ratio(terms(&[(4.0, 2)]), ANYTHING), Figure::point(2.0, 2, 1));
        assert_eq!(mean_on_scale(rows(&[0.0, 25.0], 2), &SQUARES), Figure::point(12.5, 2, 1));
        assert_eq!(mean_on_scale(terms(&[]), &SQUARES), Figure::Undefined(Undefined::Empty));
        assert_eq!(share(terms(&[])), Figure::Undefined(Undefined::Empty));
    }

    #[test]
    fn thirty_rows_without_an_error_are_no_proof_of_a_perfect_judge() {
        let figure = mean_on_scale(rows(&[0.0; 30], 1), &SQUARES);
        let interval = figure.interval().unwrap();
        assert_eq!((figure.value(), interval.low, interval.method), (Some(0.0), 0.0, "dirichlet"));
        // About 2.5 % of the mass is on one error of 56 or 100 among 31 rows.
        assert!(interval.high > 5.0 && interval.high < 9.5, "{interval:?}");
    }

    #[test]
    fn rows_of_one_query_are_worth_less_than_rows_of_many() {
        let values: Vec<f64> = (0..60).map(|i| if i % 12 < 6 { 0.0 } else { 25.0 }).collect();
        let width = |figure: Figure| figure.interval().map(|i| (i.high - i.low, i.method)).unwrap();
        let (alone, together) =
            (width(mean_on_scale(rows(&values, 1), &SQUARES)), width(mean_on_scale(rows(&values, 6), &SQUARES)));
        assert_eq!((alone.1, together.1), ("dirichlet", "cluster-dirichlet"));
        assert!(together.0 > 2.0 * alone.0, "{alone:?} {together:?}");
        let hits = values.iter().map(|v| v / 25.0).collect::<Vec<_>>();
        assert!(width(share(rows(&hits, 6))).0 > 2.0 * width(share(rows(&hits, 1))).0);
    }

    #[test]
    fn in_large_samples_the_posterior_gives_way_to_t_and_they_say_the_same() {
        let values = |n: usize| (0..n).map(|i| SQUARES[[0, 0, 0, 1, 0, 2, 1, 0, 0, 3][i % 10]]).collect::<Vec<_>>();
        let just_below = mean_on_scale(rows(&values(49_990), 1), &SQUARES);
        let just_above = mean_on_scale(rows(&values(50_000), 1), &SQUARES);
        let (below, above) = (just_below.interval().unwrap(), just_above.interval().unwrap());
        assert_eq!((below.method, above.method), ("dirichlet", "cluster-t"));
        let perfect = mean_on_scale(rows(&[0.0; 60_000], 1), &SQUARES);
        assert_eq!(perfect.interval().map(|i| i.method), Some("dirichlet"));
        assert!((below.low - above.low).abs() < 0.01 && (below.high - above.high).abs() < 0.01, "{below:?} {above:?}");
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_value_and_stays_on_the_scale(
            values in proptest::collection::vec(0usize..5, 2..80), size in 1usize..6
        ) {
            let values: Vec<f64> = values.into_iter().map(|v| SQUARES[v]).collect();
            let figure = mean_on_scale(rows(&values, size), &SQUARES);
            let value = figure.value().unwrap();
            if let Some(interval) = figure.interval() {
                prop_assert!(0.0 <= interval.low && interval.low <= value);
                prop_assert!(value <= interval.high && interval.high <= 100.0);
                prop_assert!(interval.low < interval.high);
            }
        }
    }
}
