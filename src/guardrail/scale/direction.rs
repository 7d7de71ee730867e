//! The good end of the scale stays the good one: nothing says that lower is better where higher is, that the highest
//! rating is the worst, or that the scale is to be turned round.
//!
//! What it cannot see: a scale that is turned round for some documents only, a claim in the middle of a sentence, and
//! wordings in other languages than English and German. Where the rubric does not say which end is good ([`Ends`]), orders
//! to turn the scale round are all that is found.

use super::ends::{Ends, Height};
use super::opening::{OPEN, closes, span};
use super::{NEGATED, NUMBER, number};
use crate::guardrail::finding::{Check, Violation};
use crate::guardrail::pattern::{Wordings, spelled};
use crate::guardrail::text::Piece;
use regex::Captures;
use std::sync::LazyLock;

/// What a wording says of the scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claim {
    LowIsGood,
    HighIsGood,
    /// Of the group `level`.
    IsBest,
    IsWorst,
    /// Of the group `level`, and than the group `other`.
    IsBetter,
    IsWorse,
    /// The scale is to be turned round, whichever end is good.
    Turn,
}

/// What is rated with.
const RATINGS: &str = r"(?:ratings?|scores?|numbers?|grades?|marks?|levels?|values?)";
/// Ratings at one end, or towards it.
const LOWER: &str = r"(?:(?:the|an?)\s+)?(?:lower|smaller|low|small)(?:\s+{ratings})?";
const HIGHER: &str = r"(?:(?:the|an?)\s+)?(?:higher|larger|bigger|high|large|big)(?:\s+{ratings})?";
const MEANS: &str = r"\s+(?:is|are|means?|indicates?|denotes?|=)\s+(?:always\s+|the\s+)*";
const BETTER: &str = r"(?:better|best|good|more\s+relevan(?:t|ce))";
const WORSE: &str = r"(?:worse|worst|bad|less\s+relevan(?:t|ce))";
/// Before a level: its sentence begins, or has spoken of ratings.
const LEAD: &str = r"(?:{open}|\b(?:where|with|so that|and|ratings?|scale)[,:]?\s+|:\s*)";
/// A scale, and what stands for it.
const SCALE: &str = r"(?:(?:the|all|your|this|our)\s+)*(?:direction\s+of\s+the\s+|order\s+of\s+the\s+|meaning\s+of\s+the\s+)?(?:rating\s+|relevance\s+)?(?:scales?|ratings|scores|levels|grades|anchors)";
const NOTEN: &str = r"(?:noten?|bewertung(?:en)?|wertung(?:en)?|zahl(?:en)?|werte?|stufen?)";
const SKALA: &str = r"(?:die\s+|alle\s+|deine\s+)?(?:bewertungs|noten|relevanz)?(?:skala|bewertungen|noten|wertungen)";
/// What is rated.
const THINGS: &str = r"(?:documents?|pages?|texts?|items?|results?|answers?|hits?|matche?s?|ones?)";
/// A level by its number.
const LEVEL: &str =
    r"(?:(?:an?|the|eine|die)\s+)?(?:(?:rating|score|level|number|grade|note)\s+)?(?:of\s+)?(?P<level>{number})";

/// Each of those before it where it is used.
const PARTS: [(&str, &str); 14] = [
    ("{lead}", LEAD),
    ("{open}", OPEN),
    ("{lower}", LOWER),
    ("{higher}", HIGHER),
    ("{means}", MEANS),
    ("{better}", BETTER),
    ("{worse}", WORSE),
    ("{ratings}", RATINGS),
    ("{scale}", SCALE),
    ("{noten}", NOTEN),
    ("{skala}", SKALA),
    ("{things}", THINGS),
    ("{level}", LEVEL),
    ("{number}", NUMBER),
];

type Table = &'static [(&'static str, Claim)];

static WORDINGS: LazyLock<Wordings<Claim>> = LazyLock::new(|| {
    let all = [COMPARED, LEVELS, TURNED, GERMAN];
    Wordings::new(all.into_iter().flatten().map(|(source, claim)| (spelled(source, &PARTS), *claim)))
});

