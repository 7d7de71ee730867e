//! The audit in a terminal: the verdict first, then what it is compared with, then what stands behind it.

use super::figures::{Unit, count, plural};
use super::measures::{
    Role, Yardstick, among_people, controls, cost, measures, people, ranking, reach, row_counts, scaling, simulated,
    verdict, worst,
};
use super::plain::{cut, plain};
use super::style::{INDENT, TerminalOptions, Tone};
use crate::audit::{Audit, JudgeAudit, Panel, Slice, Standing};
use crate::domain::{Figure, Scale};

/// Slices and groups shown; the rest is in the other formats.
const FEW: usize = 5;

/// Renders `audit`, every line within the terminal's width.
pub fn terminal(audit: &Audit, options: &TerminalOptions) -> String {
    let mut out = String::new();
    if audit.judges.is_empty() {
        out.push_str(&options.paint("People among themselves", Tone::Strong));
        out.push('\n');
        for (name, value) in among_people(audit) {
            out.push_str(&options.hanging(&format!("{INDENT}{name:<10}"), &plain(&value)));
        }
    }
    if audit.judges.len() > 1 {
        out.push_str(&options.paint(&format!("{} judges", audit.judges.len()), Tone::Strong));
        out.push('\n');
        out.push_str(&options.hanging(INDENT, &scaling(audit.scale)));
        out.push_str(&comparison(&audit.judges, *options));
        out.push('\n');
    }
    for (i, judge) in audit.judges.iter().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        one(audit, judge, *options, &mut out);
    }
    options.finish(out)
}

fn one(audit: &Audit, judge: &JudgeAudit, options: TerminalOptions, out: &mut String) {
    let panel = &judge.panel;
    let mut name = plain(&judge.name);
    if let Some(model) = judge.model.as_deref().filter(|m| !judge.name.contains(m)) {
        name = format!("{name} · {}", plain(model));
    }
    name.push_str(simulated(judge));
    out.push_str(&format!("{}\n", options.paint(&cut(&name, options.columns()), Tone::Dim)));
    out.push_str(&format!("{}\n", options.paint(&verdict(judge.standing), tone(judge.standing))));
    out.push_str(&options.hanging("", &plain(&judge.headline)));

    out.push_str(&options.title("Compared with what"));
    out.push_str(&options.hanging(INDENT, &scaling(audit.scale)));
    out.push_str(&yardsticks(panel, options));

    out.push_str(&options.title(&format!(
        "The numbers, over {} of {}",
        plural(panel.n, "item", "items"),
        plural(panel.queries, "query", "queries")
    )));
    out.push_str(&numbers(panel, options));
    for (name, value) in row_counts(panel) {
        out.push_str(&options.hanging(&format!("{INDENT}{name}: "), &value));
    }

    out.push_str(&options.title("How the judge uses the scale (rows: people, columns: judge)"));
    out.push_str(&confusion(audit.scale, panel, options));

    let worst: Vec<&Slice> = worst(&judge.slices).into_iter().filter(|s| !s.small).take(FEW).collect();
    if !worst.is_empty() {
        out.push_str(&options.title("Where it fails"));
        out.push_str(&slices(&worst, options));
    }
    if let Some(systems) = &judge.systems {
        out.push_str(&options.title("How systems rank, by people and by the judge"));
        for (name, value) in ranking(systems) {
            out.push_str(&options.hanging(&format!("{INDENT}{name:<14}"), &plain(&value)));
        }
    }
    if !judge.caveats.is_empty() {
        out.push_str(&options.title("Before you quote a number"));
        for caveat in &judge.caveats {
            out.push_str(&options.hanging("  · ", &plain(&caveat.text)));
        }
    }
    if !judge.advice.is_empty() {
        out.push_str(&options.title("What to do next"));
        for (i, advice) in judge.advice.iter().enumerate() {
            out.push_str(&options.hanging(&format!("  {}. ", i + 1), &plain(&advice.why)));
            if let Some(command) = &advice.command {
                // Not wrapped: a command that is broken over lines cannot be copied.
                out.push_str(&format!("     {}\n", options.paint(&plain(command), Tone::Strong)));
            }
        }
    }
    out.push_str(&options.title("Cost"));
    for (name, value) in cost(&panel.cost) {
        out.push_str(&options.hanging(&format!("{INDENT}{name:<9}"), &value));
    }
}

fn tone(standing: Standing) -> Tone {
    match standing {
        Standing::AmongPeople | Standing::BetterThanConstant | Standing::BelowPeople => Tone::Good,
        Standing::NoBetterThanConstant | Standing::Unknown => Tone::Bad,
    }
}

fn comparison(judges: &[JudgeAudit], options: TerminalOptions) -> String {
    let mut table = options.table(&["judge", "NMSE", "95 % interval", "malformed", "bias", "kappa (sq.)", "standing"]);
    for judge in judges {
        let panel = &judge.panel;
        table.add_row([
            options.cell(&cut(&plain(&judge.name), 24), Some(Tone::Strong)),
            options.cell(&Unit::Nmse.value(&panel.nmse), Some(tone(judge.standing))),
            options.cell(&Unit::Nmse.interval(&panel.nmse), None),
            options.cell(&Unit::Share.value(&panel.malformed.rate), None),
            options.cell(&Unit::Signed.value(&panel.bias), None),
            options.cell(&Unit::Coefficient.value(&panel.coefficients.kappa_quadratic), None),
            options.cell(judge.standing.name(), None),
        ]);
    }
    options.set(table, &[1, 2, 3, 4, 5])
}

