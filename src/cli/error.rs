//! An error as a person reads it: what, where, why, what to do.

use crate::domain::Explain;
use std::error::Error;
use std::fmt::Write as _;

/// Columns further right get no caret: the line wraps.
const CARET: u64 = 120;

/// Renders `error:`, the place with its line, the causes and `hint:`.
pub(super) fn render(error: &dyn Explain, color: bool) -> String {
    let paint = |code: &str, text: &str| if color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() };
    let mut out = format!("{} {}\n", paint("1;31", "error:"), clean(&error.to_string()));
    if let Some(place) = error.place() {
        let _ = writeln!(out, "  {} {}", paint("1;34", "-->"), clean(&place.to_string()));
        if let (Some(line), Some(source)) = (place.line, &place.source) {
            let number = line.to_string();
            let _ = writeln!(out, "   {} {} {}", number, paint("1;34", "|"), clean(source));
            if let Some(column) = place.column.filter(|c| *c <= CARET) {
                let blank = " ".repeat(number.len() + 3);
                let before: String =
                    source.chars().take(column as usize - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
                let _ = writeln!(out, "{blank} {} {before}{}", paint("1;34", "|"), paint("1;31", "^"));
            }
        }
    }
    let said = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let text = inner.to_string();
        if !said.contains(&text) {
            let _ = writeln!(out, "  because {}", clean(&text));
        }
        cause = Error::source(inner);
    }
    if let Some(hint) = error.hint() {
        let _ = writeln!(out, "{} {}", paint("1;36", "hint:"), clean(&hint));
    }
    out
}

/// Text from files and servers must not steer the terminal.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
}
