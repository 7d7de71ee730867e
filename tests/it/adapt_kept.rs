//! Which judge `adapt` keeps where the old prompt on the new model does as well as the revised one.

#![allow(clippy::unwrap_used)]

use crate::adapt::shipped;
use crate::model::Model;
use crate::support::Folder;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

/// The shipped items, divided by query: each with its part and what people say of it.
fn divided() -> Vec<(Value, i64)> {
    let mut queries: BTreeMap<String, usize> = BTreeMap::new();
    let part = |(mut item, gold): (Value, i64)| {
        let next = queries.len();
        let at = *queries.entry(item["query_id"].as_str().unwrap().to_owned()).or_insert(next);
        item["purpose"] = ["train", "dev", "test", "train", "test"][at % 5].into();
        (item, gold)
    };
    shipped().into_iter().map(part).collect()
}

/// Right about what is held out whatever the prompt is. Of the other items it is wrong when it is first asked, so that a later
/// prompt looks better.
fn model(items: &[(Value, i64)]) -> Model {
    let text = |item: &Value, name: &str| item[name].as_str().unwrap().trim().to_owned();
    let known: Vec<(String, String, bool, i64)> = items
        .iter()
        .map(|(item, gold)| (text(item, "query"), text(item, "document"), item["purpose"] == "test", *gold))
        .collect();
    let seen = Mutex::new(BTreeSet::new());
    Model::start(move |user| {
        let at = known.iter().position(|(query, document, ..)| user.contains(query) && user.contains(document));
        let rating = at.map_or(3, |at| {
            let (_, _, held_out, gold) = known[at];
            let off = if gold < 5 { gold + 1 } else { 4 };
            if !held_out && seen.lock().unwrap().insert(at) { off } else { gold }
        });
        format!("{{\"rationale\": \"so it is\", \"rating\": {rating}}}")
    })
}

#[test]
fn the_old_prompt_is_stored_and_promoted_where_it_is_recommended_and_the_revised_one_is_the_second() {
    let folder = Folder::new();
    let items = divided();
    let model = model(&items);
    folder.file("items.jsonl", items.iter().map(|(item, _)| item.to_string() + "\n").collect::<String>());
    folder.file("h.jsonl", include_str!("../../labels/workplace.ratings.jsonl"));
    assert_eq!(folder.run(&["judge", "add", "--model", "sim/medium"]).code, 0);
    let old = folder.json(&["judge", "list"])["data"]["versions"][0]["hash"].as_str().unwrap().to_owned();
    assert_eq!(folder.run(&["judge", "promote", &old, "--as", "production"]).code, 0);
    let args = ["adapt", "--from", &old, "--to", &model.name(), "--reflector", "sim/reflector"];
    let data = ["--items", "items.jsonl", "--human", "h.jsonl", "--regime", "rewrite", "--budget-calls", "1500"];
    let args = [&args[..], &data[..], &["--promote", "production", "--report", "report"]].concat();
    let said = folder.run(&args);
    assert_eq!(said.code, 0, "{said:?}");
    let envelope = folder.json(&args);
    let target = &envelope["data"]["targets"][0];
    let arm = |at: usize| target["adaptation"]["arms"][at]["judge"].as_str().unwrap();
    assert!(target["adaptation"].is_object(), "{}", target["reasons"]);
    assert_eq!((&target["verdict"], target["adaptation"]["arms"].as_array().unwrap().len()), (&"GO".into(), 3));
    assert_eq!(target["adaptation"]["recommended"], "as-is");

    // What is recommended is the version, it is in production, and its numbers are its own.
    assert_eq!((target["version"].as_str().unwrap(), target["second"].as_str().unwrap()), (arm(1), arm(2)));
    let shown = |name: &str| folder.json(&["judge", "show", name])["data"].clone();
    let production = shown("production");
    assert_eq!(production["hash"], arm(1));
    let lineage = &production["lineage"];
    assert_eq!((&lineage["parent"], &lineage["run"]), (&old.as_str().into(), &target["run"]));
    let nmse = |at: usize| target["adaptation"]["arms"][at]["panel"]["nmse"]["value"].as_f64().unwrap();
    let test = |lineage: &Value| lineage["scores"]["test"]["after"].as_f64().unwrap();
    assert!((test(lineage) - nmse(1)).abs() < 1e-9, "{lineage}");
    assert!(lineage["why"].as_str().unwrap().contains("it is recommended in place of the revised one"), "{lineage}");
    let second = shown(arm(2));
    assert!((test(&second["lineage"]) - nmse(2)).abs() < 1e-9, "{second}");

    // It is said which version production leads to, and the other one is offered after it.
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let [old, kept, second] = [old.as_str(), arm(1), arm(2)].map(|hash| &hash[..12]);
    let stored = format!(
        "as judge version {kept} (the old prompt on the new model), and the revised prompt as {second}; the old judge stays \
         as it is; `production` was moved from version {old} to version {kept}"
    );
    assert!(one_line(&said.out).contains(&stored), "{}", said.out);
    let instead = format!("revised one instead  assessor judge promote {second} --as production");
    assert!(said.out.contains(&instead), "{}", said.out);
    let markdown = folder.read("report/adaptation.md");
    assert!(markdown.contains(&format!("and the revised prompt as {second}")), "{markdown}");
    assert!(one_line(&folder.read("report/index.html")).contains(&format!("to version {kept}")));
}
