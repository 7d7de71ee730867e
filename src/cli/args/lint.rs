//! `assessor judge lint`.

use super::shared::ReadArgs;
use crate::app::LintRequest;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  assessor judge lint prompt.txt                     against the shipped rubric and labels\n  assessor judge lint - < prompt.txt\n  assessor judge lint prompt.txt --rubric r.toml --items items.jsonl --human ratings.csv\n\nThe text is what a revision may change: the instruction, then rules in lines that begin with `- `. A file that begins\nwith `{` is read as a prompt in JSON. Ends with 100 when a check fails."
)]
pub(in crate::cli) struct LintArgs {
    /// The prompt: a text, or a prompt in JSON; `-` is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Rubric file [default: the shipped relevance rubric]
    #[arg(long, value_name = "FILE")]
    pub rubric: Option<PathBuf>,
    /// Items that nothing may be copied from [default: the shipped items]
    #[arg(long, value_name = "FILE")]
    pub items: Option<PathBuf>,
    /// Their human ratings, with rationales [default: columns beside the items, or the shipped ratings]
    #[arg(long, value_name = "FILE")]
    pub human: Option<PathBuf>,
    #[command(flatten)]
    pub read: ReadArgs,
}

impl LintArgs {
    pub fn request(&self) -> LintRequest {
        LintRequest {
            file: self.file.clone(),
            rubric: self.rubric.clone(),
            items: self.items.clone(),
            human: self.human.clone(),
            read: self.read.options(None),
        }
    }
}
