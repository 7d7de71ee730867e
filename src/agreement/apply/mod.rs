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
pub use poststratified::{Poststratified, Stratum, poststratified};
pub use ppi::{Lambda, Ppi, PpiMode, ppi_mean};
pub use prevalence::{Corrected, LabelShift, Rate, label_shift, rogan_gladen, rogan_gladen_point};
pub use probes::{LengthProbe, LengthRow, Perturbation, length_probe, paired_perturbation};
pub use rbo::rbo;
pub use regression::{ClusteredFit, least_squares};
pub use selective::{Accepted, RiskTarget, Scored, Selective, Step, cascade, fixed_sequence, selective, selective_min_n};
pub use systems::{SystemRanking, system_ranking};
