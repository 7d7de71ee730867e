//! The best documents get no low rating, and the worst ones no high rating, where low and high are as the rubric has them.
//!
//! Only extremes can be told soundly: that something answers fully, or is of no use at all, in so many words, and with
//! nothing else said of it. "A page that answers fully gets a 2" is found; "a page that answers only half gets a 2" and
//! "an outdated page that answers fully gets a 2" are rules like others.
//!
//! What it cannot see: what anchors say in other words than these, a rule that gives the middle of the scale to an
//! extreme, one that is hidden behind a condition, and wordings in other languages than English and German.

use super::ends::{Ends, Height};
use super::opening::{OPEN, closes, span};
use super::{NUMBER, number};
use crate::guardrail::finding::{Check, Violation};
use crate::guardrail::pattern::{Wordings, folded_pattern, spelled as spell};
use crate::guardrail::text::Piece;
use regex::{Captures, Regex};
use std::sync::LazyLock;

/// A sentence without one of these is not looked at further: the wordings are large, and seldom needed.
static EXTREME: LazyLock<Regex> = LazyLock::new(|| {
    folded_pattern(
        r"perfe[ck]t|full|complete|entire|total|absolut|wholly|ideal|flawless|excellent|outstanding|\bbest|worst|most |very |highly|irrelevant|relevant|topic|unrelated|useless|worthless|spam|junk|garbage|nothing to do|\bno (?:use|relation|relevance|connection)|voll|völlig|ganz|komplett|hervorragend|ausgezeichnet|nutzlos|unbrauchbar|wertlos|themenfremd|schlechtest",
    )
});

