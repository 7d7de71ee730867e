//! Judges that need no model: what NMSE says about a judge only counts beside theirs.

use super::numerics::ExactSum;
use super::{MalformedPolicy, Pair, nmse};
use crate::domain::{Figure, Undefined};

/// The constant judge with the lowest NMSE.
#[derive(Clone, Debug, PartialEq)]
pub struct BestConstant {
    /// Its rating, as a level; the lowest one on ties.
    pub level: u8,
    /// Its NMSE on the same rows.
    pub nmse: Figure,
}

/// Finds the best constant judge, the level nearest to the mean gold; `None` without rows.
pub fn best_constant(pairs: &[Pair], levels: usize) -> Option<BestConstant> {
    let mut gold = ExactSum::default();
    pairs.iter().for_each(|p| gold.add(p.gold_mean));
    let mean = gold.value() / pairs.len() as f64;
    // The squared error of a constant is the gold's variance plus its squared distance from the mean.
    let distance = |level: &u8| (f64::from(*level) - mean).abs();
    let level = (0..levels as u8).min_by(|a, b| distance(a).total_cmp(&distance(b)).then(a.cmp(b)))?;
    let rows: Vec<Pair> = pairs.iter().map(|p| Pair { judge: Some(level), ..p.clone() }).collect();
    (!pairs.is_empty()).then(|| BestConstant { level, nmse: nmse(&rows, levels, MalformedPolicy::Full) })
}

/// NMSE expected of the same replies dealt to random rows: over all permutations, exactly.
///
/// With `N` rows, `m` malformed: `(m·R² + Σ_valid j mean_i (h_i − j)²) / N`. No interval: it is a property of these
/// rows. Undefined without rows.
pub fn shuffled(pairs: &[Pair], levels: usize) -> Figure {
    let n = pairs.len() as f64;
    if pairs.is_empty() {
        return Undefined::Empty.into();
    }
    let range = (levels - 1) as f64;
    let (mut gold, mut squares) = (ExactSum::default(), ExactSum::default());
    pairs.iter().for_each(|p| gold.add(p.gold_mean));
    let mean = gold.value() / n;
    pairs.iter().for_each(|p| squares.add((p.gold_mean - mean).powi(2)));
    let variance = squares.value() / n;
    let mut counts = vec![0u64; levels + 1];
    for pair in pairs {
        counts[pair.judge.map_or(levels, usize::from)] += 1;
    }
    let cost = |level: usize| match level {
        malformed if malformed == levels => range * range,
        level => variance + (level as f64 - mean).powi(2),
    };
    let total: f64 = counts.iter().enumerate().map(|(level, count)| cost(level) * *count as f64).sum();
    let groups: std::collections::BTreeSet<u32> = pairs.iter().map(|p| p.group).collect();
    Figure::point(100.0 * total / n / (range * range), pairs.len() as u64, groups.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::super::errors::tests::pairs;
    use super::super::{Confusion, Weights, cohen_kappa};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_best_constant_is_the_lowest_of_the_best() {
        let best = best_constant(&pairs(&[2, 3], &[Some(1), Some(5)]), 5).unwrap();
        // 2 and 3 both miss one row by one point: (0 + 1)/2/16.
        assert_eq!((best.level, best.nmse.value()), (1, Some(3.125)));
        assert_eq!(best_constant(&[], 5), None);
    }

    #[test]
    fn shuffling_two_rows_averages_both_deals() {
        // Gold 1, 5. Judge 1, malformed: dealt as is (0 + 16)/2, swapped (16 + 16)/2; mean 12 of 16.
        let figure = shuffled(&pairs(&[1, 5], &[Some(1), None]), 5);
        assert_eq!(figure.value(), Some(75.0));
    }

    proptest! {
        #[test]
        fn quadratic_kappa_and_nmse_are_the_same_number_seen_twice(rows in proptest::collection::vec((1u8..=5, 1u8..=5), 2..60)) {
            let (gold, judge): (Vec<u8>, Vec<u8>) = rows.into_iter().unzip();
            let rows = pairs(&gold, &judge.into_iter().map(Some).collect::<Vec<_>>());
            if let Ok(kappa) = cohen_kappa(&Confusion::of(&rows, 5), Weights::Quadratic) {
                let nmse = nmse(&rows, 5, MalformedPolicy::Full).value().unwrap();
                prop_assert!((kappa - (1.0 - nmse / shuffled(&rows, 5).value().unwrap())).abs() < 1e-9);
            }
        }
    }
}
