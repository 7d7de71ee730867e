//! A run of an optimiser in every face, with texts of models that would rather be markup.

use super::super::{TerminalOptions, optimization_html, optimization_markdown, optimization_terminal};
use super::fixture::PAIRED;
use super::hostile::{HOSTILE, HOSTILE_COMPARISON};
use crate::audit::Comparison;
use crate::domain::{ItemId, NanoUsd};
use crate::ledger::PerPoint;
use crate::optimize::adopt::{Conditions, Decision};
use crate::optimize::event::{Begun, Decision as Followed, Entry, Refused, Seen, Why};
use crate::optimize::gain::{Change, Gain};
use crate::optimize::library::effect::{Effect, SliceEffect};
use crate::optimize::library::finding::{Beside, Finding, Verdict};
use crate::optimize::limits::{Limits, Spend};
use crate::optimize::pool::{Operator, Origin, Row};
use crate::optimize::story::Story;
use crate::optimize::summary::{Adopted, AgainstConstant, Best, Calls, Costs, Side, Summary};
use crate::optimize::upkeep::Upkeep;
use crate::prompt::{Demo, Prompt};
use crate::rubric::shipped;
use std::collections::BTreeMap;

fn origin(text: &str) -> Origin {
    Origin { operator: Operator::Reflect, parents: vec![0], feedback: vec![ItemId::new(text)] }
}

/// A bullet of which every free text is `text`.
fn finding(text: &str) -> Finding {
    let effect = |gain: f64| Effect {
        rows: 120,
        queries: 30,
        gain,
        se: Some(0.5),
        interval: Some([gain - 1.0, gain + 1.0]),
        p: Some(0.001),
        mended: 9,
        lost: 1,
        p_form: 0.02,
        form: 6.5,
        form_se: 2.5,
        fixed: 12,
        broken: 3,
    };
    Finding {
        id: text.into(),
        text: text.into(),
        verdict: Verdict::RedundantWith(vec![text.into()]),
        place: None,
        alone: Some(effect(2.5)),
        within: Some(effect(-0.25)),
        beside: vec![Beside { other: text.into(), effect: effect(0.0) }],
        worst: Some(SliceEffect { column: text.into(), value: text.into(), rows: 40, gain: -1.5, p: Some(0.01) }),
        note: Some(text.into()),
    }
}

/// A run in which every free text is `text`: candidate 1 is better on one item.
fn log(text: &str, adopted: bool, looks: u64) -> Vec<Entry> {
    let begun = Begun {
        strategy: text.into(),
        knobs: serde_json::json!({ text: text }),
        seed: 1,
        baseline: "0123456789abcdef".into(),
        model: text.into(),
        reflector: text.into(),
        data: "d".into(),
        rows: [1, 1, 9],
        queries: [1, 1, 9],
        limits: Limits::default(),
        conditions: Conditions::default(),
        protected: vec![ItemId::new(text)],
        against: None,
        calibrate: false,
    };
    let spent = Spend { judge: 9, other: 2, tokens: 100, usd: NanoUsd(5_000_000) };
    let rated = |candidate, rating, loss| {
        let rows =
            vec![Seen { row: Row::Dev(0), item: ItemId::new(text), rating: Some(rating), malformed: None, loss }];
        Entry::Rated { candidate, sample: 0, rows, spent }
    };
    let reasons = vec![(text.to_owned(), text.to_owned())];
    vec![
        Entry::Begun(Box::new(begun)),
        rated(0, 1, 1.0),
        Entry::Refused(Refused { origin: origin(text), reasons, text: text.into() }),
        Entry::Admitted {
            id: 1,
            judge: "fedcba9876543210".into(),
            origin: origin(text),
            text: format!("Rate.\n- {text}"),
            shows: Default::default(),
        },
        rated(1, 5, 0.0),
        Entry::Compared { child: 1, against: 0, rows: 1, gain: 100.0, se: None, decision: Followed::Accepted },
        Entry::Weighed { bullets: vec![finding(text)] },
        Entry::Concluded { best: 1, why: Why::Budget },
        Entry::Opened { items: 9, looks, spent, rival: None },
        Entry::Decided { adopted, reasons: vec![text.into()] },
    ]
}

