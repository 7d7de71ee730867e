//! Two judges on the same items: which one is better, by how much, what the difference is made of, and what broke.

mod contrasts;
mod words;

use super::caveats::{Caveat, Mistake, policies};
use super::compute::{JudgeInput, Labelled, RatedBy, Row, rows};
use super::diff::{Change, Diff, diff};
use super::panel::{Cost, cost};
use super::tuned::TunedOn;
use super::{ALPHA, queries};
use crate::agreement::interval::{GroupSum, Resampling};
use crate::agreement::paired::{Equivalence, Paired, Standing, bootstrap_t, difference, mcnemar, non_inferior};
use crate::agreement::{LEAST_GROUPS, Pair, squared_error_points};
use crate::domain::{Figure, Interval, Scale, Undefined};
use contrasts::{contrasts, made_of, shift, slices};
use serde::Serialize;
use std::collections::BTreeMap;

/// Two judges, compared on the items that both answered. Differences are new − old: below 0 the new one errs less.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// The scale.
    pub scale: Scale,
    /// The judge to compare with.
    pub old: Side,
    /// The judge that might replace it.
    pub new: Side,
    /// Items rated by people and answered by both.
    pub n: u64,
    /// Queries among them.
    pub queries: u64,
    /// Rated items that only one of them answered: left out.
    pub answered_by_one: u64,
    /// What came out.
    pub outcome: Outcome,
    /// How far apart, and what the difference is made of, in a few sentences.
    pub words: Vec<String>,
    /// What to beware of.
    pub caveats: Vec<Caveat>,
    /// The numbers of both, NMSE first.
    pub contrasts: Vec<Contrasted>,
    /// What the difference of NMSE is made of.
    pub made_of: MadeOf,
    /// Non-inferiority and equivalence, when a margin was given.
    pub margin: Option<Margin>,
    /// Exact McNemar p-value of as many items broken as fixed.
    pub mcnemar_p: f64,
    /// How the ratings of the new judge differ from those of the old one, whatever people said.
    pub shift: Shift,
    /// By slice.
    pub slices: Vec<SliceContrast>,
    /// How many items broke, stayed broken, were fixed.
    pub changed: BTreeMap<Change, u64>,
    /// Which.
    pub changes: Vec<Diff>,
}

impl Comparison {
    /// A number of both, if it is among those that are compared.
    pub fn contrast(&self, metric: &str) -> Option<&Contrasted> {
        self.contrasts.iter().find(|contrast| contrast.metric == metric)
    }
}

/// One of the two judges.
#[derive(Clone, Debug, Serialize)]
pub struct Side {
    /// Its name.
    pub name: String,
    /// The model, when known.
    pub model: Option<String>,
    /// Its content hash, when it is one of ours.
    pub hash: Option<String>,
    /// Malformed replies among the common items.
    pub malformed: u64,
    /// Tokens, money and time on the common items.
    pub cost: Cost,
}

/// What came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The same rating on every item.
    Identical,
    /// The new judge errs less, beyond chance.
    Better,
    /// The new judge errs more, beyond chance.
    Worse,
    /// Neither beyond chance, and the two are within the margin of each other.
    Equivalent,
    /// Not shown to be better, and worse by less than the margin.
    NonInferior,
    /// Neither is shown.
    Inconclusive,
    /// Too few queries for a test.
    NotTested,
}

impl Outcome {
    /// In a few words, with the new judge as the subject.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identical => "gives the same rating on every item",
            Self::Better => "is better",
            Self::Worse => "is worse",
            Self::Equivalent => "is equivalent within the margin",
            Self::NonInferior => "is not worse by the margin",
            Self::Inconclusive => "is not shown to be better or worse",
            Self::NotTested => "cannot be tested on so few queries",
        }
    }
}

/// One number of both judges.
#[derive(Clone, Debug, Serialize)]
pub struct Contrasted {
    /// Its name in the panel.
    pub metric: &'static str,
    /// Of the old judge.
    pub old: Figure,
    /// Of the new judge.
    pub new: Figure,
    /// New − old, paired by item, with an interval by query.
    pub difference: Figure,
    /// Two-sided p-value of no difference, by flipping the signs of whole queries.
    pub p: Option<f64>,
}

