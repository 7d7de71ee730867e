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
