//! The join of items, human ratings and verdicts.

use super::advice::advice;
use super::alt::replacement;
use super::bulk::bulk;
use super::caveats::{Facts, caveats};
use super::copies::copies;
use super::disagreement::{disagreements, groups};
use super::epochs::epochs;
use super::gate::{Control, Gate, GateResult, Gated, all_passed, gates};
use super::leaderboard::leaderboard;
use super::map::CalibrationMap;
use super::panel::{Panel, panel};
use super::people::{Humans, TOLD_APART, humans};
use super::planning::{Goals, planning};
use super::slices::{Slice, slices};
use super::spread::spread;
use super::standing::{Standing, headline, standing};
use super::systems::systems;
use super::tuned::{TunedOn, Tuning};
use super::{Audit, JudgeAudit, Unanswered};
use crate::agreement::interval::Resampling;
use crate::agreement::people::RatedItem;
use crate::agreement::{Gold, Pair};
use crate::domain::{GroupId, ItemId, NanoUsd, Rating, Scale, Usage, Verdict};
use crate::judge::run::Outcome;
use rand::seq::SliceRandom as _;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The annotator whose rating settles an item.
pub const ADJUDICATED: &str = "adjudicated";

/// An item with what people said of it.
#[derive(Clone, Debug)]
pub struct Labelled {
    /// The item.
    pub id: ItemId,
    /// Its query; `None` when the data name no queries.
    pub group: Option<GroupId>,
    /// What was searched for.
    pub query: Option<String>,
    /// The document's title.
    pub title: Option<String>,
    /// The start of the document.
    pub excerpt: Option<String>,
    /// Slice tags.
    pub tags: BTreeMap<String, String>,
    /// At least one rating.
    pub opinions: Vec<Opinion>,
}

/// One person's rating.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Opinion {
    /// Who.
    pub annotator: String,
    /// The rating.
    pub rating: Rating,
    /// Why.
    pub rationale: Option<String>,
}

/// One judge's answer on one item.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What it said; several samples have been summed up before.
    pub verdict: Verdict,
    /// Tokens, when reported.
    pub usage: Option<Usage>,
    /// Cost, when known.
    pub cost: Option<NanoUsd>,
    /// Milliseconds, when known.
    pub latency_ms: Option<u64>,
    /// The model that answered, as the provider names it.
    pub served: Option<String>,
    /// The start of a reply that could not be read.
    pub reply: Option<String>,
}

impl From<Outcome> for Judged {
    fn from(outcome: Outcome) -> Self {
        Self {
            verdict: outcome.verdict,
            usage: outcome.usage,
            cost: outcome.cost,
            latency_ms: outcome.latency_ms,
            served: outcome.served,
            reply: outcome.reply,
        }
    }
}

/// One judge's answers.
#[derive(Clone, Debug, Default)]
pub struct JudgeInput {
    /// Its name.
    pub name: String,
    /// The model that was asked for, when known.
    pub model: Option<String>,
    /// The model's id as its server knows it, when known.
    pub model_id: Option<String>,
    /// Content hash, when it is one of ours.
    pub hash: Option<String>,
    /// Answers by item.
    pub answers: BTreeMap<ItemId, Judged>,
    /// Ratings off the scale that a policy dealt with.
    pub off_scale: u64,
    /// Which values those were, and how often each.
    pub off_scale_values: BTreeMap<i64, u64>,
    /// Ratings with a fraction that a policy dealt with.
    pub fractions: u64,
    /// Repeated ids that a policy dealt with.
    pub duplicates: u64,
    /// Samples per item; 0 when not known.
    pub samples: u32,
    /// Items with several answers.
    pub repeats: Repeats,
    /// Answers left out because another sample was asked for.
    pub other_samples: u64,
    /// Models that answered under its model's name before, and when each did so last.
    pub earlier: Vec<(String, String)>,
    /// The items that it was written from or chosen on.
    pub tuning: Tuning,
}

