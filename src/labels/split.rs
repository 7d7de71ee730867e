//! Train, dev and test by query: stable when data is added or ratings are revised.
//!
//! A part may depend on nothing but the seed and the query's own id. If it depended on the other queries (exact quotas,
//! a sort within strata), adding one could move another; if it depended on the query's own gold ratings, revising a
//! rating could move a query from test to train, after prompts were chosen by looking at train. So the hash of seed and
//! id alone decides, against fixed thresholds.
//!
//! Stratification then comes from two facts. In expectation every stratum gets the same fractions, because the hash does
//! not know strata. And the luck of one draw can be chosen once: [`evenest_seed`] looks for the seed under which the
//! strata of the data at hand come closest to their fractions. It uses gold ratings of all parts, as any stratified
//! split does, and no judge's. The seed is written down, and from then on no query moves.

use crate::domain::{Dev, GroupId, HumanRating, ItemId, Part, Rating, Scale, Test, Train};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

/// Shares of the three parts, as whole numbers: 60, 20, 20.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fractions {
    parts: [u32; 3],
}

/// Numbers that are no shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{train}/{dev}/{test}` splits nothing: the shares must add up to 1 to 1000000")]
pub struct NoFractions {
    /// As it was given.
    pub train: u32,
    /// As it was given.
    pub dev: u32,
    /// As it was given.
    pub test: u32,
}

impl Fractions {
    /// Shares in any unit; only their proportion counts. A share may be 0.
    ///
    /// # Errors
    /// When their sum is 0 or above a million.
    pub fn new(train: u32, dev: u32, test: u32) -> Result<Self, NoFractions> {
        let sum = [train, dev, test].into_iter().map(u64::from).sum::<u64>();
        if !(1..=1_000_000).contains(&sum) {
            return Err(NoFractions { train, dev, test });
        }
        Ok(Self { parts: [train, dev, test] })
    }

    /// The share of a part, from 0 to 1.
    pub fn of(self, part: Part) -> f64 {
        f64::from(self.parts[index(part)]) / f64::from(self.sum())
    }

    fn sum(self) -> u32 {
        self.parts.iter().sum()
    }
}

impl fmt::Display for Fractions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [train, dev, test] = self.parts;
        write!(f, "{train}/{dev}/{test}")
    }
}

const PARTS: [Part; 3] = [Part::Train, Part::Dev, Part::Test];

fn index(part: Part) -> usize {
    match part {
        Part::Train => 0,
        Part::Dev => 1,
        Part::Test => 2,
    }
}

/// Which part each query is in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// By query.
    pub parts: BTreeMap<GroupId, Part>,
    /// Queries in train, dev and test, by stratum: how even this draw is. A stratum is the query's gold, see [`split`].
    pub strata: BTreeMap<Option<Rating>, [usize; 3]>,
}

/// The part of one query: a function of seed and id alone.
pub fn part_of(group: &GroupId, fractions: Fractions, seed: u64) -> Part {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"assessor split\0").update(&seed.to_le_bytes()).update(group.as_str().as_bytes());
    let mut bytes = [0; 8];
    hasher.finalize_xof().fill(&mut bytes);
    // A 64-bit draw scaled to 0..sum: its bias is below 10⁻¹³.
    let draw = ((u128::from(u64::from_le_bytes(bytes)) * u128::from(fractions.sum())) >> 64) as u32;
    let [train, dev, _] = fractions.parts;
    match draw {
        draw if draw < train => Part::Train,
        draw if draw < train + dev => Part::Dev,
        _ => Part::Test,
    }
}

/// The gold of each query, sorted by query: the mean of all human ratings of its items, rounded, halves up; `None` where
/// nobody rated one.
pub fn gold_of_groups<'a>(
    items: impl IntoIterator<Item = (&'a ItemId, &'a GroupId)>,
    ratings: &[HumanRating],
    scale: Scale,
) -> Vec<(GroupId, Option<Rating>)> {
    let groups: BTreeMap<&ItemId, &GroupId> = items.into_iter().collect();
    let mut sums: BTreeMap<&GroupId, (i64, i64)> = groups.values().map(|group| (*group, (0, 0))).collect();
    for rating in ratings {
        if let Some(sum) = groups.get(&rating.item).and_then(|group| sums.get_mut(*group)) {
            *sum = (sum.0 + rating.rating.value(), sum.1 + 1);
        }
    }
    // In whole numbers, so that a half is a half.
    let mean = |(sum, n): (i64, i64)| (2 * sum + n).div_euclid(2 * n);
    let gold = |sum: (i64, i64)| if sum.1 == 0 { None } else { scale.rating(mean(sum)) };
    sums.into_iter().map(|(group, sum)| (group.clone(), gold(sum))).collect()
}

