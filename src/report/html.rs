//! The audit as one self-contained HTML file: nothing is loaded, it prints, it is readable without scripts.
//!
//! Askama escapes every value; the exceptions (`|safe`) are our own style sheet, script and drawings, and the data
//! island, which `island` makes safe. As a second wall a Content-Security-Policy lets nothing load and runs no script
//! but ours, by its hash: text that broke out would still be dead. Styles may be inline, for the page is one file.

use super::figures::{Unit, count, plural};
use super::island::{direction_class, island};
use super::measures::{
    Role, Yardstick, among_people, controls, measures, people, provenance, reach, scaling, simulated, verdict, worst,
};
use super::svg::{self, Axis};
use crate::audit::{Audit, Disagreement, DisagreementGroup, JudgeAudit, Panel, Slice, Standing};
use crate::domain::{Figure, Scale};
use askama::Template;

const STYLE: &str = include_str!("templates/report.css");
pub(super) const SCRIPT: &str = include_str!("templates/report.js");

/// SHA-256 of `SCRIPT` in base 64; a test keeps it true.
pub(super) const SCRIPT_HASH: &str = "DuIdPLWTRSpyUMC/wHuzThspOvv8Qg0nL6ilFfuCu80=";

/// Disagreements in the page itself, for readers without scripts and for the first look.
const FIRST: usize = 50;

/// Groups of disagreements shown.
const GROUPS: usize = 12;

/// Renders `audit`.
pub fn html(audit: &Audit) -> String {
    let judges: Vec<Section<'_>> = audit.judges.iter().enumerate().map(|(i, j)| section(audit, i, j)).collect();
    let page = Page {
        style: STYLE,
        script: SCRIPT,
        hash: SCRIPT_HASH,
        title: match audit.judges.as_slice() {
            [one] => format!("{}: judge audit", one.name),
            many => format!("{} judges: audit", many.len()),
        },
        scaling: scaling(audit.scale),
        people: if audit.judges.is_empty() { among_people(audit) } else { Vec::new() },
        comparison: comparison(audit),
        version: env!("CARGO_PKG_VERSION"),
        scale: audit.scale.to_string(),
        judges,
    };
    page.render().expect("rendering into memory cannot fail")
}

#[derive(Template)]
#[template(path = "audit.html")]
struct Page<'a> {
    style: &'static str,
    script: &'static str,
    hash: &'static str,
    title: String,
    scaling: String,
    scale: String,
    /// Shown when no judge is audited.
    people: Vec<(&'static str, String)>,
    comparison: Option<Chart<'a>>,
    judges: Vec<Section<'a>>,
    version: &'static str,
}

struct Section<'a> {
    id: String,
    judge: &'a JudgeAudit,
    simulated: &'static str,
    verdict: String,
    /// The verdict is the title of the page when it is the only one.
    heading: &'static str,
    tone: &'static str,
    nmse: String,
    interval: String,
    /// What never leaves the headline's side.
    beside: Vec<(&'static str, String)>,
    against_gold: Chart<'a>,
    against_person: Chart<'a>,
    numbers: Vec<[String; 4]>,
    n: String,
    distribution: String,
    ratings: Vec<String>,
    confusion: Vec<HeatRow>,
    judge_totals: Vec<String>,
    bias: Chart<'a>,
    slices: Chart<'a>,
    groups: Vec<GroupRow>,
    first: Vec<Item<'a>>,
    disagreements: String,
    island: String,
    provenance: Vec<(&'static str, String)>,
}

impl Section<'_> {
    /// The model, where the judge's name does not say it already.
    fn other_model(&self) -> Option<&str> {
        self.judge.model.as_deref().filter(|model| !self.judge.name.contains(model))
    }
}

/// A dot plot with its names and numbers.
struct Chart<'a> {
    rows: Vec<DotRow<'a>>,
    ticks: String,
}

struct DotRow<'a> {
    name: String,
    note: String,
    class: &'a str,
    drawing: String,
    value: String,
    interval: String,
    small: bool,
}

struct HeatRow {
    rating: String,
    cells: Vec<HeatCell>,
    total: String,
}

struct HeatCell {
    count: String,
    class: String,
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

struct Item<'a> {
    row: &'a Disagreement,
    class: &'static str,
    gap: String,
    said: String,
    query: &'a str,
}

