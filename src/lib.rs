//! `assessor` makes a language model a relevance judge and makes that judge answer to people.
//!
//! The rooms, in the order in which they may import each other. A room sees only rooms above it; `tests/it/tidy.rs`
//! holds that, so arrows always point up and nothing goes in circles.
//!
//! | room | purpose |
//! |---|---|
//! | [`domain`] | the nouns: scale, rating, item, verdict, split, estimate, money, event. No I/O, nothing async |
//! | [`rubric`] | rubric files ↔ [`rubric::Rubric`]; is it complete, is it unambiguous |
//! | [`labels`] | items and ratings in every format ↔ domain; group-wise splits |
//! | [`prompt`] | instruction, bullets, demos, contract + item → messages. Pure |
//! | [`model`] | endpoints over HTTP: wire format, limits, retry, price; [`model::sim`] is the simulated family |
//! | [`judge`] | what a judge is; the reply ladder (text → verdict, pure); the one concurrent loop |
//! | [`ledger`] | SQLite: calls, runs, spending, judge versions; resume; replay |
//! | [`agreement`] | statistics on counts and pairs. Pure: no strings, no rubric |
//! | [`audit`] | verdicts ⋈ human ratings → [`audit::Audit`]: panel, slices, disagreements, caveats. Pure |
//! | [`feedback`] | disagreements → structured criticism for a reflection model. Pure |
//! | [`guardrail`] | what a revised prompt must satisfy before money is spent on it. Pure |
//! | [`optimize`] | one engine (budget, evaluations, log), pure strategies, adoption |
//! | [`adapt`] | a judge carried to another model: GO or NO-GO. Pure |
//! | [`report`] | an audit → terminal, Markdown, HTML, CSV. Renderers never compute |
//! | [`app`] | the use cases; the only room that wires others together |
//! | [`cli`] | the command line |
//!
//! What always holds:
//! - A rating comes only from its scale; nothing is clamped, defaulted or guessed, and a missing value is a named
//!   variant.
//! - A reply is durable in the ledger before it is read; a paid call is never paid again.
//! - A budget is reserved before a call and settled after it; it is never exceeded.
//! - Results are ordered by item before any statistic; concurrency and resume cannot change a byte of output.
//!
//! Deliberately absent: streaming of replies (verdicts are short), a second HTTP stack, any telemetry.

pub mod domain;
pub mod rubric;
pub mod labels;
pub mod prompt;
pub mod model;
pub mod judge;
pub mod ledger;
pub mod agreement;
pub mod audit;
pub mod feedback;
pub mod guardrail;
pub mod optimize;
pub mod adapt;
pub mod report;
pub mod app;
pub mod cli;
