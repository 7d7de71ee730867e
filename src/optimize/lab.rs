//! Where a search's wishes become calls: the judge and the reflection model over HTTP, answers from the journal first.

use super::limits::Spend;
use crate::domain::{Event, Item, ItemId, NanoUsd, NotRun, Verdict};
use crate::feedback::Said;
use crate::judge::journal::{Answer, Call, Failure, Journal, JournalError, Key};
use crate::judge::run::{End, Outcome, Run, RunError};
use crate::judge::{JudgeSpec, Sizes, Slots, reply_schema};
use crate::model::{Budget, CallError, CallFailure, Client, Endpoint, Envelope, Halt, Request};
use crate::prompt::Prefix;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

/// The way to a model, and where its answers are kept.
pub struct Way<J> {
    /// The way to it.
    pub client: Arc<Client>,
    /// Where its answers are kept.
    pub journal: Arc<J>,
}

/// A judge that the best candidate is held against on the held-out part, and on another model than the search's.
pub struct Rival<J> {
    /// The judge.
    pub judge: JudgeSpec,
    /// The way to its model.
    pub way: Way<J>,
}

/// The two models of a search.
pub struct Lab<J> {
    /// The judge's model.
    pub judge: Way<J>,
    /// The reflection model.
    pub reflector: Way<J>,
    /// Becomes true when the user interrupts.
    pub cancel: watch::Receiver<bool>,
    /// Gets what faces draw.
    pub events: mpsc::UnboundedSender<Event>,
}

/// A batch that came to no end; what was answered is in the journal.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LabError {
    /// The journal failed.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The provider cannot be used.
    #[error("the provider could not be used: {message}")]
    Provider {
        /// In its words.
        message: String,
        /// What to do.
        hint: Option<String>,
    },
    /// The user interrupted.
    #[error("interrupted")]
    Cancelled,
    /// Requests that failed and were repeated used the budget up.
    #[error("the budget was used up by requests that failed")]
    Budget,
}

/// What is to be rated by one judge.
pub(super) struct Batch {
    pub judge: JudgeSpec,
    pub items: Vec<Arc<Item>>,
    pub sample: u32,
}

/// What came of a batch, in the order of its items. Every item has an answer, or is one that the provider refuses.
pub(super) struct Answered {
    pub outcomes: Vec<Outcome>,
    pub spent: Spend,
}

/// A reply of the reflection model, and what it cost.
pub(super) struct Reflected {
    pub text: String,
    pub finish: Option<String>,
    pub spent: Spend,
}

/// Bytes that a prompt may have grown by when the held-out part is rated with it, and that stand around an item: the
/// guardrails let 450 words in.
const GROWN: usize = 4_000;
/// Bytes that stand around an item.
const MARKED: usize = 500;

impl<J> Way<J> {
    /// The most that rating `items` with a judge costs, `bytes` being the text of all of them, and `grown` what its prompt
    /// may have grown by until then.
    fn most_held(&self, judge: &JudgeSpec, grown: usize, items: usize, bytes: usize) -> Spend {
        let schema = reply_schema(&judge.rubric.contract, judge.rubric.scale).to_string().len();
        let system = Prefix::new(&judge.prompt, &judge.rubric).largest_system();
        let each = system + schema + grown + bytes.div_ceil(items.max(1));
        let one = largest(self.client.endpoint(), each, judge.sampling.max_tokens);
        let calls = items as u64;
        Spend { judge: calls, other: 0, tokens: calls * one.tokens, usd: NanoUsd(calls * one.usd.0) }
    }

    /// The most that a batch can cost.
    pub(super) fn most(&self, batch: &Batch) -> Spend {
        let sizes = Sizes::new(&batch.judge);
        let (endpoint, max_tokens) = (self.client.endpoint(), batch.judge.sampling.max_tokens);
        let most = |item: &Item| Spend { judge: 1, ..largest(endpoint, sizes.bytes(item), max_tokens) };
        batch.items.iter().fold(Spend::default(), |sum, item| sum + most(item))
    }
}

