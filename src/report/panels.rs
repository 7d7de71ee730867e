//! All numbers of the panel, grouped by what they answer; `measures` has the few that every face shows.

use super::figures::{Unit, plural};
use super::measures::Measure;
use crate::audit::Panel;

/// Numbers that answer one question.
pub(super) struct Group<'a> {
    pub title: &'static str,
    pub note: &'static str,
    pub measures: Vec<Measure<'a>>,
}

/// The whole panel.
pub(super) fn groups(panel: &Panel) -> Vec<Group<'_>> {
    vec![error(panel), same(panel), beyond_chance(panel), order(panel)]
}

fn error(panel: &Panel) -> Group<'_> {
    let of = |name, figure, unit, meaning: String| Measure { name, figure, unit, meaning };
    let readable = format!("on {}", plural(panel.n_rated, "readable reply", "readable replies"));
    let unread = format!("{} of {} replies", panel.malformed.count, panel.n);
    Group {
        title: "How far off?",
        note: "",
        measures: vec![
            of("NMSE", &panel.nmse, Unit::Nmse, "a malformed reply costs 100".into()),
            of("NMSE, readable", &panel.nmse_valid, Unit::Nmse, readable),
            of(
                "NMSE, row-worst",
                &panel.nmse_row_worst,
                Unit::Nmse,
                "a malformed reply costs the largest error its item allows".into(),
            ),
            of("Malformed", &panel.malformed.rate, Unit::Share, unread),
            of("Bias", &panel.bias, Unit::Signed, "points; above 0 is lenient".into()),
            of("Mean error", &panel.mae, Unit::Points, "points, in either direction".into()),
            of("Skill", &panel.controls.skill, Unit::Coefficient, "1 perfect, 0 a constant judge".into()),
        ],
    }
}

fn same(panel: &Panel) -> Group<'_> {
    let of = |name, figure, meaning: &str| Measure { name, figure, unit: Unit::Share, meaning: meaning.into() };
    Group {
        title: "How often the same?",
        note: "Easy to read and easy to fool: on skewed ratings a constant judge is often right.",
        measures: vec![
            of("Exact", &panel.exact, "same rating as people"),
            of("Within one", &panel.adjacent, "at most one point away"),
        ],
    }
}

fn beyond_chance(panel: &Panel) -> Group<'_> {
    let of = |name, figure, meaning: &str| Measure { name, figure, unit: Unit::Coefficient, meaning: meaning.into() };
    let c = &panel.coefficients;
    Group {
        title: "How much beyond chance?",
        note: "1 is full agreement, 0 what chance would give. Kappa counts a malformed reply as disagreement and falls with skewed ratings; AC2 and alpha are over readable replies.",
        measures: vec![
            of("Kappa", &c.kappa, "hit or miss"),
            of("Kappa, linear", &c.kappa_linear, "misses by distance"),
            of("Kappa, quadratic", &c.kappa_quadratic, "misses by squared distance"),
            of("Gwet’s AC2", &c.ac2, "squared distance; steady on skewed ratings"),
            of("Alpha, nominal", &c.alpha_nominal, "Krippendorff; hit or miss"),
            of("Alpha, ordinal", &c.alpha_ordinal, "Krippendorff; by rank"),
            of("Alpha, interval", &c.alpha_interval, "Krippendorff; squared distance"),
        ],
    }
}

fn order(panel: &Panel) -> Group<'_> {
    let of = |name, figure, meaning: &str| Measure { name, figure, unit: Unit::Coefficient, meaning: meaning.into() };
    let c = &panel.coefficients;
    Group {
        title: "How well in order?",
        note: "Blind to lenience and compression; readable replies unless it says otherwise. A ranker only sees the order within a query.",
        measures: vec![
            of("Somers’ D", &c.somers_d, "of pairs that people tell apart; the one to gate on"),
            of("Somers’ D, pessimistic", &c.somers_d_pessimistic, "a malformed reply orders nothing"),
            of("Somers’ D, in queries", &panel.somers_d_within_group, "pairs within a query only"),
            of("Tau-b", &c.kendall_tau_b, "Kendall; rewards a coarse scale"),
            of("Tau-b, in queries", &panel.kendall_tau_b_within_group, "mean over the queries that have it"),
            of("Spearman", &c.spearman, "correlation of ranks"),
            of("Pearson", &c.pearson, "correlation of ratings"),
        ],
    }
}

/// One-sided bounds that hold at any sample size, as name, value and meaning.
pub(super) fn bounds(panel: &Panel) -> Vec<(&'static str, String, &'static str)> {
    let bounds = panel.bounds;
    let row = |name, sign: &str, unit: Unit, bound: Option<f64>, how| {
        bound.map(|bound| (name, format!("{sign} {}", unit.write(bound)), how))
    };
    let rows = [
        row("NMSE", "≤", Unit::Nmse, bounds.nmse_upper, "Hoeffding–Bentkus"),
        row("Malformed", "≤", Unit::Share, bounds.malformed_upper, "Clopper–Pearson"),
        row("Exact", "≥", Unit::Share, bounds.exact_lower, "Clopper–Pearson"),
        row("Within one", "≥", Unit::Share, bounds.adjacent_lower, "Clopper–Pearson"),
    ];
    rows.into_iter().flatten().collect()
}
