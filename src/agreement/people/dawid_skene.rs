//! Labels, and each annotator's confusions, estimated together from ratings alone.

use super::{RatedItem, annotators};
use crate::domain::Undefined;

/// Probabilities below this count as this much when their logarithm is taken.
const FLOOR: f64 = 1e-10;

/// Ratings that every annotator must have given to every class before posterior probabilities mean anything: below it
/// they move by tens of points with the number of iterations (SPEC §2.16).
const PER_CLASS: u64 = 5;

/// The model of Dawid & Skene (1979) after a fixed number of iterations.
#[derive(Clone, Debug, PartialEq)]
pub struct DawidSkene {
    /// The share of each class.
    pub prior: Vec<f64>,
    /// For each annotator and true class, the probability of each rating; a row of zeros where a class has no weight.
    pub errors: Vec<Vec<Vec<f64>>>,
    /// The most probable class of each item, the lowest on ties; `None` for an item without ratings.
    pub labels: Vec<Option<u8>>,
    posterior: Vec<Vec<f64>>,
    thinnest: u64,
}

impl DawidSkene {
    /// The probability of each class for each item (an item without ratings has the prior).
    ///
    /// Refused as `WeaklyIdentified` when some annotator gave some class fewer than five times: the numbers would depend
    /// on where the iteration was stopped. The labels depend on it far less.
    pub fn posterior(&self) -> Result<&[Vec<f64>], Undefined> {
        if self.thinnest < PER_CLASS { Err(Undefined::WeaklyIdentified) } else { Ok(&self.posterior) }
    }

    /// The same, unguarded: to compare with other programs at the same number of iterations, never to be reported.
    pub fn posterior_unguarded(&self) -> &[Vec<f64>] {
        &self.posterior
    }
}

/// Fits the model by expectation–maximisation: from vote shares, `iterations` times an M step and then an E step, in
/// logarithms, without smoothing (SPEC case R1; crowd-kit `DawidSkene(n_iter, tol=-1)`).
///
/// Undefined without ratings.
pub fn dawid_skene(items: &[RatedItem], levels: usize, iterations: u32) -> Result<DawidSkene, Undefined> {
    let votes: Vec<Vec<(usize, usize)>> = items
        .iter()
        .map(|item| item.ratings.iter().enumerate().filter_map(|(a, r)| Some((a, usize::from((*r)?)))).collect())
        .collect();
    let rated = votes.iter().filter(|v| !v.is_empty()).count();
    if rated == 0 {
        return Err(Undefined::Empty);
    }
    let count = annotators(items);
    let mut posterior: Vec<Vec<f64>> = votes.iter().map(|v| shares(v, levels)).collect();
    let (mut prior, mut errors) = maximise(&votes, &posterior, (count, levels));
    for iteration in 0..iterations {
        if iteration > 0 {
            (prior, errors) = maximise(&votes, &posterior, (count, levels));
        }
        posterior = votes.iter().map(|v| expect(v, &prior, &errors)).collect();
    }
    let mut given = vec![0u64; count * levels];
    votes.iter().flatten().for_each(|(a, class)| given[a * levels + class] += 1);
    let label = |(v, p): (&Vec<_>, &Vec<f64>)| (!v.is_empty()).then(|| most_probable(p));
    let labels = votes.iter().zip(&posterior).map(label).collect();
    Ok(DawidSkene { prior, errors, labels, posterior, thinnest: given.into_iter().min().unwrap_or(0) })
}

/// Shares of the votes; even shares without any.
fn shares(votes: &[(usize, usize)], levels: usize) -> Vec<f64> {
    let mut counts = vec![0u32; levels];
    votes.iter().for_each(|(_, class)| counts[*class] += 1);
    let even = 1.0 / levels as f64;
    counts.into_iter().map(|c| if votes.is_empty() { even } else { f64::from(c) / votes.len() as f64 }).collect()
}

type Errors = Vec<Vec<Vec<f64>>>;

fn maximise(
    votes: &[Vec<(usize, usize)>],
    posterior: &[Vec<f64>],
    (count, levels): (usize, usize),
) -> (Vec<f64>, Errors) {
    let mut prior = vec![0.0; levels];
    let mut errors = vec![vec![vec![0.0; levels]; levels]; count];
    // Items without ratings would only pull the prior towards itself.
    for (votes, posterior) in votes.iter().zip(posterior).filter(|(v, _)| !v.is_empty()) {
        for (class, p) in posterior.iter().enumerate() {
            prior[class] += p;
            votes.iter().for_each(|(a, rating)| errors[*a][class][*rating] += p);
        }
    }
    normalise(&mut prior);
    errors.iter_mut().flatten().for_each(|row| normalise(row));
    (prior, errors)
}

