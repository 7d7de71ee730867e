//! JSON as models write it: finding complete objects in text, reading their fields without losing any, and the named
//! repairs. Pure, iterative (hostile nesting cannot exhaust the stack), and it never makes up a value.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// The fields of one JSON object in order, duplicates kept, values as the bytes that were written.
pub(super) struct Fields<'a>(pub Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Fields<'de>;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::with_capacity(4);
                while let Some(Key(key)) = map.next_key()? {
                    fields.push((key, map.next_value()?));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Key<'de>;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a key")
            }
            fn visit_borrowed_str<E>(self, v: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(v)))
            }
            fn visit_str<E>(self, v: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(v.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// What a scan for objects found.
pub(super) struct Scan<'a> {
    /// The complete top-level objects, in order, braces included.
    pub objects: Vec<&'a str>,
    /// An object that began and was never closed, up to the end of the text. The scan ends there: what stands inside an
    /// unfinished object (a quoted example in a rationale, say) is never taken for an answer.
    pub unfinished: Option<&'a str>,
}

/// Finds the complete top-level `{…}` in `text`. Strings are honoured: a brace inside one is text.
pub(super) fn scan(text: &str) -> Scan<'_> {
    let mut objects = Vec::new();
    let mut from = 0;
    while let Some(open) = text[from..].find('{') {
        let start = from + open;
        match object_end(&text[start..]) {
            Some(len) => {
                objects.push(&text[start..start + len]);
                from = start + len;
            }
            None => return Scan { objects, unfinished: Some(&text[start..]) },
        }
    }
    Scan { objects, unfinished: None }
}

/// Length of the object that begins `text`, or `None` when it is never closed.
fn object_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut depth = 0usize;
    // A quote opens a string only where JSON has a string; elsewhere `'` is an apostrophe.
    let mut may_open_single = true;
    let mut i = 0;
    while i < bytes.len() {
        match bytes[i] {
            b'{' | b'[' => {
                depth += 1;
                may_open_single = true;
            }
            b'}' | b']' => {
                depth -= 1;
                may_open_single = false;
                if depth == 0 {
                    return Some(i + 1);
                }
            }
            b',' | b':' => may_open_single = true,
            b'"' => {
                i = string_end(bytes, i, b'"')?;
                may_open_single = false;
            }
            b'\'' if may_open_single => {
                i = string_end(bytes, i, b'\'')?;
                may_open_single = false;
            }
            b if b.is_ascii_whitespace() => {}
            _ => may_open_single = false,
        }
        i += 1;
    }
    None
}

/// Index of the quote that closes the string opened at `open`. A single quote closes only where a value can end, so
/// that an apostrophe inside a single-quoted text stays text.
fn string_end(bytes: &[u8], open: usize, quote: u8) -> Option<usize> {
    let mut i = open + 1;
    while i < bytes.len() {
        match bytes[i] {
            b'\\' => i += 1,
            b if b == quote && (quote == b'"' || value_may_end(&bytes[i + 1..])) => return Some(i),
            _ => {}
        }
        i += 1;
    }
    None
}

fn value_may_end(rest: &[u8]) -> bool {
    matches!(rest.iter().find(|b| !b.is_ascii_whitespace()), Some(b',' | b':' | b'}' | b']'))
}

/// Rewrites one object with the repairs that lose nothing, or `None` when there was nothing to repair:
/// trailing comma, single-quoted or typographically quoted strings, raw control characters in strings, comments,
/// no-break spaces between tokens, escapes that JSON does not have, halves of surrogate pairs.
/// The result may still be no JSON; the strict parser decides.
pub(super) fn repair(object: &str) -> Option<String> {
    let mut out = String::with_capacity(object.len() + 16);
    let mut chars = object.char_indices().peekable();
    let mut changed = false;
    while let Some((at, c)) = chars.next() {
        match c {
            '"' | '\'' | '\u{201c}' | '\u{201d}' => {
                changed |= c != '"';
                let (text, end, fixed) = string(object, at, c)?;
                out.push_str(&text);
                changed |= fixed;
                while chars.peek().is_some_and(|(i, _)| *i < end) {
                    chars.next();
                }
            }
            ',' if closes_next(&object[at + 1..]) => changed = true,
            '\u{a0}' | '\u{202f}' | '\u{feff}' | '\u{200b}' => {
                out.push(' ');
                changed = true;
            }
            '/' => {
                let end = at + comment_len(&object[at..])?;
                changed = true;
                while chars.peek().is_some_and(|(i, _)| *i < end) {
                    chars.next();
                }
            }
            other => out.push(other),
        }
    }
    changed.then_some(out)
}

fn closes_next(rest: &str) -> bool {
    rest.trim_start().starts_with(['}', ']'])
}

fn comment_len(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    text.strip_prefix("/*")?.find("*/").map(|i| i + 4)
}

