//! A calibration map as part of a judge: what the model says is read as what people mean by it. It costs no call and no
//! prompt, and a judge with another map is another judge.

use crate::domain::{Basis, Rating, Scale, Verdict};
use serde::{Deserialize, Serialize};

/// Points of a map: more than a scale of integers with samples or several fields can need.
const MOST_POINTS: usize = 1_000;

/// A monotone map from the rating that a model gives, or is expected to give, to a rating of the judge.
///
/// Between two points it runs straight, beyond them it is level. A judge's rating is the mapped value rounded by
/// [`Scale::nearest`]: where the line crosses a half is a cut point ([`RatingMap::cuts`]).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<(f64, f64)>", into = "Vec<(f64, f64)>")]
pub struct RatingMap(Vec<(f64, f64)>);

/// Why points make no map.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadMap {
    /// None, or too many.
    #[error("a calibration map has 1 to {MOST_POINTS} points")]
    Count,
    /// A number that is none.
    #[error("a point of the calibration map is no finite number")]
    NotFinite,
    /// Two points at one place, or out of order, or a fall.
    #[error("the points of a calibration map rise from the left to the right and never fall")]
    Order,
    /// A value that is no rating.
    #[error("the calibration map leads off the scale {0}")]
    OffScale(Scale),
}

/// Where ratings change: from this value on, in what the model says, the judge's rating is `rating`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Cut {
    /// In rating points of what the model says.
    pub from: f64,
    /// What it is read as.
    pub rating: Rating,
}

impl TryFrom<Vec<(f64, f64)>> for RatingMap {
    type Error = BadMap;

    fn try_from(points: Vec<(f64, f64)>) -> Result<Self, BadMap> {
        if points.is_empty() || points.len() > MOST_POINTS {
            return Err(BadMap::Count);
        }
        if points.iter().any(|(from, to)| !from.is_finite() || !to.is_finite()) {
            return Err(BadMap::NotFinite);
        }
        if points.windows(2).any(|pair| pair[0].0 >= pair[1].0 || pair[0].1 > pair[1].1) {
            return Err(BadMap::Order);
        }
        Ok(Self(points))
    }
}

impl From<RatingMap> for Vec<(f64, f64)> {
    fn from(map: RatingMap) -> Self {
        map.0
    }
}

impl RatingMap {
    /// What it maps, and to what, from low to high.
    pub fn points(&self) -> &[(f64, f64)] {
        &self.0
    }

    /// Whether it leads to ratings of this scale only.
    ///
    /// # Errors
    /// [`BadMap::OffScale`].
    pub fn check(&self, scale: Scale) -> Result<(), BadMap> {
        let on = |to: f64| scale.nearest(to).is_some();
        if self.0.iter().all(|(_, to)| on(*to)) { Ok(()) } else { Err(BadMap::OffScale(scale)) }
    }

    /// What `value` is read as: between two points on the line between them, beyond them like the nearest.
    pub fn apply(&self, value: f64) -> f64 {
        let above = self.0.partition_point(|(from, _)| *from < value);
        match (above.checked_sub(1).and_then(|i| self.0.get(i)), self.0.get(above)) {
            (_, Some((from, to))) if *from == value => *to,
            (Some((x0, y0)), Some((x1, y1))) => y0 + (y1 - y0) * (value - x0) / (x1 - x0),
            (Some((_, to)), None) | (None, Some((_, to))) => *to,
            (None, None) => value,
        }
    }

    /// The cut points: where, from low to high, the judge's rating changes. The first one begins at the lowest point.
    pub fn cuts(&self, scale: Scale) -> Vec<Cut> {
        let first = self.0[0];
        let mut cuts: Vec<Cut> = Vec::new();
        let mut add = |from: f64, value: f64| {
            if let Some(rating) =
                scale.nearest(value).filter(|rating| cuts.last().is_none_or(|cut| cut.rating < *rating))
            {
                cuts.push(Cut { from, rating });
            }
        };
        add(first.0, first.1);
        for pair in self.0.windows(2) {
            let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
            for half in
                scale.ratings().map(|rating| rating.value() as f64 - 0.5).filter(|half| y0 < *half && *half <= y1)
            {
                add(x0 + (x1 - x0) * (half - y0) / (y1 - y0), half);
            }
        }
        cuts
    }

