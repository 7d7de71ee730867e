//! How small an effect of a single bullet the calls of a run could show, and how many calls a small one takes.

use super::super::library::calls_for;
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
    /// Rows that a bullet was rated on alone, readably by both prompts: the median.
    pub rated: u64,
    /// Judge calls that the whole run takes with so many rows.
    pub calls: u64,
    /// Judge calls that the whole run takes with all rows that there are.
    pub calls_for_all: u64,
}

/// With this share of the rows there is nothing left to rate that matters: some replies cannot be read.
const NEARLY_ALL: f64 = 0.8;

impl Sight {
    /// From the standard errors of the effects that were seen, `there` being the rows to search on and `held` those of the
    /// held-out part; `None` where too little was rated to know any.
    pub fn of(findings: &[Finding], there: u64, held: u64) -> Option<Self> {
        let alone = findings.iter().filter_map(|finding| finding.alone.as_ref());
        let seen = alone.filter(|effect| effect.rows >= LEAST_ROWS);
        // The variance of what one row says of a bullet; the median, for chance makes some of them far too small.
        let mut variances: Vec<f64> = seen
            .clone()
            .filter_map(|effect| Some(effect.se?.powi(2) * effect.rows as f64))
            .filter(|v| *v > 0.0)
            .collect();
        variances.sort_unstable_by(f64::total_cmp);
        let typical = variances.get(variances.len() / 2)?;
        let mut rated: Vec<u64> = seen.map(|effect| effect.rows).collect();
        rated.sort_unstable();
        let rows = (typical * (SHOWS / POINTS).powi(2)).ceil();
        let bullets = findings.iter().filter(|finding| finding.verdict != Verdict::InBase).count();
        // Two judges rate what is held out.
        let calls = |rows: f64| calls_for(bullets, rows, there) + 2 * held;
        Some(Self {
            points: POINTS,
            rows: rows as u64,
            there,
            rated: rated[rated.len() / 2],
            calls: calls(rows),
            calls_for_all: calls(there as f64),
        })
    }

    /// There are not so many rows, however many calls are allowed.
    pub fn is_out_of_reach(&self) -> bool {
        self.rows > self.there
    }

    /// More calls than the run made would show smaller effects.
    pub fn takes_more_calls(&self, made: u64) -> bool {
        let is_rated = self.rated as f64 >= NEARLY_ALL * self.there as f64;
        !is_rated && made < self.calls.min(self.calls_for_all)
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
        // A row's variance is 2² · 25 = 100: 100 · 2.8² = 784 rows. For three bullets, the base prompt rated √3 ≈ 2 times:
        // 784 · 5 / 0.4 = 9,800, four prompts on the 196 rows that there are, and two on the 50 that are held out.
        let sight = Sight::of(&[finding(25, 2.0), finding(25, 2.0), finding(3, 0.1)], 196, 50).unwrap();
        assert_eq!((sight.rows, sight.rated, sight.calls), (784, 25, 9_800 + 784 + 100));
        // A quarter of the rows shows twice the effect; a fifth of the calls are set aside where that is less: 2,450 / 4.
        assert_eq!(sight.calls_for_all, 2_450 + 613 + 100);
        assert!(sight.is_out_of_reach() && (sight.smallest() - 2.0).abs() < 1e-12);
    }

    #[test]
    fn no_more_calls_are_asked_for_than_were_made_or_than_there_are_rows_for() {
        let sight = Sight::of(&[finding(25, 2.0), finding(25, 2.0)], 196, 50).unwrap();
        assert!(sight.takes_more_calls(sight.calls_for_all - 1) && !sight.takes_more_calls(sight.calls_for_all));
        let all = Sight::of(&[finding(160, 0.8), finding(160, 0.8)], 196, 50).unwrap();
        assert!(all.is_out_of_reach() && !all.takes_more_calls(100));
        // Few are needed: what was made is enough before all rows are.
        let few = Sight::of(&[finding(25, 0.5), finding(25, 0.5)], 196, 50).unwrap();
        assert!(few.takes_more_calls(few.calls - 1) && !few.takes_more_calls(few.calls));
    }

    #[test]
    fn of_what_was_hardly_rated_nothing_is_told() {
        assert_eq!(Sight::of(&[finding(3, 0.1)], 196, 50), None);
        assert_eq!(Sight::of(&[], 196, 50), None);
    }
}
