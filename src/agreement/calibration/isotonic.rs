//! Isotonic maps from judge scores to human ratings, and the calibration error that they find.

use crate::agreement::numerics::sum;
use crate::agreement::{Defined, LevelMean, Scores};
use crate::domain::Undefined;

/// Rows that a level of a map should rest on; thinner levels are pooled with their neighbours.
pub const MIN_ROWS_PER_LEVEL: u64 = 5;

/// A map from judge score to rating that never falls: the least-squares one (pool adjacent violators, Barlow et al.
/// 1972), equal scores being one point.
#[derive(Clone, Debug, PartialEq)]
pub struct IsotonicMap {
    points: Vec<LevelMean>,
}

impl IsotonicMap {
    /// Fits the map to human ratings; scores with fewer than `min_rows` rows are pooled with their neighbours.
    ///
    /// # Errors
    /// [`Undefined::Empty`] without rows.
    pub fn fit(scores: &Scores, min_rows: u64) -> Result<Self, Undefined> {
        let mut points = human_by_judge(scores);
        let mut blocks: Vec<Pool> = Vec::new();
        for (first, level) in points.iter().enumerate() {
            let mut block = Pool { first, total: level.mean * level.rows as f64, rows: level.rows };
            while let Some(below) = blocks.pop_if(|below| below.mean() >= block.mean() || below.rows < min_rows) {
                block = below.with(&block);
            }
            blocks.push(block);
        }
        // The last block has no higher neighbour to be pooled with.
        while let [.., below, last] = blocks.as_slice()
            && last.rows < min_rows
        {
            let pooled = below.with(last);
            blocks.truncate(blocks.len() - 2);
            blocks.push(pooled);
        }
        let ends = blocks.iter().skip(1).map(|block| block.first).chain([points.len()]);
        for (block, end) in blocks.iter().zip(ends) {
            points[block.first..end].iter_mut().for_each(|point| point.mean = block.mean());
        }
        if points.is_empty() { Err(Undefined::Empty) } else { Ok(Self { points }) }
    }

    /// For each score that it was fitted to, from low to high, what it maps to and how many rows had it.
    pub fn points(&self) -> &[LevelMean] {
        &self.points
    }

    /// Its steps, from low to high.
    pub fn blocks(&self) -> Vec<Block> {
        let block = |points: &[LevelMean]| Block {
            low: points[0].score,
            high: points[points.len() - 1].score,
            mean: points[0].mean,
            rows: points.iter().map(|point| point.rows).sum(),
        };
        self.points.chunk_by(|a, b| a.mean == b.mean).map(block).collect()
    }

    /// What a score maps to: between two fitted scores on the line between them, beyond them like the nearest.
    pub fn apply(&self, score: f64) -> f64 {
        let above = self.points.partition_point(|point| point.score < score);
        match (above.checked_sub(1).map(|below| self.points[below]), self.points.get(above)) {
            (_, Some(high)) if high.score == score => high.mean,
            (Some(low), Some(high)) => {
                low.mean + (high.mean - low.mean) * (score - low.score) / (high.score - low.score)
            }
            (Some(only), None) | (None, Some(&only)) => only.mean,
            (None, None) => score,
        }
    }

    /// Mean squared error against people when the map is applied to these scores.
    fn squared_error(&self, scores: &Scores) -> f64 {
        scores.mean(|human, judge| (self.apply(judge) - human).powi(2))
    }
}

/// Neighbouring scores that map to the same: a step of the map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Block {
    /// Lowest score.
    pub low: f64,
    /// Highest score.
    pub high: f64,
    /// What they map to.
    pub mean: f64,
    /// Rows.
    pub rows: u64,
}

/// The same while it is being made.
#[derive(Clone, Copy)]
struct Pool {
    first: usize,
    total: f64,
    rows: u64,
}

impl Pool {
    fn mean(&self) -> f64 {
        self.total / self.rows as f64
    }

    fn with(&self, above: &Self) -> Self {
        Self { first: self.first, total: self.total + above.total, rows: self.rows + above.rows }
    }
}

/// The squared error taken apart by an isotonic map: `mse = miscalibration − discrimination + uncertainty` (Dimitriadis,
/// Gneiting & Jordan 2021). It holds for scores of any kind, where a lookup table would fit every row.
#[derive(Clone, Debug, PartialEq)]
pub struct Corp {
    /// Of the scores as they are.
    pub mse: f64,
    /// Of the mapped scores, on the rows that the map was fitted to: flattering, see [`CrossFit`].
    pub mse_mapped: f64,
    /// What the map removes.
    pub miscalibration: f64,
    /// What the mapped scores explain of the human ratings.
    pub discrimination: f64,
    /// The error of the mean rating.
    pub uncertainty: f64,
    /// The map.
    pub map: IsotonicMap,
}

