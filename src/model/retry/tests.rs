#![allow(clippy::unwrap_used)]

use super::*;
use crate::model::endpoint::Endpoint;
use reqwest::header::{HeaderName, HeaderValue};

fn classified(status: u16, headers: &[(&str, &str)], body: &str) -> Class {
    let header = |(n, v): &(&str, &str)| (n.parse::<HeaderName>().unwrap(), HeaderValue::from_str(v).unwrap());
    let headers = headers.iter().map(header).collect();
    let attempt = Attempt::Reply { status, headers, body: body.as_bytes().to_vec() };
    classify(
        &attempt,
        &Features::start(&Endpoint::new("m", "http://h", "m")),
        true,
        "2026-11-20T12:00:00Z".parse().unwrap(),
    )
}

/// The class in one or two words.
fn name(class: &Class) -> String {
    match class {
        Class::Answer(_) => "answer".to_owned(),
        Class::Truncated(_) => "truncated".to_owned(),
        Class::Overloaded { hint, .. } => format!("overloaded {}", hint.map_or(-1.0, |h| h.as_secs_f64())),
        Class::Transient { hint, seed_suspect: true, .. } => format!("transient seed {}", hint.is_some()),
        Class::Transient { hint, .. } => format!("transient {}", hint.map_or(-1.0, |h| h.as_secs_f64())),
        Class::Hopeless { .. } => "hopeless".to_owned(),
        Class::Unreachable { .. } => "unreachable".to_owned(),
        Class::StepDown { now, .. } => format!("step: {now}"),
        Class::Rejected { item, .. } => format!("rejected item={item}"),
        Class::Stop { stop, .. } => format!("stop {stop:?}"),
    }
}

