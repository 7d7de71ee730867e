//! How strict each annotator is, and how noisy, told apart from what each item deserves.

use super::{RatedItem, annotators};
use crate::agreement::{Defined, linear};
use crate::domain::Undefined;

/// The additive model `rating = item + annotator + noise`, fitted by least squares.
#[derive(Clone, Debug, PartialEq)]
pub struct Severity {
    /// Rating points that each annotator gives above what others give the same items; they sum to 0.
    pub effect: Vec<f64>,
    /// Standard deviation, in rating points, of each annotator around the model, on items that others rated too.
    ///
    /// `√(Σe²/n · N/ν)`: residuals are shorter than the noise because items and annotators were fitted to them, by
    /// `ν = N − items − annotators + 1` degrees of freedom of `N` ratings, shared out evenly. Undefined when `ν` is 0.
    pub noise: Vec<Defined>,
}

/// Fits severity with missing cells (SPEC §2.16, case R3).
///
/// Items are eliminated first: with `n_a` ratings of annotator `a` and `m_i` of item `i`, the effects solve
/// `(diag(n) − Σ_i 1_i 1_iᵀ/m_i)·effect = Σ_i (rating − item mean)`, made regular by `Σ effect = 0`. Undefined without
/// ratings, and `Singular` when some annotators share no item, directly or through others, with the rest.
pub fn severity(items: &[RatedItem]) -> Result<Severity, Undefined> {
    let count = annotators(items);
    // An item that one person rated says nothing about people.
    let shared: Vec<Vec<(usize, f64)>> = items
        .iter()
        .map(|item| item.ratings.iter().enumerate().filter_map(|(a, r)| Some((a, f64::from((*r)?)))).collect())
        .filter(|cells: &Vec<_>| cells.len() > 1)
        .collect();
    if shared.is_empty() {
        return Err(if items.iter().any(|i| i.ratings.iter().any(Option::is_some)) {
            Undefined::OneAnnotator
        } else {
            Undefined::Empty
        });
    }
    let effect = effects(&shared, count)?;
    let (squares, ratings) = residuals(&shared, &effect);
    let total: u64 = ratings.iter().sum();
    let free = (total + 1).saturating_sub((shared.len() + count) as u64);
    let noise = squares.iter().zip(&ratings).map(|(square, n)| match free {
        0 => Err(Undefined::BelowMinimum { needed: (shared.len() + count) as u64 }),
        free => Ok((square / *n as f64 * total as f64 / free as f64).sqrt()),
    });
    Ok(Severity { noise: noise.collect(), effect })
}

fn effects(items: &[Vec<(usize, f64)>], count: usize) -> Result<Vec<f64>, Undefined> {
    // Sums of fractions with the same few denominators: counted per denominator, so that the order of items is no matter.
    let mut together = vec![vec![vec![0u64; count + 1]; count]; count];
    let mut above = vec![vec![0i64; count + 1]; count];
    for cells in items {
        let m = cells.len();
        let sum: i64 = cells.iter().map(|(_, r)| *r as i64).sum();
        for (a, rating) in cells {
            above[*a][m] += *rating as i64 * m as i64 - sum;
            for (b, _) in cells {
                together[*a][*b][m] += 1;
            }
        }
    }
    let share = |counts: &[u64]| (1..=count).map(|m| counts[m] as f64 / m as f64).sum::<f64>();
    let ratings = |a: usize| together[a][a].iter().sum::<u64>() as f64;
    let matrix: Vec<Vec<f64>> = (0..count)
        .map(|a| {
            let own = |b: usize| if a == b { ratings(a) } else { 0.0 };
            // The constant added everywhere fixes the sum of the effects without moving them: it is orthogonal to both sides.
            (0..count).map(|b| own(b) - share(&together[a][b]) + 1.0 / count as f64).collect()
        })
        .collect();
    let right: Vec<f64> = above.iter().map(|sums| (1..=count).map(|m| sums[m] as f64 / m as f64).sum()).collect();
    linear::solve(&matrix, &right)
}

