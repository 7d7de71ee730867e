//! Several strategies on one budget.

use super::super::event::{Entry, Why};
use super::super::flywheel::{self, Flywheel};
use super::super::gepa::{Gepa, Knobs};
use super::super::stages::{Stage, Stages};
use super::super::strategy::Strategy as _;
use super::made_up::{Ran, World, Writer, helps, idles};

fn stages() -> Stages {
    let gepa = Stage { name: "rewrite", share: 3.0, strategy: Box::new(Gepa::new(Knobs::default())) };
    let wheel = Flywheel::new(flywheel::Knobs { rounds: 2, ..flywheel::Knobs::default() });
    Stages::new(vec![gepa, Stage { name: "flywheel", share: 1.0, strategy: Box::new(wheel) }])
}

fn run(writer: Writer, calls: u64) -> Ran {
    World::new(40, 6, writer).judge_calls(calls).run(&mut stages())
}

/// Name, best candidate and judge calls of each stage.
fn found(ran: &Ran) -> Vec<(&str, usize, u64)> {
    let of = |entry: &'_ Entry| match entry {
        Entry::Stage { name, best, calls, .. } => {
            Some((if name == "rewrite" { "rewrite" } else { "flywheel" }, *best, *calls))
        }
        _ => None,
    };
    ran.log.iter().filter_map(of).collect()
}

#[test]
fn each_stage_keeps_to_its_share_and_the_best_of_all_wins() {
    for calls in [60, 120, 180] {
        let ran = run(helps, calls);
        let stages = found(&ran);
        assert_eq!(stages.len(), 2, "{stages:?}");
        // Three quarters of nine tenths, and what is left over.
        assert!(stages[0].2 as f64 <= 0.675 * calls as f64 && ran.spent.judge <= calls, "{stages:?} {:?}", ran.spent);
        assert!(stages.iter().any(|stage| stage.1 == ran.best) || ran.best == 0);
    }
    assert!(!run(helps, 180).rules.is_empty());
}

#[test]
fn the_comparison_that_decides_is_in_the_log_and_the_best_of_it_is_used() {
    let mut decided = 0;
    for calls in (30..140).step_by(10) {
        let ran = World::new(40, 8, helps).judge_calls(calls).run(&mut stages());
        let finds = ran.log.iter().find_map(|entry| match entry {
            Entry::Final { finds } => Some(finds),
            _ => None,
        });
        // A search that ends because nothing is wrong any more decides nothing.
        let Some(finds) = finds else { continue };
        let found: Vec<usize> = found(&ran).iter().map(|stage| stage.1).collect();
        assert!(finds.iter().all(|find| find.candidate != 0 && found.contains(&find.candidate)), "{finds:?} {found:?}");
        let most = finds.iter().max_by(|a, b| a.expected.total_cmp(&b.expected)).filter(|find| find.expected > 0.0);
        assert_eq!(most.map_or(0, |find| find.candidate), ran.best, "{finds:?}");
        decided += usize::from(ran.best != 0);
    }
    assert!(decided > 0);
}

#[test]
fn what_a_stage_leaves_over_goes_to_the_next() {
    let ran = run(idles, 2_000);
    let stages = found(&ran);
    assert!(stages[0].2 < 1_000, "the first gives up early: {stages:?}");
    assert_eq!((ran.best, ran.why), (0, Why::Rounds));
}

#[test]
fn a_single_strategy_keeps_its_name_and_its_whole_budget() {
    let gepa = || Stage { name: "rewrite", share: 1.0, strategy: Box::new(Gepa::new(Knobs::default())) };
    let alone = World::new(40, 4, helps).judge_calls(400).run(&mut Gepa::new(Knobs::default()));
    let mut stages = Stages::new(vec![gepa()]);
    assert_eq!(stages.name(), "gepa");
    let staged = World::new(40, 4, helps).judge_calls(400).run(&mut stages);
    assert_eq!((staged.best, staged.spent, staged.why), (alone.best, alone.spent, alone.why));
}

#[test]
fn nothing_is_looked_for_where_nothing_is_wrong_any_more() {
    let ran = World::new(40, 2, helps).run(&mut stages());
    assert_eq!((found(&ran).len(), ran.why), (1, Why::Perfect));
}

#[test]
fn a_stage_goes_on_from_what_the_one_before_it_found_and_the_log_calls_everybody_by_their_own_number() {
    let ran = World::new(40, 8, helps).judge_calls(330).run(&mut stages());
    let (mut children, mut last) = (Vec::new(), 0);
    for entry in &ran.log {
        if let Entry::Admitted { id, origin, .. } = entry {
            assert!(*id == last + 1 && origin.parents.iter().all(|parent| parent < id), "{entry:?}");
            last = *id;
            children.push((*id, origin.parents[0]));
        }
    }
    let first = found(&ran)[0].1;
    let at = ran.log.iter().position(|entry| matches!(entry, Entry::Stage { .. })).unwrap();
    let later = ran.log[at..].iter().find_map(|entry| match entry {
        Entry::Admitted { id, .. } => Some(*id),
        _ => None,
    });
    let parent = |id: usize| children.iter().find(|child| child.0 == id).unwrap().1;
    assert!(first != 0 && parent(later.unwrap()) == first, "{children:?}");
}
