//! The same numbers for parts of the data.

use super::compute::Row;
use crate::agreement::{MalformedPolicy, Pair, bias, exact, malformed_rate, nmse};
use crate::domain::{Figure, Scale};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A column is sliced when it has from 2 to this many values.
const MOST_VALUES: usize = 12;
/// Slices with fewer rows or queries are shown grey: their numbers say little.
const FEW_ROWS: u64 = 20;
const FEW_QUERIES: u64 = 5;

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
    /// On rated items.
    pub bias: Figure,
    /// Share that agrees exactly.
    pub exact: Figure,
    /// Share malformed.
    pub malformed: Figure,
}

/// Columns that make slices: tags with 2 to 12 values.
pub(super) fn columns<'a>(rows: &'a [Row<'_>]) -> BTreeSet<&'a str> {
    let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in rows {
        for (key, value) in &row.item.tags {
            let seen = values.entry(key).or_default();
            if seen.len() <= MOST_VALUES {
                seen.insert(value);
            }
        }
    }
    values.into_iter().filter(|(_, seen)| (2..=MOST_VALUES).contains(&seen.len())).map(|(key, _)| key).collect()
}

pub(super) fn slices(scale: Scale, rows: &[Row<'_>]) -> Vec<Slice> {
    let sliceable = columns(rows);
    let mut parts: BTreeMap<(&str, String), Vec<Pair>> = BTreeMap::new();
    for row in rows.iter().filter(|r| r.answered()) {
        parts.entry(("gold", row.gold.to_string())).or_default().push(row.pair.clone());
        for (key, value) in row.item.tags.iter().filter(|(key, _)| sliceable.contains(key.as_str())) {
            parts.entry((key, value.clone())).or_default().push(row.pair.clone());
        }
    }
    parts.into_iter().map(|((column, value), pairs)| slice(scale, column, value, &pairs)).collect()
}

fn slice(scale: Scale, column: &str, value: String, pairs: &[Pair]) -> Slice {
    let levels = scale.levels();
    let n = pairs.len() as u64;
    let queries = pairs.iter().map(|p| p.group).collect::<BTreeSet<_>>().len() as u64;
    Slice {
        column: column.to_owned(),
        value,
        n,
        queries,
        small: n < FEW_ROWS || queries < FEW_QUERIES,
        nmse: nmse(pairs, levels, MalformedPolicy::Full),
        bias: bias(pairs, levels),
        exact: exact(pairs),
        malformed: malformed_rate(pairs),
    }
}
