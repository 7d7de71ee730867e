//! A run of an optimiser in every face, with texts of models that would rather be markup.

use super::super::{TerminalOptions, optimization_html, optimization_markdown, optimization_terminal};
use super::hostile::{HOSTILE, HOSTILE_COMPARISON};
use crate::domain::{ItemId, NanoUsd};
use crate::optimize::adopt::{Conditions, Decision};
use crate::optimize::event::{Begun, Decision as Followed, Entry, Refused, Seen, Why};
use crate::optimize::limits::{Limits, Spend};
use crate::optimize::pool::{Operator, Origin, Row};
use crate::optimize::story::Story;
use crate::optimize::summary::{Adopted, Best, Calls, Side, Summary};
use crate::prompt::Prompt;
use crate::rubric::shipped;
use std::collections::BTreeMap;

fn origin() -> Origin {
    Origin { operator: Operator::Reflect, parents: vec![0], feedback: vec![ItemId::new(HOSTILE)] }
}

fn log() -> Vec<Entry> {
    let begun = Begun {
        strategy: HOSTILE.into(),
        knobs: serde_json::json!({ HOSTILE: HOSTILE }),
        seed: 1,
        baseline: "0123456789abcdef".into(),
        model: HOSTILE.into(),
        reflector: HOSTILE.into(),
        data: "d".into(),
        rows: [1, 1, 9],
        queries: [1, 1, 9],
        limits: Limits::default(),
        conditions: Conditions::default(),
        protected: vec![ItemId::new(HOSTILE)],
    };
    let spent = Spend { judge: 9, other: 2, tokens: 100, usd: NanoUsd(5_000_000) };
    let rated = |candidate, rating, loss| {
        let rows =
            vec![Seen { row: Row::Dev(0), item: ItemId::new(HOSTILE), rating: Some(rating), malformed: None, loss }];
        Entry::Rated { candidate, sample: 0, rows, spent }
    };
    let reasons = vec![(HOSTILE.to_owned(), HOSTILE.to_owned())];
    vec![
        Entry::Begun(Box::new(begun)),
        rated(0, 1, 1.0),
        Entry::Refused(Refused { origin: origin(), reasons, text: HOSTILE.into() }),
        Entry::Admitted {
            id: 1,
            judge: "fedcba9876543210".into(),
            origin: origin(),
            text: format!("Rate.\n- {HOSTILE}"),
        },
        rated(1, 5, 0.0),
        Entry::Compared { child: 1, against: 0, rows: 1, gain: 100.0, se: None, decision: Followed::Accepted },
        Entry::Concluded { best: 1, why: Why::Budget },
        Entry::Opened { items: 9, looks: 3, spent },
        Entry::Decided { adopted: false, reasons: vec![HOSTILE.into()] },
    ]
}

fn run() -> (Summary, Story) {
    let gold = BTreeMap::from([(ItemId::new(HOSTILE), 5)]);
    let story = Story::of(&log(), "Rate.", &gold).unwrap();
    let side = || Side { judge: "0123456789abcdef".into(), dev: None, test: None };
    let decision = Decision { adopted: false, reasons: vec![HOSTILE.into()], comparison: HOSTILE_COMPARISON.clone() };
    let summary = Summary {
        run: "feedfacefeedface".into(),
        strategy: HOSTILE.into(),
        why: Why::Budget.text().into(),
        baseline: side(),
        adopted: Adopted { is_baseline: true, side: side() },
        best: Best { judge: "fedcba9876543210".into(), candidate: 1, prompt: HOSTILE.into() },
        best_prompt: Prompt::of(&shipped()),
        calls: Calls { judge: 9, other: 2 },
        tokens: 100,
        cost_usd: Some(0.005),
        candidates: 1,
        stopped: 1,
        rejected: story.rejected.clone(),
        curve: story.curve.clone(),
        decision: Some(decision),
        looks: Some(3),
        per_point: None,
        version: None,
        promoted: None,
        report: None,
    };
    (summary, story)
}

#[test]
fn no_text_of_a_model_opens_an_element_in_the_page_of_a_run() {
    let (summary, story) = run();
    let page = optimization_html(&summary, &story);
    assert!(!page.contains("<img") && !page.contains("<!--"), "an element or a comment was opened");
    assert_eq!((page.matches("<script").count(), page.matches("</script").count()), (1, 1));
    assert!(page.contains("onerror"), "it is shown, not dropped");
    assert!(!page.contains('\u{202e}') && !page.contains('\x1b'), "words are reordered");
}

#[test]
fn no_text_of_a_model_reaches_the_terminal_as_a_control_sequence_or_becomes_markup() {
    let (summary, story) = run();
    let options = TerminalOptions { width: 80, color: false, unicode: true };
    let shown = optimization_terminal(&summary, &story, &options);
    let stray = shown.chars().find(|c| (c.is_control() && *c != '\n') || matches!(c, '\u{202e}' | '\u{2028}'));
    assert_eq!(stray, None);
    let comment = optimization_markdown(&summary, &story);
    let outside: String = comment.lines().flat_map(|line| line.split("``").step_by(2)).collect();
    assert!(!outside.contains("<img") && !outside.contains("<script"), "markup outside of code spans");
}

#[test]
fn a_third_look_is_told_with_what_it_means() {
    let (summary, story) = run();
    let page = optimization_html(&summary, &story);
    assert!(page.contains("for the 3rd time: each look at the same items makes the next result more flattering"));
    let terminal = optimization_terminal(&summary, &story, &TerminalOptions { width: 80, color: false, unicode: true });
    assert!(terminal.starts_with("Not adopted: the baseline stays\n"), "{terminal}");
    assert!(terminal.contains("Nothing was stored."), "{terminal}");
}
