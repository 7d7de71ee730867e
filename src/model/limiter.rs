//! How fast one endpoint is asked: requests and tokens per minute, requests in flight, pauses. Shared by all calls.
//!
//! Nobody waits for anything when no limit binds: a permit is then one short lock. Who has to wait stands in a fair
//! queue, in which only the first looks at the limits.

use super::clock::Clock;
use super::endpoint::Limits;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// The limits of one endpoint.
pub struct Limiter {
    state: Mutex<State>,
    /// Callers in the queue.
    waiting: AtomicUsize,
    /// Tokio's mutex is fair, so it is the queue.
    turn: tokio::sync::Mutex<()>,
    freed: Notify,
    clock: Arc<dyn Clock>,
}

struct State {
    in_flight: usize,
    /// Requests in flight that are allowed now; never above `ceiling`.
    allowed: usize,
    ceiling: usize,
    /// Successes since `allowed` last changed.
    successes: usize,
    /// Grows with each cut of `allowed`: a burst that was sent before the cut must not cut again.
    cuts: u64,
    paused_until: Option<Instant>,
    requests: Option<Bucket>,
    tokens: Option<Bucket>,
}

/// How a permitted request went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A reply.
    Ok,
    /// The endpoint is asked too fast.
    Overloaded,
    /// Some other failure; it says nothing about the rate.
    Failed,
}

enum Blocked {
    For(Duration),
    UntilFreed,
}

impl Limiter {
    /// A limiter that starts at full concurrency and with full buckets.
    pub fn new(limits: Limits, clock: Arc<dyn Clock>) -> Self {
        let ceiling = limits.concurrency.max(1);
        let bucket = |per_minute: f64| Bucket::new(per_minute / 60.0, clock.now());
        let state = State {
            in_flight: 0,
            allowed: ceiling,
            ceiling,
            successes: 0,
            cuts: 0,
            paused_until: None,
            requests: limits.rpm.map(|rpm| bucket(f64::from(rpm))),
            tokens: limits.tpm.map(|tpm| bucket(tpm as f64)),
        };
        let (waiting, turn, freed) = (AtomicUsize::new(0), tokio::sync::Mutex::new(()), Notify::new());
        Self { state: Mutex::new(state), waiting, turn, freed, clock }
    }

    /// Waits until a request of about `tokens` tokens may be sent. First come, first served.
    pub async fn acquire(&self, tokens: u64) -> Permit<'_> {
        if self.waiting.load(Ordering::Acquire) == 0
            && let Ok(permit) = self.take(tokens)
        {
            return permit;
        }
        let _in_queue = InQueue::new(&self.waiting);
        let _turn = self.turn.lock().await;
        loop {
            match self.take(tokens) {
                Ok(permit) => return permit,
                Err(Blocked::For(wait)) => self.clock.sleep(wait).await,
                Err(Blocked::UntilFreed) => self.freed.notified().await,
            }
        }
    }

    /// Nobody is admitted for `wait`. True when this is news: the endpoint was not paused.
    pub fn pause(&self, wait: Duration) -> bool {
        let now = self.clock.now();
        let mut state = self.state();
        let before = state.paused_until.unwrap_or(now).max(now);
        state.paused_until = Some(before.max(now + wait));
        before == now
    }

    /// Requests in flight that are allowed now.
    pub fn allowed(&self) -> usize {
        self.state().allowed
    }

    fn take(&self, tokens: u64) -> Result<Permit<'_>, Blocked> {
        let mut state = self.state();
        if state.in_flight >= state.allowed {
            return Err(Blocked::UntilFreed);
        }
        if state.is_timed() {
            let now = self.clock.now();
            state.spend(tokens as f64, now).map_err(Blocked::For)?;
        }
        state.in_flight += 1;
        Ok(Permit { limiter: self, tokens, cuts: state.cuts })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Does the answer depend on the time?
    fn is_timed(&self) -> bool {
        self.paused_until.is_some() || self.requests.is_some() || self.tokens.is_some()
    }

    /// Takes from both buckets or from none; the error is how long to wait before asking again.
    fn spend(&mut self, tokens: f64, now: Instant) -> Result<(), Duration> {
        if let Some(until) = self.paused_until {
            if until > now {
                return Err(until - now);
            }
            self.paused_until = None;
        }
        let requests = self.requests.as_mut().map_or(Duration::ZERO, |bucket| bucket.wait_for(1.0, now));
        let tokens_wait = self.tokens.as_mut().map_or(Duration::ZERO, |bucket| bucket.wait_for(tokens, now));
        let wait = requests.max(tokens_wait);
        if !wait.is_zero() {
            return Err(wait);
        }
        if let Some(bucket) = &mut self.requests {
            bucket.level -= 1.0;
        }
        if let Some(bucket) = &mut self.tokens {
            bucket.level -= tokens;
        }
        Ok(())
    }

    /// Additive increase, multiplicative decrease.
    fn adapt(&mut self, outcome: Outcome, cuts_when_sent: u64) {
        match outcome {
            Outcome::Ok if self.allowed < self.ceiling => {
                self.successes += 1;
                if self.successes >= self.allowed {
                    self.allowed += 1;
                    self.successes = 0;
                }
            }
            Outcome::Overloaded if cuts_when_sent == self.cuts => {
                self.allowed = (self.allowed / 2).max(1);
                self.successes = 0;
                self.cuts += 1;
            }
            Outcome::Ok | Outcome::Overloaded | Outcome::Failed => {}
        }
    }
}

