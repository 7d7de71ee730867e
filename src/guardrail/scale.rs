//! The rating scale stays what the rubric says: no other range, no level taken away.
//!
//! What it cannot see: a scale that is described and not named ("be twice as fine"), levels that rules make
//! unreachable one by one, and wordings in other languages than these.

use super::finding::{Check, Violation};
use super::text::{Piece, sentences};
use crate::domain::Scale;
use regex::{Regex, RegexSet};
use std::sync::LazyLock;

/// A compiled pattern of this room; a test compiles them all.
pub(super) fn pattern(source: &str) -> Regex {
    Regex::new(source).expect("the patterns of this room are constants, and its tests use them all")
}

/// Digits, and number words of the four languages in which ranges are known.
const NUMBER: &str = r"(?:-?\d{1,4}|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|hundred|null|eins|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|hundert|zéro|un|deux|trois|quatre|cinq|sept|huit|neuf|dix|cent|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|cien)";

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
    pattern(&format!(
        r"(?i)\b(?P<lead>\w+[ \t]+(?:(?:a|an|the|only|just)[ \t]+)?)?(?P<low>{NUMBER})(?:[ \t]*(?:-|–|—|−|\.\.\.?|…|/)[ \t]*|[ \t]+(?:to|through|thru|till|until|up to|and|bis|und|à|a|y|et|hasta)[ \t]+)(?P<high>{NUMBER})\b"
    ))
});

/// Words of a sentence that is about ratings, in four languages.
static RATINGS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:scales?|ratings?|rat(?:e|ed|es)|scor(?:e|es|ed|ing)|grad(?:e|es|ed|ing)|levels?|stars?|points?|marks?|numbers?|range|skala|bewert\w*|note[ns]?|punkte?|stufen?|échelle|évalu\w*|notez|niveaux?|escala|punt[uú]\w*|calific\w*|niveles)\b",
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

struct Rule {
    pattern: Regex,
    reason: &'static str,
    /// A condition after it makes it an ordinary rule: `never give a 5 when …`.
    unless_conditional: bool,
}

/// The rules, and all their patterns as one, which says in a single pass which of them to look at.
fn rules() -> &'static (RegexSet, Vec<Rule>) {
    static RULES: LazyLock<(RegexSet, Vec<Rule>)> = LazyLock::new(|| {
        let rules = all_rules();
        let sources = rules.iter().map(|rule| rule.pattern.as_str());
        (RegexSet::new(sources).expect("each of them is a pattern"), rules)
    });
    &RULES
}

