//! The disagreements of one judge: the first ones as text, all that are embedded for the explorer.

use super::Room;
use crate::audit::{Disagreement, JudgeAudit};
use crate::report::disagreements::gap;
use crate::report::figures::count;
use crate::report::island::{direction_class, island};
use askama::Template;

/// The section.
#[derive(Template)]
#[template(path = "differ.html")]
pub(super) struct Differ<'a> {
    id: &'a str,
    first: Vec<Item<'a>>,
    all: String,
    /// Not all of them are in the page.
    embedded: Option<String>,
}

struct Item<'a> {
    row: &'a Disagreement,
    class: &'static str,
    gap: String,
    said: String,
    query: &'a str,
}

/// The data of the explorer, for the end of the page.
pub(super) struct Island {
    pub id: String,
    pub json: String,
}

pub(super) fn differ<'a>(id: &'a str, judge: &'a JudgeAudit, room: Room) -> Differ<'a> {
    let all = judge.disagreements.len();
    Differ {
        id,
        first: judge.disagreements.iter().take(room.as_text).map(item).collect(),
        all: count(all as u64),
        embedded: (all > room.embedded).then(|| count(room.embedded as u64)),
    }
}

pub(super) fn island_of(id: &str, judge: &JudgeAudit, room: Room) -> Island {
    let rows = &judge.disagreements[..judge.disagreements.len().min(room.embedded)];
    Island { id: id.to_owned(), json: island(rows) }
}

fn item(row: &Disagreement) -> Item<'_> {
    Item {
        class: direction_class(row.direction),
        gap: gap(row.direction, row.gap),
        said: row.judge.map_or("malformed".to_owned(), |r| r.to_string()),
        query: row.query.as_deref().or(row.query_id.as_deref()).unwrap_or_default(),
        row,
    }
}
