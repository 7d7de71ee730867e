//! `assessor optimize copro`

use super::SharedArgs;
use super::choices::Aim;
use crate::app::Method;
use crate::cli::args::values::count;
use crate::optimize::copro;
use clap::Args;

/// What stands below `optimize copro --help`.
pub(super) const EXAMPLES: &str = "\
Examples:
  assessor optimize copro
  assessor optimize copro --breadth 10 --depth 4 --budget-calls 3000 --reflector openai/gpt-4.1

Each round asks for several revisions at once and tells of those before and how they did. What passes the guardrails is
compared on the training part; the best of a round has to be better on the development part, too.";

#[derive(Debug, Args)]
pub(in crate::cli) struct CoproArgs {
    /// Revisions of a round
    #[arg(long, value_name = "N", default_value_t = copro::Knobs::default().breadth, value_parser = count)]
    pub breadth: usize,
    /// Rounds
    #[arg(long, value_name = "N", default_value_t = copro::Knobs::default().depth, value_parser = count)]
    pub depth: usize,
    /// Failures that a message tells of
    #[arg(long, value_name = "N", default_value_t = copro::Knobs::default().failures, value_parser = count)]
    pub failures: usize,
    /// What revisions are compared by; an adoption is decided on NMSE in any case
    #[arg(long, value_enum, default_value_t = Aim::Nmse)]
    pub objective: Aim,
    #[command(flatten)]
    pub shared: SharedArgs,
}

impl CoproArgs {
    pub(super) fn method(&self) -> Method {
        Method::Copro(copro::Knobs {
            breadth: self.breadth,
            depth: self.depth,
            failures: self.failures,
            objective: self.objective.into(),
        })
    }
}
