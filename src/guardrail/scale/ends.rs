//! Which end of a rubric's scale is the good one.

use crate::domain::Scale;
use crate::guardrail::pattern::folded_pattern;
use crate::guardrail::text::folded;
use crate::rubric::{Anchor, Better, Rubric};
use regex::Regex;
use std::sync::LazyLock;

/// A scale, and which end is good as far as the rubric says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::guardrail) struct Ends {
    pub scale: Scale,
    /// `None` where it is not clear: a claim about the ends cannot be called wrong then.
    pub better: Option<Better>,
}

/// A place on the scale, as a text names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Height {
    High,
    Low,
}

impl Ends {
    /// With several numbers they must all run the same way, on the rubric's own scale; with one the anchors tell.
    pub fn of(rubric: &Rubric) -> Self {
        let scale = rubric.scale;
        let better = match &rubric.contract.derived {
            Some(derived) => {
                let one = derived.fields.iter().all(|f| f.better == derived.better && f.scale == scale);
                one.then_some(derived.better)
            }
            None => told(&rubric.anchors),
        };
        Self { scale, better }
    }

    /// Whether ratings at this height are good ones, where that is clear.
    pub(super) fn is_good(&self, height: Height) -> Option<bool> {
        Some((self.better? == Better::Higher) == (height == Height::High))
    }

    /// The half of the scale that a number lies in: none in the middle, and none off the scale.
    pub(super) fn height(&self, number: i64) -> Option<Height> {
        let level = self.scale.rating(number)?.value();
        match (2 * level).cmp(&(self.scale.min().value() + self.scale.max().value())) {
            std::cmp::Ordering::Less => Some(Height::Low),
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => Some(Height::High),
        }
    }

    /// Which end is good, for an error text.
    pub(super) fn said(&self) -> String {
        match self.better {
            Some(Better::Higher) => format!("on the rubric's {} higher is better", self.scale),
            Some(Better::Lower) => format!("on the rubric's {} lower is better", self.scale),
            None => format!("the rubric's is {}", self.scale),
        }
    }
}

/// The direction by what the anchors of both ends say. Where neither praises nor blames, or both do, it is not told: there
/// are rubrics of harm, where 5 is the worst.
fn told(anchors: &[Anchor]) -> Option<Better> {
    let top = praises(anchors.iter().max_by_key(|anchor| anchor.rating)?);
    let bottom = praises(anchors.iter().min_by_key(|anchor| anchor.rating)?);
    match (top, bottom) {
        (Some(true), Some(false) | None) | (None, Some(false)) => Some(Better::Higher),
        (Some(false), Some(true) | None) | (None, Some(true)) => Some(Better::Lower),
        _ => None,
    }
}

static BLAME: LazyLock<Regex> = LazyLock::new(|| {
    folded_pattern(
        r"\b(?:irrelevant\w*|not|no|useless|worthless|nothing|none|bad|poor|worst|unrelated|off[- ]topic|spam|nicht|kein\w*|nutzlos\w*|unbrauchbar\w*|schlecht\w*)\b",
    )
});
static PRAISE: LazyLock<Regex> = LazyLock::new(|| {
    folded_pattern(
        r"\b(?:perfect\w*|excellent\w*|flawless|ideal\w*|best|outstanding|good|great|relevant\w*|useful|helpful|perfekt\w*|ausgezeichnet\w*|hervorragend\w*|gut\w*|beste\w*|hilfreich\w*)\b",
    )
});

/// An anchor's name counts before its text: "Flawless: Nothing could be better."
fn praises(anchor: &Anchor) -> Option<bool> {
    [&anchor.name, &anchor.text].into_iter().find_map(|said| {
        let low = folded(said);
        match (BLAME.is_match(&low), PRAISE.is_match(&low)) {
            (true, _) => Some(false),
            (false, true) => Some(true),
            (false, false) => None,
        }
    })
}
