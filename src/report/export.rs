//! Disagreements for other tools. Text is kept exactly as it was written: what reads a CSV file quotes and unquotes.

use crate::audit::Disagreement;
use serde::Serialize;

/// Columns of the CSV form. Several human ratings and the tags are JSON in their cell.
const COLUMNS: [&str; 14] = [
    "id",
    "query_id",
    "query",
    "title",
    "direction",
    "gap",
    "gold",
    "judge",
    "judge_raw",
    "malformed",
    "judge_rationale",
    "human_ratings",
    "tags",
    "excerpt",
];

/// The disagreements given as CSV with a header, in the order given. An absent value is an empty cell.
pub fn csv<'a>(rows: impl IntoIterator<Item = &'a Disagreement>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).expect("memory can be written");
    for row in rows {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let record = [
            row.id.to_string(),
            text(&row.query_id),
            text(&row.query),
            text(&row.title),
            row.direction.name().to_owned(),
            row.gap.to_string(),
            row.gold.to_string(),
            row.judge.map_or(String::new(), |r| r.to_string()),
            row.raw.map_or(String::new(), |raw| raw.to_string()),
            row.malformed.unwrap_or_default().to_owned(),
            text(&row.rationale),
            json(&row.opinions),
            json(&row.tags),
            text(&row.excerpt),
        ];
        writer.write_record(&record).expect("memory can be written");
    }
    let bytes = writer.into_inner().expect("memory can be flushed");
    String::from_utf8(bytes).expect("records were strings")
}

/// The disagreements given as JSON, one per line, in the order given.
pub fn jsonl<'a>(rows: impl IntoIterator<Item = &'a Disagreement>) -> String {
    rows.into_iter().map(|row| json(row) + "\n").collect()
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("strings, integers and maps with string keys serialise")
}
