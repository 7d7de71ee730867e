//! The log of a run → what people are shown of it. Pure: the same log gives the same story.
//!
//! [`Story::of`] walks the log once. `curve` follows the best candidate through it, `fold` gathers candidates,
//! `sight` says how much could be seen.

mod curve;
mod fold;
mod sight;
#[cfg(test)]
mod tests;

pub use curve::{Point, least};
pub use sight::Sight;

use super::calibrate::Calibration;
use super::demos::Showing;
use super::event::{Begun, Decision, Entry, Find, Why};
use super::library::finding::Finding;
use super::limits::{Limit, Spend};
use super::pool::{CandidateId, Operator};
use crate::domain::ItemId;
use crate::ledger::Edits;
use crate::prompt::diff::Line;
use serde::Serialize;
use std::collections::BTreeMap;

/// Items of each kind that are named one by one.
const NAMED: usize = 50;

/// A run, as people are told it.
#[derive(Clone, Debug, Serialize)]
pub struct Story {
    /// Strategy, models, data, seed, limits.
    pub begun: Begun,
    /// In the order in which they were admitted; the first is the baseline.
    pub candidates: Vec<Tried>,
    /// Proposals that a guardrail stopped, in order. Nothing was spent on judging them.
    pub stopped: Vec<Stopped>,
    /// Guardrail → proposals that it stopped. A proposal that several stopped counts with each.
    pub rejected: BTreeMap<String, u64>,
    /// The best candidate's NMSE while the run went on.
    pub curve: Vec<Point>,
    /// Times at which the search changed its way because it came to nothing.
    pub plateaus: Vec<Plateau>,
    /// Disagreements by round, where the strategy has rounds.
    pub rounds: Vec<Round>,
    /// What each of several strategies found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<StageFound>,
    /// Batches that a limit forbade.
    pub short: BTreeMap<&'static str, u64>,
    /// The best candidate; `None` when the run has no end yet.
    pub best: Option<CandidateId>,
    /// Why the search ended.
    pub why: Option<Why>,
    /// What a calibration map of the best candidate would do, on Dev.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibrated: Option<Calibration>,
    /// The held-out part: items, and how often it has been opened.
    pub opened: Option<Opened>,
    /// The last word.
    pub decided: Option<Decided>,
    /// What each bullet of a library came to, where the strategy chooses from one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bullets: Vec<Finding>,
    /// How many calls it takes to see what a bullet does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sight: Option<Sight>,
    /// Spent in all.
    pub spent: Spend,
    /// Of that, on the reflection model.
    pub writing: Spend,
    /// Of that, on a judge of another model that the best candidate was held against.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rival: Option<Spend>,
}

/// A candidate and what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct Tried {
    /// Its number.
    pub id: CandidateId,
    /// Hash of the judge that it makes.
    pub judge: String,
    /// How it was made.
    pub operator: Operator,
    /// What it was made from; the first is what its edits are counted against.
    pub parents: Vec<CandidateId>,
    /// What became of it.
    pub status: Status,
    /// Its editable text: instruction and rules.
    pub text: String,
    /// Lines that differ from its first parent's.
    pub edits: Edits,
    /// The way from its first parent's text to its own; empty for the baseline.
    pub diff: Vec<Line>,
    /// How it did on Dev.
    pub dev: Option<Mean>,
    /// How it did on Train.
    pub train: Option<Mean>,
    /// Each time that it was held against another candidate, in order.
    pub compared: Vec<Stage>,
    /// Items whose feedback it was written from.
    pub feedback: Vec<ItemId>,
    /// The examples that it shows.
    #[serde(skip_serializing_if = "Showing::is_nothing")]
    pub shows: Showing,
    /// Disagreements of its first parent that it does not have.
    pub fixed: Changed,
    /// Disagreements that its first parent did not have.
    pub broke: Changed,
    /// Judge calls that were spent on it.
    pub calls: u64,
}

