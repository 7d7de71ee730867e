//! The commands as a user meets them: results, files, exit codes, and what is said when something is wrong.

#![allow(clippy::unwrap_used)]

use crate::bad_input::{Role, cases};
use crate::support::{Folder, items_jsonl};
use serde_json::Value;

fn number(value: &Value, path: &str) -> f64 {
    value.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("no number at {path} of {value}"))
}

#[test]
fn the_first_command_audits_the_shipped_labels_and_the_second_run_makes_no_call_and_changes_no_byte() {
    let folder = Folder::new();
    let first = folder.run(&["audit"]);
    assert_eq!(first.code, 0, "{first:?}");
    assert!(
        first.out.contains("NMSE") && first.out.contains("Two people") || first.out.contains("two people"),
        "{}",
        first.out
    );
    assert!(first.out.contains("Report: reports/audit-sim-small-"), "{}", first.out);
    let reports = |folder: &Folder| -> Vec<_> {
        folder.files().into_iter().filter(|(path, _)| path.components().any(|c| c.as_os_str() == "reports")).collect()
    };
    let before = reports(&folder);
    for name in ["index.html", "audit.json", "audit.md", "labels.jsonl", "disagreements.csv"] {
        assert!(before.iter().any(|(path, _)| path.ends_with(name)), "no {name}");
    }
    let second = folder.run(&["audit"]);
    assert!(second.out.contains("\n0 requests made now."), "{}", second.out);
    let panel = |text: &str| text.split("requests made now").next().unwrap().rsplit_once('\n').unwrap().0.to_owned();
    assert_eq!(panel(&first.out), panel(&second.out));
    assert_eq!(before, reports(&folder));
}

#[test]
fn the_worked_numbers_of_the_design_come_out_of_the_command() {
    let folder = Folder::new();
    folder.file("h.csv", "id,annotator,rating\na,p,5\nb,p,5\nc,p,3\nd,p,1\n");
    folder.file("j.csv", "id,rating\na,5\nb,4\nc,\nd,1\n");
    let audit = folder.json(&["audit", "--human", "h.csv", "--ratings", "j.csv", "--no-report"]);
    let panel = "/data/judges/0/panel";
    assert_eq!(number(&audit, &format!("{panel}/nmse/value")), 26.5625);
    assert_eq!(number(&audit, &format!("{panel}/nmse_row_worst/value")), 7.8125);
    assert!((number(&audit, &format!("{panel}/nmse_valid/value")) - 2.083_333_333_333_333).abs() < 1e-12);
    assert_eq!(number(&audit, &format!("{panel}/malformed/count")), 1.0);
}

#[test]
fn the_published_figure_of_856_rows_comes_out_of_the_command() {
    // 358 malformed; of 498 readable replies 433 are one point off and 65 two: 433 + 4 · 65 = 693.
    let folder = Folder::new();
    let (mut human, mut judge) = ("id,annotator,rating\n".to_owned(), "id,rating\n".to_owned());
    for i in 0..856 {
        human.push_str(&format!("r{i:03},p,3\n"));
        let rating = match i {
            0..433 => {
                if i % 2 == 0 {
                    "4"
                } else {
                    "2"
                }
            }
            433..498 => {
                if i % 2 == 0 {
                    "5"
                } else {
                    "1"
                }
            }
            _ => "",
        };
        judge.push_str(&format!("r{i:03},{rating}\n"));
    }
    folder.file("h.csv", human);
    folder.file("j.csv", judge);
    let audit = folder.json(&["audit", "--human", "h.csv", "--ratings", "j.csv", "--no-report"]);
    let nmse = number(&audit, "/data/judges/0/panel/nmse/value");
    assert_eq!(format!("{nmse:.2}"), "46.88");
    assert_eq!(number(&audit, "/data/judges/0/panel/malformed/count"), 358.0);
}

