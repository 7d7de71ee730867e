//! A floating name that moves to another model ends an epoch.

#![allow(clippy::unwrap_used)]

use crate::model::Model;
use crate::support::{Folder, items_jsonl};
use serde_json::{Value, json};

/// Items from `from` on, and one person who rates each of them 4.
fn rated(folder: &Folder, name: &str, from: usize, n: usize) -> [String; 4] {
    let lines: Vec<String> = items_jsonl(from + n).lines().skip(from).map(str::to_owned).collect();
    let rating = |line: &String| {
        let item: Value = serde_json::from_str(line).unwrap();
        json!({"id": item["id"], "annotator": "ann", "rating": 4}).to_string()
    };
    let ratings: Vec<String> = lines.iter().map(rating).collect();
    folder.file(&format!("{name}.items.jsonl"), lines.join("\n"));
    folder.file(&format!("{name}.human.jsonl"), ratings.join("\n"));
    ["--items".into(), format!("{name}.items.jsonl"), "--human".into(), format!("{name}.human.jsonl")]
}

fn audit(folder: &Folder, model: &Model, files: &[String; 4]) -> Value {
    let name = model.name();
    let args: Vec<&str> =
        ["audit", "--model", &name, "--no-report"].into_iter().chain(files.iter().map(String::as_str)).collect();
    folder.json(&args)
}

fn warnings(envelope: &Value) -> Vec<String> {
    let all = envelope["warnings"].as_array().unwrap();
    let ours = all.iter().filter(|w| w["code"] == "served-models");
    ours.map(|w| w["text"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_name_that_moved_is_said_with_the_model_that_answered_before_and_ratings_of_two_epochs_stand_apart() {
    let folder = Folder::new();
    let model = Model::start(|user| {
        let rating = if user.contains("Access guide 1") { 4 } else { 3 };
        format!("{{\"rationale\": \"so it is\", \"rating\": {rating}}}")
    });
    model.becomes("target-1");
    let first = rated(&folder, "first", 0, 40);
    assert_eq!(warnings(&audit(&folder, &model, &first)), Vec::<String>::new());
    model.becomes("target-2");

    let later = warnings(&audit(&folder, &model, &rated(&folder, "later", 60, 40)));
    let day = later[0].split("until ").nth(1).unwrap()[..10].to_owned();
    assert_eq!(
        later,
        [format!(
            "The name moved: `target-1` answered until {day}, `target-2` answers here. The epoch of earlier audits has \
             ended: what they say does not hold for this model."
        )]
    );
    assert!(day.split('-').map(str::len).eq([4, 2, 2]), "{day}");

    // The first forty are answered from the ledger, by the model of then.
    let both = audit(&folder, &model, &rated(&folder, "both", 0, 60));
    let judge = &both["data"]["judges"][0];
    let of = |at: usize| (judge["epochs"][at]["served"].as_str().unwrap(), judge["epochs"][at]["n"].as_u64().unwrap());
    assert_eq!((of(0), of(1)), (("target-1", 40), ("target-2", 20)));
    let nmse = |at: usize| judge["epochs"][at]["nmse"]["value"].as_f64().unwrap();
    assert_eq!(
        warnings(&both),
        [format!(
            "Several models answered: target-1 (40 rated items, NMSE {:.1}), target-2 (20 rated items, NMSE {:.1}). Their \
             ratings are pooled here, and are not of one judge: name a model that cannot move, and begin anew with \
             `--state DIR`.",
            nmse(0),
            nmse(1)
        )]
    );
}
