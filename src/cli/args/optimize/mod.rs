//! `assessor optimize`: what every strategy takes; one file for each strategy.

mod bullets;
mod bootstrap;
mod choices;
mod copro;
mod flywheel;
mod gepa;
mod mipro;

use crate::app::{AppError, AuditRequest, Method, OptimizeRequest, Source};
use crate::cli::args::shared::{JudgeArgs, ReadArgs};
use crate::cli::args::values::{points, split, usd};
use crate::domain::{NanoUsd, Scale};
use crate::judge::JudgeSpec;
use crate::labels::Fractions;
use crate::optimize::adopt::Conditions;
use crate::optimize::limits::Limits;
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Debug, Args)]
pub(in crate::cli) struct OptimizeArgs {
    #[command(subcommand)]
    pub strategy: Strategy,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Strategy {
    /// Reflective evolution: a model revises the prompt from its disagreements with people
    #[command(after_help = gepa::EXAMPLES)]
    Gepa(gepa::GepaArgs),
    /// Judge, revise from the disagreements, judge again, round by round
    #[command(after_help = flywheel::EXAMPLES)]
    Flywheel(flywheel::FlywheelArgs),
    /// Choose vetted rules of the instruction library; the prompt itself stays as it is
    #[command(after_help = bullets::EXAMPLES)]
    Bullets(bullets::BulletsArgs),
    /// Which instruction with which rated examples: both are proposed, and combinations are searched
    #[command(after_help = mipro::EXAMPLES)]
    Mipro(mipro::MiproArgs),
    /// Rated examples in the prompt: from people, and from the judge's own replies that are good enough
    #[command(after_help = bootstrap::EXAMPLES)]
    Bootstrap(bootstrap::BootstrapArgs),
    /// Several instructions at a time, written from how those before them did
    #[command(after_help = copro::EXAMPLES)]
    Copro(copro::CoproArgs),
}

/// The data, and who writes.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct DataArgs {
    /// Items: queries, texts and slice tags; a column `purpose` of train, dev or test divides them [default: the shipped items]
    #[arg(long, value_name = "FILE")]
    pub items: Option<PathBuf>,
    /// Human ratings [default: columns beside the items, or the shipped ratings]
    #[arg(long, value_name = "FILE")]
    pub human: Option<PathBuf>,
    /// The model that writes revisions [default: sim/reflector, for a simulated judge]
    #[arg(long, value_name = "MODEL")]
    pub reflector: Option<String>,
    /// Shares of train, dev and test, by query: percentages, or small parts as 2/1/2; 0 for test only searches
    #[arg(long, alias = "fractions", value_name = "TRAIN/DEV/TEST", default_value = "40/20/40", value_parser = split)]
    pub split: Fractions,
}

impl DataArgs {
    pub(in crate::cli::args) fn request(&self, rubric: Option<&Path>, read: &ReadArgs) -> AuditRequest {
        AuditRequest {
            source: Source::Nobody,
            items: self.items.clone(),
            human: self.human.clone(),
            read: read.options(None),
            replies: None,
            systems: None,
            scale: None,
            rubric: rubric.map(Path::to_owned),
            contaminated: true,
        }
    }
}

/// What every strategy takes.
#[derive(Debug, Args)]
pub(in crate::cli) struct SharedArgs {
    #[command(flatten)]
    pub data: DataArgs,
    /// Calls to the judge, those for the held-out part included; never exceeded [default, where nothing is limited: 1500; for bullets 1000 and 200 for each vetted one, at most 6000]
    #[arg(long, value_name = "N")]
    pub budget_calls: Option<u64>,
    /// Calls to both models together; never exceeded
    #[arg(long, value_name = "N")]
    pub budget_all_calls: Option<u64>,
    /// Tokens of both models, prompt and completion; never exceeded
    #[arg(long, value_name = "N")]
    pub budget_tokens: Option<u64>,
    /// Dollars for both models; never exceeded
    #[arg(long, value_name = "USD", value_parser = usd)]
    pub budget_usd: Option<NanoUsd>,
    /// Seconds after which nothing new is begun
    #[arg(long, value_name = "N")]
    pub budget_seconds: Option<u64>,
    /// NMSE points: a prompt that is worse by more than this on a slice, and not by chance (p < 0.05), is not adopted
    #[arg(long, value_name = "POINTS", default_value_t = Conditions::default().margin, value_parser = points)]
    pub slice_margin: f64,
    /// Ids of items whose rating must not change, one a line: a prompt that changes one is not adopted
    #[arg(long, value_name = "FILE")]
    pub protect: Option<PathBuf>,
    /// Let this alias lead to an adopted judge that is shown to be better than a constant one, if the alias still leads where
    /// it did when the run began
    #[arg(long, value_name = "ALIAS")]
    pub promote: Option<String>,
    /// Fit a calibration map to the best candidate after the search, at no call: its ratings are read through it when that
    /// is shown to help on dev queries that the map was not fitted to, and the held-out part decides on both together
    #[arg(long)]
    pub calibrate: bool,
    #[command(flatten)]
    pub judge: JudgeArgs,
    #[command(flatten)]
    pub read: ReadArgs,
    /// Folder of the report [default: reports/optimize-MODEL-RUN]
    #[arg(long, value_name = "DIR")]
    pub report: Option<PathBuf>,
    /// Write no report
    #[arg(long, conflicts_with = "report")]
    pub no_report: bool,
}

impl SharedArgs {
    fn limits(&self) -> Limits {
        Limits {
            judge_calls: self.budget_calls,
            calls: self.budget_all_calls,
            tokens: self.budget_tokens,
            usd: self.budget_usd,
            seconds: self.budget_seconds,
        }
    }
}

impl Strategy {
    pub fn shared(&self) -> &SharedArgs {
        match self {
            Self::Gepa(args) => &args.shared,
            Self::Flywheel(args) => &args.shared,
            Self::Bullets(args) => &args.shared,
            Self::Mipro(args) => &args.shared,
            Self::Bootstrap(args) => &args.shared,
            Self::Copro(args) => &args.shared,
        }
    }

    fn method(&self) -> Method {
        match self {
            Self::Gepa(args) => args.method(),
            Self::Flywheel(args) => args.method(),
            Self::Bullets(args) => args.method(),
            Self::Mipro(args) => args.method(),
            Self::Bootstrap(args) => args.method(),
            Self::Copro(args) => args.method(),
        }
    }

    /// What only the rubric's scale can tell.
    pub fn check(&self, scale: Scale) -> Result<(), AppError> {
        match self {
            Self::Bootstrap(args) if args.threshold.is_none() => Err(bootstrap::without_threshold(scale)),
            Self::Mipro(args) if args.candidates < 2 => Err(mipro::nothing_to_combine()),
            Self::Bootstrap(args) if args.labeled + args.bootstrapped == 0 => Err(bootstrap::without_examples()),
            _ => Ok(()),
        }
    }

    pub fn request(&self, stored: Option<Arc<JudgeSpec>>) -> OptimizeRequest {
        let shared = self.shared();
        OptimizeRequest {
            judge: shared.judge.request(stored),
            reflector: shared.data.reflector.clone(),
            data: shared.data.request(shared.judge.rubric.as_deref(), &shared.read),
            fractions: shared.data.split,
            method: self.method(),
            limits: shared.limits(),
            conditions: Conditions { margin: shared.slice_margin, ..Conditions::default() },
            protect: shared.protect.clone(),
            promote: shared.promote.clone(),
            calibrate: shared.calibrate,
        }
    }
}
