//! CSV and TSV: a header, then one record per row; quoted fields may span lines.

use super::file::Source;
use super::row::{Cell, Names, Row};
use super::{Fault, LabelsError, MAX_LINE};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;

/// Bytes that the CSV reader asks for at once.
const CHUNK: usize = 64 << 10;

pub(super) struct DelimitedRows {
    reader: csv::Reader<Fence>,
    names: Vec<Arc<str>>,
    record: csv::ByteRecord,
    delimiter: u8,
    /// Where the last record started: byte and line.
    last: (u64, u64),
}

/// Stops a quote that is never closed from pulling the whole file into memory, and remembers what was read last: the
/// parser does not tell how a record ended, and without that its line is not known.
struct Fence {
    inner: BufReader<File>,
    /// Bytes handed out, and how many may be before the current record must have ended.
    read: u64,
    allowed: u64,
    /// The bytes handed out last.
    chunk: Vec<u8>,
}

impl Fence {
    /// The byte before `position`, if it was handed out last.
    fn before(&self, position: u64) -> Option<u8> {
        let start = self.read - self.chunk.len() as u64;
        let index = position.checked_sub(start + 1)?;
        self.chunk.get(usize::try_from(index).ok()?).copied()
    }
}

impl Read for Fence {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read >= self.allowed {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let n = self.inner.read(buffer)?;
        if n > 0 {
            self.read += n as u64;
            self.chunk.clear();
            self.chunk.extend_from_slice(&buffer[..n]);
        }
        Ok(n)
    }
}

impl DelimitedRows {
    pub(super) fn open(source: &Source, delimiter: u8) -> Result<Self, LabelsError> {
        let fence = Fence { inner: source.open_text()?, read: 0, allowed: 0, chunk: Vec::new() };
        let reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(CHUNK)
            .from_reader(fence);
        let record = csv::ByteRecord::new();
        let mut rows = Self { reader, names: Vec::new(), record, delimiter, last: (0, 1) };
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
        self.reader.get_mut().allowed = start + MAX_LINE as u64;
        match self.reader.read_byte_record(&mut self.record) {
            Ok(false) => Ok(None),
            Ok(true) => {
                self.last = (start, self.first_line());
                Ok(Some(self.last.1))
            }
            Err(error) => match error.into_kind() {
                csv::ErrorKind::Io(e) if e.kind() == io::ErrorKind::FileTooLarge => {
                    Err(source.error_at(self.last.1 + 1, Fault::LongLine))
                }
                csv::ErrorKind::Io(e) => Err(source.error(Fault::Unreadable(e))),
                // Ragged and non-UTF-8 records are found by the callers, with better places.
                other => Err(source.error(Fault::Unreadable(io::Error::other(format!("{other:?}"))))),
            },
        }
    }

    /// The line on which the current record starts. The parser's own count stands before the blank lines and the second
    /// half of a CRLF that precede a record; counting back from the end of the record is exact.
    fn first_line(&self) -> u64 {
        let end = self.reader.position();
        let ended_by_newline = self.reader.get_ref().before(end.byte()) == Some(b'\n');
        end.line() - u64::from(ended_by_newline) - self.record.iter().map(newlines).sum::<u64>()
    }

    fn utf8<'a>(&self, source: &Source, line: u64, index: usize, field: &'a [u8]) -> Result<&'a str, LabelsError> {
        std::str::from_utf8(field).map_err(|e| {
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

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|b| **b == b'\n').count() as u64
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
