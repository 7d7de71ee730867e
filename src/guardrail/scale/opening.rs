//! Where a wording has to begin and to end, so that it speaks of all documents of its kind.
//!
//! More words before it or behind it would say which ones are meant: "a perfect page gets a 2" turns the scale round,
//! and "a perfect page gets a 2 when it is a draft" is a rule like any other.

use crate::guardrail::pattern::folded_pattern;
use regex::{Match, Regex};
use std::sync::LazyLock;

/// What may stand before: a bullet's sign, and words that narrow nothing down.
pub(super) const OPEN: &str = r"^[\s*•-]*(?:(?:please|always|just|simply|then|so|thus|here|now|from now on|in (?:general|short|all cases|this task)|on this scale|note that|remember that|keep in mind that|(?:note|remember|important|attention|rule)\s*:|bitte|immer|ab jetzt|merke\s*:),?\s+)*";

/// What may follow.
static END: LazyLock<Regex> = LazyLock::new(|| folded_pattern(r"^\s*(?:[.,;:!)–—]|$|(?:and|und)\b)"));

/// Behind the wording these make it a rule for some documents.
static QUALIFIED: LazyLock<Regex> = LazyLock::new(|| {
    folded_pattern(
        r"\b(?:when|whenever|if|unless|where|while|once|but|only|except|although|though|until|without|despite|wenn|falls|sofern|aber|außer|nur|obwohl|ohne|sobald)\b",
    )
});

/// And these do not.
static WHATEVER: LazyLock<Regex> =
    LazyLock::new(|| folded_pattern(r"\b(?:even (?:if|when|though|where)|whatever|regardless|no matter)\b"));

/// The wording ends here, and nothing behind it says which documents are meant.
pub(super) fn closes(rest: &str) -> bool {
    END.is_match(rest) && (!QUALIFIED.is_match(rest) || WHATEVER.is_match(rest))
}

/// The place of a wording in its sentence, without the bullet's sign.
pub(super) fn span(hit: Match<'_>) -> (usize, usize) {
    let bare = hit.as_str().trim_start_matches([' ', '*', '•', '-']);
    (hit.end() - bare.len(), hit.end())
}
