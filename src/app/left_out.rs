//! Rated items that prompts were written or chosen with. Numbers on them flatter, so they are left out, unless it is asked
//! for them.

use super::tuned::Tuned;
use super::{AppError, AuditRequest};
use crate::audit::{JudgeInput, Opinion, Tuning};
use crate::domain::ItemId;
use crate::labels;
use std::collections::{BTreeMap, BTreeSet};

/// Values of an item's `purpose` that say so.
const TUNED_ON: [&str; 4] = ["train", "dev", "prompt-dev", "demo"];

/// The people's ratings, by item.
type Opinions = BTreeMap<ItemId, Vec<Opinion>>;

/// What is known of the items.
#[derive(Debug, Default)]
pub(super) struct Marked {
    /// Items whose `purpose` says it.
    pub purposes: BTreeSet<ItemId>,
    /// For each history that was asked about, the items that its judge was made with.
    pub tuned: Vec<BTreeSet<ItemId>>,
}

impl Marked {
    /// Looks at each item, before a judge is asked about any: an answer that nobody may look at would be paid for.
    pub fn of(request: &AuditRequest, opinions: &Opinions, histories: &[&Tuned]) -> Result<Self, AppError> {
        let mut marked = Self { tuned: vec![BTreeSet::new(); histories.len()], ..Self::default() };
        let Some(path) = &request.items else {
            for (found, history) in marked.tuned.iter_mut().zip(histories) {
                found.extend(opinions.keys().filter(|id| history.has_named(id)).cloned());
            }
            return Ok(marked);
        };
        if request.contaminated && histories.iter().all(|history| history.is_nothing()) {
            return Ok(marked);
        }
        for item in labels::open_items(path, &request.read)? {
            let item = item?;
            for (found, history) in marked.tuned.iter_mut().zip(histories) {
                if history.has(&item) {
                    found.insert(item.id.clone());
                }
            }
            if item.meta.get("purpose").is_some_and(|purpose| TUNED_ON.contains(&purpose.as_str())) {
                marked.purposes.insert(item.id);
            }
        }
        Ok(marked)
    }

    /// All items that a judge was made with.
    pub fn all_tuned(&self) -> BTreeSet<ItemId> {
        self.tuned.iter().flatten().cloned().collect()
    }
}

/// Takes the items whose `purpose` says that a prompt was tuned on them out of the people's ratings; how many.
pub(super) fn by_purpose(opinions: &mut Opinions, purposes: &BTreeSet<ItemId>) -> Result<u64, AppError> {
    let before = opinions.len();
    opinions.retain(|id, _| !purposes.contains(id));
    if opinions.is_empty() && before > 0 {
        return Err(AppError::input(
            format!("all {before} rated items have a `purpose` for which a prompt was tuned on them"),
            "rate others, or say `--contaminated` to see numbers that flatter",
        ));
    }
    Ok((before - opinions.len()) as u64)
}

/// Takes those that a judge was made with out of them; how many.
pub(super) fn by_tuning(opinions: &mut Opinions, tuned: &BTreeSet<ItemId>) -> Result<u64, AppError> {
    let before = opinions.len();
    opinions.retain(|id, _| !tuned.contains(id));
    if opinions.is_empty() && before > 0 {
        return Err(AppError::input(
            format!("the judge was tuned on all {before} rated items: its numbers on them would flatter"),
            "rate others, or say `--contaminated` to see them all the same",
        ));
    }
    Ok((before - opinions.len()) as u64)
}

/// Tells a judge's audit what of the `rated` items the judge was made with.
pub(super) fn tell(
    judge: &mut JudgeInput,
    history: &Tuned,
    found: &BTreeSet<ItemId>,
    rated: &BTreeSet<ItemId>,
    kept: bool,
) {
    judge.tuning = Tuning {
        items: found.intersection(rated).cloned().collect(),
        of: rated.len() as u64,
        versions: history.versions.clone(),
        kept,
        unknown: history.unknown.clone(),
    };
}
