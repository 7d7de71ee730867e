//! Which of the judge's labels may be taken without a person: those above a confidence at which its risk is certified.

use crate::agreement::interval::bounds::hoeffding_bentkus;
use crate::agreement::interval::proportion::clopper_pearson_upper;
use crate::agreement::numerics::sum;
use crate::domain::Undefined;

/// A calibration row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CalibrationRow {
    /// The judge's confidence, in any unit.
    pub confidence: f64,
    /// What taking the judge's label would have cost, 0 to 1.
    pub loss: f64,
}

/// What is to be certified.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RiskTarget {
    /// The expected loss of accepted rows is at most this …
    pub risk: f64,
    /// … with probability `1 − delta` over calibration samples.
    pub delta: f64,
}

/// One test of the sequence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Most confident rows tested.
    pub n: u64,
    /// Sum of their losses.
    pub loss: f64,
    /// Upper confidence bound of the expected loss.
    pub upper: f64,
}

/// A certified threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Accepted {
    /// Calibration rows at least as confident.
    pub n: u64,
    /// Labels of this confidence and above may be taken.
    pub threshold: f64,
}

/// The outcome of a fixed sequence of tests.
#[derive(Clone, Debug, PartialEq)]
pub struct Selective {
    /// The lowest threshold certified; `BelowMinimum` when there were too few rows to certify any, `NotFinite` when a
    /// confidence is not a number or a loss not within 0 to 1, else `NotCertified`.
    pub accepted: Result<Accepted, Undefined>,
    /// The tests, up to the first failure.
    pub trace: Vec<Step>,
}

/// The fewest rows with which a risk can be certified at all, that is without a single loss: `⌈ln δ / ln(1 − risk)⌉` (SPEC
/// case Q3).
///
/// # Panics
/// When risk or delta are not strictly between 0 and 1.
pub fn selective_min_n(target: RiskTarget) -> u64 {
    let RiskTarget { risk, delta } = target;
    assert!(
        risk > 0.0 && risk < 1.0 && delta > 0.0 && delta < 1.0,
        "risk {risk} and delta {delta} are not between 0 and 1"
    );
    (delta.ln() / (-risk).ln_1p() - 1e-9).ceil().max(1.0) as u64
}

/// Sizes to test on `n` rows: from [`selective_min_n`] on by `step`, and all rows last.
pub fn fixed_sequence(n: u64, target: RiskTarget, step: u64) -> Vec<u64> {
    let mut sizes: Vec<u64> = (selective_min_n(target)..n).step_by(step.max(1) as usize).collect();
    sizes.extend((n >= selective_min_n(target)).then_some(n));
    sizes
}

/// Tests the most confident rows in ascending `sizes` until one fails (fixed-sequence testing, Angelopoulos et al. 2021,
/// "Learn then Test"; Jung, Brahman & Choi 2024, "Trust or Escalate"; SPEC case Q1). A size is certified when the upper
/// bound of its expected loss at `1 − delta` is at most the risk: Clopper–Pearson when all losses are 0 or 1, else
/// Hoeffding–Bentkus. Rows of the same confidence move together, so a size may grow.
///
/// The promise is for rows like the calibration rows. Losses are of rows with a valid reply; malformed ones are escalated.
pub fn selective(rows: &[CalibrationRow], sizes: &[u64], target: RiskTarget) -> Selective {
    if rows.iter().any(|row| !(row.confidence.is_finite() && (0.0..=1.0).contains(&row.loss))) {
        return Selective { accepted: Err(Undefined::NotFinite), trace: Vec::new() };
    }
    let mut sorted = rows.to_vec();
    // Losses break ties so that sums do not depend on the order of the rows.
    sorted.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then(a.loss.total_cmp(&b.loss)));
    let binary = sorted.iter().all(|row| row.loss == 0.0 || row.loss == 1.0);
    let (mut trace, mut accepted): (Vec<Step>, Option<Accepted>) = (Vec::new(), None);
    for size in sizes {
        let Some(last) = (*size as usize).checked_sub(1).and_then(|i| sorted.get(i)) else { continue };
        let n = sorted.partition_point(|row| row.confidence >= last.confidence);
        if trace.last().is_some_and(|step| step.n >= n as u64) {
            continue;
        }
        let loss = sum(sorted[..n].iter().map(|row| row.loss));
        let upper = if binary {
            clopper_pearson_upper(loss as u64, n as u64, target.delta)
        } else {
            hoeffding_bentkus(loss / n as f64, n as u64, target.delta)
        };
        trace.push(Step { n: n as u64, loss, upper });
        if upper > target.risk {
            break;
        }
        accepted = Some(Accepted { n: n as u64, threshold: last.confidence });
    }
    let needed = selective_min_n(target);
    let reason =
        if (rows.len() as u64) < needed { Undefined::BelowMinimum { needed } } else { Undefined::NotCertified };
    Selective { accepted: accepted.ok_or(reason), trace }
}

