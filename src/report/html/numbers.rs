//! What the judge is held against, and all its numbers with intervals.

use super::chart::{Chart, DotRow};
use crate::audit::Panel;
use crate::report::figures::{Unit, plural};
use crate::report::measures::{Yardstick, controls, people, reach};
use crate::report::panels::{bounds, groups};
use crate::report::svg::Axis;
use askama::Template;

/// The two sections.
#[derive(Template)]
#[template(path = "numbers.html")]
pub(super) struct Numbers<'a> {
    id: &'a str,
    against_gold: Chart,
    against_person: Chart,
    over: String,
    groups: Vec<Group>,
    bounds: Vec<(&'static str, String, &'static str)>,
    binarised: Vec<[String; 3]>,
    design: String,
}

struct Group {
    title: &'static str,
    note: &'static str,
    rows: Vec<[String; 4]>,
}

pub(super) fn numbers<'a>(id: &'a str, panel: &Panel) -> Numbers<'a> {
    let yardsticks = (controls(panel), people(panel));
    let axis = Axis::from_zero(reach(yardsticks.0.iter().chain(&yardsticks.1).map(|y| y.figure)));
    let chart = |label, rows: Vec<Yardstick<'_>>| {
        let row = |y: Yardstick<'_>| DotRow::new(axis, y.name, y.role.class(), y.figure, Unit::Nmse);
        Chart::new(label, axis, rows.into_iter().map(row).collect())
    };
    let coefficient = |figure| Unit::Coefficient.value(figure);
    Numbers {
        id,
        against_gold: chart("NMSE against the gold", yardsticks.0),
        against_person: chart("NMSE against one person", yardsticks.1),
        over: format!("{} of {}", plural(panel.n, "item", "items"), plural(panel.queries, "query", "queries")),
        groups: groups(panel)
            .into_iter()
            .map(|group| Group {
                title: group.title,
                note: group.note,
                rows: group
                    .measures
                    .into_iter()
                    .map(|m| [m.name.into(), m.unit.value(m.figure), m.unit.interval(m.figure), m.meaning])
                    .collect(),
            })
            .collect(),
        bounds: bounds(panel),
        binarised: panel
            .binarised
            .iter()
            .map(|(cut, of)| [cut.replace(">=", "at least "), coefficient(&of.kappa), coefficient(&of.alpha)])
            .collect(),
        design: coefficient(&panel.design_effect),
    }
}
