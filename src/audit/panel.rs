//! The numbers of one judge: NMSE never alone, malformed apart from wrong, controls and people beside it.

use super::compute::{JudgeInput, Row};
use crate::agreement::interval::Resampling;
use crate::agreement::{
    Confusion, MalformedPolicy, Pair, adjacent, best_constant, bias, coefficients, exact, human_ceiling,
    judge_against_single, mae, malformed_rate, nmse, shuffled,
};
use crate::domain::{Estimate, Figure, NanoUsd, Rating, Scale, Undefined, Usage, Verdict};
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
    /// Mean absolute error in rating points, malformed at full cost.
    pub mae: Figure,
    /// Mean of judge − human in rating points, rated items only.
    pub bias: Figure,
    /// Share that agrees exactly.
    pub exact: Figure,
    /// Share within one point.
    pub adjacent: Figure,
    /// Cohen's kappa, malformed as a category.
    pub kappa: Figure,
    /// Linear weights.
    pub kappa_linear: Figure,
    /// Quadratic weights.
    pub kappa_quadratic: Figure,
    /// Rows human, columns judge, last column malformed.
    pub confusion: Confusion,
    /// Judges that need no model.
    pub controls: Controls,
    /// NMSE between people on the same items.
    pub human_ceiling: Figure,
    /// How many replies each step of the reply ladder read.
    pub rungs: BTreeMap<&'static str, u64>,
    /// Tokens, money, time.
    pub cost: Cost,
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

/// Items with several answers of one judge.
#[derive(Clone, Debug, Serialize)]
pub struct Repeated {
    /// How many.
    pub items: u64,
    /// Answers to them.
    pub rows: u64,
    /// Share of these items whose first two answers are the same.
    pub first_two_same: Figure,
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

pub(super) fn panel(scale: Scale, rows: &[Row<'_>], judge: &JudgeInput) -> Panel {
    let levels = scale.levels();
    let answered: Vec<&Row<'_>> = rows.iter().filter(|r| r.answered()).collect();
    let pairs: Vec<Pair> = answered.iter().map(|r| r.pair.clone()).collect();
    let people = || answered.iter().map(|r| (r.pair.group, r.levels.as_slice()));
    let nmse_full = nmse(&pairs, levels, MalformedPolicy::Full);
    let agreement = coefficients(&pairs, levels, &Resampling::default());
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
    Panel {
        n: pairs.len() as u64,
        queries: distinct(&pairs),
        n_rated: pairs.iter().filter(|p| p.judge.is_some()).count() as u64,
        malformed: Counted { count: total(&malformed), rate: malformed_rate(&pairs), reasons: malformed },
        not_run: Counted { count: total(&not_run), rate: share(total(&not_run), rows.len()), reasons: not_run },
        off_scale: judge.off_scale,
        off_scale_values: judge.off_scale_values.clone(),
        duplicates: judge.duplicates,
        repeats: Repeated {
            items: judge.repeats.items,
            rows: judge.repeats.rows,
            first_two_same: share(judge.repeats.first_two_same, judge.repeats.items as usize),
        },
        other_samples: judge.other_samples,
        missing,
        without_human: (judge.answers.len() - matched) as u64,
        nmse_valid: nmse(&pairs, levels, MalformedPolicy::ValidOnly),
        nmse_row_worst: nmse(&pairs, levels, MalformedPolicy::RowWorst),
        nmse_single: judge_against_single(
            answered.iter().map(|r| (r.pair.group, r.levels.as_slice(), r.pair.judge)),
            levels,
        ),
        mae: mae(&pairs, levels),
        bias: bias(&pairs, levels),
        exact: exact(&pairs),
        adjacent: adjacent(&pairs),
        kappa: agreement.kappa,
        kappa_linear: agreement.kappa_linear,
        kappa_quadratic: agreement.kappa_quadratic,
        confusion: Confusion::of(&pairs, levels),
        controls: controls(scale, &pairs, &nmse_full),
        human_ceiling: human_ceiling(people(), levels),
        rungs: reasons(answered.iter().copied(), |v| match v {
            Verdict::Rated { rung, .. } => Some(rung.name()),
            _ => None,
        }),
        cost: cost(&answered),
        nmse: nmse_full,
    }
}

fn distinct(pairs: &[Pair]) -> u64 {
    pairs.iter().map(|p| p.group).collect::<std::collections::BTreeSet<_>>().len() as u64
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
        (Some(_), Some(0.0)) => Undefined::OneLabelHuman.into(),
        (Some(judge), Some(constant)) => Figure::point(1.0 - judge / constant, pairs.len() as u64, distinct(pairs)),
        _ => Undefined::Empty.into(),
    };
    let best_constant = best.map(|b| Constant { rating: scale.at(usize::from(b.level)), nmse: b.nmse });
    Controls { best_constant, shuffled: shuffled(pairs, scale.levels()), skill }
}

fn cost(answered: &[&Row<'_>]) -> Cost {
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
