//! The audit as a comment on a pull request (GitHub flavour): the verdict and the gates first, the rest folded.
//!
//! `escape` neutralises what people and models wrote; `others` has several judges and people alone.

mod escape;
mod others;

pub(super) use escape::{code, code_cell, prose};

use super::brief::{answer, bulk_line, ended, gates_met, people_line, planning_line, scale_line, weighed, why};
use super::figures::{Unit, count, p_value, plural};
use super::junit::observed;
use super::measures::{controls, cost, people, ranking, row_counts, scaling, verdict, worst};
use super::panels;
use crate::audit::{Audit, Direction, Disagreement, DisagreementGroup, JudgeAudit, Panel, Slice};
use crate::domain::Scale;

/// Rows of each table and disagreements shown; a comment is read, not searched.
const FEW: usize = 5;

/// Renders `audit`. Details only of a single judge: those of several are in the page.
pub fn markdown(audit: &Audit) -> String {
    match audit.judges.as_slice() {
        [] => others::people(audit),
        [judge] => one(audit, judge),
        _ => others::judges(audit),
    }
}

/// A list of names and values, and a blank line; nothing for no facts.
fn facts(facts: Vec<(&'static str, String)>) -> String {
    let lines: String = facts.iter().map(|(name, value)| format!("- {name}: {}\n", prose(value))).collect();
    if lines.is_empty() { lines } else { lines + "\n" }
}

fn one(audit: &Audit, judge: &JudgeAudit) -> String {
    let panel = &judge.panel;
    let mut out =
        format!("## Judge {}\n\n**{}** {}\n\n", code(&judge.name), verdict(judge.standing), prose(&judge.headline));
    out.push_str(&gates(judge));
    if let Some(first) = judge.advice.first() {
        out.push_str(&format!("**Do this first.** {}\n\n", prose(&first.why)));
    }
    out.push_str(&format!("{}\n\n{}\n", scaling(audit.scale), yardsticks(panel)));
    out.push_str(&format!(
        "<details><summary>All numbers, over {} of {}</summary>\n\n{}{}{}\n</details>\n\n",
        plural(panel.n, "item", "items"),
        plural(panel.queries, "query", "queries"),
        numbers(panel),
        facts(row_counts(panel)),
        confusion(audit.scale, panel)
    ));
    out.push_str(&lines(audit, judge));
    let worst: Vec<&Slice> = worst(&judge.slices).into_iter().filter(|s| !s.small).take(FEW).collect();
    if !worst.is_empty() {
        out.push_str(&slices(&worst));
    }
    if let Some(systems) = &judge.systems {
        out.push_str(&format!("### How systems rank, by people and by the judge\n\n{}", facts(ranking(systems))));
    }
    out.push_str(&differences(judge));
    out.push_str(&known(judge));
    out.push_str(&next(judge));
    let cost: Vec<String> = cost(&panel.cost).into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
    out + &format!("{}\n\n", prose(&cost.join(" · ")))
}

/// The gates as a table; nothing without gates.
pub(super) fn gates(judge: &JudgeAudit) -> String {
    if judge.gates.is_empty() {
        return String::new();
    }
    let mut out = format!(
        "**Gates: {}**\n\n| | Gate | Observed | Passed as well by |\n|---|---|---|---|\n",
        gates_met(&judge.gates)
    );
    for gate in &judge.gates {
        let (mark, word) = ended(gate);
        out.push_str(&format!(
            "| {mark} {word} | {} | {} | {} |\n",
            code_cell(&gate.gate.to_string()),
            prose(&observed(gate)),
            prose(&gate.passed_by.join(", "))
        ));
    }
    out + "\n"
}

/// The use of the scale, the people and the bulk, a line each.
fn lines(audit: &Audit, judge: &JudgeAudit) -> String {
    let test = |test| format!("{} {}", answer(test), judge.alt_test.as_ref().map_or(String::new(), why));
    let found = [
        ("Scale", scale_line(&judge.spread)),
        ("People", people_line(&audit.humans)),
        ("Replace one of them", judge.alt_test.as_ref().map(|t| test(t.verdict))),
        ("Bulk", judge.bulk.as_ref().map(bulk_line)),
    ];
    facts(found.into_iter().filter_map(|(name, line)| Some((name, line?))).collect())
}

fn differences(judge: &JudgeAudit) -> String {
    let mut out = String::new();
    let groups: Vec<&DisagreementGroup> = judge.groups.iter().filter(|g| g.slice.is_none()).take(FEW).collect();
    if !groups.is_empty() {
        out.push_str("### Where it differs from people\n\n");
        for group in groups {
            let points =
                if group.direction == Direction::Malformed { String::new() } else { format!(" by {}", group.gap) };
            let (found, of) = (count(group.count), count(group.of));
            out.push_str(&format!("- {}{points}: {found} of {of}\n", group.direction.name()));
        }
        out.push('\n');
    }
    if !judge.disagreements.is_empty() {
        let shown = judge.disagreements.len().min(FEW);
        let all = count(judge.disagreements.len() as u64);
        out.push_str(&format!("<details><summary>The {shown} largest of {all} disagreements</summary>\n\n"));
        judge.disagreements.iter().take(FEW).for_each(|row| out.push_str(&disagreement(row)));
        out.push_str("\n</details>\n\n");
    }
    out
}

/// Warnings in the open, notes folded.
fn known(judge: &JudgeAudit) -> String {
    let (warnings, notes) = weighed(judge);
    let mut out = String::new();
    if !warnings.is_empty() {
        out.push_str("### Before you quote a number\n\n");
        warnings.iter().for_each(|c| out.push_str(&format!("- {}\n", prose(&c.text))));
        out.push('\n');
    }
    if !notes.is_empty() {
        let heading = plural(notes.len() as u64, "note", "notes");
        out.push_str(&format!("<details><summary>{heading}: what the numbers do not say</summary>\n\n"));
        notes.iter().for_each(|c| out.push_str(&format!("- {}\n", prose(&c.text))));
        out.push_str("\n</details>\n\n");
    }
    out
}

fn next(judge: &JudgeAudit) -> String {
    let mut out = String::new();
    let planned = planning_line(&judge.planning);
    if !judge.advice.is_empty() || planned.is_some() {
        out.push_str("### What to do next\n\n");
    }
    for (i, advice) in judge.advice.iter().enumerate() {
        let command = advice.command.as_deref().map_or(String::new(), |c| format!(" {}", code(c)));
        out.push_str(&format!("{}. {}{command}\n", i + 1, prose(&advice.why)));
    }
    if !judge.advice.is_empty() {
        out.push('\n');
    }
    out + &planned.map_or(String::new(), |planned| format!("{}\n\n", prose(&planned)))
}

fn yardsticks(panel: &Panel) -> String {
    let mut out = "| Compared | NMSE | 95 % interval |\n|---|--:|--:|\n".to_owned();
    for (against, rows) in [("the gold", controls(panel)), ("one person", people(panel))] {
        for row in rows {
            let (value, interval) = (Unit::Nmse.value(row.figure), Unit::Nmse.interval(row.figure));
            out.push_str(&format!("| {}, against {against} | {value} | {interval} |\n", row.name));
        }
    }
    out
}

fn numbers(panel: &Panel) -> String {
    let mut out = String::new();
    for group in panels::groups(panel) {
        out.push_str(&format!("| {} | Value | 95 % interval | Meaning |\n|---|--:|--:|---|\n", group.title));
        for measure in group.measures {
            let (value, interval) = (measure.unit.value(measure.figure), measure.unit.interval(measure.figure));
            out.push_str(&format!("| {} | {value} | {interval} | {} |\n", measure.name, measure.meaning));
        }
        out.push('\n');
    }
    out
}

fn confusion(scale: Scale, panel: &Panel) -> String {
    let ratings: Vec<String> = scale.ratings().map(|r| r.to_string()).collect();
    let mut out = format!(
        "| people ↓ judge → | {} | malformed |\n|--:|{}\n",
        ratings.join(" | "),
        "--:|".repeat(ratings.len() + 1)
    );
    for (rating, row) in ratings.iter().zip(panel.confusion.rows()) {
        let cells: Vec<String> = row.iter().map(|n| count(*n)).collect();
        out.push_str(&format!("| **{rating}** | {} |\n", cells.join(" | ")));
    }
    out
}

fn slices(worst: &[&Slice]) -> String {
    let mut out = "### Where it fails\n\n| Slice | Items | NMSE | 95 % interval | Here − rest | p, adjusted | Malformed |\n|---|--:|--:|--:|--:|--:|--:|\n".to_owned();
    for slice in worst {
        let rest = slice.against_rest.value().map_or("–".to_owned(), |d| Unit::Signed.write(d));
        let bold = if slice.stands_out() { "**" } else { "" };
        out.push_str(&format!(
            "| {} | {} | {} | {} | {bold}{rest}{bold} | {} | {} |\n",
            code_cell(&format!("{} = {}", slice.column, slice.value)),
            count(slice.n),
            Unit::Nmse.value(&slice.nmse),
            Unit::Nmse.interval(&slice.nmse),
            p_value(slice.p_adjusted),
            Unit::Share.value(&slice.malformed),
        ));
    }
    out + "\n"
}

fn disagreement(row: &Disagreement) -> String {
    let judge = row
        .judge
        .map_or_else(|| format!("malformed ({})", row.malformed.unwrap_or("no reason given")), |r| r.to_string());
    let mut out = format!("- {}: people **{}**, judge **{judge}**\n", code(row.id.as_str()), row.gold);
    let mut field = |name: &str, text: Option<&str>| {
        if let Some(text) = text.filter(|t| !t.trim().is_empty()) {
            out.push_str(&format!("  - {name}: {}\n", prose(text)));
        }
    };
    field("query", row.query.as_deref().or(row.query_id.as_deref()));
    field("title", row.title.as_deref());
    field("judge", row.rationale.as_deref());
    for opinion in &row.opinions {
        let why = opinion.rationale.as_deref().map_or(String::new(), |why| format!(": {why}"));
        field("person", Some(&format!("{} ({}){why}", opinion.rating, opinion.annotator)));
    }
    out
}
