#![allow(clippy::unwrap_used)]

use super::*;
use crate::domain::Explain;
use crate::model::ModelError;
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
        Class::Barred { .. } => "barred".to_owned(),
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
        (403, &[], r#"{"error":{"message":"forbidden"}}"#, "barred"),
        (403, &[], "<html><title>403 Forbidden</title>", "barred"),
        (403, &[], "<html><title>Access Denied</title>", "barred"),
        (403, &[], "<html><title>Attention Required! | Cloudflare</title>", "barred"),
        (403, &[], r#"{"error":{"message":"You do not have access to the model"}}"#, "stop Key"),
        (403, &[], r#"{"error":{"message":"Key limit exceeded","code":403}}"#, "stop Key"),
        (403, &[], r#"{"error":{"message":"Blocked by rule 7: keyword"}}"#, "barred"),
        (403, &[], r#"{"error":{"message":"x","type":"permission_error"}}"#, "stop Key"),
        (403, &[], r#"{"error":{"message":"The API key lacks a scope"}}"#, "stop Key"),
        (403, &[], r#"{"error":{"message":"Your account was flagged"}}"#, "stop Key"),
        (
            403,
            &[],
            r#"{"error":{"message":"Your chosen model requires moderation and your input was flagged","code":403}}"#,
            "rejected item=true",
        ),
        (429, &[], r#"{"error":{"message":"the moderation model is asked too often"}}"#, "overloaded -1"),
        (403, &[], r#"{"error":{"message":"Input exceeds the maximum context length"}}"#, "rejected item=true"),
        (400, &[], "No connected db.", "stop Key"),
        (404, &[], r#"{"error":{"message":"The model `x` does not exist","code":"model_not_found"}}"#, "stop NoModel"),
        (400, &[], r#"{"error":{"message":"model \"x\" not found, try pulling it first"}}"#, "stop NoModel"),
        (404, &[], r#"{"detail":"Not Found"}"#, "stop Unusable"),
        (404, &[], "<html>", "stop Unusable"),
        (404, &[], r#"{"error":{"message":"No endpoints found for x","code":404}}"#, "stop NoModel"),
        (
            404,
            &[],
            r#"{"error":{"message":"No endpoints found that can handle the requested parameters.","code":404}}"#,
            "step: no seed",
        ),
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
        (
            422,
            &[],
            r#"{"error":"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens and 1024 `max_new_tokens`","error_type":"validation"}"#,
            "rejected item=true",
        ),
        (
            422,
            &[],
            r#"{"error":{"message":"Input validation error: `inputs` must have less than 4095 tokens. Given: 5000"}}"#,
            "rejected item=true",
        ),
        (
            400,
            &[],
            r#"{"error":"This model's maximum prompt length is 131072 but the request contains 200000 tokens."}"#,
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

/// After `number` attempts that were all alike, in a run without an answer.
fn made(class: &Class, number: u32) -> Made {
    let mut made = Made::default();
    (0..number).for_each(|_| made.count(class, false));
    made
}

fn waits(class: &Class) -> (Vec<f64>, Decision) {
    waits_after(Made::default(), false, class)
}

/// What follows on `tries`, when `class` is all that is met from then on.
fn waits_after(mut tries: Made, answered: bool, class: &Class) -> (Vec<f64>, Decision) {
    let mut waits = Vec::new();
    for _ in 1..100 {
        tries.count(class, answered);
        match decide(class.clone(), tries, &policy(), 0.5) {
            Decision::Retry { after, .. } => waits.push(after.as_secs_f64()),
            Decision::PauseEndpoint { wait, .. } => waits.push(wait.as_secs_f64()),
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
    let asked = Duration::from_secs(86_400);
    let pause = Decision::PauseEndpoint { wait: Duration::from_secs(600), asked };
    assert_eq!(decide(class.clone(), made(&class, 1), &policy(), 0.0), pause);
    let failing =
        Class::Transient { hint: Some(Duration::from_secs(86_400)), message: String::new(), seed_suspect: false };
    assert_eq!(decide(failing.clone(), made(&failing, 1), &policy(), 0.0), pause);
}

#[test]
fn a_server_that_is_not_there_ends_the_run_soon() {
    let class = Class::Unreachable { message: "refused".to_owned() };
    let end = Decision::StopRun(Stop::Unreachable, "refused".to_owned());
    assert_eq!(waits(&class), (vec![0.5, 1.0, 2.0], end));
}

#[test]
fn a_server_that_was_there_before_is_given_a_minute_to_come_back() {
    let gone = Class::Unreachable { message: "refused".to_owned() };
    let busy = Class::Overloaded { hint: None, message: "503".to_owned() };
    let minute =
        (vec![0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0], Decision::StopRun(Stop::Unreachable, "refused".to_owned()));
    assert_eq!(waits_after(Made::default(), true, &gone), minute, "it answered other calls");
    assert_eq!(waits_after(made(&busy, 3), false, &gone), minute, "it refused this call");
    let mut back = made(&busy, 3);
    (0..5).for_each(|_| back.count(&gone, false));
    back.count(&busy, false);
    assert_eq!((back.counted, back.unreachable), (4, 0), "any reply ends the absence");
}

#[test]
fn a_403_without_a_reason_is_about_the_key_until_there_was_an_answer_and_about_the_item_after_it() {
    let class = Class::Barred { message: "403".to_owned() };
    let after = |answered| waits_after(Made::default(), answered, &class).1;
    assert_eq!(after(false), Decision::StopRun(Stop::Key, "403".to_owned()));
    assert_eq!(after(true), Decision::Reject { message: "403".to_owned(), many: Some(Stop::Key) });
}

#[test]
fn a_500_gets_another_seed_from_the_second_retry_on() {
    let class = Class::Transient { hint: None, message: String::new(), seed_suspect: true };
    let new_seed = |number| {
        let decision = decide(class.clone(), made(&class, number), &policy(), 0.0);
        matches!(decision, Decision::Retry { new_seed: true, .. })
    };
    assert_eq!([1, 2, 3].map(new_seed), [false, true, true]);
}

#[test]
fn parameters_that_no_provider_takes_have_their_own_hint() {
    let hint = |message: &str| {
        let message = message.to_owned();
        let error = ModelError::Stopped { identity: "m".to_owned(), stop: Stop::Unusable, message };
        error.hint().unwrap()
    };
    assert!(hint("404 No endpoints found that can handle the requested parameters.").contains("`extra`"));
    assert_eq!(hint("404 Not Found"), "the base address usually ends in `/v1`");
}

#[test]
fn chance_shortens_a_backoff_and_lengthens_a_hint_but_never_shortens_one() {
    let policy = Policy::default();
    let after = |hint: Option<u64>, chance| {
        let class =
            Class::Transient { hint: hint.map(Duration::from_secs), message: String::new(), seed_suspect: false };
        match decide(class.clone(), made(&class, 1), &policy, chance) {
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
