//! The whole pipeline against a raw client loop and against the clock, each pair in one run.
//!
//! `cargo bench --bench throughput` prints the table; `-- quick` takes half of the items, once; `-- million` adds the run
//! of 1,000,000 items with its memory and its replay. The server is a process of its own (`assessor sim serve`); server
//! and client share the machine, so only ratios within one run mean something.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use assessor::domain::{GroupId, Item, ItemId, Verdict};
use assessor::judge::{JudgeSpec, PARSER, Sampling, read, reply_schema};
use assessor::model::{Endpoint, Request, ladder::Features};
use assessor::prompt::{Prefix, Prompt};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const MODEL: &str = "sim/large";

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let scale = if args.iter().any(|a| a == "quick") { 2 } else { 1 };
    println!(
        "pipeline = render, hash, call, ladder, durable ledger, output; raw = same requests, replies parsed, nothing stored\n"
    );
    println!("{:>11} {:>8} {:>8} {:>12} {:>12} {:>8}", "in flight", "latency", "items", "raw/s", "pipeline/s", "ratio");
    let repeats = if scale == 1 { 3 } else { 1 };
    for slots in [64, 256] {
        for _ in 0..repeats {
            pair(slots, 40_000 / scale);
        }
    }
    println!();
    against_the_clock(1024, Duration::from_millis(200), 100_000 / scale);
    if args.iter().any(|a| a == "million") {
        million();
    }
}

/// One line: raw loop and pipeline, on fresh items each.
fn pair(slots: usize, n: usize) {
    let server = Sim::start(Duration::ZERO);
    let raw = n as f64 / raw_loop(&server, slots, n).as_secs_f64();
    let folder = tempfile::tempdir().unwrap();
    write_items(&folder.path().join("items.jsonl"), n);
    let pipeline = n as f64 / label(folder.path(), &server, slots).as_secs_f64();
    println!("{slots:>11} {:>8} {n:>8} {raw:>12.0} {pipeline:>12.0} {:>8.2}", "0 ms", pipeline / raw);
}

fn against_the_clock(slots: usize, latency: Duration, n: usize) {
    let server = Sim::start(latency);
    let folder = tempfile::tempdir().unwrap();
    write_items(&folder.path().join("items.jsonl"), n);
    let rate = n as f64 / label(folder.path(), &server, slots).as_secs_f64();
    let ideal = slots as f64 / latency.as_secs_f64();
    println!("{slots} in flight at {} ms: {rate:.0}/s of {ideal:.0}/s ideal: {:.3}", latency.as_millis(), rate / ideal);
}

fn million() {
    for n in [100_000, 1_000_000] {
        let server = Sim::start(Duration::ZERO);
        let folder = tempfile::tempdir().unwrap();
        write_items(&folder.path().join("items.jsonl"), n);
        let (fresh, memory) = measured(folder.path(), &server, 256);
        let (replay, replay_memory) = measured(folder.path(), &server, 256);
        println!(
            "{n} items: {:.0}/s, peak {memory} MB; replay {:.0}/s, peak {replay_memory} MB",
            n as f64 / fresh.as_secs_f64(),
            n as f64 / replay.as_secs_f64()
        );
    }
}

/// `assessor sim serve` as a process of its own.
struct Sim {
    child: Child,
    url: String,
}

impl Sim {
    fn start(latency: Duration) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_assessor"))
            .args([
                "sim",
                "serve",
                "--quiet",
                "--listen",
                "127.0.0.1:0",
                "--latency-ms",
                &latency.as_millis().to_string(),
            ])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut url).unwrap();
        Self { child, url: url.trim().to_owned() }
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn label(folder: &Path, server: &Sim, slots: usize) -> Duration {
    measured(folder, server, slots).0
}

