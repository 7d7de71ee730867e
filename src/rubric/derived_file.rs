//! `[contract.derived]` of a rubric file → [`Derived`].

use super::derived::{BadDerived, Better, Derived, FieldPolicy, ScoreField};
use super::file::{Reader, RubricError};
use super::formula::Formula;
use crate::domain::Scale;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DerivedFile {
    /// What makes a rating of the fields: + - * / ( ) min max mean, numbers, and the fields' names. A field stands for
    /// its value turned so that higher is better; the result is rounded to the rubric's scale, halves up.
    #[schemars(with = "String")]
    formula: Spanned<String>,
    /// Which end of the result is the better one.
    better: Better,
    /// The fields.
    #[serde(default)]
    #[schemars(with = "Vec<ScoreFile>")]
    field: Vec<Spanned<ScoreFile>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ScoreFile {
    /// Its name: letters, digits, `_`.
    name: String,
    /// What the judge is told of it.
    #[serde(default)]
    text: String,
    /// Lowest value.
    min: i64,
    /// Highest value.
    max: i64,
    /// Which end is the better one.
    better: Better,
    /// What a value off its scale is.
    #[serde(default)]
    off_scale: FieldPolicy,
}

impl Reader<'_> {
    pub(super) fn derived<'n>(
        &self,
        file: &DerivedFile,
        scale: Scale,
        others: impl Iterator<Item = &'n str>,
    ) -> Result<Derived, RubricError> {
        let mut fields = Vec::with_capacity(file.field.len());
        for entry in &file.field {
            let field = entry.get_ref();
            let scale = Scale::new(field.min, field.max)
                .map_err(|e| self.error(entry.span(), e.to_string(), "for example `min = 0` and `max = 10`"))?;
            let (name, text) = (field.name.clone(), field.text.clone());
            fields.push(ScoreField { name, text, scale, better: field.better, off_scale: field.off_scale });
        }
        let written = file.formula.get_ref();
        let span = file.formula.span();
        // Past the quotation marks; a formula with escapes has no such place.
        let start = self.text[span.clone()].find(written.as_str()).map_or(span.start, |at| span.start + at);
        let formula = Formula::try_from(written.clone()).map_err(|e| {
            let hint = "for example `(2 * relevance + clarity) / 3` or `mean(relevance: 2, clarity?)`";
            self.error(start + e.at..start + e.at, format!("in the formula: {e}"), hint)
        })?;
        let derived = Derived { fields, formula, better: file.better };
        let Err(fault) = derived.check(scale, &others.collect::<Vec<_>>()) else { return Ok(derived) };
        let field =
            |name: &str| file.field.iter().find(|f| f.get_ref().name == name).map_or(span.clone(), Spanned::span);
        let (place, hint) = match &fault {
            BadDerived::Count => {
                (span, "add `[[contract.derived.field]]` with `name`, `text`, `min`, `max`, `better`".into())
            }
            BadDerived::Name(name) => {
                (field(name), "use letters, digits and `_`; `min`, `max` and `mean` are functions".into())
            }
            BadDerived::Twice(name) => {
                let last = file.field.iter().rfind(|f| f.get_ref().name == *name);
                (last.map_or(span, Spanned::span), "give each field of the reply its own name".into())
            }
            BadDerived::Unused(name) => (field(name), "use it in `formula`, or do not ask for it".into()),
            BadDerived::Unknown(name) => {
                let known: Vec<String> = derived.fields.iter().map(|f| format!("`{}`", f.name)).collect();
                let at = start + written.find(name.as_str()).unwrap_or(0);
                (at..at, format!("the fields are {}", known.join(" ")))
            }
            BadDerived::Beyond { .. } => {
                (start..start, format!("divide, shift or weigh it so that it ends on {}", scale))
            }
        };
        Err(self.error(place, fault.to_string(), hint))
    }
}
