//! Bullets as pure machines, on a judge of which it is known what each rule does.

use super::super::event::{Entry, Why};
use super::super::library::finding::{Finding, Verdict};
use super::super::library::{Bullets, Knobs, Rule};
use super::super::limits::Limits;
use super::made_up::{HARM, IDLE, KINDS, Ran, World, helps, moved};
use crate::domain::{ItemId, Rating, Scale};
use crate::feedback::Example;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// The rule for the first kind in other words.
const AGAIN: &str = "Old documents deserve a lower rating.";
/// Neither does anything for the last kind without the other.
const PAIR: [&str; 2] =
    ["Look for the sentence that limits the text.", "A limit that leaves the reader out counts against it."];

fn rule(id: &str, text: &str) -> Rule {
    Rule { id: id.into(), text: text.into() }
}

/// A helpful rule, the same again, another helpful one, a harmful one, a useless one, and two that need each other.
fn planted() -> Vec<Rule> {
    vec![
        rule("old", KINDS[0].1),
        rule("old-again", AGAIN),
        rule("keywords", KINDS[1].1),
        rule("harm", HARM),
        rule("idle", IDLE[0]),
        rule("limit", PAIR[0]),
        rule("reader", PAIR[1]),
    ]
}

/// Four kinds of items: one needs either wording of a rule, one a rule, one nothing, one both of a pair.
fn rates(example: &Example, rules: &[String], scale: Scale) -> Rating {
    let has = |rule: &str| rules.iter().any(|own| own == rule);
    let kind = KINDS.iter().position(|kind| example.item.document.ends_with(&format!("of kind {}.", kind.0))).unwrap();
    let right = match kind {
        0 => has(KINDS[0].1) || has(AGAIN),
        1 => has(KINDS[1].1),
        2 => true,
        _ => has(PAIR[0]) && has(PAIR[1]),
    };
    moved(example, if right { 0 } else { 2 } + if has(HARM) { 1 } else { 0 }, scale)
}

fn world(rows: usize) -> World {
    World::new(rows, 4, helps).judged_by(|example, rules, scale, _| rates(example, rules, scale))
}

fn search(world: &World, rules: Vec<Rule>, knobs: Knobs) -> (Ran, Vec<Finding>) {
    let mut ran = world.run(&mut Bullets::new(knobs, rules, BTreeSet::new()));
    let weighed = ran.log.iter_mut().find_map(|entry| match entry {
        Entry::Weighed { bullets } => Some(std::mem::take(bullets)),
        _ => None,
    });
    (ran, weighed.unwrap())
}

fn verdicts(found: &[Finding]) -> Vec<(&str, String)> {
    found.iter().map(|finding| (finding.id.as_str(), finding.verdict.text())).collect()
}

#[test]
fn a_harmful_a_useless_a_redundant_and_two_interacting_bullets_are_told_apart() {
    let (ran, found) = search(&world(64).judge_calls(4_000), planted(), Knobs::default());
    assert_eq!(
        verdicts(&found),
        [
            ("old", "helps".to_owned()),
            ("old-again", "redundant with old".to_owned()),
            ("keywords", "helps".to_owned()),
            ("harm", "harms".to_owned()),
            ("idle", "does nothing".to_owned()),
            ("limit", "only together with reader".to_owned()),
            ("reader", "only together with limit".to_owned()),
        ]
    );
    let mut chosen = ran.rules.clone();
    chosen.sort();
    let mut wanted = [KINDS[0].1, KINDS[1].1, PAIR[0], PAIR[1]];
    wanted.sort_unstable();
    assert_eq!(chosen, wanted);
    assert_eq!((ran.why, ran.short), (Why::Weighed, 0));
}

