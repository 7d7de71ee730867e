//! Human and judge scores on any scale, whole numbers or not.

use super::numerics::sum;
use super::{Confusion, Defined};
use crate::domain::Undefined;

/// The largest score by size.
const LARGEST: f64 = 1e100;

/// Pairs of a human and a judge score with the number of rows that have them, in order of the judge's score.
///
/// The order makes sums of floats the same for any order of rows. A table of ratings becomes a handful of pairs.
#[derive(Clone, Debug, PartialEq)]
pub struct Scores {
    pairs: Vec<ScorePair>,
    rows: u64,
}

/// Rows that have the same two scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ScorePair {
    pub(super) judge: f64,
    pub(super) human: f64,
    pub(super) rows: u64,
}

/// Means, variances and covariance, over n rather than n − 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spread {
    pub(super) human_mean: f64,
    pub(super) judge_mean: f64,
    pub(super) human_variance: f64,
    pub(super) judge_variance: f64,
    pub(super) covariance: f64,
    /// Mean of (judge − human)².
    pub(super) squared_error: f64,
}

impl Scores {
    /// From two equally long lists, row by row; rows with a malformed reply are left out beforehand.
    ///
    /// # Errors
    /// [`Undefined::NotFinite`] when a score is not a finite number, or beyond 10¹⁰⁰.
    ///
    /// # Panics
    /// When the lists differ in length.
    pub fn of(human: &[f64], judge: &[f64]) -> Result<Self, Undefined> {
        assert_eq!(human.len(), judge.len(), "one judge score for each human score");
        if !human.iter().chain(judge).all(|score| usable(*score)) {
            return Err(Undefined::NotFinite);
        }
        // Adding 0 makes both zeros one.
        let pair = |(h, j): (&f64, &f64)| ScorePair { judge: j + 0.0, human: h + 0.0, rows: 1 };
        let mut pairs: Vec<ScorePair> = human.iter().zip(judge).map(pair).collect();
        pairs.sort_unstable_by(|a, b| a.judge.total_cmp(&b.judge).then(a.human.total_cmp(&b.human)));
        pairs.dedup_by(|next, kept| {
            let same = next.judge == kept.judge && next.human == kept.human;
            kept.rows += u64::from(same);
            same
        });
        Ok(Self { pairs, rows: human.len() as u64 })
    }

    /// From the valid rows of a table whose lowest level is the rating `lowest`.
    pub fn of_table(table: &Confusion, lowest: f64) -> Self {
        let rating = |level: usize| lowest + level as f64;
        let pair = |human: usize, judge: usize| ScorePair {
            judge: rating(judge),
            human: rating(human),
            rows: table.at(human, judge),
        };
        let all = (0..table.levels()).flat_map(|judge| (0..table.levels()).map(move |human| pair(human, judge)));
        let pairs: Vec<ScorePair> = all.filter(|pair| pair.rows > 0).collect();
        let rows = pairs.iter().map(|pair| pair.rows).sum();
        Self { pairs, rows }
    }

    /// Number of rows.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The distribution of the judge's scores.
    pub fn judge_marginal(&self) -> Marginal {
        Marginal::gather(self.pairs.iter().map(|pair| (pair.judge, pair.rows)).collect())
    }

    /// The distribution of the human scores.
    pub fn human_marginal(&self) -> Marginal {
        let mut scores: Vec<(f64, u64)> = self.pairs.iter().map(|pair| (pair.human, pair.rows)).collect();
        scores.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        Marginal::gather(scores)
    }

    /// The mean of (judge − human)². Undefined without rows.
    pub fn squared_error(&self) -> Defined {
        if self.rows == 0 { Err(Undefined::Empty) } else { Ok(self.spread().squared_error) }
    }

    /// Distinct pairs, in order of the judge's score and then of the human one.
    pub(super) fn pairs(&self) -> &[ScorePair] {
        &self.pairs
    }

    /// Distinct pairs by the judge's score, from low to high.
    pub(super) fn by_judge(&self) -> impl Iterator<Item = &[ScorePair]> {
        self.pairs.chunk_by(|a, b| a.judge == b.judge)
    }

