//! Judges that do not use the scale, over the command line: one that gives 7.5 to 8.0 to everything, one that gives one
//! rating, and one that does neither. What is the matter is named, what helps is named, and what is claimed of a map is
//! shown on items that it was not fitted to.

#![allow(clippy::unwrap_used)]

use crate::support::Folder;
use serde_json::Value;

const ITEMS: usize = 400;

/// What a judge says of an item.
type Says = fn(usize) -> String;

/// What people say, 0–10: every rating, evenly within a query.
fn truth(i: usize) -> usize {
    (i * 7 + i / 10 * 3) % 11
}

/// Up to two points off, in no relation to the truth.
fn noise(i: usize) -> i64 {
    (i * i * 5 + i / 3) as i64 % 5 - 2
}

fn heard(i: usize) -> i64 {
    (truth(i) as i64 + noise(i)).clamp(0, 10)
}

/// Every rating between 7.5 and 8.0, in about the right order.
fn squeezed(i: usize) -> String {
    format!("{:.2}", 7.5 + heard(i) as f64 / 20.0)
}

fn people(items: std::ops::Range<usize>) -> String {
    let row = |i: usize| format!("i{i:04},q{:03},p,{}\n", i / 10, truth(i));
    "id,query_id,annotator,rating\n".to_owned() + &items.map(row).collect::<String>()
}

fn folder() -> Folder {
    let folder = Folder::new();
    let judges: [(&str, Says); 5] = [
        ("squeezed", squeezed),
        ("constant", |_| "8".to_owned()),
        ("constant-fraction", |_| "7.75".to_owned()),
        // On one spot too, and in no order at all.
        ("blind", |i| format!("{:.2}", 7.5 + ((i * 37 + i / 7) % 11) as f64 / 20.0)),
        ("spread", |i| heard(i).to_string()),
    ];
    let rows =
        |(name, says): &(&str, Says)| (0..ITEMS).map(|i| format!("i{i:04},{name},{}\n", says(i))).collect::<String>();
    folder.file("h.csv", people(0..ITEMS));
    folder.file("j.csv", "id,judge,rating\n".to_owned() + &judges.iter().map(rows).collect::<String>());
    folder
}

fn with<'a>(judge: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let audit = [
        "audit",
        "--human",
        "h.csv",
        "--ratings",
        "j.csv",
        "--scale",
        "0-10",
        "--on-fraction",
        "keep",
        "--judge",
        judge,
    ];
    [&audit[..], more].concat()
}

fn audited(folder: &Folder, judge: &str) -> Value {
    folder.json(&with(judge, &["--no-report"]))["data"]["judges"][0].clone()
}

fn flags(judge: &Value) -> Vec<&str> {
    judge["spread"]["flags"].as_array().unwrap().iter().map(|flag| flag.as_str().unwrap()).collect()
}

fn value(judge: &Value, name: &str) -> f64 {
    judge["spread"][name]["value"].as_f64().unwrap()
}

