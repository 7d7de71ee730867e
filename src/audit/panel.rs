//! The numbers of one judge: NMSE never alone, malformed apart from wrong, controls and people beside it.

use super::bounds::{Bounds, bounds};
use super::compute::{JudgeInput, Row};
use super::repeats::{Repeated, repeated};
use crate::agreement::interval::Resampling;
use crate::agreement::{
    AgainstPeople, Coefficients, Confusion, Defined, DesignEffect, GroupMean, MalformedPolicy, Metric, Pair,
    PairCounts, Panelled, Term, Weights, adjacent, best_constant, beyond_people, bias, coefficients, cohen_kappa_valid,
    design_effect, exact, human_ceiling, judge_against_single, krippendorff_alpha_of_table, macro_recall, mae,
    malformed_rate, nmse, pairs_by_group, shuffled, squared_error_points,
};
use crate::domain::{Estimate, FieldValue, Figure, NanoUsd, Rating, Scale, Undefined, Usage, Verdict};
use serde::Serialize;
use std::collections::BTreeMap;

/// Everything counted and computed for one judge. `n` is the denominator of each rate: items that people rated and the
/// judge answered.
#[derive(Clone, Debug, Serialize)]
pub struct Panel {
    /// Items rated by people and answered by the judge.
    pub n: u64,
    /// Queries among them.
    pub queries: u64,
    /// Of these, with a rating.
    pub n_rated: u64,
    /// Of these, malformed.
    pub malformed: Counted,
    /// Items that people rated and the judge was not asked about, or did not answer; not counted against it.
    pub not_run: Counted,
    /// Ratings off the scale that a policy dealt with.
    pub off_scale: u64,
    /// Which values those were, and how often each.
    pub off_scale_values: BTreeMap<i64, u64>,
    /// Ratings with a fraction that a policy dealt with.
    #[serde(skip_serializing_if = "none")]
    pub fractions: u64,
    /// For each field of the replies, how many of its values were moved onto its scale, as the rubric says.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub clamped: BTreeMap<String, u64>,
    /// For each field, how many of its values were off its scale and count as missing, as the rubric says.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub dropped: BTreeMap<String, u64>,
    /// Repeated ids that a policy dealt with.
    pub duplicates: u64,
    /// Items that the judge answered more than once; the commonest of its ratings counts.
    pub repeats: Repeated,
    /// Answers left out because another sample was asked for.
    pub other_samples: u64,
    /// Items that people rated and the judge's ratings do not mention.
    pub missing: u64,
    /// Items that the judge answered and no person rated: they enter no number.
    pub without_human: u64,
    /// The headline: a malformed reply costs the full range.
    pub nmse: Figure,
    /// On rated items only.
    pub nmse_valid: Figure,
    /// A malformed reply costs the largest error possible on its item.
    pub nmse_row_worst: Figure,
    /// Against each single rating, on items with two or more: to be held against `human_ceiling`.
    pub nmse_single: Figure,
    /// NMSE without the noise of the people's mean; below 0 when the judge errs less than that noise explains.
    pub nmse_noise_corrected: Figure,
    /// Mean absolute error in rating points, malformed at full cost.
    pub mae: Figure,
    /// Mean of judge − human in rating points, rated items only.
    pub bias: Figure,
    /// Share that agrees exactly.
    pub exact: Figure,
    /// Share within one point.
    pub adjacent: Figure,
    /// Agreement beyond chance, and order, over all items.
    #[serde(flatten)]
    pub coefficients: Coefficients,
    /// Kendall's τ_b within each query against the mean human rating, averaged over the queries that have it.
    pub kendall_tau_b_within_group: Figure,
    /// Somers' D of the judge given people, pairs within queries only.
    pub somers_d_within_group: Figure,
    /// Agreement on "at least this rating", for each cut of the scale.
    pub binarised: BTreeMap<String, Binarised>,
    /// By how much less the items are worth than independent ones, with the caution that few queries ask for: what bounds and
    /// plans are made with.
    pub design_effect: Figure,
    /// The same as it was seen: below 1 when items of a query differ more than items of different queries.
    pub design_effect_observed: Figure,
    /// Standard deviation of the squared error between items, in NMSE points.
    #[serde(skip)]
    pub nmse_sd: Option<f64>,
    /// Finite-sample bounds, for gates.
    pub bounds: Bounds,
    /// Rows human, columns judge, last column malformed.
    pub confusion: Confusion,
    /// For each rating that people gave.
    pub recall: Vec<Recall>,
    /// Mean recall of these ratings: each counts the same, however rare.
    pub macro_recall: Figure,
    /// Judges that need no model.
    pub controls: Controls,
    /// NMSE between people on the same items.
    pub human_ceiling: Figure,
    /// How much further from a person the judge is than another person, in NMSE points, item by item.
    pub beyond_people: Figure,
    /// How many replies each step of the reply ladder read.
    pub rungs: BTreeMap<&'static str, u64>,
    /// Tokens, money, time.
    pub cost: Cost,
}

