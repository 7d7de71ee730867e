//! When to give a model up: nothing that was tried makes it tell items apart, or write replies that can be read.
//!
//! A model that is only far from people may get there; one whose ratings have nothing to do with theirs under any prompt,
//! or that never answers in the form that is asked for, is found out by the first prompts, and the rest of the budget is
//! saved.

use crate::agreement::{Scores, pearson_of_scores};
use crate::feedback::Said;
use crate::optimize::desk::Desk;
use crate::optimize::pool::{CandidateId, Rated, Row};

/// Ratings that something must have got before it is judged so.
const LEAST: usize = 24;
/// Ratings that all of them together must have got.
const LEAST_IN_ALL: usize = 100;
/// Correlation with people that is as good as none.
const NO_ORDER: f64 = 0.3;
/// Share of malformed replies with which hardly anything can be read.
const UNREADABLE: f64 = 0.8;
/// Standard errors of a one-sided bound of 95 %.
const Z: f64 = 1.645;

/// Whether the model can be given up: the baseline and at least one revision were rated often enough, and none of them is
/// worth anything.
pub(super) fn hopeless(desk: &Desk<'_>) -> bool {
    let ids: Vec<CandidateId> = (0..desk.pool().len()).filter(|&id| desk.pool().rated(id).len() >= LEAST).collect();
    let ratings: usize = ids.iter().map(|&id| desk.pool().rated(id).len()).sum();
    ids.len() >= 2 && ids[0] == 0 && ratings >= LEAST_IN_ALL && ids.iter().all(|&id| is_worthless(desk, id))
}

fn is_worthless(desk: &Desk<'_>, id: CandidateId) -> bool {
    let (broken, all) = desk.pool().malformed(id);
    let share = broken as f64 / all.max(1) as f64;
    let least = share - Z * (share * (1.0 - share) / all.max(1) as f64).sqrt();
    least > UNREADABLE || tells_nothing(desk, id)
}

/// Its ratings' correlation with people's is as good as none in either direction, by the bound of Fisher's z: a judge that
/// has the scale upside down can be told. Ratings that are all the same have no correlation.
fn tells_nothing(desk: &Desk<'_>, id: CandidateId) -> bool {
    let materials = desk.materials();
    let pair = |((row, _), rated): (&(Row, u32), &Rated)| match &rated.said {
        Said::Rated { rating, .. } => Some((materials.example(*row).gold_mean, materials.scale.index(*rating) as f64)),
        Said::Malformed { .. } => None,
    };
    let (human, judge): (Vec<f64>, Vec<f64>) = desk.pool().rated(id).iter().filter_map(pair).unzip();
    if judge.len() < LEAST {
        return false;
    }
    let r = Scores::of(&human, &judge).ok().and_then(|scores| pearson_of_scores(&scores).ok());
    let Some(r) = r else { return true };
    (r.abs().atanh() + Z / (judge.len() as f64 - 3.0).sqrt()).tanh() < NO_ORDER
}