/// Runs `assessor label`; its time and its peak memory in MB.
fn measured(folder: &Path, server: &Sim, slots: usize) -> (Duration, u64) {
    let started = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_assessor"))
        .args(["label", "--quiet", "--items", "items.jsonl", "--out", "labels.jsonl"])
        .args(["--model", &format!("{}#{MODEL}", server.url), "--concurrency", &slots.to_string()])
        .current_dir(folder)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        if let Ok(text) = std::fs::read_to_string(&status) {
            let line = text.lines().find_map(|l| l.strip_prefix("VmHWM:"));
            peak = line.and_then(|l| l.trim().trim_end_matches(" kB").parse::<u64>().ok()).map_or(peak, |kb| kb / 1024);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(child.wait().unwrap().success());
    (started.elapsed(), peak)
}

fn item(i: usize) -> Item {
    let sentence = "Access to the system is requested in the portal and approved by the manager of the team. ";
    Item {
        id: ItemId::new(format!("i{i:07}")),
        group: GroupId::new(format!("q{:06}", i / 6)),
        query: format!("how to request access to system {}", i / 6),
        title: Some(format!("Access guide {i}")),
        document: format!("System {}: {}It takes {} days.", i / 7, sentence.repeat(4 + i % 5), i % 9 + 1),
        meta: BTreeMap::from([("type".into(), "wiki".into()), ("language".into(), "en".into())]),
    }
}

fn write_items(path: &Path, n: usize) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    for i in 0..n {
        let item = item(i);
        let row = serde_json::json!({
            "id": item.id, "query_id": item.group, "query": item.query, "title": item.title, "document": item.document,
            "type": item.meta["type"], "language": item.meta["language"],
        });
        writeln!(file, "{row}").unwrap();
    }
    file.flush().unwrap();
}

fn judge() -> JudgeSpec {
    let rubric = assessor::rubric::shipped();
    let prompt = Prompt::of(&rubric);
    let sampling =
        Sampling { temperature: Some(0.0), max_tokens: 1024, seed: 0, extra: serde_json::Map::new(), structured: None };
    JudgeSpec { rubric, prompt, model: MODEL.into(), address: None, sampling, parser: PARSER, map: None }
}

/// The same requests with nothing around them: bodies made before the clock starts, replies read to a verdict.
fn raw_loop(server: &Sim, slots: usize, n: usize) -> Duration {
    let judge = Arc::new(judge());
    let endpoint = Endpoint::new(MODEL, &server.url, MODEL);
    let features = Features::start(&endpoint);
    let prefix = Prefix::new(&judge.prompt, &judge.rubric);
    let schema = Arc::new(reply_schema(&judge.rubric.contract, judge.rubric.scale));
    let bodies: Vec<(Vec<u8>, String)> = (0..n)
        .map(|i| {
            let messages = prefix.messages(&item(i));
            let request = Request {
                temperature: Some(0.0),
                max_tokens: 1024,
                seed: Some(0),
                schema: Some(Arc::clone(&schema)),
                ..Request::new(messages.system, messages.user.clone())
            };
            (request.body(&endpoint, &features, request.plain()), messages.user)
        })
        .collect();
    let bodies = Arc::new(bodies);
    let next = Arc::new(AtomicUsize::new(0));
    let url = endpoint.url().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async move {
        let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(slots).build().unwrap();
        let started = Instant::now();
        let workers: Vec<_> = (0..slots)
            .map(|_| {
                let (http, bodies, next, url, judge) =
                    (http.clone(), Arc::clone(&bodies), Arc::clone(&next), url.clone(), Arc::clone(&judge));
                tokio::spawn(async move {
                    loop {
                        let i = next.fetch_add(1, Ordering::Relaxed);
                        let Some((body, shown)) = bodies.get(i) else { return };
                        let sent =
                            http.post(url.clone()).header("content-type", "application/json").body(body.clone()).send();
                        let reply = sent.await.unwrap().bytes().await.unwrap();
                        assert!(!matches!(read(&judge, shown, &reply).0, Verdict::NotRun(_)));
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.await.unwrap();
        }
        started.elapsed()
    })
}
