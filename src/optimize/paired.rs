//! Two candidates on the same rows: what decides whether a trial goes on.
//!
//! A malformed reply costs the full range, some ten times what a rated row costs. Among a few dozen rows, whether two of
//! them or three came out malformed outweighs everything else, and it is mostly luck. So the two things that make up NMSE
//! are estimated apart, each as well as it can be ([`gain`]):
//!
//! - the loss on rows that both could rate, **row by row**;
//! - the share of malformed replies, over **everything** that a candidate was rated on, and drawn towards its parent's:
//!   a rule about relevance does not change how often a reply breaks, and a rule about the form of replies shows soon.

use super::pool::{CandidateId, Pool, Row};
use crate::feedback::Said;

/// The gain of a child over what it is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gain {
    /// Mean of (other's loss − child's loss); positive when the child is better.
    pub mean: f64,
    /// Standard error of the mean; infinite with fewer than two rows.
    pub se: f64,
    /// Rows that both were rated on.
    pub n: usize,
}

/// Losses differ at least by this much somewhere: keeps a standard error from being 0 because a few rows agree exactly.
const LEAST_VARIANCE: f64 = 1e-4;
/// A candidate's malformed share starts as if this many of its replies had come out as its parent's.
const INHERITED: f64 = 40.0;

/// The gain of `child` over `other` as it shows on `rows`, malformed replies as the module's text says; `None` when they
/// share no rated row.
pub fn gain(pool: &Pool, child: CandidateId, other: CandidateId, rows: &[Row]) -> Option<Gain> {
    let both = |row: &&Row| pool.loss(child, **row).is_some() && pool.loss(other, **row).is_some();
    let n = rows.iter().filter(both).count();
    if n == 0 {
        return None;
    }
    let pairs: Vec<(f64, f64)> =
        rows.iter().filter_map(|&row| Some((rated_loss(pool, other, row)?, rated_loss(pool, child, row)?))).collect();
    let differences: Vec<f64> = pairs.iter().map(|(other, child)| other - child).collect();
    let valid = of(&differences).unwrap_or(Gain { mean: 0.0, se: f64::INFINITY, n: 0 });
    let typical = pairs.iter().map(|(other, child)| (other + child) / 2.0).sum::<f64>() / pairs.len().max(1) as f64;
    let (now, before) = (malformed(pool, child), malformed(pool, other));
    let share = (now.0 + before.0) / 2.0;
    let mean = (1.0 - share) * valid.mean + (before.0 - now.0) * (1.0 - typical);
    // What is inherited moves both shares alike.
    let uncertain = if pool.descends(child, other) { now.1 } else { now.1 + before.1 };
    // Where nothing can be read, ratings add no doubt of their own.
    let of_ratings = if share < 1.0 { ((1.0 - share) * valid.se).powi(2) } else { 0.0 };
    let se = (of_ratings + uncertain * (1.0 - typical).powi(2)).sqrt();
    Some(Gain { mean, se, n })
}

/// The gain with every malformed reply at its full cost on its own row: what the published algorithms compare.
pub fn plain_gain(pool: &Pool, child: CandidateId, other: CandidateId, rows: &[Row]) -> Option<Gain> {
    let differences: Vec<f64> =
        rows.iter().filter_map(|&row| Some(pool.loss(other, row)? - pool.loss(child, row)?)).collect();
    of(&differences)
}

/// Mean loss of a row over the samples in which it was rated; `None` when all are malformed.
pub(super) fn rated_loss(pool: &Pool, id: CandidateId, row: Row) -> Option<f64> {
    let rated = pool.rated(id).range((row, 0)..=(row, u32::MAX)).map(|(_, rated)| rated);
    let losses: Vec<f64> = rated.filter(|r| matches!(r.said, Said::Rated { .. })).map(|r| r.loss).collect();
    (!losses.is_empty()).then(|| losses.iter().sum::<f64>() / losses.len() as f64)
}

/// The estimated share of malformed replies of a candidate, and the variance of what its own replies add to it.
pub fn malformed(pool: &Pool, id: CandidateId) -> (f64, f64) {
    let (malformed, all) = pool.malformed(id);
    let (malformed, all) = (malformed as f64, all as f64);
    let Some(&parent) = pool.candidate(id).origin.parents.first() else {
        // Half a reply of each kind: nobody is known never to break. That is how unsure the share is, and no part of it: its
        // children inherit it, and would look better for nothing but replies like their parent's.
        let unsure = (malformed + 0.5) / (all + 1.0);
        return (malformed / all.max(1.0), unsure * (1.0 - unsure) / (all + 1.0));
    };
    let inherited = self::malformed(pool, parent).0;
    let share = (malformed + INHERITED * inherited) / (all + INHERITED);
    let own = all / (all + INHERITED);
    (share, if all > 0.0 { own * own * share * (1.0 - share) / all } else { 0.0 })
}

