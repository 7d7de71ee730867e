//! Which cases are shown, and which together.

use super::{Many, malformed, rated};
use crate::domain::Malformed;
use crate::feedback::{Case, Counts, Direction, choose, clusters};
use crate::rubric::shipped;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// 20 too high by one point, 4 by three, 3 too low, 2 malformed of two kinds, 5 right.
fn mixed() -> Many {
    let rubric = shipped();
    let mut all = Vec::new();
    all.extend((0..20).map(|_| (3, "old", rated(&rubric, 4, None))));
    all.extend((0..4).map(|_| (2, "wrong system", rated(&rubric, 5, None))));
    all.extend((0..3).map(|_| (5, "to the point", rated(&rubric, 3, None))));
    all.push((3, "x", malformed(Malformed::Truncated, "{")));
    all.push((3, "x", malformed(Malformed::Refusal, "no")));
    all.extend((0..5).map(|_| (3, "fine", rated(&rubric, 3, None))));
    Many::of(&rubric, all)
}

fn ids<'a>(cases: &[Case<'a>], chosen: &[usize]) -> Vec<&'a str> {
    chosen.iter().map(|&i| cases[i].example.item.id.as_str()).collect()
}

#[test]
fn a_few_of_each_mode_are_chosen_before_many_of_the_largest() {
    let many = mixed();
    let cases = many.cases();
    let chosen: Vec<Case<'_>> = choose(&cases, 9, 7).into_iter().map(|i| cases[i]).collect();
    assert_eq!(Counts::of(&chosen), Counts { higher: 4, lower: 3, malformed: 2, agreed: 0 });
    let gaps = chosen.iter().filter(|c| c.direction() == Direction::Higher).map(Case::gap);
    assert_eq!(gaps.collect::<Vec<_>>(), [Some(3), Some(1), Some(3), Some(1)]);
}

#[test]
fn a_malformed_reply_is_always_among_the_chosen_and_an_agreement_never() {
    let many = mixed();
    let cases = many.cases();
    for most in 1..40 {
        let chosen = choose(&cases, most, most as u64);
        assert_eq!(chosen.len(), most.min(29));
        assert!(chosen.iter().any(|&i| cases[i].direction() == Direction::Malformed));
        assert!(chosen.iter().all(|&i| cases[i].direction() != Direction::Agreed));
    }
    assert!(choose(&cases, 0, 1).is_empty() && choose(&[], 5, 1).is_empty());
}

#[test]
fn another_seed_chooses_others_of_the_same_modes() {
    let many = mixed();
    let cases = many.cases();
    let choices: BTreeSet<Vec<usize>> = (0..20).map(|seed| choose(&cases, 6, seed)).collect();
    assert!(choices.len() > 10);
}

#[test]
fn failures_that_look_alike_come_together() {
    let rubric = shipped();
    let high = |why| (2, why, rated(&rubric, 4, None));
    let many = Many::of(
        &rubric,
        vec![
            high("A stale page, written years before."),
            high("Stale, and from years before the change."),
            high("This page is stale."),
            high("Describes another product with that name."),
            high("A different product, only the name fits."),
            high("Name fits, product does not."),
            (4, "Short but enough.", rated(&rubric, 2, None)),
            (4, "x", malformed(Malformed::Empty, "")),
            (4, "x", malformed(Malformed::Empty, "")),
        ],
    );
    let cases = many.cases();
    let sets = |k| -> BTreeSet<BTreeSet<usize>> {
        clusters(&cases, k, 3).into_iter().map(|batch| batch.into_iter().collect()).collect()
    };
    let (stale, product, lower, empty) = (vec![0, 1, 2], vec![3, 4, 5], vec![6], vec![7, 8]);
    let of = |batches: &[&Vec<usize>]| -> BTreeSet<BTreeSet<usize>> {
        batches.iter().map(|b| b.iter().copied().collect()).collect()
    };
    assert_eq!(sets(4), of(&[&stale, &product, &lower, &empty]));
    assert_eq!(sets(3), of(&[&[stale, product].concat(), &lower, &empty]));
    assert_eq!(sets(1).len(), 1);
    assert!(clusters(&cases, 0, 3).is_empty());
}

#[test]
fn rationales_that_share_no_word_part_nothing() {
    let rubric = shipped();
    let many =
        Many::of(&rubric, ["Stale.", "Wrong system.", "Only half."].map(|w| (2, w, rated(&rubric, 4, None))).into());
    assert_eq!(clusters(&many.cases(), 3, 1).len(), 1);
}

fn arbitrary() -> impl Strategy<Value = Many> {
    let words = "(stale page |wrong system |other product |half an answer |name fits ){0,3}";
    let one = (1i64..=5, words, prop_oneof![(1i64..=5).prop_map(Ok), (0usize..8).prop_map(Err)]);
    proptest::collection::vec(one, 0..30).prop_map(|all| {
        let rubric = shipped();
        let said = |said| match said {
            Ok(rating) => rated(&rubric, rating, None),
            Err(kind) => malformed(Malformed::ALL[kind], "x"),
        };
        let all: Vec<_> = all.into_iter().map(|(gold, why, s)| (gold, why, said(s))).collect();
        Many::of(&rubric, all.iter().map(|(gold, why, s)| (*gold, why.as_str(), s.clone())).collect())
    })
}

proptest! {
    #[test]
    fn the_order_of_the_cases_changes_neither_choice_nor_batches(many in arbitrary(), k in 1usize..7, most in 0usize..20, seed: u64) {
        let cases = many.cases();
        let mut turned = cases.clone();
        turned.reverse();
        turned.rotate_left(cases.len() / 3);
        prop_assert_eq!(ids(&cases, &choose(&cases, most, seed)), ids(&turned, &choose(&turned, most, seed)));
        let names = |cases: &[Case<'_>]| -> Vec<Vec<String>> {
            let batches = clusters(cases, k, seed);
            batches.iter().map(|b| ids(cases, b).into_iter().map(str::to_owned).collect()).collect()
        };
        prop_assert_eq!(names(&cases), names(&turned));
    }

    #[test]
    fn every_failure_is_in_exactly_one_batch(many in arbitrary(), k in 1usize..7, seed: u64) {
        let cases = many.cases();
        let batches = clusters(&cases, k, seed);
        prop_assert!(batches.len() <= k && batches.iter().all(|b| !b.is_empty()));
        let mut all: Vec<usize> = batches.concat();
        all.sort_unstable();
        let failures = (0..cases.len()).filter(|&i| cases[i].direction() != Direction::Agreed);
        prop_assert_eq!(all, failures.collect::<Vec<_>>());
    }
}
