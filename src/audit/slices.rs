//! The same numbers for parts of the data.

use super::compute::Row;
use super::{ALPHA, POWER, queries};
use crate::agreement::planning::detectable_difference;
use crate::agreement::{
    Adjustment, Defined, MalformedPolicy, Pair, Term, adjusted, bias, contrast, design_effect, exact, malformed_rate,
    nmse, squared_error_points,
};
use crate::domain::{Figure, Scale, Undefined};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A column is sliced when it has from 2 to this many values.
pub const MOST_VALUES: usize = 12;
/// Slices with fewer rows or queries are shown grey: their numbers say little.
pub const FEW_ROWS: u64 = 20;
/// Queries of a slice below which it is too small to say much.
pub const FEW_QUERIES: u64 = 5;

/// One value of one column.
#[derive(Clone, Debug, Serialize)]
pub struct Slice {
    /// The column; `gold` for the human rating itself.
    pub column: String,
    /// The value.
    pub value: String,
    /// Answered items.
    pub n: u64,
    /// Queries among them.
    pub queries: u64,
    /// Too small to say much.
    pub small: bool,
    /// With malformed replies at full cost.
    pub nmse: Figure,
    /// NMSE here − NMSE on the rest, with an interval by query.
    pub against_rest: Figure,
    /// p-value of no such difference, adjusted for the number of slices (Benjamini–Hochberg); none for small slices.
    pub p_adjusted: Option<f64>,
    /// The smallest difference between two judges that 80 % of such samples would show, in NMSE points.
    pub detectable: Option<f64>,
    /// Standard deviation of the squared error between items, in NMSE points.
    #[serde(skip)]
    pub nmse_sd: Option<f64>,
    /// On rated items.
    pub bias: Figure,
    /// Share that agrees exactly.
    pub exact: Figure,
    /// Share malformed.
    pub malformed: Figure,
}

impl Slice {
    /// Different from the rest beyond chance, after the adjustment for the number of slices.
    pub fn stands_out(&self) -> bool {
        self.p_adjusted.is_some_and(|p| p < ALPHA)
    }
}

/// Too few rows or queries to say much.
pub fn is_small(n: u64, queries: u64) -> bool {
    n < FEW_ROWS || queries < FEW_QUERIES
}

/// Columns that make slices: tags with 2 to 12 values.
pub(super) fn columns<'a>(rows: impl Iterator<Item = &'a Row<'a>>) -> BTreeSet<&'a str> {
    let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in rows {
        // A column of that name would mix with the slices by gold rating.
        for (key, value) in row.item.tags.iter().filter(|(key, _)| *key != "gold") {
            let seen = values.entry(key).or_default();
            if seen.len() <= MOST_VALUES {
                seen.insert(value);
            }
        }
    }
    values.into_iter().filter(|(_, seen)| (2..=MOST_VALUES).contains(&seen.len())).map(|(key, _)| key).collect()
}

/// What belongs to each slice, gold ratings as a column of their own.
pub(super) fn parts<'a, T: Copy>(
    rows: impl Iterator<Item = (&'a Row<'a>, T)>,
    sliceable: &BTreeSet<&str>,
) -> BTreeMap<(&'a str, String), Vec<T>> {
    let mut parts: BTreeMap<(&str, String), Vec<T>> = BTreeMap::new();
    for (row, part) in rows {
        parts.entry(("gold", row.gold.to_string())).or_default().push(part);
        for (key, value) in row.item.tags.iter().filter(|(key, _)| sliceable.contains(key.as_str())) {
            parts.entry((key, value.clone())).or_default().push(part);
        }
    }
    parts
}

pub(super) fn slices(scale: Scale, rows: &[Row<'_>]) -> Vec<Slice> {
    let sliceable = columns(rows.iter());
    let answered: Vec<&Row<'_>> = rows.iter().filter(|r| r.answered()).collect();
    let pairs: Vec<Pair> = answered.iter().map(|r| r.pair.clone()).collect();
    let parts = parts(answered.iter().enumerate().map(|(i, row)| (*row, i)), &sliceable);
    let (mut found, p): (Vec<Slice>, Vec<Defined>) =
        parts.into_iter().map(|((column, value), part)| slice(scale, column, value, &part, &pairs)).unzip();
    // Slices of the gold are parts of the truth, not of the input: nobody asks whether they differ.
    for (slice, p) in found.iter_mut().zip(adjusted(&p, Adjustment::BenjaminiHochberg)) {
        slice.p_adjusted = p.ok();
    }
    found
}

fn slice(scale: Scale, column: &str, value: String, part: &[usize], all: &[Pair]) -> (Slice, Defined) {
    let levels = scale.levels();
    let pairs: Vec<Pair> = part.iter().map(|i| all[*i].clone()).collect();
    let n = pairs.len() as u64;
    let queries = queries(&pairs);
    let term = |pair: &Pair| Term { group: pair.group, value: squared_error_points(pair, levels), weight: 1 };
    let mut inside = vec![false; all.len()];
    part.iter().for_each(|i| inside[*i] = true);
    let against_rest = contrast(all.iter().map(term).zip(inside));
    let design = design_effect(pairs.iter().map(term));
    let small = is_small(n, queries);
    let p = match against_rest.p {
        _ if small || column == "gold" => Err(Undefined::BelowMinimum { needed: FEW_ROWS }),
        p => p,
    };
    let slice = Slice {
        column: column.to_owned(),
        value,
        n,
        queries,
        small,
        nmse: nmse(&pairs, levels, MalformedPolicy::Full),
        against_rest: against_rest.difference,
        p_adjusted: None,
        detectable: design
            .filter(|d| d.sd > 0.0)
            .map(|d| detectable_difference(d.sd, n as f64 / d.effect.max(1.0), POWER)),
        nmse_sd: design.map(|d| d.sd),
        bias: bias(&pairs, levels),
        exact: exact(&pairs),
        malformed: malformed_rate(&pairs),
    };
    (slice, p)
}
