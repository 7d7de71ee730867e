//! The strategies that show examples or write several instructions at a time, as pure machines.

use super::super::bootstrap::{self, Bootstrap};
use super::super::copro::{self, Copro};
use super::super::demos::{Select, Showing};
use super::super::event::{Decision, Entry, Why};
use super::super::mipro::{self, Mipro};
use super::super::objective::Objective;
use super::super::pool::{Origin, Row};
use super::super::strategy::Strategy;
use super::made_up::{HARM, Ran, SHOWN, World, harms, helps, idles};
use std::collections::BTreeSet;

const STEP: f64 = 6.25;

fn knobs() -> bootstrap::Knobs {
    bootstrap::Knobs::new(25.0)
}

/// What each candidate shows, in their order.
fn shown(ran: &Ran) -> Vec<&Showing> {
    let of = |entry: &'_ Entry| matches!(entry, Entry::Admitted { .. });
    let admitted = ran.log.iter().filter(|entry| of(entry));
    admitted.filter_map(|entry| if let Entry::Admitted { shows, .. } = entry { Some(shows) } else { None }).collect()
}

fn fates(ran: &Ran, wanted: Decision) -> usize {
    ran.log.iter().filter(|e| matches!(e, Entry::Compared { decision, .. } if *decision == wanted)).count()
}

/// Every strategy of this file, with a few of its knobs.
fn all() -> Vec<Box<dyn Strategy>> {
    let searched = bootstrap::Knobs { search: 5, objective: Objective::Spread, ..knobs() };
    let nearest = bootstrap::Knobs { select: Select::Nearest, search: 2, ..knobs() };
    vec![
        Box::new(Bootstrap::new(knobs())),
        Box::new(Bootstrap::new(searched)),
        Box::new(Bootstrap::new(nearest)),
        Box::new(Mipro::new(mipro::Knobs::default())),
        Box::new(Mipro::new(mipro::Knobs { select: Select::Nearest, candidates: 3, trials: 20, ..Default::default() })),
        Box::new(Copro::new(copro::Knobs::default())),
    ]
}

#[test]
fn examples_come_from_train_and_from_nothing_else() {
    for mut strategy in all() {
        let ran = World::new(40, 4, helps).breaking(3).judge_calls(900).run(strategy.as_mut());
        for entry in &ran.log {
            let Entry::Admitted { origin: Origin { feedback, .. }, shows, .. } = entry else { continue };
            for item in shows.items().chain(feedback) {
                assert!(item.as_str().starts_with('t'), "{}: {item}", strategy.name());
            }
            assert!(shows.items().all(|item| feedback.contains(item)), "a report names what a prompt was made from");
        }
    }
}

#[test]
fn no_budget_is_exceeded_and_nothing_is_rated_twice() {
    for calls in [1, 3, 7, 20, 60, 150, 400, 1_000] {
        for mut strategy in all() {
            let name = strategy.name();
            let ran = World::new(40, 4, helps).breaking(3).judge_calls(calls).run(strategy.as_mut());
            assert!(ran.spent.judge <= calls, "{name} {calls}: {:?}", ran.spent);
            assert!(calls < 60 || ran.repeated < 200, "{name} {calls}: {}", ran.repeated);
        }
    }
}

#[test]
fn the_same_seed_is_the_same_search_and_another_is_another() {
    for (mut one, (mut two, mut other)) in all().into_iter().zip(all().into_iter().zip(all())) {
        let world = |seed| World::new(40, 4, helps).breaking(3).judge_calls(500).seed(seed);
        let (a, b, c) = (world(1).run(one.as_mut()), world(1).run(two.as_mut()), world(2).run(other.as_mut()));
        assert_eq!(a.log, b.log, "{}", one.name());
        assert_ne!(a.log, c.log, "{}", one.name());
    }
}

