//! What is wrong with a judge's use of the scale, from numbers that come with their intervals.

use super::{Compression, Defined};
use crate::domain::{Interval, Undefined};
use serde::Serialize;

/// A slope of people on judge that must be exceeded with confidence for scores to count as compressed.
const COMPRESSED_SLOPE: f64 = 1.15;
/// A slope that must be undercut with confidence for scores to count as spread too far.
const OVERDISPERSED_SLOPE: f64 = 0.85;
/// Somers' D from which a compressed judge still knows enough for a map to help.
const ORDERED: f64 = 0.4;
/// Somers' D below which no map can help.
const UNORDERED: f64 = 0.2;
/// Effective levels below which a judge says one thing.
const ONE_LEVEL: f64 = 1.5;
/// A judge's share of one score, and people's, that together say that the judge alone is stuck.
const STUCK_SHARE: (f64, f64) = (0.8, 0.6);
/// Nine of ten scores within this share of the scale are as good as one score, however fine they are.
const ONE_SPOT: f64 = 0.1;

/// A finding about how a judge uses the scale (SPEC §2.11, whose thresholds are proposals; `Compressed` fills the gap that
/// it leaves between a judge that a map mends and one that knows nothing).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScaleFlag {
    /// Scores lie too close together but in the right order: a calibration map restores them.
    CompressedFixable,
    /// Nearly one score for everything, with little order in it: too little for a map, enough to see that something is
    /// told apart. Show it examples, or change the prompt.
    Compressed,
    /// Nearly one score for everything and no order in it: change the prompt or the model, no map can help.
    Collapsed,
    /// Scores lie too far apart.
    Overdispersed,
    /// Scores are too high.
    Lenient,
    /// Scores are too low.
    Severe,
    /// Somewhere a higher score means less.
    NonMonotone,
}

/// What [`diagnose`] decides on. Intervals at 95 %; where one cannot be given, nothing is concluded from the number.
#[derive(Clone, Debug, PartialEq)]
pub struct ScaleEvidence<'a> {
    /// The panel of point values.
    pub panel: &'a Compression,
    /// The interval of [`Compression::calibration_slope`].
    pub calibration_slope: Result<Interval, Undefined>,
    /// Somers' D of the judge given people.
    pub somers_d: Defined,
    /// The interval of the mean of judge − human.
    pub bias: Result<Interval, Undefined>,
    /// The intervals of [`super::rise_above`] for each level but the last, the levels together at 95 %.
    pub rises: &'a [Result<Interval, Undefined>],
}

