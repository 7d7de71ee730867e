//! Judges that understand nothing, and one that only copies: the audit says what they are.

#![allow(clippy::unwrap_used)]

use crate::support::Folder;
use serde_json::Value;
use std::collections::BTreeMap;

const ITEMS: &str = include_str!("../../labels/workplace.items.jsonl");
const RATINGS: &str = include_str!("../../labels/workplace.ratings.jsonl");

/// The shipped ratings: item → annotator → rating.
fn people() -> BTreeMap<String, BTreeMap<String, i64>> {
    let mut found: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
    for line in RATINGS.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        found.entry(text("id")).or_default().insert(text("annotator"), row["rating"].as_i64().unwrap());
    }
    found
}

/// Audits the judge that says `rating` of each item, with gates.
fn audited(folder: &Folder, rating: impl Fn(usize, &BTreeMap<String, i64>) -> i64) -> Value {
    folder.file("items.jsonl", ITEMS);
    folder.file("people.jsonl", RATINGS);
    let rows: String = people()
        .iter()
        .enumerate()
        .map(|(i, (id, said))| format!("{{\"id\":\"{id}\",\"judge\":\"j\",\"rating\":{}}}\n", rating(i, said)))
        .collect();
    folder.file("judge.jsonl", rows);
    let gates = ["--gate", "nmse.upper < 14", "--gate", "malformed < 0.02", "--gate", "somers_d.lower > 0.3"];
    let files =
        ["audit", "--items", "items.jsonl", "--human", "people.jsonl", "--ratings", "judge.jsonl", "--no-report"];
    let found = folder.json(&[&files[..], &gates].concat());
    found["data"]["judges"][0].clone()
}

fn passed_by(judge: &Value, gate: usize) -> Vec<&str> {
    judge["gates"][gate]["passed_by"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect()
}

fn codes(judge: &Value) -> Vec<&str> {
    judge["caveats"].as_array().unwrap().iter().map(|caveat| caveat["code"].as_str().unwrap()).collect()
}

#[test]
fn a_constant_judge_is_called_no_better_than_a_constant_collapsed_and_without_order() {
    let judge = audited(&Folder::new(), |_, _| 3);
    assert_eq!(judge["standing"], "no-better-than-constant");
    assert_eq!(judge["panel"]["somers_d"]["value"], 0.0);
    assert_eq!(judge["panel"]["kendall_tau_b"]["undefined"], "all judge ratings are the same");
    assert_eq!(judge["panel"]["kappa"]["value"], 0.0);
    assert_eq!(judge["spread"]["flags"][0], "collapsed");
    assert!(codes(&judge).contains(&"no-skill") && codes(&judge).contains(&"compression"), "{judge}");
    // It meets the gate on NMSE, and so does the control of its kind: the gate says nothing.
    assert_eq!(judge["gates"][0]["met"], true);
    assert!(passed_by(&judge, 0).contains(&"always 3"), "{}", judge["gates"][0]);
    assert_eq!((judge["gates"][2]["met"].as_bool(), passed_by(&judge, 2)), (Some(false), vec![]));
    assert_ne!(judge["alt_test"]["verdict"], "passes");
}

#[test]
fn a_shuffled_judge_is_called_no_better_than_a_constant() {
    let all: Vec<i64> = people().values().map(|said| *said.values().next().unwrap()).collect();
    // 432 items; 175 and 432 have no common factor, so each rating is dealt once.
    let judge = audited(&Folder::new(), |i, _| all[(i * 175 + 11) % all.len()]);
    assert_eq!(judge["standing"], "no-better-than-constant");
    let somers = &judge["panel"]["somers_d"];
    assert!(somers["low"].as_f64().unwrap() < 0.0 && somers["high"].as_f64().unwrap() > 0.0, "{somers}");
    assert!(codes(&judge).contains(&"no-skill"), "{judge}");
    assert!(!judge["gates"][2]["met"].as_bool().unwrap());
    assert_eq!(judge["alt_test"]["verdict"], "fails");
}

#[test]
fn a_judge_that_copies_one_annotator_is_as_close_to_people_as_people_are() {
    let judge = audited(&Folder::new(), |_, said| *said.values().next().unwrap());
    assert_eq!(judge["standing"], "among-people");
    assert_eq!(judge["alt_test"]["verdict"], "passes");
    assert_eq!((judge["gates"][0]["met"].as_bool(), judge["gates"][2]["met"].as_bool()), (Some(true), Some(true)));
    assert_eq!(judge["gates_passed_by"], serde_json::json!([]), "no control meets all gates");
    // Whom it copies is a little stricter than the others; nothing else is said of its use of the scale.
    assert_eq!(judge["spread"]["flags"], serde_json::json!(["severe"]));
    assert!(codes(&judge).contains(&"copies"), "{:?}", codes(&judge));
}

#[test]
fn a_good_judge_of_items_that_people_agree_on_copies_nobody() {
    let folder = Folder::new();
    let rating = |i: usize| i % 5 + 1;
    let row = |i: usize| format!("{{\"id\":\"i{i}\",\"query_id\":\"q{i}\",\"query\":\"q\",\"document\":\"d\"}}\n");
    let said = |i: usize, who: &str, rating: usize| {
        format!("{{\"id\":\"i{i}\",\"annotator\":\"{who}\",\"rating\":{rating}}}\n")
    };
    // Ben differs on one item, and the judge is right about it.
    let ben = |i: usize| if i == 7 { 1 } else { rating(i) };
    folder.file("items.jsonl", (0..100).map(row).collect::<String>());
    let people = (0..100).map(|i| said(i, "anna", rating(i)) + &said(i, "ben", ben(i)));
    folder.file("people.jsonl", people.collect::<String>());
    folder.file(
        "judge.jsonl",
        (0..100).map(|i| format!("{{\"id\":\"i{i}\",\"rating\":{}}}\n", rating(i))).collect::<String>(),
    );
    let args =
        ["audit", "--items", "items.jsonl", "--human", "people.jsonl", "--ratings", "judge.jsonl", "--no-report"];
    let judge = folder.json(&args)["data"]["judges"][0].clone();
    assert!(!codes(&judge).contains(&"copies"), "{:?}", codes(&judge));
}
