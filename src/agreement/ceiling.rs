//! How far people are from each other on the same items: no judge can be asked to do better than that.

use super::errors::squared_gaps;
use super::{Term, mean_on_scale, ratio};
use crate::domain::{Figure, Undefined};

/// NMSE between pairs of annotators, over all pairs of ratings of one item, pooled (SPEC case A8).
///
/// `items` holds for each item its query's number and its ratings as levels. Undefined when no item has two ratings.
pub fn human_ceiling<'a>(items: impl Iterator<Item = (u32, &'a [u8])> + Clone, levels: usize) -> Figure {
    let points = 100.0 / ((levels - 1) as f64).powi(2);
    let term = |(group, ratings): (u32, &[u8])| {
        let pairs = ratings.iter().enumerate().flat_map(|(i, a)| ratings[i + 1..].iter().map(move |b| (a, b)));
        let squares: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2)).sum();
        let weight = (ratings.len() * ratings.len().saturating_sub(1) / 2) as u64;
        Term { group, value: squares as f64 * points, weight }
    };
    named(mean_on_scale(items.map(term), &squared_gaps(levels)))
}

/// NMSE of the judge against single ratings on items with at least two of them: the number to hold against
/// [`human_ceiling`], for both compare one rater with one person. A malformed reply costs the full range.
pub fn judge_against_single<'a>(
    items: impl Iterator<Item = (u32, &'a [u8], Option<u8>)> + Clone,
    levels: usize,
) -> Figure {
    let range = (levels - 1) as f64;
    let points = 100.0 / (range * range);
    let term = |(group, ratings, judge): (u32, &[u8], Option<u8>)| {
        let square = |rating: &u8| judge.map_or(range * range, |j| f64::from(j.abs_diff(*rating)).powi(2));
        let weight = if ratings.len() < 2 { 0 } else { ratings.len() as u64 };
        Term { group, value: ratings.iter().map(square).sum::<f64>() * points, weight }
    };
    named(mean_on_scale(items.map(term), &squared_gaps(levels)))
}

/// How much further from people the judge is than they are from each other, in NMSE points, on items with two ratings or
/// more: the mean over these items of the judge's mean squared error against their ratings, less that of the pairs of
/// people, with a linearised interval by query. Each item counts once, so both sides are about the same items.
///
/// Undefined when no item has two ratings.
pub fn beyond_people<'a>(items: impl Iterator<Item = (u32, &'a [u8], Option<u8>)>, levels: usize) -> Figure {
    let range = (levels - 1) as f64;
    let points = 100.0 / (range * range);
    let squared = |a: u8, b: u8| f64::from(a.abs_diff(b)).powi(2);
    let term = |(group, ratings, judge): (u32, &[u8], Option<u8>)| {
        let n = ratings.len() as f64;
        let own: f64 = ratings.iter().map(|r| judge.map_or(range * range, |j| squared(j, *r))).sum();
        let pairs = ratings.iter().enumerate().flat_map(|(i, a)| ratings[i + 1..].iter().map(move |b| (*a, *b)));
        let people: f64 = pairs.map(|(a, b)| squared(a, b)).sum();
        Term { group, value: points * (own / n - people / (n * (n - 1.0) / 2.0)), weight: 1 }
    };
    named(ratio(items.filter(|(_, ratings, _)| ratings.len() > 1).map(term), (-100.0, 100.0)))
}

fn named(figure: Figure) -> Figure {
    match figure {
        Figure::Undefined(_) => Undefined::OneAnnotator.into(),
        known => known,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATINGS: [&[u8]; 8] = [&[0, 0, 1], &[1, 1], &[2, 3, 2], &[4, 4], &[3, 1, 2], &[0], &[4, 3, 4], &[1, 2, 1]];

    #[test]
    fn pairs_of_people_are_pooled_over_items() {
        // Squares 2+0+2+0+6+2+2 = 14 over 3+1+3+1+3+3+3 = 17 pairs: 100·14/17/16.
        let figure = human_ceiling(RATINGS.iter().enumerate().map(|(g, r)| (g as u32, *r)), 5);
        assert!((figure.value().unwrap() - 5.147058823529411).abs() < 1e-12);
    }

    #[test]
    fn a_judge_is_held_against_the_same_items_that_people_are() {
        // Ratings 0 2, judge 1: (1 + 1)/2 − 4; ratings 3 3, judge 3: 0; a single rating does not count.
        let items: [(u32, &[u8], Option<u8>); 3] = [(0, &[0, 2], Some(1)), (1, &[3, 3], Some(3)), (2, &[4], Some(0))];
        assert_eq!(beyond_people(items.into_iter(), 5).value(), Some(100.0 / 16.0 * -3.0 / 2.0));
    }

    #[test]
    fn without_two_annotators_there_is_no_ceiling() {
        let alone: [&[u8]; 1] = [&[3]];
        assert_eq!(human_ceiling(alone.iter().map(|r| (0, *r)), 5), Undefined::OneAnnotator.into());
        assert_eq!(judge_against_single(alone.iter().map(|r| (0, *r, Some(3))), 5), Undefined::OneAnnotator.into());
    }

    #[test]
    fn the_judge_is_held_against_each_single_rating() {
        let items: [(&[u8], Option<u8>); 2] = [(&[0, 2], Some(1)), (&[4, 4], None)];
        // 1 + 1 + 16 + 16 over 4 ratings.
        let figure = judge_against_single(items.iter().enumerate().map(|(g, (r, j))| (g as u32, *r, *j)), 5);
        assert_eq!(figure.value(), Some(100.0 * 34.0 / 4.0 / 16.0));
    }
}
