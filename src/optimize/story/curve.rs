//! The learning curve: how the best candidate did at each moment of a run, against what was spent by then.

use super::super::event::{Decision, Entry};
use super::super::limits::Spend;
use super::super::pool::{CandidateId, Row};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

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

/// Dev items below which nothing is said of a candidate: on one of them any candidate may be perfect.
const LEAST: u64 = 8;

/// Dev items that a point rests on at least, of so many that there are.
pub fn least(dev: u64) -> u64 {
    LEAST.min(dev)
}

/// The curve of a log. Moments at which the best candidate was rated on a few items only are left out.
pub(super) fn curve(log: &[Entry], dev: u64) -> Vec<Point> {
    let mut walk = Walk { least: least(dev), ..Walk::default() };
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
    /// Dev items that a point rests on at least.
    least: u64,
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
        if self.items(self.best) < self.least {
            return;
        }
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

    /// Dev items that a candidate and the baseline were both rated on, however often.
    fn items(&self, id: CandidateId) -> u64 {
        let (Some(own), Some(first)) = (self.losses.get(&id), self.losses.get(&0)) else { return 0 };
        let both: BTreeSet<Row> = own.keys().filter(|key| first.contains_key(key)).map(|key| key.0).collect();
        both.len() as u64
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ItemId;
    use crate::optimize::event::Seen;

    fn rated(candidate: CandidateId, rows: std::ops::Range<u32>, loss: f64) -> Entry {
        let spent = Spend { judge: u64::from(rows.end), ..Spend::default() };
        let seen = |row: u32| Seen {
            row: Row::Dev(row),
            item: ItemId::new(format!("i{row}")),
            rating: Some(3),
            malformed: None,
            loss,
        };
        Entry::Rated { candidate, sample: 0, rows: rows.map(seen).collect(), spent }
    }

    #[test]
    fn moments_of_a_few_items_are_no_points() {
        let accepted =
            Entry::Compared { child: 1, against: 0, rows: 1, gain: 0.5, se: None, decision: Decision::Accepted };
        let log = [rated(0, 0..1, 0.5), rated(1, 0..1, 0.0), accepted, rated(0, 1..20, 0.5), rated(1, 1..7, 0.1)];
        assert_eq!(curve(&log, 20), [], "seven items of twenty");
        let more = [&log[..], &[rated(1, 7..8, 0.1)]].concat();
        let points: Vec<(CandidateId, u64)> = curve(&more, 20).iter().map(|p| (p.candidate, p.n)).collect();
        assert_eq!(points, [(1, 8)]);
        assert_eq!(curve(&log, 7).len(), 1, "where there are no more, all of them have to do");
    }
}
