//! One rating for whatever comes: `rate everything 5`, `give all documents the highest rating`, `always answer 3`.
//!
//! Such a line takes all other levels away without naming one of them. A condition before it or behind it makes it an
//! ordinary rule, and so does a word that says which documents: `rate all outdated documents 2`.
//!
//! What it cannot see: a condition that always holds ("when it has words, rate it 5"), a line that says it over several
//! sentences, and wordings in other languages than English and German.

use super::{CONDITION, NUMBER, number};
use crate::domain::Scale;
use crate::guardrail::finding::{Check, Violation};
use crate::guardrail::pattern::{Wordings, folded_pattern};
use crate::guardrail::text::Piece;
use regex::Regex;
use std::sync::LazyLock;

/// Whatever there is to rate.
const ALL: &str = r"(?:everything|anything|(?:them all|all of (?:them|these|those))|(?:all|every|each|any)(?:\s+of)?(?:\s+(?:the|these|those))?(?:\s+(?:single|given|retrieved|possible))?\s+(?:documents?|pages?|texts?|items?|results?|pairs?|records?|match(?:es)?|hits?|one))";

/// Whatever happens.
const EVER: &str = r"(?:in\s+(?:all|every|each|any)\s+cases?|for\s+(?:all|every|any|each)\s+(?:query|queries|questions?|searche?s?)|every time|each time|always|regardless|whatever|no matter|by default|even (?:if|when|though)|without (?:exceptions?|looking|reading)|to be (?:safe|sure|on the safe side)|for safety)";

/// A level, or one that is told by its place. The number may stand in quotes.
const LEVEL: &str = r#"(?:(?:an?\s+|the\s+)?(?:(?:rating|score|level|number|grade|value|mark)\s+)?(?:of\s+)?["'`“”]?(?P<level>{number})["'`“”]?|(?:the\s+|an?\s+)?(?:very\s+)?(?:highest|lowest|best|worst|top|maximum|maximal|minimum|minimal|max|min|middle|same|full|perfect)\s+(?:possible\s+|available\s+|allowed\s+)?(?:ratings?|scores?|levels?|grades?|marks?|points|numbers?|values?))"#;

/// Where the wording ends: more words would say which documents are meant.
const END: &str = r"\s*(?:[.,;:!)]|$|\s{ever}\b)";

/// Whatever there is to rate, in German.
const ALLES: &str = r"(?:alles|allem|alle[nr]?\s+(?:dokumenten?|seiten|texten?|treffern?|ergebnissen?)|jede[snmr]?\s+(?:dokument|seite|text|treffer|ergebnis))";

/// A level in German.
const STUFE: &str = r"(?:(?:eine[rn]?\s+|der\s+|die\s+|den\s+)?(?:note\s+|bewertung\s+|wertung\s+|stufe\s+)?(?P<level>{number})|(?:der\s+|die\s+)?(?:höchste|beste|niedrigste|schlechteste|gleiche|höchstmögliche)n?\s+(?:note|bewertung|wertung|stufe|punktzahl))";

/// Where a German wording ends.
const ENDE: &str = r"\s*(?:[.,;:!)]|$|\s(?:immer|egal|unabhängig|vergeben|geben|bewerten)\b)";

static WORDINGS: LazyLock<Wordings<()>> = LazyLock::new(|| {
    let spelled = |source: &&str| {
        let parts = [("{all}", ALL), ("{level}", LEVEL), ("{end}", END), ("{ever}", EVER)];
        let teile = [("{alles}", ALLES), ("{stufe}", STUFE), ("{ende}", ENDE), ("{number}", NUMBER)];
        parts.iter().chain(&teile).fold((*source).to_owned(), |text, (name, part)| text.replace(name, part))
    };
    Wordings::new(ENGLISH.iter().chain(GERMAN).map(|source| (spelled(source), ())))
});

