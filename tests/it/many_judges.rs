//! Ten judges on two rubrics, side by side: nothing of one rubric gets in the way of the other.

#![allow(clippy::unwrap_used)]

use crate::support::Folder;
use serde_json::Value;
use std::process::Stdio;

const RULES: [&str; 4] =
    ["Rate drafts lower.", "Rate forms higher.", "Rate outdated pages lower.", "Rate official pages higher."];

/// Five judges on one rubric: its own prompt, and four that each add a rule to it. Their hashes.
fn family(folder: &Folder, rubric: &str, model: &str) -> Vec<String> {
    let hash = |added: Value| added["data"]["hash"].as_str().unwrap().to_owned();
    let base = hash(folder.json(&["judge", "add", "--rubric", rubric, "--model", model, "--note", rubric]));
    let text = folder.run(&["judge", "show", &base, "--text"]).out;
    let mut all = vec![base.clone()];
    for rule in RULES {
        folder.file("prompt.txt", format!("{text}\n- {rule}\n"));
        all.push(hash(folder.json(&["judge", "add", "prompt.txt", "--from", &base])));
    }
    all
}

/// Two rubrics: the shipped one, and one for another question with a scale of its own.
fn two_rubrics(folder: &Folder) -> [Vec<String>; 2] {
    let shipped = include_str!("../../rubrics/relevance.toml");
    let levels = shipped.split("[[scale.anchor]]").collect::<Vec<_>>();
    let anchor = |n: i64, name: &str| {
        format!("[[scale.anchor]]\nrating = {n}\nname = \"{name}\"\ntext = \"{name}, as it is.\"\n\n")
    };
    let rest = levels[5].split_once("\n\n").unwrap().1;
    let graded = format!(
        "{}{}{}{}{}{rest}",
        levels[0],
        anchor(3, "Fresh"),
        anchor(2, "Good"),
        anchor(1, "Old"),
        anchor(0, "Dead")
    );
    let graded =
        graded.replace("id = \"relevance\"", "id = \"freshness\"").replace("min = 1\nmax = 5", "min = 0\nmax = 3");
    folder.file("relevance.toml", shipped);
    folder.file("freshness.toml", graded);
    [family(folder, "relevance.toml", "sim/small"), family(folder, "freshness.toml", "sim/medium")]
}

#[test]
fn ten_judges_on_two_rubrics_are_listed_compared_promoted_and_taken_back_each_by_its_own_alias() {
    let folder = Folder::new();
    let [relevance, freshness] = two_rubrics(&folder);
    let list = folder.json(&["judge", "list"]);
    let versions = list["data"]["versions"].as_array().unwrap();
    let of = |rubric: &str| versions.iter().filter(|v| v["good"]["rubric"] == rubric).count();
    assert_eq!((versions.len(), of("relevance"), of("freshness")), (10, 5, 5), "{list}");
    let shown = folder.run(&["judge", "list"]).out;
    assert!([&relevance[..], &freshness[..]].concat().iter().all(|hash| shown.contains(&hash[..8])), "{shown}");

    for (family, alias) in [(&relevance, "search"), (&freshness, "dates")] {
        for hash in family {
            assert_eq!(folder.run(&["judge", "promote", hash, "--as", alias]).code, 0);
        }
        let back = folder.run(&["judge", "rollback", alias]);
        assert!(back.out.starts_with(&format!("`{alias}` points to `{}` now", family[3])), "{back:?}");
    }
    let points = |alias: &str| folder.json(&["judge", "show", alias])["data"]["hash"].as_str().unwrap().to_owned();
    assert_eq!((points("search"), points("dates")), (relevance[3].clone(), freshness[3].clone()));

    let within = folder.run(&["judge", "diff", &freshness[1], &freshness[2]]).out;
    assert!(within.contains("Rate drafts lower.") && within.contains("Rate forms higher."), "{within}");
    let across = folder.run(&["judge", "diff", "search", "dates"]).out;
    for difference in ["Besides the prompt", "freshness", "sim/medium"] {
        assert!(across.contains(difference), "{difference}: {across}");
    }
}

#[test]
fn a_stored_judge_is_revised_on_the_scale_that_it_has_and_not_on_the_project_s() {
    let folder = Folder::new();
    let [_, freshness] = two_rubrics(&folder);
    let own = |line: &str| {
        let mut rating: Value = serde_json::from_str(line).unwrap();
        rating["rating"] = (rating["rating"].as_i64().unwrap() - 1).min(3).into();
        format!("{rating}\n")
    };
    folder.file("items.jsonl", include_str!("../../labels/workplace.items.jsonl"));
    folder.file(
        "ratings.jsonl",
        include_str!("../../labels/workplace.ratings.jsonl").lines().map(own).collect::<String>(),
    );
    let args = ["optimize", "gepa", "--judge", &freshness[0], "--items", "items.jsonl", "--human", "ratings.jsonl"];
    let found = folder.json(&[&args[..], &["--split", "60/40/0", "--budget-calls", "100", "--no-report"]].concat());
    let ratings: Vec<&Value> =
        found["data"]["baseline"]["dev"]["recall"].as_array().unwrap().iter().map(|of| &of["rating"]).collect();
    assert_eq!(ratings, [0, 1, 2, 3], "{found}");
}

#[test]
fn two_writers_of_one_alias_do_not_disturb_the_other_rubric_s() {
    let folder = Folder::new();
    let [relevance, freshness] = two_rubrics(&folder);
    folder.run(&["judge", "promote", &relevance[0], "--as", "search"]);
    folder.run(&["judge", "promote", &freshness[0], "--as", "dates"]);
    let promote = |hash: &str, alias: &str, expected: &str| {
        let args = ["judge", "promote", hash, "--as", alias, "--expect", expected];
        folder.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let racing = [
        promote(&relevance[1], "search", &relevance[0]),
        promote(&relevance[2], "search", &relevance[0]),
        promote(&freshness[1], "dates", &freshness[0]),
    ];
    let ended = racing.map(|child| child.wait_with_output().unwrap());
    let mut codes = [&ended[0], &ended[1]].map(|said| said.status.code().unwrap());
    codes.sort_unstable();
    assert_eq!(codes, [0, 2]);
    assert_eq!(ended[2].status.code(), Some(0));
    let told: Vec<String> = ended.iter().map(|said| String::from_utf8(said.stderr.clone()).unwrap()).collect();
    let loser = told.iter().find(|text| !text.is_empty()).unwrap();
    assert!(loser.starts_with("error: `search` points to `"), "{loser}");
}