/// The decomposition. Undefined without rows.
pub fn corp(scores: &Scores) -> Result<Corp, Undefined> {
    let map = IsotonicMap::fit(scores, 1)?;
    let (spread, mapped) = (scores.spread(), map.squared_error(scores));
    Ok(Corp {
        mse: spread.squared_error,
        mse_mapped: mapped,
        miscalibration: spread.squared_error - mapped,
        discrimination: spread.human_variance - mapped,
        uncertainty: spread.human_variance,
        map,
    })
}

/// Rows for the honest error of a map: each is predicted by a map fitted to other queries.
#[derive(Clone, Copy, Debug)]
pub struct CrossFit<'a> {
    /// Query of each row.
    pub groups: &'a [u32],
    /// Human score of each row.
    pub human: &'a [f64],
    /// Judge score of each row; rows with a malformed reply are left out beforehand.
    pub judge: &'a [f64],
}

impl CrossFit<'_> {
    /// The mean squared error of mapped scores. Queries are dealt to `folds` parts in the order of their numbers, each
    /// part is predicted by the map of the others.
    ///
    /// Undefined when a score is no finite number, and with fewer than two queries; with fewer queries than folds each
    /// is a fold of its own.
    ///
    /// # Panics
    /// When the lists differ in length.
    pub fn mse(&self, folds: usize, min_rows: u64) -> Defined {
        let mapped = self.mapped(folds, min_rows)?;
        Ok(sum(mapped.iter().zip(self.human).map(|(mapped, human)| (mapped - human).powi(2))) / mapped.len() as f64)
    }

    /// Each row's score, mapped by a map that was fitted to other queries; undefined as [`CrossFit::mse`] is.
    ///
    /// # Errors
    /// [`Undefined`].
    ///
    /// # Panics
    /// When the lists differ in length.
    pub fn mapped(&self, folds: usize, min_rows: u64) -> Result<Vec<f64>, Undefined> {
        let mut groups = self.groups.to_vec();
        groups.sort_unstable();
        groups.dedup();
        let folds = folds.min(groups.len());
        if folds < 2 {
            return Err(Undefined::TooFewGroups);
        }
        let fold = |group: u32| groups.partition_point(|known| *known < group) % folds;
        let folds_of: Vec<usize> = self.groups.iter().map(|group| fold(*group)).collect();
        let map = |out: usize| IsotonicMap::fit(&self.rows(|row| folds_of[row] != out)?, min_rows);
        let maps = (0..folds).map(map).collect::<Result<Vec<IsotonicMap>, Undefined>>()?;
        if !self.judge.iter().all(|score| score.is_finite()) {
            return Err(Undefined::NotFinite);
        }
        Ok(self.judge.iter().zip(&folds_of).map(|(score, fold)| maps[*fold].apply(*score)).collect())
    }

    fn rows(&self, chosen: impl Fn(usize) -> bool) -> Result<Scores, Undefined> {
        let rows = (0..self.groups.len()).filter(|row| chosen(*row));
        let (human, judge): (Vec<f64>, Vec<f64>) = rows.map(|row| (self.human[row], self.judge[row])).unzip();
        Scores::of(&human, &judge)
    }
}

/// What people mean where the judge says something: the table behind a calibration error.
#[derive(Clone, Debug, PartialEq)]
pub struct LevelCalibration {
    /// `Σ_k P(j = k) · |E[h | j = k] − k|`, in rating points; 0 when every score means what it says.
    pub error: f64,
    /// For each score of the judge the mean human rating and the number of rows.
    pub levels: Vec<LevelMean>,
}

/// The level calibration error (SPEC case O4). Undefined without rows.
pub fn level_calibration(scores: &Scores) -> Result<LevelCalibration, Undefined> {
    if scores.rows() == 0 {
        return Err(Undefined::Empty);
    }
    let levels = human_by_judge(scores);
    let error = sum(levels.iter().map(|level| (level.mean - level.score).abs() * level.rows as f64));
    Ok(LevelCalibration { error: error / scores.rows() as f64, levels })
}

fn human_by_judge(scores: &Scores) -> Vec<LevelMean> {
    let level = scores.by_judge().map(|pairs| {
        let rows = pairs.iter().map(|pair| pair.rows).sum();
        let total = sum(pairs.iter().map(|pair| pair.human * pair.rows as f64));
        LevelMean { score: pairs[0].judge, mean: total / rows as f64, rows }
    });
    level.collect()
}

#[cfg(test)]
mod tests;
