//! `assessor adapt`: a judge carried to another model.

#![allow(clippy::unwrap_used)]

use crate::model::Model;
use crate::support::{Folder, said};
use serde_json::Value;
use std::collections::BTreeMap;

/// Items, and what people say of each: the lower median.
fn rated(items: &str, ratings: &str) -> Vec<(Value, i64)> {
    let mut all: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for line in ratings.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        all.entry(row["id"].as_str().unwrap().to_owned()).or_default().push(row["rating"].as_i64().unwrap());
    }
    let gold = |line: &str| {
        let item: Value = serde_json::from_str(line).unwrap();
        let ratings = all.get_mut(item["id"].as_str().unwrap()).unwrap();
        ratings.sort_unstable();
        let gold = ratings[(ratings.len() - 1) / 2];
        (item, gold)
    };
    items.lines().map(gold).collect()
}

pub fn shipped() -> Vec<(Value, i64)> {
    rated(include_str!("../../labels/workplace.items.jsonl"), include_str!("../../labels/workplace.ratings.jsonl"))
}

/// A model that knows what people say, and is wrong by two points where the language is `wrong`.
pub fn knowing(items: Vec<(Value, i64)>, wrong: &'static str) -> Model {
    let known: Vec<(String, i64)> = items
        .into_iter()
        .map(|(item, gold)| {
            let off = if gold <= 3 { gold + 2 } else { gold - 2 };
            let says = if item["language"] == wrong { off } else { gold };
            (format!("{}\n\u{0}{}", item["query"].as_str().unwrap(), item["document"].as_str().unwrap()), says)
        })
        .collect();
    Model::start(move |user| {
        let is_in = |text: &str| text.split("\n\u{0}").all(|part| user.contains(part.trim()));
        let rating = known.iter().find(|(text, _)| is_in(text)).map_or(3, |(_, rating)| *rating);
        format!("{{\"rationale\": \"so it is\", \"rating\": {rating}}}")
    })
}

fn carry(folder: &Folder, to: &str, more: &[&str]) -> Value {
    let args = ["adapt", "--from", "sim/medium", "--to", to, "--reflector", "sim/reflector"];
    folder.json(&[&args[..], more].concat())
}

fn reasons(target: &Value) -> Vec<&str> {
    target["reasons"].as_array().unwrap().iter().map(|reason| reason.as_str().unwrap()).collect()
}

#[test]
fn a_better_model_is_a_go_its_version_is_stored_and_the_old_judge_stays() {
    let folder = Folder::new();
    let model = knowing(shipped(), "none");
    assert_eq!(folder.run(&["judge", "add", "--model", "sim/medium", "--note", "old"]).code, 0);
    let old = folder.json(&["judge", "list"])["data"]["versions"][0]["hash"].as_str().unwrap().to_owned();
    assert_eq!(folder.run(&["judge", "promote", &old, "--as", "production"]).code, 0);
    let args = ["adapt", "--from", "production", "--to", &model.name(), "--reflector", "sim/reflector"];
    let limit = ["--budget-calls", "1000", "--promote", "candidate"];
    let envelope = folder.json(&[&args[..], &limit[..]].concat());
    let schema: Value = serde_json::from_str(&folder.run(&["schema", "adapt"]).out).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&envelope).map(|e| e.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    let target = &envelope["data"]["targets"][0];
    assert_eq!(target["verdict"], "GO", "{:?}", reasons(target));
    assert!(reasons(target)[0].starts_with("it is better than the old judge on "), "{:?}", reasons(target));
    assert_eq!(envelope["data"]["from"]["judge"], old);
    let version = target["version"].as_str().unwrap();
    let shown = folder.json(&["judge", "show", "candidate"]);
    assert_eq!(shown["data"]["hash"], version);
    assert_eq!(shown["data"]["lineage"]["parent"], old);
    assert_eq!(folder.json(&["judge", "show", "production"])["data"]["hash"], old);
    assert!(target["calls"]["judge"].as_u64().unwrap() <= 1000);
    assert!(model.requests() <= 1000);

    // The row of the new judge says what its run said; dev is of the old prompt on the new model and is left out.
    let listed = folder.json(&["judge", "list"]);
    let row = listed["data"]["versions"].as_array().unwrap().iter().find(|row| row["hash"] == version).unwrap();
    let row = &row["good"];
    let nmse = |at: usize| target["adaptation"]["arms"][at]["panel"]["nmse"]["value"].as_f64().unwrap();
    let last = target["adaptation"]["arms"].as_array().unwrap().len() - 1;
    let test = |name: &str| row["test"][name].as_f64().unwrap();
    assert!((test("before") - nmse(0)).abs() < 1e-9 && (test("after") - nmse(last)).abs() < 1e-9, "{row}");
    assert!(row["dev"].is_null(), "{row}");
    assert!(row["note"].as_str().unwrap().starts_with("adapt to http://"), "{row}");

    // Again: nothing is asked, and the same is said.
    let before = model.requests();
    let again = folder.json(&[&args[..], &limit[..]].concat());
    assert_eq!(again["data"]["targets"][0]["adaptation"], target["adaptation"]);
    assert_eq!(again["data"]["targets"][0]["calls"], target["calls"]);
    assert_eq!(model.requests(), before);
}

