//! Runs that are told to stop, runs that meet each other, and runs that nobody answers.

#![allow(clippy::unwrap_used)]

use crate::support::{Folder, items_jsonl};
use assessor::judge::IN_FLIGHT;
use assessor::model::sim::{Options, Server};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const ITEMS: usize = 2_000;
const SLOTS: usize = 4;

fn arguments(server: &Server) -> Vec<String> {
    let model = format!("{}#sim/large", server.base_url());
    let words =
        ["label", "--items", "items.jsonl", "--out", "l.jsonl", "--concurrency", &SLOTS.to_string(), "--model", &model];
    words.iter().map(|w| (*w).to_owned()).collect()
}

async fn started(folder: &Folder, args: &[String], server: &Server, calls: u64) -> Child {
    folder.file("items.jsonl", items_jsonl(ITEMS));
    let child = folder.command(args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while server.calls() < calls {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    child
}

/// Whether this process, and so each that it starts, was told to ignore SIGHUP.
fn hup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.is_some_and(|mask| u64::from_str_radix(mask.trim(), 16).is_ok_and(|mask| mask & 1 == 1))
}

async fn said_after(child: Child, signal: &str) -> (Option<i32>, String) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    let output = tokio::task::spawn_blocking(|| child.wait_with_output().unwrap()).await.unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_run_asks_nothing_more_says_so_and_goes_on_later() {
    // Whoever runs the tests under nohup passes that on.
    let signals = if hup_is_ignored() { &["-INT", "-TERM"][..] } else { &["-INT", "-TERM", "-HUP"] };
    for signal in signals {
        let server = Server::start(Options { latency: Duration::from_millis(10), ..Options::default() }).await.unwrap();
        let (folder, args) = (Folder::new(), arguments(&server));
        let child = started(&folder, &args, &server, 40).await;
        let (code, said) = said_after(child, signal).await;
        assert_eq!(code, Some(130), "{signal}: {said}");
        assert!(
            said.contains("error: interrupted after ") && said.contains("hint: run the same command again to go on"),
            "{said}"
        );
        assert!(!folder.path().join("l.jsonl").exists(), "half a file was written");
        let asked = server.calls();
        assert!(asked < ITEMS as u64 / 2, "{asked} calls were made after all");
        let (again, server) = tokio::task::spawn_blocking(move || (folder.run(&args), server)).await.unwrap();
        assert_eq!(again.code, 0, "{again:?}");
        // An answer that was cut is asked for again when the larger attempt was stopped, so one more for each slot.
        assert!(server.calls() <= (ITEMS + SLOTS * (IN_FLIGHT + 1)) as u64, "{} calls", server.calls());
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_nohup_a_lost_terminal_ends_nothing() {
    let server = Server::start(Options { latency: Duration::from_millis(10), ..Options::default() }).await.unwrap();
    let (folder, args) = (Folder::new(), arguments(&server));
    folder.file("items.jsonl", items_jsonl(200));
    let mut command = Command::new("nohup");
    command.arg(env!("CARGO_BIN_EXE_assessor")).args(&args).current_dir(folder.path());
    let command = command.env_remove("ASSESSOR_STATE").env("NO_COLOR", "1").stdin(Stdio::null());
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while server.calls() < 40 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let (code, said) = said_after(child, "-HUP").await;
    assert_eq!(code, Some(0), "{said}");
    assert!(folder.path().join("l.jsonl").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_never_work_on_one_run_at_once() {
    let server = Server::start(Options { latency: Duration::from_millis(10), ..Options::default() }).await.unwrap();
    let (folder, args) = (Folder::new(), arguments(&server));
    let mut first = started(&folder, &args, &server, 4).await;
    let (second, folder) = tokio::task::spawn_blocking(move || (folder.run(&args), folder)).await.unwrap();
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(second.code, 2, "{second:?}");
    assert!(
        second.err.starts_with("error: another process is working on this run\n  --> .assessor/run-"),
        "{}",
        second.err
    );
    assert!(!folder.path().join("l.jsonl").exists());
}

#[test]
fn a_judge_cannot_be_audited_on_a_scale_that_it_does_not_rate_on() {
    let said = Folder::new().run(&["audit", "--scale", "0-3"]);
    assert_eq!(said.code, 2);
    assert_eq!(
        said.err,
        "error: the judge rates on the scale 1–5 of its rubric `relevance`, not on 0–3\n\
         hint: leave `--scale` out, or give a rubric with that scale: `--rubric FILE`\n"
    );
}

#[test]
fn labels_never_take_the_place_of_their_items() {
    let folder = Folder::new();
    folder.file("items.jsonl", items_jsonl(3));
    let said = folder.run(&["label", "--items", "items.jsonl", "--out", "./items.jsonl"]);
    assert_eq!(said.code, 2);
    assert!(said.err.starts_with("error: the labels would overwrite the items in `./items.jsonl`\n"), "{}", said.err);
    assert_eq!(folder.read("items.jsonl"), items_jsonl(3));
}
