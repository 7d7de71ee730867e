//! What the provider will never answer.

use super::provider::{Habits, Provider};
use super::{Stand, judge_calls};
use assessor::app::{self, Method, OptimizeRequest};
use assessor::optimize::gepa;
use serde_json::Value;
use tokio::sync::watch;

#[tokio::test]
async fn a_protected_item_that_the_provider_refuses_does_not_keep_the_run_from_its_decision() {
    let habits = Habits { refuses: Some("Refuse me.".into()), ..Habits::default() };
    let stand = Stand::new(Provider::start(habits).await, false);
    // One item of Train is never answered; another one is protected beside it.
    let mut items: Vec<Value> =
        stand.folder.read("items.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let train: Vec<usize> = (0..items.len()).filter(|&at| items[at]["purpose"] == "train").take(2).collect();
    items[train[0]]["document"] = "Refuse me.".into();
    stand.folder.file("items.jsonl", items.iter().map(|item| format!("{item}\n")).collect::<String>());
    let ids = train.iter().map(|&at| format!("{}\n", items[at]["id"].as_str().unwrap())).collect::<String>();
    let keep = stand.folder.file("keep.txt", ids);
    let method = Method::Gepa(gepa::Knobs::default());
    let request = OptimizeRequest { protect: Some(keep), ..stand.request(method, judge_calls(300)) };
    let (_keep, cancel) = watch::channel(false);
    let found = app::optimize(&stand.project(1), &request, &mut |_| {}, cancel).await.unwrap();
    assert_ne!(found.conclusion.best, 0);
    assert!(found.summary.decision.is_some(), "{:?}", found.summary);
    assert_eq!(found.story.begun.protected.len(), 2);
}

#[tokio::test]
async fn a_reflection_that_gets_no_answer_is_written_down_with_its_requests() {
    let habits = Habits { silent: true, ..Habits::default() };
    let stand = Stand::new(Provider::start(habits).await, false);
    let failed = stand.run(1, Method::Gepa(gepa::Knobs::default()), judge_calls(300)).await.unwrap_err();
    assert!(failed.to_string().contains("the content filter was triggered"), "{failed}");
    let ledger = rusqlite::Connection::open(stand.folder.path().join("state/ledger.sqlite")).unwrap();
    let query = "SELECT count(*), sum(attempts), min(reason), max(reason) FROM failures WHERE item LIKE 'reflection %'";
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
    let (rows, attempts, first, last): (i64, i64, String, String) = ledger.query_row(query, [], row).unwrap();
    assert_eq!(
        (attempts, first.as_str(), last.as_str()),
        (stand.provider.seen().writer as i64, "rejected", "rejected")
    );
    assert!(rows > 0);
}
