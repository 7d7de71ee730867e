//! Cases of point metrics, intervals, paired tests, planning and distribution functions.

use super::compare::defined;
use super::input::{Cell, Datasets, cells, numbers, table};
use assessor::agreement::interval::{Bca, Design, Distribution, GroupSum, Posterior, Resampling, bounds, proportion};
use assessor::agreement::interval::{leave_one_out, resamples};
use assessor::agreement::paired::{difference, non_inferior, sign_flip};
use assessor::agreement::planning::{self, Stratum, neyman};
use assessor::agreement::{
    Adjustment, AgainstPeople, Gold, Panelled, PointMetrics, Scored, adjusted, numerics, valid_part, weighted_mean,
};
use assessor::domain::Undefined;
use serde_json::{Value, json};

/// The scale of the cases: ratings from 1 to 5.
const LOWEST: f64 = 1.0;
const LEVELS: usize = 5;
const RANGE: f64 = (LEVELS - 1) as f64;
/// NMSE points of one squared rating point.
const POINTS: f64 = 100.0 / (RANGE * RANGE);

/// The answer to one case, when its method is one of ours.
pub fn answer(method: &str, inputs: &Value, _data: &Datasets) -> Option<Value> {
    Some(match method {
        "point_metrics" => point_metrics(inputs),
        "point_metrics_edges" => each(&inputs["cases"], point_metrics),
        "nmse_decomposition" => each(
            &inputs["examples"],
            |example| json!({ "nmse_valid": defined(valid_part(number(example, "nmse"), number(example, "malformed_rate"))) }),
        ),
        "multi_annotator" => multi_annotator(inputs),
        "gold_aggregation" => gold_aggregation(inputs),
        "weighted_nmse" => weighted_nmse(inputs),
        "bootstrap_enumerated" => bootstrap_enumerated(inputs),
        "cluster_bootstrap_enumerated" => cluster_bootstrap_enumerated(inputs),
        "bootstrap_degenerate" => bootstrap_degenerate(inputs),
        "cluster_robust_se" => cluster_robust_se(inputs),
        "dirichlet_nmse" => dirichlet_nmse(inputs),
        "bounded_mean_ucb" => bounded_mean_ucb(inputs),
        "zero_error_bound" => {
            let delta = delta(inputs);
            each(&inputs["n"], |n| json!(100.0 * bounds::zero_error(n.as_u64().unwrap(), delta)))
        }
        "clopper_pearson" => each(&inputs["cases"], |case| {
            let (k, n) = (case[0].as_u64().unwrap(), case[1].as_u64().unwrap());
            json!(proportion::clopper_pearson_upper(k, n, delta(inputs)))
        }),
        "paired_permutation" => paired_permutation(inputs),
        "paired_permutation_cluster" => {
            let sums = numbers(&inputs["cluster_sums_of_diff"]);
            json!({ "p_two_sided": defined(sign_flip(&sums, &Resampling::default())) })
        }
        "equivalence_paired" => equivalence_paired(inputs),
        "multiple_testing" => multiple_testing(inputs),
        "sample_size" => sample_size(inputs),
        "neyman_allocation" => neyman_allocation(inputs),
        "special_functions" => special_functions(inputs),
        _ => return None,
    })
}

fn number(inputs: &Value, name: &str) -> f64 {
    inputs[name].as_f64().unwrap_or_else(|| panic!("no number `{name}` in {inputs}"))
}

fn each(list: &Value, answer: impl Fn(&Value) -> Value) -> Value {
    list.as_array().unwrap().iter().map(answer).collect()
}

/// One minus the confidence, where a case may leave it open.
fn delta(inputs: &Value) -> f64 {
    inputs.get("delta").or(inputs.get("alpha")).and_then(Value::as_f64).unwrap_or(0.05)
}

/// A rating as a level.
fn level(rating: f64) -> u8 {
    (rating - LOWEST) as u8
}

fn maybe(value: Option<f64>) -> Value {
    defined(value.ok_or(Undefined::ZeroVariance))
}

fn ends(interval: Option<(f64, f64)>) -> Value {
    interval.map_or_else(|| defined(Err(Undefined::ZeroVariance)), |(low, high)| json!([low, high]))
}

fn point_metrics(inputs: &Value) -> Value {
    let rows = numbers(&inputs["h"])
        .into_iter()
        .zip(cells(&inputs["j"]))
        .map(|(gold, judge)| Scored { gold: gold - LOWEST, judge: judge.map(|j| j - LOWEST) });
    let m = PointMetrics::of(rows, RANGE);
    json!({
        "n": m.n, "n_valid": m.n_valid, "n_malformed": m.n - m.n_valid, "malformed_rate": defined(m.malformed_rate),
        "mse": defined(m.mse), "nmse": defined(m.nmse), "nmse_valid": defined(m.nmse_valid),
        "nmse_rowworst": defined(m.nmse_row_worst), "mae": defined(m.mae), "mae_valid": defined(m.mae_valid),
        "bias_valid": defined(m.bias_valid), "exact": defined(m.exact), "adjacent": defined(m.adjacent),
        "exact_valid": defined(m.exact_valid), "adjacent_valid": defined(m.adjacent_valid),
    })
}

