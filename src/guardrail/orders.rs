//! No line sets the other instructions aside: all that the judge is told holds together.
//!
//! What an item says is no instruction, so a line may tell the judge to ignore orders inside a document, and may quote
//! what a document demands.
//!
//! What it cannot see: a line that claims to stand above the others without naming them ("only this counts"), one that
//! takes back a single rule by its content, and wordings in other languages than English and German.

use super::finding::{Check, Violation};
use super::pattern::{Wordings, folded_pattern, spelled};
use super::text::{Piece, sentences};
use regex::Regex;
use std::sync::LazyLock;

const IGNORE: &str = r"(?:ignore|disregard|forget|override|overrule|discard|neglect|drop|skip|cancel|set\s+aside|pay\s+no\s+(?:attention|heed)\s+to|(?:do\s+not|don['’]t|never|no\s+longer|stop)\s+(?:follow|obey|apply|heed)(?:ing)?)";
const FORGET: &str = r"(?:ignore|disregard|forget|override|overrule|discard)";
const START: &str = r"^[\s*•-]*(?:(?:please|now|first|then|and|just|simply|bitte|jetzt|nun),?\s+)*";
/// The other instructions.
const OTHERS: &str = r"(?:the\s+|all\s+|these\s+)*(?:{rules}\s+(?:(?:given|stated|listed)\s+)?(?:above|before|so far)|{earlier}\s+{rules})";
const EVERY: &str = r"(?:(?:all|any|of|the|your|my|our|every|these|those|each)\s+)*";
const RULES: &str = r"(?:instructions?|guidance|rules?|orders?|guidelines?|directions?|directives?|prompts?|messages?|criteria|anchors?|rubric|bullets?|lines)";
const TOLD: &str = r"(?:told|given|instructed|taught|said|asked)";
const EARLIER: &str =
    r"(?:previous|previously\s+given|prior|above|earlier|preceding|other|foregoing|former|initial|original|system)";
const REGELN: &str = r"(?:anweisung(?:en)?|regeln?|vorgaben?|instruktion(?:en)?|hinweise?n?|anleitung(?:en)?|prompts?|kriterien|befehlen?)";
const VERGISS: &str = r"(?:vergiss|vergesst|vergessen\s+sie|ignoriere|ignoriert|ignorieren\s+sie|missachte|missachtet|missachten\s+sie|verwirf|verwerfen\s+sie)";
const ALLE: &str = r"(?:(?:alle[ns]?|die|deine|ihre|eure|sämtliche[ns]?|jegliche[ns]?|meine)\s+)*";
const FRUEHERE: &str =
    r"(?:vorherig|vorig|bisherig|obig|früher|vorangehend|vorangegangen|vorstehend|ander|übrig|ursprünglich)e?[nrs]?";

/// Each of those before it where it is used.
const PARTS: [(&str, &str); 12] = [
    ("{start}", START),
    ("{others}", OTHERS),
    ("{ignore}", IGNORE),
    ("{forget}", FORGET),
    ("{every}", EVERY),
    ("{rules}", RULES),
    ("{told}", TOLD),
    ("{earlier}", EARLIER),
    ("{vergiss}", VERGISS),
    ("{alle}", ALLE),
    ("{regeln}", REGELN),
    ("{fruehere}", FRUEHERE),
];