/// Parts of the wordings, each of those before it where it is used.
const PARTS: &[(&str, &str)] = &[
    ("{best}", r"(?:{det}(?:{good}\s+{things}|{things}\s+(?:that|which)\s+(?:(?:is|are)\s+{good}|{answers})))"),
    (
        "{worst}",
        r"(?:{det}(?:{bad}\s+{things}|{things}\s+(?:(?:that|which)\s+(?:(?:is|are)\s+(?:{bad}|{nothing}|spam)|{unlike})|{nothing}))|{det}(?:spam|junk|garbage))",
    ),
    (
        "{answers}",
        r"(?:{fully}\s+(?:answers?|satisf(?:y|ies)|meets?|solves?)(?:\s+{need})?|(?:answers?|satisf(?:y|ies)|meets?|solves?)\s+(?:{need}\s+)?(?:{fully}|in full))",
    ),
    ("{need}", r"(?:(?:the\s+|its\s+)?(?:whole\s+|entire\s+)?(?:query|question|need|request)|everything|it)"),
    (
        "{good}",
        r"(?:(?:{fully}|highly|extremely|most|very)\s+(?:relevant|answered|answering|matching|useful|helpful|fitting|suitable|satisfying|on[- ]topic)|(?:absolutely\s+)?(?:perfect|ideal|flawless|excellent|outstanding|best))",
    ),
    (
        "{bad}",
        r"(?:(?:{fully}\s+)?(?:irrelevant|off[- ]topic|unrelated|useless|worthless)|worst|not\s+(?:at\s+all\s+)?relevant(?:\s+at\s+all)?)",
    ),
    ("{nothing}", r"(?:(?:of|with)\s+no\s+(?:use|relation|relevance|connection)(?:\s+at\s+all)?{to_query}?)"),
    (
        "{unlike}",
        r"(?:(?:has|have)\s+(?:nothing\s+to\s+do|no\s+(?:relation|relevance|connection)|nothing\s+in\s+common){to_query}?)",
    ),
    ("{to_query}", r"(?:\s+(?:to|for|with)\s+(?:the\s+)?(?:query|question|subject|topic|it))"),
    ("{fully}", r"(?:fully|perfectly|completely|entirely|totally|absolutely|wholly|ideally)"),
    ("{det}", r"(?:(?:an?|the|all|any|every|each|of|eine?[nrms]?|der|die|das|den|dem|alle[nr]?|jede[snmr]?)\s+)*"),
    (
        "{things}",
        r"(?:documents?|pages?|texts?|items?|results?|answers?|hits?|match(?:es)?|ones?|quer(?:y|ies)|questions?)",
    ),
    (
        "{gets}",
        r"(?:(?:must|should|shall|will)\s+)?(?:always\s+)?(?:gets?|receives?|deserves?|earns?|scores?|(?:is|are|be)\s+(?:always\s+)?(?:rated|scored|given|graded|worth)|is|are)\s+(?:as\s+|with\s+|at\s+)?",
    ),
    ("{rate}", r"(?:rate|score|grade|mark|judge|label|give|assign|award)"),
    (
        "{choose}",
        r"(?:rate|score|grade|mark|give|assign|award|use|choose|pick|select|answer|return|output|write|set|put|take|reserve|keep)",
    ),
    (
        "{beste}",
        r"(?:{det}(?:{gut}\s+{sachen}|{sachen},?\s+(?:das|die|der)\s+(?:(?:die|eine)\s+(?:frage|anfrage|suchanfrage)\s+)?{ganz}\s+(?:beantwortet|beantworten|relevant\s+(?:ist|sind)),?))",
    ),
    (
        "{schlechteste}",
        r"(?:{det}(?:{schlecht}\s+{sachen}|{sachen},?\s+(?:das|die|der)\s+(?:{ganz}\s+)?(?:irrelevant|nutzlos|unbrauchbar|wertlos)\s+(?:ist|sind),?|spam))",
    ),
    (
        "{gut}",
        r"(?:(?:{ganz}|sehr|höchst)\s+(?:relevant|passend|beantwortet|hilfreich)(?:e[nrsm]?)?|(?:perfekt|ideal|hervorragend|ausgezeichnet|best)e[nrsm]?)",
    ),
    (
        "{schlecht}",
        r"(?:(?:{ganz}\s+)?(?:irrelevant|nutzlos|unbrauchbar|wertlos|themenfremd)(?:e[nrsm]?)?|schlechteste[nrsm]?|nicht\s+relevante[nrsm]?)",
    ),
    ("{ganz}", r"(?:vollständig|völlig|ganz|komplett|perfekt|absolut|gänzlich)"),
    ("{sachen}", r"(?:dokument(?:en?|s)?|seiten?|texte?n?|treffern?|ergebniss?e?n?|antworten?)"),
    (
        "{level}",
        r#"(?:(?:(?:an?|the|eine[rn]?|die|der|den)\s+)?(?:(?:rating|score|level|number|grade|value|mark|note|bewertung)\s+)?(?:of\s+)?["'`“”]?(?P<level>{number})["'`“”]?|(?:(?:an?|the|eine[rn]?|die|der|den)\s+)?(?:very\s+)?(?:(?P<high>highest|maximum|maximal|max|top|high|higher|höchsten?|hohen?)\b|(?P<low>lowest|minimum|minimal|min|bottom|low|lower|niedrigsten?|niedrigen?)\b)(?:\s+(?:possible\s+|allowed\s+)?(?:ratings?|scores?|levels?|grades?|marks?|noten?|bewertung|stufe))?)"#,
    ),
    ("{open}", OPEN),
    ("{number}", NUMBER),
];

