//! TREC relevance judgements: `query 0 document rating`, or `query annotator document rating`.

use super::file::Source;
use super::human::NOBODY;
use super::lines::LineReader;
use super::row::{Cell, Row};
use super::{Fault, LabelsError};
use std::sync::Arc;

pub(super) struct QrelsRows {
    lines: LineReader,
    names: [Arc<str>; 5],
}

impl QrelsRows {
    pub(super) fn open(source: &Source) -> Result<Self, LabelsError> {
        let names = ["id", "query_id", "rating", "annotator", "judge"].map(Arc::from);
        Ok(Self { lines: LineReader::open(source)?, names })
    }

    pub(super) fn read(&mut self, source: &Source) -> Result<Option<Row>, LabelsError> {
        let Some((at, line)) = self.lines.next(source)? else { return Ok(None) };
        let found = line.split_ascii_whitespace().count();
        let mut fields = line.split_ascii_whitespace();
        let (Some(query), Some(who), Some(document), Some(rating), None) =
            (fields.next(), fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return Err(source.error_at(at, Fault::QrelsFields(found)));
        };
        let [id, query_id, rating_name, annotator, judge] = &self.names;
        let named = !matches!(who, "0" | "Q0");
        let text = |text: &str| Cell::Text(text.to_owned());
        let mut cells = vec![
            (id.clone(), Cell::Text(item_id(query, document))),
            (query_id.clone(), text(query)),
            (rating_name.clone(), text(rating)),
            (annotator.clone(), text(if named { who } else { NOBODY })),
        ];
        if named {
            cells.push((judge.clone(), text(who)));
        }
        Ok(Some(Row { at, cells }))
    }
}

fn item_id(query: &str, document: &str) -> String {
    format!("{query}:{document}")
}

/// The document of an item whose id starts with its query, or else the whole id: the inverse of reading where it can be.
pub(super) fn document_of<'a>(query: &str, id: &'a str) -> &'a str {
    id.strip_prefix(query).and_then(|rest| rest.strip_prefix(':')).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_of_an_item_is_what_follows_its_query() {
        assert_eq!(document_of("q1", &item_id("q1", "d:7")), "d:7");
        assert_eq!(document_of("q1", "q12:d7"), "q12:d7");
    }
}
