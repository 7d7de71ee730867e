//! What the client remembers, spends and keeps to itself.

use super::server::{reply, script};
use super::*;
use assessor::domain::NanoUsd;
use assessor::model::{Envelope, Secret, Spent, Structured};

const CANARY: &str = "sk-canary-3f9c";

fn with_key(server: &Faulty) -> Endpoint {
    let key = Secret::from_env("KEY", &|_| Some(CANARY.to_owned()));
    Endpoint { key, ..endpoint(server) }
}

#[tokio::test]
async fn the_key_is_sent_in_one_header_and_found_nowhere_else() {
    let echo = format!("Incorrect API key provided: {CANARY}. Bearer {CANARY}");
    let step = refusal(400, &[], &format!("response_format is not supported for {CANARY}"));
    let long = format!("{}{CANARY}", "x".repeat(495));
    let cases = vec![
        ("error", vec![refusal(401, &[], &echo)]),
        ("text", vec![reply(400, &[], &echo)]),
        ("cut inside the key", vec![reply(400, &[], &long)]),
        ("list", vec![reply(422, &[], json!({"detail": [{"input": CANARY}]}).to_string())]),
        ("location", vec![reply(307, &[("location", &format!("http://h/?k={CANARY}"))], "")]),
        ("page", vec![reply(404, &[], format!("<title>{CANARY}</title>"))]),
        ("not UTF-8", vec![reply(400, &[], [echo.as_bytes(), &[0xff]].concat())]),
        ("200 with an error", vec![reply(200, &[], json!({"error": {"message": echo, "code": 400}}).to_string())]),
        ("step and reply", vec![step, json200(&completion(&format!("{{\"rating\":4,\"x\":\"{CANARY}\"}}")))]),
    ];
    for (name, scripts) in cases {
        let server = Faulty::start(scripts, well()).await;
        let client = Client::new(with_key(&server)).unwrap();
        let events = Mutex::new(Vec::new());
        let outcome = client.call(&request(), &Budget::default(), &|e| events.lock().unwrap().push(e)).await;
        let raw = outcome.as_ref().map_or_else(|_| String::new(), |c| String::from_utf8_lossy(&c.raw).into_owned());
        let shown = outcome.as_ref().map_or_else(|e| format!("{e} {:?}", e.error.hint()), |_| String::new());
        let everything = format!("{outcome:?} {shown} {raw} {:?} {:?}", events.lock().unwrap(), client.endpoint());
        assert!(!everything.contains("canary"), "{name}: {everything}");
        let head = &server.seen()[0].head;
        assert_eq!(head.matches(CANARY).count(), 1, "{head}");
        assert!(head.contains(&format!("authorization: Bearer {CANARY}")), "{head}");
    }
}

#[tokio::test]
async fn an_unreachable_server_does_not_make_the_key_show() {
    let server = Faulty::start(vec![], script([server::Step::Reset])).await;
    let client = Client::with(with_key(&server), steady(), Ledgered::new()).unwrap();
    let outcome = client.call(&request(), &Budget::default(), &|_| {}).await;
    assert!(!format!("{outcome:?}").contains("canary"), "{outcome:?}");
}

#[tokio::test]
async fn a_refused_feature_is_remembered_and_told_once() {
    let refuse = |what: &str| refusal(400, &[], what);
    let scripts = vec![
        refuse("response_format json_schema is not supported"),
        refuse("'temperature' does not support 0"),
        refuse("Unsupported parameter: 'max_tokens'"),
        refuse("unknown parameter: seed"),
        refuse("'messages[0].role' does not support 'system'"),
    ];
    let server = Faulty::start(scripts, well()).await;
    let client = Client::new(endpoint(&server)).unwrap();
    let told = Mutex::new(Vec::new());
    for _ in 0..3 {
        let hear = |event| {
            if let Event::SteppedDown { now, .. } = event {
                told.lock().unwrap().push(now);
            }
        };
        client.call(&request(), &Budget::default(), &hear).await.unwrap();
    }
    let expected = [
        "structured output: json_schema",
        "no temperature",
        "reply limit: max_completion_tokens",
        "no seed",
        "instruction as developer message",
    ];
    assert_eq!(*told.lock().unwrap(), expected);
    let seen = server.seen();
    assert_eq!(seen.len(), 5 + 3);
    let last = &seen[7].body;
    assert_eq!((&last["temperature"], &last["seed"]), (&Value::Null, &Value::Null));
    assert_eq!((&last["messages"][0]["role"], &last["max_completion_tokens"]), (&json!("developer"), &json!(1024)));
    assert_eq!(client.features().structured, Structured::JsonSchema);
}