#[test]
fn off_scale_ratings_are_an_error_unless_a_named_policy_says_otherwise_and_then_they_are_counted() {
    let folder = Folder::new();
    folder.file("h.csv", "id,annotator,rating\na,p,0\nb,p,3\n");
    folder.file("j.csv", "id,score\na,0\nb,4\n");
    let args =
        ["audit", "--human", "h.csv", "--ratings", "j.csv", "--scale", "0-3", "--map", "rating=score", "--no-report"];
    let refused = folder.run(&args);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("j.csv:3"), "{}", refused.err);
    for (policy, nmse, malformed) in [("clip", 0.0, 0.0), ("malformed", 50.0, 1.0)] {
        let mut with: Vec<&str> = args.to_vec();
        with.extend(["--on-off-scale", policy]);
        let audit = folder.json(&with);
        assert_eq!(number(&audit, "/data/judges/0/panel/nmse/value"), nmse, "{policy}");
        assert_eq!(number(&audit, "/data/judges/0/panel/malformed/count"), malformed, "{policy}");
        assert_eq!(number(&audit, "/data/judges/0/panel/off_scale"), 1.0, "{policy}");
    }
}

#[test]
fn a_budget_of_calls_ends_the_run_with_4_and_the_next_run_goes_on_from_there() {
    let folder = Folder::new();
    folder.file("items.jsonl", items_jsonl(40));
    let args = ["label", "--items", "items.jsonl", "--out", "l.jsonl", "--model", "sim/large", "--concurrency", "4"];
    let mut first = args.to_vec();
    first.extend(["--budget-calls", "15"]);
    let said = folder.run(&first);
    assert_eq!(said.code, 4, "{said:?}");
    assert!(said.out.contains("15 requests now"), "{}", said.out);
    assert_eq!(folder.read("l.jsonl").matches("\"not-run:budget\"").count(), 25);
    let again = folder.run(&first);
    assert!(
        again.out.contains("0 requests now, 15 verdicts from the ledger"),
        "the budget is the run's: {}",
        again.out
    );
    let rest = folder.run(&args);
    assert_eq!(rest.code, 0);
    assert!(rest.out.contains("25 requests now, 15 verdicts from the ledger"), "{}", rest.out);
}

#[test]
fn a_plan_tells_calls_and_money_and_spends_nothing() {
    let folder = Folder::new();
    folder.file("items.jsonl", items_jsonl(10));
    let plan = folder.json(&["label", "--plan", "--items", "items.jsonl", "--model", "sim/large", "--samples", "3"]);
    assert_eq!(number(&plan, "/data/calls"), 30.0);
    assert!(number(&plan, "/data/usd") > 0.0);
    assert!(!folder.path().join(".assessor/ledger.sqlite").exists(), "a plan makes no ledger");
}

#[test]
fn several_samples_of_an_item_are_rows_of_their_own() {
    let folder = Folder::new();
    folder.file("items.jsonl", items_jsonl(5));
    let said = folder.run(&["label", "--items", "items.jsonl", "--out", "l.csv", "--samples", "3"]);
    assert_eq!(said.code, 0, "{said:?}");
    let rows: Vec<String> = folder.read("l.csv").lines().skip(1).map(str::to_owned).collect();
    assert_eq!(rows.len(), 15);
    assert!(rows[0].starts_with("i00000,") && rows[2].starts_with("i00000,") && rows[3].starts_with("i00001,"));
    let sums: Vec<Value> = folder.read("l.samples.jsonl").lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(sums.len(), 5);
    for (sum, rows) in sums.iter().zip(rows.chunks(3)) {
        let ratings: Vec<f64> = rows.iter().filter_map(|r| r.split(',').nth(1).unwrap().parse().ok()).collect();
        assert_eq!(sum["rated"], ratings.len());
        if let Some(mean) = sum["mean"].as_f64() {
            assert!((mean - ratings.iter().sum::<f64>() / ratings.len() as f64).abs() < 1e-12, "{sum}: {rows:?}");
        }
    }
}

#[test]
fn a_new_project_can_be_audited_at_once() {
    let folder = Folder::new();
    assert_eq!(folder.run(&["init", "."]).code, 0);
    let kept = folder.run(&["init", "."]);
    assert!(kept.out.contains("kept"), "what is there stays: {}", kept.out);
    let audit = folder.run(&["audit"]);
    assert_eq!(audit.code, 0, "{audit:?}");
    assert!(audit.out.contains("4 items of 2 queries"), "{}", audit.out);
}

