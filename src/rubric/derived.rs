//! A rating that is computed from several fields of a reply, by us and never by the model.

use super::formula::{Formula, is_name};
use crate::domain::{FieldValue, Malformed, Scale};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Fields of a contract.
const MOST_FIELDS: usize = 16;
/// What formulas call by these names.
const FUNCTIONS: [&str; 3] = ["min", "max", "mean"];

/// The fields that a judge gives in place of a rating, and how they become one.
///
/// In the formula a field stands for its value turned so that higher is better: `min + max − value` where lower is
/// better. The result is a rating where [`Derived::better`] is higher; where it is lower, `min + max − result` of the
/// rubric's scale is. It is rounded by [`Scale::nearest`]: halves go up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Derived {
    /// The fields, in the order in which they are asked for.
    pub fields: Vec<ScoreField>,
    /// What makes a rating of them.
    pub formula: Formula,
    /// Which end of the formula's result is the better one.
    pub better: Better,
}

/// A numeric field of the reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreField {
    /// Its name.
    pub name: String,
    /// What the judge is told of it.
    pub text: String,
    /// The integers that it may be.
    pub scale: Scale,
    /// Which end is the better one.
    pub better: Better,
    /// What an integer off its scale is.
    pub off_scale: FieldPolicy,
}

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
}

/// What an integer off a field's scale is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FieldPolicy {
    /// The reply is malformed.
    #[default]
    Reject,
    /// The nearest end of the scale, counted.
    Clamp,
    /// The field is missing: malformed too, unless the formula can do without it (`name?`).
    Null,
}

/// Why fields and formula do not make a rating.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadDerived {
    /// None, or too many.
    #[error("a derived rating has 1 to {MOST_FIELDS} fields")]
    Count,
    /// A name that no formula can speak of.
    #[error("`{0}` is no name for a field")]
    Name(String),
    /// A field twice, or with the name of another part of the contract.
    #[error("the output contract names the field `{0}` twice")]
    Twice(String),
    /// The formula speaks of something else.
    #[error("the formula speaks of `{0}`, which is no field")]
    Unknown(String),
    /// A field that counts for nothing.
    #[error("the formula never uses the field `{0}`")]
    Unused(String),
    /// The result can leave the rubric's scale.
    #[error("the formula reaches from {low} to {high}, beyond the scale {scale}")]
    Beyond {
        /// Its lowest value.
        low: String,
        /// Its highest value.
        high: String,
        /// The rubric's scale.
        scale: Scale,
    },
}

impl Better {
    /// A value on `scale`, turned so that higher is better.
    fn turned(self, value: f64, scale: Scale) -> f64 {
        match self {
            Self::Higher => value,
            Self::Lower => (scale.min().value() + scale.max().value()) as f64 - value,
        }
    }
}

impl ScoreField {
    /// What an integer in this field is worth.
    ///
    /// # Errors
    /// [`Malformed::OffScale`] where the field rejects it.
    pub fn take(&self, said: i64) -> Result<Option<i64>, Malformed> {
        let (min, max) = (self.scale.min().value(), self.scale.max().value());
        match (self.scale.rating(said), self.off_scale) {
            (Some(_), _) => Ok(Some(said)),
            (None, FieldPolicy::Clamp) => Ok(Some(said.clamp(min, max))),
            (None, FieldPolicy::Null) => Ok(None),
            (None, FieldPolicy::Reject) => Err(Malformed::OffScale),
        }
    }

    /// As the judge is shown it.
    pub(super) fn shown(&self) -> String {
        let best = if self.better == Better::Higher { self.scale.max() } else { self.scale.min() };
        let text = if self.text.is_empty() { String::new() } else { format!(": {}", self.text) };
        format!("\"{}\": <{} to {}, {best} is best{text}>", self.name, self.scale.min(), self.scale.max())
    }
}

impl Derived {
    /// The real value that the fields make, in rating points of `scale`; `None` when one is missing that the formula
    /// cannot do without.
    pub fn value(&self, fields: &[FieldValue], scale: Scale) -> Option<f64> {
        let of = |name: &str| {
            let at = self.fields.iter().position(|field| field.name == name)?;
            let value = fields.get(at)?.value?;
            Some(self.fields[at].better.turned(value as f64, self.fields[at].scale))
        };
        self.formula.value(&of).map(|value| self.better.turned(value, scale))
    }

    /// Whether these fields always make a rating on `scale`; `others` are the further names of the contract.
    pub(super) fn check(&self, scale: Scale, others: &[&str]) -> Result<(), BadDerived> {
        if self.fields.is_empty() || self.fields.len() > MOST_FIELDS {
            return Err(BadDerived::Count);
        }
        let mut seen: BTreeSet<&str> = others.iter().copied().collect();
        for field in &self.fields {
            if !is_name(&field.name) || FUNCTIONS.contains(&field.name.as_str()) {
                return Err(BadDerived::Name(field.name.clone()));
            }
            if !seen.insert(&field.name) {
                return Err(BadDerived::Twice(field.name.clone()));
            }
        }
        let used = self.formula.names();
        let is_field = |name: &str| self.fields.iter().any(|field| field.name == name);
        if let Some(unknown) = used.iter().find(|name| !is_field(name)) {
            return Err(BadDerived::Unknown((*unknown).to_owned()));
        }
        if let Some(unused) = self.fields.iter().find(|field| !used.contains(field.name.as_str())) {
            return Err(BadDerived::Unused(unused.name.clone()));
        }
        let ends = |name: &str| {
            let field = self.fields.iter().find(|field| field.name == name);
            field.map_or((0.0, 0.0), |f| (f.scale.min().value() as f64, f.scale.max().value() as f64))
        };
        let (low, high) = self.formula.ends(&ends);
        if scale.nearest(low).is_none() || scale.nearest(high).is_none() {
            let shown = |value: f64| format!("{}", (value * 1000.0).round() / 1000.0);
            return Err(BadDerived::Beyond { low: shown(low), high: shown(high), scale });
        }
        Ok(())
    }
}
