//! The Alternative Annotator Test: may the judge replace one of the annotators? (Calderon, Reichart & Dror 2025,
//! arXiv 2501.10970; SPEC §2.10.)
//!
//! Never read alone: a judge that always answers the same number can pass it, so it is run with its controls
//! ([`super::alt_test_with_controls`]).

use super::{RatedItem, annotators};
use crate::agreement::interval::Resampling;
use crate::agreement::numerics::t_cdf;
use crate::agreement::paired::sign_flip;
use crate::agreement::{Adjustment, Defined, adjusted};
use crate::domain::Undefined;
use std::collections::BTreeMap;

/// Share of annotators that the judge must win against.
const NEEDED: f64 = 0.5;

/// How close a rating is to the other annotators' ratings of the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AltScore {
    /// By squared distance.
    NegRmse,
    /// By the number of others who gave the same.
    Accuracy,
}

/// What becomes of an item on which the judge's reply was malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LostOrDropped {
    /// The annotator wins it. The headline.
    Lose,
    /// It is left out, as in the authors' notebook.
    Drop,
}

/// How the test is run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AltTest {
    /// Closeness.
    pub score: AltScore,
    /// Malformed replies.
    pub malformed: LostOrDropped,
    /// The advantage that the annotator is granted, for what a person costs: 0.2 for experts, 0.15 for skilled, 0.1 for
    /// crowd workers.
    pub epsilon: f64,
    /// False discovery rate across annotators.
    pub q: f64,
    /// Items an annotator needs to be tested; two at least.
    pub min_items: usize,
    /// Seeds the sign flips and the shuffled control.
    pub seed: u64,
    /// Sign patterns that the test by queries draws.
    pub flips: u32,
}

impl AltTest {
    /// The authors' test with `epsilon`: by squared distance, 30 items, false discovery rate 0.05.
    pub fn new(epsilon: f64) -> Self {
        let (score, malformed) = (AltScore::NegRmse, LostOrDropped::Lose);
        Self { score, malformed, epsilon, q: 0.05, min_items: 30, seed: 0, flips: 10_000 }
    }
}

/// One annotator's test.
#[derive(Clone, Debug, PartialEq)]
pub struct TestedAnnotator {
    /// Their number.
    pub annotator: usize,
    /// Items compared.
    pub n: u64,
    /// Share of items on which the judge is at least as close to the others as the annotator.
    pub judge_wins: f64,
    /// Share of items on which the annotator is at least as close as the judge.
    pub annotator_wins: f64,
    /// `annotator_wins − judge_wins`, −1 to 1.
    pub mean_difference: f64,
    /// `(mean_difference − ε)/(s/√n)`; undefined when all items say the same.
    pub t: Defined,
    /// One-sided p of "the annotator's advantage is at least ε", by Student's t with n − 1 degrees of freedom.
    pub p: f64,
    /// The same p by flipping the signs of whole queries; undefined with fewer than two queries.
    pub cluster_p: Defined,
    /// Whether that is rejected across annotators, that is whether the judge wins.
    pub judge_won: bool,
}

/// The test over all annotators.
#[derive(Clone, Debug, PartialEq)]
pub struct AltOutcome {
    /// Annotators with enough items, in their order.
    pub tested: Vec<TestedAnnotator>,
    /// Annotators with too few items, and how many they have.
    pub skipped: Vec<(usize, u64)>,
    /// ω, the share of tested annotators that the judge wins against. Undefined when nobody could be tested.
    pub winning_rate: Defined,
    /// ω by the tests on whole queries.
    pub cluster_winning_rate: Defined,
    /// ρ, the mean over annotators of `judge_wins`.
    pub advantage: Defined,
}

impl AltOutcome {
    /// Whether the judge wins against at least half of the annotators.
    pub fn passes(&self) -> bool {
        self.winning_rate.is_ok_and(|rate| rate >= NEEDED)
    }

    /// Whether there are fewer than the three annotators that the test should have.
    pub fn few_annotators(&self) -> bool {
        self.tested.len() < 3
    }
}

/// The comparison on one item: whether judge and annotator are each at least as close to the others as the other one.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Duel {
    group: u32,
    judge: bool,
    annotator: bool,
}