#[test]
fn a_model_that_is_better_overall_and_worse_on_one_language_is_a_no_go_that_names_it() {
    let folder = Folder::new();
    let model = knowing(shipped(), "de");
    // With few held-out items no language is large enough for a test.
    let small = carry(&folder, &model.name(), &[]);
    // The table has the slices that the verdict names.
    let page = folder.read(small["data"]["report"].as_str().unwrap());
    let small = &small["data"]["targets"][0];
    assert_eq!(small["verdict"], "GO");
    assert!(page.contains("<bdi>language = de</bdi>"), "the slice that is named is not in the table");
    assert!(
        reasons(small)[1].starts_with("look at what is worse beyond 2 points and may be chance: language is de ("),
        "{small}"
    );

    assert_eq!(folder.run(&["sim", "world", "--seed", "5", "--queries", "120", "--out", "world"]).code, 0);
    let model = knowing(rated(&folder.read("world/items.jsonl"), &folder.read("world/ratings.jsonl")), "de");
    let files = ["--items", "world/items.jsonl", "--human", "world/ratings.jsonl", "--new-yardstick"];
    let size = ["--split", "20/10/70", "--budget-calls", "3000"];
    let envelope = carry(&folder, &model.name(), &[&files[..], &size].concat());
    let target = &envelope["data"]["targets"][0];
    let against = &target["adaptation"]["against"];
    assert_eq!(against["outcome"], "better", "{against}");
    assert_eq!(target["verdict"], "NO-GO");
    let said = reasons(target);
    assert!(said.iter().any(|reason| reason.contains("NMSE points worse where language is de (")), "{said:?}");
    assert!(target["version"].is_null() && target["adopted"]["is_baseline"] == true);
    let page = folder.read(envelope["data"]["report"].as_str().unwrap());
    assert!(page.contains("NO-GO") && page.contains("worse where language is de"), "the page names it");
    assert!(page.contains("<td>yes: p &#60; 0.001 alone</td>"), "the table says which slice counts");
    assert!(page.contains("A slice counts where it has 20 items of 5 queries or more, is worse by more than 2 NMSE"));
    assert_eq!(target["adaptation"]["unmet"], serde_json::json!(["slice-margin"]));
    let markdown = folder.read(&envelope["data"]["report"].as_str().unwrap().replace("index.html", "adaptation.md"));
    let advice = markdown.lines().find(|line| line.starts_with("- what can be done: ")).unwrap();
    assert!(advice.len() > 300 && advice.contains("terms that are changed after a look prove nothing"), "{advice}");
    assert!(!markdown.contains('…'), "{markdown}");
    assert!(
        page.contains("What was not met is set by --slice-margin (now 2): if more can be tolerated, set it before")
    );
}

#[test]
fn a_hopeless_model_is_a_no_go_within_a_fifth_of_the_budget() {
    let constant = Model::start(|_| "{\"rationale\": \"fair\", \"rating\": 3}".to_owned());
    let silent = Model::start(|_| "I would rather not say.".to_owned());
    for model in [&constant, &silent] {
        let folder = Folder::new();
        let args = ["adapt", "--from", "sim/large", "--to", &model.name(), "--reflector", "sim/reflector"];
        let envelope = folder.json(&[&args[..], &["--budget-calls", "1500"]].concat());
        let target = &envelope["data"]["targets"][0];
        assert_eq!(target["verdict"], "NO-GO");
        assert_eq!(
            reasons(target),
            [
                "nothing that was tried makes this model tell items apart, or write replies that can be read, so the search \
              was given up and the rest of the budget saved"
            ]
        );
        let spent = model.requests();
        let page = folder.read(envelope["data"]["report"].as_str().unwrap());
        assert!(
            page.contains("another model: more calls would not help") && !page.contains("--budget-calls"),
            "{page}"
        );
        assert_eq!(target["calls"]["judge"], spent);
        assert!(spent <= 300, "{spent} of 1500");
    }
}

