//! Intraclass correlations: how much of the variance of ratings lies between items.

use super::Defined;
use super::numerics::{f_quantile, sum};
use super::scores::usable;
use crate::domain::{Interval, Undefined};

/// A residual this small a share of the whole sum of squares is what rounding leaves of 0.
const ROUNDING: f64 = 1e-20;

/// The intraclass correlations of Shrout & Fleiss (1979) over the items that every rater rated (SPEC §2.7). All are at
/// most 1 and may be negative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Icc {
    /// Items with a rating of every rater; the others are left out.
    pub items: u64,
    /// Raters.
    pub raters: u64,
    /// Mean square between items.
    pub between_items: f64,
    /// Mean square between raters.
    pub between_raters: f64,
    /// Residual mean square.
    pub residual: f64,
    /// Mean square within items: raters and residual together.
    pub within_items: f64,
    /// ICC(1,1): raters are different people on every item.
    pub single: Defined,
    /// ICC(2,1), absolute agreement: a rater who is one point more lenient throughout disagrees.
    pub agreement: Defined,
    /// ICC(3,1), consistency: such a rater agrees.
    pub consistency: Defined,
    /// ICC(1,k), of the mean of all raters.
    pub single_mean: Defined,
    /// ICC(2,k).
    pub agreement_mean: Defined,
    /// ICC(3,k).
    pub consistency_mean: Defined,
}

/// The analysis of variance of `ratings`, one row for each item with one cell for each rater.
///
/// Undefined when a rating is no finite number, below two raters, and below two complete items; a coefficient is
/// undefined when the ratings do not vary in what it divides by.
pub fn icc(ratings: &[Vec<Option<f64>>]) -> Result<Icc, Undefined> {
    let raters = ratings.iter().map(Vec::len).max().ok_or(Undefined::Empty)?;
    let complete = |row: &Vec<Option<f64>>| row.iter().copied().collect::<Option<Vec<f64>>>();
    let mut items: Vec<Vec<f64>> = ratings.iter().filter_map(complete).filter(|row| row.len() == raters).collect();
    if raters < 2 {
        return Err(Undefined::OneAnnotator);
    }
    if items.len() < 2 {
        return Err(Undefined::TooFewRows);
    }
    if !items.iter().flatten().all(|rating| usable(*rating)) {
        return Err(Undefined::NotFinite);
    }
    // In an order of their own, so that the order of rows does not show in the last digit.
    items.sort_unstable_by(|a, b| {
        a.iter().zip(b).map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne()).unwrap_or(a.len().cmp(&b.len()))
    });
    Ok(Squares::of(&items).coefficients())
}

impl Icc {
    /// The interval of ICC(3,1) by the F distribution of `between_items / residual`.
    ///
    /// # Errors
    /// [`Undefined::ZeroVariance`] when there is no residual.
    pub fn consistency_interval(&self, level: f64) -> Result<Interval, Undefined> {
        let (rows, raters) = self.freedom()?;
        let ratio = self.between_items / self.residual;
        let (d1, d2) = (rows, rows * (raters - 1.0));
        let tail = 0.5 + level / 2.0;
        let of = |f: f64| (f - 1.0) / (f + raters - 1.0);
        let (low, high) = (of(ratio / f_quantile(tail, d1, d2)), of(ratio * f_quantile(tail, d2, d1)));
        Ok(Interval { low, high, level, method: "shrout-fleiss" })
    }

    /// The interval of ICC(2,1), with Satterthwaite's degrees of freedom (McGraw & Wong 1996).
    ///
    /// # Errors
    /// [`Undefined::ZeroVariance`] when there is no residual.
    pub fn agreement_interval(&self, level: f64) -> Result<Interval, Undefined> {
        let (rows, k) = self.freedom()?;
        let (n, r) = (rows + 1.0, self.agreement?);
        let ratio = self.between_raters / self.residual;
        let a = k * r * ratio;
        let b = n * (1.0 + (k - 1.0) * r) - k * r;
        let freedom = (k - 1.0) * rows * (a + b).powi(2) / (rows * a * a + b * b);
        let tail = 0.5 + level / 2.0;
        let (upper, lower) = (f_quantile(tail, rows, freedom), f_quantile(tail, freedom, rows));
        let noise = k * self.between_raters + (k * n - k - n) * self.residual;
        Ok(Interval {
            low: n * (self.between_items - upper * self.residual) / (upper * noise + n * self.between_items),
            high: n * (lower * self.between_items - self.residual) / (noise + n * lower * self.between_items),
            level,
            method: "mcgraw-wong",
        })
    }

    /// Degrees of freedom between items, and raters.
    fn freedom(&self) -> Result<(f64, f64), Undefined> {
        let known = self.residual > 0.0;
        if known { Ok(((self.items - 1) as f64, self.raters as f64)) } else { Err(Undefined::ZeroVariance) }
    }
}

/// Sums of squares of a complete table.
struct Squares {
    items: f64,
    raters: f64,
    between_items: f64,
    between_raters: f64,
    residual: f64,
}

impl Squares {
    fn of(table: &[Vec<f64>]) -> Self {
        let (items, raters) = (table.len() as f64, table[0].len() as f64);
        let item_means: Vec<f64> = table.iter().map(|row| sum(row.iter().copied()) / raters).collect();
        let rater_mean = |rater: usize| sum(table.iter().map(|row| row[rater])) / items;
        let rater_means: Vec<f64> = (0..table[0].len()).map(rater_mean).collect();
        let mean = sum(rater_means.iter().copied()) / raters;
        let about = |means: &[f64]| sum(means.iter().map(|m| (m - mean).powi(2)));
        let left = |(row, item): (&Vec<f64>, &f64)| {
            sum(row.iter().zip(&rater_means).map(|(rating, rater)| (rating - item - rater + mean).powi(2)))
        };
        let (between_items, between_raters) = (raters * about(&item_means), items * about(&rater_means));
        let residual = sum(table.iter().zip(&item_means).map(left));
        let whole = between_items + between_raters + residual;
        let rounded = |squares: f64| if squares <= ROUNDING * whole { 0.0 } else { squares };
        Self {
            items,
            raters,
            between_items: rounded(between_items),
            between_raters: rounded(between_raters),
            residual: rounded(residual),
        }
    }