impl<J> Rival<J> {
    /// What is set aside for rating held-out items with it.
    pub fn most_held(&self, items: usize, bytes: usize) -> Spend {
        self.way.most_held(&self.judge, MARKED, items, bytes)
    }
}

impl<J: Journal> Lab<J> {
    /// What is set aside for rating held-out items with `judge` and with a revision of it: the most that it can cost.
    /// `bytes` is the text of all of them; counting it opens nothing. `examples` is the text of the examples that the
    /// revision may show.
    pub fn most_held(&self, judge: &JudgeSpec, items: usize, bytes: usize, examples: usize) -> Spend {
        let most = |grown| self.judge.most_held(judge, grown, items, bytes);
        most(GROWN) + most(GROWN + examples)
    }

    /// The most that asking for revisions can cost.
    pub(super) fn most_written(&self, messages: &[String]) -> Spend {
        let endpoint = self.reflector.client.endpoint();
        messages.iter().fold(Spend::default(), |sum, message| {
            let bytes = reflection(endpoint, message, 0).bytes();
            sum + Spend { other: 1, ..largest(endpoint, bytes, endpoint.max_tokens) }
        })
    }

    /// Rates all batches, all in flight together. `budget` bounds the requests, failed ones included.
    pub(super) async fn rate(&self, batches: Vec<Batch>, budget: &Arc<Budget>) -> Result<Vec<Answered>, LabError> {
        self.rate_by(&self.judge, batches, budget).await
    }

    /// The same, by another model.
    pub(super) async fn rate_by(
        &self,
        way: &Way<J>,
        batches: Vec<Batch>,
        budget: &Arc<Budget>,
    ) -> Result<Vec<Answered>, LabError> {
        let slots = Slots::new(way.client.endpoint().limits.concurrency);
        let mut running = JoinSet::new();
        for (index, batch) in batches.into_iter().enumerate() {
            let (client, journal, budget) = (Arc::clone(&way.client), Arc::clone(&way.journal), Arc::clone(budget));
            let (cancel, events, slots) = (self.cancel.clone(), self.events.clone(), Arc::clone(&slots));
            running.spawn(async move { (index, one(&batch, client, journal, budget, slots, cancel, events).await) });
        }
        let mut answered = BTreeMap::new();
        // One that fails ends none of the others: what they have in flight is paid for, and must be kept and counted.
        while let Some(done) = running.join_next().await {
            let (index, result) = done.map_err(|e| JournalError(format!("a batch ended in a fault: {e}")))?;
            answered.insert(index, result);
        }
        answered.into_values().collect()
    }

    /// Has all messages answered, all in flight together; `first` numbers them through the run, so that the same message
    /// asked again is another draw.
    pub(super) async fn write(
        &self,
        messages: &[String],
        first: u64,
        budget: &Arc<Budget>,
    ) -> Result<Vec<Reflected>, LabError> {
        if *self.cancel.borrow() {
            return Err(LabError::Cancelled);
        }
        let endpoint = self.reflector.client.endpoint();
        let numbered =
            messages.iter().enumerate().map(|(i, m)| (first + i as u64, reflection(endpoint, m, first + i as u64)));
        let numbered: Vec<(u64, Request)> = numbered.collect();
        let keys: Vec<Key> = numbered.iter().map(|(_, request)| key(endpoint, request)).collect();
        let mut replies: Vec<Option<Answer>> = self.reflector.journal.recorded(&keys)?;
        let mut running = JoinSet::new();
        for (index, (number, request)) in numbered.into_iter().enumerate() {
            if replies[index].is_none() {
                let (asking, key) = (self.asking(budget), keys[index]);
                let item = ItemId::new(format!("reflection {number}"));
                running.spawn(async move { (index, asking.ask(key, item, request).await) });
            }
        }
        let mut failed = BTreeMap::new();
        while let Some(done) = running.join_next().await {
            let (index, answer) = done.map_err(|e| JournalError(format!("a reflection ended in a fault: {e}")))?;
            match answer {
                Ok(answer) => replies[index] = Some(answer),
                Err(error) => drop(failed.insert(index, error)),
            }
        }
        match failed.pop_first() {
            Some((_, error)) => Err(error),
            None => Ok(replies.into_iter().flatten().map(|answer| read(&answer)).collect()),
        }
    }

