//! What strategies let a user choose from by name.

use crate::optimize::demos::Select;
use crate::optimize::objective::Objective;
use clap::ValueEnum;

/// See [`Select`].
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum Choosing {
    /// The same for every item, ratings in turn, the ends of the scale first
    Stratified,
    /// The same for every item, by lot
    Random,
    /// For each item those whose queries are nearest to its own
    Nearest,
}

impl From<Choosing> for Select {
    fn from(choosing: Choosing) -> Self {
        match choosing {
            Choosing::Stratified => Self::Stratified,
            Choosing::Random => Self::Random,
            Choosing::Nearest => Self::Nearest,
        }
    }
}

/// See [`Objective`].
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum Aim {
    /// Agreement
    Nmse,
    /// 0.7 accuracy + 0.3 distance from the middle of the scale, item by item: breaks a collapse, and pays for extremes
    AccuracyRange,
    /// 0.7 accuracy + 0.3 likeness of the spread of all ratings to the people's
    Spread,
}

impl From<Aim> for Objective {
    fn from(aim: Aim) -> Self {
        match aim {
            Aim::Nmse => Self::Nmse,
            Aim::AccuracyRange => Self::AccuracyRange,
            Aim::Spread => Self::Spread,
        }
    }
}