fn run(text: &str, comparison: &Comparison, adopted: bool, looks: u64) -> (Summary, Story) {
    let gold = BTreeMap::from([(ItemId::new(text), 5)]);
    let story = Story::of(&log(text, adopted, looks), "Rate.", &gold).unwrap();
    let side = |judge: &str| Side { judge: judge.into(), dev: None, test: None };
    let (old, new) = ("0123456789abcdef", "fedcba9876543210");
    let per_point = PerPoint { on: "test", calls: 1.25, usd: Some(0.0005) };
    let summary = Summary {
        run: "feedfacefeedface".into(),
        strategy: text.into(),
        why: Why::Budget.text().into(),
        baseline: side(old),
        adopted: Adopted { is_baseline: !adopted, side: side(if adopted { new } else { old }) },
        best: Best { judge: new.into(), candidate: 1, prompt: text.into() },
        best_prompt: Prompt::of(&shipped()),
        scale: None,
        calibration: None,
        calls: Calls { judge: 9, other: 2 },
        tokens: 100,
        cost_usd: Some(0.005),
        costs: Some(Costs { judge: 0.003, reflector: 0.002, rival: None }),
        paid: None,
        candidates: 1,
        stopped: 1,
        rejected: story.rejected.clone(),
        curve: story.curve.clone(),
        bullets: story.bullets.clone(),
        decision: Some(Decision { adopted, reasons: vec![text.into()], comparison: comparison.clone() }),
        gain: Some(Gain::of(comparison)),
        constant: None,
        upkeep: Some(Upkeep::of(comparison)),
        warning: None,
        looks: Some(looks),
        per_point: adopted.then_some(per_point),
        version: adopted.then(|| new.to_owned()),
        second: None,
        promoted: None,
        withheld: None,
        origin: None,
        library: None,
        in_production: false,
        report: None,
        invocation: Default::default(),
    };
    (summary, story)
}

fn hostile() -> (Summary, Story) {
    run(HOSTILE, &HOSTILE_COMPARISON, false, 3)
}

fn shown((summary, story): &(Summary, Story), width: u16) -> String {
    optimization_terminal(summary, story, &TerminalOptions { width, color: false, unicode: true })
}

#[test]
fn an_adopted_prompt_at_80_columns() {
    insta::assert_snapshot!(shown(&run("drafts lower", &PAIRED, true, 1), 80));
}

#[test]
fn a_prompt_that_is_not_adopted_at_100_columns() {
    insta::assert_snapshot!(shown(&run("drafts lower", &PAIRED, false, 2), 100));
}

#[test]
fn a_gain_that_is_parsing_only_names_the_cheaper_cure_and_what_the_prompt_costs() {
    let (mut summary, story) = run("drafts lower", &PAIRED, true, 1);
    let change = |before, after| Change { before: Some(before), after: Some(after) };
    summary.upkeep = Some(Upkeep { tokens: change(100.0, 300.0), usd: change(0.02, 0.0694) });
    let gain = summary.gain.as_mut().unwrap();
    (gain.parsing_only, gain.agreement) = (true, 1.2);
    let said = shown(&(summary.clone(), story.clone()), 80).split_whitespace().collect::<Vec<_>>().join(" ");
    let advice = "Use it only if replies cannot be mended otherwise: it judges worse what could be read before, and each \
                  label costs 247 % more. First try what costs less: a server that holds replies to the schema (`assessor \
                  doctor` says whether yours does), a stricter output contract in the rubric, or another model; `assessor \
                  disagree --direction malformed` shows what breaks.";
    assert!(said.contains(advice), "{said}");
    summary.adopted.is_baseline = true;
    assert!(!shown(&(summary, story), 80).contains("Use it only if"), "nobody is about to use it");
}

