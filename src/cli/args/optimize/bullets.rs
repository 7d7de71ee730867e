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

What it does: each vetted bullet is tried alone, then the helpful ones together, leaving out one after the other. The
report says of each what it does alone and among the chosen, where it harms, and which others make it redundant.";

/// Calls to the judge when nothing else is limited: what is known of each bullet is made of calls.
pub(super) const CALLS: u64 = 6_000;

#[derive(Debug, Args)]
pub(in crate::cli) struct BulletsArgs {
    /// Bullets that are chosen at most
    #[arg(long, value_name = "N", default_value_t = Knobs::default().most, value_parser = crate::cli::args::values::count)]
    pub most: usize,
    /// Words that the chosen ones may have together
    #[arg(long, value_name = "N", default_value_t = Knobs::default().words, value_parser = crate::cli::args::values::count)]
    pub words: usize,
    /// Standard errors by which a bullet must be missed to stay in
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
