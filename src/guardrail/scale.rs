//! The rating scale stays what the rubric says: no other range, no level taken away, no rating for
//! everything ([`unconditional`]), and the good end where it is ([`direction`], [`extremes`]).
//!
//! What it cannot see: a scale that is described and not named ("be twice as fine"), levels that rules make
//! unreachable one by one, and wordings in other languages than these.

mod direction;
mod ends;
mod extremes;
mod opening;
mod unconditional;
mod wordings;

use super::finding::{Check, Violation};
use super::pattern::folded_pattern;
use super::text::{Piece, sentences};
use crate::domain::Scale;
pub(super) use ends::Ends;
use regex::Regex;
use std::sync::LazyLock;
use wordings::{NUMBER, RULES, Rule};

fn number(text: &str) -> Option<i64> {
    const WORDS: [(&[&str], i64); 13] = [
        (&["zero", "null", "zéro", "cero"], 0),
        (&["one", "eins", "un", "uno"], 1),
        (&["two", "zwei", "deux", "dos"], 2),
        (&["three", "drei", "trois", "tres"], 3),
        (&["four", "vier", "quatre", "cuatro"], 4),
        (&["five", "fünf", "cinq", "cinco"], 5),
        (&["six", "sechs", "seis"], 6),
        (&["seven", "sieben", "sept", "siete"], 7),
        (&["eight", "acht", "huit", "ocho"], 8),
        (&["nine", "neun", "neuf", "nueve"], 9),
        (&["ten", "zehn", "dix", "diez"], 10),
        (&["eleven"], 11),
        (&["hundred", "hundert", "cent", "cien"], 100),
    ];
    let lower = text.to_lowercase();
    lower.parse().ok().or_else(|| WORDS.iter().find(|(names, _)| names.contains(&lower.as_str())).map(|(_, n)| *n))
}

/// `from 1 to 3`, `0–10`, `von 1 bis 3`; the lead-in and both ends are groups.
static RANGE: LazyLock<Regex> = LazyLock::new(|| {
    folded_pattern(&format!(
        r"\b(?P<lead>\w+ +(?:(?:a|an|the|only|just) +)?)?(?P<low>{NUMBER})(?: *(?:-|–|—|−|\.\.\.?|…|/) *| +(?:to|through|thru|till|until|up to|and|bis|und|à|a|y|et|hasta) +)(?P<high>{NUMBER})\b"
    ))
});

/// Words of a sentence that is about ratings, in four languages.
static RATINGS: LazyLock<Regex> = LazyLock::new(|| {
    folded_pattern(
        r"\b(?:scales?|ratings?|rat(?:e|ed|es)|scor(?:e|es|ed|ing)|grad(?:e|es|ed|ing)|levels?|stars?|points?|marks?|numbers?|range|skala|bewert\w*|note[ns]?|punkte?|stufen?|échelle|évalu\w*|notez|niveaux?|escala|punt[uú]\w*|calific\w*|niveles)\b",
    )
});

/// What may follow a range that is a scale; another word is the thing counted: `3 to 5 years`.
const FOLLOWS: &[&str] = &[
    "scale",
    "rating",
    "ratings",
    "rate",
    "score",
    "scores",
    "stars",
    "star",
    "range",
    "only",
    "instead",
    "where",
    "when",
    "if",
    "for",
    "and",
    "or",
    "with",
    "as",
    "based",
    "depending",
    "inclusive",
    "is",
    "are",
    "in",
    "on",
    "not",
    "but",
    "then",
    "according",
    "by",
    "per",
    "to",
    "of",
    "skala",
    "statt",
    "wobei",
    "für",
    "je",
    "pour",
    "selon",
    "où",
    "según",
    "para",
    "donde",
    "unless",
    "because",
    "since",
    "while",
    "whenever",
    "using",
    "being",
    "points",
    "rather",
    "at",
];

/// Words before a range that make it something else than a scale: a step, a count.
const COUNTED: &[&str] =
    &["by", "another", "about", "least", "most", "every", "step", "steps", "section", "line", "um"];
/// Words before `2 and 3` that make it a range.
const BETWEEN: &[&str] = &["between", "zwischen", "entre"];

/// `only 1, 3 and 5`; `1, 3 and 5 only`.
static SUBSET: LazyLock<Regex> = LazyLock::new(|| {
    folded_pattern(
        r"\b(?:only|just|exclusively|solely|nothing but|limit\w*|restrict\w*|stick to|confine\w*)\b[^.,;\d]{0,45}(?P<list>-?\d+(?:\s*(?:,|and|or|&|/|und|et|y|oder|ou|o)\s*(?:(?:and|or)\s*)?(?:an?\s+)?-?\d+)+)|(?P<after>-?\d+(?:\s*(?:,|and|or|&)\s*(?:(?:and|or)\s*)?-?\d+)+)\s+only\b",
    )
});

/// After this a prohibition or a choice of levels is a rule for some documents.
static CONDITION: LazyLock<Regex> = LazyLock::new(|| {
    folded_pattern(
        r"^[\s,]*(?:ratings?\s+|rating\s+)?(?:only\s+)?(?:when|if|unless|where|while|because|just because|for (?:an? |the |such |these |those |pages|texts|documents? |drafts)|to (?:an? |the |such |these |those |documents? |pages |texts |drafts)|as long as|until|without|merely|solely|in case|once|except|simply|on the)",
    )
});

/// A negation right before: `do not use half points`.
static NEGATED: LazyLock<Regex> =
    LazyLock::new(|| folded_pattern(r"\b(?:not|no|never|don['’]t|without|neither|nor)(?:\s+\w+){0,3}\s*$"));

