//! One endpoint, asked politely: sends, waits, steps down, gives up. All decisions are made in [`super::retry`] and
//! [`super::ladder`]; this file only carries them out.

use super::budget::{Asked, Budget, Reservation};
use super::clock::{Clock, TokioClock};
use super::endpoint::Endpoint;
use super::envelope::Envelope;
use super::error::{CallError, CallFailure, ModelError, Stop};
use super::halt::Halt;
use super::http::http;
use super::ladder::Features;
use super::limiter::{Limiter, Outcome, Permit};
use super::request::{Request, Tweak};
use super::retry::{Attempt, Class, Decision, Made, Policy, classify, decide};
use super::transport::{Transport, read_body};
use crate::domain::{Event, NanoUsd, Usage};
use jiff::Timestamp;
use reqwest::header::HeaderMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// Ladder steps that one call may take. The ladder itself is shorter.
const MOST_STEPS: u32 = 16;
/// Requests of one call that the retry policy does not count: ladder steps and one enlarged attempt.
pub(super) const MOST_EXTRA: u32 = MOST_STEPS + 1;

/// How much larger the second try at a cut answer is, and where that ends.
const ENLARGE: u32 = 4;
const LARGEST: u32 = 32_768;

/// An endpoint with its limiter and what was learnt about it. Share it by `Arc` among all calls.
pub struct Client {
    endpoint: Endpoint,
    http: reqwest::Client,
    url: reqwest::Url,
    features: RwLock<Features>,
    limiter: Limiter,
    policy: Policy,
    clock: Arc<dyn Clock>,
    /// Calls without an answer since the last answer.
    outages: AtomicU32,
    answered: AtomicBool,
}

/// An answer, as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Completion {
    /// The decoded body, byte by byte, except that an echoed key is blotted out. [`Envelope::read`] reads it again.
    pub raw: Vec<u8>,
    /// The same, read.
    pub envelope: Envelope,
    /// Attempts made for it, ladder steps and failures included.
    pub attempts: u32,
    /// Of the attempt that succeeded, from sending to the last byte.
    pub latency: Duration,
    /// `openai-processing-ms`: the server's own share of the latency.
    pub processing_ms: Option<u64>,
    /// What the provider reported for all attempts, in money; `None` without a price or without usage.
    pub cost: Option<NanoUsd>,
    /// What the budget was charged for all attempts: where nothing was reported, the most that it can have been.
    pub charged: NanoUsd,
    /// Tokens of the attempt that succeeded.
    pub usage: Option<Usage>,
}

/// Where a call stands.
struct Tries {
    attempts: u32,
    /// The same, as the retry policy counts them.
    made: Made,
    steps: u32,
    /// [`Request::bytes`].
    bytes: usize,
    tweak: Tweak,
    /// Reported for attempts so far.
    cost: Option<NanoUsd>,
    /// What the budget was charged so far: an attempt whose outcome is unknown counts in full.
    charged: NanoUsd,
    /// A cut answer, should the larger attempt fail.
    cut: Option<Completion>,
}

/// What came with an attempt's outcome; empty when there was no reply.
#[derive(Default)]
struct Reply {
    raw: Vec<u8>,
    latency: Duration,
    processing_ms: Option<u64>,
}

impl Client {
    /// A client with the default policy on real time.
    ///
    /// # Errors
    /// [`ModelError`] when the address or the key cannot be used.
    pub fn new(endpoint: Endpoint) -> Result<Self, ModelError> {
        Self::with(endpoint, Policy::default(), Arc::new(TokioClock))
    }

