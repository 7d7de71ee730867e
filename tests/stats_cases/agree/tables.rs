//! Cases answered from the table human × judge and from scores.

use super::super::compare::defined;
use super::super::input::Datasets;
use super::rows::{Rows, counts};
use assessor::agreement::interval::proportion::{clopper_pearson_lower, clopper_pearson_upper, wilson};
use assessor::agreement::{
    Confusion, Defined, GroupMean, MalformedPolicy, Metric, Pair, PairCounts, Share, Weights, bias, brennan_prediger,
    cohen_kappa, cohen_kappa_error, cohen_kappa_valid, concordance, concordance_of_scores, distribution_distance,
    fisher_interval, gwet_ac, icc, krippendorff_alpha_of_table, macro_recall, mse_decomposition, nmse, pairs_by_group,
    pearson, pearson_of_scores, percent_agreement, precision, recall, spearman, spearman_of_scores,
};
use assessor::domain::Undefined;
use serde_json::{Map, Value, json};

const WEIGHTS: [(&str, Weights); 3] =
    [("none", Weights::None), ("linear", Weights::Linear), ("quadratic", Weights::Quadratic)];

pub fn answer(method: &str, inputs: &Value, data: &Datasets) -> Option<Value> {
    let rows = || Rows::of(inputs, data);
    Some(match method {
        "confusion" => confusion(&rows().table().unwrap()),
        "cohen_kappa" => kappas(&rows().table().unwrap(), cohen_kappa),
        "cohen_kappa_edges" => {
            let case = |case: &Value| {
                let mut case = case.clone();
                case["labels"] = inputs["labels"].clone();
                kappas(&Rows::of(&case, data).table().unwrap(), cohen_kappa)
            };
            inputs["cases"].as_array().unwrap().iter().map(case).collect()
        }
        "cohen_kappa_from_table" => kappa_errors(&counts(&inputs["table_rows_human"])),
        "cohen_kappa_malformed" => {
            let table = rows().table().unwrap();
            json!({ "as_worst_category": kappas(&table, cohen_kappa), "valid_only": kappas(&table, cohen_kappa_valid) })
        }
        "kappa_vs_ac1" => {
            let table = counts(&inputs["table"]);
            json!({
                "percent_agreement": defined(percent_agreement(&table)),
                "cohen_kappa": defined(cohen_kappa(&table, Weights::None)),
                "ac1": defined(gwet_ac(&table, Weights::None)),
                "bp": defined(brennan_prediger(&table, Weights::None)),
            })
        }
        "correlation" => correlation(&rows()),
        "somers_d_malformed" => {
            let rows = rows();
            let pairs = PairCounts::of_replies(&rows.human, &rows.judge).unwrap();
            if let Some(table) = rows.table() {
                assert_eq!(PairCounts::of(&table), pairs, "the table and the scores count the same pairs");
            }
            json!({
                "somers_d_pessimistic": defined(pairs.somers_d_pessimistic()),
                "human_untied_pairs_all_rows": pairs.human_untied() + pairs.malformed,
                "somers_d_valid": defined(pairs.somers_d()),
            })
        }
        "pearson_ci" => {
            let rows = rows();
            let ends = rows.scores().and_then(|scores| {
                fisher_interval(pearson_of_scores(&scores)?, scores.rows(), 0.95).map(|i| json!([i.low, i.high]))
            });
            json!({ "ci95": ends.unwrap_or_else(|reason| defined(Err(reason))) })
        }
        "within_query_ordering" => within(&rows(), inputs),
        "mse_decomposition" => decomposition(&rows()),
        "agreement_bundle" => bundle(&rows()),
        "bundle_large" => large(inputs),
        "distribution_distance" => {
            let rows = rows();
            let distance = rows.scores().and_then(|s| {
                distribution_distance(&s.human_marginal(), &s.judge_marginal(), rows.scale.1 - rows.scale.0)
            });
            match distance {
                Err(reason) => defined(Err(reason)),
                Ok(d) => json!({
                    "wasserstein1": d.wasserstein, "w1_normalised": d.wasserstein_normalised,
                    "js_divergence_bits": d.jensen_shannon_bits, "js_distance": d.jensen_shannon_distance(),
                    "tv": d.total_variation, "ks": d.kolmogorov_smirnov,
                }),
            }
        }
        _ => return None,
    })
}

fn kappas(table: &Confusion, kappa: fn(&Confusion, Weights) -> Defined) -> Value {
    WEIGHTS
        .into_iter()
        .map(|(name, weights)| (name.to_owned(), defined(kappa(table, weights))))
        .collect::<Map<_, _>>()
        .into()
}

