//! What an attempt's outcome means, and what to do about it. Pure: two tables that can be read and tested line by line.
//!
//! The status alone misleads in both directions: llama-cpp-python says 500 for a bad parameter, LiteLLM says 400 for a
//! broken upstream, 429 may mean "no credit". So the words count too.

use super::envelope::{Envelope, ProviderError};
use super::error::{Stop, in_words};
use super::hints;
use super::ladder::{Features, step_down};
use super::transport::Transport;
use jiff::Timestamp;
use reqwest::header::HeaderMap;
use std::time::Duration;

mod made;
mod words;

pub use made::Made;

/// What one attempt met.
#[derive(Debug)]
pub enum Attempt {
    /// No reply, or only a part of one.
    Transport(Transport),
    /// A whole reply.
    Reply {
        /// Its status.
        status: u16,
        /// Its headers.
        headers: HeaderMap,
        /// Its decoded body.
        body: Vec<u8>,
    },
}

/// What an attempt's outcome means.
#[derive(Clone, Debug, PartialEq)]
pub enum Class {
    /// The model answered; an empty or refusing answer is one.
    Answer(Box<Envelope>),
    /// The answer was cut at the token limit before it held a whole value.
    Truncated(Box<Envelope>),
    /// The endpoint is asked too fast.
    Overloaded {
        /// When to come back.
        hint: Option<Duration>,
        /// In its words.
        message: String,
    },
    /// This attempt failed; another may not.
    Transient {
        /// When to come back.
        hint: Option<Duration>,
        /// What happened.
        message: String,
        /// A 500: it may depend on the seed, so that the same seed would fail for ever.
        seed_suspect: bool,
    },
    /// It failed, and the provider says that asking again is of no use.
    Hopeless {
        /// In its words.
        message: String,
    },
    /// Nobody is there.
    Unreachable {
        /// What the system said.
        message: String,
    },
    /// A part of the request is not supported.
    StepDown {
        /// What to send instead.
        to: Features,
        /// What changes, in words.
        now: String,
        /// In the provider's words.
        because: String,
    },
    /// This request is refused for good.
    Rejected {
        /// In the provider's words.
        message: String,
        /// About this very item (too long, filtered) rather than about how requests are made.
        item: bool,
    },
    /// A 403 that does not say whom or what it is about: the key, or this very document.
    Barred {
        /// In the provider's words.
        message: String,
    },
    /// Every request will fail.
    Stop {
        /// Why.
        stop: Stop,
        /// In the provider's words.
        message: String,
    },
}

/// Reads the outcome of an attempt that was made with `features`. `now` dates hints in replies without a `Date`.
///
/// `wants_json` says whether the reply must hold a JSON object, which decides whether a cut one is usable.
pub fn classify(attempt: &Attempt, features: &Features, wants_json: bool, now: Timestamp) -> Class {
    match attempt {
        Attempt::Transport(failure) => of_transport(failure),
        Attempt::Reply { status: 200..=299, headers, body } => of_success(headers, body, features, wants_json, now),
        Attempt::Reply { status, headers, body } => {
            if (300..400).contains(status) {
                let to = headers.get("location").and_then(|l| l.to_str().ok()).unwrap_or("nowhere");
                return Class::Stop { stop: Stop::Redirect, message: format!("{status} to `{to}`") };
            }
            let error = ProviderError::of_body(body);
            let message = format!("{status} {}", error.text());
            of_refusal(*status, headers, &error, features, now, message)
        }
    }
}

fn of_transport(failure: &Transport) -> Class {
    let message = failure.to_string();
    match failure {
        Transport::Unreachable { .. } => Class::Unreachable { message },
        Transport::Tls { .. } => Class::Stop { stop: Stop::Tls, message },
        Transport::Timeout { .. } | Transport::Broken { .. } | Transport::TooLarge { .. } => transient(None, message),
    }
}

fn transient(hint: Option<Duration>, message: String) -> Class {
    Class::Transient { hint, message, seed_suspect: false }
}

fn of_success(headers: &HeaderMap, body: &[u8], features: &Features, wants_json: bool, now: Timestamp) -> Class {
    let envelope = match Envelope::read(body) {
        Ok(envelope) => envelope,
        Err(reason) => return transient(hints::wait(headers, None, now), reason.to_string()),
    };
    if let Some(error) = &envelope.error {
        let message = format!("an error in a reply with status 200: {}", error.text());
        return of_refusal(error.status().unwrap_or(502), headers, error, features, now, message);
    }
    let unusable = || !usable(envelope.text.as_deref().unwrap_or(""), wants_json);
    if envelope.is_aborted() && unusable() {
        return transient(None, "the server gave up half-way".to_owned());
    }
    if envelope.is_cut() && envelope.refusal.is_none() && unusable() {
        return Class::Truncated(Box::new(envelope));
    }
    Class::Answer(Box::new(envelope))
}

