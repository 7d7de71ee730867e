//! Findings in a line or a few, the same in every face.

use super::figures::{Unit, count, plural, with_interval};
use super::measures::flag;
use super::plain::plain;
use crate::audit::{Bulk, Caveat, GateResult, Humans, JudgeAudit, Planning, Replaceable, Replacement, Spread, Weight};

/// Slices named.
const FEW: usize = 5;

/// What the goals need, a sentence each.
pub(super) fn planned(planning: &Planning) -> Vec<String> {
    let goals = planning.goals;
    let needs = |items: u64| {
        let more = items.saturating_sub(planning.now);
        if more == 0 {
            format!("the {} of now are enough ({} needed)", count(planning.now), count(items))
        } else {
            format!("{} labelled items, {} more than now", count(items), count(more))
        }
    };
    let mut said = Vec::new();
    if let Some(items) = planning.for_half_width {
        said.push(format!("To know NMSE to ±{} points: {}.", goals.half_width, needs(items)));
    }
    if let Some(items) = planning.for_difference {
        said.push(format!("To find a difference of {} points between two judges: {}.", goals.detect, needs(items)));
    }
    if let Some(points) = planning.detectable {
        let now = plural(planning.now, "item", "items");
        said.push(format!("The {now} of now would find a difference of {} points.", Unit::Nmse.write(points)));
    }
    let slices: Vec<String> = planning
        .slices
        .iter()
        .take(FEW)
        .map(|s| format!("{} = {} (+{} to {})", plain(&s.column), plain(&s.value), count(s.more), count(s.now)))
        .collect();
    if !slices.is_empty() {
        let rest = planning.slices.len() - slices.len();
        let rest = if rest == 0 { String::new() } else { format!(" and {rest} more") };
        said.push(format!("Most lacking for ±{} points in each slice: {}{rest}.", goals.half_width, slices.join(", ")));
    }
    said
}

/// The bulk, as name and value.
pub(super) fn bulk_facts(bulk: &Bulk) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        (
            "Items",
            format!(
                "{} judged and rated by nobody, {} of them malformed; {} rated by both",
                count(bulk.n),
                count(bulk.malformed),
                count(bulk.seed)
            ),
        ),
        ("Mean of the judge", format!("{}; an estimate of nothing but itself", Unit::Points.value(&bulk.raw_mean))),
        ("Corrected", format!("{}, prediction-powered", with_interval(Unit::Points, &bulk.ppi))),
        (
            "Corrected by rating",
            format!(
                "{}, by what people mean at each rating of the judge",
                with_interval(Unit::Points, &bulk.poststratified)
            ),
        ),
    ];
    if let Some(lambda) = bulk.lambda {
        let aside = if bulk.judge_set_aside { "; it tells so little that it was set aside" } else { "" };
        facts.push(("Weight of the judge", format!("{lambda:.2} of 1{aside}")));
    }
    if let Some(gain) = bulk.gain {
        facts.push(("Worth", format!("each human rating counts as up to {gain:.1}")));
    }
    if let Some(unlike) = &bulk.unlike {
        facts.push((
            "Not alike",
            format!(
                "the judge gives {} {} of the rated items and {} of the bulk",
                unlike.what(),
                Unit::Share.write(unlike.seed),
                Unit::Share.write(unlike.bulk)
            ),
        ));
    }
    facts
}

/// The bulk in a sentence.
pub(super) fn bulk_line(bulk: &Bulk) -> String {
    format!(
        "The {} that nobody rated have a mean of {} by the judge; corrected by people it is {}.",
        plural(bulk.n, "item", "items"),
        Unit::Points.value(&bulk.raw_mean),
        with_interval(Unit::Points, &bulk.poststratified)
    )
}

