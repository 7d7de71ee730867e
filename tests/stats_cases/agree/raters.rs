//! Cases of several raters and of repeated runs.

use super::super::compare::defined;
use super::super::input::{Datasets, cells, table};
use super::rows::{Rows, levels, ratings, scale};
use assessor::agreement::{
    Coefficient, Icc, Metric, ScoreRange, Tally, Weights, alpha_without_each_annotator, averaging, compression,
    disattenuated, disattenuated_slope, gwet_family, icc, krippendorff_alpha, noise_ceiling, pearson_of_scores,
    ratings_needed, spearman_brown, test_retest,
};
use assessor::domain::{Interval, Undefined};
use serde_json::{Value, json};

const METRICS: [(&str, Metric); 3] =
    [("nominal", Metric::Nominal), ("ordinal", Metric::Ordinal), ("interval", Metric::Interval)];

pub fn answer(method: &str, inputs: &Value, data: &Datasets) -> Option<Value> {
    Some(match method {
        "gwet_family" => family(&tally(inputs, "ratings_subject_by_rater"), weights(&inputs["weights"])),
        "krippendorff_alpha" => alphas(&by_rater(&inputs["ratings_rater_by_unit"], inputs)),
        "krippendorff_alpha_edges" => {
            let case = |case: &Value| {
                let tally = by_rater(case, inputs);
                let all = alphas(&tally);
                // A case without any alpha is expected as one undefined value.
                let nothing = METRICS.iter().find_map(|(_, metric)| krippendorff_alpha(&tally, *metric).err());
                nothing.map_or(all, |reason| defined(Err(reason)))
            };
            inputs["cases"].as_array().unwrap().iter().map(case).collect()
        }
        "fleiss_kappa" => {
            let counts: Vec<Vec<u32>> = table(&inputs["counts_subject_by_category"])
                .into_iter()
                .map(|row| row.into_iter().map(|n| n.unwrap() as u32).collect())
                .collect();
            let levels = counts.first().map_or(0, Vec::len);
            let tally = Tally::of_counts(counts.iter().map(Vec::as_slice), levels);
            json!({ "kappa": defined(gwet_family(&tally, Weights::None).and_then(|f| f.fleiss).map(|c| c.value)) })
        }
        "fleiss_kappa_generalised" => {
            let tally = tally(inputs, "ratings_subject_by_rater");
            let fleiss = gwet_family(&tally, Weights::None).and_then(|family| family.fleiss);
            json!({ "kappa": value(fleiss), "se": error(fleiss) })
        }
        "icc" => iccs(icc(&table(&inputs["ratings_subject_by_rater"]))),
        "human_reliability" => humans(inputs, data),
        "test_retest" => repeats(inputs, data),
        "noise_ceiling" => ceiling(inputs, data),
        "spearman_brown" => {
            let number = |key: &str| inputs[key].as_f64().unwrap();
            let k = inputs["k"].as_u64().unwrap();
            let needed = ratings_needed(number("icc1"), number("target"));
            let mut answer = json!({ "k_needed": needed.map_or_else(|reason| defined(Err(reason)), |k| json!(k)) });
            answer[format!("reliability_k{k}")] = defined(spearman_brown(number("icc1"), k));
            answer
        }
        _ => return None,
    })
}

fn weights(name: &Value) -> Weights {
    match name.as_str() {
        Some("linear") => Weights::Linear,
        Some("quadratic") => Weights::Quadratic,
        _ => Weights::None,
    }
}

/// Items as rows.
fn tally(inputs: &Value, key: &str) -> Tally {
    let values = table(&inputs[key]).into_iter().flatten().flatten();
    let scale = scale(inputs, values);
    let rows = ratings(&inputs[key], scale);
    Tally::of_items(rows.iter().map(|row| row.iter().copied().flatten()), levels(scale).unwrap())
}

/// Raters as rows.
fn by_rater(value: &Value, inputs: &Value) -> Tally {
    let scale = scale(inputs, table(value).into_iter().flatten().flatten());
    let raters = ratings(value, scale);
    let units = raters.iter().map(Vec::len).max().unwrap_or(0);
    let unit = |unit: usize| raters.iter().filter_map(move |row| row.get(unit).copied().flatten());
    Tally::of_items((0..units).map(unit), levels(scale).unwrap())
}

fn alphas(tally: &Tally) -> Value {
    let alpha = |(name, metric): (&str, Metric)| (name.to_owned(), defined(krippendorff_alpha(tally, metric)));
    METRICS.into_iter().map(alpha).collect::<serde_json::Map<_, _>>().into()
}

fn value(coefficient: Result<Coefficient, Undefined>) -> Value {
    defined(coefficient.map(|c| c.value))
}

fn error(coefficient: Result<Coefficient, Undefined>) -> Value {
    defined(coefficient.and_then(|c| c.se))
}

fn family(tally: &Tally, weights: Weights) -> Value {
    match gwet_family(tally, weights) {
        Err(reason) => defined(Err(reason)),
        Ok(family) => json!({
            "n": family.items, "n2": family.paired_items, "pa": family.agreement, "ac_pe": family.ac_chance,
            "ac": value(family.ac), "ac_se": error(family.ac),
            "fleiss": value(family.fleiss), "fleiss_se": error(family.fleiss),
            "bp": value(family.brennan_prediger), "bp_se": error(family.brennan_prediger),
            "alpha_w": value(family.alpha), "alpha_w_se": error(family.alpha),
        }),
    }
}