fn rated(row: &[Cell]) -> Vec<u8> {
    row.iter().flatten().map(|r| level(*r)).collect()
}

fn multi_annotator(inputs: &Value) -> Value {
    let ratings = table(&inputs["ratings"]);
    let items: Vec<Panelled> = ratings
        .iter()
        .zip(cells(&inputs["j"]))
        .map(|(row, judge)| Panelled { ratings: row.iter().map(|r| r.map(level)).collect(), judge: judge.map(level) })
        .collect();
    let mean = |row: &Vec<Cell>| defined(Gold::of(&rated(row)).map(|g| g.mean + LOWEST).ok_or(Undefined::Empty));
    let against = AgainstPeople::of(&items, LEVELS);
    json!({
        "gold_mean": ratings.iter().map(mean).collect::<Vec<_>>(),
        "nmse_vs_mean": defined(against.mean),
        "nmse_vs_each_rating_pooled": defined(against.pooled),
        "nmse_vs_each_annotator": against.each.into_iter().map(defined).collect::<Vec<_>>(),
        "human_human_pairwise_nmse": defined(against.between_people),
        "pooled_within_item_var": defined(against.within_item_variance),
        "nmse_vs_mean_noise_corrected": defined(against.noise_corrected),
    })
}

fn gold_aggregation(inputs: &Value) -> Value {
    let gold: Vec<Option<Gold>> = table(&inputs["ratings"]).iter().map(|row| Gold::of(&rated(row))).collect();
    let column = |value: &dyn Fn(&Gold) -> Value| -> Value {
        gold.iter().map(|g| g.as_ref().map_or_else(|| defined(Err(Undefined::Empty)), value)).collect()
    };
    json!({
        "mean": column(&|g| json!(g.mean + LOWEST)),
        "lower_median": column(&|g| json!(f64::from(g.lower_median) + LOWEST)),
        "n_ratings": gold.iter().map(|g| g.map_or(0, |g| g.ratings)).collect::<Vec<_>>(),
        "range": column(&|g| json!(g.range)),
        "needs_adjudication_range_ge_2": column(&|g| json!(g.needs_adjudication())),
    })
}

fn weighted_nmse(inputs: &Value) -> Value {
    let weights = numbers(&inputs["weights_inverse_inclusion_prob"]);
    let costs = numbers(&inputs["squared_errors"]).into_iter().map(|s| s * POINTS);
    match weighted_mean(&weights.into_iter().zip(costs).collect::<Vec<_>>()) {
        Ok(weighted) => json!({
            "nmse": maybe(weighted.mean.value()), "se_nmse": maybe(weighted.se),
            "unweighted_nmse": weighted.unweighted, "kish_effective_n": weighted.effective_rows,
        }),
        Err(reason) => {
            let none = defined(Err(reason));
            json!({ "nmse": none, "se_nmse": none, "unweighted_nmse": none, "kish_effective_n": none })
        }
    }
}

/// NMSE of resamples of groups with these sums of squares and numbers of rows.
struct Ratio {
    sums: Vec<f64>,
    rows: Vec<f64>,
}

impl Ratio {
    fn of(&self, times: &[u32]) -> f64 {
        let total = |values: &[f64]| values.iter().zip(times).map(|(v, t)| v * f64::from(*t)).sum::<f64>();
        POINTS * total(&self.sums) / total(&self.rows)
    }

    fn answer(&self) -> Value {
        let groups = self.sums.len();
        let theta = self.of(&vec![1; groups]);
        let Some(distribution) = Distribution::of(resamples(groups, &Resampling::default(), |t| self.of(t))) else {
            let none = defined(Err(Undefined::Empty));
            return json!({
                "theta": none, "boot_mean": none, "boot_sd_ddof0": none, "percentile95": none, "jackknife": [],
                "z0": none, "acceleration": none, "bca_probs": none, "bca95": none,
            });
        };
        let jackknife = leave_one_out(groups, |t| self.of(t));
        let shared: Vec<(f64, u64)> = jackknife.iter().map(|v| (*v, 1)).collect();
        let bca: Option<Bca> = distribution.bca(theta, &shared, 0.95);
        json!({
            "theta": theta, "boot_mean": distribution.mean(), "boot_sd_ddof0": distribution.sd(),
            "percentile95": ends(distribution.percentile(0.95)), "jackknife": jackknife,
            "z0": maybe(bca.map(|b| b.z0)), "acceleration": maybe(bca.map(|b| b.acceleration)),
            "bca_probs": ends(bca.map(|b| b.probabilities)), "bca95": ends(bca.map(|b| b.ends)),
        })
    }
}

