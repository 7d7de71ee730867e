//! Resamples, as multiplicities: how often each group, or each kind of row, is drawn.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Binomial, Distribution as _};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

/// Up to this many groups all resamples are enumerated instead of drawn: those of 8 groups differ in 6,435 ways.
pub(super) const ENUMERATED_GROUPS: usize = 8;

/// How a bootstrap is done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resampling {
    /// Seed of the draws. The same seed gives the same bits for any number of threads.
    pub seed: u64,
    /// Number of resamples.
    pub replicates: u32,
    /// Level of the interval, between 0 and 1.
    pub level: f64,
}

impl Default for Resampling {
    /// Seed 0, 10,000 replicates, 95 %.
    fn default() -> Self {
        Self { seed: 0, replicates: 10_000, level: 0.95 }
    }
}

impl Resampling {
    /// The generator of replicate `replicate`: ChaCha8, keyed by the seed and `purpose`, one stream per replicate.
    pub fn stream(&self, purpose: &str, replicate: u64) -> ChaCha8Rng {
        let mut hash = blake3::Hasher::new();
        hash.update(&self.seed.to_le_bytes()).update(purpose.as_bytes());
        let mut random = ChaCha8Rng::from_seed(*hash.finalize().as_bytes());
        random.set_stream(replicate);
        random
    }

    /// `statistic` of each replicate, in the order of the replicates.
    fn replicate<S, T: Send>(
        &self,
        purpose: &str,
        state: impl Fn() -> S + Sync + Send,
        statistic: impl Fn(&mut S, &mut ChaCha8Rng) -> T + Sync + Send,
    ) -> Vec<T> {
        let first = self.stream(purpose, 0);
        let one = |state: &mut S, replicate: u32| {
            let mut random = first.clone();
            random.set_stream(u64::from(replicate));
            statistic(state, &mut random)
        };
        (0..self.replicates).into_par_iter().map_init(&state, one).collect()
    }
}

/// `statistic` of resamples of `groups` groups, each given as the groups' multiplicities, with how many resamples share
/// it. With up to eight groups these are all `groups^groups` resamples there are, and nothing is random; otherwise
/// [`Resampling::replicates`] draws.
pub fn resamples<T: Send>(
    groups: usize,
    how: &Resampling,
    statistic: impl Fn(&[u32]) -> T + Sync + Send,
) -> Vec<(T, u64)> {
    if groups <= ENUMERATED_GROUPS {
        let mut all = Vec::new();
        enumerate(&mut vec![0; groups], 0, groups as u32, 1, &mut |times, ways| all.push((statistic(times), ways)));
        return all;
    }
    let draw = |times: &mut Vec<u32>, random: &mut ChaCha8Rng| {
        times.fill(0);
        for _ in 0..groups {
            times[random.random_range(0..groups)] += 1;
        }
        (statistic(times), 1)
    };
    how.replicate("groups", || vec![0; groups], draw)
}

/// Visits all ways to draw `left` more groups from those at `place` and after, given the number of orders (`ways`) in which
/// the ones before can have been drawn.
fn enumerate(times: &mut [u32], place: usize, left: u32, ways: u64, visit: &mut impl FnMut(&[u32], u64)) {
    if place + 1 >= times.len() {
        if let Some(last) = times.last_mut() {
            *last = left;
            visit(times, ways);
        }
        return;
    }
    // Binomial coefficients of `left`: which of the remaining draws are this group.
    let mut choices = 1;
    for drawn in 0..=left {
        times[place] = drawn;
        enumerate(times, place + 1, left - drawn, ways * choices, visit);
        choices = choices * u64::from(left - drawn) / u64::from(drawn + 1);
    }
}

/// `statistic` without each group in turn, given as multiplicities.
pub fn leave_one_out<T>(groups: usize, statistic: impl Fn(&[u32]) -> T) -> Vec<T> {
    let mut times = vec![1; groups];
    let without = |left_out: usize| {
        times[left_out] = 0;
        let value = statistic(&times);
        times[left_out] = 1;
        value
    };
    (0..groups).map(without).collect()
}

