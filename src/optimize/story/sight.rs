//! How small an effect of a single bullet the calls of a run could show, and how many calls a small one takes.

use super::super::library::ALONE;
use super::super::library::finding::{Finding, Verdict};
use schemars::JsonSchema;
use serde::Serialize;

/// The effect that is asked about, in NMSE points.
const POINTS: f64 = 1.0;
/// Standard errors at which a two-sided test at 5 % shows an effect four times out of five (1.96 + 0.84).
const SHOWS: f64 = 2.8;
/// Rows below which the spread of a bullet's effect is not known.
const LEAST_ROWS: u64 = 16;

/// What it takes to see what a bullet does alone.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Sight {
    /// The effect, in NMSE points.
    pub points: f64,
    /// Rows that each bullet has to be rated on, for this effect to be shown four times out of five.
    pub rows: u64,
    /// Rows that there are to search on.
    pub there: u64,
    /// Judge calls that the whole search takes with so many rows.
    pub calls: u64,
}

impl Sight {
    /// From the standard errors of the effects that were seen; `None` where too little was rated to know any.
    pub fn of(findings: &[Finding], there: u64) -> Option<Self> {
        let alone = findings.iter().filter_map(|finding| finding.alone.as_ref());
        let seen = alone.filter(|effect| effect.rows >= LEAST_ROWS);
        // The variance of what one row says of a bullet; the median, for chance makes some of them far too small.
        let mut variances: Vec<f64> =
            seen.filter_map(|effect| Some(effect.se?.powi(2) * effect.rows as f64)).filter(|v| *v > 0.0).collect();
        variances.sort_unstable_by(f64::total_cmp);
        let typical = variances.get(variances.len() / 2)?;
        let rows = (typical * (SHOWS / POINTS).powi(2)).ceil();
        let bullets = findings.iter().filter(|finding| finding.verdict != Verdict::InBase).count();
        // The base prompt is rated on the same rows.
        let calls = rows * (bullets + 1) as f64 / ALONE;
        Some(Self { points: POINTS, rows: rows as u64, there, calls: calls.ceil() as u64 })
    }

    /// There are not so many rows, however many calls are allowed.
    pub fn is_out_of_reach(&self) -> bool {
        self.rows > self.there
    }

    /// Judge calls that the whole search takes with all rows.
    pub fn calls_for_all(&self) -> u64 {
        (self.calls as f64 * self.there as f64 / self.rows.max(1) as f64).ceil() as u64
    }

    /// The smallest effect that all rows would show, in NMSE points.
    pub fn smallest(&self) -> f64 {
        self.points * (self.rows as f64 / self.there.max(1) as f64).sqrt()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::optimize::library::effect::Effect;

    fn finding(rows: u64, se: f64) -> Finding {
        let effect = Effect {
            rows,
            queries: 12,
            gain: 0.5,
            se: Some(se),
            interval: None,
            p: None,
            mended: 0,
            lost: 0,
            p_form: 1.0,
            form: 0.0,
            form_se: 0.0,
            fixed: 0,
            broken: 0,
        };
        Finding {
            id: "b".into(),
            text: "b".into(),
            verdict: Verdict::NoEffectShown,
            place: None,
            alone: Some(effect),
            within: None,
            beside: Vec::new(),
            worst: None,
            note: None,
        }
    }

    #[test]
    fn calls_for_an_effect_of_one_point_by_hand() {
        // A row's variance is 2² · 25 = 100: 100 · 2.8² = 784 rows, and for three bullets and the base 784 · 4 / 0.4.
        let sight = Sight::of(&[finding(25, 2.0), finding(25, 2.0), finding(3, 0.1)], 196).unwrap();
        assert_eq!((sight.rows, sight.calls), (784, 7_840));
        // A quarter of the rows shows twice the effect.
        assert_eq!(sight.calls_for_all(), 1_960);
        assert!(sight.is_out_of_reach() && (sight.smallest() - 2.0).abs() < 1e-12);
    }

    #[test]
    fn of_what_was_hardly_rated_nothing_is_told() {
        assert_eq!(Sight::of(&[finding(3, 0.1)], 196), None);
        assert_eq!(Sight::of(&[], 196), None);
    }
}
