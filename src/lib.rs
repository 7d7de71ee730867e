//! `assessor` makes a language model a relevance judge and makes that judge answer to people.
//!
//! The rooms, in the order in which they may import each other (a room sees only rooms above it; `tests/it/tidy.rs`
//! holds that):
//!
//! | room | purpose |
//! |---|---|
//! | [`domain`] | the nouns: scale, rating, item, verdict, estimate, money, event |
//! | [`rubric`] | rubric files ↔ [`rubric::Rubric`] |
//! | [`report`] | an audit → terminal, Markdown, HTML, CSV, JSONL; never computes |

pub mod domain;
pub mod rubric;
pub mod prompt;
pub mod judge;
pub mod ledger;
pub mod agreement;
pub mod audit;
pub mod report;
