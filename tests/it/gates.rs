//! Gates, calibration maps, rows that a prompt was tuned on, looks, and several judges at once.

#![allow(clippy::unwrap_used)]

use crate::support::Folder;

fn people(n: usize) -> String {
    let row = |i: usize| format!("i{i:04},q{:03},p,{}\n", i / 10, truth(i));
    "id,query_id,annotator,rating\n".to_owned() + &(0..n).map(row).collect::<String>()
}

fn truth(i: usize) -> usize {
    1 + (i * 7 + i / 10) % 5
}

fn judge(name: &str, n: usize, rating: impl Fn(usize) -> usize) -> String {
    (0..n).map(|i| format!("i{i:04},{name},{}\n", rating(i))).collect()
}

fn folder(judges: &[String]) -> Folder {
    let folder = Folder::new();
    folder.file("h.csv", people(300));
    folder.file("j.csv", "id,judge,rating\n".to_owned() + &judges.concat());
    folder
}

const AUDIT: [&str; 5] = ["audit", "--human", "h.csv", "--ratings", "j.csv"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&AUDIT[..], more].concat()
}

#[test]
fn a_missed_gate_is_exit_100_and_a_failure_in_junit() {
    let folder = folder(&[judge("j", 299, |i| if i % 3 == 0 { 6 - truth(i) } else { truth(i) })]);
    let gates = ["--gate", "nmse < 5", "--gate", "malformed <= 0", "--junit", "gates.xml", "--summary", "summary.md"];
    let said = folder.run(&with(&gates));
    assert_eq!(said.code, 100, "{said:?}");
    let xml = folder.read("gates.xml");
    insta::assert_snapshot!(xml);
    assert!(folder.read("summary.md").contains("nmse < 5"), "{}", folder.read("summary.md"));
}

#[test]
fn gates_of_the_configuration_are_always_held() {
    let folder = folder(&[judge("j", 300, truth)]);
    folder.file("assessor.toml", "[gate]\nclose = \"nmse.upper < 5\"\nordered = \"somers_d.lower > 0.9\"\n");
    let found = folder.json(&with(&["--gate", "exact[gold=3] >= 1"]));
    let gates = found["data"]["judges"][0]["gates"].as_array().unwrap().clone();
    let held: Vec<(&str, bool)> =
        gates.iter().map(|g| (g["gate"].as_str().unwrap(), g["met"].as_bool().unwrap())).collect();
    // A judge without any error has no spread of Somers' D, so no interval: such a gate is not met, and says why.
    assert_eq!(held, [("nmse.upper < 5", true), ("somers_d.lower > 0.9", false), ("exact[gold=3] >= 1", true)]);
    assert_eq!(gates[1]["undefined"], "it has no interval");
    assert_eq!(found["exit"], 100);
}

#[test]
fn a_gate_that_is_none_is_told_with_its_place() {
    let folder = folder(&[judge("j", 300, truth)]);
    folder.file("assessor.toml", "[gate]\nclose = \"score < 5\"\n");
    let said = folder.run(&AUDIT);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("the gate `score < 5` looks at `score`, at which no such gate can look"), "{}", said.err);
    assert!(said.err.contains("assessor.toml:2:9"), "{}", said.err);
}

