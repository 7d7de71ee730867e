//! What there is to work with: rows and calls.

use super::super::desk::Desk;
use super::super::pool::Row;
use super::race::samples;
use crate::domain::ItemId;
use std::collections::BTreeSet;

/// Of a limit in tokens or money this share is planned with: what a call costs is only known from those that were made.
const CAREFUL: f64 = 0.8;
/// Calls where nothing is limited: more than there are rows for.
const PLENTY: u64 = u64::MAX / 4;

/// Share of the calls for each bullet alone, once those for the last look are set aside.
pub(super) const ALONE: f64 = 0.40;
/// Share of the calls that is set aside for the last look.
const LAST: f64 = 0.2;
/// Prompts of the last look: the base, the chosen set and two wider ones.
const PROMPTS: u64 = 4;
/// Calls by default: for the held-out part and the looks at whole sets, and for each bullet.
const ANYWAY: u64 = 1_000;
const EACH: u64 = 200;
/// More calls than these are nobody's default.
const MOST: u64 = 6_000;

/// Judge calls of a run on a library of so many bullets, where nothing is limited.
pub fn default_calls(bullets: usize) -> u64 {
    (ANYWAY + EACH * bullets as u64).min(MOST)
}

/// Of `calls`, those that are set aside for rating all rows in the end.
pub(super) fn set_aside(calls: u64, rows: usize) -> u64 {
    (PROMPTS * rows as u64).min((LAST * calls as f64) as u64)
}

/// Calls that a search takes to rate each of so many bullets alone on `rows`, of the rows that are `there`.
pub(in crate::optimize) fn calls_for(bullets: usize, rows: f64, there: u64) -> u64 {
    // The base prompt is rated several times on each row.
    let steps = rows * (bullets as f64 + f64::from(samples(bullets, 1))) / ALONE;
    let last = ((PROMPTS * there) as f64).min(steps * LAST / (1.0 - LAST));
    (steps + last).ceil() as u64
}

/// Rows of Train and Dev, each beginning of them a small picture of the whole; those of `sources` are left out.
pub(super) fn rows(desk: &Desk<'_>, sources: &BTreeSet<ItemId>) -> Vec<Row> {
    let materials = desk.materials();
    let parts = [desk.train_rows(), desk.dev_rows()];
    let mut placed: Vec<(usize, Row)> = Vec::new();
    for part in &parts {
        let n = part.len().max(1);
        placed.extend(part.iter().enumerate().map(|(at, row)| (at * 1_000_000 / n, *row)));
    }
    placed.sort_unstable();
    placed.retain(|(_, row)| !sources.contains(&materials.example(*row).item.id));
    placed.into_iter().map(|(_, row)| row).collect()
}

/// Calls that are left, as far as the limits tell.
pub(super) fn calls_left(desk: &Desk<'_>) -> u64 {
    let (limits, spent) = (desk.limits(), desk.spent());
    let by = |limit: Option<u64>, total: u64| {
        let each = (total as f64 / spent.judge.max(1) as f64).max(1.0);
        Some((CAREFUL * limit?.saturating_sub(total) as f64 / each) as u64)
    };
    let all = [desk.calls_left(), by(limits.tokens, spent.tokens), by(limits.usd.map(|usd| usd.0), spent.usd.0)];
    all.into_iter().flatten().min().unwrap_or(PLENTY)
}