    /// The mean over rows of a function of both scores (human, judge); 0 without rows.
    pub(super) fn mean(&self, of: impl Fn(f64, f64) -> f64) -> f64 {
        sum(self.pairs.iter().map(|pair| of(pair.human, pair.judge) * pair.rows as f64)) / self.rows.max(1) as f64
    }

    pub(super) fn spread(&self) -> Spread {
        // About a score of the data: exact for whole numbers, and far from 0 no digits are lost.
        let origin = self.pairs.first().map_or(0.0, |pair| pair.human);
        let human = self.mean(|h, _| h - origin);
        let judge = self.mean(|_, j| j - origin);
        Spread {
            human_mean: origin + human,
            judge_mean: origin + judge,
            human_variance: self.mean(|h, _| (h - origin - human).powi(2)),
            judge_variance: self.mean(|_, j| (j - origin - judge).powi(2)),
            covariance: self.mean(|h, j| (h - origin - human) * (j - origin - judge)),
            squared_error: self.mean(|h, j| (j - h).powi(2)),
        }
    }

    /// Whether the human scores vary, by comparing them and not by a variance that rounding keeps above 0.
    pub(super) fn human_varies(&self) -> bool {
        self.pairs.windows(2).any(|pair| pair[0].human != pair[1].human)
    }

    /// Whether the judge's scores vary.
    pub(super) fn judge_varies(&self) -> bool {
        self.pairs.first().map(|pair| pair.judge) != self.pairs.last().map(|pair| pair.judge)
    }
}

/// Whether sums of squares of such scores stay finite.
pub(super) fn usable(score: f64) -> bool {
    score.abs() <= LARGEST
}

/// A distribution: distinct scores from low to high with the number of rows that have them.
#[derive(Clone, Debug, PartialEq)]
pub struct Marginal {
    scores: Vec<(f64, u64)>,
    rows: u64,
}

impl Marginal {
    /// From counts per level, the lowest level being the rating `lowest`.
    pub fn of_counts(counts: &[u64], lowest: f64) -> Self {
        Self::gather(counts.iter().enumerate().map(|(level, n)| (lowest + level as f64, *n)).collect())
    }

    fn gather(mut scores: Vec<(f64, u64)>) -> Self {
        scores.retain(|(_, rows)| *rows > 0);
        scores.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 += if same { next.1 } else { 0 };
            same
        });
        let rows = scores.iter().map(|(_, rows)| rows).sum();
        Self { scores, rows }
    }

    /// Distinct scores from low to high with their rows.
    pub fn scores(&self) -> &[(f64, u64)] {
        &self.scores
    }

    /// Number of rows.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Shannon's entropy in bits: 0 for a constant, log₂ of the number of levels when all are equally frequent.
    pub fn entropy_bits(&self) -> f64 {
        let share = |(_, rows): &(f64, u64)| *rows as f64 / self.rows as f64;
        // 0 − x, not −x: a constant has entropy 0, not −0.
        0.0 - sum(self.scores.iter().map(share).map(|p| p * p.log2()))
    }

    /// Share of the most frequent score. Undefined without rows.
    pub fn mode_share(&self) -> Defined {
        let most = self.scores.iter().map(|(_, rows)| *rows).max().ok_or(Undefined::Empty)?;
        Ok(most as f64 / self.rows as f64)
    }

    /// The `p` quantile, interpolated between rows (type 7 of Hyndman & Fan). Undefined without rows.
    pub fn quantile(&self, p: f64) -> Defined {
        if self.rows == 0 {
            return Err(Undefined::Empty);
        }
        let position = p * (self.rows - 1) as f64;
        let (low, high) = (self.at(position.floor() as u64), self.at(position.ceil() as u64));
        Ok(low + (high - low) * position.fract())
    }

    /// The score of the row at this rank, counted from 0.
    fn at(&self, rank: u64) -> f64 {
        let mut below = 0;
        let reached = |(_, rows): &&(f64, u64)| {
            below += rows;
            below > rank
        };
        self.scores.iter().find(reached).or(self.scores.last()).map_or(0.0, |(score, _)| *score)
    }
}

#[cfg(test)]
mod tests;
