//! What the gain of an optimisation is made of: replies that can be read, and judgement. Pure.
//!
//! A judge whose replies broke gains many points by no longer breaking them, and has not become a better judge. So three
//! numbers go together: NMSE with a malformed reply as fully wrong; NMSE on what each judge could read itself; and NMSE on
//! the items that both could read, the only one that compares judgement on the same items.

use crate::audit::{ALPHA, Comparison, Contrasted};
use schemars::JsonSchema;
use serde::Serialize;

/// Points below which a part of a gain is called none.
const NONE: f64 = 0.05;

/// Share of a gain from which parsing alone may be what it is.
const MOST_OF_IT: f64 = 0.5;

/// What a gain is made of.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Gain {
    /// NMSE with a malformed reply as fully wrong.
    pub overall: Change,
    /// NMSE on what each judge could read itself: not the same items.
    pub valid_only: Change,
    /// NMSE on the items that both judges could read.
    pub both_valid: Change,
    /// Shares of malformed replies, in percent.
    pub malformed: Change,
    /// NMSE points of the difference that come from replies that became readable or malformed; below 0 is a gain.
    pub parsing: f64,
    /// NMSE points of the difference that come from other ratings of items that both could read.
    pub agreement: f64,
    /// It errs less in all, mostly by replies that can be read now, and is not shown to agree more where both could be.
    pub parsing_only: bool,
    /// In a sentence.
    pub says: String,
}

/// A number before and after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Change {
    /// Of the baseline; absent when it is not defined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<f64>,
    /// Of the best candidate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<f64>,
}

impl Gain {
    /// What the difference of two judges is made of.
    pub fn of(comparison: &Comparison) -> Self {
        let change = |metric: &str| comparison.contrast(metric).map_or(Change::default(), Change::of);
        let made = &comparison.made_of;
        let both = comparison.contrast("nmse_both_valid");
        let agrees_more = both.is_some_and(|both| {
            both.difference.value().is_some_and(|moved| moved < -NONE) && both.p.is_some_and(|p| p < ALPHA)
        });
        let total = comparison.contrast("nmse").and_then(|nmse| nmse.difference.value()).unwrap_or(0.0);
        let parsing = made.became_readable.points + made.became_malformed.points;
        let share = |n: u64| Some(100.0 * n as f64 / comparison.n.max(1) as f64);
        let mut gain = Self {
            overall: change("nmse"),
            valid_only: change("nmse_own_valid"),
            both_valid: change("nmse_both_valid"),
            malformed: Change { before: share(comparison.old.malformed), after: share(comparison.new.malformed) },
            parsing,
            agreement: made.readable_both.points,
            parsing_only: total < -NONE && parsing <= MOST_OF_IT * total && !agrees_more,
            says: String::new(),
        };
        gain.says = gain.sentence(total, made.readable_both.n);
        gain
    }

    fn sentence(&self, total: f64, both: u64) -> String {
        let replies = match (self.malformed.before, self.malformed.after) {
            (Some(before), Some(after)) => format!("malformed {before:.1} % → {after:.1} %"),
            _ => "malformed: not known".to_owned(),
        };
        let where_both = match (self.both_valid.before, self.both_valid.after) {
            (Some(before), Some(after)) => {
                format!("NMSE {before:.1} → {after:.1} on the {both} items that both could rate")
            }
            _ => "no item that both could rate".to_owned(),
        };
        let part = |points: f64| match () {
            () if points.abs() < NONE => "as before".to_owned(),
            () if points < 0.0 => format!("{:.1} points better", -points),
            () => format!("{points:.1} points worse"),
        };
        // Each part with its own direction: one that exceeds the gain means that the other one was for the worse.
        let parts = format!(
            "Replies that can be read: {} ({replies}). Agreement on the others: {} ({where_both}).",
            part(self.parsing),
            part(self.agreement)
        );
        let points = format!("{:.1} points", total.abs());
        match () {
            () if total >= -NONE => format!("There is no gain to divide. {parts}"),
            () if self.parsing_only => {
                format!("The gain of {points} is parsing only: agreement did not get better beyond chance. {parts}")
            }
            () if self.parsing.abs() < NONE => format!("The gain of {points} is agreement. {parts}"),
            () if self.parsing > 0.0 => {
                format!("The gain of {points} is agreement, in spite of replies that broke. {parts}")
            }
            () => format!("The gain of {points} is parsing and agreement. {parts}"),
        }
    }

    /// Items that both could read are rated worse.
    pub fn agrees_less(&self) -> bool {
        self.agreement > NONE
    }

    /// What a headline has to say beside the gain, because the gain alone would be misread; `None` when it would not.
    pub fn beware(&self) -> Option<String> {
        let agreement = match () {
            () if self.agrees_less() => format!("agreement on the others is {:.1} points worse", self.agreement),
            () => "agreement on the others did not get better beyond chance".to_owned(),
        };
        self.parsing_only.then(|| format!("The gain is parsing only: more replies can be read; {agreement}."))
    }
}

impl Change {
    fn of(contrast: &Contrasted) -> Self {
        Self { before: contrast.old.value(), after: contrast.new.value() }
    }

    /// Before → after with one decimal; `–` for what is not defined.
    pub fn text(&self) -> String {
        let one = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.1}"));
        format!("{} → {}", one(self.before), one(self.after))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::audit::{JudgeInput, Judged, Labelled, Opinion, Terms, compare};
    use crate::domain::{GroupId, ItemId, Malformed, Rung, Scale, Verdict};

