//! `assessor optimize`: what a person holds afterwards.

#![allow(clippy::unwrap_used)]

use crate::support::Folder;
use serde_json::Value;

/// The run of these tests: it adopts a prompt.
const RUN: [&str; 6] = ["optimize", "gepa", "--budget-calls", "1500", "--seed", "3"];

fn run(folder: &Folder, more: &[&str]) -> Value {
    folder.json(&[&RUN[..], more].concat())
}

#[test]
fn an_adopted_prompt_has_its_numbers_its_version_its_page_and_its_schema() {
    let folder = Folder::new();
    let envelope = run(&folder, &["--promote", "production"]);
    let schema: Value = serde_json::from_str(&folder.run(&["schema", "optimize"]).out).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&envelope).map(|e| e.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    let data = &envelope["data"];
    assert_eq!(data["adopted"]["is_baseline"], false, "{}", data["decision"]["reasons"]);
    for part in ["dev", "test"] {
        let nmse = |side: &str| data[side][part]["nmse"]["value"].as_f64().unwrap();
        assert!(nmse("adopted") < nmse("baseline"), "{part}");
    }
    assert!(data["calls"]["judge"].as_u64().unwrap() <= 1500);
    assert_eq!(data["looks"], 1);
    let curve = data["curve"].as_array().unwrap();
    assert!(curve.windows(2).all(|pair| pair[0]["calls"].as_u64() <= pair[1]["calls"].as_u64()));
    assert!(curve.iter().all(|point| point["candidate"].as_u64() <= data["candidates"].as_u64()));
    assert_eq!(data["best"]["judge"], data["adopted"]["judge"]);
    assert_eq!(data["version"], data["adopted"]["judge"]);
    assert_eq!(data["promoted"]["alias"], "production");

    // The version has its lineage, the alias leads to it, and there is a way back.
    let shown = folder.json(&["judge", "show", "production"]);
    let lineage = &shown["data"]["lineage"];
    assert_eq!(shown["data"]["hash"], data["version"]);
    assert_eq!((&lineage["parent"], &lineage["run"]), (&data["baseline"]["judge"], &data["run"]));
    assert_eq!(lineage["spend"]["judge_calls"], data["calls"]["judge"]);
    assert!(lineage["scores"]["test"]["change"]["high"].as_f64().unwrap() < 0.0);
    assert!(!lineage["feedback"].as_array().unwrap().is_empty());
    let short = |hash: &Value| hash.as_str().unwrap()[..12].to_owned();
    let diff = folder.run(&["judge", "diff", &short(&data["baseline"]["judge"]), &short(&data["version"])]);
    assert_eq!(diff.code, 0, "{diff:?}");

    // The page answers what a newcomer asks, and the lint has nothing against the prompt.
    let page = folder.read(data["report"].as_str().unwrap());
    for question in [
        "What changed in the prompt?",
        "Was it worth it?",
        "Can I trust it?",
        "how do I roll it back?",
        "Learning curve",
    ] {
        assert!(page.contains(question), "{question}");
    }
    assert!(page.contains("<ins>") && page.contains("for the first time") && page.contains("class=\"curve\""));
    assert!(
        page.contains(&format!(
            "assessor --seed 3 judge promote {} --as production",
            short(&data["baseline"]["judge"])
        ))
    );
    let show = folder.run(&["judge", "show", "production", "--text"]);
    folder.file("p.txt", &show.out);
    assert_eq!(folder.run(&["judge", "lint", "p.txt"]).code, 0);
}

