//! Two judges, paired, as one page: words first, then what the difference is made of, then the numbers.

use super::chart::Words;
use super::{SCRIPT, SCRIPT_HASH, STYLE};
use crate::audit::{Change, Comparison, Contrasted, Diff, Margin, Outcome, Shift, Side, SliceContrast};
use crate::domain::Rating;
use crate::report::comparison::{by_one, change, change_interval, good, named, shown};
use crate::report::figures::{Unit, count, p_value, plural, with_interval};
use crate::report::measures::scaling;
use crate::report::plain::plain;
use crate::report::plots;
use crate::report::svg::{self, Axis};
use askama::Template;

/// Changed items of each kind in the page.
const ITEMS: usize = 200;

/// Renders `comparison`.
pub fn comparison_html(comparison: &Comparison) -> String {
    let nmse = comparison.contrast("nmse");
    let page = Page {
        style: STYLE,
        script: SCRIPT,
        hash: SCRIPT_HASH,
        comparison,
        tone: tone(comparison.outcome),
        stamp: stamp(comparison.outcome),
        change: nmse.and_then(|c| c.difference.value()).map_or("–".to_owned(), signed_short),
        interval: nmse
            .and_then(|c| c.difference.interval())
            .map_or(String::new(), |i| format!("{} to {}", signed_short(i.low), signed_short(i.high))),
        scaling: scaling(comparison.scale),
        headline: Words::new(comparison.words.first().map_or("", String::as_str)),
        words: comparison.words.iter().skip(1).map(|sentence| Words::new(sentence)).collect(),
        over: format!(
            "{} of {}",
            plural(comparison.n, "item", "items"),
            plural(comparison.queries, "query", "queries")
        ),
        left_out: by_one(comparison),
        numbers: comparison.contrasts.iter().map(number).collect(),
        made_of: made_of(comparison),
        margin: comparison.margin.as_ref().map(margin),
        slices: shown(&comparison.slices).into_iter().map(slice).collect(),
        small: comparison.slices.iter().filter(|s| s.small && s.column != "gold").count(),
        items: [Change::NewlyBroken, Change::Fixed, Change::StillBroken].map(|kind| items(comparison, kind)),
        mcnemar: p_value(Some(comparison.mcnemar_p)),
        shift: shift(&comparison.shift),
        cost: cost(&comparison.old, &comparison.new),
        version: env!("CARGO_PKG_VERSION"),
    };
    page.render().expect("rendering into memory cannot fail")
}

