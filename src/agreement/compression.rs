//! Does the judge use the scale? Central tendency, compressed and collapsed scores (SPEC §2.11).

use super::interval::{Resampling, bca_of_sums};
use super::numerics::sum;
use super::{Confusion, Defined, Scores};
use crate::domain::{Interval, Undefined};
use std::collections::BTreeMap;

/// A scale as the compression panel needs it: scores may lie anywhere between its ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoreRange {
    /// Lowest possible score.
    pub low: f64,
    /// Highest possible score.
    pub high: f64,
    /// Number of levels that the scale is meant to have, at least 2.
    pub levels: usize,
}

/// The mean of the judge's scores on the rows that people rate alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LevelMean {
    /// What the rows have in common: a rating of one side.
    pub score: f64,
    /// Mean of the other side.
    pub mean: f64,
    /// How many rows.
    pub rows: u64,
}

/// How the judge spreads its scores, over rows with a valid reply.
#[derive(Clone, Debug, PartialEq)]
pub struct Compression {
    /// Entropy of the judge's scores in bits.
    pub entropy_bits: f64,
    /// The same divided by log₂ of the scale's levels: 1 when all of them are used alike. More when scores are finer.
    pub entropy_normalised: f64,
    /// 2 to the entropy: as how many equally frequent levels the scores are worth.
    pub effective_levels: f64,
    /// Share of the judge's most frequent score.
    pub mode_share: f64,
    /// Share of people's most frequent rating.
    pub human_mode_share: f64,
    /// Distinct scores that the judge gave.
    pub levels_used: u64,
    /// Largest minus smallest score, as a share of the scale's length.
    pub range_used: f64,
    /// 95th minus 5th percentile (type 7), as a share of the scale's length.
    pub central_span: f64,
    /// `Var j / Var h`. Below 1 is no defect: the best possible judge of expected ratings has ρ².
    pub variance_ratio: Defined,
    /// `Cov / Var h`, the judge's slope on people; noise in the human ratings pulls it down.
    pub slope_on_human: Defined,
    /// `Cov / Var j`, people's slope on the judge: 1 is calibrated, above 1 is compressed.
    pub calibration_slope: Defined,
    /// The rating that the judge's line on people reproduces: with a slope below 1, lower ratings are scored too high and
    /// higher ones too low. Undefined at a slope of 1.
    pub fixed_point: Defined,
    /// The judge's mean for each human rating, from low to high.
    pub judge_by_human: Vec<LevelMean>,
}

/// The compression panel. Undefined without rows, and on a scale without two levels.
pub fn compression(scores: &Scores, scale: ScoreRange) -> Result<Compression, Undefined> {
    let (judge, human) = (scores.judge_marginal(), scores.human_marginal());
    let mode_share = judge.mode_share()?;
    let length = scale.high - scale.low;
    if length <= 0.0 || scale.levels < 2 {
        return Err(Undefined::ZeroVariance);
    }
    let entropy_bits = judge.entropy_bits();
    let spread = scores.spread();
    let over = |part: f64, variance: f64, varies: bool, reason: Undefined| match (varies, variance > 0.0) {
        (false, _) => Err(reason),
        (true, false) => Err(Undefined::ZeroVariance),
        (true, true) => Ok(part / variance),
    };
    let over_human = |x| over(x, spread.human_variance, scores.human_varies(), Undefined::OneLabelHuman);
    let over_judge = |x| over(x, spread.judge_variance, scores.judge_varies(), Undefined::OneLabelJudge);
    let slope_on_human = over_human(spread.covariance);
    let fixed_point = |slope: f64| match 1.0 - slope {
        0.0 => Err(Undefined::Singular),
        gap => Ok((spread.judge_mean - slope * spread.human_mean) / gap),
    };
    Ok(Compression {
        entropy_bits,
        entropy_normalised: entropy_bits / (scale.levels as f64).log2(),
        effective_levels: entropy_bits.exp2(),
        mode_share,
        human_mode_share: human.mode_share()?,
        levels_used: judge.scores().len() as u64,
        range_used: (judge.quantile(1.0)? - judge.quantile(0.0)?) / length,
        central_span: (judge.quantile(0.95)? - judge.quantile(0.05)?) / length,
        variance_ratio: over_human(spread.judge_variance),
        slope_on_human,
        calibration_slope: over_judge(spread.covariance),
        fixed_point: slope_on_human.and_then(fixed_point),
        judge_by_human: judge_by_human(scores),
    })
}

