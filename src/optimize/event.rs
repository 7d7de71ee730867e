//! What happens in a run, in order: the one record of it. No times and no addresses, so that the log of a run that was
//! killed and resumed is byte for byte that of one that was not.

use super::adopt::Conditions;
use super::calibrate::Calibration;
use super::demos::Showing;
use super::library::finding::Finding;
use super::limits::{Limit, Limits, Spend};
use super::pool::{CandidateId, Origin, Row, exchanged};
use crate::domain::{ItemId, Malformed};
use serde::{Deserialize, Serialize};

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Entry {
    /// The run began.
    Begun(Box<Begun>),
    /// A prompt passed the guardrails and may be evaluated.
    Admitted {
        /// Its number.
        id: CandidateId,
        /// Hash of the judge that it makes.
        judge: String,
        /// Where it comes from.
        origin: Origin,
        /// Its editable text.
        text: String,
        /// The examples that it shows beside it.
        #[serde(default, skip_serializing_if = "Showing::is_nothing")]
        shows: Showing,
    },
    /// A proposal was stopped before anything was spent on it.
    Refused(Refused),
    /// Calls to the judge were answered.
    Rated {
        /// By which candidate.
        candidate: CandidateId,
        /// The sample's index.
        sample: u32,
        /// What it said.
        rows: Vec<Seen>,
        /// Spent so far.
        spent: Spend,
    },
    /// The reflection model was asked.
    Written {
        /// Messages.
        messages: u32,
        /// Spent so far.
        spent: Spend,
    },
    /// A child was held against another candidate.
    Compared {
        /// The child.
        child: CandidateId,
        /// What it was held against.
        against: CandidateId,
        /// Rows that both were rated on.
        rows: u32,
        /// Mean gain, in NMSE points; positive when the child is better.
        gain: f64,
        /// Its standard error, in NMSE points; absent for a single row.
        se: Option<f64>,
        /// What followed.
        decision: Decision,
    },
    /// The search changed its way because it came to nothing.
    Plateau {
        /// Rounds without a gain.
        rounds: u32,
        /// What is tried now.
        now: String,
    },
    /// A batch was not begun because it could have exceeded a limit.
    Short {
        /// The limit.
        limit: Limit,
        /// Judge calls that the batch wanted.
        wanted: u64,
    },
    /// A disagreement count at the end of a flywheel round.
    Round {
        /// From 1.
        number: u32,
        /// The candidate.
        candidate: CandidateId,
        /// Train rows on which it differs from people.
        disagreements: u32,
        /// Of so many.
        of: u32,
    },
    /// A rule was drafted, for people to vet.
    Drafted {
        /// The rule.
        text: String,
        /// The items whose feedback it was written from.
        feedback: Vec<ItemId>,
    },
    /// What each bullet of a library came to.
    Weighed {
        /// In the library's order.
        bullets: Vec<Finding>,
    },
    /// One of several strategies of a search is over.
    Stage {
        /// Which.
        name: String,
        /// The best that it found; 0 is the baseline.
        best: CandidateId,
        /// Why it ended.
        why: Why,
        /// Judge calls that it took.
        calls: u64,
        /// What the best gains over what the strategy began with, on Dev, in NMSE points; absent when nothing was better.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gain: Option<f64>,
        /// Its standard error.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        se: Option<f64>,
        /// Dev rows that show the gain; absent in old logs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rows: Option<u32>,
    },
    /// The finds of several strategies were held against the baseline, each on all rows that both were rated on.
    Final {
        /// Each find, by its number.
        finds: Vec<Find>,
    },
    /// The search is over.
    Concluded {
        /// The best candidate on the data of the search; 0 is the baseline.
        best: CandidateId,
        /// Why it ended.
        why: Why,
    },
    /// What a calibration map of the best candidate would do, by what was rated on Dev: nothing was asked.
    Calibrated(Calibration),
    /// The held-out part was opened.
    Opened {
        /// Its items.
        items: u32,
        /// How often it has been opened, this time included.
        looks: u64,
        /// Spent so far.
        spent: Spend,
        /// Spent, of that, on a judge of another model.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rival: Option<Spend>,
    },
    /// What became of the best candidate.
    Decided {
        /// It was adopted.
        adopted: bool,
        /// In words, each reason.
        reasons: Vec<String>,
    },
}

