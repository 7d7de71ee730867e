//! Each annotator against the others.

use super::{RatedItem, annotators};
use crate::agreement::interval::Resampling;
use crate::agreement::{Gold, MalformedPolicy, Pair, Weights, kappa, nmse};
use crate::domain::Figure;

/// One annotator held against what the others say of the same items.
#[derive(Clone, Debug, PartialEq)]
pub struct AgainstOthers {
    /// Items that this annotator and at least one other rated.
    pub n: u64,
    /// NMSE against the mean of the others.
    pub nmse_of_mean: Figure,
    /// NMSE against the lower median of the others.
    pub nmse_of_median: Figure,
}

/// Every annotator's NMSE with the others as gold, leaving their own rating out of it (SPEC §2.16): beside a judge's
/// NMSE it says whether the judge is as close to people as a person is. Undefined for who shared no item.
pub fn against_others(items: &[RatedItem], levels: usize) -> Vec<AgainstOthers> {
    let one = |annotator: usize| {
        let rows: Vec<Pair> = items.iter().filter_map(|item| left_out(item, annotator)).collect();
        let medians: Vec<Pair> = rows.iter().map(|p| Pair { gold_mean: f64::from(p.gold), ..p.clone() }).collect();
        AgainstOthers {
            n: rows.len() as u64,
            nmse_of_mean: nmse(&rows, levels, MalformedPolicy::Full),
            nmse_of_median: nmse(&medians, levels, MalformedPolicy::Full),
        }
    };
    (0..annotators(items)).map(one).collect()
}

/// The annotator as the judge of this item, with the others as its gold.
fn left_out(item: &RatedItem, annotator: usize) -> Option<Pair> {
    let own = item.ratings.get(annotator).copied().flatten()?;
    let others = item.ratings.iter().enumerate().filter(|(a, _)| *a != annotator).filter_map(|(_, r)| *r);
    let gold = Gold::of(&others.collect::<Vec<u8>>())?;
    Some(Pair { group: item.group, gold: gold.lower_median, gold_mean: gold.mean, judge: Some(own) })
}

/// Agreement of two annotators on the items that both rated.
#[derive(Clone, Debug, PartialEq)]
pub struct PairAgreement {
    /// The two, the lower number first.
    pub annotators: (usize, usize),
    /// Items that both rated.
    pub n: u64,
    /// Quadratic kappa.
    pub kappa: Figure,
}

/// Quadratic kappa of every two annotators, undefined where they share no item or only ever agree on one rating.
pub fn pairwise_kappa(items: &[RatedItem], levels: usize, how: &Resampling) -> Vec<PairAgreement> {
    let count = annotators(items);
    let both = |a: usize, b: usize| {
        let row = |item: &RatedItem| {
            let (first, second) = (item.ratings.get(a).copied().flatten()?, item.ratings.get(b).copied().flatten()?);
            Some(Pair { group: item.group, gold: first, gold_mean: f64::from(first), judge: Some(second) })
        };
        let rows: Vec<Pair> = items.iter().filter_map(row).collect();
        let kappa = kappa(&rows, levels, Weights::Quadratic, how);
        PairAgreement { annotators: (a, b), n: rows.len() as u64, kappa }
    };
    (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b))).map(|(a, b)| both(a, b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Undefined;

    fn items(rows: &[[Option<u8>; 3]]) -> Vec<RatedItem> {
        rows.iter().zip(0..).map(|(r, group)| RatedItem { group, ratings: r.to_vec() }).collect()
    }

    #[test]
    fn the_others_are_the_gold_by_mean_and_by_lower_median() {
        let table = items(&[[Some(4), Some(1), Some(2)], [Some(0), Some(0), None], [Some(3), None, None]]);
        // First annotator: others' means 1.5 and 0, so (2.5² + 0)/2/16; lower medians 1 and 0, so (9 + 0)/2/16.
        let first = &against_others(&table, 5)[0];
        assert_eq!(
            (first.n, first.nmse_of_mean.value(), first.nmse_of_median.value()),
            (2, Some(19.53125), Some(28.125))
        );
        // Third annotator: others 4 and 1, mean 2.5, lower median 1: one item.
        let third = &against_others(&table, 5)[2];
        assert_eq!((third.n, third.nmse_of_mean.value(), third.nmse_of_median.value()), (1, Some(1.5625), Some(6.25)));
    }

    #[test]
    fn kappa_of_each_two_counts_the_items_they_share() {
        // First and second: (0,0) (1,0) (0,1) (1,1), agreement as by chance: 0. Others share nothing.
        let table = items(&[
            [Some(0), Some(0), None],
            [Some(1), Some(0), None],
            [Some(0), Some(1), None],
            [Some(1), Some(1), None],
        ]);
        let pairs = pairwise_kappa(&table, 2, &Resampling::default());
        assert_eq!(
            pairs.iter().map(|p| (p.annotators, p.n)).collect::<Vec<_>>(),
            [((0, 1), 4), ((0, 2), 0), ((1, 2), 0)]
        );
        assert_eq!(pairs[0].kappa.value(), Some(0.0));
        assert_eq!(pairs[1].kappa, Undefined::Empty.into());
    }
}