fn section<'a>(audit: &Audit, index: usize, judge: &'a JudgeAudit) -> Section<'a> {
    let (scale, panel) = (audit.scale, &judge.panel);
    let yardsticks = (controls(panel), people(panel));
    let axis = Axis::from_zero(reach(yardsticks.0.iter().chain(&yardsticks.1).map(|y| y.figure)));
    let ratings: Vec<String> = scale.ratings().map(|r| r.to_string()).collect();
    let names: Vec<String> = ratings.iter().cloned().chain(["malformed".to_owned()]).collect();
    let (human_totals, judge_totals) = (panel.confusion.human_totals(), panel.confusion.judge_totals());
    Section {
        id: format!("judge-{index}"),
        judge,
        simulated: simulated(judge),
        verdict: verdict(judge.standing),
        heading: if audit.judges.len() > 1 { "h2" } else { "h1" },
        tone: match judge.standing {
            Standing::NoBetterThanConstant | Standing::Unknown => "bad",
            Standing::AmongPeople => "good",
            Standing::BelowPeople | Standing::BetterThanConstant => "fair",
        },
        nmse: panel.nmse.value().map_or("–".to_owned(), |v| format!("{v:.1}")),
        interval: panel.nmse.interval().map_or(String::new(), |i| format!("{:.1} to {:.1}", i.low, i.high)),
        beside: beside(panel),
        against_gold: yardstick_chart(axis, yardsticks.0),
        against_person: yardstick_chart(axis, yardsticks.1),
        numbers: measures(panel)
            .into_iter()
            .map(|m| [m.name.to_owned(), m.unit.value(m.figure), m.unit.interval(m.figure), m.meaning])
            .collect(),
        n: format!("{} of {}", plural(panel.n, "item", "items"), plural(panel.queries, "query", "queries")),
        distribution: svg::columns(&names, &human_totals, &judge_totals),
        confusion: heat(scale, panel, &human_totals),
        judge_totals: judge_totals.iter().map(|n| count(*n)).collect(),
        ratings,
        bias: bias_chart(&judge.slices),
        slices: slice_chart(judge),
        groups: group_rows(&judge.groups),
        first: judge.disagreements.iter().take(FIRST).map(item).collect(),
        disagreements: count(judge.disagreements.len() as u64),
        island: island(&judge.disagreements),
        provenance: provenance(&audit.humans, judge),
    }
}

fn beside(panel: &Panel) -> Vec<(&'static str, String)> {
    vec![
        ("items", count(panel.n)),
        ("queries", count(panel.queries)),
        ("malformed", Unit::Share.value(&panel.malformed.rate)),
        ("NMSE, readable", Unit::Nmse.value(&panel.nmse_valid)),
        ("bias", Unit::Signed.value(&panel.bias)),
        ("exact", Unit::Share.value(&panel.exact)),
        ("quadratic kappa", Unit::Coefficient.value(&panel.coefficients.kappa_quadratic)),
    ]
}

fn comparison(audit: &Audit) -> Option<Chart<'_>> {
    if audit.judges.len() < 2 {
        return None;
    }
    let axis = Axis::from_zero(reach(audit.judges.iter().map(|j| &j.panel.nmse)));
    let row = |judge: &JudgeAudit| {
        let panel = &judge.panel;
        let numbers = joined(&[
            format!("malformed {}", Unit::Share.value(&panel.malformed.rate)),
            format!("bias {}", Unit::Signed.value(&panel.bias)),
            format!("quadratic kappa {}", Unit::Coefficient.value(&panel.coefficients.kappa_quadratic)),
        ]);
        let note = format!("{} · {numbers}", judge.standing.name());
        dot_row(axis, judge.name.clone(), note, Role::Judge.class(), &panel.nmse, Unit::Nmse, None)
    };
    Some(Chart { rows: audit.judges.iter().map(row).collect(), ticks: svg::ticks(axis) })
}

/// Numbers in a row that breaks between them and never inside of one.
fn joined(numbers: &[String]) -> String {
    numbers.iter().map(|n| n.replace(' ', "\u{a0}")).collect::<Vec<_>>().join(" · ")
}

fn dot_row<'a>(
    axis: Axis,
    name: String,
    note: String,
    class: &'a str,
    figure: &Figure,
    unit: Unit,
    reference: Option<f64>,
) -> DotRow<'a> {
    let drawing = svg::dot(axis, figure, class, reference);
    let (value, interval) = match figure {
        Figure::Known(_) => (unit.value(figure), unit.interval(figure).replace(' ', "\u{a0}")),
        Figure::Undefined(reason) => ("undefined".to_owned(), reason.to_string()),
    };
    DotRow { name, note, class, drawing, value, interval, small: false }
}