fn ends(interval: Result<Interval, Undefined>) -> Value {
    interval.map_or_else(|reason| defined(Err(reason)), |interval| json!([interval.low, interval.high]))
}

fn iccs(icc: Result<Icc, Undefined>) -> Value {
    let number = |of: fn(&Icc) -> f64| defined(icc.as_ref().map(of).map_err(|reason| *reason));
    let coefficient = |of: fn(&Icc) -> Result<f64, Undefined>| defined(icc.and_then(|icc| of(&icc)));
    json!({
        "MSR": number(|i| i.between_items), "MSC": number(|i| i.between_raters),
        "MSE": number(|i| i.residual), "MSW": number(|i| i.within_items),
        "icc1": coefficient(|i| i.single), "icc2": coefficient(|i| i.agreement), "icc3": coefficient(|i| i.consistency),
        "icc1_k": coefficient(|i| i.single_mean), "icc2_k": coefficient(|i| i.agreement_mean),
        "icc3_k": coefficient(|i| i.consistency_mean),
        "icc2_ci": ends(icc.and_then(|i| i.agreement_interval(0.95))),
        "icc3_ci": ends(icc.and_then(|i| i.consistency_interval(0.95))),
    })
}

fn humans(inputs: &Value, data: &Datasets) -> Value {
    let people = &data.get(inputs["dataset"].as_str().unwrap())["ratings"];
    let scale = scale(inputs, table(people).into_iter().flatten().flatten());
    let (rows, levels) = (ratings(people, scale), levels(scale).unwrap());
    let tally = Tally::of_items(rows.iter().map(|row| row.iter().copied().flatten()), levels);
    let without = alpha_without_each_annotator(&rows, levels, Metric::Ordinal);
    json!({
        "alpha": alphas(&tally), "gwet_quadratic": family(&tally, Weights::Quadratic),
        "alpha_ordinal_leave_one_out": without.into_iter().map(defined).collect::<Value>(),
    })
}

/// The runs of a judge, given run by run, as one row for each item.
fn runs(set: &Value, key: &str, scale: (f64, f64)) -> Vec<Vec<Option<u8>>> {
    let runs = ratings(&set[key], scale);
    (0..runs.first().map_or(0, Vec::len)).map(|item| runs.iter().map(|run| run[item]).collect()).collect()
}

fn repeats(inputs: &Value, data: &Datasets) -> Value {
    let set = data.get(inputs["dataset"].as_str().unwrap());
    let key = inputs["runs"].as_str().unwrap();
    let scale = scale(inputs, table(&set[key]).into_iter().flatten().flatten());
    let (runs, levels) = (runs(set, key, scale), levels(scale).unwrap());
    let human: Vec<f64> = cells(&set["gold_lower_median"]).into_iter().map(|h| h.unwrap() - scale.0).collect();
    let found = test_retest(&runs, levels);
    let mut answer = json!({
        "icc1": defined(found.icc.and_then(|icc| icc.single)), "icc2": defined(found.icc.and_then(|icc| icc.agreement)),
        "alpha_ordinal": defined(found.alpha), "all_runs_identical_rate": defined(found.identical),
        "pairwise_exact_agreement": defined(found.pairwise_agreement),
        "within_item_var": defined(found.within_variance),
    });
    let mean_of = format!("nmse_mean_of_{}", runs.first().map_or(0, Vec::len));
    let gain = format!("identity_single_minus_mean{}", runs.first().map_or(0, Vec::len));
    let averaging = averaging(&runs, &human, levels);
    answer["nmse_single_run_mean"] = defined(averaging.map(|a| a.single));
    answer[mean_of] = defined(averaging.map(|a| a.mean));
    answer[gain] = defined(averaging.map(|a| a.single - a.mean));
    answer["predicted_gain"] = defined(averaging.map(|a| a.gain));
    answer
}

fn ceiling(inputs: &Value, data: &Datasets) -> Value {
    let set = data.get(inputs["dataset"].as_str().unwrap());
    let people = icc(&table(&set["ratings"]));
    let key = inputs["runs"].as_str().unwrap_or("judge_repeats_run_by_row");
    let runs: Vec<Vec<Option<f64>>> = {
        let runs = table(&set[key]);
        (0..runs[0].len()).map(|item| runs.iter().map(|run| run[item]).collect()).collect()
    };
    let human = people.and_then(|icc| icc.single);
    let judge = icc(&runs).and_then(|icc| icc.single);
    let rows = Rows::of(inputs, data);
    let scores = rows.scores().unwrap();
    let scale = ScoreRange { low: rows.scale.0, high: rows.scale.1, levels: levels(rows.scale).unwrap() };
    let slope = compression(&scores, scale).and_then(|panel| panel.slope_on_human);
    let both = || Ok::<_, Undefined>((human?, judge?));
    json!({
        "n_complete": people.map_or(0, |icc| icc.items),
        "human_icc1_single": defined(human),
        "human_icc1_k_mean_of_3": defined(people.and_then(|icc| icc.single_mean)),
        "judge_icc1_single": defined(judge),
        "max_pearson_judge_vs_single_human": defined(both().and_then(|(h, j)| noise_ceiling(h, j))),
        "disattenuated_pearson":
            defined(both().and_then(|(h, j)| disattenuated(pearson_of_scores(&scores)?, h, j))),
        "slope_j_on_h_disattenuated": defined(human.and_then(|h| disattenuated_slope(slope?, h))),
    })
}
