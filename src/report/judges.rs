//! Judge versions in the terminal: the list, one of them, and the difference of two.

mod difference;

pub use difference::judge_diff;

use super::plain::{cut, plain, spaced as safe, width};
use super::style::{INDENT, TerminalOptions, Tone};
use crate::domain::{Invocation, Scale};
use crate::judge::{Cut, RatingMap};
use crate::ledger::{Lineage, Scored, State, Summary, Version};
use crate::prompt::outline;
use comfy_table::ContentArrangement;
use std::fmt::Write as _;

/// Digits of a hash that are shown in a list.
const SHORT: usize = 8;
/// The columns of the list, and how wide each may become.
const COLUMNS: [(&str, usize); 9] = [
    ("version", SHORT),
    ("alias", 24),
    ("model", 20),
    ("rubric", 14),
    ("parent", SHORT),
    ("dev", 15),
    ("test", 15),
    ("stored", 10),
    ("note", 60),
];
/// What gives way where the table is too wide, in this order: a column is cut down to so many columns, or left out at 0.
/// Hashes and numbers are never cut, and what a judge is called stays; notes that are cut stand below in full.
const GIVES_WAY: [(&str, usize); 8] =
    [("note", 20), ("rubric", 0), ("note", 0), ("stored", 0), ("dev", 0), ("parent", 0), ("model", 14), ("alias", 12)];
/// Blanks between two columns.
const GAP: usize = 3;

/// All versions in a table, the oldest first.
pub fn judges(versions: &[Summary], invocation: &Invocation, options: &TerminalOptions) -> String {
    if versions.is_empty() {
        return invocation.complete("No judge is stored yet: `assessor judge add` stores one.\n");
    }
    let rows: Vec<[String; COLUMNS.len()]> = versions.iter().map(row).collect();
    let widths = widths(&rows, options.columns() - INDENT.len());
    let shown: Vec<usize> = (0..COLUMNS.len()).filter(|at| widths[*at] > 0).collect();
    let mut table = options.table(&shown.iter().map(|at| COLUMNS[*at].0).collect::<Vec<_>>());
    // What fits already is not arranged anew: words and hashes would be broken.
    table.set_content_arrangement(ContentArrangement::Disabled);
    for (row, version) in rows.iter().zip(versions) {
        let tone = |at: usize| match (&version.state, at) {
            (State::Refused(_), _) => Some(Tone::Bad),
            (State::Good(_), 0) => Some(Tone::Strong),
            (State::Good(_), 1) => Some(Tone::Good),
            (State::Good(_), _) => None,
        };
        table.add_row(shown.iter().map(|at| options.cell(&cut(&plain(&row[*at]), widths[*at]), tone(*at))));
    }
    let mut out = options.set(table, &[]);
    let note = COLUMNS.len() - 1;
    let long: Vec<_> = rows.iter().filter(|row| width(&plain(&row[note])) > widths[note]).collect();
    if !long.is_empty() {
        out.push_str(&options.title("Notes"));
    }
    for row in long {
        out.push_str(&options.hanging(&format!("{INDENT}{}   ", row[0]), &plain(&row[note])));
    }
    for version in versions {
        if let State::Refused(why) = &version.state {
            let _ = writeln!(out, "\n{}", options.paint(&plain(why), Tone::Bad));
        }
    }
    let more = invocation.complete("`assessor judge show VERSION` tells the rest.");
    out.push_str(&format!("\ndev and test: NMSE before→after.\n{more}\n"));
    options.finish(out)
}

/// How wide each column is where all may take `room`; 0 leaves it out.
fn widths(rows: &[[String; COLUMNS.len()]], room: usize) -> [usize; COLUMNS.len()] {
    let mut widths: [usize; COLUMNS.len()] = std::array::from_fn(|at| {
        let (name, most) = COLUMNS[at];
        let widest = rows.iter().map(|row| width(&plain(&row[at]))).max().unwrap_or(0);
        // A column that says nothing of any version only takes room.
        if widest == 0 { 0 } else { widest.min(most).max(name.len()) }
    });
    let takes = |widths: &[usize]| widths.iter().filter(|width| **width > 0).map(|width| width + GAP).sum::<usize>();
    for (name, least) in GIVES_WAY {
        let over = takes(&widths).saturating_sub(room + GAP);
        if let Some(at) = COLUMNS.iter().position(|column| column.0 == name).filter(|_| over > 0) {
            widths[at] = if least == 0 { 0 } else { widths[at].saturating_sub(over).max(least.min(widths[at])) };
        }
    }
    widths
}

/// One version's cells.
fn row(version: &Summary) -> [String; COLUMNS.len()] {
    let (hash, aliases) = (short(&version.hash), version.aliases.join(", "));
    let State::Good(good) = &version.state else {
        let nothing = String::new;
        return [hash, aliases, "DAMAGED".into(), nothing(), nothing(), nothing(), nothing(), nothing(), nothing()];
    };
    [
        hash,
        aliases,
        good.model.clone(),
        good.rubric.clone(),
        good.parent.as_deref().map(short).unwrap_or_default(),
        good.dev.as_ref().map(scored).unwrap_or_default(),
        good.test.as_ref().map(scored).unwrap_or_default(),
        day(&good.created).to_owned(),
        good.note.clone(),
    ]
}

