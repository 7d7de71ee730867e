//! A run of an optimiser: what all faces say of it, in the terminal, and as Markdown.

mod markdown;
mod terminal;
mod words;

pub use markdown::optimization_markdown;
pub use terminal::optimization_terminal;

pub(super) use words::{
    best, fates, headline, next, nmse, rounds, short, shows, spending, standing, steps, trust, upkeep,
};
