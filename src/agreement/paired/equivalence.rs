//! Is the new judge not worse than the old one by more than a margin that was set beforehand?

use super::super::Defined;
use super::super::numerics::{t_cdf, t_quantile, t_upper};
use super::Paired;
use crate::domain::Undefined;

/// One-sided level of both tests; their joint interval is at `1 − 2·ALPHA`.
const ALPHA: f64 = 0.05;

/// How a difference stands to a margin.
#[derive(Clone, Debug, PartialEq)]
pub struct Equivalence {
    /// The largest difference that does not matter, in the unit of the costs.
    pub margin: f64,
    /// p-value of "the new one is worse by the margin or more"; small is good.
    pub p_non_inferior: Defined,
    /// p-value of the two one-sided tests (Schuirmann 1987): small when the two differ by less than the margin.
    pub p_equivalent: Defined,
    /// One-sided 95 % upper bound of the difference.
    pub upper: Defined,
    /// 90 % interval of the difference, whose place within the margin is the equivalence test.
    pub interval: Result<(f64, f64), Undefined>,
    /// What follows.
    pub standing: Standing,
}

/// The verdict on a new judge against an old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Both cost the same on every row.
    Identical,
    /// Better: even the upper bound of the difference is below 0.
    Superior,
    /// Neither better nor worse by the margin.
    Equivalent,
    /// Not worse by the margin.
    NonInferior,
    /// Worse by more than the margin.
    Inferior,
    /// The data do not say.
    Inconclusive,
}

/// Holds the first of `paired` (the new judge's costs) against the second (the old one's) with `margin > 0`
/// (SPEC §2.9, cases K1 and K2; statsmodels `ttost_paired` when rows are groups of their own).
///
/// Identical costs have no p-values; nor have one group, or differences that are the same in every group.
pub fn non_inferior(paired: &Paired, margin: f64) -> Equivalence {
    let undefined = |reason, standing| Equivalence {
        margin,
        p_non_inferior: Err(reason),
        p_equivalent: Err(reason),
        upper: Err(reason),
        interval: Err(reason),
        standing,
    };
    let difference = match (paired.difference.value(), paired.se) {
        _ if paired.identical => return undefined(Undefined::NoDifference, Standing::Identical),
        (Some(difference), Some(se)) if se > 0.0 => (difference, se),
        (Some(_), Some(_)) => return undefined(Undefined::ZeroVariance, Standing::Inconclusive),
        _ => return undefined(Undefined::TooFewGroups, Standing::Inconclusive),
    };
    let (difference, se) = difference;
    let freedom = paired.groups as f64 - 1.0;
    let worse = t_cdf((difference - margin) / se, freedom);
    let better = t_upper((difference + margin) / se, freedom);
    let half = t_quantile(1.0 - ALPHA, freedom) * se;
    let interval = (difference - half, difference + half);
    Equivalence {
        margin,
        p_non_inferior: Ok(worse),
        p_equivalent: Ok(worse.max(better)),
        upper: Ok(interval.1),
        interval: Ok(interval),
        standing: standing(interval, margin),
    }
}

fn standing((low, high): (f64, f64), margin: f64) -> Standing {
    match (low > -margin, high < margin) {
        (_, true) if high < 0.0 => Standing::Superior,
        (true, true) => Standing::Equivalent,
        (false, true) => Standing::NonInferior,
        _ if low > margin => Standing::Inferior,
        _ => Standing::Inconclusive,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::interval::Resampling;
    use super::super::difference;
    use super::*;

    fn held(new: &[f64], old: &[f64], margin: f64) -> Equivalence {
        let rows = new.iter().zip(old).enumerate().map(|(i, (new, old))| (i as u32, *new, *old));
        non_inferior(&difference(rows, &Resampling::default()).unwrap(), margin)
    }

    #[test]
    fn three_queries_by_hand() {
        // Differences 0, 1, 2: mean 1, SE 1/√3; t(2) upper 5 % point 2.9199856: upper bound 1 + 1.6858544.
        let held = held(&[1.0, 2.0, 3.0], &[1.0, 1.0, 1.0], 1.0);
        assert!((held.upper.unwrap() - 2.685_854_4).abs() < 1e-6);
        assert_eq!((held.p_non_inferior, held.standing), (Ok(0.5), Standing::Inconclusive));
    }

    #[test]
    fn each_standing_has_its_place_against_the_margin() {
        assert_eq!(standing((-3.0, -1.0), 2.0), Standing::Superior);
        assert_eq!(standing((-1.0, 1.0), 2.0), Standing::Equivalent);
        assert_eq!(standing((-3.0, 1.0), 2.0), Standing::NonInferior);
        assert_eq!(standing((2.5, 4.0), 2.0), Standing::Inferior);
        assert_eq!(standing((-1.0, 3.0), 2.0), Standing::Inconclusive);
    }

    #[test]
    fn identical_costs_are_a_verdict_and_a_constant_difference_has_no_spread() {
        let same = held(&[1.0, 4.0], &[1.0, 4.0], 2.0);
        assert_eq!((same.standing, same.p_equivalent), (Standing::Identical, Err(Undefined::NoDifference)));
        assert_eq!(held(&[2.0, 5.0], &[1.0, 4.0], 2.0).upper, Err(Undefined::ZeroVariance));
        assert_eq!(held(&[2.0], &[1.0], 2.0).upper, Err(Undefined::TooFewGroups));
    }
}