/// Status, headers, body, and what they mean.
type Refusal = (u16, &'static [(&'static str, &'static str)], &'static str, &'static str);

#[test]
fn each_refusal_means_what_its_provider_means() {
    const NO: &[(&str, &str)] = &[("x-should-retry", "false")];
    const YES: &[(&str, &str)] = &[("x-should-retry", "true")];
    let gemini = r#"[{"error":{"code":429,"message":"You exceeded your current quota","status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"38s"}]}}]"#;
    let cases: &[Refusal] = &[
        (429, &[], "", "overloaded -1"),
        (429, &[("retry-after", "3")], "", "overloaded 3"),
        (429, &[], gemini, "overloaded 38"),
        (429, NO, r#"{"error":{"message":"slow"}}"#, "stop Credit"),
        (
            429,
            &[],
            r#"{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}"#,
            "stop Credit",
        ),
        (
            429,
            &[("retry-after", "1")],
            r#"{"error":{"message":"Credit balance exhausted","code":"credit_balance_exhausted"}}"#,
            "stop Credit",
        ),
        (402, &[], "", "stop Credit"),
        (
            400,
            &[],
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low"}}"#,
            "stop Credit",
        ),
        (401, &[], "", "stop Key"),
        (403, &[], r#"{"error":{"message":"forbidden"}}"#, "stop Key"),
        (403, &[], r#"{"error":{"message":"Input exceeds the maximum context length"}}"#, "rejected item=true"),
        (400, &[], "No connected db.", "stop Key"),
        (404, &[], r#"{"error":{"message":"The model `x` does not exist","code":"model_not_found"}}"#, "stop NoModel"),
        (400, &[], r#"{"error":{"message":"model \"x\" not found, try pulling it first"}}"#, "stop NoModel"),
        (404, &[], r#"{"detail":"Not Found"}"#, "stop Unusable"),
        (404, &[], "<html>", "stop Unusable"),
        (405, &[], "", "stop Unusable"),
        (415, &[], "", "stop Unusable"),
        (307, &[("location", "https://other/")], "", "stop Redirect"),
        (301, &[], "", "stop Redirect"),
        (
            400,
            &[],
            r#"{"error":{"message":"This model's maximum context length is 4096 tokens","code":"context_length_exceeded"}}"#,
            "rejected item=true",
        ),
        (
            400,
            &[],
            r#"{"error":{"message":"'max_tokens' is too large: 9. This model's maximum context length is 8","code":400}}"#,
            "rejected item=true",
        ),
        (
            400,
            &[],
            r#"{"error":{"code":400,"message":"request (5000 tokens) exceeds the available context size","type":"exceed_context_size_error"}}"#,
            "rejected item=true",
        ),
        (400, &[], r#"{"error":{"message":"prompt is too long: 9 tokens > 8 maximum"}}"#, "rejected item=true"),
        (
            400,
            &[],
            r#"{"error":{"message":"filtered","code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
            "rejected item=true",
        ),
        (413, &[], "", "rejected item=true"),
        (400, &[], r#"{"error":{"message":"messages must not be empty"}}"#, "rejected item=false"),
        (418, &[], "", "rejected item=false"),
        (400, &[], r#"{"error":{"message":"litellm.InternalServerError: Invalid response object"}}"#, "transient -1"),
        (400, YES, "odd", "transient -1"),
        (
            400,
            &[],
            r#"{"error":{"message":"Unsupported parameter","param":"response_format"}}"#,
            "step: structured output: json_schema",
        ),
        (400, &[], r#"{"error":{"message":"Unsupported value","param":"temperature"}}"#, "step: no temperature"),
        (408, &[], "", "transient -1"),
        (409, &[], "", "transient -1"),
        (424, &[], r#"{"error":"generation failed"}"#, "transient -1"),
        (500, &[], "", "transient seed false"),
        (500, NO, "", "hopeless"),
        (500, &[], "Input should be 'text' or 'json_object'", "step: structured output: json_schema"),
        (502, &[], "<html>", "transient -1"),
        (503, &[("retry-after", "1")], "", "overloaded 1"),
        (503, NO, "", "hopeless"),
        (503, &[], r#"{"error":{"message":"Loading model"}}"#, "overloaded -1"),
        (504, &[("retry-after", "2")], "", "transient 2"),
        (529, &[], r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, "overloaded -1"),
        (599, &[], "", "transient -1"),
        (200, &[], r#"{"error":{"message":"upstream","code":502}}"#, "transient -1"),
        (200, &[], r#"{"error":{"message":"slow down","code":429}}"#, "overloaded -1"),
        (200, &[], r#"{"error":{"message":"no credit","code":402}}"#, "stop Credit"),
        (200, &[], r#"{"error":"odd"}"#, "transient -1"),
        (204, &[], "", "transient -1"),
        (200, &[], "<html>", "transient -1"),
    ];
    for (status, headers, body, expected) in cases {
        assert_eq!(name(&classified(*status, headers, body)), *expected, "{status} {headers:?} {body}");
    }
}

#[test]
fn an_answer_is_one_unless_it_was_cut_before_its_value_was_whole() {
    let reply = |finish: &str, text: &str| {
        let message = serde_json::json!({"choices": [{"finish_reason": finish, "message": {"content": text}}]});
        name(&classified(200, &[], &message.to_string()))
    };
    assert_eq!(reply("stop", ""), "answer");
    assert_eq!(reply("stop", "{\"rating\":"), "answer");
    assert_eq!(reply("length", "{\"rating\":"), "truncated");
    assert_eq!(reply("length", ""), "truncated");
    assert_eq!(reply("length", "{\"rating\":4}\n"), "answer");
    assert_eq!(reply("error", "{\"rat"), "transient -1");
    assert_eq!(reply("abort", ""), "transient -1");
    assert_eq!(reply("error", "{\"rating\":4}"), "answer");
    assert_eq!(reply("content_filter", ""), "answer");
}

fn policy() -> Policy {
    Policy { jitter: 0.0, ..Policy::default() }
}

fn waits(class: &Class) -> (Vec<f64>, Decision) {
    let mut waits = Vec::new();
    for made in 1..100 {
        match decide(class.clone(), made, &policy(), 0.5) {
            Decision::Retry { after, .. } => waits.push(after.as_secs_f64()),
            Decision::PauseEndpoint { wait } => waits.push(wait.as_secs_f64()),
            end => return (waits, end),
        }
    }
    panic!("no end: {class:?}");
}

#[test]
fn a_failing_request_is_tried_eight_times_with_doubled_waits() {
    let class = Class::Transient { hint: None, message: "502".to_owned(), seed_suspect: false };
    assert_eq!(waits(&class), (vec![0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0], Decision::GiveUp("502".to_owned())));
}

#[test]
fn an_overloaded_endpoint_is_waited_for_longer() {
    let class = Class::Overloaded { hint: None, message: "429".to_owned() };
    assert_eq!(
        waits(&class),
        (vec![0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0], Decision::GiveUp("429".to_owned()))
    );
}

#[test]
fn a_hint_is_followed_exactly_and_grows_when_it_did_not_help() {
    let class = Class::Overloaded { hint: Some(Duration::from_secs(3)), message: "429".to_owned() };
    assert_eq!(waits(&class).0, [3.0, 3.0, 3.0, 3.0, 4.0, 8.0, 16.0, 30.0, 30.0]);
}

#[test]
fn a_huge_hint_pauses_the_endpoint_for_a_while_and_then_ends_the_run() {
    let class = Class::Overloaded { hint: Some(Duration::from_secs(86_400)), message: "429".to_owned() };
    let end = Decision::StopRun(Stop::Waiting, "429 (asks for 24 h)".to_owned());
    assert_eq!(waits(&class), (vec![600.0; 9], end));
    assert_eq!(decide(class.clone(), 1, &policy(), 0.0), Decision::PauseEndpoint { wait: Duration::from_secs(600) });
    let failing =
        Class::Transient { hint: Some(Duration::from_secs(86_400)), message: String::new(), seed_suspect: false };
    assert_eq!(decide(failing, 1, &policy(), 0.0), Decision::PauseEndpoint { wait: Duration::from_secs(600) });
}

#[test]
fn a_server_that_is_not_there_ends_the_run_soon() {
    let class = Class::Unreachable { message: "refused".to_owned() };
    let end = Decision::StopRun(Stop::Unreachable, "refused".to_owned());
    assert_eq!(waits(&class), (vec![0.5, 1.0, 2.0], end));
}

#[test]
fn a_500_gets_another_seed_from_the_second_retry_on() {
    let class = Class::Transient { hint: None, message: String::new(), seed_suspect: true };
    let new_seed = |made| matches!(decide(class.clone(), made, &policy(), 0.0), Decision::Retry { new_seed: true, .. });
    assert_eq!([1, 2, 3].map(new_seed), [false, true, true]);
}

#[test]
fn chance_shortens_a_backoff_and_lengthens_a_hint_but_never_shortens_one() {
    let policy = Policy::default();
    let after = |hint: Option<u64>, chance| {
        let class =
            Class::Transient { hint: hint.map(Duration::from_secs), message: String::new(), seed_suspect: false };
        match decide(class.clone(), 1, &policy, chance) {
            Decision::Retry { after, .. } => after.as_secs_f64(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((after(None, 0.0), after(None, 1.0)), (0.5, 0.25));
    assert_eq!((after(Some(3), 0.0), after(Some(3), 1.0)), (3.0, 3.25));
}

#[test]
fn transport_failures_are_told_apart() {
    let class = |failure| name(&of_transport(&failure));
    assert_eq!(class(Transport::Unreachable { reason: String::new() }), "unreachable");
    assert_eq!(class(Transport::Tls { reason: String::new() }), "stop Tls");
    assert_eq!(class(Transport::Timeout { reason: String::new() }), "transient -1");
    assert_eq!(class(Transport::Broken { reason: String::new(), sent: true }), "transient -1");
    assert_eq!(class(Transport::TooLarge { limit: 9 }), "transient -1");
}
