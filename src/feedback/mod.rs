//! Disagreements → structured criticism that a reflection model revises a prompt from. Pure.

use crate::audit::{self, Opinion};
use crate::domain::{Item, Malformed, Rating, Scale};
use std::sync::Arc;

/// An item that people rated: what prompts are written from and compared on.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// The item.
    pub item: Arc<Item>,
    /// Its gold category, as audits take it: see [`audit::gold`].
    pub gold: Rating,
    /// Mean of the people's ratings (or the rating that settled it), in levels above the scale's lowest: what errors are measured from.
    pub gold_mean: f64,
    /// Who said what, sorted by annotator; never empty.
    pub opinions: Vec<Opinion>,
}

impl Example {
    /// An item with its ratings; `None` without any.
    pub fn new(item: Arc<Item>, opinions: Vec<Opinion>, scale: Scale) -> Option<Self> {
        if opinions.is_empty() {
            return None;
        }
        let (gold, gold_mean) = audit::gold(scale, &opinions);
        Some(Self { item, gold, gold_mean, opinions })
    }
}

/// What a judge said of an example.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    /// A rating on the scale.
    Rated {
        /// The rating.
        rating: Rating,
        /// The judge's reasoning, if it gave any.
        rationale: Option<String>,
    },
    /// A reply without a valid rating.
    Malformed {
        /// What was wrong.
        reason: Malformed,
        /// The start of the reply.
        excerpt: String,
    },
}
