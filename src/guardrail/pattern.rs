//! How the patterns of this room are compiled: few, small, and when they are needed.
//!
//! Compiling them was most of what a guard cost. So they are written for folded text ([`super::text::folded`]): small
//! letters only, no white space but single spaces. And a table of wordings is compiled as one set, which says in a
//! single pass which of them to look at; each by itself is compiled when it is first met.

use regex::{Regex, RegexSet};
use std::sync::OnceLock;

/// A compiled pattern of this room; its tests use them all.
pub(super) fn pattern(source: &str) -> Regex {
    Regex::new(source).expect("the patterns of this room are constants, and its tests use them all")
}

/// A pattern for folded text.
pub(super) fn folded_pattern(source: &str) -> Regex {
    pattern(&narrowed(source))
}

/// `\s`, `\d` and `\w` as what folded text can hold of them: a space, ten digits, and letters of the Latin alphabets.
/// All of Unicode's make a pattern ten times larger.
fn narrowed(source: &str) -> String {
    const LETTERS: &str = r"0-9a-z_\x{df}-\x{24f}";
    source
        .replace(r"\s", " ")
        .replace(r"\d", "[0-9]")
        .replace(r"\w", &format!("[{LETTERS}]"))
        .replace(r"\W", &format!("[^{LETTERS}]"))
}

/// A pattern in full: each of `parts` in its place, in their order, so that a part may have others that come after it.
pub(super) fn spelled(source: &str, parts: &[(&str, &str)]) -> String {
    parts.iter().fold(source.to_owned(), |text, (name, part)| text.replace(name, part))
}

/// A table of wordings for folded text, each with what it means.
pub(super) struct Wordings<T> {
    any: RegexSet,
    each: Vec<(String, OnceLock<Regex>, T)>,
}

impl<T> Wordings<T> {
    pub(super) fn new(table: impl IntoIterator<Item = (String, T)>) -> Self {
        let each: Vec<_> = table.into_iter().map(|(source, what)| (narrowed(&source), OnceLock::new(), what)).collect();
        let any = RegexSet::new(each.iter().map(|(source, ..)| source));
        Self { any: any.expect("the patterns of this room are constants, and its tests use them all"), each }
    }

    /// The wordings that `low` has.
    pub(super) fn met<'a>(&'a self, low: &str) -> impl Iterator<Item = (&'a Regex, &'a T)> + use<'a, T> {
        let met: Vec<usize> = self.any.matches(low).iter().collect();
        met.into_iter().map(|at| {
            let (source, compiled, what) = &self.each[at];
            (compiled.get_or_init(|| pattern(source)), what)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folded_pattern_has_small_classes_with_the_same_members() {
        assert_eq!(narrowed(r"\s+[^\s\d]\W"), r" +[^ [0-9]][^0-9a-z_\x{df}-\x{24f}]");
        let word = folded_pattern(r"^\w+\W$");
        assert!(word.is_match("größe_1!") && !word.is_match("a b"));
    }

    #[test]
    fn only_the_wordings_of_a_text_are_met() {
        let table = Wordings::new([(r"\ba\d".to_owned(), 1), (r"\bb\d".to_owned(), 2), ("c".to_owned(), 3)]);
        let met: Vec<_> = table.met("b1 c").map(|(pattern, what)| (pattern.as_str(), *what)).collect();
        assert_eq!(met, [(r"\bb[0-9]", 2), ("c", 3)]);
    }
}
