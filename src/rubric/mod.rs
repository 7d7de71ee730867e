//! Rubric files and what they hold: scale with anchors, criteria, fields, output contract, invariants; and the libraries of
//! vetted rules beside them ([`bullets`]).

pub mod bullets;
mod derived;
mod derived_file;
mod file;
mod formula;
mod stored;
mod template;

pub use derived::{BadDerived, Better, Derived, FieldPolicy, ScoreField};
pub use file::{RubricError, RubricFile, load};
pub use formula::{Formula, FormulaError};
pub use stored::BadRubric;

use crate::domain::{Rating, Scale};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The file that ships with the binary, as [`shipped`] reads it.
pub const SHIPPED: &str = include_str!("../../rubrics/relevance.toml");

/// How an item is rated. Immutable; [`Rubric::hash`] covers all that reaches a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "stored::Stored")]
pub struct Rubric {
    /// Short name; its scale is fixed for the life of the id.
    pub id: String,
    /// For people.
    pub title: String,
    /// The task in one sentence.
    pub task: String,
    /// The scale.
    pub scale: Scale,
    /// One per rating, from high to low.
    pub anchors: Vec<Anchor>,
    /// What to look at.
    pub criteria: Vec<String>,
    /// What of an item is shown, in order.
    pub fields: Vec<Field>,
    /// The instruction with its placeholders, checked by the loader.
    pub instruction: String,
    /// What the judge must answer.
    pub contract: Contract,
    /// What no revision may break.
    pub invariants: Vec<String>,
    /// Spans of the instruction, as a judge reads it, that every revision keeps byte for byte. Not in the hash, and
    /// not in stored judges: they hold revisions back and change no request.
    #[serde(skip)]
    pub frozen: Vec<String>,
    /// Phrases that no revision may contain, whatever their case. Not in the hash, for the same reason.
    #[serde(skip)]
    pub forbidden: Vec<String>,
}

/// What a rating means.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Anchor {
    /// The rating.
    pub rating: Rating,
    /// One or two words.
    pub name: String,
    /// A sentence.
    pub text: String,
}

/// A part of an item that the judge sees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// `query`, `title`, `document` or a metadata column.
    pub name: String,
    /// Characters shown at most.
    pub max_chars: usize,
}

/// The JSON object that a judge answers with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// Name of the integer field; with [`Contract::derived`] the name of what is computed, which no reply has.
    pub rating: String,
    /// Name of the text field.
    pub rationale: String,
    /// Name of the optional 0–1 field, when it is asked for.
    pub confidence: Option<String>,
    /// The format rule that the judge is told, with its placeholders.
    pub rule: String,
    /// Several fields that a rating is computed from, in place of the one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub derived: Option<Derived>,
}

impl Rubric {
    /// Hash of everything in the rubric that reaches a model or changes how its reply is read.
    pub fn hash(&self) -> String {
        let text = serde_json::to_vec(self).expect("a rubric is plain data");
        blake3::hash(&text).to_hex()[..16].to_owned()
    }

    /// A text of this rubric as a judge reads it: its placeholders filled.
    pub fn filled(&self, template: &str) -> String {
        let values = BTreeMap::from([
            ("min", self.scale.min().to_string()),
            ("max", self.scale.max().to_string()),
            ("task", self.task.clone()),
            ("anchors", self.anchor_lines()),
            ("criteria", self.criteria.iter().map(|c| format!("- {c}")).collect::<Vec<_>>().join("\n")),
            ("fields", self.contract.fields(self.scale)),
        ]);
        template::fill(template, &values)
    }

    /// The anchors as lines `5 (Perfect): …`, high to low.
    pub fn anchor_lines(&self) -> String {
        let line = |a: &Anchor| format!("{} ({}): {}", a.rating, a.name, a.text);
        self.anchors.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

impl Contract {
    /// The numeric fields that the judge is asked for, the confidence aside, each with its scale.
    pub fn asked(&self, scale: Scale) -> Vec<(&str, Scale)> {
        match &self.derived {
            Some(derived) => derived.fields.iter().map(|field| (field.name.as_str(), field.scale)).collect(),
            None => vec![(&self.rating, scale)],
        }
    }

    /// Every field of a reply that keeps the contract.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let derived = self.derived.iter().flat_map(|derived| derived.fields.iter().map(|field| field.name.as_str()));
        let rating = Some(self.rating.as_str()).filter(|_| self.derived.is_none());
        let one = [Some(self.rationale.as_str()), rating, self.confidence.as_deref()];
        one.into_iter().flatten().chain(derived)
    }

    /// The object as a judge is shown it.
    fn fields(&self, scale: Scale) -> String {
        let mut fields = vec![format!("\"{}\": \"<why, in one or two sentences>\"", self.rationale)];
        match &self.derived {
            Some(derived) => fields.extend(derived.fields.iter().map(ScoreField::shown)),
            None => fields.push(format!("\"{}\": <{} to {}>", self.rating, scale.min(), scale.max())),
        }
        if let Some(confidence) = &self.confidence {
            fields.push(format!("\"{confidence}\": <0 to 1, how sure you are>"));
        }
        // One field to a line where each has a text of its own.
        let between = if self.derived.is_some() { ",\n " } else { ", " };
        format!("{{{}}}", fields.join(between))
    }
}

/// The shipped rubric.
///
/// # Panics
/// Never: a test reads the same text.
pub fn shipped() -> Rubric {
    load("rubrics/relevance.toml", SHIPPED).expect("the shipped rubric is valid")
}
