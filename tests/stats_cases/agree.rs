//! Cases of the point statistics: agreement, ordering, decompositions, calibration, repetition.

#[path = "agree/compressed.rs"]
mod compressed;
#[path = "agree/raters.rs"]
mod raters;
#[path = "agree/rows.rs"]
mod rows;
#[path = "agree/tables.rs"]
mod tables;

use super::input::Datasets;
use serde_json::Value;

/// The answer to one case, when its method is one of ours.
pub fn answer(method: &str, inputs: &Value, data: &Datasets) -> Option<Value> {
    tables::answer(method, inputs, data)
        .or_else(|| raters::answer(method, inputs, data))
        .or_else(|| compressed::answer(method, inputs, data))
}
