//! Rows of typed cells to JSONL, CSV and Parquet; a file that is there as a whole or not at all.

use super::file::Format;
use super::{Fault, LabelsError};
use crate::domain::Place;
use polars::io::parquet::write::{BatchedWriter, ParquetWriter};
use polars::prelude::{
    ChunkedBuilder, Column, DataFrame, DataType, Field, Float64Type, Int64Type, IntoColumn, PolarsError,
    PrimitiveChunkedBuilder, Schema, StringChunkedBuilder,
};
use std::fmt::Write as _;
use std::fs::{File, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Bytes that are written at once.
const CHUNK: usize = 64 << 10;
/// Rows of a Parquet row group, at most.
const GROUP_ROWS: usize = 65_536;
/// Text bytes of a Parquet row group, about.
const GROUP_BYTES: usize = 16 << 20;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer,
    Float,
}

/// One cell. `Null` is `null` in JSON and Parquet, an empty field in CSV.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'a> {
    Null,
    Text(&'a str),
    Integer(i64),
    Float(f64),
}

impl<'a> Value<'a> {
    pub(super) fn text(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }

    /// Counts above i64 do not occur in files; one that did would be null rather than wrong.
    pub(super) fn count(count: Option<u64>) -> Self {
        count.and_then(|count| i64::try_from(count).ok()).map_or(Self::Null, Self::Integer)
    }
}

/// A file next to its final place, until [`OutFile::finish`] puts it there. Dropped before, it leaves nothing.
pub(super) struct OutFile {
    temp: NamedTempFile,
    path: PathBuf,
}

