//! Overlap of two rankings that need not hold the same documents.

use crate::agreement::Defined;
use crate::domain::Undefined;
use std::collections::HashSet;
use std::hash::Hash;

/// Rank-biased overlap, extrapolated: 0 (nothing in common) to 1 (Webber, Moffat & Zobel 2010, eq. 32; SPEC case W3).
///
/// With the overlap `X_d` of the first `d` of both, `s` and `l` the shorter and longer length,
/// `(1−p)/p·(Σ_{d≤l} X_d/d·p^d + Σ_{s<d≤l} X_s(d−s)/(s·d)·p^d) + ((X_l − X_s)/l + X_s/s)·p^l`. The `persistence` `p` says
/// how deep a reader goes. Ranks do not tie. Undefined when one ranking is empty.
///
/// # Panics
/// When `persistence` is not strictly between 0 and 1, or a ranking holds a document twice.
pub fn rbo<T: Eq + Hash>(a: &[T], b: &[T], persistence: f64) -> Defined {
    assert!(persistence > 0.0 && persistence < 1.0, "persistence {persistence} is not between 0 and 1");
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.is_empty() {
        return Err(Undefined::Empty);
    }
    let overlap = overlaps(short, long);
    let (s, l) = (short.len(), long.len());
    let (at_short, at_long) = (overlap[s - 1] as f64, overlap[l - 1] as f64);
    let (mut sum, mut weight) = (0.0, 1.0);
    for (depth, common) in (1usize..).zip(overlap) {
        weight *= persistence;
        let assumed = at_short * depth.saturating_sub(s) as f64 / s as f64;
        sum += (common as f64 + assumed) / depth as f64 * weight;
    }
    let beyond = (at_long - at_short) / l as f64 + at_short / s as f64;
    Ok((1.0 - persistence) / persistence * sum + beyond * weight)
}

/// How many documents the first `d` of both have in common, for every depth of the longer one.
fn overlaps<T: Eq + Hash>(short: &[T], long: &[T]) -> Vec<usize> {
    let (mut seen_short, mut seen_long) = (HashSet::new(), HashSet::new());
    let mut common = 0;
    let mut overlaps = Vec::with_capacity(long.len());
    for (depth, item) in long.iter().enumerate() {
        assert!(seen_long.insert(item), "a document is ranked twice");
        common += usize::from(seen_short.contains(item));
        if let Some(other) = short.get(depth) {
            assert!(seen_short.insert(other), "a document is ranked twice");
            common += usize::from(seen_long.contains(other));
        }
        overlaps.push(common);
    }
    overlaps
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn two_swapped_documents_by_hand() {
        // X = 0, 2 at p = ½: 1·(0 + 2/2·¼) + 2/2·¼ = ½.
        assert_eq!(rbo(&["a", "b"], &["b", "a"], 0.5), Ok(0.5));
    }

    #[test]
    fn the_longer_ranking_is_matched_against_what_the_shorter_would_have() {
        // s = 1, l = 2, X = 1, 1 at p = ½: 1·(½ + (1 + 1·1/1)/2·¼) + (0/2 + 1)·¼ = 1: nothing speaks against agreement.
        assert_eq!(rbo(&["a"], &["a", "b"], 0.5), Ok(1.0));
        assert_eq!(rbo(&["a", "b"], &["a"], 0.5), Ok(1.0));
    }

    #[test]
    fn an_empty_ranking_has_no_overlap() {
        assert_eq!(rbo(&[], &["a"], 0.9), Err(Undefined::Empty));
    }

    #[test]
    #[should_panic(expected = "a document is ranked twice")]
    fn a_document_cannot_be_ranked_twice() {
        let _ = rbo(&["a", "a"], &["a", "b"], 0.9);
    }

    proptest! {
        #[test]
        fn it_is_symmetric_within_bounds_and_one_for_itself(
            a in Just((0..12u8).collect::<Vec<_>>()).prop_shuffle(),
            b in Just((0..12u8).collect::<Vec<_>>()).prop_shuffle(),
            cut in 1usize..12,
            p in 0.05f64..0.95,
        ) {
            let value = rbo(&a, &b[..cut], p).unwrap();
            prop_assert!((-1e-12..=1.0 + 1e-12).contains(&value));
            prop_assert_eq!(value, rbo(&b[..cut], &a, p).unwrap());
            prop_assert!((rbo(&a, &a, p).unwrap() - 1.0).abs() < 1e-12);
        }
    }
}
