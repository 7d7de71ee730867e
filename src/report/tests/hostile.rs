//! What models, annotators and documents say must stay text in every face.

use super::super::{
    TerminalOptions, comparison_html, comparison_markdown, comparison_terminal, csv, groups, html, jsonl, junit, list,
    markdown, terminal,
};
use super::fixture::{good, labelled, malformed, scale};
use crate::audit::{Audit, Comparison, JudgeInput, Labelled, Setup, Terms, audit, compare};
use crate::domain::Verdict;
use std::sync::LazyLock;

pub(super) const HOSTILE: &str = "</script><!--<script><img src=x onerror=alert(1)>\u{2028}|`*[x](https://evil.example) @team #1\n\x1b[31mred\x1b[0m\x07\u{9b}2J\u{202e}gpj\"';--";

fn hostile_items() -> Vec<Labelled> {
    let mut items = labelled(12);
    for (i, item) in items.iter_mut().enumerate() {
        item.query = Some(HOSTILE.into());
        item.title = Some(HOSTILE.into());
        item.excerpt = Some(HOSTILE.into());
        item.tags.insert(HOSTILE.into(), if i % 2 == 0 { HOSTILE } else { "tame" }.into());
        for (name, opinion) in item.opinions.iter_mut().enumerate() {
            opinion.annotator = format!("{HOSTILE}{name}");
            opinion.rationale = Some(HOSTILE.into());
        }
    }
    items
}

fn hostile_judge(mut judge: JudgeInput) -> JudgeInput {
    judge.name = HOSTILE.into();
    judge.model = Some(HOSTILE.into());
    judge.hash = Some(HOSTILE.into());
    for answer in judge.answers.values_mut() {
        answer.served = Some(HOSTILE.into());
        answer.reply = Some(HOSTILE.into());
        if let Verdict::Rated { rationale, .. } = &mut answer.verdict {
            *rationale = Some(HOSTILE.into());
        }
    }
    judge
}

/// Every free text of an audit is hostile: of people, of judges, of slices, of systems, of gates.
pub(super) static HOSTILE_AUDIT: LazyLock<Audit> = LazyLock::new(|| {
    let items = hostile_items();
    let judges = [good(&items), malformed(&items)].map(hostile_judge);
    let setup = Setup {
        gates: vec![format!("exact[{HOSTILE}={HOSTILE}] > 0.5").parse().unwrap()],
        systems: Some(HOSTILE.into()),
        ..Setup::default()
    };
    // The last items are rated by nobody, so that there is a bulk.
    audit(scale(), items[..60].to_vec(), &judges, &setup)
});

pub(super) static HOSTILE_COMPARISON: LazyLock<Comparison> = LazyLock::new(|| {
    let items = hostile_items();
    let judges = [good(&items), malformed(&items)].map(hostile_judge);
    compare(scale(), &items, (&judges[0], &judges[1]), Terms { margin: Some(1.0), ..Terms::default() })
});

fn options(width: u16) -> TerminalOptions {
    TerminalOptions { width, color: false, unicode: true }
}

#[test]
fn no_text_reaches_the_terminal_as_a_control_sequence() {
    let audit = &*HOSTILE_AUDIT;
    let judge = &audit.judges[0];
    let shown = terminal(audit, &options(80))
        + &list(&judge.disagreements, &options(80))
        + &groups(&judge.groups, &options(80))
        + &comparison_terminal(&HOSTILE_COMPARISON, 20, &options(80));
    assert!(shown.contains("␛[31mred"), "it is shown, not dropped");
    let stray = shown.chars().find(|c| (c.is_control() && *c != '\n') || matches!(c, '\u{202e}' | '\u{2028}'));
    assert_eq!(stray, None);
}

#[test]
fn no_text_opens_an_element_or_closes_the_island_of_the_page() {
    let page = html(&HOSTILE_AUDIT);
    assert!(!page.contains("<img"), "an element was opened");
    assert!(!page.contains("<!--"), "a comment was opened");
    for sentence in page.split("<li>").skip(1).map(|rest| rest.split("</li>").next().unwrap()) {
        let isolated = sentence.contains("<bdi") || sentence.contains("dir=\"auto\"");
        assert!(isolated || !sentence.contains('\u{202e}'), "words are reordered: {sentence}");
    }
    // Our script and one island per judge, and as many ends.
    assert_eq!((page.matches("<script").count(), page.matches("</script").count()), (3, 3));
    let island = page.split("id=\"judge-0-data\">").nth(1).unwrap().split("</script>").next().unwrap();
    let rows: serde_json::Value = serde_json::from_str(island).unwrap();
    assert_eq!(rows[0]["r"], HOSTILE, "escaped for the page, exact for the reader");
}

#[test]
fn no_text_opens_an_element_in_the_page_of_two_judges() {
    let page = comparison_html(&HOSTILE_COMPARISON);
    assert!(!page.contains("<img") && !page.contains("<!--"), "an element or a comment was opened");
    assert_eq!((page.matches("<script").count(), page.matches("</script").count()), (1, 1));
}

#[test]
fn no_text_leaves_its_attribute_in_junit() {
    let xml = junit(&HOSTILE_AUDIT);
    assert!(!xml.contains("<img") && !xml.contains("<script") && !xml.contains('\x1b'), "{xml}");
}

#[test]
fn no_text_becomes_markup_in_a_pull_request() {
    let comment = markdown(&HOSTILE_AUDIT) + &comparison_markdown(&HOSTILE_COMPARISON);
    // Names stand in code spans, where nothing is markup; hostile ones are fenced by two backticks.
    let outside: String = comment.lines().flat_map(|line| line.split("``").step_by(2)).collect();
    assert!(!outside.contains("<img") && !outside.contains("<script"), "markup outside of code spans");
    assert!(!outside.contains("@team") && !outside.contains("https://"), "a link outside of code spans");
    for (i, line) in comment.lines().enumerate() {
        let cells = |line: &str| line.replace("\\|", "").matches('|').count();
        if line.starts_with('|') {
            let head = comment.lines().take(i + 1).collect::<Vec<_>>();
            let head = head.iter().rev().take_while(|l| l.starts_with('|')).last().unwrap();
            assert_eq!(cells(line), cells(head), "a cell was split: {line}");
        }
    }
}

#[test]
fn exports_keep_hostile_text_exactly() {
    let audit = &*HOSTILE_AUDIT;
    let rows = &audit.judges[0].disagreements;
    let table = csv(rows);
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    assert_eq!(records.len(), rows.len());
    let rationale = reader.headers().unwrap().iter().position(|h| h == "judge_rationale").unwrap();
    let written: Vec<&str> = records.iter().map(|r| &r[rationale]).filter(|r| !r.is_empty()).collect();
    assert!(!written.is_empty() && written.iter().all(|r| *r == HOSTILE));
    for (line, row) in jsonl(rows).lines().zip(rows) {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!((value["id"].as_str(), value["query"].as_str()), (Some(row.id.as_str()), Some(HOSTILE)));
    }
}
