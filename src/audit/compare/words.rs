//! A comparison in sentences: how far apart two judges are, and what the difference is made of.

use super::{Comparison, Contrasted, Outcome};
use crate::audit::ALPHA;
use crate::domain::written_p;

/// A part of the difference of NMSE that explains at least this share of it names the difference.
const MOST_OF_IT: f64 = 0.8;
/// NMSE points below which a change of agreement is called none.
const NEXT_TO_NOTHING: f64 = 0.05;

pub(super) fn of(comparison: &Comparison) -> Vec<String> {
    if comparison.n == 0 {
        return vec!["No rated item was answered by both.".into()];
    }
    let mut words = vec![headline(comparison)];
    words.extend(parse_rate(comparison));
    words.extend(agreement(comparison));
    words.extend(margin(comparison));
    words.extend(regressions(comparison));
    words
}

fn headline(comparison: &Comparison) -> String {
    let (old, new) = (&comparison.old.name, &comparison.new.name);
    let nmse = named(comparison, "nmse");
    let (Some(before), Some(after), Some(difference)) = (nmse.old.value(), nmse.new.value(), nmse.difference.value())
    else {
        return "NMSE is undefined.".into();
    };
    if comparison.outcome == Outcome::Identical {
        return format!("`{new}` gives the same rating as `{old}` on all {} items.", comparison.n);
    }
    let interval =
        nmse.difference.interval().map_or(String::new(), |i| format!(", 95 % {} to {}", signed(i.low), signed(i.high)));
    let p = nmse.p.map_or(String::new(), |p| format!(", p {}", written_p(p)));
    format!(
        "`{new}` {}: NMSE {before:.1} → {after:.1} ({}{interval}{p}).",
        comparison.outcome.name(),
        signed(difference)
    )
}

/// Says when a difference is one of format and not of judgement.
fn parse_rate(comparison: &Comparison) -> Option<String> {
    let made = &comparison.made_of;
    let total = named(comparison, "nmse").difference.value()?;
    let parse = made.became_readable.points + made.became_malformed.points;
    let moved = made.became_readable.n + made.became_malformed.n;
    if moved == 0 {
        return None;
    }
    let rate = |n: u64| 100.0 * n as f64 / comparison.n as f64;
    let replies = format!(
        "malformed replies went from {} to {} of {} ({:.1} % → {:.1} %)",
        comparison.old.malformed,
        comparison.new.malformed,
        comparison.n,
        rate(comparison.old.malformed),
        rate(comparison.new.malformed)
    );
    let which = if total < 0.0 { "gain" } else { "loss" };
    let share = parse / total;
    Some(if share >= MOST_OF_IT && total.abs() >= NEXT_TO_NOTHING {
        format!(
            "The {which} is parse rate, not judgement: {replies}, which is {} of the {} points.",
            signed(parse),
            signed(total)
        )
    } else if parse * total < 0.0 {
        format!("This is in spite of {} points of parse rate: {replies}.", signed(parse))
    } else {
        format!("Of this, {} points are parse rate: {replies}.", signed(parse))
    })
}

/// How agreement moved where both could be read, and on what each could read.
fn agreement(comparison: &Comparison) -> Option<String> {
    let both = named(comparison, "nmse_both_valid");
    let (before, after, moved) = (both.old.value()?, both.new.value()?, both.difference.value()?);
    let n = comparison.made_of.readable_both.n;
    if n == comparison.n {
        return None;
    }
    let verdict = match both.p {
        _ if moved.abs() < NEXT_TO_NOTHING => "did not move",
        Some(p) if p < ALPHA && moved < 0.0 => "got better",
        Some(p) if p < ALPHA => "got worse",
        _ => "did not move beyond chance",
    };
    let mut text = format!(
        "On the {n} items that both could rate, agreement {verdict}: NMSE {before:.1} → {after:.1} ({}).",
        signed(moved)
    );
    let own = named(comparison, "nmse_own_valid");
    if let (Some(before), Some(after)) = (own.old.value(), own.new.value())
        && comparison.made_of.became_readable.n + comparison.made_of.became_malformed.n > 0
    {
        let worse = if after > before + NEXT_TO_NOTHING { "worse, " } else { "" };
        text.push_str(&format!(
            " On all that each could read it is {before:.1} → {after:.1}: {worse}though not on the same items, for {} became readable and {} malformed.",
            comparison.made_of.became_readable.n, comparison.made_of.became_malformed.n
        ));
    }
    Some(text)
}

fn margin(comparison: &Comparison) -> Option<String> {
    let margin = comparison.margin.as_ref()?;
    if comparison.outcome == Outcome::Identical {
        return None;
    }
    let points = margin.points;
    let (Some(upper), Some(p)) = (margin.upper, margin.p_non_inferior) else {
        return Some(format!("The margin of {points} points cannot be tested here."));
    };
    let said = match (margin.equivalent, margin.non_inferior) {
        (true, _) => "equivalent",
        (false, true) => "not worse",
        (false, false) => "neither shown to be equivalent nor to be not worse",
    };
    let mut text = format!(
        "By the margin of {points} points it is {said}: the difference is at most {} (one-sided 95 %), p {}.",
        signed(upper),
        written_p(p)
    );
    if let Some(first) = margin.first {
        text.push_str(&format!(" These two were first compared by a margin of {first}: a margin that is changed after a look proves nothing."));
    }
    Some(text)
}

fn regressions(comparison: &Comparison) -> Option<String> {
    let worse: Vec<String> = comparison
        .slices
        .iter()
        .filter(|s| s.regressed)
        .map(|s| format!("{} = {} ({})", s.column, s.value, s.difference.value().map_or(String::new(), signed)))
        .collect();
    (!worse.is_empty()).then(|| format!("Worse in: {}.", worse.join(", ")))
}

fn named<'a>(comparison: &'a Comparison, metric: &str) -> &'a Contrasted {
    comparison.contrast(metric).expect("every comparison has these contrasts")
}

fn signed(value: f64) -> String {
    let text = format!("{value:+.1}");
    if text.trim_start_matches(['+', '-']).parse() == Ok(0.0) { "0.0".into() } else { text.replace('-', "−") }
}