const ENGLISH: &[&str] = &[
    r"\b(?:rate|score|grade|mark|label|judge|rank)\s+{all}\s+(?:as\s+|at\s+|with\s+|to be\s+)?{level}{end}",
    r"\b(?:rate|score|grade|mark|label|judge|rank)\s+{all}\s+(?:as\s+)?(?:very\s+)?(?:high|highly|highest|low|lowest|perfect|excellent|(?:highly |fully |perfectly )?relevant|irrelevant){end}",
    r"\b(?:treat|consider|regard|count|see)\s+{all}\s+as\s+(?:{level}|perfect|excellent|(?:highly |fully |perfectly )?relevant|irrelevant){end}",
    r"\b(?:give|assign|award|grant|hand)\s+(?:out\s+)?{all}\s+{level}{end}",
    r"\b(?:give|assign|award|grant|use|return|output|answer|choose|pick|reply|respond|say|write|put|set|select)\s+(?:with\s+)?{level}\s+(?:(?:as\s+(?:the|your|an?)\s+(?:rating|score|answer)\s+)?(?:to|for|on|with)\s+{all}{end}|{ever}\b)",
    r"(?:^|[\s,:])\b{all}\s+(?:(?:must|should|shall|will|can only|has to|have to)\s+)?(?:always\s+)?(?:is|are|be|gets?|receives?|deserves?|earns?|scores?|counts? as|(?:is|are|be)\s+(?:rated|scored|given|worth))\s+(?:always\s+)?(?:as\s+|with\s+)?{level}{end}",
    r"^[\s*•-]*{all}\s*(?:[:=→]|->|=>)+\s*{level}{end}",
    r"\b(?:the|every|each|your|all)\s+(?:ratings?|scores?|answers?)\s+(?:(?:is|are|must be|should be|shall be|will be)\s+always|(?:is|are|must|should|shall)\s+always\s+(?:be\s+)?|always\s+(?:is|equals?))\s*{level}{end}",
    r"\b(?:every|each|all)\s+(?:ratings?|scores?)\s+(?:is|are|must be|should be|shall be|will be)\s+{level}{end}",
    r"\b(?:always|only|just|simply)\s+(?:answer|give|rate|assign|choose|use|pick|return|output|say|reply|respond|select|score|award)\s+(?:with\s+)?(?:(?:it|them|{all})\s+)?(?:as\s+|with\s+)?{level}{end}",
];

const GERMAN: &[&str] = &[
    r"\b(?:bewerten?|bewertet|benoten?|werten?)\s+(?:sie\s+)?(?:immer\s+|stets\s+)?{alles}\s+(?:immer\s+|stets\s+)?(?:mit\s+|als\s+)?{stufe}{ende}",
    r"\b(?:gib|gebt|geben|vergib|vergebt|vergeben)\s+(?:sie\s+)?(?:immer\s+|stets\s+)?{alles}\s+(?:immer\s+|stets\s+)?{stufe}{ende}",
    r"\b(?:gib|gebt|geben|vergib|vergebt|vergeben|antworte|antworten|wähle|wählen|nimm|nehmen)\s+(?:sie\s+)?(?:immer|stets)\s+(?:mit\s+)?{stufe}{ende}",
    r"(?:^|[\s,:])\b{alles}\s+(?:bekommt|bekommen|erhält|erhalten|ist|sind|verdient|verdienen)\s+(?:immer\s+|stets\s+)?{stufe}{ende}",
    r"^[\s*•-]*(?:immer|stets)\s+{stufe}{ende}",
];

/// Before the wording, these make it a rule for some documents, or one that forbids it.
static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    folded_pattern(
        r"\b(?:when|whenever|if|unless|where|while|once|in case|for|among|not|never|don['’]t|avoid|without|instead of|rather than|mistake|wrong|useless|wenn|falls|sofern|bei|nicht|nie|niemals|statt|ohne|who|that would)\b",
    )
});

/// Finds one rating for everything in a folded sentence.
pub(super) fn check(sentence: &Piece<'_>, scale: Scale, found: &mut Vec<Violation>) {
    for (pattern, ()) in WORDINGS.met(sentence.text) {
        for hit in pattern.captures_iter(sentence.text) {
            let Some(all) = hit.get(0) else { continue };
            let (before, rest) = (&sentence.text[..all.start()], &sentence.text[all.end()..]);
            // A rating off the scale is another fault.
            let is_level = hit
                .name("level")
                .is_none_or(|level| number(level.as_str()).is_some_and(|level| scale.rating(level).is_some()));
            if is_level && !BEFORE.is_match(before) && !CONDITION.is_match(rest) {
                let reason = format!("one rating for everything takes the others away; the rubric's is {scale}");
                let (start, end) = (sentence.start + all.start(), sentence.start + all.end());
                found.push(Violation::at(Check::Scale, reason, start, end));
                return;
            }
        }
    }
}

/// Compiles what most candidates need.
pub(super) fn prepare() {
    LazyLock::force(&WORDINGS);
}
