//! Libraries: what is read, what is refused and where, what an edit leaves alone.

#![allow(clippy::unwrap_used)]

use super::{Bullet, Ruling, SHIPPED, Status, added, load, retired, shipped, vetted};
use crate::domain::Explain as _;
use proptest::prelude::*;

const FILE: &str = r#"# Ours.
rubric = "relevance"

# Asked for by support.
[[bullet]]
id = "old"      # short
text = "Rate documents that are several years old lower."
author = "Ana"
source = ["q1-d2"]
status = "vetted"
tags = ["time"]
vetted = { by = "Ben", on = "2026-11-20" }

[[bullet]]
id = "drafts"
text = "Rate drafts lower."
author = "Ana"
status = "candidate"
"#;

fn fault(text: &str) -> String {
    let e = load("b.toml", text).expect_err("the library is broken");
    format!("{}: {e}; hint: {}", e.place().unwrap(), e.hint().unwrap())
}

fn edited(from: &str, to: &str) -> String {
    assert!(FILE.contains(from), "the file has no `{from}`");
    FILE.replacen(from, to, 1)
}

fn ruling(by: &str) -> Ruling {
    Ruling { by: Some(by.to_owned()), on: "2026-11-21".to_owned(), why: Some("it \"holds\"".to_owned()) }
}

#[test]
fn a_library_is_read_in_the_order_of_its_file() {
    let library = load("b.toml", FILE).unwrap();
    assert_eq!(library.bullets.iter().map(|b| b.id.as_str()).collect::<Vec<_>>(), ["old", "drafts"]);
    assert_eq!(library.vetted().map(|b| b.id.as_str()).collect::<Vec<_>>(), ["old"]);
    assert_eq!(library.find("old").unwrap().vetted.as_ref().unwrap().by.as_deref(), Some("Ben"));
}

#[test]
fn an_unknown_key_is_an_error_with_its_line_and_column() {
    let text = fault(&edited("tags = ", "tag = "));
    assert!(text.starts_with("b.toml:11:1: unknown field `tag`"), "{text}");
}

#[test]
fn ids_and_texts_stand_there_once() {
    assert_eq!(
        fault(&edited("id = \"drafts\"", "id = \"old\"")),
        "b.toml:15:6: two bullets have the id `old`; hint: give each its own id: reports and versions name it"
    );
    let same = edited("\"Rate drafts lower.\"", "\"rate documents that are several years old lower.\"");
    assert!(fault(&same).starts_with("b.toml:16:8: two bullets have the same text"), "{}", fault(&same));
}

#[test]
fn a_rule_is_one_line_without_a_mark() {
    for (text, message) in [
        (r#""A.\nB.""#, "the rule has more than one line"),
        (r#""- A.""#, "the rule begins with a mark"),
        (r#"" ""#, "the rule is empty"),
    ] {
        let found = fault(&edited("\"Rate drafts lower.\"", text));
        assert!(found.starts_with(&format!("b.toml:16:8: {message}")), "{found}");
    }
    let long = fault(&edited("\"Rate drafts lower.\"", &format!("\"{}\"", "x".repeat(301))));
    assert!(long.contains("the rule has more than 300 characters"), "{long}");
}

#[test]
fn nobody_vets_by_writing_a_word_into_the_file() {
    assert_eq!(
        fault(&edited("\"candidate\"", "\"vetted\"")),
        "b.toml:14:1: `drafts` is vetted, and nobody stands for it; hint: `assessor bullets vet ID --by NAME` writes who \
         vetted it, and when"
    );
    assert!(fault(&edited("\"candidate\"", "\"retired\"")).contains("is retired, and nothing says why"));
    assert!(fault(&edited("status = \"vetted\"", "status = \"candidate\"")).contains("contradict"));
    assert!(fault(&edited("2026-11-20", "yesterday")).contains("`yesterday` is no day"));
}

#[test]
fn an_edit_changes_its_bullet_and_nothing_else() {
    let now = vetted(FILE, "drafts", &ruling("Cem")).unwrap();
    assert_eq!(
        now,
        FILE.replace(
            "status = \"candidate\"\n",
            "status = \"vetted\"\nvetted = { by = \"Cem\", on = \"2026-11-21\", why = 'it \"holds\"' }\n"
        )
    );
    let then = retired(&now, "old", &ruling("Ana")).unwrap();
    let library = load("b.toml", &then).unwrap();
    assert_eq!(library.bullets.iter().map(|b| b.status).collect::<Vec<_>>(), [Status::Retired, Status::Vetted]);
    assert!(
        then.starts_with("# Ours.\n")
            && then.contains("# Asked for by support.\n[[bullet]]\nid = \"old\"      # short")
    );
    assert!(vetted(FILE, "gone", &ruling("Cem")).is_none());
    // What was retired can be vetted again: the reason goes with it.
    let back = load("b.toml", &vetted(&then, "old", &ruling("Cem")).unwrap()).unwrap();
    assert_eq!((back.bullets[0].status, &back.bullets[0].retired), (Status::Vetted, &None));
}

#[test]
fn the_shipped_library_is_valid_vetted_and_of_the_shipped_rubric() {
    let library = shipped();
    assert_eq!(library.rubric, crate::rubric::shipped().id);
    assert!(library.bullets.len() >= 20 && library.vetted().count() == library.bullets.len());
    assert_eq!(load("b.toml", SHIPPED).unwrap(), library);
}

#[test]
fn an_id_comes_from_the_words_and_is_never_taken() {
    let mut library = shipped();
    let id = library.name_for("Rate a passing mention of the subject lower.");
    assert_eq!(id, "rate-passing-mention-subject");
    library.bullets[0].id = id;
    assert_eq!(library.name_for("Rate a passing mention of the subject lower."), "rate-passing-mention-subject-2");
    assert_eq!(library.name_for("!"), "bullet");
}

proptest! {
    #[test]
    fn what_is_added_is_read_back(text in "[ -~äß“”]{1,80}", author in "[ -~]{1,20}", tag in "[a-z ]{1,12}", source in "[ -~]{0,9}") {
        let bullet = Bullet {
            id: "new".into(),
            text: text.trim().to_owned(),
            author,
            source: vec![source],
            status: Status::Candidate,
            tags: vec![tag],
            vetted: None,
            retired: None,
        };
        let now = added(FILE, &bullet).unwrap();
        prop_assert!(now.starts_with(FILE));
        match load("b.toml", &now) {
            Ok(library) => prop_assert_eq!(&library.bullets[2], &bullet),
            Err(_) => prop_assert!(
                super::unfit(&bullet.text).is_some() || bullet.author.trim().is_empty() || bullet.tags[0].trim().is_empty()
            ),
        }
    }
}