/// A pattern takes one sentence; a group `level` must be on the scale, a group `off` off it.
fn all_rules() -> Vec<Rule> {
    let never =
        r"(?:never|don['’]t|do not|must not|mustn['’]t|should not|cannot|can['’]t|stop|refrain from|avoid|no longer)";
    let rule = |source: &str, reason, unless_conditional| Rule {
        pattern: pattern(&format!("(?i){source}")),
        reason,
        unless_conditional,
    };
    vec![
        rule(
            &format!(
                r"\b{never}\s+(?:ever\s+)?(?:giv(?:e|ing)|us(?:e|ing)|assign(?:ing)?|award(?:ing)?|cho(?:o|)s(?:e|ing)|pick(?:ing)?|select(?:ing)?|output(?:ting)?|return(?:ing)?|rat(?:e|ing))\s+(?:out\s+)?(?:(?:it|them|anything|any document|a document|documents)\s+)?(?:as\s+)?(?:an?\s+|the\s+)?(?:(?:rating|score|grade|level|number|value)s?\s+)?(?:of\s+)?(?P<level>{NUMBER})\b"
            ),
            "a level of the scale is taken away",
            true,
        ),
        rule(
            &format!(
                r"\bavoid\s+(?:the\s+)?(?:ratings?|scores?|levels?|values?|grades?)?\s*(?:of\s+)?(?P<level>{NUMBER})\b"
            ),
            "a level of the scale is taken away",
            true,
        ),
        rule(
            &format!(
                r"\b(?:ratings?|scores?|levels?|grades?)\s+(?:of\s+)?(?P<level>{NUMBER})\s+(?:are|is|must be|should be|shall be)\s+(?:now\s+)?(?:forbidden|banned|prohibited|disallowed|unused|off limits|to be avoided|not (?:allowed|used|permitted|available)|never (?:used|given|chosen))\b"
            ),
            "a level of the scale is taken away",
            true,
        ),
        rule(
            r"\bno\s+(?:ratings?|scores?|grades?)\s+(?:above|over|below|under|higher than|lower than|other than|except)\s+(?:an?\s+)?(?P<level>-?\d+)\b",
            "the scale gets another end",
            true,
        ),
        rule(
            r"\b(?:only|just)\b[^.;]{0,15}\b(?:odd|even)\s+(?:ratings?|numbers?|levels|scores?|values)\b|\b(?:odd|even)\s+(?:ratings?|numbers?|levels|scores?|values)\s+only\b",
            "levels of the scale are taken away",
            false,
        ),
        rule(
            r"\b(?P<level>-?\d+)\s+and\s+-?\d+\s+(?:are|mean|count as|is)\s+(?:the same|equal|equivalent|interchangeable|one)\b",
            "levels of the scale are merged",
            false,
        ),
        rule(
            r"\b(?:maximum|minimum)\s+(?:is|becomes|=)\s+(?:an?\s+)?(?P<end>-?\d+)\b",
            "the scale gets another end",
            true,
        ),
        rule(
            r"\b(?:rat(?:e|ing)s?|scores?|numbers?)\s+(?:is|are|as|must be|should be|with)\s+(?:an?\s+)?(?:probabilit(?:y|ies)|likelihood|float(?:ing)?|real number|continuous)\b",
            "another scale",
            false,
        ),
        rule(
            r"\b(?:use|choose|pick|select|return|output|answer)\s+(?:an?\s+|the\s+(?:rating|number|value|score)\s+)?(?P<off>-?\d+)\b",
            "a rating off the scale",
            false,
        ),
        rule(
            r"\b(?:one of|only|just|these)\s+(?P<points>two|three|four|five|six|seven|eight|nine|ten|eleven|\d+)\s+(?:levels|ratings|grades|values|scores|classes|categories|buckets)\b",
            "another scale",
            false,
        ),
        rule(
            r"\b(?:skip|drop|leave out|ignore|remove|eliminate|forget|exclude|omit)\s+(?:the\s+)?(?:rating|score|level|grade|value)s?\s+(?P<level>-?\d+)\b",
            "a level of the scale is taken away",
            false,
        ),
        rule(
            r"\b(?:merge|collapse|combine|fold|lump|join|group)\s+(?:the\s+)?(?:(?:rating|score|level|grade|value)s?\s+)?(?:of\s+)?(?P<level>-?\d+)\s*(?:and|with|into|&|,|/)\s*(?:the\s+)?-?\d+\b",
            "levels of the scale are merged",
            false,
        ),
        rule(
            r"\b(?:treat|count|regard|consider)\s+(?P<level>-?\d+)\s+(?:and|or)\s+-?\d+\s+(?:as\s+)?(?:the\s+same|equal|alike|equivalent|identical)",
            "levels of the scale are merged",
            false,
        ),
        rule(
            r"\b(?:highest|top|maximum|max|best|lowest|minimum|worst)\s+(?:possible\s+|allowed\s+|available\s+)?(?:rating|score|grade|level|mark)\s+(?:is|becomes|=|shall be|should be|must be)\s+(?:an?\s+)?(?P<end>-?\d+)\b",
            "the scale gets another end",
            true,
        ),
        rule(
            r"\b(?:nothing|no\s+(?:document|page|text|item|result|one|answer))\s+(?:ever\s+)?(?:can\s+|should\s+|may\s+|must\s+)?(?:gets?|deserves?|receives?|earns?|scores?|is)\s+(?:ever\s+)?(?:an?\s+|worth\s+an?\s+)?(?P<level>-?\d+)\b",
            "a level of the scale is taken away",
            true,
        ),
        rule(
            r"\bnever\s+(?:rate|score|go|give|rise|get)\s+(?:anything\s+|a document\s+|any document\s+|documents\s+|ratings?\s+)?(?:above|over|below|under|higher than|lower than|more than|less than)\s+(?:an?\s+)?(?P<level>-?\d+)\b",
            "the scale gets another end",
            true,
        ),
        rule(
            r"(?:^|[^t]\s+)\b(?:avoid|never (?:use|give|choose|assign)|do not (?:use|give|choose|assign)|don['’]t (?:use|give|choose|assign)|stay away from|shy away from|steer clear of)\s+(?:the\s+|giving\s+|using\s+|any\s+|both\s+)*(?:extremes?|extreme (?:ratings?|scores?|values?|levels?|ends)|ends? of the (?:scale|range)|end ?points?|(?:lowest and highest|highest and lowest|top and bottom|outer|outermost) (?:ratings?|scores?|levels?|values?|ends?))\b",
            "the ends of the scale are taken away",
            true,
        ),
        rule(
            r"\b(?:stay|remain|keep|stick|rate|use|choose|prefer)\b[^.;]{0,30}\b(?:the\s+)?(?:middle|centre|center|mid-?range)\s+(?:of the (?:scale|range)|ratings?|levels?|values?)\b",
            "the ends of the scale are taken away",
            true,
        ),
        rule(
            r"\b(?:(?P<points>\d+|two|three|four|five|six|seven|eight|nine|ten|eleven|hundred)[- ](?:point|level|step|star|grade|way|tier)s?\s+(?:likert\s+)?(?:scale|rating|system|range|scheme)|(?P<stars>\d+|one|two|three|four|five|six|seven|eight|nine|ten)[- ](?:stars?|thumbs)\b)",
            "another scale",
            false,
        ),
        rule(
            r"\b(?:out of|auf einer skala bis|sur une échelle de|sur|sobre)\s+(?P<of>\d+|ten|five|three|four|seven|hundred|zehn|dix|diez)\b",
            "another scale",
            false,
        ),
        rule(
            r"\b(?:binary|pass[ /-]+fail|thumbs[ -](?:up|down)|yes[ /-]+(?:or[ -]+)?no|relevant or (?:not relevant|irrelevant|not))\s*(?:scale|ratings?|judge?ments?|labels?|decisions?|scores?|grades?|only|$|\.)",
            "another scale",
            false,
        ),
        rule(
            r"\b(?:as|in|into|using)\s+(?:an?\s+)?(?:percent(?:age)?s?|decimals?|fractions?|stars)\b|\bpercentage\s+(?:rating|score|scale)s?\b|\b(?:rating|score|grade|rate(?:\s+(?:it|them))?)\s+(?:of\s+|at\s+|as\s+|with\s+|to\s+)?(?:an?\s+)?\d+\s*(?:%|percent)|\b\d+\s*(?:%|percent)\s+(?:relevant|relevance|rating|score)",
            "another scale",
            false,
        ),
        rule(
            r"\b(?:half|quarter|decimal|fractional)[- ](?:points?|ratings?|scores?|steps?|stars?|levels?|values?|marks?)\b|\b(?:half|quarter) (?:of )?a (?:point|level|step|star)\b|\b(?:rating|score|rate|give|assign|use)\b[^.;]{0,25}[^\w.]\d[.,]\d\b",
            "ratings between the levels",
            false,
        ),
        rule(
            r"\b(?:widen|extend|expand|shrink|narrow|reduce|shorten|stretch|change|replace|rescale|redefine|double|adapt|simplify)\s+(?:the\s+)?(?:rating\s+)?(?:scale|range of (?:the )?(?:ratings|scale))\b",
            "the scale is changed",
            false,
        ),
        rule(
            r"\b(?:ratings?|scores?|grades?|marks?)\s*(?:of|:|=|is|at)\s*(?:an?\s+)?(?P<off>-?\d+)\b",
            "a rating off the scale",
            false,
        ),
        rule(
            r"\b(?:rate|score|grade)\s+(?:an?|the|any|such|every|all|these|those)\s+(?:[\p{L}-]+\s+){0,3}(?:page|document|text|item|one|draft|answer|result|ticket|thread|match|matche|post|note|copy|copie|link)s?\s+(?:as\s+|at\s+|with\s+)?(?:an?\s+)?(?P<off>-?\d+)\s*(?:[.,;]|$)",
            "a rating off the scale",
            false,
        ),
        rule(
            r"\b(?:give|assign|award|gets?|deserves?|receives?|score|rate|worth)\s+(?:(?:it|them|these|this|those|such (?:documents?|pages?|texts?))\s+)?(?:as\s+|at\s+|with\s+)?(?:an?\s+|the\s+(?:rating|score|grade)\s+)?(?P<off>-?\d+)\b",
            "a rating off the scale",
            false,
        ),
    ]
}

