//! The house: rooms import only rooms above them, and files stay readable.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms in the order of DESIGN §3. A room may import itself and rooms before it.
const ROOMS: [&str; 20] = [
    "domain",
    "rubric",
    "labels",
    "prompt",
    "model",
    "judge",
    "ledger",
    "agreement",
    "audit",
    "feedback",
    "guardrail",
    "optimize",
    "adapt",
    "bulk",
    "report",
    "app",
    "web",
    "cli",
    "main",
    "lib",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn all() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found.sort();
    found.into_iter().map(|path| (path.clone(), fs::read_to_string(&path).expect("the file is there"))).collect()
}

/// The room of a file: the first part of its path under `src`.
fn room(path: &Path) -> String {
    let under = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).expect("a file under src");
    let first = under.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// The rooms that a source text names after `crate::`, one for each name, in `crate::x` and in `crate::{x, y}`.
fn imported(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or("").split(',').map(str::trim).collect(),
            None => vec![rest],
        };
        for name in names {
            let name: String = name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            found.push(name);
        }
    }
    found
}

/// A file that its room declares under `#[cfg(test)]`.
fn only_for_tests(path: &Path) -> bool {
    let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
    let room = path.with_file_name("mod.rs");
    fs::read_to_string(room).is_ok_and(|text| text.contains(&format!("#[cfg(test)]\nmod {stem};")))
}

fn code_only(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_room_imports_only_rooms_above_it() {
    let place = |room: &str| ROOMS.iter().position(|r| *r == room);
    let mut faults = Vec::new();
    for (path, text) in all() {
        let here = room(&path);
        let at = place(&here).unwrap_or_else(|| panic!("`{here}` is no room of the house: {}", path.display()));
        for name in imported(&code_only(&text)) {
            if place(&name).is_none_or(|other| other > at) {
                faults.push(format!("{}: `{here}` imports `{name}`", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_check_of_imports_finds_every_form() {
    assert_eq!(
        imported("use crate::web; crate::cli::x(); use crate::{app::y, report};"),
        ["web", "cli", "app", "report"]
    );
}

#[test]
fn async_stays_in_the_rooms_that_wait() {
    let may_wait = ["model", "judge", "ledger", "optimize", "bulk", "app", "web", "cli"];
    for (path, text) in all() {
        let here = room(&path);
        if !may_wait.contains(&here.as_str()) {
            assert!(!code_only(&text).contains("async "), "{} waits", path.display());
        }
    }
}

#[test]
fn there_are_no_globs_no_preludes_and_no_rooms_for_odds_and_ends() {
    for (path, text) in all() {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        assert!(
            !["utils", "util", "helpers", "prelude", "types", "misc"].contains(&name.as_str()),
            "{}",
            path.display()
        );
        for line in text.lines().filter(|l| l.trim_start().starts_with("use ") && l.contains("::*")) {
            assert!(line.contains("super::*") || line.contains("proptest::prelude::*"), "{}: {line}", path.display());
        }
    }
}

#[test]
fn only_the_faces_print() {
    for (path, text) in all().into_iter().filter(|(path, _)| !only_for_tests(path)) {
        let prints = ["println!", "eprintln!", "print!(", "dbg!"].iter().any(|p| code_only(&text).contains(p));
        assert!(!prints || room(&path) == "cli", "{} prints", path.display());
    }
}

#[test]
fn files_stay_one_screen_story_long() {
    for (path, text) in all() {
        let lines = text.lines().take_while(|l| !l.starts_with("#[cfg(test)]")).count();
        assert!(lines <= 460, "{} has {lines} lines before its tests: split it", path.display());
    }
}
