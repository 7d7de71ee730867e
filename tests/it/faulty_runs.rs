//! Runs that cannot go on: nothing more is asked, and what was asked is kept.

#![allow(clippy::unwrap_used)]

use crate::model::Model;
use crate::support::Folder;
use assessor::domain::{GroupId, Item, ItemId};
use assessor::judge::journal::{Answer, Call, Failure, Journal, JournalError, Key};
use assessor::judge::run::{Outcome, Run, RunError};
use assessor::judge::{JudgeSpec, PARSER, Sampling, Slots};
use assessor::model::{Budget, Client, Endpoint};
use assessor::prompt::Prompt;
use serde_json::Value;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::watch;

/// Many more than may be in flight.
const ITEMS: u64 = 2_000;
const SLOTS: usize = 4;
/// Requests that may be on their way when a fault is seen, for each slot.
const ON_THE_WAY: u64 = 12;

/// A journal that is full after so many answers.
struct Full {
    room: u64,
    kept: AtomicU64,
}

impl Journal for Full {
    fn recorded(&self, keys: &[Key]) -> Result<Vec<Option<Answer>>, JournalError> {
        Ok(vec![None; keys.len()])
    }

    async fn record(&self, _call: Call) -> Result<(), JournalError> {
        match self.kept.fetch_add(1, Ordering::Relaxed) < self.room {
            true => Ok(()),
            false => Err(JournalError("the disk is full".into())),
        }
    }

    async fn record_failure(&self, _failure: Failure) -> Result<(), JournalError> {
        Ok(())
    }
}

fn item(at: u64) -> Item {
    Item {
        id: ItemId::new(format!("i{at}")),
        group: GroupId::new(format!("q{at}")),
        query: "q".into(),
        title: None,
        document: format!("document {at}"),
        meta: Default::default(),
    }
}

/// Runs the items; what came of it, and the requests that were sent.
fn run<E: Send>(
    journal: Arc<Full>,
    mut sink: impl FnMut(Outcome) -> Result<(), E> + Send,
) -> (Option<RunError<E>>, u64) {
    let model = Model::start(|_| "{\"rationale\": \"so\", \"rating\": 3}".to_owned());
    let address = model.name();
    let (url, name) = address.split_once('#').unwrap();
    let rubric = assessor::rubric::shipped();
    let prompt = Prompt::of(&rubric);
    let sampling =
        Sampling { temperature: Some(0.0), max_tokens: 256, seed: 0, extra: serde_json::Map::new(), structured: None };
    let judge = JudgeSpec { rubric, prompt, model: name.into(), address: None, sampling, parser: PARSER, map: None };
    let (_keep, cancel) = watch::channel(false);
    let run = Run {
        judge: &judge,
        client: Some(Arc::new(Client::new(Endpoint::new(name, url.to_owned(), name)).unwrap())),
        journal,
        budget: Arc::new(Budget::new(None, None)),
        samples: 1,
        slots: Slots::new(SLOTS),
        cancel,
    };
    let items = (0..ITEMS).map(|at| Ok(item(at)));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let fault = runtime.block_on(run.go(ITEMS, items, &mut sink, &mut |_| {})).err();
    (fault, model.requests())
}

#[test]
fn answers_that_cannot_be_kept_are_not_asked_for() {
    let journal = Arc::new(Full { room: 10, kept: AtomicU64::new(0) });
    let (fault, requests) = run::<Infallible>(journal, |_| Ok(()));
    assert_eq!(fault.unwrap().to_string(), "the ledger failed: the disk is full");
    assert!(requests <= 10 + ON_THE_WAY * SLOTS as u64, "{requests}");
}

#[test]
fn what_was_on_its_way_when_a_row_could_not_be_taken_is_kept() {
    let journal = Arc::new(Full { room: u64::MAX, kept: AtomicU64::new(0) });
    let mut taken = 0;
    let sink = |_| {
        taken += 1;
        if taken < 8 { Ok(()) } else { Err("no room for the row") }
    };
    let (fault, requests) = run(Arc::clone(&journal), sink);
    assert_eq!(fault.unwrap().to_string(), "no room for the row");
    assert!(requests <= 8 + ON_THE_WAY * SLOTS as u64, "{requests}");
    assert_eq!(journal.kept.load(Ordering::Relaxed), requests);
}