/// The right to have one request in flight. Dropped unsettled (a cancelled call) it frees its place, and its tokens
/// stay spent.
#[must_use = "the permit is the request's place in flight"]
pub struct Permit<'a> {
    limiter: &'a Limiter,
    tokens: u64,
    cuts: u64,
}

impl Permit<'_> {
    /// The request is over; `tokens` is what it really used, when that is known.
    pub fn settle(self, tokens: Option<u64>, outcome: Outcome) {
        let mut state = self.limiter.state();
        if let (Some(bucket), Some(tokens)) = (&mut state.tokens, tokens) {
            bucket.give_back(self.tokens as f64 - tokens as f64);
        }
        state.adapt(outcome, self.cuts);
    }

    /// Nothing was sent: what was taken for it goes back.
    pub fn unused(self) {
        let mut state = self.limiter.state();
        if let Some(bucket) = &mut state.requests {
            bucket.give_back(1.0);
        }
        if let Some(bucket) = &mut state.tokens {
            bucket.give_back(self.tokens as f64);
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.limiter.state().in_flight -= 1;
        if self.limiter.waiting.load(Ordering::Acquire) > 0 {
            self.limiter.freed.notify_one();
        }
    }
}

struct InQueue<'a>(&'a AtomicUsize);

impl<'a> InQueue<'a> {
    fn new(waiting: &'a AtomicUsize) -> Self {
        waiting.fetch_add(1, Ordering::AcqRel);
        Self(waiting)
    }
}

impl Drop for InQueue<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A token bucket of one second's worth, so that no minute sees more than its allowance and a second. A cost above its
/// size is let through when it is full, and leaves a debt.
struct Bucket {
    level: f64,
    size: f64,
    per_second: f64,
    at: Instant,
}

/// Rounding of levels must not make a wait that is over look unfinished.
const SLACK: f64 = 1e-6;

impl Bucket {
    fn new(per_second: f64, now: Instant) -> Self {
        let per_second = per_second.max(1.0 / 60.0);
        let size = per_second.max(1.0);
        Self { level: size, size, per_second, at: now }
    }

    fn wait_for(&mut self, cost: f64, now: Instant) -> Duration {
        self.level = (self.level + (now - self.at).as_secs_f64() * self.per_second).min(self.size);
        self.at = now;
        let missing = cost.min(self.size) - self.level;
        if missing <= SLACK { Duration::ZERO } else { Duration::from_secs_f64(missing / self.per_second) }
    }

    fn give_back(&mut self, cost: f64) {
        self.level = (self.level + cost).min(self.size);
    }
}

#[cfg(test)]
mod tests;
