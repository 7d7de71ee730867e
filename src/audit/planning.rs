//! How many more labels would answer the question.

use super::POWER;
use super::panel::Panel;
use super::slices::Slice;
use crate::agreement::planning::{detectable_difference, rows_for_mean};
use serde::Serialize;

const LEVEL: f64 = 0.95;
/// z of a two-sided 5 % test and of 80 % power, as `detectable_difference` of one row with spread 1.
fn reach() -> f64 {
    detectable_difference(1.0, 1.0, POWER)
}

/// What labels are planned for, in NMSE points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Goals {
    /// Half-width of the interval of NMSE.
    pub half_width: f64,
    /// Difference of NMSE to be found between two judges.
    pub detect: f64,
}

impl Default for Goals {
    fn default() -> Self {
        Self { half_width: 2.0, detect: 2.0 }
    }
}

/// How many labelled items the goals need, at the spread and design effect seen here.
#[derive(Clone, Debug, Serialize)]
pub struct Planning {
    /// The goals.
    pub goals: Goals,
    /// Labelled items now.
    pub now: u64,
    /// Items for the half-width, all together.
    pub for_half_width: Option<u64>,
    /// Items for the difference, all together, when the errors of two judges correlate by one half.
    pub for_difference: Option<u64>,
    /// The difference that the items of now would find.
    pub detectable: Option<f64>,
    /// Slices that need more items for the same half-width, the one that lacks most first.
    pub slices: Vec<SlicePlan>,
}

/// A slice's part.
#[derive(Clone, Debug, Serialize)]
pub struct SlicePlan {
    /// The column.
    pub column: String,
    /// The value.
    pub value: String,
    /// Items now.
    pub now: u64,
    /// More items for the half-width.
    pub more: u64,
}

pub(super) fn planning(panel: &Panel, slices: &[Slice], goals: Goals) -> Planning {
    let effect = panel.design_effect.value().map_or(1.0, |effect| effect.max(1.0));
    let up = |rows: f64| (rows * effect).ceil() as u64;
    // Where nothing was seen to vary, nothing follows of how much more would: rows without an error are few, not perfect.
    let sd = panel.nmse_sd.filter(|sd| *sd > 0.0);
    let for_half_width = sd.map(|sd| up(rows_for_mean(sd, goals.half_width, LEVEL)));
    let mut lacking: Vec<SlicePlan> = slices
        .iter()
        .filter(|slice| slice.column != "gold")
        .filter_map(|slice| {
            let needed = up(rows_for_mean(slice.nmse_sd.filter(|sd| *sd > 0.0)?, goals.half_width, LEVEL));
            let more = needed.saturating_sub(slice.n);
            (more > 0).then(|| SlicePlan {
                column: slice.column.clone(),
                value: slice.value.clone(),
                now: slice.n,
                more,
            })
        })
        .collect();
    lacking.sort_by(|a, b| b.more.cmp(&a.more).then_with(|| (&a.column, &a.value).cmp(&(&b.column, &b.value))));
    Planning {
        goals,
        now: panel.n,
        for_half_width,
        // At correlation ½ the spread of the differences is that of one judge.
        for_difference: sd.map(|sd| up((reach() * sd / goals.detect).powi(2))),
        detectable: sd.filter(|_| panel.n > 0).map(|sd| detectable_difference(sd, panel.n as f64 / effect, POWER)),
        slices: lacking,
    }
}