/// What became of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The prompt that the run began with.
    Baseline,
    /// It held against what it was compared with.
    Kept,
    /// It did not.
    Rejected,
    /// The run ended before it was clear.
    Unfinished,
    /// The best of the search, and not adopted.
    Best,
    /// The best of the search, and adopted.
    Adopted,
}

impl Status {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Kept => "kept",
            Self::Rejected => "rejected",
            Self::Unfinished => "unfinished",
            Self::Best => "best",
            Self::Adopted => "adopted",
        }
    }
}

/// Mean error over the rows that a candidate was rated on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Mean {
    /// NMSE, malformed as full error.
    pub nmse: f64,
    /// Rows.
    pub n: u64,
    /// Malformed replies, of all samples.
    pub malformed: u64,
}

/// One comparison of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Stage {
    /// What it was held against.
    pub against: CandidateId,
    /// Rows that both were rated on.
    pub rows: u32,
    /// Mean gain in NMSE points; positive when the candidate is better.
    pub gain: f64,
    /// Its standard error; absent for a single row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub se: Option<f64>,
    /// What followed.
    pub decision: Decision,
}

/// Items of which agreement with people changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Changed {
    /// How many.
    pub n: u64,
    /// The first of them, by item.
    pub items: Vec<Moved>,
}

/// An item before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Moved {
    /// Which.
    pub item: ItemId,
    /// What people say.
    pub gold: i64,
    /// The parent's rating; `None` when malformed.
    pub before: Option<i64>,
    /// The child's.
    pub after: Option<i64>,
}

/// A proposal that was stopped.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stopped {
    /// How it was made.
    pub operator: Operator,
    /// What it was made from.
    pub parent: CandidateId,
    /// Guardrail and reason, each.
    pub reasons: Vec<(String, String)>,
    /// The start of the proposed text.
    pub text: String,
}

/// A change of ways.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plateau {
    /// Judge calls by then.
    pub calls: u64,
    /// Rounds without a gain.
    pub rounds: u32,
    /// What was tried from then on.
    pub now: String,
}

/// The end of a round.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Round {
    /// From 1.
    pub number: u32,
    /// The candidate.
    pub candidate: CandidateId,
    /// Train rows on which it differs from people.
    pub disagreements: u32,
    /// Of so many.
    pub of: u32,
}

/// What one of several strategies found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StageFound {
    /// The strategy, as people call it.
    pub name: String,
    /// The best that it found; 0 is the baseline.
    pub best: CandidateId,
    /// Why it ended.
    pub why: Why,
    /// Judge calls that it took.
    pub calls: u64,
    /// What the best gains over what the strategy began with, on Dev, in NMSE points; absent when nothing was better.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gain: Option<f64>,
    /// Its standard error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub se: Option<f64>,
    /// Dev rows that show the gain; absent in old logs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u32>,
    /// How its best did in the end against the baseline, on the rows of all stages: what decided which one is used. Absent
    /// when nothing was better, or the search ended before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Find>,
}

/// The held-out part was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Opened {
    /// Its items.
    pub items: u32,
    /// How often, this time included.
    pub looks: u64,
}

/// What became of the best candidate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decided {
    /// It was adopted.
    pub adopted: bool,
    /// Each reason, in words.
    pub reasons: Vec<String>,
}