    fn coefficients(&self) -> Icc {
        let (n, k) = (self.items, self.raters);
        let rows = self.between_items / (n - 1.0);
        let columns = self.between_raters / (k - 1.0);
        let residual = self.residual / ((n - 1.0) * (k - 1.0));
        let within = (self.between_raters + self.residual) / (n * (k - 1.0));
        let share = |part: f64, whole: f64| if whole == 0.0 { Err(Undefined::ZeroVariance) } else { Ok(part / whole) };
        Icc {
            items: n as u64,
            raters: k as u64,
            between_items: rows,
            between_raters: columns,
            residual,
            within_items: within,
            single: share(rows - within, rows + (k - 1.0) * within),
            agreement: share(rows - residual, rows + (k - 1.0) * residual + k * (columns - residual) / n),
            consistency: share(rows - residual, rows + (k - 1.0) * residual),
            single_mean: share(rows - within, rows),
            agreement_mean: share(rows - residual, rows + (columns - residual) / n),
            consistency_mean: share(rows - residual, rows),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rated(rows: &[&[f64]]) -> Vec<Vec<Option<f64>>> {
        rows.iter().map(|row| row.iter().copied().map(Some).collect()).collect()
    }

    fn close(a: Defined, b: f64) {
        assert!(a.is_ok_and(|a| (a - b).abs() < 1e-12), "{a:?} for {b}");
    }

    #[test]
    fn three_items_of_two_raters_by_hand() {
        // Items (1, 2) (2, 2) (4, 5): means 1.5, 2, 4.5 about 8/3; SS items 2·(49 + 16 + 121)/36 = 31/3, raters
        // 3·2·(1/3)² = 2/3, whole 54 − 6·(8/3)² = 34/3, residual 1/3. MS 31/6, 2/3, 1/6, within 1/3.
        let icc = icc(&rated(&[&[1.0, 2.0], &[2.0, 2.0], &[4.0, 5.0]])).unwrap();
        close(Ok(icc.between_items), 31.0 / 6.0);
        close(Ok(icc.residual), 1.0 / 6.0);
        close(icc.single, 29.0 / 33.0);
        // 30/6 / (32/6 + 2·(1/2)/3).
        close(icc.agreement, 30.0 / 34.0);
        close(icc.consistency, 30.0 / 32.0);
        close(icc.single_mean, 29.0 / 31.0);
        close(icc.agreement_mean, 30.0 / 32.0);
        close(icc.consistency_mean, 30.0 / 31.0);
    }

    #[test]
    fn a_rater_one_point_higher_throughout_is_consistent_and_does_not_agree() {
        let icc = icc(&rated(&[&[1.1, 2.1], &[2.3, 3.3], &[3.7, 4.7]])).unwrap();
        assert_eq!((icc.residual, icc.consistency), (0.0, Ok(1.0)));
        assert!(icc.agreement.unwrap() < 1.0);
        assert_eq!(icc.consistency_interval(0.95), Err(Undefined::ZeroVariance));
        assert_eq!(icc.agreement_interval(0.95), Err(Undefined::ZeroVariance));
    }

    #[test]
    fn what_cannot_be_analysed_says_why() {
        assert_eq!(icc(&[]), Err(Undefined::Empty));
        assert_eq!(icc(&rated(&[&[1.0], &[2.0]])), Err(Undefined::OneAnnotator));
        assert_eq!(icc(&rated(&[&[1.0, 2.0]])), Err(Undefined::TooFewRows));
        assert_eq!(icc(&rated(&[&[1.0, 2.0], &[f64::NAN, 2.0]])), Err(Undefined::NotFinite));
        let constant = icc(&rated(&[&[3.0, 3.0], &[3.0, 3.0]])).unwrap();
        assert_eq!((constant.single, constant.agreement), (Err(Undefined::ZeroVariance), Err(Undefined::ZeroVariance)));
        assert_eq!((constant.consistency_mean, constant.items), (Err(Undefined::ZeroVariance), 2));
    }

    #[test]
    fn items_that_a_rater_missed_are_left_out_and_counted_out() {
        let mut rows = rated(&[&[1.0, 2.0], &[2.0, 2.0], &[4.0, 5.0]]);
        let complete = icc(&rows).unwrap();
        rows.push(vec![Some(9.0), None]);
        assert_eq!(icc(&rows).unwrap(), complete);
    }

    proptest! {
        #[test]
        fn the_order_of_items_changes_no_bit_and_that_of_raters_no_value(mut rows in proptest::collection::vec(proptest::collection::vec(0u8..5, 3), 2..20)) {
            let make = |rows: &[Vec<u8>]| rows.iter().map(|row| row.iter().map(|r| Some(f64::from(*r))).collect()).collect::<Vec<_>>();
            let there = icc(&make(&rows)).unwrap();
            rows.reverse();
            prop_assert_eq!(there, icc(&make(&rows)).unwrap());
            rows.iter_mut().for_each(|row| row.reverse());
            let turned = icc(&make(&rows)).unwrap();
            prop_assert_eq!(turned.agreement.is_ok(), there.agreement.is_ok());
            if let (Ok(a), Ok(b)) = (turned.agreement, there.agreement) {
                prop_assert!((a - b).abs() < 1e-12);
            }
        }
    }
}
