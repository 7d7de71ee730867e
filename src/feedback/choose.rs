//! Which cases one message shows.

use super::{Case, Direction};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// At most `most` of the failures among `cases`, as positions, in the order of choice: a start of the list is a balanced
/// choice too. Directions take turns (malformed first, then the more frequent one), and within a direction the failure
/// modes do (gaps from large to small; kinds of malformed replies from frequent to rare), so that many failures of one
/// mode leave room for a few of another. Within a mode, lots decide. The order of `cases` does not matter.
pub fn choose(cases: &[Case<'_>], most: usize, seed: u64) -> Vec<usize> {
    let mut by_direction: BTreeMap<Direction, Vec<usize>> = BTreeMap::new();
    for i in by_lot(cases, seed) {
        by_direction.entry(cases[i].direction()).or_default().push(i);
    }
    let mut directions: Vec<(Direction, Vec<usize>)> = by_direction.into_iter().collect();
    directions.sort_by_key(|(direction, found)| (*direction != Direction::Malformed, Reverse(found.len()), *direction));
    let mut chosen = deal(directions.into_iter().map(|(_, found)| deal(modes(cases, &found))));
    chosen.truncate(most);
    chosen
}

/// Positions of all failures, ordered by lot.
pub(super) fn by_lot(cases: &[Case<'_>], seed: u64) -> Vec<usize> {
    let mut failures: Vec<usize> = (0..cases.len()).filter(|&i| cases[i].direction() != Direction::Agreed).collect();
    failures.sort_by_cached_key(|&i| cases[i].lot(seed));
    failures
}

/// The failures of one direction by failure mode.
fn modes(cases: &[Case<'_>], found: &[usize]) -> Vec<Vec<usize>> {
    let mut modes: BTreeMap<(Reverse<u8>, &str), Vec<usize>> = BTreeMap::new();
    for &i in found {
        let kind = cases[i].malformed().map_or("", |reason| reason.name());
        modes.entry((Reverse(cases[i].gap().unwrap_or(0)), kind)).or_default().push(i);
    }
    let mut modes: Vec<_> = modes.into_iter().collect();
    modes.sort_by_key(|((gap, _), found)| (*gap, Reverse(found.len())));
    modes.into_iter().map(|(_, found)| found).collect()
}

/// One of each in turn until all are dealt.
fn deal(groups: impl IntoIterator<Item = Vec<usize>>) -> Vec<usize> {
    let mut groups: Vec<_> = groups.into_iter().map(Vec::into_iter).collect();
    let mut dealt = Vec::new();
    loop {
        let before = dealt.len();
        dealt.extend(groups.iter_mut().filter_map(Iterator::next));
        if dealt.len() == before {
            return dealt;
        }
    }
}