#[test]
fn an_adopted_judge_that_is_not_better_than_a_constant_one_is_not_to_be_used() {
    let (mut summary, story) = run("drafts lower", &PAIRED, true, 1);
    summary.gain.as_mut().unwrap().parsing_only = false;
    summary.constant = Some(AgainstConstant { rating: 3, nmse: 9.4, is_beaten: false });
    let text = shown(&(summary.clone(), story.clone()), 80);
    assert!(text.starts_with("Adopted, and not yet shown to be better than always saying 3\n"), "{text}");
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let faces = [joined, optimization_markdown(&summary, &story), optimization_html(&summary, &story)];
    for face in &faces {
        for part in [
            "A judge that always says 3 has NMSE 9.40 on the same items; this one is not shown to be better than that.",
            "Better than before, and not yet shown to be better than always saying 3: do not use its ratings.",
            "judge diff",
        ] {
            assert!(face.contains(part), "{part}: {face}");
        }
        assert!(!face.contains("judge promote") && !face.contains("label --items"), "{face}");
    }
    summary.constant = Some(AgainstConstant { rating: 3, nmse: 9.4, is_beaten: true });
    let text = shown(&(summary, story), 80);
    assert!(
        text.starts_with("Adopted\n") && text.contains("judge promote") && text.contains("always says 3"),
        "{text}"
    );
}

#[test]
fn a_gain_of_form_only_is_called_so_in_the_verdict() {
    let (mut summary, story) = run("drafts lower", &PAIRED, true, 1);
    summary.gain.as_mut().unwrap().parsing_only = true;
    assert!(shown(&(summary, story), 80).starts_with("Adopted for its form only\n"));
}

#[test]
fn no_number_and_no_id_of_a_bullet_is_broken_over_two_lines() {
    let (summary, mut story) = run("drafts lower", &PAIRED, true, 1);
    story.bullets = ["rate-glossary-documents-lower", "short-rationale"].map(finding).into();
    story.bullets[0] = Finding { place: Some(6), note: None, within: None, ..story.bullets[0].clone() };
    story.bullets[1] = Finding { note: None, within: None, ..story.bullets[1].clone() };
    for width in [80, 100, 140] {
        let text = shown(&(summary.clone(), story.clone()), width);
        assert!(text.contains("  6. rate-glossary-documents-lower "), "{width}: {text}");
        assert!(text.matches("+2.50 ± 1.00").count() == 2, "{width}: {text}");
        let table = text.lines().skip_while(|line| !line.starts_with("Bullets")).take_while(|line| !line.is_empty());
        let fits = |line: &str| crate::report::plain::width(line) <= usize::from(width);
        assert!(table.clone().count() > 5 && table.clone().all(fits), "{width}: {text}");
        assert!(!text.contains('\u{a0}'), "{width}: {text}");
    }
    let narrow = shown(&(summary.clone(), story.clone()), 80);
    let joined = narrow.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        joined.contains("Too narrow for fixed, broken, worst slice: the report and `--json` have them."),
        "{narrow}"
    );
    assert!(!shown(&(summary, story), 140).contains("Too narrow"));
}

#[test]
fn a_choice_against_its_own_number_is_marked() {
    let marked = |place, gain: f64, note: Option<&str>| {
        let mut finding = finding("id");
        (finding.place, finding.note, finding.within) = (place, note.map(str::to_owned), None);
        finding.alone.as_mut().unwrap().gain = gain;
        finding.goes_against_its_number()
    };
    assert!(marked(Some(1), -0.5, None) && marked(None, 0.5, None));
    assert!(!marked(Some(1), 0.5, None) && !marked(None, -0.5, None));
    assert!(!marked(None, 0.5, Some("not missed among the chosen")), "a reason of its own is enough");
}

