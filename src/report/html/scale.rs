//! How the judge uses the scale: who says what how often, what people mean by it, what of the error is lenience,
//! compression or order.

use super::chart::{Chart, DotRow, Segment, Stack};
use crate::audit::{JudgeAudit, JudgeLevel, Panel, Remedy, Slice, Spread, ValueStep};
use crate::domain::Scale;
use crate::report::figures::{Unit, count, plural, with_interval};
use crate::report::measures::flag;
use crate::report::plots::{self, Mark};
use crate::report::svg::{self, Axis};
use askama::Template;

/// The section.
#[derive(Template)]
#[template(path = "scale.html")]
pub(super) struct Use<'a> {
    id: &'a str,
    distribution: String,
    heat: Heat,
    flags: Vec<(&'static str, &'static str)>,
    levels: Vec<[String; 4]>,
    remedy: Option<String>,
    real: bool,
    calibration: String,
    parts: Option<Stack>,
    facts: Vec<(&'static str, String)>,
    usage: Vec<[String; 3]>,
    bias: Chart,
}

/// The confusion matrix as a heat map.
#[derive(Template)]
#[template(path = "heat.html")]
pub(super) struct Heat {
    ratings: Vec<String>,
    rows: Vec<HeatRow>,
    totals: Vec<String>,
    n: String,
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

pub(super) fn use_of_scale<'a>(id: &'a str, scale: Scale, judge: &JudgeAudit) -> Use<'a> {
    let (panel, spread) = (&judge.panel, &judge.spread);
    let names: Vec<String> = scale.ratings().map(|r| r.to_string()).chain(["malformed".to_owned()]).collect();
    let (human_totals, judge_totals) = (panel.confusion.human_totals(), panel.confusion.judge_totals());
    Use {
        id,
        distribution: svg::columns(&names, &human_totals, &judge_totals),
        heat: heat(scale, panel),
        flags: spread.flags.iter().map(|f| flag(*f)).collect(),
        levels: levels(spread),
        remedy: remedy(judge),
        real: spread.real,
        calibration: plots::calibration(scale, &marks(spread)),
        parts: parts(spread),
        facts: facts(spread),
        usage: usage(spread),
        bias: bias(&judge.slices),
    }
}

/// What the judge says, how often, what people mean by it, and what the map makes of it; steps of the map where the judge
/// gives real values.
fn levels(spread: &Spread) -> Vec<[String; 4]> {
    let points = |value: f64| Unit::Points.write(value);
    let step = |s: &ValueStep| {
        let said = if s.low == s.high { points(s.low) } else { format!("{} to {}", points(s.low), points(s.high)) };
        [said, count(s.n), points(s.mapped), points(s.mapped)]
    };
    let level = |l: &JudgeLevel| [l.rating.to_string(), count(l.n), points(l.people), points(l.mapped)];
    if spread.by_value.is_empty() {
        spread.by_judge.iter().map(level).collect()
    } else {
        spread.by_value.iter().map(step).collect()
    }
}

/// The same as marks of a chart.
fn marks(spread: &Spread) -> Vec<Mark> {
    let level = |l: &JudgeLevel| Mark { said: l.rating.value() as f64, n: l.n, people: l.people, mapped: l.mapped };
    let step = |s: &ValueStep| Mark { said: f64::midpoint(s.low, s.high), n: s.n, people: s.mapped, mapped: s.mapped };
    if spread.by_value.is_empty() {
        spread.by_judge.iter().map(level).collect()
    } else {
        spread.by_value.iter().map(step).collect()
    }
}

/// What would help, and whether a map does.
fn remedy(judge: &JudgeAudit) -> Option<String> {
    let spread = &judge.spread;
    let (now, mapped) = (Unit::Nmse.value(&spread.nmse_now), Unit::Nmse.value(&spread.nmse_mapped));
    Some(match judge.remedy? {
        Remedy::Map => format!("A calibration map: fitted on other queries it brings NMSE from {now} to {mapped}."),
        Remedy::Demos if judge.says_one_thing() => {
            "No map can mend it: a map of one rating is one rating. Rated examples or another prompt may, then another model.".into()
        }
        Remedy::Demos => "Rated examples or another prompt; a map finds too little order to mend it.".into(),
        Remedy::Model => "Another model: no map can bring order into ratings that have none.".into(),
    })
}

/// Shades of the heat map, from none to the fullest cell.
const SHADES: u64 = 8;

