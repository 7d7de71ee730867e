//! Disagreements → structured criticism that a reflection model revises a prompt from. Pure.
//!
//! 1. [`Case`]: an example, what a judge said of it, and which way the two differ.
//! 2. [`choose`] and [`clusters`]: which cases one message shows, and which belong together.
//! 3. [`criticism`]: one case in words. [`Template::message`]: the whole message.
//! 4. [`extract`]: the revised text out of the model's reply, or why there is none.
//!
//! Queries, documents, rationales and replies were written by others. They stand in a message only as bounded excerpts
//! between marks that nothing inside them can write (`draft.rs`). Malformed replies are cases like any other: they are
//! shown, and never dropped.

mod case;
mod choose;
mod cluster;
mod criticism;
mod draft;
mod extract;
mod grounds;
mod template;

#[cfg(test)]
mod tests;

pub use case::{Case, Counts, Direction};
pub use choose::choose;
pub use cluster::clusters;
pub use criticism::criticism;
pub use extract::{Unusable, extract};
pub use grounds::{Attempt, Grounds, summary};
pub use template::{Other, Reflection, Template};

use crate::audit::{self, Opinion};
use crate::domain::{Item, Malformed, Rating, Scale};
use draft::blank;
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

    /// Why people rate it as they do: the different rationales of those whose rating is nearest to the gold. The others'
    /// would argue for another rating than the expected one.
    pub fn rationales(&self) -> Vec<&str> {
        let distance = |rating: Rating| rating.minus(self.gold).unsigned_abs();
        let nearest = self.opinions.iter().map(|o| distance(o.rating)).min();
        let mut texts: Vec<&str> = Vec::new();
        for opinion in self.opinions.iter().filter(|o| Some(distance(o.rating)) == nearest) {
            let said = opinion.rationale.as_deref().filter(|text| !blank(text) && !texts.contains(text));
            texts.extend(said);
        }
        texts
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
