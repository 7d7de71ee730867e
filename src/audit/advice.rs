//! What to do next, most useful first.

use super::caveats::Facts;
use super::diagnosis::FORMAT_PROBLEM;
use super::disagreement::Direction;
use super::remedy::Remedy;
use crate::agreement::ScaleFlag;
use crate::domain::Figure;
use serde::Serialize;

/// A next step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Advice {
    /// Why.
    pub why: String,
    /// What to run, when it is a command.
    pub command: Option<String>,
}

pub(super) fn advice(facts: &Facts<'_>) -> Vec<Advice> {
    let mut steps = Vec::new();
    let mut add = |why: String, command: Option<&str>| steps.push(Advice { why, command: command.map(str::to_owned) });
    let panel = &facts.found.panel;
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
    if let Some((why, command)) = scale(facts) {
        add(why, command.as_deref());
    }
    // The direction whose misses weigh most, by squared error as in NMSE; one point apart is often a matter of taste.
    let weight = |direction: Direction, least: u8| {
        let whole =
            facts.found.groups.iter().filter(move |g| g.slice.is_none() && g.direction == direction && g.gap >= least);
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
    let worst = facts.found.slices.iter().filter(|s| !s.small && s.column != "gold");
    let worst = worst.max_by(|a, b| a.nmse.value().unwrap_or(0.0).total_cmp(&b.nmse.value().unwrap_or(0.0)));
    if let (Some(slice), Some(overall)) = (worst, panel.nmse.value())
        && slice.nmse.value().is_some_and(|v| v > 1.25 * overall)
        && slice.stands_out()
    {
        let (column, value) = (&slice.column, &slice.value);
        add(
            format!("The slice {column} = {value} is the worst, at NMSE {:.1}.", slice.nmse.value().unwrap_or(0.0)),
            Some(&format!("assessor disagree --slice {}", quoted(&format!("{column}={value}")))),
        );
    }
    if matches!(facts.humans.ceiling, Figure::Undefined(_)) {
        add("Have some items rated by a second person: without it nobody knows how good a judge can be.".into(), None);
    }
    steps
}

/// As a word of a shell: what data hold can be anything.
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// What to do about the way the judge uses the scale.
fn scale(facts: &Facts<'_>) -> Option<(String, Option<String>)> {
    let found = facts.found.on_scale();
    let overdispersed = found.spread.flags.contains(&ScaleFlag::Overdispersed) && found.worth_recalibrating();
    let brings = found.map_brings();
    match found.remedy() {
        Some(Remedy::Map) => {
            // Only a judge of ours can have the map as a part of it.
            let hash = facts.judge.hash.as_deref().and_then(|hash| hash.get(..8));
            let then = hash.map_or(String::new(), |hash| {
                format!(" `assessor judge add --from {hash} --calibration map.json` then makes it part of the judge.")
            });
            Some((
                format!(
                    "Recalibrate: a map fitted on other queries brings NMSE of readable replies {}, without a change of the prompt.{then}",
                    brings?
                ),
                Some("assessor audit --export-map map.json".to_owned()),
            ))
        }
        None if overdispersed => Some((
            format!(
                "Recalibrate: a map fitted on other queries brings NMSE of readable replies {}, without a change of the prompt.",
                brings?
            ),
            Some("assessor audit --export-map map.json".to_owned()),
        )),
        Some(Remedy::Demos) => {
            // Replies that are at most one rating off are good enough to be shown.
            let one_off = 100.0 / f64::from(facts.scale.range()).powi(2);
            let next = if found.says_one_thing() { " If that changes nothing, change the model." } else { "" };
            Some((
                format!(
                    "Change the prompt: {}, whatever the item, and no map can mend that. Show the judge rated examples from all over the scale, or tell it what sets the ratings apart.{next}",
                    found.whereabouts()?
                ),
                // Only a judge of ours has a prompt that can be searched.
                facts.judge.hash.as_ref().map(|_| format!("assessor optimize bootstrap --threshold {one_off}")),
            ))
        }
        Some(Remedy::Model) => Some((
            format!(
                "Try another model: {}, and nothing in them tells items apart. No map can mend that.",
                found.whereabouts()?
            ),
            None,
        )),
        None => None,
    }
}
