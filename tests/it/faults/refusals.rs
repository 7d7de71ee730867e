//! Statuses other than success, and what they say about waiting.

use super::server::{Script, reply, script};
use super::*;

const DATE: (&str, &str) = ("date", "Fri, 20 Nov 2026 12:00:00 GMT");

const OPENROUTER: &str = "No endpoints found that can handle the requested parameters.";

fn busy(headers: &[(&str, &str)]) -> Script {
    refusal(429, headers, "slow down")
}

#[tokio::test]
async fn too_many_requests_are_waited_for_as_told() {
    let hinted = |name, headers: &[(&str, &str)], waited| Case::once(name, busy(headers)).expect("answer", 2, waited);
    let gemini = json!([{"error": {"code": 429, "message": "You exceeded your current quota", "status": "RESOURCE_EXHAUSTED",
        "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "38s"}]}}]);
    check(vec![
        hinted("429", &[], 0.5),
        hinted("429_ra1", &[("Retry-After", "1")], 1.0),
        hinted("429_ra_float", &[("retry-after", "1.5")], 1.5),
        hinted("429_ra_ms", &[("retry-after-ms", "250")], 0.25),
        hinted("429_ra_date", &[("retry-after", "Fri, 20 Nov 2026 12:00:07 GMT"), DATE], 7.0),
        hinted("429_xrl", &[("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "1m0.5s")], 60.5),
        hinted("429_azure", &[("x-ratelimit-remaining-tokens", "-1"), ("x-ratelimit-reset-tokens", "12")], 12.0),
        hinted("429_anthropic", &[("anthropic-ratelimit-tokens-reset", "2026-11-20T12:00:04Z"), DATE], 4.0),
        hinted("429_litellm", &[("llm_provider-retry-after", "2")], 2.0),
        Case::once("429_gemini", reply(429, &[], gemini.to_string())).expect("answer", 2, 38.0),
        // Hostile hints: no hint, or capped.
        hinted("429_ra_zero", &[("retry-after", "0")], 0.5),
        hinted("429_ra_neg", &[("retry-after", "-5")], 0.5),
        hinted("429_ra_junk", &[("retry-after", "soon")], 0.5),
        hinted("429_ra_past", &[("retry-after", "Fri, 20 Nov 2020 12:00:00 GMT"), DATE], 0.5),
        hinted("429_ra_skew", &[("retry-after", "Fri, 20 Nov 2026 12:00:02 GMT"), DATE], 2.0),
        hinted("429_ra_huge", &[("retry-after", "86400")], 600.0),
        Case::always("429_ra_huge, for ever", busy(&[("retry-after", "86400")])).expect("stop Waiting", 10, 5400.0),
        Case::always("429, for ever", busy(&[])).expect("outage", 10, 121.5),
    ])
    .await;
}

#[tokio::test]
async fn what_waiting_cannot_heal_ends_the_run_at_the_first_request() {
    let stop = |name, script, expected| Case::always(name, script).expect(expected, 1, 0.0);
    let model = json!({"error": {"message": "The model `m` does not exist", "code": "model_not_found"}}).to_string();
    let quota = json!({"error": {"message": "no more", "code": "insufficient_quota"}}).to_string();
    check(vec![
        stop("429_quota", reply(429, &[], quota), "stop Credit"),
        stop("429_x-should-retry", busy(&[("x-should-retry", "false")]), "stop Credit"),
        stop("429_credit", refusal(429, &[("retry-after", "1")], "Credit balance exhausted"), "stop Credit"),
        stop("429_litellm", refusal(429, &[], "OpenAIException - You exceeded your current quota"), "stop Credit"),
        stop("401", refusal(401, &[], "Incorrect API key"), "stop Key"),
        stop("402", refusal(402, &[], "pay"), "stop Credit"),
        stop("403", refusal(403, &[], "no access"), "stop Key"),
        stop("404_model", reply(404, &[], model), "stop NoModel"),
        stop("404_page", reply(404, &[], "<html>"), "stop Unusable"),
        stop("415_empty", reply(415, &[], ""), "stop Unusable"),
        stop("307_other", reply(307, &[("location", "http://127.0.0.1:9/v1")], ""), "stop Redirect"),
        stop("307_loop", reply(307, &[("location", "/v1/chat/completions")], ""), "stop Redirect"),
        stop("301_get", reply(301, &[("location", "/v1/chat/completions")], ""), "stop Redirect"),
    ])
    .await;
}

#[tokio::test]
async fn a_request_that_is_refused_for_itself_is_an_outcome_of_its_item() {
    let rejected = |name, script| Case::always(name, script).expect("rejected", 1, 0.0);
    let filter = json!({"error": {"message": "filtered", "code": "content_filter",
        "innererror": {"code": "ResponsibleAIPolicyViolation"}}});
    let context = json!({"error": {"code": 400, "message": "request (9 tokens) exceeds the available context size (8 tokens)",
        "type": "exceed_context_size_error", "n_prompt_tokens": 9, "n_ctx": 8}});
    check(vec![
        rejected("400_ctx_openai", refusal(400, &[], "This model's maximum context length is 8 tokens")),
        rejected(
            "400_ctx_vllm",
            refusal(400, &[], "'max_tokens' is too large: This model's maximum context length is 8"),
        ),
        rejected("400_ctx_llamacpp", reply(400, &[], context.to_string())),
        rejected("400_ctx_anthropic", refusal(400, &[], "prompt is too long: 9 tokens > 8 maximum")),
        rejected("403_ctx_together", refusal(403, &[], "Input exceeds the maximum context length")),
        rejected("400_azure_filter", reply(400, &[], filter.to_string())),
        rejected(
            "422_ctx_tgi",
            refusal(422, &[], "Input validation error: `inputs` must have less than 1024 tokens. Given: 1031"),
        ),
        rejected(
            "403_openrouter_flagged",
            refusal(403, &[], "Your chosen model requires moderation and your input was flagged"),
        ),
        rejected("413", reply(413, &[], "")),
        rejected("400_other", refusal(400, &[], "messages must not be empty")),
        rejected("400_text", reply(400, &[], "no")),
    ])
    .await;
}

#[tokio::test]
async fn what_a_server_does_not_support_is_left_out() {
    let step = |name, script| Case::once(name, script).expect("answer", 2, 0.0);
    let fastapi = json!({"detail": [{"loc": ["body", "response_format", "type"], "msg": "Input should be 'text'"}]});
    check(vec![
        step(
            "400_param",
            refusal(400, &[], "Unsupported parameter: 'max_tokens', use 'max_completion_tokens' instead"),
        ),
        step("400_temp", refusal(400, &[], "'temperature' does not support 0 with this model")),
        step("422_fastapi", reply(422, &[], fastapi.to_string())),
        step("500_badparam", refusal(500, &[], "Input should be 'text' or 'json_object'")),
        step("400_lmstudio", reply(400, &[], r#"{"error":"'response_format.type' must be 'json_schema' or 'text'"}"#)),
        step("404_openrouter", refusal(404, &[], OPENROUTER)),
        // Without seed, temperature and schema, and then nothing is left to leave out.
        Case::always("404_openrouter, for ever", refusal(404, &[], OPENROUTER)).expect("stop Unusable", 7, 0.0),
        // Five rungs, and then the parameter itself is at fault.
        Case::always("400 for ever", refusal(400, &[], "response_format is not supported")).expect("rejected", 5, 0.0),
    ])
    .await;
}

#[tokio::test]
async fn a_server_that_breaks_is_asked_again_whatever_it_says() {
    check(vec![
        Case::once("500", refusal(500, &[], "oops")),
        Case::once("500_plain", reply(500, &[("content-type", "text/plain")], "Internal Server Error")),
        Case::once("500_empty", reply(500, &[], "")),
        Case::once(
            "500_peg",
            refusal(500, &[], "The model produced output that does not match the expected peg-native format"),
        ),
        Case::once("502_html", reply(502, &[("content-type", "text/html")], "<html><title>Bad Gateway</title>")),
        Case::once("503", reply(503, &[], "")),
        Case::once("503_ra1", reply(503, &[("retry-after", "1")], "")).expect("answer", 2, 1.0),
        Case::once("503_loading", refusal(503, &[], "Loading model")),
        Case::once("504", reply(504, &[], "")),
        Case::once("529", refusal(529, &[], "Overloaded")),
        Case::once("599", reply(599, &[], "")),
        Case::once("408", reply(408, &[], "")),
        Case::once("424", reply(424, &[], r#"{"error":"Generation failed"}"#)),
        Case::once("400_litellm", refusal(400, &[], "litellm.InternalServerError: Invalid response object")),
        Case::always("500, for ever", refusal(500, &[], "oops")),
        Case::always("500_x-should-retry", refusal(500, &[("x-should-retry", "false")], "oops"))
            .expect("outage", 1, 0.0),
        Case {
            scripts: vec![refusal(500, &[], "a"), busy(&[("retry-after", "3")]), script([server::Step::Reset])],
            ..Case::once("one after the other", well()).expect("answer", 4, 0.5 + 3.0 + 2.0)
        },
    ])
    .await;
}
