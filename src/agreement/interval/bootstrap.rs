//! BCa intervals of statistics of the table human × judge, all in one pass.

use super::super::numerics::{sum, t_quantile};
use super::super::{Confusion, Defined};
use super::resample::{ENUMERATED_GROUPS, leave_one_out, of_kinds, resamples};
use super::{Distribution, Resampling};
use crate::domain::{Interval, Undefined};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

/// Above this many groups the bootstrap adds nothing to the jackknife, whose cost is linear.
const BOOTSTRAP_GROUPS: usize = 2_000;

/// A replicate may leave a statistic undefined (all its rows alike). More than one in this many, and there is no interval.
const TOLERATED: u64 = 20;

/// An interval per statistic of the table, or the reason why there is none.
///
/// `groups` holds one table per query. Queries are resampled whole; when each holds one row, rows are, as a multinomial
/// draw of the cells whose cost does not depend on their number. A statistic is a function of the summed table, so a
/// resample is a weighted sum of tables. Replicates on which a statistic is undefined are left out of its distribution;
/// when they are more than one in twenty, or the statistic is undefined or the same throughout, it has no interval.
///
/// BCa where it exists, percentile where the jackknife does not vary or is undefined, the jackknife itself above 2,000
/// groups; the interval's `method` says which.
pub fn bca<const M: usize>(
    groups: &[Confusion],
    statistic: impl Fn(&Confusion) -> [Defined; M] + Sync + Send,
    how: &Resampling,
) -> [Result<Interval, Undefined>; M] {
    let whole = match groups {
        [] => return std::array::from_fn(|_| Err(Undefined::Empty)),
        [_] => return std::array::from_fn(|_| Err(Undefined::TooFewGroups)),
        [first, ..] => total(first.levels(), groups),
    };
    let independent = groups.iter().all(|g| g.total() == 1);
    let sample = if independent && groups.len() > ENUMERATED_GROUPS {
        rows(&whole, &statistic, how)
    } else if groups.len() <= BOOTSTRAP_GROUPS {
        Sample { clustered: !independent, ..clusters(groups, &statistic, how) }
    } else {
        left_out(groups, &whole, &statistic)
    };
    sample.intervals(statistic(&whole), how)
}

/// [`bca`] of independent rows, given their table alone: for so many rows that a table of each would be too much.
///
/// # Panics
/// With eight rows or fewer, whose resamples [`bca`] enumerates.
pub fn bca_of_rows<const M: usize>(
    whole: &Confusion,
    statistic: impl Fn(&Confusion) -> [Defined; M] + Sync + Send,
    how: &Resampling,
) -> [Result<Interval, Undefined>; M] {
    assert!(whole.total() > ENUMERATED_GROUPS as u64, "a few rows are resampled exhaustively");
    rows(whole, &statistic, how).intervals(statistic(whole), how)
}

/// An interval per statistic of sums over queries, where rows are real values and no table holds them: `groups` has each
/// query's sums, and the statistic is a function of their total. As [`bca`] otherwise.
pub fn bca_of_sums<const K: usize, const M: usize>(
    groups: &[[f64; K]],
    statistic: impl Fn(&[f64; K]) -> [Defined; M] + Sync + Send,
    how: &Resampling,
) -> [Result<Interval, Undefined>; M] {
    match groups {
        [] => return std::array::from_fn(|_| Err(Undefined::Empty)),
        [_] => return std::array::from_fn(|_| Err(Undefined::TooFewGroups)),
        _ => {}
    }
    let total = |times: &dyn Fn(usize) -> f64| -> [f64; K] {
        std::array::from_fn(|k| groups.iter().enumerate().map(|(at, group)| times(at) * group[k]).sum())
    };
    let whole = total(&|_| 1.0);
    let jackknife = if groups.len() <= BOOTSTRAP_GROUPS {
        let without = |left_out: usize| (statistic(&total(&|at| f64::from(u8::from(at != left_out)))), 1);
        (0..groups.len()).map(without).collect()
    } else {
        let without = |group: &[f64; K]| (statistic(&std::array::from_fn(|k| whole[k] - group[k])), 1);
        groups.iter().map(without).collect()
    };
    let replicates = match groups.len() {
        few if few <= BOOTSTRAP_GROUPS => resamples(few, how, |times| statistic(&total(&|at| f64::from(times[at])))),
        _ => Vec::new(),
    };
    Sample { replicates, jackknife, clustered: true }.intervals(statistic(&whole), how)
}

/// What an interval is made of.
struct Sample<const M: usize> {
    /// Values over resamples with how many resamples share them.
    replicates: Vec<([Defined; M], u64)>,
    /// Leave-one-out values with how many groups share each.
    jackknife: Vec<([Defined; M], u64)>,
    clustered: bool,
}