    /// A verdict of the model as one of the judge. What was said stays beside it.
    pub fn read(&self, verdict: Verdict, scale: Scale) -> Verdict {
        let Some(raw) = verdict.value() else { return verdict };
        let Verdict::Rated { rating, rationale, confidence, rung, basis } = verdict else { return verdict };
        let value = self.apply(raw);
        let rating = scale.nearest(value).unwrap_or(rating);
        let fields = basis.map_or(Vec::new(), |basis| basis.fields);
        let basis = Some(Box::new(Basis { value, raw: Some(raw), fields }));
        Verdict::Rated { rating, rationale, confidence, rung, basis }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Malformed, Rung};
    use proptest::prelude::*;

    fn map(points: &[(f64, f64)]) -> RatingMap {
        RatingMap::try_from(points.to_vec()).unwrap()
    }

    #[test]
    fn the_map_of_a_squeezed_judge_spreads_its_ratings_out_again() {
        let scale = Scale::new(0, 10).unwrap();
        let map = map(&[(7.5, 1.0), (7.75, 5.0), (8.0, 9.0)]);
        assert_eq!([7.0, 7.5, 7.625, 7.75, 8.0, 9.0].map(|x| map.apply(x)), [1.0, 1.0, 3.0, 5.0, 9.0, 9.0]);
        let cuts: Vec<(f64, i64)> = map.cuts(scale).iter().map(|c| (c.from, c.rating.value())).collect();
        assert_eq!(cuts[..3], [(7.5, 1), (7.53125, 2), (7.59375, 3)]);
        assert_eq!(cuts.len(), 9);
    }

    #[test]
    fn a_verdict_is_read_through_the_map_and_keeps_what_was_said() {
        let scale = Scale::new(1, 5).unwrap();
        let said = scale.rating(4).unwrap();
        let verdict =
            Verdict::Rated { rating: said, rationale: None, confidence: None, rung: Rung::Exact, basis: None };
        let read = map(&[(3.0, 1.0), (4.0, 2.5)]).read(verdict, scale);
        assert_eq!((read.rating().map(Rating::value), read.value(), read.raw()), (Some(3), Some(2.5), Some(4.0)));
        let malformed = Verdict::Malformed(Malformed::Empty);
        assert_eq!(map(&[(3.0, 1.0)]).read(malformed.clone(), scale), malformed);
    }

    #[test]
    fn points_that_are_no_map_are_refused() {
        let fault = |points: &[(f64, f64)]| RatingMap::try_from(points.to_vec()).unwrap_err();
        assert_eq!(fault(&[]), BadMap::Count);
        assert_eq!(fault(&[(1.0, f64::NAN)]), BadMap::NotFinite);
        assert_eq!(fault(&[(1.0, 2.0), (1.0, 3.0)]), BadMap::Order);
        assert_eq!(fault(&[(1.0, 2.0), (2.0, 1.0)]), BadMap::Order);
        let scale = Scale::new(1, 5).unwrap();
        assert_eq!(map(&[(1.0, 5.6)]).check(scale), Err(BadMap::OffScale(scale)));
    }

    proptest! {
        #[test]
        fn a_higher_value_is_never_read_as_a_lower_rating_and_cuts_say_the_same_as_the_map(
            steps in proptest::collection::vec((0.01f64..2.0, 0.0f64..2.0), 1..8), (a, b) in (0.0f64..12.0, 0.0f64..12.0)
        ) {
            let scale = Scale::new(0, 10).unwrap();
            let mut at = (0.0, 0.0);
            let points: Vec<(f64, f64)> = steps.iter().map(|(x, y)| { at = (at.0 + x, (at.1 + y).min(10.0)); at }).collect();
            let map = map(&points);
            let rating = |x: f64| scale.nearest(map.apply(x)).unwrap();
            prop_assert!(a > b || rating(a) <= rating(b));
            let cuts = map.cuts(scale);
            prop_assert!(cuts.windows(2).all(|c| c[0].from < c[1].from + 1e-12 && c[0].rating < c[1].rating));
            let clear = cuts.iter().all(|cut| (cut.from - a).abs() > 1e-6);
            let by_cut = cuts.iter().rev().find(|cut| cut.from <= a).or(cuts.first()).unwrap().rating;
            prop_assert!(!clear || by_cut == rating(a), "{:?} {} {:?}", cuts, a, rating(a));
        }
    }
}
