//! One judge against several people: how much of its error is theirs.

use super::errors::squared_gaps;
use super::numerics::sum;
use super::{Defined, Gold};
use crate::domain::Undefined;

/// An item as several people and the judge rated it, in levels. A person who skipped it is `None`; so is a malformed
/// reply of the judge, which costs the full range.
#[derive(Clone, Debug, PartialEq)]
pub struct Panelled {
    /// One place per annotator.
    pub ratings: Vec<Option<u8>>,
    /// The judge.
    pub judge: Option<u8>,
}

/// The judge's NMSE against people taken together, each by each, and against people without their noise (SPEC case A8).
#[derive(Clone, Debug, PartialEq)]
pub struct AgainstPeople {
    /// Against the mean of each item's ratings.
    pub mean: Defined,
    /// Against every single rating, pooled.
    pub pooled: Defined,
    /// Against each annotator, in their order.
    pub each: Vec<Defined>,
    /// Between pairs of people on the same item, pooled.
    pub between_people: Defined,
    /// Variance of ratings within an item, pooled over items with at least two, in squared rating points.
    pub within_item_variance: Defined,
    /// `mean` without the noise of the people's mean: `(MSE − σ²·mean(1/m))·100/R²` for items of `m` ratings. An unbiased
    /// estimate, so it may be negative: the judge then errs less than people's noise explains.
    pub noise_corrected: Defined,
}

impl AgainstPeople {
    /// Over items on a scale of `levels`; items that nobody rated do not count.
    pub fn of(items: &[Panelled], levels: usize) -> Self {
        let points = squared_gaps(levels);
        let cost = |judge: Option<u8>, rating: u8| judge.map_or(100.0, |j| points[usize::from(j.abs_diff(rating))]);
        let rated: Vec<(Vec<u8>, Option<u8>, Gold)> = items
            .iter()
            .filter_map(|item| {
                let ratings: Vec<u8> = item.ratings.iter().copied().flatten().collect();
                Gold::of(&ratings).map(|gold| (ratings, item.judge, gold))
            })
            .collect();
        let unit = points[1];
        let against_mean =
            rated.iter().map(|(_, judge, gold)| judge.map_or(100.0, |j| (f64::from(j) - gold.mean).powi(2) * unit));
        let single = rated.iter().flat_map(|(ratings, judge, _)| ratings.iter().map(|r| cost(*judge, *r)));
        let annotators = items.iter().map(|item| item.ratings.len()).max().unwrap_or(0);
        let of_annotator = |annotator: usize| {
            let own = |item: &Panelled| Some(cost(item.judge, (*item.ratings.get(annotator)?)?));
            mean(items.iter().filter_map(own).collect())
        };
        let between = rated.iter().flat_map(|(ratings, ..)| {
            let pairs = ratings.iter().enumerate().flat_map(|(i, a)| ratings[i + 1..].iter().map(move |b| (*a, *b)));
            pairs.map(|(a, b)| cost(Some(a), b))
        });
        let variance = within_item_variance(&rated);
        let mean_of = mean(against_mean.collect());
        let share = mean(rated.iter().map(|(_, _, gold)| 1.0 / gold.ratings as f64).collect());
        Self {
            mean: mean_of,
            pooled: mean(single.collect()),
            each: (0..annotators).map(of_annotator).collect(),
            between_people: mean(between.collect()).map_err(|_| Undefined::OneAnnotator),
            within_item_variance: variance,
            noise_corrected: corrected(mean_of, variance, share, unit),
        }
    }
}

fn corrected(nmse: Defined, variance: Defined, share: Defined, unit: f64) -> Defined {
    Ok(nmse? - variance? * share? * unit)
}

fn within_item_variance(rated: &[(Vec<u8>, Option<u8>, Gold)]) -> Defined {
    let spread = |(ratings, _, gold): &(Vec<u8>, Option<u8>, Gold)| {
        sum(ratings.iter().map(|r| (f64::from(*r) - gold.mean).powi(2)))
    };
    let freedom: usize = rated.iter().map(|(ratings, ..)| ratings.len() - 1).sum();
    if freedom == 0 { Err(Undefined::OneAnnotator) } else { Ok(sum(rated.iter().map(spread)) / freedom as f64) }
}

fn mean(values: Vec<f64>) -> Defined {
    if values.is_empty() { Err(Undefined::Empty) } else { Ok(sum(values.iter().copied()) / values.len() as f64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(ratings: &[Option<u8>], judge: Option<u8>) -> Panelled {
        Panelled { ratings: ratings.to_vec(), judge }
    }

    fn close(value: Defined, expected: f64) {
        assert!(value.is_ok_and(|v| (v - expected).abs() < 1e-12), "{value:?} for {expected}");
    }

    #[test]
    fn two_items_by_hand() {
        let items = [item(&[Some(0), Some(2)], Some(1)), item(&[Some(4), None], Some(3))];
        let against = AgainstPeople::of(&items, 5);
        // Against means 1 and 4: squares 0 and 1, of 16. Against singles: 1, 1, 1. Between people: 4 of 16.
        close(against.mean, 3.125);
        close(against.pooled, 6.25);
        close(against.each[0], 6.25);
        close(against.between_people, 25.0);
        // Within: (1 + 1)/1; noise 2 · (1/2 + 1)/2 = 1.5 squared points, 9.375 of 100.
        close(against.within_item_variance, 2.0);
        close(against.noise_corrected, 3.125 - 9.375);
    }

    #[test]
    fn without_a_second_rating_noise_is_not_known() {
        let against = AgainstPeople::of(&[item(&[Some(1)], None), item(&[None], Some(2))], 5);
        close(against.mean, 100.0);
        assert_eq!(against.noise_corrected, Err(Undefined::OneAnnotator));
        assert_eq!(against.between_people, Err(Undefined::OneAnnotator));
        assert_eq!(AgainstPeople::of(&[], 5).mean, Err(Undefined::Empty));
    }
}
