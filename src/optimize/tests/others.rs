//! The published algorithm and the flywheel as pure machines.

use super::super::event::{Decision, Entry, Why};
use super::super::flywheel::{Flywheel, Knobs};
use super::super::published::Published;
use super::made_up::{HARM, Ran, World, harms, helps, idles};

/// Rows and gain of every comparison, and what followed.
fn comparisons(ran: &Ran) -> Vec<(u32, f64, Decision)> {
    let of = |entry: &Entry| match entry {
        Entry::Compared { rows, gain, decision, .. } => Some((*rows, *gain, *decision)),
        _ => None,
    };
    ran.log.iter().filter_map(of).collect()
}

/// Disagreements and rows of each round, from round 0.
fn rounds(ran: &Ran) -> Vec<(u32, u32)> {
    let of = |entry: &Entry| match entry {
        Entry::Round { disagreements, of, .. } => Some((*disagreements, *of)),
        _ => None,
    };
    ran.log.iter().filter_map(of).collect()
}

#[test]
fn the_published_algorithm_validates_a_child_only_when_its_minibatch_is_strictly_better() {
    for writer in [helps, idles, harms] {
        let ran = World::new(24, 4, writer).judge_calls(400).run(&mut Published::default());
        let all = comparisons(&ran);
        assert!(!all.is_empty());
        for (rows, gain, decision) in all {
            match decision {
                Decision::GoOn => assert!(rows == 3 && gain > 0.0, "{rows} {gain}"),
                Decision::Rejected => assert!(rows == 3 && gain <= 0.0, "{rows} {gain}"),
                // What passed its minibatch is kept, whatever all of Dev says.
                Decision::Accepted => assert_eq!(rows, 24),
            }
        }
    }
}

#[test]
fn the_published_algorithm_gets_better_with_rules_that_help_and_keeps_the_baseline_without() {
    let better = World::new(24, 4, helps).judge_calls(600).run(&mut Published::default());
    assert!(better.best != 0 && better.rules.len() >= 2, "{:?}", better.rules);
    for writer in [idles, harms] {
        let same = World::new(24, 4, writer).judge_calls(600).run(&mut Published::default());
        assert_eq!(same.best, 0);
    }
}

#[test]
fn a_flywheel_goes_through_its_rounds_and_counts_what_is_left() {
    let knobs = Knobs { rounds: 3, ..Knobs::default() };
    let ran = World::new(40, 4, helps).run(&mut Flywheel::new(knobs));
    // Ten rows of each of four kinds, and a rule for one of them in each round.
    assert_eq!(rounds(&ran), [(40, 40), (30, 40), (20, 40), (10, 40)]);
    assert_eq!((ran.why, ran.rules.len(), ran.repeated), (Why::Rounds, 3, 0));
}

#[test]
fn a_flywheel_stops_when_nothing_is_wrong_any_more() {
    let ran = World::new(40, 4, helps).run(&mut Flywheel::new(Knobs::default()));
    assert_eq!(rounds(&ran).last(), Some(&(0, 40)));
    assert_eq!((ran.why, ran.messages), (Why::Perfect, 4));
}

#[test]
fn a_flywheel_stops_when_the_count_no_longer_falls() {
    let ran = World::new(40, 4, idles).run(&mut Flywheel::new(Knobs { patience: 2, ..Knobs::default() }));
    assert_eq!(rounds(&ran), [(40, 40); 3]);
    assert_eq!((ran.best, ran.why), (0, Why::Plateau));
}

/// One rule that helps, then only harm.
fn turns(letter: &super::made_up::Letter<'_>) -> String {
    if letter.number == 0 { helps(letter) } else { harms(letter) }
}

#[test]
fn a_flywheel_stops_at_a_round_that_makes_it_worse_and_keeps_the_best_one() {
    let ran = World::new(40, 4, turns).run(&mut Flywheel::new(Knobs::default()));
    assert_eq!(rounds(&ran), [(40, 40), (30, 40), (40, 40)]);
    assert_eq!((ran.best, ran.why), (1, Why::Regression));
    assert!(!ran.rules.iter().any(|rule| rule == HARM));
}

#[test]
fn a_flywheel_shares_its_budget_out_among_its_rounds() {
    for calls in [1, 2, 5, 30, 60, 200] {
        let ran = World::new(60, 8, idles).judge_calls(calls).run(&mut Flywheel::new(Knobs::default()));
        assert!(ran.spent.judge <= calls, "{:?}", ran.spent);
        assert!(calls < 7 || ran.short == 0, "{calls}: {:?}", ran.spent);
    }
}
