//! Point metrics of errors, from rows with whole or fractional scores or from the table: values only, no intervals.

use super::numerics::ExactSum;
use super::{Confusion, Defined};
use crate::domain::Undefined;

/// A row of scores counted from the scale's minimum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// The gold.
    pub gold: f64,
    /// The judge's score, whole or not; `None` when malformed.
    pub judge: Option<f64>,
}

/// Every error metric of the panel (SPEC §2.1, cases A1 to A4).
///
/// Names with `valid` leave malformed rows out; the others count them as the full range, or as wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct PointMetrics {
    /// Rows.
    pub n: u64,
    /// Rows with a valid score.
    pub n_valid: u64,
    /// `1 − n_valid/n`.
    pub malformed_rate: Defined,
    /// Mean squared error in squared rating points.
    pub mse: Defined,
    /// `100·mse / range²`.
    pub nmse: Defined,
    /// The same over valid rows.
    pub nmse_valid: Defined,
    /// A malformed row costs the largest error possible on it.
    pub nmse_row_worst: Defined,
    /// Mean absolute error in rating points.
    pub mae: Defined,
    /// The same over valid rows.
    pub mae_valid: Defined,
    /// Mean of judge − gold over valid rows.
    pub bias_valid: Defined,
    /// Share with no error at all.
    pub exact: Defined,
    /// Share with an error of at most one point; scores are not rounded.
    pub adjacent: Defined,
    /// The same over valid rows.
    pub exact_valid: Defined,
    /// The same over valid rows.
    pub adjacent_valid: Defined,
}

/// What all of them are made of.
#[derive(Default)]
struct Sums {
    n: u64,
    valid: u64,
    squares: ExactSum,
    gaps: ExactSum,
    errors: ExactSum,
    worst: ExactSum,
    exact: u64,
    adjacent: u64,
    not_finite: bool,
}

impl PointMetrics {
    /// Of rows on a scale whose highest rating is `range` above its lowest. All metrics are undefined when a score is not a
    /// finite number.
    pub fn of(rows: impl IntoIterator<Item = Scored>, range: f64) -> Self {
        let mut sums = Sums::default();
        rows.into_iter().for_each(|row| sums.add(row.gold, row.judge, range, 1));
        sums.metrics(range)
    }

    /// Of the table human × judge.
    pub fn of_table(table: &Confusion) -> Self {
        let range = (table.levels() - 1) as f64;
        let mut sums = Sums::default();
        for (human, row) in table.rows().enumerate() {
            for (judge, count) in row.iter().enumerate().filter(|(_, count)| **count > 0) {
                sums.add(human as f64, (judge < table.levels()).then_some(judge as f64), range, *count);
            }
        }
        sums.metrics(range)
    }
}

impl Sums {
    fn add(&mut self, gold: f64, judge: Option<f64>, range: f64, times: u64) {
        let often = times as f64;
        self.n += times;
        if !gold.is_finite() || judge.is_some_and(|j| !j.is_finite()) {
            self.not_finite = true;
            return;
        }
        let Some(judge) = judge else {
            self.worst.add(gold.max(range - gold).powi(2) * often);
            return;
        };
        let error = judge - gold;
        self.valid += times;
        self.squares.add(error * error * often);
        self.gaps.add(error.abs() * often);
        self.errors.add(error * often);
        self.exact += if error == 0.0 { times } else { 0 };
        self.adjacent += if error.abs() <= 1.0 { times } else { 0 };
    }

    fn metrics(&self, range: f64) -> PointMetrics {
        let malformed = (self.n - self.valid) as f64;
        let (squares, gaps) = (self.squares.value(), self.gaps.value());
        let points = 100.0 / (range * range);
        let over = |sum: f64, rows: u64| match rows {
            _ if self.not_finite => Err(Undefined::NotFinite),
            0 => Err(Undefined::Empty),
            rows => Ok(sum / rows as f64),
        };
        let (all, valid) = (|sum| over(sum, self.n), |sum| over(sum, self.valid));
        PointMetrics {
            n: self.n,
            n_valid: self.valid,
            malformed_rate: all(malformed),
            mse: all(squares + malformed * range * range),
            nmse: all(squares * points + malformed * 100.0),
            nmse_valid: valid(squares * points),
            nmse_row_worst: all((squares + self.worst.value()) * points),
            mae: all(gaps + malformed * range),
            mae_valid: valid(gaps),
            bias_valid: valid(self.errors.value()),
            exact: all(self.exact as f64),
            adjacent: all(self.adjacent as f64),
            exact_valid: valid(self.exact as f64),
            adjacent_valid: valid(self.adjacent as f64),
        }
    }
}

/// NMSE of the valid rows, from the NMSE of all and the malformed rate between 0 and 1: `(nmse − 100·m)/(1 − m)` (SPEC
/// case A7). It splits a published figure into parsing and judging. Undefined when all rows are malformed.
pub fn valid_part(nmse: f64, malformed_rate: f64) -> Defined {
    if malformed_rate < 1.0 {
        Ok((nmse - 100.0 * malformed_rate) / (1.0 - malformed_rate))
    } else {
        Err(Undefined::Empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fractional_scores_are_not_rounded() {
        let rows = [(0.0, Some(0.5)), (2.0, Some(2.0)), (4.0, Some(2.5)), (1.0, None)];
        let metrics = PointMetrics::of(rows.map(|(gold, judge)| Scored { gold, judge }), 4.0);
        // Squares 0.25 + 0 + 2.25 + 16; row-worst 9 for the last; gaps 0.5 + 0 + 1.5 + 4.
        assert_eq!((metrics.mse, metrics.nmse_row_worst), (Ok(18.5 / 4.0), Ok(11.5 * 6.25 / 4.0)));
        assert_eq!((metrics.mae, metrics.bias_valid), (Ok(1.5), Ok(-1.0 / 3.0)));
        assert_eq!((metrics.exact, metrics.adjacent, metrics.exact_valid), (Ok(0.25), Ok(0.5), Ok(1.0 / 3.0)));
    }

    #[test]
    fn a_score_that_is_no_number_is_not_passed_over() {
        let metrics = PointMetrics::of([Scored { gold: 1.0, judge: Some(f64::NAN) }], 4.0);
        assert_eq!((metrics.mse, metrics.exact), (Err(Undefined::NotFinite), Err(Undefined::NotFinite)));
    }

    #[test]
    fn a_published_figure_splits_into_parsing_and_judging() {
        // 50 % malformed costs 50 points; the other 10 points are spread over half of the rows.
        assert_eq!((valid_part(60.0, 0.5), valid_part(100.0, 1.0)), (Ok(20.0), Err(Undefined::Empty)));
    }

    proptest! {
        #[test]
        fn rows_and_their_table_say_the_same(rows in proptest::collection::vec((0u8..5, proptest::option::of(0u8..5)), 0..60)) {
            let mut table = Confusion::empty(5);
            rows.iter().for_each(|(gold, judge)| table.add(*gold, *judge));
            let scored = rows.iter().map(|(gold, judge)| Scored { gold: f64::from(*gold), judge: judge.map(f64::from) });
            prop_assert_eq!(PointMetrics::of(scored, 4.0), PointMetrics::of_table(&table));
        }
    }
}