    const ITEMS: usize = 60;

    /// Items of thirty queries, whose gold ratings are 1 and 5 in turn, and two judges that say this of each.
    fn gain(old: impl Fn(usize) -> Option<i64>, new: impl Fn(usize) -> Option<i64>) -> Gain {
        let scale = Scale::new(1, 5).unwrap();
        let id = |i: usize| ItemId::new(format!("i{i:02}"));
        let labelled: Vec<Labelled> = (0..ITEMS)
            .map(|i| Labelled {
                id: id(i),
                group: Some(GroupId::new(format!("q{}", i / 2))),
                query: None,
                title: None,
                excerpt: None,
                opinions: vec![Opinion {
                    annotator: "ann".into(),
                    rating: scale.rating(gold(i)).unwrap(),
                    rationale: None,
                }],
                tags: Default::default(),
            })
            .collect();
        let judge = |name: &str, says: &dyn Fn(usize) -> Option<i64>| JudgeInput {
            name: name.into(),
            samples: 1,
            answers: (0..ITEMS).map(|i| (id(i), judged(verdict(scale, says(i))))).collect(),
            ..JudgeInput::default()
        };
        let (old, new) = (judge("old", &old), judge("new", &new));
        Gain::of(&compare(scale, &labelled, (&old, &new), Terms::default()))
    }

    fn judged(verdict: Verdict) -> Judged {
        Judged { verdict, usage: None, cost: None, latency_ms: None, served: None, reply: None }
    }

    fn gold(i: usize) -> i64 {
        if i.is_multiple_of(2) { 1 } else { 5 }
    }

    fn verdict(scale: Scale, rating: Option<i64>) -> Verdict {
        match rating {
            Some(value) => Verdict::Rated {
                rating: scale.rating(value).unwrap(),
                rationale: None,
                confidence: None,
                rung: Rung::Exact,
                basis: None,
            },
            None => Verdict::Malformed(Malformed::NotJson),
        }
    }

    #[test]
    fn replies_that_only_became_readable_are_parsing_only() {
        // Every third reply was malformed; what could be read is as far off as before.
        let gain = gain(|i| (i % 3 > 0).then_some(3), |_| Some(3));
        assert!(gain.parsing_only && gain.agreement == 0.0 && (gain.parsing + 25.0).abs() < 1e-9, "{gain:?}");
        assert_eq!(
            gain.says,
            "The gain of 25.0 points is parsing only: agreement did not get better beyond chance. Replies that can be read: \
             25.0 points better (malformed 33.3 % → 0.0 %). Agreement on the others: as before (NMSE 25.0 → 25.0 on the 40 \
             items that both could rate)."
        );
        assert_eq!(
            gain.beware().unwrap(),
            "The gain is parsing only: more replies can be read; agreement on the others did not get better beyond chance."
        );
        assert_eq!([gain.overall.text(), gain.valid_only.text()], ["50.0 → 25.0", "25.0 → 25.0"]);
    }

    #[test]
    fn a_gain_of_both_kinds_is_divided() {
        let gain = gain(|i| (i % 3 > 0).then_some(3), |i| Some(gold(i)));
        assert!(!gain.parsing_only);
        assert_eq!(
            gain.says,
            "The gain of 50.0 points is parsing and agreement. Replies that can be read: 33.3 points better (malformed \
             33.3 % → 0.0 %). Agreement on the others: 16.7 points better (NMSE 25.0 → 0.0 on the 40 items that both could \
             rate)."
        );
        assert_eq!(gain.beware(), None);
    }

    #[test]
    fn parsing_that_exceeds_the_gain_does_not_hide_that_agreement_got_worse() {
        // Every third reply was malformed; what could be read was right, and is one point off now.
        let off = |i: usize| Some((gold(i) - 3).signum() + 3);
        let gain = gain(|i| (i % 3 > 0).then_some(gold(i)), off);
        assert!(gain.parsing_only && gain.agreement > 0.0, "{gain:?}");
        assert_eq!(
            gain.says,
            "The gain of 27.1 points is parsing only: agreement did not get better beyond chance. Replies that can be read: \
             31.2 points better (malformed 33.3 % → 0.0 %). Agreement on the others: 4.2 points worse (NMSE 0.0 → 6.2 on the \
             40 items that both could rate)."
        );
        assert_eq!(
            gain.beware().unwrap(),
            "The gain is parsing only: more replies can be read; agreement on the others is 4.2 points worse."
        );
    }

    #[test]
    fn a_gain_without_malformed_replies_is_agreement() {
        let gain = gain(|_| Some(3), |i| Some(gold(i)));
        assert!(gain.says.starts_with("The gain of 25.0 points is agreement. "), "{}", gain.says);
        let lost = self::gain(|_| Some(3), |i| (i > 0).then_some(gold(i)));
        assert!(
            lost.says.contains("in spite of replies that broke. Replies that can be read: 1.2 points worse"),
            "{}",
            lost.says
        );
    }

    #[test]
    fn where_nothing_is_gained_nothing_is_divided() {
        let gain = gain(|_| Some(3), |_| Some(3));
        assert!(!gain.parsing_only && gain.says.starts_with("There is no gain to divide"), "{}", gain.says);
    }
}