/// Candidates from the worst to the best, by their gain over the baseline on `rows`; the older of equals is the better.
pub fn worst_first(pool: &Pool, candidates: &[CandidateId], rows: &[Row]) -> Vec<CandidateId> {
    let over =
        |id: CandidateId| if id == 0 { 0.0 } else { gain(pool, id, 0, rows).map_or(f64::NEG_INFINITY, |g| g.mean) };
    let mut sorted: Vec<(f64, CandidateId)> = candidates.iter().map(|&id| (over(id), id)).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    sorted.into_iter().map(|(_, id)| id).collect()
}

fn of(differences: &[f64]) -> Option<Gain> {
    let n = differences.len();
    if n == 0 {
        return None;
    }
    let mean = differences.iter().sum::<f64>() / n as f64;
    if n == 1 {
        return Some(Gain { mean, se: f64::INFINITY, n });
    }
    let variance = differences.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / (n as f64 - 1.0);
    Some(Gain { mean, se: (variance.max(LEAST_VARIANCE) / n as f64).sqrt(), n })
}

impl Gain {
    /// The child is worse by more than `z` standard errors: not worth another call. A racing rule (CAPO, arXiv
    /// 2504.16005); with `z` = 0 a noisy judge throws away half of the good children.
    pub fn is_lost(&self, z: f64) -> bool {
        self.mean + z * self.se < 0.0
    }

    /// What is to be expected of the child, when children of its kind gain `prior.0` on average with a standard deviation
    /// of `prior.1`: a gain that few rows show counts little, against a child as for it (the posterior mean under normal
    /// errors).
    pub fn expected(&self, prior: (f64, f64)) -> f64 {
        let (own, before) = (self.se.powi(-2), prior.1.powi(-2));
        (self.mean * own + prior.0 * before) / (own + before)
    }

    /// The child is better by more than `z` standard errors.
    pub fn is_won(&self, z: f64) -> bool {
        self.mean - z * self.se > 0.0
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::tests::{dev, family};
    use super::*;

    #[test]
    fn a_gain_by_hand() {
        // Differences 0.4, 0.0, 0.2: mean 0.2, variance 0.04, SE √(0.04/3).
        let gain = of(&[0.4, 0.0, 0.2]).unwrap();
        assert!((gain.mean - 0.2).abs() < 1e-12 && (gain.se - (0.04f64 / 3.0).sqrt()).abs() < 1e-12);
        assert!(gain.is_won(1.0) && !gain.is_lost(0.0));
    }

    #[test]
    fn one_row_decides_nothing_and_none_is_no_gain() {
        let one = of(&[-0.5]).unwrap();
        assert!(!one.is_lost(1.0) && !one.is_won(1.0));
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn what_few_rows_show_counts_little() {
        let few = Gain { mean: -0.02, se: 0.04, n: 20 };
        // (−0.02/0.0016 + 0.01/0.0004) / (625 + 2500) = 12.5 / 3125.
        assert!((few.expected((0.01, 0.02)) - 0.004).abs() < 1e-12);
        let many = Gain { se: 0.004, ..few };
        assert!(many.expected((0.01, 0.02)) < -0.018);
        assert_eq!(Gain { se: f64::INFINITY, ..few }.expected((0.01, 0.02)), 0.01);
    }

    #[test]
    fn a_single_malformed_reply_does_not_outweigh_what_all_other_rows_show() {
        // The child is better by 0.05 on every row that both rate, and one of its twenty replies is malformed.
        let losses: Vec<f64> = (0..20).map(|i| 0.1 + 0.01 * f64::from(i % 3)).collect();
        let better: Vec<Option<f64>> = losses.iter().enumerate().map(|(i, l)| (i != 7).then_some(l - 0.05)).collect();
        let pool = family(&[losses.iter().map(|l| Some(*l)).collect(), better]);
        let plain = plain_gain(&pool, 1, 0, &dev(20)).unwrap();
        let gain = gain(&pool, 1, 0, &dev(20)).unwrap();
        assert!(plain.mean < 0.01 && gain.mean > 0.02, "{plain:?} {gain:?}");
    }

    #[test]
    fn a_child_that_rates_as_its_parent_gains_nothing() {
        let rows = || (0..20).map(|i| Some(0.1 * f64::from(i % 3))).collect::<Vec<_>>();
        let pool = family(&[rows(), rows()]);
        assert_eq!(gain(&pool, 1, 0, &dev(20)).unwrap().mean, 0.0);
    }

    #[test]
    fn a_share_of_malformed_replies_is_its_parent_s_until_its_own_replies_say_otherwise() {
        let half = |n: usize| (0..n).map(|i| (i % 2 == 0).then_some(0.1)).collect::<Vec<_>>();
        let pool = family(&[half(40), vec![Some(0.1); 10], vec![Some(0.1); 400]]);
        let share = |id| malformed(&pool, id).0;
        // (20.5/41) = 0.5; (0 + 40·0.5)/(10 + 40) = 0.4; its child: 40·0.4/440.
        assert!((share(0) - 0.5).abs() < 1e-12 && (share(1) - 0.4).abs() < 1e-12);
        assert!((share(2) - 16.0 / 440.0).abs() < 1e-12);
    }
}