/// Planning in a sentence: what is asked for most, and the slice that lacks most.
pub(super) fn planning_line(planning: &Planning) -> Option<String> {
    let items = planning.for_half_width?;
    let more = items.saturating_sub(planning.now);
    let needed = if more == 0 {
        format!("the {} of now are enough", plural(planning.now, "labelled item", "labelled items"))
    } else {
        format!("{} needed, {} more than now", plural(items, "labelled item", "labelled items"), count(more))
    };
    let lacking = planning.slices.first().map_or(String::new(), |s| {
        format!("; among slices most lack {} = {} (+{})", plain(&s.column), plain(&s.value), count(s.more))
    });
    Some(format!("For NMSE to ±{} points: {needed}{lacking}.", planning.goals.half_width))
}

/// The use of the scale in a sentence.
pub(super) fn scale_line(spread: &Spread) -> Option<String> {
    let slope = with_interval(Unit::Coefficient, &spread.calibration_slope);
    spread.calibration_slope.value()?;
    let names: Vec<&str> = spread.flags.iter().map(|f| flag(*f).0).collect();
    let found = if names.is_empty() { "Nothing stands out".to_owned() } else { names.join(", ") };
    let mapped = spread.nmse_mapped.value().filter(|_| !names.is_empty()).map_or(String::new(), |nmse| {
        format!("; a map fitted on other queries brings NMSE of readable replies to {}", Unit::Nmse.write(nmse))
    });
    Some(format!("{found}: calibration slope {slope}, 1 is calibrated{mapped}."))
}

/// Annotators named in a line.
const NAMED: usize = 6;

/// The annotators in a sentence; `None` for one.
pub(super) fn people_line(humans: &Humans) -> Option<String> {
    if humans.panel.is_empty() {
        return None;
    }
    let named = humans.panel.iter().take(NAMED);
    let severity: Vec<String> =
        named.map(|a| format!("{} {}", plain(&a.name), Unit::Signed.value(&a.severity))).collect();
    let rest = humans.panel.len().saturating_sub(NAMED);
    let rest = if rest == 0 { String::new() } else { format!(" and {rest} more") };
    let apart = if humans.far_apart == 0 {
        String::new()
    } else {
        format!("; two or more points apart on {}", plural(humans.far_apart, "item", "items"))
    };
    Some(format!(
        "Severity in points: {}{rest}; ordinal alpha {}{apart}.",
        severity.join(", "),
        Unit::Coefficient.value(&humans.alpha_ordinal)
    ))
}

/// The answer of the alternative annotator test.
pub(super) fn answer(verdict: Replaceable) -> &'static str {
    match verdict {
        Replaceable::Passes => "By this test, yes.",
        Replaceable::Fails => "By this test, no.",
        Replaceable::Uninformative => "The test says nothing on these ratings.",
        Replaceable::TooFewItems => "Not tested: too few items.",
    }
}

/// What it rests on.
pub(super) fn why(test: &Replacement) -> String {
    match test.verdict {
        Replaceable::Passes => "It stands in for each person in turn about as well as that person, and no judge that understands nothing does. That is agreement with these people, not truth.".into(),
        Replaceable::Fails => "It does not stand in for enough of the people as well as they do themselves.".into(),
        Replaceable::Uninformative => format!(
            "Judges that understand nothing pass it as well: {}. Whatever it says of this judge is no evidence.",
            test.passed_by.join(", ")
        ),
        Replaceable::TooFewItems => "Each person needs enough items that others rated, too.".into(),
    }
}

/// How a gate ended: a mark and a word.
pub(super) fn ended(gate: &GateResult) -> (&'static str, &'static str) {
    match (gate.met, gate.passed_by.is_empty()) {
        (true, true) => ("✓", "met"),
        (true, false) => ("?", "met, uninformative"),
        (false, _) => ("✕", "missed"),
    }
}

/// How many gates were met.
pub(super) fn gates_met(gates: &[GateResult]) -> String {
    format!("{} of {} met", gates.iter().filter(|g| g.met).count(), gates.len())
}

/// Caveats that change what a number means, and the others.
pub(super) fn weighed(judge: &JudgeAudit) -> (Vec<&Caveat>, Vec<&Caveat>) {
    judge.caveats.iter().partition(|c| c.weight == Weight::Warning)
}
