//! The learning curve: how the best candidate did at each moment of a run, against what was spent by then.

use super::super::event::{Decision, Entry};
use super::super::limits::Spend;
use super::super::pool::{CandidateId, Row};
use serde::Serialize;
use std::collections::BTreeMap;

/// One moment of a run: the best candidate so far, on the dev rows that it and the baseline were both rated on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Point {
    /// Judge calls by then.
    pub calls: u64,
    /// Calls to the reflection model by then.
    pub other: u64,
    /// Dollars by then; what is not known counts nothing.
    pub cost_usd: f64,
    /// The best candidate so far.
    pub candidate: CandidateId,
    /// Rows.
    pub n: u64,
    /// Its NMSE.
    pub nmse: f64,
    /// The baseline's, on the same rows.
    pub baseline: f64,
}

/// The curve of a log.
pub(super) fn curve(log: &[Entry]) -> Vec<Point> {
    let mut walk = Walk::default();
    for entry in log {
        walk.take(entry);
    }
    walk.points
}

/// Losses of each candidate on dev rows, and where the walk stands.
#[derive(Default)]
struct Walk {
    losses: BTreeMap<CandidateId, BTreeMap<(Row, u32), f64>>,
    best: CandidateId,
    spent: Spend,
    points: Vec<Point>,
    over: bool,
}

impl Walk {
    fn take(&mut self, entry: &Entry) {
        match entry {
            // What is rated after the search is no part of it.
            _ if self.over => return,
            Entry::Rated { candidate, sample, rows, spent } => {
                let dev = rows.iter().filter(|seen| matches!(seen.row, Row::Dev(_)));
                let losses = self.losses.entry(*candidate).or_default();
                losses.extend(dev.map(|seen| ((seen.row, *sample), seen.loss)));
                self.spent = *spent;
            }
            Entry::Written { spent, .. } => {
                self.spent = *spent;
                return;
            }
            Entry::Compared { child, decision: Decision::Accepted, .. } => {
                if self.pair(*child, self.best).is_none_or(|(child, best, _)| child <= best) {
                    self.best = *child;
                }
            }
            Entry::Concluded { best, .. } => {
                self.best = *best;
                self.over = true;
            }
            _ => return,
        }
        self.look();
    }

    /// Adds a point where something changed.
    fn look(&mut self) {
        let Some((best, baseline, n)) = self.pair(self.best, 0) else { return };
        let point = Point {
            calls: self.spent.judge,
            other: self.spent.other,
            cost_usd: self.spent.usd.usd(),
            candidate: self.best,
            n,
            nmse: 100.0 * best,
            baseline: 100.0 * baseline,
        };
        let same = |last: &Point| (last.candidate, last.n, last.nmse) == (point.candidate, point.n, point.nmse);
        // The end of the search is told in any case: the curve ends where the spending does.
        if self.points.last().is_none_or(|last| !same(last) || self.over) {
            self.points.push(point);
        }
    }

    /// Mean losses of two candidates on the rows that both were rated on.
    fn pair(&self, a: CandidateId, b: CandidateId) -> Option<(f64, f64, u64)> {
        let (a, b) = (self.losses.get(&a)?, self.losses.get(&b)?);
        let both: Vec<(f64, f64)> = a.iter().filter_map(|(key, loss)| Some((*loss, *b.get(key)?))).collect();
        let n = both.len() as f64;
        let sums = both.iter().fold((0.0, 0.0), |sum, pair| (sum.0 + pair.0, sum.1 + pair.1));
        (!both.is_empty()).then(|| (sums.0 / n, sums.1 / n, both.len() as u64))
    }
}