    fn asking(&self, budget: &Arc<Budget>) -> Asking<J> {
        Asking {
            client: Arc::clone(&self.reflector.client),
            journal: Arc::clone(&self.reflector.journal),
            budget: Arc::clone(budget),
            halt: Halt::when(self.cancel.clone()),
            events: self.events.clone(),
        }
    }
}

/// What one question to the reflection model needs.
struct Asking<J> {
    client: Arc<Client>,
    journal: Arc<J>,
    budget: Arc<Budget>,
    halt: Halt,
    events: mpsc::UnboundedSender<Event>,
}

fn largest(endpoint: &Endpoint, bytes: usize, max_tokens: u32) -> Spend {
    let usd = endpoint.max_cost(bytes, max_tokens).unwrap_or_default();
    Spend { judge: 0, other: 0, tokens: Endpoint::max_tokens_in(bytes) + u64::from(max_tokens), usd }
}

async fn one<J: Journal>(
    batch: &Batch,
    client: Arc<Client>,
    journal: Arc<J>,
    budget: Arc<Budget>,
    slots: Arc<Slots>,
    cancel: watch::Receiver<bool>,
    events: mpsc::UnboundedSender<Event>,
) -> Result<Answered, LabError> {
    let mut outcomes: Vec<Outcome> = Vec::with_capacity(batch.items.len());
    let run =
        Run { judge: &batch.judge, client: Some(client), journal, budget, samples: batch.sample + 1, slots, cancel };
    let items = batch.items.iter().map(|item| Ok::<Item, Infallible>(Item::clone(item)));
    let total = batch.items.len() as u64 * u64::from(batch.sample + 1);
    let mut sink = |outcome: Outcome| {
        if outcome.sample == batch.sample {
            outcomes.push(outcome);
        }
        Ok(())
    };
    let mut watch = |event: Event| {
        if matches!(event, Event::SteppedDown { .. } | Event::Paused { .. } | Event::OtherModel { .. }) {
            // Nobody watches any more when the run is over.
            let _ = events.send(event);
        }
    };
    let (end, _) = run.go(total, items, &mut sink, &mut watch).await.map_err(|error| match error {
        RunError::Journal(error) => error,
        RunError::Caller(never) => match never {},
    })?;
    match end {
        End::Complete => {}
        End::Budget => return Err(LabError::Budget),
        End::Cancelled => return Err(LabError::Cancelled),
        End::Provider { message, hint } => return Err(LabError::Provider { message, hint }),
    }
    outcomes.iter().try_for_each(counts)?;
    let spent = outcomes.iter().map(spent).fold(Spend::default(), |sum, spend| sum + spend);
    Ok(Answered { outcomes, spent })
}

fn spent(outcome: &Outcome) -> Spend {
    let tokens = outcome.usage.map_or(0, |usage| usage.input + usage.output);
    Spend { judge: 1, other: 0, tokens, usd: outcome.cost.unwrap_or_default() }
}

/// An item that got no answer for now must not be taken for one that never gets one.
fn counts(outcome: &Outcome) -> Result<(), LabError> {
    match outcome.verdict {
        Verdict::Rated { .. } | Verdict::Malformed(_) | Verdict::NotRun(NotRun::Rejected) => Ok(()),
        Verdict::NotRun(NotRun::Budget) => Err(LabError::Budget),
        Verdict::NotRun(NotRun::Cancelled) => Err(LabError::Cancelled),
        Verdict::NotRun(NotRun::Outage | NotRun::Missing) => {
            let message = outcome.reply.clone().unwrap_or_else(|| "an item got no answer".to_owned());
            Err(LabError::Provider { message, hint: Some("run the same command again to go on".to_owned()) })
        }
    }
}

