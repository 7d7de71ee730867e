//! A prompt and an item become messages. Pure.
//!
//! The system message is the same bytes for every item of a run, so providers can cache it; the item comes last, in
//! the user message, between marker lines that no text inside it can close (see [`markers`]).

pub mod diff;
mod edit;
pub mod markers;
mod render;

pub use render::{Messages, Prefix, item_block};

use crate::rubric::Rubric;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is told to the judge before it sees an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// The instruction, placeholders filled.
    pub instruction: String,
    /// Single-line general rules.
    pub bullets: Vec<String>,
    /// Rated examples; from the training part only.
    pub demos: Vec<Demo>,
    /// The output contract, placeholders filled.
    pub contract: String,
}

/// A rated example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demo {
    /// The item as the judge would see it, markers included.
    pub item: String,
    /// The reply that the contract asks for.
    pub reply: String,
}

impl Prompt {
    /// The prompt that a rubric states by itself: its instruction and contract, no bullets, no demos.
    pub fn of(rubric: &Rubric) -> Self {
        let range = [("min", rubric.scale.min().to_string()), ("max", rubric.scale.max().to_string())];
        let mut values: BTreeMap<&str, String> = range.into_iter().collect();
        values.insert("task", rubric.task.clone());
        values.insert("anchors", rubric.anchor_lines());
        values.insert("criteria", rubric.criteria.iter().map(|c| format!("- {c}")).collect::<Vec<_>>().join("\n"));
        values.insert("fields", contract_fields(rubric));
        Self {
            instruction: fill(&rubric.instruction, &values),
            bullets: Vec::new(),
            demos: Vec::new(),
            contract: fill(&rubric.contract.rule, &values),
        }
    }
}

/// The contract's object as a judge is shown it.
fn contract_fields(rubric: &Rubric) -> String {
    let c = &rubric.contract;
    let mut fields = vec![format!("\"{}\": \"<why, in one or two sentences>\"", c.rationale)];
    fields.push(format!("\"{}\": <{} to {}>", c.rating, rubric.scale.min(), rubric.scale.max()));
    if let Some(confidence) = &c.confidence {
        fields.push(format!("\"{confidence}\": <0 to 1, how sure you are>"));
    }
    format!("{{{}}}", fields.join(", "))
}

/// Fills `{name}` from `values` in one pass, so that a filled-in text is never itself a template; `{{` is a brace.
/// The rubric loader has checked that every placeholder is known.
fn fill(template: &str, values: &BTreeMap<&str, String>) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find(['{', '}']) {
        out.push_str(&rest[..open]);
        let tail = &rest[open..];
        if tail.starts_with("{{") || tail.starts_with("}}") {
            out.push_str(&tail[..1]);
            rest = &tail[2..];
            continue;
        }
        let known = tail.find('}').and_then(|close| Some((close, values.get(&tail[1..close])?)));
        let Some((close, value)) = known else {
            out.push_str(&tail[..1]);
            rest = &tail[1..];
            continue;
        };
        out.push_str(value);
        rest = &tail[close + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rubric::shipped;

    #[test]
    fn the_shipped_prompt_shows_anchors_criteria_and_contract_and_leaves_no_placeholder() {
        let prompt = Prompt::of(&shipped());
        assert!(prompt.instruction.contains("5 (Perfect): Answers the query fully"));
        assert!(prompt.contract.contains(r#"{"rationale": "<why, in one or two sentences>", "rating": <1 to 5>}"#));
        for text in [&prompt.instruction, &prompt.contract] {
            assert!(!text.contains("{task}") && !text.contains("{min}") && !text.contains("{fields}"), "{text}");
        }
    }

    #[test]
    fn a_filled_in_text_is_never_itself_a_template() {
        let values = BTreeMap::from([("task", "{min} of {task}".to_owned()), ("min", "1".to_owned())]);
        assert_eq!(fill("{{{task}}} {min}", &values), "{{min} of {task}} 1");
    }
}
