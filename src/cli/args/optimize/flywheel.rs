//! `assessor optimize flywheel`

use super::SharedArgs;
use crate::app::Method;
use crate::optimize::flywheel;
use clap::Args;

/// What stands below `optimize flywheel --help`.
pub(super) const EXAMPLES: &str = "\
Examples:
  assessor optimize flywheel --budget-calls 1500 --rounds 5
  assessor optimize flywheel --items items.jsonl --human ratings.csv --model mini --reflector openai/gpt-4.1

Each round judges the same items, tells the reflection model of the disagreements, and judges its revision. The report
has the number of disagreements of each round. What is adopted, and when, is as for `optimize gepa`.";

#[derive(Debug, Args)]
pub(in crate::cli) struct FlywheelArgs {
    /// Rounds at most
    #[arg(long, value_name = "N", default_value_t = flywheel::Knobs::default().rounds)]
    pub rounds: u32,
    /// Disagreements that a round tells of
    #[arg(long, value_name = "N", default_value_t = flywheel::Knobs::default().failures, value_parser = crate::cli::args::values::count)]
    pub failures: usize,
    /// Rounds in a row without fewer disagreements, after which it stops
    #[arg(long, value_name = "N", default_value_t = flywheel::Knobs::default().patience)]
    pub patience: u32,
    #[command(flatten)]
    pub shared: SharedArgs,
}

impl FlywheelArgs {
    pub(super) fn method(&self) -> Method {
        Method::Flywheel(flywheel::Knobs {
            rounds: self.rounds,
            failures: self.failures,
            patience: self.patience,
            rows: 0,
        })
    }
}
