//! A stored judge's numbers on the items that it was made with: left out, counted, named.

#![allow(clippy::unwrap_used)]

use crate::adapt::{knowing, shipped};
use crate::model::Model;
use crate::support::Folder;
use serde_json::Value;
use std::collections::BTreeSet;

/// A judge of `sim/medium` that was carried to a model, as `candidate`.
fn carried() -> (Folder, Model, String) {
    let folder = Folder::new();
    let model = knowing(shipped(), "none");
    let args = ["adapt", "--from", "sim/medium", "--to", &model.name(), "--reflector", "sim/reflector"];
    let more = ["--budget-calls", "1000", "--promote", "candidate", "--no-report"];
    let found = folder.json(&[&args[..], &more[..]].concat());
    assert_eq!(found["data"]["targets"][0]["verdict"], "GO", "{found}");
    let version = found["data"]["targets"][0]["version"].as_str().unwrap().to_owned();
    (folder, model, version)
}

fn tuned(audit: &Value) -> &Value {
    &audit["data"]["judges"][0]["tuned_on"]
}

fn said(envelope: &Value) -> Vec<&str> {
    let all = envelope["warnings"].as_array().unwrap().iter();
    all.filter(|warning| warning["code"] == "tuned-on").map(|warning| warning["text"].as_str().unwrap()).collect()
}

fn ids(lines: &str) -> BTreeSet<String> {
    let id = |line: &str| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned();
    lines.lines().map(id).collect()
}

const ITEMS: &str = include_str!("../../labels/workplace.items.jsonl");

#[test]
fn items_that_a_stored_judge_was_tuned_on_are_left_out_and_counted_or_kept_and_said_to_flatter() {
    let (folder, model, version) = carried();
    let asked = model.requests();
    let audit = ["audit", "--judge", "candidate", "--report", "clean"];
    let clean = folder.json(&audit);
    let (n, items) =
        (clean["data"]["judges"][0]["panel"]["n"].as_u64().unwrap(), tuned(&clean)["items"].as_u64().unwrap());
    assert_eq!((n + items, tuned(&clean)["of"].as_u64()), (432, Some(432)), "{}", tuned(&clean));
    assert!(items > 200 && n > 150, "{items} {n}");
    assert_eq!(tuned(&clean)["versions"], serde_json::json!([version]));
    assert_eq!((&tuned(&clean)["kept"], &clean["data"]["humans"]["left_out"]), (&false.into(), &items.into()));
    let short = &version[..12];
    assert_eq!(
        said(&clean),
        [format!(
            "The judge was tuned on {items} of the 432 rated items (version `{short}`): they are left out, for numbers on \
             them flatter; `--contaminated` keeps them."
        )]
    );
    // The held-out part was rated before: what is left out is not paid for.
    assert_eq!(model.requests(), asked);
    let held = ids(&folder.read("clean/labels.jsonl"));
    assert_eq!(held.len() as u64, n);

    let all = folder.json(&["audit", "--judge", "candidate", "--contaminated", "--report", "all"]);
    assert_eq!(all["data"]["judges"][0]["panel"]["n"], 432);
    assert_eq!((&tuned(&all)["kept"], &tuned(&all)["others"]), (&true.into(), &n.into()));
    assert_eq!(tuned(&all)["others_nmse"]["value"], clean["data"]["judges"][0]["panel"]["nmse"]["value"]);
    let text = said(&all)[0];
    assert!(text.contains(", and they are in, as you asked: every number here flatters. On the other "), "{text}");
    assert!(folder.read("all/index.html").contains("as you asked: every number here flatters"));
    assert!(folder.read("all/audit.md").contains("as you asked: every number here flatters"));

    let differ = folder.json(&["disagree", "--judge", "candidate"]);
    assert_eq!((&differ["data"]["answered"], said(&differ)), (&n.into(), said(&clean)));

    // Labels that it wrote are its own.
    let labels = ["audit", "--items", "items.jsonl", "--human", "ratings.jsonl", "--ratings", "all/labels.jsonl"];
    folder.file("items.jsonl", ITEMS);
    folder.file("ratings.jsonl", include_str!("../../labels/workplace.ratings.jsonl"));
    let read = folder.json(&[&labels[..], &["--no-report"]].concat());
    assert_eq!((&read["data"]["judges"][0]["panel"]["n"], &tuned(&read)["items"]), (&n.into(), &items.into()));

    // Where it saw them all there is nothing to say.
    let seen: String =
        ITEMS.lines().filter(|line| !ids(line).is_subset(&held)).map(|line| format!("{line}\n")).collect();
    folder.file("seen.jsonl", &seen);
    let ratings = include_str!("../../labels/workplace.ratings.jsonl").lines();
    let ratings: String = ratings.filter(|line| !ids(line).is_subset(&held)).map(|line| format!("{line}\n")).collect();
    folder.file("seen.ratings.jsonl", ratings);
    let none = folder.run(&["audit", "--judge", "candidate", "--items", "seen.jsonl", "--human", "seen.ratings.jsonl"]);
    assert_eq!(
        (none.code, none.err.trim_end()),
        (
            2,
            format!(
                "error: the judge was tuned on all {items} rated items: its numbers on them would flatter\nhint: rate others, \
                 or say `--contaminated` to see them all the same"
            )
            .as_str()
        )
    );
}