/// `only 1, 3 and 5`; `1, 3 and 5 only`.
static SUBSET: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:only|just|exclusively|solely|nothing but|limit\w*|restrict\w*|stick to|confine\w*)\b[^.,;\d]{0,45}(?P<list>-?\d+(?:\s*(?:,|and|or|&|/|und|et|y|oder|ou|o)\s*(?:(?:and|or)\s*)?(?:an?\s+)?-?\d+)+)|(?P<after>-?\d+(?:\s*(?:,|and|or|&)\s*(?:(?:and|or)\s*)?-?\d+)+)\s+only\b",
    )
});

/// After this a prohibition or a choice of levels is a rule for some documents.
static CONDITION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^[\s,]*(?:ratings?\s+|rating\s+)?(?:only\s+)?(?:when|if|unless|where|while|because|just because|for (?:an? |the |such |these |those |pages|texts|documents? |drafts)|to (?:an? |the |such |these |those |documents? |pages |texts |drafts)|as long as|until|without|merely|solely|in case|once|except|simply|on the)",
    )
});

/// A negation right before: `do not use half points`.
static NEGATED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:not|no|never|don['’]t|without|neither|nor)(?:\s+\w+){0,3}\s*$"));

/// Finds mentions of another scale in the added lines.
pub(super) fn check(added: &[Piece<'_>], scale: Scale, found: &mut Vec<Violation>) {
    for line in added {
        for sentence in sentences(line) {
            ranges(&sentence, scale, found);
            subsets(&sentence, scale, found);
            let (set, rules) = rules();
            for at in set.matches(sentence.text) {
                apply(&rules[at], &sentence, scale, found);
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

fn apply(rule: &Rule, sentence: &Piece<'_>, scale: Scale, found: &mut Vec<Violation>) {
    for hit in rule.pattern.captures_iter(sentence.text) {
        let Some(all) = hit.get(0) else { continue };
        let (before, rest) = (&sentence.text[..all.start()], &sentence.text[all.end()..]);
        if rule.unless_conditional && CONDITION.is_match(rest) {
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
            found.push(Violation::at(Check::Scale, format!("{}; the rubric's is {scale}", rule.reason), start, end));
        }
    }
}
