//! The difference of two means over the same rows.

use super::super::Defined;
use super::super::interval::{Design, GroupSum, Resampling};
use super::super::numerics::ExactSum;
use super::sign_flip;
use crate::domain::{Estimate, Figure, Interval, Undefined};
use std::collections::BTreeMap;

/// Two judges on the same rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Paired {
    /// Mean of the first.
    pub a: f64,
    /// Mean of the second.
    pub b: f64,
    /// `a − b` with its linearised t interval over groups. Rows of one group may resemble each other; their differences
    /// are summed before anything is said about spread.
    pub difference: Figure,
    /// Standard error of the difference; `None` with one group.
    pub se: Option<f64>,
    /// Two-sided p-value of the sign-flip test over groups.
    pub p: Defined,
    /// Rows.
    pub n: u64,
    /// Groups.
    pub groups: u64,
    /// The two cost the same on every row: there is no difference to test.
    pub identical: bool,
}

/// Compares two costs of each row, given as `(group, first, second)` in any order.
///
/// # Errors
/// [`Undefined::Empty`] without rows, [`Undefined::NotFinite`] when a cost is not a finite number.
pub fn difference(rows: impl Iterator<Item = (u32, f64, f64)>, how: &Resampling) -> Result<Paired, Undefined> {
    let (mut a, mut b, mut identical) = (ExactSum::default(), ExactSum::default(), true);
    let mut groups: BTreeMap<u32, (ExactSum, u64)> = BTreeMap::new();
    for (group, first, second) in rows {
        if !first.is_finite() || !second.is_finite() {
            return Err(Undefined::NotFinite);
        }
        a.add(first);
        b.add(second);
        identical &= first == second;
        let (sum, count) = groups.entry(group).or_default();
        sum.add(first - second);
        *count += 1;
    }
    let sums: Vec<GroupSum> =
        groups.into_values().map(|(sum, count)| GroupSum { sum: sum.value(), weight: count as f64 }).collect();
    let design = Design::of(&sums).ok_or(Undefined::Empty)?;
    let (n, groups) = (design.rows as u64, design.groups as u64);
    let interval = design.student(how.level).filter(|_| groups > 1).map(|(low, high)| Interval {
        low,
        high,
        level: how.level,
        method: "cluster-t",
    });
    Ok(Paired {
        a: a.value() / design.rows,
        b: b.value() / design.rows,
        difference: Figure::Known(Estimate { value: design.value, interval, n, groups }),
        se: design.se,
        p: sign_flip(&sums.iter().map(|g| g.sum).collect::<Vec<_>>(), how),
        n,
        groups,
        identical,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_query_move_together() {
        // Sums of queries 2, 0, 4 of 2 rows each: mean 1; residuals 0, −2, 2; SE² = 3/2 · 8/36.
        let rows = [(7, 2.0, 1.0), (7, 1.0, 0.0), (2, 1.0, 1.0), (2, 0.0, 0.0), (9, 3.0, 0.0), (9, 1.0, 0.0)];
        let paired = difference(rows.into_iter(), &Resampling::default()).unwrap();
        assert_eq!((paired.a, paired.b, paired.difference.value()), (8.0 / 6.0, 2.0 / 6.0, Some(1.0)));
        assert!((paired.se.unwrap() - (1.0f64 / 3.0).sqrt()).abs() < 1e-12);
        // Patterns of 2 and 4 with a sum of 6 or more: 2 of 4.
        assert_eq!((paired.p, paired.n, paired.groups, paired.identical), (Ok(0.5), 6, 3, false));
        let reversed = difference(rows.into_iter().rev(), &Resampling::default()).unwrap();
        assert_eq!(paired, reversed);
    }

    #[test]
    fn the_same_costs_have_no_p_and_no_rows_have_no_comparison() {
        let same = difference([(0, 1.0, 1.0), (1, 4.0, 4.0)].into_iter(), &Resampling::default()).unwrap();
        assert_eq!(
            (same.identical, same.p, same.difference),
            (true, Err(Undefined::NoDifference), Figure::point(0.0, 2, 2))
        );
        assert_eq!(difference(std::iter::empty(), &Resampling::default()), Err(Undefined::Empty));
        assert_eq!(difference([(0, 1.0, f64::NAN)].into_iter(), &Resampling::default()), Err(Undefined::NotFinite));
    }
}
