//! A run that is killed again and again ends as the one that was not, and pays for no call twice.

use super::{events, label_files};
use crate::support::{Folder, Said};
use assessor::model::sim::{Options, Server};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::process::{Command, Stdio};
use std::time::Duration;

const SLOTS: usize = 4;
/// Reflections in flight together, at most.
const WIDTH: usize = 6;
const SEED: u64 = 20_261_121;

fn folder() -> Folder {
    let folder = Folder::new();
    label_files(folder.path(), 7, (24, 3), false);
    folder
}

fn arguments(server: &Server, strategy: &[&str]) -> Vec<String> {
    if strategy == ["adapt"] {
        return carrying(server);
    }
    let (judge, writer) = (format!("{}#sim/small", server.base_url()), format!("{}#sim/reflector", server.base_url()));
    let (slots, common) = (SLOTS.to_string(), ["--items", "items.jsonl", "--human", "ratings.jsonl", "--no-report"]);
    let models = ["--model", &judge, "--reflector", &writer, "--concurrency", &slots, "--budget-calls", "220"];
    let words = ["optimize"].iter().chain(strategy).chain(&common).chain(&models).chain(&["--json"]);
    words.map(|word| (*word).to_owned()).collect()
}

/// A judge carried to another model by all regimes.
fn carrying(server: &Server) -> Vec<String> {
    let model = |name: &str| format!("{}#sim/{name}", server.base_url());
    let (from, to, writer, slots) = (model("medium"), model("small"), model("reflector"), SLOTS.to_string());
    let models = ["adapt", "--from", &from, "--to", &to, "--reflector", &writer, "--concurrency", &slots];
    let data = ["--items", "items.jsonl", "--human", "ratings.jsonl", "--budget-calls", "330", "--no-report", "--json"];
    models.iter().chain(&data).map(|word| (*word).to_owned()).collect()
}

async fn slow_server() -> Server {
    Server::start(Options { latency: Duration::from_millis(2), ..Options::default() }).await.unwrap()
}

/// Runs a command to its end, beside the server.
async fn whole(folder: Folder, args: &[String]) -> (Said, Folder) {
    let args = args.to_vec();
    tokio::task::spawn_blocking(move || (folder.run(&args), folder)).await.unwrap()
}

/// Kills a run at `kills` instants, counted in answers and not in time, and compares it with the one that was left alone.
async fn killed_at(kills: usize, strategy: &[&str]) {
    let server = slow_server().await;
    let args = arguments(&server, strategy);
    let (said, left_alone) = whole(folder(), &args).await;
    assert_eq!(said.code, 0, "{said:?}");
    let needed = server.calls();

    let folder = folder();
    let mut rng = ChaCha8Rng::seed_from_u64(SEED);
    let mut instants: Vec<u64> = (0..kills).map(|_| rng.random_range(0..needed)).collect();
    instants.sort_unstable();
    for at in instants {
        let mut child = folder.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while server.calls() < needed + at && child.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let (last, folder) = whole(folder, &args).await;
    assert_eq!(last.code, 0, "{last:?}");
    assert_eq!(last.out, said.out, "what is said differs");
    let (killed, alone) = (events(&folder.path().join(".assessor")), events(&left_alone.path().join(".assessor")));
    assert!(alone.len() > 5, "{alone:?}");
    assert!(killed == alone, "the logs differ");
    let paid = server.calls() - needed;
    let in_flight = (kills * (SLOTS * assessor::judge::IN_FLIGHT + WIDTH)) as u64;
    assert!(paid <= needed + in_flight, "{paid} calls for {needed}, with {in_flight} in flight at the kills");

    let before = server.calls();
    let (again, folder) = whole(folder, &args).await;
    assert_eq!((again.code, &again.out), (0, &said.out), "{again:?}");
    assert_eq!(server.calls(), before, "a finished run asked for something");
    assert!(events(&folder.path().join(".assessor")) == alone);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_killed_at_30_instants_ends_byte_identical_and_pays_for_nothing_twice() {
    killed_at(30, &["gepa"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_does_the_published_algorithm() {
    killed_at(8, &["gepa", "--published"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn and_so_does_the_flywheel() {
    killed_at(8, &["flywheel"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn and_so_does_the_choice_of_bullets() {
    killed_at(8, &["bullets"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn and_mipro() {
    killed_at(6, &["mipro"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn and_bootstrapping_with_examples_by_query() {
    killed_at(6, &["bootstrap", "--threshold", "6.25", "--search", "3", "--select", "nearest"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn and_copro() {
    killed_at(6, &["copro"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn and_carrying_a_judge_by_all_regimes() {
    killed_at(6, &["adapt"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_search_says_so_and_goes_on_later() {
    let server = slow_server().await;
    let args = arguments(&server, &["gepa"]);
    let (said, _) = whole(folder(), &args).await;
    let needed = server.calls();

    let folder = folder();
    let child = folder.command(&args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while server.calls() < needed + needed / 2 {
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = tokio::task::spawn_blocking(|| child.wait_with_output().unwrap()).await.unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    let (again, _) = whole(folder, &args).await;
    assert_eq!((again.code, again.out), (0, said.out));
    // What was in flight when the signal came was waited for.
    assert_eq!(server.calls(), 2 * needed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_is_not_what_happened_is_refused() {
    let server = slow_server().await;
    let args = arguments(&server, &["gepa"]);
    let (said, folder) = whole(folder(), &args).await;
    assert_eq!(said.code, 0, "{said:?}");
    let state = folder.path().join(".assessor");
    let written = r#"{"event":"written","messages":"#;
    let (run, at, event) = events(&state).into_iter().find(|event| event.2.starts_with(written)).unwrap();
    let ledger = rusqlite::Connection::open(state.join("ledger.sqlite")).unwrap();
    ledger.execute_batch("DROP TRIGGER events_kept").unwrap();
    let other = event.replacen(written, &format!("{written}9"), 1);
    let change = "UPDATE events SET event = ? WHERE run = ? AND seq = ?";
    assert_eq!(ledger.execute(change, rusqlite::params![other, run, at]).unwrap(), 1);
    drop(ledger);
    let before = server.calls();
    let mut args = args;
    args.pop();
    let (refused, _) = whole(folder, &args).await;
    assert_eq!(refused.code, 2, "{refused:?}");
    let cut = |text: &str| text.chars().take(120).collect::<String>();
    assert_eq!(
        refused.err,
        format!(
            "error: entry {at} of the run's log is not what happens now: `{}` in place of `{}`\n\
             hint: the run was begun by another version of this program; begin another with `--seed N`\n",
            cut(&event),
            cut(&other)
        )
    );
    assert_eq!(server.calls(), before);
}