#[test]
fn what_is_wrong_with_names_and_files_is_told_before_a_model_is_asked() {
    let folder = Folder::new();
    let model = Model::start(|_| "{\"rationale\": \"so\", \"rating\": 3}".to_owned());
    let name = model.name();
    let row = |id: &str| format!("{{\"id\": \"{id}\", \"query_id\": \"q\", \"query\": \"q\", \"document\": \"d\"}}\n");
    folder.file("items.jsonl", row("a") + &row("b c"));
    folder.file(
        "h.jsonl",
        "{\"id\": \"a\", \"annotator\": \"x\", \"rating\": 3}\n{\"id\": \"z\", \"annotator\": \"x\", \"rating\": 3}\n",
    );
    let refused = |args: &[&str]| {
        let said = folder.run(&[args, &["--model", &name]].concat());
        assert_eq!((said.code, model.requests()), (2, 0), "{said:?}");
        said.err.lines().next().unwrap().to_owned()
    };
    assert_eq!(
        refused(&["label", "--items", "items.jsonl", "--out", "o.qrels"]),
        "error: `b c` cannot stand in a qrels file: fields are not empty, hold no blanks, and `0` names nobody"
    );
    folder.file("labels.samples.jsonl", row("a"));
    assert_eq!(
        refused(&["label", "--items", "labels.samples.jsonl", "--out", "labels.jsonl", "--samples", "2"]),
        "error: the labels would overwrite the items in `labels.samples.jsonl`"
    );
    let data = ["audit", "--items", "items.jsonl", "--human", "h.jsonl", "--no-report"];
    assert_eq!(refused(&data), "error: people rated 1 items that the items file does not have, for example `z`");
    folder.file("h.jsonl", "{\"id\": \"a\", \"annotator\": \"x\", \"rating\": 3}\n");
    assert_eq!(refused(&[&data[..], &["--systems", "nope"]].concat()), "error: no item has the column `nope`");
    assert_eq!(folder.run(&["judge", "list"]).code, 0);
}

#[test]
fn an_audit_of_a_model_that_answers_nothing_says_why_and_is_no_success() {
    let folder = Folder::new();
    let model = Model::refusing("the content filter was triggered");
    let said = folder.run(&["audit", "--model", &model.name(), "--no-report"]);
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.err.contains("items got an answer: ") && said.err.contains("the content filter"), "{said:?}");
}

#[test]
fn rated_items_that_stand_twice_are_refused_whoever_judged_them() {
    let folder = Folder::new();
    let row = |query: &str| {
        format!(
            "{{\"id\": \"a\", \"query_id\": \"{query}\", \"query\": \"q\", \"document\": \"{query}\", \"human_rating\": 3}}\n"
        )
    };
    folder.file("items.jsonl", row("q1") + &row("q2"));
    folder.file("r.jsonl", "{\"id\": \"a\", \"rating\": 3}\n");
    folder.file("h.jsonl", "{\"id\": \"a\", \"annotator\": \"x\", \"rating\": 3}\n");
    let args = ["audit", "--items", "items.jsonl", "--human", "h.jsonl", "--ratings", "r.jsonl", "--no-report"];
    let said = folder.run(&args);
    assert!(said.code == 2 && said.err.contains("items.jsonl:2"), "{said:?}");
}

/// Ratings of two judges of the shipped items, each in a file of its own and both in one.
fn two_judges(folder: &Folder) -> [String; 2] {
    let label = |model: &str, out: &str| {
        let said = folder.json(&["label", "--model", model, "--out", out]);
        said["data"]["judge_hash"].as_str().unwrap().to_owned()
    };
    let hashes = [label("sim/small", "one.jsonl"), label("sim/large", "two.jsonl")];
    folder.file("both.jsonl", folder.read("one.jsonl") + &folder.read("two.jsonl"));
    folder.file("items.jsonl", include_str!("../../labels/workplace.items.jsonl"));
    folder.file("h.jsonl", include_str!("../../labels/workplace.ratings.jsonl"));
    hashes
}

