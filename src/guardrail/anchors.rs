//! Every anchor line stays as it is, and no other line gives a rating another meaning.
//!
//! What it cannot see: a meaning that drifts because rules move all documents of a kind to another level.

use super::finding::{Check, Violation};
use super::pattern::{folded_pattern, pattern};
use super::text::{Piece, lines, sentences};
use crate::prompt::Prompt;
use crate::rubric::Rubric;
use regex::Regex;
use std::collections::HashSet;
use std::sync::LazyLock;

/// `5 (Excellent)`, and `5: …`, `5 = …` at the start of a line.
static NAMED: LazyLock<Regex> =
    LazyLock::new(|| folded_pattern(r"(?:^|[^\w.–-])(?P<level>-?\d{1,3})\s*\((?P<name>[^)]{1,60})\)"));
static DEFINED: LazyLock<Regex> = LazyLock::new(|| {
    folded_pattern(
        r"^[\s>*•-]*(?:\*\*|__)?(?:(?:rating|score|grade|level)\s+)?(?P<level>-?\d{1,3})(?:\*\*|__)?\s*(?::|=|→|->|–|—|-)\s*\p{L}",
    )
});
/// `a 5 means …`, `treat 3 as …`, `5 now stands for …`.
static MEANS: LazyLock<Regex> = LazyLock::new(|| {
    folded_pattern(
        r"\b(?:(?:rating|score|grade|level|an?)\s+(?:of\s+)?)?(?P<level>-?\d{1,3})\s+(?:now\s+|here\s+|only\s+|just\s+|always\s+)?(?:means|stands for|signifies|denotes|indicates|corresponds to|equals|is defined as|is to be read as|is called|should mean|should be read as|is for (?:anything|everything|any|every|all)|bedeutet|heißt|signifie|veut dire|significa|shall mean|represents)\b",
    )
});
static TREATED: LazyLock<Regex> = LazyLock::new(|| {
    folded_pattern(
        r"\b(?:treat|count|regard|consider|read|interpret|understand|use|take|define|redefine|rename|call|label|name)\s+(?:the\s+|an?\s+)?(?:(?:rating|score|grade|level|number|value)s?\s+)?(?:of\s+)?(?P<level>-?\d{1,3})\s+(?:as|to mean|to be|like|for|to|into|[\x22“'‘`]\p{L})",
    )
});
/// `rename Fair to Acceptable`, `"Perfect" means …`: for the names of a rubric's anchors.
pub(super) fn renames(rubric: &Rubric) -> Regex {
    let names: Vec<String> = rubric.anchors.iter().map(|anchor| regex::escape(&anchor.name)).collect();
    let name = format!("(?:{})", names.join("|"));
    pattern(&format!(
        r"(?i:\b(?:rename|call|relabel|redefine|replace|swap)\b)[^.;]{{0,30}}\b{name}\b|\b{name}[\x22”'’`]?\s+(?i:now\s+|here\s+|also\s+)?(?i:means|stands for|signifies|denotes)\b|\b(?i:treat|count|regard|read|interpret|use|consider)\s+[\x22“'‘`]?{name}[\x22”'’`]?\s+(?i:as|for|to mean|and)\b"
    ))
}

/// What may stand in parentheses after a rating without being its name: `a 5 (when the source is official)`.
fn is_name(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let capital = text.trim_start_matches(['"', '“', '*']).chars().next().is_some_and(char::is_uppercase);
    words.len() <= 4 && capital || words.len() == 1
}

/// Finds altered anchors in `text`, and anchors told anew in the added lines.
pub(super) fn check(
    text: &str,
    added: &[Piece<'_>],
    low: &[Piece<'_>],
    rubric: &Rubric,
    renames: &Regex,
    base: &Prompt,
    found: &mut Vec<Violation>,
) {
    let present: HashSet<&str> = lines(text).map(|line| line.text).collect();
    let of_base = base.editable();
    for anchor in rubric.anchor_lines().lines() {
        let expected = of_base.lines().any(|line| line.trim() == anchor.trim());
        if expected && !present.contains(anchor.trim()) {
            found.push(Violation::missing(Check::Anchors, "an anchor line is altered or missing", anchor));
        }
    }
    let own = |level: &str| {
        let rating = level.parse().ok().and_then(|n| rubric.scale.rating(n))?;
        rubric.anchors.iter().find(|a| a.rating == rating)
    };
    for (line, low) in added.iter().zip(low) {
        let mut report = |reason: &str, from: usize, to: usize| {
            found.push(Violation::at(Check::Anchors, reason, line.start + from, line.start + to));
        };
        for hit in NAMED.captures_iter(low.if_digits()) {
            if let (Some(all), Some(name), Some(anchor)) = (hit.get(0), hit.name("name"), own(&hit["level"]))
                && let name = line.text[name.range()].trim()
                && !name.eq_ignore_ascii_case(&anchor.name)
                && is_name(name)
            {
                report("a rating gets another name", all.start(), all.end());
            }
        }
        if let Some(hit) = DEFINED.captures(low.if_digits())
            && let (Some(all), Some(_)) = (hit.get(0), own(&hit["level"]))
        {
            report("a rating gets another meaning", all.start(), line.text.len());
        }
        for sentence in sentences(line) {
            let at = sentence.start - line.start;
            for regex in [&*MEANS, &*TREATED] {
                for hit in regex.captures_iter(sentence.over(low).if_digits()) {
                    if let (Some(all), Some(_)) = (hit.get(0), own(&hit["level"])) {
                        report("a rating gets another meaning", at + all.start(), at + all.end());
                    }
                }
            }
            if let Some(hit) = renames.find(sentence.text) {
                report("an anchor gets another name or meaning", at + hit.start(), at + hit.end());
            }
        }
    }
}
