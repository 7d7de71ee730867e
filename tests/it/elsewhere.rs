//! Ratings made elsewhere: ids that say their query, replies read again, samples, and columns that are not there.

#![allow(clippy::unwrap_used)]

use crate::support::Folder;
use serde_json::{Value, json};

const HUMAN: &str = "id,annotator,rating\na_x,p,1\na_y,p,2\nb_x,p,4\nb_y,p,5\n";

fn folder(ratings: &str) -> Folder {
    let folder = Folder::new();
    folder.file("h.csv", HUMAN);
    folder.file("j.csv", ratings);
    folder
}

/// `audit` of `h.csv` and `j.csv` with more arguments.
fn audit(folder: &Folder, more: &[&str]) -> Value {
    let found = folder.json(&[&["audit", "--human", "h.csv", "--ratings", "j.csv", "--no-report"], more].concat());
    assert_eq!(found["exit"], 0, "{found}");
    found["data"].clone()
}

/// What is said when the same is refused.
fn refused(folder: &Folder, more: &[&str]) -> String {
    let said = folder.run(&[&["audit", "--human", "h.csv", "--ratings", "j.csv", "--no-report"], more].concat());
    assert_eq!((said.code, said.out.as_str()), (2, ""), "{said:?}");
    said.err
}

#[test]
fn ids_give_the_query_and_slices() {
    let folder = folder("id,rating\na_x,1\na_y,2\nb_x,5\nb_y,5\n");
    let plain = audit(&folder, &[]);
    assert_eq!((&plain["humans"]["grouped"], &plain["humans"]["queries"]), (&json!(false), &json!(4)));
    let found = audit(&folder, &["--id-pattern", "{query_id}_{system}"]);
    assert_eq!((&found["humans"]["grouped"], &found["humans"]["queries"]), (&json!(true), &json!(2)));
    let slices = found["judges"][0]["slices"].as_array().unwrap();
    let of_systems: Vec<&Value> = slices.iter().filter(|s| s["column"] == "system").map(|s| &s["value"]).collect();
    assert_eq!(of_systems, ["x", "y"]);
    let listed = folder.run(&[
        "disagree",
        "--human",
        "h.csv",
        "--ratings",
        "j.csv",
        "--id-pattern",
        "{query_id}_{system}",
        "--slice",
        "system=x",
    ]);
    assert!(listed.out.contains("1 match what you asked for"), "{listed:?}");
}

#[test]
fn a_column_goes_before_what_the_id_says() {
    let folder = Folder::new();
    folder.file("h.csv", "id,query_id,annotator,rating\na_x,one,p,1\nb_x,one,p,4\n");
    folder.file("j.csv", "id,rating\na_x,1\nb_x,5\n");
    let found = audit(&folder, &["--id-pattern", "{query_id}_{system}"]);
    assert_eq!(found["humans"]["queries"], 1);
    folder.file("i.jsonl", "{\"id\":\"a_x\",\"query\":\"q\",\"document\":\"d\",\"system\":\"own\"}\n{\"id\":\"b_x\",\"query\":\"q\",\"document\":\"d\"}\n");
    let found = audit(&folder, &["--id-pattern", "{query_id}_{system}", "--items", "i.jsonl"]);
    assert_eq!(found["humans"]["queries"], 2, "the items file names no query, so the id does");
    let slices = found["judges"][0]["slices"].as_array().unwrap();
    let values: Vec<&Value> = slices.iter().filter(|s| s["column"] == "system").map(|s| &s["value"]).collect();
    assert_eq!(values, ["own", "x"]);
}

#[test]
fn an_id_that_does_not_fit_is_refused_with_its_line() {
    let folder = folder("id,rating\na_x,1\na-y,2\n");
    assert_eq!(
        refused(&folder, &["--id-pattern", "{query_id}_{system}"]),
        "error: the id `a-y` does not fit the pattern `{query_id}_{system}`\n  --> j.csv:3\n   3 | a-y,2\n\
         hint: each name but the last ends at the first occurrence of the text after it, and no part is empty; correct \
         the id or the pattern\n"
    );
    let said = refused(&folder, &["--id-pattern", "{query_id}{system}"]);
    assert!(
        said.contains(
            "`{query_id}{system}` is no pattern of ids: between two names there must be text that separates them"
        ),
        "{said}"
    );
}

