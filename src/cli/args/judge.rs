//! `assessor judge`.

use super::LintArgs;
use super::shared::ReadArgs;
use crate::app::{Against, HandWritten, JudgeRequest, Promotion, Swap};
use crate::ledger::Expected;
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum JudgeAction {
    /// All versions and the aliases that point to them
    List,
    /// One version: its prompt as the model is given it, and where it comes from
    Show(ShowArgs),
    /// What changed from one version to another, word by word
    Diff(DiffArgs),
    /// Let an alias point to a version
    Promote(PromoteArgs),
    /// Let an alias point to where it pointed before; again, and it goes further back
    Rollback(RollbackArgs),
    /// Store a prompt that you wrote as a version
    Add(AddArgs),
    /// Check a prompt as revisions are checked before money is spent on them
    Lint(LintArgs),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ShowArgs {
    /// An alias, or the first digits of a hash
    #[arg(value_name = "VERSION")]
    pub version: String,
    /// Only the part of the prompt that may be changed, as `judge add` takes it back
    #[arg(long)]
    pub text: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct DiffArgs {
    /// The version before
    #[arg(value_name = "OLD")]
    pub old: String,
    /// The version after
    #[arg(value_name = "NEW")]
    pub new: String,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  assessor judge promote 3f9c2a1b --as production --expect 77d0e412 --why 'test NMSE 8.8 to 4.9'\n\nOf two who promote with the same --expect one wins; the other is told and ends with 2."
)]
pub(in crate::cli) struct PromoteArgs {
    /// The version: an alias, or the first digits of a hash
    #[arg(value_name = "VERSION")]
    pub version: String,
    /// The alias to move, for example production
    #[arg(long = "as", value_name = "ALIAS")]
    pub alias: String,
    /// Only if the alias points to this version now, or with `none` only if it is new
    #[arg(long, value_name = "CURRENT")]
    pub expect: Option<String>,
    /// Why, for those who come after you
    #[arg(long, default_value = "", value_name = "TEXT", hide_default_value = true)]
    pub why: String,
}

impl PromoteArgs {
    pub fn promotion(&self) -> Promotion {
        promotion(&self.alias, self.expect.as_deref(), &self.why)
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RollbackArgs {
    /// The alias to move back
    #[arg(value_name = "ALIAS")]
    pub alias: String,
    /// Only if the alias points to this version now
    #[arg(long, value_name = "CURRENT")]
    pub expect: Option<String>,
    /// Why, for those who come after you
    #[arg(long, default_value = "", value_name = "TEXT", hide_default_value = true)]
    pub why: String,
}

impl RollbackArgs {
    pub fn promotion(&self) -> Promotion {
        promotion(&self.alias, self.expect.as_deref(), &self.why)
    }
}

fn promotion(alias: &str, expect: Option<&str>, why: &str) -> Promotion {
    let expected = expect.map_or(Expected::Any, Expected::parse);
    Promotion { alias: alias.to_owned(), expected, why: why.to_owned() }
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  assessor judge add --model sim/small --note baseline      the rubric's own prompt\n  assessor judge show production --text > prompt.txt        edit it, then\n  assessor judge add prompt.txt --from production --note 'drafts count less'\n  assessor judge add --from production --without-bullet confirmed-answer\n  assessor audit --judge production --export-map map.json   and, when the map helps,\n  assessor judge add --from production --calibration map.json\n\nThe output contract is no part of the file: it comes from the rubric and cannot be lost."
)]
pub(in crate::cli) struct AddArgs {
    /// Instruction and rules: a text whose last lines may be rules that begin with `- ` [default: those of the rubric]
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// The version that it was made from; all but the prompt stays as it is there
    #[arg(long, value_name = "VERSION", conflicts_with = "rubric")]
    pub from: Option<String>,
    /// Rubric file [default: the shipped relevance rubric]
    #[arg(long, value_name = "FILE")]
    pub rubric: Option<PathBuf>,
    /// The model that the judge asks [default: that of --from, or sim/small]
    #[arg(long, value_name = "MODEL")]
    pub model: Option<String>,
    /// A calibration map of the judge of --from, as `audit --export-map` writes it: its ratings are read through it from
    /// now on, at no call
    #[arg(long, value_name = "FILE", requires = "from", conflicts_with_all = ["model", "max_tokens", "file", "with", "without"])]
    pub calibration: Option<PathBuf>,
    /// Completion tokens of a reply at most [default: the endpoint's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_tokens: Option<u32>,
    /// What to remember of it
    #[arg(long, default_value = "", value_name = "TEXT", hide_default_value = true)]
    pub note: String,
    /// Items that the prompt may copy nothing from [default: none, and copies are not looked for]
    #[arg(long, value_name = "FILE")]
    pub items: Option<PathBuf>,
    /// Their human ratings, with rationales [default: columns beside the items]
    #[arg(long, value_name = "FILE", requires = "items")]
    pub human: Option<PathBuf>,
    /// Do not store a prompt that violates guardrails, and end with 100: without it they are warnings
    #[arg(long)]
    pub strict: bool,
    /// Add this bullet of the library, a vetted one; may be repeated
    #[arg(long = "with-bullet", value_name = "ID")]
    pub with: Vec<String>,
    /// Take this bullet of the library out; may be repeated
    #[arg(long = "without-bullet", value_name = "ID")]
    pub without: Vec<String>,
    /// The library's file [default: ID.bullets.toml beside the rubric]
    #[arg(long, value_name = "FILE")]
    pub library: Option<PathBuf>,
    #[command(flatten)]
    pub read: ReadArgs,
}

impl AddArgs {
    pub fn wanted(&self) -> HandWritten {
        let (rubric, model) = (self.rubric.clone(), self.model.clone());
        HandWritten {
            file: self.file.clone(),
            from: self.from.clone(),
            judge: JudgeRequest { rubric, model, max_tokens: self.max_tokens, ..JudgeRequest::default() },
            calibration: self.calibration.clone(),
            note: self.note.clone(),
            against: self.items.clone().map(|items| {
                let (human, read) = (self.human.clone(), self.read.options(None));
                Against { items, human, read }
            }),
            strict: self.strict,
            swap: Swap { with: self.with.clone(), without: self.without.clone(), library: self.library.clone() },
        }
    }
}
