#![allow(clippy::unwrap_used)]

use super::super::desk::Desk;
use super::super::limits::Limits;
use super::super::pool::{Rated, Row};
use super::choose::labelled;
use super::*;
use crate::audit::Opinion;
use crate::domain::{Dev, GroupId, Item, Rating, Rung, Train, Verdict};
use crate::feedback::Said;
use crate::guardrail::{self, Guard};
use crate::judge::ladder::{self, Reply};
use crate::judge::{JudgeSpec, PARSER, Sampling};
use crate::rubric::shipped;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// An item that two people rated, the second without a reason.
fn example(id: &str, ratings: [usize; 2], reason: Option<&str>) -> Example {
    let scale = shipped().scale;
    let item = Item {
        id: ItemId::new(id),
        group: GroupId::new(id),
        query: format!("query of {id}"),
        title: None,
        document: format!("Document {id}."),
        meta: Default::default(),
    };
    let opinion = |n: usize, reason: Option<&str>| Opinion {
        annotator: format!("ann{n}"),
        rating: scale.at(ratings[n]),
        rationale: reason.map(str::to_owned),
    };
    Example::new(Arc::new(item), vec![opinion(0, reason), opinion(1, None)], scale).unwrap()
}

fn judge(confidence: Option<&str>) -> JudgeSpec {
    let mut rubric = shipped();
    rubric.contract.confidence = confidence.map(str::to_owned);
    let sampling =
        Sampling { temperature: None, max_tokens: 100, seed: 0, extra: Default::default(), structured: None };
    let prompt = Prompt::of(&rubric);
    JudgeSpec { prompt, rubric, model: "made-up".into(), address: None, sampling, parser: PARSER, map: None }
}

