//! A judge whose replies break: examples mend them, and the report says that this is what was gained.

use crate::support::Folder;
use assessor::rubric::SHIPPED;
use serde_json::Value;

/// The shipped rubric, but for the rule of its contract.
fn without_a_format(folder: &Folder) {
    let (before, rest) = SHIPPED.split_once("rule = \"\"\"").unwrap();
    let (_, after) = rest.split_once("\"\"\"").unwrap();
    folder.file("r.toml", format!("{before}rule = 'Reply in JSON with \"rationale\" and \"rating\".'{after}"));
}

/// Malformed shares on the held-out part in percent, before and after.
fn malformed(data: &Value) -> (f64, f64) {
    let share = |side: &str| data["gain"]["malformed"][side].as_f64().unwrap();
    (share("before"), share("after"))
}

fn mended(strategy: &[&str]) {
    let folder = Folder::new();
    without_a_format(&folder);
    let common = ["--rubric", "r.toml", "--budget-calls", "800"];
    let args: Vec<&str> = ["optimize"].iter().chain(strategy).chain(&common).copied().collect();
    let data = &folder.json(&args)["data"];
    let (before, after) = malformed(data);
    assert!(before > 30.0 && after < 3.0, "{before} {after}");
    assert_eq!(data["adopted"]["is_baseline"], false, "{}", data["decision"]["reasons"]);
    let shown = data["best_prompt"]["demos"].as_array().unwrap();
    assert!(shown.len() >= 4, "{}", shown.len());

    // What parsing gained and what agreement gained add up to the difference, and every face says it.
    let gain = &data["gain"];
    let number = |name: &str| gain[name].as_f64().unwrap();
    let difference = gain["overall"]["after"].as_f64().unwrap() - gain["overall"]["before"].as_f64().unwrap();
    assert!((number("parsing") + number("agreement") - difference).abs() < 1e-6, "{gain}");
    assert!(number("parsing") < -20.0, "{gain}");
    let says = gain["says"].as_str().unwrap();
    assert!(says.contains("parsing"), "{says}");
    let page = folder.read(data["report"].as_str().unwrap());
    let markdown = folder.read(&data["report"].as_str().unwrap().replace("index.html", "optimization.md"));
    let terminal = folder.run(&args).out.split_whitespace().collect::<Vec<_>>().join(" ");
    for (face, text) in [("page", page), ("markdown", markdown), ("terminal", terminal)] {
        assert!(text.contains("both valid") && text.contains("rated examples"), "{face}: {text}");
        let start: String = says.chars().take(30).collect();
        assert!(text.contains(&start), "{face}: {start}");
    }
}

#[test]
fn mipro_mends_replies_that_break_and_says_that_this_is_what_was_gained() {
    mended(&["mipro", "--seed", "2"]);
}

#[test]
fn so_does_bootstrapping() {
    mended(&["bootstrap", "--threshold", "6.25"]);
}

#[test]
fn examples_by_query_are_shown_to_each_item_and_stored_with_the_judge() {
    let folder = Folder::new();
    without_a_format(&folder);
    let args = ["optimize", "bootstrap", "--threshold", "6.25", "--select", "nearest", "--rubric", "r.toml"];
    let data = &folder.json(&args)["data"];
    let (before, after) = malformed(data);
    assert!(before > 30.0 && after < 3.0, "{before} {after}");
    let nearest = &data["best_prompt"]["nearest"];
    assert_eq!(nearest["count"], 4);
    assert!(nearest["pool"].as_array().unwrap().len() > 20);
    let version = data["version"].as_str().unwrap();
    let text = folder.run(&["judge", "show", version]).out;
    assert!(text.contains("[Then come, for each item, those 4 of"), "{text}");
}

#[test]
fn no_example_is_made_up_where_a_rating_is_computed_from_fields_that_nobody_rated() {
    let folder = Folder::new();
    let (before, rest) = SHIPPED.split_once("[contract]").unwrap();
    let (_, after) = rest.split_once("[invariants]").unwrap();
    let quality = include_str!("../../../rubrics/quality-0-10.toml");
    let (_, contract) = quality.split_once("[contract]").unwrap();
    let (contract, _) = contract.split_once("[invariants]").unwrap();
    let contract = contract.replace("min = 0\nmax = 10", "min = 1\nmax = 5");
    folder.file("fields.toml", format!("{before}[contract]{contract}[invariants]{after}"));
    for strategy in [&["mipro"][..], &["bootstrap", "--threshold", "1"]] {
        let args: Vec<&str> =
            ["optimize"].iter().chain(strategy).chain(&["--rubric", "fields.toml"]).copied().collect();
        let said = folder.run(&args);
        assert_eq!(said.code, 2, "{said:?}");
        assert!(said.err.contains("no example can be made"), "{}", said.err);
    }
}

#[test]
fn a_threshold_has_to_be_named_and_a_search_for_spread_is_warned_of() {
    let folder = Folder::new();
    let refused = folder.run(&["optimize", "bootstrap"]);
    assert_eq!(
        (refused.code, refused.err.as_str()),
        (
            2,
            "error: `optimize bootstrap` needs a threshold: how far off a reply may be to be shown as an example\nhint: one step \
             on the scale 1–5 is 6.25 NMSE points: `--threshold 6.25` takes replies that are at most one step off, \
             `--threshold 0` only those that say what people say\n"
        )
    );
    let quality = format!("{}/rubrics/quality-0-10.toml", env!("CARGO_MANIFEST_DIR"));
    let other = folder.run(&["optimize", "bootstrap", "--rubric", &quality]);
    assert!(other.err.contains("one step on the scale 0–10 is 1 NMSE points: `--threshold 1` takes"), "{other:?}");
    let search = ["optimize", "bootstrap", "--threshold", "6.25", "--search", "2", "--objective", "spread"];
    let said = folder.run(&[&search[..], &["--budget-calls", "700", "--no-report"]].concat());
    assert_eq!(said.code, 0, "{said:?}");
    let text = said.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("spread alone is not agreement"), "{text}");
    // Examples are paid for with every label: what that comes to is told beside the result.
    let upkeep = text.split("in use 1,000 labels take ").nth(1).unwrap_or_default();
    assert!(
        upkeep.split("), ").next().is_some_and(|tokens| tokens.contains(" → ") && tokens.contains(" tokens (+")),
        "{text}"
    );
}
