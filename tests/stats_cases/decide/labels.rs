//! Cases of sets, risk control and selective labels.

use super::super::compare::defined;
use super::super::input::{Datasets, cells, numbers};
use assessor::agreement::Defined;
use assessor::agreement::apply::{
    CalibrationRow, RiskTarget, aps_threshold, excess_risks, ordinal_score, ordinal_set, residual_radius, residual_set,
    risk_control, selective, selective_min_n,
};
use assessor::domain::Undefined;
use serde_json::{Value, json};

/// The cases' scale.
const SCALE: (f64, f64) = (1.0, 5.0);

pub fn answer(method: &str, inputs: &Value, data: &Datasets) -> Option<Value> {
    Some(match method {
        "conformal_residual" => conformal_residual(inputs),
        "ordinal_aps" => ordinal_aps(inputs),
        "crc" => crc(inputs),
        "selective_threshold" => selective_threshold(inputs, data),
        "selective_min_n" => min_n(inputs),
        _ => return None,
    })
}

/// A list under `many`, or one value under `one`.
fn one_or_many(inputs: &Value, one: &str, many: &str) -> Vec<f64> {
    inputs.get(many).map_or_else(|| vec![inputs[one].as_f64().unwrap()], numbers)
}

fn conformal_residual(inputs: &Value) -> Value {
    let residuals = numbers(&inputs["abs_residuals"]);
    let alphas = one_or_many(inputs, "alpha", "alphas");
    let radii: Vec<Defined> = alphas.iter().map(|alpha| residual_radius(&residuals, *alpha)).collect();
    let mut answer = json!({ "q": radii.iter().map(|q| defined(*q)).collect::<Vec<_>>() });
    let scores = inputs.get("test_scores").map(cells).unwrap_or_default();
    for (alpha, radius) in alphas.iter().zip(&radii) {
        let sets: Vec<(f64, f64)> = scores.iter().map(|score| residual_set(*score, *radius, SCALE)).collect();
        answer[format!("sets_alpha_{alpha}")] = json!(sets);
    }
    answer
}

fn ordinal_aps(inputs: &Value) -> Value {
    let rows = |key: &str| -> Vec<Vec<f64>> { inputs[key].as_array().unwrap().iter().map(numbers).collect() };
    let labels = numbers(&inputs["cal_labels"]);
    let scores: Result<Vec<f64>, Undefined> =
        rows("cal_probs").iter().zip(labels).map(|(p, label)| ordinal_score(p, (label - SCALE.0) as usize)).collect();
    let scores = scores.unwrap();
    let threshold = aps_threshold(&scores, inputs["alpha"].as_f64().unwrap());
    let sets: Vec<(usize, usize)> =
        rows("test_probs").iter().map(|p| ordinal_set(p, threshold)).map(|(low, high)| (low + 1, high + 1)).collect();
    json!({ "cal_scores": scores, "threshold": defined(threshold), "test_sets": sets })
}

fn crc(inputs: &Value) -> Value {
    let residuals = numbers(&inputs["abs_residuals"]);
    let risks = excess_risks(&residuals, (SCALE.1 - SCALE.0) as u32).unwrap();
    let bound = inputs["B"].as_f64().unwrap_or(1.0);
    let chosen: Vec<Value> = one_or_many(inputs, "alpha", "alphas")
        .iter()
        .map(|alpha| match risk_control(&risks, residuals.len() as u64, bound, *alpha) {
            Ok(lambda) => json!(lambda),
            Err(reason) => defined(Err(reason)),
        })
        .collect();
    json!({ "rhat": risks, "lambda_hat": chosen })
}

fn target(inputs: &Value, risk: f64) -> RiskTarget {
    RiskTarget { risk, delta: inputs["delta"].as_f64().unwrap() }
}

fn min_n(inputs: &Value) -> Value {
    let of = |risk: &f64| selective_min_n(target(inputs, *risk));
    match inputs["risk"].as_f64() {
        Some(risk) => json!(of(&risk)),
        None => numbers(&inputs["risk"]).iter().map(of).collect(),
    }
}

/// Whole numbers in a text, such as 10 and 15 of "top-m by confidence, m=10,15,...".
fn whole_numbers(text: &str) -> Vec<u64> {
    text.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

fn selective_threshold(inputs: &Value, data: &Datasets) -> Value {
    let rows = selective_rows(inputs, data);
    let (start, step) = match whole_numbers(inputs["sequence"].as_str().unwrap_or_default())[..] {
        [start, next, ..] if next > start => (start, next - start),
        [start] => (start, 1),
        _ => (inputs["start"].as_u64().unwrap_or(10), inputs["step"].as_u64().unwrap_or(5)),
    };
    let sizes: Vec<u64> = (start..=rows.len() as u64).step_by(step as usize).collect();
    let result = selective(&rows, &sizes, target(inputs, inputs["target_risk"].as_f64().unwrap()));
    let trace: Vec<Value> = result.trace.iter().map(|s| json!([s.n, s.loss, s.upper])).collect();
    let of = |value: fn(&assessor::agreement::apply::Accepted) -> f64| {
        defined(result.accepted.as_ref().map(value).map_err(|r| *r))
    };
    json!({ "accepted_n_cal": of(|a| a.n as f64), "threshold_conf": of(|a| a.threshold), "trace": trace })
}

/// Rows given as confidences and losses, or those of a data set with a valid reply of the named judge, whose loss is an
/// error above the number named in the case.
fn selective_rows(inputs: &Value, data: &Datasets) -> Vec<CalibrationRow> {
    let scored = |(confidence, loss): (f64, f64)| CalibrationRow { confidence, loss };
    if let (Some(confidence), Some(loss)) = (inputs.get("confidence"), inputs.get("loss").filter(|l| l.is_array())) {
        return numbers(confidence).into_iter().zip(numbers(loss)).map(scored).collect();
    }
    let set = data.get(inputs["dataset"].as_str().unwrap());
    let judge = inputs["judge"].as_str().unwrap().split_whitespace().next().unwrap();
    let above = whole_numbers(inputs["loss"].as_str().unwrap_or("0"))[0] as f64;
    let confidence = numbers(&set[judge.replace("judge", "conf")]);
    let gold = numbers(&set["gold_lower_median"]);
    let rows = cells(&set[judge]).into_iter().zip(gold).zip(confidence);
    rows.filter_map(|((reply, gold), confidence)| {
        Some((confidence, f64::from(u8::from((reply? - gold).abs() > above))))
    })
    .map(scored)
    .collect()
}
