#![allow(clippy::unwrap_used)]

use super::*;
use crate::domain::Invocation;
use crate::judge::{JudgeDiff, JudgeSpec, PARSER, Sampling};
use crate::ledger::{Bounds, Edits, Good, Scores, Spend};
use crate::prompt::Prompt;
use crate::rubric::shipped;
use serde_json::Map;

const PLAIN: TerminalOptions = TerminalOptions { width: 100, color: false, unicode: true };

fn spec() -> JudgeSpec {
    let rubric = shipped();
    let prompt = Prompt::of(&rubric);
    let sampling = Sampling { temperature: Some(0.0), max_tokens: 9, seed: 0, extra: Map::new(), structured: None };
    JudgeSpec { rubric, prompt, model: "sim/small".into(), address: None, sampling, parser: PARSER, map: None }
}

fn lineage_of_a_run() -> Lineage {
    let scored = |after| Some(Scored { before: 20.0, after, change: None });
    let change = Some(Bounds { low: -13.0, high: -7.25, level: 0.95 });
    Lineage {
        parent: Some("00112233aabbccdd".into()),
        strategy: Some("gepa".into()),
        run: Some("run-1".into()),
        data: None,
        feedback: (0..10).map(|i| format!("i{i}")).collect(),
        edits: Edits { added: vec!["- Drafts are 1.".into()], removed: vec!["- Old\u{1b}[2J is 2.".into()] },
        scores: Scores { dev: scored(5.0), test: Some(Scored { before: 20.0, after: 10.0, change }) },
        spend: Some(Spend { judge_calls: 1_400, other_calls: 100, usd: Some(3.0) }),
        why: Some("not worse in any slice".into()),
    }
}

fn good(note: &str) -> State {
    let scored = Some(Scored { before: 8.83, after: 4.86, change: None });
    State::Good(Box::new(Good {
        model: "a/model-with-a-very-long-name".into(),
        rubric: "relevance".into(),
        parent: Some("00112233aabbccdd".into()),
        strategy: None,
        dev: None,
        test: scored,
        created: "2026-11-20T20:15:00.123Z".into(),
        note: note.into(),
    }))
}

#[test]
fn a_list_fits_any_terminal_and_names_what_is_damaged() {
    let aliases = vec!["production".to_owned()];
    let long = "a note that goes on and on, longer than any column of a table could ever be made";
    let versions = [
        Summary { hash: "0123456789abcdef".into(), aliases, state: good(long) },
        Summary { hash: "fedcba9876543210".into(), aliases: vec![], state: State::Refused("it is damaged".into()) },
    ];
    for width in [60, 80, 100, 120] {
        let text = judges(&versions, &Invocation::default(), &TerminalOptions { width, ..PLAIN });
        for line in text.lines() {
            assert!(crate::report::plain::width(line) <= usize::from(width), "{width}: {line}");
        }
    }
    let narrow = judges(&versions, &Invocation::default(), &TerminalOptions { width: 60, ..PLAIN });
    assert_eq!(
        narrow.lines().take(4).collect::<Vec<_>>().join("\n"),
        "  version    alias        model                  test\n  \
         ────────────────────────────────────────────────────────\n  \
         01234567   production   a/model-with-a-very…   8.83→4.86\n  \
         fedcba98                DAMAGED"
    );
    let joined = narrow.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(joined.contains(&format!("Notes 01234567 {long}")), "a note that is cut stands below in full: {narrow}");
    let wider = judges(&versions, &Invocation::default(), &TerminalOptions { width: 80, ..PLAIN });
    assert!(wider.contains("parent") && wider.contains("00112233"), "where it comes from is kept: {wider}");
    let text = judges(&versions, &Invocation::default(), &PLAIN);
    for part in ["01234567", "8.83→4.86", "2026-11-20", "DAMAGED", "\nit is damaged\n"] {
        assert!(text.contains(part), "no {part}: {text}");
    }
    assert!(!text.contains(" dev "), "a column without content: {text}");
    assert_eq!(
        judges(&[], &Invocation::default(), &PLAIN),
        "No judge is stored yet: `assessor judge add` stores one.\n"
    );
}

