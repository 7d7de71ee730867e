//! No budget is exceeded by a single request, whatever is searched how.

use super::provider::{Habits, Provider, Seen};
use super::{KEPT, QUERIES, Stand};
use assessor::app::{self, AppError, Method, OptimizeRequest, Optimized, Regime};
use assessor::domain::NanoUsd;
use assessor::optimize::demos::Select;
use assessor::optimize::event::{Entry, Why};
use assessor::optimize::limits::Limits;
use assessor::optimize::objective::Objective;
use assessor::optimize::{bootstrap, copro, flywheel, gepa, library, mipro};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use tokio::sync::watch;

const RUNS: u64 = 108;
/// Of these runs every so manieth has a provider that fails.
const UNWELL: u64 = 4;
/// Rating the held-out part with two judges.
const HELD: u64 = (2 * QUERIES * KEPT / 4) as u64;

fn method(rng: &mut ChaCha8Rng) -> Method {
    match rng.random_range(0..10) {
        0 => Method::Published,
        6 => Method::Regimes(Regime::AUTO.to_vec()),
        1 => Method::Flywheel(flywheel::Knobs {
            rounds: rng.random_range(0..6),
            failures: rng.random_range(1..20),
            patience: rng.random_range(1..4),
            rows: rng.random_range(0..20),
        }),
        5 => Method::Bullets(
            library::Knobs {
                most: rng.random_range(1..20),
                words: rng.random_range(1..400),
                z: rng.random_range(0.0..2.0),
            },
            None,
        ),
        2 => Method::Mipro(mipro::Knobs {
            candidates: rng.random_range(1..7),
            trials: rng.random_range(0..12),
            bootstrapped: rng.random_range(0..6),
            labelled: rng.random_range(0..4),
            threshold: rng.random_bool(0.5).then(|| rng.random_range(0.0..30.0)),
            minibatch: rng.random_range(0..12),
            full_every: rng.random_range(1..6),
            failures: rng.random_range(1..10),
            select: select(rng),
        }),
        3 => Method::Bootstrap(bootstrap::Knobs {
            threshold: rng.random_bool(0.8).then(|| rng.random_range(0.0..30.0)),
            bootstrapped: rng.random_range(0..6),
            labelled: rng.random_range(0..4),
            search: rng.random_range(0..6),
            select: select(rng),
            objective: Objective::ALL[rng.random_range(0..3)],
        }),
        4 => Method::Copro(copro::Knobs {
            breadth: rng.random_range(1..6),
            depth: rng.random_range(0..4),
            failures: rng.random_range(1..10),
            objective: Objective::ALL[rng.random_range(0..3)],
        }),
        _ => Method::Gepa(gepa::Knobs {
            failures: rng.random_range(1..10),
            width: rng.random_range(1..6),
            look: rng.random_range(0..20),
            rows: rng.random_range(0..20),
            early: rng.random_range(0.0..1.0),
            z: rng.random_range(0.0..2.0),
            prior: rng.random_range(-2.0..2.0),
            prior_sd: rng.random_range(0.5..5.0),
            margin: rng.random_range(-1.0..1.0),
            explore: rng.random_range(0.0..1.0),
            patience: rng.random_range(0..5),
            prune: rng.random_range(0..6),
            tie: rng.random_range(0.0..1.0),
            malformed: rng.random_range(0.0..0.1),
        }),
    }
}

fn select(rng: &mut ChaCha8Rng) -> Select {
    [Select::Stratified, Select::Random, Select::Nearest][rng.random_range(0..3)]
}

/// One limit or several, from nothing at all to enough for a few rounds.
fn limits(rng: &mut ChaCha8Rng) -> Limits {
    let mut limits = Limits::default();
    // A call has some 900 tokens, at the prices of the provider a tenth of a cent.
    while limits == Limits::default() {
        limits = Limits {
            judge_calls: rng.random_bool(0.5).then(|| rng.random_range(1..300)),
            calls: rng.random_bool(0.4).then(|| rng.random_range(1..320)),
            tokens: rng.random_bool(0.3).then(|| rng.random_range(1_000..900_000)),
            usd: rng.random_bool(0.3).then(|| NanoUsd(rng.random_range(1_000_000..1_000_000_000))),
            seconds: None,
        };
    }
    limits
}

