//! Reading the inputs of a case.

use serde_json::Value;
use std::collections::BTreeMap;

/// A number, or a cell that is missing (ratings) or malformed (a judge).
pub type Cell = Option<f64>;

/// The shared data sets.
pub struct Datasets(BTreeMap<String, Value>);

impl Datasets {
    pub fn of(datasets: &Value) -> Self {
        Self(datasets.as_object().map(|d| d.iter().map(|(k, v)| (k.clone(), v.clone())).collect()).unwrap_or_default())
    }

    /// A data set by name.
    pub fn get(&self, name: &str) -> &Value {
        self.0.get(name).unwrap_or_else(|| panic!("no data set `{name}`"))
    }
}

/// A list of numbers with gaps.
pub fn cells(value: &Value) -> Vec<Cell> {
    value.as_array().unwrap().iter().map(Value::as_f64).collect()
}

/// A list of numbers without gaps.
pub fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

/// A list of lists of numbers with gaps.
pub fn table(value: &Value) -> Vec<Vec<Cell>> {
    value.as_array().unwrap().iter().map(cells).collect()
}