/// Judge and people on one side of a cut or the other, over readable replies.
#[derive(Clone, Debug, Serialize)]
pub struct Binarised {
    /// Cohen's kappa.
    pub kappa: Figure,
    /// Krippendorff's alpha.
    pub alpha: Figure,
}

/// A count with its rate and reasons.
#[derive(Clone, Debug, Serialize)]
pub struct Counted {
    /// How many.
    pub count: u64,
    /// Share of the items it is counted among, from 0 to 1.
    pub rate: Figure,
    /// How many for each reason.
    pub reasons: BTreeMap<&'static str, u64>,
}

/// How often the judge finds a rating of people.
#[derive(Clone, Debug, Serialize)]
pub struct Recall {
    /// The rating of people.
    pub rating: Rating,
    /// Items that people rated so.
    pub n: u64,
    /// Share of them on which the judge says the same, with Wilson's interval by query; a malformed reply is a miss.
    pub recall: Figure,
}

/// NMSE of judges that need no model, on the same items.
#[derive(Clone, Debug, Serialize)]
pub struct Controls {
    /// The judge that always gives one rating: the best such rating.
    pub best_constant: Option<Constant>,
    /// The same replies dealt to random items.
    pub shuffled: Figure,
    /// `1 − NMSE / NMSE of the best constant`: 1 is perfect, 0 no better than a constant.
    pub skill: Figure,
}

/// The best constant judge.
#[derive(Clone, Debug, Serialize)]
pub struct Constant {
    /// What it always says.
    pub rating: Rating,
    /// Its NMSE.
    pub nmse: Figure,
}

/// What the answers cost.
#[derive(Clone, Debug, Serialize)]
pub struct Cost {
    /// Answers whose cost is known.
    pub priced: u64,
    /// Dollars for all of them.
    pub total_usd: Figure,
    /// Dollars per 1,000 answers.
    pub usd_per_1000: Figure,
    /// Tokens of all answers.
    pub tokens: Usage,
    /// Median milliseconds.
    pub latency_ms_median: Option<u64>,
    /// 95th percentile of milliseconds.
    pub latency_ms_p95: Option<u64>,
}

