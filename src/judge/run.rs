//! The one concurrent loop: tasks in order, answers from the journal or the model, outcomes in order.
//!
//! A single task owns all state and all events; spawned tasks only wait for the network and the journal. A slot of
//! concurrency is held until its call is durable, so a crash can lose no more calls than there are slots.

use super::journal::{Answer, Call, Failure, Journal, JournalError, Key};
use super::ladder::{self, Reply};
use super::{JudgeSpec, reply_schema};
use crate::domain::{Event, Explain, Item, Malformed, NanoUsd, NotRun, Progress, Usage, Verdict};
use crate::model::{Budget, CallError, CallFailure, Client, Envelope, Request};
use crate::prompt::Prefix;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc, watch};

/// Tasks that are looked up in the journal together.
const BATCH: usize = 256;
/// Outcomes that may wait for an earlier one before the loop stops taking new tasks.
const WINDOW: u64 = 8192;
/// Items in a row without an answer after which the provider counts as down.
const OUTAGES: u32 = 25;

/// What a run is made of.
pub struct Run<'a, J> {
    /// The judge.
    pub judge: &'a JudgeSpec,
    /// The way to its model; without one only what is recorded is answered.
    pub client: Option<Arc<Client>>,
    /// Where calls are kept.
    pub journal: Arc<J>,
    /// What may be spent.
    pub budget: Arc<Budget>,
    /// Samples per item, at least 1.
    pub samples: u32,
    /// Calls in flight at most.
    pub slots: usize,
    /// Becomes true when the user interrupts.
    pub cancel: watch::Receiver<bool>,
}

/// One verdict with its provenance.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The item.
    pub item: Arc<Item>,
    /// The sample's index, from 0.
    pub sample: u32,
    /// What the judge said.
    pub verdict: Verdict,
    /// The model that answered, as the provider names it.
    pub served: Option<String>,
    /// Tokens, when reported.
    pub usage: Option<Usage>,
    /// Cost, when known.
    pub cost: Option<NanoUsd>,
    /// Milliseconds; see [`Answer::latency_ms`]. `None` when there was no answer.
    pub latency_ms: Option<u64>,
    /// Answered from the journal, with no call.
    pub replayed: bool,
}

/// Why a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// Every task has its outcome.
    Complete,
    /// The budget was used up; the rest is [`NotRun::Budget`].
    Budget,
    /// The user interrupted; the rest is [`NotRun::Cancelled`].
    Cancelled,
    /// The provider cannot be used; the rest is [`NotRun::Outage`].
    Provider {
        /// What it said.
        message: String,
        /// What to do.
        hint: Option<String>,
    },
}

/// A run that could not go on.
#[derive(Debug, thiserror::Error)]
pub enum RunError<E> {
    /// The journal failed.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The items could not be read, or the outcomes not be taken.
    #[error("{0}")]
    Caller(E),
}

/// Everything that a spawned call needs, shared.
struct Shared<J> {
    client: Option<Arc<Client>>,
    journal: Arc<J>,
    budget: Arc<Budget>,
    slots: Arc<Semaphore>,
    messages: mpsc::UnboundedSender<Message>,
    judge: JudgeSpec,
    prefix: Prefix,
    keys: Keys,
    schema: Arc<serde_json::Value>,
}

enum Message {
    Done { index: u64, result: Result<Done, JournalError> },
    Event(Event),
}

struct Done {
    key: Key,
    outcome: Outcome,
    attempts: u32,
    end: Option<End>,
}

impl<J: Journal> Run<'_, J> {
    /// Runs every item through the judge. `sink` gets the outcomes in the order of the items, samples within an item;
    /// `watch` gets the events. Memory does not grow with the number of items.
    ///
    /// # Errors
    /// [`RunError`] when the journal, `items` or `sink` fail; what was paid for is in the journal.
    pub async fn go<E>(
        self,
        total: u64,
        items: impl Iterator<Item = Result<Item, E>>,
        sink: &mut (dyn FnMut(Outcome) -> Result<(), E> + Send),
        watch: &mut (dyn FnMut(Event) + Send),
    ) -> Result<(End, Progress), RunError<E>> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let judge = self.judge.clone();
        let prefix = Prefix::new(&judge.prompt, &judge.rubric);
        let schema = Arc::new(reply_schema(&judge.rubric.contract, judge.rubric.scale));
        let shared = Arc::new(Shared {
            keys: Keys::new(&judge, prefix.system(), &schema),
            client: self.client,
            journal: self.journal,
            budget: self.budget,
            slots: Arc::new(Semaphore::new(self.slots.max(1))),
            messages: sender,
            judge,
            prefix,
            schema,
        });
        let tasks = items.flat_map(|item| Tasks::new(item.map(Arc::new), self.samples));
        watch(Event::Started { total });
        let mut state = Loop {
            shared,
            receiver,
            cancel: self.cancel,
            end: None,
            outages: 0,
            next: 0,
            emitted: 0,
            ready: BTreeMap::new(),
            waiting: HashMap::new(),
            in_flight: 0,
            progress: Progress { total, ..Progress::default() },
        };
        state.drive(tasks, sink, watch).await?;
        watch(Event::Finished(state.progress));
        Ok((state.end.unwrap_or(End::Complete), state.progress))
    }
}