/// Sums of squared residuals, and ratings, of each annotator.
fn residuals(items: &[Vec<(usize, f64)>], effect: &[f64]) -> (Vec<f64>, Vec<u64>) {
    let mut squares = vec![Vec::new(); effect.len()];
    for cells in items {
        let item = cells.iter().map(|(a, r)| r - effect[*a]).sum::<f64>() / cells.len() as f64;
        cells.iter().for_each(|(a, r)| squares[*a].push((r - effect[*a] - item).powi(2)));
    }
    let ratings = squares.iter().map(|s| s.len() as u64).collect();
    let sorted = |mut s: Vec<f64>| {
        s.sort_by(f64::total_cmp);
        s.iter().sum()
    };
    (squares.into_iter().map(sorted).collect(), ratings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn items(rows: &[&[Option<u8>]]) -> Vec<RatedItem> {
        rows.iter().map(|r| RatedItem { group: 0, ratings: r.to_vec() }).collect()
    }

    #[test]
    fn an_annotator_one_point_above_two_others_is_a_third_from_the_mean_twice() {
        // Effects 2/3, −1/3, −1/3 explain every cell, so nobody is noisy; the missing cell does not shift anyone.
        let fit =
            severity(&items(&[&[Some(2), Some(1), Some(1)], &[Some(4), Some(3), None], &[None, Some(2), Some(2)]]))
                .unwrap();
        for (effect, expected) in fit.effect.iter().zip([2.0 / 3.0, -1.0 / 3.0, -1.0 / 3.0]) {
            assert!((effect - expected).abs() < 1e-12, "{fit:?}");
        }
        assert!(fit.noise.iter().all(|n| n.is_ok_and(|n| n < 1e-12)), "{fit:?}");
    }

    #[test]
    fn two_annotators_who_disagree_both_ways_are_equally_noisy() {
        // Differences +1 and −1: no effect, residuals ±½ everywhere; Σe²/n = ¼, N/ν = 4/(4 − 2 − 2 + 1): √(¼·4) = 1.
        let fit = severity(&items(&[&[Some(2), Some(1)], &[Some(3), Some(4)]])).unwrap();
        assert_eq!(fit, Severity { effect: vec![0.0, 0.0], noise: vec![Ok(1.0), Ok(1.0)] });
    }

    #[test]
    fn annotators_who_share_no_item_cannot_be_compared() {
        let apart = items(&[&[Some(1), Some(2), None, None], &[None, None, Some(3), Some(3)]]);
        assert_eq!(severity(&apart), Err(Undefined::Singular));
        assert_eq!(severity(&items(&[&[Some(1), None], &[None, Some(2)]])), Err(Undefined::OneAnnotator));
        assert_eq!(severity(&[]), Err(Undefined::Empty));
    }

    proptest! {
        #[test]
        fn the_order_of_items_and_of_annotators_is_no_matter(
            rows in proptest::collection::vec((0u8..5, 0u8..5, proptest::option::of(0u8..5)), 2..30)
        ) {
            let table: Vec<RatedItem> =
                rows.iter().map(|(a, b, c)| RatedItem { group: 0, ratings: vec![Some(*a), Some(*b), *c] }).collect();
            let turned: Vec<RatedItem> =
                rows.iter().rev().map(|(a, b, c)| RatedItem { group: 0, ratings: vec![*c, Some(*a), Some(*b)] }).collect();
            match (severity(&table), severity(&turned)) {
                (Ok(one), Ok(other)) => {
                    prop_assert!(one.effect.iter().sum::<f64>().abs() < 1e-9);
                    for (i, j) in [(0, 1), (1, 2), (2, 0)] {
                        prop_assert!((one.effect[i] - other.effect[j]).abs() < 1e-9);
                    }
                }
                (one, other) => prop_assert_eq!(one, other),
            }
        }
    }
}
