//! Cases of rankings and of the length of documents.

use super::super::compare::defined;
use super::super::input::{Datasets, cells, numbers};
use assessor::agreement::Defined;
use assessor::agreement::apply::{Gain, LengthRow, Unjudged, length_probe, ndcg, rbo, system_ranking};
use serde_json::{Value, json};
use std::num::{NonZeroU32, NonZeroUsize};

pub fn answer(method: &str, inputs: &Value, data: &Datasets) -> Option<Value> {
    Some(match method {
        "ndcg" => ndcg_case(inputs),
        "system_ranking" => systems(inputs),
        "rbo" => overlaps(inputs),
        "length_probe" => length(inputs, data),
        _ => return None,
    })
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect()
}

/// Every cutoff, gain and set of labels, under the names of the cases: `ndcg@3_lin_human`.
fn ndcg_case(inputs: &Value) -> Value {
    let run = texts(&inputs["run_order"]);
    let mut answer = json!({});
    for (key, labels) in inputs.as_object().unwrap() {
        let Some(side) = key.strip_prefix("qrel_") else { continue };
        let grade = |label: &Value| label.as_u64().unwrap() as u8;
        let ranked: Vec<Option<u8>> = run.iter().map(|doc| labels.get(doc).map(grade)).collect();
        let judged: Vec<u8> = labels.as_object().unwrap().values().map(grade).collect();
        for k in 1..=100 {
            for (name, gain) in [("lin", Gain::Linear), ("exp", Gain::Exponential)] {
                let value = ndcg(&ranked, &judged, NonZeroUsize::new(k).unwrap(), gain, Unjudged::Worthless);
                answer[format!("ndcg@{k}_{name}_{side}")] = defined(value);
            }
        }
    }
    answer
}

fn systems(inputs: &Value) -> Value {
    match system_ranking(&numbers(&inputs["human"]), &numbers(&inputs["judge"])) {
        Ok(ranking) => json!({
            "tau_b": defined(ranking.tau_b),
            "tau_b_top_half": defined(ranking.tau_b_top_half),
            "tau_ap": ranking.tau_ap,
            "max_rank_drop": ranking.max_rank_drop,
            "pairwise_flip_rate": ranking.flip_rate,
        }),
        Err(reason) => ["tau_b", "tau_ap", "max_rank_drop", "pairwise_flip_rate"]
            .iter()
            .map(|key| ((*key).to_owned(), defined(Err(reason))))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

fn overlaps(inputs: &Value) -> Value {
    let p = inputs["p"].as_f64().unwrap();
    let one = |pair: &Value| -> Defined { rbo(&texts(&pair[0]), &texts(&pair[1]), p) };
    inputs["cases"].as_array().unwrap().iter().map(|pair| defined(one(pair))).collect()
}

fn length(inputs: &Value, data: &Datasets) -> Value {
    let set = data.get(inputs["dataset"].as_str().unwrap());
    let judge = inputs["rows"].as_str().unwrap().split_whitespace().next().unwrap();
    let gold = numbers(&set["gold_lower_median"]);
    let row = |i: usize, reply: Option<f64>| {
        Some(LengthRow {
            group: set["query"][i].as_u64().unwrap() as u32,
            error: reply? - gold[i],
            gold: gold[i],
            length: NonZeroU32::new(set["length"][i].as_u64().unwrap() as u32).unwrap(),
        })
    };
    let rows: Vec<LengthRow> = cells(&set[judge]).into_iter().enumerate().filter_map(|(i, j)| row(i, j)).collect();
    match length_probe(&rows) {
        Ok(probe) => {
            json!({ "slope_length": probe.slope, "se_cluster": probe.fit.se[1], "params": probe.fit.params })
        }
        Err(reason) => {
            json!({ "slope_length": defined(Err(reason)), "se_cluster": defined(Err(reason)), "params": defined(Err(reason)) })
        }
    }
}