/// Could a cut text still hold the answer? It must end where an object, or the fence around it, ends.
fn usable(text: &str, wants_json: bool) -> bool {
    let text = text.trim_end();
    if wants_json { text.ends_with('}') || text.ends_with("```") } else { !text.is_empty() }
}

fn of_refusal(
    status: u16,
    headers: &HeaderMap,
    error: &ProviderError,
    features: &Features,
    now: Timestamp,
    message: String,
) -> Class {
    let words = words::Words::of(error);
    let hint = hints::wait(headers, Some(error), now);
    let stop = |stop| Class::Stop { stop, message: message.clone() };
    let reject = |item| Class::Rejected { message: message.clone(), item };
    let client_fault = (400..500).contains(&status);
    // Gemini's quota per minute has the same words as an empty account, but says when to come back.
    if client_fault && (status == 402 || (words.no_credit() && error.retry_delay.is_none())) {
        return stop(Stop::Credit);
    }
    if (client_fault || status == 500) && status != 429 && words.too_long() {
        return reject(true);
    }
    if client_fault && status != 429 && words.filtered() {
        return reject(true);
    }
    let told = hints::should_retry(headers);
    match status {
        429 if told == Some(false) => stop(Stop::Credit),
        429 | 503 | 529 if told != Some(false) => Class::Overloaded { hint, message },
        400..=499 if told == Some(true) => transient(hint, message),
        408 | 409 | 424 | 425 | 499 => transient(hint, message),
        403 if !words.about_caller() => Class::Barred { message },
        401 | 403 | 407 => stop(Stop::Key),
        404 if words.some_parameter() => match step_down(features, status, error) {
            Some((to, now)) => Class::StepDown { to, now, because: message },
            None => stop(Stop::Unusable),
        },
        404 | 410 if words.no_model() => stop(Stop::NoModel),
        404 | 405 | 410 | 415 | 426 | 501 => stop(Stop::Unusable),
        413 | 414 | 431 => reject(true),
        400 | 422 | 500 => match step_down(features, status, error) {
            Some((to, now)) => Class::StepDown { to, now, because: message },
            None if status == 500 && told == Some(false) => Class::Hopeless { message },
            None if status == 500 => Class::Transient { hint, message, seed_suspect: true },
            None => of_complaint(hint, &words, message),
        },
        _ if client_fault => reject(false),
        _ if told == Some(false) => Class::Hopeless { message },
        _ => transient(hint, message),
    }
}

/// 400 and 422 that no ladder step answers.
fn of_complaint(hint: Option<Duration>, words: &words::Words, message: String) -> Class {
    if words.bad_key() {
        Class::Stop { stop: Stop::Key, message }
    } else if words.no_model() {
        Class::Stop { stop: Stop::NoModel, message }
    } else if words.upstream() {
        transient(hint, message)
    } else {
        Class::Rejected { message, item: false }
    }
}

/// How often and how long to try.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Policy {
    /// Attempts at a request that fails.
    pub attempts: u32,
    /// Attempts at a request while the endpoint is overloaded.
    pub overload_attempts: u32,
    /// Attempts in a row to reach a server that was never met.
    pub connect_attempts: u32,
    /// The same, of a server that was there before: it may be restarting, which takes about a minute.
    pub reconnect_attempts: u32,
    /// First wait without a hint; doubled each time.
    pub first_wait: Duration,
    /// Longest wait without a hint.
    pub longest_wait: Duration,
    /// A hint above this is about the endpoint, not the item.
    pub long_hint: Duration,
    /// Longest pause that a hint can ask for.
    pub longest_pause: Duration,
    /// From 0 to 1: how much of a wait is left to chance, so that callers do not come back together.
    pub jitter: f64,
    /// Calls in a row without an answer, after which the run ends.
    pub outages_in_a_row: u32,
    /// Ask once more, with more room, for an answer that was cut at the token limit. Without it one answer is one request,
    /// which budgets in calls count on.
    pub enlarge: bool,
}

