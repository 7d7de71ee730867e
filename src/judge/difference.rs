//! In what two judges differ: the prompt by lines and words, everything else by field. Pure.

use super::JudgeSpec;
use crate::prompt::diff::{Line, diff};
use crate::prompt::{Demo, Prompt, outline};
use serde::Serialize;
use serde_json::Value;

/// The way from one judge to another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JudgeDiff {
    /// Hash of the one.
    pub old: String,
    /// Hash of the other.
    pub new: String,
    /// The prompt as the model is given it, but for its examples: instruction, rules, contract.
    pub prompt: Vec<Line>,
    /// The examples: what came and what went. As lines they would hide in each other.
    #[serde(skip_serializing_if = "Examples::is_unchanged")]
    pub examples: Examples,
    /// Every other field that differs.
    pub fields: Vec<FieldChange>,
}

/// In what the rated examples of two prompts differ.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Examples {
    /// Only the other prompt shows them.
    pub added: Vec<Demo>,
    /// Only the one prompt shows them.
    pub removed: Vec<Demo>,
    /// Both prompts show so many.
    pub kept: u64,
    /// Those that both show stand in another order, or are shown to other items.
    pub reordered: bool,
}

impl Examples {
    fn between(old: &Prompt, new: &Prompt) -> Self {
        let all = |prompt: &Prompt| -> Vec<Demo> {
            let pool = prompt.nearest.iter().flat_map(|nearest| &nearest.pool).map(|stored| &stored.demo);
            prompt.demos.iter().chain(pool).cloned().collect()
        };
        let (before, after) = (all(old), all(new));
        let without = |all: &[Demo], other: &[Demo]| -> Vec<Demo> {
            all.iter().filter(|demo| !other.contains(demo)).cloned().collect()
        };
        let (added, removed) = (without(&after, &before), without(&before, &after));
        let kept = (after.len() - added.len()) as u64;
        let same = (&old.demos, &old.nearest) == (&new.demos, &new.nearest);
        let reordered = !same && added.is_empty() && removed.is_empty();
        Self { added, removed, kept, reordered }
    }

    /// They differ.
    pub fn is_changed(&self) -> bool {
        self.reordered || !(self.added.is_empty() && self.removed.is_empty())
    }

    fn is_unchanged(&self) -> bool {
        !self.is_changed()
    }
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldChange {
    /// Its place in the judge, for example `sampling.max_tokens`.
    pub field: String,
    /// In the one; absent when only the other has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<Value>,
    /// In the other; absent when only the one has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<Value>,
}

impl JudgeDiff {
    /// In what `new` differs from `old`. Equal judges differ in nothing.
    pub fn of(old: &JudgeSpec, new: &JudgeSpec) -> Self {
        let prompt = |judge: &JudgeSpec| {
            let text = Prompt { demos: Vec::new(), nearest: None, ..judge.prompt.clone() };
            outline(&text, &judge.rubric)
        };
        let rest = |judge: &JudgeSpec| {
            let mut value = serde_json::to_value(judge).expect("a judge is plain data");
            if let Some(fields) = value.as_object_mut() {
                fields.shift_remove("prompt");
            }
            value
        };
        let mut fields = Vec::new();
        compare(String::new(), Some(&rest(old)), Some(&rest(new)), &mut fields);
        let examples = Examples::between(&old.prompt, &new.prompt);
        Self { old: old.hash(), new: new.hash(), prompt: diff(&prompt(old), &prompt(new)), examples, fields }
    }

    /// The prompt differs.
    pub fn changes_prompt(&self) -> bool {
        self.changes_text() || self.examples.is_changed()
    }

    /// The prompt differs beside its examples.
    pub fn changes_text(&self) -> bool {
        self.prompt.iter().any(|line| !matches!(line, Line::Same(_)))
    }
}

/// Walks both values and notes the leaves that differ.
fn compare(field: String, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<FieldChange>) {
    let below = |name: &str| if field.is_empty() { name.to_owned() } else { format!("{field}.{name}") };
    match (old, new) {
        (Some(a), Some(b)) if a == b => {}
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            for name in a.keys().chain(b.keys().filter(|name| !a.contains_key(*name))) {
                compare(below(name), a.get(name), b.get(name), found);
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => {
            for at in 0..a.len().max(b.len()) {
                compare(below(&at.to_string()), a.get(at), b.get(at), found);
            }
        }
        (old, new) => found.push(FieldChange { field, old: old.cloned(), new: new.cloned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::{PARSER, Sampling};
    use crate::rubric::shipped;
    use serde_json::json;

    fn judge() -> JudgeSpec {
        let rubric = shipped();
        let prompt = Prompt::of(&rubric);
        let sampling = Sampling {
            temperature: Some(0.0),
            max_tokens: 9,
            seed: 0,
            extra: serde_json::Map::new(),
            structured: None,
        };
        JudgeSpec { rubric, prompt, model: "m".into(), address: None, sampling, parser: PARSER, map: None }
    }

    #[test]
    fn a_judge_does_not_differ_from_itself() {
        let diff = JudgeDiff::of(&judge(), &judge());
        assert!(!diff.changes_prompt() && diff.fields.is_empty(), "{diff:?}");
    }

    #[test]
    fn every_field_that_differs_is_named_with_both_values() {
        let mut other = judge();
        other.model = "n".into();
        other.sampling.extra.insert("top_k".into(), json!(3));
        other.rubric.criteria.push("Dates count.".into());
        let diff = JudgeDiff::of(&judge(), &other);
        let at = format!("rubric.criteria.{}", other.rubric.criteria.len() - 1);
        let changes: Vec<_> = diff.fields.iter().map(|c| (c.field.as_str(), c.old.clone(), c.new.clone())).collect();
        assert_eq!(
            changes,
            [
                (at.as_str(), None, Some(json!("Dates count."))),
                ("model", Some(json!("m")), Some(json!("n"))),
                ("sampling.extra.top_k", None, Some(json!(3))),
            ]
        );
        assert!(!diff.changes_prompt(), "the prompt was not filled in anew");
    }

    #[test]
    fn examples_that_came_and_went_are_told_apart_from_the_text() {
        let demo = |reply: &str| Demo { item: "[x item]".into(), reply: reply.into() };
        let (mut one, mut other) = (judge(), judge());
        one.prompt.demos = vec![demo("1"), demo("2")];
        other.prompt.demos = vec![demo("2"), demo("3")];
        let diff = JudgeDiff::of(&one, &other);
        assert!(diff.changes_prompt() && !diff.changes_text());
        assert_eq!(
            (diff.examples.added, diff.examples.removed, diff.examples.kept),
            (vec![demo("3")], vec![demo("1")], 1)
        );
        other.prompt.demos = vec![demo("2"), demo("1")];
        let turned = JudgeDiff::of(&one, &other);
        assert!(turned.changes_prompt() && turned.examples.reordered, "{turned:?}");
    }

    #[test]
    fn a_rule_more_is_one_line_more() {
        let mut other = judge();
        other.prompt.bullets.push("Rate drafts lower.".into());
        let diff = JudgeDiff::of(&judge(), &other);
        let added: Vec<_> = diff.prompt.iter().filter(|line| !matches!(line, Line::Same(_))).collect();
        assert!(added.contains(&&Line::Added("- Rate drafts lower.".into())), "{added:?}");
    }
}
