//! What is tried: an idea, where it comes from, and how far its trial has got.

use super::propose::Part;
use crate::domain::ItemId;
use crate::optimize::pool::{CandidateId, Operator, Origin};
use std::collections::BTreeSet;

/// Something to be tried.
#[derive(Clone, Debug)]
pub(super) struct Trial {
    pub origin: Origin,
    pub idea: Idea,
}

#[derive(Clone, Debug)]
pub(super) enum Idea {
    /// Rules added to whatever holds by then.
    Parts(Vec<Part>),
    /// A whole text.
    Text(String),
    /// The best candidate without one of its rules.
    Without(String),
}

/// A trial that goes on.
#[derive(Debug)]
pub(super) struct Lane {
    pub child: CandidateId,
    pub against: CandidateId,
    pub trial: Trial,
    /// Dev rows of this stage.
    pub rows: usize,
    /// It is ahead by a standard error, and will be the next parent: its failures are looked for in the same wave.
    pub leads: bool,
}

impl Trial {
    /// Rules of one or several reflections, added to the first of `parents`.
    pub fn adding(operator: Operator, parents: Vec<CandidateId>, parts: Vec<Part>) -> Self {
        let feedback: BTreeSet<ItemId> = parts.iter().flat_map(|part| part.feedback.iter().cloned()).collect();
        let origin = Origin { operator, parents, feedback: feedback.into_iter().collect() };
        Self { origin, idea: Idea::Parts(parts) }
    }

    /// Two halves of one bundle, or two rules that are each left out, can be tried at the same time: neither changes what
    /// the other is worth trying for.
    pub fn goes_with(&self, other: &Self) -> bool {
        let apart = matches!(self.origin.operator, Operator::Split | Operator::Prune);
        apart && self.origin.operator == other.origin.operator
    }
}
