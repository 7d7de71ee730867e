//! Candidates out of a log.

use super::super::demos::Showing;
use super::super::event::{Decision, Entry, Seen};
use super::super::pool::{CandidateId, Operator, Row};
use super::{Changed, Mean, Moved, NAMED, Stage, Status, Story, Tried};
use crate::domain::ItemId;
use crate::ledger::Edits;
use crate::prompt::diff::diff;
use std::collections::BTreeMap;

/// Ratings of one candidate, by row and sample.
type Ratings<'a> = BTreeMap<(Row, u32), &'a Seen>;

/// All candidates, the baseline first.
pub(super) fn candidates(log: &[Entry], story: &Story, baseline: &str, gold: &BTreeMap<ItemId, i64>) -> Vec<Tried> {
    let first = Tried {
        judge: story.begun.baseline.clone(),
        status: Status::Baseline,
        ..tried(0, Operator::Baseline, baseline)
    };
    let mut found = vec![first];
    let mut ratings: BTreeMap<CandidateId, Ratings<'_>> = BTreeMap::new();
    // What is rated after the search is no part of it.
    for entry in log.iter().take_while(|entry| !matches!(entry, Entry::Concluded { .. })) {
        match entry {
            Entry::Admitted { id, judge, origin, text, shows } => {
                let parent = origin.parents.first().and_then(|id| found.get(*id)).map_or("", |c| c.text.as_str());
                let child = Tried {
                    judge: judge.clone(),
                    parents: origin.parents.clone(),
                    edits: Edits::between(parent, text),
                    diff: diff(parent, text),
                    feedback: origin.feedback.clone(),
                    shows: shows.clone(),
                    ..tried(*id, origin.operator, text)
                };
                found.push(child);
            }
            Entry::Rated { candidate, sample, rows, .. } => {
                let all = ratings.entry(*candidate).or_default();
                all.extend(rows.iter().map(|seen| ((seen.row, *sample), seen)));
            }
            Entry::Compared { child, against, rows, gain, se, decision } => {
                let stage = Stage { against: *against, rows: *rows, gain: *gain, se: *se, decision: *decision };
                if let Some(child) = found.get_mut(*child) {
                    child.compared.push(stage);
                }
            }
            _ => {}
        }
    }
    let none = Ratings::new();
    let of = |id: CandidateId| ratings.get(&id).unwrap_or(&none);
    for candidate in &mut found {
        let own = of(candidate.id);
        candidate.calls = own.len() as u64;
        candidate.dev = mean(own, |row| matches!(row, Row::Dev(_)));
        candidate.train = mean(own, |row| matches!(row, Row::Train(_)));
        if let Some(&parent) = candidate.parents.first() {
            (candidate.fixed, candidate.broke) = changed(of(parent), own, gold);
            candidate.status = status(candidate, story);
        }
    }
    found
}

fn tried(id: CandidateId, operator: Operator, text: &str) -> Tried {
    Tried {
        id,
        judge: String::new(),
        operator,
        parents: Vec::new(),
        status: Status::Unfinished,
        text: text.to_owned(),
        edits: Edits::default(),
        diff: Vec::new(),
        dev: None,
        train: None,
        compared: Vec::new(),
        feedback: Vec::new(),
        shows: Showing::default(),
        fixed: Changed::default(),
        broke: Changed::default(),
        calls: 0,
    }
}

fn status(candidate: &Tried, story: &Story) -> Status {
    let adopted = story.decided.as_ref().is_some_and(|decided| decided.adopted);
    match candidate.compared.last().map(|stage| stage.decision) {
        _ if story.best == Some(candidate.id) => {
            if adopted {
                Status::Adopted
            } else {
                Status::Best
            }
        }
        Some(Decision::Accepted) => Status::Kept,
        Some(Decision::Rejected) => Status::Rejected,
        Some(Decision::GoOn) | None => Status::Unfinished,
    }
}

/// Mean over rows of the mean over their samples.
fn mean(ratings: &Ratings<'_>, part: impl Fn(Row) -> bool) -> Option<Mean> {
    let mut rows: BTreeMap<Row, (f64, f64)> = BTreeMap::new();
    let mut malformed = 0;
    for ((row, _), seen) in ratings.iter().filter(|((row, _), _)| part(*row)) {
        let sum = rows.entry(*row).or_default();
        *sum = (sum.0 + seen.loss, sum.1 + 1.0);
        malformed += u64::from(seen.malformed.is_some());
    }
    let n = rows.len() as u64;
    let total: f64 = rows.values().map(|(loss, samples)| loss / samples).sum();
    (n > 0).then(|| Mean { nmse: 100.0 * total / n as f64, n, malformed })
}

/// Items that a child rates as people do and its parent does not, and the other way round, in the first sample.
fn changed(parent: &Ratings<'_>, child: &Ratings<'_>, gold: &BTreeMap<ItemId, i64>) -> (Changed, Changed) {
    let (mut fixed, mut broke) = (Changed::default(), Changed::default());
    for (key, after) in child.iter().filter(|((_, sample), _)| *sample == 0) {
        let (Some(before), Some(&gold)) = (parent.get(key), gold.get(&after.item)) else { continue };
        let agrees = |seen: &Seen| seen.rating == Some(gold);
        let side = match (agrees(before), agrees(after)) {
            (false, true) => &mut fixed,
            (true, false) => &mut broke,
            _ => continue,
        };
        side.n += 1;
        side.items.push(Moved { item: after.item.clone(), gold, before: before.rating, after: after.rating });
    }
    for side in [&mut fixed, &mut broke] {
        side.items.sort_by(|a, b| a.item.cmp(&b.item));
        side.items.truncate(NAMED);
    }
    (fixed, broke)
}
