//! Several judges in a table, and people without a judge.

use super::tone;
use crate::audit::{Audit, Humans, Leaderboard};
use crate::report::brief::gates_met;
use crate::report::figures::{Unit, count, plural};
use crate::report::measures::{among_people, places, scaling};
use crate::report::plain::{cut, plain};
use crate::report::style::{INDENT, TerminalOptions, Tone};

/// Pairs of annotators shown.
const PAIRS: usize = 15;

pub(super) fn judges(audit: &Audit, options: TerminalOptions, out: &mut String) {
    out.push_str(&options.paint(&format!("{} judges, the same people", audit.judges.len()), Tone::Strong));
    out.push('\n');
    out.push_str(&options.hanging(INDENT, &scaling(audit.scale)));
    if let Some(board) = &audit.leaderboard {
        out.push_str(&table(audit, board, options));
        out.push_str(&options.hanging(INDENT, &told_apart(board)));
    }
    let gated = audit.judges.iter().filter(|j| !j.gates.is_empty());
    for judge in gated {
        let met = judge.gates.iter().all(|g| g.met);
        let text = format!("gates {}: {}", gates_met(&judge.gates), plain(&judge.name));
        let text = cut(&text, options.columns() - 4).into_owned();
        let (mark, tone) = if met { ("✓", Tone::Good) } else { ("✕", Tone::Bad) };
        out.push_str(&format!("{INDENT}{}\n", options.paint(&format!("{mark} {text}"), tone)));
    }
    out.push_str(&options.hanging(INDENT, "Each judge by itself is in the report; audit one alone to have it here."));
}

fn table(audit: &Audit, board: &Leaderboard, options: TerminalOptions) -> String {
    let mut table =
        options.table(&["place", "judge", "NMSE", "95 % interval", "malformed", "bias", "kappa (sq.)", "finding"]);
    for placed in &board.places {
        let judge = &audit.judges[placed.judge];
        let panel = &judge.panel;
        table.add_row([
            options.cell(&places(placed), None),
            options.cell(&cut(&plain(&placed.name), 24), Some(Tone::Strong)),
            options.cell(&Unit::Nmse.value(&placed.nmse), Some(tone(judge.standing))),
            options.cell(&Unit::Nmse.interval(&placed.nmse), None),
            options.cell(&Unit::Share.value(&panel.malformed.rate), None),
            options.cell(&Unit::Signed.value(&panel.bias), None),
            options.cell(&Unit::Coefficient.value(&panel.coefficients.kappa_quadratic), None),
            options.cell(judge.diagnosis().name(), None),
        ]);
    }
    options.set(table, &[0, 2, 3, 4, 5, 6])
}

/// What the tests between judges leave open.
fn told_apart(board: &Leaderboard) -> String {
    let what = if board.all_pairs { "every two were" } else { "each one was" };
    let against = if board.all_pairs { "" } else { " against the first" };
    format!(
        "A place is a range: judges that share one are not told apart here; {what} compared{against}, paired, p adjusted for {} (Holm).",
        plural(board.pairs.len() as u64, "test", "tests")
    )
}

pub(super) fn people(audit: &Audit, options: TerminalOptions, out: &mut String) {
    out.push_str(&options.paint("People among themselves", Tone::Strong));
    out.push('\n');
    for (name, value) in among_people(audit) {
        out.push_str(&options.hanging(&format!("{INDENT}{name:<10}"), &plain(&value)));
    }
    let humans = &audit.humans;
    if humans.panel.is_empty() {
        return;
    }
    out.push_str(&options.title("How much they agree"));
    let value = |figure| Unit::Coefficient.value(figure);
    out.push_str(&options.hanging(
        INDENT,
        &format!(
            "Krippendorff’s alpha: ordinal {}, nominal {}, interval {}; Gwet’s AC2 {}.",
            value(&humans.alpha_ordinal),
            value(&humans.alpha_nominal),
            value(&humans.alpha_interval),
            value(&humans.ac2)
        ),
    ));
    if humans.far_apart > 0 {
        let items = plural(humans.far_apart, "item", "items");
        out.push_str(
            &options.hanging(INDENT, &format!("On {items} they are two or more points apart: ask a third person.")),
        );
    }
    out.push_str(&options.title("One by one"));
    out.push_str(&annotators(humans, options));
    if !humans.pairs.is_empty() {
        out.push_str(&options.title("Every two of them"));
        out.push_str(&pairs(humans, options));
    }
}

fn annotators(humans: &Humans, options: TerminalOptions) -> String {
    let mut table = options.table(&["annotator", "ratings", "severity", "noise", "NMSE to others", "alpha without"]);
    for annotator in &humans.panel {
        table.add_row([
            options.cell(&cut(&plain(&annotator.name), 24), Some(Tone::Strong)),
            options.cell(&count(annotator.ratings), None),
            options.cell(&Unit::Signed.value(&annotator.severity), None),
            options.cell(&Unit::Points.value(&annotator.noise), None),
            options.cell(&Unit::Nmse.value(&annotator.nmse_of_others), None),
            options.cell(&Unit::Coefficient.value(&annotator.alpha_without), None),
        ]);
    }
    options.set(table, &[1, 2, 3, 4, 5])
}

fn pairs(humans: &Humans, options: TerminalOptions) -> String {
    let mut table = options.table(&["one", "other", "items", "kappa (sq.)"]);
    for pair in humans.pairs.iter().take(PAIRS) {
        table.add_row([
            options.cell(&cut(&plain(&pair.names.0), 24), None),
            options.cell(&cut(&plain(&pair.names.1), 24), None),
            options.cell(&count(pair.n), None),
            options.cell(&Unit::Coefficient.value(&pair.kappa_quadratic), None),
        ]);
    }
    let rest = humans.pairs.len().saturating_sub(PAIRS);
    let rest =
        if rest == 0 { String::new() } else { options.hanging(INDENT, &format!("and {rest} more, in the report")) };
    options.set(table, &[2, 3]) + &rest
}