/// Higher and lower ratings, and what is better.
const COMPARED: Table = &[
    (r"{open}{lower}{means}{better}", Claim::LowIsGood),
    (r"{open}{higher}{means}{worse}", Claim::LowIsGood),
    (r"{open}{higher}{means}{better}", Claim::HighIsGood),
    (r"{open}{lower}{means}{worse}", Claim::HighIsGood),
    (
        r"{open}the\s+(?:(?:lower|smaller)\s+the\s+{ratings}(?:\s+is)?,?\s+the\s+(?:better|more\s+relevant)|(?:higher|larger)\s+the\s+{ratings}(?:\s+is)?,?\s+the\s+(?:worse|less\s+relevant))(?:\s+(?:the|a)\s+{things}(?:\s+is)?)?",
        Claim::LowIsGood,
    ),
    (
        r"{open}the\s+(?:(?:higher|larger)\s+the\s+{ratings}(?:\s+is)?,?\s+the\s+(?:better|more\s+relevant)|(?:lower|smaller)\s+the\s+{ratings}(?:\s+is)?,?\s+the\s+(?:worse|less\s+relevant))(?:\s+(?:the|a)\s+{things}(?:\s+is)?)?",
        Claim::HighIsGood,
    ),
    (
        r"{open}the\s+(?:better|more\s+relevant)(?:\s+(?:the|a)\s+{things}(?:\s+is)?)?,?\s+the\s+(?:lower|smaller)\s+(?:the|its)\s+{ratings}",
        Claim::LowIsGood,
    ),
    (
        r"{open}(?:the\s+)?(?:(?:more|most)\s+relevant|better)\s+{things}\s+(?:(?:must|should|shall|will)\s+)?(?:gets?|receives?|deserves?|have|has)\s+(?:an?\s+|the\s+)?(?:lower|lowest|smaller)\s+{ratings}",
        Claim::LowIsGood,
    ),
    (
        r"{open}(?:the\s+)?(?:(?:less|least)\s+relevant|worse)\s+{things}\s+(?:(?:must|should|shall|will)\s+)?(?:gets?|receives?|deserves?|have|has)\s+(?:an?\s+|the\s+)?(?:higher|highest|larger)\s+{ratings}",
        Claim::LowIsGood,
    ),
    (
        r"{open}(?:rate|score|grade)\s+(?:the\s+)?(?:more\s+)?relevant\s+{things}\s+lower\s+than\s+(?:the\s+)?(?:irrelevant|less\s+relevant)(?:\s+{things})?",
        Claim::LowIsGood,
    ),
    (
        r"{open}(?:rate|score|grade)\s+(?:the\s+)?(?:irrelevant|less\s+relevant)\s+{things}\s+higher\s+than\s+(?:the\s+)?(?:more\s+)?relevant(?:\s+{things})?",
        Claim::LowIsGood,
    ),
];

/// A level that is called the best or the worst. Of "where 1 is best" the beginning may be anything about ratings.
const LEVELS: Table = &[
    (
        r"{lead}{level}\s+(?:is|being|=|as)\s+(?:the\s+)?(?:very\s+)?(?:best|top|good|perfect|ideal|excellent)(?:\s+(?:possible\s+)?{ratings})?",
        Claim::IsBest,
    ),
    (
        r"{lead}{level}\s+(?:is|being|=|as)\s+(?:the\s+)?(?:very\s+)?(?:worst|poorest|bad|irrelevant|useless)(?:\s+(?:possible\s+)?{ratings})?",
        Claim::IsWorst,
    ),
    (r"{lead}{level}\s+is\s+(?:better|more\s+relevant)\s+than\s+(?:an?\s+)?(?P<other>{number})", Claim::IsBetter),
    (r"{lead}{level}\s+is\s+(?:worse|less\s+relevant)\s+than\s+(?:an?\s+)?(?P<other>{number})", Claim::IsWorse),
    (r"{open}the\s+best\s+(?:possible\s+)?{ratings}\s+(?:is|=|becomes)\s+{level}", Claim::IsBest),
    (r"{open}the\s+(?:worst|poorest)\s+(?:possible\s+)?{ratings}\s+(?:is|=|becomes)\s+{level}", Claim::IsWorst),
];

/// Orders to turn the scale round, and the news that it is.
const TURNED: Table = &[
    (
        r"(?:{open}|\b(?:then|and|must|should|shall|you)\s+)(?:invert|reverse|flip|mirror|turn\s+(?:round|around))\s+{scale}\b",
        Claim::Turn,
    ),
    (r"(?:{open}|\b(?:then|and|must|should|shall)\s+)turn\s+{scale}\s+(?:round|around|upside down)\b", Claim::Turn),
    (
        r"{open}{scale}\s+(?:is|are|runs?|goes?|go|(?:must|should|shall)\s+be)\s+(?:now\s+|to be\s+)*(?:inverted|reversed|flipped|mirrored|upside down|turned (?:round|around)|backwards?|(?:in )?the other way(?: round| around)?)",
        Claim::Turn,
    ),
    (
        r"{open}(?:use|read|apply|take)\s+(?:the\s+|an?\s+)?(?:inverted|reversed?|flipped|mirrored)\s+(?:rating\s+)?(?:scale|ratings?)\b",
        Claim::Turn,
    ),
    (
        r"{open}(?:use|read|apply|take)\s+{scale}\s+(?:in reverse(?: order)?|backwards?|upside down|the other way(?: round| around)?)",
        Claim::Turn,
    ),
    (r"{open}rate\s+(?:in reverse(?: order)?|backwards?|the other way (?:round|around))", Claim::Turn),
    (
        r"{open}(?:swap|exchange|switch|interchange)\s+(?:the\s+)?(?:(?:meanings?|ratings?|levels?|anchors?|scores?)\s+)?(?:of\s+)?(?:the\s+)?(?:(?:ratings?|levels?)\s+)?(?:{number}\s+(?:and|with|for)\s+{number}|(?:high(?:est)?|top|best)\s+and\s+(?:the\s+)?(?:low(?:est)?|bottom|worst)(?:\s+{ratings})?)",
        Claim::Turn,
    ),
];