/// Has a desk with these train examples, and one dev example, looked at.
fn at_desk<T>(judge: &JudgeSpec, train: Vec<Example>, look: impl FnOnce(&mut Desk<'_>) -> T) -> T {
    let (train, dev) = (Train(train), Dev(vec![example("dev", [4, 4], Some("Dev only."))]));
    let guard = Guard::new(&judge.rubric, &judge.prompt, &train, &dev, guardrail::Limits::default());
    look(&mut Desk::new(judge, &train, &dev, guard, Limits::default(), 1))
}

fn row(at: u32) -> TrainRow {
    TrainRow::of(Row::Train(at)).unwrap()
}

fn says(desk: &mut Desk<'_>, at: u32, rating: usize, reason: Option<&str>) {
    let said = Said::Rated { rating: shipped().scale.at(rating), rationale: reason.map(str::to_owned) };
    let loss = desk.materials().loss(&desk.materials().train[at as usize], &said);
    desk.record(0, Row::Train(at), 0, Rated { said, loss });
}

/// What the ladder makes of an example's reply, shown its own item.
fn read(judge: &JudgeSpec, shot: &Shot) -> (i64, Rung) {
    let reply = Reply { text: Some(&shot.demo().reply), ..Reply::default() };
    match ladder::read(reply, &shot.demo().item, &judge.rubric.contract, judge.rubric.scale) {
        Verdict::Rated { rating, rung, .. } => (rating.value(), rung),
        other => panic!("{other:?}"),
    }
}

#[test]
fn only_a_row_of_train_can_become_an_example() {
    assert_eq!(TrainRow::of(Row::Dev(0)), None);
    assert_eq!(TrainRow::of(Row::Train(3)).map(TrainRow::row), Some(Row::Train(3)));
}

#[test]
fn a_labelled_example_is_the_contract_s_object_with_the_gold_and_a_person_s_reason() {
    let judge = judge(None);
    at_desk(&judge, vec![example("a", [3, 3], Some("It says\n\"how\"  in a { line."))], |desk| {
        let shot = Shot::labelled(desk, row(0));
        assert_eq!(shot.demo().reply, r#"{"rationale": "It says \"how\" in a { line.", "rating": 4}"#);
        assert_eq!(read(&judge, &shot), (4, Rung::Exact));
        assert!(shot.demo().item.contains("Document a.") && shot.query() == "query of a");
    });
}

#[test]
fn where_nobody_gave_a_reason_the_rubric_s_word_on_the_rating_stands_for_it() {
    at_desk(&judge(None), vec![example("a", [0, 0], None)], |desk| {
        let reply = Shot::labelled(desk, row(0)).demo().reply.clone();
        assert_eq!(reply, r#"{"rationale": "Of no use for the query.", "rating": 1}"#);
    });
}

#[test]
fn a_confidence_that_the_contract_asks_for_is_the_share_of_people_who_say_so() {
    let judge = judge(Some("sure"));
    at_desk(&judge, vec![example("a", [3, 4], Some("Yes."))], |desk| {
        let shot = Shot::labelled(desk, row(0));
        assert!(shot.demo().reply.ends_with(r#", "sure": 0.50}"#), "{}", shot.demo().reply);
        assert_eq!(read(&judge, &shot).1, Rung::Exact);
    });
}

#[test]
fn a_reply_is_an_example_only_within_the_threshold_and_with_a_reason() {
    let train = vec![example("a", [3, 3], None), example("b", [3, 3], None), example("c", [3, 3], None)];
    at_desk(&judge(None), train, |desk| {
        says(desk, 0, 4, Some("Close."));
        says(desk, 1, 1, Some("Far off."));
        says(desk, 2, 3, None);
        let at = |at, threshold| Shot::bootstrapped(desk, 0, row(at), threshold).map(|shot| shot.demo().reply.clone());
        assert_eq!(at(0, 6.25).as_deref(), Some(r#"{"rationale": "Close.", "rating": 5}"#));
        assert_eq!((at(0, 6.0), at(1, 6.25), at(2, 100.0)), (None, None, None));
        assert_eq!(Shot::bootstrapped(desk, 0, row(0), 6.25).unwrap().source(), Source::Bootstrapped);
    });
}

#[test]
fn labelled_examples_show_the_ends_of_the_scale_first_and_leave_out_what_is_taken() {
    let train: Vec<Example> = (0..10).map(|i| example(&format!("i{i}"), [i % 5, i % 5], Some("So."))).collect();
    at_desk(&judge(None), train, |desk| {
        let rating = |shot: &Shot| desk.materials().train.iter().find(|e| e.item.id == *shot.item()).unwrap().gold;
        let some = labelled(desk, Select::Stratified, 4, 0, &BTreeSet::new());
        let ratings: Vec<i64> = some.iter().map(rating).map(Rating::value).collect();
        assert_eq!(ratings, [1, 5, 2, 4]);
        let taken: BTreeSet<TrainRow> = some.iter().map(Shot::row).collect();
        let others = labelled(desk, Select::Random, 99, 1, &taken);
        assert_eq!(others.len(), 6);
        assert!(others.iter().all(|shot| !taken.contains(&shot.row())));
    });
}

#[test]
fn a_prompt_shows_examples_beside_a_text_that_is_still_checked() {
    let judge = judge(None);
    at_desk(&judge, vec![example("a", [3, 3], Some("It settles the matter for good."))], |desk| {
        let origin = || super::super::pool::Origin {
            operator: super::super::pool::Operator::Demos,
            parents: vec![0],
            feedback: Vec::new(),
        };
        let examples = Examples::fixed(vec![Shot::labelled(desk, row(0))]);
        let text = desk.pool().prompt(0).editable();
        let id = desk.admit_showing(&text, &examples, origin()).unwrap();
        assert_eq!(desk.pool().prompt(id).demos.len(), 1);
        assert_eq!(desk.pool().prompt(id).editable(), text);
        assert_eq!(desk.pool().candidate(id).origin.feedback, [ItemId::new("a")]);
        // The same again is no other candidate, and nor is the baseline with nothing to show.
        assert!(desk.admit_showing(&text, &examples, origin()).is_err());
        assert_eq!(desk.admit_showing(&text, &Examples::default(), origin()).unwrap_err().reasons[0].0, "unchanged");
        let copies = format!("{text}\n- It settles the matter for good.");
        let refused = desk.admit_showing(&copies, &examples, origin()).unwrap_err();
        assert!(refused.reasons.iter().any(|(check, _)| check == "leak"), "{:?}", refused.reasons);
    });
}

#[test]
fn a_long_item_is_no_example_where_there_are_enough_short_ones() {
    let long = |at: usize, n: usize| {
        let mut all: Vec<Example> = (0..n).map(|i| example(&format!("i{i}"), [i % 5, i % 5], None)).collect();
        Arc::make_mut(&mut all[at].item).document = "far too long ".repeat(1_000);
        all
    };
    let shown = |train: Vec<Example>| {
        at_desk(&judge(None), train, |desk| {
            let shots = labelled(desk, Select::Stratified, 99, 0, &BTreeSet::new());
            shots.iter().any(|shot| shot.demo().item.len() > 10_000)
        })
    };
    assert!(!shown(long(7, 60)) && shown(long(7, 20)));
    let rubric = shipped();
    assert!(largest(&long(7, 60), &rubric) < 2_000 && largest(&long(7, 20), &rubric) > 10_000);
}

#[test]
fn what_a_prompt_shows_is_told_in_words() {
    let ids = |n: usize| (0..n).map(|i| ItemId::new(format!("i{i}"))).collect::<Vec<_>>();
    let shows = Showing { labelled: ids(2), bootstrapped: ids(4), fixed: 6, nearest: None };
    assert_eq!(shows.text(), "6 rated examples: 2 as people rate them, 4 with a reply of the judge");
    let near = Showing { fixed: 2, nearest: Some(4), ..shows };
    assert!(near.text().ends_with("; 2 to every item, and the 4 nearest to its query"), "{}", near.text());
    assert!(Showing::default().is_nothing());
}

proptest! {
    #[test]
    fn stratifying_loses_nothing_and_takes_turns(ratings in prop::collection::vec(1i64..6, 0..40)) {
        let order = stratified(&ratings, 3.0);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        prop_assert_eq!(sorted, (0..ratings.len()).collect::<Vec<_>>());
        let kinds: BTreeSet<i64> = ratings.iter().copied().collect();
        let first: BTreeSet<i64> = order.iter().take(kinds.len()).map(|at| ratings[*at]).collect();
        prop_assert_eq!(first, kinds);
    }

    #[test]
    fn every_example_is_read_as_exactly_what_it_says(reason in "(?s).{0,600}", rating in 0usize..5) {
        let judge = judge(None);
        let found = at_desk(&judge, vec![example("a", [rating, rating], Some(&reason))], |desk| Shot::labelled(desk, row(0)));
        prop_assert_eq!(read(&judge, &found), (rating as i64 + 1, Rung::Exact));
        let largest = largest(&[example("a", [0, 0], None)], &judge.rubric);
        prop_assert!(found.demo().item.len() + found.demo().reply.len() <= largest);
    }
}
