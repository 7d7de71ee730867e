//! `assessor optimize`

use super::shared::{JudgeArgs, ReadArgs};
use super::values::{split, usd};
use crate::app::{AuditRequest, Method, OptimizeRequest, Source};
use crate::domain::NanoUsd;
use crate::judge::JudgeSpec;
use crate::labels::Fractions;
use crate::optimize::adopt::Conditions;
use crate::optimize::limits::Limits;
use crate::optimize::{flywheel, gepa};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::sync::Arc;

/// What stands below `optimize gepa --help`.
const GEPA_EXAMPLES: &str = "\
Examples:
  assessor optimize gepa
      tries it out: the shipped labels, sim/small as judge and sim/reflector writing, no key, no network
  assessor optimize gepa --items items.jsonl --human ratings.csv --model mini --reflector openai/gpt-4.1 --budget-usd 20
      your labels and your judge; the reflection model is asked seldom, so it may be a dear one
  assessor optimize gepa --judge production --promote production --protect contract-items.txt
      goes on from the judge in use, never changes the rating of these items, and moves the alias if it adopts

What it does: a share of the queries (--split) is set aside first. On the others it searches for a better prompt, within
the budget; then it rates the held-out items with the old prompt and the best new one. Only a prompt that is better
there, with no slice worse, is adopted and stored as a judge version. Otherwise the baseline stays.

Stop it whenever you like: the same command goes on where it was, and pays for no call twice.";

/// What stands below `optimize flywheel --help`.
const FLYWHEEL_EXAMPLES: &str = "\
Examples:
  assessor optimize flywheel --budget-calls 1500 --rounds 5
  assessor optimize flywheel --items items.jsonl --human ratings.csv --model mini --reflector openai/gpt-4.1

Each round judges the same items, tells the reflection model of the disagreements, and judges its revision. The report
has the number of disagreements of each round. What is adopted, and when, is as for `optimize gepa`.";

