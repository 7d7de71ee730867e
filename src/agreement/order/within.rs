//! Ordering inside queries: what a ranking needs, and what no difference between easy and hard queries can inflate.

use super::PairCounts;
use crate::agreement::Defined;
use crate::domain::Undefined;

/// The plain mean of a statistic over the groups that have it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupMean {
    /// The mean; undefined when no group has the statistic.
    pub mean: Defined,
    /// Groups that it is the mean of.
    pub defined: u64,
    /// Groups without it, for example for want of two different human ratings.
    pub undefined: u64,
}

impl GroupMean {
    /// The mean over `groups` of `statistic`, for example of [`PairCounts::tau_b`]: the figure that studies of
    /// summaries report, τ-b over the systems of each source, then the mean over sources.
    pub fn of(groups: &[PairCounts], statistic: impl Fn(&PairCounts) -> Defined) -> Self {
        let mut values: Vec<f64> = groups.iter().filter_map(|group| statistic(group).ok()).collect();
        // In order of size, so that the order of groups does not show in the last digit.
        values.sort_unstable_by(f64::total_cmp);
        let defined = values.len() as u64;
        let mean = match (groups, defined) {
            ([], _) => Err(Undefined::Empty),
            (_, 0) => Err(Undefined::NoPairs),
            _ => Ok(values.iter().sum::<f64>() / defined as f64),
        };
        Self { mean, defined, undefined: groups.len() as u64 - defined }
    }
}

/// The pairs of each group, in the order of the groups' numbers; their sum is the pairs inside queries (SPEC case H9).
///
/// # Errors
/// [`Undefined::NotFinite`] when a score is not a finite number.
///
/// # Panics
/// When the lists differ in length.
pub fn pairs_by_group(groups: &[u32], human: &[f64], judge: &[Option<f64>]) -> Result<Vec<PairCounts>, Undefined> {
    assert!(groups.len() == human.len() && human.len() == judge.len(), "one group, human score and reply for each row");
    let mut rows: Vec<usize> = (0..groups.len()).collect();
    rows.sort_unstable_by_key(|row| groups[*row]);
    let of = |rows: &[usize]| {
        let human: Vec<f64> = rows.iter().map(|row| human[*row]).collect();
        let judge: Vec<Option<f64>> = rows.iter().map(|row| judge[*row]).collect();
        PairCounts::of_replies(&human, &judge)
    };
    rows.chunk_by(|a, b| groups[*a] == groups[*b]).map(of).collect()
}
