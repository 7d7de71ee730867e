//! Connections, framing, encodings and slowness.

use super::server::{Script, Step, on_accept, reply, script};
use super::*;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

fn raw(bytes: impl AsRef<[u8]>) -> Script {
    script([Step::Send(bytes.as_ref().to_vec()), Step::Close])
}

fn body() -> String {
    completion(VERDICT).to_string()
}

/// A head and a body with nothing in between to keep them honest.
fn framed(head: &str, body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}")
}

fn chunked(chunks: &[&str], end: &str) -> String {
    let chunks: String = chunks.iter().map(|c| format!("{:x}\r\n{c}\r\n", c.len())).collect();
    framed("transfer-encoding: chunked", &format!("{chunks}{end}"))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn gzipped(bytes: &[u8]) -> Script {
    reply(200, &[("content-encoding", "gzip")], bytes)
}

#[tokio::test]
async fn a_connection_that_breaks_is_tried_again() {
    let body = body();
    let half = &body[..body.len() / 2];
    let length = format!("content-length: {}", body.len());
    let cut = |end: Step| script([Step::Send(framed(&length, half).into_bytes()), end]);
    check(vec![
        Case::once("close0", on_accept([Step::Close])).expect("answer", 1, 0.5),
        Case::once("rst0", on_accept([Step::Reset])).expect("answer", 1, 0.5),
        Case::once("close_after_request", script([Step::Close])),
        Case::once("rst_after_request", script([Step::Reset])),
        Case::once("rst_headers", script([Step::Send(b"HTTP/1.1 200 OK\r\ncontent-le".to_vec()), Step::Reset])),
        Case::once("rst_body", cut(Step::Reset)),
        Case::once("fin_body", cut(Step::Close)),
        Case::once("chunk_trunc", raw(chunked(&[half], ""))),
        Case::once("bad_chunk", raw(framed("transfer-encoding: chunked", "zz\r\nhello\r\n0\r\n\r\n"))),
        Case::once("dup_cl", raw(framed("content-length: 5\r\ncontent-length: 7", "hello"))),
        Case::once("garbage", raw("\u{1}\u{2}\u{3} no protocol of this earth\r\n\r\n")),
        Case::once("huge_header", raw(framed(&format!("x: {}", "x".repeat(1 << 20)), ""))),
        Case::always("close0, for ever", script([Step::Close])),
    ])
    .await;
}

#[tokio::test]
async fn a_reply_that_is_cut_but_well_framed_is_asked_for_again() {
    let body = body();
    let half = &body[..body.len() / 2];
    let compressed = gzip(body.as_bytes());
    let mut bad_utf8 = body.clone().into_bytes();
    let at = body.find("because").unwrap();
    bad_utf8[at] = 0xff;
    check(vec![
        Case::once("json_trunc", reply(200, &[], half)),
        Case::once("cl_short", raw(framed(&format!("content-length: {}", half.len()), &body))),
        Case::once("gzip_trunc", gzipped(&compressed[..compressed.len() / 2])),
        Case::once("two_json", reply(200, &[], format!("{body}{body}"))),
        Case::once("bad_utf8", reply(200, &[], bad_utf8)),
    ])
    .await;
}

#[tokio::test]
async fn what_is_not_an_answer_is_asked_for_again() {
    check(vec![
        Case::once("200_html", reply(200, &[("content-type", "text/html")], "<html>welcome")),
        Case::once("200_empty", reply(200, &[], "")),
        Case::once("204", script([Step::Send(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec())])),
        Case::once("200_list", reply(200, &[], "[]")),
        Case::once("200_str", reply(200, &[], "\"hello\"")),
        Case::once("200_null", reply(200, &[], "null")),
        Case::once("sse_unasked", reply(200, &[("content-type", "text/event-stream")], "data: {\"choices\":[]}\n\n")),
        Case::once("200_error", reply(200, &[], r#"{"error":{"message":"upstream broke","code":502}}"#)),
        Case::once("200_error_429", reply(200, &[("retry-after", "2")], r#"{"error":{"message":"slow","code":429}}"#))
            .expect("answer", 2, 2.0),
        Case::once("200_error_key", reply(200, &[], r#"{"error":{"message":"bad key","code":401}}"#))
            .expect("stop Key", 1, 0.0),
        Case::once("200_error_param", reply(200, &[], r#"{"error":{"message":"no response_format here","code":400}}"#))
            .expect("answer", 2, 0.0),
        Case::always("200_html, for ever", reply(200, &[], "<html>")),
    ])
    .await;
}

#[tokio::test]
async fn odd_but_valid_framing_is_read() {
    let body = body();
    let (start, end) = body.split_at(20);
    let length = format!("content-length: {}", body.len());
    let deep = format!(r#"{{"x":{}{},{}"#, "[".repeat(100_000), "]".repeat(100_000), &body[1..]);
    check(vec![
        Case::fine("chunked_ok", script([Step::Send(chunked(&[start, end], "0\r\n\r\n").into_bytes())])),
        Case::fine("until_close", raw(framed("connection: close", &body))),
        Case::fine("hints_103", raw(format!("HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n{}", framed(&length, &body)))),
        Case::fine("keepalive_newlines", reply(200, &[], format!("\n\n\n\n{body}"))),
        Case::fine("bom_body", reply(200, &[], format!("\u{feff}{body}"))),
        Case::fine("wrong_ct", reply(200, &[("content-type", "text/plain; charset=latin-1")], &body)),
        Case::fine("no_ct", reply(200, &[], &body)),
        Case::fine("date_skew", reply(200, &[("date", "Fri, 20 Nov 1970 12:00:00 GMT")], &body)),
        Case::fine("deep", reply(200, &[], deep)),
        Case::fine("gzip_ok", gzipped(&gzip(body.as_bytes()))),
        Case::fine("unknown_encoding, plain", reply(200, &[("content-encoding", "zstd")], &body)),
    ])
    .await;
}

#[tokio::test]
async fn no_body_grows_beyond_its_limit() {
    // Valid answers, but for their size: only the limit keeps them out.
    let padded = [body().into_bytes(), vec![b' '; 8 << 20]].concat();
    let bomb = gzip(&padded);
    assert!(bomb.len() < 100_000, "a bomb is small: {}", bomb.len());
    check(vec![
        Case::once("gzip_bomb", gzipped(&bomb)),
        Case::once(
            "huge_body",
            script([Step::Send(framed("connection: close", "").into_bytes()), Step::Send(padded), Step::Close]),
        ),
        Case::once("gzip_lie", gzipped(body().as_bytes())),
        Case::once("unknown_encoding", reply(200, &[("content-encoding", "zstd")], gzip(body().as_bytes()))),
    ])
    .await;
}

#[tokio::test]
async fn slowness_is_borne_up_to_the_deadline() {
    let body = body();
    let reply = framed(&format!("content-length: {}", body.len()), &body).into_bytes();
    let drip = |bytes: &[u8]| Step::Drip(bytes.to_vec(), Duration::from_millis(10));
    let head = reply.len() - body.len();
    // Bytes keep coming, so only the total deadline ends these; the other timeouts are out of reach.
    let total = Timeouts { connect: secs(60), idle: secs(60), total: Duration::from_millis(200) };
    // Nothing comes, and the total deadline is out of reach.
    let idle = Timeouts { connect: secs(60), idle: Duration::from_millis(200), total: secs(60) };
    let slow = |name, step: Step, timeouts| Case { timeouts, ..Case::always(name, script([step])) };
    let after_head = |step: Step| script([Step::Send(reply[..head].to_vec()), step]);
    check(vec![
        Case::fine("slow_ok", script([Step::Wait(Duration::from_millis(300)), Step::Send(reply.clone())])),
        Case::fine("slow_ok, dripping", script([Step::Drip(reply.clone(), Duration::from_millis(1))])),
        slow("slowloris_headers", drip(&reply), total),
        Case { timeouts: total, ..Case::always("slow_body", after_head(drip(body.as_bytes()))) },
        slow("hang", Step::Hang, idle),
        Case { timeouts: idle, ..Case::always("hang_body", after_head(Step::Hang)) },
        slow("hang, total", Step::Hang, total),
    ])
    .await;
}

#[tokio::test]
async fn a_pooled_connection_that_went_stale_costs_at_most_one_retry() {
    let closing =
        script([Step::Send(framed(&format!("content-length: {}", body().len()), &body()).into_bytes()), Step::Close]);
    let server = Faulty::start(vec![closing], well()).await;
    let clock = Ledgered::new();
    let client = Client::with(endpoint(&server), steady(), Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
    for _ in 0..2 {
        let outcome = client.call(&request(), &Budget::default(), &|_| {}).await;
        assert_eq!(told(&outcome), "answer", "{outcome:?}");
    }
    assert!(clock.waited() <= Duration::from_millis(500), "{:?}", clock.waited());
}

/// A port that is taken and on which nobody listens, for as long as the socket lives.
fn refusing() -> (tokio::net::TcpSocket, String) {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}/v1", socket.local_addr().unwrap());
    (socket, url)
}

async fn outcome_at(url: &str, timeouts: Timeouts) -> (Result<Completion, CallFailure>, Budget, f64) {
    let clock = Ledgered::new();
    let endpoint = Endpoint { timeouts, ..Endpoint::new("m", url, "m") };
    let client = Client::with(endpoint, steady(), Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
    let budget = Budget::default();
    let outcome = client.call(&request(), &budget, &|_| {}).await;
    (outcome, budget, clock.waited().as_secs_f64())
}

#[tokio::test]
async fn a_server_that_is_not_there_ends_the_run_after_a_few_tries_and_nothing_is_spent() {
    let (_socket, url) = refusing();
    let (outcome, budget, waited) = outcome_at(&url, Timeouts::default()).await;
    let text = outcome.unwrap_err().to_string();
    assert!(text.starts_with("model `m`: the server cannot be reached: `127.0.0.1`: Connection refused"), "{text}");
    assert_eq!((budget.spent().calls, waited), (0, 3.5));
}

#[tokio::test]
async fn a_server_that_restarts_is_waited_for() {
    // It says 503 three times, and each time closes the connection; then its port is shut for a while.
    let down = || {
        let busy = "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        script([Step::Send(busy.as_bytes().to_vec()), Step::Close])
    };
    let server = Faulty::start(vec![down(), down(), down()], well()).await;
    let address = server.address;
    let clock = Restarting::new(server);
    let endpoint = Endpoint::new("m", format!("http://{address}/v1"), "m");
    let client = Client::with(endpoint, steady(), Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
    let outcome = client.call(&request(), &Budget::default(), &|_| {}).await;
    assert_eq!(told(&outcome), "stop Unreachable", "{outcome:?}");
    // 503: 0.5, 1, 2; shut: a minute.
    assert_eq!(clock.waited.waited().as_secs_f64(), 3.5 + 61.5);
}

/// A clock on whose third wait the server goes away for good.
struct Restarting {
    waited: Arc<Ledgered>,
    server: std::sync::Mutex<(u32, Option<Faulty>)>,
}

impl Restarting {
    fn new(server: Faulty) -> Arc<Self> {
        Arc::new(Self { waited: Ledgered::new(), server: std::sync::Mutex::new((0, Some(server))) })
    }
}

impl Clock for Restarting {
    fn now(&self) -> tokio::time::Instant {
        self.waited.now()
    }

    fn sleep(&self, wait: Duration) -> assessor::model::clock::Sleep {
        let mut server = self.server.lock().unwrap();
        server.0 += 1;
        let waited = self.waited.sleep(wait);
        if server.0 != 3 {
            return waited;
        }
        server.1 = None;
        // The port is shut only once the server's task has ended.
        Box::pin(tokio::time::sleep(Duration::from_millis(100)))
    }
}

#[tokio::test]
async fn a_server_without_tls_is_named_at_once_with_what_to_try() {
    let plain = on_accept([Step::Send(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()), Step::Close]);
    let server = Faulty::start(vec![], plain).await;
    let url = server.url().replace("http://", "https://");
    let (outcome, budget, waited) = outcome_at(&url, Timeouts::default()).await;
    let error = outcome.unwrap_err();
    assert_eq!(told(&Err(error.clone())), "stop Tls", "{error}");
    assert!(error.to_string().contains("`127.0.0.1`: "), "{error}");
    assert_eq!(error.error.hint().as_deref(), Some("the server speaks no TLS: try `http://`"));
    assert_eq!((budget.spent().calls, waited), (0, 0.0));
}

#[tokio::test]
async fn a_handshake_that_is_reset_or_stalls_is_tried_again() {
    let server = Faulty::start(vec![], on_accept([Step::Reset])).await;
    let url = server.url().replace("http://", "https://");
    let (outcome, budget, waited) = outcome_at(&url, Timeouts::default()).await;
    assert_eq!((told(&outcome).as_str(), budget.spent().calls, waited), ("outage", 0, 61.5));
    let server = Faulty::start(vec![], on_accept([Step::Hang])).await;
    let url = server.url().replace("http://", "https://");
    let timeouts = Timeouts { connect: Duration::from_millis(100), ..Timeouts::default() };
    let (outcome, _, waited) = outcome_at(&url, timeouts).await;
    assert_eq!((told(&outcome).as_str(), waited), ("stop Unreachable", 3.5));
}
