//! Everything that a provider can do to a client, done to ours: one case for each line of the provider notes that
//! applies to HTTP/1.1, with the expected outcome, number of requests and total waiting.
//!
//! Sockets run on real time; waits between attempts go to a [`Ledgered`] clock that only writes them down.
#![allow(clippy::unwrap_used)]

mod behaviour;
mod envelopes;
mod halts;
mod refusals;
mod server;
mod spending;
mod wire;

use assessor::domain::{Event, Explain, Price};
use assessor::model::clock::{Clock, Sleep};
use assessor::model::{
    Budget, CallError, CallFailure, Client, Completion, Endpoint, ModelError, Policy, Request, Timeouts,
};
use serde_json::{Value, json};
use server::{Faulty, Script, reply};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

/// The answer of a server in good health.
const VERDICT: &str = r#"{"rationale":"because","rating":4}"#;

/// A clock on which waiting takes no time and is written down.
struct Ledgered {
    start: Instant,
    waited: Mutex<Duration>,
}

impl Ledgered {
    fn new() -> Arc<Self> {
        Arc::new(Self { start: Instant::now(), waited: Mutex::new(Duration::ZERO) })
    }

    fn waited(&self) -> Duration {
        *self.waited.lock().unwrap()
    }
}

impl Clock for Ledgered {
    fn now(&self) -> Instant {
        self.start + self.waited()
    }

    fn sleep(&self, wait: Duration) -> Sleep {
        *self.waited.lock().unwrap() += wait;
        Box::pin(std::future::ready(()))
    }
}

/// What a server does, and what must come of it.
struct Case {
    name: &'static str,
    /// For the first requests; after them the server is in good health, unless `always`.
    scripts: Vec<Script>,
    /// The last script plays for ever.
    always: bool,
    /// See [`told`].
    expected: &'static str,
    /// Requests that reached the server.
    requests: usize,
    /// Seconds of waiting between attempts.
    waited: f64,
    timeouts: Timeouts,
    max_body: usize,
}

impl Case {
    /// One fault, after which the server is well.
    fn once(name: &'static str, script: Script) -> Self {
        Self {
            name,
            scripts: vec![script],
            always: false,
            expected: "answer",
            requests: 2,
            waited: 0.5,
            timeouts: Timeouts { connect: secs(20), idle: secs(20), total: secs(20) },
            max_body: 1 << 20,
        }
    }

    /// A fault that never heals.
    fn always(name: &'static str, script: Script) -> Self {
        Self { always: true, expected: "outage", requests: 8, waited: 61.5, ..Self::once(name, script) }
    }

    /// No fault at all, however it looks.
    fn fine(name: &'static str, script: Script) -> Self {
        Self { requests: 1, waited: 0.0, ..Self::once(name, script) }
    }

    fn expect(self, expected: &'static str, requests: usize, waited: f64) -> Self {
        Self { expected, requests, waited, ..self }
    }

    async fn failure(mut self) -> Option<String> {
        let rest = if self.always { self.scripts.pop().unwrap() } else { well() };
        let server = Faulty::start(self.scripts, rest).await;
        let clock = Ledgered::new();
        let endpoint = Endpoint { timeouts: self.timeouts, max_body: self.max_body, ..endpoint(&server) };
        let client = Client::with(endpoint, steady(), Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
        let outcome = client.call(&request(), &Budget::default(), &|_| {}).await;
        let got = (told(&outcome), server.seen().len(), clock.waited().as_secs_f64());
        let expected = (self.expected.to_owned(), self.requests, self.waited);
        (got != expected).then(|| format!("{}: {got:?}, expected {expected:?}; {:?}", self.name, outcome.err()))
    }
}

/// Runs all cases, and tells of all that fail.
async fn check(cases: Vec<Case>) {
    let tasks: Vec<_> = cases.into_iter().map(|case| tokio::spawn(case.failure())).collect();
    let mut failures = Vec::new();
    for task in tasks {
        failures.extend(task.await.unwrap());
    }
    assert!(failures.is_empty(), "{} cases failed:\n{}", failures.len(), failures.join("\n"));
}

/// An outcome in a few words; an answer other than [`VERDICT`] with its text.
fn told(outcome: &Result<Completion, CallFailure>) -> String {
    match outcome.as_ref().map_err(|failure| &failure.error) {
        Ok(done) if done.envelope.text.as_deref() == Some(VERDICT) => "answer".to_owned(),
        Ok(done) => format!("answer {:?}", done.envelope.text),
        Err(CallError::Outage { .. }) => "outage".to_owned(),
        Err(CallError::Rejected { .. }) => "rejected".to_owned(),
        Err(CallError::Budget) => "budget".to_owned(),
        Err(CallError::Cancelled) => "cancelled".to_owned(),
        Err(CallError::Stop(error)) => match &**error {
            ModelError::Stopped { stop, .. } => format!("stop {stop:?}"),
            other => format!("stop {other:?}"),
        },
    }
}

/// The default policy without chance.
fn steady() -> Policy {
    Policy { jitter: 0.0, ..Policy::default() }
}

fn endpoint(server: &Faulty) -> Endpoint {
    Endpoint::new("m", server.url(), "m")
}

fn request() -> Request {
    let schema = json!({"type": "object", "properties": {"rating": {"type": "integer"}}});
    Request { seed: Some(7), schema: Some(Arc::new(schema)), ..Request::new("be fair", "rate this".to_owned()) }
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A usual reply whose content is `content`.
fn completion(content: &str) -> Value {
    json!({
        "id": "c-1", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    })
}

fn well() -> Script {
    reply(200, &[("content-type", "application/json")], completion(VERDICT).to_string())
}

fn json200(value: &Value) -> Script {
    reply(200, &[("content-type", "application/json")], value.to_string())
}

fn refusal(status: u16, headers: &[(&str, &str)], message: &str) -> Script {
    reply(status, headers, json!({"error": {"message": message, "type": "t", "param": null, "code": null}}).to_string())
}
