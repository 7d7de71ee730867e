//! Statistics of agreement between a judge and people, on counts and numbers. Pure: no strings, no rubric, no I/O.
//!
//! Ratings come as levels `0..k` (the rating minus the scale's minimum), gold as a level (for tables) and as a mean
//! (for errors), queries as group numbers. The specification is `stats/SPEC.md` of the design documents.

use crate::domain::Undefined;

pub mod apply;
mod ceiling;
mod confusion;
mod controls;
mod correlation;
mod errors;
mod gold;
pub mod interval;
mod kappa;
mod linear;
mod multiplicity;
mod noise;
pub mod numerics;
mod order;
pub mod paired;
pub mod people;
pub mod planning;
mod points;
mod raters;
mod ratio;
mod weighted;

pub use ceiling::{human_ceiling, judge_against_single};
pub use confusion::Confusion;
pub use controls::{BestConstant, best_constant, shuffled};
pub use correlation::{concordance, fisher_interval, pearson, spearman};
pub use errors::{MalformedPolicy, adjacent, bias, exact, mae, malformed_rate, nmse};
pub use gold::Gold;
pub use kappa::{
    KappaError, Weights, cohen_kappa, cohen_kappa_error, cohen_kappa_valid, kappa, max_attainable_kappa,
    percent_agreement,
};
pub use multiplicity::{Adjustment, adjusted};
pub use noise::{AgainstPeople, Panelled};
pub use order::{GroupMean, PairCounts, pairs_by_group};
pub use points::{PointMetrics, Scored, valid_part};
pub use raters::{
    Coefficient, GwetFamily, Metric, Tally, alpha_without_each_annotator, brennan_prediger, gwet_ac, gwet_family,
    krippendorff_alpha, krippendorff_alpha_of_table, scott_pi,
};
pub use ratio::{Term, mean_on_scale, ratio, share};
pub use weighted::{Weighted, weighted_mean};

/// A number, or the reason why there is none.
pub type Defined = Result<f64, Undefined>;

/// One item that the judge answered, as numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The query's number.
    pub group: u32,
    /// The categorical gold, as a level.
    pub gold: u8,
    /// The mean of the human ratings, in levels.
    pub gold_mean: f64,
    /// The judge's rating as a level; `None` when its reply was malformed.
    pub judge: Option<u8>,
}
