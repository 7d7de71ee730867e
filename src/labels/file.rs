//! A file as a stream of rows, whatever its format; places in it for errors.

use super::delimited::DelimitedRows;
use super::error::harmless;
use super::jsonl::JsonlRows;
use super::parquet::ParquetRows;
use super::row::Row;
use super::trec::QrelsRows;
use super::{Fault, LabelsError, MAX_LINE};
use crate::domain::Place;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

/// Characters of a source line that an error shows.
const SHOWN: usize = 120;

/// How a file is laid out, by its extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Jsonl,
    /// With this delimiter.
    Delimited(u8),
    Parquet,
    Qrels,
}

impl Format {
    pub(super) fn of(path: &Path) -> Result<Self, LabelsError> {
        let unknown = |fault| LabelsError::new(fault, Place::file(path.display().to_string()));
        let Some(extension) = path.extension() else { return Err(unknown(Fault::NoExtension)) };
        let extension = extension.to_string_lossy().to_lowercase();
        match extension.as_str() {
            "jsonl" | "ndjson" => Ok(Self::Jsonl),
            "csv" => Ok(Self::Delimited(b',')),
            "tsv" => Ok(Self::Delimited(b'\t')),
            "parquet" => Ok(Self::Parquet),
            "qrels" | "qrels_jg" => Ok(Self::Qrels),
            _ => Err(unknown(Fault::UnknownFormat(format!(".{extension}")))),
        }
    }
}

/// A file that exists, and makes places in itself.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) format: Format,
}

impl Source {
    /// Checks that there is a file to read.
    pub(super) fn new(path: &Path) -> Result<Self, LabelsError> {
        let source = Self { path: path.to_owned(), format: Format::of(path)? };
        let meta = std::fs::metadata(path).map_err(|e| match e.kind() {
            ErrorKind::NotFound => source.error(Fault::NoFile),
            _ => source.error(Fault::Unreadable(e)),
        })?;
        if meta.is_dir() {
            return Err(source.error(Fault::NotAFile("a directory")));
        }
        if !meta.is_file() {
            return Err(source.error(Fault::NotAFile("a device or a pipe")));
        }
        if meta.len() == 0 { Err(source.error(Fault::Empty)) } else { Ok(source) }
    }

    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// An error of the file as a whole.
    pub(super) fn error(&self, fault: Fault) -> LabelsError {
        LabelsError::new(fault, Place::file(self.name()))
    }

    /// An error of one line, or in Parquet of one row.
    pub(super) fn error_at(&self, at: u64, fault: Fault) -> LabelsError {
        LabelsError::new(fault, self.place(at, None))
    }

    /// An error at a byte of one line.
    pub(super) fn error_in(&self, line: u64, byte: usize, fault: Fault) -> LabelsError {
        LabelsError::new(fault, self.place(line, Some(byte)))
    }

    /// An error about the columns that a record has: where the format declares them, or in the record itself.
    pub(super) fn error_of_columns(&self, at: u64, fault: Fault) -> LabelsError {
        match self.format {
            Format::Delimited(_) => self.error_at(1, fault),
            Format::Parquet => self.error(fault),
            Format::Jsonl | Format::Qrels => self.error_at(at, fault),
        }
    }

    /// `path:line` or `path row N`.
    pub(super) fn at(&self, at: u64) -> String {
        match self.format {
            Format::Parquet => format!("{} row {at}", self.name()),
            _ => format!("{}:{at}", self.name()),
        }
    }

    fn place(&self, at: u64, byte: Option<usize>) -> Place {
        if self.format == Format::Parquet {
            return Place::file(self.at(at));
        }
        let place = Place::line(self.name(), at);
        // Read again, only now that there is something to show: good rows pay nothing for it.
        let Some(line) = self.line(at) else { return place };
        let column = byte.map(|byte| String::from_utf8_lossy(&line[..byte.min(line.len())]).chars().count() as u64 + 1);
        let text = harmless(&String::from_utf8_lossy(&line));
        let mut shown: String = text.chars().take(SHOWN).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        Place { column, source: Some(shown), ..place }
    }

    fn line(&self, number: u64) -> Option<Vec<u8>> {
        let mut reader = BufReader::new(self.open().ok()?);
        skip_bom(&mut reader).ok()?;
        for _ in 1..number {
            reader.skip_until(b'\n').ok()?;
        }
        let mut line = Vec::new();
        reader.take(MAX_LINE as u64).read_until(b'\n', &mut line).ok()?;
        let end = line.trim_ascii_end().len();
        line.truncate(end);
        Some(line)
    }

    pub(super) fn open(&self) -> Result<File, LabelsError> {
        File::open(&self.path).map_err(|e| self.error(Fault::Unreadable(e)))
    }

    /// The file behind its byte order mark.
    pub(super) fn open_text(&self) -> Result<BufReader<File>, LabelsError> {
        let mut reader = BufReader::with_capacity(64 << 10, self.open()?);
        match skip_bom(&mut reader) {
            Ok(true) => Ok(reader),
            Ok(false) => Err(self.error(Fault::Utf16)),
            Err(e) => Err(self.error(Fault::Unreadable(e))),
        }
    }
}

/// Skips a UTF-8 byte order mark; `false` when the file starts with that of UTF-16.
fn skip_bom(reader: &mut impl BufRead) -> std::io::Result<bool> {
    let start = reader.fill_buf()?;
    if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
        return Ok(false);
    }
    if start.starts_with("\u{feff}".as_bytes()) {
        reader.consume(3);
    }
    Ok(true)
}

/// The rows of a file, in order. Ends after the first error.
pub(super) struct Rows {
    pub(super) source: Source,
    lines: Lines,
    read: u64,
    ended: bool,
}

enum Lines {
    Jsonl(JsonlRows),
    Delimited(DelimitedRows),
    Parquet(ParquetRows),
    Qrels(QrelsRows),
}

impl Rows {
    pub(super) fn open(path: &Path) -> Result<Self, LabelsError> {
        let source = Source::new(path)?;
        let lines = match source.format {
            Format::Jsonl => Lines::Jsonl(JsonlRows::open(&source)?),
            Format::Delimited(delimiter) => Lines::Delimited(DelimitedRows::open(&source, delimiter)?),
            Format::Parquet => Lines::Parquet(ParquetRows::open(&source)?),
            Format::Qrels => Lines::Qrels(QrelsRows::open(&source)?),
        };
        Ok(Self { source, lines, read: 0, ended: false })
    }
}

impl Iterator for Rows {
    type Item = Result<Row, LabelsError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = match &mut self.lines {
            Lines::Jsonl(rows) => rows.read(&self.source),
            Lines::Delimited(rows) => rows.read(&self.source),
            Lines::Parquet(rows) => rows.read(&self.source),
            Lines::Qrels(rows) => rows.read(&self.source),
        };
        let row = match next {
            Ok(None) if self.read == 0 => {
                let headed = matches!(self.source.format, Format::Delimited(_) | Format::Parquet);
                let fault = if headed { Fault::NoRows } else { Fault::Empty };
                Some(Err(self.source.error(fault)))
            }
            Ok(row) => row.map(Ok),
            Err(error) => Some(Err(error)),
        };
        self.read += 1;
        self.ended = !matches!(row, Some(Ok(_)));
        row
    }
}