/// `statistic` of resamples of independent rows that come in kinds, given how often each kind was seen; a resample is a
/// multinomial draw of the counts, whose cost does not depend on the number of rows.
pub(super) fn of_kinds<T: Send>(
    seen: &[u64],
    how: &Resampling,
    statistic: impl Fn(&[u64]) -> T + Sync + Send,
) -> Vec<T> {
    let draw = |counts: &mut Vec<u64>, random: &mut ChaCha8Rng| {
        multinomial(seen, counts, random);
        statistic(counts)
    };
    how.replicate("rows", || vec![0; seen.len()], draw)
}

/// Draws as many rows as were seen, kind by kind: each count is binomial given what the kinds before it left over.
fn multinomial(seen: &[u64], counts: &mut [u64], random: &mut ChaCha8Rng) {
    let mut rows: u64 = seen.iter().sum();
    let mut unseen = rows;
    for (count, &kind) in counts.iter_mut().zip(seen) {
        *count = match kind {
            0 => 0,
            kind if kind == unseen => rows,
            kind => Binomial::new(rows, kind as f64 / unseen as f64).expect("a share is a probability").sample(random),
        };
        rows -= *count;
        unseen -= kind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_resamples_of_three_groups() {
        let all = resamples(3, &Resampling::default(), <[u32]>::to_vec);
        // 27 in all: 6 orders of three different groups, 3 of each pair and a single, 1 of each triple.
        assert_eq!(all.len(), 10);
        assert_eq!(all.iter().map(|(_, ways)| ways).sum::<u64>(), 27);
        assert!(
            all.contains(&(vec![1, 1, 1], 6)) && all.contains(&(vec![2, 0, 1], 3)) && all.contains(&(vec![0, 0, 3], 1))
        );
        let eight = resamples(8, &Resampling::default(), |times| times.iter().sum::<u32>());
        assert_eq!((eight.len(), eight.iter().map(|(_, ways)| ways).sum()), (6_435, 8u64.pow(8)));
        assert!(eight.iter().all(|(drawn, _)| *drawn == 8));
        assert_eq!(resamples(0, &Resampling::default(), |_| ()), []);
    }

    #[test]
    fn each_replicate_draws_as_many_groups_and_rows_as_there_are() {
        let how = Resampling { replicates: 200, ..Resampling::default() };
        assert!(resamples(40, &how, |t| t.iter().sum::<u32>()).iter().all(|(n, _)| *n == 40));
        let counts = of_kinds(&[5, 0, 900_000, 95], &how, <[u64]>::to_vec);
        assert!(counts.iter().all(|c| c.iter().sum::<u64>() == 900_100 && c[1] == 0));
        // Mean of a binomial with n = 900,100 and p = 95/900,100 is 95, its sd 9.7, that of 200 of them 0.69.
        let mean = counts.iter().map(|c| c[3] as f64).sum::<f64>() / 200.0;
        assert!((mean - 95.0).abs() < 5.0 * 0.69, "{mean}");
    }

    #[test]
    fn purposes_seeds_and_replicates_have_streams_of_their_own() {
        let how = Resampling::default();
        let first = |mut r: ChaCha8Rng| r.random::<u64>();
        let draws = [
            first(how.stream("a", 0)),
            first(how.stream("a", 1)),
            first(how.stream("b", 0)),
            first(Resampling { seed: 1, ..how }.stream("a", 0)),
        ];
        assert!((0..4).all(|i| (0..i).all(|j| draws[i] != draws[j])));
        assert_eq!(draws[1], first(how.stream("a", 1)));
    }

    #[test]
    fn each_group_is_left_out_once() {
        assert_eq!(leave_one_out(3, <[u32]>::to_vec), [[0, 1, 1], [1, 0, 1], [1, 1, 0]]);
    }
}