/// Puts each query in a part. The gold of a query (see [`gold_of_groups`]) is only counted, it moves nothing: see the
/// module's text. Queries without gold are a stratum of their own.
pub fn split(groups: &[(GroupId, Option<Rating>)], fractions: Fractions, seed: u64) -> Split {
    let mut result = Split::default();
    for (group, gold) in groups {
        let part = part_of(group, fractions, seed);
        if result.parts.insert(group.clone(), part).is_none() {
            result.strata.entry(*gold).or_default()[index(part)] += 1;
        }
    }
    result
}

/// The seed in `seeds` whose split is the most even over strata: the smallest sum over strata and parts of
/// (count − expected)² / expected, Pearson's X². The first of equals; `None` for an empty range.
pub fn evenest_seed(groups: &[(GroupId, Option<Rating>)], fractions: Fractions, seeds: Range<u64>) -> Option<u64> {
    let unevenness = |seed: &u64| split(groups, fractions, *seed).unevenness(fractions);
    seeds
        .map(|seed| (unevenness(&seed), seed))
        .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
        .map(|best| best.1)
}

impl Split {
    /// Pearson's X² of the strata's counts against the fractions; 0 is perfectly even.
    pub fn unevenness(&self, fractions: Fractions) -> f64 {
        let mut sum = 0.0;
        for counts in self.strata.values() {
            let n: usize = counts.iter().sum();
            for part in PARTS {
                let expected = n as f64 * fractions.of(part);
                // An empty share has no queries, so it adds nothing.
                if expected > 0.0 {
                    sum += (counts[index(part)] as f64 - expected).powi(2) / expected;
                }
            }
        }
        sum
    }
}

/// An item whose query was not split.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the query `{0}` is in no part of the split")]
pub struct Unsplit(pub GroupId);

