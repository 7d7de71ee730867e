//! What several raters said, item by item, as counts: all that agreement among exchangeable raters depends on.

use crate::agreement::Confusion;
use std::collections::HashMap;

/// For each pattern of ratings – how many raters gave each level – the number of items that have it.
///
/// Items are many and patterns few, and the patterns are kept in order, so that sums of floats over them are the same
/// for any order of items and annotators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    levels: usize,
    patterns: Vec<(Vec<u32>, u64)>,
}

impl Tally {
    /// From the levels that each item was rated with, missing ratings left out, on a scale of `levels`.
    ///
    /// # Panics
    /// When a rating is not below `levels`.
    pub fn of_items<Ratings>(items: impl IntoIterator<Item = Ratings>, levels: usize) -> Self
    where
        Ratings: IntoIterator<Item = u8>,
    {
        let mut counts = vec![0u32; levels];
        Self::collect(levels, |note| {
            for item in items {
                counts.fill(0);
                item.into_iter().for_each(|level| counts[usize::from(level)] += 1);
                note(&counts, 1);
            }
        })
    }

    /// From counts of raters per level, one row for each item.
    ///
    /// # Panics
    /// When rows differ in length.
    pub fn of_counts<'a>(items: impl IntoIterator<Item = &'a [u32]>, levels: usize) -> Self {
        Self::collect(levels, |note| {
            for counts in items {
                assert_eq!(counts.len(), levels, "one count for each level");
                note(counts, 1);
            }
        })
    }

    /// From the valid rows of a table: two raters, people and the judge.
    pub fn of_table(table: &Confusion) -> Self {
        let levels = table.levels();
        Self::collect(levels, |note| {
            let mut counts = vec![0u32; levels];
            for human in 0..levels {
                for judge in 0..levels {
                    counts.fill(0);
                    counts[human] += 1;
                    counts[judge] += 1;
                    note(&counts, table.at(human, judge));
                }
            }
        })
    }

    /// Gathers equal patterns; items without a rating and patterns without an item are no part of the tally.
    fn collect(levels: usize, each: impl FnOnce(&mut dyn FnMut(&[u32], u64))) -> Self {
        let mut seen: HashMap<Vec<u32>, u64> = HashMap::new();
        each(&mut |counts, items| match seen.get_mut(counts) {
            _ if items == 0 || counts.iter().all(|c| *c == 0) => {}
            Some(known) => *known += items,
            None => {
                seen.insert(counts.to_vec(), items);
            }
        });
        let mut patterns: Vec<_> = seen.into_iter().collect();
        patterns.sort_unstable();
        Self { levels, patterns }
    }

    /// Levels of the scale.
    pub fn levels(&self) -> usize {
        self.levels
    }

    /// Items with at least one rating.
    pub fn items(&self) -> u64 {
        self.patterns.iter().map(|(_, items)| items).sum()
    }

    /// Patterns with the number of items that have them, in order.
    pub(super) fn patterns(&self) -> impl Iterator<Item = (&[u32], u64)> {
        self.patterns.iter().map(|(counts, items)| (counts.as_slice(), *items))
    }
}

/// How many raters a pattern has.
pub(super) fn raters(counts: &[u32]) -> u64 {
    counts.iter().map(|c| u64::from(*c)).sum()
}