/// What the difference of NMSE is made of; `points` of the parts add up to it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct MadeOf {
    /// Malformed before, readable now.
    pub became_readable: Part,
    /// Readable before, malformed now.
    pub became_malformed: Part,
    /// Readable under both.
    pub readable_both: Part,
    /// Malformed under both.
    pub malformed_both: Part,
}

/// Items of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Part {
    /// How many.
    pub n: u64,
    /// What they add to the difference of NMSE.
    pub points: f64,
}

/// Non-inferiority and equivalence by a margin that was fixed before.
#[derive(Clone, Debug, Serialize)]
pub struct Margin {
    /// NMSE points.
    pub points: f64,
    /// The margin by which these two were first compared, when it was another.
    pub first: Option<f64>,
    /// One-sided 95 % upper bound of the difference.
    pub upper: Option<f64>,
    /// 90 % interval of the difference.
    pub interval: Option<(f64, f64)>,
    /// p-value of "worse by the margin or more".
    pub p_non_inferior: Option<f64>,
    /// p-value of the two one-sided tests.
    pub p_equivalent: Option<f64>,
    /// Not worse by the margin.
    pub non_inferior: bool,
    /// Different by less than the margin.
    pub equivalent: bool,
}

/// How ratings moved between two runs: the analysis of a probe such as a padded document.
#[derive(Clone, Debug, Serialize)]
pub struct Shift {
    /// Items that both could rate.
    pub n: u64,
    /// Mean of new − old, in rating points.
    pub mean: Figure,
    /// Share of items whose rating or readability changed.
    pub flips: Figure,
    /// Two-sided p-value of no shift.
    pub p: Option<f64>,
    /// Largest change, in rating points.
    pub largest: u8,
}

/// One slice of both judges.
#[derive(Clone, Debug, Serialize)]
pub struct SliceContrast {
    /// The column.
    pub column: String,
    /// The value.
    pub value: String,
    /// Common items.
    pub n: u64,
    /// Queries among them.
    pub queries: u64,
    /// Too small to be tested.
    pub small: bool,
    /// NMSE of the old judge.
    pub old: Figure,
    /// NMSE of the new judge.
    pub new: Figure,
    /// New − old.
    pub difference: Figure,
    /// Two-sided p-value of no difference.
    pub p: Option<f64>,
    /// The same, adjusted for the number of slices tested (Holm).
    pub p_adjusted: Option<f64>,
    /// Worse beyond chance, after the adjustment.
    pub regressed: bool,
    /// The smallest difference that 80 % of such samples would show, in NMSE points.
    pub detectable: Option<f64>,
}

/// What a comparison is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terms {
    /// The margin in NMSE points, fixed before the comparison.
    pub margin: Option<f64>,
    /// The margin by which these two were first compared.
    pub first_margin: Option<f64>,
    /// Rated items that prompts were tuned on and that were left out.
    pub left_out: u64,
    /// Seed of the permutations.
    pub seed: u64,
    /// The new judge was made to be better, and the difference is what is claimed for it: its interval is the bootstrap-t,
    /// which holds where few queries carry most of a difference.
    pub claimed: bool,
}

/// One item under both judges.
struct Both<'a> {
    old: &'a Row<'a>,
    new: &'a Row<'a>,
}

