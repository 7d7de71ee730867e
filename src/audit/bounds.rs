//! Bounds that gates hold against, for they must not flatter at any sample size.

use crate::agreement::interval::bounds::hoeffding_bentkus;
use crate::agreement::interval::proportion::{clopper_pearson_lower, clopper_pearson_upper};
use crate::agreement::{Pair, squared_error_points};
use crate::domain::Scale;
use serde::Serialize;

/// One-sided 95 % bounds that hold at any sample size, for effective numbers of independent items; `null` without items.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Bounds {
    /// Hoeffding–Bentkus, of NMSE.
    pub nmse_upper: Option<f64>,
    /// Clopper–Pearson, of the malformed rate.
    pub malformed_upper: Option<f64>,
    /// Clopper–Pearson, of exact agreement.
    pub exact_lower: Option<f64>,
    /// Clopper–Pearson, of agreement within one point.
    pub adjacent_lower: Option<f64>,
}

impl Bounds {
    /// Lower and upper bound of a number of the panel, where there are better ones than the ends of its interval.
    pub(super) fn of(self, metric: &str) -> (Option<f64>, Option<f64>) {
        match metric {
            "nmse" => (None, self.nmse_upper),
            "malformed" => (None, self.malformed_upper),
            "exact" => (self.exact_lower, None),
            "adjacent" => (self.adjacent_lower, None),
            _ => (None, None),
        }
    }
}

/// One-sided level of the bounds.
const DELTA: f64 = 0.05;

pub(super) fn bounds(pairs: &[Pair], scale: Scale, design_effect: f64) -> Bounds {
    // Bounds for independent rows, on as many as the rows are worth; the counts shrink with them.
    let effective = (pairs.len() as f64 / design_effect.max(1.0)).floor() as u64;
    if effective == 0 {
        return Bounds::default();
    }
    let share = |hit: &dyn Fn(&Pair) -> bool| pairs.iter().filter(|p| hit(p)).count() as f64 / pairs.len() as f64;
    let within = |most: i16| share(&|p| p.gap().is_some_and(|gap| gap.abs() <= most)) * effective as f64;
    let mean = pairs.iter().map(|p| squared_error_points(p, scale.levels())).sum::<f64>() / pairs.len() as f64 / 100.0;
    let malformed = share(&|p| p.judge.is_none()) * effective as f64;
    Bounds {
        nmse_upper: Some(100.0 * hoeffding_bentkus(mean, effective, DELTA)),
        malformed_upper: Some(clopper_pearson_upper(malformed.ceil() as u64, effective, DELTA)),
        exact_lower: Some(clopper_pearson_lower(within(0).floor() as u64, effective, DELTA)),
        adjacent_lower: Some(clopper_pearson_lower(within(1).floor() as u64, effective, DELTA)),
    }
}
