//! What the judge's ratings of a whole bulk are worth: the mean rating, corrected by the items that people rated too.

use super::ALPHA;
use super::compute::{JudgeInput, Row};
use crate::agreement::apply::{Lambda, Moments, Poststratified, Ppi, PpiMode, poststratified, ppi_mean};
use crate::agreement::interval::proportion::wilson;
use crate::domain::{Estimate, Figure, Interval, Rating, Scale, Undefined, Verdict};
use serde::Serialize;
use std::collections::BTreeSet;

/// A share of the judge's ratings whose bulk value lies outside of this interval of its seed value: the seed set was not
/// drawn at random from the bulk.
const UNLIKE: f64 = 0.99;

/// The mean rating of all items that the judge answered.
#[derive(Clone, Debug, Serialize)]
pub struct Bulk {
    /// Items that the judge answered and nobody rated.
    pub n: u64,
    /// Items that both answered.
    pub seed: u64,
    /// Malformed replies among the bulk.
    pub malformed: u64,
    /// How often the judge gave each rating in the bulk, from low to high.
    pub distribution: Vec<u64>,
    /// Mean of the judge's ratings: an estimate of nothing but itself.
    pub raw_mean: Figure,
    /// Mean human rating of the bulk, by prediction-powered inference with tuned λ; its interval takes rows as independent.
    pub ppi: Figure,
    /// How much of the judge that uses, from 0 to 1.
    pub lambda: Option<f64>,
    /// The judge is so weakly related to people that it was set aside.
    pub judge_set_aside: bool,
    /// By how many times the judge multiplies the human ratings at best.
    pub gain: Option<f64>,
    /// Mean human rating of the bulk, by the means within each rating of the judge; its interval takes rows as independent.
    pub poststratified: Figure,
    /// The rating whose share differs most between seed and bulk, when it differs beyond chance.
    pub unlike: Option<Unlike>,
}

/// Seed and bulk differ.
#[derive(Clone, Debug, Serialize)]
pub struct Unlike {
    /// A rating of the judge; absent for replies that cannot be read.
    pub rating: Option<Rating>,
    /// Its share among seed items.
    pub seed: f64,
    /// Its share in the bulk.
    pub bulk: f64,
}

impl Unlike {
    /// What the judge gives, as a sentence goes on: `3 to`.
    pub fn what(&self) -> String {
        self.rating.map_or("no readable rating to".to_owned(), |rating| format!("{rating} to"))
    }
}