/// The string that `open` begins at byte `at`, as strict JSON; its end in `object`; whether it had to be changed.
fn string(object: &str, at: usize, open: char) -> Option<(String, usize, bool)> {
    let mut out = String::from('"');
    let mut changed = false;
    let mut chars = object[at + open.len_utf8()..].char_indices().map(|(i, c)| (i + at + open.len_utf8(), c));
    while let Some((i, c)) = chars.next() {
        let end = i + c.len_utf8();
        let closes = match open {
            '"' => c == '"',
            '\'' => c == '\'' && value_may_end(&object.as_bytes()[end..]),
            _ => matches!(c, '\u{201c}' | '\u{201d}' | '"') && value_may_end(&object.as_bytes()[end..]),
        };
        match c {
            _ if closes => {
                out.push('"');
                return Some((out, end, changed));
            }
            '"' => out.push_str("\\\""),
            '\\' => {
                let (_, escaped) = chars.next()?;
                if escaped == 'u' {
                    changed |= unicode_escape(&mut out, object, end, &mut chars)?;
                } else if matches!(escaped, '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't') {
                    out.extend(['\\', escaped]);
                } else {
                    changed = true;
                    out.push(escaped);
                }
            }
            c if (c as u32) < 0x20 => {
                changed = true;
                out.push_str(&format!("\\u{:04x}", c as u32));
            }
            c => out.push(c),
        }
    }
    None
}

/// Copies `\uXXXX`; half of a surrogate pair becomes U+FFFD. `at` is the byte of the `u`.
fn unicode_escape(
    out: &mut String,
    object: &str,
    at: usize,
    chars: &mut impl Iterator<Item = (usize, char)>,
) -> Option<bool> {
    let unit = |from: usize| u32::from_str_radix(object.get(from..from + 4)?, 16).ok();
    let first = unit(at + 1)?;
    let second = object.get(at + 5..at + 7).filter(|s| *s == "\\u").and_then(|_| unit(at + 7));
    let pair = (0xd800..0xdc00).contains(&first) && second.is_some_and(|s| (0xdc00..0xe000).contains(&s));
    let lone = !pair && (0xd800..0xe000).contains(&first);
    let len = if pair { 10 } else { 4 };
    if lone {
        out.push('\u{fffd}');
    } else {
        out.push_str("\\u");
        out.push_str(object.get(at + 1..at + 1 + len)?);
    }
    for _ in 0..len {
        chars.next();
    }
    Some(lone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn objects(text: &str) -> Vec<&str> {
        scan(text).objects
    }

    #[test]
    fn braces_inside_strings_are_text() {
        assert_eq!(objects(r#"a {"x": "} {"} b {"y": 1}"#), [r#"{"x": "} {"}"#, r#"{"y": 1}"#]);
        assert_eq!(objects(r#"{'x': 'it's } fine', 'y': "q"}"#), [r#"{'x': 'it's } fine', 'y': "q"}"#]);
    }

    #[test]
    fn nothing_is_taken_from_inside_an_unfinished_object() {
        let scan = scan(r#"{"why": "they wrote {'rating': 5}"#);
        assert!(scan.objects.is_empty() && scan.unfinished.is_some());
    }

    #[test]
    fn each_repair_gives_strict_json() {
        let cases = [
            (r#"{"a": 1,}"#, r#"{"a": 1}"#),
            (r#"{"a": [1, 2, ], }"#, r#"{"a": [1, 2 ] }"#),
            (r#"{'a': 'it's "so"'}"#, r#"{"a": "it's \"so\""}"#),
            ("{\u{201c}a\u{201d}: 1}", r#"{"a": 1}"#),
            ("{\"a\": \"two\nlines\"}", r#"{"a": "two\u000alines"}"#),
            ("{\"a\": 1 // why\n}", "{\"a\": 1 \n}"),
            (r#"{"a": /* so */ 1}"#, r#"{"a":  1}"#),
            ("{\u{a0}\"a\": 1}", r#"{ "a": 1}"#),
            (r#"{"a": "don\'t"}"#, r#"{"a": "don't"}"#),
            (r#"{"a": "\ud83d!"}"#, "{\"a\": \"\u{fffd}!\"}"),
        ];
        for (written, strict) in cases {
            assert_eq!(repair(written).as_deref(), Some(strict), "{written}");
            assert!(serde_json::from_str::<serde_json::Value>(strict).is_ok(), "{strict}");
        }
    }

    #[test]
    fn what_is_strict_already_is_not_repaired() {
        assert_eq!(repair(r#"{"a": "x \u00e9 \ud83d\ude00 \n", "b": [1, {}]}"#), None);
    }

    proptest! {
        #[test]
        fn no_text_panics_the_scanner_or_the_repairer(text in "[{}\\[\\]\"',:/\\\\ud8a0-9\u{201c}\u{a0}\n é*]{0,60}") {
            for object in scan(&text).objects {
                let _ = repair(object);
            }
            let _ = repair(&text);
        }

        #[test]
        fn a_repair_never_changes_what_strict_json_says(map in proptest::collection::btree_map("[a-z'\"\\\\]{0,6}", "[ -~é\n]{0,20}", 0..4)) {
            let text = serde_json::to_string(&map).unwrap();
            if let Some(repaired) = repair(&text) {
                let back: std::collections::BTreeMap<String, String> = serde_json::from_str(&repaired).unwrap();
                prop_assert_eq!(back, map);
            }
        }
    }
}
