//! A provider that counts: every request passes through it to a simulated model, or fails first.

use assessor::domain::{NanoUsd, Price, Usage};
use assessor::model::sim::{Options, Server};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::Response;
use axum::routing::post;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

pub const JUDGE_PRICE: Price = Price { input: 1.0, cached: None, output: 2.0 };
pub const WRITER_PRICE: Price = Price { input: 3.0, cached: None, output: 6.0 };

/// What a provider does beside answering.
#[derive(Default)]
pub struct Habits {
    /// Of a hundred requests so many fail with a 500.
    pub failing: u64,
    /// What the reflection model proposes, in this order, in place of what the simulated one would.
    pub proposals: Option<Vec<String>>,
    /// See [`Options`].
    pub noise: f64,
    /// The judge's ratings lie in the middle: 1 and 2 become 3, 4 and 5 become 4, and 3 stays.
    pub squeezed: bool,
    /// Requests with this text are refused, as by a content filter.
    pub refuses: Option<String>,
    /// The reflection model refuses every request.
    pub silent: bool,
}

/// What reached a provider, and what its replies said of their cost.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub judge: u64,
    pub writer: u64,
    pub tokens: u64,
    pub usd: NanoUsd,
    /// Requests of the judge by their system message.
    pub systems: BTreeMap<String, u64>,
}

pub struct Provider {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    task: tokio::task::JoinHandle<()>,
}

struct Shared {
    sim: Server,
    http: reqwest::Client,
    failing: u64,
    proposals: Option<Mutex<VecDeque<String>>>,
    squeezed: bool,
    refuses: Option<String>,
    silent: bool,
    seen: Mutex<Seen>,
}

impl Provider {
    pub async fn start(habits: Habits) -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            sim: Server::start(Options { noise: habits.noise, ..Options::default() }).await.unwrap(),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            failing: habits.failing,
            squeezed: habits.squeezed,
            refuses: habits.refuses,
            silent: habits.silent,
            proposals: habits.proposals.map(|all| Mutex::new(all.into())),
            seen: Mutex::default(),
        });
        let app = Router::new().route("/v1/chat/completions", post(complete)).with_state(Arc::clone(&shared));
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Arc::new(Self { address, shared, task })
    }

    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    pub fn seen(&self) -> Seen {
        self.shared.seen.lock().unwrap().clone()
    }

    /// Proposals that were not made yet.
    pub fn proposals_left(&self) -> usize {
        self.shared.proposals.as_ref().map_or(0, |all| all.lock().unwrap().len())
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn complete(State(shared): State<Arc<Shared>>, body: Bytes) -> Response<Body> {
    let request: Value = serde_json::from_slice(&body).unwrap();
    let writes = request["model"] == "sim/reflector";
    let number = shared.receive(&request, writes);
    if draw(number) < shared.failing {
        return reply(500, &json!({"error": {"message": "the server is unwell", "type": "server_error"}}));
    }
    let message = request["messages"][1]["content"].as_str().unwrap_or_default();
    let refused = !writes && shared.refuses.as_ref().is_some_and(|text| message.contains(text));
    if refused || writes && shared.silent {
        return reply(
            400,
            &json!({"error": {"message": "the content filter was triggered", "code": "content_filter"}}),
        );
    }
    let answer = match (&shared.proposals, writes) {
        (Some(proposals), true) => proposed(proposals.lock().unwrap().pop_front()),
        (_, false) if shared.squeezed => squeezed(shared.forward(body).await),
        _ => shared.forward(body).await,
    };
    shared.count(&answer, writes);
    reply(200, &answer)
}

impl Shared {
    /// Counts a request; its number.
    fn receive(&self, request: &Value, writes: bool) -> u64 {
        let mut seen = self.seen.lock().unwrap();
        if writes {
            seen.writer += 1;
        } else {
            seen.judge += 1;
            let system = request["messages"][0]["content"].as_str().unwrap().to_owned();
            *seen.systems.entry(system).or_default() += 1;
        }
        seen.judge + seen.writer
    }

    async fn forward(&self, body: Bytes) -> Value {
        let url = format!("{}/chat/completions", self.sim.base_url());
        let answer = self.http.post(url).body(body).send().await.unwrap();
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }

    fn count(&self, answer: &Value, writes: bool) {
        let tokens = |name: &str| answer["usage"][name].as_u64().unwrap();
        let usage = Usage { input: tokens("prompt_tokens"), cached: 0, output: tokens("completion_tokens") };
        let price = if writes { WRITER_PRICE } else { JUDGE_PRICE };
        let mut seen = self.seen.lock().unwrap();
        seen.tokens += usage.input + usage.output;
        seen.usd = seen.usd + price.cost(usage);
    }
}

fn proposed(text: Option<String>) -> Value {
    // With nothing left to propose there is a reply without a block, which is no proposal.
    let content = text.map_or("I have nothing to add.".to_owned(), |text| format!("```\n{text}\n```\n"));
    json!({
        "id": "p", "object": "chat.completion", "created": 1, "model": "sim/reflector",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150},
    })
}

/// An answer whose rating is moved towards the middle.
fn squeezed(mut answer: Value) -> Value {
    const FIELD: &str = "\"rating\": ";
    let content = &mut answer["choices"][0]["message"]["content"];
    let text = content.as_str().unwrap_or_default().to_owned();
    let moved = text.split_inclusive(FIELD).enumerate().map(|(part, text)| match (part, text.as_bytes().first()) {
        (1.., Some(b'1' | b'2')) => format!("3{}", &text[1..]),
        (1.., Some(b'5')) => format!("4{}", &text[1..]),
        _ => text.to_owned(),
    });
    *content = Value::from(moved.collect::<String>());
    answer
}

/// A number below 100 for the `number`-th request.
fn draw(number: u64) -> u64 {
    let hash = blake3::hash(&number.to_le_bytes());
    u64::from_le_bytes(hash.as_bytes()[..8].try_into().unwrap()) % 100
}

fn reply(status: u16, body: &Value) -> Response<Body> {
    let headers = Response::builder().status(status).header("content-type", "application/json");
    headers.header("retry-after", "0").body(Body::from(body.to_string())).unwrap()
}