struct Case {
    number: u64,
    method: Method,
    limits: Limits,
    closed: bool,
    unwell: bool,
}

impl Case {
    fn new(number: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(number);
        let unwell = number.is_multiple_of(UNWELL);
        Self { number, method: method(&mut rng), limits: limits(&mut rng), closed: rng.random_bool(0.3), unwell }
    }

    async fn run(&self) -> (Result<Optimized, AppError>, Seen) {
        let habits = Habits { failing: if self.unwell { 20 } else { 0 }, ..Habits::default() };
        let stand = Stand::new(Provider::start(habits).await, self.closed);
        let found = stand.run(self.number, self.method.clone(), self.limits).await;
        (found, stand.provider.seen())
    }

    /// What is wrong with a run, in words.
    fn faults(&self, found: &Result<Optimized, AppError>, seen: &Seen) -> Vec<String> {
        let mut faults = Vec::new();
        let mut at_most = |what: &str, value: u64, most: Option<u64>| {
            if most.is_some_and(|most| value > most) {
                faults.push(format!("{value} {what} of {most:?}"));
            }
        };
        at_most("judge calls", seen.judge, self.limits.judge_calls);
        at_most("calls", seen.judge + seen.writer, self.limits.calls);
        at_most("tokens", seen.tokens, self.limits.tokens);
        at_most("nanodollars", seen.usd.0, self.limits.usd.map(|usd| usd.0));
        match found {
            Ok(found) if !self.unwell => {
                let told = &found.summary;
                let spent =
                    (told.calls.judge, told.calls.other, told.tokens, told.cost_usd.and_then(NanoUsd::from_usd));
                let asked = (seen.judge, seen.writer, seen.tokens, Some(seen.usd));
                if spent != asked {
                    faults.push(format!("{spent:?} is said, and {asked:?} was asked"));
                }
            }
            Ok(found) if found.summary.calls.judge > seen.judge => {
                faults.push(format!("{:?} is said", found.summary.calls.judge));
            }
            Ok(_) => {}
            Err(error) if error.to_string().contains("leaves nothing to search with") && seen.judge == 0 => {}
            Err(error) => faults.push(error.to_string()),
        }
        faults
    }
}

