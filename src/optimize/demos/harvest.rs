//! Bootstrapping: rows of Train are rated until enough replies are good enough to be shown.

use super::super::desk::Desk;
use super::super::pool::{CandidateId, Row};
use super::super::strategy::Want;
use super::choose::eligible;
use super::{Shot, TrainRow};
use std::collections::BTreeSet;

/// A judge that is looked at for replies worth showing.
#[derive(Clone, Debug)]
pub(in crate::optimize) struct Harvest {
    teacher: CandidateId,
    threshold: f64,
    wanted: usize,
    rows: Vec<Row>,
    at: usize,
    /// Rows that may still be looked at.
    left: usize,
    found: Vec<Shot>,
}

impl Harvest {
    /// Looks at those of `rows` that can become examples and that `teacher` is not shown, in their order, until `wanted` of
    /// its replies are at most `threshold` NMSE points off.
    pub fn new(
        desk: &Desk<'_>,
        teacher: CandidateId,
        shown: &[Shot],
        mut rows: Vec<Row>,
        wanted: usize,
        threshold: f64,
    ) -> Self {
        let eligible = eligible(desk.materials().train, desk.rubric()).into_iter().map(|(row, _)| Row::Train(row));
        let fit: BTreeSet<Row> = eligible.collect();
        let shown: BTreeSet<Row> = shown.iter().map(|shot| shot.row().row()).collect();
        rows.retain(|row| fit.contains(row) && !shown.contains(row));
        Self { teacher, threshold, wanted, rows, at: 0, left: usize::MAX, found: Vec::new() }
    }

    /// The same, with so many rows to look at in all.
    pub fn within(self, rows: usize) -> Self {
        Self { left: rows, ..self }
    }

    /// The next rows to be rated; none when enough was found or nothing is left.
    pub fn next(&mut self, desk: &Desk<'_>) -> Option<Want> {
        let missing = self.wanted.saturating_sub(self.found.len());
        // Some replies are no good: twice as many are looked at as are missing.
        let end = self.rows.len().min(self.at + (2 * missing).min(self.left));
        let rows = self.rows[self.at..end].to_vec();
        self.at = end;
        let want = (!rows.is_empty()).then(|| Want::new(self.teacher, rows));
        let want = want.filter(|_| missing > 0 && desk.calls_left() != Some(0))?;
        self.left -= want.rows.len();
        Some(want)
    }

    /// Reads what was rated since.
    pub fn read(&mut self, desk: &Desk<'_>) {
        let rows = self.rows[..self.at].iter().filter_map(|row| TrainRow::of(*row));
        self.found = rows.filter_map(|row| Shot::bootstrapped(desk, self.teacher, row, self.threshold)).collect();
    }

    /// What was found, in the order of the rows.
    pub fn found(&self) -> &[Shot] {
        &self.found
    }
}