impl Entry {
    /// The same, where two candidates have each other's numbers.
    pub(super) fn exchange(&mut self, a: CandidateId, b: CandidateId) {
        let exchange = |id: &mut CandidateId| *id = exchanged(*id, a, b);
        match self {
            Self::Admitted { id, origin, .. } => {
                exchange(id);
                origin.exchange(a, b);
            }
            Self::Refused(refused) => refused.origin.exchange(a, b),
            Self::Rated { candidate, .. } | Self::Round { candidate, .. } => exchange(candidate),
            Self::Compared { child, against, .. } => [child, against].into_iter().for_each(exchange),
            Self::Stage { best, .. } | Self::Concluded { best, .. } => exchange(best),
            Self::Final { finds } => finds.iter_mut().for_each(|find| exchange(&mut find.candidate)),
            _ => {}
        }
    }
}

/// What one of several strategies found, against the baseline.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Find {
    /// The candidate.
    pub candidate: CandidateId,
    /// Dev rows that it and the baseline were rated on.
    pub rows: u32,
    /// Mean gain in NMSE points.
    pub gain: f64,
    /// Its standard error; absent for a single row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub se: Option<f64>,
    /// The gain that is to be expected, what few rows show counting little: the largest is used.
    pub expected: f64,
}

/// What a run is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Begun {
    /// The strategy's name.
    pub strategy: String,
    /// Its knobs.
    pub knobs: serde_json::Value,
    /// The seed.
    pub seed: u64,
    /// Hash of the judge that the run begins with.
    pub baseline: String,
    /// The judge's model.
    pub model: String,
    /// The reflection model.
    pub reflector: String,
    /// Digest of items and ratings.
    pub data: String,
    /// Rows of train, dev and test.
    pub rows: [u32; 3],
    /// Queries of train, dev and test.
    pub queries: [u32; 3],
    /// What may be spent.
    pub limits: Limits,
    /// What must hold for an adoption.
    pub conditions: Conditions,
    /// Items whose rating must not change.
    pub protected: Vec<ItemId>,
    /// The judge of another model that the best candidate is held against, and what it must show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<serde_json::Value>,
    /// A calibration map is fitted after the search.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub calibrate: bool,
}

/// A proposal that never became a candidate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refused {
    /// What it was made from.
    pub origin: Origin,
    /// What was wrong: the guardrail's name (or `unusable` for a reply without a prompt) and its reason.
    pub reasons: Vec<(String, String)>,
    /// The start of the proposed text, or of the reply.
    pub text: String,
}

/// What a candidate said of a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// The row.
    pub row: Row,
    /// The item.
    pub item: ItemId,
    /// Its rating.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<i64>,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub malformed: Option<Malformed>,
    /// Squared distance to the people's mean, relative to the largest.
    pub loss: f64,
}

/// What followed from a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// More rows are worth it.
    GoOn,
    /// It is kept.
    Accepted,
    /// It is dropped.
    Rejected,
}

impl Decision {
    /// The last word on a candidate.
    pub fn kept_if(better: bool) -> Self {
        if better { Self::Accepted } else { Self::Rejected }
    }
}

/// Why a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// A limit allows no further batch.
    Budget,
    /// Nothing that was tried helped any more.
    Plateau,
    /// The judge agrees with people on everything that it was shown.
    Perfect,
    /// As many rounds as were asked for.
    Rounds,
    /// A round made it worse.
    Regression,
    /// Every bullet of the library was weighed.
    Weighed,
    /// Nothing that was tried makes the model tell items apart, or write replies that can be read.
    Hopeless,
}

impl Why {
    /// In words, for a strategy by its name: what it goes through is called differently.
    pub fn of(self, strategy: &str) -> &'static str {
        match (self, strategy) {
            (Self::Rounds, "mipro") => "all of its trials were made",
            (Self::Rounds, "bootstrap") => "its one set of examples was compared",
            (Self::Rounds, "bootstrap-search") => "all of its sets of examples were compared",
            (Self::Rounds, "draft") => "every kind of disagreement was asked about",
            (Self::Rounds, "stages") => "each way of searching had its turn",
            _ => self.text(),
        }
    }

    /// In words.
    pub fn text(self) -> &'static str {
        match self {
            Self::Budget => "the budget allows no further batch",
            Self::Plateau => "nothing that was tried helped any more",
            Self::Perfect => "the judge agrees with people on everything that it was shown",
            Self::Rounds => "it went through all of its rounds",
            Self::Regression => "the last round made it worse",
            Self::Weighed => "every bullet was weighed",
            Self::Hopeless => {
                "nothing that was tried makes this model tell items apart, or write replies that can be read"
            }
        }
    }
}
