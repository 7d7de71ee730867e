//! Items that the provider will never answer about.

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