impl Story {
    /// The story that a log tells. `baseline` is the editable text of candidate 0, `gold` what people say of each item.
    /// `None` for a log without a beginning.
    pub fn of(log: &[Entry], baseline: &str, gold: &BTreeMap<ItemId, i64>) -> Option<Self> {
        let Some(Entry::Begun(begun)) = log.first() else { return None };
        let mut story = Self {
            begun: Begun::clone(begun),
            candidates: Vec::new(),
            stopped: Vec::new(),
            rejected: BTreeMap::new(),
            curve: curve::curve(log, u64::from(begun.rows[1])),
            plateaus: Vec::new(),
            rounds: Vec::new(),
            stages: Vec::new(),
            short: BTreeMap::new(),
            best: None,
            why: None,
            calibrated: None,
            opened: None,
            decided: None,
            bullets: Vec::new(),
            sight: None,
            spent: Spend::default(),
            writing: Spend::default(),
            rival: None,
        };
        log.iter().for_each(|entry| story.take(entry));
        story.candidates = fold::candidates(log, &story, baseline, gold);
        let [train, dev, held] = story.begun.rows;
        story.sight = Sight::of(&story.bullets, u64::from(train + dev), u64::from(held));
        Some(story)
    }

    fn take(&mut self, entry: &Entry) {
        match entry {
            Entry::Begun(_) | Entry::Admitted { .. } | Entry::Compared { .. } | Entry::Drafted { .. } => {}
            Entry::Weighed { bullets } => self.bullets.clone_from(bullets),
            Entry::Calibrated(calibration) => self.calibrated = Some(calibration.clone()),
            Entry::Rated { spent, .. } => self.spent = *spent,
            Entry::Written { spent, .. } => {
                self.writing = self.writing + spent.since(self.spent);
                self.spent = *spent;
            }
            Entry::Refused(refused) => {
                let checks: std::collections::BTreeSet<&String> =
                    refused.reasons.iter().map(|(name, _)| name).collect();
                checks.into_iter().for_each(|name| *self.rejected.entry(name.clone()).or_default() += 1);
                self.stopped.push(Stopped {
                    operator: refused.origin.operator,
                    parent: refused.origin.parents.first().copied().unwrap_or(0),
                    reasons: refused.reasons.clone(),
                    text: refused.text.clone(),
                });
            }
            Entry::Plateau { rounds, now } => {
                self.plateaus.push(Plateau { calls: self.spent.judge, rounds: *rounds, now: now.clone() });
            }
            Entry::Short { limit, .. } => *self.short.entry(Limit::option(*limit)).or_default() += 1,
            Entry::Round { number, candidate, disagreements, of } => self.rounds.push(Round {
                number: *number,
                candidate: *candidate,
                disagreements: *disagreements,
                of: *of,
            }),
            Entry::Stage { name, best, why, calls, gain, se, rows } => self.stages.push(StageFound {
                name: name.clone(),
                best: *best,
                why: *why,
                calls: *calls,
                gain: *gain,
                se: *se,
                rows: *rows,
                last: None,
            }),
            // A stage that found nothing ends with what it began with.
            Entry::Final { finds } => {
                let mut before = 0;
                for stage in &mut self.stages {
                    let new = stage.best != before;
                    stage.last = finds.iter().find(|find| new && find.candidate == stage.best).copied();
                    before = stage.best;
                }
            }
            Entry::Concluded { best, why } => (self.best, self.why) = (Some(*best), Some(*why)),
            Entry::Opened { items, looks, spent, rival } => {
                (self.opened, self.spent) = (Some(Opened { items: *items, looks: *looks }), *spent);
                self.rival = *rival;
            }
            Entry::Decided { adopted, reasons } => {
                self.decided = Some(Decided { adopted: *adopted, reasons: reasons.clone() });
            }
        }
    }

    /// The best candidate of the search, with its ancestors by first parent, from the baseline on.
    pub fn line(&self) -> Vec<CandidateId> {
        let mut line = vec![self.best.unwrap_or(0)];
        // Parents are admitted before their children, so this ends.
        while let Some(parent) = line.last().and_then(|id| self.candidates.get(*id)?.parents.first().copied()) {
            line.push(parent);
        }
        line.reverse();
        line
    }

    /// What was adopted is the prompt that the search began with: its best candidate is not.
    pub fn keep_baseline(&mut self) {
        for tried in self.candidates.iter_mut().filter(|tried| tried.status == Status::Adopted && tried.id != 0) {
            tried.status = Status::Best;
        }
    }
}
