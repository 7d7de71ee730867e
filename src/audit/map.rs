//! Calibration maps: fitted on one set of people, part of a judge's version, applied elsewhere as they are, never
//! refitted on the data that they are judged by.

use super::spread::Spread;
use crate::agreement::{Pair, Term, mean_on_scale, ratio};
use crate::domain::{Figure, Scale};
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
    /// For each rating that the judge gave, from low to high, the mean rating that it stands for.
    pub points: Vec<(i64, f64)>,
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
        let points: Vec<(i64, f64)> =
            spread.by_judge.iter().map(|level| (level.rating.value(), level.mapped)).collect();
        (!points.is_empty()).then(|| Self {
            judge: judge.to_owned(),
            people: people.to_owned(),
            scale: (scale.min().value(), scale.max().value()),
            items: spread.by_judge.iter().map(|level| level.n).sum(),
            points,
        })
    }

    /// What `rating` stands for: between two fitted ratings on the line between them, beyond them like the nearest.
    fn apply(&self, rating: f64) -> f64 {
        let above = self.points.partition_point(|(from, _)| (*from as f64) < rating);
        let at = |i: usize| self.points.get(i).map(|(from, to)| (*from as f64, *to));
        match (above.checked_sub(1).and_then(at), at(above)) {
            (_, Some((from, to))) if from == rating => to,
            (Some((x0, y0)), Some((x1, y1))) => y0 + (y1 - y0) * (rating - x0) / (x1 - x0),
            (Some((_, to)), None) | (None, Some((_, to))) => to,
            (None, None) => rating,
        }
    }
}

pub(super) fn applied(scale: Scale, pairs: &[Pair], map: &CalibrationMap, judge: &str, people: &str) -> AppliedMap {
    let low = scale.min().value() as f64;
    let range = f64::from(scale.range());
    let residual = |pair: &Pair| Some((pair.group, low + pair.gold_mean - map.apply(low + f64::from(pair.judge?))));
    let terms = |of: fn(f64) -> f64| {
        pairs.iter().filter_map(residual).map(move |(group, gap)| Term { group, value: of(gap), weight: 1 })
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
            points: vec![(2, 1.5), (4, 3.5)],
        }
    }

    #[test]
    fn a_rating_between_two_fitted_ones_lies_on_the_line_between_them() {
        assert_eq!([1.0, 2.0, 3.0, 4.0, 5.0].map(|r| map().apply(r)), [1.5, 1.5, 2.5, 3.5, 3.5]);
    }

    #[test]
    fn a_map_of_another_judge_of_another_scale_or_of_these_people_is_stale() {
        let scale = Scale::new(1, 5).expect("a scale");
        let pairs = [Pair { group: 0, gold: 1, gold_mean: 1.0, judge: Some(1) }];
        let stale = |map: &CalibrationMap, judge: &str, people: &str| applied(scale, &pairs, map, judge, people).stale;
        assert_eq!(stale(&map(), "j", "q"), None);
        assert!(stale(&map(), "k", "q").is_some_and(|s| s.contains("belongs to the judge `j`")));
        assert!(stale(&map(), "j", "p").is_some_and(|s| s.contains("flatters")));
        assert!(stale(&CalibrationMap { scale: (0, 3), ..map() }, "j", "q").is_some_and(|s| s.contains("scale 0–3")));
        // Gold 2 on 1–5, judge 2 → 1.5: half a point, 100·0.25/16.
        assert_eq!(applied(scale, &pairs, &map(), "j", "q").nmse.value(), Some(1.5625));
    }
}
