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
    /// Better than a constant, further from people than people are from each other.
    BelowPeople,
    /// As close to a single person as people are to each other.
    AmongPeople,
    /// Better than a constant; people cannot be compared with each other on these items.
    BetterThanConstant,
    /// Nothing was answered.
    Unknown,
}

impl Standing {
    /// In a few words.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoBetterThanConstant => "not shown to be better than a constant judge",
            Self::BelowPeople => "better than a constant judge, not yet as good as a person",
            Self::AmongPeople => "as close to people as people are to each other",
            Self::BetterThanConstant => "better than a constant judge",
            Self::Unknown => "not known",
        }
    }
}

pub(super) fn standing(panel: &Panel) -> Standing {
    let constant = panel.controls.best_constant.as_ref().and_then(|c| c.nmse.value());
    let (Some(nmse), Some(constant)) = (panel.nmse.value(), constant) else { return Standing::Unknown };
    // The interval's upper end, where there is one: "better" has to hold beyond chance.
    if panel.nmse.interval().map_or(nmse, |i| i.high) >= constant {
        return Standing::NoBetterThanConstant;
    }
    match (panel.nmse_single.value(), &panel.human_ceiling) {
        (Some(single), Figure::Known(ceiling)) => {
            let reach = ceiling.interval.as_ref().map_or(ceiling.value, |i| i.high);
            if single <= reach { Standing::AmongPeople } else { Standing::BelowPeople }
        }
        _ => Standing::BetterThanConstant,
    }
}

pub(super) fn headline(panel: &Panel) -> String {
    let Some(nmse) = panel.nmse.value() else {
        return format!("No item was answered: {} not run, {} missing.", panel.not_run.count, panel.missing);
    };
    let interval = panel.nmse.interval().map_or(String::new(), |i| format!(" ({:.1}–{:.1})", i.low, i.high));
    let constant = panel.controls.best_constant.as_ref().and_then(|c| Some((c.rating, c.nmse.value()?)));
    let constant =
        constant.map_or(String::new(), |(rating, v)| format!("; a judge that always says {rating} has {v:.1}"));
    let people = match (panel.human_ceiling.value(), panel.nmse_single.value()) {
        (Some(people), Some(single)) => {
            format!(". Against a single person it has {single:.1}, where two people have {people:.1}")
        }
        _ => String::new(),
    };
    format!("NMSE {nmse:.1}{interval}, where 0 is perfect and 100 the worst{constant}{people}.")
}