#[test]
fn of_several_judges_in_a_file_the_one_that_is_meant_is_named() {
    let folder = Folder::new();
    let [small, large] = two_judges(&folder);
    let data = ["--items", "items.jsonl", "--human", "h.jsonl"];
    let run = |args: &[&str]| folder.run(&[args, &data[..]].concat());
    let refused = run(&["disagree", "--ratings", "both.jsonl"]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(
        refused.err.starts_with("error: the ratings are of 2 judges: ") && refused.err.contains(&large),
        "{refused:?}"
    );
    let refused = run(&["disagree", "--ratings", "two.jsonl", "--before", "both.jsonl"]);
    assert!(refused.err.contains("hint: name one: `--before FILE#NAME`"), "{refused:?}");
    let before = format!("both.jsonl#{small}");
    let named = run(&["disagree", "--ratings", "both.jsonl", "--judge", &large, "--before", &before]);
    assert_eq!(named.code, 0, "{named:?}");
    assert!(named.out.contains("newly broken") && !named.out.contains("0 fixed"), "{named:?}");

    let refused = run(&["compare", "both.jsonl", "two.jsonl", "--no-report"]);
    let hint =
        refused.err.lines().find(|line| line.starts_with("hint: name one: ")).unwrap_or_else(|| panic!("{refused:?}"));
    let name = hint.split('`').nth(1).unwrap();
    assert_eq!(run(&["compare", name, "two.jsonl", "--no-report"]).code, 0, "{name}");
}

#[test]
fn a_plan_counts_what_earlier_sessions_took_of_the_budget() {
    let folder = Folder::new();
    folder.file("items.jsonl", include_str!("../../labels/workplace.items.jsonl"));
    let args = ["label", "--items", "items.jsonl", "--model", "sim/small", "--out", "o.jsonl", "--budget-calls"];
    assert_eq!(folder.run(&[&args[..], &["60"]].concat()).code, 4);
    let plan = folder.run(&[&args[..], &["80", "--plan"]].concat());
    assert!(plan.out.contains("372 calls to make (the budget ends the run after 20)"), "{plan:?}");
}

#[test]
fn unreadable_replies_of_a_bulk_are_taken_to_be_what_all_are_and_not_to_be_perfect() {
    let folder = Folder::new();
    // The judge is right about what it says; half of the bulk, and one of the rated items, cannot be read.
    let rating = |i: usize| i % 3 + 1;
    let row =
        |i: usize| format!("{{\"id\": \"i{i}\", \"query_id\": \"q{i}\", \"query\": \"q\", \"document\": \"d{i}\"}}\n");
    let said = |i: usize| match i == 0 || (i >= 60 && i.is_multiple_of(2)) {
        true => format!("{{\"id\": \"i{i}\", \"rating\": null, \"outcome\": \"malformed:not-json\"}}\n"),
        false => format!("{{\"id\": \"i{i}\", \"rating\": {}, \"outcome\": \"rated\"}}\n", rating(i)),
    };
    let human = |i: usize| format!("{{\"id\": \"i{i}\", \"annotator\": \"x\", \"rating\": {}}}\n", rating(i));
    folder.file("items.jsonl", (0..600).map(row).collect::<String>());
    folder.file("r.jsonl", (0..600).map(said).collect::<String>());
    folder.file("h.jsonl", (0..60).map(human).collect::<String>());
    let args = ["audit", "--items", "items.jsonl", "--human", "h.jsonl", "--ratings", "r.jsonl", "--no-report"];
    let audit = folder.json(&args);
    let judge = &audit["data"]["judges"][0];
    let corrected = judge["bulk"]["poststratified"]["value"].as_f64().unwrap_or_else(|| panic!("{}", judge["bulk"]));
    assert!((corrected - 2.0).abs() < 0.1, "{corrected}");
    assert_eq!(judge["bulk"]["unlike"]["rating"], Value::Null, "{}", judge["bulk"]);
}