#[test]
fn two_runs_are_compared_item_by_item() {
    let folder = Folder::new();
    folder.file("h.csv", "id,annotator,rating\na,p,5\nb,p,3\nc,p,1\nd,p,2\n");
    folder.file("old.csv", "id,rating\na,1\nb,3\nc,2\nd,2\n");
    folder.file("new.csv", "id,rating\na,5\nb,4\nc,3\nd,2\n");
    let args = ["disagree", "--human", "h.csv", "--ratings", "new.csv", "--before", "old.csv"];
    let found = folder.json(&args);
    let changes: Vec<(String, String)> = found["data"]["diff"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| (d["id"].as_str().unwrap().to_owned(), d["change"].as_str().unwrap().to_owned()))
        .collect();
    let expected = [("b", "newly-broken"), ("c", "still-broken"), ("a", "fixed")];
    assert_eq!(changes, expected.map(|(id, change)| (id.to_owned(), change.to_owned())));
    let said = folder.run(&args);
    assert_eq!(said.code, 0, "{said:?}");
}

#[test]
fn disagreements_are_filtered_and_exported() {
    let folder = Folder::new();
    folder.file("h.csv", "id,annotator,rating\na,p,5\nb,p,3\nc,p,1\nd,p,2\n");
    folder.file("j.csv", "id,rating\na,1\nb,4\nc,5\nd,\n");
    let found = folder.json(&[
        "disagree",
        "--human",
        "h.csv",
        "--ratings",
        "j.csv",
        "--direction",
        "higher",
        "--export",
        "d.csv",
    ]);
    let ids: Vec<&str> =
        found["data"]["disagreements"].as_array().unwrap().iter().map(|d| d["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["c", "b"], "by gap");
    assert_eq!(folder.read("d.csv").lines().count(), 3);
}

#[test]
fn every_envelope_fits_the_schema_that_the_program_prints() {
    let folder = Folder::new();
    let schema: Value = serde_json::from_str(&folder.run(&["schema", "envelope"]).out).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    folder.file("items.jsonl", items_jsonl(4));
    folder.file("broken.jsonl", "{\"id\": \"a\"");
    let commands: [&[&str]; 14] = [
        &["label", "--items", "items.jsonl"],
        &["label", "--items", "broken.jsonl"],
        &["label", "--plan", "--items", "items.jsonl"],
        &["audit", "--no-report"],
        &["disagree"],
        &["doctor"],
        &["init", "x"],
        &["judge", "list"],
        &["judge", "add"],
        &["judge", "add", "broken.jsonl"],
        &["judge", "promote", "production", "--as", "candidate"],
        &["judge", "rollback", "production"],
        &["judge", "show", "production"],
        &["judge", "diff", "production", "candidate"],
    ];
    for command in commands {
        let envelope = folder.json(command);
        assert!(validator.is_valid(&envelope), "{command:?}: {envelope}");
    }
    for name in ["rubric", "config", "items", "human", "judge", "labels", "optimize"] {
        let schema: Value = serde_json::from_str(&folder.run(&["schema", name]).out).unwrap();
        assert!(jsonschema::validator_for(&schema).is_ok(), "{name}");
    }
}

#[test]
fn the_shipped_files_fit_their_schemas() {
    let folder = Folder::new();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, file) in [("items", "labels/workplace.items.jsonl"), ("human", "labels/workplace.ratings.jsonl")] {
        let schema: Value = serde_json::from_str(&folder.run(&["schema", name]).out).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for line in std::fs::read_to_string(root.join(file)).unwrap().lines() {
            assert!(validator.is_valid(&serde_json::from_str(line).unwrap()), "{file}: {line}");
        }
    }
}

#[test]
fn a_negative_number_is_a_value_out_of_range_and_no_unknown_option() {
    let folder = Folder::new();
    let cases: [(&[&str], &str); 4] = [
        (
            &["adapt", "--from", "a", "--to", "b", "--slice-margin", "-1"],
            "not a number of NMSE points above 0 and up to 100",
        ),
        (&["optimize", "bootstrap", "--threshold", "-1"], "not a number of NMSE points from 0 to 100"),
        (&["optimize", "mipro", "--candidates", "-2"], "not a number from 1"),
        (&["compare", "a", "b", "--margin", "-0.5"], "a margin of -0.5 NMSE points is none"),
    ];
    for (args, says) in cases {
        let said = folder.run(args);
        assert!(said.code == 2 && said.err.contains(says), "{args:?}: {said:?}");
    }
}

#[test]
fn an_option_that_would_change_nothing_is_refused() {
    let folder = Folder::new();
    let cases: [(&[&str], &str); 3] = [
        (
            &["adapt", "--from", "sim/large", "--to", "sim/small", "--require", "better", "--margin", "3"],
            "error: `--require better` knows no margin: `--margin 3` would change nothing\nhint: leave `--margin` out",
        ),
        (&["optimize", "mipro", "--candidates", "1"], "error: `--candidates 1` compares nothing: "),
        (
            &["optimize", "gepa", "--split", "40/20/50"],
            "the shares add up to 110; write percentages that add up to 100",
        ),
    ];
    for (args, says) in cases {
        let said = folder.run(args);
        assert!(said.code == 2 && said.err.contains(says), "{args:?}: {said:?}");
    }
}

#[test]
fn what_columns_says_is_how_wide_results_are() {
    let folder = Folder::new();
    let wide = folder.run(&["audit"]);
    let narrow = crate::support::said(folder.command(&["audit"]).env("COLUMNS", "60"));
    let widest = |text: &str| {
        let sentences = text.lines().filter(|line| !line.contains("assessor ") && !line.contains("reports/"));
        sentences.map(|line| line.chars().count()).max().unwrap()
    };
    assert!(widest(&wide.out) > 80 && widest(&narrow.out) <= 60, "{}", narrow.out);
}

#[test]
fn exit_codes_say_what_kind_of_end_it_was() {
    let folder = Folder::new();
    assert_eq!(folder.run(&["--version"]).code, 0);
    assert_eq!(folder.run(&["no-such-command"]).code, 2);
    assert_eq!(folder.run(&["audit", "--model", "openai/x"]).code, 2, "a missing key is wrong input");
    let nobody = folder.run(&["label", "--model", "http://127.0.0.1:9/v1#x", "--limit", "1"]);
    assert_eq!(nobody.code, 3, "{nobody:?}");
    assert!(nobody.err.contains("hint: "), "{}", nobody.err);
}

/// Drops carets and the margin of the source line: the table was written for the bare form.
fn bare(text: &str) -> String {
    let margin = |line: &str| match line.trim_start().split_once(" | ") {
        Some((number, rest)) if number.chars().all(|c| c.is_ascii_digit()) && line.starts_with("   ") => {
            format!("{number} | {rest}")
        }
        _ => line.to_owned(),
    };
    let caret = |line: &&str| !(line.trim_start().starts_with('|') && line.trim_end().ends_with('^'));
    text.lines().filter(caret).map(|line| margin(line) + "\n").collect()
}

#[test]
fn every_broken_file_ends_with_2_the_full_text_and_nothing_written() {
    let good_human = "id,annotator,rating\na,p,5\nb,p,3\n";
    let good_judge = "id,rating\na,5\nb,3\n";
    let mut failures = Vec::new();
    let cases = cases();
    assert!(cases.len() >= 25, "only {} broken files", cases.len());
    for case in cases {
        let folder = Folder::new();
        let path = folder.file(case.file, &case.bytes).display().to_string();
        let (human, judge) = (folder.file("good-h.csv", good_human), folder.file("good-j.csv", good_judge));
        let (human, judge) = (human.display().to_string(), judge.display().to_string());
        let args: Vec<&str> = match case.role {
            Role::Items => vec!["label", "--items", &path, "--out", "labels.jsonl"],
            Role::Human => vec!["audit", "--human", &path, "--ratings", &judge],
            Role::Judge => vec!["audit", "--human", &human, "--ratings", &path],
        };
        let said = folder.run(&args);
        let dir = folder.path().display().to_string();
        let expected: String = case.text.iter().map(|line| line.replace("{dir}", &dir) + "\n").collect();
        // Polars panics on some damaged files; the hook's remark on stderr is not ours.
        let err =
            said.err.lines().skip_while(|l| !l.starts_with("error: ")).map(|l| l.to_owned() + "\n").collect::<String>();
        if said.code != 2 || bare(&err) != bare(&expected) {
            failures.push(format!("{}: exit {}\n{}\nexpected\n{expected}", case.name, said.code, bare(&err)));
        }
        let left: Vec<_> = folder
            .files()
            .into_iter()
            .filter(|(p, _)| p.ends_with("labels.jsonl") || p.components().any(|c| c.as_os_str() == "reports"))
            .collect();
        assert!(left.is_empty(), "{}: something was written", case.name);
    }
    assert!(failures.is_empty(), "{} files:\n{}", failures.len(), failures.join("\n"));
}
