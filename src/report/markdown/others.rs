//! Several judges in a table, and people without a judge.

use super::{code, code_cell, gates, prose};
use crate::audit::{Audit, Humans, JudgeAudit};
use crate::report::figures::{Unit, count, with_interval};
use crate::report::measures::{among_people, places, scaling};

/// Pairs of annotators shown.
const PAIRS: usize = 15;

pub(super) fn judges(audit: &Audit) -> String {
    let mut out = format!("## {} judges\n\n{}\n\n", audit.judges.len(), scaling(audit.scale));
    out.push_str("| Place | Judge | NMSE | 95 % interval | Malformed | Bias | Kappa (sq.) | Finding |\n|--:|---|--:|--:|--:|--:|--:|---|\n");
    let order = audit.leaderboard.iter().flat_map(|board| &board.places);
    for placed in order {
        let judge = &audit.judges[placed.judge];
        out.push_str(&format!("| {} | {} | {}\n", places(placed), code_cell(&judge.name), numbers(judge)));
    }
    out.push_str("\nA place is a range: judges that share one are not told apart by these items (paired, by query, p adjusted by Holm).\n\n");
    for judge in audit.judges.iter().filter(|j| !j.gates.is_empty()) {
        out.push_str(&format!("### {}\n\n{}", code(&judge.name), gates(judge)));
    }
    out
}

fn numbers(judge: &JudgeAudit) -> String {
    let panel = &judge.panel;
    format!(
        "{} | {} | {} | {} | {} | {} |",
        Unit::Nmse.value(&panel.nmse),
        Unit::Nmse.interval(&panel.nmse),
        Unit::Share.value(&panel.malformed.rate),
        Unit::Signed.value(&panel.bias),
        Unit::Coefficient.value(&panel.coefficients.kappa_quadratic),
        judge.diagnosis().name(),
    )
}

pub(super) fn people(audit: &Audit) -> String {
    let humans = &audit.humans;
    let mut out = "## People among themselves\n\n".to_owned();
    for (name, value) in among_people(audit) {
        out.push_str(&format!("- {name}: {}\n", prose(&value)));
    }
    out.push('\n');
    if humans.panel.is_empty() {
        return out;
    }
    out.push_str("| Agreement | Value |\n|---|--:|\n");
    for (name, figure) in [
        ("Alpha, ordinal", &humans.alpha_ordinal),
        ("Alpha, nominal", &humans.alpha_nominal),
        ("Alpha, interval", &humans.alpha_interval),
        ("Gwet’s AC2", &humans.ac2),
    ] {
        out.push_str(&format!("| {name} | {} |\n", Unit::Coefficient.value(figure)));
    }
    out.push_str(&format!("\nItems whose ratings are two or more points apart: {}\n\n", count(humans.far_apart)));
    out + &annotators(humans) + &pairs(humans)
}

fn annotators(humans: &Humans) -> String {
    let mut out =
        "| Annotator | Ratings | Severity | Noise | NMSE to the others | Alpha without |\n|---|--:|--:|--:|--:|--:|\n"
            .to_owned();
    for annotator in &humans.panel {
        out.push_str(&format!(
            "| {} | {} | {} | {} | {} | {} |\n",
            code_cell(&annotator.name),
            count(annotator.ratings),
            Unit::Signed.value(&annotator.severity),
            Unit::Points.value(&annotator.noise),
            with_interval(Unit::Nmse, &annotator.nmse_of_others),
            Unit::Coefficient.value(&annotator.alpha_without),
        ));
    }
    out + "\n"
}

fn pairs(humans: &Humans) -> String {
    if humans.pairs.is_empty() {
        return String::new();
    }
    let mut out = "| One | Other | Items | Kappa (sq.) |\n|---|---|--:|--:|\n".to_owned();
    for pair in humans.pairs.iter().take(PAIRS) {
        let (one, other) = (code_cell(&pair.names.0), code_cell(&pair.names.1));
        let kappa = Unit::Coefficient.value(&pair.kappa_quadratic);
        out.push_str(&format!("| {one} | {other} | {} | {kappa} |\n", count(pair.n)));
    }
    let rest = humans.pairs.len().saturating_sub(PAIRS);
    out + &if rest == 0 { "\n".to_owned() } else { format!("\n{rest} more pairs are in the report.\n\n") }
}
