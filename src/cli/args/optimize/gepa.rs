//! `assessor optimize gepa`

use super::SharedArgs;
use crate::app::Method;
use crate::optimize::gepa;
use clap::Args;

/// What stands below `optimize gepa --help`.
pub(super) const EXAMPLES: &str = "\
Examples:
  assessor optimize gepa
      tries it out: the shipped labels, sim/small as judge and sim/reflector writing, no key, no network
  assessor optimize gepa --items items.jsonl --human ratings.csv --model mini --reflector openai/gpt-4.1 --budget-usd 20
      your labels and your judge; the reflection model is asked seldom, so it may be a dear one
  assessor optimize gepa --judge production --promote production --protect contract-items.txt
      goes on from the judge in use, never changes the rating of these items, and moves the alias if it adopts

What it does: a share of the queries (--split) is set aside first. On the others it searches for a better prompt, within
the budget; then it rates the held-out items with the old prompt and the best new one. Only a prompt that is better
there, with no slice worse beyond chance, is adopted and stored as a judge version. Otherwise the baseline stays.

Stop it whenever you like: the same command goes on where it was, and pays for no call twice.

Exit codes: 0 whether a prompt was adopted or not: both are results (`adopted` in --json); 2 for input or a budget that is
refused; 3 where a model could not be used; 130 when interrupted.";

#[derive(Debug, Args)]
pub(in crate::cli) struct GepaArgs {
    /// The algorithm and defaults of the GEPA paper, for comparison
    #[arg(long)]
    pub published: bool,
    /// Failures that one reflection reads
    #[arg(long, value_name = "N", default_value_t = gepa::Knobs::default().failures, value_parser = crate::cli::args::values::count)]
    pub failures: usize,
    /// Reflections of one parent in flight together, each on other failures
    #[arg(long, value_name = "N", default_value_t = gepa::Knobs::default().width, value_parser = crate::cli::args::values::count)]
    pub width: usize,
    /// Train rows that a new parent is looked at on [default: 1/25 of the judge calls, 24 to 60]
    #[arg(long, value_name = "N", value_parser = crate::cli::args::values::count)]
    pub look: Option<usize>,
    /// Dev rows that a candidate is compared on [default: 1/20 of the judge calls, at least 16]
    #[arg(long, value_name = "N", value_parser = crate::cli::args::values::count)]
    pub rows: Option<usize>,
    /// Standard errors by which a candidate must be behind to be given up
    #[arg(long, value_name = "Z", default_value_t = gepa::Knobs::default().z)]
    pub z: f64,
    /// NMSE points that a candidate must gain
    #[arg(long, value_name = "POINTS", default_value_t = gepa::Knobs::default().margin)]
    pub margin: f64,
    /// Chance of revising another good candidate than the best
    #[arg(long, value_name = "P", default_value_t = gepa::Knobs::default().explore, value_parser = crate::cli::args::values::probability)]
    pub explore: f64,
    /// Rounds without a gain after which the search ends
    #[arg(long, value_name = "N", default_value_t = gepa::Knobs::default().patience)]
    pub patience: u32,
    #[command(flatten)]
    pub shared: SharedArgs,
}

impl GepaArgs {
    pub(super) fn method(&self) -> Method {
        if self.published {
            return Method::Published;
        }
        Method::Gepa(gepa::Knobs {
            failures: self.failures,
            width: self.width,
            look: self.look.unwrap_or(0),
            rows: self.rows.unwrap_or(0),
            z: self.z,
            margin: self.margin,
            explore: self.explore,
            patience: self.patience,
            ..gepa::Knobs::default()
        })
    }
}
