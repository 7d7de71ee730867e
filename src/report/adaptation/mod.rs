//! A judge carried to other models: GO or NO-GO first, then the judges side by side, what the search bought, and what broke.

mod markdown;
mod rows;
mod searched;
mod terminal;

pub use markdown::adaptation_markdown;
pub use terminal::adaptation_terminal;

pub(super) use rows::{
    OVERVIEW, Row, Step, beware, broken, counts, earlier, is_go, map, next, overview, rows, rule, sentence, simpler,
    spent, stamp, stored, title, total, worth,
};
pub(super) use searched::bought;
