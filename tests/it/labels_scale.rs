//! A million rows: memory and speed. Run alone and optimised, because both are properties of the whole process:
//! `cargo test --release --test it -- --ignored --nocapture --test-threads 1 labels_scale`.

#![allow(clippy::unwrap_used)]
#![allow(clippy::print_stderr, reason = "figures are what these tests are run for")]

use assessor::domain::{ItemId, NanoUsd, Rung, Scale, Usage, Verdict};
use assessor::labels::{LabelRow, LabelWriter, ReadOptions, check_items, open_items};
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
        verdict: Verdict::Rated { rating, rationale, confidence: None, rung: Rung::Exact, basis: None },
        judge: "0123456789abcdef".into(),
        model_asked: "sim/small".into(),
        model_served: Some("sim-small".into()),
        sample: 0,
        usage: Some(Usage { input: 812, cached: 640, output: 41 }),
        cost: Some(NanoUsd(123_456)),
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

/// A million items in one row group, which is how other tools write them.
fn items_as_parquet(path: &Path) {
    use polars::io::parquet::write::ParquetWriter;
    use polars::prelude::{Column, DataFrame, NamedFrom, Series};
    let column = |name: &str, value: &dyn Fn(u64) -> String| -> Column {
        Series::new(name.into(), (0..ROWS).map(value).collect::<Vec<_>>()).into()
    };
    let document = "the quick brown fox jumps over the lazy dog ".repeat(4);
    let columns = vec![
        column("id", &|n| format!("item-{n:09}")),
        column("query_id", &|n| format!("q{}", n / 10)),
        column("query", &|n| format!("query {}", n / 10)),
        column("document", &|n| format!("{n} {document}")),
    ];
    let mut frame = DataFrame::new(ROWS as usize, columns).unwrap();
    let file = std::fs::File::create(path).unwrap();
    ParquetWriter::new(file).with_row_group_size(Some(ROWS as usize)).finish(&mut frame).unwrap();
}

#[test]
#[ignore = "a million rows"]
fn a_million_items_in_one_parquet_row_group_are_read_in_bounded_memory() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("items.parquet");
    items_as_parquet(&path);
    // `5` makes the present size the peak.
    let reset = std::fs::write("/proc/self/clear_refs", "5").is_ok();
    let before = peak_mb().filter(|_| reset);
    let start = Instant::now();
    let summary = check_items(&path, &ReadOptions::default()).unwrap();
    assert_eq!((summary.n, summary.groups), (ROWS, ROWS / 10));
    let bytes = path.metadata().unwrap().len();
    eprintln!("check of {bytes} bytes in {:?}, peak before {before:?}, after {:?} MB", start.elapsed(), peak_mb());
}
