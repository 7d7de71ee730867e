//! Calibration maps: fitted on one set of people, part of a judge's version, applied elsewhere as they are, never
//! refitted on the data that they are judged by.

use super::spread::Spread;
use crate::agreement::{Pair, Term, mean_on_scale, ratio};
use crate::domain::{Figure, Scale};
use crate::judge::RatingMap;
use serde::{Deserialize, Serialize};

/// A monotone map from a judge's rating to what people mean by it, as a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationMap {
    /// The judge that it belongs to, by content hash or name.
    pub judge: String,
    /// Digest of the human ratings that it was fitted to.
    pub people: String,
    /// Lowest and highest rating of the scale.
    pub scale: (i64, i64),
    /// Items that it was fitted to.
    pub items: u64,
    /// For each rating that the judge gave, or each end of a step of real values, from low to high, the mean rating that
    /// it stands for.
    pub points: RatingMap,
}

/// A map on other people's ratings than it was fitted to.
#[derive(Clone, Debug, Serialize)]
pub struct AppliedMap {
    /// NMSE of the mapped ratings, readable replies only.
    pub nmse: Figure,
    /// Mean of people − mapped rating, in rating points: 0 where the map still holds.
    pub residual: Figure,
    /// Why the map should not be trusted here.
    pub stale: Option<String>,
}

impl CalibrationMap {
    /// The map fitted in an audit; `None` when the judge gave no rating that could be read.
    pub fn of(spread: &Spread, scale: Scale, judge: &str, people: &str) -> Option<Self> {
        let mut points: Vec<(f64, f64)> = match spread.by_value.as_slice() {
            [] => spread.by_judge.iter().map(|level| (level.rating.value() as f64, level.mapped)).collect(),
            steps => steps.iter().flat_map(|step| [(step.low, step.mapped), (step.high, step.mapped)]).collect(),
        };
        // A step of one value has one point.
        points.dedup();
        Some(Self {
            judge: judge.to_owned(),
            people: people.to_owned(),
            scale: (scale.min().value(), scale.max().value()),
            items: spread.by_judge.iter().map(|level| level.n).sum(),
            points: RatingMap::try_from(points).ok()?,
        })
    }
}

/// A map on the readable replies `pairs`, whose real values are `values`.
pub(super) fn applied(
    scale: Scale,
    (pairs, values): (&[Pair], &[f64]),
    map: &CalibrationMap,
    judge: &str,
    people: &str,
) -> AppliedMap {
    let low = scale.min().value() as f64;
    let range = f64::from(scale.range());
    let residual = |(pair, value): (&Pair, &f64)| (pair.group, low + pair.gold_mean - map.points.apply(*value));
    let terms = |of: fn(f64) -> f64| {
        pairs.iter().zip(values).map(residual).map(move |(group, gap)| Term { group, value: of(gap), weight: 1 })
    };
    let support: Vec<f64> = (0..scale.levels()).map(|gap| (gap * gap) as f64).collect();
    let squares = mean_on_scale(terms(|gap| gap * gap).collect::<Vec<_>>().into_iter(), &support);
    let ends = (scale.min().value(), scale.max().value());
    let stale = match () {
        () if map.scale != ends => {
            Some(format!("The calibration map is for the scale {}–{}, not {scale}.", map.scale.0, map.scale.1))
        }
        () if map.judge != judge => Some(format!(
            "The calibration map belongs to the judge `{}`, not to this one: a changed prompt or model needs its own.",
            map.judge
        )),
        () if map.people == people => {
            Some("The calibration map was fitted to these very ratings: its NMSE here flatters.".to_owned())
        }
        () => None,
    };
    AppliedMap {
        nmse: scaled(squares, 100.0 / (range * range)),
        residual: ratio(terms(|gap| gap), (-range, range)),
        stale,
    }
}

fn scaled(figure: Figure, by: f64) -> Figure {
    match figure {
        Figure::Known(mut estimate) => {
            estimate.value *= by;
            if let Some(interval) = &mut estimate.interval {
                (interval.low, interval.high) = (interval.low * by, interval.high * by);
            }
            Figure::Known(estimate)
        }
        undefined => undefined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> CalibrationMap {
        CalibrationMap {
            judge: "j".into(),
            people: "p".into(),
            scale: (1, 5),
            items: 9,
            points: RatingMap::try_from(vec![(2.0, 1.5), (4.0, 3.5)]).expect("a map"),
        }
    }

    #[test]
    fn a_map_of_another_judge_of_another_scale_or_of_these_people_is_stale() {
        let scale = Scale::new(1, 5).expect("a scale");
        let pairs = [Pair { group: 0, gold: 1, gold_mean: 1.0, judge: Some(1) }];
        let stale = |map: &CalibrationMap, judge: &str, people: &str| {
            applied(scale, (&pairs, &[2.0]), map, judge, people).stale
        };
        assert_eq!(stale(&map(), "j", "q"), None);
        assert!(stale(&map(), "k", "q").is_some_and(|s| s.contains("belongs to the judge `j`")));
        assert!(stale(&map(), "j", "p").is_some_and(|s| s.contains("flatters")));
        assert!(stale(&CalibrationMap { scale: (0, 3), ..map() }, "j", "q").is_some_and(|s| s.contains("scale 0–3")));
        // Gold 2 on 1–5, judge 2 → 1.5: half a point, 100·0.25/16.
        assert_eq!(applied(scale, (&pairs, &[2.0]), &map(), "j", "q").nmse.value(), Some(1.5625));
    }
}
