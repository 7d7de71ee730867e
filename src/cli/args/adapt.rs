//! `assessor adapt`

use super::optimize::DataArgs;
use super::shared::ReadArgs;
use super::values::{points, probability, usd};
use crate::adapt::{Goal, Terms};
use crate::app::{AdaptRequest, AppError, JudgeRequest, Regime};
use crate::domain::NanoUsd;
use crate::judge::JudgeSpec;
use crate::optimize::limits::Limits;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::sync::Arc;

/// What stands below `adapt --help`.
pub(super) const EXAMPLES: &str = "\
Examples:
  assessor adapt --from sim/large --to sim/small
      tries it out: the shipped labels, simulated models, no key, no network
  assessor adapt --from production --to mini --to nano --items items.jsonl --human ratings.csv
      carries the judge in use to two models of assessor.toml (add --reflector MODEL), and says for
      each GO or NO-GO

What it does, for each target: it rates with the old prompt on the new model, searches for a better
prompt there (on Train and Dev), then rates the held-out items with the old judge, with the old
prompt on the new model, and with the best new prompt. GO means: on those items the new judge is
not worse than the old one by the margin, no slice is worse by more than --slice-margin beyond
chance, and its replies can be read. A judge that is a GO is stored as a version. The old judge
stays as it is, with its model.

Stop it whenever you like: the same command goes on where it was, and pays for no call twice.

Exit codes: 0 for GO and for NO-GO alike: both are results; 2 for input, a budget or terms that are
refused; 3 where a model could not be used; 130 when interrupted. To let a build fail on a NO-GO:
  assessor adapt … --json | jq -e 'all(.data.targets[];
    .verdict == \"GO\" and (.terms_changed_after_look | not))'";

#[derive(Debug, Args)]
pub(in crate::cli) struct AdaptArgs {
    /// The judge to carry: a stored one by alias or hash, or a model with the rubric's own prompt
    #[arg(long, value_name = "JUDGE")]
    pub from: String,
    /// The model to carry it to; may be repeated
    #[arg(long, required = true, value_name = "MODEL")]
    pub to: Vec<String>,
    /// The rubric, where --from is a model [default: the shipped relevance rubric]
    #[arg(long, value_name = "FILE")]
    pub rubric: Option<PathBuf>,
    /// How much of the prompt may change
    #[arg(long, value_enum, default_value = "auto", value_name = "REGIME")]
    pub regime: RegimeArg,
    /// What the new judge must show on the held-out items
    #[arg(long, value_enum, default_value = "non-inferior", value_name = "WHAT")]
    pub require: Require,
    /// NMSE points by which it may be worse than the old judge, with --require non-inferior; fix it before you look [default: 2]
    #[arg(long, value_name = "POINTS", value_parser = points)]
    pub margin: Option<f64>,
    /// NMSE points: a slice that is worse by more than this, and not by chance (p < 0.05), is a NO-GO
    #[arg(long, value_name = "POINTS", default_value_t = Terms::default().slice_margin, value_parser = points)]
    pub slice_margin: f64,
    /// Share of malformed replies that is allowed, unless the old judge has more
    #[arg(long, value_name = "SHARE", default_value_t = Terms::default().malformed, value_parser = probability)]
    pub malformed: f64,
    /// Ids of items whose rating must stay that of the old judge, one a line: a judge that changes one is a NO-GO
    #[arg(long, value_name = "FILE")]
    pub protect: Option<PathBuf>,
    /// Fit a calibration map to the best candidate of each search, at no call: its ratings are read through it when that is
    /// shown to help on dev queries that the map was not fitted to, and the held-out part decides on both together
    #[arg(long)]
    pub calibrate: bool,
    #[command(flatten)]
    pub data: DataArgs,
    /// Judge calls for each target, the old judge's included; never exceeded [default: 2000, where nothing is limited]
    #[arg(long, value_name = "N")]
    pub budget_calls: Option<u64>,
    /// Dollars for each target, all models together; never exceeded
    #[arg(long, value_name = "USD", value_parser = usd)]
    pub budget_usd: Option<NanoUsd>,
    /// Requests in flight at most [default: the endpoint's]
    #[arg(long, value_name = "N")]
    pub concurrency: Option<usize>,
    /// Let this alias lead to the new judge if it is a GO, by terms fixed before a look, and shown to be better than a constant
    /// judge; with one target
    #[arg(long, value_name = "ALIAS")]
    pub promote: Option<String>,
    /// Go on although the old judge was tuned or carried on other data, or by other terms. It holds out no new items: other
    /// --items do, or another --seed in part. A GO by terms that were changed after a look is marked as one
    #[arg(long)]
    pub new_yardstick: bool,
    #[command(flatten)]
    pub read: ReadArgs,
    /// Folder of the report [default: reports/adapt-OLD-to-NEW-RUN]
    #[arg(long, value_name = "DIR")]
    pub report: Option<PathBuf>,
    /// Write no report
    #[arg(long, conflicts_with = "report")]
    pub no_report: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum RegimeArg {
    /// Try the others after each other, flywheel apart, within the budget, and say what each bought
    Auto,
    /// The whole text, by reflection on what the new model gets wrong
    Rewrite,
    /// No word of the text: rated examples are shown beside it
    Demos,
    /// The whole text, round by round
    Flywheel,
    /// Vetted bullets of the rubric's library only
    Bullets,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Require {
    /// It is not worse by the margin
    NonInferior,
    /// It is better
    Better,
}

impl AdaptArgs {
    /// Options that speak against each other.
    pub fn check(&self) -> Result<(), AppError> {
        match (self.require, self.margin) {
            (Require::Better, Some(margin)) => Err(AppError::input(
                format!("`--require better` knows no margin: `--margin {margin}` would change nothing"),
                "leave `--margin` out; or ask with `--require non-inferior` that it is not worse by that margin",
            )),
            _ => Ok(()),
        }
    }

    /// The request; `stored` is the judge that `--from` names, if it names a stored one.
    pub fn request(&self, stored: Option<Arc<JudgeSpec>>) -> AdaptRequest {
        let model = stored.is_none().then(|| self.from.clone());
        let from = JudgeRequest { stored, model, rubric: self.rubric.clone(), ..JudgeRequest::default() };
        AdaptRequest {
            data: self.data.request(self.rubric.as_deref(), &self.read),
            from,
            to: self.to.clone(),
            concurrency: self.concurrency,
            reflector: self.data.reflector.clone(),
            fractions: self.data.split,
            regimes: match self.regime {
                RegimeArg::Auto => Regime::AUTO.to_vec(),
                RegimeArg::Rewrite => vec![Regime::Rewrite],
                RegimeArg::Demos => vec![Regime::Demos],
                RegimeArg::Flywheel => vec![Regime::Flywheel],
                RegimeArg::Bullets => vec![Regime::Bullets],
            },
            limits: Limits { judge_calls: self.budget_calls, usd: self.budget_usd, ..Limits::default() },
            terms: Terms {
                margin: self.margin.unwrap_or(Terms::default().margin),
                goal: match self.require {
                    Require::NonInferior => Goal::NonInferior,
                    Require::Better => Goal::Better,
                },
                slice_margin: self.slice_margin,
                malformed: self.malformed,
            },
            protect: self.protect.clone(),
            calibrate: self.calibrate,
            promote: self.promote.clone(),
            new_yardstick: self.new_yardstick,
        }
    }
}
