//! When to give a model up: nothing that was tried makes it tell items apart, or write replies that can be read.
//!
//! A model that is only far from people may get there; one whose ratings have nothing to do with theirs under any prompt,
//! or that never answers in the form that is asked for, is found out by the first prompts, and the rest of the budget is
//! saved.

use crate::agreement::{Scores, pearson_of_scores};
use crate::feedback::Said;
use crate::optimize::desk::Desk;
use crate::optimize::pool::{CandidateId, Operator, Row};

/// Ratings that the baseline must have got, and its revisions together.
const LEAST: usize = 24;
/// Ratings that all of them together must have got.
const LEAST_IN_ALL: usize = 100;
/// Correlation with people that is as good as none.
const NO_ORDER: f64 = 0.3;
/// Share of malformed replies with which hardly anything can be read.
const UNREADABLE: f64 = 0.8;
/// Standard errors of a one-sided bound of 95 %.
const Z: f64 = 1.645;

/// Whether the model can be given up: the baseline, and revisions of it, were rated often enough, and neither are worth
/// anything. Revisions are taken together: each of them is rated on few rows. A single bullet of a library changes too little
/// to say what many would do: it is no revision here.
pub(super) fn hopeless(desk: &Desk<'_>) -> bool {
    let revised = |id: &CandidateId| desk.pool().candidate(*id).origin.operator != Operator::Library;
    let of = |ids: std::ops::Range<CandidateId>| -> Vec<(Row, &Said)> {
        let ids = ids.filter(|id| *id == 0 || revised(id));
        ids.flat_map(|id| desk.pool().rated(id)).map(|((row, _), rated)| (*row, &rated.said)).collect()
    };
    let (baseline, revisions) = (of(0..1), of(1..desk.pool().len()));
    let enough = baseline.len().min(revisions.len()) >= LEAST && baseline.len() + revisions.len() >= LEAST_IN_ALL;
    enough && [baseline, revisions].iter().all(|ratings| is_worthless(desk, ratings))
}

fn is_worthless(desk: &Desk<'_>, ratings: &[(Row, &Said)]) -> bool {
    let (broken, all) =
        (ratings.iter().filter(|(_, said)| matches!(said, Said::Malformed { .. })).count(), ratings.len());
    let share = broken as f64 / all as f64;
    let least = share - Z * (share * (1.0 - share) / all as f64).sqrt();
    least > UNREADABLE || tells_nothing(desk, ratings)
}

/// Their correlation with people's is as good as none in either direction, by the bound of Fisher's z: a judge that has the
/// scale upside down can be told. Ratings that are all the same have no correlation.
fn tells_nothing(desk: &Desk<'_>, ratings: &[(Row, &Said)]) -> bool {
    let materials = desk.materials();
    let pair = |(row, said): &(Row, &Said)| match said {
        Said::Rated { rating, .. } => Some((materials.example(*row).gold_mean, materials.scale.index(*rating) as f64)),
        Said::Malformed { .. } => None,
    };
    let (human, judge): (Vec<f64>, Vec<f64>) = ratings.iter().filter_map(pair).unzip();
    if judge.len() < LEAST {
        return false;
    }
    let r = Scores::of(&human, &judge).ok().and_then(|scores| pearson_of_scores(&scores).ok());
    let Some(r) = r else { return true };
    (r.abs().atanh() + Z / (judge.len() as f64 - 3.0).sqrt()).tanh() < NO_ORDER
}