#[test]
fn the_same_command_again_asks_nothing_and_says_the_same_and_another_run_is_another_look() {
    let folder = Folder::new();
    let items = divided(&folder);
    let args =
        |seed| ["optimize", "gepa", "--budget-calls", "700", "--seed", seed, "--items", &items, "--human", "h.jsonl"];
    let (first, again) = (folder.json(&args("1")), folder.json(&args("1")));
    assert_eq!(first, again);
    let other = folder.json(&args("2"));
    assert_ne!(first["data"]["run"], other["data"]["run"]);
    assert_eq!((&first["data"]["looks"], &other["data"]["looks"]), (&Value::from(1), &Value::from(2)));
    let said = folder.run(&args("2"));
    assert!(said.out.contains("the held-out part was opened 2 times by now"), "{}", said.out);
    assert!(folder.read(other["data"]["report"].as_str().unwrap()).contains("for the 2nd time"));
}

/// The shipped items with a `purpose`: the same parts for every seed.
fn divided(folder: &Folder) -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("labels");
    let items = std::fs::read_to_string(root.join("workplace.items.jsonl")).unwrap();
    let mut queries: Vec<String> = Vec::new();
    let mut lines = String::new();
    for line in items.lines() {
        let mut item: Value = serde_json::from_str(line).unwrap();
        let query = item["query_id"].as_str().unwrap().to_owned();
        let at = queries.iter().position(|q| *q == query).unwrap_or_else(|| {
            queries.push(query);
            queries.len() - 1
        });
        item["purpose"] = ["train", "dev", "test", "train", "test"][at % 5].into();
        lines.push_str(&(item.to_string() + "\n"));
    }
    folder.file("items.jsonl", lines);
    folder.file("h.jsonl", std::fs::read(root.join("workplace.ratings.jsonl")).unwrap());
    "items.jsonl".to_owned()
}

#[test]
fn what_is_said_in_the_terminal_fits_begins_with_the_result_and_ends_with_what_to_type() {
    let folder = Folder::new();
    let said = folder.run(&RUN);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let lines: Vec<&str> = said.out.lines().collect();
    assert!(lines.iter().all(|line| line.chars().count() <= 100), "{}", said.out);
    assert_eq!(lines[0], "Adopted");
    assert!(lines[1].contains("that the search never saw, NMSE fell from"), "{}", said.out);
    // The commands that it prints work as they stand.
    let typed = |does: &str| {
        let line = lines.iter().find(|line| line.trim_start().starts_with(does)).unwrap();
        line.split_once("assessor ").unwrap().1.split(' ').map(str::to_owned).collect::<Vec<_>>()
    };
    for does in ["see what changed", "put it into use", "go back to the baseline"] {
        let said = folder.run(&typed(does));
        assert_eq!(said.code, 0, "{does}: {said:?}");
    }
    assert!(!said.out.contains("judge rollback"), "a new alias has nowhere to roll back to: {}", said.out);
    // The alias is there now, so the same run says how it is rolled back.
    let again = folder.run(&RUN);
    assert!(again.out.contains("judge rollback production"), "{}", again.out);
    assert!(!again.out.contains("go back to the baseline"), "{}", again.out);
}

#[test]
fn a_run_without_a_held_out_part_adopts_nothing_stores_nothing_and_says_so() {
    let folder = Folder::new();
    let args = ["optimize", "gepa", "--budget-calls", "300", "--split", "2/1/0", "--promote", "production"];
    let said = folder.run(&args);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.starts_with("Not adopted: the baseline stays\n"), "{}", said.out);
    assert!(said.out.contains("No data were held out") && said.out.contains("Nothing was stored."), "{}", said.out);
    assert_eq!(folder.json(&["judge", "list"])["data"]["versions"], serde_json::json!([]));
    let data = &folder.json(&args)["data"];
    assert_eq!((&data["adopted"]["is_baseline"], &data["looks"]), (&Value::from(true), &Value::Null));
    assert!(data["best_prompt"]["instruction"].is_string() && data["baseline"]["test"].is_null());
    let page = data["report"].as_str().unwrap();
    for report in [page.to_owned(), page.replace("index.html", "optimization.md")] {
        let report = folder.read(&report);
        assert!(!report.contains("no report was written") && report.contains("in the report"), "{report}");
    }
}

