//! Whether scores mean what they say, and a map to make them do so.

mod confidence;
mod gain;
mod isotonic;
mod probabilities;

pub use confidence::{Binning, ConfidenceBin, Ece, brier, expected_calibration_error};
pub use gain::MapGain;
pub use isotonic::{Block, Corp, CrossFit, IsotonicMap, LevelCalibration, MIN_ROWS_PER_LEVEL, corp, level_calibration};
pub use probabilities::{expected_score, ranked_probability_score};
