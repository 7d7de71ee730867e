//! Where a judge version comes from, and what it took.

use crate::prompt::diff::{Line, Tag, diff};
use serde::{Deserialize, Serialize};

/// Where a version comes from. All of it may be unknown: a prompt that somebody wrote by hand has none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lineage {
    /// Hash of the judge that it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// What made it, for example `gepa` or `hand`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
    /// The run that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// Digest of the items, ratings and parts that it was made with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// Ids of the items whose feedback it was made from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub feedback: Vec<String>,
    /// What of the parent's prompt was changed.
    #[serde(default, skip_serializing_if = "Edits::is_empty")]
    pub edits: Edits,
    /// How parent and child did.
    #[serde(default, skip_serializing_if = "Scores::is_empty")]
    pub scores: Scores,
    /// What making it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spend: Option<Spend>,
    /// Why it was adopted, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// Lines of the editable part of the prompt (instruction and rules). A line of which words changed is in both lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edits {
    /// Lines that only the child has.
    #[serde(default)]
    pub added: Vec<String>,
    /// Lines that only the parent has.
    #[serde(default)]
    pub removed: Vec<String>,
}

impl Edits {
    /// The lines that differ; blank ones say nothing and are left out.
    pub fn between(parent: &str, child: &str) -> Self {
        let mut edits = Self::default();
        let whole = |pieces: &[(Tag, String)], own: Tag| -> String {
            let kept = pieces.iter().filter(|(tag, _)| *tag == Tag::Same || *tag == own);
            kept.map(|(_, text)| text.as_str()).collect()
        };
        for line in diff(parent, child) {
            match line {
                Line::Same(_) => {}
                Line::Added(text) => edits.added.push(text),
                Line::Removed(text) => edits.removed.push(text),
                Line::Changed(pieces) => {
                    edits.removed.push(whole(&pieces, Tag::Removed));
                    edits.added.push(whole(&pieces, Tag::Added));
                }
            }
        }
        edits.added.retain(|line| !line.trim().is_empty());
        edits.removed.retain(|line| !line.trim().is_empty());
        edits
    }

    fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

/// NMSE of parent and child on the same items.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// On the items that selection used: flatters the child.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dev: Option<Scored>,
    /// On items that selection never saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<Scored>,
}

impl Scores {
    fn is_empty(&self) -> bool {
        self.dev.is_none() && self.test.is_none()
    }
}

/// NMSE before and after, in points from 0 (perfect) to 100.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    /// Of the parent.
    pub before: f64,
    /// Of the child.
    pub after: f64,
    /// Interval of `after − before`, when one was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Bounds>,
}

impl Scored {
    /// NMSE points that were gained; negative when the child is worse.
    pub fn gained(&self) -> f64 {
        self.before - self.after
    }
}

/// A two-sided interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Its level, for example 0.95.
    pub level: f64,
}

/// What making a version took.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spend {
    /// Calls of judges.
    pub judge_calls: u64,
    /// All other calls: reflection, drafts.
    pub other_calls: u64,
    /// Dollars; `None` when a price is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usd: Option<f64>,
}

/// What one NMSE point took.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PerPoint {
    /// Where the gain was measured: `test`, or `dev` where there is no test.
    pub on: &'static str,
    /// Calls of every kind.
    pub calls: f64,
    /// Dollars; `None` when a price is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usd: Option<f64>,
}

impl Lineage {
    /// Spend divided by the NMSE points gained, on test where there is one. `None` when either is not known, or when
    /// nothing was gained.
    pub fn per_point(&self) -> Option<PerPoint> {
        let spend = self.spend?;
        let (on, scored) = match (self.scores.test, self.scores.dev) {
            (Some(test), _) => ("test", test),
            (None, Some(dev)) => ("dev", dev),
            (None, None) => return None,
        };
        let gained = Some(scored.gained()).filter(|points| *points > 0.0)?;
        let calls = (spend.judge_calls + spend.other_calls) as f64 / gained;
        Some(PerPoint { on, calls, usd: spend.usd.map(|usd| usd / gained) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_name_whole_lines_of_both_sides() {
        let edits = Edits::between("Rate it.\n- Old is 2.\n", "Rate it.\n\n- Old is 3.\n- Drafts are 1.\n");
        assert_eq!(edits.removed, ["- Old is 2."]);
        assert_eq!(edits.added, ["- Old is 3.", "- Drafts are 1."]);
    }

    #[test]
    fn a_point_costs_what_was_spent_by_what_was_gained_on_test() {
        let scored = |before, after| Some(Scored { before, after, change: None });
        let spend = Some(Spend { judge_calls: 1_400, other_calls: 100, usd: Some(3.0) });
        let mut lineage = Lineage { spend, ..Lineage::default() };
        assert_eq!(lineage.per_point(), None);
        lineage.scores = Scores { dev: scored(20.0, 5.0), test: scored(20.0, 10.0) };
        assert_eq!(lineage.per_point(), Some(PerPoint { on: "test", calls: 150.0, usd: Some(0.3) }));
        lineage.scores.test = scored(10.0, 10.0);
        assert_eq!(lineage.per_point(), None, "nothing was gained");
    }

    #[test]
    fn what_is_not_known_is_not_written() {
        assert_eq!(serde_json::to_string(&Lineage::default()).unwrap(), "{}");
        assert_eq!(serde_json::from_str::<Lineage>("{}").unwrap(), Lineage::default());
    }
}
