//! Many tests at once: p-values adjusted for their number.

use super::Defined;

/// What is controlled over a family of tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adjustment {
    /// The probability of any false rejection, one step (Bonferroni).
    Bonferroni,
    /// The same, stepping down (Holm 1979): for "has any slice regressed?".
    Holm,
    /// The share of false rejections, tests independent (Benjamini & Hochberg 1995): for exploratory lists.
    BenjaminiHochberg,
    /// The same under any dependence (Benjamini & Yekutieli 2001).
    BenjaminiYekutieli,
}

/// The adjusted p-values, in the order given: reject where one is at most the level (SPEC case J6).
///
/// Undefined p-values keep their reason and do not count as tests.
pub fn adjusted(p_values: &[Defined], by: Adjustment) -> Vec<Defined> {
    let mut ranked: Vec<(usize, f64)> =
        p_values.iter().enumerate().filter_map(|(i, p)| p.ok().map(|p| (i, p))).collect();
    ranked.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    let tests = ranked.len() as f64;
    let harmonic: f64 = (1..=ranked.len()).map(|rank| 1.0 / rank as f64).sum();
    let factor = |rank: usize| match by {
        Adjustment::Bonferroni => tests,
        Adjustment::Holm => tests - rank as f64,
        Adjustment::BenjaminiHochberg => tests / (rank + 1) as f64,
        Adjustment::BenjaminiYekutieli => tests * harmonic / (rank + 1) as f64,
    };
    let mut values: Vec<f64> = ranked.iter().enumerate().map(|(rank, (_, p))| (p * factor(rank)).min(1.0)).collect();
    match by {
        Adjustment::Bonferroni => {}
        Adjustment::Holm => (1..values.len()).for_each(|i| values[i] = values[i].max(values[i - 1])),
        _ => (1..values.len()).rev().for_each(|i| values[i - 1] = values[i - 1].min(values[i])),
    }
    let mut adjusted = p_values.to_vec();
    ranked.iter().zip(values).for_each(|((place, _), value)| adjusted[*place] = Ok(value));
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Undefined;
    use proptest::prelude::*;

    #[test]
    fn three_tests_by_hand() {
        let p = [Ok(0.04), Ok(0.01), Err(Undefined::Empty), Ok(0.03)];
        let values =
            |by| adjusted(&p, by).into_iter().map(|p| p.map(|p| (p * 1e12).round() / 1e12)).collect::<Vec<_>>();
        let missing = Err(Undefined::Empty);
        assert_eq!(values(Adjustment::Bonferroni), [Ok(0.12), Ok(0.03), missing, Ok(0.09)]);
        // 3·0.01; 2·0.03 = 0.06; 1·0.04 raised to 0.06.
        assert_eq!(values(Adjustment::Holm), [Ok(0.06), Ok(0.03), missing, Ok(0.06)]);
        // 3/1·0.01; 3/2·0.03 = 0.045 lowered to 3/3·0.04.
        assert_eq!(values(Adjustment::BenjaminiHochberg), [Ok(0.04), Ok(0.03), missing, Ok(0.04)]);
        // Times 1 + 1/2 + 1/3 = 11/6.
        assert_eq!(
            values(Adjustment::BenjaminiYekutieli),
            [Ok(0.073333333333), Ok(0.055), missing, Ok(0.073333333333)]
        );
    }

    proptest! {
        #[test]
        fn stricter_adjustments_never_give_smaller_values(p in proptest::collection::vec(0.0f64..=1.0, 0..20)) {
            let p: Vec<Defined> = p.into_iter().map(Ok).collect();
            let below = |a, b| adjusted(&p, a).into_iter().zip(adjusted(&p, b)).all(|(a, b)| a.unwrap() <= b.unwrap());
            prop_assert!(below(Adjustment::BenjaminiHochberg, Adjustment::BenjaminiYekutieli));
            prop_assert!(below(Adjustment::Holm, Adjustment::Bonferroni));
            prop_assert!(below(Adjustment::BenjaminiHochberg, Adjustment::Holm));
        }
    }
}
