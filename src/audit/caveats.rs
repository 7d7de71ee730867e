//! What the numbers mean, what to beware of, what to do next. Words made here, from numbers, so that every face says
//! the same.

use super::Humans;
use super::compute::JudgeInput;
use super::disagreement::{Direction, DisagreementGroup};
use super::panel::Panel;
use super::slices::Slice;
use crate::domain::{Figure, Scale};
use serde::Serialize;
use std::collections::BTreeSet;

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

/// Something to know before quoting a number.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Caveat {
    /// A stable name.
    pub code: &'static str,
    /// One sentence for the reader.
    pub text: String,
}

/// A next step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Advice {
    /// Why.
    pub why: String,
    /// What to run, when it is a command.
    pub command: Option<String>,
}

pub(super) struct Facts<'a> {
    pub scale: Scale,
    pub humans: &'a Humans,
    pub panel: &'a Panel,
    pub slices: &'a [Slice],
    pub groups: &'a [DisagreementGroup],
    pub judge: &'a JudgeInput,
}

/// A judge with a lower malformed rate than this has no format problem.
const FORMAT_PROBLEM: f64 = 0.02;

pub(super) fn standing(facts: &Facts<'_>) -> Standing {
    let panel = facts.panel;
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

pub(super) fn headline(facts: &Facts<'_>) -> String {
    let panel = facts.panel;
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

pub(super) fn caveats(facts: &Facts<'_>) -> Vec<Caveat> {
    let mut found = Vec::new();
    let mut add = |code, text| found.push(Caveat { code, text });
    let panel = facts.panel;
    if facts.judge.model.as_deref().is_some_and(|m| m.starts_with("sim/")) {
        add(
            "simulated",
            "The judge is a simulation, a program and no language model: its numbers say nothing about real models."
                .into(),
        );
    }
    if panel.malformed.count > 0 && panel.n_rated > 0 {
        let (rate, valid) = (100.0 * panel.malformed.count as f64 / panel.n as f64, panel.nmse_valid.value());
        let valid =
            valid.map_or(String::new(), |v| format!(" On the {} readable replies NMSE is {v:.1}.", panel.n_rated));
        add(
            "malformed",
            format!(
                "{rate:.1} % of the replies are malformed and count as fully wrong: they alone are {rate:.1} points of the NMSE.{valid}"
            ),
        );
    }
    if standing(facts) == Standing::NoBetterThanConstant {
        add("no-skill", "The judge is not shown to be better than a judge that always gives the same rating.".into());
    }
    if panel.not_run.count + panel.missing > 0 {
        add(
            "not-run",
            format!(
                "{} of {} rated items have no answer of this judge; they are left out and not counted against it.",
                panel.not_run.count + panel.missing,
                facts.humans.items
            ),
        );
    }
    if !facts.humans.grouped {
        add("no-queries", "The data name no queries, so rows count as independent and intervals may be too narrow; give `--items` or a `query_id` column.".into());
    } else if (2..30).contains(&panel.queries) {
        add("few-queries", format!("Only {} queries: intervals are wide and the tails uncertain.", panel.queries));
    } else if panel.queries == 1 {
        add("few-queries", "A single query: no interval can be given.".into());
    }
    if matches!(facts.humans.ceiling, Figure::Undefined(_)) {
        add(
            "no-ceiling",
            "No item has two annotators, so nothing is known about how far people are from each other.".into(),
        );
    }
    let served: BTreeSet<&str> = facts.judge.answers.values().filter_map(|a| a.served.as_deref()).collect();
    if served.len() > 1 {
        add(
            "served-models",
            format!(
                "Several models answered: {}. Their ratings are pooled here.",
                served.into_iter().collect::<Vec<_>>().join(", ")
            ),
        );
    } else if let (Some(asked), Some(served)) = (&facts.judge.model_id, served.first())
        && asked != served
    {
        add(
            "other-model",
            format!(
                "`{asked}` was asked and `{served}` answered: a floating name can move to another model unnoticed."
            ),
        );
    }
    if panel.off_scale > 0 {
        add(
            "off-scale",
            format!(
                "{} of the judge's {} ratings were off the scale {} and were dealt with by the policy that you named.",
                panel.off_scale,
                facts.judge.answers.len(),
                facts.scale
            ),
        );
    }
    if facts.humans.off_scale > 0 {
        add(
            "off-scale-people",
            format!(
                "{} of the people's {} ratings were off the scale {} and were moved to its nearest end: is this their scale? `--scale` names another.",
                facts.humans.off_scale, facts.humans.ratings, facts.scale
            ),
        );
    }
    if facts.judge.samples > 1 {
        add(
            "samples",
            format!(
                "Each item was asked about {} times; its rating is the commonest one, and it is malformed when most of its replies are.",
                facts.judge.samples
            ),
        );
    }
    if panel.duplicates > 0 {
        add(
            "duplicates",
            format!("{} repeated ids: the last rating of each was taken, as you asked.", panel.duplicates),
        );
    }
    found
}

pub(super) fn advice(facts: &Facts<'_>) -> Vec<Advice> {
    let mut steps = Vec::new();
    let mut add = |why: String, command: Option<&str>| steps.push(Advice { why, command: command.map(str::to_owned) });
    let panel = facts.panel;
    if panel.n == 0 {
        add("Nothing was answered: look at the endpoint first.".into(), Some("assessor doctor --model MODEL"));
        return steps;
    }
    let malformed = panel.malformed.count as f64 / panel.n as f64;
    if malformed > FORMAT_PROBLEM {
        let reason = panel.malformed.reasons.iter().max_by_key(|(_, n)| **n).map_or("", |(reason, _)| *reason);
        add(
            format!(
                "Fix the format first: {:.1} % of the replies cannot be read (mostly `{reason}`).",
                100.0 * malformed
            ),
            Some("assessor disagree --direction malformed"),
        );
    }
    // The direction whose misses weigh most, by squared error as in NMSE; one point apart is often a matter of taste.
    let weight = |direction: Direction, least: u8| {
        let whole =
            facts.groups.iter().filter(move |g| g.slice.is_none() && g.direction == direction && g.gap >= least);
        whole.fold((0, 0), |(items, squares), g| (items + g.count, squares + g.count * u64::from(g.gap).pow(2)))
    };
    let far = [(Direction::Higher, 2), (Direction::Lower, 2), (Direction::Higher, 1), (Direction::Lower, 1)];
    let of = far.iter().map(|(direction, least)| (*direction, *least, weight(*direction, *least)));
    let heaviest = |least: u8| of.clone().filter(move |(_, l, w)| *l == least && w.0 > 0).max_by_key(|(_, _, w)| w.1);
    if let Some((direction, least, (items, _))) = heaviest(2).or_else(|| heaviest(1)) {
        let way = if direction == Direction::Higher { "higher" } else { "lower" };
        let them = if items == 1 { "1 item".to_owned() } else { format!("{items} items") };
        let points = if least == 1 { "1 point".to_owned() } else { format!("{least} or more points") };
        add(
            format!("Read the {them} that the judge rates {points} {way} than people: what does it miss?"),
            Some(&format!("assessor disagree --direction {way} --gap {least}")),
        );
    }
    let worst = facts.slices.iter().filter(|s| !s.small && s.column != "gold");
    let worst = worst.max_by(|a, b| a.nmse.value().unwrap_or(0.0).total_cmp(&b.nmse.value().unwrap_or(0.0)));
    if let (Some(slice), Some(overall)) = (worst, panel.nmse.value())
        && slice.nmse.value().is_some_and(|v| v > 1.25 * overall)
    {
        let (column, value) = (&slice.column, &slice.value);
        add(
            format!("The slice {column} = {value} is the worst, at NMSE {:.1}.", slice.nmse.value().unwrap_or(0.0)),
            Some(&format!("assessor disagree --slice '{column}={value}'")),
        );
    }
    if matches!(facts.humans.ceiling, Figure::Undefined(_)) {
        add("Have some items rated by a second person: without it nobody knows how good a judge can be.".into(), None);
    }
    steps
}
