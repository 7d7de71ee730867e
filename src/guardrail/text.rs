//! How candidate texts and examples are cut into lines, sentences and words. All offsets are bytes of the whole text.

use super::words::is_function_word;
use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

/// A piece of a text, and where it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub text: &'a str,
    pub start: usize,
}

impl<'a> Piece<'a> {
    /// The piece `from..to` of this piece.
    pub fn part(&self, from: usize, to: usize) -> Self {
        Self { text: &self.text[from..to], start: self.start + from }
    }

    /// What another text, a piece that holds this one's place, says here.
    pub fn over(&self, other: &Piece<'a>) -> Self {
        other.part(self.start - other.start, self.start - other.start + self.text.len())
    }

    /// Its text when it has a digit, for what is nothing without one.
    pub fn if_digits(&self) -> &'a str {
        if self.text.bytes().any(|b| b.is_ascii_digit()) { self.text } else { "" }
    }

    fn trimmed(&self) -> Self {
        let from = self.text.len() - self.text.trim_start().len();
        self.part(from, from + self.text.trim().len())
    }
}

/// A word of letters and digits, with inner apostrophes; lower-cased beside its own spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word<'a> {
    pub text: &'a str,
    pub lower: Cow<'a, str>,
    pub start: usize,
    /// Carries grammar and little else.
    pub function: bool,
    /// Of `lower`.
    hash: u64,
    /// First of its sentence or line, where a capital says nothing.
    pub opens: bool,
}

impl Word<'_> {
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub fn is_capitalised(&self) -> bool {
        self.text.chars().next().is_some_and(char::is_uppercase)
    }

    /// Two letters or more, none of them small: `CFW`, `B2B`.
    pub fn is_acronym(&self) -> bool {
        self.text.chars().filter(|c| c.is_alphabetic()).count() >= 2 && !self.text.chars().any(char::is_lowercase)
    }
}

/// The lines of a text, without white space at their ends; empty ones left out.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut at = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let piece = Piece { text: line, start: at }.trimmed();
        at += line.len();
        (!piece.text.is_empty()).then_some(piece)
    })
}

/// The sentences of a line. `.` ends one only before white space, so that `2.5` and `a.b` stay whole.
pub(super) fn sentences<'a>(line: &Piece<'a>) -> Vec<Piece<'a>> {
    cut(line, |c, next| matches!(c, '.' | '!' | '?' | ';') && next.is_none_or(char::is_whitespace))
}

/// The clauses of a line: sentences, cut also at colons, dashes and quotation marks, never at commas.
pub(super) fn clauses<'a>(line: &Piece<'a>) -> Vec<Piece<'a>> {
    cut(line, |c, next| {
        matches!(c, '—' | '–' | '"' | '“' | '”' | '„' | '«' | '»' | '`' | '(' | ')' | '…')
            || matches!(c, '.' | '!' | '?' | ';' | ':') && next.is_none_or(char::is_whitespace)
    })
}

fn cut<'a>(line: &Piece<'a>, ends: impl Fn(char, Option<char>) -> bool) -> Vec<Piece<'a>> {
    let mut found = Vec::new();
    let mut from = 0;
    let mut chars = line.text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if ends(c, chars.peek().map(|(_, next)| *next)) {
            let to = at + c.len_utf8();
            found.push(line.part(from, to).trimmed());
            from = to;
        }
    }
    found.push(line.part(from, line.text.len()).trimmed());
    found.retain(|piece| !piece.text.is_empty());
    found
}

/// The words of a piece.
pub(super) fn words<'a>(piece: &Piece<'a>) -> Vec<Word<'a>> {
    let mut found: Vec<Word<'a>> = Vec::new();
    let (mut from, mut opens) = (None, true);
    let mut chars = piece.text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        let inner = matches!(c, '\'' | '’') && from.is_some() && next.is_some_and(char::is_alphanumeric);
        if c.is_alphanumeric() || inner {
            from.get_or_insert(at);
        } else {
            found.extend(from.take().map(|from| word(piece, from, at, std::mem::take(&mut opens))));
            opens |= matches!(c, '.' | '!' | '?' | ':' | '\n' | '"' | '“' | '(' | '>' | '|' | '*' | '•');
        }
    }
    found.extend(from.map(|from| word(piece, from, piece.text.len(), opens)));
    found
}

