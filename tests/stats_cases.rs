//! Every reference case of the specification of the statistics, through the library.
//!
//! The cases are kept outside of the project: `ASSESSOR_STATS_CASES` names the file, by default
//! `../shared/stats/cases.json`. Where it is absent the test says that it is skipped; the reference values that the
//! project carries itself stand beside the statistics in `src/agreement`.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

#[path = "stats_cases/agree.rs"]
mod agree;
#[path = "stats_cases/compare.rs"]
mod compare;
#[path = "stats_cases/decide.rs"]
mod decide;
#[path = "stats_cases/engine.rs"]
mod engine;
#[path = "stats_cases/input.rs"]
mod input;

use compare::differences;
use serde_json::Value;
use std::io::Write as _;
use std::path::PathBuf;

/// The answer of the library to one case, in the shape of its `expected`; `None` when no module knows the method.
fn answer(method: &str, inputs: &Value, data: &input::Datasets) -> Option<Value> {
    engine::answer(method, inputs, data)
        .or_else(|| agree::answer(method, inputs, data))
        .or_else(|| decide::answer(method, inputs, data))
}

/// The numbers that a popular library gives and that are wrong: those of them that were answered.
fn trapped(case: &Value, answer: &Value, tolerance: f64) -> Vec<String> {
    let traps = case.get("trap_values").and_then(Value::as_object);
    let differs = |key: &String, trap: &Value| !differences(&case["expected"][key], trap, tolerance).is_empty();
    let fell =
        |(key, trap): &(&String, &Value)| differs(key, trap) && differences(trap, &answer[*key], tolerance).is_empty();
    traps.into_iter().flatten().filter(fell).map(|(key, _)| key.clone()).collect()
}

#[test]
fn every_case_of_the_specification_holds_within_its_tolerance() {
    let path = std::env::var_os("ASSESSOR_STATS_CASES").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/stats/cases.json")),
        PathBuf::from,
    );
    let Ok(text) = std::fs::read_to_string(&path) else {
        // Past the capture of the test runner: a skip must be seen.
        writeln!(std::io::stderr(), "SKIPPED: no statistics cases at {} (set ASSESSOR_STATS_CASES)", path.display())
            .unwrap();
        return;
    };
    let file: Value = serde_json::from_str(&text).unwrap();
    let data = input::Datasets::of(&file["datasets"]);
    let cases = file["cases"].as_array().unwrap();
    assert!(!cases.is_empty(), "{} holds no case", path.display());
    let mut faults = Vec::new();
    for case in cases {
        let (id, method) = (case["id"].as_str().unwrap(), case["method"].as_str().unwrap());
        let tolerance = case["tol"].as_f64().unwrap();
        match answer(method, &case["inputs"], &data) {
            None => faults.push(format!("{id}: the method `{method}` is not known")),
            Some(answer) => {
                faults.extend(
                    differences(&case["expected"], &answer, tolerance).into_iter().map(|d| format!("{id} {d}")),
                );
                faults.extend(
                    trapped(case, &answer, tolerance)
                        .into_iter()
                        .map(|key| format!("{id}: fell into the trap `{key}`")),
                );
            }
        }
    }
    assert!(faults.is_empty(), "{} of {} cases:\n{}", faults.len(), cases.len(), faults.join("\n"));
    eprintln!("{} cases hold", cases.len());
}