#[tokio::test]
async fn calls_that_meet_the_same_refusal_together_step_down_once() {
    let at_once = || refusal(400, &[], "response_format is not supported");
    let server = Faulty::start(std::iter::repeat_with(at_once).take(8).collect(), well()).await;
    let client = Client::new(endpoint(&server)).unwrap();
    let (request, budget, steps) = (request(), Budget::default(), Mutex::new(0));
    let hear = |event| *steps.lock().unwrap() += usize::from(matches!(event, Event::SteppedDown { .. }));
    let one = || client.call(&request, &budget, &hear);
    let (a, b, c, d) = tokio::join!(one(), one(), one(), one());
    for outcome in [a, b, c, d] {
        assert_eq!(told(&outcome), "answer", "{outcome:?}");
    }
    // Eight refusals are four steps at most: how far down depends on which calls were answered together.
    assert!((2..=4).contains(&*steps.lock().unwrap()), "{steps:?}");
}

#[tokio::test]
async fn a_500_is_not_met_with_the_same_seed_for_ever() {
    let server = Faulty::start(vec![], refusal(500, &[], "oops")).await;
    let client = Client::with(endpoint(&server), steady(), Ledgered::new()).unwrap();
    client.call(&request(), &Budget::default(), &|_| {}).await.unwrap_err();
    let seeds: Vec<u64> = server.seen().iter().map(|r| r.body["seed"].as_u64().unwrap()).collect();
    assert_eq!(seeds[..2], [7, 7]);
    assert!(seeds[2..].iter().all(|seed| *seed != 7 && *seed <= 0x7FFF_FFFF), "{seeds:?}");
    assert_ne!(seeds[2], seeds[3]);
}