impl AltTest {
    /// Runs the test for `judge`, one reply for each of `items`. Items of a single annotator are not compared.
    ///
    /// For annotator `h` and each shared item, `d = 1{h no further than the judge} − 1{the judge no further than h}`,
    /// distances being integers (sums of squares, or of misses), so ties are exact. One-sided t-test of `mean d ≥ ε`
    /// (when all `d` are the same, p is 0 below ε and 1 otherwise), then Benjamini–Yekutieli across annotators.
    ///
    /// # Panics
    /// When there is not one reply per item.
    pub fn run(&self, items: &[RatedItem], judge: &[Option<u8>]) -> AltOutcome {
        assert_eq!(items.len(), judge.len(), "one reply per item");
        let (mut tested, mut skipped) = (Vec::new(), Vec::new());
        for annotator in 0..annotators(items) {
            let duels: Vec<Duel> =
                items.iter().zip(judge).filter_map(|(item, reply)| self.duel(item, annotator, *reply)).collect();
            if duels.len() < self.min_items.max(2) {
                skipped.push((annotator, duels.len() as u64));
            } else {
                tested.push(self.test(annotator, &duels));
            }
        }
        let won = self.rejected(tested.iter().map(|t| Ok(t.p)).collect());
        let cluster_won = self.rejected(tested.iter().map(|t| t.cluster_p).collect());
        for (annotator, won) in tested.iter_mut().zip(&won) {
            annotator.judge_won = *won == Ok(true);
        }
        AltOutcome {
            winning_rate: share(&won),
            cluster_winning_rate: share(&cluster_won),
            advantage: mean(tested.iter().map(|t| t.judge_wins)),
            tested,
            skipped,
        }
    }

    fn rejected(&self, p: Vec<Defined>) -> Vec<Result<bool, Undefined>> {
        adjusted(&p, Adjustment::BenjaminiYekutieli).into_iter().map(|p| Ok(p? <= self.q)).collect()
    }

    fn duel(&self, item: &RatedItem, annotator: usize, reply: Option<u8>) -> Option<Duel> {
        let own = item.ratings.get(annotator).copied().flatten()?;
        let others = || item.ratings.iter().enumerate().filter(|(a, _)| *a != annotator).filter_map(|(_, r)| *r);
        others().next()?;
        let Some(reply) = reply else {
            let lost = Duel { group: item.group, judge: false, annotator: true };
            return (self.malformed == LostOrDropped::Lose).then_some(lost);
        };
        let distance = |rating: u8| -> u32 {
            others()
                .map(|other| match self.score {
                    AltScore::NegRmse => u32::from(rating.abs_diff(other)).pow(2),
                    AltScore::Accuracy => u32::from(rating != other),
                })
                .sum()
        };
        let (judge, person) = (distance(reply), distance(own));
        Some(Duel { group: item.group, judge: judge <= person, annotator: person <= judge })
    }

    fn test(&self, annotator: usize, duels: &[Duel]) -> TestedAnnotator {
        let n = duels.len() as f64;
        let judge = duels.iter().filter(|d| d.judge).count() as i64;
        let person = duels.iter().filter(|d| d.annotator).count() as i64;
        let sum = (person - judge) as f64;
        let squares = duels.iter().filter(|d| d.judge != d.annotator).count() as f64;
        let mean = sum / n;
        // n·Σd² − (Σd)² is a whole number: zero exactly when all d are the same.
        let spread = n * squares - sum * sum;
        let t = if spread == 0.0 {
            Err(Undefined::ZeroVariance)
        } else {
            Ok((mean - self.epsilon) / (spread / (n * (n - 1.0)) / n).sqrt())
        };
        let p = t.map_or(if mean < self.epsilon { 0.0 } else { 1.0 }, |t| t_cdf(t, n - 1.0));
        TestedAnnotator {
            annotator,
            n: duels.len() as u64,
            judge_wins: judge as f64 / n,
            annotator_wins: person as f64 / n,
            mean_difference: mean,
            t,
            p,
            cluster_p: self.cluster_p(duels),
            judge_won: false,
        }
    }

    /// One-sided sign-flip test on the sums of `d − ε` of each query.
    fn cluster_p(&self, duels: &[Duel]) -> Defined {
        let mut groups: BTreeMap<u32, (i64, u64)> = BTreeMap::new();
        for duel in duels {
            let (sum, n) = groups.entry(duel.group).or_default();
            *sum += i64::from(duel.annotator) - i64::from(duel.judge);
            *n += 1;
        }
        if groups.len() < 2 {
            return Err(Undefined::TooFewGroups);
        }
        let sums: Vec<f64> = groups.into_values().map(|(sum, n)| sum as f64 - self.epsilon * n as f64).collect();
        let two_sided =
            sign_flip(&sums, &Resampling { seed: self.seed, replicates: self.flips, ..Resampling::default() });
        // Sign patterns come in mirror images: half of those as far from zero lie on the observed side.
        match two_sided {
            Ok(p) if sums.iter().sum::<f64>() < 0.0 => Ok(p / 2.0),
            Ok(p) => Ok(1.0 - p / 2.0),
            Err(Undefined::NoDifference) => Ok(1.0),
            Err(reason) => Err(reason),
        }
    }
}

/// The share of tests that the judge won; undefined when one of them is, or there is none.
fn share(won: &[Result<bool, Undefined>]) -> Defined {
    let won = won.iter().copied().collect::<Result<Vec<bool>, _>>()?;
    mean(won.into_iter().map(|won| f64::from(u8::from(won))))
}