pub(super) fn panel(scale: Scale, rows: &[Row<'_>], judge: &JudgeInput, seed: u64) -> Panel {
    let levels = scale.levels();
    let answered: Vec<&Row<'_>> = rows.iter().filter(|r| r.answered()).collect();
    let pairs: Vec<Pair> = answered.iter().map(|r| r.pair.clone()).collect();
    let people = || answered.iter().map(|r| (r.pair.group, r.levels.as_slice()));
    let nmse_full = nmse(&pairs, levels, MalformedPolicy::Full);
    let malformed = reasons(answered.iter().copied(), |v| match v {
        Verdict::Malformed(reason) => Some(reason.name()),
        _ => None,
    });
    let not_run = reasons(rows.iter(), |v| match v {
        Verdict::NotRun(reason) => Some(reason.name()),
        _ => None,
    });
    let matched = rows.iter().filter(|r| r.answer.is_some()).count();
    let missing = (rows.len() - matched) as u64;
    let design = design(scale, &pairs);
    let (n, queries) = (pairs.len() as u64, super::queries(&pairs));
    let confusion = Confusion::of(&pairs, levels);
    Panel {
        n,
        queries,
        n_rated: pairs.iter().filter(|p| p.judge.is_some()).count() as u64,
        malformed: Counted { count: total(&malformed), rate: malformed_rate(&pairs), reasons: malformed },
        not_run: Counted { count: total(&not_run), rate: share(total(&not_run), rows.len()), reasons: not_run },
        off_scale: judge.off_scale,
        off_scale_values: judge.off_scale_values.clone(),
        fractions: judge.fractions,
        clamped: by_field(&answered, FieldValue::clamped),
        dropped: by_field(&answered, FieldValue::dropped),
        duplicates: judge.duplicates,
        repeats: repeated(scale, rows, judge),
        other_samples: judge.other_samples,
        missing,
        without_human: (judge.answers.len() - matched) as u64,
        nmse_valid: nmse(&pairs, levels, MalformedPolicy::ValidOnly),
        nmse_row_worst: nmse(&pairs, levels, MalformedPolicy::RowWorst),
        nmse_single: judge_against_single(
            answered.iter().map(|r| (r.pair.group, r.levels.as_slice(), r.pair.judge)),
            levels,
        ),
        nmse_noise_corrected: noise_corrected(&answered, levels),
        mae: mae(&pairs, levels),
        bias: bias(&pairs, levels),
        exact: exact(&pairs),
        adjacent: adjacent(&pairs),
        coefficients: coefficients(&pairs, levels, &Resampling { seed, ..Resampling::default() }),
        kendall_tau_b_within_group: tau_within(&pairs),
        somers_d_within_group: somers_within(&pairs),
        binarised: binarised(scale, &pairs),
        design_effect: design.map_or(Undefined::TooFewGroups.into(), |d| Figure::point(d.effect, n, queries)),
        design_effect_observed: design
            .map_or(Undefined::TooFewGroups.into(), |d| Figure::point(d.observed, n, queries)),
        nmse_sd: design.map(|d| d.sd),
        bounds: design.map_or_else(Bounds::default, |d| bounds(&pairs, scale, d.effect)),
        recall: recalls(scale, &pairs),
        macro_recall: macro_recall(&confusion).map_or_else(Figure::from, |v| Figure::point(v, n, queries)),
        confusion,
        controls: controls(scale, &pairs, &nmse_full),
        human_ceiling: human_ceiling(people(), levels),
        beyond_people: beyond_people(
            answered.iter().map(|r| (r.pair.group, r.levels.as_slice(), r.pair.judge)),
            levels,
        ),
        rungs: reasons(answered.iter().copied(), |v| match v {
            Verdict::Rated { rung, .. } => Some(rung.name()),
            _ => None,
        }),
        cost: cost(&answered),
        nmse: nmse_full,
    }
}

/// How many answers have each field so.
fn by_field(answered: &[&Row<'_>], so: fn(&FieldValue) -> bool) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    let bases = answered.iter().filter_map(|row| row.answer?.verdict.basis());
    for field in bases.flat_map(|basis| &basis.fields).filter(|field| so(field)) {
        *counts.entry(field.name.clone()).or_default() += 1;
    }
    counts
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn none(count: &u64) -> bool {
    *count == 0
}

fn recalls(scale: Scale, pairs: &[Pair]) -> Vec<Recall> {
    let one = |level: usize| {
        let of: Vec<&Pair> = pairs.iter().filter(|pair| usize::from(pair.gold) == level).collect();
        let hit = |pair: &&Pair| Term {
            group: pair.group,
            value: f64::from(u8::from(pair.judge == Some(pair.gold))),
            weight: 1,
        };
        let recall = crate::agreement::share(of.iter().map(hit));
        (!of.is_empty()).then(|| Recall { rating: scale.at(level), n: of.len() as u64, recall })
    };
    (0..scale.levels()).filter_map(one).collect()
}

/// On items whose gold is the mean of people's ratings: one that somebody settled has no such noise. Undefined when none of
/// them has two annotators, for one rating says nothing about its noise.
fn noise_corrected(answered: &[&Row<'_>], levels: usize) -> Figure {
    let is_mean = |row: &&&Row<'_>| {
        let sum: f64 = row.levels.iter().copied().map(f64::from).sum();
        !row.levels.is_empty() && (sum / row.levels.len() as f64 - row.pair.gold_mean).abs() < 1e-9
    };
    let item =
        |row: &&Row<'_>| Panelled { ratings: row.levels.iter().copied().map(Some).collect(), judge: row.pair.judge };
    let items: Vec<Panelled> = answered.iter().filter(is_mean).map(item).collect();
    if items.iter().all(|item| item.ratings.len() < 2) {
        return Undefined::OneAnnotator.into();
    }
    let value = AgainstPeople::of(&items, levels).noise_corrected;
    value.map_or_else(Figure::from, |value| Figure::point(value, items.len() as u64, 0))
}

fn design(scale: Scale, pairs: &[Pair]) -> Option<DesignEffect> {
    let points = |pair: &Pair| squared_error_points(pair, scale.levels());
    design_effect(pairs.iter().map(|pair| Term { group: pair.group, value: points(pair), weight: 1 }))
}

/// Scores of the readable rows, in the order given: query, mean human rating, judge.
fn scores(pairs: &[Pair]) -> (Vec<u32>, Vec<f64>, Vec<Option<f64>>) {
    let groups = pairs.iter().map(|p| p.group).collect();
    let human = pairs.iter().map(|p| p.gold_mean).collect();
    (groups, human, pairs.iter().map(|p| p.judge.map(f64::from)).collect())
}

fn tau_within(pairs: &[Pair]) -> Figure {
    let (groups, human, judge) = scores(pairs);
    let found = pairs_by_group(&groups, &human, &judge).map(|counts| GroupMean::of(&counts, PairCounts::tau_b));
    match found {
        Ok(GroupMean { mean: Ok(value), defined, .. }) => Figure::point(value, pairs.len() as u64, defined),
        Ok(GroupMean { mean: Err(reason), .. }) | Err(reason) => reason.into(),
    }
}

/// Against the categorical gold, as over all items: the two are held against each other.
fn somers_within(pairs: &[Pair]) -> Figure {
    let (groups, _, judge) = scores(pairs);
    let human: Vec<f64> = pairs.iter().map(|p| f64::from(p.gold)).collect();
    let counts = pairs_by_group(&groups, &human, &judge).map(|counts| counts.into_iter().sum::<PairCounts>());
    let value = counts.and_then(|counts| counts.somers_d());
    value.map_or_else(Figure::from, |value| Figure::point(value, pairs.len() as u64, super::queries(pairs)))
}

fn binarised(scale: Scale, pairs: &[Pair]) -> BTreeMap<String, Binarised> {
    let n = pairs.iter().filter(|p| p.judge.is_some()).count() as u64;
    let queries = super::queries(pairs);
    let figure = |value: Defined| value.map_or_else(Figure::from, |value| Figure::point(value, n, queries));
    let cut = |level: usize| {
        let side = |l: u8| u8::from(usize::from(l) >= level);
        let mut table = Confusion::empty(2);
        pairs.iter().for_each(|pair| table.add(side(pair.gold), pair.judge.map(side)));
        let of = Binarised {
            kappa: figure(cohen_kappa_valid(&table, Weights::None)),
            alpha: figure(krippendorff_alpha_of_table(&table, Metric::Nominal)),
        };
        (format!(">={}", scale.at(level)), of)
    };
    (1..scale.levels()).map(cut).collect()
}

fn reasons<'a, 'b: 'a>(
    rows: impl Iterator<Item = &'a Row<'b>>,
    name: impl Fn(&Verdict) -> Option<&'static str>,
) -> BTreeMap<&'static str, u64> {
    let mut counts = BTreeMap::new();
    for reason in rows.filter_map(|r| name(&r.answer?.verdict)) {
        *counts.entry(reason).or_default() += 1;
    }
    counts
}

fn total(counts: &BTreeMap<&'static str, u64>) -> u64 {
    counts.values().sum()
}

fn share(count: u64, of: usize) -> Figure {
    if of == 0 { Undefined::Empty.into() } else { Figure::point(count as f64 / of as f64, of as u64, 0) }
}

fn controls(scale: Scale, pairs: &[Pair], nmse: &Figure) -> Controls {
    let best = best_constant(pairs, scale.levels());
    let skill = match (nmse.value(), best.as_ref().and_then(|b| b.nmse.value())) {
        (Some(_), Some(0.0)) => Undefined::ZeroVariance.into(),
        (Some(judge), Some(constant)) => {
            Figure::point(1.0 - judge / constant, pairs.len() as u64, super::queries(pairs))
        }
        _ => Undefined::Empty.into(),
    };
    let best_constant = best.map(|b| Constant { rating: scale.at(usize::from(b.level)), nmse: b.nmse });
    Controls { best_constant, shuffled: shuffled(pairs, scale.levels()), skill }
}

pub(super) fn cost(answered: &[&Row<'_>]) -> Cost {
    let answers = || answered.iter().filter_map(|r| r.answer);
    let costs: Vec<NanoUsd> = answers().filter_map(|a| a.cost).collect();
    let priced = costs.len() as u64;
    let usd = costs.into_iter().sum::<NanoUsd>().usd();
    let known = |value: f64| match priced {
        0 => Undefined::NoPrice.into(),
        n => Figure::Known(Estimate { value, interval: None, n, groups: 0 }),
    };
    let mut latencies: Vec<u64> = answers().filter_map(|a| a.latency_ms).collect();
    latencies.sort_unstable();
    // Nearest rank: the smallest value that at least this share of the answers does not exceed.
    let quantile = |q: f64| latencies.get(((q * latencies.len() as f64).ceil() as usize).max(1) - 1).copied();
    Cost {
        priced,
        total_usd: known(usd),
        usd_per_1000: known(usd * 1000.0 / priced.max(1) as f64),
        tokens: answers().filter_map(|a| a.usage).sum(),
        latency_ms_median: quantile(0.5),
        latency_ms_p95: quantile(0.95),
    }
}
