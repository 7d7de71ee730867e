//! What a search that is a part of `adapt` is held against: not the prompt that it began with.

use crate::adapt::{Goal, Terms};
use crate::optimize::story::Story;

/// The old judge, on a model of its own.
pub(in crate::report) struct Rival {
    /// Its hash.
    pub judge: String,
    /// Its model.
    pub model: String,
    terms: Terms,
}

impl Rival {
    /// `None` where a search is for its own sake.
    pub fn of(story: &Story) -> Option<Self> {
        let against = story.begun.against.as_ref()?;
        let text = |name: &str| Some(against.get(name)?.as_str()?.to_owned());
        let terms = serde_json::from_value(against.get("terms")?.clone()).ok()?;
        Some(Self { judge: text("judge")?, model: text("model")?, terms })
    }

    /// Against whom, and by which margin, as a sentence.
    pub fn held_against(&self) -> String {
        let must = match self.terms.goal {
            Goal::Better => "it must be better".to_owned(),
            Goal::NonInferior => format!("it must not be worse by {} NMSE points or more", self.terms.margin),
        };
        format!(
            "Held against the old judge `{}` on its own model {}, not against the prompt that the search began with: {must}.",
            super::short(&self.judge),
            self.model
        )
    }
}
