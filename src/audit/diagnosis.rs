//! What is the matter with a judge, in a word: what a reader has to know before any number.

use super::{JudgeAudit, Panel, Remedy, ScaleFlag, Standing};
use serde::Serialize;

/// A lower malformed rate than this is no format problem.
pub(super) const FORMAT_PROBLEM: f64 = 0.02;

/// The most serious finding about a judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Diagnosis {
    /// Nothing was answered.
    Silent,
    /// At least half of its error are replies that cannot be read.
    Unreadable,
    /// Its ratings hardly tell items apart.
    Collapsed,
    /// Not shown to be better than a constant judge, for another reason.
    NoSkill,
    /// Its ratings lie too close together, in the right order.
    Compressed,
    /// Better than a constant judge, further from people than they are from each other.
    BelowPeople,
    /// Better than a constant judge; people cannot be compared with each other here.
    BetterThanConstant,
    /// As close to a single person as people are to each other.
    AmongPeople,
}

impl Diagnosis {
    /// In a few words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Silent => "no answers",
            Self::Unreadable => "format first",
            Self::Collapsed => "collapsed",
            Self::NoSkill => "no skill shown",
            Self::Compressed => "squeezed",
            Self::BelowPeople => "below people",
            Self::BetterThanConstant => "better than a constant",
            Self::AmongPeople => "among people",
        }
    }
}

impl JudgeAudit {
    /// The most serious finding.
    pub fn diagnosis(&self) -> Diagnosis {
        let flagged = |flag| self.spread.flags.contains(&flag);
        match self.standing {
            _ if self.panel.n == 0 => Diagnosis::Silent,
            _ if unreadable(&self.panel) => Diagnosis::Unreadable,
            _ if flagged(ScaleFlag::Collapsed) || flagged(ScaleFlag::Compressed) => Diagnosis::Collapsed,
            // Also where it is no better than a constant as it is: with a map it would be.
            _ if self.remedy == Some(Remedy::Map) => Diagnosis::Compressed,
            Standing::NoBetterThanConstant | Standing::Unknown => Diagnosis::NoSkill,
            _ if flagged(ScaleFlag::CompressedFixable) => Diagnosis::Compressed,
            Standing::BelowPeople => Diagnosis::BelowPeople,
            Standing::BetterThanConstant => Diagnosis::BetterThanConstant,
            Standing::AmongPeople => Diagnosis::AmongPeople,
        }
    }
}

/// A malformed reply costs 100 points, so the rate in percent is what malformed replies add to NMSE.
fn unreadable(panel: &Panel) -> bool {
    let rate = panel.malformed.rate.value().unwrap_or(0.0);
    rate > FORMAT_PROBLEM && panel.nmse.value().is_some_and(|nmse| 100.0 * rate >= nmse / 2.0)
}

/// What became of the judge's replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replies {
    /// The same rating as people.
    pub same: u64,
    /// One point away.
    pub one_off: u64,
    /// Further away.
    pub further: u64,
    /// Cannot be read.
    pub malformed: u64,
}

impl Panel {
    /// What became of the judge's replies; adds up to `n`.
    pub fn replies(&self) -> Replies {
        let mut replies = Replies { same: 0, one_off: 0, further: 0, malformed: self.confusion.malformed() };
        for (human, row) in self.confusion.rows().enumerate() {
            for (judge, count) in row[..self.confusion.levels()].iter().enumerate() {
                *match human.abs_diff(judge) {
                    0 => &mut replies.same,
                    1 => &mut replies.one_off,
                    _ => &mut replies.further,
                } += count;
            }
        }
        replies
    }
}
