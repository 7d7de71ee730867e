//! Judge ratings joined with human ratings, and everything computed from that join, as data. Renderers only show it.

mod caveats;
mod compute;
mod diff;
mod disagreement;
mod panel;
mod slices;
mod systems;

pub use caveats::{Advice, Caveat, Standing};
pub use compute::{JudgeInput, Judged, Labelled, Opinion, Repeats, audit, gold};
pub use diff::{Change, Diff, diff};
pub use disagreement::{Direction, Disagreement, DisagreementGroup};
pub use panel::{Controls, Cost, Counted, Panel, Repeated};
pub use slices::Slice;
pub use systems::{SystemMeans, Systems, systems};

use crate::domain::{Figure, Scale};
use serde::Serialize;

/// An audit of one or more judges against the same people.
#[derive(Clone, Debug, Serialize)]
pub struct Audit {
    /// The scale.
    pub scale: Scale,
    /// The people.
    pub humans: Humans,
    /// One per judge.
    pub judges: Vec<JudgeAudit>,
}

/// What the human ratings are.
#[derive(Clone, Debug, Serialize)]
pub struct Humans {
    /// Items with at least one rating.
    pub items: u64,
    /// Queries among them.
    pub queries: u64,
    /// Ratings.
    pub ratings: u64,
    /// Annotators' names.
    pub annotators: Vec<String>,
    /// Ratings off the scale that a policy moved to its nearest end.
    pub off_scale: u64,
    /// How the gold was made of them.
    pub gold: &'static str,
    /// How many items have each gold rating, from low to high.
    pub distribution: Vec<u64>,
    /// NMSE between pairs of annotators on the same items.
    pub ceiling: Figure,
    /// Items have a query, so intervals know about queries. Without queries each row counts as its own.
    pub grouped: bool,
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
    /// The numbers.
    pub panel: Panel,
    /// The same by slice.
    pub slices: Vec<Slice>,
    /// How systems rank, where a column names them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub systems: Option<Systems>,
    /// What a reader should know before quoting a number.
    pub caveats: Vec<Caveat>,
    /// What to do next, most useful first.
    pub advice: Vec<Advice>,
    /// Groups of disagreements, largest first.
    pub groups: Vec<DisagreementGroup>,
    /// By gap (largest first), then by item.
    pub disagreements: Vec<Disagreement>,
}
