//! Every anchor line stays as it is, and no other line gives a rating another meaning.
//!
//! What it cannot see: a meaning that drifts because rules move all documents of a kind to another level.

use super::finding::{Check, Violation};
use super::scale::pattern;
use super::text::{Piece, lines, sentences};
use crate::prompt::Prompt;
use crate::rubric::Rubric;
use regex::Regex;
use std::collections::HashSet;
use std::sync::LazyLock;

/// `5 (Excellent)`, and `5: …`, `5 = …` at the start of a line.
static NAMED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:^|[^\w.–-])(?P<level>-?\d{1,3})\s*\((?P<name>[^)]{1,60})\)"));
static DEFINED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^[\s>*•-]*(?:\*\*|__)?(?:(?i:rating|score|grade|level)\s+)?(?P<level>-?\d{1,3})(?:\*\*|__)?\s*(?::|=|→|->|–|—|-)\s*\p{L}",
    )
});
/// `a 5 means …`, `treat 3 as …`, `5 now stands for …`.
static MEANS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:(?:rating|score|grade|level|an?)\s+(?:of\s+)?)?(?P<level>-?\d{1,3})\s+(?:now\s+|here\s+|only\s+|just\s+|always\s+)?(?:means|stands for|signifies|denotes|indicates|corresponds to|equals|is defined as|is to be read as|is called|should mean|should be read as|is for (?:anything|everything|any|every|all)|bedeutet|heißt|signifie|veut dire|significa|shall mean|represents)\b",
    )
});
static TREATED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:treat|count|regard|consider|read|interpret|understand|use|take|define|redefine|rename|call|label|name)\s+(?:the\s+|an?\s+)?(?:(?:rating|score|grade|level|number|value)s?\s+)?(?:of\s+)?(?P<level>-?\d{1,3})\s+(?:as|to mean|to be|like|for|to|into|[\x22“'‘`]\p{L})",
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
    for line in added {
        let mut report = |reason: &str, from: usize, to: usize| {
            found.push(Violation::at(Check::Anchors, reason, line.start + from, line.start + to));
        };
        for hit in NAMED.captures_iter(line.text) {
            if let (Some(all), Some(anchor)) = (hit.get(0), own(&hit["level"]))
                && !hit["name"].trim().eq_ignore_ascii_case(&anchor.name)
                && is_name(hit["name"].trim())
            {
                report("a rating gets another name", all.start(), all.end());
            }
        }
        if let Some(hit) = DEFINED.captures(line.text)
            && let (Some(all), Some(_)) = (hit.get(0), own(&hit["level"]))
        {
            report("a rating gets another meaning", all.start(), line.text.len());
        }
        for sentence in sentences(line) {
            let at = sentence.start - line.start;
            for regex in [&*MEANS, &*TREATED] {
                for hit in regex.captures_iter(sentence.text) {
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
