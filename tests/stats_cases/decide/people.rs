//! Cases of annotators.

use super::super::compare::defined;
use super::super::input::{Datasets, cells, table};
use assessor::agreement::people::{AltScore, AltTest, LostOrDropped, RatedItem, dawid_skene, severity};
use serde_json::{Value, json};

/// The lowest rating of the cases' scale.
const LOWEST: f64 = 1.0;

pub fn answer(method: &str, inputs: &Value, data: &Datasets) -> Option<Value> {
    Some(match method {
        "alt_test" => alt_test(inputs, data),
        "annotator_severity" => annotator_severity(inputs, data),
        "dawid_skene" => dawid_skene_case(inputs, data),
        _ => return None,
    })
}

/// A list of the case itself, or of the data set that it names.
fn list<'a>(inputs: &'a Value, data: &'a Datasets, key: &str) -> &'a Value {
    match inputs.get("dataset").and_then(Value::as_str) {
        Some(name) if inputs.get(key).is_none_or(Value::is_string) => {
            &data.get(name)[inputs.get(key).and_then(Value::as_str).unwrap_or(key)]
        }
        _ => &inputs[key],
    }
}

fn level(rating: f64) -> u8 {
    (rating - LOWEST) as u8
}

fn items(inputs: &Value, data: &Datasets) -> Vec<RatedItem> {
    let ratings = table(list(inputs, data, "ratings"));
    let groups: Vec<u32> = match list(inputs, data, "query") {
        Value::Array(groups) => groups.iter().map(|g| g.as_u64().unwrap() as u32).collect(),
        _ => (0..ratings.len() as u32).collect(),
    };
    let item = |(row, group): (&Vec<Option<f64>>, u32)| RatedItem {
        group,
        ratings: row.iter().map(|r| r.map(level)).collect(),
    };
    ratings.iter().zip(groups).map(item).collect()
}

fn alt_test(inputs: &Value, data: &Datasets) -> Value {
    let test = AltTest {
        score: match inputs["score"].as_str() {
            Some("accuracy") => AltScore::Accuracy,
            _ => AltScore::NegRmse,
        },
        malformed: match inputs["malformed"].as_str() {
            Some("drop") => LostOrDropped::Drop,
            _ => LostOrDropped::Lose,
        },
        q: inputs["q"].as_f64().unwrap_or(0.05),
        min_items: inputs["min_instances"].as_u64().unwrap_or(30) as usize,
        ..AltTest::new(inputs["epsilon"].as_f64().unwrap())
    };
    let judge: Vec<Option<u8>> = cells(list(inputs, data, "llm")).into_iter().map(|r| r.map(level)).collect();
    let outcome = test.run(&items(inputs, data), &judge);
    let annotators: Vec<Value> = outcome
        .tested
        .iter()
        .map(|a| {
            json!({
                "n": a.n, "rho_f": a.judge_wins, "rho_h": a.annotator_wins, "mean_diff": a.mean_difference,
                "t": defined(a.t), "p": a.p,
            })
        })
        .collect();
    json!({
        "per_annotator": annotators,
        "winning_rate": defined(outcome.winning_rate),
        "avg_advantage_prob": defined(outcome.advantage),
        "passes": outcome.passes(),
    })
}

fn annotator_severity(inputs: &Value, data: &Datasets) -> Value {
    match severity(&items(inputs, data)) {
        Ok(fit) => json!({ "annotator_effect": fit.effect }),
        Err(reason) => json!({ "annotator_effect": defined(Err(reason)) }),
    }
}

fn dawid_skene_case(inputs: &Value, data: &Datasets) -> Value {
    let levels = inputs["K"].as_u64().unwrap() as usize;
    let iterations = inputs["iters"].as_u64().unwrap() as u32;
    let fit = dawid_skene(&items(inputs, data), levels, iterations).unwrap();
    let posterior = fit.posterior_unguarded();
    let mut answer = json!({ "prior": fit.prior, "posterior": posterior });
    let labels: Vec<Option<u8>> = fit.labels.iter().map(|l| l.map(|l| l + LOWEST as u8)).collect();
    // The cases name how many rows they show in the key.
    for n in 1..=posterior.len() {
        answer[format!("posterior_first{n}")] = json!(posterior[..n]);
        answer[format!("map_first{n}")] = json!(labels[..n]);
    }
    for (worker, errors) in fit.errors.iter().enumerate() {
        answer[format!("error_matrix_worker{worker}_true_by_obs")] = json!(errors);
    }
    answer
}