#[test]
fn a_map_is_exported_and_holds_for_the_same_judge_and_other_people_only() {
    // The judge squeezes 1–5 into 2–4: people mean more than it says.
    let squeezed = |i: usize| [2, 2, 3, 4, 4][truth(i) - 1];
    let folder = folder(&[judge("j", 300, squeezed)]);
    folder.json(&with(&["--export-map", "map.json"]));
    let map: serde_json::Value = serde_json::from_str(&folder.read("map.json")).unwrap();
    assert_eq!(map["points"], serde_json::json!([[2.0, 1.5], [3.0, 3.0], [4.0, 4.5]]));
    let applied = |folder: &Folder, more: &[&str]| {
        let found = folder.json(&with(more));
        found["data"]["judges"][0]["spread"]["applied_map"].clone()
    };
    let same = applied(&folder, &["--apply-map", "map.json"]);
    assert_eq!(same["stale"], "The calibration map was fitted to these very ratings: its NMSE here flatters.");
    // Half a point off on four of five items: 100·0.25·0.8/16.
    assert!((same["nmse"]["value"].as_f64().unwrap() - 1.25).abs() < 1e-9, "{same}");
    folder.file("h.csv", people(299));
    assert_eq!(applied(&folder, &["--apply-map", "map.json"])["stale"], serde_json::Value::Null);
    folder.file("j.csv", "id,judge,rating\n".to_owned() + &judge("k", 300, squeezed));
    let other = applied(&folder, &["--apply-map", "map.json"]);
    assert!(other["stale"].as_str().unwrap().contains("belongs to the judge `j`"), "{other}");
    let said = folder.run(&with(&["--apply-map", "h.csv"]));
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("this is no calibration map"), "{}", said.err);
}

#[test]
fn rows_that_a_prompt_was_tuned_on_are_left_out_unless_asked_for() {
    let folder = Folder::new();
    let row = |i: usize| {
        let purpose = if i < 100 { "train" } else { "estimate" };
        format!("i{i:04},q{:03},query,text,{purpose},{}\n", i / 10, truth(i))
    };
    let items = "id,query_id,query,document,purpose,human_rating\n".to_owned() + &(0..300).map(row).collect::<String>();
    folder.file("items.csv", items);
    folder.file("j.csv", "id,judge,rating\n".to_owned() + &judge("j", 300, |i| if i < 100 { truth(i) } else { 3 }));
    let audit = ["audit", "--items", "items.csv", "--ratings", "j.csv", "--no-report"];
    let clean = folder.json(&audit);
    let data = &clean["data"];
    assert_eq!((data["humans"]["left_out"].as_u64(), data["judges"][0]["panel"]["n"].as_u64()), (Some(100), Some(200)));
    // What was left out is neither bulk nor unrated: it is not there.
    assert_eq!(
        (&data["judges"][0]["panel"]["without_human"], &data["judges"][0]["bulk"]),
        (&0.into(), &serde_json::Value::Null)
    );
    let all = folder.json(&[&audit[..], &["--contaminated"]].concat());
    assert_eq!(all["data"]["judges"][0]["panel"]["n"], 300);
    assert!(all["warnings"].to_string().contains("every number here flatters"), "{}", all["warnings"]);
}

#[test]
fn each_judge_that_is_held_against_the_same_people_is_one_more_look() {
    let folder = folder(&[judge("a", 300, truth), judge("b", 300, |i| 6 - truth(i))]);
    let looks = |more: &[&str]| folder.json(&with(more))["data"]["humans"]["looks"].clone();
    assert_eq!(looks(&["--judge", "a"]), 1);
    assert_eq!(looks(&["--judge", "a"]), 1);
    assert_eq!(looks(&["--judge", "b"]), 2);
    assert_eq!(looks(&[]), 2);
}

#[test]
fn several_judges_are_ordered_with_the_places_that_tests_leave_open() {
    let off = |i: usize, rest: usize| if i % 7 == rest { truth(i) % 5 + 1 } else { truth(i) };
    let folder = folder(&[
        judge("worst", 300, |i| 6 - truth(i)),
        judge("good", 300, |i| off(i, 0)),
        judge("alike", 300, |i| off(i, 3)),
    ]);
    let found = folder.json(&AUDIT);
    let places = found["data"]["leaderboard"]["places"].as_array().unwrap();
    let place = |i: usize| {
        let p = &places[i];
        (p["name"].as_str().unwrap(), p["best_place"].as_u64().unwrap(), p["worst_place"].as_u64().unwrap())
    };
    assert_eq!(place(2), ("worst", 3, 3));
    // The other two cannot be told apart: each may be first or second.
    assert_eq!((place(0).1, place(0).2, place(1).1, place(1).2), (1, 2, 1, 2));
    assert_eq!(found["data"]["leaderboard"]["pairs"].as_array().unwrap().len(), 3);
}
