//! A million rows: memory and speed. Run alone and optimised, because both are properties of the whole process:
//! `cargo test --release --test it -- --ignored --nocapture --test-threads 1 labels_scale`.

#![allow(clippy::print_stderr, reason = "figures are what these tests are run for")]

use assessor::domain::{GroupId, Item, ItemId, Rung, Scale, Verdict};
use assessor::labels::{LabelRow, LabelWriter, ReadOptions, check_items, open_items, write_items};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

const ROWS: u64 = 1_000_000;

/// Most memory that this process ever had, in MB; only Linux tells.
fn peak_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kb: f64 = line.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(kb / 1e3)
}

/// Writes a million labels; gives rows per second.
fn write_labels(path: &Path) -> f64 {
    let rating = Scale::new(1, 5).unwrap().at(3);
    let rationale = Some("Answers the question, but for the version before the last one.".to_owned());
    let mut row = LabelRow {
        id: ItemId::new(""),
        group: None,
        verdict: Verdict::Rated { rating, rationale, confidence: None, rung: Rung::Exact },
        judge: "0123456789abcdef".into(),
        model_asked: "sim/small".into(),
        model_served: Some("sim-small".into()),
        sample: 0,
        usage: Some(assessor::domain::Usage { input: 812, cached: 640, output: 41 }),
        cost: Some(assessor::domain::NanoUsd(123_456)),
        latency_ms: Some(417),
    };
    let start = Instant::now();
    let mut writer = LabelWriter::create(path).unwrap();
    for n in 0..ROWS {
        row.id = ItemId::new(format!("item-{n:09}"));
        writer.write(&row).unwrap();
    }
    writer.finish().unwrap();
    ROWS as f64 / start.elapsed().as_secs_f64()
}

/// A million items of about 250 bytes, ten to a query, without holding them.
fn items_as_jsonl(path: &Path) {
    use std::io::Write;
    let mut out = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    let document = "the quick brown fox jumps over the lazy dog ".repeat(4);
    for n in 0..ROWS {
        let q = n / 10;
        writeln!(out, r#"{{"id":"item-{n:09}","query_id":"q{q}","query":"query {q}","title":null,"document":"{document}","lang":"en"}}"#)
            .unwrap();
    }
    out.flush().unwrap();
}

#[test]
#[ignore = "a million rows"]
fn a_million_items_are_checked_and_read_in_60_mb() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("items.jsonl");
    items_as_jsonl(&path);
    let before = peak_mb();
    let start = Instant::now();
    let summary = check_items(&path, &ReadOptions::default()).unwrap();
    let checked = start.elapsed();
    assert_eq!((summary.n, summary.groups), (ROWS, ROWS / 10));
    let start = Instant::now();
    assert_eq!(open_items(&path, &ReadOptions::default()).unwrap().filter(|item| item.is_ok()).count() as u64, ROWS);
    let peak = peak_mb();
    eprintln!("check {checked:?}, read {:?}, peak before {before:?} MB, after {peak:?} MB", start.elapsed());
    assert!(peak.is_none_or(|peak| peak < 60.0), "{peak:?} MB");
}

#[test]
#[ignore = "a million rows"]
fn a_million_labels_are_written_in_every_format() {
    let dir = tempfile::tempdir().unwrap();
    for format in ["jsonl", "csv", "parquet"] {
        let path = dir.path().join(format!("labels.{format}"));
        let rate = write_labels(&path);
        eprintln!("{format}: {rate:.0} rows/s, {} bytes, peak {:?} MB", path.metadata().unwrap().len(), peak_mb());
    }
}

#[test]
#[ignore = "a million rows"]
fn a_million_items_in_parquet_are_read_in_bounded_memory() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("items.parquet");
    let document = "the quick brown fox jumps over the lazy dog ".repeat(4);
    let item = |n: u64| Item {
        id: ItemId::new(format!("item-{n:09}")),
        group: GroupId::new(format!("q{}", n / 10)),
        query: format!("query {}", n / 10),
        title: None,
        document: format!("{n} {document}"),
        meta: BTreeMap::new(),
    };
    let items: Vec<Item> = (0..200_000).map(item).collect();
    write_items(&path, &items).unwrap();
    drop(items);
    let start = Instant::now();
    let summary = check_items(&path, &ReadOptions::default()).unwrap();
    assert_eq!(summary.n, 200_000);
    eprintln!("check of {} bytes {:?}, peak {:?} MB", path.metadata().unwrap().len(), start.elapsed(), peak_mb());
}
