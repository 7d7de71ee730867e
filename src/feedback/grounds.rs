//! What a proposal can go by beside failures: how people and judge use the scale, what was tried before and how it did,
//! a tip.
//!
//! Published optimisers have a model describe the data and the program for each proposal (MIPRO, arXiv 2406.11695), two
//! calls of which one is nearly the same each time. What such a description is good for here, how often each rating is
//! given and by whom, is counted instead.

use super::draft::Draft;
use super::template::{fenced, only};
use super::{Case, Said};
use crate::domain::Scale;

/// Attempts that one message tells of at most.
const MOST: usize = 12;

/// What a proposal can go by.
#[derive(Clone, Copy, Debug, Default)]
pub struct Grounds<'a> {
    /// The data in a few lines: [`summary`].
    pub data: Option<&'a str>,
    /// What to pay attention to.
    pub tip: Option<&'a str>,
    /// Texts that were tried, the worst first.
    pub attempts: &'a [Attempt],
}

/// A text that was tried.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// The text.
    pub text: String,
    /// How it did: 0 to 100, more is better.
    pub score: f64,
}

/// How people and the judge use the scale on what was looked at.
pub fn summary(cases: &[Case<'_>], scale: Scale) -> String {
    let mut out = format!("{} items, by the rating that people and the judge gave them:\n", cases.len());
    for rating in scale.ratings() {
        let people = cases.iter().filter(|case| case.example.gold == rating).count();
        let judge = cases.iter().filter(|case| matches!(case.said, Said::Rated { rating: r, .. } if *r == rating));
        out.push_str(&format!("- {rating}: people {people}, judge {}\n", judge.count()));
    }
    let malformed = cases.iter().filter(|case| case.malformed().is_some()).count();
    out.push_str(&format!("- without a rating: judge {malformed}\n"));
    out
}

/// What stands before the text under revision.
pub(super) fn before(draft: &mut Draft, grounds: &Grounds<'_>) {
    if let Some(data) = grounds.data {
        draft.say(format!("\n# The data\n\n{data}"));
    }
    if let Some(tip) = grounds.tip {
        draft.say(format!("\n# A tip\n\n{tip}\n"));
    }
}

/// What was tried, each text by its difference from the one under revision.
pub(super) fn attempts(draft: &mut Draft, current: &str, attempts: &[Attempt]) {
    if attempts.is_empty() {
        return;
    }
    draft.say(
        "\n# What was tried\n\nOther texts, the worst first, each with its score (0 to 100, more is better) and by its \
         lines that differ from the text under revision. Learn from what the better ones have and the worse ones do not.\n",
    );
    for (n, attempt) in attempts.iter().rev().take(MOST).rev().enumerate() {
        draft.say(format!("\n## Attempt {}: score {:.1}\n\nIt has these lines more:\n", n + 1, attempt.score));
        fenced(draft, &only(&attempt.text, current));
        let without = only(current, &attempt.text);
        draft.say("\nand not these:\n");
        fenced(draft, &without);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Example;
    use super::*;
    use crate::audit::Opinion;
    use crate::domain::{GroupId, Item, ItemId, Malformed};
    use std::sync::Arc;

    #[test]
    fn the_summary_counts_what_people_and_judge_say() {
        let scale = Scale::new(1, 3).unwrap();
        let item = Item {
            id: ItemId::new("i"),
            group: GroupId::new("g"),
            query: "q".into(),
            title: None,
            document: "d".into(),
            meta: Default::default(),
        };
        let opinion = Opinion { annotator: "a".into(), rating: scale.at(2), rationale: None };
        let example = Example::new(Arc::new(item), vec![opinion], scale).unwrap();
        let said = [
            Said::Rated { rating: scale.at(1), rationale: None },
            Said::Malformed { reason: Malformed::Empty, excerpt: String::new() },
        ];
        let cases: Vec<Case<'_>> = said.iter().map(|said| Case { example: &example, said }).collect();
        assert_eq!(
            summary(&cases, scale),
            "2 items, by the rating that people and the judge gave them:\n- 1: people 0, judge 0\n- 2: people 0, judge 1\n\
             - 3: people 2, judge 0\n- without a rating: judge 1\n"
        );
    }

    #[test]
    fn attempts_are_told_by_what_differs_and_only_the_best_ones() {
        let mut draft = Draft::default();
        let attempt = |n: usize| Attempt { text: format!("Rate.\n- Rule {n}."), score: n as f64 };
        let all: Vec<Attempt> = (0..20).map(attempt).collect();
        attempts(&mut draft, "Rate.\n- Old.", &all);
        let text = draft.finish();
        assert!(!text.contains("Rule 7.") && text.contains("## Attempt 1: score 8.0"), "{text}");
        assert!(text.ends_with("## Attempt 12: score 19.0\n\nIt has these lines more:\n```\n- Rule 19.\n```\n\nand not these:\n```\n- Old.\n```\n"), "{text}");
    }
}