fn word<'a>(piece: &Piece<'a>, from: usize, to: usize, opens: bool) -> Word<'a> {
    let text = &piece.text[from..to];
    let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'\'');
    let lower = if plain { Cow::Borrowed(text) } else { Cow::Owned(text.to_lowercase().replace('’', "'")) };
    let mut hasher = DefaultHasher::new();
    lower.hash(&mut hasher);
    Word { text, function: is_function_word(&lower), hash: hasher.finish(), lower, start: piece.start + from, opens }
}

/// A hash of some words in their order. 64 bits: among a million phrases a false match has a chance below 1 in 10^7.
pub(super) fn phrase(words: &[Word<'_>]) -> u64 {
    // An odd factor keeps all bits, and the rotation brings the high ones to where tables look; a sum would forget the order.
    words.iter().fold(0, |all: u64, word| (all.rotate_left(29) ^ word.hash).wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

/// Phrases, which are hashes already.
pub(super) type Phrases = HashSet<u64, BuildHasherDefault<AsItIs>>;

/// Takes a number for its own hash.
#[derive(Clone, Debug, Default)]
pub(super) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |all, byte| all.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

/// The text in small letters, every white space but line ends as spaces, byte for byte in the same places: what the
/// patterns are written for. A letter whose small form has another length stays.
pub(super) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let mut small = c.to_lowercase();
        match (small.next(), small.next()) {
            _ if c == '\n' => out.push(c),
            _ if c.is_whitespace() => out.extend(std::iter::repeat_n(' ', c.len_utf8())),
            (Some(small), None) if small.len_utf8() == c.len_utf8() => out.push(small),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts<'a>(pieces: &[Piece<'a>]) -> Vec<&'a str> {
        pieces.iter().map(|p| p.text).collect()
    }

    #[test]
    fn sentences_end_at_marks_before_white_space_and_clauses_at_colons_and_quotes_too() {
        let line = Piece { text: "See 2.5: it “is so”. Or a.b? No", start: 10 };
        assert_eq!(texts(&sentences(&line)), ["See 2.5: it “is so”.", "Or a.b?", "No"]);
        assert_eq!(texts(&clauses(&line)), ["See 2.5:", "it “", "is so”", ".", "Or a.b?", "No"]);
        assert_eq!(sentences(&line)[1].start, 10 + line.text.find("Or").unwrap());
    }

    #[test]
    fn words_keep_inner_apostrophes_and_know_where_a_sentence_opens() {
        let piece = Piece { text: "'It’s Ökö. Two-fold' NIM-7", start: 0 };
        let words: Vec<_> = words(&piece).into_iter().map(|w| (w.lower.into_owned(), w.opens)).collect();
        let expected = [("it's", true), ("ökö", false), ("two", true), ("fold", false), ("nim", false), ("7", false)];
        assert_eq!(words, expected.map(|(w, o)| (w.to_owned(), o)));
    }

    #[test]
    fn a_folded_text_keeps_its_places() {
        assert_eq!(folded("A\tÉ\u{a0}İ\r\n\u{212a}"), "a é  İ \n\u{212a}");
    }

    #[test]
    fn the_order_of_words_is_part_of_a_phrase() {
        let of = |text| phrase(&words(&Piece { text, start: 0 }));
        assert_eq!(of("It’s so"), of("it's  SO"));
        assert_ne!(of("so it's"), of("it's so"));
        assert_ne!(of("so"), of("so so"));
    }

    #[test]
    fn lines_have_no_white_space_at_their_ends_and_true_places() {
        let found: Vec<_> = lines(" a\n\n  - b \r\n").map(|p| (p.text, p.start)).collect();
        assert_eq!(found, [("a", 1), ("- b", 6)]);
    }
}
