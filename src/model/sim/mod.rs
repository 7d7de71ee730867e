//! The embedded simulated model family `sim/`, behind real HTTP on loopback.
//!
//! **The members of this family are programs, not language models. Nothing about a sim is evidence about a real
//! model**: not its error, not its malformed rate, not its price, not what helps it. They are here so that every
//! part of the tool can be run, tested and measured by anyone, repeatably, with no key and no network. What a sim run
//! shows is whether the *tool* works.
//!
//! # What a judge does with a request
//!
//! 1. **Reads the prompt** (`instruction.rs`): which considerations it states and in which direction, which rules on the
//!    form of the reply, the scale, the names of the fields, how many examples, how many words. Once per prompt.
//! 2. **Finds the item** (`item.rs`): query, title, document, date, type and language, under coded marker lines,
//!    `[[ ## query ## ]]` headings, or plain headings. Text inside an item is material and is never obeyed.
//! 3. **Forms an impression** (`impression.rs`): the share of the query's words that title and body have, after light
//!    stemming and with a small list of synonyms in four languages. This is all that `sim/small` goes by when it is
//!    told nothing.
//! 4. **Notices** up to 17 things beside the subject ([`Consideration`]) by detectors over the text: old, superseded, a
//!    draft, only the words, one half of a two-part query, a sister product, another language, another audience … Some
//!    documents say these things in words that no detector knows, so a sim that is told everything still errs.
//! 5. **Applies** those that the prompt states, or that the persona knows by itself. A consideration that is only
//!    named counts in part; one that is stated the wrong way round is applied the wrong way round. Defects do not add
//!    up, and some considerations cancel others.
//! 6. **Hedges and errs**: pulled towards the middle, the less the clearer the prompt is; too kind when told nothing;
//!    noise; and beyond the number of words that it can hold it forgets rules and breaks replies more often.
//! 7. **Writes** a rationale from what it considered, and the rating, in the form that the prompt asks for; or breaks that form
//!    (`reply.rs`). Each way of breaking has its rate, and each format rule in the prompt mends some of the ways.
//!
//! Everything random is drawn by hash from (server seed, model, all that is said, the request's `seed` as repeat
//! number): the same request always gets the same reply, and no clock is read. `noise` ([`Options`]) moves ratings by
//! one step with a given probability, drawn in the same way: another prompt or repeat number is another draw.
//!
//! | | `sim/large` | `sim/medium` | `sim/small` |
//! |---|---|---|---|
//! | knows by itself | most | some | nothing |
//! | hedging, noise | hardly | some | strong |
//! | instruction it can hold, words | 2,500 | 1,400 | 900 |
//! | `response_format` | honours JSON schema | honours JSON mode | ignores it |
//! | NMSE with the shipped prompt, shipped labels | about 5 | about 8 | about 20 |
//! | malformed: shipped prompt, no format rule | 0 %, 1 % | 1 %, 6 % | 6 %, 40 % |
//!
//! `sim/reflector` (`reflector.rs`) proposes revised instructions from feedback; about one in four proposals is bad in
//! a way that models are bad: copies an example, shrinks the scale, drops a line, stops in the middle, turns a rule round.
//!
//! The labels that ship come from [`world`], which writes documents from latent features and never asks a detector;
//! the judges never see it. `tuning.rs` holds the figures above in bands.

mod answer;
mod considerations;
pub mod direct;
mod draw;
mod form;
mod impression;
mod instruction;
mod item;
mod judge;
mod letter;
mod persona;
mod reflector;
mod reply;
mod server;
mod wire;
mod words;
pub mod world;

#[cfg(test)]
mod tuning;

pub use considerations::{Consideration, Set};
pub use persona::{MODELS, Persona, model, price_of as price};
pub use server::{Options, Server};

#[cfg(test)]
pub(crate) use reflector::every_rule;
#[cfg(test)]
pub(crate) use tuning::{BULLETS, FORMAT};
