//! A prompt and an item become messages. Pure.
//!
//! The system message is the same bytes for every item of a run, so providers can cache it; the item comes last, in
//! the user message, between marker lines that no text inside it can close (see [`markers`]). Only examples that are
//! chosen by query ([`Nearest`]) differ from item to item: they come at the end of the system message.

pub mod diff;
mod edit;
mod example;
pub mod markers;
mod nearest;
mod render;

pub use example::Parts;
pub use nearest::{Nearest, Stored};
pub use render::{Messages, Prefix, item_block, outline};

use crate::rubric::Rubric;
use serde::{Deserialize, Serialize};

/// What is told to the judge before it sees an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// The instruction, placeholders filled.
    pub instruction: String,
    /// Single-line general rules.
    pub bullets: Vec<String>,
    /// Rated examples; from the training part only.
    pub demos: Vec<Demo>,
    /// More of them, chosen for each item by its query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Nearest>,
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
        Self {
            instruction: rubric.filled(&rubric.instruction),
            bullets: Vec::new(),
            demos: Vec::new(),
            nearest: None,
            contract: rubric.filled(&rubric.contract.rule),
        }
    }
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
}