#[test]
fn a_prompt_that_changes_a_protected_item_is_not_adopted() {
    let folder = Folder::new();
    // Whatever a better prompt does, it changes one of all items.
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("labels/workplace.items.jsonl");
    let items = std::fs::read_to_string(root).unwrap();
    let ids: Vec<String> = items
        .lines()
        .take(60)
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned())
        .collect();
    folder.file("keep.txt", ids.join("\n"));
    let data = &run(&folder, &["--protect", "keep.txt", "--no-report"])["data"];
    assert_eq!(data["adopted"]["is_baseline"], true);
    let reasons = data["decision"]["reasons"].to_string();
    assert!(reasons.contains("the protected item `"), "{reasons}");
    assert!(data["calls"]["judge"].as_u64().unwrap() <= 1500);
}

#[test]
fn no_alias_is_moved_to_a_judge_that_is_not_shown_to_be_better_than_a_constant_one() {
    let folder = Folder::new();
    let args = ["optimize", "mipro", "--budget-calls", "1500"];
    let args = [&args[..], &["--promote", "live", "--no-report"]].concat();
    let data = &folder.json(&args)["data"];
    assert_eq!(data["adopted"]["is_baseline"], false, "{}", data["decision"]["reasons"]);
    let rating = data["constant"]["rating"].as_i64().unwrap();
    assert_eq!(data["constant"]["is_beaten"], false);
    assert_eq!(
        data["withheld"],
        serde_json::json!({
            "alias": "live",
            "why": format!("it is not shown to be better than a judge that always says {rating}"),
        })
    );
    let said = folder.run(&args).out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("`live` was not moved: it is not shown to be better than a judge that always says"),
        "{said}"
    );
    assert_eq!(folder.run(&["judge", "show", "live"]).code, 2);
}

#[test]
fn an_alias_that_was_to_be_moved_and_was_not_is_told_where_nothing_was_adopted() {
    let folder = Folder::new();
    let args = ["optimize", "gepa", "--budget-calls", "300", "--split", "2/1/0", "--promote", "live", "--no-report"];
    let said = folder.run(&args);
    assert!(said.out.contains("`live` was not moved: no judge was adopted."), "{said:?}");
}

#[test]
fn a_few_dollars_go_as_far_as_the_calls_that_they_buy() {
    let folder = Folder::new();
    let spent = folder.json(&["optimize", "gepa", "--budget-calls", "900", "--no-report"]);
    let (calls, usd) = (&spent["data"]["calls"]["judge"], spent["data"]["cost_usd"].as_f64().unwrap());
    let budget = format!("{usd:.2}");
    let same = Folder::new().json(&["optimize", "gepa", "--budget-usd", &budget, "--no-report"]);
    let bought = same["data"]["calls"]["judge"].as_u64().unwrap();
    assert!(bought as f64 > 0.6 * calls.as_f64().unwrap(), "{bought} instead of {calls} for ${budget}");
    assert!(same["data"]["cost_usd"].as_f64().unwrap() <= usd + 0.01);
    assert!(same["data"]["decision"].is_object(), "the held-out part was opened");
    let nothing = folder.run(&["optimize", "gepa", "--budget-usd", "0.001", "--no-report"]);
    assert!(nothing.err.contains("leaves nothing to search with: at the very least $0."), "{nothing:?}");
}

#[test]
fn an_unknown_protected_item_and_a_bad_alias_are_named_before_anything_is_spent() {
    let folder = Folder::new();
    folder.file("keep.txt", "\nno-such-item\n");
    let said = folder.run(&[&RUN[..], &["--protect", "keep.txt"]].concat());
    assert_eq!(said.code, 2);
    assert_eq!(
        said.err,
        "error: no rated item is called `no-such-item`\n  --> keep.txt:2\n\
         hint: protect items that people rated: one id a line, or several with spaces between\n"
    );
    let said = folder.run(&[&RUN[..], &["--promote", "No!"]].concat());
    assert_eq!(said.code, 2);
    assert!(said.err.contains("`No!`"), "{}", said.err);
}