    /// A client with its own policy and clock.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn with(endpoint: Endpoint, policy: Policy, clock: Arc<dyn Clock>) -> Result<Self, ModelError> {
        let url = endpoint.url()?;
        let http = http(&endpoint, &url)?;
        Ok(Self {
            features: RwLock::new(Features::start(&endpoint)),
            limiter: Limiter::new(endpoint.limits, Arc::clone(&clock)),
            outages: AtomicU32::new(0),
            answered: AtomicBool::new(false),
            endpoint,
            http,
            url,
            policy,
            clock,
        })
    }

    /// The endpoint.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// What requests contain now, after all refusals so far.
    pub fn features(&self) -> Features {
        *self.features.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks until there is an answer, or a reason why there is none.
    ///
    /// An answer that was cut at the token limit before its value was whole is asked for once more with four times
    /// the limit; should that fail, the cut answer is returned.
    ///
    /// # Errors
    /// [`CallFailure`]: for this item, or, as [`CallError::Stop`], for the whole run.
    pub async fn call(
        &self,
        request: &Request,
        budget: &Budget,
        events: &(dyn Fn(Event) + Sync),
    ) -> Result<Completion, CallFailure> {
        self.call_until(&Halt::never(), request, budget, events).await
    }

    /// The same, until `halt` is set: then nothing more is sent, and no wait is waited out. A cut answer is given up with
    /// the larger attempt: it would stand for ever where a run that nobody stopped has a whole one.
    ///
    /// # Errors
    /// As [`Client::call`], and [`CallError::Cancelled`].
    pub async fn call_until(
        &self,
        halt: &Halt,
        request: &Request,
        budget: &Budget,
        events: &(dyn Fn(Event) + Sync),
    ) -> Result<Completion, CallFailure> {
        let mut tries = Tries {
            attempts: 0,
            made: Made::default(),
            steps: 0,
            bytes: request.bytes(),
            tweak: request.plain(),
            cost: None,
            charged: NanoUsd(0),
            cut: None,
        };
        let outcome = self.run(halt, request, budget, events, &mut tries).await;
        match (outcome, tries.cut) {
            (Err(error), Some(cut)) if error != CallError::Cancelled => {
                Ok(Completion { attempts: tries.attempts, charged: tries.charged, ..cut })
            }
            (Err(error), _) => Err(CallFailure { error, requests: tries.attempts, cost: tries.charged }),
            (Ok(completion), _) => Ok(completion),
        }
    }

    async fn run(
        &self,
        halt: &Halt,
        request: &Request,
        budget: &Budget,
        events: &(dyn Fn(Event) + Sync),
        tries: &mut Tries,
    ) -> Result<Completion, CallError> {
        loop {
            let features = self.features();
            let (class, reply) = self.attempt(halt, request, budget, &features, tries).await?;
            tries.made.count(&class, self.answered.load(Ordering::Relaxed));
            let chance = if matches!(class, Class::Answer(_)) { 0.0 } else { request.chance(tries.attempts) };
            match decide(class, tries.made, &self.policy, chance) {
                Decision::Accept(envelope) => return Ok(self.complete(*envelope, reply, tries)),
                Decision::Enlarge(envelope) => {
                    let completion = self.complete(*envelope, reply, tries);
                    let enlarged = tries.tweak.max_tokens.saturating_mul(ENLARGE).min(LARGEST);
                    if tries.cut.is_some() || enlarged <= tries.tweak.max_tokens {
                        return Ok(completion);
                    }
                    tries.tweak.max_tokens = enlarged;
                    tries.cut = Some(completion);
                }
                Decision::Retry { after, new_seed } => {
                    if new_seed {
                        tries.tweak.seed = request.other_seed(tries.attempts);
                    }
                    halt.or(self.clock.sleep(after)).await?;
                }
                Decision::PauseEndpoint { wait, asked } => {
                    if self.limiter.pause(wait) {
                        events(Event::Paused { endpoint: self.endpoint.identity.clone(), wait, asked });
                    }
                }
                Decision::StepDown { because, .. } if tries.steps >= MOST_STEPS => {
                    return Err(self.rejected(because, Some(Stop::Unusable)));
                }
                Decision::StepDown { to, now, because } => {
                    tries.steps += 1;
                    if self.remember(&features, to) {
                        events(Event::SteppedDown { endpoint: self.endpoint.identity.clone(), now, because });
                    }
                }
                Decision::GiveUp(message) => return Err(self.outage(tries.attempts, message)),
                Decision::Reject { message, many } => return Err(self.rejected(message, many)),
                Decision::StopRun(stop, message) => return Err(self.stopped(stop, message)),
            }
        }
    }

    /// Sends once, within limits and budget, and settles both.
    async fn attempt(
        &self,
        halt: &Halt,
        request: &Request,
        budget: &Budget,
        features: &Features,
        tries: &mut Tries,
    ) -> Result<(Class, Reply), CallError> {
        let max_cost = match self.endpoint.max_cost(tries.bytes, tries.tweak.max_tokens) {
            Some(cost) => cost,
            None if budget.needs_price() => {
                return Err(ModelError::NoPrice { identity: self.endpoint.identity.clone() }.into());
            }
            None => NanoUsd(0),
        };
        let tokens = tries.bytes as u64 / 4 + u64::from(tries.tweak.max_tokens);
        let (permit, reservation) = self.admit(halt, budget, tokens, max_cost).await?;
        tries.attempts += 1;
        let started = Instant::now();
        let attempt = self.send(request.body(&self.endpoint, features, tries.tweak)).await;
        let latency = started.elapsed();
        let class = classify(&attempt, features, request.schema.is_some(), Timestamp::now());
        let usage = match &class {
            Class::Answer(envelope) | Class::Truncated(envelope) => envelope.usage,
            _ => None,
        };
        let cost = usage.and_then(|usage| self.endpoint.cost(usage));
        match &attempt {
            Attempt::Transport(failure) if !failure.was_sent() => reservation.release(),
            // Providers do not bill what they refuse.
            Attempt::Reply { status, .. } if *status >= 300 => reservation.settle(NanoUsd(0)),
            Attempt::Transport(_) | Attempt::Reply { .. } => {
                tries.charged = tries.charged + cost.unwrap_or(max_cost);
                match cost {
                    Some(cost) => reservation.settle(cost),
                    None => drop(reservation),
                }
            }
        }
        tries.cost = match (tries.cost, cost) {
            (Some(before), Some(cost)) => Some(before + cost),
            (before, cost) => cost.or(before),
        };
        let outcome = match class {
            Class::Answer(_) | Class::Truncated(_) => Outcome::Ok,
            Class::Overloaded { .. } => Outcome::Overloaded,
            _ => Outcome::Failed,
        };
        permit.settle(usage.map(|u| u.input.saturating_add(u.output)), outcome);
        let reply = match attempt {
            Attempt::Reply { headers, body, .. } => {
                Reply { raw: body, latency, processing_ms: processing_ms(&headers) }
            }
            Attempt::Transport(_) => Reply::default(),
        };
        Ok((class, reply))
    }

    /// A place in flight and the money for it.
    async fn admit<'a>(
        &'a self,
        halt: &Halt,
        budget: &'a Budget,
        tokens: u64,
        max_cost: NanoUsd,
    ) -> Result<(Permit<'a>, Reservation<'a>), CallError> {
        loop {
            let permit = halt.or(self.limiter.acquire(tokens)).await?;
            match budget.ask(1, max_cost) {
                Asked::Granted(reservation) => return Ok((permit, reservation)),
                Asked::Refused => return Err(CallError::Budget),
                Asked::Later(freed) => {
                    // Those in flight need their places to end; who waits for their money must hold none.
                    permit.unused();
                    halt.or(freed).await?;
                }
            }
        }
    }

    async fn send(&self, body: Vec<u8>) -> Attempt {
        self.exchange(body).await.unwrap_or_else(Attempt::Transport)
    }

    async fn exchange(&self, body: Vec<u8>) -> Result<Attempt, Transport> {
        let mut response = self.http.post(self.url.clone()).body(body).send().await.map_err(Transport::of)?;
        let body = read_body(&mut response, self.endpoint.max_body).await?;
        let (status, headers) = (response.status().as_u16(), std::mem::take(response.headers_mut()));
        Ok(Attempt::Reply { status, headers, body: self.scrub(body) })
    }

    /// The body without the key, should the server have echoed it: everything that is stored, shown or logged comes
    /// from here. A body that is no text is no answer and is quoted nowhere but through its valid parts.
    fn scrub(&self, body: Vec<u8>) -> Vec<u8> {
        let Some(key) = &self.endpoint.key else { return body };
        match String::from_utf8(body) {
            Ok(text) => key.scrub(text).into_bytes(),
            Err(error) => key.scrub(String::from_utf8_lossy(error.as_bytes()).into_owned()).into_bytes(),
        }
    }

    fn complete(&self, envelope: Envelope, reply: Reply, tries: &Tries) -> Completion {
        self.outages.store(0, Ordering::Relaxed);
        self.answered.store(true, Ordering::Relaxed);
        Completion {
            raw: reply.raw,
            usage: envelope.usage,
            envelope,
            attempts: tries.attempts,
            latency: reply.latency,
            processing_ms: reply.processing_ms,
            cost: tries.cost,
            charged: tries.charged,
        }
    }

    /// Takes a step down that a request sent with `sent_with` has led to; false when another call did so meanwhile.
    fn remember(&self, sent_with: &Features, to: Features) -> bool {
        let mut features = self.features.write().unwrap_or_else(PoisonError::into_inner);
        let is_news = *features == *sent_with;
        if is_news {
            *features = to;
        }
        is_news
    }

    /// The item's outage; the run's, when too many came in a row.
    fn outage(&self, attempts: u32, message: String) -> CallError {
        let in_a_row = self.outages.fetch_add(1, Ordering::Relaxed) + 1;
        if in_a_row >= self.policy.outages_in_a_row {
            return self
                .stopped(Stop::Failing, format!("{in_a_row} calls in a row without an answer; the last: {message}"));
        }
        CallError::Outage { attempts, message }
    }

    /// An item's rejection; the run's end, when too many came in a row that mean `many`.
    fn rejected(&self, message: String, many: Option<Stop>) -> CallError {
        match many {
            Some(stop) if self.outages.fetch_add(1, Ordering::Relaxed) + 1 >= self.policy.outages_in_a_row => {
                self.stopped(stop, message)
            }
            _ => CallError::Rejected { message },
        }
    }

    fn stopped(&self, stop: Stop, message: String) -> CallError {
        // A `location` header is the one text that does not come from the scrubbed body.
        let message = match &self.endpoint.key {
            Some(key) => key.scrub(message),
            None => message,
        };
        let message = match stop {
            Stop::Tls | Stop::Unreachable => format!("`{}`: {message}", self.url.host_str().unwrap_or("")),
            _ => message,
        };
        ModelError::Stopped { identity: self.endpoint.identity.clone(), stop, message }.into()
    }
}

fn processing_ms(headers: &HeaderMap) -> Option<u64> {
    headers.get("openai-processing-ms")?.to_str().ok()?.trim().parse().ok()
}
