//! Ids that say what they are made of: `{query_id}_{system}` takes `q7_bm25` apart.

use super::{Fault, LabelsError};
use crate::domain::Place;
use std::fmt;

/// The name whose value is the group of an item.
const GROUP: &str = "query_id";
/// Names that would stand for an item's own columns.
const TAKEN: [&str; 6] = ["id", "query", "title", "document", "human_rating", "human_rationale"];

/// Names in braces with literal text around them.
///
/// An id is taken apart from left to right: each name but the last matches up to the **first** occurrence of the text
/// that follows it, the last one takes what is left. So `{query_id}_{system}` splits `a_b_c` into `a` and `b_c`. No part
/// may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdPattern {
    /// Text before the first name.
    start: String,
    /// Each name with the text that follows it.
    names: Vec<(String, String)>,
}

impl IdPattern {
    /// Reads a pattern such as `{query_id}_{system}`.
    ///
    /// # Errors
    /// When it has no name, two names without text between them, a name twice, or one that cannot be a tag.
    pub fn parse(text: &str) -> Result<Self, LabelsError> {
        let fault = |why| LabelsError::new(Fault::Pattern { text: text.to_owned(), why }, Place::file("--id-pattern"));
        let mut pieces = text.split('{');
        let start = pieces.next().unwrap_or_default().to_owned();
        let mut names: Vec<(String, String)> = Vec::new();
        for piece in pieces {
            let Some((name, after)) = piece.split_once('}') else { return Err(fault("a brace is never closed")) };
            let plain = |c: char| c.is_alphanumeric() || "_-.".contains(c);
            if name.is_empty() || !name.chars().all(plain) {
                return Err(fault("a name in braces is made of letters, digits, `_`, `-` and `.`"));
            }
            if TAKEN.contains(&name) {
                return Err(fault("a name in braces is `query_id` or a tag, and no other column of an item"));
            }
            if names.iter().any(|(known, _)| known == name) {
                return Err(fault("a name stands twice"));
            }
            if names.last().is_some_and(|(_, between)| between.is_empty()) {
                return Err(fault("between two names there must be text that separates them"));
            }
            names.push((name.to_owned(), after.to_owned()));
        }
        if start.contains('}') || names.iter().any(|(_, after)| after.contains('}')) {
            return Err(fault("a brace is closed that was never opened"));
        }
        if names.is_empty() {
            return Err(fault("it has no name in braces"));
        }
        Ok(Self { start, names })
    }

    /// The parts of `id`, in the order of the pattern; `None` when it does not fit.
    pub fn take_apart<'a>(&'a self, id: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
        let mut rest = id.strip_prefix(self.start.as_str())?;
        let mut parts = Vec::with_capacity(self.names.len());
        for (index, (name, after)) in self.names.iter().enumerate() {
            let (value, left) = if index + 1 < self.names.len() {
                rest.split_once(after.as_str())?
            } else {
                (rest.strip_suffix(after.as_str())?, "")
            };
            if value.is_empty() {
                return None;
            }
            parts.push((name.as_str(), value));
            rest = left;
        }
        Some(parts)
    }

    /// The group of `id`, where the pattern names `query_id` and the id fits.
    pub fn group<'a>(&'a self, id: &'a str) -> Option<&'a str> {
        self.take_apart(id)?.into_iter().find(|(name, _)| *name == GROUP).map(|(_, value)| value)
    }

    /// The tags of `id`: every part but the group; none when it does not fit.
    pub fn tags<'a>(&'a self, id: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.take_apart(id).unwrap_or_default().into_iter().filter(|(name, _)| *name != GROUP)
    }
}

impl fmt::Display for IdPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.start)?;
        self.names.iter().try_for_each(|(name, after)| write!(f, "{{{name}}}{after}"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn apart(pattern: &str, id: &str) -> Option<Vec<String>> {
        let pattern = IdPattern::parse(pattern).unwrap();
        Some(pattern.take_apart(id)?.into_iter().map(|(name, value)| format!("{name}={value}")).collect())
    }

    #[test]
    fn each_name_but_the_last_ends_at_the_first_separator() {
        for (pattern, id, parts) in [
            ("{query_id}_{system}", "001_bart", Some(vec!["query_id=001", "system=bart"])),
            ("{query_id}_{system}", "a_b_c", Some(vec!["query_id=a", "system=b_c"])),
            ("q{query_id}_p{doc}", "q49_p3659", Some(vec!["query_id=49", "doc=3659"])),
            ("{query_id}:{system}@{day}", "q1:bm25@2024@1", Some(vec!["query_id=q1", "system=bm25", "day=2024@1"])),
            ("{system}.txt", "bart.txt.txt", Some(vec!["system=bart.txt"])),
            ("{query_id}--{system}", "a-b--c", Some(vec!["query_id=a-b", "system=c"])),
            ("{query_id}_{system}", "a", None),
            ("{query_id}_{system}", "_a", None),
            ("{query_id}_{system}", "a_", None),
            ("q{query_id}", "x1", None),
            ("{system}.txt", "bart", None),
        ] {
            let parts: Option<Vec<String>> = parts.map(|parts| parts.into_iter().map(str::to_owned).collect());
            assert_eq!(apart(pattern, id), parts, "{pattern} on {id}");
        }
    }

    #[test]
    fn the_group_is_no_tag() {
        let pattern = IdPattern::parse("{query_id}_{system}").unwrap();
        assert_eq!(pattern.group("a_b"), Some("a"));
        assert_eq!(pattern.tags("a_b").collect::<Vec<_>>(), [("system", "b")]);
        assert_eq!(IdPattern::parse("{system}").unwrap().group("a"), None);
    }

    #[test]
    fn a_pattern_that_cannot_work_is_refused_with_its_reason() {
        for (pattern, why) in [
            ("", "it has no name in braces"),
            ("id", "it has no name in braces"),
            ("{a}{b}", "between two names there must be text that separates them"),
            ("{a}_{a}", "a name stands twice"),
            ("{a", "a brace is never closed"),
            ("{a}}", "a brace is closed that was never opened"),
            ("}{a}", "a brace is closed that was never opened"),
            ("{}", "a name in braces is made of letters, digits, `_`, `-` and `.`"),
            ("{a=b}", "a name in braces is made of letters, digits, `_`, `-` and `.`"),
            ("{id}", "a name in braces is `query_id` or a tag, and no other column of an item"),
        ] {
            let error = IdPattern::parse(pattern).unwrap_err().to_string();
            assert_eq!(error, format!("`{pattern}` is no pattern of ids: {why}"));
        }
    }

    proptest! {
        #[test]
        fn the_parts_and_the_text_between_them_are_the_id(a in "[a-z]{1,5}", b in "[a-z_]{1,5}", start in "[A-Z]{0,2}") {
            let pattern = IdPattern::parse(&format!("{start}{{query_id}}_{{system}}")).unwrap();
            let id = format!("{start}{a}_{b}");
            prop_assert_eq!(pattern.take_apart(&id), Some(vec![("query_id", a.as_str()), ("system", b.as_str())]));
        }

        #[test]
        fn no_text_panics_a_pattern(text in any::<String>(), id in any::<String>()) {
            if let Ok(pattern) = IdPattern::parse(&text) {
                prop_assert_eq!(pattern.to_string(), text);
                let _ = pattern.take_apart(&id);
            }
        }
    }
}
