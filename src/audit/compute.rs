//! The join of items, human ratings and verdicts.

use super::caveats::{Facts, advice, caveats, headline, standing};
use super::disagreement::{disagreements, groups};
use super::panel::panel;
use super::slices::slices;
use super::{Audit, Humans, JudgeAudit};
use crate::agreement::{Gold, Pair, human_ceiling};
use crate::domain::{GroupId, ItemId, NanoUsd, Rating, Scale, Usage, Verdict};
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
    /// Repeated ids that a policy dealt with.
    pub duplicates: u64,
    /// Samples per item; 0 when not known.
    pub samples: u32,
    /// Items with several answers.
    pub repeats: Repeats,
    /// Answers left out because another sample was asked for.
    pub other_samples: u64,
}

/// Items that a judge answered more than once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repeats {
    /// How many.
    pub items: u64,
    /// Answers to them.
    pub rows: u64,
    /// Items whose first two answers are the same: the same rating, or malformed for the same reason.
    pub first_two_same: u64,
}

/// Audits judges against people. `people_off_scale` counts human ratings that a policy moved onto the scale. Items are taken in the order of their ids, whatever the order given.
pub fn audit(scale: Scale, mut labelled: Vec<Labelled>, people_off_scale: u64, judges: &[JudgeInput]) -> Audit {
    labelled.retain(|item| !item.opinions.is_empty());
    labelled.sort_by(|a, b| a.id.cmp(&b.id));
    let humans = Humans { off_scale: people_off_scale, ..humans(scale, &labelled) };
    let judges = judges.iter().map(|judge| one(scale, &humans, &labelled, judge)).collect();
    Audit { scale, humans, judges }
}

/// An item's gold: the adjudicated rating if there is one, else the lower median (never a random tie-break), and the
/// mean of its ratings, both as levels.
pub fn gold(scale: Scale, opinions: &[Opinion]) -> (Rating, f64) {
    let settled = opinions.iter().find(|o| o.annotator == ADJUDICATED);
    if let Some(settled) = settled {
        return (settled.rating, scale.index(settled.rating) as f64);
    }
    let gold = Gold::of(&levels(scale, opinions)).expect("an item has at least one rating");
    (scale.at(usize::from(gold.lower_median)), gold.mean)
}

/// An item as the statistics see it.
pub(super) struct Row<'a> {
    pub item: &'a Labelled,
    pub gold: Rating,
    pub pair: Pair,
    pub levels: Vec<u8>,
    pub answer: Option<&'a Judged>,
}

impl Row<'_> {
    /// The judge answered, whether or not its answer could be read.
    pub fn answered(&self) -> bool {
        self.answer.is_some_and(|a| !matches!(a.verdict, Verdict::NotRun(_)))
    }
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

fn levels(scale: Scale, opinions: &[Opinion]) -> Vec<u8> {
    opinions.iter().map(|o| scale.index(o.rating) as u8).collect()
}

fn humans(scale: Scale, labelled: &[Labelled]) -> Humans {
    let groups = group_numbers(labelled);
    let ratings: Vec<Vec<u8>> = labelled.iter().map(|l| levels(scale, &l.opinions)).collect();
    let annotators: BTreeSet<&str> =
        labelled.iter().flat_map(|l| l.opinions.iter().map(|o| o.annotator.as_str())).collect();
    let mut distribution = vec![0; scale.levels()];
    for item in labelled {
        distribution[scale.index(gold(scale, &item.opinions).0)] += 1;
    }
    Humans {
        items: labelled.len() as u64,
        queries: groups.iter().collect::<BTreeSet<_>>().len() as u64,
        ratings: ratings.iter().map(|r| r.len() as u64).sum(),
        off_scale: 0,
        gold: if annotators.contains(ADJUDICATED) {
            "adjudicated rating, else mean (errors) and lower median (categories) of the ratings"
        } else if annotators.len() > 1 {
            "mean (errors) and lower median (categories) of the ratings"
        } else {
            "the one rating"
        },
        annotators: annotators.into_iter().map(str::to_owned).collect(),
        distribution,
        ceiling: human_ceiling(groups.iter().copied().zip(ratings.iter().map(Vec::as_slice)), scale.levels()),
        grouped: labelled.iter().all(|l| l.group.is_some()),
    }
}

fn one(scale: Scale, humans: &Humans, labelled: &[Labelled], judge: &JudgeInput) -> JudgeAudit {
    let numbers = group_numbers(labelled);
    let rows: Vec<Row<'_>> = labelled.iter().zip(numbers).map(|(item, group)| row(scale, item, group, judge)).collect();
    let panel = panel(scale, &rows, judge);
    let slices = slices(scale, &rows);
    let disagreements = disagreements(scale, &rows);
    let groups = groups(&rows, &disagreements);
    let facts = Facts { scale, humans, panel: &panel, slices: &slices, groups: &groups, judge };
    JudgeAudit {
        name: judge.name.clone(),
        model: judge.model.clone(),
        hash: judge.hash.clone(),
        headline: headline(&facts),
        standing: standing(&facts),
        caveats: caveats(&facts),
        advice: advice(&facts),
        panel,
        slices,
        systems: None,
        groups,
        disagreements,
    }
}

fn row<'a>(scale: Scale, item: &'a Labelled, group: u32, judge: &'a JudgeInput) -> Row<'a> {
    let (gold, gold_mean) = gold(scale, &item.opinions);
    let answer = judge.answers.get(&item.id);
    let judge = answer.and_then(|a| a.verdict.rating()).map(|r| scale.index(r) as u8);
    let pair = Pair { group, gold: scale.index(gold) as u8, gold_mean, judge };
    Row { item, gold, pair, levels: levels(scale, &item.opinions), answer }
}