#[derive(Template)]
#[template(path = "comparison.html")]
struct Page<'a> {
    style: &'static str,
    script: &'static str,
    hash: &'static str,
    comparison: &'a Comparison,
    tone: &'static str,
    stamp: String,
    change: String,
    interval: String,
    scaling: String,
    headline: Words,
    words: Vec<Words>,
    over: String,
    left_out: Option<String>,
    numbers: Vec<[String; 6]>,
    made_of: MadeOf,
    margin: Option<Vec<(&'static str, String)>>,
    slices: Vec<SliceRow>,
    small: usize,
    items: [Items<'a>; 3],
    mcnemar: String,
    shift: Vec<(&'static str, String)>,
    cost: Vec<[String; 3]>,
    version: &'static str,
}

struct MadeOf {
    bar: String,
    ticks: String,
    parts: Vec<Part>,
    sum: String,
}

struct Part {
    class: &'static str,
    name: &'static str,
    n: String,
    points: String,
}

pub(super) struct SliceRow {
    pub name: String,
    pub regressed: bool,
    pub cells: [String; 6],
}

struct Items<'a> {
    name: &'static str,
    all: String,
    rows: Vec<(&'a str, String, String, String)>,
    hidden: usize,
}

fn tone(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Worse => "bad",
        outcome if good(outcome) => "good",
        _ => "fair",
    }
}

fn stamp(outcome: Outcome) -> String {
    let mark = match tone(outcome) {
        "bad" => "✕",
        "good" => "✓",
        _ => "?",
    };
    format!("{mark} the new judge {}", outcome.name())
}

pub(super) fn signed_short(value: f64) -> String {
    let text = format!("{value:+.1}");
    if text.ends_with("0.0") && text.len() == 4 { "0.0".to_owned() } else { text.replace('-', "−") }
}

pub(super) fn number(contrast: &Contrasted) -> [String; 6] {
    let (name, unit) = named(contrast);
    [
        name.to_owned(),
        unit.value(&contrast.old),
        unit.value(&contrast.new),
        change(unit, contrast),
        change_interval(unit, contrast),
        p_value(contrast.p),
    ]
}

fn made_of(comparison: &Comparison) -> MadeOf {
    let made = &comparison.made_of;
    let parts = [
        ("readable", "malformed before, readable now", made.became_readable),
        ("broke", "readable before, malformed now", made.became_malformed),
        ("both", "readable under both: judgement", made.readable_both),
        ("neither", "malformed under both", made.malformed_both),
    ];
    let side = |sign: f64| parts.iter().map(|(_, _, p)| (sign * p.points).max(0.0)).sum::<f64>();
    let axis = Axis::around_zero(side(1.0).max(side(-1.0)));
    let bars: Vec<(&str, f64)> = parts.iter().map(|(class, _, part)| (*class, part.points)).collect();
    let nmse = comparison.contrast("nmse");
    MadeOf {
        bar: plots::signed(axis, &bars),
        ticks: svg::ticks(axis),
        sum: nmse.map_or(String::new(), |c| change(Unit::Nmse, c)),
        parts: parts
            .iter()
            .map(|(class, name, part)| Part {
                class,
                name,
                n: plural(part.n, "item", "items"),
                points: Unit::Signed.write(part.points),
            })
            .collect(),
    }
}

fn margin(margin: &Margin) -> Vec<(&'static str, String)> {
    let yes = |holds: bool, p: Option<f64>| format!("{}, p {}", if holds { "yes" } else { "not shown" }, p_value(p));
    let mut facts = vec![("Margin", format!("{} NMSE points", margin.points))];
    facts.extend(
        margin.first.map(|first| {
            ("First compared by", format!("{first} points: a margin changed after a look proves nothing"))
        }),
    );
    facts.push(("Not worse by the margin", yes(margin.non_inferior, margin.p_non_inferior)));
    facts.push(("Different by less than it", yes(margin.equivalent, margin.p_equivalent)));
    if let Some(upper) = margin.upper {
        facts.push(("At most worse by", format!("{}, one-sided 95 %", Unit::Signed.write(upper))));
    }
    if let Some((low, high)) = margin.interval {
        facts.push(("90 % interval", format!("{} to {}", Unit::Signed.write(low), Unit::Signed.write(high))));
    }
    facts
}

pub(super) fn slice(slice: &SliceContrast) -> SliceRow {
    SliceRow {
        name: plain(&format!("{} = {}", slice.column, slice.value)),
        regressed: slice.regressed,
        cells: [
            count(slice.n),
            Unit::Nmse.value(&slice.old),
            Unit::Nmse.value(&slice.new),
            with_interval(Unit::Signed, &slice.difference),
            p_value(slice.p_adjusted),
            slice.detectable.map_or("–".to_owned(), |d| Unit::Nmse.write(d)),
        ],
    }
}

fn items(comparison: &Comparison, kind: Change) -> Items<'_> {
    let of_kind = || comparison.changes.iter().filter(move |d| d.change == kind);
    let rating = |r: Option<Rating>| r.map_or("malformed".to_owned(), |r| r.to_string());
    let row = |d: &'_ Diff| (d.gold.to_string(), rating(d.before), rating(d.after));
    let all = of_kind().count();
    Items {
        name: match kind {
            Change::NewlyBroken => "newly broken",
            Change::Fixed => "fixed",
            Change::StillBroken => "still broken",
        },
        all: count(all as u64),
        rows: of_kind()
            .take(ITEMS)
            .map(|d| {
                let (gold, before, after) = row(d);
                (d.id.as_str(), gold, before, after)
            })
            .collect(),
        hidden: all.saturating_sub(ITEMS),
    }
}

fn shift(shift: &Shift) -> Vec<(&'static str, String)> {
    vec![
        ("Mean shift", format!("{}, p {}", with_interval(Unit::Signed, &shift.mean), p_value(shift.p))),
        ("Changed at all", with_interval(Unit::Share, &shift.flips)),
        ("Largest", plural(u64::from(shift.largest), "point", "points")),
        ("Over", plural(shift.n, "item that both could rate", "items that both could rate")),
    ]
}

/// What, of the old, of the new judge.
fn cost(old: &Side, new: &Side) -> Vec<[String; 3]> {
    let both = |name: &str, of: &dyn Fn(&Side) -> String| [name.to_owned(), of(old), of(new)];
    let ms = |ms: Option<u64>| ms.map_or("not known".to_owned(), |ms| format!("{} ms", count(ms)));
    vec![
        both("Model", &|s| s.model.clone().unwrap_or_else(|| "not known".into())),
        both("Judge hash", &|s| s.hash.clone().unwrap_or_else(|| "not known".into())),
        both("Malformed", &|s| count(s.malformed)),
        both("Dollars per 1,000", &|s| Unit::Usd.value(&s.cost.usd_per_1000)),
        both("Tokens in", &|s| count(s.cost.tokens.input)),
        both("Tokens out", &|s| count(s.cost.tokens.output)),
        both("Median latency", &|s| ms(s.cost.latency_ms_median)),
        both("95th percentile", &|s| ms(s.cost.latency_ms_p95)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_that_rounds_to_nothing_has_no_sign() {
        assert_eq!([-29.6, 0.04, -0.04, 10.0, -20.0].map(signed_short), ["−29.6", "0.0", "0.0", "+10.0", "−20.0"]);
    }
}