impl Policy {
    /// Requests that one call can send at most; where nobody is there, nothing is sent.
    pub fn most_requests(&self) -> u32 {
        self.attempts.max(self.overload_attempts) + super::client::MOST_EXTRA
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            // With three replies in ten broken, eight attempts leave one item in 15,000 without an answer.
            attempts: 8,
            overload_attempts: 10,
            connect_attempts: 4,
            // 0.5 + 1 + 2 + … + 30 = 61.5 s.
            reconnect_attempts: 8,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(30),
            long_hint: Duration::from_secs(60),
            longest_pause: Duration::from_secs(600),
            jitter: 0.5,
            outages_in_a_row: 25,
            enlarge: true,
        }
    }
}

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// Take the answer.
    Accept(Box<Envelope>),
    /// Ask once more with a higher token limit; take this answer if that was done already.
    Enlarge(Box<Envelope>),
    /// Ask again, after a wait of this request alone.
    Retry {
        /// The wait.
        after: Duration,
        /// With another seed.
        new_seed: bool,
    },
    /// Nobody asks this endpoint for a while, then ask again.
    PauseEndpoint {
        /// The pause.
        wait: Duration,
        /// What the provider asked for.
        asked: Duration,
    },
    /// Ask again with less; the fields are those of [`Class::StepDown`].
    StepDown {
        /// What to send instead.
        to: Features,
        /// What changes, in words.
        now: String,
        /// In the provider's words.
        because: String,
    },
    /// The item gets no answer.
    GiveUp(String),
    /// The item is refused.
    Reject {
        /// In the provider's words.
        message: String,
        /// What too many of these in a row would mean; `None` when they say nothing about other items.
        many: Option<Stop>,
    },
    /// The run ends.
    StopRun(Stop, String),
}

/// Decides after the attempts `tries`, that of `class` included. `chance` in 0..1 spreads the waits.
pub fn decide(class: Class, tries: Made, policy: &Policy, chance: f64) -> Decision {
    let made = tries.counted;
    match class {
        Class::Answer(envelope) => Decision::Accept(envelope),
        Class::Truncated(envelope) if policy.enlarge => Decision::Enlarge(envelope),
        Class::Truncated(envelope) => Decision::Accept(envelope),
        Class::StepDown { to, now, because } => Decision::StepDown { to, now, because },
        Class::Rejected { message, item } => {
            // An endpoint that rejects all it is sent, from the start, is itself at fault.
            Decision::Reject { message, many: (!item && !tries.answered).then_some(Stop::Unusable) }
        }
        Class::Barred { message } if tries.answered => Decision::Reject { message, many: Some(Stop::Key) },
        Class::Barred { message } => Decision::StopRun(Stop::Key, message),
        Class::Hopeless { message } => Decision::GiveUp(message),
        Class::Stop { stop, message } => Decision::StopRun(stop, message),
        Class::Unreachable { message } if tries.unreachable >= tries.patience(policy) => {
            Decision::StopRun(Stop::Unreachable, message)
        }
        Class::Unreachable { .. } => {
            Decision::Retry { after: backoff(tries.unreachable, policy, chance), new_seed: false }
        }
        Class::Overloaded { hint: Some(hint), message }
            if made >= policy.overload_attempts && hint > policy.long_hint =>
        {
            Decision::StopRun(Stop::Waiting, format!("{message} (asks for {})", in_words(hint)))
        }
        Class::Overloaded { message, .. } if made >= policy.overload_attempts => Decision::GiveUp(message),
        Class::Overloaded { hint: Some(hint), .. } => {
            Decision::PauseEndpoint { wait: hinted(hint, made, policy, chance), asked: hint }
        }
        Class::Overloaded { hint: None, .. } => {
            Decision::Retry { after: backoff(made, policy, chance), new_seed: false }
        }
        Class::Transient { message, .. } if made >= policy.attempts => Decision::GiveUp(message),
        Class::Transient { hint: Some(hint), .. } if hint > policy.long_hint => {
            Decision::PauseEndpoint { wait: hinted(hint, made, policy, chance), asked: hint }
        }
        Class::Transient { hint, seed_suspect, .. } => {
            let after = hint.map(|hint| hinted(hint, made, policy, chance));
            let after = after.unwrap_or_else(|| backoff(made, policy, chance));
            Decision::Retry { after, new_seed: seed_suspect && made >= 2 }
        }
    }
}

/// Doubles from `first_wait`; chance only shortens it.
fn backoff(made: u32, policy: &Policy, chance: f64) -> Duration {
    let doubled = policy.first_wait.saturating_mul(1 << made.saturating_sub(1).min(16));
    doubled.min(policy.longest_wait).mul_f64(1.0 - policy.jitter * chance)
}

/// What was asked for, within reason: chance only lengthens it, and a hint that did not help the first time gives way to
/// a longer backoff.
fn hinted(hint: Duration, made: u32, policy: &Policy, chance: f64) -> Duration {
    let least = if made >= 2 { backoff(made - 1, policy, 0.0) } else { Duration::ZERO };
    hint.max(least).min(policy.longest_pause) + policy.first_wait.mul_f64(policy.jitter * chance)
}

#[cfg(test)]
mod tests;