/// The mean, or `Empty`.
pub(super) fn mean(values: impl ExactSizeIterator<Item = f64>) -> Defined {
    match values.len() {
        0 => Err(Undefined::Empty),
        n => Ok(values.sum::<f64>() / n as f64),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// One item per query, ratings of three annotators.
    pub fn items(rows: &[[u8; 3]]) -> Vec<RatedItem> {
        rows.iter().zip(0..).map(|(r, group)| RatedItem { group, ratings: r.map(Some).to_vec() }).collect()
    }

    fn test(score: AltScore, malformed: LostOrDropped) -> AltTest {
        AltTest { score, malformed, min_items: 2, ..AltTest::new(0.2) }
    }

    #[test]
    fn wins_are_counted_against_the_other_annotators() {
        // First annotator against others (2,2), (2,4), (3,3); judge 2, 3, malformed.
        // Item 1: own 1, squares 2; judge 0: the judge wins. Item 2: own 2, 0 + 4 = 4; judge 1 + 1: the judge wins.
        // Item 3: lost. d = −1, −1, 1: mean −1/3, s² = (3 − 1/3)/2 = 4/3, t = (−1/3 − 0.2)/√(4/9) = −0.8.
        let table = items(&[[1, 2, 2], [2, 2, 4], [0, 3, 3]]);
        let judge = [Some(2), Some(3), None];
        let first = &test(AltScore::NegRmse, LostOrDropped::Lose).run(&table, &judge).tested[0];
        assert_eq!((first.n, first.judge_wins, first.annotator_wins), (3, 2.0 / 3.0, 1.0 / 3.0));
        assert!((first.t.unwrap() + 0.8).abs() < 1e-12, "{first:?}");
        // By the same rating: on item 2 the annotator matches one of two and the judge none.
        let first = &test(AltScore::Accuracy, LostOrDropped::Lose).run(&table, &judge).tested[0];
        assert_eq!((first.judge_wins, first.annotator_wins), (1.0 / 3.0, 2.0 / 3.0));
        // Dropped, items 1 and 2 remain and the judge wins both: no spread, and the mean −1 is below ε.
        let first = &test(AltScore::NegRmse, LostOrDropped::Drop).run(&table, &judge).tested[0];
        assert_eq!((first.n, first.t, first.p), (2, Err(Undefined::ZeroVariance), 0.0));
    }

    #[test]
    fn annotators_with_few_items_are_listed_and_a_test_of_nobody_has_no_rate() {
        let outcome = AltTest::new(0.1).run(&items(&[[1, 1, 2]]), &[Some(1)]);
        assert_eq!(outcome.skipped, [(0, 1), (1, 1), (2, 1)]);
        assert_eq!(outcome.winning_rate, Err(Undefined::Empty));
        assert!(!outcome.passes() && outcome.few_annotators());
    }

    #[test]
    fn an_item_of_one_annotator_compares_nobody() {
        let alone = RatedItem { group: 0, ratings: vec![Some(1), None] };
        assert_eq!(AltTest::new(0.1).run(&[alone], &[Some(1)]).skipped, [(0, 0), (1, 0)]);
    }

    #[test]
    fn whole_queries_are_flipped_together() {
        // All items of four queries won by the judge: −1.2 per item; 1 of 2⁴ sign patterns is as low, not 1 of 2⁴⁰.
        let mut table = items(&[[0, 2, 2]; 40]);
        table.iter_mut().zip(0..).for_each(|(item, i)| item.group = i / 10);
        let outcome = test(AltScore::NegRmse, LostOrDropped::Lose).run(&table, &[Some(2); 40]);
        assert_eq!(outcome.tested[0].cluster_p, Ok(1.0 / 16.0));
    }

    fn table() -> impl Strategy<Value = (Vec<Vec<Option<u8>>>, Vec<Option<u8>>)> {
        let row = (proptest::collection::vec(proptest::option::weighted(0.8, 0u8..5), 3), proptest::option::of(0u8..5));
        proptest::collection::vec(row, 5..40).prop_map(|rows| rows.into_iter().unzip())
    }

    proptest! {
        #[test]
        fn the_order_of_the_annotators_is_no_matter((rows, judge) in table(), turn in 1usize..3) {
            let build = |turn: usize| -> Vec<RatedItem> {
                rows.iter()
                    .zip(0..)
                    .map(|(r, i)| {
                        let mut ratings = r.clone();
                        ratings.rotate_left(turn);
                        RatedItem { group: i / 3, ratings }
                    })
                    .collect()
            };
            let run = test(AltScore::NegRmse, LostOrDropped::Lose);
            let (one, other) = (run.run(&build(0), &judge), run.run(&build(turn), &judge));
            prop_assert_eq!(one.winning_rate, other.winning_rate);
            prop_assert_eq!(one.skipped.len(), other.skipped.len());
            for tested in &one.tested {
                let number = (tested.annotator + 3 - turn) % 3;
                let same = other.tested.iter().find(|t| t.annotator == number).unwrap();
                prop_assert_eq!(tested.p, same.p);
                prop_assert_eq!(tested.cluster_p, same.cluster_p);
                prop_assert_eq!(tested.judge_won, same.judge_won);
            }
        }
    }
}