impl JudgeInput {
    /// What tells it from other judges: its content hash, or its name when it was made elsewhere.
    pub fn identity(&self) -> &str {
        self.hash.as_deref().unwrap_or(&self.name)
    }
}

/// Items that a judge answered more than once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repeats {
    /// How many.
    pub items: u64,
    /// Answers to them.
    pub rows: u64,
    /// Items whose first two answers are the same: the same rating, or malformed for the same reason.
    pub first_two_same: u64,
    /// The ratings of each such item in the order of samples; `None` for a malformed reply.
    pub runs: BTreeMap<ItemId, Vec<Option<Rating>>>,
}

/// What an audit is told beside the data.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Human ratings that a policy moved onto the scale.
    pub people_off_scale: u64,
    /// Rated items that prompts were tuned on and that were left out.
    pub left_out: u64,
    /// Such items are in.
    pub contaminated: bool,
    /// Conditions to meet.
    pub gates: Vec<Gate>,
    /// Seed of every resample.
    pub seed: u64,
    /// The advantage that annotators are granted in the alternative annotator test.
    pub allowance: f64,
    /// What labels are planned for.
    pub goals: Goals,
    /// Judges that were ever held against these people, when it is counted.
    pub looks: Option<u64>,
    /// The tag that names the system of an item.
    pub systems: Option<String>,
    /// A calibration map that was fitted before.
    pub map: Option<CalibrationMap>,
    /// Digest of the people's ratings.
    pub people: String,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            people_off_scale: 0,
            left_out: 0,
            contaminated: false,
            gates: Vec::new(),
            seed: 0,
            allowance: 0.15,
            goals: Goals::default(),
            looks: None,
            systems: None,
            map: None,
            people: String::new(),
        }
    }
}

/// Audits judges against people. Items are taken in the order of their ids, whatever the order given.
pub fn audit(scale: Scale, mut labelled: Vec<Labelled>, judges: &[JudgeInput], setup: &Setup) -> Audit {
    labelled.retain(|item| !item.opinions.is_empty());
    labelled.sort_by(|a, b| a.id.cmp(&b.id));
    let rated = RatedBy::of(scale, &labelled);
    let humans = humans(scale, &labelled, &rated, setup);
    let rows: Vec<Vec<Row<'_>>> = judges.iter().map(|judge| rows(&labelled, &rated, judge)).collect();
    let judged = judges.iter().zip(&rows);
    let judges: Vec<JudgeAudit> = judged.map(|(judge, rows)| one(scale, &humans, &rated, rows, judge, setup)).collect();
    let leaderboard = leaderboard(scale, &judges, &rows, setup.seed);
    Audit { scale, humans, judges, leaderboard, seed: setup.seed }
}

/// An item's gold: the adjudicated rating if there is one, else the lower median (never a random tie-break), and the
/// mean of its ratings, both as levels.
pub fn gold(scale: Scale, opinions: &[Opinion]) -> (Rating, f64) {
    let settled = opinions.iter().find(|o| o.annotator == ADJUDICATED);
    if let Some(settled) = settled {
        return (settled.rating, scale.index(settled.rating) as f64);
    }
    let levels: Vec<u8> = opinions.iter().map(|o| scale.index(o.rating) as u8).collect();
    let gold = Gold::of(&levels).expect("an item has at least one rating");
    (scale.at(usize::from(gold.lower_median)), gold.mean)
}

/// The people's ratings as the statistics see them, one row per item in the order of ids.
pub(super) struct RatedBy {
    /// Who rates; whoever settles items is no annotator among others.
    pub annotators: Vec<String>,
    /// Group and ratings of each item.
    pub items: Vec<RatedItem>,
    /// Gold of each item, as a rating and as the mean of levels.
    pub gold: Vec<(Rating, f64)>,
    scale: Scale,
}