#[tokio::test]
async fn a_hint_pauses_the_endpoint_and_is_told() {
    let server = Faulty::start(vec![refusal(429, &[("retry-after", "9")], "slow down")], well()).await;
    let clock = Ledgered::new();
    let client = Client::with(endpoint(&server), steady(), Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
    let events = Mutex::new(Vec::new());
    client.call(&request(), &Budget::default(), &|e| events.lock().unwrap().push(e)).await.unwrap();
    assert_eq!(*events.lock().unwrap(), [Event::Paused { endpoint: "m".to_owned(), wait: secs(9), asked: secs(9) }]);
}

#[tokio::test]
async fn every_request_that_was_sent_counts_and_none_exceeds_the_budget() {
    let server = Faulty::start(vec![refusal(500, &[], "oops"), script([server::Step::Reset])], well()).await;
    let client = Client::with(endpoint(&server), steady(), Ledgered::new()).unwrap();
    let budget = Budget::new(Some(4), None);
    client.call(&request(), &budget, &|_| {}).await.unwrap();
    assert_eq!(budget.spent().calls, 3);
    client.call(&request(), &budget, &|_| {}).await.unwrap();
    let outcome = client.call(&request(), &budget, &|_| {}).await;
    assert_eq!((told(&outcome).as_str(), server.seen().len()), ("budget", 4));
}

#[tokio::test]
async fn money_is_settled_by_usage_and_a_lost_reply_counts_in_full() {
    let price = Some(Price { input: 1.0, cached: None, output: 2.0 });
    let server = Faulty::start(vec![refusal(503, &[], "busy")], well()).await;
    let client = Client::with(Endpoint { price, ..endpoint(&server) }, steady(), Ledgered::new()).unwrap();
    let budget = Budget::new(None, NanoUsd::from_usd(1.0));
    client.call(&request(), &budget, &|_| {}).await.unwrap();
    assert_eq!(budget.spent(), Spent { calls: 2, usd: NanoUsd(20_000) });

    let server = Faulty::start(vec![reply(200, &[], "{\"choi")], well()).await;
    let client = Client::with(Endpoint { price, ..endpoint(&server) }, steady(), Ledgered::new()).unwrap();
    let budget = Budget::new(None, NanoUsd::from_usd(1.0));
    client.call(&request(), &budget, &|_| {}).await.unwrap();
    let most = client.endpoint().max_cost(request().bytes(), 1024).unwrap();
    assert_eq!(budget.spent(), Spent { calls: 2, usd: most + NanoUsd(20_000) });
}

#[tokio::test]
async fn an_answer_tells_all_that_the_budget_was_charged_for_it() {
    let price = Some(Price { input: 1.0, cached: None, output: 2.0 });
    let mut silent = completion(VERDICT);
    silent.as_object_mut().unwrap().remove("usage");
    let mut cut = completion("{\"rationale\":\"beca");
    cut["choices"][0]["finish_reason"] = "length".into();
    let lost = || reply(200, &[], "{\"choi");
    for scripts in [vec![json200(&silent)], vec![lost(), well()], vec![json200(&cut), refusal(400, &[], "too long")]] {
        let server = Faulty::start(scripts, well()).await;
        let client = Client::with(Endpoint { price, ..endpoint(&server) }, steady(), Ledgered::new()).unwrap();
        let budget = Budget::new(None, NanoUsd::from_usd(1.0));
        let done = client.call(&request(), &budget, &|_| {}).await.unwrap();
        assert_eq!(done.charged, budget.spent().usd, "{done:?}");
        assert!(done.charged >= done.cost.unwrap_or_default() && done.charged > NanoUsd(0), "{done:?}");
    }
}

#[tokio::test]
async fn calls_wait_for_money_that_others_will_not_need() {
    let price = Some(Price { input: 1.0, cached: None, output: 2.0 });
    let server = Faulty::start(vec![], well()).await;
    let client = Client::with(Endpoint { price, ..endpoint(&server) }, steady(), Ledgered::new()).unwrap();
    let most = client.endpoint().max_cost(request().bytes(), 1024).unwrap();
    // Enough for the most that four can cost together, and for all at what they do cost.
    let budget = Arc::new(Budget::new(None, Some(NanoUsd(4 * most.0))));
    let client = Arc::new(client);
    let one = || {
        let (client, budget) = (Arc::clone(&client), Arc::clone(&budget));
        tokio::spawn(async move { told(&client.call(&request(), &budget, &|_| {}).await) })
    };
    for outcome in (0..100).map(|_| one()).collect::<Vec<_>>() {
        assert_eq!(outcome.await.unwrap(), "answer");
    }
    assert_eq!(budget.spent(), Spent { calls: 100, usd: NanoUsd(100 * 20_000) });
    assert!(budget.spent().usd <= NanoUsd(4 * most.0));
}

#[tokio::test]
async fn money_cannot_be_kept_without_a_price() {
    let server = Faulty::start(vec![], well()).await;
    let client = Client::new(endpoint(&server)).unwrap();
    let error = client.call(&request(), &Budget::new(None, Some(NanoUsd(1))), &|_| {}).await.unwrap_err();
    assert_eq!(error.to_string(), "the budget is in dollars, and the price of model `m` is not known");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn an_endpoint_that_never_answers_ends_the_run() {
    let server = Faulty::start(vec![], refusal(502, &[], "down")).await;
    let policy = Policy { outages_in_a_row: 3, ..steady() };
    let client = Client::with(endpoint(&server), policy, Ledgered::new()).unwrap();
    let mut told_all = Vec::new();
    for _ in 0..3 {
        told_all.push(told(&client.call(&request(), &Budget::default(), &|_| {}).await));
    }
    assert_eq!(told_all, ["outage", "outage", "stop Failing"]);
}

#[tokio::test]
async fn an_endpoint_that_rejects_everything_from_the_start_ends_the_run_and_one_that_answers_does_not() {
    let policy = Policy { outages_in_a_row: 3, ..steady() };
    let reject = || refusal(400, &[], "unknown field in extra");
    for (first, last) in [(reject(), "stop Unusable"), (well(), "rejected")] {
        let server = Faulty::start(vec![first], reject()).await;
        let client = Client::with(endpoint(&server), policy, Ledgered::new()).unwrap();
        let mut outcome = String::new();
        for _ in 0..3 {
            outcome = told(&client.call(&request(), &Budget::default(), &|_| {}).await);
        }
        assert_eq!(outcome, last);
    }
}

#[tokio::test]
async fn a_document_that_a_firewall_takes_for_an_attack_ends_no_run_and_a_key_that_is_shut_out_does() {
    let policy = Policy { outages_in_a_row: 3, ..steady() };
    let page = || reply(403, &[("content-type", "text/html")], "<html><title>403 Forbidden</title>");
    let server = Faulty::start(vec![well(), page(), page(), well()], page()).await;
    let client = Client::with(endpoint(&server), policy, Ledgered::new()).unwrap();
    let mut told_all = Vec::new();
    for _ in 0..7 {
        told_all.push(told(&client.call(&request(), &Budget::default(), &|_| {}).await));
    }
    assert_eq!(told_all, ["answer", "rejected", "rejected", "answer", "rejected", "rejected", "stop Key"]);
}

#[tokio::test]
async fn a_document_that_is_too_long_takes_nothing_from_the_others() {
    let long = "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 and 1024";
    let server = Faulty::start(vec![reply(422, &[], json!({"error": long}).to_string())], well()).await;
    let client = Client::with(endpoint(&server), steady(), Ledgered::new()).unwrap();
    let before = client.features();
    let outcome = client.call(&request(), &Budget::default(), &|_| {}).await;
    assert_eq!((told(&outcome).as_str(), client.features()), ("rejected", before));
}

#[tokio::test]
async fn a_count_of_tokens_that_cannot_be_is_no_usage_and_charged_as_none_is() {
    let price = Some(Price { input: 1.0, cached: None, output: 2.0 });
    let mut bogus = completion(VERDICT);
    bogus["usage"]["prompt_tokens"] = json!(u64::MAX);
    let server = Faulty::start(vec![], super::json200(&bogus)).await;
    let client = Client::with(Endpoint { price, ..endpoint(&server) }, steady(), Ledgered::new()).unwrap();
    let budget = Budget::new(None, NanoUsd::from_usd(1.0));
    let answer = client.call(&request(), &budget, &|_| {}).await.unwrap();
    let most = client.endpoint().max_cost(request().bytes(), 1024).unwrap();
    assert_eq!((answer.usage, answer.cost, budget.spent().usd), (None, None, most));
}

#[tokio::test]
async fn a_third_of_the_replies_being_faulty_changes_no_answer() {
    let faults = [
        refusal(500, &[], "oops"),
        refusal(429, &[("retry-after", "2")], "slow down"),
        script([server::Step::Reset]),
        reply(200, &[], "{\"choices\":[{\"mess"),
        reply(200, &[], "<html>"),
        script([server::Step::Close]),
    ];
    let mut fault = faults.iter().cycle();
    let scripts = (0..300).map(|i| if i % 3 == 1 { fault.next().unwrap().clone() } else { well() }).collect();
    let server = Faulty::start(scripts, well()).await;
    let client = Client::with(endpoint(&server), steady(), Ledgered::new()).unwrap();
    for _ in 0..200 {
        let outcome = client.call(&request(), &Budget::default(), &|_| {}).await;
        assert_eq!(told(&outcome), "answer", "{outcome:?}");
        assert!(Envelope::read(&outcome.unwrap().raw).is_ok());
    }
}
