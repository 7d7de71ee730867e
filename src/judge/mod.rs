//! A judge: what it is ([`JudgeSpec`]), how its replies are read ([`ladder`]; those of other
//! judges, [`foreign`]) and how a run goes ([`run`]).

pub mod consensus;
mod difference;
pub mod foreign;
pub mod ladder;
mod json;
mod map;
pub mod journal;
pub mod run;
mod size;
mod spec;
mod task;

pub use difference::{FieldChange, JudgeDiff};
pub use map::{BadMap, Cut, RatingMap};
pub use size::Sizes;
pub use spec::{JudgeSpec, OtherParser, PARSER, Sampling, reply_schema};
pub use task::{IN_FLIGHT, Slots, read};
