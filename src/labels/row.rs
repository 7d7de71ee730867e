//! One record of any format: named cells, looked up through the user's column mapping.

use super::file::Source;
use super::rating::excerpt;
use super::{Fault, IdPattern, LabelsError, MAX_COLUMNS, MAX_FIELD};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A cell as the file has it. An empty CSV field is `Text("")`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    /// A JSON array or object, as compact JSON.
    Nested(String),
}

impl Cell {
    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Self::Null) || matches!(self, Self::Text(text) if text.is_empty())
    }

    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a number with a fraction",
            Self::Text(_) => "text",
            Self::Nested(_) => "a list or an object",
        }
    }

    /// The cell as it would be written in a text file.
    pub(super) fn into_text(self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Bool(value) => value.to_string(),
            Self::Integer(value) => value.to_string(),
            Self::Float(value) => value.to_string(),
            Self::Text(text) | Self::Nested(text) => text,
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Nested(text) => Some(text),
            _ => None,
        }
    }
}

/// Column names seen so far, each stored once.
#[derive(Debug, Default)]
pub(super) struct Names(Vec<Arc<str>>);

impl Names {
    /// The shared name, or `None` when there are too many.
    pub(super) fn share(&mut self, name: &str) -> Option<Arc<str>> {
        if let Some(known) = self.0.iter().find(|known| ***known == *name) {
            return Some(known.clone());
        }
        if self.0.len() == MAX_COLUMNS {
            return None;
        }
        let name: Arc<str> = name.into();
        self.0.push(name.clone());
        Some(name)
    }
}

/// One record. Cells are taken out; what is left in the end is metadata.
#[derive(Debug)]
pub(super) struct Row {
    /// Line in text formats, row in Parquet, from 1.
    pub(super) at: u64,
    pub(super) cells: Vec<(Arc<str>, Cell)>,
}

/// Takes cells out of a row by our names, with errors that have a place.
pub(super) struct Taker<'a> {
    pub(super) source: &'a Source,
    map: &'a BTreeMap<String, String>,
    row: Row,
    found: Vec<Arc<str>>,
}

impl<'a> Taker<'a> {
    pub(super) fn new(source: &'a Source, map: &'a BTreeMap<String, String>, row: Row) -> Result<Self, LabelsError> {
        for (name, cell) in &row.cells {
            let Some(text) = cell.text() else { continue };
            if text.len() > MAX_FIELD {
                let fault = Fault::LongField { column: name.to_string(), bytes: text.len() };
                return Err(source.error_at(row.at, fault));
            }
            if text.as_bytes().contains(&0) {
                return Err(source.error_at(row.at, Fault::Nul(name.to_string())));
            }
        }
        Ok(Self { source, map, row, found: Vec::new() })
    }

    pub(super) fn at(&self) -> u64 {
        self.row.at
    }

    pub(super) fn error(&self, fault: Fault) -> LabelsError {
        self.source.error_at(self.row.at, fault)
    }

    fn position(&self, ours: &str) -> Option<usize> {
        let find = |name: &str| self.row.cells.iter().position(|(n, _)| **n == *name);
        self.map.get(ours).and_then(|theirs| find(theirs)).or_else(|| find(ours))
    }

    /// The cell of this column, or `None` when the record has no such column.
    pub(super) fn take(&mut self, ours: &str) -> Option<Cell> {
        let (name, cell) = self.row.cells.swap_remove(self.position(ours)?);
        self.found.push(name);
        Some(cell)
    }

    /// Whether the record has such a column that was not taken yet.
    pub(super) fn has(&self, ours: &str) -> bool {
        self.position(ours).is_some()
    }

    /// Columns of the record, taken or not, by name.
    pub(super) fn columns(&self) -> Vec<String> {
        let left = self.row.cells.iter().map(|(name, _)| name);
        let mut names: Vec<String> = self.found.iter().chain(left).map(|n| n.to_string()).collect();
        names.sort_unstable();
        names
    }

    /// The cell of a column that every record must have.
    pub(super) fn required(&mut self, ours: &'static str) -> Result<Cell, LabelsError> {
        match self.take(ours) {
            Some(cell) => Ok(cell),
            None => {
                let fault = Fault::NoColumn { name: ours, found: self.columns() };
                Err(self.source.error_of_columns(self.row.at, fault))
            }
        }
    }

    fn as_text(&self, ours: &'static str, cell: Cell) -> Result<String, LabelsError> {
        match cell {
            Cell::Text(text) => Ok(text),
            Cell::Integer(value) => Ok(value.to_string()),
            Cell::Null => Err(self.error(Fault::NoValue(ours))),
            other => Err(self.error(Fault::NotText { column: ours, kind: other.kind() })),
        }
    }

    /// Text that may be empty, but not null. Integers count as text.
    pub(super) fn text(&mut self, ours: &'static str) -> Result<String, LabelsError> {
        let cell = self.required(ours)?;
        self.as_text(ours, cell)
    }

    /// Text that is not empty.
    pub(super) fn filled(&mut self, ours: &'static str) -> Result<String, LabelsError> {
        let text = self.text(ours)?;
        if text.is_empty() { Err(self.error(Fault::NoValue(ours))) } else { Ok(text) }
    }

    /// Text, or nothing where the column or the value is missing.
    pub(super) fn optional(&mut self, ours: &'static str) -> Result<Option<String>, LabelsError> {
        match self.take(ours) {
            Some(cell) if !cell.is_missing() => self.as_text(ours, cell).map(Some),
            _ => Ok(None),
        }
    }

    /// The group that `id` names under `pattern`; nothing where there is no pattern or it names no group.
    pub(super) fn group_of(&self, id: &str, pattern: Option<&IdPattern>) -> Result<Option<String>, LabelsError> {
        let Some(pattern) = pattern else { return Ok(None) };
        if pattern.take_apart(id).is_none() {
            return Err(self.error(Fault::IdPattern { id: excerpt(id), pattern: pattern.to_string() }));
        }
        Ok(pattern.group(id).map(str::to_owned))
    }

    /// A count, or nothing where the column or the value is missing.
    pub(super) fn count(&mut self, ours: &'static str) -> Result<Option<u64>, LabelsError> {
        let Some(cell) = self.take(ours).filter(|cell| !cell.is_missing()) else { return Ok(None) };
        let text = cell.into_text();
        let fault = || Fault::NotNumber { column: ours, wanted: "an integer of at least 0", found: excerpt(&text) };
        // A column with gaps is a float column in pandas: `12.0` loses nothing.
        let digits = text.strip_suffix(".0").unwrap_or(&text);
        digits.parse().map(Some).map_err(|_| self.error(fault()))
    }

    /// What was not taken.
    pub(super) fn rest(self) -> Vec<(Arc<str>, Cell)> {
        self.row.cells
    }
}
