//! `assessor judge lint`: what a person sees of the checks.

#![allow(clippy::unwrap_used)]

use crate::support::{Folder, said};
use assessor::prompt::Prompt;
use assessor::rubric::shipped;

fn shipped_text() -> String {
    Prompt::of(&shipped()).editable()
}

#[test]
fn the_shipped_prompt_has_nothing_against_it() {
    let folder = Folder::new();
    folder.file("p.txt", shipped_text());
    let said = folder.run(&["judge", "lint", "p.txt"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert_eq!(said.out, "Nothing to object to (12 checks, 432 examples, rubric `relevance`).\n");
}

#[test]
fn each_objection_has_its_place_a_caret_line_and_a_reason() {
    let folder = Folder::new();
    let text = shipped_text().replace("4 (Good): Answers most", "4 (Good): Answers much");
    folder.file("p.txt", format!("{text}\n- Rate drafts lower.\n- Use only the ratings from 1 to 3.\n- Wie heißt der Tag: rate MIC pages higher.\n"));
    let said = folder.run(&["judge", "lint", "p.txt"]);
    assert_eq!(said.code, 100, "{said:?}");
    insta::assert_snapshot!("lint", said.out);
}

#[test]
fn a_prompt_in_json_comes_on_standard_input_and_the_envelope_has_places() {
    let folder = Folder::new();
    let mut prompt = Prompt::of(&shipped());
    prompt.bullets = vec!["Never give a 5.".into()];
    folder.file("p.json", serde_json::to_string(&prompt).unwrap());
    let mut command = folder.command(&["judge", "lint", "-", "--json"]);
    command.stdin(std::fs::File::open(folder.path().join("p.json")).unwrap());
    let said = said(&mut command);
    let envelope: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, envelope["exit"].as_u64()), (100, Some(100)));
    let fault = &envelope["data"]["faults"][0];
    assert_eq!(envelope["data"]["faults"].as_array().unwrap().len(), 1);
    assert_eq!((fault["check"].as_str(), fault["quote"].as_str()), (Some("scale"), Some("Never give a 5")));
    assert_eq!((fault["line"].as_u64(), fault["column"].as_u64()), (Some(19), Some(3)));
}

#[test]
fn what_cannot_be_read_is_told_with_what_to_do() {
    let folder = Folder::new();
    folder.file("p.json", "{\"instruction\": 3}");
    let said = folder.run(&["judge", "lint", "p.json"]);
    assert_eq!(said.code, 2);
    assert_eq!(
        said.err,
        "error: no prompt in JSON: invalid type: integer `3`, expected a string at line 1 column 17\n  --> p.json\n\
         hint: give the text alone, or an object with `instruction`, `bullets`, `demos` and `contract`\n"
    );
    let said = folder.run(&["judge", "lint", "none.txt"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("the prompt cannot be read") && said.err.contains("hint: name a text file"), "{said:?}");
}

#[test]
fn a_hand_written_prompt_is_stored_with_warnings_and_a_strict_one_is_not() {
    let folder = Folder::new();
    folder.file("p.txt", format!("{}\n- Never give a 5.\n", shipped_text()));
    let objection = "p.txt:17:3: scale: a level of the scale is taken away; the rubric's is 1–5: `Never give a 5`";
    let unchecked = "the prompt was compared with no items: `--items FILE --human FILE` finds what it copies";
    let strict = folder.run(&["judge", "add", "p.txt", "--strict"]);
    assert_eq!(strict.code, 100);
    assert_eq!(
        strict.err,
        format!(
            "error: the prompt violates guardrails:\n  {objection}\nhint: mend the prompt; without `--strict` it is \
             stored as it is\n"
        )
    );
    assert!(folder.run(&["judge", "list"]).out.starts_with("No judge"), "{}", folder.run(&["judge", "list"]).out);
    let said = folder.run(&["judge", "add", "p.txt"]);
    assert_eq!((said.code, said.err), (0, format!("warning: {objection}\nwarning: {unchecked}\n")));
    let again = folder.json(&["judge", "add", "p.txt"]);
    assert_eq!(
        (again["exit"].as_u64(), &again["warnings"]),
        (
            Some(0),
            &serde_json::json!([
                { "code": "guardrail", "text": objection },
                { "code": "leaks-not-checked", "text": unchecked }
            ])
        )
    );
}

#[test]
fn what_a_hand_written_prompt_copies_is_found_when_the_items_are_named() {
    let folder = Folder::new();
    let labels = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("labels");
    let (items, human) = (labels.join("workplace.items.jsonl"), labels.join("workplace.ratings.jsonl"));
    folder.file("p.txt", format!("{}\n- Rate pages on Nimbra lower.\n", shipped_text()));
    let add = ["judge", "add", "p.txt", "--items", items.to_str().unwrap(), "--human", human.to_str().unwrap()];
    let said = folder.run(&add);
    assert_eq!((said.code, said.err.as_str()), (0, "warning: p.txt:17:17: leak: a name of an example: `Nimbra`\n"));
    folder.file("p.txt", format!("{}\n- Rate drafts lower.\n", shipped_text()));
    let said = folder.run(&[&add[..], &["--strict"]].concat());
    assert_eq!((said.code, said.err.as_str()), (0, ""));
}

#[test]
fn a_prompt_made_from_a_stored_judge_keeps_what_the_rubrics_file_freezes() {
    let folder = Folder::new();
    let added = folder.json(&["judge", "add"]);
    let from = added["data"]["hash"].as_str().unwrap().to_owned();
    let frozen = "First explain your reasoning in one or two sentences, then give the rating.";
    folder.file(
        "p.txt",
        shipped_text().replace(frozen, "Explain your reasoning in two sentences, then give the rating."),
    );
    let said = folder.run(&["judge", "add", "p.txt", "--from", &from, "--strict"]);
    assert_eq!(said.code, 100, "{said:?}");
    assert_eq!(
        said.err,
        format!(
            "error: the prompt violates guardrails:\n  p.txt: frozen: a frozen part of the instruction is altered or \
             missing: `{frozen}`\nhint: mend the prompt; without `--strict` it is stored as it is\n"
        )
    );
}
