//! What is audited: shared by `audit` and `disagree`.

use super::shared::{BudgetArgs, JudgeArgs, ReadArgs};
use super::values::{id_pattern, scale};
use crate::app::{AppError, AuditRequest, Source};
use crate::domain::Scale;
use crate::judge::JudgeSpec;
use crate::judge::foreign::{Foreign, Fractions};
use crate::labels::{IdPattern, OnFraction, ReadOptions};
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
    /// What to do about a fraction such as `3.5` in the column `rating` [default: error], or in a reply with --from-raw
    /// [default: malformed]
    #[arg(long, value_enum, value_name = "POLICY")]
    pub on_fraction: Option<Fraction>,
    /// Keep items with a `purpose` of train, dev, prompt-dev or demo, and those that a stored judge was tuned on: numbers on
    /// them flatter
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
            on_fraction: self.on_fraction.map_or(OnFraction::Error, Fraction::of_ratings),
            ..options
        }
    }

    /// Whether the policy for fractions is one for what is read.
    ///
    /// # Errors
    /// [`AppError::Input`] when it is one for the other.
    pub fn check(&self) -> Result<(), AppError> {
        let Some(policy) = self.on_fraction.filter(|policy| !policy.fits(self.from_raw.is_some())) else {
            return Ok(());
        };
        let name = policy.to_possible_value().map_or(String::new(), |value| value.get_name().to_owned());
        Err(match self.from_raw {
            Some(_) => AppError::input(
                format!("`--on-fraction {name}` is about the column `rating`, and `--from-raw` reads replies"),
                "for replies there are `malformed` and `down`",
            ),
            None => AppError::input(
                format!("`--on-fraction {name}` is about replies that `--from-raw` reads"),
                "for the column `rating` there are `error`, `malformed`, `round` and `keep`",
            ),
        })
    }

    pub(super) fn replies(&self) -> Option<Foreign> {
        let fractions = self.on_fraction.map_or(Fractions::Malformed, Fraction::of_replies);
        self.from_raw.clone().map(|name| Foreign { name, fractions })
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Fraction {
    /// Refuse the file
    Error,
    /// Count the rating as malformed
    Malformed,
    /// Take the integer below, and count it as rounded down; only with --from-raw
    Down,
    /// Take the nearest rating, halves up; not with --from-raw
    Round,
    /// The same, and tell the use of the scale and the calibration map from the real values; not with --from-raw
    Keep,
}

impl Fraction {
    /// Of the column `rating`.
    fn of_ratings(self) -> OnFraction {
        match self {
            Self::Error | Self::Down => OnFraction::Error,
            Self::Malformed => OnFraction::Malformed,
            Self::Round => OnFraction::Round,
            Self::Keep => OnFraction::Keep,
        }
    }

    /// Of replies in the column `raw`.
    fn of_replies(self) -> Fractions {
        match self {
            Self::Down => Fractions::Down,
            Self::Error | Self::Malformed | Self::Round | Self::Keep => Fractions::Malformed,
        }
    }

    /// Whether the policy is one for the column that is read.
    fn fits(self, replies: bool) -> bool {
        match self {
            Self::Malformed => true,
            Self::Down => replies,
            Self::Error | Self::Round | Self::Keep => !replies,
        }
    }
}
