//! Where the judge fails: slices against the rest, and groups of disagreements.

use super::chart::{Chart, DotRow, joined};
use crate::audit::{DisagreementGroup, JudgeAudit, Slice};
use crate::report::disagreements::gap;
use crate::report::figures::{Unit, count, p_value, plural, with_interval};
use crate::report::island::direction_class;
use crate::report::measures::{reach, worst};
use crate::report::svg::{self, Axis};
use askama::Template;

/// Groups of disagreements shown, over all items and by slice each.
const GROUPS: usize = 12;

/// The section.
#[derive(Template)]
#[template(path = "fails.html")]
pub(super) struct Fails<'a> {
    id: &'a str,
    slices: Chart,
    against_rest: Vec<Against>,
    groups: Vec<GroupRow>,
}

/// A slice against the rest.
struct Against {
    slice: String,
    small: bool,
    stands_out: bool,
    n: String,
    difference: String,
    p: String,
    detectable: String,
}

struct GroupRow {
    direction: &'static str,
    class: &'static str,
    gap: String,
    slice: String,
    count: String,
    of: String,
    bar: String,
}

pub(super) fn fails<'a>(id: &'a str, judge: &JudgeAudit) -> Fails<'a> {
    let slices = worst(&judge.slices);
    let axis = Axis::from_zero(reach(slices.iter().map(|s| &s.nmse)));
    let overall = judge.panel.nmse.value();
    Fails {
        id,
        slices: Chart::new("NMSE by slice", axis, slices.iter().map(|s| row(s, axis, overall)).collect()),
        against_rest: slices.iter().map(|s| against(s)).collect(),
        groups: group_rows(&judge.groups),
    }
}

fn row(slice: &Slice, axis: Axis, overall: Option<f64>) -> DotRow {
    let note = joined(&[
        plural(slice.n, "item", "items"),
        format!("bias {}", Unit::Signed.value(&slice.bias)),
        format!("exact {}", Unit::Share.value(&slice.exact)),
        format!("malformed {}", Unit::Share.value(&slice.malformed)),
    ]);
    let name = format!("{} = {}", slice.column, slice.value);
    let row = DotRow::new(axis, name, "judge", &slice.nmse, Unit::Nmse).note(note);
    DotRow { small: slice.small, drawing: svg::dot(axis, &slice.nmse, "judge", overall), ..row }
}

fn against(slice: &Slice) -> Against {
    let signed = match slice.against_rest.value() {
        Some(_) => with_interval(Unit::Signed, &slice.against_rest),
        None => "–".to_owned(),
    };
    Against {
        slice: format!("{} = {}", slice.column, slice.value),
        small: slice.small,
        stands_out: slice.stands_out(),
        n: count(slice.n),
        difference: signed,
        p: p_value(slice.p_adjusted),
        detectable: slice.detectable.map_or("–".to_owned(), |d| Unit::Nmse.write(d)),
    }
}

fn group_rows(groups: &[DisagreementGroup]) -> Vec<GroupRow> {
    let (all, sliced): (Vec<_>, Vec<_>) = groups.iter().partition(|g| g.slice.is_none());
    let shown = all.into_iter().take(GROUPS).chain(sliced.into_iter().take(GROUPS));
    let row = |group: &DisagreementGroup| GroupRow {
        direction: group.direction.name(),
        class: direction_class(group.direction),
        gap: gap(group.direction, group.gap),
        slice: group.slice.as_ref().map_or("all items".to_owned(), |(column, value)| format!("{column} = {value}")),
        count: count(group.count),
        of: count(group.of),
        bar: svg::bar(group.count, group.of, direction_class(group.direction)),
    };
    shown.map(row).collect()
}
