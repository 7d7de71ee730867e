//! Two judges, paired: in the terminal and as a comment on a pull request.

use super::disagreements::changes;
use super::figures::{Unit, count, p_value, plural};
use super::markdown::{code, code_cell, prose};
use super::plain::{cut, plain};
use super::style::{INDENT, TerminalOptions, Tone};
use crate::audit::{Comparison, Contrasted, Outcome, SliceContrast};

/// Slices shown.
const FEW: usize = 8;

/// Renders `comparison`; at most `most` changed items of each kind.
pub fn comparison_terminal(comparison: &Comparison, most: usize, options: &TerminalOptions) -> String {
    let mut out = String::new();
    let names = format!("{} → {}", plain(&comparison.old.name), plain(&comparison.new.name));
    out.push_str(&format!("{}\n", options.paint(&cut(&names, options.columns()), Tone::Dim)));
    let mut words = comparison.words.iter();
    if let Some(first) = words.next() {
        let tone = if good(comparison.outcome) { Tone::Good } else { Tone::Bad };
        options
            .hanging("", &plain(first))
            .lines()
            .for_each(|line| out.push_str(&format!("{}\n", options.paint(line, tone))));
    }
    words.for_each(|sentence| out.push_str(&options.hanging("", &plain(sentence))));
    comparison.caveats.iter().for_each(|caveat| out.push_str(&options.hanging("  · ", &plain(&caveat.text))));
    out.push_str(&options.title(&format!(
        "The numbers, paired over {} of {}",
        plural(comparison.n, "item", "items"),
        plural(comparison.queries, "query", "queries")
    )));
    out.push_str(&numbers(comparison, *options));
    if let Some(left) = by_one(comparison) {
        out.push_str(&options.hanging(INDENT, &format!("{left} answered by only one of the two and left out.")));
    }
    let slices = shown(&comparison.slices);
    if !slices.is_empty() {
        out.push_str(&options.title("By slice (p adjusted for their number)"));
        out.push_str(&slices_table(&slices, *options));
    }
    out.push_str(&options.title("Items"));
    out.push_str(&changes(&comparison.changes, most, options));
    out.push_str(&options.title("Cost"));
    for (name, side) in [("old", &comparison.old), ("new", &comparison.new)] {
        let latency = side.cost.latency_ms_median.map_or(String::new(), |ms| format!(", {ms} ms median"));
        let text = match side.cost.usd_per_1000.value() {
            Some(usd) => format!("{} per 1,000 answers{latency}", Unit::Usd.write(usd)),
            None => format!("{}{latency}", Unit::Usd.value(&side.cost.usd_per_1000)),
        };
        out.push_str(&options.hanging(&format!("{INDENT}{name:<6}"), &text));
    }
    options.finish(out)
}

/// Outcomes that nobody has to worry about.
pub(super) fn good(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Better | Outcome::Equivalent | Outcome::NonInferior | Outcome::Identical)
}

/// What a contrast is called, and its unit.
pub(super) fn named(contrast: &Contrasted) -> (&'static str, Unit) {
    match contrast.metric {
        "nmse" => ("NMSE", Unit::Nmse),
        "malformed" => ("Malformed", Unit::Share),
        "nmse_both_valid" => ("NMSE, both readable", Unit::Nmse),
        "nmse_own_valid" => ("NMSE, each readable", Unit::Nmse),
        "bias_both_valid" => ("Bias, both readable", Unit::Signed),
        "mae" => ("Mean error", Unit::Points),
        "exact" => ("Exact", Unit::Share),
        _ => ("Within one", Unit::Share),
    }
}

/// A difference: signed; of shares in points of a hundred, because a percentage of a percentage would be read otherwise.
pub(super) fn change(unit: Unit, contrast: &Contrasted) -> String {
    contrast.difference.value().map_or("–".to_owned(), |value| apart(unit).write(value))
}

/// The interval of a difference.
pub(super) fn change_interval(unit: Unit, contrast: &Contrasted) -> String {
    apart(unit).interval(&contrast.difference)
}

/// The unit of a difference of two numbers of `unit`.
fn apart(unit: Unit) -> Unit {
    if unit == Unit::Share { Unit::SharePoints } else { Unit::Signed }
}