impl Compression {
    /// Mean of judge − human on the rows that people rate `rating`: at the scale's ends, where scores can only be pulled
    /// inwards. Undefined when there are none.
    pub fn bias_at(&self, rating: f64) -> Defined {
        let level = self.judge_by_human.iter().find(|level| level.score == rating);
        level.map(|level| level.mean - level.score).ok_or(Undefined::Empty)
    }
}

/// The interval of the calibration slope `Cov / Var j` of scores that are real values, queries resampled whole.
///
/// # Panics
/// When the lists differ in length.
pub fn calibration_slope_interval(
    groups: &[u32],
    human: &[f64],
    judge: &[f64],
    how: &Resampling,
) -> Result<Interval, Undefined> {
    assert!(groups.len() == human.len() && human.len() == judge.len(), "one query and one score of each side per row");
    let scores = Scores::of(human, judge)?;
    if !scores.judge_varies() {
        return Err(Undefined::OneLabelJudge);
    }
    // About the means, so that little is lost in the differences below.
    let spread = scores.spread();
    let mut sums: BTreeMap<u32, [f64; 5]> = BTreeMap::new();
    for ((group, human), judge) in groups.iter().zip(human).zip(judge) {
        let (h, j) = (human - spread.human_mean, judge - spread.judge_mean);
        let sum = sums.entry(*group).or_default();
        sum.iter_mut().zip([1.0, h, j, j * j, h * j]).for_each(|(sum, value)| *sum += value);
    }
    let slope = |[n, h, j, jj, hj]: &[f64; 5]| {
        let variance = n * jj - j * j;
        // What rounding leaves of a variance of 0.
        let known = variance > 1e-9 * n * jj;
        [if known { Ok((n * hj - h * j) / variance) } else { Err(Undefined::OneLabelJudge) }]
    };
    let [interval] = bca_of_sums(&sums.into_values().collect::<Vec<_>>(), slope, how);
    interval
}

/// `Cov / Var j` over valid rows of the table: [`Compression::calibration_slope`], quick enough to be resampled.
///
/// Undefined without rows, and for a judge that gave one rating only.
pub fn calibration_slope(table: &Confusion) -> Defined {
    let (mut n, mut h, mut j, mut jj, mut hj) = (0u64, 0u64, 0u64, 0u64, 0u64);
    for human in 0..table.levels() {
        for judge in 0..table.levels() {
            let (rows, a, b) = (table.at(human, judge), human as u64, judge as u64);
            n += rows;
            h += rows * a;
            j += rows * b;
            jj += rows * b * b;
            hj += rows * a * b;
        }
    }
    // n² times the variance and the covariance, in whole numbers.
    match (n, n * jj - j * j) {
        (0, _) => Err(Undefined::Empty),
        (_, 0) => Err(Undefined::OneLabelJudge),
        (_, variance) => Ok(((n * hj) as f64 - (h * j) as f64) / variance as f64),
    }
}

/// How much higher people rate what the judge scores `level + 1` than what it scores `level`, in rating points: negative
/// where a higher score means less. For the flag of a judge that is not monotone, with an interval by resampling.
///
/// Undefined when the judge gave one of the two levels to no row.
pub fn rise_above(table: &Confusion, level: usize) -> Defined {
    let mean = |judge: usize| {
        let column = || (0..table.levels()).map(|human| (human as u64, table.at(human, judge)));
        match column().map(|(_, n)| n).sum::<u64>() {
            0 => Err(Undefined::Empty),
            rows => Ok(column().map(|(rating, n)| rating * n).sum::<u64>() as f64 / rows as f64),
        }
    };
    Ok(mean(level + 1)? - mean(level)?)
}

