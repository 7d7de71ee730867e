//! The same run is the same run, wherever and however fast.

use super::provider::{Habits, Provider};
use super::{Stand, judge_calls};
use assessor::app::{Method, Optimized, Regime};
use assessor::optimize::demos::Select;
use assessor::optimize::{bootstrap, copro, flywheel, gepa, library, mipro};
use std::sync::Arc;

async fn provider() -> Arc<Provider> {
    Provider::start(Habits { noise: 0.2, ..Habits::default() }).await
}

/// A run in a folder of its own.
async fn run(provider: &Arc<Provider>, seed: u64, method: &Method, concurrency: usize) -> Optimized {
    let stand = Stand::new(Arc::clone(provider), false).concurrency(concurrency);
    stand.run(seed, method.clone(), judge_calls(200)).await.unwrap()
}

#[tokio::test]
async fn the_same_seed_gives_the_same_log_at_any_concurrency() {
    let provider = provider().await;
    let nearest = Select::Nearest;
    for method in [
        Method::Gepa(gepa::Knobs::default()),
        Method::Published,
        Method::Flywheel(flywheel::Knobs::default()),
        Method::Bullets(library::Knobs::default(), None),
        Method::Mipro(mipro::Knobs::default()),
        Method::Bootstrap(bootstrap::Knobs { search: 3, ..bootstrap::Knobs::new(6.25) }),
        Method::Bootstrap(bootstrap::Knobs { select: nearest, ..bootstrap::Knobs::new(6.25) }),
        Method::Copro(copro::Knobs::default()),
        Method::Regimes(Regime::AUTO.to_vec()),
    ] {
        let one = run(&provider, 3, &method, 8).await;
        let two = run(&provider, 3, &method, 8).await;
        let slow = run(&provider, 3, &method, 1).await;
        assert!(one.log.len() > 5, "{method:?}: {:?}", one.log);
        assert_eq!(one.log, two.log);
        assert_eq!(one.log, slow.log);
        assert_eq!(one.best.prompt, slow.best.prompt);
    }
}

#[tokio::test]
async fn another_seed_gives_another_log() {
    let (provider, method) = (provider().await, Method::Gepa(gepa::Knobs::default()));
    let (one, other) = (run(&provider, 3, &method, 8).await, run(&provider, 4, &method, 8).await);
    assert_ne!(one.log[1..], other.log[1..]);
}
