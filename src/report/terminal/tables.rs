//! The tables of one judge's audit in a terminal.

use crate::audit::{Panel, Slice};
use crate::domain::{Figure, Scale};
use crate::report::figures::{Unit, count, p_value};
use crate::report::measures::{Role, Yardstick, controls, measures, people, reach};
use crate::report::plain::{cut, plain};
use crate::report::style::{INDENT, TerminalOptions, Tone};

/// The key picture: each NMSE with its interval on one axis from 0.
pub(super) fn yardsticks(panel: &Panel, options: TerminalOptions) -> String {
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

pub(super) fn numbers(panel: &Panel, options: TerminalOptions) -> String {
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

pub(super) fn confusion(scale: Scale, panel: &Panel, options: TerminalOptions) -> String {
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

/// Slices, each beside the rest; those that differ beyond chance stand out.
pub(super) fn slices(worst: &[&Slice], options: TerminalOptions) -> String {
    let mut table = options.table(&["slice", "items", "NMSE", "95 % interval", "− rest", "p"]);
    for slice in worst {
        let name = format!("{} = {}", plain(&slice.column), plain(&slice.value));
        let tone = slice.stands_out().then_some(Tone::Strong);
        let rest = slice.against_rest.value().map_or("–".to_owned(), |d| Unit::Signed.write(d));
        table.add_row([
            options.cell(&cut(&name, 28), Some(Tone::Strong)),
            options.cell(&count(slice.n), None),
            options.cell(&Unit::Nmse.value(&slice.nmse), None),
            options.cell(&Unit::Nmse.interval(&slice.nmse), None),
            options.cell(&rest, tone),
            options.cell(&p_value(slice.p_adjusted), tone),
        ]);
    }
    options.set(table, &[1, 2, 3, 4, 5])
}
