//! The ways of searching that a user can ask for.

use crate::optimize::bootstrap::{self, Bootstrap};
use crate::optimize::copro::{self, Copro};
use crate::optimize::flywheel::{self, Flywheel};
use crate::optimize::gepa::{self, Gepa};
use crate::optimize::mipro::{self, Mipro};
use crate::optimize::published::Published;
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
    /// See [`mipro`].
    Mipro(mipro::Knobs),
    /// See [`bootstrap`].
    Bootstrap(bootstrap::Knobs),
    /// See [`copro`].
    Copro(copro::Knobs),
}

impl Method {
    /// The strategy, at its beginning.
    pub(super) fn strategy(&self) -> Box<dyn Strategy> {
        match self {
            Self::Gepa(knobs) => Box::new(Gepa::new(knobs.clone())),
            Self::Published => Box::<Published>::default(),
            Self::Flywheel(knobs) => Box::new(Flywheel::new(knobs.clone())),
            Self::Mipro(knobs) => Box::new(Mipro::new(knobs.clone())),
            Self::Bootstrap(knobs) => Box::new(Bootstrap::new(knobs.clone())),
            Self::Copro(knobs) => Box::new(Copro::new(knobs.clone())),
        }
    }
}
