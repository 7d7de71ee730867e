//! A provider that fails three times in ten: the labels are those of a provider in good health.

#![allow(clippy::unwrap_used)]

use assessor::domain::{Item, Verdict};
use assessor::judge::journal::Memory;
use assessor::judge::run::{End, Run};
use assessor::judge::{JudgeSpec, PARSER, Sampling, Slots};
use assessor::labels::{ReadOptions, read_items};
use assessor::model::clock::{Clock, Sleep};
use assessor::model::sim::{Options, Server};
use assessor::model::{Budget, Client, Endpoint, Policy};
use assessor::prompt::Prompt;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// A clock on which every wait is over at once.
struct Instantly(Mutex<Instant>);

impl Clock for Instantly {
    fn now(&self) -> Instant {
        *self.0.lock().unwrap()
    }

    fn sleep(&self, wait: Duration) -> Sleep {
        *self.0.lock().unwrap() += wait;
        Box::pin(tokio::task::yield_now())
    }
}

struct Flaky {
    upstream: String,
    http: reqwest::Client,
    asked: Mutex<HashMap<[u8; 32], u8>>,
    faults: Mutex<u64>,
}

/// Forwards a request, or fails it: which and how follows from the request and from how often it came, so the test is
/// the same each time. No request meets two plain 500s, after which a client may change its seed.
async fn completions(State(flaky): State<Arc<Flaky>>, body: Bytes) -> Response {
    let hash = *blake3::hash(&body).as_bytes();
    let times = {
        let mut asked = flaky.asked.lock().unwrap();
        let times = asked.entry(hash).or_default();
        *times += 1;
        usize::from(*times)
    };
    let draw = hash[times % 32];
    if draw < 77 {
        *flaky.faults.lock().unwrap() += 1;
        let text = |status: StatusCode, body: &'static str| (status, body).into_response();
        return match draw % 8 {
            0 => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "1")], "slow down").into_response(),
            1 => (StatusCode::TOO_MANY_REQUESTS, [("retry-after-ms", "20")], "{\"error\": \"busy\"}").into_response(),
            2 => text(StatusCode::SERVICE_UNAVAILABLE, "<html>busy</html>"),
            3 => text(StatusCode::BAD_GATEWAY, ""),
            4 if times == 1 => text(StatusCode::INTERNAL_SERVER_ERROR, "{\"error\": {\"message\": \"oops\"}}"),
            5 => text(StatusCode::OK, "{\"choices\": [{\"message\": {\"content\": \"{\\\"ra"),
            6 => text(StatusCode::OK, "<html>welcome</html>"),
            _ => text(StatusCode::OK, "{\"error\": {\"code\": 503, \"message\": \"upstream\"}}"),
        };
    }
    let reply =
        flaky.http.post(&flaky.upstream).header("content-type", "application/json").body(body).send().await.unwrap();
    (StatusCode::OK, reply.bytes().await.unwrap()).into_response()
}

async fn labels(endpoint: Endpoint, items: &[Item]) -> Vec<(String, Verdict)> {
    let rubric = assessor::rubric::shipped();
    let prompt = Prompt::of(&rubric);
    let sampling =
        Sampling { temperature: Some(0.0), max_tokens: 1024, seed: 0, extra: serde_json::Map::new(), structured: None };
    let judge =
        JudgeSpec { rubric, prompt, model: "sim/large".into(), address: None, sampling, parser: PARSER, map: None };
    let clock = Arc::new(Instantly(Mutex::new(Instant::now())));
    let client = Client::with(endpoint, Policy::default(), clock).unwrap();
    let (_sender, cancel) = watch::channel(false);
    let run = Run {
        judge: &judge,
        client: Some(Arc::new(client)),
        journal: Arc::new(Memory::default()),
        budget: Arc::new(Budget::new(None, None)),
        samples: 1,
        slots: Slots::new(8),
        cancel,
    };
    let mut found = Vec::new();
    let mut sink = |outcome: assessor::judge::run::Outcome| {
        found.push((outcome.item.id.to_string(), outcome.verdict));
        Ok::<(), Infallible>(())
    };
    let (end, _) = run.go(items.len() as u64, items.iter().cloned().map(Ok), &mut sink, &mut |_| {}).await.unwrap();
    assert_eq!(end, End::Complete);
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_faults_in_ten_change_no_label() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let (items, _) = read_items(&root.join("labels/workplace.items.jsonl"), &ReadOptions::default()).unwrap();
    let sim = Server::start(Options::default()).await.unwrap();
    let flaky = Arc::new(Flaky {
        upstream: format!("{}/chat/completions", sim.base_url()),
        http: reqwest::Client::builder().no_proxy().build().unwrap(),
        asked: Mutex::default(),
        faults: Mutex::default(),
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/v1/chat/completions", post(completions)).with_state(Arc::clone(&flaky));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });

    let clean = labels(Endpoint::new("sim/large", sim.base_url(), "sim/large"), &items).await;
    let under_fire = labels(Endpoint::new("sim/large", format!("http://{address}/v1"), "sim/large"), &items).await;
    assert_eq!(clean, under_fire);
    let asked: u64 = flaky.asked.lock().unwrap().values().map(|n| u64::from(*n)).sum();
    let share = *flaky.faults.lock().unwrap() as f64 / asked as f64;
    assert!((0.2..0.4).contains(&share), "{share} of the requests failed");
}