fn bootstrap_enumerated(inputs: &Value) -> Value {
    let sums = numbers(&inputs["squared_errors"]);
    Ratio { rows: vec![1.0; sums.len()], sums }.answer()
}

fn cluster_bootstrap_enumerated(inputs: &Value) -> Value {
    let clusters = &inputs["clusters"];
    Ratio { sums: numbers(&clusters["sum_sq"]), rows: numbers(&clusters["n"]) }.answer()
}

fn bootstrap_degenerate(inputs: &Value) -> Value {
    let sums = numbers(&inputs["squared_errors"]);
    let n = sums.len() as u64;
    let zero = sums.iter().all(|s| *s == 0.0);
    let mut answer = Ratio { rows: vec![1.0; sums.len()], sums }.answer();
    let bound = if zero { Ok(100.0 * bounds::zero_error(n, 0.05)) } else { Err(Undefined::ZeroVariance) };
    answer["nmse_upper95_one_sided_all_zero"] = defined(bound);
    answer
}

fn cluster_robust_se(inputs: &Value) -> Value {
    let clusters = &inputs["clusters"];
    let sums = numbers(&clusters["sum_sq"]).into_iter().zip(numbers(&clusters["n"]));
    let groups: Vec<GroupSum> = sums.map(|(sum, weight)| GroupSum { sum, weight }).collect();
    let design = Design::of(&groups);
    let se = design.and_then(|d| d.se);
    json!({
        "mse": maybe(design.map(|d| d.value)), "se_mse": maybe(se), "se_nmse": maybe(se.map(|se| se * POINTS)),
        "nmse": maybe(design.map(|d| d.value * POINTS)),
    })
}

fn dirichlet_nmse(inputs: &Value) -> Value {
    let counts = numbers(&inputs["squared_error_counts_0_1_4_9_16"]);
    let prior = number(inputs, "prior_alpha");
    let values = (0..counts.len()).map(|gap| (gap * gap) as f64 * POINTS);
    let rows = |(value, count): (f64, &f64)| {
        (0..*count as u64).map(move |_| Scored { gold: 0.0, judge: Some((value / POINTS).sqrt()) })
    };
    let plugin = PointMetrics::of(values.clone().zip(&counts).flat_map(rows), RANGE).nmse;
    let posterior = Posterior::new(values.zip(counts.iter().map(|c| c + prior)));
    json!({
        "nmse_plugin": defined(plugin), "posterior_mean": posterior.mean(), "posterior_sd": posterior.sd(),
        "interval95": [posterior.quantile(0.025), posterior.quantile(0.975)],
    })
}

fn bounded_mean_ucb(inputs: &Value) -> Value {
    let counts = inputs["squared_error_counts"].as_object().unwrap();
    let losses: Vec<f64> = counts
        .iter()
        .flat_map(|(square, count)| {
            let loss = square.parse::<f64>().unwrap() * POINTS / 100.0;
            std::iter::repeat_n(loss, count.as_u64().unwrap() as usize)
        })
        .collect();
    let (n, delta) = (losses.len() as u64, delta(inputs));
    if n == 0 {
        let none = defined(Err(Undefined::Empty));
        return json!({
            "nmse": none, "hoeffding_ucb": none, "maurer_pontil_ucb": none, "hoeffding_bentkus_ucb": none, "t_ucb": none,
        });
    }
    let mean = losses.iter().sum::<f64>() / n as f64;
    json!({
        "nmse": 100.0 * mean,
        "hoeffding_ucb": 100.0 * bounds::hoeffding(mean, n, delta),
        "maurer_pontil_ucb": 100.0 * bounds::maurer_pontil(&losses, delta),
        "hoeffding_bentkus_ucb": 100.0 * bounds::hoeffding_bentkus(mean, n, delta),
        "t_ucb": maybe(bounds::student(&losses, delta).map(|b| 100.0 * b)),
    })
}

fn rows<'a>(a: &'a [f64], b: &'a [f64]) -> impl Iterator<Item = (u32, f64, f64)> + 'a {
    a.iter().zip(b).enumerate().map(|(i, (a, b))| (i as u32, *a, *b))
}

