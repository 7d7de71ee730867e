//! The table human × judge: the sufficient statistic of everything categorical and rank-based.

use super::Pair;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// Counts: one row for each human level, one column for each judge level and a last one for malformed replies.
///
/// Cells lie in one block, row by row, so that a resample is a weighted sum of blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion {
    levels: usize,
    cells: Vec<u64>,
}

impl Confusion {
    /// An empty table on a scale of `levels`.
    pub fn empty(levels: usize) -> Self {
        Self { levels, cells: vec![0; levels * (levels + 1)] }
    }

    /// Counts `pairs` on a scale of `levels`.
    pub fn of<'a>(pairs: impl IntoIterator<Item = &'a Pair>, levels: usize) -> Self {
        let mut table = Self::empty(levels);
        for pair in pairs {
            table.add(pair.gold, pair.judge);
        }
        table
    }

    /// One table per group, in the order of the groups' numbers.
    pub fn by_group<'a>(pairs: impl IntoIterator<Item = &'a Pair>, levels: usize) -> Vec<Self> {
        let mut groups: BTreeMap<u32, Self> = BTreeMap::new();
        for pair in pairs {
            groups.entry(pair.group).or_insert_with(|| Self::empty(levels)).add(pair.gold, pair.judge);
        }
        groups.into_values().collect()
    }

    /// A table from its rows, each with the malformed column.
    ///
    /// # Panics
    /// When a row does not have one column more than there are rows.
    pub fn from_rows(rows: &[Vec<u64>]) -> Self {
        assert!(
            rows.iter().all(|row| row.len() == rows.len() + 1),
            "each row has a column per level and one for malformed"
        );
        Self { levels: rows.len(), cells: rows.concat() }
    }

    /// Counts one row.
    pub fn add(&mut self, human: u8, judge: Option<u8>) {
        let column = judge.map_or(self.levels, usize::from);
        self.cells[usize::from(human) * (self.levels + 1) + column] += 1;
    }

    /// Levels of the scale.
    pub fn levels(&self) -> usize {
        self.levels
    }

    /// All cells, row by row.
    pub fn cells(&self) -> &[u64] {
        &self.cells
    }

    /// All cells, to be filled by a resample.
    pub(super) fn cells_mut(&mut self) -> &mut [u64] {
        &mut self.cells
    }

    /// Rows of the table, human levels from low to high.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[u64]> + Clone {
        self.cells.chunks_exact(self.levels + 1)
    }

    /// The row of one human level: a count per judge level, then malformed replies.
    pub fn row(&self, human: usize) -> &[u64] {
        &self.cells[human * (self.levels + 1)..(human + 1) * (self.levels + 1)]
    }

    /// How often people gave `human` and the judge `judge`.
    pub fn at(&self, human: usize, judge: usize) -> u64 {
        self.cells[human * (self.levels + 1) + judge]
    }

    /// All rows together.
    pub fn total(&self) -> u64 {
        self.cells.iter().sum()
    }

    /// Malformed replies.
    pub fn malformed(&self) -> u64 {
        self.rows().map(|row| row[self.levels]).sum()
    }

    /// The same without malformed replies.
    pub fn valid(&self) -> Self {
        let mut valid = self.clone();
        valid.cells.chunks_exact_mut(self.levels + 1).for_each(|row| row[self.levels] = 0);
        valid
    }

    /// How often people gave each level, from low to high.
    pub fn human_totals(&self) -> Vec<u64> {
        self.rows().map(|row| row.iter().sum()).collect()
    }

    /// How often the judge gave each level, from low to high, and how often it was malformed.
    pub fn judge_totals(&self) -> Vec<u64> {
        (0..=self.levels).map(|column| self.rows().map(|row| row[column]).sum()).collect()
    }

    /// How often people gave each level on rows with a valid reply, from low to high.
    pub fn valid_human_totals(&self) -> Vec<u64> {
        self.rows().map(|row| row[..self.levels].iter().sum()).collect()
    }

    /// How often the judge gave each level, from low to high.
    pub fn valid_judge_totals(&self) -> Vec<u64> {
        (0..self.levels).map(|column| self.rows().map(|row| row[column]).sum()).collect()
    }

    /// `self − other`, cell by cell.
    pub(super) fn without(&self, other: &Self) -> Self {
        Self { levels: self.levels, cells: self.cells.iter().zip(&other.cells).map(|(a, b)| a - b).collect() }
    }
}

impl Serialize for Confusion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rows())
    }
}

#[cfg(test)]
mod tests {
    use super::super::errors::tests::pairs;
    use super::*;

    #[test]
    fn totals_are_those_of_both_sides_and_malformed_comes_last() {
        let table = Confusion::of(pairs(&[1, 1, 3], &[Some(1), None, Some(2)]).iter(), 3);
        assert_eq!((table.human_totals(), table.judge_totals()), (vec![2, 0, 1], vec![1, 1, 0, 1]));
    }
}
