//! A run of an optimiser: what all faces say of it, in the terminal, and as Markdown.

mod constant;
mod markdown;
mod rival;
mod scale;
mod spending;
mod terminal;
mod words;

pub use markdown::optimization_markdown;
pub use terminal::optimization_terminal;

pub(super) use constant::advice;
pub(super) use scale::calibrated;
pub(super) use spending::{paid_for, spending};
pub(super) use words::{
    best, fates, headline, is_adopted, next, nmse, rounds, short, shows, standing, steps, trust, upkeep, withheld,
};