/// Thresholds for judges asked one after the other, each only about what the ones before it left: `delta` is split evenly,
/// so that all promises hold together.
///
/// `folds` holds for each judge its own calibration rows, each with the scores of this judge and all before it, in their
/// order: a threshold found on the rows that then calibrate the next judge would make its sample a selected one.
///
/// # Panics
/// When a row of the fold of judge `t` does not have `t + 1` scores.
pub fn cascade(folds: &[Vec<Vec<CalibrationRow>>], step: u64, target: RiskTarget) -> Vec<Selective> {
    let share = RiskTarget { delta: target.delta / folds.len().max(1) as f64, ..target };
    let mut tiers: Vec<Selective> = Vec::with_capacity(folds.len());
    for (tier, fold) in folds.iter().enumerate() {
        let taken = |row: &Vec<CalibrationRow>| {
            let by = |(done, scored): (&Selective, &CalibrationRow)| {
                done.accepted.is_ok_and(|a| scored.confidence >= a.threshold)
            };
            tiers.iter().zip(row).any(by)
        };
        let left: Vec<CalibrationRow> = fold.iter().filter(|row| !taken(row)).map(|row| row[tier]).collect();
        tiers.push(selective(&left, &fixed_sequence(left.len() as u64, share, step), share));
    }
    tiers
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    const TARGET: RiskTarget = RiskTarget { risk: 0.25, delta: 0.25 };

    fn rows(losses: &[f64]) -> Vec<CalibrationRow> {
        losses
            .iter()
            .zip(0..)
            .map(|(loss, i)| CalibrationRow { confidence: 100.0 - f64::from(i), loss: *loss })
            .collect()
    }

    #[test]
    fn the_fewest_rows_follow_from_risk_and_delta() {
        // 0.75⁴ = 0.316 > ¼ ≥ 0.75⁵ = 0.237; ½² = ¼ exactly.
        assert_eq!(selective_min_n(TARGET), 5);
        assert_eq!(selective_min_n(RiskTarget { risk: 0.5, delta: 0.25 }), 2);
        assert_eq!(fixed_sequence(12, TARGET, 3), [5, 8, 11, 12]);
        assert_eq!(fixed_sequence(4, TARGET, 3), [0u64; 0]);
    }

    #[test]
    fn tests_stop_at_the_first_failure() {
        // No loss in 5 and 8: bounds 1 − ¼^(1/n) = 0.242, 0.159. Three losses in 11 fail; 12 is not looked at.
        let mut losses = vec![0.0; 8];
        losses.extend([1.0, 1.0, 1.0, 0.0]);
        let result = selective(&rows(&losses), &[5, 8, 11, 12], TARGET);
        assert_eq!(result.accepted, Ok(Accepted { n: 8, threshold: 93.0 }));
        assert_eq!(result.trace.iter().map(|s| (s.n, s.loss)).collect::<Vec<_>>(), [(5, 0.0), (8, 0.0), (11, 3.0)]);
        assert!((result.trace[0].upper - (1.0 - 0.25f64.powf(0.2))).abs() < 1e-9);
    }

    #[test]
    fn rows_of_one_confidence_move_together() {
        let tied: Vec<CalibrationRow> =
            [0.9, 0.8, 0.8, 0.8, 0.7].map(|confidence| CalibrationRow { confidence, loss: 0.0 }).to_vec();
        let result = selective(&tied, &[2, 3, 5], RiskTarget { risk: 0.5, delta: 0.25 });
        assert_eq!(result.trace.iter().map(|s| s.n).collect::<Vec<_>>(), [4, 5]);
    }

    #[test]
    fn too_few_rows_are_told_from_too_many_losses() {
        let of =
            |losses: &[f64]| selective(&rows(losses), &fixed_sequence(losses.len() as u64, TARGET, 1), TARGET).accepted;
        assert_eq!(of(&[0.0; 4]), Err(Undefined::BelowMinimum { needed: 5 }));
        assert_eq!(of(&[1.0; 9]), Err(Undefined::NotCertified));
    }

    #[test]
    fn partial_losses_are_bounded_too() {
        let result = selective(&rows(&[0.25; 100]), &[100], RiskTarget { risk: 0.5, delta: 0.1 });
        assert_eq!(result.accepted, Ok(Accepted { n: 100, threshold: 1.0 }));
        let step = result.trace[0];
        assert!(step.loss == 25.0 && step.upper > 0.25 && step.upper < 0.5, "{step:?}");
    }

    #[test]
    fn an_accepted_risk_is_above_the_limit_no_more_often_than_promised() {
        // A row of confidence u is wrong with probability 0.3·(1 − u), so that the rows above c have a risk of 0.15·(1 − c):
        // above a limit of 0.1 when c is below ⅓. δ = 0.1; four standard deviations of 500 draws are 0.054.
        let target = RiskTarget { risk: 0.1, delta: 0.1 };
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let (mut broken, mut useful) = (0, 0);
        for _ in 0..500 {
            let row = |_| {
                let confidence: f64 = random.random();
                CalibrationRow {
                    confidence,
                    loss: f64::from(u8::from(random.random::<f64>() < 0.3 * (1.0 - confidence))),
                }
            };
            let rows: Vec<CalibrationRow> = (0..200).map(row).collect();
            let accepted = selective(&rows, &fixed_sequence(200, target, 5), target).accepted;
            broken += u32::from(accepted.is_ok_and(|a| a.threshold < 1.0 / 3.0));
            useful += u32::from(accepted.is_ok_and(|a| a.n >= 50));
        }
        assert!(broken <= 77 && useful >= 100, "{broken} {useful}");
    }

    #[test]
    fn the_next_judge_is_calibrated_on_what_the_one_before_left() {
        let row = |first: f64, second: f64, loss: f64| {
            vec![CalibrationRow { confidence: first, loss: 0.0 }, CalibrationRow { confidence: second, loss }]
        };
        let first: Vec<_> = (0..20).map(|_| row(0.9, 0.5, 0.0)).collect();
        // Ten rows that the first judge takes, wrong under the second, and ten that it leaves.
        let second = (0..10).map(|_| row(0.9, 0.5, 1.0)).chain((0..10).map(|_| row(0.1, 0.8, 0.0))).collect();
        let tiers = cascade(&[first, second], 1, TARGET);
        assert_eq!(tiers[0].accepted, Ok(Accepted { n: 20, threshold: 0.9 }));
        // δ/2 = ⅛: 1 − ⅛^(1/10) = 0.188.
        assert_eq!(tiers[1].accepted, Ok(Accepted { n: 10, threshold: 0.8 }));
        assert!((tiers[1].trace[0].upper - (1.0 - 0.125f64.powf(0.1))).abs() < 1e-9);
    }
}
