//! The audit in a terminal: the verdict first, then what it is compared with, then what stands behind it.
//!
//! `tables` has the tables of one judge, `others` several judges and people alone.

mod others;
mod tables;

use super::brief::{answer, bulk_line, ended, gates_met, people_line, planning_line, scale_line, weighed, why};
use super::figures::plural;
use super::junit::observed;
use super::measures::{cost, ranking, row_counts, scaling, simulated, verdict, worst};
use super::plain::{cut, plain};
use super::style::{INDENT, TerminalOptions, Tone};
use crate::audit::{Audit, JudgeAudit, Slice, Standing};
use tables::{confusion, numbers, slices, yardsticks};

/// Slices shown; the rest is in the other formats.
const FEW: usize = 5;

/// Renders `audit`, every line within the terminal's width. Details only of a single judge: those of several are in the
/// page.
pub fn terminal(audit: &Audit, options: &TerminalOptions) -> String {
    let mut out = String::new();
    match audit.judges.as_slice() {
        [] => others::people(audit, *options, &mut out),
        [judge] => one(audit, judge, *options, &mut out),
        _ => others::judges(audit, *options, &mut out),
    }
    options.finish(out)
}

fn one(audit: &Audit, judge: &JudgeAudit, options: TerminalOptions, out: &mut String) {
    head(judge, options, out);
    gates(judge, options, out);

    let panel = &judge.panel;
    out.push_str(&options.title("Compared with what"));
    out.push_str(&options.hanging(INDENT, &scaling(audit.scale)));
    out.push_str(&yardsticks(panel, options));

    out.push_str(&options.title(&format!(
        "The numbers, over {} of {}",
        plural(panel.n, "item", "items"),
        plural(panel.queries, "query", "queries")
    )));
    out.push_str(&numbers(panel, options));
    for (name, value) in row_counts(panel) {
        out.push_str(&options.hanging(&format!("{INDENT}{name}: "), &value));
    }

    out.push_str(&options.title("How the judge uses the scale (rows: people, columns: judge)"));
    out.push_str(&confusion(audit.scale, panel, options));
    if let Some(line) = scale_line(&judge.spread) {
        out.push_str(&options.hanging(INDENT, &line));
    }

    among(audit, judge, options, out);
    let worst: Vec<&Slice> = worst(&judge.slices).into_iter().filter(|s| !s.small).take(FEW).collect();
    if !worst.is_empty() {
        out.push_str(&options.title("Where it fails (beside the rest, p adjusted)"));
        out.push_str(&slices(&worst, options));
    }
    if let Some(systems) = &judge.systems {
        out.push_str(&options.title("How systems rank, by people and by the judge"));
        for (name, value) in ranking(systems) {
            out.push_str(&options.hanging(&format!("{INDENT}{name:<14}"), &plain(&value)));
        }
    }
    known(judge, options, out);
    next(judge, options, out);
    out.push_str(&options.title("Cost"));
    for (name, value) in cost(&panel.cost) {
        out.push_str(&options.hanging(&format!("{INDENT}{name:<9}"), &value));
    }
}

fn head(judge: &JudgeAudit, options: TerminalOptions, out: &mut String) {
    let mut name = plain(&judge.name);
    if let Some(model) = judge.model.as_deref().filter(|m| !judge.name.contains(m)) {
        name = format!("{name} · {}", plain(model));
    }
    name.push_str(simulated(judge));
    out.push_str(&format!("{}\n", options.paint(&cut(&name, options.columns()), Tone::Dim)));
    out.push_str(&format!("{}\n", options.paint(&verdict(judge.standing), tone(judge.standing))));
    out.push_str(&options.hanging("", &plain(&judge.headline)));
}

fn tone(standing: Standing) -> Tone {
    match standing {
        Standing::AmongPeople | Standing::BetterThanConstant | Standing::BelowPeople => Tone::Good,
        Standing::NoBetterThanConstant | Standing::Unknown => Tone::Bad,
    }
}

fn gates(judge: &JudgeAudit, options: TerminalOptions, out: &mut String) {
    if judge.gates.is_empty() {
        return;
    }
    out.push_str(&options.title(&format!("Gates: {}", gates_met(&judge.gates))));
    for gate in &judge.gates {
        let (mark, word) = ended(gate);
        let passed_by = if gate.passed_by.is_empty() {
            String::new()
        } else {
            format!("; passed as well by {}", gate.passed_by.join(", "))
        };
        let text = format!("{word}: {}, {}{passed_by}", plain(&gate.gate.to_string()), plain(&observed(gate)));
        let tone = if gate.met { Tone::Good } else { Tone::Bad };
        let line = options.hanging(&format!("{INDENT}{mark} "), &text);
        line.lines().for_each(|line| out.push_str(&format!("{}\n", options.paint(line, tone))));
    }
}

/// The people, whether the judge may replace one of them, and what its ratings of the bulk are worth, a line each.
fn among(audit: &Audit, judge: &JudgeAudit, options: TerminalOptions, out: &mut String) {
    let mut lines = Vec::new();
    lines.extend(people_line(&audit.humans));
    lines.extend(
        judge.alt_test.as_ref().map(|test| format!("May it replace one? {} {}", answer(test.verdict), why(test))),
    );
    lines.extend(judge.bulk.as_ref().map(bulk_line));
    if lines.is_empty() {
        return;
    }
    out.push_str(&options.title("Among people"));
    lines.iter().for_each(|line| out.push_str(&options.hanging(INDENT, &plain(line))));
}

fn known(judge: &JudgeAudit, options: TerminalOptions, out: &mut String) {
    let (warnings, notes) = weighed(judge);
    if warnings.is_empty() && notes.is_empty() {
        return;
    }
    out.push_str(&options.title("Before you quote a number"));
    for caveat in warnings {
        out.push_str(&options.hanging("  · ", &plain(&caveat.text)));
    }
    if !notes.is_empty() {
        let count = plural(notes.len() as u64, "note", "notes");
        out.push_str(
            &options
                .hanging("  · ", &format!("{count} on what the numbers do not say: in the report and with --json.")),
        );
    }
}

fn next(judge: &JudgeAudit, options: TerminalOptions, out: &mut String) {
    let planned = planning_line(&judge.planning);
    if judge.advice.is_empty() && planned.is_none() {
        return;
    }
    out.push_str(&options.title("What to do next"));
    for (i, advice) in judge.advice.iter().enumerate() {
        out.push_str(&options.hanging(&format!("  {}. ", i + 1), &plain(&advice.why)));
        if let Some(command) = &advice.command {
            // Not wrapped: a command that is broken over lines cannot be copied.
            out.push_str(&format!("     {}\n", options.paint(&plain(command), Tone::Strong)));
        }
    }
    if let Some(planned) = planned {
        out.push_str(&options.hanging(INDENT, &plain(&planned)));
    }
}
