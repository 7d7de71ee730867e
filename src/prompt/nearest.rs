//! Examples chosen by query: which of a stored pool an item is shown.
//!
//! Similarity is lexical and nothing else: the cosine of the queries' words, weighted by TF-IDF with the smoothed inverse
//! document frequency ln((1+n)/(1+df)) + 1 (Manning, Raghavan, Schütze 2008, §6.2–6.4). No model is asked, so the same
//! item is always shown the same examples, and showing them costs no call.

use super::Demo;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Rated examples of which each item is shown those whose queries are nearest to its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nearest {
    /// How many an item is shown.
    pub count: usize,
    /// What they are chosen from.
    pub pool: Vec<Stored>,
}

/// An example that can be found by its query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// The query of its item.
    pub query: String,
    /// What is shown.
    pub demo: Demo,
}

/// A pool that is ready to be searched.
#[derive(Clone, Debug)]
pub(super) struct Index {
    count: usize,
    pool: Vec<(Demo, Weights)>,
    rarity: BTreeMap<String, f64>,
}

/// Words and their weights, of length 1 as a vector.
type Weights = BTreeMap<String, f64>;

impl Index {
    pub fn new(nearest: &Nearest) -> Self {
        let queries: Vec<BTreeMap<String, f64>> = nearest.pool.iter().map(|stored| counted(&stored.query)).collect();
        let mut rarity: BTreeMap<String, f64> = BTreeMap::new();
        queries.iter().flat_map(|words| words.keys()).for_each(|word| *rarity.entry(word.clone()).or_default() += 1.0);
        let n = queries.len() as f64;
        rarity.values_mut().for_each(|with| *with = ((1.0 + n) / (1.0 + *with)).ln() + 1.0);
        let demos = nearest.pool.iter().map(|stored| stored.demo.clone());
        let pool = demos.zip(queries.into_iter().map(|words| weighted(words, &rarity))).collect();
        Self { count: nearest.count, pool, rarity }
    }

    /// The examples for an item that is shown as `item`, the nearest last: next to what is to be rated. An item is never
    /// its own example; of examples that are as near, the one that is stored first goes first.
    pub fn of<'a>(&'a self, query: &str, item: &str) -> impl Iterator<Item = &'a Demo> + use<'a> {
        let query = weighted(counted(query), &self.rarity);
        let others = self.pool.iter().filter(|(demo, _)| demo.item != item);
        let mut near: Vec<(f64, &Demo)> = others.map(|(demo, words)| (cosine(&query, words), demo)).collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0));
        near.truncate(self.count);
        near.into_iter().rev().map(|(_, demo)| demo)
    }

    /// Bytes of the examples that an item is shown, at most; `frame` stands around each.
    pub fn largest(&self, frame: usize) -> usize {
        let longest = self.pool.iter().map(|(demo, _)| demo.item.len() + demo.reply.len()).max().unwrap_or(0);
        self.count.min(self.pool.len()) * (longest + frame)
    }
}

fn counted(query: &str) -> Weights {
    let mut words = Weights::new();
    for word in query.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        *words.entry(word.to_lowercase()).or_default() += 1.0;
    }
    words
}

/// Words that no stored query has are left out: they would make all of them less near alike.
fn weighted(words: Weights, rarity: &BTreeMap<String, f64>) -> Weights {
    let known = words.into_iter().filter_map(|(word, n)| Some((n * rarity.get(&word)?, word)));
    let mut weights: Weights = known.map(|(weight, word)| (word, weight)).collect();
    let length = weights.values().map(|w| w * w).sum::<f64>().sqrt();
    weights.values_mut().for_each(|weight| *weight /= length);
    weights
}

fn cosine(a: &Weights, b: &Weights) -> f64 {
    a.iter().filter_map(|(word, weight)| Some(weight * b.get(word)?)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn index(count: usize, queries: &[&str]) -> Index {
        let stored = |query: &&str| Stored {
            query: (*query).to_owned(),
            demo: Demo { item: format!("item of {query}"), reply: "{}".into() },
        };
        Index::new(&Nearest { count, pool: queries.iter().map(stored).collect() })
    }

    fn near(index: &Index, query: &str, item: &str) -> Vec<String> {
        index.of(query, item).map(|demo| demo.item.replace("item of ", "")).collect()
    }

    #[test]
    fn the_nearest_comes_last_and_a_rare_word_counts_more_than_a_common_one() {
        let index = index(2, &["reset the printer", "reset the badge", "book the room"]);
        assert_eq!(near(&index, "Badge, the?", ""), ["reset the printer", "reset the badge"]);
        assert_eq!(near(&index, "the room", ""), ["reset the printer", "book the room"]);
    }

    #[test]
    fn an_item_is_never_its_own_example() {
        let index = index(1, &["reset the printer", "reset the badge"]);
        assert_eq!(near(&index, "reset the badge", "item of reset the badge"), ["reset the printer"]);
    }

    #[test]
    fn a_query_without_a_known_word_is_shown_the_first_of_the_pool() {
        let index = index(2, &["a", "b", "c"]);
        assert_eq!(near(&index, "?", ""), ["b", "a"]);
        assert_eq!(near(&index, "unheard of", ""), ["b", "a"]);
    }

    proptest! {
        #[test]
        fn as_many_are_shown_as_there_are(count in 0usize..5, queries in prop::collection::vec("[a-c ]{0,6}", 0..6), query in "\\PC{0,12}") {
            let queries: Vec<&str> = queries.iter().map(String::as_str).collect();
            let index = index(count, &queries);
            prop_assert_eq!(near(&index, &query, "").len(), count.min(queries.len()));
            prop_assert!(index.of(&query, "").map(|d| d.item.len() + d.reply.len()).sum::<usize>() <= index.largest(0));
        }
    }
}
