//! Cases of how a judge uses its scale, and of calibration.

use super::super::compare::defined;
use super::super::input::{Datasets, cells, numbers, table};
use super::rows::{Rows, levels, scale};
use assessor::agreement::{
    Binning, LevelMean, ScoreRange, brier, compression, corp, expected_calibration_error, expected_score,
    level_calibration, mse_decomposition, ranked_probability_score, spearman_of_scores,
};
use assessor::domain::Undefined;
use serde_json::{Map, Value, json};

pub fn answer(method: &str, inputs: &Value, data: &Datasets) -> Option<Value> {
    let rows = || Rows::of(inputs, data);
    Some(match method {
        "score_compression" => panel(&rows(), inputs),
        "isotonic_calibration" => isotonic(&rows()),
        "ordinal_calibration_error" => match rows().scores().and_then(|scores| level_calibration(&scores)) {
            Err(reason) => defined(Err(reason)),
            Ok(found) => {
                let row = |level: &LevelMean| json!({ "n": level.rows, "mean_h": level.mean });
                json!({ "lce": found.error, "rows": by_score(&found.levels, row) })
            }
        },
        "ece" => ece(inputs, data),
        "ranked_probability_score" => probabilities(inputs),
        _ => return None,
    })
}

/// An object with one entry per score, named as a whole number where it is one.
fn by_score(levels: &[LevelMean], of: impl Fn(&LevelMean) -> Value) -> Value {
    levels.iter().map(|level| (level.score.to_string(), of(level))).collect::<Map<_, _>>().into()
}

fn panel(rows: &Rows, inputs: &Value) -> Value {
    let (low, high) = rows.scale;
    let named = inputs["K_entropy"].as_u64().map(|k| k as usize);
    let scale = ScoreRange { low, high, levels: named.or(levels(rows.scale)).unwrap() };
    let scores = rows.scores().unwrap();
    let panel = match compression(&scores, scale) {
        Ok(panel) => panel,
        Err(reason) => return defined(Err(reason)),
    };
    json!({
        "entropy_bits": panel.entropy_bits, "entropy_norm_log2K": panel.entropy_normalised,
        "effective_levels": panel.effective_levels, "mode_share": panel.mode_share, "levels_used": panel.levels_used,
        "range_used_frac": panel.range_used, "p05_p95_span_frac": panel.central_span,
        "variance_ratio": defined(panel.variance_ratio), "slope_j_on_h": defined(panel.slope_on_human),
        "calibration_slope_h_on_j": defined(panel.calibration_slope), "fixed_point": defined(panel.fixed_point),
        "mean_j_given_h": by_score(&panel.judge_by_human, |level| json!(level.mean)),
        "spearman": defined(spearman_of_scores(&scores)),
        "mse": defined(corp(&scores).map(|c| c.mse)),
        "mse_after_isotonic_in_sample": defined(corp(&scores).map(|c| c.mse_mapped)),
        "mse_const_mean": defined(mse_decomposition(&scores).map(|parts| parts.constant_mean)),
    })
}

fn isotonic(rows: &Rows) -> Value {
    match rows.scores().and_then(|scores| corp(&scores)) {
        Err(reason) => defined(Err(reason)),
        Ok(corp) => json!({
            "map": by_score(corp.map.points(), |point| json!(point.mean)),
            "mse_raw": corp.mse, "mse_iso_in_sample": corp.mse_mapped,
            "MCB": corp.miscalibration, "DSC": corp.discrimination, "UNC": corp.uncertainty,
        }),
    }
}

/// Confidences and whether the judge was exactly right, from lists or from the data set of the rows.
fn ece(inputs: &Value, data: &Datasets) -> Value {
    let rows = Rows::of(
        &json!({ "dataset": inputs["dataset"], "rows": named_judge(inputs), "h": inputs["h"], "j": inputs["j"] }),
        data,
    );
    let list = ["conf", "confidence", "confidences"].iter().find_map(|key| inputs.get(key));
    let confidence = match (list, inputs["dataset"].as_str()) {
        (Some(list), _) => cells(list),
        (None, Some(name)) => {
            let judge = named_judge(inputs);
            cells(&data.get(name)[judge.replacen("judge", "conf", 1)])
        }
        (None, None) => Vec::new(),
    };
    let hits: Vec<Option<bool>> = match ["correct", "hit", "hits"].iter().find_map(|key| inputs.get(key)) {
        Some(list) => list.as_array().unwrap().iter().map(|v| v.as_bool().or(v.as_f64().map(|x| x == 1.0))).collect(),
        None => rows.human.iter().zip(&rows.judge).map(|(h, j)| j.map(|j| j == *h)).collect(),
    };
    let valid = confidence.into_iter().zip(hits).filter_map(|(c, hit)| Some((c?, hit?)));
    let (confidence, right): (Vec<f64>, Vec<bool>) = valid.unzip();
    let bins = inputs["bins"].as_u64().unwrap() as usize;
    let error = |binning| defined(expected_calibration_error(&confidence, &right, binning, bins).map(|ece| ece.error));
    json!({
        "ece_equal_width": error(Binning::EqualWidth), "ece_equal_mass_array_split": error(Binning::EqualMass),
        "brier": defined(brier(&confidence, &right)),
    })
}

fn named_judge(inputs: &Value) -> String {
    inputs["rows"].as_str().and_then(|rows| rows.split_whitespace().next()).unwrap_or("judgeA").to_owned()
}

fn probabilities(inputs: &Value) -> Value {
    let probabilities: Vec<Vec<f64>> =
        table(&inputs["probs"]).into_iter().map(|row| row.into_iter().map(Option::unwrap).collect()).collect();
    let human = numbers(&inputs["h"]);
    let lowest = scale(inputs, human.iter().copied()).0;
    let normalised = |(p, h): (&Vec<f64>, &f64)| {
        let score: Result<f64, Undefined> = ranked_probability_score(p, (h - lowest) as usize);
        defined(score.map(|score| score / (p.len() - 1) as f64))
    };
    json!({
        "rps": probabilities.iter().zip(&human)
            .map(|(p, h)| defined(ranked_probability_score(p, (h - lowest) as usize))).collect::<Value>(),
        "rps_norm_by_K_minus_1": probabilities.iter().zip(&human).map(normalised).collect::<Value>(),
        "expected_score": probabilities.iter().map(|p| defined(expected_score(p, lowest))).collect::<Value>(),
    })
}
