//! Likely mistakes of a reader (SPEC §3): each with its trigger.

use super::{Facts, Mistake};
use crate::audit::{Replaceable, Standing};
use crate::domain::Figure;

/// A rating with a larger share of one side makes kappa fall while plain agreement rises.
const SKEWED: f64 = 0.6;
/// Marginals further apart than this (total variation) make kappa and plain agreement tell different stories.
const MARGINALS: f64 = 0.2;
/// Krippendorff's own bar for tentative conclusions.
const TENTATIVE: f64 = 0.667;
/// Order over all items that flatters order within queries by more than this.
const POOLED: f64 = 0.1;
/// Fewer queries than this do not show how much they resemble themselves.
const FEW_QUERIES: u64 = 10;
/// Fewer items than this: tails of intervals are uncertain.
const FEW_ITEMS: u64 = 300;
/// A larger design effect makes intervals for independent rows too narrow.
const DESIGN: f64 = 1.2;

type Found = (Mistake, String);

pub(super) fn caveats(facts: &Facts<'_>) -> Vec<Found> {
    let panel = &facts.found.panel;
    if panel.n == 0 {
        return Vec::new();
    }
    let one: [fn(&Facts<'_>) -> Option<Found>; 17] = [
        one_number,
        malformed,
        no_skill,
        skewed,
        unused,
        pooled,
        people,
        looks,
        clustered,
        one_run,
        compression,
        systems,
        copies,
        gates,
        alt_test,
        chosen,
        stale_map,
    ];
    let mut found: Vec<Found> = one.iter().filter_map(|trigger| trigger(facts)).collect();
    found.extend(bulk(facts));
    found.extend(untested(facts));
    found
}

fn one_number(_: &Facts<'_>) -> Option<Found> {
    let text = "No single number says how good a judge is: quote NMSE with its malformed rate, its controls and the distance between people.";
    Some((Mistake::OneNumber, text.into()))
}

fn malformed(facts: &Facts<'_>) -> Option<Found> {
    let panel = &facts.found.panel;
    if panel.malformed.count == 0 {
        return None;
    }
    let rate = 100.0 * panel.malformed.count as f64 / panel.n as f64;
    let valid = panel
        .nmse_valid
        .value()
        .map_or(String::new(), |v| format!(" On the {} readable replies NMSE is {v:.1}.", panel.n_rated));
    Some((
        Mistake::Malformed,
        format!(
            "{rate:.1} % of the replies are malformed and count as fully wrong: they alone are {rate:.1} points of the NMSE.{valid}"
        ),
    ))
}

fn no_skill(facts: &Facts<'_>) -> Option<Found> {
    (facts.found.standing == Standing::NoBetterThanConstant).then(|| {
        (Mistake::NoSkill, "The judge is not shown to be better than a judge that always gives the same rating.".into())
    })
}

fn skewed(facts: &Facts<'_>) -> Option<Found> {
    let spread = &facts.found.spread;
    let (people, judge) = (spread.people.as_ref()?, spread.judge.as_ref()?);
    let ac2 = facts.found.panel.coefficients.ac2.value().map_or(String::new(), |v| format!(" (AC2 {v:.2})"));
    let read = format!("read plain agreement and Gwet's AC2{ac2} beside kappa, and give kappa no adjective.");
    if people.mode_share > SKEWED || judge.mode_share > SKEWED {
        let (who, side) = if people.mode_share >= judge.mode_share { ("people", people) } else { ("the judge", judge) };
        let share = 100.0 * side.mode_share;
        return Some((
            Mistake::SkewedLabels,
            format!(
                "{share:.0} % of the ratings of {who} are {}: on labels so skewed kappa falls while agreement rises; {read}",
                side.mode
            ),
        ));
    }
    let apart = spread.total_variation?;
    (apart > MARGINALS).then(|| {
        (Mistake::SkewedLabels, format!("Judge and people use the scale differently ({:.0} % of the ratings would have to move), which limits how high kappa can get; {read}", 100.0 * apart))
    })
}

fn unused(facts: &Facts<'_>) -> Option<Found> {
    let confusion = &facts.found.panel.confusion;
    let (people, judge) = (confusion.human_totals(), confusion.judge_totals());
    let unused: Vec<String> = facts
        .scale
        .ratings()
        .enumerate()
        .filter(|(i, _)| people[*i] + judge[*i] == 0)
        .map(|(_, r)| r.to_string())
        .collect();
    (!unused.is_empty()).then(|| {
        (Mistake::UnusedRatings, format!("Nobody gave {}: the weighted kappas here are over the whole scale; tools that infer the scale from the data will differ.", unused.join(", ")))
    })
}

fn pooled(facts: &Facts<'_>) -> Option<Found> {
    let panel = &facts.found.panel;
    let (all, within) = (panel.coefficients.somers_d.value()?, panel.somers_d_within_group.value()?);
    if all - within > POOLED {
        return Some((
            Mistake::PooledOrder,
            format!(
                "Order over all items (Somers' D {all:.2}) is not order within a query ({within:.2}), and a ranker only sees the latter."
            ),
        ));
    }
    let (people, judge) = (facts.found.spread.people.as_ref()?, facts.found.spread.judge.as_ref()?);
    (judge.levels_used < people.levels_used).then(|| {
        (
            Mistake::PooledOrder,
            format!(
                "The judge uses {} ratings and people {}: tau-b rewards a coarse scale, Somers' D does not.",
                judge.levels_used, people.levels_used
            ),
        )
    })
}

fn people(facts: &Facts<'_>) -> Option<Found> {
    if matches!(facts.humans.ceiling, Figure::Undefined(_)) {
        let text = "No item has two annotators, so nothing is known about how far people are from each other.";
        return Some((Mistake::People, text.into()));
    }
    let alpha = facts.humans.alpha_ordinal.value()?;
    (alpha < TENTATIVE).then(|| {
        (Mistake::People, format!("People agree little among themselves (ordinal alpha {alpha:.2}, below {TENTATIVE}): a judge close to their mean may only share their noise."))
    })
}

fn looks(facts: &Facts<'_>) -> Option<Found> {
    if facts.humans.contaminated && facts.humans.chosen_rows > 0 {
        let text = "Items that a prompt was tuned on are in, as you asked: every number here flatters.";
        return Some((Mistake::Looks, text.into()));
    }
    let looks = facts.humans.looks.filter(|looks| *looks > 1)?;
    Some((
        Mistake::Looks,
        format!(
            "{looks} judges were held against these same people so far: the best of many looks better than it is; keep a set of items that no choice has seen."
        ),
    ))
}

fn clustered(facts: &Facts<'_>) -> Option<Found> {
    let panel = &facts.found.panel;
    if let Some(design) = panel.design_effect_observed.value().filter(|d| *d > DESIGN && panel.queries >= FEW_QUERIES) {
        let effective = panel.n as f64 / design;
        return Some((
            Mistake::Clustered,
            format!(
                "Items of a query resemble each other (design effect {design:.1}): {} items say as much as {effective:.0} independent ones. The intervals here know it; those of most tools do not.",
                panel.n
            ),
        ));
    }
    (panel.n < FEW_ITEMS && panel.queries > 1).then(|| {
        (Mistake::Clustered, format!("Only {} items: intervals of most tools are too narrow at this size, and miss on the flattering side; those here are wider on purpose.", panel.n))
    })
}

fn one_run(facts: &Facts<'_>) -> Option<Found> {
    (facts.judge.samples <= 1 && facts.found.panel.repeats.items == 0).then(|| {
        (Mistake::OneRun, "One run: how much the judge would differ from itself is not known, at temperature 0 neither. Ask several times with `--samples`.".into())
    })
}

fn compression(facts: &Facts<'_>) -> Option<Found> {
    Some((Mistake::Compression, facts.found.on_scale().in_words()?))
}

fn systems(facts: &Facts<'_>) -> Option<Found> {
    let systems = facts.found.systems.as_ref()?;
    let few = if systems.few { format!("of only {} systems ", systems.systems) } else { String::new() };
    Some((
        Mistake::Systems,
        format!(
            "A correlation {few}does not make the judge an assessor: it says nothing about systems that were tuned on this judge, and it falls among the best ones."
        ),
    ))
}

fn copies(facts: &Facts<'_>) -> Option<Found> {
    let copy = facts.found.copies.as_ref()?;
    let share = 100.0 * copy.share;
    Some((
        Mistake::Copies,
        format!(
            "The judge gives the rating of the annotator `{}` on {share:.0} % of {} items: it repeats one person, and its closeness to people says nothing about new items.",
            copy.annotator, copy.n
        ),
    ))
}

fn gates(facts: &Facts<'_>) -> Option<Found> {
    let passed_by = &facts.found.gates_passed_by;
    (!passed_by.is_empty()).then(|| {
        (
            Mistake::Gates,
            format!("The gates are uninformative: all of them together are met as well by {}.", passed_by.join(", ")),
        )
    })
}

fn alt_test(facts: &Facts<'_>) -> Option<Found> {
    let found = facts.found.alt_test.as_ref()?;
    match found.verdict {
        Replaceable::Uninformative => Some((
            Mistake::AltTest,
            format!(
                "The alternative annotator test says nothing here: it is passed as well by {}.",
                found.passed_by.join(", ")
            ),
        )),
        Replaceable::Passes if found.annotators.len() < 3 => Some((
            Mistake::AltTest,
            format!(
                "The alternative annotator test is passed, with {} annotators where it should have three or more.",
                found.annotators.len()
            ),
        )),
        _ => None,
    }
}

fn chosen(facts: &Facts<'_>) -> Option<Found> {
    let chosen = facts.humans.chosen_rows;
    (chosen > 0).then(|| {
        (Mistake::ChosenRows, format!("{chosen} rated items were chosen for a purpose (column `purpose`) and not at random: a mean over them is no estimate for the others."))
    })
}

fn stale_map(facts: &Facts<'_>) -> Option<Found> {
    let stale = facts.found.spread.applied_map.as_ref()?.stale.clone()?;
    Some((Mistake::StaleMap, stale))
}

fn bulk(facts: &Facts<'_>) -> Vec<Found> {
    let Some(bulk) = &facts.found.bulk else { return Vec::new() };
    let mut found = Vec::new();
    if let (Some(raw), Some(corrected)) = (bulk.raw_mean.value(), bulk.poststratified.value()) {
        found.push((Mistake::BulkMean, format!("The mean of the judge's {} ratings is {raw:.2}; that is no estimate of what people would say, for which the corrected mean is {corrected:.2}.", bulk.n)));
    }
    if bulk.n < 50 * bulk.seed {
        found.push((Mistake::BulkSampling, format!("The bulk of {} items is a sample itself; the corrected means here count that, simple corrections do not.", bulk.n)));
    }
    if let Some(unlike) = &bulk.unlike {
        let what = unlike.what();
        found.push((Mistake::SeedUnlikeBulk, format!("The rated items are not like the bulk: the judge gives {what} {:.0} % of them and {:.0} % of the bulk. The corrected mean by rating of the judge allows for that; the other one does not.", 100.0 * unlike.seed, 100.0 * unlike.bulk)));
    }
    found
}

fn untested(_: &Facts<'_>) -> [Found; 2] {
    [
        (Mistake::PromptBias, "Not tested here: whether the order of the rubric, the names of its ratings or the place of the document move the rating. Run the judge on changed prompts and `assessor compare` the two.".into()),
        (Mistake::Gullibility, "Not tested here: whether padding, the query's words or \"this is relevant\" inside a document raise its rating. Run the judge on changed documents and `assessor compare` the two.".into()),
    ]
}
