//! Successful replies in every shape, and outcomes of the model itself.

use super::*;
use assessor::domain::Usage;

/// A usual reply with one part changed.
fn with(pointer: &str, value: Value) -> Value {
    let mut reply = completion(VERDICT);
    *reply.pointer_mut(pointer).unwrap() = value;
    reply
}

/// A usual reply with another message.
fn message(message: Value) -> Value {
    with("/choices/0/message", message)
}

fn without(mut reply: Value, from: &str, key: &str) -> Value {
    reply.pointer_mut(from).unwrap().as_object_mut().unwrap().remove(key);
    reply
}

#[tokio::test]
async fn odd_envelopes_around_an_answer_are_read() {
    let fine = |name, reply: Value| Case::fine(name, json200(&reply));
    let usual = completion(VERDICT);
    let choice_fields = json!({"content": VERDICT, "reasoning": "hm"});
    check(vec![
        fine("no_usage", without(usual.clone(), "", "usage")),
        fine("usage_null", with("/usage", json!(null))),
        fine("usage_str", with("/usage", json!("n/a"))),
        fine("usage_float", with("/usage", json!({"prompt_tokens": 10.0, "completion_tokens": 5.0}))),
        fine("content_parts", message(json!({"content": [{"type": "text", "text": VERDICT}]}))),
        fine("finish_null", with("/choices/0/finish_reason", json!(null))),
        fine("finish_error", with("/choices/0/finish_reason", json!("error"))),
        fine("finish_missing", without(usual.clone(), "/choices/0", "finish_reason")),
        fine("finish_empty", with("/choices/0/finish_reason", json!(""))),
        fine("finish_tool_calls", with("/choices/0/finish_reason", json!("tool_calls"))),
        fine("minimal", json!({"choices": [{"message": {"content": VERDICT}}]})),
        fine("model_other", with("/model", json!("another"))),
        fine("id_null", with("/id", json!(null))),
        fine("created_float", with("/created", json!(1.5))),
        fine("reasoning_content", message(json!({"content": VERDICT, "reasoning_content": "hm"}))),
        fine("reasoning_field", message(choice_fields)),
        fine("finish_length_complete", with("/choices/0/finish_reason", json!("length"))),
        Case::fine("null_content", json200(&message(json!({"content": null})))).expect("answer None", 1, 0.0),
        Case::fine("json_in_reasoning", json200(&message(json!({"content": null, "reasoning": VERDICT})))).expect(
            "answer None",
            1,
            0.0,
        ),
        Case::fine("refusal_prose", json200(&completion("I cannot."))).expect("answer Some(\"I cannot.\")", 1, 0.0),
        // No message at all is no answer.
        Case::once("empty_choices", json200(&with("/choices", json!([])))),
        Case::once("null_choices", json200(&with("/choices", json!(null)))),
        Case::once("missing_choices", json200(&without(usual, "", "choices"))),
        Case::once("message_null", json200(&message(json!(null)))),
        Case::once(
            "choice_error",
            json200(&with(
                "/choices/0",
                json!({"finish_reason": "error",
            "message": {"content": ""}, "error": {"message": "provider broke", "code": 502}}),
            )),
        ),
        Case::once(
            "finish_error_cut",
            json200(&json!({"choices": [{"finish_reason": "error",
            "message": {"content": "{\"rat"}}]})),
        ),
    ])
    .await;
}

/// The completion that a client makes of these replies, and the requests it sent.
async fn completed(replies: &[Value]) -> (Completion, Vec<server::Received>) {
    let server = Faulty::start(replies.iter().map(json200).collect(), well()).await;
    let price = Some(Price { input: 1.0, cached: None, output: 2.0 });
    let client = Client::new(Endpoint { price, ..endpoint(&server) }).unwrap();
    let done = client.call(&request(), &Budget::default(), &|_| {}).await.unwrap();
    (done, server.seen())
}

#[tokio::test]
async fn what_the_model_declined_or_the_provider_withheld_can_be_told_from_an_answer() {
    let (done, _) = completed(&[message(json!({"content": null, "refusal": "no"}))]).await;
    assert_eq!(done.envelope.refusal.as_deref(), Some("no"));
    let specific = json!({"content": null, "provider_specific_fields": {"refusal": "no"}});
    let (done, _) = completed(&[message(specific)]).await;
    assert_eq!(done.envelope.refusal.as_deref(), Some("no"));
    let mut filtered = completion("");
    filtered["choices"][0]["finish_reason"] = json!("content_filter");
    let (done, _) = completed(&[filtered]).await;
    assert!(done.envelope.is_filtered());
}

#[tokio::test]
async fn the_raw_reply_is_kept_byte_by_byte_and_reads_the_same_again() {
    let (done, _) = completed(&[with("/model", json!("another"))]).await;
    assert_eq!(done.raw, with("/model", json!("another")).to_string().into_bytes());
    assert_eq!(assessor::model::Envelope::read(&done.raw).unwrap(), done.envelope);
    assert_eq!(done.envelope.served_model.as_deref(), Some("another"));
    assert_eq!(done.usage, Some(Usage { input: 10, cached: 0, output: 5 }));
    // 10 × $1/M + 5 × $2/M.
    assert_eq!(done.cost.unwrap().0, 20_000);
}

fn cut(content: &str) -> Value {
    let mut reply = completion(content);
    reply["choices"][0]["finish_reason"] = json!("length");
    reply
}

#[tokio::test]
async fn an_answer_that_was_cut_is_asked_for_once_more_with_four_times_the_limit() {
    let (done, seen) = completed(&[cut("{\"rationale\":\"bec"), completion(VERDICT)]).await;
    assert_eq!((done.envelope.text.as_deref(), done.attempts), (Some(VERDICT), 2));
    assert_eq!([&seen[0].body["max_tokens"], &seen[1].body["max_tokens"]], [1024, 4096]);
    assert_eq!(done.cost.unwrap().0, 40_000, "both attempts are paid for");
    let (done, seen) = completed(&[cut(""), cut("")]).await;
    assert!(done.envelope.is_cut());
    assert_eq!(seen.len(), 2, "finish_length_empty: once is enough");
}

#[tokio::test]
async fn when_there_is_no_money_for_more_the_cut_answer_stands() {
    let server = Faulty::start(vec![json200(&cut("{"))], well()).await;
    let client = Client::new(endpoint(&server)).unwrap();
    let done = client.call(&request(), &Budget::new(Some(1), None), &|_| {}).await.unwrap();
    assert_eq!((done.envelope.text.as_deref(), server.seen().len()), (Some("{"), 1));
}