/// A wording, and whether it says only then what is meant when its sentence, or a part of it, ends there: "the rules
/// above" are the judge's, and "the rules above the table" a document's.
const WORDINGS: &[(&str, bool)] = &[
    (r"\b{ignore}\s+{every}{earlier}\s+(?:{rules}|text)\b", false),
    (
        r"\b{ignore}\s+{every}{rules}\s+(?:(?:that|which)\s+(?:you\s+)?(?:(?:are|is|was|were|stands?|came|come)\s+)?)?(?:(?:given|stated|listed|written|mentioned)\s+)?(?:above|before|earlier|so far|until now)",
        true,
    ),
    (
        r"\b{ignore}\s+{every}{rules}\s+(?:that\s+)?(?:you\s+(?:have|had|got|(?:were|have been|had been|are)\s+{told}(?:\s+to)?)|i\s+gave\s+you)\b",
        false,
    ),
    (
        r"\b{forget}\s+(?:everything|anything|all|whatever|what)(?:\s+(?:of\s+)?(?:that|the))?\s+(?:(?:is|was|stands?|comes?|came|{told}|written|stated)\s+)*(?:above|before\s+(?:this|that|now)|so far|until now|previously|earlier)",
        true,
    ),
    (
        r"\b{forget}\s+(?:everything|anything|all|whatever|what)\s+(?:that\s+)?(?:you(?:['’]ve)?\s+(?:(?:were|are|was|have|had|been)\s+)*{told}|i\s+(?:(?:have|had)\s+)?(?:told|said|gave))\b",
        false,
    ),
    (
        r"\b{forget}\s+{every}(?:(?:rating|relevance)\s+)?(?:rubric|anchors|anchor\s+lines|system\s+prompt|prompt|rating\s+scale)",
        true,
    ),
    (r"\b{forget}\s+(?:(?:all|any|of|the)\s+)*your\s+(?:own\s+)?{rules}", true),
    // Without a word on whose they are, all rules are the judge's too, unless the sentence leads up to others.
    (
        r"{start}{forget}\s+(?:(?:all|every|any)\s+(?:(?:of\s+)?(?:the|these|those)\s+)?(?:rules|instructions|guidelines|orders)|the\s+(?:rules|instructions)|(?:all\s+of\s+)?the\s+(?:above|foregoing))",
        true,
    ),
    (r"{start}forget\s+everything", true),
    (
        r"\b(?:this|the\s+following)(?:\s+(?:rule|instruction|line|bullet|sentence))?\s+(?:overrides?|overrules?|replaces?|supersedes?|cancels?)\s+(?:{others}|(?:all|any|every)\s+other\s+{rules})",
        true,
    ),
    (
        r"\b{others}\s+(?:(?:do|does)\s+not|don['’]t|doesn['’]t|no longer|never)\s+(?:apply|applies|hold|holds|count|counts|matter)(?:\s+(?:here|any ?more|any longer))?",
        true,
    ),
    (
        r"\b{others}\s+(?:is|are)\s+(?:now\s+|hereby\s+)?(?:void|cancel?led|invalid|no longer valid|revoked|suspended|repealed|overridden|to be ignored)",
        true,
    ),
    (r"\b{vergiss}\s+{alle}{fruehere}\s+{regeln}\b", false),
    (r"\bsetzen?\s+(?:sie\s+)?{alle}(?:{fruehere}\s+)?{regeln}\s+außer\s+kraft\b", true),
    (r"{start}{vergiss}\s+alles", true),
    (r"{start}{vergiss}\s+(?:alle|sämtliche)\s+{regeln}", true),
    (r"\b{vergiss}\s+{alle}{regeln}\s+(?:(?:von|weiter)\s+)?(?:oben|zuvor|davor|vorher)", true),
    (r"\b{vergiss}\s+(?:(?:alle|sämtliche)\s+)?(?:deine|ihre|eure)\s+{regeln}", true),
    (
        r"\b{vergiss}\s+(?:alles|was),?\s+(?:was\s+)?(?:(?:ich\s+)?(?:dir|ihnen|euch)|du|sie|man|zuvor|vorher|bisher|oben)\b[^.;]{0,40}\b(?:gesagt|steht|stand|aufgetragen|angewiesen|mitgeteilt|gelernt)",
        false,
    ),
    (
        r"\b{vergiss}\s+(?:alles\s+(?:vorherige|bisherige|obige|frühere|davor|zuvor|oben)|das\s+(?:vorherige|bisherige|obige))",
        true,
    ),
    (
        r"\b(?:beachte|befolge|befolgen\s+sie|beachten\s+sie)\s+{alle}(?:{fruehere}\s+{regeln}|{regeln}\s+(?:oben|zuvor|davor))\s+nicht",
        false,
    ),
];

static ALL: LazyLock<Wordings<bool>> =
    LazyLock::new(|| Wordings::new(WORDINGS.iter().map(|(source, ends)| (spelled(source, &PARTS), *ends))));

/// Before the wording these make it harmless: a negation, or the report of what somebody else demands.
static HARMLESS: LazyLock<Regex> = LazyLock::new(|| {
    folded_pattern(
        r"\b(?:not|no|never|don['’]t|without|nor|avoid|instead of|rather than|nicht|nie|niemals)(?:\s+\w+){0,3}\s*$|\b(?:says?|saying|said|tells?|telling|told|asks?|asking|orders?|ordering|demands?|demanding|wants?|commands?|claims?|urges?|instructs?|(?:try|tries|trying|attempts?)\s+to|(?:words?|phrases?|wordings?|sentences?)\s+(?:such as|like)|sagt|fordert|verlangt|bittet)\b[^.;]{0,25}$",
    )
});

/// Behind the wording: the orders are those of an item.
static OF_THE_ITEM: LazyLock<Regex> = LazyLock::new(|| {
    folded_pattern(
        r"^\s*(?:(?:that|which)\s+\w+\s+)?(?:in|inside|within|of|from|by|im|in\s+(?:dem|der|den)|aus)\s+(?:(?:the|a|an|any|every|each|such|its|dem|der|den|einem|einer)\s+)*(?:documents?|pages?|texts?|items?|titles?|metadata|body|dokument(?:en?|s)?|seiten?|texte?n?|titel)\b",
    )
});

/// Where a sentence, or a part of it, ends.
static END: LazyLock<Regex> =
    LazyLock::new(|| folded_pattern(r#"^["'”’)]*\s*(?:[.,;:!?)–—]|$|(?:and|but|then|und|sondern|in this)\b)"#));
/// Behind it, that it holds after all.
static AFTER_ALL: LazyLock<Regex> = LazyLock::new(|| folded_pattern(r"^\s*(?:nicht|nie|niemals)\b"));

/// Finds lines that set the other instructions aside, among the added ones, folded.
pub(super) fn check(low: &[Piece<'_>], found: &mut Vec<Violation>) {
    for sentence in low.iter().flat_map(sentences) {
        for (pattern, must_end) in ALL.met(sentence.text) {
            let Some(hit) = pattern.find(sentence.text) else { continue };
            let (before, rest) = (&sentence.text[..hit.start()], &sentence.text[hit.end()..]);
            let harmless = HARMLESS.is_match(before) || OF_THE_ITEM.is_match(rest) || AFTER_ALL.is_match(rest);
            if !harmless && (!must_end || END.is_match(rest)) {
                let (start, end) = (sentence.start + hit.start(), sentence.start + hit.end());
                found.push(Violation::at(Check::Markers, "sets the other instructions aside", start, end));
                break;
            }
        }
    }
}

/// Compiles what most candidates need.
pub(super) fn prepare() {
    LazyLock::force(&ALL);
}
