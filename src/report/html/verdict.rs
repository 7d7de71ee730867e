//! What a reader takes away in ten seconds: how good, what is the matter, what to do, and whether the gates hold.

use super::beyond::Step;
use super::chart::{Segment, Stack, Words};
use super::scale::{Heat, heat};
use crate::audit::{Audit, Diagnosis, GateResult, JudgeAudit, Mistake, Panel, Standing};
use crate::report::brief::{ended, gates_met};
use crate::report::figures::{Unit, count};
use crate::report::junit::observed;
use crate::report::measures::{scaling, simulated, verdict};
use askama::Template;

/// The head of a judge's section.
#[derive(Template)]
#[template(path = "verdict.html")]
pub(super) struct Verdict<'a> {
    pub id: &'a str,
    pub judge: &'a JudgeAudit,
    pub simulated: &'static str,
    pub tone: &'static str,
    pub stamp: String,
    pub verdict: String,
    /// The verdict is the title of the page when it is the only one.
    pub heading: &'static str,
    pub nmse: String,
    pub interval: String,
    pub scaling: String,
    /// What changes the meaning of the number, in a sentence each.
    pub findings: Vec<Words>,
    pub picture: Heat,
    pub replies: Stack,
    pub first: Option<Step<'a>>,
    pub gates: Vec<GateRow>,
    pub gates_met: String,
    /// What never leaves the headline's side.
    pub beside: Vec<(&'static str, String)>,
}

/// A gate in words.
pub(super) struct GateRow {
    pub class: &'static str,
    pub mark: &'static str,
    pub word: &'static str,
    pub gate: String,
    pub observed: String,
    pub passed_by: String,
}

impl Verdict<'_> {
    /// The model, where the judge's name does not say it already.
    fn other_model(&self) -> Option<&str> {
        self.judge.model.as_deref().filter(|model| !self.judge.name.contains(model))
    }
}

pub(super) fn verdict_of<'a>(audit: &'a Audit, id: &'a str, judge: &'a JudgeAudit) -> Verdict<'a> {
    let panel = &judge.panel;
    let telling = |code| matches!(code, Mistake::Malformed | Mistake::Compression);
    Verdict {
        id,
        judge,
        simulated: simulated(judge),
        tone: tone(judge),
        stamp: stamp(judge),
        verdict: verdict(judge.standing),
        heading: if audit.judges.len() > 1 { "h2" } else { "h1" },
        nmse: panel.nmse.value().map_or("–".to_owned(), |v| format!("{v:.1}")),
        interval: panel.nmse.interval().map_or(String::new(), |i| format!("{:.1} to {:.1}", i.low, i.high)),
        scaling: scaling(audit.scale),
        findings: judge.caveats.iter().filter(|c| telling(c.code)).map(|c| Words::new(&c.text)).collect(),
        picture: heat(audit.scale, panel),
        replies: replies(panel),
        first: judge.advice.first().map(Step::new),
        gates: judge.gates.iter().map(gate).collect(),
        gates_met: gates_met(&judge.gates),
        beside: beside(panel),
    }
}

/// How the verdict looks.
pub(super) fn tone(judge: &JudgeAudit) -> &'static str {
    match (judge.standing, judge.diagnosis()) {
        (Standing::NoBetterThanConstant | Standing::Unknown, _) | (_, Diagnosis::Silent | Diagnosis::Collapsed) => {
            "bad"
        }
        (_, Diagnosis::AmongPeople) => "good",
        _ => "fair",
    }
}

/// The diagnosis as a stamp: with a mark, so that it is told without colour.
pub(super) fn stamp(judge: &JudgeAudit) -> String {
    let diagnosis = judge.diagnosis();
    let mark = match tone(judge) {
        "bad" => "✕",
        "fair" => "~",
        _ => "✓",
    };
    match diagnosis {
        Diagnosis::Unreadable => {
            format!("{mark} {} of the replies cannot be read", Unit::Share.value(&judge.panel.malformed.rate))
        }
        Diagnosis::Collapsed => format!("{mark} collapsed: nearly the same rating for everything"),
        Diagnosis::Compressed => format!("{mark} squeezed scale, in the right order"),
        Diagnosis::BelowPeople => format!("{mark} useful, below people"),
        Diagnosis::AmongPeople => format!("{mark} on a par with people"),
        diagnosis => format!("{mark} {}", diagnosis.name()),
    }
}

fn replies(panel: &Panel) -> Stack {
    let replies = panel.replies();
    let part = |class, name, n: u64| Segment {
        class,
        name,
        value: Unit::Share.write(n as f64 / panel.n.max(1) as f64),
        grow: n as f64,
    };
    Stack {
        segments: vec![
            part("same", "same rating as people", replies.same),
            part("near", "one point off", replies.one_off),
            part("far", "two or more points off", replies.further),
            part("unread", "cannot be read", replies.malformed),
        ],
    }
}

fn gate(result: &GateResult) -> GateRow {
    let (mark, word) = ended(result);
    let class = match (result.met, result.passed_by.is_empty()) {
        (true, true) => "met",
        (true, false) => "void",
        (false, _) => "missed",
    };
    GateRow {
        class,
        mark,
        word,
        gate: result.gate.to_string(),
        observed: observed(result),
        passed_by: result.passed_by.join(", "),
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