fn judge_by_human(scores: &Scores) -> Vec<LevelMean> {
    let mut pairs = scores.pairs().to_vec();
    pairs.sort_by(|a, b| a.human.total_cmp(&b.human));
    let level = |pairs: &[super::scores::ScorePair]| {
        let rows = pairs.iter().map(|pair| pair.rows).sum();
        let total = sum(pairs.iter().map(|pair| pair.judge * pair.rows as f64));
        LevelMean { score: pairs[0].human, mean: total / rows as f64, rows }
    };
    pairs.chunk_by(|a, b| a.human == b.human).map(level).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALE: ScoreRange = ScoreRange { low: 1.0, high: 5.0, levels: 5 };

    #[test]
    fn a_judge_that_halves_every_distance_by_hand() {
        // Human 1 1 5 5, judge 2 2 4 4: Var 4 and 1, Cov 2, both means 3.
        let panel = compression(&Scores::of(&[1.0, 1.0, 5.0, 5.0], &[2.0, 2.0, 4.0, 4.0]).unwrap(), SCALE).unwrap();
        assert_eq!((panel.variance_ratio, panel.slope_on_human, panel.calibration_slope), (Ok(0.25), Ok(0.5), Ok(2.0)));
        // (3 − 0.5·3)/(1 − 0.5).
        assert_eq!(panel.fixed_point, Ok(3.0));
        assert_eq!((panel.entropy_bits, panel.effective_levels, panel.levels_used), (1.0, 2.0, 2));
        assert_eq!(
            (panel.mode_share, panel.human_mode_share, panel.range_used, panel.central_span),
            (0.5, 0.5, 0.5, 0.5)
        );
        assert_eq!(
            (panel.bias_at(1.0), panel.bias_at(5.0), panel.bias_at(3.0)),
            (Ok(1.0), Ok(-1.0), Err(Undefined::Empty))
        );
    }

    #[test]
    fn a_constant_judge_has_no_calibration_slope_and_a_calibrated_one_no_single_fixed_point() {
        let constant = compression(&Scores::of(&[1.0, 5.0], &[3.0, 3.0]).unwrap(), SCALE).unwrap();
        assert_eq!(constant.calibration_slope, Err(Undefined::OneLabelJudge));
        assert_eq!((constant.slope_on_human, constant.entropy_bits), (Ok(0.0), 0.0));
        let perfect = compression(&Scores::of(&[1.0, 5.0], &[1.0, 5.0]).unwrap(), SCALE).unwrap();
        assert_eq!((perfect.calibration_slope, perfect.fixed_point), (Ok(1.0), Err(Undefined::Singular)));
        let same = compression(&Scores::of(&[3.0, 3.0], &[1.0, 5.0]).unwrap(), SCALE).unwrap();
        assert_eq!(
            (same.variance_ratio, same.slope_on_human),
            (Err(Undefined::OneLabelHuman), Err(Undefined::OneLabelHuman))
        );
        assert_eq!(compression(&Scores::of(&[], &[]).unwrap(), SCALE), Err(Undefined::Empty));
        let flat = ScoreRange { high: 1.0, ..SCALE };
        assert_eq!(compression(&Scores::of(&[1.0], &[1.0]).unwrap(), flat), Err(Undefined::ZeroVariance));
    }

    #[test]
    fn a_higher_score_that_means_less_falls() {
        // Judge 1 on ratings 2, 4 (levels 1 and 3), judge 2 on ratings 1, 2 (levels 0 and 1).
        let mut table = Confusion::empty(5);
        for (human, judge) in [(1, 0), (3, 0), (0, 1), (1, 1)] {
            table.add(human, Some(judge));
        }
        assert_eq!((rise_above(&table, 0), rise_above(&table, 1)), (Ok(-1.5), Err(Undefined::Empty)));
    }
}
