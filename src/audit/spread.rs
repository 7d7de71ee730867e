//! How the judge uses the scale: what of its error is lenience, compression or order; what a map could mend; and what
//! people mean where the judge says something.

use super::compute::{Row, Setup};
use super::map::{AppliedMap, applied};
use crate::agreement::interval::Resampling;
use crate::agreement::{
    Confusion, CrossFit, Defined, IsotonicMap, LevelMean, MIN_ROWS_PER_LEVEL, Pair, PairCounts, ScaleEvidence,
    ScaleFlag, ScoreRange, Scores, bias, calibration_slope, compression, diagnose, distribution_distance,
    level_calibration, mse_decomposition, rise_above, table_intervals,
};
use crate::domain::{Estimate, Figure, Interval, LEVELS, Rating, Scale, Undefined};
use serde::Serialize;

/// Parts that queries are dealt to when a map is judged by items that it was not fitted to.
const FOLDS: usize = 5;
/// Statistics resampled together: the slope, and a rise above each level but the last of the longest scale.
const RESAMPLED: usize = *LEVELS.end();

/// How judge and people use the scale, over readable replies.
#[derive(Clone, Debug, Serialize)]
pub struct Spread {
    /// The judge's side.
    pub judge: Option<Usage>,
    /// The people's side.
    pub people: Option<Usage>,
    /// Share of the ratings that would have to move to make the two sides' distributions the same.
    pub total_variation: Option<f64>,
    /// Variance of the judge's ratings by that of people's. Below 1 is no defect in itself.
    pub variance_ratio: Figure,
    /// People's slope on the judge: 1 is calibrated, above 1 compressed, below 1 exaggerated.
    pub calibration_slope: Figure,
    /// What NMSE on readable replies is made of; its three parts add up to it.
    pub parts: Option<Parts>,
    /// NMSE on readable replies after a monotone map that was fitted to other queries.
    pub nmse_mapped: Figure,
    /// A map that was fitted before, applied here as it is.
    pub applied_map: Option<AppliedMap>,
    /// For each rating that the judge gave, what people mean by it, and the map fitted to all items.
    pub by_judge: Vec<JudgeLevel>,
    /// For each rating that people gave, what the judge says on average.
    pub by_people: Vec<PeopleLevel>,
    /// Findings.
    pub flags: Vec<ScaleFlag>,
}

/// How one side uses the scale.
#[derive(Clone, Debug, Serialize)]
pub struct Usage {
    /// Distinct ratings.
    pub levels_used: u64,
    /// As how many equally frequent ratings they are worth.
    pub effective_levels: f64,
    /// The most frequent rating; the lowest one on ties.
    pub mode: Rating,
    /// Its share.
    pub mode_share: f64,
}

/// What NMSE on readable replies is made of, in NMSE points.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Parts {
    /// Lenience or severity.
    pub bias: f64,
    /// Compression or exaggeration.
    pub spread: f64,
    /// Items in the wrong order.
    pub ordering: f64,
    /// What a look-up table from the judge's rating could remove; counted within the three above.
    pub fixable: f64,
}

/// A rating of the judge.
#[derive(Clone, Debug, Serialize)]
pub struct JudgeLevel {
    /// The rating.
    pub rating: Rating,
    /// Items.
    pub n: u64,
    /// Mean human rating of them.
    pub people: f64,
    /// What the map makes of it.
    pub mapped: f64,
}

/// A rating of people.
#[derive(Clone, Debug, Serialize)]
pub struct PeopleLevel {
    /// The rating.
    pub rating: Rating,
    /// Items.
    pub n: u64,
    /// Mean rating of the judge on them.
    pub judge: f64,
}

