//! Opening the held-out part is counted, and the count is seen.

use super::provider::{Habits, Provider};
use super::{Stand, judge_calls};
use assessor::app::Method;
use assessor::optimize::event::Entry;
use assessor::optimize::gepa;

fn looks(log: &[Entry]) -> Option<u64> {
    log.iter().find_map(|entry| match entry {
        Entry::Opened { looks, .. } => Some(*looks),
        _ => None,
    })
}

#[tokio::test]
async fn a_second_run_that_opens_the_same_held_out_part_says_that_it_is_the_second() {
    let stand = Stand::new(Provider::start(Habits::default()).await, false);
    let method = || Method::Gepa(gepa::Knobs::default());
    let first = stand.run(1, method(), judge_calls(250)).await.unwrap();
    let second = stand.run(2, method(), judge_calls(250)).await.unwrap();
    assert_ne!(first.summary.run, second.summary.run);
    assert_eq!((looks(&first.log), looks(&second.log)), (Some(1), Some(2)));
    // To run one of them again is no other look, and its log stays what it was.
    let again = stand.run(1, method(), judge_calls(250)).await.unwrap();
    assert_eq!(again.log, first.log);
}

#[tokio::test]
async fn a_search_that_keeps_the_baseline_opens_nothing() {
    let stand = Stand::new(Provider::start(Habits::default()).await, false);
    // Nothing is ever good enough.
    let method = || Method::Gepa(gepa::Knobs { margin: 1e6, ..gepa::Knobs::default() });
    let found = stand.run(1, method(), judge_calls(200)).await.unwrap();
    assert_eq!((found.conclusion.best, looks(&found.log)), (0, None));
    let winner = stand.run(2, Method::Gepa(gepa::Knobs::default()), judge_calls(250)).await.unwrap();
    assert_eq!(looks(&winner.log), Some(1));
}
