//! How many labels would answer the question, and what the ratings of the bulk are worth, in words.

use super::figures::{Unit, count, plural, with_interval};
use crate::audit::{Bulk, Planning};

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
        .map(|s| format!("{} = {} (+{} to {})", s.column, s.value, count(s.more), count(s.now)))
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
                "the judge gives {} to {} of the rated items and to {} of the bulk",
                unlike.rating,
                Unit::Share.write(unlike.seed),
                Unit::Share.write(unlike.bulk)
            ),
        ));
    }
    facts
}