impl RatedBy {
    pub fn of(scale: Scale, labelled: &[Labelled]) -> Self {
        let names: BTreeSet<&str> =
            labelled.iter().flat_map(|l| l.opinions.iter().map(|o| o.annotator.as_str())).collect();
        let annotators: Vec<String> = names.into_iter().filter(|n| *n != ADJUDICATED).map(str::to_owned).collect();
        let place: BTreeMap<&str, usize> = annotators.iter().map(String::as_str).zip(0..).collect();
        let groups = group_numbers(labelled);
        let told_apart = annotators.len() <= TOLD_APART;
        let item = |(item, group): (&Labelled, u32)| {
            let people = item.opinions.iter().filter_map(|o| Some((*place.get(o.annotator.as_str())?, o.rating)));
            let people = people.map(|(at, rating)| (at, scale.index(rating) as u8));
            // A crowd in which everybody rates a few items would be a table of nearly nothing.
            let ratings = match told_apart {
                true => {
                    let mut ratings = vec![None; annotators.len()];
                    people.for_each(|(at, rating)| ratings[at] = Some(rating));
                    ratings
                }
                false => people.map(|(_, rating)| Some(rating)).collect(),
            };
            RatedItem { group, ratings }
        };
        Self {
            items: labelled.iter().zip(groups).map(item).collect(),
            gold: labelled.iter().map(|l| gold(scale, &l.opinions)).collect(),
            annotators,
            scale,
        }
    }

    /// Queries among the items.
    pub fn queries(&self) -> u64 {
        self.items.iter().map(|i| i.group).collect::<BTreeSet<_>>().len() as u64
    }
}

/// An item as the statistics see it, under one judge.
#[derive(Clone)]
pub(super) struct Row<'a> {
    pub item: &'a Labelled,
    pub gold: Rating,
    pub pair: Pair,
    /// Single ratings of people, as levels.
    pub levels: Vec<u8>,
    pub answer: Option<&'a Judged>,
}

impl Row<'_> {
    /// The judge answered, whether or not its answer could be read.
    pub fn answered(&self) -> bool {
        self.answer.is_some_and(|a| !matches!(a.verdict, Verdict::NotRun(_)))
    }
}

