//! Items that a judge was made with: its numbers on them flatter.

use super::compute::{JudgeInput, Row};
use super::slices::{FEW_ROWS, is_small};
use crate::agreement::{MalformedPolicy, Pair, nmse};
use crate::domain::{Figure, ItemId, Scale, Undefined};
use serde::Serialize;
use std::collections::BTreeSet;

/// What an audit is told of the items that a judge was written from or chosen on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tuning {
    /// Those that people rated, whether they are in or left out.
    pub items: BTreeSet<ItemId>,
    /// Items that people rated, these included.
    pub of: u64,
    /// The versions that were made with them: the judge itself and its ancestors, each by its hash.
    pub versions: Vec<String>,
    /// They are in, as it was asked for.
    pub kept: bool,
    /// An ancestor that cannot be read: what it was made with is not known.
    pub unknown: Option<String>,
}

/// What an audit says of them.
#[derive(Clone, Debug, Serialize)]
pub struct TunedOn {
    /// Rated items that the judge was tuned on.
    pub items: u64,
    /// Of so many.
    pub of: u64,
    /// They are in, as it was asked for: the numbers flatter.
    pub kept: bool,
    /// Answered items that it was not tuned on.
    pub others: u64,
    /// Its NMSE on those; undefined where they are too few.
    pub others_nmse: Figure,
    /// The versions that were made with them.
    pub versions: Vec<String>,
    /// An ancestor of which this is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
}

/// Digits of a version's hash that people are shown.
const SHOWN: usize = 12;

impl TunedOn {
    /// What to say of a judge; `None` where nothing is known to have been tuned on.
    pub(super) fn of<'a>(scale: Scale, rows: impl Iterator<Item = &'a Row<'a>>, judge: &JudgeInput) -> Option<Self> {
        let Tuning { items, of, versions, kept, unknown } = &judge.tuning;
        if items.is_empty() && unknown.is_none() {
            return None;
        }
        let others = rows.filter(|row| row.answered() && !items.contains(&row.item.id));
        let others: Vec<Pair> = others.map(|row| row.pair.clone()).collect();
        let n = others.len() as u64;
        let others_nmse = match is_small(n, super::queries(&others)) {
            true => Undefined::BelowMinimum { needed: FEW_ROWS }.into(),
            false => nmse(&others, scale.levels(), MalformedPolicy::Full),
        };
        let (items, versions) = (items.len() as u64, versions.clone());
        Some(Self { items, of: *of, kept: *kept, others: n, others_nmse, versions, unknown: unknown.clone() })
    }

    /// In words; `who` is the judge, as the beginning of a sentence.
    pub(super) fn text(&self, who: &str) -> String {
        let short = |hash: &String| format!("`{}`", hash.chars().take(SHOWN).collect::<String>());
        let unknown = self.unknown.iter().map(|hash| {
            format!("What its ancestor {} was tuned on is not known: that version cannot be read.", short(hash))
        });
        if self.items == 0 {
            return unknown.collect();
        }
        let versions: Vec<String> = self.versions.iter().map(short).collect();
        let named = if versions.len() == 1 { "version" } else { "versions" };
        let known = format!(
            "{who} was tuned on {} of the {} rated items ({named} {})",
            self.items,
            self.of,
            versions.join(", ")
        );
        let others = match self.others_nmse.value() {
            Some(nmse) => format!(
                "On the other {} its NMSE is {nmse:.1}: quote that, or leave `--contaminated` out.",
                self.others
            ),
            None => format!(
                "Those that are left ({}) are too few to say how good it is: rate items of more queries that it has not seen.",
                self.others
            ),
        };
        let said = match self.kept {
            true => format!("{known}, and they are in, as you asked: every number here flatters. {others}"),
            false => format!("{known}: they are left out, for numbers on them flatter; `--contaminated` keeps them."),
        };
        std::iter::once(said).chain(unknown).collect::<Vec<_>>().join(" ")
    }
}
