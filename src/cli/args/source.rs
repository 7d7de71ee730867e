//! What is audited: shared by `audit` and `disagree`.

use super::shared::{BudgetArgs, JudgeArgs, ReadArgs};
use super::values::{id_pattern, scale};
use crate::app::{AuditRequest, Source};
use crate::domain::Scale;
use crate::judge::JudgeSpec;
use crate::judge::foreign::{Foreign, Fractions};
use crate::labels::{IdPattern, ReadOptions};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::sync::Arc;

/// Ratings made before or elsewhere: which of them, and how they are read.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct ElsewhereArgs {
    /// Only ratings of the judge for this criterion [default: that of --criterion]
    #[arg(long, value_name = "NAME")]
    pub judge_criterion: Option<String>,
    /// Only this sample of each item, from 0 [default: all, of which the commonest rating counts]
    #[arg(long, value_name = "N")]
    pub sample: Option<u32>,
    /// Read the judge's ratings from its replies in the column `raw`: a JSON object as the rubric asks for it, or free
    /// text that begins with `NAME: INTEGER`; with =NAME, statements of that name anywhere in the reply
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = true)]
    pub from_raw: Option<Option<String>>,
    /// What to do about a fraction such as `3.5` in a reply
    #[arg(long, value_enum, default_value = "malformed", value_name = "POLICY", requires = "from_raw")]
    pub on_fraction: Fraction,
    /// Keep items with a `purpose` of train, dev, prompt-dev or demo: numbers on them flatter
    #[arg(long)]
    pub contaminated: bool,
    /// What ids are made of, such as '{query_id}_{system}': `query_id` is the query, other names become slices; each
    /// name but the last ends at the first occurrence of the text after it
    #[arg(long, value_name = "PATTERN", value_parser = id_pattern)]
    pub id_pattern: Option<IdPattern>,
}

impl ElsewhereArgs {
    pub(super) fn read(&self, options: ReadOptions) -> ReadOptions {
        ReadOptions {
            judge_criterion: self.judge_criterion.clone(),
            sample: self.sample,
            id_pattern: self.id_pattern.clone(),
            ..options
        }
    }

    pub(super) fn replies(&self) -> Option<Foreign> {
        self.from_raw.clone().map(|name| Foreign { name, fractions: self.on_fraction.policy() })
    }
}

/// What to audit: shared by `audit` and `disagree`.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct SourceArgs {
    /// Items: queries, texts and slice tags [default: the shipped items]
    #[arg(long, value_name = "FILE")]
    pub items: Option<PathBuf>,
    /// Human ratings [default: columns beside the items, or the shipped ratings]
    #[arg(long, value_name = "FILE")]
    pub human: Option<PathBuf>,
    /// Ratings made before or elsewhere, instead of running a judge; may be repeated
    #[arg(long, value_name = "FILE", conflicts_with_all = ["model", "budget_usd", "budget_calls", "limit"])]
    pub ratings: Vec<PathBuf>,
    #[command(flatten)]
    pub elsewhere: ElsewhereArgs,
    /// The scale as MIN-MAX [default: the rubric's]
    #[arg(long, value_name = "MIN-MAX", value_parser = scale, allow_hyphen_values = true)]
    pub scale: Option<Scale>,
    #[command(flatten)]
    pub judge: JudgeArgs,
    #[command(flatten)]
    pub budget: BudgetArgs,
    #[command(flatten)]
    pub read: ReadArgs,
}

impl SourceArgs {
    /// The stored judge that `--judge` names; with ratings it names one of their judges.
    pub fn stored(&self) -> Option<&str> {
        self.judge.judge.as_deref().filter(|_| self.ratings.is_empty())
    }

    /// What was asked for; `stored` is the judge that [`SourceArgs::stored`] names.
    pub fn request(&self, stored: Option<Arc<JudgeSpec>>) -> AuditRequest {
        let of_ratings = self.judge.judge.clone().filter(|_| !self.ratings.is_empty());
        let source = match self.ratings.as_slice() {
            [] => Source::Judge {
                judge: self.judge.request(stored),
                limits: self.budget.limits(),
                samples: self.budget.samples,
            },
            files => Source::Files(files.to_vec()),
        };
        AuditRequest {
            source,
            items: self.items.clone(),
            human: self.human.clone(),
            read: self.elsewhere.read(self.read.options(of_ratings)),
            systems: None,
            replies: self.elsewhere.replies(),
            scale: self.scale,
            rubric: self.judge.rubric.clone(),
            contaminated: self.elsewhere.contaminated,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum Fraction {
    /// Count the reply as malformed
    Malformed,
    /// Take the integer below, and count it as rounded down
    Down,
}

impl Fraction {
    pub(super) fn policy(self) -> Fractions {
        match self {
            Self::Malformed => Fractions::Malformed,
            Self::Down => Fractions::Down,
        }
    }
}
