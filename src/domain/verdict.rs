//! What a judge said of an item, or why it said nothing that counts.

use super::Rating;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The outcome of one item in one sample. There is no default rating and no way to turn a missing one into a number.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The reply carried a rating on the scale.
    Rated {
        /// The rating.
        rating: Rating,
        /// The judge's reasoning, if it gave any.
        rationale: Option<String>,
        /// The judge's confidence from 0 to 1, if the contract asks for it and the judge gave it.
        confidence: Option<f64>,
        /// The step of the reply ladder that read it.
        rung: Rung,
        /// What it was made from, where it is more than the integer that the judge gave.
        basis: Option<Box<Basis>>,
    },
    /// The model answered, and no valid rating can be read. Counts as fully incorrect.
    Malformed(Malformed),
    /// There is no answer to judge. Never counted against the judge, always counted.
    NotRun(NotRun),
}

/// What a rating was made from, where the judge did not simply give it: a formula over several fields, a mean over samples,
/// a fraction in a file made elsewhere, a calibration map.
#[derive(Clone, Debug, PartialEq)]
pub struct Basis {
    /// The real value that was rounded to the rating ([`Scale::nearest`](super::Scale::nearest)), in rating points.
    pub value: f64,
    /// The value before the judge's calibration map, where it has one: what the model said.
    pub raw: Option<f64>,
    /// The numeric fields of the reply, in the order of the contract; empty where the contract has only a rating.
    pub fields: Vec<FieldValue>,
}

/// A numeric field of a reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldValue {
    /// Its name in the contract.
    pub name: String,
    /// What the reply said; `None` when it said nothing.
    pub said: Option<i64>,
    /// What counted; `None` when the field is missing.
    pub value: Option<i64>,
}

impl FieldValue {
    /// The value was off the field's scale and moved to its nearest end.
    pub fn clamped(&self) -> bool {
        self.said.zip(self.value).is_some_and(|(said, value)| said != value)
    }

    /// The value was off the field's scale and does not count.
    pub fn dropped(&self) -> bool {
        self.said.is_some() && self.value.is_none()
    }
}

impl Verdict {
    /// The rating, when there is one.
    pub fn rating(&self) -> Option<Rating> {
        match self {
            Self::Rated { rating, .. } => Some(*rating),
            Self::Malformed(_) | Self::NotRun(_) => None,
        }
    }

    /// What the rating was made from, when it is more than an integer that the judge gave.
    pub fn basis(&self) -> Option<&Basis> {
        match self {
            Self::Rated { basis, .. } => basis.as_deref(),
            Self::Malformed(_) | Self::NotRun(_) => None,
        }
    }

    /// The rating before it was rounded, in rating points.
    pub fn value(&self) -> Option<f64> {
        self.basis().map(|basis| basis.value).or_else(|| Some(self.rating()?.value() as f64))
    }

    /// The same before the judge's calibration map: what maps are fitted to and applied to.
    pub fn raw(&self) -> Option<f64> {
        self.basis().and_then(|basis| basis.raw).or_else(|| self.value())
    }

    /// Names of the fields whose values were moved onto their scales.
    pub fn clamped(&self) -> impl Iterator<Item = &str> {
        let fields = self.basis().map_or(&[][..], |basis| basis.fields.as_slice());
        fields.iter().filter(|field| field.clamped()).map(|field| field.name.as_str())
    }
}

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name used in files, tables and reports.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The one with this name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|x| x.name() == name)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

named! {
    /// Why a reply holds no valid rating.
    Malformed {
        /// No text at all.
        Empty = "empty",
        /// No JSON object that could hold a verdict.
        NotJson = "not-json",
        /// An object without the rating field.
        MissingField = "missing-field",
        /// An integer that is not on the scale.
        OffScale = "off-scale",
        /// A number with a fraction, or something that is no number.
        NonInteger = "non-integer",
        /// The reply was cut (finish reason `length`, or text that breaks off).
        Truncated = "truncated",
        /// Two different ratings.
        Contradictory = "contradictory",
        /// The model or its provider declined to answer.
        Refusal = "refusal",
    }
}

named! {
    /// Why there is no answer.
    NotRun {
        /// The provider could not be reached or kept failing.
        Outage = "outage",
        /// The provider refused the request for good (too long, invalid).
        Rejected = "rejected",
        /// A budget ended before this item.
        Budget = "budget",
        /// The run was interrupted.
        Cancelled = "cancelled",
        /// No rating of this item in the file that was audited.
        Missing = "missing",
    }
}

named! {
    /// The step of the reply ladder that read a verdict, from strict to lenient.
    Rung {
        /// The contract, exactly.
        Exact = "exact",
        /// The contract after removing a fence, a reasoning channel or prose around it.
        Unwrapped = "unwrapped",
        /// A type that loses nothing: `"4"`, `4.0`.
        LenientType = "lenient-type",
        /// A named JSON repair: trailing comma, single quotes.
        Repaired = "repaired",
        /// Free text that states it, `NAME: INTEGER`; only in replies to other programs, never in those to our requests.
        Stated = "stated",
        /// The same with a fraction, taken down to the integer below because the user said so.
        RoundedDown = "rounded-down",
        /// Given as a number by a file made elsewhere.
        Imported = "imported",
        /// The same with a fraction, taken to the nearest rating because the user said so.
        Rounded = "rounded",
    }
}
