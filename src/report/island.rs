//! Data for the script inside the page: JSON that nothing in it can leave.

use crate::audit::{Direction, Disagreement};
use serde::Serialize;
use std::collections::BTreeMap;

/// What the explorer needs of a disagreement; names are short, for there may be 50,000.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    /// Query.
    q: Option<&'a str>,
    /// Title.
    t: Option<&'a str>,
    /// Start of the document.
    x: Option<&'a str>,
    /// Gold.
    g: i64,
    /// Judge.
    j: Option<i64>,
    /// Why malformed.
    m: Option<&'a str>,
    /// Points between them.
    p: u8,
    /// Direction.
    d: &'a str,
    /// The judge's rationale.
    r: Option<&'a str>,
    /// Annotator, rating, rationale.
    o: Vec<(&'a str, i64, Option<&'a str>)>,
    /// Tags.
    s: &'a BTreeMap<String, String>,
}

/// The disagreements as a JSON array for a `<script type="application/json">`.
///
/// `<`, `>`, `&` and the two line separators of Unicode are written as escapes. They only ever stand inside of JSON
/// strings, so the value is the same, and no text can close the element or open a comment in it.
pub(super) fn island(rows: &[Disagreement]) -> String {
    let rows: Vec<Row<'_>> = rows.iter().map(row).collect();
    let json = serde_json::to_string(&rows).expect("strings, integers and maps with string keys serialise");
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => safe.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => safe.push(c),
        }
    }
    safe
}

fn row(row: &Disagreement) -> Row<'_> {
    Row {
        id: row.id.as_str(),
        q: row.query.as_deref().or(row.query_id.as_deref()),
        t: row.title.as_deref(),
        x: row.excerpt.as_deref(),
        g: row.gold.value(),
        j: row.judge.map(|r| r.value()),
        m: row.malformed,
        p: row.gap,
        d: direction_class(row.direction),
        r: row.rationale.as_deref(),
        o: row.opinions.iter().map(|o| (o.annotator.as_str(), o.rating.value(), o.rationale.as_deref())).collect(),
        s: &row.tags,
    }
}

/// The name of a direction in classes and in the script.
pub(super) fn direction_class(direction: Direction) -> &'static str {
    match direction {
        Direction::Higher => "higher",
        Direction::Lower => "lower",
        Direction::Malformed => "malformed",
    }
}
