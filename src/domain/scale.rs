//! The scale of a rubric and the ratings that can be given on it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Fewest and most levels that a scale may have.
pub const LEVELS: std::ops::RangeInclusive<usize> = 2..=11;

/// How near to a half counts as a half.
const NEAR: f64 = 1e-9;

/// A closed range of integers, for example 1–5. Its levels are explicit: they never come from the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Ends")]
pub struct Scale {
    min: i8,
    max: i8,
}

/// A scale as it stands in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ends {
    min: i64,
    max: i64,
}

impl TryFrom<Ends> for Scale {
    type Error = NoScale;

    fn try_from(ends: Ends) -> Result<Self, NoScale> {
        Self::new(ends.min, ends.max)
    }
}

/// One level of a [`Scale`]. Only [`Scale::rating`] makes one, so a `Rating` is never off its scale; for the same reason
/// none can be deserialised by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Rating(i8);

/// Why a pair of numbers is no scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{min}`–`{max}` is no scale: it must rise and have 2 to 11 levels")]
pub struct NoScale {
    /// The lower end as it was given.
    pub min: i64,
    /// The upper end as it was given.
    pub max: i64,
}

impl Scale {
    /// The scale from `min` to `max`, both included.
    ///
    /// # Errors
    /// [`NoScale`] unless it has 2 to 11 levels and both ends fit in −100..=100.
    pub fn new(min: i64, max: i64) -> Result<Self, NoScale> {
        let error = NoScale { min, max };
        let fits = |x: i64| (-100..=100).contains(&x);
        if !fits(min) || !fits(max) || max < min || !LEVELS.contains(&((max - min + 1) as usize)) {
            return Err(error);
        }
        Ok(Self { min: min as i8, max: max as i8 })
    }

    /// Lowest level.
    pub fn min(self) -> Rating {
        Rating(self.min)
    }

    /// Highest level.
    pub fn max(self) -> Rating {
        Rating(self.max)
    }

    /// Number of levels, 2 to 11.
    pub fn levels(self) -> usize {
        (i16::from(self.max) - i16::from(self.min) + 1) as usize
    }

    /// `max − min`: the largest error that two ratings can have, in rating points.
    pub fn range(self) -> u8 {
        (self.levels() - 1) as u8
    }

    /// All ratings from low to high.
    pub fn ratings(self) -> impl DoubleEndedIterator<Item = Rating> + ExactSizeIterator {
        (0..self.levels()).map(move |i| self.at(i))
    }

    /// The rating with this value, or `None` when it is off the scale. Nothing is clamped.
    pub fn rating(self, value: i64) -> Option<Rating> {
        let on = (i64::from(self.min)..=i64::from(self.max)).contains(&value);
        on.then_some(Rating(value as i8))
    }

    /// The rating nearest to a real value; halves go up, and what lies within a billionth of a half counts as one, so that
    /// a mean of decimals that comes out as 6.4999999999 is rounded as people would. `None` when the value lies beyond the
    /// ends of the scale or is no number: nothing is clamped.
    pub fn nearest(self, value: f64) -> Option<Rating> {
        let (min, max) = (f64::from(self.min), f64::from(self.max));
        let on = (min - NEAR..=max + NEAR).contains(&value);
        on.then(|| Rating((value + 0.5 + NEAR).floor().clamp(min, max) as i8))
    }

    /// The rating at `index` levels above the lowest.
    ///
    /// # Panics
    /// When `index` is not below [`Scale::levels`].
    pub fn at(self, index: usize) -> Rating {
        assert!(index < self.levels(), "level index {index} on a scale of {}", self.levels());
        Rating((i16::from(self.min) + index as i16) as i8)
    }

    /// How many levels `rating` lies above the lowest: its row or column in a table.
    pub fn index(self, rating: Rating) -> usize {
        (i16::from(rating.0) - i16::from(self.min)) as usize
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}–{}", self.min, self.max)
    }
}

impl Rating {
    /// The number that the rubric's anchors are written for.
    pub fn value(self) -> i64 {
        i64::from(self.0)
    }

    /// `self − other` in rating points; positive when `self` is more lenient.
    pub fn minus(self, other: Rating) -> i64 {
        self.value() - other.value()
    }
}

impl fmt::Display for Rating {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_has_two_to_eleven_levels() {
        assert!(Scale::new(1, 5).is_ok());
        assert!(Scale::new(0, 10).is_ok());
        assert!(Scale::new(-2, 2).is_ok());
        for (min, max) in [(1, 1), (5, 1), (0, 11), (i64::MIN, i64::MAX), (-128, -120)] {
            assert_eq!(Scale::new(min, max), Err(NoScale { min, max }));
        }
    }

    #[test]
    fn a_rating_comes_only_from_its_scale_and_nothing_is_clamped() {
        let scale = Scale::new(1, 5).unwrap();
        assert_eq!(scale.rating(4).map(Rating::value), Some(4));
        for off in [0, 6, -1, i64::MAX] {
            assert_eq!(scale.rating(off), None);
        }
    }

    #[test]
    fn a_real_value_goes_to_the_nearest_rating_and_halves_go_up() {
        let scale = Scale::new(0, 10).unwrap();
        let nearest = |value| scale.nearest(value).map(Rating::value);
        for (value, rating) in [(7.49, 7), (7.5, 8), (0.1 + 0.2 + 6.2 - 1e-12, 7), (10.0, 10), (0.0, 0), (0.5, 1)] {
            assert_eq!(nearest(value), Some(rating), "{value}");
        }
        for off in [-0.01, 10.01, f64::NAN, f64::INFINITY] {
            assert_eq!(nearest(off), None, "{off}");
        }
        assert_eq!(Scale::new(-2, 2).unwrap().nearest(-1.5).map(Rating::value), Some(-1));
    }

    #[test]
    fn index_and_at_are_inverse_on_a_scale_that_starts_below_zero() {
        let scale = Scale::new(-3, 4).unwrap();
        for (index, rating) in scale.ratings().enumerate() {
            assert_eq!(scale.index(rating), index);
            assert_eq!(scale.at(index), rating);
        }
        assert_eq!(scale.range(), 7);
    }
}
