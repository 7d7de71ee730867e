//! Two judges on the same items: is one better, and by how much at most is it worse.

mod difference;
mod equivalence;
mod permutation;

pub use difference::{Paired, difference};
pub use equivalence::{Equivalence, Standing, non_inferior};
pub use permutation::sign_flip;