impl<const M: usize> Sample<M> {
    fn intervals(&self, estimates: [Defined; M], how: &Resampling) -> [Result<Interval, Undefined>; M] {
        std::array::from_fn(|m| self.interval(m, estimates[m]?, how.level))
    }

    fn interval(&self, m: usize, estimate: f64, level: f64) -> Result<Interval, Undefined> {
        let jackknife: Result<Vec<(f64, u64)>, Undefined> =
            self.jackknife.iter().map(|(values, times)| Ok((values[m]?, *times))).collect();
        let made = |(low, high): (f64, f64), method| Interval { low, high, level, method };
        if self.replicates.is_empty() {
            return student(estimate, &jackknife?, level).map(|ends| made(ends, "cluster-jackknife-t"));
        }
        let values: Vec<(f64, u64)> =
            self.replicates.iter().filter_map(|(values, ways)| Some((values[m].ok()?, *ways))).collect();
        let all: u64 = self.replicates.iter().map(|(_, ways)| ways).sum();
        let missing = all - values.iter().map(|(_, ways)| ways).sum::<u64>();
        let reason = self.replicates.iter().find_map(|(values, _)| values[m].err());
        if let Some(reason) = reason.filter(|_| missing * TOLERATED > all) {
            return Err(reason);
        }
        let distribution = Distribution::of(values).ok_or(Undefined::Empty)?;
        let bca = jackknife.ok().and_then(|jackknife| distribution.bca(estimate, &jackknife, level));
        match bca {
            Some(bca) => Ok(made(bca.ends, if self.clustered { "cluster-bca" } else { "bca" })),
            None => distribution
                .percentile(level)
                .map(|ends| made(ends, if self.clustered { "cluster-percentile" } else { "percentile" }))
                .ok_or(Undefined::ZeroVariance),
        }
    }
}

/// `estimate ± t(G − 1)·SE` with the jackknife's `SE² = (G − 1)/G · Σ (v − mean)²`.
fn student(estimate: f64, jackknife: &[(f64, u64)], level: f64) -> Result<(f64, f64), Undefined> {
    let groups: f64 = jackknife.iter().map(|(_, times)| *times as f64).sum();
    let mean = sum(jackknife.iter().map(|(v, times)| v * *times as f64)) / groups;
    let squares = sum(jackknife.iter().map(|(v, times)| (v - mean).powi(2) * *times as f64));
    let half = t_quantile(0.5 + level / 2.0, groups - 1.0) * ((groups - 1.0) / groups * squares).sqrt();
    if half > 0.0 { Ok((estimate - half, estimate + half)) } else { Err(Undefined::ZeroVariance) }
}

/// Rows that are groups of their own: the cells are kinds of rows.
fn rows<const M: usize>(
    whole: &Confusion,
    statistic: &(impl Fn(&Confusion) -> [Defined; M] + Sync + Send),
    how: &Resampling,
) -> Sample<M> {
    let kinds: Vec<usize> = (0..whole.cells().len()).filter(|cell| whole.cells()[*cell] > 0).collect();
    let seen: Vec<u64> = kinds.iter().map(|cell| whole.cells()[*cell]).collect();
    let table = |counts: &[u64]| {
        let mut table = Confusion::empty(whole.levels());
        kinds.iter().zip(counts).for_each(|(cell, count)| table.cells_mut()[*cell] = *count);
        table
    };
    let without = |kind: usize| {
        let mut counts = seen.clone();
        counts[kind] -= 1;
        (statistic(&table(&counts)), seen[kind])
    };
    Sample {
        replicates: of_kinds(&seen, how, |counts| (statistic(&table(counts)), 1)),
        jackknife: (0..seen.len()).map(without).collect(),
        clustered: false,
    }
}

/// Queries with their rows.
fn clusters<const M: usize>(
    groups: &[Confusion],
    statistic: &(impl Fn(&Confusion) -> [Defined; M] + Sync + Send),
    how: &Resampling,
) -> Sample<M> {
    let levels = groups[0].levels();
    // Few cells of one query's table are in use.
    let filled: Vec<Vec<(usize, u64)>> = groups
        .iter()
        .map(|group| group.cells().iter().copied().enumerate().filter(|(_, count)| *count > 0).collect())
        .collect();
    let reweighted = |times: &[u32]| {
        let mut table = Confusion::empty(levels);
        let cells = table.cells_mut();
        for (group, times) in filled.iter().zip(times).filter(|(_, times)| **times > 0) {
            group.iter().for_each(|(cell, count)| cells[*cell] += u64::from(*times) * count);
        }
        statistic(&table)
    };
    Sample {
        replicates: resamples(groups.len(), how, reweighted),
        jackknife: leave_one_out(groups.len(), reweighted).into_iter().map(|values| (values, 1)).collect(),
        clustered: true,
    }
}

