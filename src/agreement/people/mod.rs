//! The people who rate: who may be replaced, who is strict, who is noisy.

mod alt_controls;
mod alt_test;
mod annotators;
mod dawid_skene;
mod severity;

pub use alt_controls::{AltReport, AltVerdict, ConstantControl, Control, ShuffledControl, alt_test_with_controls};
pub use alt_test::{AltOutcome, AltScore, AltTest, LostOrDropped, TestedAnnotator};
pub use annotators::{AgainstOthers, PairAgreement, against_others, pairwise_kappa};
pub use dawid_skene::{DawidSkene, dawid_skene};
pub use severity::{Severity, severity};

/// The ratings of one item: one cell per annotator, in the same order for all items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatedItem {
    /// The query's number.
    pub group: u32,
    /// Levels; `None` where this annotator did not rate this item.
    pub ratings: Vec<Option<u8>>,
}

/// Annotators of a table, that is cells of its widest row.
fn annotators(items: &[RatedItem]) -> usize {
    items.iter().map(|item| item.ratings.len()).max().unwrap_or(0)
}
