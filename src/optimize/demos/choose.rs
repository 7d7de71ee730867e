//! Which rows of Train become examples.

use super::super::desk::Desk;
use super::super::pool::Row;
use super::{MOST_SHOWN, Shot, TrainRow};
use crate::feedback::Example;
use crate::prompt::item_block;
use crate::rubric::Rubric;
use rand::seq::SliceRandom as _;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Bytes of an item beyond which it is no example: every example is paid for with every call.
const LONG: usize = 3_000;
/// Where fewer items than this are short enough, long ones are examples, too.
const FEW: usize = 2 * MOST_SHOWN;
/// Examples that are stored to be chosen from by query, at most.
const POOL: usize = 100;

/// How examples are chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Select {
    /// The same for every item, ratings in turn, the ends of the scale first.
    #[default]
    Stratified,
    /// The same for every item, by lot.
    Random,
    /// For each item those whose queries are nearest to its own.
    Nearest,
}

/// Positions in the order in which they become examples: ratings take turns, those at the ends of the scale first, for a
/// judge that hedges never goes there. Within a rating the order stays.
pub fn stratified(ratings: &[i64], middle: f64) -> Vec<usize> {
    let mut strata: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    ratings.iter().enumerate().for_each(|(at, rating)| strata.entry(*rating).or_default().push(at));
    let mut strata: Vec<(i64, std::vec::IntoIter<usize>)> =
        strata.into_iter().map(|(rating, all)| (rating, all.into_iter())).collect();
    let off = |rating: i64| (rating as f64 - middle).abs();
    strata.sort_by(|a, b| off(b.0).total_cmp(&off(a.0)).then(a.0.cmp(&b.0)));
    let mut order = Vec::with_capacity(ratings.len());
    while order.len() < ratings.len() {
        order.extend(strata.iter_mut().filter_map(|(_, left)| left.next()));
    }
    order
}

/// Whether examples can be made at all. Where a rating is computed from several fields, people have rated none of them, and
/// a made-up reply would teach what nobody said.
pub fn possible(rubric: &Rubric) -> bool {
    rubric.contract.derived.is_none()
}

/// The rows of Train that examples are made from, with the bytes of each item.
pub(super) fn eligible(train: &[Example], rubric: &Rubric) -> Vec<(u32, usize)> {
    if !possible(rubric) {
        return Vec::new();
    }
    let sized = |(row, example): (usize, &Example)| (row as u32, item_block(&rubric.fields, &example.item).len());
    let all: Vec<(u32, usize)> = train.iter().enumerate().map(sized).collect();
    let short: Vec<(u32, usize)> = all.iter().copied().filter(|(_, bytes)| *bytes <= LONG).collect();
    if short.len() >= FEW { short } else { all }
}

/// The rows that examples are made from, in the order in which they become those of set `number`.
fn order(desk: &Desk<'_>, select: Select, number: u64) -> Vec<TrainRow> {
    let train = desk.materials().train;
    let mut rows: Vec<u32> = eligible(train, desk.rubric()).into_iter().map(|(row, _)| row).collect();
    rows.shuffle(&mut desk.rng("examples", number));
    let example = |row: &u32| &train[*row as usize];
    // Those with a reason of a person go first.
    rows.sort_by_cached_key(|row| example(row).rationales().is_empty());
    if select != Select::Random {
        let scale = desk.rubric().scale;
        let middle = (scale.min().value() + scale.max().value()) as f64 / 2.0;
        let ratings: Vec<i64> = rows.iter().map(|row| example(row).gold.value()).collect();
        rows = stratified(&ratings, middle).into_iter().map(|at| rows[at]).collect();
    }
    rows.into_iter().filter_map(|row| TrainRow::of(Row::Train(row))).collect()
}

/// `count` labelled examples of set `number`, none of them of a row in `taken`.
pub(super) fn labelled(
    desk: &Desk<'_>,
    select: Select,
    count: usize,
    number: u64,
    taken: &BTreeSet<TrainRow>,
) -> Vec<Shot> {
    let rows = order(desk, select, number).into_iter().filter(|row| !taken.contains(row));
    rows.take(count).map(|row| Shot::labelled(desk, row)).collect()
}

/// What items choose from by query: `found`, and labelled examples beside them.
pub(super) fn pool(desk: &Desk<'_>, found: &[Shot], fixed: &[Shot]) -> Vec<Shot> {
    let fixed: BTreeSet<TrainRow> = fixed.iter().map(Shot::row).collect();
    let mut pool: Vec<Shot> = found.iter().filter(|shot| !fixed.contains(&shot.row())).take(POOL).cloned().collect();
    let taken: BTreeSet<TrainRow> = pool.iter().map(Shot::row).chain(fixed).collect();
    pool.extend(labelled(desk, Select::Stratified, POOL - pool.len(), 0, &taken));
    pool
}
