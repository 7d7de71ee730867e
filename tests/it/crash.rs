//! A run that is killed again and again ends with the same bytes, and pays for no call twice.

#![allow(clippy::unwrap_used)]

use crate::support::{Folder, items_jsonl};
use assessor::model::sim::{Options, Server};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::process::Stdio;
use std::time::Duration;

const ITEMS: usize = 5_000;
const KILLS: usize = 25;
const SLOTS: usize = 16;
const SEED: u64 = 20_261_120;

fn arguments(server: &Server) -> Vec<String> {
    let model = format!("{}#sim/large", server.base_url());
    let slots = SLOTS.to_string();
    let words = [
        "label",
        "--quiet",
        "--items",
        "items.jsonl",
        "--out",
        "labels.jsonl",
        "--model",
        &model,
        "--concurrency",
        &slots,
    ];
    words.iter().map(|w| (*w).to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_killed_25_times_ends_byte_identical_and_pays_for_nothing_twice() {
    let server = Server::start(Options { latency: Duration::from_millis(1), ..Options::default() }).await.unwrap();
    let args = arguments(&server);
    let whole = Folder::new();
    whole.file("items.jsonl", items_jsonl(ITEMS));
    let said = tokio::task::spawn_blocking({
        let args = args.clone();
        move || (whole.run(&args), whole)
    });
    let (said, whole) = said.await.unwrap();
    assert_eq!(said.code, 0, "{said:?}");
    // A reply that is cut at the token limit is asked for once more; the same ones in every run.
    let needed = server.calls();
    assert!(needed >= ITEMS as u64);

    let killed = Folder::new();
    killed.file("items.jsonl", items_jsonl(ITEMS));
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let mut kill_at: Vec<u64> = (0..KILLS).map(|_| rng.random_range(0..needed)).collect();
    kill_at.sort_unstable();
    for at in kill_at {
        let mut child = killed.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // The instant is counted in calls, not in time, so that it does not depend on the machine's speed.
        while server.calls() < needed + at && child.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(
            !killed.path().join("labels.jsonl").exists() || server.calls() >= 2 * needed,
            "half a file was written"
        );
    }
    let last = tokio::task::spawn_blocking(move || (killed.run(&args), killed)).await;
    let (last, killed) = last.unwrap();
    assert_eq!(last.code, 0, "{last:?}");
    assert!(whole.read("labels.jsonl") == killed.read("labels.jsonl"), "the labels differ");
    let paid = server.calls() - needed;
    let in_flight = (KILLS * SLOTS * assessor::judge::IN_FLIGHT) as u64;
    assert!(paid <= needed + in_flight, "{paid} calls for {needed}, with {in_flight} in flight at the kills");
    let ledger = rusqlite::Connection::open(killed.path().join(".assessor/ledger.sqlite")).unwrap();
    let health: String = ledger.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(health, "ok");
    let rows: i64 = ledger.query_row("SELECT count(*) FROM calls", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, ITEMS as i64);
}
