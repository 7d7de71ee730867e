//! Two judges' disagreements on the same items: what was fixed, what is still broken, what is newly broken.

use super::compute::{JudgeInput, Labelled, gold};
use crate::domain::{ItemId, Rating, Scale, Verdict};
use serde::Serialize;

/// What became of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It agreed and no longer does.
    NewlyBroken,
    /// It disagreed and still does.
    StillBroken,
    /// It disagreed and now agrees.
    Fixed,
}

/// One item of a difference.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diff {
    /// The item.
    pub id: ItemId,
    /// What became of it.
    pub change: Change,
    /// The gold rating.
    pub gold: Rating,
    /// Before; `None` when malformed.
    pub before: Option<Rating>,
    /// After; `None` when malformed.
    pub after: Option<Rating>,
}

/// Compares two judges on the items that both answered. Ordered by change, then by item; items that agree under both
/// are left out.
pub fn diff(scale: Scale, labelled: &[Labelled], before: &JudgeInput, after: &JudgeInput) -> Vec<Diff> {
    let mut found: Vec<Diff> = labelled.iter().filter_map(|item| one(scale, item, before, after)).collect();
    found.sort_by(|a, b| a.change.cmp(&b.change).then_with(|| a.id.cmp(&b.id)));
    found
}

fn one(scale: Scale, item: &Labelled, before: &JudgeInput, after: &JudgeInput) -> Option<Diff> {
    let answer = |judge: &JudgeInput| match &judge.answers.get(&item.id)?.verdict {
        Verdict::Rated { rating, .. } => Some(Some(*rating)),
        Verdict::Malformed(_) => Some(None),
        Verdict::NotRun(_) => None,
    };
    if item.opinions.is_empty() {
        return None;
    }
    let (gold, _) = gold(scale, &item.opinions);
    let (before, after) = (answer(before)?, answer(after)?);
    let change = match (before == Some(gold), after == Some(gold)) {
        (true, true) => return None,
        (true, false) => Change::NewlyBroken,
        (false, false) => Change::StillBroken,
        (false, true) => Change::Fixed,
    };
    Some(Diff { id: item.id.clone(), change, gold, before, after })
}