/// What an outcome says of its item; `None` for an item that the provider refuses.
pub(super) fn said(outcome: Outcome) -> Option<Said> {
    match outcome.verdict {
        Verdict::Rated { rating, rationale, .. } => Some(Said::Rated { rating, rationale }),
        Verdict::Malformed(reason) => Some(Said::Malformed { reason, excerpt: outcome.reply.unwrap_or_default() }),
        Verdict::NotRun(_) => None,
    }
}

/// One message to the reflection model.
fn reflection(endpoint: &Endpoint, message: &str, number: u64) -> Request {
    Request {
        system: "You improve the instruction of a relevance judge.".into(),
        user: message.to_owned(),
        temperature: endpoint.temperature,
        max_tokens: endpoint.max_tokens,
        seed: Some(number),
        schema: None,
    }
}

/// The exact request, as in [`Keys`](crate::judge): what is asked of whom.
fn key(endpoint: &Endpoint, request: &Request) -> Key {
    let mut hash = blake3::Hasher::new_derive_key("assessor 2026 reflection request");
    let address = if endpoint.in_process { "" } else { endpoint.base_url.as_str() };
    let sampling = format!("{:?} {} {:?}", request.temperature, request.max_tokens, request.seed);
    let extra = serde_json::to_string(&endpoint.extra).expect("the configuration's values are plain data");
    for part in
        [endpoint.identity.as_str(), address, &endpoint.model, &request.system, &request.user, &sampling, &extra]
    {
        hash.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    let mut key = [0; 16];
    key.copy_from_slice(&hash.finalize().as_bytes()[..16]);
    Key(key)
}

impl<J: Journal> Asking<J> {
    async fn ask(self, key: Key, item: ItemId, request: Request) -> Result<Answer, LabError> {
        let say = |event| {
            let _ = self.events.send(event);
        };
        let completion = match self.client.call_until(&self.halt, &request, &self.budget, &say).await {
            Ok(completion) => completion,
            Err(failure) => return self.failed(item, failure).await,
        };
        let latency_ms = completion.processing_ms.unwrap_or(completion.latency.as_millis() as u64);
        let answer = Answer { raw: completion.raw, usage: completion.usage, cost: completion.cost, latency_ms };
        let served = completion.envelope.served_model;
        let (attempts, charged) = (completion.attempts, completion.charged);
        let call = Call { key, item, sample: 0, served, attempts, charged, answer: answer.clone() };
        self.journal.record(call).await?;
        Ok(answer)
    }

    /// Also what was paid for nothing is written down: the next session counts it.
    async fn failed(self, item: ItemId, failure: CallFailure) -> Result<Answer, LabError> {
        let CallFailure { error, requests: attempts, cost } = failure;
        if attempts > 0 {
            let reason = error.reason();
            self.journal.record_failure(Failure { item, sample: 0, attempts, cost, reason }).await?;
        }
        Err(unanswered(&error))
    }
}

/// Why there are no revisions.
fn unanswered(error: &CallError) -> LabError {
    use crate::domain::Explain as _;
    match error {
        CallError::Budget => LabError::Budget,
        CallError::Cancelled => LabError::Cancelled,
        CallError::Outage { .. } | CallError::Rejected { .. } | CallError::Stop(_) => {
            LabError::Provider { message: error.to_string(), hint: error.hint() }
        }
    }
}

fn read(answer: &Answer) -> Reflected {
    let envelope = Envelope::read(&answer.raw).unwrap_or_default();
    let tokens = answer.usage.map_or(0, |usage| usage.input + usage.output);
    let usd: NanoUsd = answer.cost.unwrap_or_default();
    Reflected {
        text: envelope.text.unwrap_or_default(),
        finish: envelope.finish,
        spent: Spend { judge: 0, other: 1, tokens, usd },
    }
}
