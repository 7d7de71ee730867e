//! What a list shows of a version.

use super::{Alias, Entry, Scored, Version};
use serde::Serialize;

/// A version in a line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Its hash.
    pub hash: String,
    /// The aliases that point to it.
    pub aliases: Vec<String>,
    /// Model, rubric and where it comes from; or why it cannot be used.
    #[serde(flatten)]
    pub state: State,
}

/// What is known of a version.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It can be used.
    Good(Box<Good>),
    /// It cannot, and this is why.
    Refused(String),
}

/// What a list shows of a version that can be used.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Good {
    /// The model it asks.
    pub model: String,
    /// Id of its rubric.
    pub rubric: String,
    /// Hash of the judge that it was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// What made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
    /// NMSE on dev, before and after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dev: Option<Scored>,
    /// NMSE on test, before and after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<Scored>,
    /// When it was stored, in UTC.
    pub created: String,
    /// What somebody wanted to remember of it; may be empty.
    pub note: String,
}

impl Entry {
    /// This version in a line.
    pub fn summary(&self, aliases: &[Alias]) -> Summary {
        let state = match &self.version {
            Ok(version) => State::Good(Box::new(good(version))),
            Err(error) => State::Refused(error.to_string()),
        };
        let points = |alias: &&Alias| alias.target == self.hash;
        let aliases = aliases.iter().filter(points).map(|alias| alias.name.clone()).collect();
        Summary { hash: self.hash.clone(), aliases, state }
    }
}

fn good(version: &Version) -> Good {
    let lineage = &version.lineage;
    Good {
        model: version.judge.model.clone(),
        rubric: version.judge.rubric.id.clone(),
        parent: lineage.parent.clone(),
        strategy: lineage.strategy.clone(),
        dev: lineage.scores.dev,
        test: lineage.scores.test,
        created: version.created.clone(),
        note: version.note.clone(),
    }
}