#[test]
fn other_data_with_the_same_ids_are_other_items() {
    let (folder, _model, _) = carried();
    assert_eq!(folder.run(&["sim", "world", "--seed", "5", "--queries", "12", "--out", "world"]).code, 0);
    let world = folder.read("world/items.jsonl");
    assert!(!ids(&world).is_disjoint(&ids(ITEMS)), "the ids are the same");
    let files = ["--items", "world/items.jsonl", "--human", "world/ratings.jsonl", "--no-report"];
    let found = folder.json(&[&["audit", "--judge", "candidate"], &files[..]].concat());
    assert!(tuned(&found).is_null() && said(&found).is_empty(), "{}", tuned(&found));
    assert_eq!(found["data"]["judges"][0]["panel"]["n"].as_u64().unwrap() as usize, world.lines().count());
}

#[test]
fn a_comparison_is_on_items_that_neither_judge_was_tuned_on() {
    let (folder, _model, _) = carried();
    let compare = ["compare", "sim/medium", "judge:candidate", "--no-report"];
    let clean = folder.json(&compare);
    let said_of = said(&clean);
    assert!(said_of.len() == 1 && said_of[0].contains(" was tuned on "), "{said_of:?}");
    let n = clean["data"]["n"].as_u64().unwrap();
    assert!((150..200).contains(&n), "{n}");
    assert_eq!(clean["data"]["answered_by_one"], 0);
    let all = folder.json(&[&compare[..], &["--contaminated"]].concat());
    assert_eq!(all["data"]["n"], 432);
    assert!(said(&all)[0].contains("every number here flatters. On the other "), "{:?}", said(&all));
    // Whichever of the two it is.
    let turned = folder.json(&["compare", "judge:candidate", "sim/medium", "--no-report"]);
    assert_eq!(turned["data"]["n"], n);
}

#[test]
fn what_the_ancestors_were_tuned_on_counts_too() {
    let (folder, _model, first) = carried();
    let text = folder.run(&["judge", "show", "candidate", "--text"]).out;
    folder.file("prompt.txt", text + "\nAn archived page is a 2 at most.\n");
    let child = folder.json(&["judge", "add", "prompt.txt", "--from", "candidate"])["data"]["hash"].clone();
    let child = child.as_str().unwrap();
    let of =
        |judge: &str| folder.json(&["audit", "--judge", judge, "--no-report"])["data"]["judges"][0]["tuned_on"].clone();
    let one = of("candidate")["items"].as_u64().unwrap();
    assert_eq!((&of(child)["versions"], &of(child)["items"]), (&serde_json::json!([first]), &one.into()));

    // Tuned once more, on another division of the items.
    let other = knowing(shipped(), "none");
    let args = ["adapt", "--from", "candidate", "--to", &other.name(), "--reflector", "sim/reflector", "--seed", "3"];
    let more = ["--new-yardstick", "--budget-calls", "1000", "--promote", "second", "--no-report"];
    let found = folder.json(&[&args[..], &more[..]].concat());
    let second = found["data"]["targets"][0]["version"].as_str().unwrap();
    let both = of("second");
    assert_eq!(both["versions"], serde_json::json!([second, first]));
    assert!(both["items"].as_u64().unwrap() > one, "{both}");

    // A ledger of an older program has only the log of each run.
    let ledger = rusqlite::Connection::open(folder.path().join(".assessor/ledger.sqlite")).unwrap();
    ledger.execute_batch("DROP TRIGGER events_stay; DELETE FROM events WHERE run LIKE 'material %'").unwrap();
    let rated = of("candidate");
    assert_eq!(rated["versions"], serde_json::json!([first]));
    assert!((1..=one).contains(&rated["items"].as_u64().unwrap()), "{rated}");
}
