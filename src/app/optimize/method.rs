//! The ways of searching that a user can ask for.

use crate::optimize::flywheel::{self, Flywheel};
use crate::optimize::gepa::{self, Gepa};
use crate::optimize::published::Published;
use crate::optimize::stages::{Stage, Stages};
use crate::optimize::strategy::Strategy;

/// How a prompt is searched for.
#[derive(Clone, Debug, PartialEq)]
pub enum Method {
    /// See [`gepa`].
    Gepa(gepa::Knobs),
    /// See [`crate::optimize::published`].
    Published,
    /// See [`flywheel`].
    Flywheel(flywheel::Knobs),
    /// Several after each other: see [`stages`](crate::optimize::stages).
    Regimes(Vec<Regime>),
}

/// A way of carrying a judge to another model, by how much of the prompt may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regime {
    /// The whole text, by reflection.
    Rewrite,
    /// The whole text, in the simplest loop.
    Flywheel,
}

impl Regime {
    /// All that `auto` tries, in this order.
    pub const AUTO: [Self; 1] = [Self::Rewrite];

    /// As it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rewrite => "rewrite",
            Self::Flywheel => "flywheel",
        }
    }

    /// Its share of the budget, relative to others'. Most of what a prompt lacks is told in words.
    fn share(self) -> f64 {
        match self {
            Self::Rewrite => 6.0,
            Self::Flywheel => 2.0,
        }
    }

    fn stage(self) -> Stage {
        let strategy: Box<dyn Strategy> = match self {
            Self::Rewrite => Box::new(Gepa::new(gepa::Knobs::default())),
            Self::Flywheel => Box::new(Flywheel::new(flywheel::Knobs::default())),
        };
        Stage { name: self.name(), share: self.share(), strategy }
    }
}

impl Method {
    /// The strategy, at its beginning.
    pub(super) fn strategy(&self) -> Box<dyn Strategy> {
        match self {
            Self::Gepa(knobs) => Box::new(Gepa::new(knobs.clone())),
            Self::Published => Box::<Published>::default(),
            Self::Flywheel(knobs) => Box::new(Flywheel::new(knobs.clone())),
            Self::Regimes(regimes) => Box::new(Stages::new(regimes.iter().map(|regime| regime.stage()).collect())),
        }
    }
}
