//! Agreement and order as coefficients of the table, all with intervals from one bootstrap.

use super::interval::{Resampling, bca};
use super::{
    Confusion, Defined, Metric, Pair, PairCounts, Weights, cohen_kappa, gwet_ac, krippendorff_alpha_of_table, pearson,
    spearman,
};
use crate::domain::{Estimate, Figure};
use serde::Serialize;

/// Coefficients of the table human × judge. Kappas count a malformed reply as one more category that disagrees with every
/// rating, `somers_d_pessimistic` counts its pairs as not concordant; the others are over valid rows, never to be read
/// without the malformed rate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Coefficients {
    /// Cohen's kappa.
    pub kappa: Figure,
    /// Linear weights.
    pub kappa_linear: Figure,
    /// Quadratic weights.
    pub kappa_quadratic: Figure,
    /// Gwet's AC2, quadratic weights.
    pub ac2: Figure,
    /// Krippendorff's alpha, any disagreement the same.
    pub alpha_nominal: Figure,
    /// By rank.
    pub alpha_ordinal: Figure,
    /// By squared distance.
    pub alpha_interval: Figure,
    /// Spearman's ρ.
    pub spearman: Figure,
    /// Kendall's τ_b over all items.
    pub kendall_tau_b: Figure,
    /// Somers' D of the judge given people.
    pub somers_d: Figure,
    /// The same, pairs with a malformed reply not concordant.
    pub somers_d_pessimistic: Figure,
    /// Pearson's r.
    pub pearson: Figure,
}

/// How many there are.
const COUNT: usize = 12;

fn points(table: &Confusion) -> [Defined; COUNT] {
    let pairs = PairCounts::of(table);
    [
        cohen_kappa(table, Weights::None),
        cohen_kappa(table, Weights::Linear),
        cohen_kappa(table, Weights::Quadratic),
        gwet_ac(table, Weights::Quadratic),
        krippendorff_alpha_of_table(table, Metric::Nominal),
        krippendorff_alpha_of_table(table, Metric::Ordinal),
        krippendorff_alpha_of_table(table, Metric::Interval),
        spearman(table),
        pairs.tau_b(),
        pairs.somers_d(),
        pairs.somers_d_pessimistic(),
        pearson(table),
    ]
}

/// Computes all of them, with BCa intervals over queries.
pub fn coefficients(pairs: &[Pair], levels: usize, how: &Resampling) -> Coefficients {
    let groups = Confusion::by_group(pairs, levels);
    let table = Confusion::of(pairs, levels);
    let (n, queries) = (table.total(), groups.len() as u64);
    let mut values = points(&table).into_iter();
    let mut intervals = bca(&groups, points, how).into_iter();
    let mut next = || match (values.next().expect("one value each"), intervals.next().expect("one interval each")) {
        (Ok(value), interval) => Figure::Known(Estimate { value, interval: interval.ok(), n, groups: queries }),
        (Err(reason), _) => reason.into(),
    };
    Coefficients {
        kappa: next(),
        kappa_linear: next(),
        kappa_quadratic: next(),
        ac2: next(),
        alpha_nominal: next(),
        alpha_ordinal: next(),
        alpha_interval: next(),
        spearman: next(),
        kendall_tau_b: next(),
        somers_d: next(),
        somers_d_pessimistic: next(),
        pearson: next(),
    }
}

impl Coefficients {
    /// The coefficient with this field name.
    pub fn named(&self, name: &str) -> Option<&Figure> {
        Some(match name {
            "kappa" => &self.kappa,
            "kappa_linear" => &self.kappa_linear,
            "kappa_quadratic" => &self.kappa_quadratic,
            "ac2" => &self.ac2,
            "alpha_nominal" => &self.alpha_nominal,
            "alpha_ordinal" => &self.alpha_ordinal,
            "alpha_interval" => &self.alpha_interval,
            "spearman" => &self.spearman,
            "kendall_tau_b" => &self.kendall_tau_b,
            "somers_d" => &self.somers_d,
            "somers_d_pessimistic" => &self.somers_d_pessimistic,
            "pearson" => &self.pearson,
            _ => return None,
        })
    }
}
