//! As Markdown (GitHub flavour).

use super::rows::{
    OVERVIEW, Step, beware, broken, earlier, map, next, overview, rows, rule, sentence, simpler, spent, stamp, stored,
    title, total, worth,
};
use super::searched::bought;
use crate::adapt::{Summary, Target};
use crate::report::markdown::{code, prose};

/// Renders what carrying a judge came to.
pub fn adaptation_markdown(summary: &Summary) -> String {
    let mut out = format!("## {} carried to {}\n\n", code(&summary.from.name), plural_models(summary));
    if summary.targets.len() > 1 {
        out.push_str(&table(&OVERVIEW.map(str::to_owned), overview(summary).iter().map(|line| line.to_vec())));
        total(summary).iter().for_each(|text| out.push_str(&format!("{}\n\n", prose(&sentence(text)))));
    }
    summary.targets.iter().for_each(|one| out.push_str(&target(summary, one)));
    out
}

fn plural_models(summary: &Summary) -> String {
    summary.targets.iter().map(|target| code(&target.model)).collect::<Vec<_>>().join(", ")
}

fn table(header: &[String], lines: impl Iterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.iter().map(|c| prose(c)).collect::<Vec<_>>().join(" | "));
    let mut out = line(header);
    out.push_str(&format!("|{}\n", "---|".repeat(header.len())));
    lines.for_each(|cells| out.push_str(&line(&cells)));
    out.push('\n');
    out
}

fn target(summary: &Summary, target: &Target) -> String {
    let mut out = format!("### {}: {}\n\n", stamp(target), prose(&title(summary, target)));
    target.reasons.iter().for_each(|reason| out.push_str(&format!("{} ", prose(&sentence(reason)))));
    out.push_str("\n\n");
    if let Some(found) = &target.adaptation {
        let mut header = vec![String::new()];
        header.extend(found.arms.iter().map(|arm| arm.role.name().to_owned()));
        let lines = rows(&found.arms)
            .into_iter()
            .map(|row| std::iter::once(row.name.trim().to_owned()).chain(row.cells).collect::<Vec<String>>());
        out.push_str(&table(&header, lines));
    }
    bought(target).iter().for_each(|text| out.push_str(&format!("- searched: {}\n", prose(text))));
    worth(target).iter().for_each(|text| out.push_str(&format!("- worth it: {}\n", prose(text))));
    map(target).iter().for_each(|text| out.push_str(&format!("- map: {}\n", prose(text))));
    simpler(target).iter().for_each(|text| out.push_str(&format!("- simpler: {}\n", prose(text))));
    if target.adaptation.is_some() {
        out.push_str(&format!("- slices: {}\n", prose(&rule(summary))));
    }
    broken(target).iter().for_each(|text| out.push_str(&format!("- changed: {}\n", prose(text))));
    beware(summary, target).iter().for_each(|text| out.push_str(&format!("- beware: {}\n", prose(text))));
    earlier(target).iter().for_each(|text| out.push_str(&format!("- earlier: {}\n", prose(text))));
    out.push_str(&format!("- spent: {}\n", prose(&spent(target))));
    stored(target).iter().for_each(|text| out.push_str(&format!("- stored: {}\n", prose(text))));
    for Step { does, text, is_command } in next(summary, target) {
        out.push_str(&format!("- {does}: {}\n", if is_command { code(&text) } else { prose(&text) }));
    }
    out.push('\n');
    out
}