fn scored(scored: &Scored) -> String {
    format!("{:.2}→{:.2}", scored.before, scored.after)
}

/// The date of a timestamp in RFC 3339.
fn day(timestamp: &str) -> &str {
    timestamp.split('T').next().unwrap_or(timestamp)
}

fn short(hash: &str) -> String {
    plain(hash).chars().take(SHORT).collect()
}

/// One version: what it is, where it comes from, and its prompt as the model is given it.
pub fn judge(version: &Version, aliases: &[String], options: &TerminalOptions) -> String {
    let judge = &version.judge;
    let mut out = format!("{}\n", options.paint(&plain(&judge.name()), Tone::Strong));
    let mut field = |name: &str, text: &str| {
        if !text.is_empty() {
            out.push_str(&options.hanging(&format!("{INDENT}{name:<10}"), &plain(text)));
        }
    };
    field("version", &version.hash);
    field("alias", &aliases.join(", "));
    field("note", &version.note);
    field("stored", &version.created);
    field("model", &judge.model);
    field("address", judge.address.as_deref().unwrap_or_default());
    field("rubric", &format!("{} ({}), scale {}", judge.rubric.id, judge.rubric.title, judge.rubric.scale));
    field("sampling", &serde_json::to_string(&judge.sampling).unwrap_or_default());
    field("parser", judge.parser);
    field("map", &judge.map.as_ref().map_or(String::new(), |map| cuts(map, judge.rubric.scale)));
    out.push_str(&lineage(version, *options));
    out.push_str(&options.title("Prompt, as the model is given it"));
    for line in outline(&judge.prompt, &judge.rubric).lines() {
        let _ = writeln!(out, "{}", safe(line));
    }
    options.finish(out)
}

/// The map as cut points: what is read as which rating.
fn cuts(map: &RatingMap, scale: Scale) -> String {
    let cuts = map.cuts(scale);
    let above = |cut: &Cut| format!("{} from {}", cut.rating, (cut.from * 1000.0).round() / 1000.0);
    let rest: Vec<String> = cuts.iter().skip(1).map(above).collect();
    let first = cuts.first().map_or(String::new(), |cut| format!("what the model says is read as {}", cut.rating));
    if rest.is_empty() { first } else { format!("{first}, {}", rest.join(", ")) }
}

fn lineage(version: &Version, options: TerminalOptions) -> String {
    let from = &version.lineage;
    let mut out = String::new();
    let mut field = |name: &str, text: String| {
        if !text.is_empty() {
            out.push_str(&options.hanging(&format!("{INDENT}{name:<10}"), &plain(&text)));
        }
    };
    field("parent", from.parent.clone().unwrap_or_default());
    field("made by", from.strategy.clone().unwrap_or_default());
    field("run", from.run.clone().unwrap_or_default());
    field("why", from.why.clone().unwrap_or_default());
    for (name, change) in [("dev NMSE", &from.scores.dev), ("test NMSE", &from.scores.test)] {
        field(name, change.as_ref().map(with_interval).unwrap_or_default());
    }
    field("spent", spent(from));
    field("feedback", feedback(&from.feedback));
    for (sign, tone, lines) in [('-', Tone::Bad, &from.edits.removed), ('+', Tone::Good, &from.edits.added)] {
        for line in lines {
            let _ = writeln!(out, "{INDENT}{}", options.paint(&format!("{sign} {}", safe(line)), tone));
        }
    }
    if out.is_empty() {
        return options.title("Lineage") + INDENT + "not known: it was not made from another version\n";
    }
    options.title("Lineage") + &out
}

fn with_interval(change: &Scored) -> String {
    let interval = change.change.map_or(String::new(), |bounds| {
        format!(" (change {:+.2} to {:+.2}, {:.0} %)", bounds.low, bounds.high, bounds.level * 100.0)
    });
    scored(change) + &interval
}

fn spent(lineage: &Lineage) -> String {
    let Some(spend) = &lineage.spend else { return String::new() };
    let usd = spend.usd.map_or(String::new(), |usd| format!(", ${usd:.4}"));
    let point = lineage.per_point().map_or(String::new(), |per| {
        let usd = per.usd.map_or(String::new(), |usd| format!(" and ${usd:.4}"));
        format!("; {:.0} calls{usd} for each NMSE point on {}", per.calls, per.on)
    });
    format!("{} judge calls and {} others{usd}{point}", spend.judge_calls, spend.other_calls)
}

/// Items that are named one by one.
const NAMED: usize = 8;

fn feedback(items: &[String]) -> String {
    let named = items.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    match items.len() {
        0 => String::new(),
        n if n <= NAMED => format!("of {n} items: {named}"),
        n => format!("of {n} items: {named} and {} more", n - NAMED),
    }
}

#[cfg(test)]
mod tests;
