//! Judge ratings joined with human ratings, and everything computed from that join, as data. Renderers only show it.

mod advice;
mod alt;
mod bounds;
mod brief;
mod bulk;
mod caveats;
mod compare;
mod compute;
mod copies;
mod diagnosis;
mod diff;
mod disagreement;
mod epochs;
mod gate;
mod leaderboard;
mod map;
mod panel;
mod people;
mod planning;
mod remedy;
mod repeats;
mod slices;
mod spread;
mod standing;
mod systems;
mod tuned;

pub use crate::agreement::{Coefficients, ScaleFlag};
pub use advice::Advice;
pub use alt::{Replaceable, Replacement, Tested};
pub use bounds::Bounds;
pub use brief::{Brief, brief};
pub use bulk::{Bulk, Unlike};
pub use caveats::{Caveat, Mistake, Weight};
pub use compare::{Comparison, Contrasted, MadeOf, Margin, Outcome, Part, Shift, Side, SliceContrast, Terms, compare};
pub use compute::{JudgeInput, Judged, Labelled, Opinion, Repeats, Setup, audit, gold};
pub use copies::Copies;
pub use diagnosis::{Diagnosis, Replies};
pub use diff::{Change, Diff, diff};
pub use disagreement::{Direction, Disagreement, DisagreementGroup};
pub use epochs::Epoch;
pub use gate::{Gate, GateError, GateResult};
pub use leaderboard::{Leaderboard, PairTest, Placed};
pub use map::{AppliedMap, CalibrationMap};
pub use panel::{Binarised, Controls, Cost, Counted, Panel, Recall};
pub use people::{Annotator, AnnotatorPair, Humans};
pub use planning::{Goals, Planning, SlicePlan};
pub use remedy::Remedy;
pub use repeats::Repeated;
pub use slices::{FEW_QUERIES, FEW_ROWS, MOST_VALUES, Slice, is_small};
pub use spread::{JudgeLevel, Parts, PeopleLevel, Spread, Usage, ValueStep};
pub use standing::Standing;
pub use systems::{SystemMeans, Systems};
pub use tuned::{TunedOn, Tuning};

use crate::agreement::Pair;
use crate::domain::{ItemId, Scale};
use serde::Serialize;

/// Level of every test of the audit.
pub(crate) const ALPHA: f64 = 0.05;
/// Chance of finding a difference that is there, in every plan.
pub(crate) const POWER: f64 = 0.8;

/// Queries among `pairs`.
fn queries<'a>(pairs: impl IntoIterator<Item = &'a Pair>) -> u64 {
    pairs.into_iter().map(|pair| pair.group).collect::<std::collections::BTreeSet<_>>().len() as u64
}

/// An audit of one or more judges against the same people.
#[derive(Clone, Debug, Serialize)]
pub struct Audit {
    /// The scale.
    pub scale: Scale,
    /// The people.
    pub humans: Humans,
    /// One per judge.
    pub judges: Vec<JudgeAudit>,
    /// Their order, when there are several.
    pub leaderboard: Option<Leaderboard>,
    /// Seed of every resample.
    pub seed: u64,
}

/// One judge's part of an audit.
#[derive(Clone, Debug, Serialize)]
pub struct JudgeAudit {
    /// The judge's name.
    pub name: String,
    /// The model, when it is known.
    pub model: Option<String>,
    /// The judge's content hash, when it is one of ours.
    pub hash: Option<String>,
    /// In one sentence: how good, compared with what.
    pub headline: String,
    /// Where it stands between the controls and the people.
    pub standing: Standing,
    /// Conditions, and whether it meets them.
    pub gates: Vec<GateResult>,
    /// Judges that understand nothing and meet all gates together.
    pub gates_passed_by: Vec<String>,
    /// The annotator that it only repeats.
    pub copies: Option<Copies>,
    /// The models that answered, where there are several under one name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub epochs: Vec<Epoch>,
    /// The rated items that it was made with, where the ledger knows of any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tuned_on: Option<TunedOn>,
    /// The numbers.
    pub panel: Panel,
    /// How it uses the scale.
    pub spread: Spread,
    /// What would help, where its ratings are squeezed or collapsed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Remedy>,
    /// Whether it may replace an annotator, where there are several.
    pub alt_test: Option<Replacement>,
    /// The same by slice.
    pub slices: Vec<Slice>,
    /// How systems rank, where a column names them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub systems: Option<Systems>,
    /// What its ratings of items that nobody rated are worth.
    pub bulk: Option<Bulk>,
    /// How many more labels would answer the question.
    pub planning: Planning,
    /// What a reader should know before quoting a number.
    pub caveats: Vec<Caveat>,
    /// What to do next, most useful first.
    pub advice: Vec<Advice>,
    /// Groups of disagreements, largest first.
    pub groups: Vec<DisagreementGroup>,
    /// By gap (largest first), then by item.
    pub disagreements: Vec<Disagreement>,
    /// Rated items without an answer, the first of them.
    pub unanswered: Vec<Unanswered>,
}

/// A rated item without an answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Unanswered {
    /// Which.
    pub id: ItemId,
    /// Why.
    pub why: &'static str,
}
