//! `assessor optimize mipro`

use super::SharedArgs;
use super::choices::Choosing;
use crate::app::{AppError, Method};
use crate::cli::args::values::{count, examples, threshold};
use crate::optimize::mipro;
use clap::Args;

/// What stands below `optimize mipro --help`.
pub(super) const EXAMPLES: &str = "\
Examples:
  assessor optimize mipro
  assessor optimize mipro --candidates 12 --budget-calls 3000 --model mini --reflector openai/gpt-4.1
  assessor optimize mipro --select nearest
      each item is shown the examples whose queries are nearest to its own

For a small model whose replies break: examples pin their form. The report says how much of a gain is that, and how much
is agreement. Instructions are proposed from what went wrong, examples are made from the training part only, and all
combinations are compared on the same rows.";

#[derive(Debug, Args)]
pub(in crate::cli) struct MiproArgs {
    /// Instructions, and sets of examples, that are combined
    #[arg(long, value_name = "N", default_value_t = mipro::Knobs::default().candidates, value_parser = count)]
    pub candidates: usize,
    /// Combinations that are tried [default: the published number, 10 for 6 candidates]
    #[arg(long, value_name = "N", value_parser = count)]
    pub trials: Option<usize>,
    /// Examples from replies of the judge, at most
    #[arg(long, value_name = "N", default_value_t = mipro::Knobs::default().bootstrapped, value_parser = examples)]
    pub bootstrapped: usize,
    /// Examples that people rated, at least: more fill places that no example of --bootstrapped takes
    #[arg(long, alias = "labelled", value_name = "N", default_value_t = mipro::Knobs::default().labelled, value_parser = examples)]
    pub labeled: usize,
    /// NMSE points that a reply of the judge is off at most to become an example [default: one step of the scale]
    #[arg(long, value_name = "POINTS", value_parser = threshold)]
    pub threshold: Option<f64>,
    /// Dev rows of a trial [default: half of the calls that are left, shared out, 8 to 35]
    #[arg(long, value_name = "N", value_parser = count)]
    pub minibatch: Option<usize>,
    /// Trials after each of which the best combination is rated on all of Dev
    #[arg(long, value_name = "N", default_value_t = mipro::Knobs::default().full_every, value_parser = count)]
    pub full_every: usize,
    /// Failures that a proposal is grounded in
    #[arg(long, value_name = "N", default_value_t = mipro::Knobs::default().failures, value_parser = count)]
    pub failures: usize,
    /// How examples are chosen
    #[arg(long, value_enum, default_value_t = Choosing::Stratified)]
    pub select: Choosing,
    #[command(flatten)]
    pub shared: SharedArgs,
}

/// What to say where there would be nothing to choose from.
pub(super) fn nothing_to_combine() -> AppError {
    AppError::input(
        "`--candidates 1` compares nothing: the one instruction and the one set of examples are those of the baseline",
        "name at least 2, or leave it out",
    )
}

impl MiproArgs {
    pub(super) fn method(&self) -> Method {
        Method::Mipro(mipro::Knobs {
            candidates: self.candidates,
            trials: self.trials.unwrap_or(0),
            bootstrapped: self.bootstrapped,
            labelled: self.labeled,
            threshold: self.threshold,
            minibatch: self.minibatch.unwrap_or(0),
            full_every: self.full_every,
            failures: self.failures,
            select: self.select.into(),
        })
    }
}
