//! JSON Lines: one object per line. Blank lines are skipped.

use super::file::Source;
use super::lines::LineReader;
use super::row::{Cell, Names, Row};
use super::{Fault, LabelsError};
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::sync::Arc;

pub(super) struct JsonlRows {
    lines: LineReader,
    names: Names,
}

impl JsonlRows {
    pub(super) fn open(source: &Source) -> Result<Self, LabelsError> {
        Ok(Self { lines: LineReader::open(source)?, names: Names::default() })
    }

    pub(super) fn read(&mut self, source: &Source) -> Result<Option<Row>, LabelsError> {
        let Some((at, text)) = self.lines.next(source)? else { return Ok(None) };
        let mut json = serde_json::Deserializer::from_str(text);
        let cells = RowSeed(&mut self.names).deserialize(&mut json).and_then(|cells| json.end().map(|()| cells));
        let cells = cells.map_err(|e| json_error(source, at, text, &e))?;
        Ok(Some(Row { at, cells }))
    }
}

fn json_error(source: &Source, line: u64, text: &str, error: &serde_json::Error) -> LabelsError {
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what).to_owned();
    // The parser counts bytes from 1, and reports the end of the line as column 0 of the next or one past the end.
    let byte = error.column().saturating_sub(1).min(text.trim_ascii_end().len());
    source.error_in(line, byte, Fault::Json(message))
}

struct RowSeed<'a>(&'a mut Names);

impl<'de> DeserializeSeed<'de> for RowSeed<'_> {
    type Value = Vec<(Arc<str>, Cell)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RowSeed<'_> {
    type Value = Vec<(Arc<str>, Cell)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut cells: Self::Value = Vec::with_capacity(8);
        while let Some(name) = map.next_key_seed(NameSeed(&mut *self.0))? {
            if cells.iter().any(|(known, _)| Arc::ptr_eq(known, &name)) {
                return Err(de::Error::custom(format!("the key `{name}` stands twice")));
            }
            cells.push((name, map.next_value()?));
        }
        Ok(cells)
    }
}

struct NameSeed<'a>(&'a mut Names);

impl<'de> DeserializeSeed<'de> for NameSeed<'_> {
    type Value = Arc<str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for NameSeed<'_> {
    type Value = Arc<str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Arc<str>, E> {
        self.0.share(name).ok_or_else(|| E::custom(Fault::ManyColumns))
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellVisitor)
    }
}

struct CellVisitor;

impl<'de> Visitor<'de> for CellVisitor {
    type Value = Cell;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Cell, E> {
        Ok(Cell::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Cell, E> {
        Ok(Cell::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Cell, E> {
        Ok(Cell::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Cell, E> {
        // Above i64 the digits are kept as text: an id must not lose any.
        Ok(i64::try_from(value).map_or_else(|_| Cell::Text(value.to_string()), Cell::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Cell, E> {
        Ok(Cell::Float(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cell, E> {
        Ok(Cell::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Cell, A::Error> {
        let value = serde_json::Value::deserialize(de::value::SeqAccessDeserializer::new(seq))?;
        Ok(Cell::Nested(value.to_string()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Cell, A::Error> {
        let value = serde_json::Value::deserialize(de::value::MapAccessDeserializer::new(map))?;
        Ok(Cell::Nested(value.to_string()))
    }
}