/// The same judge, in a world of its own for each seed: two ratings in five are one point off.
fn noisy(seed: u64) -> impl Fn(&Example, &[String], Scale, u32) -> Rating {
    move |example, rules, scale, sample| {
        let mut hash = blake3::Hasher::new();
        hash.update(&seed.to_le_bytes())
            .update(&sample.to_le_bytes())
            .update(example.item.id.as_str().as_bytes())
            .update(rules.join("\n").as_bytes());
        let level = scale.index(rates(example, rules, scale));
        match hash.finalize().as_bytes()[0] {
            0..51 => scale.at((level + 1).min(scale.levels() - 1)),
            51..102 => scale.at(level.saturating_sub(1)),
            _ => scale.at(level),
        }
    }
}

/// The pair interacts in no simulated model: there, rules only ever take from each other. `cargo bench --bench bullets` has the
/// other three kinds on `sim/small`.
#[test]
fn under_noise_planted_bullets_are_found_out_in_19_of_20_seeds() {
    let (mut right, mut idle_chosen) = ([0; 7], 0);
    for seed in 0..20 {
        let world = World::new(240, 4, helps).judged_by(noisy(seed)).seed(seed).judge_calls(12_000);
        let (_, found) = search(&world, planted(), Knobs::default());
        let is = |i: usize, verdict: &Verdict| found[i].verdict == *verdict;
        let twin = |i: usize, other: &str| is(i, &Verdict::RedundantWith(vec![other.into()]));
        let together = |i: usize, other: &str| is(i, &Verdict::OnlyTogetherWith(vec![other.into()]));
        let all = [
            twin(0, "old-again") || twin(1, "old"),
            is(0, &Verdict::Helps) || is(1, &Verdict::Helps),
            is(2, &Verdict::Helps),
            is(3, &Verdict::Harms),
            is(4, &Verdict::NoEffectShown) || is(4, &Verdict::DoesNothing),
            together(5, "reader"),
            together(6, "limit"),
        ];
        right.iter_mut().zip(all).for_each(|(right, one)| *right += i32::from(one));
        idle_chosen += i32::from(found[4].place.is_some());
    }
    assert!(right.iter().all(|right| *right >= 19) && idle_chosen <= 4, "{right:?}, {idle_chosen}");
}

#[test]
fn what_is_chosen_in_the_end_is_held_against_the_base_prompt_on_all_rows() {
    for seed in 0..6 {
        let world = World::new(240, 4, helps).judged_by(noisy(seed)).seed(seed).judge_calls(8_000 + 1_000 * seed);
        let (ran, found) = search(&world, planted(), Knobs::default());
        let last = ran.log.iter().rev().find_map(|entry| match entry {
            Entry::Compared { child, against: 0, rows, .. } => Some((*child, *rows)),
            _ => None,
        });
        // Train and Dev have so many rows each; all of them can be rated here.
        assert_eq!(last, Some((ran.best, 480)), "seed {seed}: {:?}", verdicts(&found));
    }
}

#[test]
fn what_each_does_is_told_by_hand() {
    // The last queries have two rows instead of four: not all queries say the same.
    let (_, found) = search(&world(66).judge_calls(4_000), planted(), Knobs::default());
    let old = found[0].alone.as_ref().unwrap();
    // Rows of its kind are two points off without it, which costs (2/4)² each.
    assert_eq!((old.gain, old.broken), (25.0 * old.fixed as f64 / old.rows as f64, 0));
    let interval = old.interval.unwrap();
    assert!(interval[0] > 0.0 && interval[0] < old.gain && old.gain < interval[1]);
    let harm = found[3].alone.as_ref().unwrap();
    assert!(harm.gain < 0.0 && harm.broken > 0, "{harm:?}");
    assert_eq!(found[4].alone.as_ref().unwrap().gain, 0.0);
    let alone = found[1].beside.iter().find(|beside| beside.other == "old").unwrap();
    assert_eq!(alone.effect.gain, 0.0);
    // What was chosen has its place, and is missed.
    for finding in found.iter().filter(|finding| finding.place.is_some()) {
        assert!(finding.within.as_ref().unwrap().z() > 1.0, "{finding:?}");
    }
}

