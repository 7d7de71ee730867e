//! What a search maximises: agreement, or agreement mixed with use of the scale.
//!
//! A small judge often says the same middling rating of everything. The usual cure is a metric that also pays for using
//! the scale: 0.7 accuracy + 0.3 range, as it was done for scores that all lay between 7.5 and 8.0 ("DSPy for production:
//! solving LLM output consistency without prompt engineering", suneltr.com). [`Objective::AccuracyRange`] is that metric,
//! item by item: the weights are the published ones, and "range" is read as the distance from the middle of the scale. It
//! pays for an extreme rating of an item that deserves a middling one. [`Objective::Spread`] pays for what was wanted: that
//! the ratings of all items spread as the people's do. Neither is agreement, so an adoption is decided on NMSE whatever
//! was searched for.

use super::pool::{CandidateId, Materials, Pool, Row};
use crate::feedback::Said;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Weight of accuracy; the rest is that of the use of the scale.
const ACCURACY: f64 = 0.7;

/// What a search maximises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Objective {
    /// Agreement: 100 − NMSE.
    #[default]
    Nmse,
    /// Mean over items of 0.7 accuracy + 0.3 distance from the middle of the scale.
    AccuracyRange,
    /// 0.7 mean accuracy + 0.3 likeness of the standard deviations of the judge's and the people's ratings.
    Spread,
}

/// A row as an objective sees it: the people's mean and the judge's rating in levels from 0; `None` when malformed.
type Scored = (f64, Option<f64>);

impl Objective {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Nmse, Self::AccuracyRange, Self::Spread];

    /// As it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nmse => "nmse",
            Self::AccuracyRange => "accuracy-range",
            Self::Spread => "spread",
        }
    }

    /// The one with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|objective| objective.name() == name)
    }

    /// What a reader has to know of a search that maximised it.
    pub fn warning(self) -> Option<&'static str> {
        match self {
            Self::Nmse => None,
            Self::AccuracyRange => Some(
                "the search was paid for ratings far from the middle, right or wrong; spread alone is not agreement, and \
                 only the held-out NMSE says whether it agrees more",
            ),
            Self::Spread => Some(
                "the search was paid for ratings that spread as people's do; spread alone is not agreement, and only the \
                 held-out NMSE says whether it agrees more",
            ),
        }
    }

    /// How well a candidate does on the first samples of `rows`, as far as it was rated on them; from 0 to 100, more is
    /// better, and a malformed reply earns nothing. `None` without a rated row.
    pub fn score(self, pool: &Pool, materials: &Materials<'_>, id: CandidateId, rows: &[Row]) -> Option<f64> {
        let scored = |row: &Row| -> Option<Scored> {
            let said = &pool.rated(id).get(&(*row, 0))?.said;
            let level = match said {
                Said::Rated { rating, .. } => Some(materials.scale.index(*rating) as f64),
                Said::Malformed { .. } => None,
            };
            Some((materials.example(*row).gold_mean, level))
        };
        let rows: Vec<Scored> = rows.iter().filter_map(scored).collect();
        (!rows.is_empty()).then(|| 100.0 * self.of(&rows, f64::from(materials.scale.range())))
    }

    fn of(self, rows: &[Scored], range: f64) -> f64 {
        let mean = |each: &dyn Fn(f64, f64) -> f64| {
            rows.iter().map(|(gold, said)| said.map_or(0.0, |said| each(*gold, said))).sum::<f64>() / rows.len() as f64
        };
        let accuracy = |gold: f64, said: f64| 1.0 - (said - gold).abs() / range;
        match self {
            Self::Nmse => mean(&|gold, said| 1.0 - ((said - gold) / range).powi(2)),
            Self::AccuracyRange => mean(&|gold, said| {
                let off_middle = (said - range / 2.0).abs() / (range / 2.0);
                ACCURACY * accuracy(gold, said) + (1.0 - ACCURACY) * off_middle
            }),
            Self::Spread => ACCURACY * mean(&accuracy) + (1.0 - ACCURACY) * alike(rows),
        }
    }
}