#[test]
fn one_judge_is_carried_by_one_yardstick_or_the_command_says_why_not() {
    let folder = Folder::new();
    let model = knowing(shipped(), "none");
    carry(&folder, &model.name(), &["--budget-calls", "1000"]);
    let other = ["adapt", "--from", "sim/medium", "--to", &model.name(), "--reflector", "sim/reflector"];
    let other = [&other[..], &["--budget-calls", "1000", "--margin", "5"]].concat();
    let said = folder.run(&other);
    assert_eq!(said.code, 2);
    let judge = said.err.split('`').nth(1).unwrap_or_default().to_owned();
    assert_eq!(
        said.err.trim_end(),
        format!(
            "error: the judge `{judge}` was carried before by other terms (margin 2, slices 2, malformed 0.02, now margin \
             5, slices 2, malformed 0.02): the verdicts could not be held side by side\nhint: use the same data, `--split`, `--seed`, \
             `--margin`, `--slice-margin`, `--malformed` and `--require`; `--new-yardstick` goes on all the same: it holds out \
             no new items (other `--items` do, or another `--seed` in part), and a GO by terms that were changed after a look \
             is marked as one"
        )
    );
    let said = folder.run(&[&other[..], &["--split", "30/30/40"]].concat());
    assert!(said.code == 2 && said.err.contains("was carried before on other data and by other terms"), "{said:?}");
    let said = folder.run(&[&other[..], &["--new-yardstick", "--no-report"]].concat());
    assert_eq!(said.code, 0);
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let before = "carried by other terms before (margin 2, slices 2, malformed 0.02)";
    assert!(one_line(&said.out).contains(before), "{}", said.out);

    // All terms are told, and the first ones, which were fixed before any look, need no leave and have no stain.
    let third = [&other[..9], &["--margin", "6", "--new-yardstick", "--no-report"]].concat();
    let said = folder.run(&third);
    let both = "(margin 2, slices 2, malformed 0.02; then margin 5, slices 2, malformed 0.02)";
    assert!(one_line(&said.out).contains(both), "{}", said.out);
    let said = folder.run(&[&other[..9], &["--no-report"]].concat());
    assert!(said.code == 0 && !said.out.contains("by other terms before"), "{said:?}");
}

#[test]
fn a_run_that_looked_at_no_held_out_item_binds_nobody_to_its_terms() {
    let folder = Folder::new();
    let model = knowing(shipped(), "none");
    let args = ["adapt", "--from", "sim/medium", "--to", &model.name(), "--reflector", "sim/reflector", "--no-report"];
    let run = |more: &[&str]| folder.run(&[&args[..], more].concat());
    let refused = run(&["--budget-calls", "100"]);
    assert!(refused.code == 2 && refused.err.contains("leaves nothing to search with"), "{refused:?}");
    // Given up in the search: the held-out part stays shut.
    let constant = Model::start(|_| "{\"rationale\": \"fair\", \"rating\": 3}".to_owned());
    let hopeless = ["adapt", "--from", "sim/medium", "--to", &constant.name(), "--reflector", "sim/reflector"];
    let given_up = folder.run(&[&hopeless[..], &["--margin", "4", "--no-report"]].concat());
    assert!(given_up.code == 0 && given_up.out.contains("the search was given up"), "{given_up:?}");

    let said = run(&["--budget-calls", "1000", "--margin", "3"]);
    assert!(said.code == 0 && !said.out.contains("by other terms before"), "{said:?}");
    let other = run(&["--budget-calls", "1000"]);
    assert!(other.code == 2 && other.err.contains("by other terms (margin 3, "), "{other:?}");
}

#[test]
fn what_cannot_be_decided_is_refused_before_anything_is_spent() {
    let folder = Folder::new();
    let args = ["adapt", "--from", "sim/small", "--to", "sim/medium"];
    let refused = |more: &[&str]| {
        let said = folder.run(&[&args[..], more].concat());
        assert_eq!(said.code, 2, "{said:?}");
        said.err.trim_end().to_owned()
    };
    assert_eq!(
        refused(&["--split", "60/40/0"]),
        "error: no items are held out, so whether the judge can be carried could not be decided\nhint: keep a part for the \
         test, for example `--split 40/20/40`; `assessor optimize` with `--split 60/40/0` only searches"
    );
    assert_eq!(
        refused(&["--to", "sim/medium"]),
        "error: the model `sim/medium` is named twice\nhint: name each with one `--to`"
    );
    assert_eq!(
        refused(&["--budget-calls", "0"]),
        "error: a budget of 0 judge calls leaves nothing to search with: 504 are set aside to rate 168 held-out or \
         protected items with 3 judges\nhint: `--budget-calls 505` is the lowest that begins at all, and a search takes \
         several times that; or hold out fewer items: `--split 50/30/20`"
    );
    assert!(refused(&["--margin", "-1"]).contains("not a number of NMSE points above 0 and up to 100"));
    assert_eq!(folder.json(&["judge", "list"])["data"]["versions"], serde_json::json!([]));
}

