//! The audit as a comment on a pull request (GitHub flavour).
//!
//! What people and models wrote is neutralised: it can open no tag, link, mention, table cell or code span.

use super::figures::{Unit, count, plural};
use super::measures::{among_people, controls, cost, measures, people, ranking, row_counts, scaling, verdict, worst};
use super::plain::{cut, plain};
use crate::audit::{Audit, Direction, Disagreement, DisagreementGroup, JudgeAudit, Panel, Slice};
use crate::domain::Scale;

/// Rows of each table and disagreements shown; a comment is read, not searched.
const FEW: usize = 5;

/// Columns of a quoted text before it is cut.
const QUOTED: usize = 300;

/// Renders `audit`.
pub fn markdown(audit: &Audit) -> String {
    let mut out = String::new();
    if audit.judges.is_empty() {
        out.push_str("## People among themselves\n\n");
        for (name, value) in among_people(audit) {
            out.push_str(&format!("- {name}: {}\n", code(&value)));
        }
    }
    if audit.judges.len() > 1 {
        out.push_str(&comparison(audit));
    }
    for judge in &audit.judges {
        one(audit, judge, &mut out);
    }
    out
}

/// A list of names and values, and a blank line; nothing for no facts.
fn facts(facts: Vec<(&'static str, String)>) -> String {
    let lines: String = facts.iter().map(|(name, value)| format!("- {name}: {}\n", prose(value))).collect();
    if lines.is_empty() { lines } else { lines + "\n" }
}

fn comparison(audit: &Audit) -> String {
    let mut out = format!("## {} judges\n\n{}\n\n", audit.judges.len(), scaling(audit.scale));
    out.push_str(
        "| Judge | NMSE | 95 % interval | Malformed | Bias | Exact | Standing |\n|---|--:|--:|--:|--:|--:|---|\n",
    );
    for judge in &audit.judges {
        let panel = &judge.panel;
        out.push_str(&format!(
            "| {} | {} | {} | {} | {} | {} | {} |\n",
            code(&judge.name),
            Unit::Nmse.value(&panel.nmse),
            Unit::Nmse.interval(&panel.nmse),
            Unit::Share.value(&panel.malformed.rate),
            Unit::Signed.value(&panel.bias),
            Unit::Share.value(&panel.exact),
            judge.standing.name(),
        ));
    }
    out + "\n"
}

fn one(audit: &Audit, judge: &JudgeAudit, out: &mut String) {
    let panel = &judge.panel;
    out.push_str(&format!(
        "## Judge {}\n\n**{}** {}\n\n",
        code(&judge.name),
        verdict(judge.standing),
        prose(&judge.headline)
    ));
    out.push_str(&format!("{}\n\n{}\n", scaling(audit.scale), yardsticks(panel)));
    out.push_str(&format!(
        "<details><summary>All numbers, over {} of {}</summary>\n\n{}\n{}{}\n</details>\n\n",
        plural(panel.n, "item", "items"),
        plural(panel.queries, "query", "queries"),
        numbers(panel),
        facts(row_counts(panel)),
        confusion(audit.scale, panel)
    ));
    let worst: Vec<&Slice> = worst(&judge.slices).into_iter().filter(|s| !s.small).take(FEW).collect();
    if !worst.is_empty() {
        out.push_str(&slices(&worst));
    }
    if let Some(systems) = &judge.systems {
        out.push_str(&format!("### How systems rank, by people and by the judge\n\n{}", facts(ranking(systems))));
    }
    let groups: Vec<&DisagreementGroup> = judge.groups.iter().filter(|g| g.slice.is_none()).take(FEW).collect();
    if !groups.is_empty() {
        out.push_str("### Where it differs from people\n\n");
        for group in groups {
            let points =
                if group.direction == Direction::Malformed { String::new() } else { format!(" by {}", group.gap) };
            out.push_str(&format!(
                "- {}{points}: {} of {}\n",
                group.direction.name(),
                count(group.count),
                count(group.of)
            ));
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
    if !judge.caveats.is_empty() {
        out.push_str("### Before you quote a number\n\n");
        judge.caveats.iter().for_each(|c| out.push_str(&format!("- {}\n", prose(&c.text))));
        out.push('\n');
    }
    if !judge.advice.is_empty() {
        out.push_str("### What to do next\n\n");
        for (i, advice) in judge.advice.iter().enumerate() {
            let command = advice.command.as_deref().map_or(String::new(), |c| format!(" {}", code(c)));
            out.push_str(&format!("{}. {}{command}\n", i + 1, prose(&advice.why)));
        }
        out.push('\n');
    }
    let cost: Vec<String> = cost(&panel.cost).into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
    out.push_str(&format!("{}\n\n", prose(&cost.join(" · "))));
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
    let mut out = "| Number | Value | 95 % interval | Meaning |\n|---|--:|--:|---|\n".to_owned();
    for measure in measures(panel) {
        let (value, interval) = (measure.unit.value(measure.figure), measure.unit.interval(measure.figure));
        out.push_str(&format!("| {} | {value} | {interval} | {} |\n", measure.name, measure.meaning));
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
    let mut out = "### Where it fails\n\n| Slice | Items | NMSE | 95 % interval | Bias | Malformed |\n|---|--:|--:|--:|--:|--:|\n".to_owned();
    for slice in worst {
        out.push_str(&format!(
            "| {} | {} | {} | {} | {} | {} |\n",
            code(&format!("{} = {}", slice.column, slice.value)),
            count(slice.n),
            Unit::Nmse.value(&slice.nmse),
            Unit::Nmse.interval(&slice.nmse),
            Unit::Signed.value(&slice.bias),
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

/// `text` as a code span, for names and commands. Its fence is longer than any run of backticks inside; `|` is escaped,
/// for a table splits its cells before it reads code.
pub(super) fn code(text: &str) -> String {
    let text = plain(text);
    let text = cut(&text, QUOTED).replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') || text.is_empty() { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// `text` as running text that means nothing to Markdown. A zero-width space keeps what GitHub links by itself
/// (mentions, issue numbers, addresses) from being a link.
pub(super) fn prose(text: &str) -> String {
    let text = plain(text);
    let text = cut(&text, QUOTED);
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '@' | '#' => out.extend(['\\', c, '\u{200b}']),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '!' | '|' | '~' | '$' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    // Addresses are linked without being asked; `1.` and `- ` begin lists only at the start of a line, where no such text stands.
    out.replace("://", ":\u{200b}//").replace("www.", "www\u{200b}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_text() {
        assert_eq!(
            prose("<img src=x> [a](b) `c` | @team #12"),
            "&lt;img src=x&gt; \\[a\\](b) \\`c\\` \\| \\@\u{200b}team \\#\u{200b}12"
        );
        assert_eq!(prose("https://x.y www.z.w"), "https:\u{200b}//x.y www\u{200b}.z.w");
        assert_eq!(code("a`b``c|d"), "```a`b``c\\|d```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code(""), "`  `");
    }
}
