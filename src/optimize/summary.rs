//! What a run came to, as `optimize --json` prints it.

use super::adopt::Decision;
use super::calibrate::Calibration;
use super::gain::Gain;
use super::library::finding::Finding;
use super::story::Point;
use super::upkeep::Upkeep;
use crate::audit::{Panel, Remedy};
use crate::domain::Invocation;
use crate::ledger::PerPoint;
use crate::prompt::Prompt;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A panel, a decision: objects that `audit` and `compare` print, too.
type Object = BTreeMap<String, Value>;

/// What a run came to.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Summary {
    /// The run's identity.
    pub run: String,
    /// What searched.
    pub strategy: String,
    /// Why the search ended.
    pub why: String,
    /// The judge that it began with.
    pub baseline: Side,
    /// The judge to use from now on.
    pub adopted: Adopted,
    /// The best candidate of the search, adopted or not.
    pub best: Best,
    /// The best candidate's prompt.
    #[schemars(with = "Object")]
    pub best_prompt: Prompt,
    /// Calls.
    pub calls: Calls,
    /// Tokens of both models.
    pub tokens: u64,
    /// Dollars that these calls are worth; absent when a price is not known. What was paid is in `paid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
    /// The same by model; absent when a price is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub costs: Option<Costs>,
    /// What of it was paid for: answers that the ledger had from other runs cost nothing, and count above all the same, for
    /// a budget is one of what may be looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid: Option<Paid>,
    /// Candidates that were evaluated beside the baseline.
    pub candidates: u64,
    /// Proposals that guardrails stopped.
    pub stopped: u64,
    /// Guardrail → proposals that it stopped; one that several stopped counts with each.
    pub rejected: BTreeMap<String, u64>,
    /// The best candidate's NMSE while the run went on.
    pub curve: Vec<Point>,
    /// What is the matter with the use of the scale, of the baseline and of the best judge; on the held-out part where it
    /// was opened, on Dev otherwise; absent when both use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<ScaleUses>,
    /// The calibration map that was fitted after the search (`--calibrate`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibrated>,
    /// What each bullet of a library came to, where the strategy chooses from one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bullets: Vec<Finding>,
    /// What the held-out part said; absent when it was not opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Object>")]
    pub decision: Option<Decision>,
    /// What the best candidate's gain on the held-out part is made of: parsing, agreement; absent when it was not opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gain: Option<Gain>,
    /// The judge that always gives one rating, on the held-out part, and whether the best candidate is shown to be better
    /// than it; absent when it was not opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constant: Option<AgainstConstant>,
    /// What 1,000 labels take with the baseline and with the best candidate; absent when the held-out part was not opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upkeep: Option<Upkeep>,
    /// What has to be known of the search: that it maximised something else than agreement, or could not test every bullet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
    /// How often this held-out part has been opened, this time included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub looks: Option<u64>,
    /// What one NMSE point took; absent when nothing was gained.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Object>")]
    pub per_point: Option<PerPoint>,
    /// The judge version that was stored; absent when nothing was adopted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The version of the best judge of the search, where what the search began with was stored and is recommended in its
    /// place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second: Option<String>,
    /// The alias that leads to it now (`--promote`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promoted: Option<Promoted>,
    /// Hash of the stored judge that the run began with; absent where it began with a model and the rubric's own prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// The library that bullets were chosen from, where commands have to name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub library: Option<PathBuf>,
    /// The alias that `--promote` named, where something speaks against moving it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Withheld>,
    /// The alias [`PRODUCTION`] exists: a rollback takes back a move of it.
    #[serde(skip)]
    pub in_production: bool,
    /// The page to open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<PathBuf>,
    /// The options that commands for this judge have to repeat.
    #[serde(skip)]
    pub invocation: Invocation,
}

/// The alias that is suggested where none was named.
pub const PRODUCTION: &str = "production";

impl Summary {
    /// The judge that always gives one rating, where one was adopted that is not shown to be better than it: its ratings
    /// are not to be used.
    pub fn unusable(&self) -> Option<AgainstConstant> {
        let adopted = self.decision.as_ref().is_some_and(|decision| decision.adopted);
        self.constant.filter(|constant| adopted && !constant.is_beaten)
    }

    /// The command that takes back the move of an alias to the new judge. A new alias has nowhere to go back to: it is led
    /// to the `old` judge.
    pub fn way_back(&self, old: &str) -> String {
        let alias = self.promoted.as_ref().map_or(PRODUCTION, |promoted| promoted.alias.as_str());
        match self.is_first_move() {
            true => format!("judge promote {old} --as {alias}"),
            false => format!("judge rollback {alias}"),
        }
    }

