//! The order in which rows are taken: every beginning of it is a small picture of the whole.

use super::pool::Row;
use crate::feedback::Example;
use std::collections::BTreeMap;

/// Rows in an order that depends on the seed and the items' ids alone. Gold ratings take turns in proportion to their
/// frequency, and within a rating queries take turns, so that few rows stand for many.
pub fn order(examples: &[Example], row: fn(u32) -> Row, purpose: &str, seed: u64) -> Vec<Row> {
    let draw = |text: &str| -> u64 {
        let mut hash = blake3::Hasher::new();
        hash.update(b"assessor order\0").update(&seed.to_le_bytes()).update(purpose.as_bytes()).update(b"\0");
        hash.update(text.as_bytes());
        u64::from_le_bytes(hash.finalize().as_bytes()[..8].try_into().expect("eight bytes"))
    };
    let mut strata: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (i, example) in examples.iter().enumerate() {
        strata.entry(example.gold.value()).or_default().push(i);
    }
    let mut placed: Vec<(f64, u64, usize)> = Vec::with_capacity(examples.len());
    for members in strata.values_mut() {
        members.sort_by_key(|&i| draw(examples[i].item.id.as_str()));
        // How many of its query came before it within this rating: first ones first.
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        let mut turned: Vec<(usize, usize)> = Vec::new();
        for &i in members.iter() {
            let turn = seen.entry(examples[i].item.group.as_str()).or_default();
            turned.push((*turn, i));
            *turn += 1;
        }
        turned.sort_by_key(|(turn, _)| *turn);
        let n = turned.len() as f64;
        for (at, (_, i)) in turned.into_iter().enumerate() {
            placed.push(((at as f64 + 0.5) / n, draw(examples[i].item.id.as_str()), i));
        }
    }
    placed.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    placed.into_iter().map(|(_, _, i)| row(i as u32)).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::tests::examples;
    use super::*;

    #[test]
    fn every_rating_is_in_the_first_rows_and_the_order_is_the_seed_s() {
        let examples = examples(60);
        let first = order(&examples, Row::Train, "train", 1);
        assert_eq!(first, order(&examples, Row::Train, "train", 1));
        assert_ne!(first, order(&examples, Row::Train, "train", 2));
        let golds: std::collections::BTreeSet<i64> = first[..10]
            .iter()
            .map(|row| match row {
                Row::Train(i) | Row::Dev(i) => examples[*i as usize].gold.value(),
            })
            .collect();
        assert_eq!(golds.len(), 5);
        let mut all = first.clone();
        all.sort();
        assert_eq!(all, (0..60).map(Row::Train).collect::<Vec<_>>());
    }
}