/// Compiles what most candidates need.
pub(super) fn prepare() {
    LazyLock::force(&RULES);
    unconditional::prepare();
    direction::prepare();
    LazyLock::force(&RANGE);
    LazyLock::force(&RATINGS);
}

/// Finds mentions of another scale in the added lines, folded.
pub(super) fn check(low: &[Piece<'_>], ends: &Ends, found: &mut Vec<Violation>) {
    let scale = ends.scale;
    for line in low {
        for sentence in sentences(line) {
            ranges(&sentence, scale, found);
            subsets(&sentence, scale, found);
            let before = found.len();
            for (pattern, rule) in RULES.met(sentence.text) {
                apply(pattern, *rule, &sentence, scale, found);
            }
            // What takes the levels away, or turns them round, in several wordings is told once.
            if found.len() == before {
                unconditional::check(&sentence, scale, found);
            }
            if found.len() == before {
                direction::check(&sentence, ends, found);
            }
            if found.len() == before {
                extremes::check(&sentence, ends, found);
            }
        }
    }
}

fn next_word(rest: &str) -> Option<String> {
    let rest = rest.trim_start_matches([' ', '\t']);
    let word: String = rest.chars().take_while(|c| c.is_alphabetic()).collect();
    (!word.is_empty()).then(|| word.to_lowercase())
}

/// The number is a rating and not a count of things.
fn is_rating(rest: &str) -> bool {
    // `30-page`
    let compound = rest.strip_prefix('-').is_some_and(|tail| tail.starts_with(char::is_alphabetic));
    !compound
        && !rest.trim_start().starts_with(['%', '€', '$'])
        && next_word(rest).is_none_or(|w| FOLLOWS.contains(&w.as_str()))
}

fn ranges(sentence: &Piece<'_>, scale: Scale, found: &mut Vec<Violation>) {
    if !RATINGS.is_match(sentence.text) {
        return;
    }
    for ranged in RANGE.captures_iter(sentence.text) {
        let (Some(all), Some(low), Some(high)) = (ranged.get(0), ranged.name("low"), ranged.name("high")) else {
            continue;
        };
        let lead = ranged.name("lead").map_or("", |m| m.as_str()).to_lowercase();
        let lead = lead.split_whitespace().next().unwrap_or("");
        let (Some(a), Some(b)) = (number(low.as_str()), number(high.as_str())) else { continue };
        let link = sentence.text[low.end()..high.start()].trim().to_lowercase();
        let both = matches!(link.as_str(), "and" | "und" | "y" | "et");
        if both && !BETWEEN.contains(&lead) || COUNTED.contains(&lead) || !is_rating(&sentence.text[all.end()..]) {
            continue;
        }
        // "a" joins numbers in French and Spanish only, "1 a 3"; "one a two" is nothing.
        let (min, max) = (scale.min().value(), scale.max().value());
        if (a, b) != (min, max) && (b, a) != (min, max) {
            let start = if lead.is_empty() || number(lead).is_some() { low.start() } else { all.start() };
            let reason = format!("names the range {a}–{b}, and the rubric's is {scale}");
            let (start, end) = (sentence.start + start, sentence.start + all.end());
            found.push(Violation::at(Check::Scale, reason, start, end));
        }
    }
}

fn subsets(sentence: &Piece<'_>, scale: Scale, found: &mut Vec<Violation>) {
    if !sentence.text.contains(|c: char| c.is_ascii_digit()) {
        return;
    }
    for choice in SUBSET.captures_iter(sentence.text) {
        let (Some(all), Some(list)) = (choice.get(0), choice.name("list").or(choice.name("after"))) else { continue };
        let numbers = list.as_str().split(|c: char| !c.is_ascii_digit() && c != '-').filter_map(|n| n.parse().ok());
        let levels: Vec<i64> = numbers.collect();
        let rest = &sentence.text[all.end()..];
        let all_levels = scale.ratings().all(|r| levels.contains(&r.value()));
        if all_levels || CONDITION.is_match(rest) || !is_rating(rest) {
            continue;
        }
        if levels.iter().all(|n| scale.rating(*n).is_some()) || RATINGS.is_match(sentence.text) {
            let reason = format!("leaves only some levels of the scale {scale}");
            let (start, end) = (sentence.start + all.start(), sentence.start + all.end());
            found.push(Violation::at(Check::Scale, reason, start, end));
        }
    }
}

fn apply(
    pattern: &Regex,
    (reason, unless_conditional): Rule,
    sentence: &Piece<'_>,
    scale: Scale,
    found: &mut Vec<Violation>,
) {
    for hit in pattern.captures_iter(sentence.text) {
        let Some(all) = hit.get(0) else { continue };
        let (before, rest) = (&sentence.text[..all.start()], &sentence.text[all.end()..]);
        if unless_conditional && CONDITION.is_match(rest) {
            continue;
        }
        let value = |name: &str| hit.name(name).and_then(|m| number(m.as_str()));
        let on = |n: i64| scale.rating(n).is_some();
        let (min, max) = (scale.min().value(), scale.max().value());
        let levels = scale.levels() as i64;
        let named =
            ["level", "off", "end", "points", "stars", "of"].iter().find_map(|name| Some((*name, value(name)?)));
        let violates = match named {
            Some(("level", n)) => on(n) && is_rating(rest),
            Some(("off", n)) => !on(n) && is_rating(rest),
            Some(("end", n)) => n != min && n != max && is_rating(rest),
            Some(("points", n)) => n != levels,
            Some(("of", n)) => n != max && is_rating(rest) && RATINGS.is_match(sentence.text),
            _ => !NEGATED.is_match(before),
        };
        if violates {
            let (start, end) = (sentence.start + all.start(), sentence.start + all.end());
            found.push(Violation::at(Check::Scale, format!("{}; the rubric's is {scale}", reason), start, end));
        }
    }
}
