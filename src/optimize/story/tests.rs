#![allow(clippy::unwrap_used)]

use super::super::adopt::Conditions;
use super::super::event::Refused;
use super::super::limits::Limits;
use super::super::pool::{Origin, Row};
use super::*;
use crate::domain::{Malformed, NanoUsd};
use crate::optimize::event::Seen;

fn spent(judge: u64) -> Spend {
    Spend { judge, other: judge / 4, tokens: 10 * judge, usd: NanoUsd(1_000_000 * judge) }
}

fn seen(row: Row, item: &str, rating: Option<i64>, loss: f64) -> Seen {
    let malformed = rating.is_none().then_some(Malformed::NotJson);
    Seen { row, item: ItemId::new(item), rating, malformed, loss }
}

fn origin(operator: Operator, parent: CandidateId, feedback: &[&str]) -> Origin {
    let feedback = feedback.iter().map(|id| ItemId::new(*id)).collect();
    Origin { operator, parents: vec![parent], feedback }
}

fn admitted(id: CandidateId, text: &str) -> Entry {
    let origin = origin(Operator::Reflect, 0, &["t"]);
    Entry::Admitted { id, judge: format!("hash{id}"), origin, text: text.into(), shows: Default::default() }
}

/// The baseline and candidate 1 rate two dev items; 2 is worse; one proposal is stopped; 1 is adopted.
fn log() -> Vec<Entry> {
    let begun = Begun {
        strategy: "gepa".into(),
        knobs: serde_json::json!({"width": 4}),
        seed: 1,
        baseline: "hash0".into(),
        model: "sim/small".into(),
        reflector: "sim/reflector".into(),
        data: "d".into(),
        rows: [1, 2, 2],
        queries: [1, 2, 2],
        limits: Limits::default(),
        conditions: Conditions::default(),
        protected: Vec::new(),
        against: None,
        calibrate: false,
    };
    let rated = |candidate, rows, at| Entry::Rated { candidate, sample: 0, rows, spent: spent(at) };
    let compared =
        |child, gain, decision| Entry::Compared { child, against: 0, rows: 2, gain, se: Some(1.5), decision };
    let refused = Refused {
        origin: origin(Operator::Reflect, 0, &[]),
        reasons: vec![
            ("leak".into(), "six words".into()),
            ("leak".into(), "a name".into()),
            ("scale".into(), "1 to 3".into()),
        ],
        text: "Rate Acme 5.".into(),
    };
    vec![
        Entry::Begun(Box::new(begun)),
        rated(0, vec![seen(Row::Dev(0), "a", Some(3), 0.25), seen(Row::Dev(1), "b", None, 1.0)], 2),
        rated(0, vec![seen(Row::Train(0), "t", Some(5), 0.5)], 3),
        Entry::Refused(refused),
        admitted(1, "Rate.\n\nRules:\n- Old is 2."),
        rated(1, vec![seen(Row::Dev(0), "a", Some(5), 0.0), seen(Row::Dev(1), "b", Some(2), 0.0625)], 5),
        compared(1, 59.4, Decision::Accepted),
        admitted(2, "Rate all."),
        rated(2, vec![seen(Row::Dev(0), "a", Some(1), 1.0)], 6),
        compared(2, -75.0, Decision::Rejected),
        Entry::Plateau { rounds: 1, now: "rewrite".into() },
        Entry::Short { limit: Limit::JudgeCalls, wanted: 9 },
        Entry::Concluded { best: 1, why: Why::Budget },
        rated(1, vec![seen(Row::Train(0), "t", Some(1), 1.0)], 7),
        Entry::Opened { items: 2, looks: 2, spent: spent(11), rival: None },
        Entry::Decided { adopted: true, reasons: vec!["it is better".into()] },
    ]
}

fn story(log: &[Entry]) -> Story {
    let gold = [("a", 5), ("b", 3), ("t", 1)].map(|(id, gold)| (ItemId::new(id), gold));
    Story::of(log, "Rate.", &gold.into_iter().collect()).unwrap()
}

#[test]
fn each_candidate_has_its_fate_its_means_and_its_gain() {
    let story = story(&log());
    assert_eq!(
        story.candidates.iter().map(|c| c.status).collect::<Vec<_>>(),
        [Status::Baseline, Status::Adopted, Status::Rejected]
    );
    let [base, best, worse] = &story.candidates[..] else { panic!("three") };
    assert_eq!(base.dev, Some(Mean { nmse: 62.5, n: 2, malformed: 1 }));
    assert_eq!(base.train, Some(Mean { nmse: 50.0, n: 1, malformed: 0 }));
    assert_eq!(best.dev, Some(Mean { nmse: 3.125, n: 2, malformed: 0 }));
    assert_eq!((best.train, best.calls), (None, 2), "what is rated after the search is no part of it");
    assert_eq!(worse.compared[0].gain, -75.0);
    assert_eq!(best.edits.added, ["Rules:", "- Old is 2."]);
    assert_eq!(story.line(), [0, 1]);
}

#[test]
fn what_a_candidate_fixed_and_broke_is_named_with_both_ratings() {
    let story = story(&log());
    let moved = Moved { item: ItemId::new("a"), gold: 5, before: Some(3), after: Some(5) };
    assert_eq!(story.candidates[1].fixed, Changed { n: 1, items: vec![moved] });
    assert_eq!(story.candidates[1].broke, Changed::default(), "`b` was malformed and is still wrong");
}

#[test]
fn a_proposal_counts_once_with_each_guardrail_that_stopped_it() {
    let story = story(&log());
    assert_eq!(story.rejected, BTreeMap::from([("leak".to_owned(), 1), ("scale".to_owned(), 1)]));
    assert_eq!((story.stopped.len(), story.stopped[0].reasons.len()), (1, 3));
}

#[test]
fn the_curve_follows_the_best_candidate_on_the_rows_that_the_baseline_was_rated_on() {
    let curve: Vec<(u64, usize, u64, f64, f64)> =
        story(&log()).curve.iter().map(|p| (p.calls, p.candidate, p.n, p.nmse, p.baseline)).collect();
    assert_eq!(curve, [(2, 0, 2, 62.5, 62.5), (5, 1, 2, 3.125, 62.5), (6, 1, 2, 3.125, 62.5)]);
}

#[test]
fn the_end_is_told_with_looks_limits_and_plateaus() {
    let story = story(&log());
    assert_eq!(story.opened, Some(Opened { items: 2, looks: 2 }));
    assert_eq!(story.decided, Some(Decided { adopted: true, reasons: vec!["it is better".into()] }));
    assert_eq!(story.short, BTreeMap::from([("--budget-calls", 1)]));
    assert_eq!(story.plateaus, [Plateau { calls: 6, rounds: 1, now: "rewrite".into() }]);
    assert_eq!((story.why, story.spent.judge), (Some(Why::Budget), 11));
}

#[test]
fn a_run_that_has_no_end_yet_has_a_story_and_a_log_without_a_beginning_has_none() {
    let all = log();
    let open = story(&all[..6]);
    assert_eq!((open.best, open.candidates[1].status), (None, Status::Unfinished));
    assert!(Story::of(&all[1..], "Rate.", &BTreeMap::new()).is_none());
}