/// The jackknife alone.
fn left_out<const M: usize>(
    groups: &[Confusion],
    whole: &Confusion,
    statistic: &(impl Fn(&Confusion) -> [Defined; M] + Sync + Send),
) -> Sample<M> {
    let jackknife = groups.par_iter().map(|group| (statistic(&whole.without(group)), 1)).collect();
    Sample { replicates: Vec::new(), jackknife, clustered: true }
}

fn total(levels: usize, groups: &[Confusion]) -> Confusion {
    let mut whole = Confusion::empty(levels);
    for group in groups {
        whole.cells_mut().iter_mut().zip(group.cells()).for_each(|(sum, count)| *sum += count);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rayon::ThreadPoolBuilder;

    fn exact(table: &Confusion) -> [Defined; 2] {
        let hits: u64 = (0..table.levels()).map(|level| table.at(level, level)).sum();
        let (hits, rows) = (hits as f64, table.total() as f64);
        [if rows > 0.0 { Ok(hits / rows) } else { Err(Undefined::Empty) }, Err(Undefined::OneLabelHuman)]
    }

    /// One table per list of `(human, judge)`.
    fn tables(groups: &[Vec<(u8, u8)>]) -> Vec<Confusion> {
        let table = |rows: &Vec<(u8, u8)>| {
            let mut table = Confusion::empty(3);
            rows.iter().for_each(|(human, judge)| table.add(*human, Some(*judge)));
            table
        };
        groups.iter().map(table).collect()
    }

    #[test]
    fn rows_and_queries_are_told_apart_and_an_undefined_statistic_keeps_its_reason() {
        let rows: Vec<Vec<(u8, u8)>> = (0..40).map(|i| vec![(i % 3, u8::from(i % 4 == 0))]).collect();
        let how = Resampling::default();
        let [first, second] = bca(&tables(&rows), exact, &how);
        let first = first.unwrap();
        assert_eq!((first.method, second), ("bca", Err(Undefined::OneLabelHuman)));
        let pairs: Vec<Vec<(u8, u8)>> = rows.chunks(2).map(<[_]>::concat).collect();
        let clustered = bca(&tables(&pairs), exact, &how)[0].clone().unwrap();
        assert_eq!(clustered.method, "cluster-bca");
        // Exact matches 13 of 40, standard error √(0.325·0.675/40) = 0.074.
        assert!((first.high - first.low - 2.0 * 1.96 * 0.074).abs() < 0.02, "{first:?}");
    }

    #[test]
    fn what_cannot_vary_has_no_interval() {
        let same = tables(&vec![vec![(1, 1)]; 30]);
        assert_eq!(bca(&same, exact, &Resampling::default())[0], Err(Undefined::ZeroVariance));
        assert_eq!(bca(&same[..1], exact, &Resampling::default())[0], Err(Undefined::TooFewGroups));
        assert_eq!(bca(&[], exact, &Resampling::default())[0], Err(Undefined::Empty));
    }

    #[test]
    fn thousands_of_queries_take_the_jackknife() {
        let groups: Vec<Vec<(u8, u8)>> = (0..2_500u32).map(|i| vec![((i % 3) as u8, 1), ((i % 2) as u8, 0)]).collect();
        let interval = bca(&tables(&groups), exact, &Resampling::default())[0].clone().unwrap();
        assert_eq!(interval.method, "cluster-jackknife-t");
    }

    #[test]
    fn the_number_of_threads_changes_no_bit_and_rows_need_no_tables() {
        let groups: Vec<Vec<(u8, u8)>> =
            (0..25u8).map(|i| (0..=i % 4).map(|j| ((i + j) % 3, (i * j) % 3)).collect()).collect();
        let rows: Vec<Vec<(u8, u8)>> = groups.concat().into_iter().map(|row| vec![row]).collect();
        let mut whole = Confusion::empty(3);
        groups.iter().flatten().for_each(|(human, judge)| whole.add(*human, Some(*judge)));
        let how = Resampling { replicates: 500, ..Resampling::default() };
        assert_eq!(bca_of_rows(&whole, exact, &how), bca(&tables(&rows), exact, &how));
        for tables in [tables(&groups), tables(&rows)] {
            let run = |threads| {
                let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| bca(&tables, exact, &how))
            };
            assert_eq!(run(1), run(2));
            assert_eq!(run(1), run(7));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn intervals_are_in_order_and_within_what_resamples_can_reach(
            groups in proptest::collection::vec(proptest::collection::vec((0u8..3, 0u8..3), 1..5), 2..30)
        ) {
            let how = Resampling { replicates: 300, ..Resampling::default() };
            if let Ok(interval) = &bca(&tables(&groups), exact, &how)[0] {
                prop_assert!(0.0 <= interval.low && interval.low <= interval.high && interval.high <= 1.0);
            }
        }
    }
}
