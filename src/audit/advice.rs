//! What to do next, most useful first.

use super::JudgeAudit;
use super::caveats::Facts;
use super::diagnosis::FORMAT_PROBLEM;
use super::disagreement::Direction;
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
        add(why, command);
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

impl JudgeAudit {
    /// A monotone map would help: the judge orders items, and the mapped ratings beat both the raw ones and a constant.
    pub(super) fn worth_recalibrating(&self) -> bool {
        let ordered = self.panel.coefficients.somers_d.interval().is_some_and(|i| i.low > 0.2);
        let constant = self.panel.controls.best_constant.as_ref().and_then(|c| c.nmse.value());
        let (Some(mapped), Some(now)) = (self.spread.nmse_mapped.value(), self.panel.nmse_valid.value()) else {
            return false;
        };
        ordered && mapped < 0.9 * now && constant.is_some_and(|constant| mapped < 0.9 * constant)
    }
}

/// What to do about the way the judge uses the scale.
fn scale(facts: &Facts<'_>) -> Option<(String, Option<&'static str>)> {
    let spread = &facts.found.spread;
    let has = |flag: ScaleFlag| spread.flags.contains(&flag);
    if has(ScaleFlag::Collapsed) {
        let judge = spread.judge.as_ref()?;
        let share = 100.0 * judge.mode_share;
        let why = format!(
            "Change the prompt or the model: {share:.0} % of the ratings are {}, whatever the item.",
            judge.mode
        );
        return Some((why, None));
    }
    let mapped = spread.nmse_mapped.value()?;
    let now = facts.found.panel.nmse_valid.value()?;
    let flagged = has(ScaleFlag::CompressedFixable) || has(ScaleFlag::Overdispersed);
    (flagged && facts.found.worth_recalibrating()).then(|| {
        let why = format!("Recalibrate: a map fitted on other queries brings NMSE of readable replies from {now:.1} to {mapped:.1}, without a change of the prompt.");
        (why, Some("assessor audit --export-map map.json"))
    })
}
