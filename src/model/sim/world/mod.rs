//! A made-up company: queries, documents, and three people who rate them. **Synthetic.**
//!
//! Everything is drawn from `(seed, index)`: [`items`] writes documents from hand-written topics (`topics.*.toml`) and
//! the sentences around them (`phrases.*.toml`); what is true of each document is decided first ([`Latent`]) and then
//! put into words, in several ways, some of which are hard to notice. [`ratings`] turns the latent score into ratings
//! by three annotators with their own severity, noise and wording. The seed labels that ship (`labels/workplace.*`)
//! are the first [`SHIPPED_QUERIES`] queries of seed [`SHIPPED_SEED`]; fresh ones of any number come from other seeds.

mod documents;
mod files;
mod gold;
mod queries;
mod raters;
mod topics;

pub use files::{items_jsonl, provenance, ratings_jsonl};
pub use gold::{Core, Latent};

use super::draw::Draw;
use crate::domain::{HumanRating, Item};

/// The seed of the labels that ship.
pub const SHIPPED_SEED: u64 = 2026;
/// Queries in the labels that ship.
pub const SHIPPED_QUERIES: usize = 72;
/// Documents per query.
pub const DOCUMENTS: usize = 6;
/// Annotators per item.
pub const ANNOTATORS: usize = 3;
/// The present, as everybody in the world knows it: year and month.
pub(super) const NOW: (i32, i32) = (2026, 6);

/// An item and what is true of it.
#[derive(Clone, Debug)]
pub struct WorldItem {
    /// What a judge and an annotator see.
    pub item: Item,
    /// What only the world knows.
    pub latent: Latent,
}

/// `n_queries` queries with [`DOCUMENTS`] documents each, from `seed`. The first queries do not depend on how many
/// follow.
pub fn items(seed: u64, n_queries: usize) -> Vec<WorldItem> {
    (0..n_queries).flat_map(|index| documents::of_query(seed, &queries::query(seed, index))).collect()
}

/// [`ANNOTATORS`] ratings with rationales for each item, drawn from `seed` and the item's id.
pub fn ratings(seed: u64, items: &[WorldItem]) -> Vec<HumanRating> {
    items.iter().flat_map(|item| raters::rate(seed, item)).collect()
}

fn draw(seed: u64, purpose: &str, id: &str) -> Draw {
    Draw::new(purpose, &[&seed.to_le_bytes(), id.as_bytes()])
}
