//! `adapt` with items whose rating must stay, and with a calibration map.

#![allow(clippy::unwrap_used)]

use crate::adapt::{knowing, shipped};
use crate::model::Model;
use crate::support::Folder;
use serde_json::Value;
use std::collections::BTreeSet;

fn target(envelope: &Value) -> &Value {
    &envelope["data"]["targets"][0]
}

/// The ids of the shipped items, and those on which `sim/medium` differs from people.
fn shipped_ids(folder: &Folder) -> (Vec<String>, BTreeSet<String>) {
    let found = folder.json(&["disagree", "--model", "sim/medium"]);
    let differ = found["data"]["disagreements"].as_array().unwrap();
    let differ = differ.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
    let ids = shipped().into_iter().map(|(item, _)| item["id"].as_str().unwrap().to_owned());
    (ids.collect(), differ)
}

#[test]
fn a_judge_that_rates_a_protected_item_otherwise_than_the_old_one_is_a_no_go_that_names_it() {
    let folder = Folder::new();
    let model = knowing(shipped(), "none");
    let (ids, differ) = shipped_ids(&folder);
    let (changed, kept): (Vec<String>, Vec<String>) = ids.into_iter().partition(|id| differ.contains(id));
    let args = ["adapt", "--from", "sim/medium", "--to", &model.name(), "--reflector", "sim/reflector"];
    let carry = |more: &[&str]| folder.json(&[&args[..], &["--budget-calls", "1000", "--protect"], more].concat());

    // What the old judge rates as people do, the new one does, too: it knows what they say.
    folder.file("kept.txt", kept[..40].join("\n"));
    let go = carry(&["kept.txt", "--report", "go"]);
    assert_eq!(target(&go)["verdict"], "GO", "{}", target(&go)["reasons"]);
    let held = target(&go)["adaptation"]["against"]["n"].as_u64().unwrap();
    let old = &target(&go)["adaptation"]["arms"][0]["panel"];
    assert_eq!(
        (old["n"].as_u64().unwrap(), &old["without_human"]),
        (held, &0.into()),
        "the numbers are of what is held out"
    );
    let beside =
        go["data"]["paid"]["rival"].as_u64().unwrap() + go["data"]["paid"]["from_ledger"].as_u64().unwrap() - held;
    assert!((1..40).contains(&beside), "the old judge is asked about those of the search, too: {beside}");
    assert!(model.requests() + held + beside <= 1000);
    assert!(folder.read("go/index.html").contains("40: each must keep the old judge&#39;s rating"));

    folder.file("one.txt", format!("{} {}", kept[0], changed[0]));
    let no_go = carry(&["one.txt", "--no-report"]);
    assert_eq!((&target(&no_go)["verdict"], &target(&no_go)["unmet"]), (&"NO-GO".into(), &Value::Null));
    let reasons = target(&no_go)["reasons"].as_array().unwrap();
    let said = format!("the protected item `{}` was rated ", changed[0]);
    assert!(reasons.len() == 1 && reasons[0].as_str().unwrap().starts_with(&said), "{reasons:?}");
    assert_eq!(target(&no_go)["adaptation"]["unmet"], serde_json::json!(["protected"]));
    assert!(target(&no_go)["version"].is_null());
}

#[test]
fn protected_items_are_set_aside_for_and_found_before_anything_is_spent() {
    let folder = Folder::new();
    let ids: Vec<String> = shipped().into_iter().map(|(item, _)| item["id"].as_str().unwrap().to_owned()).collect();
    folder.file("all.txt", ids.join("\n"));
    let args = ["adapt", "--from", "sim/small", "--to", "sim/medium", "--protect"];
    let said = folder.run(&[&args[..], &["all.txt", "--budget-calls", "1000"]].concat());
    assert_eq!(
        (said.code, said.err.trim_end()),
        (
            2,
            "error: a budget of 1000 judge calls leaves nothing to search with: 1296 are set aside to rate 432 held-out or \
             protected items with 3 judges\nhint: `--budget-calls 1297` is the lowest that begins at all, and a search takes \
             several times that; or hold out fewer items: `--split 50/30/20`"
        )
    );
    folder.file("other.txt", "q001-d1\nnobody\n");
    let said = folder.run(&[&args[..], &["other.txt"]].concat());
    assert!(said.code == 2 && said.err.starts_with("error: no rated item is called `nobody`\n"), "{said:?}");
    assert!(said.err.contains("other.txt:2"), "{}", said.err);
}

#[test]
fn a_model_that_rates_a_point_too_high_is_mended_by_a_map_that_is_decided_on_and_stored_with_it() {
    let folder = Folder::new();
    let known: Vec<(String, String, i64)> = shipped()
        .into_iter()
        .map(|(item, gold)| (item["query"].as_str().unwrap().into(), item["document"].as_str().unwrap().into(), gold))
        .collect();
    let model = Model::start(move |user| {
        let is_it = |(query, document, _): &&(String, String, i64)| {
            user.contains(query.trim()) && user.contains(document.trim())
        };
        let gold = known.iter().find(is_it).map_or(3, |(_, _, gold)| *gold);
        format!("{{\"rationale\": \"so it is\", \"rating\": {}}}", (gold + 1).min(5))
    });
    let args = ["adapt", "--from", "sim/large", "--to", &model.name(), "--reflector", "sim/reflector"];
    // Too few of Dev are rated for a map with few calls, and that is said.
    let few = ["--regime", "rewrite", "--budget-calls", "1200", "--calibrate", "--no-report"];
    let few = folder.run(&[&args[..], &few].concat()).out;
    assert!(few.contains("\n  map       none: the best candidate has too few readable replies on dev"), "{few}");
    let args = [&args[..], &["--regime", "rewrite", "--budget-calls", "2000"]].concat();
    let without = folder.json(&[&args[..], &["--no-report"]].concat());
    let nmse = |envelope: &Value| {
        let arms = target(envelope)["adaptation"]["arms"].as_array().unwrap().clone();
        arms.last().unwrap()["panel"]["nmse"]["value"].as_f64().unwrap()
    };
    let asked = model.requests();
    let args = [&args[..], &["--calibrate", "--report", "report"]].concat();
    let with = folder.json(&args);
    assert_eq!(target(&with)["verdict"], "GO", "{} {}", target(&with)["reasons"], target(&with)["calibration"]);
    assert!(nmse(&with) < nmse(&without) - 2.0, "{} {}", nmse(&with), nmse(&without));
    assert_eq!(model.requests(), asked, "a map costs no call");
    assert_eq!(target(&with)["calibration"]["dev"]["used"], true);
    let version = target(&with)["version"].as_str().unwrap();
    assert!(!folder.json(&["judge", "show", version])["data"]["judge"]["map"].is_null());
    let role = target(&with)["adaptation"]["arms"][2]["role"].as_str().unwrap();
    let name =
        if role == "mapped" { "old prompt with a map, new model" } else { "revised prompt with a map, new model" };
    for file in ["report/index.html", "report/adaptation.md"] {
        let text = folder.read(file);
        assert!(text.contains(name) && text.contains("map: part of the judge, fitted at no call: on "), "{file}");
    }
    let said = folder.run(&args).out;
    assert!(said.contains("\n  map       part of the judge, fitted at no call: on "), "{said}");
}
