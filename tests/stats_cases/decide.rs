//! Cases of tests between judges, of annotators, and of what is done with a judge's labels.

#[path = "decide/bulk.rs"]
mod bulk;
#[path = "decide/labels.rs"]
mod labels;
#[path = "decide/people.rs"]
mod people;
#[path = "decide/rankings.rs"]
mod rankings;

use super::compare::defined;
use super::input::{Datasets, numbers};
use assessor::agreement::apply;
use assessor::agreement::interval::Resampling;
use assessor::agreement::paired::{Zeros, mcnemar, wilcoxon};
use serde_json::{Value, json};

/// The answer to one case, when its method is one of ours.
pub fn answer(method: &str, inputs: &Value, data: &Datasets) -> Option<Value> {
    Some(match method {
        "mcnemar" => mcnemar_cases(inputs),
        "wilcoxon_signed_rank" => signed_rank(inputs),
        "paired_perturbation_probe" => padding(inputs),
        _ => {
            return people::answer(method, inputs, data)
                .or_else(|| labels::answer(method, inputs, data))
                .or_else(|| bulk::answer(method, inputs, data))
                .or_else(|| rankings::answer(method, inputs, data));
        }
    })
}

fn mcnemar_cases(inputs: &Value) -> Value {
    let one = |case: &Value| {
        let test = mcnemar(case["b"].as_u64().unwrap(), case["c"].as_u64().unwrap());
        json!({ "p_exact": test.exact, "p_midp": test.mid })
    };
    match inputs.get("cases") {
        Some(cases) => cases.as_array().unwrap().iter().map(one).collect(),
        None => one(inputs),
    }
}

fn signed_rank(inputs: &Value) -> Value {
    let differences: Vec<f64> = match inputs.get("differences") {
        Some(differences) => numbers(differences),
        None => {
            let (a, b) = two(inputs);
            numbers(a).iter().zip(numbers(b)).map(|(a, b)| a - b).collect()
        }
    };
    let test = |zeros| match wilcoxon(&differences, zeros) {
        Ok(test) => json!({ "statistic": test.statistic, "p": test.p }),
        Err(reason) => json!({ "statistic": defined(Err(reason)), "p": defined(Err(reason)) }),
    };
    json!({ "wilcox": test(Zeros::Drop), "pratt": test(Zeros::Pratt) })
}

fn padding(inputs: &Value) -> Value {
    let (original, changed) = two(inputs);
    let levels = |ratings: &Value| -> Vec<Option<u8>> {
        ratings.as_array().unwrap().iter().map(|r| r.as_u64().map(|r| r as u8)).collect()
    };
    let probe = apply::paired_perturbation(&levels(original), &levels(changed), &Resampling::default());
    json!({
        "mean_shift": defined(probe.mean_shift),
        "flip_rate": defined(probe.flip_rate),
        "p_sign_flip_two_sided": defined(probe.p),
        "max_abs_shift": probe.max_shift.map_or_else(|| defined(Err(assessor::domain::Undefined::Empty)), |s| json!(s)),
    })
}

/// The first two lists of a case, in the order of its file.
fn two(inputs: &Value) -> (&Value, &Value) {
    let mut lists = inputs.as_object().unwrap().values().filter(|v| v.is_array());
    (lists.next().unwrap(), lists.next().unwrap())
}
