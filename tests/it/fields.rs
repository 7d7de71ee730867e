//! Rubrics with several fields, over the command line: the rating is computed from what the model gives, what was off a
//! field's scale is counted, and a rubric that cannot work is refused with its place.

#![allow(clippy::unwrap_used)]

use crate::support::{Folder, items_jsonl};
use serde_json::{Value, json};

const RUBRIC: &str = include_str!("../../rubrics/quality-0-10.toml");

fn folder() -> Folder {
    let folder = Folder::new();
    folder.file("items.jsonl", items_jsonl(60));
    folder.file("rubric.toml", RUBRIC);
    let person = |i: usize| format!("i{i:05},p,{}\n", i * 7 % 11);
    folder.file("h.csv", "id,annotator,rating\n".to_owned() + &(0..60).map(person).collect::<String>());
    folder
}

const LABEL: [&str; 9] =
    ["label", "--items", "items.jsonl", "--rubric", "rubric.toml", "--model", "sim/large", "--out", "l.jsonl"];

fn rows(folder: &Folder, name: &str) -> Vec<Value> {
    folder.read(name).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn labels_say_what_each_rating_was_computed_from_and_come_back_as_they_are() {
    let folder = folder();
    let said = folder.run(&LABEL);
    assert_eq!(said.code, 0, "{said:?}");
    let rated: Vec<Value> = rows(&folder, "l.jsonl").into_iter().filter(|row| row["outcome"] == "rated").collect();
    assert!(rated.len() > 50, "{}", rated.len());
    for row in &rated {
        let fields: Value = serde_json::from_str(row["rating_fields"].as_str().unwrap()).unwrap();
        let value = |at: usize| fields[at]["value"].as_f64().unwrap();
        assert_eq!(fields[3]["name"], "flaws");
        let exact = (3.0 * value(0) + 2.0 * value(1) + value(2) + 2.0 * (10.0 - value(3))) / 8.0;
        assert_eq!(row["rating_exact"], json!(exact), "{row}");
        assert_eq!(row["rating"], json!((exact + 0.5).floor() as i64), "{row}");
        assert_eq!((&row["clamped"], &row["rating_raw"]), (&Value::Null, &Value::Null));
    }
    let schema: Value = serde_json::from_str(&folder.run(&["schema", "labels"]).out).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for row in rows(&folder, "l.jsonl") {
        assert!(validator.is_valid(&row), "{row}");
    }
    let audit = ["audit", "--human", "h.csv", "--scale", "0-10", "--no-report", "--ratings"];
    let from_file = folder.json(&[&audit[..], &["l.jsonl"]].concat());
    let judge = &from_file["data"]["judges"][0];
    assert_eq!(judge["spread"]["real"], true, "the exact values came back");
    let run =
        ["audit", "--items", "items.jsonl", "--human", "h.csv", "--rubric", "rubric.toml", "--model", "sim/large"];
    let run = folder.json(&[&run[..], &["--no-report"]].concat());
    let same =
        |judge: &Value| [&judge["panel"]["nmse"]["value"], &judge["spread"]["nmse_now"]["value"]].map(Value::clone);
    assert_eq!(same(judge), same(&run["data"]["judges"][0]));
}

#[test]
fn clamped_and_dropped_fields_are_counted_by_field() {
    let folder = folder();
    let row = |i: usize| {
        let (flaws, fresh) = (if i.is_multiple_of(4) { 12 } else { 3 }, if i.is_multiple_of(5) { 11 } else { 6 });
        json!({
            "id": format!("i{i:05}"),
            "raw": json!({"rationale": "so", "relevance": i % 11, "completeness": 5, "freshness": fresh, "flaws": flaws}).to_string(),
        })
    };
    folder.file("raw.jsonl", (0..60).map(|i| row(i).to_string() + "\n").collect::<String>());
    let audit = [
        "audit",
        "--human",
        "h.csv",
        "--rubric",
        "rubric.toml",
        "--from-raw",
        "--ratings",
        "raw.jsonl",
        "--report",
        "rep",
    ];
    let found = folder.json(&audit);
    let panel = &found["data"]["judges"][0]["panel"];
    assert_eq!((&panel["clamped"], &panel["dropped"]), (&json!({"flaws": 15}), &json!({"freshness": 12})));
    assert!(found["warnings"].to_string().contains("15 replies have a field off its scale"), "{}", found["warnings"]);
    let page = folder.read("rep/index.html");
    assert!(page.contains("Clamped fields") && page.contains("flaws: 15"));
}

#[test]
fn a_rubric_whose_fields_make_no_rating_is_refused_with_its_place() {
    let folder = folder();
    for (from, to, said) in [
        ("flaws: 2)\"", "flaws: 2\"", "rubric.toml:124:68"),
        ("relevance: 3, ", "relevanse: 3, ", "the formula speaks of `relevanse`, which is no field"),
        ("mean(relevance", "2 * mean(relevance", "the formula reaches from 0 to 20, beyond the scale 0–10"),
        ("freshness?, ", "", "the formula never uses the field `freshness`"),
        ("name = \"flaws\"", "name = \"max\"", "`max` is no name for a field"),
        ("name = \"flaws\"", "name = \"rationale\"", "the output contract names the field `rationale` twice"),
        ("off_scale = \"clamp\"", "off_scale = \"guess\"", "unknown variant `guess`"),
    ] {
        assert!(RUBRIC.contains(from), "{from}");
        folder.file("rubric.toml", RUBRIC.replacen(from, to, 1));
        let refused = folder.run(&LABEL);
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(refused.err.contains(said) && refused.err.contains("rubric.toml:"), "{said}: {}", refused.err);
    }
}

#[test]
fn a_prompt_may_name_the_fields_that_are_asked_for_and_not_the_rating_that_is_computed() {
    let folder = folder();
    let lint = |rule: &str| {
        folder.file("prompt.txt", format!("{}\n\nRules:\n- {rule}\n", shown_text(&folder)));
        let args =
            ["judge", "lint", "prompt.txt", "--rubric", "rubric.toml", "--items", "items.jsonl", "--human", "h.csv"];
        folder.run(&args)
    };
    let known = lint("Let drafts count as flawed: \"flaws\": higher for each gap.");
    assert!(!known.out.contains("names a field that the contract does not have"), "{}", known.out);
    let computed = lint("Let drafts count less: \"quality\": lower for each gap.");
    assert!(computed.out.contains("names a field that the contract does not have"), "{computed:?}");
}

/// The rubric's own prompt, as `judge add` would take it back.
fn shown_text(folder: &Folder) -> String {
    let added = folder.json(&["judge", "add", "--rubric", "rubric.toml", "--model", "sim/large"]);
    let hash = added["data"]["hash"].as_str().unwrap().to_owned();
    folder.run(&["judge", "show", &hash, "--text"]).out
}

#[test]
fn rated_examples_are_refused_where_people_gave_no_values_for_the_fields() {
    let folder = folder();
    // Enough queries for a dev part.
    folder.file("items.jsonl", items_jsonl(300));
    let person = |i: usize| format!("i{i:05},p,{}\n", i * 7 % 11);
    folder.file("h.csv", "id,annotator,rating\n".to_owned() + &(0..300).map(person).collect::<String>());
    let search = ["optimize", "bootstrap", "--items", "items.jsonl", "--human", "h.csv", "--rubric", "rubric.toml"];
    let refused = folder.run(&[&search[..], &["--threshold", "1", "--model", "sim/large"]].concat());
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.err.contains("people rated none of them: no example can be made"), "{}", refused.err);
}