#[test]
fn limits_on_count_and_words_hold() {
    let few = Knobs { most: 1, ..Knobs::default() };
    let (ran, found) = search(&world(64).judge_calls(4_000), planted(), few);
    assert_eq!(ran.rules.len(), 1);
    assert!(found.iter().any(|finding| finding.note.as_deref() == Some("the others fill the limits")));
    let short = Knobs { words: 13, ..Knobs::default() };
    let (ran, _) = search(&world(64).judge_calls(4_000), planted(), short);
    let words: usize = ran.rules.iter().map(|rule| rule.split_whitespace().count()).sum();
    assert!(!ran.rules.is_empty() && words <= 13, "{:?}", ran.rules);
}

#[test]
fn where_all_together_are_too_long_for_a_guardrail_the_worst_go_and_not_all() {
    // A prompt may get 450 words longer.
    let long = |id: &str| rule(id, &format!("{id}: {}", "weigh the text with great care and patience ".repeat(19)));
    let rules = [planted(), vec![long("first"), long("second"), long("third")]].concat();
    let (ran, found) = search(&world(64).judge_calls(6_000), rules, Knobs { words: 2_000, ..Knobs::default() });
    assert!(ran.rules.iter().any(|own| own == KINDS[0].1 || own == AGAIN), "{:?}", ran.rules);
    let too_long = |finding: &&Finding| finding.note.as_ref().is_some_and(|note| note.contains("words"));
    assert!(found.iter().any(|finding| too_long(&finding)), "{:?}", found.iter().map(|f| &f.note).collect::<Vec<_>>());
}

#[test]
fn a_bullet_of_the_base_prompt_is_left_there_and_not_chosen_again() {
    let (ran, found) = search(&world(64).knowing(&[KINDS[0].1]).judge_calls(4_000), planted(), Knobs::default());
    assert_eq!(found[0].verdict, Verdict::InBase);
    assert_eq!(ran.rules[0], KINDS[0].1);
    assert_eq!(ran.rules.iter().filter(|rule| *rule == KINDS[0].1).count(), 1);
}

#[test]
fn with_nothing_that_helps_the_baseline_stays() {
    let rules = vec![rule("harm", HARM), rule("idle", IDLE[0]), rule("idle-2", IDLE[3])];
    let (ran, found) = search(&world(64).judge_calls(2_000), rules, Knobs::default());
    assert_eq!(ran.best, 0);
    assert_eq!(verdicts(&found)[0].1, "harms");
    assert!(found.iter().all(|finding| finding.place.is_none()));
}

#[test]
fn rows_that_a_bullet_was_written_from_are_not_rated() {
    let sources: BTreeSet<ItemId> = (0..32).map(|i| ItemId::new(format!("t{i:03}"))).collect();
    let ran = world(64).judge_calls(2_000).run(&mut Bullets::new(Knobs::default(), planted(), sources.clone()));
    let seen = ran.log.iter().flat_map(|entry| match entry {
        Entry::Rated { rows, .. } => rows.as_slice(),
        _ => &[],
    });
    assert!(seen.into_iter().all(|seen| !sources.contains(&seen.item)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn no_budget_is_exceeded_every_search_ends_and_a_prompt_is_the_base_with_bullets_after_it(
        calls in 1u64..1_500, all in prop::option::of(1u64..1_500), seed in any::<u64>(), rows in 2usize..40,
        (most, words, z) in (1usize..9, 1usize..80, 0.0..3.0f64),
        keep in prop::collection::vec(any::<bool>(), 7),
    ) {
        let rules: Vec<Rule> = planted().into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(rule, _)| rule).collect();
        let limits = Limits { judge_calls: Some(calls), calls: all, ..Limits::default() };
        let (ran, found) = search(&world(rows * 4).limits(limits).seed(seed), rules.clone(), Knobs { most, words, z });
        prop_assert!(ran.spent.judge <= calls && all.is_none_or(|all| ran.spent.judge <= all) && ran.spent.other == 0);
        prop_assert!(ran.rules.len() <= most);
        prop_assert!(ran.rules.iter().all(|own| rules.iter().any(|rule| rule.text == *own)));
        prop_assert_eq!(found.iter().filter(|finding| finding.place.is_some()).count(), ran.rules.len());
    }
}