fn normalise(weights: &mut [f64]) {
    let total: f64 = weights.iter().sum();
    if total > 0.0 {
        weights.iter_mut().for_each(|w| *w /= total);
    }
}

fn expect(votes: &[(usize, usize)], prior: &[f64], errors: &Errors) -> Vec<f64> {
    let log = |p: f64| p.max(FLOOR).ln();
    let score =
        |(class, p): (usize, &f64)| log(*p) + votes.iter().map(|(a, r)| log(errors[*a][class][*r])).sum::<f64>();
    let scores: Vec<f64> = prior.iter().enumerate().map(score).collect();
    let top = scores.iter().fold(f64::NEG_INFINITY, |m, s| m.max(*s));
    let mut posterior: Vec<f64> = scores.into_iter().map(|s| (s - top).exp()).collect();
    normalise(&mut posterior);
    posterior
}

fn most_probable(posterior: &[f64]) -> u8 {
    let best = |a: usize, b: usize| if posterior[b] > posterior[a] { b } else { a };
    (0..posterior.len()).reduce(best).unwrap_or(0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(rows: &[[Option<u8>; 3]]) -> Vec<RatedItem> {
        rows.iter().map(|r| RatedItem { group: 0, ratings: r.to_vec() }).collect()
    }

    #[test]
    fn one_step_from_vote_shares_is_done_by_hand() {
        // Item 1: 0 0 1, shares ⅔ ⅓; item 2: 1 1 1, shares 0 1. Prior ⅓, ⅔. Annotator 3 always says 1.
        // Annotator 1 when the truth is 1: weight ⅓ on 0 and 1 on 1, so ¼ and ¾; when it is 0: always 0.
        let fit = dawid_skene(&items(&[[Some(0), Some(0), Some(1)], [Some(1); 3]]), 2, 1).unwrap();
        assert!(fit.prior.iter().zip([1.0 / 3.0, 2.0 / 3.0]).all(|(a, b)| (a - b).abs() < 1e-12));
        assert!(fit.errors[0][1].iter().zip([0.25, 0.75]).all(|(a, b)| (a - b).abs() < 1e-12), "{fit:?}");
        assert_eq!(fit.errors[2], [[0.0, 1.0], [0.0, 1.0]]);
        // Item 1: ⅓·1·1·1 against ⅔·¼·¼·1: 8/9.
        assert!((fit.posterior_unguarded()[0][0] - 8.0 / 9.0).abs() < 1e-12);
        assert_eq!(fit.labels, [Some(0), Some(1)]);
    }

    #[test]
    fn posteriors_of_few_ratings_are_refused_and_those_of_enough_are_given() {
        let few = dawid_skene(&items(&[[Some(0), Some(0), Some(1)], [Some(1); 3]]), 2, 20).unwrap();
        assert_eq!(few.posterior(), Err(Undefined::WeaklyIdentified));
        let rows: Vec<_> = (0..10).map(|i| [Some(i % 2); 3]).collect();
        assert_eq!(dawid_skene(&items(&rows), 2, 20).unwrap().posterior().unwrap().len(), 10);
    }

    #[test]
    fn an_item_without_ratings_has_no_label_and_a_table_without_any_has_no_model() {
        let fit = dawid_skene(&items(&[[Some(0); 3], [None; 3]]), 2, 5).unwrap();
        assert_eq!(fit.labels, [Some(0), None]);
        assert_eq!(dawid_skene(&items(&[[None; 3]]), 2, 5), Err(Undefined::Empty));
    }

    #[test]
    fn a_careful_annotator_outweighs_two_careless_ones() {
        // Annotators 2 and 3 answer at random against the pattern that 1 and, half the time, each of them follow.
        let rows: Vec<[Option<u8>; 3]> = (0..40u8)
            .map(|i| {
                let truth = i % 2;
                [
                    Some(truth),
                    Some(if i % 4 < 3 { truth } else { 1 - truth }),
                    Some(if i % 5 < 4 { truth } else { 1 - truth }),
                ]
            })
            .collect();
        let fit = dawid_skene(&items(&rows), 2, 50).unwrap();
        assert!((0..40u8).all(|i| fit.labels[usize::from(i)] == Some(i % 2)), "{:?}", fit.labels);
    }
}