fn kappa_errors(table: &Confusion) -> Value {
    let errors = |(name, weights): (&str, Weights)| {
        let answer = match cohen_kappa_error(table, weights) {
            Err(reason) => {
                let none = || defined(Err(reason));
                json!({ "kappa": none(), "se_fce1969": none(), "ci95_wald": none(), "se_null": none() })
            }
            Ok(error) => {
                let (low, high) = error.interval(0.95);
                json!({ "kappa": error.kappa, "se_fce1969": error.se, "ci95_wald": [low, high], "se_null": error.se_null })
            }
        };
        (name.to_owned(), answer)
    };
    WEIGHTS.into_iter().map(errors).collect::<Map<_, _>>().into()
}

fn confusion(table: &Confusion) -> Value {
    let levels = table.levels();
    let rows: Vec<&[u64]> = table.rows().map(|row| if table.malformed() == 0 { &row[..levels] } else { row }).collect();
    let ends = |method: fn(Share) -> (f64, f64)| {
        let share = |share: Share| match share.value() {
            Ok(_) => json!(<[f64; 2]>::from(method(share))),
            Err(reason) => defined(Err(reason)),
        };
        recall(table).into_iter().map(share).collect::<Value>()
    };
    json!({
        "confusion_rows_human_cols_judge": rows,
        "recall": recall(table).into_iter().map(|share| defined(share.value())).collect::<Value>(),
        "precision": precision(table).into_iter().map(|share| defined(share.value())).collect::<Value>(),
        "macro_recall": defined(macro_recall(table)),
        "recall_wilson95": ends(|s| wilson(s.hits as f64, s.of as f64, 0.95)),
        "recall_clopper_pearson95":
            ends(|s| (clopper_pearson_lower(s.hits, s.of, 0.025), clopper_pearson_upper(s.hits, s.of, 0.025))),
    })
}

fn correlation(rows: &Rows) -> Value {
    let (human, judge) = rows.valid();
    let pairs = PairCounts::of_scores(&human, &judge).unwrap();
    let scores = rows.scores().unwrap();
    let (r, rho) = match rows.table() {
        Some(table) => {
            assert_eq!(
                PairCounts { malformed: 0, ..PairCounts::of(&table) },
                pairs,
                "the table and the scores count the same pairs"
            );
            (pearson(&table), spearman(&table))
        }
        None => (pearson_of_scores(&scores), spearman_of_scores(&scores)),
    };
    json!({
        "concordant": pairs.concordant, "discordant": pairs.discordant,
        "tied_h_only": pairs.tied_human, "tied_j_only": pairs.tied_judge, "tied_both": pairs.tied_both,
        "tau_b": defined(pairs.tau_b()),
        "somers_d_j_given_h": defined(pairs.somers_d()),
        "somers_d_h_given_j": defined(pairs.somers_d_of_human()),
        "goodman_kruskal_gamma": defined(pairs.gamma()),
        "pair_order_accuracy_given_human_untied": defined(pairs.order_accuracy()),
        "pairwise_acc_with_ties": defined(pairs.accuracy_with_ties()),
        "pearson": defined(r), "spearman": defined(rho),
    })
}

fn within(rows: &Rows, inputs: &Value) -> Value {
    let groups: Vec<u32> = inputs["query"].as_array().unwrap().iter().map(|q| q.as_u64().unwrap() as u32).collect();
    let parts = pairs_by_group(&groups, &rows.human, &rows.judge).unwrap();
    let inside: PairCounts = parts.iter().copied().sum();
    let mean = GroupMean::of(&parts, PairCounts::tau_b);
    let pooled = PairCounts::of_replies(&rows.human, &rows.judge).unwrap();
    json!({
        "concordant": inside.concordant, "discordant": inside.discordant, "tied_j_only": inside.tied_judge,
        "within_query_somers_d": defined(inside.somers_d()), "pooled_somers_d": defined(pooled.somers_d()),
        "kendall_tau_b_within_group": defined(mean.mean), "groups_without_tau_b": mean.undefined,
    })
}

const DECOMPOSED: [&str; 14] = [
    "mse",
    "bias_sq",
    "spread_sq",
    "corr_part",
    "mse_shuffle",
    "qwk",
    "ccc_ddof0",
    "reliability_fixable",
    "refinement_unfixable",
    "mse_const_mean",
    "best_const_label",
    "mse_best_const",
    "skill_vs_mean",
    "skill_vs_best_const",
];

/// All of `fields`, undefined for one reason.
fn undefined(fields: &[&str], reason: Undefined) -> Value {
    fields.iter().map(|field| ((*field).to_owned(), defined(Err(reason)))).collect::<Map<_, _>>().into()
}

/// The labels of a scale of whole numbers.
fn labels(scale: (f64, f64)) -> Vec<f64> {
    (scale.0 as i64..=scale.1 as i64).map(|label| label as f64).collect()
}