    /// The alias that leads to the new judge, or is suggested to, is new.
    pub fn is_first_move(&self) -> bool {
        self.promoted.as_ref().map_or(!self.in_production, |promoted| promoted.back.is_none())
    }
}

/// What is the matter with how judges use the scale; absent for those that use it.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct ScaleUses {
    /// The baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<ScaleUse>,
    /// The best judge of the search, with its map where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best: Option<ScaleUse>,
}

/// Ratings that are squeezed or collapsed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ScaleUse {
    /// What would help.
    #[schemars(with = "String")]
    pub remedy: Remedy,
    /// In words.
    pub text: String,
}

/// A calibration map of the best candidate.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Calibrated {
    /// What it does on Dev.
    pub dev: Calibration,
    /// NMSE of readable replies of the best candidate on the held-out part, without the map; absent when it was not
    /// opened, or the map is not used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_without: Option<f64>,
    /// The same with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_with: Option<f64>,
}

impl Calibrated {
    /// It made the held-out part worse than the same prompt without it.
    pub fn made_worse(&self) -> bool {
        self.test_without.zip(self.test_with).is_some_and(|(without, with)| with > without)
    }
}

/// The judge that always gives one rating: whoever rates worse than it tells nothing of the items.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AgainstConstant {
    /// What it always says: of all ratings the one that errs least.
    pub rating: i64,
    /// Its NMSE.
    pub nmse: f64,
    /// The best candidate is better beyond chance, as `audit` says it.
    pub is_beaten: bool,
}

/// A judge with its panels.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Side {
    /// Its hash.
    pub judge: String,
    /// On the dev rows that baseline and adopted judge were both rated on: selection has seen them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Object>")]
    pub dev: Option<Panel>,
    /// On the held-out part; absent when it was not opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Object>")]
    pub test: Option<Panel>,
}

/// The judge to use from now on.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Adopted {
    /// The best candidate was not adopted, or there was none.
    pub is_baseline: bool,
    /// The judge.
    #[serde(flatten)]
    pub side: Side,
}

/// The best candidate of the search.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Best {
    /// Its hash.
    pub judge: String,
    /// Its number; 0 is the baseline.
    pub candidate: usize,
    /// The part of its prompt that was revised: instruction and rules.
    pub prompt: String,
}

/// Calls.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Calls {
    /// To the judge.
    pub judge: u64,
    /// To the reflection model.
    pub other: u64,
}

/// Dollars by model.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Costs {
    /// The judge's.
    pub judge: f64,
    /// The reflection model's.
    pub reflector: f64,
    /// The model of the judge that the best candidate was held against, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rival: Option<f64>,
}

/// Requests that all sessions of a run paid for, failed ones included. The same run again pays for nothing, and says the
/// same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Paid {
    /// To the judge's model.
    pub judge: u64,
    /// To the reflection model.
    pub other: u64,
    /// To the model of the judge that the best candidate was held against.
    pub rival: u64,
    /// Dollars for all of them; absent when a price is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usd: Option<f64>,
    /// Dollars that the budget was charged for them, where that is more: a provider did not report what some of them took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_usd: Option<f64>,
    /// Answers that came from the ledger, at no cost: other runs had asked for them.
    pub from_ledger: u64,
    /// Requests made now, by this process: another number when the run is repeated, so no part of its result.
    #[serde(skip)]
    pub now: u64,
}

impl Paid {
    /// To all models.
    pub fn requests(&self) -> u64 {
        self.judge + self.other + self.rival
    }
}

impl std::ops::Add for Paid {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            judge: self.judge + other.judge,
            other: self.other + other.other,
            rival: self.rival + other.rival,
            usd: self.usd.zip(other.usd).map(|(a, b)| a + b),
            most_usd: match (self.most_usd, other.most_usd) {
                (None, None) => None,
                (a, b) => a.or(self.usd).zip(b.or(other.usd)).map(|(a, b)| a + b),
            },
            from_ledger: self.from_ledger + other.from_ledger,
            now: self.now + other.now,
        }
    }
}

/// A move of an alias.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Promoted {
    /// The alias.
    pub alias: String,
    /// Where it pointed before; absent when it was new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Where a rollback leads; absent when nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub back: Option<String>,
}

/// An alias that was to lead to the new judge and was not moved.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Withheld {
    /// The alias.
    pub alias: String,
    /// Why not.
    pub why: String,
}