fn numbers(comparison: &Comparison, options: TerminalOptions) -> String {
    let mut table = options.table(&["", "old", "new", "change", "95 % interval", "p"]);
    for contrast in &comparison.contrasts {
        let (name, unit) = named(contrast);
        table.add_row([
            options.cell(name, Some(Tone::Strong)),
            options.cell(&unit.value(&contrast.old), None),
            options.cell(&unit.value(&contrast.new), None),
            options.cell(&change(unit, contrast), None),
            options.cell(&change_interval(unit, contrast), None),
            options.cell(&p_value(contrast.p), Some(Tone::Dim)),
        ]);
    }
    options.set(table, &[1, 2, 3, 4, 5])
}

/// Slices of the data, those that regressed first, then by difference; small ones not.
pub(super) fn shown(slices: &[SliceContrast]) -> Vec<&SliceContrast> {
    let mut shown: Vec<&SliceContrast> = slices.iter().filter(|s| !s.small && s.column != "gold").collect();
    let value = |s: &SliceContrast| s.difference.value().unwrap_or(f64::NEG_INFINITY);
    shown.sort_by(|a, b| b.regressed.cmp(&a.regressed).then(value(b).total_cmp(&value(a))));
    shown.truncate(FEW);
    shown
}

fn slices_table(slices: &[&SliceContrast], options: TerminalOptions) -> String {
    let mut table = options.table(&["slice", "items", "old", "new", "change", "p", "detectable"]);
    for slice in slices {
        let name = format!("{} = {}", plain(&slice.column), plain(&slice.value));
        let tone = if slice.regressed { Some(Tone::Bad) } else { None };
        table.add_row([
            options.cell(&cut(&name, 28), Some(Tone::Strong)),
            options.cell(&count(slice.n), None),
            options.cell(&Unit::Nmse.value(&slice.old), None),
            options.cell(&Unit::Nmse.value(&slice.new), None),
            options.cell(&Unit::Signed.value(&slice.difference), tone),
            options.cell(&p_value(slice.p_adjusted), tone),
            options.cell(&slice.detectable.map_or("–".into(), |d| Unit::Nmse.write(d)), Some(Tone::Dim)),
        ]);
    }
    options.set(table, &[1, 2, 3, 4, 5, 6])
}

/// `3 rated items were`: those that only one of the two answered.
pub(in crate::report) fn by_one(comparison: &Comparison) -> Option<String> {
    let left = comparison.answered_by_one;
    (left > 0).then(|| plural(left, "rated item was", "rated items were"))
}

/// Renders `comparison` as a comment on a pull request (GitHub flavour).
pub fn comparison_markdown(comparison: &Comparison) -> String {
    let mut out = format!("## Judges {} → {}\n\n", code(&comparison.old.name), code(&comparison.new.name));
    for (i, sentence) in comparison.words.iter().enumerate() {
        let sentence = prose(sentence);
        out.push_str(&if i == 0 { format!("**{sentence}**\n\n") } else { format!("{sentence}\n\n") });
    }
    comparison.caveats.iter().for_each(|caveat| out.push_str(&format!("- {}\n", prose(&caveat.text))));
    out.push_str("\n| Number | Old | New | Change | 95 % interval | p |\n|---|--:|--:|--:|--:|--:|\n");
    for contrast in &comparison.contrasts {
        let (name, unit) = named(contrast);
        out.push_str(&format!(
            "| {name} | {} | {} | {} | {} | {} |\n",
            unit.value(&contrast.old),
            unit.value(&contrast.new),
            change(unit, contrast),
            change_interval(unit, contrast),
            p_value(contrast.p)
        ));
    }
    out.push_str(&format!(
        "\nPaired over {} of {}{}.\n\n",
        plural(comparison.n, "item", "items"),
        plural(comparison.queries, "query", "queries"),
        by_one(comparison)
            .map_or(String::new(), |left| format!("; {left} answered by only one of the two and left out"))
    ));
    let slices = shown(&comparison.slices);
    if !slices.is_empty() {
        out.push_str("| Slice | Items | Old | New | Change | p, adjusted |\n|---|--:|--:|--:|--:|--:|\n");
    }
    for slice in slices {
        out.push_str(&format!(
            "| {} | {} | {} | {} | {} | {} |\n",
            code_cell(&format!("{} = {}", slice.column, slice.value)),
            count(slice.n),
            Unit::Nmse.value(&slice.old),
            Unit::Nmse.value(&slice.new),
            Unit::Signed.value(&slice.difference),
            p_value(slice.p_adjusted)
        ));
    }
    out
}
