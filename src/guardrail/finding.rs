//! What a check found.

use serde::Serialize;
use std::fmt;

/// The checks, in the order in which their findings are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// The rating scale is another or turned round, levels of it are taken away, or everything gets one rating. Sees
    /// English, a turned scale and one rating for everything in German too, and ranges in German, French, Spanish.
    Scale,
    /// Anchors are missing, altered, or told again with other words.
    Anchors,
    /// The output contract is altered or contradicted.
    Contract,
    /// A template's placeholder was left in or put in.
    Placeholders,
    /// A frozen span of the rubric is not there byte for byte.
    Frozen,
    /// A line of the base's instruction is gone and nothing speaks of the same.
    LostRules,
    /// Text, names or labels of an example. Sees copies, not paraphrases.
    Leak,
    /// A phrase that the rubric forbids.
    Forbidden,
    /// Longer than the limits.
    Length,
    /// Ends in the middle, or leaves a quote, bracket or fence open.
    Truncated,
    /// In another language than the base.
    Language,
    /// Imitates item markers or chat roles, has the judge obey documents, or sets the other instructions aside. Sees English,
    /// and other instructions set aside in German too.
    Markers,
    /// Says the same as its parent.
    Unchanged,
    /// Says the same as a prompt that is known or was rejected.
    Duplicate,
}

impl Check {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Scale,
        Self::Anchors,
        Self::Contract,
        Self::Placeholders,
        Self::Frozen,
        Self::LostRules,
        Self::Leak,
        Self::Forbidden,
        Self::Length,
        Self::Truncated,
        Self::Language,
        Self::Markers,
        Self::Unchanged,
        Self::Duplicate,
    ];

    /// As it is written in logs and `--json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scale => "scale",
            Self::Anchors => "anchors",
            Self::Contract => "contract",
            Self::Placeholders => "placeholders",
            Self::Frozen => "frozen",
            Self::LostRules => "lost-rules",
            Self::Leak => "leak",
            Self::Forbidden => "forbidden",
            Self::Length => "length",
            Self::Truncated => "truncated",
            Self::Language => "language",
            Self::Markers => "markers",
            Self::Unchanged => "unchanged",
            Self::Duplicate => "duplicate",
        }
    }

    /// What a prompt must do to pass, in one line; a reflection model can be told it.
    pub fn about(self) -> &'static str {
        match self {
            Self::Scale => {
                "name no other range than the rubric's, take no level away, leave the good end where it is, and give no \
                 single rating to everything"
            }
            Self::Anchors => "keep every anchor line as it is, and give no rating another meaning",
            Self::Contract => "say nothing on the reply's format: the contract is fixed",
            Self::Placeholders => "leave no placeholder for something to be filled in",
            Self::Frozen => "keep the frozen parts of the instruction byte for byte",
            Self::LostRules => "keep what each line of the first instruction says",
            Self::Leak => "copy no text, name, number or label from an example",
            Self::Forbidden => "use no phrase that the rubric forbids",
            Self::Length => "stay within the word limits",
            Self::Truncated => "be complete: no sentence, quote, bracket or fence left open",
            Self::Language => "stay in the language of the first instruction",
            Self::Markers => {
                "imitate no marker or chat role, make the judge obey no document, and set no other instruction aside"
            }
            Self::Unchanged => "change something that the parent says",
            Self::Duplicate => "say something that no earlier candidate said",
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A byte range of a candidate's editable text, on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

/// Why a candidate is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Which check.
    pub check: Check,
    /// What is wrong. Never holds text of an example beyond what the candidate itself says.
    pub reason: String,
    /// Where, when it is something that is there.
    pub span: Option<Span>,
    /// The text there, or the text that is missing.
    pub quote: Option<String>,
}

/// Characters of a quote in one line.
const QUOTE: usize = 100;

impl Violation {
    /// Something that is there and must not be.
    pub(super) fn at(check: Check, reason: impl Into<String>, start: usize, end: usize) -> Self {
        Self { check, reason: reason.into(), span: Some(Span { start, end }), quote: None }
    }

    /// Something that is missing.
    pub(super) fn missing(check: Check, reason: impl Into<String>, quote: &str) -> Self {
        Self { check, reason: reason.into(), span: None, quote: Some(quote.to_owned()) }
    }

    /// Something about the text as a whole.
    pub(super) fn whole(check: Check, reason: impl Into<String>) -> Self {
        Self { check, reason: reason.into(), span: None, quote: None }
    }

    pub(super) fn quote_from(&mut self, text: &str) {
        if let Some(quote) = self.span.and_then(|span| text.get(span.start..span.end)) {
            self.quote = Some(quote.to_owned());
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.check, self.reason)?;
        let Some(quote) = &self.quote else { return Ok(()) };
        let mut line: String = quote.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((at, _)) = line.char_indices().nth(QUOTE) {
            line.truncate(at);
            line.push('…');
        }
        write!(f, ": `{line}`")
    }
}
