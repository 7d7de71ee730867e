//! Text that others wrote, made safe to show on one line: it can neither steer a terminal nor reorder what is beside it.

use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Control characters become visible pictures (`␛`), what reorders text (bidirectional overrides and isolates) becomes
/// `�`, runs of white space become one space.
pub(super) fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_whitespace() => {
                if !shown.is_empty() && !shown.ends_with(' ') {
                    shown.push(' ');
                }
            }
            // U+2400 is the block of pictures for the control characters from NUL on.
            '\0'..='\x1f' => shown.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('�')),
            '\x7f' => shown.push('␡'),
            c if c.is_control() || reorders(c) => shown.push('�'),
            c => shown.push(c),
        }
    }
    shown.truncate(shown.trim_end().len());
    shown
}

/// A piece of a line, made safe, its spaces kept.
pub(super) fn spaced(text: &str) -> String {
    text.split(' ').map(plain).collect::<Vec<_>>().join(" ")
}

fn reorders(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}')
}

/// Columns that `text` takes in a terminal.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The start of `text` in at most `most` columns, with `…` where it was cut.
pub(super) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if width(text) <= most {
        return text.into();
    }
    let mut kept = String::new();
    for grapheme in text.graphemes(true) {
        if width(&kept) + width(grapheme) + 1 > most {
            break;
        }
        kept.push_str(grapheme);
    }
    kept.truncate(kept.trim_end().len());
    (kept + "…").into()
}

/// `text` in lines of at most `most` columns; a word longer than that is broken.
pub(super) fn wrap(text: &str, most: usize) -> Vec<String> {
    let most = most.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && width(&line) + 1 + width(word) > most {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for grapheme in word.graphemes(true) {
            if width(&line) + width(grapheme) > most && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            line.push_str(grapheme);
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escape_sequences_are_shown_and_not_sent() {
        assert_eq!(plain("a\x1b[31mred\x1b]0;title\x07\r\n\tb\u{9b}2J"), "a␛[31mred␛]0;title␇ b�2J");
        assert_eq!(plain("user\u{202e}gpj.exe"), "user�gpj.exe");
    }

    #[test]
    fn a_cut_text_says_so_and_wide_characters_count_twice() {
        assert_eq!(cut("relevance", 9), "relevance");
        assert_eq!(cut("relevance", 6), "relev…");
        assert_eq!(cut("検索の品質", 7), "検索の…");
    }

    #[test]
    fn long_words_are_broken_when_wrapped() {
        assert_eq!(wrap("a bb supercalifragil", 6), ["a bb", "superc", "alifra", "gil"]);
        assert_eq!(wrap("", 6), [""]);
    }

    proptest! {
        #[test]
        fn plain_text_holds_no_control_character_and_wrapping_keeps_the_words(text in any::<String>(), most in 2usize..40) {
            let shown = plain(&text);
            prop_assert!(!shown.chars().any(|c| c.is_control() || reorders(c)), "{shown:?}");
            let lines = wrap(&shown, most);
            prop_assert!(lines.iter().all(|l| width(l) <= most || l.graphemes(true).count() == 1), "{lines:?}");
            let letters = |t: &str| t.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&shown));
        }
    }
}
