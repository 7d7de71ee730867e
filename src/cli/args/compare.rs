//! `assessor compare`.

use super::shared::{BudgetArgs, ReadArgs};
use super::source::ElsewhereArgs;
use super::values::scale;
use crate::app::{AuditRequest, CompareRequest, Contender, JudgeRequest, Require, Source};
use crate::domain::Scale;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct CompareArgs {
    /// The judge to compare with: a file of ratings, FILE#JUDGE, a stored judge as judge:NAME, or a model
    #[arg(value_name = "OLD")]
    pub old: String,
    /// The judge that might replace it
    #[arg(value_name = "NEW")]
    pub new: String,
    /// Items: queries, texts and slice tags [default: the shipped items]
    #[arg(long, value_name = "FILE")]
    pub items: Option<PathBuf>,
    /// Human ratings [default: columns beside the items, or the shipped ratings]
    #[arg(long, value_name = "FILE")]
    pub human: Option<PathBuf>,
    /// The scale as MIN-MAX [default: the rubric's]
    #[arg(long, value_name = "MIN-MAX", value_parser = scale, allow_hyphen_values = true)]
    pub scale: Option<Scale>,
    /// NMSE points by which NEW may be worse and still count as not worse; fix it before you look
    #[arg(long, value_name = "POINTS")]
    pub margin: Option<f64>,
    /// What NEW must show, or the exit code is 100; may be repeated
    #[arg(long, value_enum, value_name = "WHAT")]
    pub require: Vec<Required>,
    /// Rubric file [default: the shipped relevance rubric]
    #[arg(long, value_name = "FILE")]
    pub rubric: Option<PathBuf>,
    /// Show at most N changed items
    #[arg(long, short = 'n', default_value_t = 10, value_name = "N")]
    pub show: usize,
    /// Write the comparison as Markdown, for a comment on a pull request
    #[arg(long, value_name = "FILE")]
    pub summary: Option<PathBuf>,
    /// Folder of the report [default: reports/compare-OLD-NEW-DATA]
    #[arg(long, value_name = "DIR")]
    pub report: Option<PathBuf>,
    /// Write no report
    #[arg(long, conflicts_with = "report")]
    pub no_report: bool,
    #[command(flatten)]
    pub elsewhere: ElsewhereArgs,
    #[command(flatten)]
    pub budget: BudgetArgs,
    #[command(flatten)]
    pub read: ReadArgs,
}

impl CompareArgs {
    pub fn request(&self) -> CompareRequest {
        CompareRequest {
            old: Contender::parse(&self.old),
            new: Contender::parse(&self.new),
            data: AuditRequest {
                source: Source::Nobody,
                items: self.items.clone(),
                human: self.human.clone(),
                read: self.elsewhere.read(self.read.options(None)),
                scale: self.scale,
                rubric: self.rubric.clone(),
                replies: self.elsewhere.replies(),
                systems: None,
                contaminated: self.elsewhere.contaminated,
            },
            judge: JudgeRequest { rubric: self.rubric.clone(), ..JudgeRequest::default() },
            limits: self.budget.limits(),
            samples: self.budget.samples,
            margin: self.margin,
        }
    }

    pub fn requirements(&self) -> impl Iterator<Item = Require> {
        self.require.iter().map(|required| match required {
            Required::Better => Require::Better,
            Required::NonInferior => Require::NonInferior,
            Required::Equivalent => Require::Equivalent,
            Required::NoRegression => Require::NoRegression,
        })
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum Required {
    /// It errs less, beyond chance
    Better,
    /// It is not worse by the margin
    NonInferior,
    /// It is equivalent within the margin
    Equivalent,
    /// No slice is worse, beyond chance
    NoRegression,
}
