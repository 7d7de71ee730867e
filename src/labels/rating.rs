//! Rating cells, shared by human and judge ratings: an integer, a missing value, or an error.

use super::row::{Cell, Taker};
use super::{Fault, LabelsError};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The integer in a rating cell; `None` where it is missing. `4`, `4.0` and `"4"` are 4; nothing is rounded.
pub(super) fn integer(row: &Taker<'_>, cell: Cell) -> Result<Option<i64>, LabelsError> {
    if cell.is_missing() {
        return Ok(None);
    }
    let value = match &cell {
        Cell::Integer(value) => Some(*value),
        // Within ±2⁵³ every integer has its own float; ratings are far smaller.
        Cell::Float(value) if value.fract() == 0.0 && value.abs() <= 1e15 => Some(*value as i64),
        Cell::Text(text) => whole(text.trim_ascii()),
        _ => None,
    };
    match value {
        Some(value) => Ok(Some(value)),
        None => Err(row.error(Fault::NotARating(excerpt(&cell.into_text())))),
    }
}

/// `4`, `-4`, `4.`, `4.00`.
fn whole(text: &str) -> Option<i64> {
    let (digits, zeros) = text.split_once('.').unwrap_or((text, ""));
    if zeros.bytes().all(|b| b == b'0') { digits.parse().ok() } else { None }
}

/// The first characters of a value, for messages.
pub(super) fn excerpt(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// Choice of one criterion in a file that may rate several.
pub(super) struct Criterion<'a> {
    wanted: Option<&'a str>,
    found: BTreeSet<String>,
    kept: bool,
}

impl<'a> Criterion<'a> {
    pub(super) fn new(wanted: Option<&'a str>) -> Self {
        Self { wanted, found: BTreeSet::new(), kept: false }
    }

    /// Whether the row is about the criterion that was asked for.
    pub(super) fn keeps(&mut self, row: &mut Taker<'_>) -> Result<bool, LabelsError> {
        let Some(name) = row.optional("criterion")? else {
            self.kept = true;
            return Ok(true);
        };
        let keep = self.wanted.is_none_or(|wanted| wanted == name);
        if !self.found.contains(&name) {
            self.found.insert(name);
            if self.wanted.is_none() && self.found.len() > 1 {
                return Err(row.error(Fault::SeveralCriteria(self.found.iter().cloned().collect())));
            }
        }
        self.kept |= keep;
        Ok(keep)
    }

    /// The fault of a file that has criteria, and not the one that was asked for.
    pub(super) fn fault(self) -> Option<Fault> {
        match self.wanted {
            Some(wanted) if !self.kept => {
                Some(Fault::NoCriterion { wanted: wanted.to_owned(), found: self.found.into_iter().collect() })
            }
            _ => None,
        }
    }
}

/// Text values that return often, each stored once.
#[derive(Default)]
pub(super) struct Shared(BTreeSet<Arc<str>>);

impl Shared {
    pub(super) fn get(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let text: Arc<str> = text.into();
        self.0.insert(text.clone());
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_an_integer_only_when_nothing_is_lost() {
        for (text, value) in [("4", 4), ("-2", -2), ("4.0", 4), ("4.", 4), ("04.000", 4)] {
            assert_eq!(whole(text), Some(value), "{text}");
        }
        for text in [
            "",
            ".",
            "4.5",
            "4.05",
            "4,0",
            "1e0",
            "NaN",
            "inf",
            "4/5",
            "0x4",
            "4 5",
            "\u{0664}",
            "99999999999999999999",
        ] {
            assert_eq!(whole(text), None, "{text}");
        }
    }

    #[test]
    fn an_excerpt_is_short_and_says_so() {
        assert_eq!(excerpt("abc"), "abc");
        assert_eq!(excerpt(&"é".repeat(41)), format!("{}…", "é".repeat(40)));
    }
}
