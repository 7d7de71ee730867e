//! The audit as one self-contained HTML file: nothing is loaded, it prints, it is readable without scripts.
//!
//! Askama escapes every value; the exceptions (`|safe`) are our own style sheet, script and drawings, the sections (which
//! are templates and escape for themselves), and the data islands, which `island` makes safe. As a second wall a
//! Content-Security-Policy lets nothing load and runs no script but ours, by its hash: text that broke out would still be
//! dead. Styles may be inline, for the page is one file.
//!
//! One file per section, with a template of the same name: `verdict` (the first ten seconds), `numbers`, `scale`,
//! `people`, `slices`, `beyond`, `differ`; `board` for several judges, `comparison` for a page of two, `optimization` for a run of an
//! optimiser (with `prompts` for what became of its text), `adaptation` for a judge carried to other models.

mod adaptation;
mod beyond;
mod board;
mod chart;
mod comparison;
mod differ;
mod numbers;
mod optimization;
mod people;
mod prompts;
mod scale;
mod slices;
mod verdict;

pub use adaptation::adaptation_html;
pub use comparison::comparison_html;
pub use optimization::optimization_html;

use crate::audit::{Audit, Caveat, JudgeAudit, Mistake};
use crate::domain::Figure;
use crate::report::brief::weighed;
use crate::report::measures::provenance;
use askama::Template;

const STYLE: &str = include_str!("../templates/report.css");
pub(super) const SCRIPT: &str = include_str!("../templates/report.js");

/// SHA-256 of `SCRIPT` in base 64; a test keeps it true.
pub(super) const SCRIPT_HASH: &str = "egYJ66I9Aa3TqosVc9YHaRuN+7fY47YNIIiuojEgbNk=";

/// How many disagreements of each judge are in the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Room {
    /// For the explorer.
    embedded: usize,
    /// As text, for readers without scripts and for the first look.
    as_text: usize,
}

/// One judge's page has them all up to a limit; a page of many judges is for their order, and shares a smaller one.
fn room(judges: usize) -> Room {
    match judges {
        0 | 1 => Room { embedded: 50_000, as_text: 50 },
        2..=8 => Room { embedded: 8_000 / judges, as_text: 10 },
        many => Room { embedded: (8_000 / many).max(20), as_text: 3 },
    }
}

/// Renders `audit`.
pub fn html(audit: &Audit) -> String {
    let room = room(audit.judges.len());
    let ids: Vec<String> = (0..audit.judges.len()).map(|i| format!("judge-{i}")).collect();
    let judged = || ids.iter().zip(&audit.judges);
    let page = Page {
        style: STYLE,
        script: SCRIPT,
        hash: SCRIPT_HASH,
        title: match audit.judges.as_slice() {
            [] => "People among themselves".to_owned(),
            [one] => format!("{}: judge audit", one.name),
            many => format!("{} judges: audit", many.len()),
        },
        board: board::board(audit),
        people: people::people(audit),
        judges: judged().map(|(id, judge)| section(audit, id, judge, room)).collect(),
        islands: judged().map(|(id, judge)| differ::island_of(id, judge, room)).collect(),
        version: env!("CARGO_PKG_VERSION"),
        scale: audit.scale.to_string(),
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
    board: Option<board::Board>,
    people: people::People,
    judges: Vec<Section<'a>>,
    islands: Vec<differ::Island>,
    version: &'static str,
    scale: String,
}

/// Everything about one judge.
struct Section<'a> {
    id: &'a str,
    name: &'a str,
    tone: &'static str,
    stamp: String,
    nmse: String,
    verdict: verdict::Verdict<'a>,
    numbers: numbers::Numbers<'a>,
    scale: scale::Use<'a>,
    replace: Option<people::Replace<'a>>,
    fails: slices::Fails<'a>,
    next: beyond::Next<'a>,
    warnings: Vec<Known>,
    notes: Vec<Known>,
    differ: differ::Differ<'a>,
    provenance: Vec<(&'static str, String)>,
}

/// A caveat.
struct Known {
    text: chart::Words,
    code: Mistake,
    source: Option<&'static str>,
}

impl Known {
    fn new(caveat: &Caveat) -> Self {
        Self { text: chart::Words::new(&caveat.text), code: caveat.code, source: caveat.source }
    }
}

fn section<'a>(audit: &'a Audit, id: &'a str, judge: &'a JudgeAudit, room: Room) -> Section<'a> {
    let (warnings, notes) = weighed(judge);
    let known = |caveats: Vec<&'a Caveat>| caveats.into_iter().map(Known::new).collect();
    Section {
        id,
        name: &judge.name,
        tone: verdict::tone(judge),
        stamp: verdict::stamp(judge),
        nmse: match &judge.panel.nmse {
            Figure::Known(nmse) => format!("NMSE {:.1}", nmse.value),
            Figure::Undefined(reason) => format!("NMSE undefined ({reason})"),
        },
        verdict: verdict::verdict_of(audit, id, judge),
        numbers: numbers::numbers(id, &judge.panel),
        scale: scale::use_of_scale(id, audit.scale, judge),
        replace: people::replace(id, judge),
        fails: slices::fails(id, judge),
        next: beyond::next(id, audit.scale, judge),
        warnings: known(warnings),
        notes: known(notes),
        differ: differ::differ(id, judge, room),
        provenance: provenance(audit, judge),
    }
}