/// Groups: `good` or `bad` for what is rated, and `level`, `high` or `low` for its rating.
const ALL: &[&str] = &[
    r"{open}(?:(?P<good>{best})|(?P<bad>{worst}))\s+{gets}{level}",
    r"{open}{rate}\s+(?:(?P<good>{best})|(?P<bad>{worst}))\s+(?:as\s+|at\s+|with\s+)?{level}",
    r"{open}(?:{choose}\s+)?(?:only\s+)?{level}\s+(?:(?:is|are)\s+)?(?:for|to)\s+(?:(?P<good>{best}|{good})|(?P<bad>{worst}|{bad}))",
    // The second half of "1 for the former and 5 for the latter", and of "the former 1 and the latter 5".
    r"{open}{choose}\s+[^.;]{1,80}?\s+(?:and|,)\s+(?:{choose}\s+)?{level}\s+(?:for|to)\s+(?:(?P<good>{best}|{good})|(?P<bad>{worst}|{bad}))",
    r"{open}{rate}\s+[^.;]{1,80}?\s+(?:and|,)\s+(?:(?P<good>{best})|(?P<bad>{worst}))\s+(?:as\s+|at\s+|with\s+)?{level}",
    // The condition says no more than the extreme itself.
    r"{open}(?:if|when|whenever)\s+(?:(?:an?|the)\s+{things}|it)\s+(?:(?P<good>is\s+{good}|{answers})|(?P<bad>is\s+(?:{bad}|{nothing}|spam)|{unlike})),?\s+(?:then\s+)?{choose}\s+(?:(?:it|them)\s+)?(?:as\s+|at\s+|with\s+)?{level}",
    r"{open}{choose}\s+(?:it\s+)?{level}\s+(?:if|when|whenever)\s+(?:(?:an?|the)\s+{things}|it)\s+(?:(?P<good>is\s+{good}|{answers})|(?P<bad>is\s+(?:{bad}|{nothing}|spam)|{unlike}))",
    r"{open}(?:(?P<good>{beste})|(?P<bad>{schlechteste}))\s+(?:bekommt|bekommen|erhält|erhalten|verdient|verdienen|ist|sind)\s+{level}",
    r"{open}(?:bewerten?|benoten?|gib|geben|vergib|vergeben)\s+(?:sie\s+)?(?:(?P<good>{beste})|(?P<bad>{schlechteste}))\s+(?:mit\s+|als\s+)?{level}",
    r"{open}(?:gib|geben|vergib|vergeben|bewerte|nimm|wähle)\s+(?:sie\s+)?{level}\s+(?:für|an)\s+(?:(?P<good>{beste}|{gut})|(?P<bad>{schlechteste}|{schlecht}))",
    r"{open}(?:gib|geben|vergib|vergeben|bewerte|nimm|wähle)\s+[^.;]{1,80}?\s+(?:und|,)\s+{level}\s+(?:für|an)\s+(?:(?P<good>{beste}|{gut})|(?P<bad>{schlechteste}|{schlecht}))",
];

static WORDINGS: LazyLock<Wordings<()>> = LazyLock::new(|| {
    // Parts hold parts: as often as they are deep.
    let spelled = |source: &&str| (0..4).fold((*source).to_owned(), |text, _| spell(&text, PARTS));
    Wordings::new(ALL.iter().map(|source| (spelled(source), ())))
});

/// Finds an extreme at the wrong end of the scale in a folded sentence; the first wording is enough.
pub(super) fn check(sentence: &Piece<'_>, ends: &Ends, found: &mut Vec<Violation>) {
    if ends.better.is_none() || !EXTREME.is_match(sentence.text) {
        return;
    }
    for (pattern, ()) in WORDINGS.met(sentence.text) {
        for hit in pattern.captures_iter(sentence.text) {
            let Some(all) = hit.get(0) else { continue };
            if let Some(what) = wrong_end(&hit, ends)
                && closes(&sentence.text[all.end()..])
            {
                let reason = format!("{what} turns the scale round; {}", ends.said());
                let (start, end) = span(all);
                found.push(Violation::at(Check::Scale, reason, sentence.start + start, sentence.start + end));
                return;
            }
        }
    }
}

/// What is at the wrong end, in words.
fn wrong_end(hit: &Captures<'_>, ends: &Ends) -> Option<&'static str> {
    let height = match (hit.name("level"), hit.name("high")) {
        (Some(level), _) => ends.height(number(level.as_str())?)?,
        (None, Some(_)) => Height::High,
        (None, None) => Height::Low,
    };
    match (hit.name("good").is_some(), ends.is_good(height)?) {
        (true, false) => Some("a bad rating for the best documents"),
        (false, true) => Some("a good rating for the worst documents"),
        _ => None,
    }
}