/// The samples of one item, or the error that it could not be read with.
struct Tasks<E> {
    item: Option<Result<Arc<Item>, E>>,
    sample: u32,
    samples: u32,
}

impl<E> Tasks<E> {
    fn new(item: Result<Arc<Item>, E>, samples: u32) -> Self {
        Self { item: Some(item), sample: 0, samples: samples.max(1) }
    }
}

impl<E> Iterator for Tasks<E> {
    type Item = Result<(Arc<Item>, u32), E>;

    fn next(&mut self) -> Option<Self::Item> {
        let sample = self.sample;
        self.sample += 1;
        if self.sample >= self.samples || matches!(self.item, Some(Err(_))) {
            return Some(self.item.take()?.map(|item| (item, sample)));
        }
        let Some(Ok(item)) = &self.item else { return None };
        Some(Ok((Arc::clone(item), sample)))
    }
}

struct Loop<J> {
    shared: Arc<Shared<J>>,
    receiver: mpsc::UnboundedReceiver<Message>,
    cancel: watch::Receiver<bool>,
    /// Set once the run takes no new calls.
    end: Option<End>,
    outages: u32,
    next: u64,
    emitted: u64,
    ready: BTreeMap<u64, Outcome>,
    /// Tasks whose exact request is in flight already: they share its answer.
    waiting: HashMap<Key, Vec<(u64, Arc<Item>, u32)>>,
    in_flight: u64,
    progress: Progress,
}

impl<J: Journal> Loop<J> {
    async fn drive<E>(
        &mut self,
        mut tasks: impl Iterator<Item = Result<(Arc<Item>, u32), E>>,
        sink: &mut (dyn FnMut(Outcome) -> Result<(), E> + Send),
        watch: &mut (dyn FnMut(Event) + Send),
    ) -> Result<(), RunError<E>> {
        let mut more = true;
        loop {
            while more && self.has_room() {
                let batch: Vec<_> = tasks.by_ref().take(BATCH).collect::<Result<_, E>>().map_err(RunError::Caller)?;
                more = batch.len() == BATCH;
                self.admit(batch)?;
                self.emit(sink, watch).map_err(RunError::Caller)?;
            }
            if self.in_flight == 0 {
                if more {
                    continue;
                }
                return Ok(());
            }
            tokio::select! {
                message = self.receiver.recv() => self.take(message, watch)?,
                changed = self.cancel.changed(), if self.end.is_none() => {
                    if changed.is_ok() && *self.cancel.borrow() {
                        self.end = Some(End::Cancelled);
                    } else if changed.is_err() {
                        // Nobody can cancel any more: stop asking.
                        self.cancel = watch::channel(false).1;
                    }
                }
            }
            while let Ok(message) = self.receiver.try_recv() {
                self.take(Some(message), watch)?;
            }
            self.emit(sink, watch).map_err(RunError::Caller)?;
        }
    }

    /// Enough waits for the slots to stay busy, and not so much that memory grows with the run.
    fn has_room(&self) -> bool {
        let slots = self.shared.slots.available_permits() as u64;
        self.next - self.emitted < WINDOW && (slots > 0 || self.in_flight < WINDOW / 4)
    }

