//! May the judge replace an annotator? The alternative annotator test, never without its controls.

use super::compute::{RatedBy, Row, Setup};
use super::people::TOLD_APART;
use crate::agreement::Defined;
use crate::agreement::people::{AltOutcome, AltTest, AltVerdict, Control, TestedAnnotator, alt_test_with_controls};
use crate::domain::{Figure, Scale};
use serde::Serialize;

/// The test with its controls.
#[derive(Clone, Debug, Serialize)]
pub struct Replacement {
    /// The advantage that annotators are granted for what they cost.
    pub allowance: f64,
    /// What the test says.
    pub verdict: Replaceable,
    /// Judges that understand nothing and pass it.
    pub passed_by: Vec<String>,
    /// Share of annotators that the judge wins against; it passes at one half.
    pub winning_rate: Figure,
    /// The same by tests on whole queries.
    pub winning_rate_by_query: Figure,
    /// Mean share of items on which the judge is at least as close to the others as the annotator.
    pub advantage: Figure,
    /// One per annotator with enough items.
    pub annotators: Vec<Tested>,
    /// Annotators with too few items, and how many they have.
    pub skipped: Vec<(String, u64)>,
}

/// What the test says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Replaceable {
    /// The judge may replace an annotator, and no control may.
    Passes,
    /// It may not.
    Fails,
    /// A judge that understands nothing passes too: the test says nothing on these data.
    Uninformative,
    /// No annotator shares enough items with others.
    TooFewItems,
}

/// One annotator's test.
#[derive(Clone, Debug, Serialize)]
pub struct Tested {
    /// The name.
    pub name: String,
    /// Items compared.
    pub n: u64,
    /// Share of items on which the judge is at least as close to the others.
    pub judge_wins: f64,
    /// Share of items on which the annotator is.
    pub annotator_wins: f64,
    /// One-sided p-value that the annotator's advantage is at least the allowance.
    pub p: f64,
    /// The same by flipping the signs of whole queries.
    pub p_by_query: Option<f64>,
    /// The judge wins, after the adjustment for several annotators.
    pub judge_won: bool,
}

/// `None` when there are not two annotators.
pub(super) fn replacement(scale: Scale, rated: &RatedBy, rows: &[Row<'_>], setup: &Setup) -> Option<Replacement> {
    if !(2..=TOLD_APART).contains(&rated.annotators.len()) {
        return None;
    }
    let answered = || rows.iter().zip(&rated.items).filter(|(row, _)| row.answered());
    let items: Vec<_> = answered().map(|(_, item)| item.clone()).collect();
    let judge: Vec<Option<u8>> = answered().map(|(row, _)| row.pair.judge).collect();
    let test = AltTest { seed: setup.seed, ..AltTest::new(setup.allowance) };
    let report = alt_test_with_controls(&test, &items, &judge, scale.levels());
    let name = |annotator: usize| rated.annotators[annotator].clone();
    let control = |control: &Control| match control {
        Control::Constant(level) => format!("always {}", scale.at(usize::from(*level))),
        Control::Shuffled => "its replies, shuffled".to_owned(),
    };
    let (verdict, passed_by) = match &report.verdict {
        AltVerdict::Passes => (Replaceable::Passes, Vec::new()),
        AltVerdict::Fails => (Replaceable::Fails, Vec::new()),
        AltVerdict::Uninformative(controls) => (Replaceable::Uninformative, controls.iter().map(control).collect()),
        AltVerdict::TooFew { .. } => (Replaceable::TooFewItems, Vec::new()),
    };
    let AltOutcome { tested, skipped, winning_rate, cluster_winning_rate, advantage } = report.judge;
    let n = items.len() as u64;
    let figure = |value: Defined| value.map_or_else(Figure::from, |value| Figure::point(value, n, rated.queries()));
    Some(Replacement {
        allowance: setup.allowance,
        verdict,
        passed_by,
        winning_rate: figure(winning_rate),
        winning_rate_by_query: figure(cluster_winning_rate),
        advantage: figure(advantage),
        annotators: tested.into_iter().map(|found| one(name(found.annotator), &found)).collect(),
        skipped: skipped.into_iter().map(|(annotator, n)| (name(annotator), n)).collect(),
    })
}

fn one(name: String, found: &TestedAnnotator) -> Tested {
    Tested {
        name,
        n: found.n,
        judge_wins: found.judge_wins,
        annotator_wins: found.annotator_wins,
        p: found.p,
        p_by_query: found.cluster_p.ok(),
        judge_won: found.judge_won,
    }
}
