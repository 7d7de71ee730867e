//! One name, several models: what each of them rated, and how well. Ratings of different epochs are not of one judge.

use super::compute::Row;
use crate::agreement::{MalformedPolicy, Pair, nmse};
use crate::domain::{Figure, Scale};
use serde::Serialize;
use std::collections::BTreeMap;

/// The ratings of one model among those under one name.
#[derive(Clone, Debug, Serialize)]
pub struct Epoch {
    /// The model, as it called itself.
    pub served: String,
    /// Rated items that it answered.
    pub n: u64,
    /// NMSE on them, malformed as full error. Other items than the other models': no comparison.
    pub nmse: Figure,
}

/// The models, by name; none when a single one answered.
pub(super) fn epochs(scale: Scale, rows: &[Row<'_>]) -> Vec<Epoch> {
    let mut by_model: BTreeMap<&str, Vec<Pair>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.answered()) {
        if let Some(served) = row.answer.and_then(|answer| answer.served.as_deref()) {
            by_model.entry(served).or_default().push(row.pair.clone());
        }
    }
    let epoch = |(served, pairs): (&str, Vec<Pair>)| Epoch {
        served: served.to_owned(),
        n: pairs.len() as u64,
        nmse: nmse(&pairs, scale.levels(), MalformedPolicy::Full),
    };
    if by_model.len() < 2 { Vec::new() } else { by_model.into_iter().map(epoch).collect() }
}
