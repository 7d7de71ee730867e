//! Where a judge stands between the controls and the people, in words.

use super::panel::Panel;
use crate::domain::Figure;
use serde::Serialize;

/// Where a judge stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Not shown to be better than always giving the same rating.
    NoBetterThanConstant,
    /// Better than a constant, not shown to be as close to people as people are to each other.
    BelowPeople,
    /// As close to a single person as people are to each other, item by item and beyond chance.
    AmongPeople,
    /// Better than a constant; too few items were rated by two people to compare people with each other.
    BetterThanConstant,
    /// Nothing was answered, or too few queries for an interval.
    Unknown,
}

impl Standing {
    /// In a few words.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoBetterThanConstant => "not shown to be better than a constant judge",
            Self::BelowPeople => {
                "better than a constant judge, not shown to be as close to people as they are to each other"
            }
            Self::AmongPeople => "as close to people as people are to each other",
            Self::BetterThanConstant => "better than a constant judge",
            Self::Unknown => "not known",
        }
    }
}

/// Items and queries that two people rated, below which nothing is said of how far people are from each other.
const COMPARED: (u64, u64) = (30, 10);
/// A judge counts as close when it is at most this share of the people's own distance further away…
const CLOSE: f64 = 0.25;
/// … or this many NMSE points, where people hardly differ.
const CLOSE_POINTS: f64 = 0.5;

pub(super) fn standing(panel: &Panel) -> Standing {
    let constant = panel.controls.best_constant.as_ref().and_then(|c| c.nmse.value());
    // "Better" has to hold beyond chance, and chance is not known without an interval.
    let (Some(interval), Some(constant)) = (panel.nmse.interval(), constant) else { return Standing::Unknown };
    if interval.high >= constant {
        return Standing::NoBetterThanConstant;
    }
    let (Figure::Known(beyond), Some(people)) = (&panel.beyond_people, panel.human_ceiling.value()) else {
        return Standing::BetterThanConstant;
    };
    if beyond.n < COMPARED.0 || beyond.groups < COMPARED.1 {
        return Standing::BetterThanConstant;
    }
    // Not shown to be further is not shown to be close: the whole interval has to lie within what counts as close.
    let furthest = beyond.interval.as_ref().map_or(beyond.value, |i| i.high);
    if furthest <= (CLOSE * people).max(CLOSE_POINTS) { Standing::AmongPeople } else { Standing::BelowPeople }
}

pub(super) fn headline(panel: &Panel) -> String {
    let Some(nmse) = panel.nmse.value() else {
        return format!("No item was answered: {} not run, {} missing.", panel.not_run.count, panel.missing);
    };
    let interval = panel.nmse.interval().map_or(String::new(), |i| format!(" ({:.1}–{:.1})", i.low, i.high));
    let constant = panel.controls.best_constant.as_ref().and_then(|c| Some((c.rating, c.nmse.value()?)));
    let worse = |v: f64| panel.nmse.interval().is_some_and(|i| i.low > v);
    let constant = constant.map_or(String::new(), |(rating, v)| {
        let better = if worse(v) { "is better, at" } else { "has" };
        format!("; a judge that always says {rating} {better} {v:.1}")
    });
    let people = match (panel.human_ceiling.value(), panel.nmse_single.value()) {
        (Some(people), Some(single)) => {
            format!(". Against a single person it has {single:.1}, where two people have {people:.1}")
        }
        _ => String::new(),
    };
    format!("NMSE {nmse:.1}{interval}, where 0 is perfect and 100 the worst{constant}{people}.")
}