#[test]
fn bootstrapping_shows_what_people_say_and_what_was_good_enough() {
    let ran = World::new(40, 4, idles).breaking(3).run(&mut Bootstrap::new(knobs()));
    let (all, best) = (shown(&ran), &ran.prompt);
    assert_eq!((all[0].labelled.len(), all[0].bootstrapped.len()), (6, 0), "the teacher");
    assert_eq!((all[1].labelled.len(), all[1].bootstrapped.len()), (2, 4));
    assert_eq!((best.demos.len(), best.nearest.as_ref()), (6, None));
    assert!(best.demos.iter().all(|demo| demo.reply.starts_with(r#"{"rationale": "#)));
    // Both are as good, and the older one stays.
    assert_eq!((ran.best, ran.why, fates(&ran, Decision::Accepted)), (1, Why::Rounds, 1));
}

#[test]
fn labelled_places_are_filled_when_no_reply_is_good_enough() {
    // Even with examples every rating is a step off.
    let strict = bootstrap::Knobs { labelled: 5, search: 3, ..bootstrap::Knobs::new(STEP - 1.0) };
    let ran = World::new(40, 4, idles).run(&mut Bootstrap::new(strict));
    assert!(shown(&ran).iter().all(|shows| shows.labelled.len() == 9 && shows.bootstrapped.is_empty()));
    assert!(ran.prompt.demos.len() == 9 && ran.best != 0);
}

#[test]
fn a_set_that_is_no_better_leaves_the_baseline() {
    let few = bootstrap::Knobs { labelled: 1, bootstrapped: SHOWN - 2, ..knobs() };
    let ran = World::new(40, 4, idles).run(&mut Bootstrap::new(few));
    assert_eq!((ran.best, fates(&ran, Decision::Accepted)), (0, 0));
}

#[test]
fn sets_chosen_by_query_have_a_pool_and_labelled_places() {
    let nearest = bootstrap::Knobs { select: Select::Nearest, ..knobs() };
    let ran = World::new(40, 4, idles).breaking(3).run(&mut Bootstrap::new(nearest));
    let shows = shown(&ran)[1];
    assert_eq!((shows.fixed, shows.nearest), (2, Some(4)));
    let items: BTreeSet<_> = shows.items().collect();
    assert!(items.len() > 20 && items.len() == shows.items().count(), "one is shown twice: {shows:?}");
    let people = bootstrap::Knobs { select: Select::Nearest, labelled: 0, ..knobs() };
    let ran = World::new(40, 4, idles).breaking(3).run(&mut Bootstrap::new(people));
    let pool = ran.prompt.nearest.as_ref().unwrap();
    assert!(ran.prompt.demos.is_empty() && pool.count == 4 && pool.pool.len() > 20, "{}", pool.pool.len());
}

#[test]
fn mipro_puts_a_helpful_instruction_and_helpful_examples_together() {
    let knobs = mipro::Knobs { threshold: Some(25.0), ..mipro::Knobs::default() };
    let ran = World::new(60, 4, helps).breaking(3).judge_calls(1_200).run(&mut Mipro::new(knobs));
    assert!(!ran.rules.is_empty() && ran.prompt.demos.len() >= SHOWN, "{:?} {}", ran.rules, ran.prompt.demos.len());
    assert!(!ran.rules.iter().any(|rule| rule == HARM));
    assert!(fates(&ran, Decision::Accepted) > 0);
}

#[test]
fn mipro_rates_every_combination_on_the_same_rows() {
    let ran = World::new(60, 4, helps).breaking(3).judge_calls(900).run(&mut Mipro::new(mipro::Knobs::default()));
    let mut first: Option<BTreeSet<Row>> = None;
    let mut seen = BTreeSet::new();
    let mut trials = 0;
    for entry in &ran.log {
        let Entry::Compared { child, decision: Decision::GoOn, rows, .. } = entry else { continue };
        trials += 1;
        if seen.insert(*child) {
            let block: BTreeSet<Row> = (0..*rows).map(Row::Dev).collect();
            assert_eq!(first.get_or_insert(block.clone()).len(), block.len());
        }
    }
    assert!(trials >= 8 && seen.len() >= 5, "{trials} {}", seen.len());
}

#[test]
fn mipro_leaves_the_baseline_where_nothing_helps() {
    let knobs = mipro::Knobs { labelled: 1, bootstrapped: 1, ..mipro::Knobs::default() };
    for writer in [idles, harms] {
        let ran = World::new(40, 4, writer).judge_calls(900).run(&mut Mipro::new(knobs.clone()));
        assert_eq!((ran.best, fates(&ran, Decision::Accepted)), (0, 0));
    }
}

#[test]
fn copro_tells_of_its_attempts_and_gets_better_with_them() {
    let ran = World::new(40, 4, helps).judge_calls(1_500).run(&mut Copro::new(copro::Knobs::default()));
    assert!(ran.best != 0 && ran.rules.len() >= 2, "{:?}", ran.rules);
    assert_eq!((ran.why, ran.messages), (Why::Rounds, 18));
    let same = World::new(40, 4, harms).judge_calls(1_500).run(&mut Copro::new(copro::Knobs::default()));
    assert_eq!(same.best, 0);
}

#[test]
fn a_log_without_examples_is_written_as_before() {
    let ran = World::new(40, 4, helps).judge_calls(400).run(&mut Copro::new(copro::Knobs::default()));
    let admitted = ran.log.iter().find(|entry| matches!(entry, Entry::Admitted { .. })).unwrap();
    let text = serde_json::to_string(admitted).unwrap();
    assert!(!text.contains("shows"), "{text}");
    assert_eq!(serde_json::from_str::<Entry>(&text).unwrap(), *admitted);
}
