//! In the terminal.

use super::rows::{
    OVERVIEW, Step, beware, broken, earlier, is_go, map, next, overview, rows, rule, sentence, simpler, spent, stamp,
    stored, title, total, worth,
};
use super::searched::bought;
use crate::adapt::{Summary, Target};
use crate::report::plain::spaced;
use crate::report::style::{INDENT, TerminalOptions, Tone};

/// Renders what carrying a judge came to.
pub fn adaptation_terminal(summary: &Summary, options: &TerminalOptions) -> String {
    let mut out = String::new();
    if summary.targets.len() > 1 {
        let mut table = options.table(&OVERVIEW);
        for line in overview(summary) {
            let tone = |at: usize| (at == 1).then_some(if line[1] == "GO" { Tone::Good } else { Tone::Bad });
            table.add_row(line.iter().enumerate().map(|(at, text)| options.cell(&spaced(text), tone(at))));
        }
        out.push_str(&options.set(table, &[2, 3, 4, 5]));
        total(summary).iter().for_each(|text| out.push_str(&options.hanging("", &sentence(text))));
        out.push('\n');
    }
    let each: Vec<String> = summary.targets.iter().map(|one| target(summary, one, *options)).collect();
    out.push_str(&each.join("\n"));
    options.finish(out)
}

fn target(summary: &Summary, target: &Target, options: TerminalOptions) -> String {
    let tone = if is_go(target) && !target.terms_changed_after_look { Tone::Good } else { Tone::Bad };
    let mut out = format!("{}  {}\n", options.paint(&stamp(target), tone), spaced(&title(summary, target)));
    for reason in &target.reasons {
        out.push_str(&options.hanging(INDENT, &spaced(&sentence(reason))));
    }
    if let Some(found) = &target.adaptation {
        out.push('\n');
        let mut header = vec![""];
        header.extend(found.arms.iter().map(|arm| arm.role.name()));
        let mut table = options.table(&header);
        for row in rows(&found.arms) {
            let cells = std::iter::once(row.name).chain(row.cells.iter().map(String::as_str));
            table.add_row(cells.map(|text| options.cell(&spaced(text), None)));
        }
        out.push_str(&options.set(table, &(1..=found.arms.len()).collect::<Vec<_>>()));
    }
    out.push('\n');
    let mut field = |name: &str, text: &str| {
        out.push_str(&options.hanging(&format!("{INDENT}{name:<10}"), &spaced(text)));
    };
    for (at, text) in bought(target).iter().enumerate() {
        field(if at == 0 { "searched" } else { "" }, text);
    }
    for (at, text) in worth(target).iter().enumerate() {
        field(if at == 0 { "worth it" } else { "" }, text);
    }
    if let Some(text) = map(target) {
        field("map", &text);
    }
    if let Some(text) = simpler(target) {
        field("simpler", text);
    }
    if target.adaptation.is_some() {
        field("slices", &rule(summary));
    }
    if let Some(broken) = broken(target) {
        field("changed", &broken);
    }
    if let Some(text) = beware(summary, target) {
        field("beware", &text);
    }
    if let Some(text) = earlier(target) {
        field("earlier", &text);
    }
    field("spent", &spent(target));
    if let Some(text) = stored(target) {
        field("stored", &text);
    }
    for Step { does, text, is_command } in next(summary, target) {
        let first = format!("{INDENT}{does:<18}  ");
        // A command is copied as a whole.
        out.push_str(&if is_command { format!("{first}{text}\n") } else { options.hanging(&first, &text) });
    }
    out
}
