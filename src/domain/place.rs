//! Where in a file something is wrong, and how an error tells a person what to do about it.

use std::error::Error;
use std::fmt;

/// A place in a file that a person can open: `path:line:column`, with the line itself where it helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file as the user named it.
    pub path: String,
    /// Line from 1, when the format has lines.
    pub line: Option<u64>,
    /// Column in characters from 1.
    pub column: Option<u64>,
    /// The text of that line.
    pub source: Option<String>,
}

impl Place {
    /// A whole file.
    pub fn file(path: impl Into<String>) -> Self {
        Self { path: path.into(), line: None, column: None, source: None }
    }

    /// A line of a file, from 1.
    pub fn line(path: impl Into<String>, line: u64) -> Self {
        Self { line: Some(line), ..Self::file(path) }
    }

    /// The place of byte `offset` in `text`, with its source line.
    pub fn in_text(path: impl Into<String>, text: &str, offset: usize) -> Self {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &text[..offset];
        let start = before.rfind('\n').map_or(0, |i| i + 1);
        let source = text[start..].lines().next().unwrap_or("").to_owned();
        Self {
            path: path.into(),
            line: Some(before.matches('\n').count() as u64 + 1),
            column: Some(text[start..offset].chars().count() as u64 + 1),
            source: Some(source),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        Ok(())
    }
}

/// An error of any room, as a person reads it: the message of [`Error`], where, and what to do.
pub trait Explain: Error {
    /// Where it went wrong, when that is a place in a file.
    fn place(&self) -> Option<&Place> {
        None
    }

    /// A command or an edit to make, without the word "hint".
    fn hint(&self) -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_lines_and_columns_from_one_in_characters() {
        let text = "a = 1\nüber = 2\n";
        let place = Place::in_text("r.toml", text, text.find("= 2").unwrap());
        assert_eq!(place.to_string(), "r.toml:2:6");
        assert_eq!(place.source.as_deref(), Some("über = 2"));
    }

    #[test]
    fn an_offset_past_the_end_is_the_end() {
        assert_eq!(Place::in_text("x", "ab", 99).to_string(), "x:1:3");
        assert_eq!(Place::in_text("x", "", 0).to_string(), "x:1:1");
    }
}