/// `None` when the judge answered nothing that people did not rate.
pub(super) fn bulk(scale: Scale, rows: &[Row<'_>], judge: &JudgeInput, design_effect: Option<f64>) -> Option<Bulk> {
    let rated: BTreeSet<_> = rows.iter().map(|row| &row.item.id).collect();
    let others = judge.answers.iter().filter(|(id, _)| !rated.contains(id)).map(|(_, answer)| &answer.verdict);
    let others: Vec<Option<Rating>> =
        others.filter(|v| !matches!(v, Verdict::NotRun(_))).map(Verdict::rating).collect();
    if others.is_empty() {
        return None;
    }
    let seed: Vec<&Row<'_>> = rows.iter().filter(|row| row.answered()).collect();
    let bulk = counts(scale, others.iter().map(|r| r.map(|r| scale.index(r))));
    let own = counts(scale, seed.iter().map(|row| row.pair.judge.map(usize::from)));
    let (corrected, stratified) = (ppi(scale, &seed, &others), strata(&seed, &bulk));
    let (n, labelled) = (others.len() as u64, seed.len() as u64);
    let lift = f64::from(scale.min().value() as i32);
    let figure = |found: Result<(f64, Option<Interval>), Undefined>| match found {
        Err(reason) => reason.into(),
        Ok((theta, interval)) => {
            let up = |i: Interval| Interval { low: i.low + lift, high: i.high + lift, ..i };
            Figure::Known(Estimate {
                value: theta + lift,
                interval: interval.map(up),
                n: n + labelled,
                groups: labelled,
            })
        }
    };
    Some(Bulk {
        n,
        seed: labelled,
        malformed: bulk[scale.levels()],
        distribution: bulk[..scale.levels()].to_vec(),
        raw_mean: raw_mean(scale, &bulk),
        lambda: corrected.as_ref().ok().map(|ppi| ppi.lambda),
        judge_set_aside: corrected.as_ref().is_ok_and(|ppi| ppi.judge_set_aside),
        gain: corrected.as_ref().ok().and_then(|ppi| ppi.gain.ok()),
        ppi: figure(corrected.map(|ppi| (ppi.theta, Some(ppi.interval)))),
        poststratified: figure(stratified.map(|found| (found.theta, found.interval))),
        unlike: unlike(scale, &own, &bulk, design_effect.unwrap_or(1.0)),
    })
}

/// One count per level and one for malformed replies.
fn counts(scale: Scale, ratings: impl Iterator<Item = Option<usize>>) -> Vec<u64> {
    let mut counts = vec![0; scale.levels() + 1];
    ratings.for_each(|rating| counts[rating.unwrap_or(scale.levels())] += 1);
    counts
}

fn ppi(scale: Scale, seed: &[&Row<'_>], others: &[Option<Rating>]) -> Result<Ppi, Undefined> {
    // A malformed reply keeps its row, with the middle of the scale in place of a rating, in seed and bulk alike.
    let middle = f64::from(scale.range()) / 2.0;
    let labelled: Vec<(f64, f64)> =
        seed.iter().map(|row| (row.pair.gold_mean, row.pair.judge.map_or(middle, f64::from))).collect();
    let bulk: Vec<f64> = others.iter().map(|r| r.map_or(middle, |r| scale.index(r) as f64)).collect();
    ppi_mean(&labelled, &Moments::of(&bulk), Lambda::Tuned, PpiMode::Student, ALPHA)
}

fn strata(seed: &[&Row<'_>], bulk: &[u64]) -> Result<Poststratified, Undefined> {
    let mut strata: Vec<(Vec<f64>, u64)> = bulk.iter().map(|count| (Vec::new(), *count)).collect();
    let malformed = strata.len() - 1;
    for row in seed {
        strata[row.pair.judge.map_or(malformed, usize::from)].0.push(row.pair.gold_mean);
    }
    // Ratings lie beside each other, and a thin one may join the next. What cannot be read lies beside none: with too little
    // known of it, it is taken to be what all are.
    if strata[malformed].0.len() < 2 {
        strata[malformed].0 = seed.iter().map(|row| row.pair.gold_mean).collect();
    }
    poststratified(&strata, ALPHA)
}

/// Over readable replies.
fn raw_mean(scale: Scale, bulk: &[u64]) -> Figure {
    let valid = &bulk[..scale.levels()];
    let n: u64 = valid.iter().sum();
    if n == 0 {
        return Undefined::Empty.into();
    }
    let sum: i64 = scale.ratings().zip(valid).map(|(rating, count)| rating.value() * *count as i64).sum();
    Figure::point(sum as f64 / n as f64, n, 0)
}

/// Rows of the seed count at what they are worth, for ratings of one query resemble each other.
fn unlike(scale: Scale, seed: &[u64], bulk: &[u64], design_effect: f64) -> Option<Unlike> {
    let (n, all) = (seed.iter().sum::<u64>() as f64, bulk.iter().sum::<u64>() as f64);
    if n == 0.0 {
        return None;
    }
    let far = |level: usize| {
        let (here, there) = (seed[level] as f64, bulk[level] as f64 / all);
        let worth = 1.0 / design_effect.max(1.0);
        let (low, high) = wilson(here * worth, n * worth, UNLIKE);
        let rating = (level < scale.levels()).then(|| scale.at(level));
        (!(low..=high).contains(&there)).then(|| Unlike { rating, seed: here / n, bulk: there })
    };
    let apart = |u: &Unlike| (u.seed - u.bulk).abs();
    (0..=scale.levels()).filter_map(far).max_by(|a, b| apart(a).total_cmp(&apart(b)).then(b.rating.cmp(&a.rating)))
}