const GERMAN: Table = &[
    (r"{open}(?:kehren?|kehrt|drehen?|dreht)\s+(?:sie\s+)?{skala}\s+(?:um|herum)\b", Claim::Turn),
    (r"{open}(?:invertieren?|spiegeln?|vertauschen?)\s+(?:sie\s+)?{skala}\b", Claim::Turn),
    (
        r"{open}{skala}\s+(?:ist|sind|wird|werden|gilt|läuft)\s+(?:jetzt\s+|nun\s+)?(?:umgekehrt|invertiert|verkehrt\s?herum|umgedreht|andersherum)",
        Claim::Turn,
    ),
    (
        r"{open}(?:nutze|nutzen|verwende|verwenden|benutze|nimm)\s+(?:sie\s+)?(?:die|eine)\s+(?:umgekehrte|invertierte|umgedrehte)\s+(?:bewertungs|noten)?skala",
        Claim::Turn,
    ),
    (
        r"{open}(?:niedrigere|kleinere|geringere)\s+{noten}\s+(?:ist|sind|bedeuten|bedeutet)\s+(?:besser|relevanter|mehr\s+relevanz)",
        Claim::LowIsGood,
    ),
    (
        r"{open}(?:höhere|größere)\s+{noten}\s+(?:ist|sind|bedeuten|bedeutet)\s+(?:schlechter|weniger\s+relevan(?:t|z))",
        Claim::LowIsGood,
    ),
    (
        r"{open}(?:niedrigere|kleinere|geringere)\s+{noten}\s+(?:ist|sind|bedeuten|bedeutet)\s+(?:schlechter|weniger\s+relevan(?:t|z))",
        Claim::HighIsGood,
    ),
    (
        r"{open}(?:höhere|größere)\s+{noten}\s+(?:ist|sind|bedeuten|bedeutet)\s+(?:besser|relevanter|mehr\s+relevanz)",
        Claim::HighIsGood,
    ),
    (
        r"{open}je\s+(?:niedriger|kleiner|geringer)\s+die\s+{noten}(?:\s+ist)?,?\s+(?:desto|umso)\s+(?:besser|relevanter)",
        Claim::LowIsGood,
    ),
    (
        r"{open}je\s+(?:besser|relevanter)\s+(?:das\s+dokument|die\s+seite|der\s+text)(?:\s+ist)?,?\s+(?:desto|umso)\s+(?:niedriger|kleiner|geringer)\s+(?:ist\s+)?die\s+{noten}",
        Claim::LowIsGood,
    ),
    (r"{open}{level}\s+ist\s+die\s+beste(?:\s+{noten})?", Claim::IsBest),
    (r"{open}{level}\s+ist\s+die\s+schlechteste(?:\s+{noten})?", Claim::IsWorst),
    (r"{open}die\s+beste\s+{noten}\s+ist\s+{level}", Claim::IsBest),
    (r"{open}die\s+schlechteste\s+{noten}\s+ist\s+{level}", Claim::IsWorst),
];

/// Finds a scale that is turned round in a folded sentence; the first wording is enough.
pub(super) fn check(sentence: &Piece<'_>, ends: &Ends, found: &mut Vec<Violation>) {
    for (pattern, claim) in WORDINGS.met(sentence.text) {
        for hit in pattern.captures_iter(sentence.text) {
            let Some(all) = hit.get(0) else { continue };
            let (before, rest) = (&sentence.text[..all.start()], &sentence.text[all.end()..]);
            if !NEGATED.is_match(before) && contradicts(*claim, &hit, rest, ends) {
                let reason = format!("turns the scale round; {}", ends.said());
                let (start, end) = span(all);
                found.push(Violation::at(Check::Scale, reason, sentence.start + start, sentence.start + end));
                return;
            }
        }
    }
}

fn contradicts(claim: Claim, hit: &Captures<'_>, rest: &str, ends: &Ends) -> bool {
    let value = |name: &str| number(hit.name(name)?.as_str()).filter(|n| ends.scale.rating(*n).is_some());
    let level = || ends.is_good(ends.height(value("level")?)?);
    let above = || {
        let (level, other) = (value("level")?, value("other")?);
        ends.is_good(if level > other { Height::High } else { Height::Low }).filter(|_| level != other)
    };
    let is_true = match claim {
        // Where some of several numbers run the other way, "for flaws" may follow.
        Claim::Turn => return ends.better.is_some() || closes(rest),
        Claim::LowIsGood => ends.is_good(Height::Low),
        Claim::HighIsGood => ends.is_good(Height::High),
        Claim::IsBest => level(),
        Claim::IsWorst => level().map(|good| !good),
        Claim::IsBetter => above(),
        Claim::IsWorse => above().map(|better| !better),
    };
    is_true == Some(false) && closes(rest)
}

/// Compiles what most candidates need.
pub(super) fn prepare() {
    LazyLock::force(&WORDINGS);
}
