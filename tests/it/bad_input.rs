//! Broken files: each names what is wrong, where, and what to do. The whole text is asserted.

#![allow(clippy::unwrap_used)]

mod bytes;
mod rows;

use assessor::domain::{Explain, Scale};
use assessor::labels::{ReadOptions, check_items, read_human, read_judge};
use std::fmt::Write;
use std::path::Path;

/// What a file is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Items,
    Human,
    Judge,
}

/// A broken file and all that is said about it, line by line. `{dir}` stands for the folder.
pub struct Case {
    pub name: &'static str,
    pub file: &'static str,
    pub bytes: Vec<u8>,
    pub role: Role,
    pub text: &'static [&'static str],
}

/// As a command prints it: message, place, source line, hint.
pub fn rendered(error: &dyn Explain) -> String {
    let mut text = format!("error: {error}\n");
    if let Some(place) = error.place() {
        writeln!(text, "  --> {place}").unwrap();
        if let (Some(line), Some(source)) = (place.line, &place.source) {
            writeln!(text, "{line} | {source}").unwrap();
        }
    }
    if let Some(hint) = error.hint() {
        writeln!(text, "hint: {hint}").unwrap();
    }
    text
}

/// What is said about `path`, read on the scale 1–5.
pub fn refusal(path: &Path, role: Role) -> Option<String> {
    let (scale, options) = (Scale::new(1, 5).unwrap(), ReadOptions::default());
    match role {
        Role::Items => check_items(path, &options).err().map(|e| rendered(&e)),
        Role::Human => read_human(path, scale, &options).err().map(|e| rendered(&e)),
        Role::Judge => read_judge(path, scale, &options).err().map(|e| rendered(&e)),
    }
}

fn case(
    name: &'static str,
    file: &'static str,
    bytes: impl Into<Vec<u8>>,
    role: Role,
    text: &'static [&'static str],
) -> Case {
    Case { name, file, bytes: bytes.into(), role, text }
}

/// A good line.
const ITEM: &str = r#"{"id":"i1","query_id":"q1","query":"vpn","document":"How to set up the VPN"}"#;

/// All of them.
pub fn cases() -> Vec<Case> {
    [bytes::encoding(), bytes::json_lines(), bytes::csv(), rows::columns(), rows::ratings(), rows::other_formats()]
        .into_iter()
        .flatten()
        .collect()
}

#[test]
fn every_broken_file_is_refused_with_what_where_and_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let mut wrong = String::new();
    for case in cases() {
        let path = dir.path().join(case.file);
        std::fs::write(&path, &case.bytes).unwrap();
        let said = refusal(&path, case.role).unwrap_or_else(|| "accepted\n".into());
        let said = said.replace(&*dir.path().to_string_lossy(), "{dir}");
        let expected: String = case.text.iter().map(|line| format!("{line}\n")).collect();
        if said != expected {
            write!(wrong, "=== {}\n--- said\n{said}--- expected\n{expected}", case.name).unwrap();
        }
        std::fs::remove_file(&path).unwrap();
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_missing_file_and_a_folder_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let said = |name: &str| {
        let text = refusal(&dir.path().join(name), Role::Items).unwrap();
        text.replace(&*dir.path().to_string_lossy(), "{dir}")
    };
    assert_eq!(
        said("none.csv"),
        "error: there is no such file\n  --> {dir}/none.csv\n\
         hint: check the path; relative paths start at the working directory\n"
    );
    std::fs::create_dir(dir.path().join("folder.csv")).unwrap();
    assert_eq!(
        said("folder.csv"),
        "error: this is no file but a directory\n  --> {dir}/folder.csv\n\
         hint: name a file ending in `.jsonl`, `.csv`, `.tsv`, `.parquet` or `.qrels`\n"
    );
}
