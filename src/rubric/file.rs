//! `*.toml` → [`Rubric`]: is it complete, is it unambiguous?

use super::derived_file::DerivedFile;
use super::{Anchor, Contract, Field, Rubric};
use crate::domain::{Explain, Place, Scale};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::ops::Range;
use toml::Spanned;

/// A rubric or library file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct RubricError {
    message: String,
    place: Place,
    hint: String,
}

impl RubricError {
    pub(super) fn new(message: String, place: Place, hint: impl Into<String>) -> Self {
        Self { message, place, hint: hint.into() }
    }
}

impl Explain for RubricError {
    fn place(&self) -> Option<&Place> {
        Some(&self.place)
    }
    fn hint(&self) -> Option<String> {
        Some(self.hint.clone())
    }
}

/// A rubric as it stands in its file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RubricFile {
    /// Short name: lower-case letters, digits, `-`, `_`.
    #[schemars(with = "String")]
    id: Spanned<String>,
    /// For people.
    title: String,
    /// The task in one sentence.
    task: String,
    /// What the judge is told; placeholders {task} {min} {max} {anchors} {criteria}.
    #[schemars(with = "String")]
    instruction: Spanned<String>,
    /// What to look at.
    #[serde(default)]
    criteria: Vec<String>,
    /// The integer scale.
    #[schemars(with = "ScaleFile")]
    scale: Spanned<ScaleFile>,
    /// What of an item is shown.
    #[schemars(with = "Vec<FieldFile>")]
    field: Vec<Spanned<FieldFile>>,
    /// What the judge must answer.
    #[schemars(with = "ContractFile")]
    contract: Spanned<ContractFile>,
    /// What no revision may break.
    invariants: InvariantsFile,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ScaleFile {
    /// Lowest rating.
    min: i64,
    /// Highest rating.
    max: i64,
    /// One per rating.
    #[serde(default)]
    #[schemars(with = "Vec<AnchorFile>")]
    anchor: Vec<Spanned<AnchorFile>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AnchorFile {
    /// The rating that it explains.
    rating: i64,
    /// One or two words.
    name: String,
    /// A sentence.
    text: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FieldFile {
    /// `query`, `title`, `document` or a metadata column.
    name: String,
    /// Characters shown at most.
    max_chars: usize,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ContractFile {
    /// Name of the text field.
    rationale: String,
    /// Name of the integer field.
    rating: String,
    /// Name of the 0–1 field, when it is wanted.
    confidence: Option<String>,
    /// The format rule; placeholders {fields} {min} {max}.
    rule: String,
    /// Several fields in place of the one, and the formula that makes a rating of them.
    derived: Option<DerivedFile>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct InvariantsFile {
    /// One sentence each.
    rules: Vec<String>,
    /// Spans of the instruction that every revision keeps byte for byte; placeholders as in the instruction.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    frozen: Vec<Spanned<String>>,
    /// Words and phrases that no revision may contain; case does not count, word borders do.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    forbidden: Vec<Spanned<String>>,
}

/// Placeholders of the instruction.
const INSTRUCTION: &[&str] = &["task", "min", "max", "anchors", "criteria"];
/// Placeholders of the format rule.
const RULE: &[&str] = &["fields", "min", "max"];

/// Reads a rubric; `path` is only for messages.
///
/// # Errors
/// [`RubricError`] with line and column: no TOML, unknown or missing key, a scale that is none, an anchor missing,
/// given twice or off the scale, an unknown or unbalanced placeholder, a field shown twice, a frozen span that the
/// instruction does not have.
pub fn load(path: &str, text: &str) -> Result<Rubric, RubricError> {
    let reader = Reader { path, text };
    let file: RubricFile = toml::from_str(text).map_err(|e| {
        let hint = "compare with `rubrics/relevance.toml`, or print the schema: `assessor schema rubric`";
        reader.error(e.span().unwrap_or(0..0), e.message().to_owned(), hint)
    })?;
    reader.identity(&file.id)?;
    let (scale, anchors) = reader.scale(&file.scale)?;
    let fields = reader.fields(&file.field)?;
    reader.placeholders(&file.instruction, INSTRUCTION)?;
    if !file.instruction.get_ref().contains("{anchors}") {
        let hint = "put `{anchors}` on a line of its own: the judge must be told what each rating means";
        return Err(reader.error(file.instruction.span(), "the instruction never shows the anchors".into(), hint));
    }
    let contract = reader.contract(&file.contract, scale)?;
    let invariants = file.invariants;
    for span in &invariants.frozen {
        reader.placeholders(span, INSTRUCTION)?;
    }
    let mut rubric = Rubric {
        id: file.id.into_inner(),
        title: file.title,
        task: file.task,
        scale,
        anchors,
        criteria: file.criteria,
        fields,
        instruction: file.instruction.into_inner(),
        contract,
        invariants: invariants.rules,
        frozen: Vec::new(),
        forbidden: invariants.forbidden.iter().map(|phrase| phrase.get_ref().trim().to_owned()).collect(),
    };
    rubric.frozen = invariants.frozen.iter().map(|span| rubric.filled(span.get_ref())).collect();
    reader.guards(&rubric, &invariants.frozen, &invariants.forbidden)?;
    Ok(rubric)
}

pub(super) struct Reader<'a> {
    path: &'a str,
    pub(super) text: &'a str,
}

impl Reader<'_> {
    pub(super) fn error(&self, span: Range<usize>, message: String, hint: impl Into<String>) -> RubricError {
        RubricError { message, place: Place::in_text(self.path, self.text, span.start), hint: hint.into() }
    }

    fn identity(&self, id: &Spanned<String>) -> Result<(), RubricError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if !id.get_ref().is_empty() && id.get_ref().chars().all(plain) {
            return Ok(());
        }
        let message = format!("`{}` is no rubric id", id.get_ref());
        Err(self.error(id.span(), message, "use lower-case letters, digits, `-` and `_`"))
    }

    fn scale(&self, file: &Spanned<ScaleFile>) -> Result<(Scale, Vec<Anchor>), RubricError> {
        let spec = file.get_ref();
        let scale = Scale::new(spec.min, spec.max)
            .map_err(|e| self.error(file.span(), e.to_string(), "for example `min = 1` and `max = 5`"))?;
        let mut anchors: Vec<Anchor> = Vec::new();
        for entry in &spec.anchor {
            let anchor = entry.get_ref();
            let Some(rating) = scale.rating(anchor.rating) else {
                let message = format!("the anchor `{}` is off the scale {scale}", anchor.rating);
                return Err(self.error(entry.span(), message, "remove the anchor, or widen `[scale]`"));
            };
            if anchors.iter().any(|a| a.rating == rating) {
                let message = format!("the rating {rating} has two anchors");
                return Err(self.error(entry.span(), message, "keep one `[[scale.anchor]]` per rating"));
            }
            anchors.push(Anchor { rating, name: anchor.name.clone(), text: anchor.text.clone() });
        }
        if let Some(missing) = scale.ratings().find(|r| anchors.iter().all(|a| a.rating != *r)) {
            let message = format!("the rating {missing} has no anchor");
            let hint = format!("add `[[scale.anchor]]` with `rating = {missing}`, `name` and `text`");
            return Err(self.error(file.span(), message, hint));
        }
        anchors.sort_by_key(|a| std::cmp::Reverse(a.rating));
        Ok((scale, anchors))
    }

    fn fields(&self, entries: &[Spanned<FieldFile>]) -> Result<Vec<Field>, RubricError> {
        let mut seen = BTreeSet::new();
        for entry in entries {
            let field = entry.get_ref();
            if field.max_chars == 0 {
                let message = format!("the field `{}` shows no character", field.name);
                return Err(self.error(entry.span(), message, "give `max_chars` a value of at least 1"));
            }
            if !seen.insert(field.name.as_str()) {
                let message = format!("the field `{}` is shown twice", field.name);
                return Err(self.error(entry.span(), message, "keep one `[[field]]` of each name"));
            }
        }
        for needed in ["query", "document"] {
            if !seen.contains(needed) {
                let message = format!("the judge never sees the field `{needed}`");
                let hint = format!("add `[[field]]` with `name = \"{needed}\"` and `max_chars`");
                return Err(self.error(0..0, message, hint));
            }
        }
        let field = |e: &Spanned<FieldFile>| Field { name: e.get_ref().name.clone(), max_chars: e.get_ref().max_chars };
        Ok(entries.iter().map(field).collect())
    }

    fn contract(&self, entry: &Spanned<ContractFile>, scale: Scale) -> Result<Contract, RubricError> {
        let c = entry.get_ref();
        let names = [Some(&c.rating), Some(&c.rationale), c.confidence.as_ref()];
        let names: Vec<&String> = names.into_iter().flatten().collect();
        let distinct: BTreeSet<_> = names.iter().collect();
        if distinct.len() != names.len() || names.iter().any(|n| n.is_empty()) {
            let hint = "give `rating`, `rationale` and `confidence` different names";
            return Err(self.error(
                entry.span(),
                "the output contract names a field twice, or not at all".into(),
                hint,
            ));
        }
        let span = entry.span();
        let at = self.text[span.clone()].find("rule").map_or(span.start, |i| span.start + i);
        self.placeholders_at(&c.rule, at, RULE)?;
        Ok(Contract {
            rating: c.rating.clone(),
            rationale: c.rationale.clone(),
            confidence: c.confidence.clone(),
            rule: c.rule.clone(),
            derived: c
                .derived
                .as_ref()
                .map(|derived| self.derived(derived, scale, names.iter().map(|n| n.as_str())))
                .transpose()?,
        })
    }

    /// What is frozen must be there to be kept, and a forbidden phrase must be one.
    fn guards(
        &self,
        rubric: &Rubric,
        frozen: &[Spanned<String>],
        forbidden: &[Spanned<String>],
    ) -> Result<(), RubricError> {
        let instruction = rubric.filled(&rubric.instruction);
        for (span, text) in frozen.iter().zip(&rubric.frozen) {
            if text.trim().is_empty() || !instruction.contains(text.as_str()) {
                let message = format!("the frozen span `{text}` does not occur in the instruction");
                let hint = "copy it from `instruction`, with its placeholders or as the judge reads it";
                return Err(self.error(span.span(), message, hint));
            }
        }
        if let Some(blank) = forbidden.iter().find(|phrase| phrase.get_ref().trim().is_empty()) {
            return Err(self.error(blank.span(), "a forbidden phrase is empty".into(), "write a phrase, or remove it"));
        }
        Ok(())
    }

    fn placeholders(&self, value: &Spanned<String>, known: &[&str]) -> Result<(), RubricError> {
        self.placeholders_at(value.get_ref(), value.span().start, known)
    }

    /// Checks `{name}` against `known`; the place is the offending text in the file, found after `start`.
    fn placeholders_at(&self, value: &str, start: usize, known: &[&str]) -> Result<(), RubricError> {
        let fault = |piece: &str, message: String, hint: String| {
            let offset = self.text[start..].find(piece).map_or(start, |i| start + i);
            Err(self.error(offset..offset, message, hint))
        };
        let mut rest = value;
        while let Some(open) = rest.find(['{', '}']) {
            let tail = &rest[open..];
            if tail.starts_with("{{") || tail.starts_with("}}") {
                rest = &tail[2..];
                continue;
            }
            let line = tail.lines().next().unwrap_or(tail);
            let close = line.find('}').filter(|_| tail.starts_with('{'));
            let Some(close) = close else {
                let hint = "close the placeholder, or write `{{` and `}}` for braces".to_owned();
                return fault(line, "unbalanced brace in a template".into(), hint);
            };
            let name = &tail[1..close];
            if !known.contains(&name) {
                let hint = format!("known here: {}; write `{{{{` for a brace", list(known));
                return fault(&tail[..=close], format!("unknown placeholder `{{{name}}}`"), hint);
            }
            rest = &tail[close + 1..];
        }
        Ok(())
    }
}

fn list(names: &[&str]) -> String {
    names.iter().map(|n| format!("`{{{n}}}`")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