/// Words of a page without its markup, or of a terminal without its line ends.
fn words(text: &str) -> String {
    let mut inside = false;
    let plain = text.chars().map(|c| match c {
        '<' => (inside = true, ' ').1,
        '>' => (inside = false, ' ').1,
        c => {
            if inside {
                ' '
            } else {
                c
            }
        }
    });
    plain.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the terminal and the page say.
fn said(folder: &Folder, judge: &str) -> [String; 2] {
    let report = folder.run(&with(judge, &["--report", judge]));
    assert_eq!(report.code, 0, "{report:?}");
    let page = words(&folder.read(&format!("{judge}/index.html")));
    // The terminal has no tags, but may say `<`.
    [report.out.split_whitespace().collect::<Vec<_>>().join(" "), page]
}

#[test]
fn a_judge_that_gives_everything_7_5_to_8_is_named_and_a_map_mends_it() {
    let folder = folder();
    let judge = audited(&folder, "squeezed");
    assert_eq!((flags(&judge)[0], &judge["remedy"]), ("compressed-fixable", &Value::from("map")));
    // Squared errors of people against 7.75 and of a judge that is two points off at most, in points of 100.
    let (now, mapped, cut) = (value(&judge, "nmse_now"), value(&judge, "nmse_mapped"), value(&judge, "nmse_cut"));
    assert!(now > 15.0 && mapped < 3.0 && cut < 4.0, "{now} {mapped} {cut}");
    for text in said(&folder, "squeezed") {
        for words in [
            "squeezes its ratings together but keeps their order",
            &format!("brings NMSE from {now:.1} to {mapped:.1}"),
            "--export-map map.json",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(!text.contains("no map can"), "{text}");
    }
}

#[test]
fn the_map_of_one_half_of_the_queries_mends_the_ratings_of_the_other_half() {
    let folder = folder();
    folder.file("h.csv", people(0..ITEMS / 2));
    let fitted = folder.run(&with("squeezed", &["--no-report", "--export-map", "map.json"]));
    assert_eq!(fitted.code, 0, "{fitted:?}");
    folder.file("h.csv", people(ITEMS / 2..ITEMS));
    let other = folder.json(&with("squeezed", &["--no-report", "--apply-map", "map.json"]));
    let other = &other["data"]["judges"][0];
    let applied = &other["spread"]["applied_map"];
    assert_eq!(applied["stale"], Value::Null);
    let (now, mapped) = (value(other, "nmse_now"), applied["nmse"]["value"].as_f64().unwrap());
    assert!(now > 15.0 && mapped < 3.0, "{now} {mapped}");
}

#[test]
fn a_constant_judge_is_named_and_the_report_says_that_no_map_can_mend_it() {
    let folder = folder();
    for (name, rating) in [("constant", "100 % of the ratings are 8"), ("constant-fraction", "every rating is 7.75")] {
        let judge = audited(&folder, name);
        assert!(flags(&judge).contains(&"collapsed"), "{name}: {judge}");
        assert_eq!(judge["remedy"], "demos", "{name}");
        for text in said(&folder, name) {
            for words in ["have collapsed", "no map can help", "no map can mend that", "rated examples", rating] {
                assert!(text.contains(words), "{name}, {words}: {text}");
            }
            assert!(!text.contains("--export-map map.json"), "{name}: {text}");
        }
        assert!(said(&folder, name)[1].contains("a map of one rating is one rating"), "{name}");
    }
}

#[test]
fn a_map_of_a_constant_judge_is_no_better_than_the_best_constant() {
    let folder = folder();
    let judge = audited(&folder, "constant");
    let best = judge["panel"]["controls"]["best_constant"]["nmse"]["value"].as_f64().unwrap();
    assert!(value(&judge, "nmse_mapped") > 0.98 * best, "{} {best}", value(&judge, "nmse_mapped"));
}

#[test]
fn ratings_that_lie_on_one_spot_in_no_order_ask_for_another_model() {
    let folder = folder();
    let judge = audited(&folder, "blind");
    assert!(flags(&judge).contains(&"collapsed"), "{judge}");
    assert_eq!(judge["remedy"], "model");
    for text in said(&folder, "blind") {
        assert!(text.contains("every rating lies from 7.5 to 8, and nothing in them tells items apart"), "{text}");
    }
}

#[test]
fn a_judge_that_uses_the_scale_is_not_named() {
    let folder = folder();
    let judge = audited(&folder, "spread");
    assert!(!flags(&judge).iter().any(|flag| flag.starts_with("compressed") || *flag == "collapsed"), "{judge}");
    assert_eq!(judge["remedy"], Value::Null);
    for text in said(&folder, "spread") {
        assert!(!text.contains("squeezes") && !text.contains("collapsed:"), "{text}");
    }
}

#[test]
fn fractions_are_refused_unless_a_policy_is_named_and_then_they_are_counted() {
    let folder = folder();
    let audit =
        ["audit", "--human", "h.csv", "--ratings", "j.csv", "--scale", "0-10", "--judge", "squeezed", "--no-report"];
    let refused = folder.run(&audit);
    assert_eq!(refused.code, 2, "{refused:?}");
    for words in ["j.csv:2", "`7.50` is no rating: a rating is an integer", "--on-fraction keep"] {
        assert!(refused.err.contains(words), "{words}: {}", refused.err);
    }
    let panel = |policy: &'static str| {
        folder.json(&[&audit[..], &["--on-fraction", policy]].concat())["data"]["judges"][0].clone()
    };
    let fractions = (0..ITEMS).filter(|i| squeezed(*i) != "8.00").count() as u64;
    let malformed = panel("malformed");
    assert_eq!(malformed["panel"]["malformed"]["reasons"]["non-integer"], fractions);
    let rounded = panel("round");
    assert_eq!((&rounded["panel"]["fractions"], flags(&rounded)[0]), (&Value::from(fractions), "collapsed"));
    assert_eq!(rounded["spread"]["real"], Value::Null, "nothing is left of what was rounded off");
    assert_eq!(panel("keep")["panel"]["fractions"], fractions);
    let down = folder.run(&[&audit[..], &["--on-fraction", "down"]].concat());
    assert_eq!(down.code, 2, "{down:?}");
    assert!(down.err.contains("`--on-fraction down` is about replies that `--from-raw` reads"), "{}", down.err);
}

#[test]
fn a_map_becomes_part_of_a_judge_which_then_rates_through_it_at_no_call() {
    let folder = Folder::new();
    let added = folder.json(&["judge", "add", "--model", "sim/small"]);
    let plain = added["data"]["hash"].as_str().unwrap().to_owned();
    let audit = |judge: &str, more: &[&str]| folder.json(&[&["audit", "--judge", judge, "--no-report"], more].concat());
    let before = audit(&plain, &["--export-map", "map.json"]);
    let add = ["judge", "add", "--from", &plain, "--calibration", "map.json", "--note", "calibrated"];
    let mapped = folder.json(&add)["data"]["hash"].as_str().unwrap().to_owned();
    assert_ne!(mapped, plain);
    let shown = folder.run(&["judge", "show", &mapped]);
    assert!(shown.out.contains("what the model says is read as"), "{}", shown.out);
    let diff = folder.run(&["judge", "diff", &plain, &mapped]);
    assert!(diff.out.contains("map") && diff.out.contains("the same"), "{}", diff.out);

    let report = folder.run(&["audit", "--judge", &mapped, "--report", "rep"]);
    assert!(report.out.contains("0 requests made now"), "{}", report.out);
    let after = audit(&mapped, &[]);
    let nmse = |audit: &Value| audit["data"]["judges"][0]["panel"]["nmse_valid"]["value"].as_f64().unwrap();
    assert!(nmse(&after) < nmse(&before), "{} {}", nmse(&after), nmse(&before));
    // What the model said stays beside what the judge says.
    let labels = folder.read("rep/labels.jsonl");
    let row: Value = serde_json::from_str(labels.lines().find(|line| line.contains("\"rated\"")).unwrap()).unwrap();
    assert!(row["rating_raw"].is_f64() && row["rating_exact"].is_f64() && row["judge"] == mapped, "{row}");
    let moved = folder.json(&["disagree", "--judge", &mapped])["data"]["disagreements"].clone();
    assert!(moved.as_array().unwrap().iter().any(|d| d["raw"].is_f64() && d["raw"] != d["judge"]), "{moved}");

    let twice = folder.run(&["judge", "add", "--from", &mapped, "--calibration", "map.json"]);
    assert_eq!(twice.code, 2, "{twice:?}");
    assert!(twice.err.contains("has a calibration map already"), "{}", twice.err);
    let other = folder.json(&["judge", "add", "--model", "sim/large"])["data"]["hash"].as_str().unwrap().to_owned();
    let refused = folder.run(&["judge", "add", "--from", &other, "--calibration", "map.json"]);
    assert!(refused.err.contains("the calibration map belongs to the judge"), "{}", refused.err);
    // On another model the map means nothing: a judge that is carried leaves it behind.
    let carried = folder.json(&["judge", "add", "--from", &mapped, "--model", "sim/large"])["data"]["hash"].clone();
    let carried = folder.json(&["judge", "show", carried.as_str().unwrap()]);
    assert_eq!(carried["data"]["judge"]["map"], Value::Null);
}
