//! The family behind HTTP on loopback.

use super::answer::Family;
use super::persona::MODELS;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{Response, StatusCode, header};
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// Largest request body, in bytes.
const MAX_BODY: usize = 16 << 20;

/// How a server is started.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Where it listens; port 0 takes a free one.
    pub addr: SocketAddr,
    /// How long every completion is held back.
    pub latency: Duration,
    /// The seed of everything random in the replies.
    pub seed: u64,
    /// Probability, 0–1, that a judge's rating is moved by one step, inwards at the ends of the scale.
    pub noise: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { addr: (Ipv4Addr::LOCALHOST, 0).into(), latency: Duration::ZERO, seed: 0, noise: 0.0 }
    }
}

struct Shared {
    family: Family,
    latency: Duration,
    /// Completions by model, in the order of [`MODELS`].
    calls: [AtomicU64; MODELS.len()],
}

/// A running server. Dropping it stops it: requests in flight are answered, new ones are refused.
pub struct Server {
    addr: SocketAddr,
    shared: Arc<Shared>,
    /// Dropped with the server, which is the signal to stop.
    _stop: oneshot::Sender<()>,
}

impl Server {
    /// Starts a server on the current runtime.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn start(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind(options.addr).await?;
        let addr = listener.local_addr()?;
        let family = Family::new(options.seed, options.noise);
        let shared = Arc::new(Shared { family, latency: options.latency, calls: Default::default() });
        let app = Router::new()
            .route("/v1/chat/completions", post(complete))
            .route("/v1/models", get(models))
            .route("/stats", get(stats))
            .layer(DefaultBodyLimit::max(MAX_BODY))
            .with_state(Arc::clone(&shared));
        let (stop, stopped) = oneshot::channel::<()>();
        let listener = listener.tap_io(|stream| {
            // replies are one write each; waiting to fill a packet would only delay them
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "cannot set TCP_NODELAY");
            }
        });
        let serve = axum::serve(listener, app).with_graceful_shutdown(async move {
            let _ = stopped.await;
        });
        tokio::spawn(async move {
            if let Err(error) = serve.await {
                tracing::error!(%error, "the sim server ended");
            }
        });
        Ok(Self { addr, shared, _stop: stop })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What a client is given as its base: `http://127.0.0.1:PORT/v1`.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.addr)
    }

    /// Chat completions answered so far, errors not counted.
    pub fn calls(&self) -> u64 {
        self.shared.calls.iter().map(|calls| calls.load(Ordering::Relaxed)).sum()
    }

    /// The same of one model, `sim/small`; 0 for one that is not there.
    pub fn calls_of(&self, model: &str) -> u64 {
        let at = MODELS.iter().position(|m| m.name == model);
        at.map_or(0, |at| self.shared.calls[at].load(Ordering::Relaxed))
    }
}

async fn complete(State(shared): State<Arc<Shared>>, body: Bytes) -> Response<Body> {
    let answer = shared.family.answer(&body);
    if !shared.latency.is_zero() {
        tokio::time::sleep(shared.latency).await;
    }
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut reply = json(status, answer.body);
    if status.is_success() {
        if let Some(at) = MODELS.iter().position(|m| answer.model == Some(m.name)) {
            shared.calls[at].fetch_add(1, Ordering::Relaxed);
        }
        reply.headers_mut().insert("openai-processing-ms", answer.processing_ms.into());
    }
    reply
}

async fn models() -> Response<Body> {
    let rows: Vec<String> = MODELS
        .iter()
        .map(|m| format!(r#"{{"id":"{}","object":"model","created":0,"owned_by":"assessor"}}"#, m.name))
        .collect();
    json(StatusCode::OK, format!(r#"{{"object":"list","data":[{}]}}"#, rows.join(",")).into_bytes())
}

async fn stats(State(shared): State<Arc<Shared>>) -> Response<Body> {
    let counts = MODELS.iter().zip(&shared.calls).map(|(m, calls)| (m.name, calls.load(Ordering::Relaxed)));
    let models: BTreeMap<&str, u64> = counts.collect();
    let all = serde_json::json!({ "calls": models.values().sum::<u64>(), "models": models });
    json(StatusCode::OK, all.to_string().into_bytes())
}

fn json(status: StatusCode, body: Vec<u8>) -> Response<Body> {
    let mut reply = Response::new(Body::from(body));
    *reply.status_mut() = status;
    reply.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn post(server: &Server, body: &str) -> (u16, String, Option<String>) {
        let url = format!("{}/chat/completions", server.base_url());
        let reply = reqwest::Client::new().post(url).body(body.to_owned()).send().await.unwrap();
        let time = reply.headers().get("openai-processing-ms").map(|v| v.to_str().unwrap().to_owned());
        (reply.status().as_u16(), reply.text().await.unwrap(), time)
    }

    #[tokio::test]
    async fn a_completion_has_the_shape_of_openai_and_is_counted() {
        let server = Server::start(Options::default()).await.unwrap();
        let body = r#"{"model":"sim/large","messages":[{"role":"user","content":"Query: badge\nDocument: badge"}]}"#;
        let (status, text, time) = post(&server, body).await;
        assert_eq!((status, server.calls(), server.calls_of("sim/large")), (200, 1, 1));
        assert!(time.unwrap().parse::<u64>().unwrap() > 0);
        let reply: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(reply["object"], "chat.completion");
        assert_eq!(reply["choices"][0]["finish_reason"], "stop");
        assert!(reply["usage"]["prompt_tokens"].as_u64().unwrap() > 0);
        assert_eq!(post(&server, body).await.1, text, "the same request gives the same reply");
    }

    #[tokio::test]
    async fn an_unknown_model_and_bad_json_are_refused_in_openais_shape() {
        let server = Server::start(Options::default()).await.unwrap();
        let (status, text, _) = post(&server, r#"{"model":"sim/huge","messages":[]}"#).await;
        assert_eq!(status, 404);
        assert_eq!(
            text,
            r#"{"error":{"message":"The model `sim/huge` does not exist; there are sim/large, sim/medium, sim/small, sim/reflector","type":"invalid_request_error","param":null,"code":"model_not_found"}}"#
        );
        let (status, text, _) = post(&server, "{").await;
        assert_eq!(status, 400);
        assert!(text.contains("could not parse the JSON body"), "{text}");
        assert_eq!(server.calls(), 0);
    }

    #[tokio::test]
    async fn models_and_stats_are_listed_and_a_dropped_server_stops_listening() {
        let server = Server::start(Options::default()).await.unwrap();
        let get = |path: &str| reqwest::get(format!("http://{}{path}", server.addr()));
        assert!(get("/v1/models").await.unwrap().text().await.unwrap().contains(r#""id":"sim/small""#));
        let body = r#"{"model":"small","messages":[{"role":"user","content":"Query: badge"}]}"#;
        post(&server, body).await;
        assert_eq!(
            get("/stats").await.unwrap().text().await.unwrap(),
            r#"{"calls":1,"models":{"sim/large":0,"sim/medium":0,"sim/reflector":0,"sim/small":1}}"#
        );
        let addr = server.addr();
        drop(server);
        // the port is free again as soon as the accept loop has seen the signal
        while tokio::net::TcpStream::connect(addr).await.is_ok() {
            tokio::task::yield_now().await;
        }
    }
}
