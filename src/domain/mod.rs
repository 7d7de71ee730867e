//! The nouns: scale, rating, item, verdict, split, estimate, money, event. No I/O, nothing async.

mod estimate;
mod event;
mod invocation;
mod item;
mod model;
mod money;
mod place;
mod scale;
mod split;
mod verdict;

pub use estimate::{Estimate, Figure, Interval, Undefined, written_p};
pub use event::{Event, Progress, Search, SearchPart};
pub use invocation::{DEFAULT_STATE, Invocation, quoted};
pub use item::{GroupId, HumanRating, Item, ItemId};
pub use model::is_simulation;
pub use money::{NanoUsd, Price, Usage};
pub use place::{Explain, Place};
pub use scale::{LEVELS, NoScale, Rating, Scale};
pub use split::{Dev, Opening, Part, Test, Train};
pub use verdict::{Basis, FieldValue, Malformed, NotRun, Rung, Verdict};
