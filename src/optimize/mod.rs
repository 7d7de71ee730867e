//! Optimisers: a judge's prompt → a better one, on one engine.
//!
//! | file | purpose |
//! |---|---|
//! | [`strategy`] | what a strategy is: a pure machine that asks and is told |
//! | [`engine`] | the loop: wish → budget → calls → pool → log |
//! | [`desk`], [`pool`] | what a strategy works at: candidates, their ratings, guardrails, what is left |
//! | [`limits`] | calls, tokens, money, seconds: reserved before each batch |
//! | [`log`], [`event`] | the record of a run, which resuming is held to |
//! | [`lab`] | wishes → calls over HTTP, answers from the journal first |
//! | [`paired`], [`pareto`], [`order`], `halving` | comparing, choosing parents, taking rows |
//! | [`objective`] | what is maximised |
//! | [`demos`] | rated examples for a prompt, out of Train |
//! | [`gepa`], [`published`], [`flywheel`], [`library`], [`mipro`], [`bootstrap`], [`copro`] | the strategies |
//! | [`stages`] | several strategies on one budget |
//! | [`calibrate`] | a calibration map for the best candidate, from what was rated anyway |
//! | [`adopt`] | whether the best candidate replaces the baseline |
//! | [`gain`] | what a gain is made of: parsing, agreement |
//! | [`story`] | the log → what people are shown |
//! | [`summary`] | what a run came to, as `--json` prints it |
//!
//! # What an optimiser can see
//!
//! Train and Dev, and never Test: there is no place for it.
//!
//! ```
//! use assessor::domain::{Dev, Test, Train};
//! use assessor::feedback::Example;
//!
//! fn sees(_: &Train<Vec<Example>>, _: &Dev<Vec<Example>>) {}
//! let (train, dev): (Train<Vec<Example>>, Dev<Vec<Example>>) = (Train(vec![]), Dev(vec![]));
//! sees(&train, &dev);
//! ```
//!
//! The same with Test in the place of Dev does not compile:
//!
//! ```compile_fail,E0308
//! use assessor::domain::{Dev, Test, Train};
//! use assessor::feedback::Example;
//!
//! fn sees(_: &Train<Vec<Example>>, _: &Dev<Vec<Example>>) {}
//! let (train, dev): (Train<Vec<Example>>, Test<Vec<Example>>) = (Train(vec![]), Test::new(vec![]));
//! sees(&train, &dev);
//! ```
//!
//! Nor can its content be taken out to be called something else, without a record of its opening:
//!
//! ```compile_fail,E0616
//! use assessor::domain::{Dev, Test};
//! use assessor::feedback::Example;
//!
//! let test: Test<Vec<Example>> = Test::new(vec![]);
//! let dev = Dev(test.0);
//! ```
//!
//! With a record it can, and only whoever decides on an adoption makes one:
//!
//! ```
//! use assessor::domain::{Dev, Opening, Test};
//! use assessor::feedback::Example;
//!
//! let test: Test<Vec<Example>> = Test::new(vec![]);
//! let dev = Dev(test.open(Opening::recorded(1)));
//! ```

pub mod adopt;
pub mod bootstrap;
pub mod calibrate;
pub mod copro;
pub mod demos;
pub mod desk;
pub mod engine;
pub mod event;
pub mod flywheel;
pub mod gain;
pub mod gepa;
mod halving;
pub mod lab;
pub mod library;
pub mod limits;
pub mod log;
pub mod measured;
pub mod mipro;
pub mod objective;
pub mod order;
pub mod paired;
pub mod pareto;
pub mod pool;
pub mod published;
pub mod stages;
pub mod story;
pub mod strategy;
pub mod summary;
pub mod upkeep;

#[cfg(test)]
mod tests;
