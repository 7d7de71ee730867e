//! What the tests of the command share: a folder of their own, and the binary run in it.

#![allow(clippy::unwrap_used)]

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A temporary folder in which `assessor` runs, with no key and no configuration of the machine.
pub struct Folder(tempfile::TempDir);

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap()
    }

    pub fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_assessor"));
        command.args(args).current_dir(self.path()).stdin(Stdio::null()).env("NO_COLOR", "1");
        for variable in ["OPENAI_API_KEY", "OPENAI_BASE_URL", "ASSESSOR_STATE", "ASSESSOR_LOG", "COLUMNS"] {
            command.env_remove(variable);
        }
        command
    }

    pub fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Said {
        said(&mut self.command(args))
    }

    /// Runs with `--json` and gives the envelope.
    pub fn json<S: AsRef<OsStr>>(&self, args: &[S]) -> serde_json::Value {
        let mut command = self.command(args);
        command.arg("--json");
        let said = said(&mut command);
        serde_json::from_str(&said.out).unwrap_or_else(|e| panic!("{e}: {said:?}"))
    }

    /// All files below the folder, sorted, with their bytes.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        fn walk(folder: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
            for entry in std::fs::read_dir(folder).unwrap().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    walk(&path, found);
                } else {
                    found.push((path.clone(), std::fs::read(&path).unwrap()));
                }
            }
        }
        let mut found = Vec::new();
        walk(self.path(), &mut found);
        found.sort();
        found
    }
}

pub fn said(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// `n` short items of `n / 5` queries, no two alike.
pub fn items_jsonl(n: usize) -> String {
    let line = |i: usize| {
        serde_json::json!({
            "id": format!("i{i:05}"), "query_id": format!("q{:04}", i / 5),
            "query": format!("how to request access to system {}", i / 5),
            "title": format!("Access guide {i}"),
            "document": format!("Request access to system {} in the portal; a manager approves it within {} days.", i / 7, i % 9 + 1),
            "type": "wiki", "language": "en", "date": "2026-02-01",
        })
        .to_string()
            + "\n"
    };
    (0..n).map(line).collect()
}
