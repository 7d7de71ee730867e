//! The interval of a difference from few and skewed groups.

use super::super::interval::{GroupSum, Resampling};
use crate::domain::Interval;
use rand::RngExt as _;

/// Resamples in which fewer groups than this differ say nothing about spread.
const LEAST: f64 = 1e-12;

/// The bootstrap-t interval of a ratio of sums over groups: groups are drawn with replacement, and the distribution of
/// (estimate* − estimate) / se* takes the place of Student's (Efron & Tibshirani 1993, ch. 12.5). Where a few groups carry
/// most of a difference, as queries with malformed replies do, Student's interval is too short, and on the wrong side.
///
/// `None` with fewer than three groups, or when all groups say the same.
pub fn bootstrap_t(groups: &[GroupSum], how: &Resampling) -> Option<Interval> {
    let (value, se) = ratio(groups.iter())?;
    if groups.len() < 3 || se <= LEAST {
        return None;
    }
    let mut found = Vec::with_capacity(how.replicates as usize);
    for replicate in 0..u64::from(how.replicates) {
        let mut rng = how.stream("bootstrap-t", replicate);
        let drawn: Vec<&GroupSum> = groups.iter().map(|_| &groups[rng.random_range(0..groups.len())]).collect();
        if let Some((drawn, spread)) = ratio(drawn.into_iter()).filter(|(_, spread)| *spread > LEAST) {
            found.push((drawn - value) / spread);
        }
    }
    found.sort_by(f64::total_cmp);
    let at = |p: f64| found.get(((found.len() as f64 - 1.0) * p).round() as usize).copied();
    let tail = (1.0 - how.level) / 2.0;
    let (low, high) = (value - at(1.0 - tail)? * se, value - at(tail)? * se);
    Some(Interval { low, high, level: how.level, method: "cluster-bootstrap-t" })
}

/// A ratio of sums and its linearised standard error over groups.
fn ratio<'a>(groups: impl Iterator<Item = &'a GroupSum> + Clone) -> Option<(f64, f64)> {
    let (sum, weight) = groups.clone().fold((0.0, 0.0), |(s, w), g| (s + g.sum, w + g.weight));
    let n = groups.clone().count() as f64;
    if weight <= 0.0 || n < 2.0 {
        return None;
    }
    let value = sum / weight;
    let squares: f64 = groups.map(|g| (g.sum - value * g.weight).powi(2)).sum();
    Some((value, (n / (n - 1.0) * squares).sqrt() / weight))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn sums(of: &[f64]) -> Vec<GroupSum> {
        of.iter().map(|&sum| GroupSum { sum, weight: 1.0 }).collect()
    }

    #[test]
    fn of_groups_that_are_alike_it_is_near_student_s() {
        let groups = sums(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0]);
        let found = bootstrap_t(&groups, &Resampling { replicates: 4_000, ..Resampling::default() }).unwrap();
        // Mean 6.5, SE 3.6056/√12 = 1.0408; t(11) 2.201: 4.21 to 8.79.
        assert!((found.low - 4.21).abs() < 0.25 && (found.high - 8.79).abs() < 0.25, "{found:?}");
    }

    #[test]
    fn a_group_that_stands_alone_stretches_the_side_on_which_it_stands() {
        let mut all = vec![0.0, 0.5, 1.0, 0.2, 0.8, 0.4, 0.6, 0.1, 0.9, 0.3];
        all.push(12.0);
        let found = bootstrap_t(&sums(&all), &Resampling { replicates: 4_000, ..Resampling::default() }).unwrap();
        let mean = all.iter().sum::<f64>() / 11.0;
        assert!(found.high - mean > 2.0 * (mean - found.low), "{found:?} around {mean}");
    }

    #[test]
    fn two_groups_or_equal_ones_have_none() {
        assert_eq!(bootstrap_t(&sums(&[1.0, 2.0]), &Resampling::default()), None);
        assert_eq!(bootstrap_t(&sums(&[1.0, 1.0, 1.0]), &Resampling::default()), None);
    }
}