/// The flags that the evidence raises, in the order of [`ScaleFlag`]; none is no proof of a good judge.
pub fn diagnose(evidence: &ScaleEvidence) -> Vec<ScaleFlag> {
    let panel = evidence.panel;
    let slope = |holds: &dyn Fn(&Interval) -> bool| evidence.calibration_slope.as_ref().is_ok_and(holds);
    let bias = |holds: &dyn Fn(&Interval) -> bool| evidence.bias.as_ref().is_ok_and(holds);
    let somers = |holds: &dyn Fn(f64) -> bool| evidence.somers_d.is_ok_and(holds);
    let narrow = panel.mode_share > STUCK_SHARE.0 || panel.central_span <= ONE_SPOT;
    let stuck = narrow && panel.human_mode_share < STUCK_SHARE.1;
    let one_score = panel.effective_levels < ONE_LEVEL || stuck;
    let findings = [
        (ScaleFlag::CompressedFixable, slope(&|i| i.low > COMPRESSED_SLOPE) && somers(&|d| d >= ORDERED)),
        (ScaleFlag::Compressed, one_score && somers(&|d| (UNORDERED..ORDERED).contains(&d))),
        (ScaleFlag::Collapsed, one_score && somers(&|d| d < UNORDERED)),
        (ScaleFlag::Overdispersed, slope(&|i| i.high < OVERDISPERSED_SLOPE)),
        (ScaleFlag::Lenient, bias(&|i| i.low > 0.0)),
        (ScaleFlag::Severe, bias(&|i| i.high < 0.0)),
        (ScaleFlag::NonMonotone, evidence.rises.iter().flatten().any(|rise| rise.high < 0.0)),
    ];
    findings.into_iter().filter(|(_, raised)| *raised).map(|(flag, _)| flag).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Compression, ScoreRange, Scores, compression};
    use super::*;

    fn interval(low: f64, high: f64) -> Result<Interval, Undefined> {
        Ok(Interval { low, high, level: 0.95, method: "test" })
    }

    fn panel(human: &[f64], judge: &[f64]) -> Compression {
        let scale = ScoreRange { low: 1.0, high: 5.0, levels: 5 };
        compression(&Scores::of(human, judge).unwrap(), scale).unwrap()
    }

    fn spread() -> Compression {
        panel(&[1.0, 2.0, 3.0, 4.0, 5.0], &[2.0, 2.0, 3.0, 4.0, 4.0])
    }

    fn quiet(panel: &Compression) -> ScaleEvidence<'_> {
        ScaleEvidence {
            panel,
            calibration_slope: interval(0.9, 1.1),
            somers_d: Ok(0.6),
            bias: interval(-0.1, 0.1),
            rises: &[],
        }
    }

    #[test]
    fn a_judge_without_fault_raises_nothing() {
        assert_eq!(diagnose(&quiet(&spread())), []);
    }

    #[test]
    fn compressed_scores_in_the_right_order_are_fixable_and_without_order_they_are_not() {
        let panel = spread();
        let compressed = ScaleEvidence { calibration_slope: interval(1.16, 2.0), ..quiet(&panel) };
        assert_eq!(diagnose(&compressed), [ScaleFlag::CompressedFixable]);
        assert_eq!(diagnose(&ScaleEvidence { somers_d: Ok(0.39), ..compressed.clone() }), []);
        // The point may be as steep as it likes: its interval decides.
        assert_eq!(diagnose(&ScaleEvidence { calibration_slope: interval(1.1, 9.0), ..quiet(&panel) }), []);
    }

    #[test]
    fn one_score_for_everything_is_collapsed_only_when_people_saw_differences_and_no_order_is_left() {
        let stuck = panel(&[1.0, 2.0, 3.0, 4.0, 5.0], &[3.0; 5]);
        let evidence =
            ScaleEvidence { calibration_slope: Err(Undefined::OneLabelJudge), somers_d: Ok(0.0), ..quiet(&stuck) };
        assert_eq!(diagnose(&evidence), [ScaleFlag::Collapsed]);
        assert_eq!(diagnose(&ScaleEvidence { somers_d: Ok(0.2), ..evidence.clone() }), [ScaleFlag::Compressed]);
        assert_eq!(diagnose(&ScaleEvidence { somers_d: Ok(0.4), ..evidence.clone() }), []);
        assert_eq!(diagnose(&ScaleEvidence { somers_d: Err(Undefined::OneLabelHuman), ..evidence }), []);
    }

    #[test]
    fn scores_of_many_digits_on_one_spot_are_one_score_too() {
        // Ten thousand of a scale from 1 to 5, in no order.
        let fine = panel(&[1.0, 2.0, 3.0, 4.0, 5.0], &[3.02, 3.01, 3.03, 3.05, 3.04]);
        assert!(fine.effective_levels > 4.9);
        let evidence = ScaleEvidence { calibration_slope: interval(-9.0, 30.0), somers_d: Ok(0.1), ..quiet(&fine) };
        assert_eq!(diagnose(&evidence), [ScaleFlag::Collapsed]);
    }

    #[test]
    fn bias_spread_and_falls_are_flagged_when_their_intervals_say_so() {
        let panel = spread();
        let flags = |evidence: ScaleEvidence| diagnose(&evidence);
        assert_eq!(flags(ScaleEvidence { bias: interval(0.01, 0.3), ..quiet(&panel) }), [ScaleFlag::Lenient]);
        assert_eq!(flags(ScaleEvidence { bias: interval(-0.3, -0.01), ..quiet(&panel) }), [ScaleFlag::Severe]);
        let wide = ScaleEvidence { calibration_slope: interval(0.2, 0.84), ..quiet(&panel) };
        assert_eq!(flags(wide), [ScaleFlag::Overdispersed]);
        let rises = [interval(-1.0, 0.5), Err(Undefined::Empty), interval(-2.0, -0.1)];
        assert_eq!(flags(ScaleEvidence { rises: &rises, ..quiet(&panel) }), [ScaleFlag::NonMonotone]);
        let none = Err(Undefined::TooFewGroups);
        assert_eq!(flags(ScaleEvidence { bias: none.clone(), calibration_slope: none, ..quiet(&panel) }), []);
    }
}
