//! Length and completeness.
//!
//! What it cannot see: a text that was cut at the end of a sentence, or a rule without a full stop that was cut between
//! two words of which the first may end it. The provider's finish reason says more; an engine asks it too.

use super::Limits;
use super::finding::{Check, Violation};
use super::text::{Piece, lines, words as words_of};
use super::words::is_dangling;
use crate::prompt::Prompt;

/// Bytes that count as a word where there are no spaces.
const BYTES_PER_WORD: usize = 12;

/// Words of a text, or its bytes by twelve where that is more: some scripts and some tricks write no spaces.
pub(super) fn words(text: &str) -> usize {
    text.split_whitespace().map(|word| word.len().div_ceil(BYTES_PER_WORD)).sum()
}

/// A text on which no other check is worth its time.
pub(super) fn too_large(text: &str, limits: &Limits) -> Option<Violation> {
    let reason = || format!("{} bytes, and the limit is {}", text.len(), limits.bytes);
    (text.len() > limits.bytes).then(|| Violation::whole(Check::Length, reason()))
}

/// Finds what is too long and what is unfinished.
pub(super) fn check(
    text: &str,
    added: &[Piece<'_>],
    base_words: usize,
    base: &Prompt,
    limits: &Limits,
    found: &mut Vec<Violation>,
) {
    let (now, most) = (words(text), base_words + limits.growth_words);
    if now > most {
        let reason =
            format!("{now} words, and the limit is {most}: the base's {base_words} and {} more", limits.growth_words);
        found.push(Violation::whole(Check::Length, reason));
    }
    for line in added {
        let long = words(line.text);
        if long > limits.line_words {
            let reason = format!("a line of {long} words, and the limit is {}", limits.line_words);
            found.push(Violation::at(Check::Length, reason, line.start, line.start + line.text.len()));
        }
        unclosed(line, found);
    }
    fences(text, found);
    ending(text, added, base, found);
}

/// An opening bracket or quotation mark that its line never closes.
fn unclosed(line: &Piece<'_>, found: &mut Vec<Violation>) {
    let mut open: Vec<(usize, char)> = Vec::new();
    for (at, c) in line.text.char_indices() {
        let closing = match c {
            '(' => Some(')'),
            '[' => Some(']'),
            '{' => Some('}'),
            '“' | '„' => Some('”'),
            '«' => Some('»'),
            _ => None,
        };
        if let Some(closing) = closing {
            open.push((at, closing));
        } else if let Some(position) =
            open.iter().rposition(|(_, closing)| *closing == c || (c == '“' && *closing == '”'))
        {
            open.truncate(position);
        }
    }
    // An odd number of straight quotes: the last one opens.
    if line.text.matches('"').count() % 2 == 1
        && let Some(at) = line.text.rfind('"')
    {
        open.push((at, '"'));
    }
    if let Some((at, _)) = open.first() {
        let (start, end) = (line.start + at, line.start + line.text.len());
        found.push(Violation::at(Check::Truncated, "a bracket or quotation mark is never closed", start, end));
    }
}

fn fences(text: &str, found: &mut Vec<Violation>) {
    let fences: Vec<usize> = text.match_indices("```").map(|(at, _)| at).collect();
    if fences.len() % 2 == 1
        && let Some(at) = fences.last()
    {
        found.push(Violation::at(Check::Truncated, "a fence is never closed", *at, at + 3));
    }
}

/// Where the text stops.
fn ending(text: &str, added: &[Piece<'_>], base: &Prompt, found: &mut Vec<Violation>) {
    let Some(last) = lines(text).last() else {
        found.push(Violation::whole(Check::Truncated, "there is no text"));
        return;
    };
    let reason = |last: &Piece<'_>, is_end: bool| {
        let stripped = last.text.trim_end_matches(['*', '_', '`']);
        let finished =
            stripped.ends_with(['.', '!', '?', ')', '"', '”', '’', '»', '\'', ']', '}', '…', '。', '！', '？']);
        if finished {
            return None;
        }
        if stripped.ends_with([',', '-', '–', '—', '/', '&', '(', '[', '{', '“', '„', '«']) {
            return Some("the text stops in the middle");
        }
        let words = words_of(last);
        if words.last().is_some_and(|word| is_dangling(&word.lower)) {
            return Some("the text stops in the middle of a sentence");
        }
        let is_rule = last.text.starts_with(['-', '*', '•']) || last.text.starts_with(|c: char| c.is_ascii_digit());
        let marked = |line: &Piece<'_>| line.text.ends_with(['.', '!', '?']);
        if is_end && !is_rule && lines(&base.instruction).last().is_some_and(|line| marked(&line)) {
            return Some("the last sentence has no end");
        }
        // A rule without a full stop is a matter of style, unless the rules before it have one.
        let before: Vec<&Piece<'_>> =
            added.iter().filter(|line| line.start < last.start && line.text.starts_with(['-', '*', '•'])).collect();
        let alone = is_end && is_rule && before.len() >= 2 && before.iter().all(|line| marked(line));
        if alone { Some("the last rule has no end, and the rules before it have one") } else { None }
    };
    for line in added.iter().filter(|line| line.start != last.start) {
        if line.text.ends_with(':') {
            continue;
        }
        if let Some(reason) = reason(line, false).filter(|_| line.text.starts_with(['-', '*', '•'])) {
            let (start, end) = (tail(line), line.start + line.text.len());
            found.push(Violation::at(Check::Truncated, reason, start, end));
        }
    }
    let cut = lines(&base.instruction).any(|l| l.text.len() > last.text.len() && l.text.starts_with(last.text));
    let ends_in_colon = last.text.ends_with(':').then_some("the text stops after a colon");
    if let Some(reason) = ends_in_colon
        .or(cut.then_some("a line of the first instruction stops in the middle"))
        .or_else(|| reason(&last, true))
    {
        found.push(Violation::at(Check::Truncated, reason, tail(&last), last.start + last.text.len()));
    }
}

/// Where the last word of a line begins.
fn tail(line: &Piece<'_>) -> usize {
    line.start + line.text.char_indices().rev().find(|(_, c)| c.is_whitespace()).map_or(0, |(at, c)| at + c.len_utf8())
}
