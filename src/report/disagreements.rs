//! Disagreements in the terminal: one by one, in groups, and as the difference of two judges.

use super::figures::{Unit, count};
use super::plain::{cut, plain};
use super::style::{INDENT, TerminalOptions, Tone};
use crate::audit::{Change, Diff, Direction, Disagreement, DisagreementGroup};
use crate::domain::Rating;

/// The disagreements given, in the order given, with both sides' reasons.
pub fn list<'a>(rows: impl IntoIterator<Item = &'a Disagreement>, options: &TerminalOptions) -> String {
    let mut out = String::new();
    for row in rows {
        if !out.is_empty() {
            out.push('\n');
        }
        one(row, *options, &mut out);
    }
    if out.is_empty() {
        out.push_str("No disagreements.\n");
    }
    options.finish(out)
}

fn one(row: &Disagreement, options: TerminalOptions, out: &mut String) {
    let lead = format!("{}  people {}, {}", gap(row.direction, row.gap), row.gold, said(row));
    let id = format!("  {}", plain(&row.id.to_string()));
    let room = options.columns().saturating_sub(super::plain::width(&lead));
    out.push_str(&format!(
        "{}{}\n",
        options.paint(&lead, tone(row.direction)),
        options.paint(&cut(&id, room), Tone::Dim)
    ));
    let mut field = |name: &str, text: Option<&str>| {
        if let Some(text) = text.map(plain).filter(|t| !t.is_empty()) {
            out.push_str(&options.hanging(&format!("{INDENT}{name:<10}"), &text));
        }
    };
    field("query", row.query.as_deref().or(row.query_id.as_deref()));
    field("title", row.title.as_deref());
    field("document", row.excerpt.as_deref());
    field("judge", row.rationale.as_deref());
    for opinion in &row.opinions {
        let why = opinion.rationale.as_deref().map_or(String::new(), |why| format!(": {why}"));
        field("person", Some(&format!("{} ({}){why}", opinion.rating, opinion.annotator)));
    }
    let tags: Vec<String> = row.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    field("tags", Some(&tags.join(", ")));
}

/// `+2`, `−3`, or `✕` for a malformed reply.
pub(super) fn gap(direction: Direction, gap: u8) -> String {
    match direction {
        Direction::Higher => format!("▲ +{gap}"),
        Direction::Lower => format!("▼ −{gap}"),
        Direction::Malformed => "✕".to_owned(),
    }
}

fn said(row: &Disagreement) -> String {
    // What the model said is shown where it is not what the judge says.
    let raw = row.raw.map_or(String::new(), |raw| format!(" (from {})", Unit::Points.write(raw)));
    match (row.judge, row.malformed) {
        (Some(rating), _) => format!("judge {rating}{raw}"),
        (None, reason) => format!("judge malformed ({})", reason.unwrap_or("no reason given")),
    }
}

fn tone(direction: Direction) -> Tone {
    if direction == Direction::Malformed { Tone::Bad } else { Tone::Strong }
}

/// Groups of disagreements: those over all items, then those of slices.
pub fn groups(groups: &[DisagreementGroup], options: &TerminalOptions) -> String {
    if groups.is_empty() {
        return "No disagreements.\n".to_owned();
    }
    let mut table = options.table(&["direction", "gap", "slice", "items", "of", "for example"]);
    let (all, sliced): (Vec<_>, Vec<_>) = groups.iter().partition(|g| g.slice.is_none());
    for group in all.into_iter().chain(sliced) {
        let slice = group.slice.as_ref();
        let slice = slice.map_or("all".to_owned(), |(column, value)| format!("{} = {}", plain(column), plain(value)));
        let example = group.examples.first().map_or(String::new(), |id| plain(&id.to_string()));
        let points = if group.direction == Direction::Malformed { String::new() } else { group.gap.to_string() };
        table.add_row([
            options.cell(group.direction.name(), Some(tone(group.direction))),
            options.cell(&points, None),
            options.cell(&cut(&slice, 32), None),
            options.cell(&count(group.count), None),
            options.cell(&count(group.of), Some(Tone::Dim)),
            options.cell(&cut(&example, 24), Some(Tone::Dim)),
        ]);
    }
    options.finish(options.set(table, &[1, 3, 4]))
}

/// What became of each item between two judges, with a count of each kind first.
/// At most `most` of each kind are shown.
pub fn changes(diffs: &[Diff], most: usize, options: &TerminalOptions) -> String {
    let kinds = [Change::NewlyBroken, Change::StillBroken, Change::Fixed];
    let counts: Vec<String> = kinds
        .iter()
        .map(|kind| format!("{} {}", count(diffs.iter().filter(|d| d.change == *kind).count() as u64), change(*kind)))
        .collect();
    let mut out = format!("{}\n", options.paint(&counts.join(", "), Tone::Strong));
    if diffs.is_empty() {
        return options.finish(out);
    }
    let mut table = options.table(&["item", "change", "people", "before", "after"]);
    let first = |kind: Change| diffs.iter().filter(move |d| d.change == kind).take(most);
    for diff in kinds.into_iter().flat_map(first) {
        let rating = |rating: Option<Rating>| rating.map_or("malformed".to_owned(), |r| r.to_string());
        let tone = match diff.change {
            Change::NewlyBroken => Some(Tone::Bad),
            Change::Fixed => Some(Tone::Good),
            Change::StillBroken => None,
        };
        table.add_row([
            options.cell(&cut(&plain(&diff.id.to_string()), 32), None),
            options.cell(change(diff.change), tone),
            options.cell(&diff.gold.to_string(), None),
            options.cell(&rating(diff.before), None),
            options.cell(&rating(diff.after), None),
        ]);
    }
    out.push_str(&options.set(table, &[2, 3, 4]));
    options.finish(out)
}

fn change(change: Change) -> &'static str {
    match change {
        Change::NewlyBroken => "newly broken",
        Change::StillBroken => "still broken",
        Change::Fixed => "fixed",
    }
}
