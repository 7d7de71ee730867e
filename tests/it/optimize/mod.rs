//! Runs of an optimiser from end to end: what they may spend, that they resume, that they repeat, what they keep out.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod budget;
mod calibrated;
mod lookers;
mod parsing;
mod provider;
mod refused;
mod repeats;
mod resume;
mod reviser;

use crate::support::Folder;
use assessor::app::{self, AppError, AuditRequest, Config, JudgeRequest, Method, OptimizeRequest, Optimized};
use assessor::app::{Project, Source};
use assessor::labels::{Fractions, ReadOptions};
use assessor::model::ModelConfig;
use assessor::model::sim::world::{DOCUMENTS, items, items_jsonl, ratings, ratings_jsonl};
use assessor::optimize::adopt::Conditions;
use assessor::optimize::limits::Limits;
use provider::{JUDGE_PRICE, Provider, WRITER_PRICE};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::watch;

/// Queries of the small data, and documents of each.
const QUERIES: usize = 24;
const KEPT: usize = 3;

/// Writes label files of `queries` queries with `kept` documents each. Half of the queries are for Train, a quarter for
/// Dev, and the rest are held out, unless `closed`: then they are for Dev too.
pub fn label_files(folder: &Path, seed: u64, (queries, kept): (usize, usize), closed: bool) -> (PathBuf, PathBuf) {
    let all = items(seed, queries);
    let mut some: Vec<_> = all.into_iter().enumerate().filter(|(i, _)| i % DOCUMENTS < kept).collect();
    for (i, world) in &mut some {
        let purpose = match (*i / DOCUMENTS) % 4 {
            0 | 1 => "train",
            3 if !closed => "test",
            _ => "dev",
        };
        world.item.meta.insert("purpose".into(), purpose.into());
    }
    let items: Vec<_> = some.into_iter().map(|(_, world)| world).collect();
    let (to_items, to_ratings) = (folder.join("items.jsonl"), folder.join("ratings.jsonl"));
    std::fs::write(&to_items, items_jsonl(&items)).unwrap();
    std::fs::write(&to_ratings, ratings_jsonl(&ratings(seed, &items))).unwrap();
    (to_items, to_ratings)
}

/// A folder with small data, and a provider to optimise with.
pub struct Stand {
    pub folder: Folder,
    pub provider: Arc<Provider>,
    /// Items and ratings; the shipped ones when absent.
    files: Option<(PathBuf, PathBuf)>,
    fractions: Fractions,
    concurrency: usize,
}

impl Stand {
    /// With small data; without a held-out part when it is `closed`.
    pub fn new(provider: Arc<Provider>, closed: bool) -> Self {
        let folder = Folder::new();
        let files = Some(label_files(folder.path(), 7, (QUERIES, KEPT), closed));
        Self { folder, provider, files, fractions: Fractions::new(40, 20, 40).unwrap(), concurrency: 8 }
    }

    /// With the labels that ship, of which nothing is held out.
    pub fn shipped(provider: Arc<Provider>) -> Self {
        let fractions = Fractions::new(60, 40, 0).unwrap();
        Self { folder: Folder::new(), provider, files: None, fractions, concurrency: 8 }
    }

    pub fn concurrency(self, concurrency: usize) -> Self {
        Self { concurrency, ..self }
    }

    /// Where a run with this seed works: its models by the names `judge` and `writer`.
    pub fn project(&self, seed: u64) -> Project {
        let model = |id: &str, price| ModelConfig {
            url: self.provider.url(),
            id: id.into(),
            api_key_env: None,
            structured: None,
            price: Some(price),
            rpm: None,
            tpm: None,
            concurrency: Some(self.concurrency),
            temperature: None,
            max_tokens: None,
            timeout_seconds: None,
            extra: Default::default(),
        };
        let models = [("judge", model("sim/small", JUDGE_PRICE)), ("writer", model("sim/reflector", WRITER_PRICE))];
        let model = models.into_iter().map(|(name, model)| (name.to_owned(), model)).collect();
        Project { state: self.folder.path().join("state"), config: Config { model, ..Config::default() }, seed }
    }

    pub fn request(&self, method: Method, limits: Limits) -> OptimizeRequest {
        OptimizeRequest {
            judge: JudgeRequest { model: Some("judge".into()), ..JudgeRequest::default() },
            reflector: Some("writer".into()),
            data: AuditRequest {
                source: Source::Nobody,
                items: self.files.as_ref().map(|files| files.0.clone()),
                human: self.files.as_ref().map(|files| files.1.clone()),
                read: ReadOptions::default(),
                replies: None,
                systems: None,
                scale: None,
                rubric: None,
                contaminated: true,
            },
            fractions: self.fractions,
            method,
            limits,
            conditions: Conditions::default(),
            protect: None,
            promote: None,
            calibrate: false,
        }
    }

    pub async fn run(&self, seed: u64, method: Method, limits: Limits) -> Result<Optimized, AppError> {
        let (_keep, cancel) = watch::channel(false);
        app::optimize(&self.project(seed), &self.request(method, limits), &mut |_| {}, cancel).await
    }
}

/// A limit on judge calls alone.
pub fn judge_calls(most: u64) -> Limits {
    Limits { judge_calls: Some(most), ..Limits::default() }
}

/// The events of all runs in a state folder, as they are in the ledger.
pub fn events(state: &Path) -> Vec<(String, i64, String)> {
    let ledger = rusqlite::Connection::open(state.join("ledger.sqlite")).unwrap();
    let mut query = ledger.prepare("SELECT run, seq, event FROM events ORDER BY run, seq").unwrap();
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn sets_of_no_examples_are_refused_before_a_call_is_made() {
    let folder = Folder::new();
    let said = folder.run(&["optimize", "bootstrap", "--threshold", "6.25", "--labeled", "0", "--bootstrapped", "0"]);
    assert_eq!(
        (said.code, said.err.trim_end()),
        (
            2,
            "error: `--labeled 0 --bootstrapped 0` leaves no example to try: every set would be empty\nhint: name at least \
             one example with `--labeled` or `--bootstrapped`"
        )
    );
}
