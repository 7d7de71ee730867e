//! Two judges on the same items: is one better, and by how much at most is it worse.

mod difference;
mod equivalence;
mod mcnemar;
mod permutation;
mod studentised;
mod wilcoxon;

pub use difference::{Paired, difference};
pub use equivalence::{Equivalence, Standing, non_inferior};
pub use mcnemar::{McNemar, mcnemar};
pub use permutation::sign_flip;
pub use studentised::bootstrap_t;
pub use wilcoxon::{SignedRank, Zeros, wilcoxon};
