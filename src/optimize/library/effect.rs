//! What one prompt does better or worse than another on the same rows, by query.

use super::super::desk::Desk;
use super::super::paired::{Gain, rated_loss};
use super::super::pool::{CandidateId, Row};
use crate::agreement::LEAST_GROUPS;
use crate::agreement::interval::Resampling;
use crate::agreement::numerics::{normal_quantile, t_upper};
use crate::agreement::paired::{difference, mcnemar};
use crate::domain::GroupId;
use crate::feedback::Said;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Replicates of a sign-flip test: p-values to a hundredth.
const REPLICATES: u32 = 2_000;
/// Below this p-value something is beyond chance.
pub const ALPHA: f64 = 0.05;

/// The effect of a change of the prompt: how much nearer to people it brings the ratings, and whether replies break more or
/// less often. The two are told apart because a malformed reply costs ten times what a rated row costs: added up, the luck
/// of a few replies would hide what a rule does to all ratings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Effect {
    /// Rows that both prompts could rate.
    pub rows: u64,
    /// Queries among them.
    pub queries: u64,
    /// NMSE points gained on these rows; negative when the change is for the worse.
    pub gain: f64,
    /// Its standard error over queries; absent with one query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub se: Option<f64>,
    /// Ends of the 95 % interval over queries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
    /// Two-sided p-value, by flipping the signs of whole queries; absent below ten queries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
    /// Replies that were malformed before and are readable now.
    pub mended: u64,
    /// Replies that were readable before and are malformed now.
    pub lost: u64,
    /// Exact McNemar p-value of as many mended as lost.
    pub p_form: f64,
    /// NMSE points gained by mended and lost replies, of all rows.
    pub form: f64,
    /// Its standard error.
    pub form_se: f64,
    /// Items rated as people do that were not before.
    pub fixed: u64,
    /// Items rated as people do before, and not now.
    pub broken: u64,
}

/// A row under both prompts.
struct Both<'a> {
    row: Row,
    group: &'a GroupId,
    /// Before and now.
    losses: Option<[f64; 2]>,
    malformed: [bool; 2],
    agrees: [bool; 2],
}

impl Effect {
    /// Of `with` against `without` on those of `rows` that both were rated on; `None` without a row that both could rate.
    pub(super) fn of(desk: &Desk<'_>, with: CandidateId, without: CandidateId, rows: &[Row]) -> Option<Self> {
        let both: Vec<Both<'_>> = rows.iter().filter_map(|&row| both(desk, with, without, row)).collect();
        let mut numbers: BTreeMap<&GroupId, u32> = BTreeMap::new();
        for b in &both {
            numbers.insert(b.group, 0);
        }
        numbers.values_mut().zip(0..).for_each(|(number, at)| *number = at);
        let valid = both.iter().filter_map(|b| Some((numbers[b.group], b.losses?)));
        let how = Resampling { seed: desk.seed(), replicates: REPLICATES, ..Resampling::default() };
        let found = difference(valid.map(|(group, [before, now])| (group, 100.0 * before, 100.0 * now)), &how).ok()?;
        let count = |test: &dyn Fn(&Both<'_>) -> bool| both.iter().filter(|b| test(b)).count() as u64;
        let (mended, lost) = (count(&|b| b.malformed == [true, false]), count(&|b| b.malformed == [false, true]));
        // What a readable reply costs less than a malformed one.
        let each = (100.0 - (found.a + found.b) / 2.0) / both.len() as f64;
        Some(Self {
            rows: found.n,
            queries: found.groups,
            gain: found.difference.value()?,
            se: found.se,
            interval: found.difference.interval().map(|i| [i.low, i.high]),
            p: found.p.ok().filter(|_| found.groups >= LEAST_GROUPS),
            mended,
            lost,
            p_form: mcnemar(mended, lost).exact,
            form: (mended as f64 - lost as f64) * each,
            form_se: ((mended + lost) as f64).sqrt() * each,
            fixed: count(&|b| b.agrees == [false, true]),
            broken: count(&|b| b.agrees == [true, false]),
        })
    }

    /// Gain in NMSE points with its standard error: of the ratings, and of the replies' form where that changed beyond chance.
    pub fn worth(&self) -> (f64, f64) {
        let se = self.rated_se();
        match self.p_form < ALPHA {
            true => (self.gain + self.form, se.hypot(self.form_se)),
            false => (self.gain, se),
        }
    }

    /// How sure it is that it is worth something: standard errors of a normal distribution that is as far out as Student's t
    /// on one degree of freedom less than there are queries, for with few of them a standard error is itself unsure.
    pub fn z(&self) -> f64 {
        let (gain, se) = self.worth();
        self.score(gain / se)
    }

    /// The same of the ratings alone.
    pub(super) fn rated_z(&self) -> f64 {
        self.score(self.gain / self.rated_se())
    }

    /// Standard error of the ratings' gain.
    pub(super) fn rated_se(&self) -> f64 {
        self.se.unwrap_or(f64::INFINITY).max(LEAST_SE)
    }

    fn score(&self, t: f64) -> f64 {
        let freedom = self.queries.saturating_sub(1).max(1) as f64;
        -normal_quantile(t_upper(t.abs(), freedom).max(f64::MIN_POSITIVE)) * t.signum()
    }

    /// There are queries enough to say anything.
    pub fn is_tested(&self) -> bool {
        self.queries >= LEAST_GROUPS
    }

    /// The same, as comparisons are logged.
    pub(super) fn as_gain(&self) -> Gain {
        let (gain, se) = self.worth();
        Gain { mean: gain / 100.0, se: se / 100.0, n: self.rows as usize }
    }
}

/// The mean of `(gain, standard error)`, the surer ones weighing more; 0 of none.
pub(super) fn pooled(gains: impl IntoIterator<Item = (f64, f64)>) -> f64 {
    let (sum, weight) = gains.into_iter().fold((0.0, 0.0), |(sum, weight), (gain, se)| {
        let own = se.powi(-2);
        (sum + gain * own, weight + own)
    });
    if weight > 0.0 { sum / weight } else { 0.0 }
}

/// Keeps a standard error from being 0 because a few rows agree exactly, in NMSE points.
const LEAST_SE: f64 = 0.05;

fn both<'a>(desk: &Desk<'a>, with: CandidateId, without: CandidateId, row: Row) -> Option<Both<'a>> {
    let pool = desk.pool();
    let example = desk.materials().example(row);
    let first = |id: CandidateId| pool.rated(id).get(&(row, 0)).map(|rated| &rated.said);
    let said = [first(without)?, first(with)?];
    let losses = rated_loss(pool, without, row).zip(rated_loss(pool, with, row)).map(|(before, now)| [before, now]);
    Some(Both {
        row,
        group: &example.item.group,
        losses,
        malformed: said.map(|said| matches!(said, Said::Malformed { .. })),
        agrees: said.map(|said| matches!(said, Said::Rated { rating, .. } if *rating == example.gold)),
    })
}