fn yardstick_chart<'a>(axis: Axis, rows: Vec<Yardstick<'a>>) -> Chart<'a> {
    let row = |y: Yardstick<'a>| dot_row(axis, y.name, String::new(), y.role.class(), y.figure, Unit::Nmse, None);
    Chart { rows: rows.into_iter().map(row).collect(), ticks: svg::ticks(axis) }
}

/// Bias by human rating: a judge that squeezes everything into the middle slopes.
fn bias_chart(slices: &[Slice]) -> Chart<'_> {
    let gold: Vec<&Slice> = slices.iter().filter(|s| s.column == "gold").collect();
    let ends = gold.iter().flat_map(|s| {
        let interval = s.bias.interval().map(|i| [i.low, i.high]);
        s.bias.value().into_iter().chain(interval.into_iter().flatten())
    });
    let axis = Axis::around_zero(ends.map(f64::abs).fold(0.0, f64::max));
    let row = |s: &&Slice| {
        let name = format!("people say {}", s.value);
        let note = plural(s.n, "item", "items");
        DotRow { small: s.small, ..dot_row(axis, name, note, "judge", &s.bias, Unit::Signed, None) }
    };
    Chart { rows: gold.iter().map(row).collect(), ticks: svg::ticks(axis) }
}

fn slice_chart(judge: &JudgeAudit) -> Chart<'_> {
    let slices = worst(&judge.slices);
    let axis = Axis::from_zero(reach(slices.iter().map(|s| &s.nmse)));
    let row = |s: &&Slice| {
        let note = joined(&[
            plural(s.n, "item", "items"),
            format!("bias {}", Unit::Signed.value(&s.bias)),
            format!("exact {}", Unit::Share.value(&s.exact)),
            format!("malformed {}", Unit::Share.value(&s.malformed)),
        ]);
        let name = format!("{} = {}", s.column, s.value);
        DotRow { small: s.small, ..dot_row(axis, name, note, "judge", &s.nmse, Unit::Nmse, judge.panel.nmse.value()) }
    };
    Chart { rows: slices.iter().map(row).collect(), ticks: svg::ticks(axis) }
}

/// Shades of the heat map, from none to the fullest cell.
const SHADES: u64 = 8;

fn heat(scale: Scale, panel: &Panel, totals: &[u64]) -> Vec<HeatRow> {
    let most = panel.confusion.cells().iter().copied().max().unwrap_or(0).max(1);
    let cell = |i: usize, j: usize, n: u64| {
        let shade = (n * SHADES).div_ceil(most);
        let side = if j == scale.levels() {
            "heat-malformed"
        } else if i == j {
            "heat-same"
        } else {
            "heat-off"
        };
        HeatCell { count: count(n), class: format!("{side} shade-{shade}") }
    };
    let row = |(i, row): (usize, &[u64])| HeatRow {
        rating: scale.at(i).to_string(),
        cells: row.iter().enumerate().map(|(j, n)| cell(i, j, *n)).collect(),
        total: count(totals[i]),
    };
    panel.confusion.rows().enumerate().map(row).collect()
}

fn group_rows(groups: &[DisagreementGroup]) -> Vec<GroupRow> {
    let (all, sliced): (Vec<_>, Vec<_>) = groups.iter().partition(|g| g.slice.is_none());
    let shown: Vec<&DisagreementGroup> = all.into_iter().take(GROUPS).chain(sliced.into_iter().take(GROUPS)).collect();
    let row = |group: &&DisagreementGroup| GroupRow {
        direction: group.direction.name(),
        class: direction_class(group.direction),
        gap: super::disagreements::gap(group.direction, group.gap),
        slice: group.slice.as_ref().map_or("all items".to_owned(), |(column, value)| format!("{column} = {value}")),
        count: count(group.count),
        of: count(group.of),
        bar: svg::bar(group.count, group.of, direction_class(group.direction)),
    };
    shown.iter().map(row).collect()
}

fn item(row: &Disagreement) -> Item<'_> {
    Item {
        class: direction_class(row.direction),
        gap: super::disagreements::gap(row.direction, row.gap),
        said: row.judge.map_or("malformed".to_owned(), |r| r.to_string()),
        query: row.query.as_deref().or(row.query_id.as_deref()).unwrap_or_default(),
        row,
    }
}
