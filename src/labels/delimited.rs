//! CSV and TSV: a header, then one record per row; quoted fields may span lines.

use super::file::Source;
use super::row::{Cell, Names, Row};
use super::{Fault, LabelsError, MAX_LINE};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes that the CSV reader asks for at once.
const CHUNK: usize = 64 << 10;

pub(super) struct DelimitedRows {
    reader: csv::Reader<Fence>,
    /// Bytes that may be read before the current record must have ended.
    allowed: Arc<AtomicU64>,
    names: Vec<Arc<str>>,
    record: csv::ByteRecord,
    delimiter: u8,
    /// Where the last record started: byte and line.
    last: (u64, u64),
}

/// Stops a quote that is never closed from pulling the whole file into memory.
struct Fence {
    inner: BufReader<File>,
    read: u64,
    allowed: Arc<AtomicU64>,
}

impl Read for Fence {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read >= self.allowed.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let n = self.inner.read(buffer)?;
        self.read += n as u64;
        Ok(n)
    }
}

impl DelimitedRows {
    pub(super) fn open(source: &Source, delimiter: u8) -> Result<Self, LabelsError> {
        let allowed = Arc::new(AtomicU64::new(0));
        let fence = Fence { inner: source.open_text()?, read: 0, allowed: allowed.clone() };
        let reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(CHUNK)
            .from_reader(fence);
        let record = csv::ByteRecord::new();
        let mut rows = Self { reader, allowed, names: Vec::new(), record, delimiter, last: (0, 1) };
        let Some(line) = rows.next_record(source)? else { return Err(source.error(Fault::Empty)) };
        rows.names = rows.header(source, line)?;
        Ok(rows)
    }

    fn header(&self, source: &Source, line: u64) -> Result<Vec<Arc<str>>, LabelsError> {
        let mut names = Names::default();
        let mut header: Vec<Arc<str>> = Vec::new();
        for (index, field) in self.record.iter().enumerate() {
            let name = self.utf8(source, line, index, field)?;
            if name.is_empty() {
                return Err(source.error_at(line, Fault::ColumnUnnamed(index + 1)));
            }
            let name = names.share(name).ok_or_else(|| source.error_at(line, Fault::ManyColumns))?;
            if header.contains(&name) {
                return Err(source.error_at(line, Fault::ColumnTwice(name.to_string())));
            }
            header.push(name);
        }
        Ok(header)
    }

    pub(super) fn read(&mut self, source: &Source) -> Result<Option<Row>, LabelsError> {
        let Some(line) = self.next_record(source)? else {
            self.check_end(source)?;
            return Ok(None);
        };
        let (expected, found) = (self.names.len(), self.record.len());
        if expected != found {
            return Err(source.error_at(line, Fault::Ragged { expected, found }));
        }
        let mut cells = Vec::with_capacity(expected);
        for (index, (name, field)) in self.names.iter().zip(&self.record).enumerate() {
            let text = self.utf8(source, line, index, field)?;
            cells.push((name.clone(), Cell::Text(text.to_owned())));
        }
        Ok(Some(Row { at: line, cells }))
    }

    /// Reads one record; gives its first line.
    fn next_record(&mut self, source: &Source) -> Result<Option<u64>, LabelsError> {
        let start = self.reader.position().byte();
        self.allowed.store(start + MAX_LINE as u64, Ordering::Relaxed);
        let line = self.reader.position().line();
        match self.reader.read_byte_record(&mut self.record) {
            Ok(false) => Ok(None),
            Ok(true) => {
                let start = self.record.position().map_or((start, line), |p| (p.byte(), p.line()));
                self.last = start;
                Ok(Some(start.1))
            }
            Err(error) => match error.into_kind() {
                csv::ErrorKind::Io(e) if e.kind() == io::ErrorKind::FileTooLarge => {
                    Err(source.error_at(line, Fault::LongLine))
                }
                csv::ErrorKind::Io(e) => Err(source.error(Fault::Unreadable(e))),
                // Ragged and non-UTF-8 records are found below, with better places.
                other => Err(source.error(Fault::Unreadable(io::Error::other(format!("{other:?}"))))),
            },
        }
    }

    fn utf8<'a>(&self, source: &Source, line: u64, index: usize, field: &'a [u8]) -> Result<&'a str, LabelsError> {
        std::str::from_utf8(field).map_err(|e| {
            let newlines = |bytes: &[u8]| bytes.iter().filter(|b| **b == b'\n').count() as u64;
            let before: u64 = self.record.iter().take(index).map(newlines).sum();
            source.error_at(line + before + newlines(&field[..e.valid_up_to()]), Fault::NotUtf8)
        })
    }

    /// The parser takes the end of the file for a closing quote; a file that was cut off must not pass.
    fn check_end(&self, source: &Source) -> Result<(), LabelsError> {
        let mut file = source.open_text()?;
        let unreadable = |e| source.error(Fault::Unreadable(e));
        let mark = file.stream_position().map_err(unreadable)?;
        file.seek(SeekFrom::Start(mark + self.last.0)).map_err(unreadable)?;
        let mut bytes = Vec::new();
        file.take(2 * MAX_LINE as u64).read_to_end(&mut bytes).map_err(unreadable)?;
        if ends_in_quotes(&bytes, self.delimiter) {
            return Err(source.error_at(self.last.1, Fault::OpenQuote));
        }
        Ok(())
    }
}

/// Whether text that starts at a record ends inside a quoted field.
fn ends_in_quotes(bytes: &[u8], delimiter: u8) -> bool {
    let (mut quoted, mut at_start) = (false, true);
    for &byte in bytes {
        match (quoted, byte) {
            // A doubled quote closes and opens again: the state is the same as if it were skipped.
            (true, b'"') => (quoted, at_start) = (false, true),
            (false, b'"') if at_start => quoted = true,
            (false, b) => at_start = b == delimiter || b == b'\n' || b == b'\r',
            (true, _) => {}
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_quote_is_told_from_doubled_and_inner_quotes() {
        for (text, open) in [
            ("a,b\n", false),
            ("a,\"b\n", true),
            ("a,\"b\"\n", false),
            ("a,\"b\"\"\n", true),
            ("a,\"b\"\"c\"\n", false),
            ("5\" disk,b\n", false),
            ("a,\"b\n\",\"\"", false),
        ] {
            assert_eq!(ends_in_quotes(text.as_bytes(), b','), open, "{text:?}");
        }
    }
}
