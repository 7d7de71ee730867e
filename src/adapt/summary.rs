//! What carrying a judge to other models came to, as `adapt --json` prints it.

use super::{Adaptation, Terms, Verdict};
use crate::optimize::story::StageFound;
use crate::optimize::summary;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// An object that other commands print, too.
type Object = BTreeMap<String, Value>;

/// A judge carried to one or more models.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Summary {
    /// The judge that was carried. It stays as it is, with its model.
    pub from: From,
    /// Digest of items, ratings and their division: the same for all targets, and for all later ones.
    pub data: String,
    /// Digest of what is measured and what must be shown.
    pub metric: String,
    /// What must be shown.
    pub terms: Terms,
    /// What had to be shown before, on the same data, when these terms are not the first: each that was something else, the
    /// oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Terms>,
    /// Items whose rating had to stay the old judge's.
    pub protected: u64,
    /// What was paid for, for all targets together: the old judge's ratings of the held-out items are paid for once.
    pub paid: summary::Paid,
    /// One for each model.
    pub targets: Vec<Target>,
    /// The page to open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<PathBuf>,
}

/// The judge that was carried.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct From {
    /// Its hash.
    pub judge: String,
    /// Its name.
    pub name: String,
    /// Its model.
    pub model: String,
}

/// What came of it on one model.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Target {
    /// The model.
    pub model: String,
    /// GO or NO-GO.
    pub verdict: Verdict,
    /// It is a GO by terms that were changed after a look at the same held-out items: it proves nothing.
    pub terms_changed_after_look: bool,
    /// Each reason, in words.
    pub reasons: Vec<String>,
    /// Verdicts that came before on the same old judge and this model, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Earlier>,
    /// No prompt could make this model a judge: the search was given up.
    #[serde(skip)]
    pub is_hopeless: bool,
    /// A calibration map was asked for.
    #[serde(skip)]
    pub is_calibrated: bool,
    /// What each way of searching found, and what it took.
    #[schemars(with = "Vec<Object>")]
    pub regimes: Vec<StageFound>,
    /// Judge calls that the whole of it was allowed; absent without such a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget_calls: Option<u64>,
    /// The judges side by side on the held-out part; absent when it was not opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Object>")]
    pub adaptation: Option<Adaptation>,
    /// The run, as `optimize --json` prints it: the old prompt on the new model is its baseline.
    #[serde(flatten)]
    pub run: summary::Summary,
}

/// A verdict of before.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Earlier {
    /// GO or NO-GO.
    pub verdict: Verdict,
    /// The day, in UTC.
    pub date: String,
    /// What was searched with.
    pub regimes: Vec<String>,
    /// The seed.
    pub seed: u64,
    /// What had to be shown.
    pub terms: Terms,
    /// On the same items, ratings and parts; otherwise on others, or on the same divided otherwise.
    pub same_data: bool,
    /// The version that was stored then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The first reason of a NO-GO.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
