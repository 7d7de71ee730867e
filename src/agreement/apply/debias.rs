//! Bulk means from human ratings that were drawn with known, unequal probabilities.

use super::finite;
use super::moments::total;
use crate::domain::Undefined;

/// One row of the bulk that was in the draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawn {
    /// The judge's rating (a constant where it was malformed).
    pub judge: f64,
    /// With which probability the row was to be rated by people.
    pub inclusion: f64,
    /// The human rating, when the row was drawn.
    pub human: Option<f64>,
}

/// A mean by the difference estimator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HorvitzThompson {
    /// The mean human rating of the bulk.
    pub theta: f64,
    /// Its variance under Poisson sampling, each row drawn for itself.
    pub variance: f64,
    /// Rows drawn.
    pub drawn: u64,
}

/// `θ = (Σ judge + Σ_drawn (human − judge)/π)/N`, `var = Σ_drawn (1 − π)/π²·(human − judge)²/N²` (Särndal's difference
/// estimator with Horvitz–Thompson weights, as in active inference, arXiv 2403.03208; SPEC case T4).
///
/// Undefined without rows, and when a probability is not in (0, 1]: a level cannot be claimed from rows whose chance of
/// being looked at is not known.
pub fn horvitz_thompson(rows: &[Drawn]) -> Result<HorvitzThompson, Undefined> {
    if rows.is_empty() {
        return Err(Undefined::Empty);
    }
    if rows.iter().any(|r| !(r.inclusion > 0.0 && r.inclusion <= 1.0)) {
        return Err(Undefined::UnknownInclusion);
    }
    finite(rows.iter().flat_map(|r| [r.judge, r.human.unwrap_or(0.0)]))?;
    let n = rows.len() as f64;
    let drawn = || rows.iter().filter_map(|r| Some((r.human? - r.judge, r.inclusion)));
    let theta = (total(rows.iter().map(|r| r.judge)) + total(drawn().map(|(d, pi)| d / pi))) / n;
    let variance = total(drawn().map(|(d, pi)| (1.0 - pi) / (pi * pi) * d * d)) / (n * n);
    Ok(HorvitzThompson { theta, variance, drawn: drawn().count() as u64 })
}

/// One stratum of a stratified correction; variances are with n in the denominator, of population shares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PpiStratum {
    /// Its share of the population.
    pub weight: f64,
    /// Rows rated by people.
    pub n: u64,
    /// Mean of human − judge on them.
    pub rectifier_mean: f64,
    /// Variance of human − judge on them.
    pub rectifier_variance: f64,
    /// Rows rated by the judge.
    pub bulk_n: u64,
    /// Mean of the judge on them.
    pub bulk_mean: f64,
    /// Variance of the judge on them.
    pub bulk_variance: f64,
}

/// A stratified correction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StratifiedPpi {
    /// The mean human rating of the bulk.
    pub theta: f64,
    /// Its standard error.
    pub se: f64,
}

/// `θ = Σ W_h (bulk mean + mean(human − judge))`, `var = Σ W_h² (var(human − judge)/n + var(bulk)/N)` (StratPPI at λ = 1,
/// arXiv 2406.04291; SPEC case T5). Undefined without strata; `TooFewRows` where a stratum of some weight has fewer than
/// two human ratings or no bulk row.
pub fn stratified_ppi(strata: &[PpiStratum]) -> Result<StratifiedPpi, Undefined> {
    let used: Vec<&PpiStratum> = strata.iter().filter(|s| s.weight > 0.0).collect();
    if used.is_empty() {
        return Err(Undefined::Empty);
    }
    if used.iter().any(|s| s.n < 2 || s.bulk_n == 0) {
        return Err(Undefined::TooFewRows);
    }
    finite(used.iter().flat_map(|s| [s.weight, s.rectifier_mean, s.rectifier_variance, s.bulk_mean, s.bulk_variance]))?;
    let theta = used.iter().map(|s| s.weight * (s.bulk_mean + s.rectifier_mean)).sum();
    let variance = |s: &PpiStratum| s.rectifier_variance / s.n as f64 + s.bulk_variance / s.bulk_n as f64;
    let se = used.iter().map(|s| s.weight.powi(2) * variance(s)).sum::<f64>().sqrt();
    Ok(StratifiedPpi { theta, se })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(judge: f64, inclusion: f64, human: Option<f64>) -> Drawn {
        Drawn { judge, inclusion, human }
    }

    #[test]
    fn a_row_drawn_with_a_quarter_stands_for_four() {
        // (3 + 3 + 4 + 2)/4 = 3; corrections +1/¼ and −1/½: θ = 3 + (4 − 2)/4; var = (¾·16 + ½·4)/16.
        let rows = [row(3.0, 0.25, Some(4.0)), row(3.0, 0.25, None), row(4.0, 0.5, Some(3.0)), row(2.0, 0.5, None)];
        assert_eq!(horvitz_thompson(&rows), Ok(HorvitzThompson { theta: 3.5, variance: 0.875, drawn: 2 }));
    }

    #[test]
    fn an_unknown_chance_of_being_drawn_is_refused() {
        for inclusion in [0.0, -0.5, 1.5, f64::NAN] {
            assert_eq!(horvitz_thompson(&[row(3.0, inclusion, None)]), Err(Undefined::UnknownInclusion), "{inclusion}");
        }
        assert_eq!(horvitz_thompson(&[]), Err(Undefined::Empty));
    }

    #[test]
    fn strata_are_corrected_each_for_itself() {
        let stratum = |weight, n| PpiStratum {
            weight,
            n,
            rectifier_mean: 0.5,
            rectifier_variance: 1.0,
            bulk_n: 100,
            bulk_mean: 2.0,
            bulk_variance: 4.0,
        };
        // Halves of 1/4 + 4/100 = 0.29 each: se = √(2·0.29/4).
        let result = stratified_ppi(&[stratum(0.5, 4), stratum(0.5, 4), stratum(0.0, 0)]).unwrap();
        assert!(result.theta == 2.5 && (result.se - 0.145f64.sqrt()).abs() < 1e-12, "{result:?}");
        assert_eq!(stratified_ppi(&[stratum(1.0, 1)]), Err(Undefined::TooFewRows));
        assert_eq!(stratified_ppi(&[]), Err(Undefined::Empty));
    }

    proptest! {
        #[test]
        fn when_every_row_is_rated_it_is_the_mean_without_variance(rows in proptest::collection::vec((1u8..=5, 1u8..=5), 1..40)) {
            let drawn: Vec<Drawn> = rows.iter().map(|(y, f)| row((*f).into(), 1.0, Some((*y).into()))).collect();
            let mean = rows.iter().map(|(y, _)| f64::from(*y)).sum::<f64>() / rows.len() as f64;
            let result = horvitz_thompson(&drawn).unwrap();
            prop_assert!((result.theta - mean).abs() < 1e-12);
            prop_assert_eq!(result.variance, 0.0);
        }
    }
}
