//! Items on which judge and people differ, and the failure modes that they fall into.

use super::compute::{Opinion, Row};
use crate::domain::{ItemId, Rating, Scale, Verdict};
use serde::Serialize;
use std::collections::BTreeMap;

/// Which way the judge differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// The judge rates higher than people.
    Higher,
    /// The judge rates lower than people.
    Lower,
    /// The judge gave no rating that can be read.
    Malformed,
}

impl Direction {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Higher => "judge higher",
            Self::Lower => "judge lower",
            Self::Malformed => "malformed",
        }
    }
}

/// One item on which they differ.
#[derive(Clone, Debug, Serialize)]
pub struct Disagreement {
    /// The item.
    pub id: ItemId,
    /// Its query's identity.
    pub query_id: Option<String>,
    /// What was searched for.
    pub query: Option<String>,
    /// The document's title.
    pub title: Option<String>,
    /// The start of the document.
    pub excerpt: Option<String>,
    /// The gold rating.
    pub gold: Rating,
    /// The judge's rating, when there is one.
    pub judge: Option<Rating>,
    /// The real value before the judge's calibration map, where it has one; before rounding, where that is all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<f64>,
    /// Why there is none.
    pub malformed: Option<&'static str>,
    /// Rating points between them; the full range when malformed.
    pub gap: u8,
    /// Which way.
    pub direction: Direction,
    /// What the judge said: its rationale, or the start of a reply that could not be read.
    pub rationale: Option<String>,
    /// What people said.
    pub opinions: Vec<Opinion>,
    /// Slice tags.
    pub tags: BTreeMap<String, String>,
}

/// Disagreements of one direction and gap, overall or in one slice.
#[derive(Clone, Debug, Serialize)]
pub struct DisagreementGroup {
    /// Which way.
    pub direction: Direction,
    /// Rating points.
    pub gap: u8,
    /// The slice, as column and value; `None` for all items.
    pub slice: Option<(String, String)>,
    /// How many.
    pub count: u64,
    /// Answered items of that slice.
    pub of: u64,
    /// The first few items, for a look.
    pub examples: Vec<ItemId>,
}

/// Examples kept per group.
const EXAMPLES: usize = 5;

pub(super) fn disagreements(scale: Scale, rows: &[Row<'_>]) -> Vec<Disagreement> {
    let mut found: Vec<Disagreement> = rows.iter().filter_map(|row| disagreement(scale, row)).collect();
    // Rows come in the order of ids and the sort is stable: by gap, then by id.
    found.sort_by_key(|d| std::cmp::Reverse(d.gap));
    found
}

fn disagreement(scale: Scale, row: &Row<'_>) -> Option<Disagreement> {
    let (judge, malformed, rationale) = match &row.answer?.verdict {
        Verdict::Rated { rating, rationale, .. } => (Some(*rating), None, rationale.clone()),
        Verdict::Malformed(reason) => (None, Some(reason.name()), row.answer?.reply.clone()),
        Verdict::NotRun(_) => return None,
    };
    let (gap, direction) = match judge.map(|j| j.minus(row.gold)) {
        Some(0) => return None,
        Some(d) if d > 0 => (d as u8, Direction::Higher),
        Some(d) => (d.unsigned_abs() as u8, Direction::Lower),
        None => (scale.range(), Direction::Malformed),
    };
    let item = row.item;
    Some(Disagreement {
        id: item.id.clone(),
        query_id: item.group.as_ref().map(|g| g.as_str().to_owned()),
        query: item.query.clone(),
        title: item.title.clone(),
        excerpt: item.excerpt.clone(),
        gold: row.gold,
        judge,
        raw: row.answer?.verdict.basis().and_then(|_| row.answer?.verdict.raw()),
        malformed,
        gap,
        direction,
        rationale,
        opinions: item.opinions.clone(),
        tags: item.tags.clone(),
    })
}

/// Direction × gap, and direction × gap × slice, largest first.
pub(super) fn groups(rows: &[Row<'_>], disagreements: &[Disagreement]) -> Vec<DisagreementGroup> {
    type Slot<'a> = Option<(&'a str, &'a str)>;
    let sliceable = super::slices::columns(rows.iter());
    let mut sizes: BTreeMap<Slot<'_>, u64> = BTreeMap::new();
    for row in rows.iter().filter(|r| r.answered()) {
        *sizes.entry(None).or_default() += 1;
        for (key, value) in row.item.tags.iter().filter(|(key, _)| sliceable.contains(key.as_str())) {
            *sizes.entry(Some((key, value))).or_default() += 1;
        }
    }
    let mut found: BTreeMap<(Slot<'_>, Direction, u8), Vec<&ItemId>> = BTreeMap::new();
    for d in disagreements {
        found.entry((None, d.direction, d.gap)).or_default().push(&d.id);
        for (key, value) in d.tags.iter().filter(|(key, _)| sliceable.contains(key.as_str())) {
            found.entry((Some((key, value)), d.direction, d.gap)).or_default().push(&d.id);
        }
    }
    let mut groups: Vec<DisagreementGroup> = found
        .into_iter()
        .map(|((slot, direction, gap), ids)| DisagreementGroup {
            direction,
            gap,
            slice: slot.map(|(key, value)| (key.to_owned(), value.to_owned())),
            count: ids.len() as u64,
            of: sizes.get(&slot).copied().unwrap_or(0),
            examples: ids.into_iter().take(EXAMPLES).cloned().collect(),
        })
        .collect();
    groups.sort_by_key(|g| std::cmp::Reverse(g.count));
    groups
}
