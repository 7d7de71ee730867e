//! How the judge uses the scale: what of its error is lenience, compression or order; what a map could mend; and what
//! people mean where the judge says something.

use super::compute::{Row, Setup};
use super::map::{AppliedMap, applied};
use crate::agreement::interval::Resampling;
use crate::agreement::{
    Confusion, CrossFit, Defined, IsotonicMap, LevelMean, MIN_ROWS_PER_LEVEL, MapGain, Pair, PairCounts, ScaleEvidence,
    ScaleFlag, ScoreRange, Scores, Term, bias, calibration_slope, calibration_slope_interval, compression, diagnose,
    distribution_distance, level_calibration, mse_decomposition, ratio, rise_above, table_intervals,
};
use crate::domain::{Estimate, Figure, Interval, LEVELS, Rating, Scale, Undefined};
use serde::Serialize;

/// Parts that queries are dealt to when a map is judged by items that it was not fitted to.
const FOLDS: usize = 5;
/// Statistics resampled together: the slope, and a rise above each level but the last of the longest scale.
const RESAMPLED: usize = *LEVELS.end();

/// How judge and people use the scale, over readable replies. Where ratings were rounded from real values (fractions that
/// are kept, means of samples, formulas, a map), the findings, the slope, the parts and the map are of the real values.
#[derive(Clone, Debug, Serialize)]
pub struct Spread {
    /// Some rating was rounded from a real value that differs from it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub real: bool,
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
    /// NMSE on readable replies, of the real values.
    pub nmse_now: Figure,
    /// The same after a monotone map that was fitted to other queries.
    pub nmse_mapped: Figure,
    /// The same when what the map says is rounded to a rating: the cut points of a judge that has the map.
    pub nmse_cut: Figure,
    /// Standard error of what the map gains, in NMSE points, by query.
    pub map_gain_se: Figure,
    /// Somers' D of the real values given the gold rating.
    #[serde(skip)]
    pub order: Option<f64>,
    /// A map that was fitted before, applied here as it is.
    pub applied_map: Option<AppliedMap>,
    /// For each rating that the judge gave, what people mean by it, and the map fitted to all items.
    pub by_judge: Vec<JudgeLevel>,
    /// Where there are real values, the steps of the map that was fitted to all of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub by_value: Vec<ValueStep>,
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

/// Real values of the judge that a map takes to the same.
#[derive(Clone, Debug, Serialize)]
pub struct ValueStep {
    /// Lowest value, in rating points.
    pub low: f64,
    /// Highest value.
    pub high: f64,
    /// Items.
    pub n: u64,
    /// Mean human rating of them, which is what the map makes of them.
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

/// The readable replies of a judge, as numbers.
struct Seen {
    scale: Scale,
    pairs: Vec<Pair>,
    groups: Vec<u32>,
    /// Mean human rating.
    human: Vec<f64>,
    /// The gold category: a mean of several people is no rating that anyone could give.
    gold: Vec<f64>,
    /// The judge's rating as a real value.
    judge: Vec<f64>,
    /// Some real value is not the rating.
    real: bool,
}

impl Seen {
    fn of(scale: Scale, rows: &[Row<'_>]) -> Self {
        let low = scale.min().value() as f64;
        let rated: Vec<(&Row<'_>, f64)> =
            rows.iter().filter_map(|row| Some((row, low + f64::from(row.pair.judge?)))).collect();
        let value = |(row, rating): &(&Row<'_>, f64)| row.answer.and_then(|a| a.verdict.value()).unwrap_or(*rating);
        let judge: Vec<f64> = rated.iter().map(value).collect();
        Self {
            scale,
            real: rated.iter().zip(&judge).any(|((_, rating), value)| rating != value),
            groups: rated.iter().map(|(row, _)| row.pair.group).collect(),
            human: rated.iter().map(|(row, _)| low + row.pair.gold_mean).collect(),
            gold: rated.iter().map(|(row, _)| low + f64::from(row.pair.gold)).collect(),
            pairs: rated.iter().map(|(row, _)| row.pair.clone()).collect(),
            judge,
        }
    }

    fn scores(&self, human: &[f64], judge: &[f64]) -> Scores {
        Scores::of(human, judge).expect("ratings are finite numbers")
    }

    /// Squared rating points as NMSE points.
    fn points(&self) -> f64 {
        100.0 / f64::from(self.scale.range()).powi(2)
    }

    fn figure(&self, value: Defined) -> Figure {
        let (n, queries) = (self.pairs.len() as u64, super::queries(&self.pairs));
        value.map_or_else(Figure::from, |v| Figure::point(v, n, queries))
    }

    /// What a map would gain, `read` being what becomes of a value in the end.
    fn gain(&self, read: impl Fn(f64) -> f64) -> Result<MapGain, Undefined> {
        let rows = CrossFit { groups: &self.groups, human: &self.human, judge: &self.judge };
        MapGain::of(&rows, FOLDS, MIN_ROWS_PER_LEVEL, read)
    }

    fn somers_d(&self, table: &Confusion) -> Defined {
        if self.real {
            PairCounts::of_scores(&self.gold, &self.judge)?.somers_d()
        } else {
            PairCounts::of(table).somers_d()
        }
    }

    fn bias(&self) -> Result<Interval, Undefined> {
        let range = f64::from(self.scale.range());
        let gap = |i: usize| Term { group: self.groups[i], value: self.judge[i] - self.human[i], weight: 1 };
        let figure = match self.real {
            true => ratio((0..self.pairs.len()).map(gap), (-range, range)),
            false => bias(&self.pairs, self.scale.levels()),
        };
        figure.interval().cloned().ok_or(Undefined::TooFewGroups)
    }
}

pub(super) fn spread(scale: Scale, rows: &[Row<'_>], judge_name: &str, setup: &Setup) -> Spread {
    let (seed, map) = (setup.seed, setup.map.as_ref());
    let seen = Seen::of(scale, rows);
    let table = Confusion::of(&seen.pairs, scale.levels());
    let low = scale.min().value() as f64;
    let scores = seen.scores(&seen.human, &seen.judge);
    let range = ScoreRange { low, high: scale.max().value() as f64, levels: scale.levels() };
    let points = seen.points();
    let categories = Scores::of_table(&table, low);
    let panel = compression(&if seen.real { seen.scores(&seen.gold, &seen.judge) } else { categories.clone() }, range);
    let mut resampled = resampled(&seen.pairs, scale.levels(), seed);
    let mut value = calibration_slope(&table);
    if seen.real {
        let how = Resampling { seed, ..Resampling::default() };
        resampled[0] = calibration_slope_interval(&seen.groups, &seen.gold, &seen.judge, &how);
        value = panel.as_ref().map_err(|reason| *reason).and_then(|panel| panel.calibration_slope);
    }
    let slope = match seen.figure(value) {
        Figure::Known(estimate) => Figure::Known(Estimate { interval: resampled[0].clone().ok(), ..estimate }),
        undefined => undefined,
    };
    let somers_d = seen.somers_d(&table);
    let flags = panel.as_ref().map_or(Vec::new(), |panel| {
        diagnose(&ScaleEvidence {
            panel,
            calibration_slope: resampled[0].clone(),
            somers_d,
            bias: seen.bias(),
            rises: &resampled[1..scale.levels()],
        })
    });
    let distance =
        distribution_distance(&categories.human_marginal(), &categories.judge_marginal(), f64::from(scale.range()))
            .ok();
    let gain = seen.gain(|value| value);
    let cut = seen.gain(|value| scale.nearest(value).map_or(value, |rating| rating.value() as f64));
    let ratings: Vec<f64> = seen.pairs.iter().filter_map(|pair| Some(low + f64::from(pair.judge?))).collect();
    Spread {
        real: seen.real,
        judge: usage(scale, &table.judge_totals()[..scale.levels()]),
        people: usage(scale, &table.human_totals()),
        total_variation: distance.map(|distance| distance.total_variation),
        variance_ratio: seen.figure(panel.as_ref().map_err(|reason| *reason).and_then(|panel| panel.variance_ratio)),
        calibration_slope: slope,
        parts: mse_decomposition(&scores).ok().map(|parts| Parts {
            bias: points * parts.bias_squared,
            spread: points * parts.spread_squared,
            ordering: points * parts.ordering,
            fixable: points * parts.fixable,
        }),
        nmse_now: seen.figure(scores.squared_error().map(|mse| mse * points)),
        nmse_mapped: seen.figure(gain.map(|gain| gain.after * points)),
        nmse_cut: seen.figure(cut.map(|gain| gain.after * points)),
        map_gain_se: seen.figure(gain.and_then(|gain| gain.standard_error).map(|se| se * points)),
        order: somers_d.ok(),
        applied_map: map.map(|map| applied(scale, (&seen.pairs, &seen.judge), map, judge_name, &setup.people)),
        by_judge: by_judge(scale, &seen.scores(&seen.human, &ratings)),
        by_value: if seen.real { by_value(&scores) } else { Vec::new() },
        by_people: by_people(scale, &table),
        flags,
    }
}

fn by_value(scores: &Scores) -> Vec<ValueStep> {
    let steps = IsotonicMap::fit(scores, MIN_ROWS_PER_LEVEL).map_or(Vec::new(), |map| map.blocks());
    steps.iter().map(|b| ValueStep { low: b.low, high: b.high, n: b.rows, mapped: b.mean }).collect()
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
