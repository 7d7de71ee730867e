//! Several prompts against others, block by block of rows, within a number of calls.

use super::super::desk::Desk;
use super::super::pool::{CandidateId, Row};
use super::super::strategy::Want;
use super::effect::Effect;
use std::collections::BTreeSet;

/// A prompt is clear of another at so many standard errors before all rows are rated: looking at every block then hardly
/// makes the interval at the end too short (Haybittle and Peto's rule).
const CLEAR: f64 = 3.0;
/// Rows before anything is decided.
const FEWEST: usize = 32;
/// Looks until all rows are rated.
const LOOKS: usize = 8;
/// More samples of what others are held against than this say nothing new.
const MOST_SAMPLES: u32 = 4;

/// Two prompts that differ in what is to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arm {
    /// What the arm is about: the caller's number.
    pub about: usize,
    /// The prompt that only this arm needs.
    pub own: CandidateId,
    /// The prompt that several arms share.
    pub shared: CandidateId,
}

/// See the module's text.
#[derive(Debug)]
pub(super) struct Race {
    arms: Vec<Arm>,
    live: Vec<bool>,
    /// Rows that every live arm is rated on.
    at: usize,
    /// Calls that it may still make.
    left: u64,
    /// Samples of the shared prompts. With k arms against one prompt, the differences are surest for their calls when that
    /// one is rated √k times (Dunnett 1955).
    samples: u32,
    /// Further samples of the block, last one first.
    waiting: Vec<Vec<Want>>,
    /// What is clear stops.
    stops: bool,
}

/// How often prompts that are shared are rated, `arms` being held against `shared` of them.
pub(super) fn samples(arms: usize, shared: usize) -> u32 {
    let each = arms as f64 / shared.max(1) as f64;
    (each.sqrt().round() as u32).clamp(1, MOST_SAMPLES)
}

impl Race {
    pub fn new(arms: Vec<Arm>, calls: u64) -> Self {
        let shared: BTreeSet<CandidateId> = arms.iter().map(|arm| arm.shared).collect();
        let samples = samples(arms.len(), shared.len());
        let live = vec![true; arms.len()];
        Self { arms, live, at: 0, left: calls, samples, waiting: Vec::new(), stops: true }
    }

    /// With at least so many samples of the shared prompts.
    pub fn with_samples(self, least: u32) -> Self {
        Self { samples: self.samples.max(least), ..self }
    }

    /// On all rows, whatever is clear by then.
    pub fn until_the_end(self) -> Self {
        Self { stops: false, ..self }
    }

    pub fn arms(&self) -> &[Arm] {
        &self.arms
    }

    /// What was not used of the calls.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// The next block; `None` when everything is clear, or the calls or the rows are used up.
    pub fn next(&mut self, desk: &Desk<'_>, rows: &[Row]) -> Option<Vec<Want>> {
        loop {
            if let Some(wants) = self.waiting.pop() {
                return Some(wants);
            }
            if self.stops && self.at >= FEWEST.min(rows.len()) {
                self.look(desk, &rows[..self.at]);
            }
            if !self.live.contains(&true) {
                return None;
            }
            let block = rows.len().div_ceil(LOOKS).max(FEWEST / 2).min(rows.len() - self.at);
            // As many rows as the calls allow for all: a block that only some arms had would compare them on other rows.
            let to =
                (self.at + 1..=self.at + block).rev().find(|&to| self.cost(desk, &rows[self.at..to]) <= self.left)?;
            let block = &rows[self.at..to];
            self.left -= self.cost(desk, block);
            self.at = to;
            // One sample after the other: a later one in flight beside an earlier one would ask for both.
            let samples = (0..self.samples).rev().map(|sample| self.wants(desk, block, sample));
            self.waiting = samples.filter(|wants| !wants.is_empty()).collect();
        }
    }

    fn look(&mut self, desk: &Desk<'_>, rows: &[Row]) {
        for (arm, live) in self.arms.iter().zip(&mut self.live) {
            *live &= !Effect::of(desk, arm.own, arm.shared, rows).is_some_and(|effect| effect.z().abs() >= CLEAR);
        }
    }

    /// What is not rated yet of some rows.
    fn wants(&self, desk: &Desk<'_>, rows: &[Row], sample: u32) -> Vec<Want> {
        let live = || self.arms.iter().zip(&self.live).filter(|(_, live)| **live).map(|(arm, _)| arm);
        let shared: BTreeSet<CandidateId> = live().map(|arm| arm.shared).collect();
        let own = live().map(|arm| arm.own).filter(|_| sample == 0);
        let open = |id| {
            let rows: Vec<Row> = rows.iter().copied().filter(|row| !desk.pool().has(id, *row, sample)).collect();
            (!rows.is_empty()).then(|| Want { sample, ..Want::new(id, rows) })
        };
        shared.into_iter().chain(own).filter_map(open).collect()
    }

    /// Calls that a block takes.
    fn cost(&self, desk: &Desk<'_>, rows: &[Row]) -> u64 {
        let wants = (0..self.samples).flat_map(|sample| self.wants(desk, rows, sample));
        wants.map(|want| want.rows.len() as u64).sum()
    }
}
