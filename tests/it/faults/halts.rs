//! Runs that end while their calls wait: nothing more is sent, and nobody sits a pause out.

use super::server::Step;
use super::*;
use assessor::domain::{Item, NotRun, Verdict};
use assessor::judge::journal::{Answer, Call, Failure, Journal, JournalError, Key};
use assessor::judge::run::{End, Outcome, Run};
use assessor::judge::{JudgeSpec, PARSER, Sampling, Slots};
use assessor::labels::{ReadOptions, read_items};
use assessor::model::{Halt, Limits};
use assessor::prompt::Prompt;
use std::convert::Infallible;
use std::path::Path;
use tokio::sync::watch;
use tokio::time::timeout;

/// More than a call takes that does not wait, and less than any wait in these tests.
const SOON: Duration = Duration::from_secs(10);

/// Ends when `requests` have reached the server.
async fn asked(server: &Faulty, requests: usize) {
    while server.seen().len() < requests {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// One call on real time that is stopped once a request has reached the server.
async fn stopped(server: &Faulty, endpoint: Endpoint) -> (String, u32) {
    let policy = Policy { first_wait: secs(60), longest_wait: secs(60), ..steady() };
    let client = Client::with(endpoint, policy, Arc::new(assessor::model::clock::TokioClock)).unwrap();
    let (tell, told_so) = watch::channel(false);
    let (halt, request, budget) = (Halt::when(told_so), request(), Budget::default());
    let stop = async {
        asked(server, 1).await;
        tell.send_replace(true);
    };
    let call = client.call_until(&halt, &request, &budget, &|_| {});
    let (outcome, ()) = timeout(SOON, async { tokio::join!(call, stop) }).await.expect("the wait is not waited out");
    let requests = outcome.as_ref().map_or_else(|failure| failure.requests, |done| done.attempts);
    assert_eq!(server.seen().len() as u32, requests);
    (told(&outcome), requests)
}

#[tokio::test]
async fn a_call_that_is_stopped_sits_out_no_pause_and_no_back_off() {
    for refused in [refusal(429, &[("retry-after", "50")], "slow down"), refusal(500, &[], "oops")] {
        let server = Faulty::start(vec![], refused).await;
        assert_eq!(stopped(&server, endpoint(&server)).await, ("cancelled".to_owned(), 1));
    }
}

#[tokio::test]
async fn a_call_that_is_stopped_leaves_the_queue_of_a_rate_limit() {
    let server = Faulty::start(vec![], refusal(400, &[], "response_format is not supported")).await;
    let slow = Limits { rpm: Some(1), ..endpoint(&server).limits };
    // The step down is sent at once, but for the limit of one request a minute.
    assert_eq!(stopped(&server, Endpoint { limits: slow, ..endpoint(&server) }).await, ("cancelled".to_owned(), 1));
}

#[tokio::test]
async fn a_request_on_the_wire_is_paid_for_and_ends_in_its_own_time() {
    let mut late = well();
    late.steps.insert(0, Step::Wait(Duration::from_millis(100)));
    let server = Faulty::start(vec![], late).await;
    assert_eq!(stopped(&server, endpoint(&server)).await, ("answer".to_owned(), 1));
}

/// Keeps what failed.
#[derive(Default)]
struct Failures(Mutex<Vec<Failure>>);

impl Journal for Failures {
    fn recorded(&self, keys: &[Key]) -> Result<Vec<Option<Answer>>, JournalError> {
        Ok(vec![None; keys.len()])
    }

    async fn record(&self, _call: Call) -> Result<(), JournalError> {
        Ok(())
    }

    async fn record_failure(&self, failure: Failure) -> Result<(), JournalError> {
        self.0.lock().unwrap().push(failure);
        Ok(())
    }
}

fn judge() -> JudgeSpec {
    let rubric = assessor::rubric::shipped();
    let extra = serde_json::Map::new();
    let sampling = Sampling { temperature: Some(0.0), max_tokens: 64, seed: 0, extra, structured: None };
    let prompt = Prompt::of(&rubric);
    JudgeSpec { rubric, prompt, model: "m".into(), address: None, sampling, parser: PARSER, map: None }
}

/// A run of 20 items with 4 slots that is interrupted after so many requests.
async fn interrupted(server: &Faulty, endpoint: Endpoint, after: usize) -> (End, Vec<Verdict>, Vec<Failure>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (items, _) = read_items(&root.join("labels/workplace.items.jsonl"), &ReadOptions::default()).unwrap();
    let items: Vec<Item> = items.into_iter().take(20).collect();
    let (tell, cancel) = watch::channel(false);
    let (judge, journal) = (judge(), Arc::new(Failures::default()));
    let run = Run {
        judge: &judge,
        client: Some(Arc::new(Client::new(endpoint).unwrap())),
        journal: Arc::clone(&journal),
        budget: Arc::new(Budget::default()),
        samples: 1,
        slots: Slots::new(4),
        cancel,
    };
    let mut verdicts = Vec::new();
    let mut sink = |outcome: Outcome| {
        verdicts.push(outcome.verdict);
        Ok::<(), Infallible>(())
    };
    let stop = async {
        asked(server, after).await;
        tell.send_replace(true);
    };
    let mut watch = |_| {};
    let go = run.go(20, items.into_iter().map(Ok), &mut sink, &mut watch);
    let (ended, ()) = timeout(SOON, async { tokio::join!(go, stop) }).await.expect("nothing is waited out");
    let (end, progress) = ended.unwrap();
    assert_eq!(progress.calls, server.seen().len() as u64);
    let failures = std::mem::take(&mut *journal.0.lock().unwrap());
    (end, verdicts, failures)
}

#[tokio::test]
async fn an_interrupted_run_keeps_what_its_waiting_calls_have_sent() {
    let server = Faulty::start(vec![], refusal(429, &[("retry-after", "50")], "slow down")).await;
    let (end, verdicts, failures) = interrupted(&server, endpoint(&server), 1).await;
    assert_eq!((end, verdicts.len()), (End::Cancelled, 20));
    assert!(verdicts.iter().all(|v| *v == Verdict::NotRun(NotRun::Cancelled)), "{verdicts:?}");
    assert!(failures.iter().all(|failure| failure.reason == NotRun::Cancelled), "{failures:?}");
    let sent: u32 = failures.iter().map(|failure| failure.attempts).sum();
    assert_eq!(sent as usize, server.seen().len());
    assert!((1..=4).contains(&sent), "{sent} requests");
}

#[tokio::test]
async fn an_interrupted_run_at_a_slow_rate_sends_nothing_more() {
    let server = Faulty::start(vec![], well()).await;
    let slow = Limits { rpm: Some(1), ..endpoint(&server).limits };
    let (end, verdicts, _) = interrupted(&server, Endpoint { limits: slow, ..endpoint(&server) }, 1).await;
    assert_eq!((end, server.seen().len()), (End::Cancelled, 1));
    assert_eq!(verdicts.iter().filter(|v| **v == Verdict::NotRun(NotRun::Cancelled)).count(), 19);
}
