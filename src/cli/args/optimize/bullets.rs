//! `assessor optimize bullets`

use super::SharedArgs;
use crate::app::Method;
use crate::optimize::library::Knobs;
use clap::Args;
use std::path::PathBuf;

/// What stands below `optimize bullets --help`.
pub(super) const EXAMPLES: &str = "\
Examples:
  assessor optimize bullets
      the shipped library, labels and simulated judge: no key, no network
  assessor optimize bullets --judge production --items items.jsonl --human ratings.csv --budget-usd 20 --most 8
      adds at most eight vetted rules to the prompt in use, which stays as it is, byte for byte
  assessor judge add --from VERSION --without-bullet ID
      takes a single bullet of an adopted judge back

What it does: each vetted bullet is tried alone, then all together but those that harm. Of these the less helpful half is
left out at once; when that half is missed (--z), half of it is tried, and so on. What turns out to be needed comes back. In
the end the chosen set is held against the base prompt on all items of the search, and the held-out items decide. The
report says of each bullet what it does alone and among the chosen, on how many items, where it harms, and which others
make it redundant.";

#[derive(Debug, Args)]
pub(in crate::cli) struct BulletsArgs {
    /// Bullets that are chosen at most
    #[arg(long, value_name = "N", default_value_t = Knobs::default().most, value_parser = crate::cli::args::values::count)]
    pub most: usize,
    /// Words that the chosen ones may have together; a guardrail lets no prompt grow by more than 450, marks included
    #[arg(long, value_name = "N", default_value_t = Knobs::default().words, value_parser = crate::cli::args::values::count)]
    pub words: usize,
    /// Standard errors by which bullets that are left out together (half of them first, then parts of a half) must be missed
    /// to stay in: more of it chooses fewer. No single bullet has to be missed by so much
    #[arg(long, value_name = "Z", default_value_t = Knobs::default().z)]
    pub z: f64,
    /// The library's file [default: ID.bullets.toml beside the rubric]
    #[arg(long, value_name = "FILE")]
    pub library: Option<PathBuf>,
    #[command(flatten)]
    pub shared: SharedArgs,
}

impl BulletsArgs {
    pub(super) fn method(&self) -> Method {
        Method::Bullets(Knobs { most: self.most, words: self.words, z: self.z }, self.library.clone())
    }
}