    /// Answers what is recorded and starts calls for the rest.
    fn admit(&mut self, batch: Vec<(Arc<Item>, u32)>) -> Result<(), JournalError> {
        let shared = Arc::clone(&self.shared);
        let rendered: Vec<(Key, String)> = batch
            .iter()
            .map(|(item, sample)| {
                let user = shared.prefix.messages(item).user;
                (shared.keys.key(&user, *sample), user)
            })
            .collect();
        let keys: Vec<Key> = rendered.iter().map(|(key, _)| *key).collect();
        let recorded = shared.journal.recorded(&keys)?;
        for (((item, sample), (key, user)), answer) in batch.into_iter().zip(rendered).zip(recorded) {
            let index = self.next;
            self.next += 1;
            if let Some(answer) = answer {
                let outcome = shared.outcome(item, sample, &user, &answer, true);
                self.ready.insert(index, outcome);
            } else if let Some(reason) = self.refusal() {
                self.ready.insert(index, not_run(item, sample, reason));
            } else if let Some(same) = self.waiting.get_mut(&key) {
                same.push((index, item, sample));
            } else {
                self.waiting.insert(key, Vec::new());
                self.in_flight += 1;
                tokio::spawn(Arc::clone(&shared).call(index, key, item, sample, user));
            }
        }
        Ok(())
    }

    /// Why no new call is made, if none is.
    fn refusal(&self) -> Option<NotRun> {
        match &self.end {
            None if self.shared.client.is_none() => Some(NotRun::Missing),
            None => None,
            Some(End::Budget) => Some(NotRun::Budget),
            Some(End::Cancelled) => Some(NotRun::Cancelled),
            Some(End::Provider { .. } | End::Complete) => Some(NotRun::Outage),
        }
    }

    fn take(&mut self, message: Option<Message>, watch: &mut (dyn FnMut(Event) + Send)) -> Result<(), JournalError> {
        match message {
            None => {}
            Some(Message::Event(event)) => watch(event),
            Some(Message::Done { index, result }) => {
                let done = result?;
                self.in_flight -= 1;
                self.progress.calls += u64::from(done.attempts);
                self.progress.spent = self.progress.spent + done.outcome.cost.unwrap_or_default();
                self.outages = match done.outcome.verdict {
                    Verdict::NotRun(NotRun::Outage) => self.outages + 1,
                    _ => 0,
                };
                self.end = self.end.take().or(done.end).or_else(|| self.provider_is_down());
                for (index, item, sample) in self.waiting.remove(&done.key).unwrap_or_default() {
                    let shared = Outcome { item, sample, replayed: true, ..done.outcome.clone() };
                    self.ready.insert(index, shared);
                }
                self.ready.insert(index, done.outcome);
            }
        }
        Ok(())
    }

    fn provider_is_down(&self) -> Option<End> {
        (self.outages >= OUTAGES).then(|| End::Provider {
            message: format!("{OUTAGES} items in a row got no answer"),
            hint: Some("look at the endpoint with `assessor doctor`, then run again: what is paid for is kept".into()),
        })
    }

    /// Hands over what is next in order.
    fn emit<E>(
        &mut self,
        sink: &mut (dyn FnMut(Outcome) -> Result<(), E> + Send),
        watch: &mut (dyn FnMut(Event) + Send),
    ) -> Result<(), E> {
        let before = self.emitted;
        while let Some(outcome) = self.ready.remove(&self.emitted) {
            self.emitted += 1;
            self.progress.done += 1;
            self.progress.replayed += u64::from(outcome.replayed);
            match outcome.verdict {
                Verdict::Malformed(_) => self.progress.malformed += 1,
                Verdict::NotRun(_) => self.progress.not_run += 1,
                Verdict::Rated { .. } => {}
            }
            sink(outcome)?;
        }
        if self.emitted > before {
            watch(Event::Advanced(self.progress));
        }
        Ok(())
    }
}

fn not_run(item: Arc<Item>, sample: u32, reason: NotRun) -> Outcome {
    let verdict = Verdict::NotRun(reason);
    Outcome { item, sample, verdict, served: None, usage: None, cost: None, latency_ms: None, replayed: false }
}

impl<J: Journal> Shared<J> {
    /// One task: slot → call → durable → verdict. The slot is given back only at the end.
    async fn call(self: Arc<Self>, index: u64, key: Key, item: Arc<Item>, sample: u32, user: String) {
        let result = self.answer(key, item, sample, user).await;
        // The loop has gone only when the run has failed; then nobody waits for this.
        let _ = self.messages.send(Message::Done { index, result });
    }