fn paired_permutation(inputs: &Value) -> Value {
    let (a, b) = (numbers(&inputs["se_A"]), numbers(&inputs["se_B"]));
    match difference(rows(&a, &b), &Resampling::default()) {
        Ok(paired) => json!({
            "mean_diff_A_minus_B": maybe(paired.difference.value()), "p_two_sided": defined(paired.p),
        }),
        Err(reason) => json!({ "mean_diff_A_minus_B": defined(Err(reason)), "p_two_sided": defined(Err(reason)) }),
    }
}

fn equivalence_paired(inputs: &Value) -> Value {
    let (new, old) = (numbers(&inputs["nmse_points_per_row_new"]), numbers(&inputs["nmse_points_per_row_old"]));
    let paired = match difference(rows(&new, &old), &Resampling::default()) {
        Ok(paired) => paired,
        Err(reason) => {
            let none = defined(Err(reason));
            return json!({
                "mean_diff_new_minus_old": none, "se": none, "p_noninferior_new_not_worse_by_margin": none,
                "p_tost": none, "ci90": none,
            });
        }
    };
    let held = non_inferior(&paired, number(inputs, "margin"));
    json!({
        "mean_diff_new_minus_old": maybe(paired.difference.value()), "se": maybe(paired.se),
        "p_noninferior_new_not_worse_by_margin": defined(held.p_non_inferior), "p_tost": defined(held.p_equivalent),
        "ci90": ends(held.interval.ok()), "identical": paired.identical,
    })
}

fn multiple_testing(inputs: &Value) -> Value {
    let p: Vec<_> = cells(&inputs["p"]).into_iter().map(|p| p.ok_or(Undefined::Empty)).collect();
    let by = |adjustment| adjusted(&p, adjustment).into_iter().map(defined).collect::<Vec<_>>();
    json!({
        "holm": by(Adjustment::Holm), "bh": by(Adjustment::BenjaminiHochberg),
        "by": by(Adjustment::BenjaminiYekutieli), "bonferroni": by(Adjustment::Bonferroni),
    })
}

fn sample_size(inputs: &Value) -> Value {
    let get = |name: &str| number(inputs, name);
    let effect = planning::design_effect(get("mean_cluster_size"), get("icc"));
    let mean = planning::rows_for_mean(get("sd_nmse_points"), get("half_width"), get("conf"));
    let share = planning::rows_for_share(get("p_agree"), get("w_agree"), get("conf"));
    let against = planning::rows_for_non_inferiority(get("diff_sd"), get("margin"), get("power"));
    json!({
        "n_mean_ci": mean.ceil(), "deff": effect, "n_clustered_rows": (mean * effect).ceil(),
        "n_wilson": share, "n_noninferiority": against.ceil(),
        "n_ppi_infinite_bulk": (mean * planning::prediction_powered(get("rho_judge_human"))).ceil(),
        "sd_worstcase_for_nmse10": planning::worst_sd(10.0),
    })
}

fn neyman_allocation(inputs: &Value) -> Value {
    let strata: Vec<Stratum> = numbers(&inputs["W"])
        .into_iter()
        .zip(numbers(&inputs["sd"]))
        .map(|(share, sd)| Stratum { share, sd })
        .collect();
    let whole = |name: &str| inputs[name].as_u64().unwrap();
    let rows = neyman(&strata, whole("budget"), whole("min_per_stratum"));
    json!({ "n": rows.map_or_else(|| defined(Err(Undefined::ZeroVariance)), |rows| json!(rows)) })
}

/// The functions are named by key, `function_argument`, the argument being the first one or missing.
fn special_functions(inputs: &Value) -> Value {
    let of = |key: &str, list: &Value| -> Value {
        let (function, fixed) = key.rsplit_once('_').unwrap();
        let fixed = fixed.trim_start_matches('p').parse::<f64>();
        each(list, |arguments| {
            let at = |i: usize| arguments[i].as_f64().unwrap();
            let one = || arguments.as_f64().unwrap();
            json!(match (function, fixed.clone()) {
                ("beta_ppf", Ok(p)) => numerics::beta_quantile(p, at(0), at(1)),
                ("binom_cdf", Ok(p)) => numerics::binomial_cdf(at(1) as u64, at(0) as u64, p),
                ("t_ppf", Ok(p)) => numerics::t_quantile(p, one()),
                ("t_cdf", Ok(t)) => numerics::t_cdf(t, one()),
                ("f_ppf", Ok(p)) => numerics::f_quantile(p, at(0), at(1)),
                ("norm", Err(_)) if key.ends_with("ppf") => numerics::normal_quantile(one()),
                ("norm", Err(_)) if key.ends_with("cdf") => numerics::normal_cdf(one()),
                _ => panic!("no function `{key}`"),
            })
        })
    };
    inputs.as_object().unwrap().iter().map(|(key, list)| (key.clone(), of(key, list))).collect()
}
