//! A model on loopback that says what a test wants it to say.

#![allow(clippy::unwrap_used)]

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Json;
use axum::routing::post;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// Answers each request with what a function says of the user's message.
pub struct Model {
    address: SocketAddr,
    shared: Arc<Shared>,
    _runtime: tokio::runtime::Runtime,
}

struct Shared {
    says: Box<dyn Fn(&str) -> String + Send + Sync>,
    requests: AtomicU64,
    /// In place of every answer, as a content filter says it.
    refusal: Option<String>,
    /// As it calls itself.
    name: Mutex<String>,
}

impl Model {
    pub fn start(says: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self::with(says, None)
    }

    /// Refuses every item, in these words.
    pub fn refusing(words: &str) -> Self {
        Self::with(|_| String::new(), Some(words.to_owned()))
    }

    fn with(says: impl Fn(&str) -> String + Send + Sync + 'static, refusal: Option<String>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let name = Mutex::new("target".to_owned());
        let shared = Arc::new(Shared { says: Box::new(says), requests: AtomicU64::new(0), refusal, name });
        let app = Router::new().route("/v1/chat/completions", post(complete)).with_state(Arc::clone(&shared));
        runtime.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, shared, _runtime: runtime }
    }

    /// As it is typed.
    pub fn name(&self) -> String {
        format!("http://{}/v1#target", self.address)
    }

    pub fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::Relaxed)
    }

    /// From now on it calls itself so.
    pub fn becomes(&self, name: &str) {
        *self.shared.name.lock().unwrap() = name.to_owned();
    }
}

async fn complete(State(shared): State<Arc<Shared>>, body: Bytes) -> (StatusCode, Json<Value>) {
    shared.requests.fetch_add(1, Ordering::Relaxed);
    if let Some(words) = &shared.refusal {
        return (StatusCode::BAD_REQUEST, Json(json!({"error": {"message": words, "code": "content_filter"}})));
    }
    let request: Value = serde_json::from_slice(&body).unwrap();
    let user = request["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap();
    let model = shared.name.lock().unwrap().clone();
    let message = json!({"role": "assistant", "content": (shared.says)(user)});
    let answer = json!({
        "model": model, "choices": [{"message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10},
    });
    (StatusCode::OK, Json(answer))
}