#[test]
fn counts_of_guardrails_that_exceed_the_proposals_are_explained() {
    let (mut summary, story) = run("drafts lower", &PAIRED, true, 1);
    summary.stopped = 1;
    summary.rejected = BTreeMap::from([("duplicate".to_owned(), 1), ("leak".to_owned(), 1)]);
    let said = shown(&(summary, story), 100).split_whitespace().collect::<Vec<_>>().join(" ");
    let text = "1 proposal was stopped before a judge call was spent on them: duplicate 1, leak 1 (one that several of them \
                stopped counts with each)";
    assert!(said.contains(text), "{said}");
}

#[test]
fn without_a_report_the_best_prompt_is_not_said_to_be_in_it() {
    let (mut summary, story) = run("drafts lower", &PAIRED, false, 1);
    summary.version = None;
    let without = shown(&(summary.clone(), story.clone()), 100);
    assert!(without.contains("The best prompt is in `--json` only (`best_prompt`)"), "{without}");
    summary.report = Some("reports/x/index.html".into());
    assert!(shown(&(summary, story), 100).contains("The best prompt is in the report;"));
}

#[test]
fn an_adopted_prompt_in_markdown() {
    let (summary, story) = run("drafts lower", &PAIRED, true, 1);
    insta::assert_snapshot!(optimization_markdown(&summary, &story));
}

#[test]
fn no_text_of_a_model_opens_an_element_in_the_page_of_a_run() {
    let (summary, story) = hostile();
    let page = optimization_html(&summary, &story);
    assert!(!page.contains("<img") && !page.contains("<!--"), "an element or a comment was opened");
    assert_eq!((page.matches("<script").count(), page.matches("</script").count()), (1, 1));
    assert!(page.contains("onerror"), "it is shown, not dropped");
    assert!(!page.contains('\u{202e}') && !page.contains('\x1b'), "words are reordered");
}

#[test]
fn no_text_of_a_model_reaches_the_terminal_as_a_control_sequence_or_becomes_markup() {
    let (summary, story) = hostile();
    let shown = optimization_terminal(&summary, &story, &TerminalOptions { width: 80, color: false, unicode: true });
    let stray = shown.chars().find(|c| (c.is_control() && *c != '\n') || matches!(c, '\u{202e}' | '\u{2028}'));
    assert_eq!(stray, None);
    let comment = optimization_markdown(&summary, &story);
    let outside: String = comment.lines().flat_map(|line| line.split("``").step_by(2)).collect();
    assert!(!outside.contains("<img") && !outside.contains("<script"), "markup outside of code spans");
}

#[test]
fn the_page_shows_the_examples_of_the_prompt_before_it_asks_whether_they_were_worth_it() {
    let (mut summary, story) = run("drafts lower", &PAIRED, true, 1);
    let item = "[0123456789ab item]\n[0123456789ab query]\nreset <b>badges</b>\n[0123456789ab document]\nHold it.\n[0123456789ab end]";
    let reply = r#"{"rationale": "Answers it.", "rating": 5}"#;
    summary.best_prompt.demos.push(Demo { item: item.into(), reply: reply.into() });
    let page = optimization_html(&summary, &story);
    let changed = page.split("id=\"changed\"").nth(1).and_then(|rest| rest.split("id=\"worth\"").next()).unwrap();
    for part in ["reset &#60;b&#62;badges", "Hold it.", "<bdi>rating</bdi></dt><dd dir=\"auto\">5</dd>", "Answers it."]
    {
        assert!(changed.contains(part), "{part}: {changed}");
    }
    assert!(!changed.contains("0123456789ab item"), "a marker is for models: {changed}");
}

#[test]
fn a_third_look_is_told_with_what_it_means() {
    let (summary, story) = hostile();
    let page = optimization_html(&summary, &story);
    assert!(page.contains("for the 3rd time: each look at the same items makes the next result more flattering"));
    let terminal = shown(&hostile(), 80);
    assert!(terminal.starts_with("Not adopted: the baseline stays\n"), "{terminal}");
    assert!(terminal.contains("Nothing was stored."), "{terminal}");
}