/// Compares two judges on the items that people rated and both answered.
pub fn compare(scale: Scale, labelled: &[Labelled], judges: (&JudgeInput, &JudgeInput), terms: Terms) -> Comparison {
    let mut labelled: Vec<Labelled> = labelled.iter().filter(|l| !l.opinions.is_empty()).cloned().collect();
    labelled.sort_by(|a, b| a.id.cmp(&b.id));
    let rated = RatedBy::of(scale, &labelled);
    let (old, new) = (rows(&labelled, &rated, judges.0), rows(&labelled, &rated, judges.1));
    let all: Vec<Both<'_>> = old.iter().zip(&new).map(|(old, new)| Both { old, new }).collect();
    let answered_by_one = all.iter().filter(|b| b.old.answered() != b.new.answered()).count() as u64;
    let both: Vec<Both<'_>> = all.into_iter().filter(|b| b.old.answered() && b.new.answered()).collect();
    let how = Resampling { seed: terms.seed, ..Resampling::default() };
    let mut nmse = cost_of(scale, both.iter(), &how);
    let mut claimed = None;
    if let (true, Ok(paired)) = (terms.claimed, &mut nmse) {
        claimed = claim(paired, scale, &both, &how);
    }
    let margin = terms.margin.map(|points| margin(points, terms.first_margin, nmse.as_ref().ok(), claimed));
    let changes = diff(scale, &labelled, judges.0, judges.1);
    let mut changed: BTreeMap<Change, u64> = BTreeMap::new();
    changes.iter().for_each(|change| *changed.entry(change.change).or_default() += 1);
    let count = |change| changed.get(&change).copied().unwrap_or(0);
    let identical = !both.is_empty() && both.iter().all(|b| b.old.pair.judge == b.new.pair.judge);
    let mut comparison = Comparison {
        scale,
        old: side(judges.0, both.iter().map(|b| b.old)),
        new: side(judges.1, both.iter().map(|b| b.new)),
        n: both.len() as u64,
        queries: queries(both.iter().map(|b| &b.old.pair)),
        answered_by_one,
        outcome: outcome(nmse.as_ref().ok(), identical, margin.as_ref()),
        words: Vec::new(),
        caveats: Vec::new(),
        contrasts: contrasts(scale, &both, nmse, &how),
        made_of: made_of(scale, &both),
        margin,
        mcnemar_p: mcnemar(count(Change::NewlyBroken), count(Change::Fixed)).exact,
        shift: shift(&both, &how),
        slices: slices(scale, &both, &how),
        changed,
        changes,
    };
    comparison.words = words::of(&comparison);
    comparison.caveats = caveats(scale, [(judges.0, &old), (judges.1, &new)], &comparison, terms);
    comparison
}