/// Rows by the part of their query, in their order.
///
/// # Errors
/// [`Unsplit`] for a row whose query has no part.
#[allow(clippy::type_complexity, reason = "three types, so that they cannot be confused")]
pub fn divide<T>(
    rows: Vec<T>,
    query: impl Fn(&T) -> &GroupId,
    parts: &BTreeMap<GroupId, Part>,
) -> Result<(Train<Vec<T>>, Dev<Vec<T>>, Test<Vec<T>>), Unsplit> {
    let (mut train, mut dev, mut test) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        match parts.get(query(&row)) {
            Some(Part::Train) => train.push(row),
            Some(Part::Dev) => dev.push(row),
            Some(Part::Test) => test.push(row),
            None => return Err(Unsplit(query(&row).clone())),
        }
    }
    Ok((Train(train), Dev(dev), Test::new(test)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::{Item, Opening};
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
    use std::collections::BTreeSet;

    fn groups(n: usize) -> Vec<(GroupId, Option<Rating>)> {
        let scale = Scale::new(1, 5).unwrap();
        (0..n).map(|i| (GroupId::new(format!("q{i}")), (i % 6 < 5).then(|| scale.at(i % 6)))).collect()
    }

    fn usual() -> Fractions {
        Fractions::new(60, 20, 20).unwrap()
    }

    #[test]
    fn every_stratum_gets_about_its_fractions() {
        // 20,000 queries in 6 strata of about 3,333: three standard errors of a share of 0.2 are 0.021.
        let split = split(&groups(20_000), usual(), 7);
        assert_eq!(split.strata.len(), 6);
        for (stratum, counts) in &split.strata {
            let n: usize = counts.iter().sum();
            for part in PARTS {
                let share = counts[index(part)] as f64 / n as f64;
                assert!((share - usual().of(part)).abs() < 0.027, "{stratum:?} {part}: {share}");
            }
        }
    }

    #[test]
    fn the_evenest_seed_is_more_even_than_most() {
        let groups = groups(60);
        let best = evenest_seed(&groups, usual(), 0..200).unwrap();
        let unevenness = |seed| split(&groups, usual(), seed).unevenness(usual());
        assert!((0..200).all(|seed| unevenness(best) <= unevenness(seed)));
        assert_eq!(evenest_seed(&groups, usual(), 0..0), None);
    }

    #[test]
    fn shares_must_add_up_to_something() {
        assert_eq!(Fractions::new(0, 0, 0), Err(NoFractions { train: 0, dev: 0, test: 0 }));
        assert!(Fractions::new(u32::MAX, u32::MAX, 0).is_err());
        let only_test = Fractions::new(0, 0, 1).unwrap();
        assert!(split(&groups(50), only_test, 1).parts.values().all(|part| *part == Part::Test));
    }

    #[test]
    fn the_parts_of_known_queries_never_change() {
        // Values are fixed by the definition of the hash: another value here means that users' splits moved.
        let parts: Vec<_> = groups(12).iter().map(|(group, _)| part_of(group, usual(), 7).to_string()).collect();
        assert_eq!(parts.join(" "), "train train test test dev train train test train train test dev");
    }

    #[test]
    fn the_gold_of_a_query_is_the_rounded_mean_of_its_ratings() {
        let scale = Scale::new(-2, 2).unwrap();
        let pair = |item: &str, group: &str| (ItemId::new(item), GroupId::new(group));
        let items = [pair("a", "q1"), pair("b", "q1"), pair("c", "q2"), pair("d", "q3")];
        let rating = |item: &str, value| HumanRating {
            item: ItemId::new(item),
            annotator: "ann".into(),
            rating: scale.rating(value).unwrap(),
            rationale: None,
            source: None,
        };
        // q1: (1 + 2) / 2 = 1.5, up to 2; q3: (−2 − 1) / 2 = −1.5, up to −1; `z` is no item.
        let ratings = [rating("a", 1), rating("b", 2), rating("d", -2), rating("d", -1), rating("z", 2)];
        let gold = gold_of_groups(items.iter().map(|(item, group)| (item, group)), &ratings, scale);
        let gold: Vec<_> = gold.iter().map(|(group, gold)| (group.as_str(), gold.map(Rating::value))).collect();
        assert_eq!(gold, [("q1", Some(2)), ("q2", None), ("q3", Some(-1))]);
    }

    #[test]
    fn an_item_without_a_part_is_named() {
        let item = Item {
            id: ItemId::new("i1"),
            group: GroupId::new("q9"),
            query: "q".into(),
            title: None,
            document: String::new(),
            meta: BTreeMap::new(),
        };
        let error = divide(vec![item], |item: &Item| &item.group, &BTreeMap::new()).unwrap_err();
        assert_eq!(error.to_string(), "the query `q9` is in no part of the split");
    }

    proptest! {
        #[test]
        fn adding_queries_or_revising_gold_moves_no_query(seed in any::<u64>(), n in 1usize..80, more in 0usize..80) {
            let before = split(&groups(n), usual(), seed);
            let mut grown: Vec<_> = groups(n + more).into_iter().map(|(group, _)| (group, None)).collect();
            grown.reverse();
            let after = split(&grown, usual(), seed);
            for (group, part) in &before.parts {
                prop_assert_eq!(after.parts.get(group), Some(part));
            }
        }

        #[test]
        fn parts_are_disjoint_by_query_and_lose_no_item(seed in any::<u64>(), n in 1usize..60) {
            let groups = groups(n);
            let items: Vec<Item> = (0..3 * n).map(|i| Item {
                id: ItemId::new(format!("i{i}")),
                group: groups[i % n].0.clone(),
                query: "q".into(),
                title: None,
                document: String::new(),
                meta: BTreeMap::new(),
            }).collect();
            let split = split(&groups, usual(), seed);
            let (Train(train), Dev(dev), test) = divide(items.clone(), |item| &item.group, &split.parts).unwrap();
            let test = test.open(Opening::recorded(1));
            let queries = |items: &[Item]| items.iter().map(|i| i.group.clone()).collect::<BTreeSet<_>>();
            prop_assert!(queries(&train).is_disjoint(&queries(&dev)));
            prop_assert!(queries(&train).is_disjoint(&queries(&test)));
            prop_assert!(queries(&dev).is_disjoint(&queries(&test)));
            prop_assert_eq!(train.len() + dev.len() + test.len(), items.len());
        }
    }
}
