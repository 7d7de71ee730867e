//! A calibration map for the best judge of a search, fitted to what was rated on Dev anyway: it costs no call. Pure.
//!
//! Whether the map is used is told by cross-fitting: each query's ratings are mapped by a map that was fitted to the other
//! queries and rounded to the scale, as the judge would. It must make NMSE smaller by more than the standard error. What
//! is decided on the held-out part is then the judge with its map.

use crate::agreement::{CrossFit, IsotonicMap, MIN_ROWS_PER_LEVEL, MapGain, Scores};
use crate::domain::Scale;
use crate::judge::RatingMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Parts that queries are dealt to.
const FOLDS: usize = 5;
/// Fewer readable replies are too few for a map.
const LEAST_ROWS: usize = 40;
/// Decimals of a map's values: more would say nothing and be hard to read.
const DECIMALS: f64 = 1e4;

/// What a map would do on Dev, on readable replies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Calibration {
    /// Readable replies.
    pub items: u64,
    /// NMSE as it is, in ratings.
    pub before: f64,
    /// NMSE with a map that was fitted to other queries, in ratings.
    pub after: f64,
    /// Standard error of the difference, by query; absent when it cannot be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub se: Option<f64>,
    /// The map is used: it gains more than the standard error.
    pub used: bool,
    /// The map, fitted to all of them: what the model says, and what people mean by it.
    pub points: Vec<(f64, f64)>,
}

/// What is known of a readable reply.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reply {
    /// The query's number.
    pub query: u32,
    /// Mean human rating.
    pub human: f64,
    /// What the model said, before rounding and before any map.
    pub raw: f64,
}

/// A map for these replies; `None` when they are too few, or of one query.
pub fn calibrate(scale: Scale, replies: &[Reply]) -> Option<Calibration> {
    if replies.len() < LEAST_ROWS {
        return None;
    }
    let groups: Vec<u32> = replies.iter().map(|reply| reply.query).collect();
    let human: Vec<f64> = replies.iter().map(|reply| reply.human).collect();
    let judge: Vec<f64> = replies.iter().map(|reply| reply.raw).collect();
    let rating = |value: f64| scale.nearest(value).map_or(value, |rating| rating.value() as f64);
    let rows = CrossFit { groups: &groups, human: &human, judge: &judge };
    let gain = MapGain::of(&rows, FOLDS, MIN_ROWS_PER_LEVEL, rating).ok()?;
    let map = IsotonicMap::fit(&Scores::of(&human, &judge).ok()?, MIN_ROWS_PER_LEVEL).ok()?;
    let rounded = |value: f64| (value * DECIMALS).round() / DECIMALS;
    let ends = |block: &crate::agreement::Block| [(block.low, rounded(block.mean)), (block.high, rounded(block.mean))];
    let mut points: Vec<(f64, f64)> = map.blocks().iter().flat_map(ends).collect();
    // A step of one value has one point.
    points.dedup();
    let nmse = |squares: f64| 100.0 * squares / f64::from(scale.range()).powi(2);
    // A map that no judge can hold is none.
    let usable = RatingMap::try_from(points.clone()).is_ok_and(|map| map.check(scale).is_ok());
    Some(Calibration {
        items: replies.len() as u64,
        before: nmse(gain.before),
        after: nmse(gain.after),
        se: gain.standard_error.ok().map(nmse),
        used: usable && gain.is_shown(),
        points,
    })
}

impl Calibration {
    /// The map, where it is used.
    pub fn map(&self) -> Option<RatingMap> {
        RatingMap::try_from(self.points.clone()).ok().filter(|_| self.used)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replies(raw: impl Fn(usize) -> f64) -> Vec<Reply> {
        let reply = |i: usize| Reply { query: (i / 5) as u32, human: (i * 3 % 11) as f64, raw: raw(i) };
        (0..200).map(reply).collect()
    }

    fn scale() -> Scale {
        Scale::new(0, 10).unwrap()
    }

    #[test]
    fn a_squeezed_judge_gets_a_map_that_gives_back_what_people_mean() {
        let found = calibrate(scale(), &replies(|i| 7.5 + (i * 3 % 11) as f64 / 20.0)).unwrap();
        assert!(found.used && found.after < 1.0 && found.before > 15.0, "{found:?}");
        assert_eq!(found.map().unwrap().apply(7.75), 5.0);
    }

    #[test]
    fn a_judge_that_needs_none_and_one_that_knows_nothing_get_none() {
        let perfect = calibrate(scale(), &replies(|i| (i * 3 % 11) as f64)).unwrap();
        assert_eq!((perfect.used, perfect.map()), (false, None));
        assert_eq!(calibrate(scale(), &replies(|_| 5.0)[..39]), None);
    }

    #[test]
    fn a_calibration_is_read_back_from_the_log_as_it_was() {
        let found = calibrate(scale(), &replies(|i| 7.0 + (i * 3 % 11) as f64 / 9.0)).unwrap();
        let text = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<Calibration>(&text).unwrap(), found);
    }
}
