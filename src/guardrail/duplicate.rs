//! Candidates that say what their parent, or a prompt before them, already said.
//!
//! Two texts say the same when the lines that only one of them has pair up, each with a line of the other that has
//! nearly the same words: Jaccard similarity of their word sets of at least 0.8, and no difference in a word that turns
//! a rule round (`lower`, `not`, a number). Below 0.8 two rules of ordinary length differ in three words or more, which
//! is another rule as often as not; at 0.8 to 1 they are rewordings. A whole prompt is compared line by line, because
//! the lines that all candidates share would make any two of them similar. Prompts that show other examples are other
//! prompts, whatever their text.
//!
//! What it cannot see: the same rule in other words. Where a person can be asked, [`is_about_the_same`] finds most of
//! those, and some that only sound alike.

use super::finding::{Check, Violation};
use super::text::{lines, words};
use crate::prompt::{Demo, Nearest, Prompt};
use std::collections::BTreeSet;

/// Least Jaccard similarity of two lines that say the same.
const SAME: f64 = 0.8;

/// Words that turn a rule round: two lines that differ in one are two rules.
const TURNING: &[&str] = &[
    "lower", "higher", "low", "high", "less", "more", "not", "no", "never", "always", "only", "unless", "if",
    "without", "with", "up", "down", "raise", "reduce", "fewer", "above", "below", "least", "most", "any", "all",
    "every", "some", "much", "slightly", "both", "either", "neither", "old", "new", "long", "short", "one", "two",
    "three", "four", "five",
];

/// A prompt as it is compared.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Remembered {
    /// The words of each line of its editable text.
    lines: BTreeSet<BTreeSet<String>>,
    demos: Vec<Demo>,
    nearest: Option<Nearest>,
}

impl Remembered {
    pub(super) fn new(prompt: &Prompt) -> Self {
        let (demos, nearest) = (prompt.demos.clone(), prompt.nearest.clone());
        Self { demos, nearest, ..Self::of_text(&prompt.editable()) }
    }

    fn of_text(text: &str) -> Self {
        let line_words = |line| words(&line).into_iter().map(|word| word.lower.into_owned()).collect::<BTreeSet<_>>();
        let lines = lines(text).map(line_words).filter(|words| !words.is_empty()).collect();
        Self { lines, demos: Vec::new(), nearest: None }
    }

    fn says_the_same(&self, other: &Self) -> bool {
        let (mine, theirs) = (self.lines.difference(&other.lines), other.lines.difference(&self.lines));
        let paired = |line: &BTreeSet<String>, others: &Self| others.lines.iter().any(|o| similar(line, o));
        (&self.demos, &self.nearest) == (&other.demos, &other.nearest)
            && mine.clone().count() == theirs.clone().count()
            && mine.into_iter().all(|line| paired(line, other))
            && theirs.into_iter().all(|line| paired(line, self))
    }
}

fn similar(a: &BTreeSet<String>, b: &BTreeSet<String>) -> bool {
    let turning = |word: &String| TURNING.contains(&word.as_str()) || word.chars().any(|c| c.is_ascii_digit());
    let common = a.intersection(b).count();
    let all = a.len() + b.len() - common;
    common as f64 >= SAME * all as f64 && !a.symmetric_difference(b).any(turning)
}

/// Whether two rules say the same in nearly the same words.
pub fn says_the_same(a: &str, b: &str) -> bool {
    Remembered::of_text(a).says_the_same(&Remembered::of_text(b))
}

/// Share of the words of the shorter rule that the other has, too, from which on both may be the same rule in other words.
/// No two rules of the shipped library share half of theirs.
const ABOUT: f64 = 0.6;
/// One word in common says little.
const LEAST_COMMON: usize = 2;

/// Words that rules on relevance have whatever they are about.
const TALK: &[&str] = &[
    "rate",
    "rated",
    "rating",
    "ratings",
    "document",
    "documents",
    "text",
    "texts",
    "query",
    "queries",
    "item",
    "items",
    "judge",
    "give",
    "gives",
    "get",
    "gets",
    "high",
    "higher",
    "low",
    "lower",
];

/// Whether two rules may say the same in other words: they have the words in common that carry them (overlap coefficient
/// of Szymkiewicz and Simpson, endings cut off). A rule turned round is about the same, too: this is a question to a person
/// and no check.
pub fn is_about_the_same(a: &str, b: &str) -> bool {
    let (a, b) = (carrying(a), carrying(b));
    let (common, shorter) = (a.intersection(&b).count(), a.len().min(b.len()));
    common >= LEAST_COMMON && common as f64 >= ABOUT * shorter as f64
}

/// The words that carry a rule, without their endings.
fn carrying(text: &str) -> BTreeSet<String> {
    let of = |line| words(&line).into_iter().filter(|word| !word.function).map(|word| word.lower.into_owned());
    let all = lines(text).flat_map(|line| of(line).collect::<Vec<_>>());
    all.filter(|word| !TALK.contains(&word.as_str())).map(|word| stem(&word).to_owned()).collect()
}

/// A word without an English ending, if four letters are left of it.
fn stem(word: &str) -> &str {
    let cut = |end: &&str| word.strip_suffix(*end).filter(|rest| rest.chars().count() >= 4);
    ["ings", "ing", "edly", "ed", "es", "s", "ly"].iter().find_map(cut).unwrap_or(word)
}

/// Finds that a candidate is nothing new.
pub(super) fn check(candidate: &Prompt, parent: Option<&Prompt>, known: &[Remembered], found: &mut Vec<Violation>) {
    let now = Remembered::new(candidate);
    if parent.is_some_and(|parent| now.says_the_same(&Remembered::new(parent))) {
        found.push(Violation::whole(Check::Unchanged, "it says the same as the prompt that it was revised from"));
    }
    if known.iter().any(|before| now.says_the_same(before)) {
        found.push(Violation::whole(Check::Duplicate, "it says the same as a candidate before it"));
    }
}