/// The items under one judge, in the order of ids.
pub(super) fn rows<'a>(labelled: &'a [Labelled], rated: &RatedBy, judge: &'a JudgeInput) -> Vec<Row<'a>> {
    let row = |((item, rated_item), (gold, gold_mean)): ((&'a Labelled, &RatedItem), &(Rating, f64))| {
        let answer = judge.answers.get(&item.id);
        let level = |rating: Rating| rated.scale.index(rating) as u8;
        let said = answer.and_then(|a| a.verdict.rating()).map(level);
        let pair = Pair { group: rated_item.group, gold: level(*gold), gold_mean: *gold_mean, judge: said };
        let levels = rated_item.ratings.iter().flatten().copied().collect();
        Row { item, gold: *gold, pair, levels, answer }
    };
    labelled.iter().zip(&rated.items).zip(&rated.gold).map(row).collect()
}

/// Group numbers in the order of items; an item without a query is a group of its own.
fn group_numbers(labelled: &[Labelled]) -> Vec<u32> {
    let names: BTreeSet<&GroupId> = labelled.iter().filter_map(|l| l.group.as_ref()).collect();
    let known: BTreeMap<&GroupId, u32> = names.into_iter().zip(0..).collect();
    let mut next = known.len() as u32;
    let mut number = |item: &Labelled| match &item.group {
        Some(group) => known[group],
        None => {
            next += 1;
            next - 1
        }
    };
    labelled.iter().map(&mut number).collect()
}

/// Items without an answer that are named.
const UNANSWERED: usize = 1000;

fn one(
    scale: Scale,
    humans: &Humans,
    rated: &RatedBy,
    rows: &[Row<'_>],
    judge: &JudgeInput,
    setup: &Setup,
) -> JudgeAudit {
    let panel = panel(scale, rows, judge, setup.seed);
    let slices = slices(scale, rows);
    let gates = if setup.gates.is_empty() { Vec::new() } else { gated(scale, rows, judge, (&panel, &slices), setup) };
    let disagreements = disagreements(scale, rows);
    let mut found = JudgeAudit {
        name: judge.name.clone(),
        model: judge.model.clone(),
        hash: judge.hash.clone(),
        headline: String::new(),
        standing: Standing::Unknown,
        gates_passed_by: all_passed(&gates),
        gates,
        copies: copies(rated, rows),
        epochs: epochs(scale, rows),
        tuned_on: TunedOn::of(scale, rows.iter(), judge),
        spread: spread(scale, rows, judge.identity(), setup),
        remedy: None,
        alt_test: replacement(scale, rated, rows, setup),
        bulk: bulk(scale, rows, judge, panel.design_effect.value()),
        systems: setup.systems.as_deref().map(|column| systems(scale, rows, column)),
        planning: planning(&panel, &slices, setup.goals),
        caveats: Vec::new(),
        advice: Vec::new(),
        groups: groups(rows, &disagreements),
        unanswered: unanswered(rows),
        panel,
        slices,
        disagreements,
    };
    found.standing = standing(&found.panel);
    found.headline = headline(&found.panel);
    found.remedy = found.on_scale().remedy();
    let facts = Facts { scale, humans, judge, found: &found };
    let (caveats, advice) = (caveats(&facts), advice(&facts));
    JudgeAudit { caveats, advice, ..found }
}

fn unanswered(rows: &[Row<'_>]) -> Vec<Unanswered> {
    let why = |row: &Row<'_>| match row.answer.map(|a| &a.verdict) {
        None => Some("not asked"),
        Some(Verdict::NotRun(reason)) => Some(reason.name()),
        Some(_) => None,
    };
    let items = rows.iter().filter_map(|row| Some(Unanswered { id: row.item.id.clone(), why: why(row)? }));
    items.take(UNANSWERED).collect()
}

/// Holds the gates against the judge and against judges that understand nothing, on the same items.
fn gated(
    scale: Scale,
    rows: &[Row<'_>],
    judge: &JudgeInput,
    own: (&Panel, &[Slice]),
    setup: &Setup,
) -> Vec<GateResult> {
    let controls: Vec<Control> = controls(scale, rows, setup.seed)
        .into_iter()
        .map(|(name, rows)| Control {
            name,
            panel: panel(scale, &rows, judge, setup.seed),
            slices: slices(scale, &rows),
        })
        .collect();
    gates(&setup.gates, &Gated { panel: own.0, slices: own.1 }, &controls)
}

/// The same items under every constant judge, and under the judge's own replies dealt to random items.
fn controls<'a>(scale: Scale, rows: &[Row<'a>], seed: u64) -> Vec<(String, Vec<Row<'a>>)> {
    let mut replies: Vec<Option<u8>> = rows.iter().filter(|r| r.answered()).map(|r| r.pair.judge).collect();
    let with = |reply: &mut dyn FnMut() -> Option<u8>| -> Vec<Row<'a>> {
        let dealt = |row: &Row<'a>| {
            let judge = if row.answered() { reply() } else { None };
            Row { pair: Pair { judge, ..row.pair.clone() }, ..row.clone() }
        };
        rows.iter().map(dealt).collect()
    };
    let mut found: Vec<(String, Vec<Row<'a>>)> =
        (0..scale.levels()).map(|l| (format!("always {}", scale.at(l)), with(&mut || Some(l as u8)))).collect();
    replies.shuffle(&mut Resampling { seed, ..Resampling::default() }.stream("shuffled control", 0));
    let mut dealt = replies.into_iter();
    found.push(("its replies, shuffled".into(), with(&mut || dealt.next().flatten())));
    found
}
