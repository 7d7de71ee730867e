#![allow(clippy::unwrap_used)]

use super::super::clock::TokioClock;
use super::*;

fn limiter(rpm: Option<u32>, tpm: Option<u64>, concurrency: usize) -> Arc<Limiter> {
    Arc::new(Limiter::new(Limits { rpm, tpm, concurrency }, Arc::new(TokioClock)))
}

/// Seconds from now at which each of `n` calls of `tokens` tokens is admitted; each ends at once.
async fn admissions(limiter: &Limiter, n: usize, tokens: u64) -> Vec<f64> {
    let start = Instant::now();
    let mut at = Vec::new();
    for _ in 0..n {
        limiter.acquire(tokens).await.settle(None, Outcome::Ok);
        at.push((start.elapsed().as_secs_f64() * 100.0).round() / 100.0);
    }
    at
}

#[tokio::test(start_paused = true)]
async fn requests_per_minute_are_spaced() {
    let at = admissions(&limiter(Some(60), None, 8), 4, 0).await;
    assert_eq!(at, [0.0, 1.0, 2.0, 3.0]);
}

#[tokio::test(start_paused = true)]
async fn no_minute_sees_more_than_its_allowance_and_a_second() {
    let at = admissions(&limiter(Some(600), None, 8), 700, 0).await;
    let in_first_minute = at.iter().filter(|t| **t < 60.0).count();
    assert!((600..=610).contains(&in_first_minute), "{in_first_minute}");
}

#[tokio::test(start_paused = true)]
async fn tokens_that_were_not_used_are_given_back() {
    let limiter = limiter(None, Some(60_000), 8);
    // 1,000 tokens a second: a call of 900 estimated tokens that used 100 leaves room for the next.
    limiter.acquire(900).await.settle(Some(100), Outcome::Ok);
    assert_eq!(admissions(&limiter, 1, 900).await, [0.0]);
    assert_eq!(admissions(&limiter, 1, 900).await, [0.9]);
}

#[tokio::test(start_paused = true)]
async fn a_call_larger_than_the_bucket_passes_and_leaves_a_debt() {
    let limiter = limiter(None, Some(60_000), 8);
    assert_eq!(admissions(&limiter, 2, 3_000).await, [0.0, 3.0]);
}

#[tokio::test(start_paused = true)]
async fn no_more_are_in_flight_than_allowed_and_the_first_to_wait_is_the_first_to_go() {
    let limiter = limiter(None, None, 2);
    let order = Arc::new(Mutex::new(Vec::new()));
    let running = Arc::new(AtomicUsize::new(0));
    let mut tasks = Vec::new();
    for i in 0..20 {
        let (limiter, order, running) = (Arc::clone(&limiter), Arc::clone(&order), Arc::clone(&running));
        tasks.push(tokio::spawn(async move {
            let permit = limiter.acquire(0).await;
            order.lock().unwrap().push(i);
            assert!(running.fetch_add(1, Ordering::SeqCst) < 2);
            tokio::time::sleep(Duration::from_millis(10)).await;
            running.fetch_sub(1, Ordering::SeqCst);
            permit.settle(None, Outcome::Ok);
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(*order.lock().unwrap(), (0..20).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_pause_holds_everybody_and_the_longest_pause_wins() {
    let limiter = limiter(None, None, 8);
    assert!(limiter.pause(Duration::from_secs(5)));
    assert!(!limiter.pause(Duration::from_secs(2)));
    assert_eq!(admissions(&limiter, 2, 0).await, [5.0, 5.0]);
    assert!(limiter.pause(Duration::from_secs(1)));
}

#[tokio::test]
async fn one_burst_of_refusals_halves_once_and_successes_win_it_back_one_by_one() {
    let limiter = limiter(None, None, 16);
    let mut burst = Vec::new();
    for _ in 0..6 {
        burst.push(limiter.acquire(0).await);
    }
    for permit in burst {
        permit.settle(None, Outcome::Overloaded);
    }
    assert_eq!(limiter.allowed(), 8);
    for _ in 0..8 {
        limiter.acquire(0).await.settle(None, Outcome::Ok);
    }
    assert_eq!(limiter.allowed(), 9);
    for _ in 0..1000 {
        limiter.acquire(0).await.settle(None, Outcome::Ok);
    }
    assert_eq!(limiter.allowed(), 16);
    for _ in 0..10 {
        limiter.acquire(0).await.settle(None, Outcome::Overloaded);
    }
    assert_eq!(limiter.allowed(), 1);
}

#[tokio::test]
async fn a_failure_that_says_nothing_about_the_rate_changes_nothing() {
    let limiter = limiter(None, None, 16);
    limiter.acquire(0).await.settle(None, Outcome::Failed);
    assert_eq!(limiter.allowed(), 16);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_call_frees_its_place_in_flight_and_in_the_queue() {
    let limiter = limiter(None, None, 1);
    let held = limiter.acquire(0).await;
    let waiting = tokio::time::timeout(Duration::from_secs(1), limiter.acquire(0)).await;
    assert!(waiting.is_err());
    drop(waiting);
    assert_eq!(limiter.waiting.load(Ordering::SeqCst), 0);
    drop(held);
    assert_eq!(admissions(&limiter, 1, 0).await, [0.0]);
}

#[tokio::test(start_paused = true)]
async fn a_permit_that_was_not_used_costs_no_wait() {
    let limiter = limiter(Some(60), Some(600), 1);
    for _ in 0..5 {
        limiter.acquire(10).await.unused();
    }
    assert_eq!(admissions(&limiter, 2, 10).await, [0.0, 1.0]);
}

#[tokio::test]
async fn an_endpoint_without_limits_admits_without_waiting() {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};
    let limiter = limiter(None, None, 1_000_000);
    for _ in 0..100_000 {
        let mut acquire = pin!(limiter.acquire(700));
        let Poll::Ready(permit) = acquire.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
            panic!("a free permit must not wait");
        };
        permit.settle(Some(300), Outcome::Ok);
    }
}
