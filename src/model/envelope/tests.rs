#![allow(clippy::unwrap_used)]

use super::*;
use serde_json::{Value, json};

fn read(value: &Value) -> Envelope {
    Envelope::read(value.to_string().as_bytes()).unwrap()
}

fn message(message: Value) -> Envelope {
    read(&json!({"choices": [{"message": message}]}))
}

fn with_usage(usage: Value) -> Option<Usage> {
    read(&json!({"choices": [{"message": {"content": "x"}}], "usage": usage})).usage
}

#[test]
fn an_ordinary_reply_is_read_whole() {
    let envelope = read(&json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m-1",
        "choices": [{"index": 0, "finish_reason": "stop", "logprobs": null,
            "message": {"role": "assistant", "content": "{\"rating\":4}", "refusal": null}}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15,
            "prompt_tokens_details": {"cached_tokens": 8}},
    }));
    let expected = Envelope {
        text: Some("{\"rating\":4}".to_owned()),
        finish: Some("stop".to_owned()),
        served_model: Some("m-1".to_owned()),
        usage: Some(Usage { input: 10, cached: 8, output: 5 }),
        ..Envelope::default()
    };
    assert_eq!(envelope, expected);
}

#[test]
fn the_least_that_is_an_answer_is_one() {
    assert_eq!(message(json!({"content": "4"})).text.as_deref(), Some("4"));
    assert_eq!(message(json!({})), Envelope::default());
    assert_eq!(message(json!({"content": null})).text, None);
}

#[test]
fn odd_types_of_what_is_not_needed_lose_nothing() {
    let envelope = read(&json!({"id": null, "created": 1.5, "model": 7, "system_fingerprint": {},
        "choices": [{"finish_reason": null, "index": "0", "message": {"content": "4", "refusal": false}}]}));
    assert_eq!(envelope, Envelope { text: Some("4".to_owned()), ..Envelope::default() });
}

#[test]
fn a_byte_order_mark_and_blank_lines_before_the_reply_are_skipped() {
    for lead in ["\u{feff}", "\n\n\r\n  ", "\u{feff}\n"] {
        let body = format!("{lead}{}", json!({"choices": [{"message": {"content": "4"}}]}));
        assert_eq!(Envelope::read(body.as_bytes()).unwrap().text.as_deref(), Some("4"), "{lead:?}");
    }
}

#[test]
fn parts_are_joined_and_thoughts_kept_apart() {
    let parts = json!([{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "text", "text": "{\"rating\""}, {"type": "output_text", "text": ":4}"}, {"type": "image"}]);
    let envelope = message(json!({"content": parts}));
    assert_eq!(envelope.text.as_deref(), Some("{\"rating\":4}"));
    assert_eq!(envelope.reasoning.as_deref(), Some("hm"));
    assert_eq!(message(json!({"content": ["a", "b"]})).text.as_deref(), Some("ab"));
}

#[test]
fn reasoning_and_refusal_are_found_under_each_of_their_names() {
    assert_eq!(message(json!({"reasoning": "r"})).reasoning.as_deref(), Some("r"));
    assert_eq!(message(json!({"reasoning_content": "r"})).reasoning.as_deref(), Some("r"));
    assert_eq!(message(json!({"refusal": "no"})).refusal.as_deref(), Some("no"));
    let specific = json!({"content": null, "provider_specific_fields": {"refusal": "no"}});
    assert_eq!(message(specific).refusal.as_deref(), Some("no"));
    assert_eq!(message(json!({"provider_specific_fields": "odd"})).refusal, None);
}

#[test]
fn usage_is_read_where_it_can_be_and_is_otherwise_unknown() {
    let ten = Some(Usage { input: 10, cached: 0, output: 5 });
    assert_eq!(with_usage(json!({"prompt_tokens": 10, "completion_tokens": 5})), ten);
    assert_eq!(with_usage(json!({"prompt_tokens": "10", "completion_tokens": "5"})), ten);
    assert_eq!(with_usage(json!({"prompt_tokens": 10.0, "completion_tokens": 5.0})), ten);
    for unknown in [json!(null), json!("n/a"), json!({}), json!([]), json!({"prompt_tokens": 10})] {
        assert_eq!(with_usage(unknown.clone()), None, "{unknown}");
    }
    assert_eq!(with_usage(json!({"prompt_tokens": 10.5, "completion_tokens": 5})), None);
    assert_eq!(with_usage(json!({"prompt_tokens": -1, "completion_tokens": 5})), None);
    for bogus in [json!(u64::MAX), json!(1_000_000_001), json!(1e18), json!("18446744073709551615"), json!(1e300)] {
        assert_eq!(with_usage(json!({"prompt_tokens": bogus, "completion_tokens": 5})), None, "{bogus}");
    }
    let hit = json!({"prompt_tokens": 10, "completion_tokens": 5, "prompt_cache_hit_tokens": 4});
    assert_eq!(with_usage(hit).unwrap().cached, 4);
}

#[test]
fn an_error_inside_a_success_is_found_at_the_top_and_in_the_choice() {
    let top = read(&json!({"error": {"message": "upstream", "code": 502}}));
    assert_eq!(top.error.unwrap().code.as_deref(), Some("502"));
    let inner = json!({"choices": [{"finish_reason": "error", "message": {"content": ""},
        "error": {"message": "cut", "code": 429}}]});
    assert_eq!(read(&inner).error.unwrap().text(), "cut (429)");
    assert_eq!(read(&json!([{"error": {"message": "gemini"}}])).error.unwrap().text(), "gemini");
    assert_eq!(read(&json!({"error": null, "choices": [{"message": {}}]})).error, None);
}

#[test]
fn what_is_no_answer_says_what_it_is() {
    let cases: [(&[u8], &str); 12] = [
        (b"", "the reply is empty"),
        (b" \n", "the reply is empty"),
        (b"<html>", "the reply is a web page"),
        (b"data: {}", "the reply is a stream that was not asked for"),
        (b"\"text\"", "the reply is no JSON object"),
        (b"null", "the reply is no JSON object"),
        (b"[]", "the reply is no JSON object"),
        (b"\xff{}", "the reply is not UTF-8"),
        (b"{}", "no choices in the reply"),
        (b"{\"choices\":[]}", "no choices in the reply"),
        (b"{\"choices\":[{\"message\":null}]}", "no message in the reply"),
        (b"{\"choices\":[", "the reply is no whole JSON object: EOF while parsing a list at line 1 column 12"),
    ];
    for (body, expected) in cases {
        assert_eq!(Envelope::read(body).unwrap_err().to_string(), expected);
    }
    let two = br#"{"choices":[{"message":{}}]}{"choices":[{"message":{}}]}"#;
    assert!(Envelope::read(two).unwrap_err().to_string().contains("trailing characters"));
}