/// How a run ended, in a word.
fn end(found: &Result<Optimized, AppError>) -> String {
    match found {
        Err(_) => "refused at once".to_owned(),
        Ok(found) if found.conclusion.why == Why::Budget => {
            let short = found.log.iter().find_map(|entry| match entry {
                Entry::Short { limit, .. } => Some(format!("{limit:?}")),
                _ => None,
            });
            format!("budget: {}", short.unwrap_or("no calls left".to_owned()))
        }
        Ok(found) => format!("{:?}", found.conclusion.why),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_budget_is_exceeded_by_a_single_request() {
    // Those with a provider that fails mostly wait: they run beside the others.
    let runs: Vec<_> = (0..RUNS)
        .map(|number| {
            tokio::spawn(async move {
                let case = Case::new(number);
                let (found, seen) = case.run().await;
                (case, found, seen)
            })
        })
        .collect();
    let (mut faults, mut ends) = (Vec::new(), BTreeMap::<String, usize>::new());
    let (mut calls, mut opened) = (0, 0);
    for run in runs {
        let (case, found, seen) = run.await.unwrap();
        let wrong = case.faults(&found, &seen);
        if !wrong.is_empty() {
            faults.push(format!("run {} ({:?}, {:?}): {}", case.number, case.method, case.limits, wrong.join("; ")));
        }
        *ends.entry(end(&found)).or_default() += 1;
        calls += seen.judge + seen.writer;
        opened += usize::from(found.is_ok_and(|found| found.summary.decision.is_some()));
    }
    println!("{RUNS} runs, {calls} requests, {opened} opened the held-out part; ends: {ends:#?}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    // The budgets are of all sizes: many end a search, in every limit, and some do not.
    for limit in ["JudgeCalls", "Calls", "Tokens", "Usd"] {
        assert!(ends.keys().any(|end| end.ends_with(&format!(": {limit}"))), "{limit} ended none: {ends:?}");
    }
    let searched = RUNS as usize - ends.get("refused at once").copied().unwrap_or(0);
    assert!(searched >= 50 && opened >= 5 && ends.len() >= 6, "{searched} {opened} {ends:?}");
}

#[tokio::test]
async fn what_is_set_aside_for_the_held_out_part_is_there_when_it_is_opened() {
    let stand = Stand::new(Provider::start(Habits::default()).await, false);
    let budget = 150 + HELD;
    let found = stand.run(1, Method::Gepa(gepa::Knobs::default()), super::judge_calls(budget)).await.unwrap();
    assert!(found.summary.decision.is_some(), "{:?}", found.conclusion);
    assert!(found.summary.calls.judge <= budget && stand.provider.seen().judge == found.summary.calls.judge);
}

#[tokio::test]
async fn a_budget_in_tokens_or_money_keeps_enough_for_the_held_out_part() {
    let stand = Stand::new(Provider::start(Habits::default()).await, false);
    let tokens = Limits { tokens: Some(600_000), ..Limits::default() };
    let money = Limits { usd: NanoUsd::from_usd(0.7), ..Limits::default() };
    for limits in [tokens, money] {
        let found = stand.run(1, Method::Gepa(gepa::Knobs::default()), limits).await.unwrap();
        assert_eq!(found.conclusion.why, Why::Budget, "{limits:?}");
        assert!(found.summary.decision.is_some(), "{limits:?} {:?}", found.summary.calls);
    }
    // Examples are paid for there, too.
    let tokens = Limits { tokens: Some(1_200_000), ..Limits::default() };
    let found = stand
        .run(1, Method::Bootstrap(bootstrap::Knobs { search: 8, ..bootstrap::Knobs::a_step() }), tokens)
        .await
        .unwrap();
    assert!(found.summary.decision.is_some(), "{:?} {:?}", found.conclusion, found.summary.calls);
    let little = Limits { tokens: Some(100_000), ..Limits::default() };
    let refused = stand.run(1, Method::Gepa(gepa::Knobs::default()), little).await.unwrap_err().to_string();
    assert!(refused.starts_with("a budget of 100000 tokens leaves nothing to search with: up to "), "{refused}");
}

#[tokio::test]
async fn what_writes_nothing_needs_no_model_that_writes() {
    let stand = Stand::new(Provider::start(Habits::default()).await, true);
    let method = Method::Bullets(library::Knobs::default(), None);
    let request = OptimizeRequest { reflector: None, ..stand.request(method, super::judge_calls(150)) };
    let (_keep, cancel) = watch::channel(false);
    let found = app::optimize(&stand.project(1), &request, &mut |_| {}, cancel).await.unwrap();
    assert!(found.summary.calls.judge > 100 && found.summary.calls.other == 0, "{:?}", found.summary.calls);
    let demos = bootstrap::Knobs { threshold: Some(6.25), ..bootstrap::Knobs::a_step() };
    for method in [Method::Bootstrap(demos), Method::Regimes(vec![Regime::Demos])] {
        let request = OptimizeRequest { method, ..request.clone() };
        let (_keep, cancel) = watch::channel(false);
        let found = app::optimize(&stand.project(1), &request, &mut |_| {}, cancel).await.unwrap();
        assert!(found.summary.calls.judge > 100 && found.summary.calls.other == 0, "{:?}", found.summary.calls);
    }
    let writes = OptimizeRequest { method: Method::Gepa(gepa::Knobs::default()), ..request };
    let (_keep, cancel) = watch::channel(false);
    let refused = app::optimize(&stand.project(1), &writes, &mut |_| {}, cancel).await.unwrap_err().to_string();
    assert_eq!(refused, "an optimiser needs a model that writes revisions");
}
