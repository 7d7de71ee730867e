//! A budget in dollars over several sessions, with a provider that does not say what a request took.

use super::*;
use crate::support::{Folder, items_jsonl};
use rusqlite::Connection;

const ITEMS: usize = 20;

fn silent() -> Script {
    let mut reply = completion(VERDICT);
    reply.as_object_mut().unwrap().remove("usage");
    json200(&reply)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_budget_in_dollars_is_kept_over_sessions_by_what_was_charged() {
    let server = Faulty::start(vec![], silent()).await;
    let folder = Folder::new();
    folder.file("items.jsonl", items_jsonl(ITEMS));
    let model = format!(
        "[model.m]\nurl = \"{}\"\nid = \"m\"\nprice = {{ input = 1.0, output = 2.0 }}\nconcurrency = 1\n",
        server.url()
    );
    folder.file("assessor.toml", model);
    let args =
        ["label", "--items", "items.jsonl", "--out", "l.jsonl", "--model", "m", "--budget-usd", "0.05", "--quiet"];
    let run = |folder: Folder| tokio::task::spawn_blocking(move || (folder.run(&args), folder));
    let (first, folder) = run(folder).await.unwrap();
    assert_eq!(first.code, 4, "{first:?}");
    let asked = server.seen().len();
    assert!((1..ITEMS).contains(&asked), "{asked} requests");
    let (second, folder) = run(folder).await.unwrap();
    assert_eq!((second.code, server.seen().len()), (4, asked), "{second:?}");
    let ledger = Connection::open(folder.path().join(".assessor/ledger.sqlite")).unwrap();
    let number = |query: &str| ledger.query_row(query, [], |row| row.get::<_, i64>(0)).unwrap();
    let charged = number("SELECT sum(charged_nano) FROM calls");
    assert!((25_000_000..=50_000_000).contains(&charged), "{charged}");
    assert_eq!(number("SELECT count(*) FROM calls WHERE cost_nano IS NOT NULL"), 0);
    // What a killed session is charged with for a request is no less than a request can cost.
    let largest = number("SELECT max(charged_nano) FROM calls");
    assert!(number("SELECT min(slot_cost_nano) FROM sessions") >= largest, "{largest}");
}