#[test]
fn people_and_judge_may_be_read_on_different_criteria() {
    let folder = Folder::new();
    folder.file("h.csv", "id,criterion,annotator,rating\na,fluency,p,1\na,style,p,5\nb,fluency,p,2\nb,style,p,4\n");
    folder.file("j.csv", "id,criterion,rating\na,fluency,1\na,style,5\nb,fluency,2\nb,style,4\n");
    let exact = |more: &[&str]| audit(&folder, more)["judges"][0]["panel"]["exact"]["value"].clone();
    assert_eq!(exact(&["--criterion", "fluency"]), 1.0);
    assert_eq!(exact(&["--criterion", "fluency", "--judge-criterion", "style"]), 0.0);
    let said = refused(&folder, &["--criterion", "fluency", "--judge-criterion", "tone"]);
    assert!(said.contains("no row has the criterion `tone`; found `fluency`, `style`"), "{said}");
}

#[test]
fn replies_are_read_again_and_what_cannot_be_read_is_malformed_and_counted() {
    let raw = |text: &str| text.replace('"', "\"\"");
    let folder = folder(&format!(
        "id,rating,raw\na_x,9,\"Rating: 1. It is off.\"\na_y,none,\"{}\"\nb_x,1,\"Rating: 4/5 or 3\"\nb_y,1,Score: 4.5\n",
        raw(r#"{"rationale": "fits", "rating": 2}"#)
    ));
    let panel = |more: &[&str]| audit(&folder, more)["judges"][0]["panel"].clone();
    let strict = panel(&["--from-raw"]);
    assert_eq!(strict["malformed"]["reasons"], json!({"contradictory": 1, "non-integer": 1}));
    assert_eq!(strict["rungs"], json!({"exact": 1, "stated": 1}));
    let down = panel(&["--from-raw", "--on-fraction", "down"]);
    assert_eq!(down["rungs"], json!({"exact": 1, "rounded-down": 1, "stated": 1}));
    assert_eq!(panel(&["--from-raw=score"])["rungs"], json!({"exact": 1}));
    assert!(refused(&folder, &[]).contains("the rating 9 is off the scale 1–5"));
    let without = self::folder("id,rating\na_x,1\n");
    assert_eq!(
        refused(&without, &["--from-raw"]),
        "error: there is no column `raw`; found `id`, `rating`\n  --> j.csv:1\n   1 | id,rating\n\
         hint: say which column holds it: `--map raw=COLUMN`\n"
    );
}

#[test]
fn repeats_and_values_off_the_scale_are_counted_by_name() {
    let folder = folder("id,sample,rating\na_x,0,1\na_x,1,1\na_x,2,3\na_y,0,2\na_y,1,4\nb_x,0,7\nb_y,0,7\nb_y,1,8\n");
    let clip = ["--on-off-scale", "clip"];
    let panel = audit(&folder, &clip)["judges"][0]["panel"].clone();
    assert_eq!((&panel["off_scale"], &panel["off_scale_values"]), (&json!(3), &json!({"7": 2, "8": 1})));
    assert_eq!((&panel["repeats"]["items"], &panel["repeats"]["rows"]), (&json!(3), &json!(7)));
    assert_eq!(panel["repeats"]["first_two_same"]["value"], 2.0 / 3.0);
    assert_eq!(
        (&panel["other_samples"], &panel["without_human"], &panel["missing"]),
        (&json!(0), &json!(0), &json!(0))
    );

    let one = audit(&folder, &["--on-off-scale", "clip", "--sample", "0"])["judges"][0]["panel"].clone();
    assert_eq!((&one["off_scale_values"], &one["other_samples"]), (&json!({"7": 2}), &json!(4)));
    assert_eq!(one["repeats"]["first_two_same"], json!({"undefined": "no rows"}));
    assert_eq!(one["exact"]["value"], 0.75, "a_x, a_y and b_y; b_x was clipped to 5");

    let report = ["audit", "--human", "h.csv", "--ratings", "j.csv", "--report", "r", "--on-off-scale", "clip"];
    let shown = folder.run(&report).out;
    for page in [shown, folder.read("r/index.html"), folder.read("r/audit.md").replace('\\', "")] {
        for fact in ["3 items with 7 answers", "the first two are the same on 66.7 %", "3 (7: 2, 8: 1)"] {
            assert!(page.contains(fact), "no `{fact}` in {page}");
        }
    }
    let said = refused(&folder, &["--on-off-scale", "clip", "--sample", "5"]);
    assert!(said.starts_with("error: the judge `j` has no sample 5\n  --> j.csv\n"), "{said}");
}

#[test]
fn answers_on_items_that_nobody_rated_and_items_without_an_answer_are_counted() {
    let folder = folder("id,rating\na_x,1\nz_x,4\nz_y,4\n");
    let panel = audit(&folder, &[])["judges"][0]["panel"].clone();
    assert_eq!((&panel["n"], &panel["missing"], &panel["without_human"]), (&json!(1), &json!(3), &json!(2)));
}

#[test]
fn a_mapping_that_no_file_has_is_a_slip_of_the_pen() {
    let folder = folder("id,rating\na_x,1\n");
    let said = refused(&folder, &["--map", "rating=scroe"]);
    assert_eq!(
        said,
        "error: no file has the column `scroe`, which `rating` is mapped to; found `annotator`, `id`, `rating`\n  --> --map\n\
         hint: correct the name, or leave `--map rating=…` out\n"
    );
    folder.file("j.csv", "id,score\na_x,1\n");
    assert_eq!(audit(&folder, &["--map", "rating=score"])["judges"][0]["panel"]["n"], 1, "one file has it");
    let said = folder.run(&["label", "--plan", "--map", "query=question"]);
    assert!(said.err.contains("no file has the column `question`, which `query` is mapped to"), "{said:?}");
}

#[test]
fn suggested_commands_name_how_the_files_were_read() {
    let folder = folder("id,rating,raw\na_x,9,Rating: 5\na_y,9,Rating: 5\nb_x,9,Rating: 1\nb_y,9,Rating: 5\n");
    let more = ["--from-raw=Rating", "--id-pattern", "{query_id}_{system}", "--on-fraction", "down"];
    let found = audit(&folder, &more);
    let advice = found["judges"][0]["advice"].as_array().unwrap();
    let command = advice.iter().find_map(|step| step["command"].as_str()).unwrap();
    let flags = "--human h.csv --ratings j.csv --id-pattern '{query_id}_{system}' --from-raw=Rating --on-fraction down";
    assert!(command.starts_with(&format!("assessor disagree {flags}")), "{command}");
}

#[test]
fn systems_are_ranked_by_both_means_and_the_items_are_the_same_for_both() {
    // People: x 4, y 3, z 2; the judge: x 3, y 4, z 1. c_z is malformed and counts for neither.
    let folder = Folder::new();
    folder.file("h.csv", "id,annotator,rating\na_x,p,4\na_y,p,3\na_z,p,2\nb_x,p,4\nb_y,p,3\nb_z,p,2\nc_z,p,5\n");
    folder.file("j.csv", "id,rating\na_x,3\na_y,4\na_z,1\nb_x,3\nb_y,4\nb_z,1\nc_z,\n");
    let args = ["--id-pattern", "{query_id}_{system}", "--systems", "system"];
    let found = audit(&folder, &args)["judges"][0]["systems"].clone();
    assert_eq!((&found["systems"], &found["n"], &found["unrated"]), (&json!(3), &json!(6), &json!(1)));
    assert_eq!((&found["max_rank_drop"], &found["few"]), (&json!(1), &json!(true)));
    // One of three pairs is flipped: τ_b = (2 − 1)/3; the better half is x and y, which are flipped.
    assert_eq!(found["tau_b"]["value"], 1.0 / 3.0);
    assert_eq!((&found["tau_b_top_half"]["value"], &found["flip_rate"]["value"]), (&json!(-1.0), &json!(1.0 / 3.0)));
    // τ_AP = 2/2 · (0/1 + 2/2) − 1.
    assert_eq!(found["tau_ap"]["value"], 0.0);
    let means = json!([
        {"system": "x", "n": 2, "human": 4.0, "judge": 3.0},
        {"system": "y", "n": 2, "human": 3.0, "judge": 4.0},
        {"system": "z", "n": 2, "human": 2.0, "judge": 1.0},
    ]);
    assert_eq!(found["means"], means);
    let shown = folder.run(&[&["audit", "--human", "h.csv", "--ratings", "j.csv", "--no-report"], &args[..]].concat());
    assert!(
        shown.out.contains("3 by `system`, mean ratings of 6 items; left out: 1 unrated, 0 without a"),
        "{shown:?}"
    );
    let said = refused(&folder, &["--systems", "system"]);
    assert_eq!(
        said,
        "error: no item has the column `system`\nhint: `--id-pattern '{query_id}_{system}'` takes it from the ids\n"
    );
}

#[test]
fn a_command_that_is_suggested_for_one_of_several_judges_names_it() {
    let folder = folder("id,judge,rating\na_x,one,1\nb_y,one,1\na_x,the other,5\nb_y,the other,5\n");
    let found = audit(&folder, &[]);
    let command = |judge: usize| {
        let advice = found["judges"][judge]["advice"].as_array().unwrap();
        advice.iter().find_map(|step| step["command"].as_str()).unwrap().to_owned()
    };
    let start = "assessor disagree --human h.csv --ratings j.csv --judge";
    assert_eq!(command(0), format!("{start} one --direction lower --gap 2"));
    assert_eq!(command(1), format!("{start} 'the other' --direction higher --gap 2"));
    let listed = folder.run(&["disagree", "--human", "h.csv", "--ratings", "j.csv", "--judge", "the other"]);
    assert!(listed.out.starts_with("the other\n"), "{listed:?}");
}