pub(super) fn heat(scale: Scale, panel: &Panel) -> Heat {
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
    let totals = panel.confusion.human_totals();
    let row = |(i, row): (usize, &[u64])| HeatRow {
        rating: scale.at(i).to_string(),
        cells: row.iter().enumerate().map(|(j, n)| cell(i, j, *n)).collect(),
        total: count(totals[i]),
    };
    Heat {
        ratings: scale.ratings().map(|r| r.to_string()).collect(),
        rows: panel.confusion.rows().enumerate().map(row).collect(),
        totals: panel.confusion.judge_totals().into_iter().map(count).collect(),
        n: count(panel.n),
    }
}

fn parts(spread: &Spread) -> Option<Stack> {
    let parts = spread.parts?;
    let part = |class, name, points: f64| Segment { class, name, value: Unit::Nmse.write(points), grow: points };
    Some(Stack {
        segments: vec![
            part("bias", "lenience or severity: shift all ratings", parts.bias),
            part("spread", "squeezed or stretched: rescale them", parts.spread),
            part("ordering", "items in the wrong order: only a better judge helps", parts.ordering),
        ],
    })
}

fn facts(spread: &Spread) -> Vec<(&'static str, String)> {
    let slope = with_interval(Unit::Coefficient, &spread.calibration_slope);
    let mut facts = vec![
        ("Calibration slope", format!("{slope}; 1 is calibrated, above 1 squeezed, below 1 stretched")),
        (
            "Variance, judge to people",
            format!("{}; below 1 is no defect in itself", Unit::Coefficient.value(&spread.variance_ratio)),
        ),
        (
            "NMSE after recalibration",
            format!(
                "{}, or {} cut to whole ratings, where it is {} now; each item by a map that was fitted on other queries",
                Unit::Nmse.value(&spread.nmse_mapped),
                Unit::Nmse.value(&spread.nmse_cut),
                Unit::Nmse.value(&spread.nmse_now)
            ),
        ),
    ];
    if let Some(parts) = spread.parts {
        facts.push((
            "At most fixable",
            format!(
                "{} of these points, by a look-up table that is fitted to these very items",
                Unit::Nmse.write(parts.fixable)
            ),
        ));
    }
    if let Some(map) = &spread.applied_map {
        let (nmse, residual) = (with_interval(Unit::Nmse, &map.nmse), with_interval(Unit::Signed, &map.residual));
        facts.push(("With the given map", format!("NMSE {nmse}; people − map {residual}, 0 where it still holds")));
        facts.extend(map.stale.clone().map(|stale| ("Do not trust it", stale)));
    }
    facts
}

/// What is counted, of the judge, of people.
fn usage(spread: &Spread) -> Vec<[String; 3]> {
    let (Some(judge), Some(people)) = (&spread.judge, &spread.people) else { return Vec::new() };
    let share = |usage: &crate::audit::Usage| format!("{}, {}", usage.mode, Unit::Share.write(usage.mode_share));
    let mut rows = vec![
        ["Ratings used".into(), count(judge.levels_used), count(people.levels_used)],
        [
            "Worth as many equally frequent ones".into(),
            Unit::Points.write(judge.effective_levels),
            Unit::Points.write(people.effective_levels),
        ],
        ["Most frequent".into(), share(judge), share(people)],
    ];
    if let Some(apart) = spread.total_variation {
        rows.push(["Would have to move to be alike".into(), Unit::Share.write(apart), String::new()]);
    }
    rows
}

/// Bias by human rating: a judge that squeezes everything into the middle slopes.
fn bias(slices: &[Slice]) -> Chart {
    let gold: Vec<&Slice> = slices.iter().filter(|s| s.column == "gold").collect();
    let ends = gold.iter().flat_map(|s| {
        let interval = s.bias.interval().map(|i| [i.low, i.high]);
        s.bias.value().into_iter().chain(interval.into_iter().flatten())
    });
    let axis = Axis::around_zero(ends.map(f64::abs).fold(0.0, f64::max));
    let row = |s: &&Slice| {
        let name = format!("people say {}", s.value);
        let row = DotRow::new(axis, name, "judge", &s.bias, Unit::Signed);
        DotRow { small: s.small, ..row.note(plural(s.n, "item", "items")) }
    };
    Chart::new("Bias by gold rating", axis, gold.iter().map(row).collect())
}
