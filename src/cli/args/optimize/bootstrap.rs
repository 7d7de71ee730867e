//! `assessor optimize bootstrap`

use super::SharedArgs;
use super::choices::{Aim, Choosing};
use crate::app::{AppError, Method};
use crate::cli::args::values::{examples, threshold};
use crate::domain::Scale;
use crate::optimize::bootstrap;
use clap::Args;

/// What stands below `optimize bootstrap --help`.
pub(super) const EXAMPLES: &str = "\
Examples:
  assessor optimize bootstrap --threshold 6.25
      replies of the judge that are at most one step of a scale of five off become examples, beside two that people rated
  assessor optimize bootstrap --threshold 0 --labeled 4 --search 12
      only replies that say exactly what people say; twelve other sets of examples are compared with the first one
  assessor optimize bootstrap --threshold 6.25 --select nearest
      each item is shown the examples whose queries are nearest to its own

Examples are made from the training part only. They keep a small model in the form of the reply, and show it what the
ends of the scale look like; each is paid for with every call. The threshold has no default: what is good enough to be
shown depends on the scale. In NMSE points: a rating that is off by d steps of a range of r is 100·(d/r)² points off.";

#[derive(Debug, Args)]
pub(in crate::cli) struct BootstrapArgs {
    /// Required: NMSE points that a reply of the judge is off at most to become an example; 0 is exactly what people say,
    /// 6.25 one step of the scale 1–5
    #[arg(long, value_name = "POINTS", value_parser = threshold)]
    pub threshold: Option<f64>,
    /// Examples from replies of the judge, at most
    #[arg(long, value_name = "N", default_value_t = defaults().bootstrapped, value_parser = examples)]
    pub bootstrapped: usize,
    /// Examples that people rated, at least: more fill places that no example of --bootstrapped takes
    #[arg(long, alias = "labelled", value_name = "N", default_value_t = defaults().labelled, value_parser = examples)]
    pub labeled: usize,
    /// Other sets of examples that are drawn and compared (random search); 0 tries the first one alone
    #[arg(long, value_name = "N", default_value_t = defaults().search)]
    pub search: usize,
    /// How examples are chosen
    #[arg(long, value_enum, default_value_t = Choosing::Stratified)]
    pub select: Choosing,
    /// What sets are compared by; an adoption is decided on NMSE in any case
    #[arg(long, value_enum, default_value_t = Aim::Nmse)]
    pub objective: Aim,
    #[command(flatten)]
    pub shared: SharedArgs,
}

fn defaults() -> bootstrap::Knobs {
    bootstrap::Knobs::a_step()
}

/// What to say where no threshold is named: what it would be depends on the scale.
pub(super) fn without_threshold(scale: Scale) -> AppError {
    let step = 100.0 / f64::from(scale.range()).powi(2);
    let step = (step * 100.0).ceil() / 100.0;
    AppError::input(
        "`optimize bootstrap` needs a threshold: how far off a reply may be to be shown as an example",
        format!(
            "one step on the scale {scale} is {step} NMSE points: `--threshold {step}` takes replies that are at most one \
             step off, `--threshold 0` only those that say what people say"
        ),
    )
}

/// What to say where a set would be empty.
pub(super) fn without_examples() -> AppError {
    AppError::input(
        "`--labeled 0 --bootstrapped 0` leaves no example to try: every set would be empty",
        "name at least one example with `--labeled` or `--bootstrapped`",
    )
}

impl BootstrapArgs {
    pub(super) fn method(&self) -> Method {
        Method::Bootstrap(bootstrap::Knobs {
            threshold: self.threshold,
            bootstrapped: self.bootstrapped,
            labelled: self.labeled,
            search: self.search,
            select: self.select.into(),
            objective: self.objective.into(),
        })
    }
}
