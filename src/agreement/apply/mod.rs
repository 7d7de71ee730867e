//! What follows from ratings that are known to be imperfect: sets instead of points, labels only where they are safe,
//! means and shares corrected for the judge's errors, rankings under its labels, and what moves it that should not.

mod conformal;
mod crc;
mod debias;
mod moments;
mod ndcg;
mod poststratified;
mod ppi;
mod prevalence;
mod probes;
mod rbo;
mod regression;
mod selective;
mod systems;

pub use conformal::{Coverage, aps_threshold, coverage, ordinal_score, ordinal_set, residual_radius, residual_set};
pub use crc::{excess_risks, risk_control};
pub use debias::{Drawn, HorvitzThompson, PpiStratum, StratifiedPpi, horvitz_thompson, stratified_ppi};
pub use moments::Moments;
pub use ndcg::{Gain, Unjudged, ndcg};
pub use poststratified::{PostStratum, Poststratified, poststratified};
pub use ppi::{Lambda, Ppi, PpiMode, ppi_mean};
pub use prevalence::{Corrected, LabelShift, Rate, label_shift, rogan_gladen, rogan_gladen_point};
pub use probes::{LengthProbe, LengthRow, Perturbation, length_probe, paired_perturbation};
pub use rbo::rbo;
pub use regression::{ClusteredFit, least_squares};
pub use selective::{
    Accepted, CalibrationRow, RiskTarget, Selective, Step, cascade, fixed_sequence, selective, selective_min_n,
};
pub use systems::{SystemRanking, system_ranking};

use crate::domain::Undefined;

/// `NotFinite` when a value is infinite or not a number.
fn finite(values: impl IntoIterator<Item = f64>) -> Result<(), Undefined> {
    if values.into_iter().all(f64::is_finite) { Ok(()) } else { Err(Undefined::NotFinite) }
}

/// Rounding that a probability may have.
const SLACK: f64 = 1e-9;

/// `NotAProbability` when a value is not a probability.
fn probabilities<'a>(values: impl IntoIterator<Item = &'a f64>) -> Result<(), Undefined> {
    let all = values.into_iter().all(|p| (-SLACK..=1.0 + SLACK).contains(p));
    if all { Ok(()) } else { Err(Undefined::NotAProbability) }
}
