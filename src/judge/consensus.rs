//! Several samples of one item → one verdict, with their spread.

use super::JudgeSpec;
use crate::domain::{Basis, Malformed, NotRun, Rating, Verdict};
use serde::Serialize;
use std::collections::BTreeMap;

/// What the samples of one item say together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Consensus {
    /// Samples with a rating.
    pub rated: u32,
    /// Malformed samples.
    pub malformed: u32,
    /// Samples without an answer.
    pub not_run: u32,
    /// Mean of the ratings.
    pub mean: Option<f64>,
    /// The commonest rating; the lowest of the commonest on ties.
    pub mode: Option<Rating>,
    /// Highest minus lowest rating, in rating points.
    pub spread: Option<i64>,
}

/// Sums up the samples of one item.
pub fn consensus(verdicts: &[Verdict]) -> Consensus {
    let ratings: Vec<Rating> = verdicts.iter().filter_map(Verdict::rating).collect();
    let count = |which: fn(&Verdict) -> bool| verdicts.iter().filter(|v| which(v)).count() as u32;
    let mut votes: BTreeMap<Rating, u32> = BTreeMap::new();
    for rating in &ratings {
        *votes.entry(*rating).or_default() += 1;
    }
    let sum: i64 = ratings.iter().map(|r| r.value()).sum();
    Consensus {
        rated: ratings.len() as u32,
        malformed: count(|v| matches!(v, Verdict::Malformed(_))),
        not_run: count(|v| matches!(v, Verdict::NotRun(_))),
        mean: (!ratings.is_empty()).then(|| sum as f64 / ratings.len() as f64),
        mode: votes.iter().max_by_key(|(rating, n)| (**n, std::cmp::Reverse(**rating))).map(|(rating, _)| *rating),
        spread: ratings.iter().max().zip(ratings.iter().min()).map(|(max, min)| max.minus(*min)),
    }
}

/// The verdict that stands for an item's samples: the mode when at least half of the answered samples are rated,
/// otherwise malformed for the commonest reason; not run when nothing was answered. Its real value is the mean of the
/// samples: the rating that is to be expected of the judge, which says more than the mode.
///
/// A judge with a map was fitted on that mean: its rating is what the map makes of it.
pub fn verdict(verdicts: &[Verdict], judge: Option<&JudgeSpec>) -> Verdict {
    if let [only] = verdicts {
        return only.clone();
    }
    let sum = consensus(verdicts);
    if let Some(mode) = sum.mode.filter(|_| sum.rated >= sum.malformed) {
        return together(verdicts, mode, judge);
    }
    let mut reasons: BTreeMap<Malformed, u32> = BTreeMap::new();
    let mut unanswered = NotRun::Missing;
    for verdict in verdicts {
        match verdict {
            Verdict::Malformed(reason) => *reasons.entry(*reason).or_default() += 1,
            Verdict::NotRun(reason) => unanswered = *reason,
            Verdict::Rated { .. } => {}
        }
    }
    match reasons.iter().max_by_key(|(reason, n)| (**n, std::cmp::Reverse(**reason))) {
        Some((reason, _)) => Verdict::Malformed(*reason),
        None => Verdict::NotRun(unanswered),
    }
}

/// The first sample with the commonest rating, with the mean of all as its value.
fn together(verdicts: &[Verdict], mode: Rating, judge: Option<&JudgeSpec>) -> Verdict {
    let first = verdicts.iter().find(|v| v.rating() == Some(mode));
    let Some(Verdict::Rated { rating, rationale, confidence, rung, basis }) = first.cloned() else {
        return Verdict::NotRun(NotRun::Missing);
    };
    let mean = |of: fn(&Verdict) -> Option<f64>| {
        let values: Vec<f64> = verdicts.iter().filter_map(of).collect();
        values.iter().sum::<f64>() / values.len() as f64
    };
    let fields = basis.as_ref().map_or(Vec::new(), |basis| basis.fields.clone());
    let of = |value, raw| Some(Box::new(Basis { value, raw, fields }));
    let map = judge.and_then(|judge| Some((judge, judge.map.as_ref()?)));
    if let Some((judge, map)) = map {
        let raw = mean(Verdict::raw);
        let value = map.apply(raw);
        let rating = judge.rubric.scale.nearest(value).unwrap_or(rating);
        return Verdict::Rated { rating, rationale, confidence, rung, basis: of(value, Some(raw)) };
    }
    let value = mean(Verdict::value);
    let raw = basis.as_ref().and_then(|basis| basis.raw).map(|_| mean(Verdict::raw));
    // Samples that all give the same integer say nothing more than it.
    let basis = if basis.is_none() && value == rating.value() as f64 { None } else { of(value, raw) };
    Verdict::Rated { rating, rationale, confidence, rung, basis }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Rung, Scale};

    fn rated(value: i64) -> Verdict {
        let rating = Scale::new(1, 5).unwrap().rating(value).unwrap();
        Verdict::Rated { rating, rationale: None, confidence: None, rung: Rung::Exact, basis: None }
    }

    #[test]
    fn mean_mode_and_spread_are_of_the_rated_samples() {
        let sum = consensus(&[rated(4), rated(2), rated(4), Verdict::Malformed(Malformed::Empty), rated(2)]);
        assert_eq!((sum.rated, sum.malformed, sum.mean, sum.spread), (4, 1, Some(3.0), Some(2)));
        assert_eq!(sum.mode.map(Rating::value), Some(2), "the lowest of the commonest");
    }

    #[test]
    fn an_item_is_malformed_when_most_of_its_answers_are() {
        let broken = Verdict::Malformed(Malformed::NotJson);
        assert_eq!(verdict(&[rated(4), broken.clone(), broken.clone()], None), broken);
        assert_eq!(verdict(&[rated(4), broken], None).rating().map(Rating::value), Some(4));
        assert_eq!(
            verdict(&[Verdict::NotRun(NotRun::Budget), Verdict::NotRun(NotRun::Budget)], None),
            Verdict::NotRun(NotRun::Budget)
        );
    }

    #[test]
    fn the_value_of_several_samples_is_their_mean_beside_the_commonest_rating() {
        let both = verdict(&[rated(4), rated(5), rated(4)], None);
        assert_eq!((both.rating().map(Rating::value), both.value()), (Some(4), Some(13.0 / 3.0)));
        assert_eq!(verdict(&[rated(4), rated(4)], None).basis(), None);
    }
}
