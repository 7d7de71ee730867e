//! Rated examples of a prompt, as people read them: query, excerpt of the document, rating, reason.

use super::plain::{cut, plain};
use crate::prompt::{Demo, Prompt};

/// Columns of a text of an item. A query or a title is far shorter.
const EXCERPT: usize = 280;
/// Columns of a reason.
const REASON: usize = 600;

/// Names and texts of an example, made safe and cut.
pub(super) fn told(demo: &Demo) -> Vec<(String, String)> {
    let parts = demo.parts();
    let short =
        |most: usize| move |(name, text): (String, String)| (plain(&name), cut(&plain(&text), most).into_owned());
    parts.item.into_iter().map(short(EXCERPT)).chain(parts.reply.into_iter().map(short(REASON))).collect()
}

/// All examples of a prompt: those that every item is shown, then those that are chosen by query.
pub(super) fn all(prompt: &Prompt) -> impl Iterator<Item = &Demo> {
    let pool = prompt.nearest.iter().flat_map(|nearest| &nearest.pool);
    prompt.demos.iter().chain(pool.map(|stored| &stored.demo))
}