#[test]
fn an_old_model_that_cannot_be_asked_ends_the_command_and_does_not_hang_it() {
    let folder = Folder::new();
    folder
        .file("assessor.toml", "[model.old]\nurl = \"http://127.0.0.1:9/v1\"\nid = \"m\"\napi_key_env = \"OLD_KEY\"\n");
    let args = ["adapt", "--from", "old", "--to", "sim/small", "--budget-calls", "900", "--no-report"];
    let dollars = ["adapt", "--from", "old", "--to", "sim/small", "--budget-usd", "1", "--no-report"];
    let dollars = said(folder.command(&dollars).env("OLD_KEY", "key"));
    assert!(dollars.err.starts_with("error: a budget in dollars needs the price of `old`\n"), "{dollars:?}");
    let refused = said(folder.command(&args).env("OLD_KEY", "one\ntwo"));
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(
        refused.err.starts_with("error: the key of model `old` has characters that no header can carry\n"),
        "{refused:?}"
    );
}

#[test]
fn the_way_back_from_a_new_alias_is_told_alike_when_the_command_is_repeated_and_it_works() {
    let folder = Folder::new();
    let [old, new] = [knowing(shipped(), "none"), knowing(shipped(), "none")];
    let (from, to) = (old.name(), new.name());
    let args = ["adapt", "--from", &from, "--to", &to, "--reflector", "sim/reflector", "--budget-calls", "1000"];
    let args = [&args[..], &["--promote", "staging", "--no-report"]].concat();
    let back = || {
        let said = folder.run(&args);
        let line = said.out.lines().find(|line| line.trim().starts_with("go back")).map(str::trim);
        line.unwrap_or_else(|| panic!("{said:?}")).trim_start_matches("go back").trim().to_owned()
    };
    let first = back();
    assert_eq!(first, back());
    let command: Vec<&str> = first.split_whitespace().skip(1).collect();
    assert_eq!(folder.run(&command).code, 0, "{first}");
}

#[test]
fn a_few_dollars_are_enough_to_search_and_to_decide() {
    let folder = Folder::new();
    let args = [
        "adapt",
        "--from",
        "sim/large",
        "--to",
        "sim/small",
        "--regime",
        "demos",
        "--budget-usd",
        "0.45",
        "--no-report",
    ];
    let carried = folder.json(&args);
    let target = &carried["data"]["targets"][0];
    // The old judge alone takes $0.24 on what is held out, and could take twelve times that.
    assert!(target["adaptation"].is_object(), "{}", target["reasons"]);
    assert!(carried["data"]["paid"]["usd"].as_f64().unwrap() <= 0.45, "{}", carried["data"]["paid"]);
    let few = folder.run(&[&args[..8], &["0.01", "--no-report", "--seed", "2"]].concat());
    assert!(
        few.err.contains("leaves nothing to search with: at the very least $0.1")
            && few.err.contains("is likely to cover that"),
        "{few:?}"
    );
}

#[test]
fn a_report_that_cannot_be_written_is_told_before_anything_is_paid_for() {
    let folder = Folder::new();
    folder.file("taken", "a file");
    for command in [&["adapt", "--from", "sim/large", "--to", "sim/small"][..], &["optimize", "gepa"], &["audit"]] {
        let said = folder.run(&[command, &["--report", "taken/report"]].concat());
        assert_eq!(
            (said.code, said.err.as_str()),
            (
                2,
                "error: no report can be written here: Not a directory (os error 20)\n  --> taken/report\nhint: name another \
                 folder with `--report DIR`, or write none: `--no-report`\n"
            )
        );
    }
}

