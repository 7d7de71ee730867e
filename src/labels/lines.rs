//! Lines of a text file, with limits.

use super::file::Source;
use super::{Fault, LabelsError, MAX_LINE};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};

pub(super) struct LineReader {
    reader: BufReader<File>,
    buffer: Vec<u8>,
    /// The current line, from 1.
    number: u64,
}

impl LineReader {
    pub(super) fn open(source: &Source) -> Result<Self, LabelsError> {
        Ok(Self { reader: source.open_text()?, buffer: Vec::new(), number: 0 })
    }

    /// The next line that is not blank, with its number.
    pub(super) fn next(&mut self, source: &Source) -> Result<Option<(u64, &str)>, LabelsError> {
        while self.fill(source)? {
            if !self.buffer.trim_ascii().is_empty() {
                let text = std::str::from_utf8(&self.buffer)
                    .map_err(|e| source.error_in(self.number, e.valid_up_to(), Fault::NotUtf8))?;
                return Ok(Some((self.number, text)));
            }
        }
        Ok(None)
    }

    fn fill(&mut self, source: &Source) -> Result<bool, LabelsError> {
        self.buffer.clear();
        self.number += 1;
        let mut limited = (&mut self.reader).take(MAX_LINE as u64 + 1);
        let read = limited.read_until(b'\n', &mut self.buffer).map_err(|e| source.error(Fault::Unreadable(e)))?;
        if self.buffer.last() == Some(&b'\n') {
            self.buffer.pop();
        }
        if self.buffer.len() > MAX_LINE {
            return Err(source.error_at(self.number, Fault::LongLine));
        }
        Ok(read > 0)
    }
}