#[test]
fn a_lineage_can_be_read_and_cannot_steer_the_terminal() {
    let judge_spec = spec();
    let version = Version {
        hash: judge_spec.hash(),
        judge: judge_spec,
        lineage: lineage_of_a_run(),
        note: String::new(),
        created: "2026-11-20T20:15:00Z".into(),
    };
    let text = judge(&version, &["production".into()], &PLAIN);
    let start = text.find("Lineage").unwrap();
    let end = text.find("\nPrompt, as").unwrap();
    assert_eq!(
        &text[start..end],
        "Lineage\n  \
         parent    00112233aabbccdd\n  \
         made by   gepa\n  \
         run       run-1\n  \
         why       not worse in any slice\n  \
         dev NMSE  20.00→5.00\n  \
         test NMSE 20.00→10.00 (change -13.00 to -7.25, 95 %)\n  \
         spent     1400 judge calls and 100 others, $3.0000; 150 calls and $0.3000 for each NMSE point on\n            \
         test\n  \
         feedback  of 10 items: i0, i1, i2, i3, i4, i5, i6, i7 and 2 more\n  \
         - - Old␛[2J is 2.\n  \
         + - Drafts are 1.\n"
    );
    assert!(text.contains("5 (Perfect): "), "{text}");
}

#[test]
fn a_difference_marks_words_folds_the_rest_and_names_other_fields() {
    let old = spec();
    let mut new = spec();
    let line = old.prompt.instruction.lines().find(|line| line.split_whitespace().count() > 6).unwrap().to_owned();
    new.prompt.instruction = new.prompt.instruction.replacen(&line, &format!("{line} Dates matter."), 1);
    new.sampling.max_tokens = 99;
    let text = judge_diff(&JudgeDiff::of(&old, &new), &PLAIN);
    assert!(text.contains("\n  sampling.max_tokens  9 → 99\n"), "{text}");
    assert!(text.contains("{+ Dates matter.+}\n"), "{text}");
    assert!(text.contains(" lines as before\n"), "{text}");
    let painted = judge_diff(&JudgeDiff::of(&old, &new), &TerminalOptions { color: true, ..PLAIN });
    assert!(painted.contains("\u{1b}[1;34m Dates matter.\u{1b}[0m"), "{painted}");
    assert!(judge_diff(&JudgeDiff::of(&old, &old), &PLAIN).ends_with("The same judge.\n"));
}

#[test]
fn examples_are_told_by_their_fields_and_no_line_is_wider_than_the_terminal() {
    let (old, mut new) = (spec(), spec());
    let long = "Hold the button until the light turns green, then release it and wait for the printer. ".repeat(6);
    let item = format!(
        "[0123456789ab item]\n[0123456789ab query]\nreset the badge printer\n[0123456789ab document]\n{long}\n[0123456789ab end]"
    );
    new.prompt.demos.push(crate::prompt::Demo { item, reply: r#"{"rationale": "Answers it.", "rating": 5}"#.into() });
    new.prompt.instruction =
        new.prompt.instruction.replacen("You see one item", &format!("You see, {long}, one item"), 1);
    let colours = regex::Regex::new("\x1b\\[[0-9;]*m").unwrap();
    for color in [false, true] {
        let text = judge_diff(&JudgeDiff::of(&old, &new), &TerminalOptions { width: 80, color, ..PLAIN });
        let bare = colours.replace_all(&text, "").into_owned();
        assert!(bare.lines().all(|line| crate::report::plain::width(line) <= 80), "{bare}");
        let example = bare.split("Rated examples\n").nth(1).unwrap();
        assert!(
            example.starts_with("+ query       reset the badge printer\n  document    Hold the button"),
            "{example}"
        );
        assert!(example.contains("\n  rating      5\n  rationale   Answers it.\n"), "{example}");
        assert!(example.contains("…\n") && !example.contains("0123456789ab"), "{example}");
    }
    let gone = judge_diff(&JudgeDiff::of(&new, &old), &PLAIN);
    assert!(gone.contains("\n- query       reset the badge printer\n"), "{gone}");
}