pub(super) fn spread(scale: Scale, rows: &[Row<'_>], judge_name: &str, setup: &Setup) -> Spread {
    let (seed, map) = (setup.seed, setup.map.as_ref());
    let pairs: Vec<Pair> = rows.iter().filter(|r| r.pair.judge.is_some()).map(|r| r.pair.clone()).collect();
    let table = Confusion::of(&pairs, scale.levels());
    let low = scale.min().value() as f64;
    let human: Vec<f64> = pairs.iter().map(|p| low + p.gold_mean).collect();
    let judge: Vec<f64> = pairs.iter().filter_map(|p| Some(low + f64::from(p.judge?))).collect();
    let scores = Scores::of(&human, &judge).expect("ratings are finite numbers");
    let range = ScoreRange { low, high: scale.max().value() as f64, levels: scale.levels() };
    let points = 100.0 / f64::from(scale.range()).powi(2);
    let (n, queries) = (pairs.len() as u64, super::queries(&pairs));
    let figure = |value: Defined| value.map_or_else(Figure::from, |v| Figure::point(v, n, queries));
    // The gold category, for a mean of several people is no rating that anyone could give.
    let categories = Scores::of_table(&table, low);
    let panel = compression(&categories, range);
    let resampled = resampled(&pairs, scale.levels(), seed);
    let slope = match (calibration_slope(&table), &resampled[0]) {
        (Ok(value), interval) => Figure::Known(Estimate { value, interval: interval.clone().ok(), n, groups: queries }),
        (Err(reason), _) => reason.into(),
    };
    let flags = panel.as_ref().map_or(Vec::new(), |panel| {
        diagnose(&ScaleEvidence {
            panel,
            calibration_slope: resampled[0].clone(),
            somers_d: PairCounts::of(&table).somers_d(),
            bias: bias(&pairs, scale.levels()).interval().cloned().ok_or(Undefined::TooFewGroups),
            rises: &resampled[1..scale.levels()],
        })
    });
    let distance =
        distribution_distance(&categories.human_marginal(), &categories.judge_marginal(), f64::from(scale.range()))
            .ok();
    let mapped = CrossFit { groups: &pairs.iter().map(|p| p.group).collect::<Vec<_>>(), human: &human, judge: &judge };
    Spread {
        judge: usage(scale, &table.judge_totals()[..scale.levels()]),
        people: usage(scale, &table.human_totals()),
        total_variation: distance.map(|distance| distance.total_variation),
        variance_ratio: figure(panel.as_ref().map_err(|reason| *reason).and_then(|panel| panel.variance_ratio)),
        calibration_slope: slope,
        parts: mse_decomposition(&scores).ok().map(|parts| Parts {
            bias: points * parts.bias_squared,
            spread: points * parts.spread_squared,
            ordering: points * parts.ordering,
            fixable: points * parts.fixable,
        }),
        nmse_mapped: figure(mapped.mse(FOLDS, MIN_ROWS_PER_LEVEL).map(|mse| mse * points)),
        applied_map: map.map(|map| applied(scale, &pairs, map, judge_name, &setup.people)),
        by_judge: by_judge(scale, &scores),
        by_people: by_people(scale, &table),
        flags,
    }
}

/// Intervals of the calibration slope and of the rise above each level; the rises together at 95 %.
fn resampled(pairs: &[Pair], levels: usize, seed: u64) -> [Result<Interval, Undefined>; RESAMPLED] {
    let statistic = |table: &Confusion| {
        std::array::from_fn(|i| match i {
            0 => calibration_slope(table),
            level if level < levels => rise_above(table, level - 1),
            _ => Err(Undefined::Empty),
        })
    };
    let how = Resampling { seed, ..Resampling::default() };
    let together = Resampling { level: 1.0 - 0.05 / (levels - 1) as f64, ..how };
    let mut found = table_intervals(pairs, levels, statistic, &together);
    let [slope] = table_intervals(pairs, levels, |table| [calibration_slope(table)], &how);
    found[0] = slope;
    found
}

fn usage(scale: Scale, totals: &[u64]) -> Option<Usage> {
    let n: u64 = totals.iter().sum();
    let share = |count: &u64| *count as f64 / n as f64;
    let (mode, most) = totals.iter().enumerate().max_by_key(|(i, count)| (**count, std::cmp::Reverse(*i)))?;
    let bits: f64 = totals.iter().filter(|count| **count > 0).map(|count| -share(count) * share(count).log2()).sum();
    (n > 0).then(|| Usage {
        levels_used: totals.iter().filter(|count| **count > 0).count() as u64,
        effective_levels: bits.exp2(),
        mode: scale.at(mode),
        mode_share: share(most),
    })
}

fn by_judge(scale: Scale, scores: &Scores) -> Vec<JudgeLevel> {
    let (Ok(plain), Ok(map)) = (level_calibration(scores), IsotonicMap::fit(scores, MIN_ROWS_PER_LEVEL)) else {
        return Vec::new();
    };
    let level = |(own, mapped): (&LevelMean, &LevelMean)| JudgeLevel {
        rating: scale.rating(own.score as i64).expect("the judge rates on the scale"),
        n: own.rows,
        people: own.mean,
        mapped: mapped.mean,
    };
    plain.levels.iter().zip(map.points()).map(level).collect()
}

fn by_people(scale: Scale, table: &Confusion) -> Vec<PeopleLevel> {
    let level = |(human, row): (usize, &[u64])| {
        let row = &row[..scale.levels()];
        let n: u64 = row.iter().sum();
        let sum: u64 = row.iter().enumerate().map(|(judge, count)| judge as u64 * count).sum();
        let judge = scale.min().value() as f64 + sum as f64 / n as f64;
        (n > 0).then(|| PeopleLevel { rating: scale.at(human), n, judge })
    };
    table.rows().enumerate().filter_map(level).collect()
}
