//! `assessor label`.

use super::shared::{BudgetArgs, JudgeArgs, ReadArgs};
use crate::app::LabelRequest;
use crate::judge::JudgeSpec;
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Debug, Args)]
pub(in crate::cli) struct LabelArgs {
    /// Items to rate: JSONL, CSV or Parquet [default: the shipped items]
    #[arg(long, value_name = "FILE")]
    pub items: Option<PathBuf>,
    /// Labels: .jsonl, .csv, .parquet or .qrels [default: reports/ITEMS-JUDGE.labels.jsonl]
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Only print calls, tokens, money and time; spend nothing
    #[arg(long)]
    pub plan: bool,
    #[command(flatten)]
    pub judge: JudgeArgs,
    #[command(flatten)]
    pub budget: BudgetArgs,
    #[command(flatten)]
    pub read: ReadArgs,
}

impl LabelArgs {
    pub fn request(&self, items: PathBuf, stored: Option<Arc<JudgeSpec>>) -> LabelRequest {
        LabelRequest {
            judge: self.judge.request(stored),
            items,
            read: self.read.options(None),
            out: self.out.clone(),
            samples: self.budget.samples,
            limits: self.budget.limits(),
            only: None,
        }
    }
}