#[test]
fn a_judge_in_place_of_a_model_is_told_from_a_name_that_nothing_has() {
    let folder = Folder::new();
    let hash = folder.json(&["judge", "add", "--model", "sim/small"])["data"]["hash"].as_str().unwrap().to_owned();
    assert_eq!(folder.run(&["judge", "promote", &hash, "--as", "live"]).code, 0);
    assert_eq!(
        folder.run(&["adapt", "--from", "sim/large", "--to", "live"]).err,
        "error: there is no model `live`: that is a stored judge, which asks `sim/small`\nhint: name a model here, for \
         example `sim/small`; a judge is named with `--judge`, in `adapt` with `--from`\n"
    );
    assert_eq!(
        folder.run(&["audit", "--judge", "sim/small"]).err,
        "error: there is no judge `sim/small`: that is a model\nhint: name it with `--model sim/small`, or a judge of \
         `assessor judge list`\n"
    );
}

#[test]
fn a_judge_is_not_carried_to_the_model_that_it_has() {
    let folder = Folder::new();
    let said = folder.run(&["adapt", "--from", "sim/small", "--to", "sim/small"]);
    assert_eq!(
        (said.code, said.err.trim_end()),
        (
            2,
            "error: the judge asks `sim/small` already: there is nothing to carry\nhint: name another model with `--to`"
        )
    );
}

#[test]
fn a_target_that_cannot_be_used_is_named_before_another_is_paid_for() {
    let folder = Folder::new();
    let model = Model::start(|_| "{\"rationale\": \"fair\", \"rating\": 3}".to_owned());
    let args =
        ["adapt", "--from", "sim/medium", "--to", &model.name(), "--to", "sim/huge", "--reflector", "sim/reflector"];
    let said = folder.run(&args);
    assert!(said.code == 2 && said.err.contains("`sim/huge`"), "{said:?}");
    assert_eq!(model.requests(), 0);
}

#[test]
fn what_is_said_in_the_terminal_begins_with_the_verdict_and_ends_with_what_to_type() {
    let folder = Folder::new();
    let model = knowing(shipped(), "none");
    let args = ["adapt", "--from", "sim/medium", "--to", &model.name(), "--reflector", "sim/reflector"];
    let said = folder.run(&[&args[..], &["--budget-calls", "1000"]].concat());
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.starts_with("GO  http://"), "{}", said.out);
    let back = said.out.lines().skip_while(|line| !line.starts_with("  use it")).nth(1).unwrap();
    assert!(
        back.starts_with("  go back ") && back.ends_with(" --as production") && back.contains("judge promote"),
        "{back}"
    );
    for part in ["old prompt, old model", "NMSE", "cost of 1,000 labels", "searched", "spent", "use it", "Report: "] {
        assert!(said.out.contains(part), "{part}: {}", said.out);
    }
    assert!(said.out.lines().all(|line| line.chars().count() <= 100), "{}", said.out);
    // Nobody draws a bar where there is no terminal: each part of the search says that it begins.
    let begun: Vec<&str> =
        said.err.lines().filter_map(|line| line.strip_prefix(&format!("{}: now ", model.name()))).collect();
    assert_eq!(begun.first(), Some(&"rewrite; 0 judge calls and $0.00 so far"), "{}", said.err);
    assert!(begun.len() >= 2 && begun[begun.len() - 1].starts_with("the held-out part; "), "{}", said.err);
    let quiet = folder.run(&[&args[..], &["--budget-calls", "1000", "--quiet"]].concat());
    assert_eq!(quiet.err, "");
}

#[test]
fn where_the_alias_is_there_already_the_way_back_is_a_rollback() {
    let folder = Folder::new();
    let model = knowing(shipped(), "none");
    assert_eq!(folder.run(&["judge", "add", "--model", "sim/medium"]).code, 0);
    let old = folder.json(&["judge", "list"])["data"]["versions"][0]["hash"].as_str().unwrap().to_owned();
    assert_eq!(folder.run(&["judge", "promote", &old, "--as", "production"]).code, 0);
    let args = ["adapt", "--from", "production", "--to", &model.name(), "--reflector", "sim/reflector"];
    let said = folder.run(&[&args[..], &["--budget-calls", "1000"]].concat());
    let command = |does: &str| {
        let line = said.out.lines().find_map(|line| line.trim_start().strip_prefix(does)).unwrap_or_default();
        line.trim().trim_start_matches("assessor ").to_owned()
    };
    assert_eq!(command("go back"), "judge rollback production", "{}", said.out);
    // Both commands work, in this order, and lead back to where it began.
    for line in [command("use it"), command("go back")] {
        assert_eq!(folder.run(&line.split(' ').collect::<Vec<_>>()).code, 0, "{line}");
    }
    assert_eq!(folder.json(&["judge", "show", "production"])["data"]["hash"], old);
}