/// The key picture: each NMSE with its interval on one axis from 0.
fn yardsticks(panel: &Panel, options: TerminalOptions) -> String {
    let (controls, people) = (controls(panel), people(panel));
    let end = reach(controls.iter().chain(&people).map(|y| y.figure));
    let mut out = String::new();
    for (group, rows) in [("against the gold", controls), ("against one person", people)] {
        out.push_str(&format!("{INDENT}{}\n", options.paint(group, Tone::Dim)));
        for row in &rows {
            out.push_str(&yardstick(row, end, options));
        }
    }
    out
}

/// Columns before the axis: name, value, interval.
const BEFORE_AXIS: usize = 54;

fn yardstick(row: &Yardstick<'_>, end: f64, options: TerminalOptions) -> String {
    let name = format!("{:<24}", row.name);
    if row.figure.value().is_none() {
        return options.hanging(&format!("{INDENT}{INDENT}{name}"), &Unit::Nmse.value(row.figure));
    }
    let (value, interval) = (Unit::Nmse.value(row.figure), Unit::Nmse.interval(row.figure));
    let axis = axis(row, end, options.columns().saturating_sub(BEFORE_AXIS));
    let painted = match row.role {
        Role::Judge => options.paint(&axis, Tone::Good),
        Role::People => options.paint(&axis, Tone::Bad),
        Role::Part | Role::Control => axis,
    };
    format!("{INDENT}{INDENT}{name}{value:>6}  {interval:<16}  {painted}").trim_end().to_owned() + "\n"
}

fn axis(row: &Yardstick<'_>, end: f64, columns: usize) -> String {
    // A narrow terminal has the numbers; an axis of a few columns would mislead.
    if columns < 12 || end <= 0.0 {
        return String::new();
    }
    let at = |value: f64| ((value / end) * (columns - 1) as f64).round() as usize;
    let mut cells = vec![' '; columns];
    if let Some(interval) = row.figure.interval() {
        let (low, high) = (at(interval.low), at(interval.high).min(columns - 1));
        cells[low..=high].fill('─');
        (cells[low], cells[high]) = ('├', '┤');
    }
    if let Some(value) = row.figure.value() {
        cells[at(value).min(columns - 1)] = if row.role == Role::Part { '○' } else { '●' };
    }
    cells.into_iter().collect::<String>().trim_end().to_owned()
}

fn numbers(panel: &Panel, options: TerminalOptions) -> String {
    let mut table = options.table(&["", "value", "95 % interval", ""]);
    for measure in measures(panel) {
        let value = match measure.figure {
            Figure::Known(_) => measure.unit.value(measure.figure),
            Figure::Undefined(_) => "undefined".to_owned(),
        };
        let meaning = match measure.figure {
            Figure::Known(_) => measure.meaning,
            undefined => measure.unit.value(undefined),
        };
        table.add_row([
            options.cell(measure.name, Some(Tone::Strong)),
            options.cell(&value, None),
            options.cell(&measure.unit.interval(measure.figure), None),
            options.cell(&meaning, Some(Tone::Dim)),
        ]);
    }
    options.set(table, &[1, 2])
}

fn confusion(scale: Scale, panel: &Panel, options: TerminalOptions) -> String {
    let mut header = vec!["people".to_owned()];
    header.extend(scale.ratings().map(|r| r.to_string()));
    header.extend(["malformed".to_owned(), "all".to_owned()]);
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let mut table = options.table(&header);
    let totals = panel.confusion.human_totals();
    for ((i, row), total) in panel.confusion.rows().enumerate().zip(totals) {
        let mut cells = vec![options.cell(&scale.at(i).to_string(), Some(Tone::Dim))];
        for (j, n) in row.iter().enumerate() {
            let tone = if *n == 0 {
                Some(Tone::Dim)
            } else if i == j {
                Some(Tone::Good)
            } else {
                None
            };
            cells.push(options.cell(&if *n == 0 { "·".to_owned() } else { count(*n) }, tone));
        }
        cells.push(options.cell(&count(total), Some(Tone::Dim)));
        table.add_row(cells);
    }
    let mut last = vec![options.cell("all", Some(Tone::Dim))];
    last.extend(panel.confusion.judge_totals().iter().map(|n| options.cell(&count(*n), Some(Tone::Dim))));
    last.push(options.cell(&count(panel.n), Some(Tone::Dim)));
    table.add_row(last);
    let columns: Vec<usize> = (1..scale.levels() + 3).collect();
    options.set(table, &columns)
}

fn slices(worst: &[&Slice], options: TerminalOptions) -> String {
    let mut table = options.table(&["slice", "items", "NMSE", "95 % interval", "bias", "exact", "malformed"]);
    for slice in worst {
        let name = format!("{} = {}", plain(&slice.column), plain(&slice.value));
        table.add_row([
            options.cell(&cut(&name, 28), Some(Tone::Strong)),
            options.cell(&count(slice.n), None),
            options.cell(&Unit::Nmse.value(&slice.nmse), None),
            options.cell(&Unit::Nmse.interval(&slice.nmse), None),
            options.cell(&Unit::Signed.value(&slice.bias), None),
            options.cell(&Unit::Share.value(&slice.exact), None),
            options.cell(&Unit::Share.value(&slice.malformed), None),
        ]);
    }
    options.set(table, &[1, 2, 3, 4, 5, 6])
}