#[derive(Debug, Args)]
pub(in crate::cli) struct OptimizeArgs {
    #[command(subcommand)]
    pub strategy: Strategy,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Strategy {
    /// Reflective evolution: a model revises the prompt from its disagreements with people
    #[command(after_help = GEPA_EXAMPLES)]
    Gepa(GepaArgs),
    /// Judge, revise from the disagreements, judge again, round by round
    #[command(after_help = FLYWHEEL_EXAMPLES)]
    Flywheel(FlywheelArgs),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct GepaArgs {
    /// The algorithm and defaults of the GEPA paper, for comparison
    #[arg(long)]
    pub published: bool,
    /// Failures that one reflection reads
    #[arg(long, value_name = "N", default_value_t = gepa::Knobs::default().failures, value_parser = super::values::count)]
    pub failures: usize,
    /// Reflections of one parent in flight together, each on other failures
    #[arg(long, value_name = "N", default_value_t = gepa::Knobs::default().width, value_parser = super::values::count)]
    pub width: usize,
    /// Train rows that a new parent is looked at on [default: 1/25 of the judge calls, 12 to 60]
    #[arg(long, value_name = "N", value_parser = super::values::count)]
    pub look: Option<usize>,
    /// Dev rows that a candidate is compared on [default: 1/20 of the judge calls, at least 16]
    #[arg(long, value_name = "N", value_parser = super::values::count)]
    pub rows: Option<usize>,
    /// Standard errors by which a candidate must be behind to be given up
    #[arg(long, value_name = "Z", default_value_t = gepa::Knobs::default().z)]
    pub z: f64,
    /// NMSE points that a candidate must gain
    #[arg(long, value_name = "POINTS", default_value_t = gepa::Knobs::default().margin)]
    pub margin: f64,
    /// Chance of revising another good candidate than the best
    #[arg(long, value_name = "P", default_value_t = gepa::Knobs::default().explore, value_parser = super::values::probability)]
    pub explore: f64,
    /// Rounds without a gain after which the search ends
    #[arg(long, value_name = "N", default_value_t = gepa::Knobs::default().patience)]
    pub patience: u32,
    #[command(flatten)]
    pub shared: SharedArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct FlywheelArgs {
    /// Rounds at most
    #[arg(long, value_name = "N", default_value_t = flywheel::Knobs::default().rounds)]
    pub rounds: u32,
    /// Disagreements that a round tells of
    #[arg(long, value_name = "N", default_value_t = flywheel::Knobs::default().failures, value_parser = super::values::count)]
    pub failures: usize,
    /// Rounds in a row without fewer disagreements, after which it stops
    #[arg(long, value_name = "N", default_value_t = flywheel::Knobs::default().patience)]
    pub patience: u32,
    #[command(flatten)]
    pub shared: SharedArgs,
}

/// What every strategy takes.
#[derive(Debug, Args)]
pub(in crate::cli) struct SharedArgs {
    /// Items: queries, texts and slice tags; a column `purpose` of train, dev or test divides them [default: the shipped items]
    #[arg(long, value_name = "FILE")]
    pub items: Option<PathBuf>,
    /// Human ratings [default: columns beside the items, or the shipped ratings]
    #[arg(long, value_name = "FILE")]
    pub human: Option<PathBuf>,
    /// The model that writes revisions [default: sim/reflector, for a simulated judge]
    #[arg(long, value_name = "MODEL")]
    pub reflector: Option<String>,
    /// Shares of train, dev and test, by query; 0 for test only searches
    #[arg(long, alias = "fractions", value_name = "TRAIN/DEV/TEST", default_value = "40/20/40", value_parser = split)]
    pub split: Fractions,
    /// Calls to the judge, those for the held-out part included; never exceeded [default: 1500, where nothing is limited]
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
    /// NMSE points by which no slice may be worse for an adoption
    #[arg(long, value_name = "POINTS", default_value_t = Conditions::default().margin)]
    pub slice_margin: f64,
    /// Ids of items whose rating must not change, one a line: a prompt that changes one is not adopted
    #[arg(long, value_name = "FILE")]
    pub protect: Option<PathBuf>,
    /// Let this alias lead to an adopted judge, if it still leads where it did when the run began
    #[arg(long, value_name = "ALIAS")]
    pub promote: Option<String>,
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

/// Calls to the judge when nothing else is limited.
const DEFAULT_CALLS: u64 = 1_500;

impl SharedArgs {
    fn limits(&self) -> Limits {
        let limits = Limits {
            judge_calls: self.budget_calls,
            calls: self.budget_all_calls,
            tokens: self.budget_tokens,
            usd: self.budget_usd,
            seconds: self.budget_seconds,
        };
        match limits == Limits::default() {
            true => Limits { judge_calls: Some(DEFAULT_CALLS), ..limits },
            false => limits,
        }
    }
}

impl Strategy {
    pub fn shared(&self) -> &SharedArgs {
        match self {
            Self::Gepa(args) => &args.shared,
            Self::Flywheel(args) => &args.shared,
        }
    }

    fn method(&self) -> Method {
        match self {
            Self::Gepa(args) if args.published => Method::Published,
            Self::Gepa(args) => Method::Gepa(gepa::Knobs {
                failures: args.failures,
                width: args.width,
                look: args.look.unwrap_or(0),
                rows: args.rows.unwrap_or(0),
                z: args.z,
                margin: args.margin,
                explore: args.explore,
                patience: args.patience,
                ..gepa::Knobs::default()
            }),
            Self::Flywheel(args) => Method::Flywheel(flywheel::Knobs {
                rounds: args.rounds,
                failures: args.failures,
                patience: args.patience,
                rows: 0,
            }),
        }
    }

    pub fn request(&self, stored: Option<Arc<JudgeSpec>>) -> OptimizeRequest {
        let shared = self.shared();
        OptimizeRequest {
            judge: shared.judge.request(stored),
            reflector: shared.reflector.clone(),
            data: AuditRequest {
                source: Source::Nobody,
                items: shared.items.clone(),
                human: shared.human.clone(),
                read: shared.read.options(None),
                replies: None,
                systems: None,
                scale: None,
                rubric: shared.judge.rubric.clone(),
                contaminated: true,
            },
            fractions: shared.split,
            method: self.method(),
            limits: shared.limits(),
            conditions: Conditions { margin: shared.slice_margin, ..Conditions::default() },
            protect: shared.protect.clone(),
            promote: shared.promote.clone(),
        }
    }
}
