//! Statistics of agreement between a judge and people, on counts and numbers. Pure: no strings, no rubric, no I/O.
//!
//! Ratings come as levels `0..k` (the rating minus the scale's minimum), gold as a level (for tables) and as a mean
//! (for errors), queries as group numbers. The specification is `stats/SPEC.md` of the design documents.

use crate::domain::Undefined;

pub mod apply;
mod calibration;
mod ceiling;
mod coefficients;
mod compression;
mod confusion;
mod contrast;
mod controls;
mod correlation;
mod decomposition;
mod diagnosis;
mod distribution;
mod errors;
mod gold;
mod icc;
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
mod recall;
mod repeat;
mod scores;
mod weighted;

pub use calibration::{
    Binning, Block, ConfidenceBin, Corp, CrossFit, Ece, IsotonicMap, LevelCalibration, MIN_ROWS_PER_LEVEL, MapGain,
    brier, corp, expected_calibration_error, expected_score, level_calibration, ranked_probability_score,
};
pub use ceiling::{beyond_people, human_ceiling, judge_against_single};
pub use coefficients::{Coefficients, coefficients, kappa, table_intervals};
pub use compression::{
    Compression, LevelMean, ScoreRange, calibration_slope, calibration_slope_interval, compression, rise_above,
};
pub use confusion::Confusion;
pub use contrast::{Contrast, LEAST_GROUPS, contrast};
pub use controls::{BestConstant, best_constant, shuffled};
pub use correlation::{
    concordance, concordance_of_scores, fisher_interval, pearson, pearson_of_scores, spearman, spearman_of_scores,
};
pub use decomposition::{MseDecomposition, mse_decomposition};
pub use diagnosis::{ScaleEvidence, ScaleFlag, diagnose};
pub use distribution::{DistributionDistance, distribution_distance};
pub use errors::{MalformedPolicy, adjacent, bias, exact, mae, malformed_rate, nmse, squared_error_points};
pub use gold::Gold;
pub use icc::{Icc, icc};
pub use kappa::{
    KappaError, Weights, cohen_kappa, cohen_kappa_error, cohen_kappa_valid, max_attainable_kappa, percent_agreement,
};
pub use multiplicity::{Adjustment, adjusted};
pub use noise::{AgainstPeople, Panelled};
pub use order::{GroupMean, PairCounts, pairs_by_group};
pub use points::{PointMetrics, Scored, valid_part};
pub use raters::{
    Coefficient, GwetFamily, Metric, Tally, alpha_without_each_annotator, brennan_prediger, gwet_ac, gwet_family,
    krippendorff_alpha, krippendorff_alpha_of_table, scott_pi,
};
pub use ratio::{DesignEffect, Term, design_effect, mean_on_scale, ratio, share};
pub use recall::{Share, macro_recall, precision, recall};
pub use repeat::{
    Averaging, TestRetest, averaging, disattenuated, disattenuated_slope, noise_ceiling, ratings_needed,
    spearman_brown, test_retest,
};
pub use scores::{Marginal, Scores};
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