fn caveats(scale: Scale, judges: [(&JudgeInput, &[Row<'_>]); 2], comparison: &Comparison, terms: Terms) -> Vec<Caveat> {
    let mut found = Vec::new();
    if comparison.outcome == Outcome::Inconclusive && terms.margin.is_none() {
        let text =
            "Not shown to differ is not shown to be equal: fix a margin beforehand (`--margin POINTS`) to test that.";
        found.push((Mistake::NotShownIsNotEqual, text.to_owned()));
    }
    if terms.left_out > 0 {
        let text = format!(
            "{} rated items have a `purpose` for which a prompt was tuned on them; they are left out.",
            terms.left_out
        );
        found.push((Mistake::ChosenRows, text));
    }
    for (judge, rows) in judges {
        let tuned = TunedOn::of(scale, rows.iter(), judge);
        found.extend(tuned.map(|tuned| (Mistake::TunedOn, tuned.text(&format!("`{}`", judge.name)))));
        found
            .extend(policies(scale, judge).into_iter().map(|(code, text)| (code, format!("`{}`: {text}", judge.name))));
    }
    found.into_iter().map(Caveat::from).collect()
}

fn side<'a>(judge: &JudgeInput, rows: impl Iterator<Item = &'a Row<'a>>) -> Side {
    let rows: Vec<&Row<'_>> = rows.collect();
    Side {
        name: judge.name.clone(),
        model: judge.model.clone(),
        hash: judge.hash.clone(),
        malformed: rows.iter().filter(|r| r.pair.judge.is_none()).count() as u64,
        cost: cost(&rows),
    }
}

fn points(scale: Scale, pair: &Pair) -> f64 {
    squared_error_points(pair, scale.levels())
}

type Found = Result<Paired, Undefined>;

/// New against old, so that differences below 0 are gains.
fn paired(rows: impl Iterator<Item = (u32, f64, f64)>, how: &Resampling) -> Found {
    difference(rows.map(|(group, old, new)| (group, new, old)), how)
}

fn cost_of<'a>(scale: Scale, both: impl Iterator<Item = &'a Both<'a>>, how: &Resampling) -> Found {
    paired(both.map(|b| (b.old.pair.group, points(scale, &b.old.pair), points(scale, &b.new.pair))), how)
}

/// By how much the interval of a claim is stretched. Queries on one subject resemble each other as rows of one query do, and
/// no column says which they are. In 199 simulated searches the bootstrap-t alone held the truth in 180, and within 1.17
/// times its width in 95 of 100 (`cargo bench --bench improvement`).
const STRETCH: f64 = 1.2;

/// Gives a difference the interval of a claim. Also the 90 % interval, whose ends are one-sided bounds of 95 %; `None` where
/// there are too few queries, or all say the same.
fn claim(paired: &mut Paired, scale: Scale, both: &[Both<'_>], how: &Resampling) -> Option<(f64, f64)> {
    let mut sums: BTreeMap<u32, GroupSum> = BTreeMap::new();
    for row in both {
        let sum = sums.entry(row.old.pair.group).or_insert(GroupSum { sum: 0.0, weight: 0.0 });
        sum.sum += points(scale, &row.new.pair) - points(scale, &row.old.pair);
        sum.weight += 1.0;
    }
    let sums: Vec<GroupSum> = sums.into_values().collect();
    let Figure::Known(estimate) = &mut paired.difference else { return None };
    let value = estimate.value;
    let stretched = |level: f64| {
        let interval = bootstrap_t(&sums, &Resampling { level, ..*how })?;
        let [low, high] = [interval.low, interval.high].map(|end| value + STRETCH * (end - value));
        Some(Interval { low, high, ..interval })
    };
    if let Some(interval) = stretched(how.level) {
        estimate.interval = Some(interval);
    }
    stretched(1.0 - 2.0 * ALPHA).map(|interval| (interval.low, interval.high))
}

/// The p-value, where there are queries enough for a test (SPEC §1).
fn tested(paired: &Paired) -> Option<f64> {
    paired.p.ok().filter(|_| paired.groups >= LEAST_GROUPS)
}

/// Holds the difference against a margin, by Student's bounds or by those of a claim, which take their place: they have no
/// p-values.
fn margin(points: f64, first: Option<f64>, nmse: Option<&Paired>, claimed: Option<(f64, f64)>) -> Margin {
    let tests: Option<Equivalence> = nmse.filter(|n| n.groups >= LEAST_GROUPS).map(|nmse| non_inferior(nmse, points));
    let standing = tests.as_ref().map(|t| t.standing);
    let by_test = tests.as_ref().filter(|_| claimed.is_none());
    let interval = tests.as_ref().and_then(|tests| claimed.or(tests.interval.ok()));
    let within = |bound: &dyn Fn((f64, f64)) -> bool| interval.is_some_and(bound);
    let identical = standing == Some(Standing::Identical);
    Margin {
        points,
        first: first.filter(|first| *first != points),
        upper: interval.map(|(_, high)| high),
        interval,
        p_non_inferior: by_test.and_then(|t| t.p_non_inferior.ok()),
        p_equivalent: by_test.and_then(|t| t.p_equivalent.ok()),
        non_inferior: identical || within(&|(_, high)| high < points),
        equivalent: identical || within(&|(low, high)| low > -points && high < points),
    }
}

fn outcome(nmse: Option<&Paired>, identical: bool, margin: Option<&Margin>) -> Outcome {
    if identical {
        return Outcome::Identical;
    }
    let Some(nmse) = nmse.filter(|n| n.groups >= LEAST_GROUPS) else { return Outcome::NotTested };
    // Other ratings at the same cost everywhere have no p: they differ, and not in NMSE.
    let apart = tested(nmse).is_some_and(|p| p < ALPHA);
    let change = nmse.difference.value().unwrap_or(0.0);
    match () {
        () if apart && change < 0.0 => Outcome::Better,
        () if apart && change > 0.0 => Outcome::Worse,
        () if margin.is_some_and(|m| m.equivalent) => Outcome::Equivalent,
        () if margin.is_some_and(|m| m.non_inferior) => Outcome::NonInferior,
        () => Outcome::Inconclusive,
    }
}
