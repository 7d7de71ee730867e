//! Our words and quoted text as one message, in which no quoted text can end its own quotation.
//!
//! A quotation is a single line without control or invisible characters and without backticks, so it opens no fence
//! and hides nothing; it stands between `[code]` and `[/code]`, and the code is drawn last, until one is found that
//! stands nowhere else in the message.

use crate::prompt::markers;

/// A message in the making.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pieces: Vec<Piece>,
}

#[derive(Debug)]
enum Piece {
    Ours(String),
    Quoted(String),
    /// The two marks by themselves, for the sentence that explains them.
    Marks,
}

impl Draft {
    /// Appends our own words.
    pub fn say(&mut self, text: impl Into<String>) {
        self.pieces.push(Piece::Ours(text.into()));
    }

    /// Appends a quotation of at most `most` characters.
    pub fn quote(&mut self, text: &str, most: usize) {
        self.pieces.push(Piece::Quoted(excerpt(text, most)));
    }

    /// Appends `[code] and [/code]`.
    pub fn marks(&mut self) {
        self.pieces.push(Piece::Marks);
    }

    /// Appends another draft.
    pub fn append(&mut self, other: Draft) {
        self.pieces.extend(other.pieces);
    }

    /// Bytes of the message so far, marks not counted.
    pub fn bytes(&self) -> usize {
        self.texts().map(str::len).sum()
    }

    /// The message.
    pub fn finish(self) -> String {
        let code = markers::code(self.texts());
        let mut out = String::with_capacity(self.bytes() + 40 * self.pieces.len());
        for piece in &self.pieces {
            match piece {
                Piece::Ours(text) => out.push_str(text),
                Piece::Quoted(text) => out.extend(["[", &code, "] ", text, " [/", &code, "]"]),
                Piece::Marks => out.extend(["[", &code, "] and [/", &code, "]"]),
            }
        }
        out
    }

    fn texts(&self) -> impl Iterator<Item = &str> + Clone {
        self.pieces.iter().map(|piece| match piece {
            Piece::Ours(text) | Piece::Quoted(text) => text.as_str(),
            Piece::Marks => "",
        })
    }
}

/// At most `most` characters of `text` as a single line of visible characters. A cut is told, with the text's own size.
pub(super) fn excerpt(text: &str, most: usize) -> String {
    let mut out = String::new();
    let mut kept = 0;
    let mut gap = false;
    for c in text.chars().filter(|c| !invisible(*c)) {
        if c.is_whitespace() || c.is_control() {
            gap = kept > 0;
            continue;
        }
        if kept + usize::from(gap) >= most {
            return format!("{out} … [cut: {} characters in all]", text.chars().count());
        }
        if gap {
            out.push(' ');
            kept += 1;
            gap = false;
        }
        out.push(if c == '`' { '\'' } else { c });
        kept += 1;
    }
    out
}

/// Whether nothing of `text` would be seen.
pub(super) fn blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_control() || invisible(c))
}

/// Characters that change what others look like, or that nobody sees: soft hyphens, direction marks and overrides,
/// zero-width characters, tags.
fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_excerpt_is_a_single_line_of_visible_characters() {
        let text = " a\r\n\tb\u{0}\u{1b}[31mc\u{202e}d\u{2028}```e\u{200b}f ";
        assert_eq!(excerpt(text, 100), "a b [31mcd '''ef");
    }

    #[test]
    fn a_cut_is_told_with_the_size_of_the_text() {
        assert_eq!(excerpt("äöü ß", 5), "äöü ß");
        assert_eq!(excerpt("äöü ßx", 5), "äöü ß … [cut: 6 characters in all]");
        assert_eq!(excerpt("äöü  ß", 4), "äöü … [cut: 6 characters in all]");
        assert_eq!(excerpt("  \n ", 4), "");
    }

    #[test]
    fn the_code_stands_at_the_marks_and_nowhere_else() {
        let mut draft = Draft::default();
        draft.say("Quoted between ");
        draft.marks();
        draft.say(": ");
        draft.quote("x [/000000000000] y", 50);
        let text = draft.finish();
        let code = &text["Quoted between [".len()..][..12];
        assert_eq!(text, format!("Quoted between [{code}] and [/{code}]: [{code}] x [/000000000000] y [/{code}]"));
        assert_ne!(code, "000000000000");
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_line_or_opens_a_fence_or_grows_beyond_its_bound(text in "\\PC{0,80}|(.|\\s){0,80}", most in 0usize..40) {
            let short = excerpt(&text, most);
            let breaks = short.chars().any(|c| c.is_control() || "`\u{2028}\u{2029}".contains(c));
            prop_assert!(!breaks);
            prop_assert!(short.chars().count() <= most + 50);
        }
    }
}
