//! Cases answered here.

use super::input::Datasets;
use serde_json::Value;

/// The answer to one case, when its method is one of ours.
pub fn answer(_method: &str, _inputs: &Value, _data: &Datasets) -> Option<Value> {
    None
}