/// Rows that `with` brings nearer to people and rows that it moves away, against `without`: what tells whether two rules
/// speak of the same. 0 where nothing is known of a row.
pub(super) fn moves(desk: &Desk<'_>, with: CandidateId, without: CandidateId, rows: &[Row]) -> Vec<Option<f64>> {
    let of = |row: &Row| both(desk, with, without, *row).and_then(|b| b.losses.map(|[before, now]| before - now));
    rows.iter().map(of).collect()
}

/// A column's value where a change harms the most.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SliceEffect {
    /// The column.
    pub column: String,
    /// The value.
    pub value: String,
    /// Rows that both prompts could rate.
    pub rows: u64,
    /// NMSE points gained there.
    pub gain: f64,
    /// p-value of no change, adjusted for the number of slices (Holm); absent below ten queries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
}

impl SliceEffect {
    /// Worse beyond chance.
    pub fn is_harm(&self) -> bool {
        self.gain < 0.0 && self.p.is_some_and(|p| p < ALPHA)
    }

    /// The slice with the smallest gain, of those that are large enough to say something.
    pub(super) fn worst(desk: &Desk<'_>, with: CandidateId, without: CandidateId, rows: &[Row]) -> Option<Self> {
        let rows: Vec<Row> = rows.iter().filter_map(|&row| both(desk, with, without, row)).map(|b| b.row).collect();
        let mut columns: BTreeMap<&str, BTreeMap<&str, Vec<Row>>> = BTreeMap::new();
        for &row in &rows {
            let meta = &desk.materials().example(row).item.meta;
            for (column, value) in meta.iter().filter(|(column, _)| *column != "purpose") {
                columns.entry(column).or_default().entry(value).or_default().push(row);
            }
        }
        columns.retain(|_, values| (2..=crate::audit::MOST_VALUES).contains(&values.len()));
        let parts =
            columns.iter().flat_map(|(column, values)| values.iter().map(move |(value, part)| (column, value, part)));
        let mut found: Vec<Self> = Vec::new();
        for (column, value, part) in parts {
            let Some(effect) = Effect::of(desk, with, without, part) else { continue };
            if !crate::audit::is_small(effect.rows, effect.queries) {
                let (column, value) = ((*column).to_owned(), (*value).to_owned());
                found.push(Self { column, value, rows: effect.rows, gain: effect.gain, p: effect.p });
            }
        }
        let p: Vec<crate::agreement::Defined> =
            found.iter().map(|slice| slice.p.ok_or(crate::domain::Undefined::TooFewGroups)).collect();
        let adjusted = crate::agreement::adjusted(&p, crate::agreement::Adjustment::Holm);
        found.iter_mut().zip(adjusted).for_each(|(slice, p)| slice.p = p.ok());
        // A harm that is shown goes before a larger one that is not.
        found.into_iter().min_by(|a, b| b.is_harm().cmp(&a.is_harm()).then(a.gain.total_cmp(&b.gain)))
    }
}
