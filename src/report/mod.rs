//! An [`Audit`](crate::audit::Audit) for people: terminal, Markdown, one HTML file, CSV and JSONL of disagreements. (As
//! JSON an audit is its own serialisation.)
//!
//! Renderers never compute: each number, sentence and order comes from [`crate::audit`]; here it gets digits, colours
//! and coordinates. They return text; `app` writes files. The same audit gives the same bytes.
//!
//! | file | what it renders |
//! |---|---|
//! | [`terminal`] | the verdict and what stands behind it, fitted to a width |
//! | [`list`], [`groups`], [`changes`] | disagreements, their groups, the difference of two judges, in the terminal |
//! | [`csv()`], [`jsonl`] | disagreements for other tools, their text exact |
//! | [`markdown`] | a comment on a pull request |
//! | [`html`] | the document that people send each other |
//! | [`comparison_terminal`], [`comparison_markdown`], [`comparison_html`] | two judges, paired |
//! | [`optimization_terminal`], [`optimization_markdown`], [`optimization_html`] | a run of an optimiser |
//! | [`adaptation_terminal`], [`adaptation_markdown`], [`adaptation_html`] | a judge carried to other models |
//! | [`judges`], [`judge`], [`judge_diff`] | stored judges: the list, one of them, what changed between two |
//! | [`bullets()`] | an instruction library |
//! | [`junit`] | gates, for continuous integration |
//!
//! `measures`, `panels` and `brief` say which numbers are shown and what each means, so all faces say the same.
//! `figures` writes numbers, `svg` and `plots` draw them.
//! `plain` makes text that others wrote (models, annotators, documents) safe to show.

mod adaptation;
mod brief;
mod bullets;
mod comparison;
mod disagreements;
mod examples;
mod export;
mod figures;
mod html;
mod island;
mod judges;
mod junit;
mod markdown;
mod measures;
mod optimization;
mod panels;
mod plain;
mod plots;
mod style;
mod svg;
mod terminal;
#[cfg(test)]
mod tests;

pub use adaptation::{adaptation_markdown, adaptation_terminal};
pub use bullets::bullets;
pub use comparison::{comparison_markdown, comparison_terminal};
pub use disagreements::{changes, groups, list};
pub use export::{csv, jsonl};
pub use html::{adaptation_html, comparison_html, html, optimization_html};
pub use judges::{judge, judge_diff, judges};
pub use junit::junit;
pub use markdown::markdown;
pub use optimization::{optimization_markdown, optimization_terminal};
pub use style::TerminalOptions;
pub use terminal::terminal;
