//! Failures that look alike, together: one reflection per batch, several at once.

use super::choose::by_lot;
use super::{Case, Direction};
use crate::domain::Malformed;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// Letters that a word must have to say what a rationale is about; most articles and pronouns have fewer.
const CONTENT: usize = 4;

/// All failures among `cases`, as positions, in at most `k` batches, largest first. They start by direction and kind of
/// malformed reply. Too many: the two smallest of one direction are joined, or else the two smallest. Too few: the
/// largest that can be is parted by the words that people's rationales share. A batch whose rationales share no word is
/// left whole, so there can be fewer than `k`. The order of `cases` does not matter.
pub fn clusters(cases: &[Case<'_>], k: usize, seed: u64) -> Vec<Vec<usize>> {
    if k == 0 {
        return Vec::new();
    }
    let order = by_lot(cases, seed);
    let mut kinds: BTreeMap<(Direction, Option<&str>), Vec<usize>> = BTreeMap::new();
    for (at, &i) in order.iter().enumerate() {
        let kind = (cases[i].direction(), cases[i].malformed().map(Malformed::name));
        kinds.entry(kind).or_default().push(at);
    }
    let mut batches: Vec<(Direction, Vec<usize>)> = kinds.into_iter().map(|((d, _), found)| (d, found)).collect();
    while batches.len() > k {
        join(&mut batches);
    }
    let words = content(order.iter().map(|&i| &cases[i]));
    while batches.len() < k && part(&mut batches, &words) {}
    batches.sort_by_key(|(_, batch)| (Reverse(batch.len()), batch.iter().min().copied()));
    batches.into_iter().map(|(_, batch)| batch.into_iter().map(|at| order[at]).collect()).collect()
}

/// Joins the two smallest batches of one direction, or else the two smallest.
fn join(batches: &mut Vec<(Direction, Vec<usize>)>) {
    batches.sort_by_key(|(direction, batch)| (batch.len(), *direction, batch.first().copied()));
    let pairs = (0..batches.len()).flat_map(|b| (0..b).map(move |a| (b, a)));
    let alike = pairs.clone().find(|&(b, a)| batches[a].0 == batches[b].0);
    if let Some((b, a)) = alike.or_else(|| pairs.clone().next()) {
        let (_, joined) = batches.remove(b);
        batches[a].1.extend(joined);
        batches[a].1.sort_unstable();
    }
}

/// Parts the largest batch that can be parted; whether there was one.
fn part(batches: &mut Vec<(Direction, Vec<usize>)>, words: &[Vec<u32>]) -> bool {
    // What people say of an item does not tell why a reply to it had the wrong form.
    let mut largest: Vec<usize> = (0..batches.len()).filter(|&b| batches[b].0 != Direction::Malformed).collect();
    largest.sort_by_key(|&b| (Reverse(batches[b].1.len()), batches[b].1.first().copied()));
    for b in largest {
        if let Some((one, other)) = parted(&batches[b].1, words) {
            let direction = batches[b].0;
            batches[b].1 = one;
            batches.push((direction, other));
            return true;
        }
    }
    false
}

/// Around two leaders: the case that is most like all others, and the one that is least like that one. Whoever is like
/// neither goes to the smaller side.
fn parted(batch: &[usize], words: &[Vec<u32>]) -> Option<(Vec<usize>, Vec<usize>)> {
    let like = |a: usize, b: usize| shared(&words[a], &words[b]);
    let company: Vec<usize> =
        batch.iter().map(|&a| batch.iter().filter(|&&b| b != a).map(|&b| like(a, b)).sum()).collect();
    let known: Vec<(usize, usize)> = batch.iter().copied().zip(company).collect();
    let (first, _) = known.iter().copied().max_by_key(|&(a, all)| (all, Reverse(a))).filter(|&(_, all)| all > 0)?;
    let rest = known.iter().copied().filter(|&(a, _)| a != first);
    let (second, _) = rest.clone().min_by_key(|&(a, all)| (like(a, first), Reverse(all), a))?;
    let (mut one, mut other) = (vec![first], vec![second]);
    let mut between = Vec::new();
    for (a, _) in rest.filter(|&(a, _)| a != second) {
        match like(a, first).cmp(&like(a, second)) {
            std::cmp::Ordering::Greater => one.push(a),
            std::cmp::Ordering::Less => other.push(a),
            std::cmp::Ordering::Equal => between.push(a),
        }
    }
    for a in between {
        if one.len() < other.len() { one.push(a) } else { other.push(a) }
    }
    one.sort_unstable();
    other.sort_unstable();
    Some((one, other))
}

/// Shared words in thousandths of all words of the two; both are sorted.
fn shared(a: &[u32], b: &[u32]) -> usize {
    let (mut both, mut i, mut j) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        both += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    (1000 * both).checked_div(a.len() + b.len() - both).unwrap_or(0)
}

/// The words of each case's human rationales as sorted numbers, without those that more than half of the cases have:
/// they part nothing.
fn content<'a>(cases: impl Iterator<Item = &'a Case<'a>>) -> Vec<Vec<u32>> {
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut count: Vec<usize> = Vec::new();
    let mut all: Vec<Vec<u32>> = Vec::new();
    for case in cases {
        let words = case.example.rationales().into_iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
        let mut own: Vec<u32> = Vec::new();
        for word in words.filter(|w| w.chars().count() >= CONTENT) {
            let next = numbers.len() as u32;
            own.push(*numbers.entry(word.to_lowercase()).or_insert(next));
        }
        own.sort_unstable();
        own.dedup();
        count.resize(numbers.len(), 0);
        own.iter().for_each(|word| count[*word as usize] += 1);
        all.push(own);
    }
    let half = all.len() / 2;
    for words in &mut all {
        words.retain(|word| count[*word as usize] <= half.max(1));
    }
    all
}
