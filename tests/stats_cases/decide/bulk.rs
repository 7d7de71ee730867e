//! Cases of bulk means and shares.

use super::super::compare::defined;
use super::super::input::{Cell, Datasets, cells, numbers};
use assessor::agreement::apply::{
    Drawn, Lambda, Moments, Ppi, PpiMode, PpiStratum, Rate, horvitz_thompson, label_shift, poststratified, ppi_mean,
    rogan_gladen, rogan_gladen_point, stratified_ppi,
};
use assessor::domain::{Interval, Undefined};
use serde_json::{Value, json};

pub fn answer(method: &str, inputs: &Value, data: &Datasets) -> Option<Value> {
    Some(match method {
        "ppi_mean" => ppi(inputs, data),
        "poststratified_mean" => strata(inputs, data),
        "ppi_active_ht" => active(inputs),
        "ppi_stratified" => stratified(inputs),
        "rogan_gladen" => rogan(inputs),
        "label_shift_prevalence" => shift(inputs),
        _ => return None,
    })
}

/// Human ratings and the judge's replies: given as lists, or as a text such as "seed60 gold & judgeA (…)".
fn labelled(inputs: &Value, data: &Datasets) -> Vec<(f64, Cell)> {
    let source = &inputs["labeled"];
    let (human, judge) = match source.as_str() {
        Some(text) => {
            let set = data.get(text.split_whitespace().next().unwrap());
            let judge = text.split(|c: char| !c.is_alphanumeric()).find(|word| word.starts_with("judge")).unwrap();
            (&set["gold_lower_median"], &set[judge])
        }
        None => (&inputs["y"], &inputs["f"]),
    };
    numbers(human).into_iter().zip(cells(judge)).collect()
}

/// The number that a text such as "(malformed -> 3)" puts in the place of malformed replies.
fn proxy(inputs: &Value) -> Option<f64> {
    let (_, after) = inputs["labeled"].as_str()?.split_once("->")?;
    after.trim().trim_end_matches(')').trim().parse().ok()
}

/// The judge's ratings of the bulk and how often each occurs.
fn bulk(inputs: &Value, data: &Datasets) -> Vec<(f64, u64)> {
    let counts = |map: &Value| -> Vec<(f64, u64)> {
        map.as_object().unwrap().iter().map(|(k, v)| (k.parse().unwrap(), v.as_u64().unwrap())).collect()
    };
    match inputs.get("unlabeled").unwrap_or(&inputs["f_bulk"]) {
        Value::String(text) => counts(&data.get(text.split_whitespace().next().unwrap())["counts"]),
        Value::Array(values) => values.iter().map(|v| (v.as_f64().unwrap(), 1)).collect(),
        map => counts(map.get("counts").unwrap_or(map)),
    }
}

fn ends(interval: &Interval) -> Value {
    json!([interval.low, interval.high])
}

fn undefined(keys: &[&str], reason: Undefined) -> Value {
    keys.iter().map(|key| ((*key).to_owned(), defined(Err(reason)))).collect::<serde_json::Map<_, _>>().into()
}

fn ppi(inputs: &Value, data: &Datasets) -> Value {
    let proxy = proxy(inputs);
    let rows: Vec<(f64, f64)> = labelled(inputs, data).into_iter().map(|(y, f)| (y, f.or(proxy).unwrap())).collect();
    let lambda = inputs["lam"].as_f64().map_or(Lambda::Tuned, Lambda::Fixed);
    let bulk = Moments::of_counts(&bulk(inputs, data));
    match ppi_mean(&rows, &bulk, lambda, PpiMode::PpiPy, inputs["alpha"].as_f64().unwrap_or(0.05)) {
        Ok(Ppi { lambda, theta, se, interval, .. }) => {
            json!({ "lambda": lambda, "theta": theta, "se": se, "ci": ends(&interval) })
        }
        Err(reason) => undefined(&["lambda", "theta", "se", "ci"], reason),
    }
}

