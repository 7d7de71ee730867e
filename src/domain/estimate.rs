//! Numbers that say how sure they are, and the ones that do not exist.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use std::fmt;

/// A number with its uncertainty, or the reason why there is none. Never NaN, never 0 in place of nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Figure {
    /// It is defined.
    Known(Estimate),
    /// It is not, and this is why.
    Undefined(Undefined),
}

/// A defined number.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The point value.
    pub value: f64,
    /// The interval, when one can be given.
    #[serde(flatten)]
    pub interval: Option<Interval>,
    /// Rows it was computed from.
    pub n: u64,
    /// Groups (queries) among them.
    pub groups: u64,
}

/// A two-sided interval.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Its level, 0.95 unless said otherwise.
    pub level: f64,
    /// How it was made, for example `cluster-t`.
    pub method: &'static str,
}

/// Why a number does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Undefined {
    /// No rows.
    Empty,
    /// Needs two rows.
    TooFewRows,
    /// All human ratings are the same.
    OneLabelHuman,
    /// All judge ratings are the same.
    OneLabelJudge,
    /// Chance alone would already agree fully.
    NoExpectedDisagreement,
    /// No item has two ratings to compare.
    NoPairs,
    /// Fewer than two queries: the spread between queries is unknown.
    TooFewGroups,
    /// No item has ratings of two annotators.
    OneAnnotator,
    /// Model prices are not known.
    NoPrice,
    /// A quantity that must vary does not.
    ZeroVariance,
    /// A classifier that is no better than chance cannot be corrected for.
    NotBetterThanChance,
    /// Fewer rows than the method needs.
    BelowMinimum {
        /// How many it needs.
        needed: u64,
    },
    /// No document of this query is relevant.
    NoRelevantDocument,
    /// A system of equations has no single solution.
    Singular,
    /// No set of rows, or no widening, keeps the risk below its limit with the asked confidence.
    NotCertified,
    /// The data hold what the model says cannot occur.
    NoFit,
    /// A probability is not between 0 and 1.
    NotAProbability,
    /// With which probability a row was drawn is not known.
    UnknownInclusion,
    /// Too few ratings of some class by some annotator: the estimate depends on where the iteration stops.
    WeaklyIdentified,
    /// A score is infinite or not a number.
    NotFinite,
    /// Probabilities that are negative or do not add up to 1.
    NotADistribution,
    /// Ratings that do not repeat at all cannot be corrected for how well they repeat.
    Unreliable,
    /// Two things are the same everywhere.
    NoDifference,
}

impl fmt::Display for Undefined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "no rows",
            Self::TooFewRows => "fewer than two rows",
            Self::OneLabelHuman => "all human ratings are the same",
            Self::OneLabelJudge => "all judge ratings are the same",
            Self::NoExpectedDisagreement => "chance agreement is complete",
            Self::NoPairs => "no pairs to compare",
            Self::TooFewGroups => "fewer than two queries",
            Self::OneAnnotator => "no item has two annotators",
            Self::NoPrice => "the model's price is not known",
            Self::ZeroVariance => "the values do not vary",
            Self::NotBetterThanChance => "the judge is no better than chance",
            Self::NoRelevantDocument => "no relevant document",
            Self::Singular => "the equations have no single solution",
            Self::NotCertified => "the risk could not be certified",
            Self::NoFit => "the data hold what the model excludes",
            Self::NotAProbability => "a probability is not between 0 and 1",
            Self::UnknownInclusion => "an inclusion probability is not known",
            Self::WeaklyIdentified => "fewer than 5 ratings of some class by some annotator",
            Self::NotFinite => "a score is not a finite number",
            Self::NotADistribution => "the probabilities do not add up to 1",
            Self::Unreliable => "the ratings do not repeat",
            Self::NoDifference => "there is no difference",
            Self::BelowMinimum { needed } => return write!(f, "needs at least {needed} rows"),
        })
    }
}

impl Figure {
    /// A number without an interval.
    pub fn point(value: f64, n: u64, groups: u64) -> Self {
        Self::Known(Estimate { value, interval: None, n, groups })
    }

    /// The point value, when it is defined.
    pub fn value(&self) -> Option<f64> {
        match self {
            Self::Known(estimate) => Some(estimate.value),
            Self::Undefined(_) => None,
        }
    }

    /// The interval, when there is one.
    pub fn interval(&self) -> Option<&Interval> {
        match self {
            Self::Known(estimate) => estimate.interval.as_ref(),
            Self::Undefined(_) => None,
        }
    }
}

impl From<Undefined> for Figure {
    fn from(reason: Undefined) -> Self {
        Self::Undefined(reason)
    }
}

impl Serialize for Figure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(estimate) => estimate.serialize(serializer),
            Self::Undefined(reason) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("undefined", &reason.to_string())?;
                map.end()
            }
        }
    }
}
/// A p-value as it is written: in three digits, that never look like the 5 % which it is below.
pub fn written_p(p: f64) -> String {
    match format!("{p:.3}") {
        _ if p < 0.001 => "< 0.001".to_owned(),
        rounded if p < 0.05 && rounded == "0.050" => "< 0.050".to_owned(),
        rounded => rounded,
    }
}

#[cfg(test)]
mod written {
    use super::written_p;

    #[test]
    fn a_p_value_below_five_percent_never_reads_as_five_percent() {
        let written = [0.0001, 0.0123, 0.0498, 0.049_96, 0.05, 0.0502].map(written_p);
        assert_eq!(written, ["< 0.001", "0.012", "< 0.050", "< 0.050", "0.050", "0.050"]);
    }
}
