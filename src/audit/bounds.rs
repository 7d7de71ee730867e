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
    // In whole numbers, rounded to the side that does not flatter.
    let n = pairs.len() as u64;
    let count = |hit: &dyn Fn(&Pair) -> bool| pairs.iter().filter(|p| hit(p)).count() as u64;
    let within = |most: i16| count(&|p| p.gap().is_some_and(|gap| gap.abs() <= most)) * effective / n;
    let mean = pairs.iter().map(|p| squared_error_points(p, scale.levels())).sum::<f64>() / pairs.len() as f64 / 100.0;
    let malformed = (count(&|p| p.judge.is_none()) * effective).div_ceil(n);
    Bounds {
        nmse_upper: Some(100.0 * hoeffding_bentkus(mean, effective, DELTA)),
        malformed_upper: Some(clopper_pearson_upper(malformed, effective, DELTA)),
        exact_lower: Some(clopper_pearson_lower(within(0), effective, DELTA)),
        adjacent_lower: Some(clopper_pearson_lower(within(1), effective, DELTA)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_malformed_of_a_hundred_independent_rows_are_seven() {
        let pair = |i: u32| Pair { group: i, gold: 2, gold_mean: 2.0, judge: (i >= 7).then_some(2) };
        let pairs: Vec<Pair> = (0..100).map(pair).collect();
        let found = bounds(&pairs, Scale::new(1, 5).expect("a scale"), 1.0);
        assert_eq!(found.malformed_upper, Some(clopper_pearson_upper(7, 100, DELTA)));
        assert_eq!(found.exact_lower, Some(clopper_pearson_lower(93, 100, DELTA)));
    }
}