/// The smaller of the two standard deviations as a share of the larger one, over rows that were rated, and times their
/// share. Both without spread are alike.
fn alike(rows: &[Scored]) -> f64 {
    let rated: Vec<(f64, f64)> = rows.iter().filter_map(|(gold, said)| Some((*gold, (*said)?))).collect();
    let deviation = |of: fn(&(f64, f64)) -> f64| {
        let n = rated.len() as f64;
        let mean = rated.iter().map(of).sum::<f64>() / n;
        (rated.iter().map(|pair| (of(pair) - mean).powi(2)).sum::<f64>() / n).sqrt()
    };
    if rated.is_empty() {
        return 0.0;
    }
    let (people, judge) = (deviation(|pair| pair.0), deviation(|pair| pair.1));
    let larger = people.max(judge);
    let likeness = if larger > 0.0 { people.min(judge) / larger } else { 1.0 };
    likeness * rated.len() as f64 / rows.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A judge that says the middle of 1–5 and nothing else.
    const FLAT: [Scored; 5] =
        [(0.0, Some(2.0)), (1.0, Some(2.0)), (2.0, Some(2.0)), (3.0, Some(2.0)), (4.0, Some(2.0))];
    /// One that says only its ends, whatever the item.
    const WILD: [Scored; 5] =
        [(0.0, Some(4.0)), (1.0, Some(0.0)), (2.0, Some(4.0)), (3.0, Some(0.0)), (4.0, Some(4.0))];

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-12
    }

    #[test]
    fn each_objective_by_hand() {
        // Squared gaps of the flat judge in sixteenths: 4, 1, 0, 1, 4.
        assert!(close(Objective::Nmse.of(&FLAT, 4.0), 1.0 - 10.0 / 16.0 / 5.0));
        // Accuracies 0.5, 0.75, 1, 0.75, 0.5; the middle is no distance from the middle.
        assert!(close(Objective::AccuracyRange.of(&FLAT, 4.0), 0.7 * 0.7));
        assert!(close(Objective::Spread.of(&FLAT, 4.0), 0.7 * 0.7));
        // Accuracies 0, 0.75, 0.5, 0.25, 1.
        assert!(close(Objective::AccuracyRange.of(&WILD, 4.0), 0.7 * 0.5 + 0.3));
    }

    #[test]
    fn paying_for_extremes_prefers_a_wild_judge_and_agreement_does_not() {
        let prefers_wild = |objective: Objective| objective.of(&WILD, 4.0) > objective.of(&FLAT, 4.0);
        assert!(prefers_wild(Objective::AccuracyRange) && !prefers_wild(Objective::Nmse));
    }

    #[test]
    fn a_spread_beyond_the_people_s_is_no_better_than_one_below_it() {
        let people = [(1.0, Some(1.0)), (2.0, Some(2.0)), (3.0, Some(3.0))];
        assert!(close(Objective::Spread.of(&people, 4.0), 1.0));
        let double = [(1.0, Some(0.0)), (2.0, Some(2.0)), (3.0, Some(4.0))];
        assert!(close(alike(&double), 0.5));
    }

    #[test]
    fn a_malformed_reply_earns_nothing() {
        let rows = [(1.0, Some(1.0)), (3.0, None)];
        assert!(close(Objective::Nmse.of(&rows, 4.0), 0.5));
        assert!(close(alike(&[(1.0, None)]), 0.0));
    }

    #[test]
    fn names_are_read_back_and_only_agreement_has_no_warning() {
        for objective in Objective::ALL {
            assert_eq!(Objective::from_name(objective.name()), Some(objective));
            assert_eq!(objective.warning().is_none(), objective == Objective::Nmse);
            assert_eq!(serde_json::to_value(objective).expect("plain data"), objective.name());
        }
    }
}
