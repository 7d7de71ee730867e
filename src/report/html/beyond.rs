//! What follows: what to do next and how many labels it takes, what the ratings of the bulk are worth, how systems rank.

use super::chart::{Chart, DotRow, Words};
use crate::audit::{Advice, Bulk, JudgeAudit, Systems};
use crate::domain::Scale;
use crate::report::brief::{bulk_facts, planned};
use crate::report::figures::{Unit, count};
use crate::report::measures::ranking;
use crate::report::plots;
use crate::report::svg::Axis;
use askama::Template;

/// Systems listed.
const LISTED: usize = 50;

/// The sections.
#[derive(Template)]
#[template(path = "next.html")]
pub(super) struct Next<'a> {
    id: &'a str,
    advice: Vec<Step<'a>>,
    planned: Vec<String>,
    bulk: Option<BulkPart>,
    systems: Option<SystemsPart<'a>>,
}

/// A next step.
pub(super) struct Step<'a> {
    pub why: Words,
    pub command: Option<&'a str>,
}

impl<'a> Step<'a> {
    pub fn new(advice: &'a Advice) -> Self {
        Self { why: Words::new(&advice.why), command: advice.command.as_deref() }
    }
}

struct BulkPart {
    chart: Chart,
    facts: Vec<(&'static str, String)>,
}

struct SystemsPart<'a> {
    facts: Vec<(&'static str, String)>,
    few: bool,
    drawing: String,
    rows: Vec<(&'a str, String, String, String)>,
    hidden: usize,
}

pub(super) fn next<'a>(id: &'a str, scale: Scale, judge: &'a JudgeAudit) -> Next<'a> {
    Next {
        id,
        advice: judge.advice.iter().map(Step::new).collect(),
        planned: planned(&judge.planning),
        bulk: judge.bulk.as_ref().map(|found| bulk(scale, found)),
        systems: judge.systems.as_ref().map(|found| systems(scale, found)),
    }
}

fn bulk(scale: Scale, bulk: &Bulk) -> BulkPart {
    let axis = Axis::between(scale.min().value() as f64, scale.max().value() as f64);
    let row = |name: &str, class, figure| DotRow::new(axis, name.to_owned(), class, figure, Unit::Points);
    let rows = vec![
        row("mean of the judge", "control", &bulk.raw_mean),
        row("corrected, prediction-powered", "judge", &bulk.ppi),
        row("corrected by rating of the judge", "judge", &bulk.poststratified),
    ];
    BulkPart { chart: Chart::new("Mean rating of the bulk", axis, rows), facts: bulk_facts(bulk) }
}

fn systems(scale: Scale, found: &Systems) -> SystemsPart<'_> {
    let points = |mean| Unit::Points.write(mean);
    let rows = found.means.iter().take(LISTED);
    SystemsPart {
        facts: ranking(found),
        few: found.few,
        drawing: plots::scatter(scale, found.means.iter().map(|m| (m.human, m.judge))),
        rows: rows.map(|m| (m.system.as_str(), count(m.n), points(m.human), points(m.judge))).collect(),
        hidden: found.means.len().saturating_sub(LISTED),
    }
}
