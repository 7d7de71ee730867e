//! Pairs of scores of any kind, counted in O(n log n).

use super::{PairCounts, untied};
use crate::domain::Undefined;

impl PairCounts {
    /// Counts the pairs of two equally long lists of scores (Knight 1966): sort by people and then by the judge, and
    /// merge by the judge, counting what has to move.
    ///
    /// # Errors
    /// [`Undefined::NotFinite`] when a score is not a finite number.
    ///
    /// # Panics
    /// When the lists differ in length.
    pub fn of_scores(human: &[f64], judge: &[f64]) -> Result<Self, Undefined> {
        assert_eq!(human.len(), judge.len(), "one judge score for each human score");
        let key = |(h, j): (&f64, &f64)| Ok((sort_key(*h)?, sort_key(*j)?));
        let rows = human.iter().zip(judge).map(key).collect::<Result<Vec<_>, Undefined>>()?;
        Ok(Self::of_keys(rows))
    }

    /// [`PairCounts::of_scores`] with malformed replies (`None`).
    ///
    /// # Errors
    /// [`Undefined::NotFinite`] when a score is not a finite number.
    ///
    /// # Panics
    /// When the lists differ in length.
    pub fn of_replies(human: &[f64], judge: &[Option<f64>]) -> Result<Self, Undefined> {
        assert_eq!(human.len(), judge.len(), "one reply for each human score");
        let mut all = human.iter().map(|h| sort_key(*h)).collect::<Result<Vec<u64>, _>>()?;
        let valid = all.iter().zip(judge).filter_map(|(h, j)| Some(((*h), (*j)?)));
        let rows = valid.map(|(h, j)| Ok((h, sort_key(j)?))).collect::<Result<Vec<_>, Undefined>>()?;
        let complete = rows.len() == all.len();
        let counts = Self::of_keys(rows);
        if complete {
            return Ok(counts);
        }
        all.sort_unstable();
        let sizes = all.chunk_by(|a, b| a == b).map(|ties| ties.len() as u64);
        Ok(Self { malformed: untied(sizes) - counts.human_untied(), ..counts })
    }

    fn of_keys(mut rows: Vec<(u64, u64)>) -> Self {
        rows.sort_unstable();
        let human_ties = tied(rows.chunk_by(|a, b| a.0 == b.0).map(<[_]>::len));
        let tied_both = tied(rows.chunk_by(|a, b| a == b).map(<[_]>::len));
        let mut judge: Vec<u64> = rows.iter().map(|row| row.1).collect();
        drop(rows);
        let discordant = merge_sort(&mut judge);
        let judge_ties = tied(judge.chunk_by(|a, b| a == b).map(<[_]>::len));
        let all = tied([judge.len()].into_iter());
        Self {
            concordant: all + tied_both - discordant - human_ties - judge_ties,
            discordant,
            tied_human: human_ties - tied_both,
            tied_judge: judge_ties - tied_both,
            tied_both,
            malformed: 0,
        }
    }
}

/// An integer that sorts as the score does; both zeros are one score.
fn sort_key(score: f64) -> Result<u64, Undefined> {
    if !score.is_finite() {
        return Err(Undefined::NotFinite);
    }
    let bits = (score + 0.0).to_bits();
    Ok(if bits >> 63 == 1 { !bits } else { bits | 1 << 63 })
}

/// Pairs inside classes of these sizes.
fn tied(sizes: impl Iterator<Item = usize>) -> u64 {
    sizes.map(|n| n as u64 * (n as u64).saturating_sub(1) / 2).sum()
}

/// Sorts, and counts the pairs that were in the wrong order. It merges the ascending runs that it finds, so that a side
/// with few levels, whose rows come as few runs, costs few passes.
fn merge_sort(values: &mut Vec<u64>) -> u64 {
    let mut ends: Vec<usize> = Vec::new();
    ends.extend((1..values.len()).filter(|i| values[*i] < values[i - 1]));
    ends.push(values.len());
    let mut merged = vec![0; values.len()];
    let mut inversions = 0;
    while ends.len() > 1 {
        let mut start = 0;
        let mut kept = 0;
        for pair in 0..ends.len().div_ceil(2) {
            let middle = ends[2 * pair];
            let end = ends.get(2 * pair + 1).copied().unwrap_or(middle);
            inversions += merge(&values[start..middle], &values[middle..end], &mut merged[start..end]);
            ends[kept] = end;
            kept += 1;
            start = end;
        }
        ends.truncate(kept);
        std::mem::swap(values, &mut merged);
    }
    inversions
}

/// Merges two ascending runs; the pairs that were in the wrong order.
fn merge(left: &[u64], right: &[u64], into: &mut [u64]) -> u64 {
    let (mut l, mut r, mut inversions) = (0, 0, 0);
    for slot in into.iter_mut() {
        if l == left.len() || r == right.len() {
            break;
        }
        // Without a branch: which side comes next is a coin flip that no processor predicts.
        let from_right = right[r] < left[l];
        *slot = if from_right { right[r] } else { left[l] };
        inversions += if from_right { (left.len() - l) as u64 } else { 0 };
        r += usize::from(from_right);
        l += usize::from(!from_right);
    }
    let rest = &mut into[l + r..];
    rest.copy_from_slice(if l < left.len() { &left[l..] } else { &right[r..] });
    inversions
}
