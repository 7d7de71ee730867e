//! The search as a pure machine.

use super::super::event::{Decision, Entry, Why};
use super::super::gepa::{Gepa, Knobs};
use super::super::limits::Limits;
use super::super::pool::{CandidateId, Operator};
use super::made_up::{HARM, IDLE, KINDS, Letter, Ran, World, harms, helps};
use proptest::prelude::*;

fn gepa(knobs: Knobs) -> Gepa {
    Gepa::new(knobs)
}

/// Candidates of one kind of origin.
fn made_by(ran: &Ran, by: Operator) -> Vec<CandidateId> {
    let id = |entry: &Entry| match entry {
        Entry::Admitted { id, origin, .. } if origin.operator == by => Some(*id),
        _ => None,
    };
    ran.log.iter().filter_map(id).collect()
}

/// What became of a candidate.
fn fate(ran: &Ran, of: CandidateId) -> Option<Decision> {
    let decision = |entry: &Entry| match entry {
        Entry::Compared { child, decision, .. } if *child == of => Some(*decision),
        _ => None,
    };
    ran.log.iter().rev().find_map(decision)
}

#[test]
fn it_finds_every_rule_that_helps_and_ends_when_nothing_is_wrong_any_more() {
    let ran = World::new(64, 8, helps).judge_calls(4_000).run(&mut gepa(Knobs::default()));
    for (kind, rule) in KINDS {
        assert!(ran.rules.iter().any(|own| own == rule), "{kind} is missing: {:?}", ran.rules);
    }
    assert_eq!((ran.why, ran.short, ran.repeated), (Why::Perfect, 0, 0));
}

/// Candidates whose decisions were these, stage by stage.
fn stages(ran: &Ran, of: CandidateId) -> Vec<Decision> {
    let decision = |entry: &Entry| match entry {
        Entry::Compared { child, decision, .. } if *child == of => Some(*decision),
        _ => None,
    };
    ran.log.iter().filter_map(decision).collect()
}

#[test]
fn a_first_stage_that_could_turn_nobody_away_is_not_made() {
    let small = World::new(64, 8, helps).judge_calls(300).run(&mut gepa(Knobs::default()));
    let large = World::new(64, 8, helps).judge_calls(1_500).run(&mut gepa(Knobs::default()));
    let went_on =
        |ran: &Ran| made_by(ran, Operator::Bundle).iter().any(|id| stages(ran, *id).contains(&Decision::GoOn));
    assert!(!went_on(&small), "{:?}", small.log);
    assert!(went_on(&large), "{:?}", large.log);
}

#[test]
fn the_failures_of_a_candidate_that_leads_are_looked_for_in_the_wave_of_its_second_stage() {
    let ran = World::new(64, 8, helps).judge_calls(1_500).run(&mut gepa(Knobs::default()));
    // The baseline's first ratings are of both parts, too.
    let looked: Vec<CandidateId> = ran.both.iter().copied().filter(|id| *id != 0).collect();
    assert!(!looked.is_empty(), "{:?}", ran.log);
    assert!(looked.iter().all(|id| stages(&ran, *id).first() == Some(&Decision::GoOn)), "{looked:?}");
}

/// The rule for one kind does harm as well; all others help.
fn harms_one(letter: &Letter<'_>) -> String {
    match letter.helpful() {
        rule if rule == KINDS[2].1 => letter.with(&[rule, HARM]),
        rule => letter.with(&[rule]),
    }
}

#[test]
fn a_bundle_that_does_not_hold_is_split_and_what_holds_in_it_is_kept() {
    let ran = World::new(64, 4, harms_one).judge_calls(1_500).run(&mut gepa(Knobs::default()));
    let bundles = made_by(&ran, Operator::Bundle);
    assert!(bundles.iter().any(|id| fate(&ran, *id) == Some(Decision::Rejected)), "{:?}", ran.log);
    let splits: Vec<Option<Decision>> = made_by(&ran, Operator::Split).iter().map(|id| fate(&ran, *id)).collect();
    assert!(splits.contains(&Some(Decision::Accepted)) && splits.contains(&Some(Decision::Rejected)), "{splits:?}");
    assert!(!ran.rules.iter().any(|rule| rule == HARM), "{:?}", ran.rules);
    assert!(ran.rules.len() >= 2, "{:?}", ran.rules);
}

/// The same harm, over and over.
fn repeats(letter: &Letter<'_>) -> String {
    letter.with(&[HARM])
}

#[test]
fn it_stops_on_a_plateau_after_it_has_asked_in_other_ways() {
    let knobs = Knobs { patience: 3, ..Knobs::default() };
    let ran = World::new(40, 4, repeats).judge_calls(5_000).run(&mut gepa(knobs));
    assert_eq!((ran.best, ran.why), (0, Why::Plateau));
    let ways: Vec<(u32, &str)> = ran
        .log
        .iter()
        .filter_map(|entry| match entry {
            Entry::Plateau { rounds, now } => Some((*rounds, now.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(ways, [(1, "rewrite"), (2, "rules")]);
}

#[test]
fn a_judge_that_is_right_on_everything_is_left_alone() {
    let rules: Vec<&str> = KINDS.iter().map(|kind| kind.1).collect();
    let ran = World::new(40, 8, harms).knowing(&rules).judge_calls(1_000).run(&mut gepa(Knobs::default()));
    assert_eq!((ran.best, ran.why, ran.messages), (0, Why::Perfect, 0));
    // It has looked at all of Train before it says so.
    assert!(ran.spent.judge >= 40, "{:?}", ran.spent);
}

/// A rule that helps, and one that does nothing beside it.
fn carries(letter: &Letter<'_>) -> String {
    letter.with(&[letter.helpful(), IDLE[letter.number % IDLE.len()]])
}

#[test]
fn what_is_left_out_at_the_end_is_left_out_only_when_that_is_better() {
    let ran = World::new(40, 8, carries).judge_calls(3_000).run(&mut gepa(Knobs { prune: 20, ..Knobs::default() }));
    for id in made_by(&ran, Operator::Prune) {
        assert_ne!(fate(&ran, id), Some(Decision::Accepted), "nothing here is better without a rule");
    }
    assert!(KINDS.iter().all(|(_, rule)| ran.rules.iter().any(|own| own == rule)), "{:?}", ran.rules);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_budget_is_exceeded_no_row_asked_for_twice_and_every_search_ends(
        calls in 1u64..600, all in prop::option::of(1u64..600), seed in any::<u64>(), rows in 0usize..50,
        (failures, width, look, patience) in (1usize..12, 1usize..6, 0usize..50, 0u32..6),
        (early, explore, margin) in (0.0..1.0f64, 0.0..=1.0f64, -1.0..2.0f64),
        writer in prop::sample::select(vec![helps as super::made_up::Writer, harms, harms_one, carries]),
    ) {
        let knobs = Knobs { rows, failures, width, look, patience, early, explore, margin, ..Knobs::default() };
        let limits = Limits { judge_calls: Some(calls), calls: all, ..Limits::default() };
        let ran = World::new(40, 5, writer).limits(limits).seed(seed).run(&mut gepa(knobs));
        prop_assert!(ran.spent.judge <= calls && all.is_none_or(|all| ran.spent.judge + ran.spent.other <= all));
        prop_assert_eq!(ran.repeated, 0);
        prop_assert!(ran.short <= 2);
        // On a handful of rows harm need not show.
        prop_assert!((1..16).contains(&rows) || !ran.rules.iter().any(|rule| rule == HARM), "{:?}", ran.rules);
    }
}
