//! `assessor judge`.

use super::LintArgs;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum JudgeAction {
    /// Check a prompt as revisions are checked before money is spent on them
    Lint(LintArgs),
}
