//! What a revision must keep: frozen spans byte for byte, and what each line of the first instruction says. And what it
//! must not bring: forbidden phrases.
//!
//! Rewriting is allowed, dropping is not. A line of the base that is gone counts as rewritten when a third of its content
//! words stand in the lines that are new. What this cannot see: a rewriting that keeps the words and turns the sense.
//! Rules that a parent learned may be dropped: pruning them is how prompts get shorter.

use super::finding::{Check, Violation};
use super::pattern::pattern;
use super::text::{Piece, lines, words};
use crate::prompt::Prompt;
use regex::Regex;
use std::collections::HashSet;

/// One in so many content words of a line must be said again.
const SAID_AGAIN: usize = 3;
/// Shorter lines are headings: they may go.
const FEWEST_WORDS: usize = 5;

/// A phrase as a pattern: any case, at word borders, with any white space between its words.
pub(super) fn phrase_pattern(phrase: &str) -> Regex {
    let words: Vec<String> = phrase.split_whitespace().map(regex::escape).collect();
    let border = |c: Option<char>| if c.is_some_and(|c| c.is_alphanumeric() || c == '_') { r"\b" } else { "" };
    let (before, after) = (border(phrase.chars().next()), border(phrase.chars().next_back()));
    pattern(&format!("(?i){before}{}{after}", words.join(r"\s+")))
}

/// Finds what is lost and what is forbidden.
pub(super) fn check(
    text: &str,
    added: &[Piece<'_>],
    base: &Prompt,
    frozen: &[String],
    forbidden: &[(String, Regex)],
    found: &mut Vec<Violation>,
) {
    for span in frozen.iter().filter(|span| !text.contains(span.as_str())) {
        // Line ends are white space to a judge and to no hash: the span must be there byte for byte.
        found.push(Violation::missing(Check::Frozen, "a frozen part of the instruction is altered or missing", span));
    }
    for (phrase, pattern) in forbidden {
        for hit in pattern.find_iter(text) {
            let reason = format!("the rubric forbids `{phrase}`");
            found.push(Violation::at(Check::Forbidden, reason, hit.start(), hit.end()));
        }
    }
    lost(text, added, base, found);
}

fn lost(text: &str, added: &[Piece<'_>], base: &Prompt, found: &mut Vec<Violation>) {
    let present: HashSet<&str> = lines(text).map(|line| line.text).collect();
    let new: HashSet<String> = added.iter().flat_map(content).collect();
    for line in lines(&base.instruction).filter(|line| !present.contains(line.text)) {
        if words(&line).len() < FEWEST_WORDS {
            continue;
        }
        let said: HashSet<String> = content(&line).collect();
        let again = said.iter().filter(|stem| new.contains(*stem)).count();
        if again * SAID_AGAIN < said.len() {
            let reason = "a line of the first instruction is gone and nothing new speaks of the same";
            found.push(Violation::missing(Check::LostRules, reason, line.text));
        }
    }
}

/// Content words without their endings: `satisfies` and `satisfy` are one.
fn content<'a>(line: &Piece<'a>) -> impl Iterator<Item = String> + use<'a> {
    let all = words(line).into_iter().filter(|word| !word.function);
    all.map(|word| word.lower.chars().take(5).collect())
}
