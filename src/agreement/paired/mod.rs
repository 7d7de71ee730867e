//! Two judges on the same items.

mod mcnemar;
mod wilcoxon;

pub use mcnemar::{McNemar, mcnemar};
pub use wilcoxon::{SignedRank, Zeros, wilcoxon};
