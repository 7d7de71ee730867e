//! Facts about the input that a reader cannot see in the numbers.

use super::{Facts, Mistake};
use crate::audit::people::TOLD_APART;
use crate::audit::{Epoch, JudgeInput};
use crate::domain::{Scale, is_simulation};
use std::collections::BTreeSet;

pub(super) fn caveats(facts: &Facts<'_>) -> Vec<(Mistake, String)> {
    let mut found = Vec::new();
    found.extend(simulated(facts));
    found.extend(facts.found.tuned_on.as_ref().map(|tuned| (Mistake::TunedOn, tuned.text("The judge"))));
    found.extend(not_run(facts));
    found.extend(queries(facts));
    found.extend(served(facts));
    found.extend(policies(facts.scale, facts.judge));
    found.extend(people_off_scale(facts));
    found.extend(crowd(facts));
    found
}

fn simulated(facts: &Facts<'_>) -> Option<(Mistake, String)> {
    facts.judge.model.as_deref().is_some_and(is_simulation).then(|| {
        (
            Mistake::Simulated,
            "The judge is a simulation, a program and no language model: its numbers say nothing about real models."
                .into(),
        )
    })
}

fn not_run(facts: &Facts<'_>) -> Option<(Mistake, String)> {
    let unanswered = facts.found.panel.not_run.count + facts.found.panel.missing;
    (unanswered > 0).then(|| {
        (
            Mistake::NotRun,
            format!(
                "{unanswered} of {} rated items have no answer of this judge; they are left out and not counted against it.",
                facts.humans.items
            ),
        )
    })
}

fn queries(facts: &Facts<'_>) -> Option<(Mistake, String)> {
    let queries = facts.found.panel.queries;
    if !facts.humans.grouped {
        let text = "The data name no queries, so rows count as independent and intervals may be too narrow; give `--items` or a `query_id` column.";
        return Some((Mistake::NoQueries, text.into()));
    }
    match queries {
        1 => Some((Mistake::FewQueries, "A single query: no interval can be given.".into())),
        2..30 => {
            Some((Mistake::FewQueries, format!("Only {queries} queries: intervals are wide and the tails uncertain.")))
        }
        _ => None,
    }
}

fn served(facts: &Facts<'_>) -> Option<(Mistake, String)> {
    let served: BTreeSet<&str> = facts.judge.answers.values().filter_map(|a| a.served.as_deref()).collect();
    if served.len() > 1 {
        let of = |epoch: &Epoch| {
            let nmse = epoch.nmse.value().map_or(String::new(), |nmse| format!(", NMSE {nmse:.1}"));
            format!("{} ({} rated items{nmse})", epoch.served, epoch.n)
        };
        let names = match facts.found.epochs.as_slice() {
            [] => served.into_iter().map(str::to_owned).collect::<Vec<_>>().join(", "),
            epochs => epochs.iter().map(of).collect::<Vec<_>>().join(", "),
        };
        return Some((
            Mistake::ServedModels,
            format!(
                "Several models answered: {names}. Their ratings are pooled here, and are not of one judge: name a model \
                 that cannot move, and begin anew with `--state DIR`."
            ),
        ));
    }
    let moved = facts.judge.earlier.iter().find(|(model, _)| !served.contains(model.as_str()));
    if let (Some((before, last)), Some(now)) = (moved, served.first()) {
        return Some((
            Mistake::ServedModels,
            format!(
                "The name moved: `{before}` answered until {last}, `{now}` answers here. The epoch of earlier audits has \
                 ended: what they say does not hold for this model."
            ),
        ));
    }
    let (asked, served) = (facts.judge.model_id.as_deref()?, *served.first()?);
    (asked != served).then(|| {
        (
            Mistake::OtherModel,
            format!(
                "`{asked}` was asked and `{served}` answered: a floating name can move to another model unnoticed."
            ),
        )
    })
}

/// What a policy that the user named did to a judge's rows.
pub(in crate::audit) fn policies(scale: Scale, judge: &JudgeInput) -> Vec<(Mistake, String)> {
    let mut found = Vec::new();
    if judge.off_scale > 0 {
        found.push((
            Mistake::OffScale,
            format!(
                "{} of the judge's ratings were off the scale {scale} and were dealt with by the policy that you named.",
                judge.off_scale
            ),
        ));
    }
    if judge.fractions > 0 {
        let real = judge.answers.values().any(|answer| answer.verdict.basis().is_some());
        let how = if real {
            "their nearest rating counts in every number, and the use of the scale is told from the real values"
        } else {
            "they were dealt with by the policy that you named"
        };
        found.push((Mistake::Fractions, format!("{} of the judge's ratings have a fraction: {how}.", judge.fractions)));
    }
    let clamped = judge.answers.values().filter(|answer| answer.verdict.clamped().next().is_some()).count();
    if clamped > 0 {
        found.push((
            Mistake::Clamped,
            format!(
                "{clamped} replies have a field off its scale that was moved to the nearest end, as the rubric says."
            ),
        ));
    }
    if judge.samples > 1 {
        found.push((
            Mistake::Samples,
            format!(
                "Each item was asked about {} times; its rating is the commonest one, and it is malformed when most of its replies are.",
                judge.samples
            ),
        ));
    }
    if judge.duplicates > 0 {
        found.push((
            Mistake::Duplicates,
            format!("{} repeated ids: the last rating of each was taken, as you asked.", judge.duplicates),
        ));
    }
    found
}

fn crowd(facts: &Facts<'_>) -> Option<(Mistake, String)> {
    let many = facts.humans.annotators.len();
    (many > TOLD_APART).then(|| {
        (
            Mistake::Crowd,
            format!("{many} annotators: more than {TOLD_APART} are not told apart, so nothing is said of each, and the judge is not put in anyone's place."),
        )
    })
}

fn people_off_scale(facts: &Facts<'_>) -> Option<(Mistake, String)> {
    let humans = facts.humans;
    (humans.off_scale > 0).then(|| {
        (
            Mistake::OffScalePeople,
            format!(
                "{} of the people's {} ratings were off the scale {} and were moved to its nearest end: is this their scale? `--scale` names another.",
                humans.off_scale, humans.ratings, facts.scale
            ),
        )
    })
}
