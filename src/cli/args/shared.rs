//! What several commands take: the judge, the budget, how files are read.

use super::values::{mapping, usd};
use crate::app::{self, AppError, JudgeRequest, Limits};
use crate::domain::NanoUsd;
use crate::judge::JudgeSpec;
use crate::labels::{OnDuplicate, OnOffScale, ReadOptions};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Which judge.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct JudgeArgs {
    /// A stored judge, by alias or hash (`assessor judge list`): with its rubric, prompt, model and sampling; only with
    /// --model its prompt is bound to another model. With --ratings, only this judge of the ratings
    #[arg(long, value_name = "NAME")]
    pub judge: Option<String>,
    /// Rubric file [default: the shipped relevance rubric]
    #[arg(long, value_name = "FILE")]
    pub rubric: Option<PathBuf>,
    /// sim/small, openai/ID, http://host:8000/v1#ID, or a NAME from assessor.toml [default: sim/small]
    #[arg(long, value_name = "MODEL")]
    pub model: Option<String>,
    /// Completion tokens of a reply at most [default: the endpoint's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_tokens: Option<u32>,
    /// Requests in flight at most [default: the endpoint's]
    #[arg(long, value_name = "N")]
    pub concurrency: Option<usize>,
}

impl JudgeArgs {
    /// The judge that was asked for; `stored` is the one that `--judge` names.
    pub fn request(&self, stored: Option<Arc<JudgeSpec>>) -> JudgeRequest {
        JudgeRequest {
            stored,
            rubric: self.rubric.clone(),
            model: self.model.clone(),
            max_tokens: self.max_tokens,
            concurrency: self.concurrency,
        }
    }
}

/// What may be spent.
#[derive(Clone, Copy, Debug, Args)]
pub(in crate::cli) struct BudgetArgs {
    /// Dollars that the run may cost, all its sessions together; never exceeded
    #[arg(long, value_name = "USD", value_parser = usd)]
    pub budget_usd: Option<NanoUsd>,
    /// Requests that the run may make, all its sessions together; never exceeded
    #[arg(long, value_name = "N")]
    pub budget_calls: Option<u64>,
    /// Take only the first N items
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Samples per item
    #[arg(long, default_value_t = 1, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub samples: u32,
}

impl BudgetArgs {
    pub(super) fn limits(self) -> Limits {
        Limits { usd: self.budget_usd, calls: self.budget_calls, items: self.limit }
    }
}

/// How files are read.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct ReadArgs {
    /// Our column is called THEIRS in the files; may be repeated
    #[arg(long = "map", value_name = "OURS=THEIRS", value_parser = mapping)]
    pub map: Vec<(String, String)>,
    /// What to do about a second row of the same thing
    #[arg(long, value_enum, default_value = "error", value_name = "POLICY")]
    pub on_duplicate: Duplicate,
    /// What to do about a rating that is not on the scale
    #[arg(long, value_enum, default_value = "error", value_name = "POLICY")]
    pub on_off_scale: OffScale,
    /// Only ratings of this criterion, where the files have several
    #[arg(long, value_name = "NAME")]
    pub criterion: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum Duplicate {
    /// Refuse the file
    Error,
    /// Keep the last row
    Last,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum OffScale {
    /// Refuse the file
    Error,
    /// Count the reply as malformed
    Malformed,
    /// Take the nearest end of the scale
    Clip,
}

impl ReadArgs {
    pub(super) fn options(&self, judge: Option<String>) -> ReadOptions {
        ReadOptions {
            map: self.map.iter().cloned().collect(),
            on_duplicate: match self.on_duplicate {
                Duplicate::Error => OnDuplicate::Error,
                Duplicate::Last => OnDuplicate::Last,
            },
            on_off_scale: match self.on_off_scale {
                OffScale::Error => OnOffScale::Error,
                OffScale::Malformed => OnOffScale::Malformed,
                OffScale::Clip => OnOffScale::Clip,
            },
            criterion: self.criterion.clone(),
            judge,
            ..ReadOptions::default()
        }
    }
}

/// Says it before anything is paid for where no report could be written.
pub(in crate::cli) fn can_report(named: Option<&Path>, none: bool) -> Result<(), AppError> {
    report_folder(named, none, "").map_or(Ok(()), |folder| app::can_write(&folder))
}

/// Where a report is written: nowhere, where somebody said, or under its own name in `reports`.
pub(in crate::cli) fn report_folder(named: Option<&Path>, none: bool, slug: &str) -> Option<PathBuf> {
    (!none).then(|| named.map_or_else(|| Path::new("reports").join(slug), Path::to_owned))
}
