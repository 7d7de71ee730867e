//! The mean human rating of a bulk from the means within each level of the judge.

use super::{Moments, finite};
use crate::agreement::numerics::t_quantile;
use crate::domain::{Interval, Undefined};

/// One level of the judge, or several that were merged.
#[derive(Clone, Debug, PartialEq)]
pub struct PostStratum {
    /// The strata, in the caller's order, that it is made of.
    pub members: Vec<usize>,
    /// Human ratings in it.
    pub human: Moments,
    /// Its share of the bulk.
    pub weight: f64,
}

/// A post-stratified mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Poststratified {
    /// The mean human rating of the bulk.
    pub theta: f64,
    /// Its standard error.
    pub se: f64,
    /// Variance from the human ratings within strata.
    pub var_within: f64,
    /// Variance from the bulk being a sample itself.
    pub var_between: f64,
    /// By Student's t with labelled rows less strata degrees of freedom; `None` when that leaves none.
    pub interval: Option<Interval>,
    /// The strata as they were used.
    pub strata: Vec<PostStratum>,
}

/// `θ = Σ W_k ȳ_k`, `var = Σ W_k² s_k²/n_k + (Σ W_k ȳ_k² − θ²)/N` (SPEC §2.17, case T3), at level `1 − alpha`.
///
/// `strata` are, from the lowest judge level up (malformed replies last, as one more), the human ratings and the number
/// of bulk rows. A stratum of the bulk with fewer than two human ratings is merged with the next one, the last with the
/// one before; strata without bulk rows weigh nothing and are left out. Unbiased whatever the judge is worth, when the
/// labelled rows are a random sample of each stratum. Undefined without bulk rows and with fewer than two human ratings.
pub fn poststratified(strata: &[(Vec<f64>, u64)], alpha: f64) -> Result<Poststratified, Undefined> {
    let bulk: u64 = strata.iter().map(|(_, count)| count).sum();
    if bulk == 0 {
        return Err(Undefined::Empty);
    }
    finite(strata.iter().flat_map(|(ratings, _)| ratings.iter().copied()))?;
    let strata = merged(strata, bulk);
    let n: u64 = strata.iter().map(|s| s.human.n).sum();
    if n < 2 {
        return Err(Undefined::TooFewRows);
    }
    let over = |of: &dyn Fn(&PostStratum) -> f64| strata.iter().map(of).sum::<f64>();
    let theta = over(&|s| s.weight * s.human.mean);
    let var_within = over(&|s| s.weight.powi(2) * s.human.variance(1) / s.human.n as f64);
    // Σ W ȳ² − θ² about θ, so that it never comes out below zero.
    let var_between = over(&|s| s.weight * (s.human.mean - theta).powi(2)) / bulk as f64;
    let se = (var_within + var_between).sqrt();
    let free = n.saturating_sub(strata.len() as u64);
    let interval = (free > 0).then(|| {
        let half = t_quantile(1.0 - alpha / 2.0, free as f64) * se;
        Interval { low: theta - half, high: theta + half, level: 1.0 - alpha, method: "poststratified-t" }
    });
    Ok(Poststratified { theta, se, var_within, var_between, interval, strata })
}

fn merged(strata: &[(Vec<f64>, u64)], bulk: u64) -> Vec<PostStratum> {
    let mut done: Vec<(Vec<usize>, Vec<f64>, u64)> = Vec::new();
    for (k, (ratings, count)) in strata.iter().enumerate().filter(|(_, (_, count))| *count > 0) {
        match done.last_mut().filter(|(_, ratings, _)| ratings.len() < 2) {
            Some((members, before, total)) => {
                members.push(k);
                before.extend(ratings);
                *total += count;
            }
            None => done.push((vec![k], ratings.clone(), *count)),
        }
    }
    if done.len() > 1
        && let Some((members, ratings, count)) = done.pop_if(|(_, ratings, _)| ratings.len() < 2)
        && let Some((before, all, total)) = done.last_mut()
    {
        before.extend(members);
        all.extend(ratings);
        *total += count;
    }
    let stratum = |(members, ratings, count): (Vec<usize>, Vec<f64>, u64)| PostStratum {
        members,
        human: Moments::of(&ratings),
        weight: count as f64 / bulk as f64,
    };
    done.into_iter().map(stratum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn two_strata_by_hand() {
        // Means 2 and 4, variances 2 and 0, shares ¼ and ¾: θ = 3.5; within 2/2/16; between (¼·2.25 + ¾·0.25)/100.
        let result = poststratified(&[(vec![1.0, 3.0], 25), (vec![4.0, 4.0, 4.0], 75)], 0.05).unwrap();
        assert_eq!((result.theta, result.var_within, result.var_between), (3.5, 0.0625, 0.0075));
        // t(3) at 0.975 is 3.1824.
        let interval = result.interval.unwrap();
        assert!((interval.high - 3.5 - 3.182446305284263 * 0.07f64.sqrt()).abs() < 1e-9);
    }

    #[test]
    fn thin_strata_join_their_neighbours() {
        let strata = [(vec![1.0], 10), (vec![2.0, 2.0], 10), (vec![9.0], 0), (vec![3.0, 4.0], 10), (vec![], 10)];
        let members: Vec<_> = poststratified(&strata, 0.05)
            .unwrap()
            .strata
            .into_iter()
            .map(|s| (s.members, s.human.n, s.weight))
            .collect();
        assert_eq!(members, [(vec![0, 1], 3, 0.5), (vec![3, 4], 2, 0.5)]);
    }

    #[test]
    fn without_rows_there_is_no_mean() {
        assert_eq!(poststratified(&[(vec![1.0, 2.0], 0)], 0.05), Err(Undefined::Empty));
        assert_eq!(poststratified(&[(vec![1.0], 5), (vec![], 5)], 0.05), Err(Undefined::TooFewRows));
    }

    proptest! {
        #[test]
        fn one_stratum_is_the_mean_of_the_sample(ratings in proptest::collection::vec(1u8..=5, 2..40), bulk in 1u64..1000) {
            let values: Vec<f64> = ratings.iter().map(|r| f64::from(*r)).collect();
            let result = poststratified(&[(values.clone(), bulk)], 0.05).unwrap();
            let moments = Moments::of(&values);
            prop_assert_eq!(result.theta, moments.mean);
            prop_assert_eq!(result.var_between, 0.0);
            prop_assert!((result.se.powi(2) - moments.variance(1) / values.len() as f64).abs() < 1e-12);
        }
    }
}
