//! The language of new lines is the base's.
//!
//! Told by frequent words of seven languages and by script. What it cannot see: languages that are not among the seven
//! and share the base's script, and lines of a few words.

use super::finding::{Check, Violation};
use super::text::{Piece, lines, words};
use super::words::languages;
use crate::prompt::Prompt;

/// Lines with fewer words tell nothing of their language.
const FEWEST: usize = 5;
/// Frequent words of another language that are evidence.
const EVIDENCE: usize = 3;

/// Finds lines that are not in the base's language.
pub(super) fn check(added: &[Piece<'_>], base: &Prompt, found: &mut Vec<Violation>) {
    let instruction: Vec<Piece<'_>> = lines(&base.instruction).collect();
    let Some(own) = dominant(&instruction) else { return };
    let latin = is_latin(&base.instruction);
    for line in added {
        let end = line.start + line.text.len();
        if latin && !is_latin(line.text) {
            found.push(Violation::at(Check::Language, "in another script than the first instruction", line.start, end));
            continue;
        }
        let counts = counts(std::slice::from_ref(line));
        let (other, most) = best(&counts);
        if words(line).len() >= FEWEST && most >= EVIDENCE && other != own && most > 2 * counts[own] {
            let reason = format!("in {}; the first instruction is in {}", languages()[other].0, languages()[own].0);
            found.push(Violation::at(Check::Language, reason, line.start, end));
        }
    }
}

fn counts(text: &[Piece<'_>]) -> Vec<usize> {
    let mut counts = vec![0; languages().len()];
    for word in text.iter().flat_map(words) {
        for (count, (_, frequent)) in counts.iter_mut().zip(languages()) {
            *count += usize::from(frequent.contains(&*word.lower));
        }
    }
    counts
}

/// The index with the highest count, the first of equals.
fn best(counts: &[usize]) -> (usize, usize) {
    counts.iter().copied().enumerate().rev().max_by_key(|(_, count)| *count).unwrap_or((0, 0))
}

fn dominant(text: &[Piece<'_>]) -> Option<usize> {
    let (language, most) = best(&counts(text));
    (most >= EVIDENCE).then_some(language)
}

/// Most letters are Latin, or there are hardly any.
fn is_latin(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let other =
        text.chars().filter(|c| c.is_alphabetic() && *c as u32 >= 0x370 && !('\u{1e00}'..='\u{1eff}').contains(c));
    let other = other.count();
    other < 4 || other * 3 < letters
}