    async fn answer(&self, key: Key, item: Arc<Item>, sample: u32, user: String) -> Result<Done, JournalError> {
        let _slot = self.slots.acquire().await.map_err(|_| JournalError("the run has ended".into()))?;
        let Some(client) = &self.client else {
            let outcome = not_run(item, sample, NotRun::Missing);
            return Ok(Done { key, outcome, attempts: 0, end: None });
        };
        let request = Request {
            system: Arc::clone(self.prefix.system()),
            user,
            temperature: self.judge.sampling.temperature,
            max_tokens: self.judge.sampling.max_tokens,
            seed: Some(self.judge.sampling.seed + u64::from(sample)),
            schema: Some(Arc::clone(&self.schema)),
        };
        let events = |event| {
            let _ = self.messages.send(Message::Event(event));
        };
        match client.call(&request, &self.budget, &events).await {
            Ok(completion) => {
                let latency_ms = completion.processing_ms.unwrap_or(as_ms(completion.latency));
                let (usage, cost) = (completion.usage, completion.cost);
                let answer = Answer { raw: completion.raw, usage, cost, latency_ms };
                let (served, attempts) = (completion.envelope.served_model, completion.attempts);
                let kept = Call { key, item: item.id.clone(), sample, served, attempts, answer: answer.clone() };
                // Durable before it is read: whatever the ladder makes of it, the reply is paid for and kept.
                self.journal.record(kept).await?;
                let outcome = self.outcome(item, sample, &request.user, &answer, false);
                Ok(Done { key, outcome, attempts, end: None })
            }
            Err(failure) => self.failed(key, item, sample, failure).await,
        }
    }

    async fn failed(
        &self,
        key: Key,
        item: Arc<Item>,
        sample: u32,
        failure: CallFailure,
    ) -> Result<Done, JournalError> {
        let error = &failure.error;
        let (reason, end) = match error {
            CallError::Budget => (NotRun::Budget, Some(End::Budget)),
            CallError::Outage { .. } => (NotRun::Outage, None),
            CallError::Rejected { .. } => (NotRun::Rejected, None),
            CallError::Stop(_) => {
                let hint = error.hint();
                (NotRun::Outage, Some(End::Provider { message: error.to_string(), hint }))
            }
        };
        let (attempts, cost) = (failure.requests, failure.cost);
        if attempts > 0 {
            let item = item.id.clone();
            self.journal.record_failure(Failure { item, sample, attempts, cost, reason }).await?;
        }
        Ok(Done { key, outcome: not_run(item, sample, reason), attempts, end })
    }

    /// Reads an answer. The same for a fresh and for a recorded one.
    fn outcome(&self, item: Arc<Item>, sample: u32, user: &str, answer: &Answer, replayed: bool) -> Outcome {
        let (verdict, served) = read(&self.judge, user, &answer.raw);
        Outcome {
            item,
            sample,
            verdict,
            served,
            usage: answer.usage,
            cost: answer.cost,
            latency_ms: Some(answer.latency_ms),
            replayed,
        }
    }
}

/// A raw body, read: the verdict, and the model that served it.
pub fn read(judge: &JudgeSpec, shown: &str, raw: &[u8]) -> (Verdict, Option<String>) {
    let Ok(body) = Envelope::read(raw) else {
        return (Verdict::Malformed(Malformed::NotJson), None);
    };
    let reply = Reply {
        text: body.text.as_deref(),
        reasoning: body.reasoning.as_deref(),
        refusal: body.refusal.as_deref(),
        finish: body.finish.as_deref(),
    };
    let verdict = ladder::read(reply, shown, &judge.rubric.contract, judge.rubric.scale);
    (verdict, body.served_model)
}

fn as_ms(latency: Duration) -> u64 {
    latency.as_millis() as u64
}

/// Makes cache keys; what is the same for all items of a run is hashed once.
struct Keys(blake3::Hasher);

impl Keys {
    fn new(judge: &JudgeSpec, system: &str, schema: &serde_json::Value) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("assessor 2026 exact request");
        let sampling = serde_json::to_string(&judge.sampling).expect("sampling is plain data");
        let address = judge.address.as_deref().unwrap_or_default();
        for part in [judge.model.as_str(), address, system, &sampling, &schema.to_string()] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        Self(hasher)
    }

    fn key(&self, user: &str, sample: u32) -> Key {
        let mut hasher = self.0.clone();
        hasher.update(&sample.to_le_bytes());
        hasher.update(user.as_bytes());
        let mut key = [0; 16];
        key.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Key(key)
    }
}