fn strata(inputs: &Value, data: &Datasets) -> Value {
    let names: Vec<Vec<f64>> = inputs["strata"].as_array().unwrap().iter().map(numbers).collect();
    let (rows, bulk) = (labelled(inputs, data), bulk(inputs, data));
    let stratum = |levels: &Vec<f64>| {
        let ratings = rows.iter().filter(|(_, f)| f.is_some_and(|f| levels.contains(&f))).map(|(y, _)| *y).collect();
        (ratings, bulk.iter().filter(|(level, _)| levels.contains(level)).map(|(_, count)| count).sum())
    };
    let result = match poststratified(&names.iter().map(stratum).collect::<Vec<_>>(), 0.05) {
        Ok(result) => result,
        Err(reason) => return undefined(&["theta", "se", "var_within", "var_between_bulk"], reason),
    };
    let name = |members: &[usize]| {
        let levels: Vec<String> = members.iter().flat_map(|m| &names[*m]).map(f64::to_string).collect();
        levels.join("-")
    };
    let detail = result.strata.iter().map(|s| {
        let detail = json!({ "n": s.human.n, "W": s.weight, "mean_h": s.human.mean, "s2": s.human.variance(1) });
        (name(&s.members), detail)
    });
    json!({
        "strata_detail": detail.collect::<serde_json::Map<_, _>>(),
        "theta": result.theta,
        "se": result.se,
        "var_within": result.var_within,
        "var_between_bulk": result.var_between,
    })
}

fn active(inputs: &Value) -> Value {
    let chances = cells(&inputs["pi"]).into_iter().map(|pi| pi.unwrap_or(f64::NAN));
    let lists = (numbers(&inputs["f"]), chances, cells(&inputs["y_if_included"]));
    let included = numbers(&inputs["included"]);
    let row = |(((judge, inclusion), human), included): (((f64, f64), Cell), f64)| Drawn {
        judge,
        inclusion,
        human: human.filter(|_| included != 0.0),
    };
    let rows: Vec<Drawn> = lists.0.into_iter().zip(lists.1).zip(lists.2).zip(included).map(row).collect();
    match horvitz_thompson(&rows) {
        Ok(result) => json!({ "theta": result.theta, "var_poisson_design": result.variance }),
        Err(reason) => undefined(&["theta", "var_poisson_design"], reason),
    }
}

fn stratified(inputs: &Value) -> Value {
    let at = |key: &str, i: usize| inputs[key][i].as_f64().unwrap();
    let stratum = |i: usize| PpiStratum {
        weight: at("W", i),
        n: at("n", i) as u64,
        rectifier_mean: at("y_minus_f_mean", i),
        rectifier_variance: at("y_minus_f_var_ddof0", i),
        bulk_n: at("N", i) as u64,
        bulk_mean: at("f_mean_bulk", i),
        bulk_variance: at("f_var_bulk_ddof0", i),
    };
    let strata: Vec<PpiStratum> = (0..inputs["W"].as_array().unwrap().len()).map(stratum).collect();
    match stratified_ppi(&strata) {
        Ok(result) => json!({ "theta": result.theta, "se": result.se }),
        Err(reason) => undefined(&["theta", "se"], reason),
    }
}

fn rogan(inputs: &Value) -> Value {
    let point = |p, specificity, sensitivity| {
        defined(rogan_gladen_point(p, specificity, sensitivity).map(|corrected| corrected.theta))
    };
    if let Some(cases) = inputs.get("cases") {
        // Observed share, specificity, sensitivity.
        return cases.as_array().unwrap().iter().map(numbers).map(|c| point(c[0], c[1], c[2])).collect();
    }
    let at = |key: &str| inputs[key].as_f64().unwrap();
    let rate = |share: &str, n: &str| Rate { share: at(share), n: inputs[n].as_u64().unwrap() };
    let interval = rogan_gladen(rate("p_obs", "n"), rate("specificity", "m0"), rate("sensitivity", "m1"), at("alpha"));
    json!({
        "theta": point(at("p_obs"), at("specificity"), at("sensitivity")),
        "ci_lee2025": interval.map_or_else(|reason| defined(Err(reason)), |interval| ends(&interval)),
    })
}

fn shift(inputs: &Value) -> Value {
    let rows: Vec<Vec<f64>> =
        inputs["P_judge_given_human_rows_human"].as_array().unwrap().iter().map(numbers).collect();
    let result = label_shift(&rows, &numbers(&inputs["p_judge_bulk"]));
    let shares = |shares: &Result<Vec<f64>, Undefined>| match shares {
        Ok(shares) => json!(shares),
        Err(reason) => defined(Err(*reason)),
    };
    json!({
        "matrix_inverse": shares(&result.inverse),
        "em_mle": shares(&result.likelihood),
        "condition": defined(result.condition),
    })
}
