//! Items that a judge answered more than once: how far it agrees with itself, and what averaging would gain.

use super::compute::{JudgeInput, Row};
use crate::agreement::{Defined, TestRetest, averaging, test_retest};
use crate::domain::{Figure, Rating, Scale, Undefined};
use serde::Serialize;

/// Items with several answers of one judge.
#[derive(Clone, Debug, Serialize)]
pub struct Repeated {
    /// How many.
    pub items: u64,
    /// Answers to them.
    pub rows: u64,
    /// Share of these items whose first two answers are the same: the same rating, or malformed for the same reason.
    pub first_two_same: Figure,
    /// Share on which all answers are the same rating.
    pub identical: Figure,
    /// Share of pairs of answers to one item that are the same rating.
    pub pairwise_agreement: Figure,
    /// Ordinal alpha of the answers.
    pub alpha_ordinal: Figure,
    /// ICC(1,1) of the answers, items readable throughout.
    pub icc: Figure,
    /// NMSE points that the mean of the answers gains over one of them, on rated items readable throughout.
    pub averaging_gain: Figure,
}

pub(super) fn repeated(scale: Scale, rows: &[Row<'_>], judge: &JudgeInput) -> Repeated {
    let found = &judge.repeats;
    let level = |rating: &Rating| scale.index(*rating) as u8;
    let levels = |runs: &[Option<Rating>]| -> Vec<Option<u8>> { runs.iter().map(|r| r.as_ref().map(level)).collect() };
    let runs: Vec<Vec<Option<u8>>> = found.runs.values().map(|runs| levels(runs)).collect();
    let rated = rows.iter().filter_map(|row| Some((levels(found.runs.get(&row.item.id)?), row.pair.gold_mean)));
    let (of_rated, gold): (Vec<Vec<Option<u8>>>, Vec<f64>) = rated.unzip();
    let figure = |value: Defined| value.map_or_else(Figure::from, |v| Figure::point(v, found.items, 0));
    let same = match found.items {
        0 => Err(Undefined::Empty),
        items => Ok(found.first_two_same as f64 / items as f64),
    };
    let TestRetest { icc, alpha, identical, pairwise_agreement, .. } = test_retest(&runs, scale.levels());
    Repeated {
        items: found.items,
        rows: found.rows,
        first_two_same: figure(same),
        identical: figure(identical),
        pairwise_agreement: figure(pairwise_agreement),
        alpha_ordinal: figure(alpha),
        icc: figure(icc.and_then(|icc| icc.single)),
        averaging_gain: figure(averaging(&of_rated, &gold, scale.levels()).map(|a| a.gain)),
    }
}
