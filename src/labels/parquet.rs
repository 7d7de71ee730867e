//! Parquet, a bounded slice of a row group at a time.

use super::file::Source;
use super::row::{Cell, Names, Row};
use super::{Fault, LabelsError};
use polars::io::SerReader;
use polars::io::parquet::metadata::FileMetadataRef;
use polars::io::parquet::read::{ParallelStrategy, ParquetReader};
use polars::prelude::{AnyValue, ArrowDataType, Column, PolarsError};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Rows that are decoded at once, at most.
const ROWS: usize = 8_192;
/// Bytes that are decoded at once, about.
const BYTES: usize = 8 << 20;

pub(super) struct ParquetRows {
    metadata: FileMetadataRef,
    names: Vec<Arc<str>>,
    /// The decoded slice, and the next row in it.
    slice: Vec<Column>,
    index: usize,
    /// Row group in work, its first row, rows of it that were decoded.
    group: usize,
    first: usize,
    decoded: usize,
    /// Rows given out.
    at: u64,
}

impl ParquetRows {
    pub(super) fn open(source: &Source) -> Result<Self, LabelsError> {
        let file = source.open()?;
        let mut reader = ParquetReader::new(file);
        let (metadata, schema) = guarded(source, || Ok((reader.get_metadata()?.clone(), reader.schema()?)))?;
        let mut names = Names::default();
        let mut columns = Vec::new();
        for (name, field) in schema.iter() {
            if !is_read(&field.dtype) {
                let (column, dtype) = (name.to_string(), format!("{:?}", field.dtype));
                return Err(source.error(Fault::ColumnType { column, dtype }));
            }
            columns.push(names.share(name).ok_or_else(|| source.error(Fault::ManyColumns))?);
        }
        Ok(Self { metadata, names: columns, slice: Vec::new(), index: 0, group: 0, first: 0, decoded: 0, at: 0 })
    }

    pub(super) fn read(&mut self, source: &Source) -> Result<Option<Row>, LabelsError> {
        while self.slice.first().is_none_or(|column| self.index == column.len()) {
            if !self.decode(source)? {
                return Ok(None);
            }
        }
        self.at += 1;
        let mut cells = Vec::with_capacity(self.names.len());
        for (name, column) in self.names.iter().zip(&self.slice) {
            let value = column.get(self.index).map_err(|e| broken(source, &e))?;
            cells.push((name.clone(), cell(&value)));
        }
        self.index += 1;
        Ok(Some(Row { at: self.at, cells }))
    }

    /// Decodes the next slice; `false` at the end of the file.
    fn decode(&mut self, source: &Source) -> Result<bool, LabelsError> {
        let groups = &self.metadata.row_groups;
        while groups.get(self.group).is_some_and(|group| group.num_rows() == self.decoded) {
            self.first += self.decoded;
            (self.group, self.decoded) = (self.group + 1, 0);
        }
        let Some(group) = groups.get(self.group) else { return Ok(false) };
        let rows = group.num_rows();
        let bytes_per_row = group.total_byte_size() / rows.max(1) + 1;
        let wanted = (BYTES / bytes_per_row).clamp(1, ROWS).min(rows - self.decoded);
        let mut reader = ParquetReader::new(source.open()?)
            .with_slice(Some((self.first + self.decoded, wanted)))
            .read_parallel(ParallelStrategy::None)
            .set_rechunk(true);
        reader.set_metadata(self.metadata.clone());
        let frame = guarded(source, || reader.finish())?;
        if frame.height() != wanted || frame.width() != self.names.len() {
            return Err(source.error(Fault::Parquet("it ends before its last row".into())));
        }
        self.slice = frame.into_columns();
        self.index = 0;
        self.decoded += wanted;
        Ok(true)
    }
}

/// Polars panics on some damaged files; for a reader of foreign files that is an error like any other.
fn guarded<T>(source: &Source, read: impl FnOnce() -> Result<T, PolarsError>) -> Result<T, LabelsError> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(result) => result.map_err(|e| broken(source, &e)),
        Err(_) => Err(source.error(Fault::Parquet("its contents are damaged".into()))),
    }
}

fn broken(source: &Source, error: &PolarsError) -> LabelsError {
    let message = error.to_string();
    source.error(Fault::Parquet(message.trim_start_matches("parquet: ").to_owned()))
}

fn is_read(dtype: &ArrowDataType) -> bool {
    use ArrowDataType as D;
    match dtype {
        D::Null | D::Boolean | D::Float32 | D::Float64 | D::Utf8 | D::LargeUtf8 | D::Utf8View => true,
        D::Int8 | D::Int16 | D::Int32 | D::Int64 | D::UInt8 | D::UInt16 | D::UInt32 | D::UInt64 => true,
        D::Dictionary(_, values, _) => matches!(**values, D::Utf8 | D::LargeUtf8 | D::Utf8View),
        _ => false,
    }
}

fn cell(value: &AnyValue<'_>) -> Cell {
    if let Some(text) = value.get_str() {
        return Cell::Text(text.to_owned());
    }
    match value {
        AnyValue::Boolean(value) => Cell::Bool(*value),
        AnyValue::Float32(value) => Cell::Float(f64::from(*value)),
        AnyValue::Float64(value) => Cell::Float(*value),
        // Above i64 the digits are kept as text: an id must not lose any.
        AnyValue::UInt64(value) => i64::try_from(*value).map_or_else(|_| Cell::Text(value.to_string()), Cell::Integer),
        AnyValue::UInt8(value) => Cell::Integer(i64::from(*value)),
        AnyValue::UInt16(value) => Cell::Integer(i64::from(*value)),
        AnyValue::UInt32(value) => Cell::Integer(i64::from(*value)),
        AnyValue::Int8(value) => Cell::Integer(i64::from(*value)),
        AnyValue::Int16(value) => Cell::Integer(i64::from(*value)),
        AnyValue::Int32(value) => Cell::Integer(i64::from(*value)),
        AnyValue::Int64(value) => Cell::Integer(*value),
        _ => Cell::Null,
    }
}
