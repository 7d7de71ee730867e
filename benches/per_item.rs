//! What each step costs for one item, in microseconds: `cargo bench --bench per_item`. RUST.md §3–4 has the floor.

#![allow(clippy::unwrap_used, missing_docs)]

use assessor::domain::{GroupId, Item, ItemId};
use assessor::judge::journal::{Answer, Call, Journal as _, Key};
use assessor::judge::ladder::{Reply, read};
use assessor::judge::{JudgeSpec, PARSER, Sampling};
use assessor::labels::{LabelRow, LabelWriter};
use assessor::ledger::{Ledger, RunInfo};
use assessor::model::{Endpoint, Envelope, Request, ladder::Features};
use assessor::prompt::{Prefix, Prompt};
use divan::Bencher;
use std::collections::BTreeMap;
use std::future::Future as _;
use std::sync::Arc;

fn main() {
    divan::main();
}

fn item() -> Item {
    Item {
        id: ItemId::new("i0000001"),
        group: GroupId::new("q000001"),
        query: "how to request access to the billing system".into(),
        title: Some("Access guide".into()),
        document: "Access is requested in the portal and approved by the manager of the team. ".repeat(25),
        meta: BTreeMap::from([("type".into(), "wiki".into()), ("language".into(), "en".into())]),
    }
}

fn judge() -> JudgeSpec {
    let rubric = assessor::rubric::shipped();
    let prompt = Prompt::of(&rubric);
    let sampling =
        Sampling { temperature: Some(0.0), max_tokens: 1024, seed: 0, extra: serde_json::Map::new(), structured: None };
    JudgeSpec { rubric, prompt, model: "sim/large".into(), address: None, sampling, parser: PARSER, map: None }
}

const VERDICT: &str = r#"{"rationale": "The document says where access is requested and who approves it; the time is missing.", "rating": 4}"#;

fn body() -> Vec<u8> {
    serde_json::json!({
        "id": "x", "object": "chat.completion", "created": 0, "model": "sim/large",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": VERDICT}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 710, "completion_tokens": 30, "total_tokens": 740},
    })
    .to_string()
    .into_bytes()
}

#[divan::bench]
fn render_and_mark(bencher: Bencher) {
    let (judge, item) = (judge(), item());
    let prefix = Prefix::new(&judge.prompt, &judge.rubric);
    bencher.bench(|| prefix.messages(&item));
}

#[divan::bench]
fn hash_request(bencher: Bencher) {
    let judge = judge();
    let user = Prefix::new(&judge.prompt, &judge.rubric).messages(&item()).user;
    bencher.bench(|| blake3::hash(user.as_bytes()));
}

#[divan::bench]
fn write_request(bencher: Bencher) {
    let judge = judge();
    let messages = Prefix::new(&judge.prompt, &judge.rubric).messages(&item());
    let endpoint = Endpoint::new("m", "http://127.0.0.1:1/v1", "m");
    let (request, features) = (Request::new(messages.system, messages.user), Features::start(&endpoint));
    bencher.bench(|| request.body(&endpoint, &features, request.plain()));
}

#[divan::bench]
fn read_envelope(bencher: Bencher) {
    let body = body();
    bencher.bench(|| Envelope::read(&body));
}

#[divan::bench]
fn read_verdict(bencher: Bencher) {
    let judge = judge();
    let user = Prefix::new(&judge.prompt, &judge.rubric).messages(&item()).user;
    let reply = Reply { text: Some(VERDICT), ..Reply::default() };
    bencher.bench(|| read(reply, &user, &judge.rubric.contract, judge.rubric.scale));
}

#[divan::bench(args = [1, 64, 256])]
fn durable_put_of_a_batch(bencher: Bencher, batch: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(folder.path()).unwrap();
    let judge = judge();
    let info = RunInfo {
        judge: &judge,
        model: &judge.model,
        items_digest: "x",
        samples: 1,
        planned: 0,
        slots: 1,
        attempt_limit: 1,
        slot_cost: Default::default(),
    };
    let session = ledger.begin(&info).unwrap();
    let keeper = session.keeper();
    let mut next = 0u64;
    bencher.bench_local(|| {
        let calls: Vec<_> = (0..batch)
            .map(|_| {
                next += 1;
                let mut key = [0; 16];
                key.copy_from_slice(&blake3::hash(&next.to_le_bytes()).as_bytes()[..16]);
                let answer = Answer { raw: body(), usage: None, cost: None, latency_ms: 1 };
                let (item, charged) = (ItemId::new(next.to_string()), Default::default());
                keeper.record(Call { key: Key(key), item, sample: 0, served: None, attempts: 1, charged, answer })
            })
            .collect();
        runtime.block_on(async {
            // All are sent before the first is waited for, as in a run.
            let mut waiting: Vec<_> = calls.into_iter().map(Box::pin).collect();
            std::future::poll_fn(|context| {
                waiting.retain_mut(|call| call.as_mut().poll(context).is_pending());
                if waiting.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
            })
            .await;
        });
    });
}

#[divan::bench]
fn write_label_row(bencher: Bencher) {
    let folder = tempfile::tempdir().unwrap();
    let judge = judge();
    let shown = Prefix::new(&judge.prompt, &judge.rubric).messages(&item()).user;
    let verdict =
        read(Reply { text: Some(VERDICT), ..Reply::default() }, &shown, &judge.rubric.contract, judge.rubric.scale);
    let row = LabelRow {
        id: ItemId::new("i0000001"),
        group: Some(GroupId::new("q1")),
        verdict,
        judge: Arc::from("0123456789abcdef"),
        model_asked: Arc::from("sim/large"),
        model_served: Some(Arc::from("sim/large")),
        sample: 0,
        usage: None,
        cost: None,
        latency_ms: Some(20),
    };
    let mut writer = LabelWriter::create(&folder.path().join("l.jsonl")).unwrap();
    bencher.bench_local(|| writer.write(&row).unwrap());
}
