//! Commands that are suggested: whoever copies one meets the same state, configuration and seed.

use crate::support::{Folder, Said};
use std::path::Path;

const ELSEWHERE: [&str; 6] = ["--state", "else where", "--config", "other.toml", "--seed", "3"];
const REPEATED: &str = "assessor --state 'else where' --config other.toml --seed 3 ";

fn folder() -> Folder {
    let folder = Folder::new();
    folder.file("other.toml", "");
    folder
}

fn run(folder: &Folder, args: &[&str]) -> Said {
    folder.run(&[args, &ELSEWHERE].concat())
}

/// What is suggested in a text: from `assessor` on, in backticks or after two blanks.
fn suggested(text: &str) -> Vec<&str> {
    let starts = |at: &usize| text[..*at].ends_with('`') || text[..*at].ends_with("  ");
    text.match_indices("assessor ").map(|(at, _)| at).filter(starts).map(|at| &text[at..]).collect()
}

fn repeats(text: &str, least: usize) {
    let found = suggested(text);
    assert!(found.len() >= least, "{} commands: {text}", found.len());
    assert!(found.iter().all(|command| command.starts_with(REPEATED)), "{text}");
}

#[test]
fn what_a_command_suggests_next_repeats_the_options_in_use() {
    let folder = folder();
    let added = run(&folder, &["judge", "add"]);
    repeats(&added.out, 1);
    repeats(&run(&folder, &["judge", "list"]).out, 1);
    let hash = added.out.split('`').nth(1).unwrap_or_default().to_owned();
    repeats(&run(&folder, &["judge", "promote", &hash, "--as", "production"]).out, 1);
    repeats(&run(&folder, &["audit", "--no-report"]).out, 1);
    folder.file("empty.bullets.toml", "rubric = \"relevance\"\n");
    repeats(&run(&folder, &["bullets", "list", "--library", "empty.bullets.toml"]).out, 2);
    let hint = run(&folder, &["judge", "show", "nobody"]);
    assert_eq!(hint.code, 2, "{hint:?}");
    repeats(&hint.err, 1);
}

#[test]
fn what_an_optimisation_suggests_repeats_them_in_the_terminal_and_on_its_page() {
    let folder = folder();
    let args = ["optimize", "gepa", "--budget-calls", "1500", "--report", "page"];
    let said = run(&folder, &args);
    assert!(said.out.starts_with("Adopted"), "{said:?}");
    repeats(&said.out, 4);
    let page = folder.read("page/index.html");
    assert!(page.contains("assessor --state &#39;else where&#39; --config other.toml --seed 3 judge diff "), "{page}");
    assert!(!page.contains("<pre>assessor judge"), "a command without them");
}

#[test]
fn a_bullet_s_next_command_names_its_library() {
    let folder = folder();
    let library = ["--library", "mine.bullets.toml"];
    let rule = ["bullets", "add", "Rate a glossary entry lower when the query asks how to do something."];
    let added = run(&folder, &[&rule[..], &["--author", "Ana", "--id", "glossary"], &library].concat());
    assert!(
        added.out.ends_with(&format!("{REPEATED}bullets vet glossary --by NAME --library mine.bullets.toml\n")),
        "{added:?}"
    );
    assert!(Path::new(&folder.path().join("mine.bullets.toml")).exists());
}