fn decomposition(rows: &Rows) -> Value {
    let scores = rows.scores().unwrap();
    let parts = match mse_decomposition(&scores) {
        Ok(parts) => parts,
        Err(reason) => return undefined(&DECOMPOSED, reason),
    };
    let best = parts.best_constant(&labels(rows.scale)).unwrap();
    let qwk =
        rows.table().map_or_else(|| concordance_of_scores(&scores), |t| cohen_kappa_valid(&t, Weights::Quadratic));
    json!({
        "mse": parts.mse, "bias_sq": parts.bias_squared, "spread_sq": parts.spread_squared, "corr_part": parts.ordering,
        "mse_shuffle": parts.shuffled, "qwk": defined(qwk), "ccc_ddof0": defined(concordance_of_scores(&scores)),
        "reliability_fixable": parts.fixable, "refinement_unfixable": parts.unfixable,
        "mse_const_mean": parts.constant_mean, "best_const_label": best.0, "mse_best_const": best.1,
        "skill_vs_mean": defined(parts.skill_against(parts.constant_mean)),
        "skill_vs_best_const": defined(parts.skill_against(best.1)),
    })
}

fn bundle(rows: &Rows) -> Value {
    let table = rows.table().unwrap();
    let pairs = PairCounts::of(&table);
    let valid: Vec<Vec<Option<f64>>> =
        rows.human.iter().zip(&rows.judge).filter(|(_, j)| j.is_some()).map(|(h, j)| vec![Some(*h), *j]).collect();
    let icc = icc(&valid);
    let mut answer = decomposition(rows);
    let more = json!({
        "kappa_none": defined(cohen_kappa_valid(&table, Weights::None)),
        "kappa_linear": defined(cohen_kappa_valid(&table, Weights::Linear)),
        "kappa_quadratic": defined(cohen_kappa_valid(&table, Weights::Quadratic)),
        "ac2_quadratic": defined(gwet_ac(&table, Weights::Quadratic)),
        "alpha_ordinal": defined(krippendorff_alpha_of_table(&table, Metric::Ordinal)),
        "tau_b": defined(pairs.tau_b()), "spearman": defined(spearman(&table)), "pearson": defined(pearson(&table)),
        "somers_d_j_given_h": defined(pairs.somers_d()),
        "icc2": defined(icc.and_then(|icc| icc.agreement)), "icc3": defined(icc.and_then(|icc| icc.consistency)),
        "ccc_ddof0": defined(concordance(&table)),
    });
    answer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    answer
}

/// The stream of the generator that the case describes: SplitMix64.
fn split_mix(seed: u64) -> impl Iterator<Item = u64> {
    (1u64..).map(move |i| {
        let z = seed.wrapping_add(i.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    })
}

fn large(inputs: &Value) -> Value {
    let generator = inputs["generator"].as_str().unwrap();
    let seed = generator.split("seed=").nth(1).unwrap().split(|c: char| !c.is_ascii_digit()).next().unwrap();
    let seed: u64 = seed.parse().unwrap();
    let n = inputs["N"].as_u64().unwrap() as usize;
    if let Some(first) = inputs["first8_u64"].as_array() {
        let first: Vec<u64> = first.iter().map(|v| v.as_str().unwrap().parse().unwrap()).collect();
        assert_eq!(split_mix(seed).take(first.len()).collect::<Vec<_>>(), first);
    }
    let human = split_mix(seed)
        .take(n)
        .map(|x| [2_516_582, 6_710_886, 11_744_051, 15_099_494].iter().filter(|cut| **cut <= x >> 40).count() as i64);
    let step = |x: u64| match x >> 40 {
        y if y < 1_677_721 => Some(-1),
        y if y < 11_744_050 => Some(0),
        y if y < 15_099_493 => Some(1),
        y if y < 15_938_353 => Some(2),
        _ => None,
    };
    let steps = split_mix(seed).skip(n).map(step);
    let pair = |(human, step): (i64, Option<i64>)| Pair {
        group: 0,
        gold: human as u8,
        gold_mean: human as f64,
        judge: step.map(|step| (human + step).clamp(0, 4) as u8),
    };
    let pairs: Vec<Pair> = human.zip(steps).map(pair).collect();
    let table = Confusion::of(&pairs, 5);
    let order = PairCounts::of(&table);
    json!({
        "n": table.total(), "malformed": table.malformed(), "confusion_with_malformed_col": table,
        "nmse": nmse(&pairs, 5, MalformedPolicy::Full).value(),
        "nmse_valid": nmse(&pairs, 5, MalformedPolicy::ValidOnly).value(),
        "bias_valid": bias(&pairs, 5).value(),
        "qwk_valid": defined(cohen_kappa_valid(&table, Weights::Quadratic)),
        "kappa_valid": defined(cohen_kappa_valid(&table, Weights::None)),
        "tau_b_valid": defined(order.tau_b()), "spearman_valid": defined(spearman(&table)),
        "somers_d_j_given_h_valid": defined(order.somers_d()),
        "alpha_ordinal_valid": defined(krippendorff_alpha_of_table(&table, Metric::Ordinal)),
        "ac2_quadratic_valid": defined(gwet_ac(&table, Weights::Quadratic)),
    })
}