impl OutFile {
    pub(super) fn create(path: &Path) -> Result<Self, LabelsError> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".assessor-").suffix(".part");
        let all = readable_by_others();
        if let Some(permissions) = all {
            builder.permissions(permissions);
        }
        let temp = builder.tempfile_in(folder(path)).map_err(|e| unwritable(path, e))?;
        Ok(Self { temp, path: path.to_owned() })
    }

    pub(super) fn handle(&self) -> Result<File, LabelsError> {
        self.temp.as_file().try_clone().map_err(|e| self.error(e))
    }

    pub(super) fn error(&self, error: io::Error) -> LabelsError {
        unwritable(&self.path, error)
    }

    pub(super) fn fault(&self, fault: Fault) -> LabelsError {
        LabelsError::new(fault, Place::file(self.path.display().to_string()))
    }

    /// Puts the file in its place, durably.
    pub(super) fn finish(self) -> Result<(), LabelsError> {
        let Self { temp, path } = self;
        temp.as_file().sync_all().map_err(|e| unwritable(&path, e))?;
        temp.persist(&path).map_err(|e| unwritable(&path, e.error))?;
        // The rename itself must survive a power cut; folders cannot be opened for that everywhere.
        if cfg!(unix) {
            File::open(folder(&path)).and_then(|folder| folder.sync_all()).map_err(|e| unwritable(&path, e))?;
        }
        Ok(())
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn unwritable(path: &Path, error: io::Error) -> LabelsError {
    LabelsError::new(Fault::Unwritable(error), Place::file(path.display().to_string()))
}

/// Temporary files are private by default; results are as public as the user's umask says.
#[cfg(unix)]
fn readable_by_others() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn readable_by_others() -> Option<Permissions> {
    None
}

/// A file of rows.
pub(super) struct Table {
    sink: Sink,
    out: OutFile,
}

enum Sink {
    Jsonl { out: BufWriter<File>, keys: Vec<Vec<u8>> },
    Delimited { out: Box<csv::Writer<File>>, scratch: String },
    Parquet(Box<ParquetSink>),
}

impl Table {
    /// A table with these columns. The caller has seen to it that `format` has columns, which TREC has not.
    pub(super) fn create(path: &Path, format: Format, columns: &[(&str, Kind)]) -> Result<Self, LabelsError> {
        let out = OutFile::create(path)?;
        let sink = match format {
            Format::Jsonl => {
                let keys = columns.iter().enumerate().map(|(i, (name, _))| json_key(i, name)).collect();
                Sink::Jsonl { out: BufWriter::with_capacity(CHUNK, out.handle()?), keys }
            }
            Format::Delimited(delimiter) => {
                let mut builder = csv::WriterBuilder::new();
                let mut writer = builder.delimiter(delimiter).buffer_capacity(CHUNK).from_writer(out.handle()?);
                writer.write_record(columns.iter().map(|(name, _)| name)).map_err(|e| out.error(csv_error(e)))?;
                Sink::Delimited { out: Box::new(writer), scratch: String::new() }
            }
            Format::Parquet => {
                Sink::Parquet(Box::new(ParquetSink::create(&out, columns).map_err(|e| unwritable_parquet(&out, &e))?))
            }
            Format::Qrels => return Err(out.fault(Fault::UnknownFormat(".qrels".into()))),
        };
        Ok(Self { sink, out })
    }

    /// Adds a row; `values` in the order of the columns.
    pub(super) fn write(&mut self, values: &[Value<'_>]) -> Result<(), LabelsError> {
        match &mut self.sink {
            Sink::Jsonl { out, keys } => write_json(out, keys, values).map_err(|e| self.out.error(e)),
            Sink::Delimited { out, scratch } => {
                write_csv(out, scratch, values).map_err(|e| self.out.error(csv_error(e)))
            }
            Sink::Parquet(sink) => sink.write(values).map_err(|e| unwritable_parquet(&self.out, &e)),
        }
    }

    /// Writes what is left and puts the file in its place.
    pub(super) fn finish(mut self) -> Result<(), LabelsError> {
        match &mut self.sink {
            Sink::Jsonl { out, .. } => out.flush().map_err(|e| self.out.error(e))?,
            Sink::Delimited { out, .. } => out.flush().map_err(|e| self.out.error(e))?,
            Sink::Parquet(sink) => sink.finish().map_err(|e| unwritable_parquet(&self.out, &e))?,
        }
        self.out.finish()
    }
}

fn unwritable_parquet(out: &OutFile, error: &PolarsError) -> LabelsError {
    out.fault(Fault::UnwritableParquet(error.to_string()))
}

fn csv_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// `{"id":` or `,"rating":`.
fn json_key(index: usize, name: &str) -> Vec<u8> {
    let open = if index == 0 { '{' } else { ',' };
    let name = serde_json::Value::from(name);
    format!("{open}{name}:").into_bytes()
}

fn write_json(out: &mut impl Write, keys: &[Vec<u8>], values: &[Value<'_>]) -> io::Result<()> {
    for (key, value) in keys.iter().zip(values) {
        out.write_all(key)?;
        match value {
            Value::Null => out.write_all(b"null")?,
            Value::Text(text) => serde_json::to_writer(&mut *out, text)?,
            Value::Integer(value) => serde_json::to_writer(&mut *out, value)?,
            Value::Float(value) => serde_json::to_writer(&mut *out, value)?,
        }
    }
    out.write_all(b"}\n")
}

fn write_csv(out: &mut csv::Writer<File>, scratch: &mut String, values: &[Value<'_>]) -> csv::Result<()> {
    for value in values {
        scratch.clear();
        let text = match value {
            Value::Null => "",
            Value::Text(text) => text,
            Value::Integer(value) => written(scratch, format_args!("{value}")),
            Value::Float(value) => written(scratch, format_args!("{value}")),
        };
        out.write_field(text)?;
    }
    out.write_record(None::<&[u8]>)
}

fn written<'a>(scratch: &'a mut String, text: std::fmt::Arguments<'_>) -> &'a str {
    scratch.write_fmt(text).expect("a string takes any text");
    scratch
}

struct ParquetSink {
    writer: BatchedWriter<File>,
    columns: Vec<(String, Kind)>,
    builders: Vec<Builder>,
    rows: usize,
    bytes: usize,
}

enum Builder {
    Text(StringChunkedBuilder),
    Integer(PrimitiveChunkedBuilder<Int64Type>),
    Float(PrimitiveChunkedBuilder<Float64Type>),
}

impl ParquetSink {
    fn create(out: &OutFile, columns: &[(&str, Kind)]) -> Result<Self, PolarsError> {
        let dtype = |kind| match kind {
            Kind::Text => DataType::String,
            Kind::Integer => DataType::Int64,
            Kind::Float => DataType::Float64,
        };
        let schema: Schema = columns.iter().map(|(name, kind)| Field::new((*name).into(), dtype(*kind))).collect();
        let file = out.temp.as_file().try_clone()?;
        let writer = ParquetWriter::new(file).set_parallel(false).batched(&schema)?;
        let columns: Vec<_> = columns.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
        let builders = start(&columns);
        Ok(Self { writer, columns, builders, rows: 0, bytes: 0 })
    }

    fn write(&mut self, values: &[Value<'_>]) -> Result<(), PolarsError> {
        for (column, value) in self.builders.iter_mut().zip(values) {
            self.bytes += column.push(*value);
        }
        self.rows += 1;
        if self.rows == GROUP_ROWS || self.bytes > GROUP_BYTES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), PolarsError> {
        if self.rows > 0 {
            let full = std::mem::replace(&mut self.builders, start(&self.columns));
            let columns = full.into_iter().map(Builder::finish).collect();
            self.writer.write_batch(&DataFrame::new(self.rows, columns)?)?;
            (self.rows, self.bytes) = (0, 0);
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), PolarsError> {
        self.flush()?;
        self.writer.finish().map(|_size| ())
    }
}

fn start(columns: &[(String, Kind)]) -> Vec<Builder> {
    columns.iter().map(|(name, kind)| Builder::new(name, *kind)).collect()
}

impl Builder {
    fn new(name: &str, kind: Kind) -> Self {
        // Small at first: builders grow, and most files are small.
        match kind {
            Kind::Text => Self::Text(StringChunkedBuilder::new(name.into(), 1024)),
            Kind::Integer => Self::Integer(PrimitiveChunkedBuilder::new(name.into(), 1024)),
            Kind::Float => Self::Float(PrimitiveChunkedBuilder::new(name.into(), 1024)),
        }
    }

    /// Adds a cell; gives the bytes of its text.
    fn push(&mut self, value: Value<'_>) -> usize {
        match (self, value) {
            (Self::Text(column), Value::Text(text)) => {
                column.append_value(text);
                return text.len();
            }
            (Self::Text(column), _) => column.append_null(),
            (Self::Integer(column), Value::Integer(value)) => column.append_value(value),
            (Self::Integer(column), _) => column.append_null(),
            (Self::Float(column), Value::Float(value)) => column.append_value(value),
            (Self::Float(column), _) => column.append_null(),
        }
        0
    }

    fn finish(self) -> Column {
        match self {
            Self::Text(column) => column.finish().into_column(),
            Self::Integer(column) => column.finish().into_column(),
            Self::Float(column) => column.finish().into_column(),
        }
    }
}
