//! The one concurrent loop: tasks in order, answers from the journal or the model, outcomes in order.
//!
//! A single task owns all state and all events; spawned tasks only wait for the network and the journal.

use super::JudgeSpec;
use super::journal::{Journal, JournalError, Key};
use super::task::{Caller, Message, Slots, not_run};
use crate::domain::{Event, Item, NanoUsd, NotRun, Progress, Usage, Verdict};
use crate::model::{Budget, Client};
use crate::prompt::Messages;
use rayon::iter::{IntoParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use tokio::sync::{mpsc, watch};

/// Tasks that are looked up in the journal together.
const BATCH: usize = 256;
/// Outcomes that may wait for an earlier one before the loop stops taking new tasks.
const WINDOW: u64 = 8192;
/// Calls that may be begun or wait for a slot: made ready while others are on the network.
const AHEAD: u64 = 2048;

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
    pub slots: Arc<Slots>,
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
    /// Milliseconds; see [`Answer::latency_ms`](super::journal::Answer::latency_ms). `None` when there was no answer.
    pub latency_ms: Option<u64>,
    /// The start of a reply that could not be read, or why there is none.
    pub reply: Option<String>,
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
        let caller = Arc::new(Caller::new(&self, sender));
        let tasks = items.flat_map(|item| Tasks::new(item.map(Arc::new), self.samples));
        watch(Event::Started { total });
        let mut state = Loop {
            caller,
            receiver,
            cancel: Some(self.cancel),
            end: None,
            next: 0,
            emitted: 0,
            ready: BTreeMap::new(),
            waiting: HashMap::new(),
            in_flight: 0,
            others: BTreeSet::new(),
            progress: Progress { total, ..Progress::default() },
        };
        let driven = state.drive(tasks, sink, watch).await;
        if driven.is_err() {
            state.wind_down(watch).await;
        }
        driven?;
        watch(Event::Finished(state.progress));
        // Interrupted when all was answered already is no interruption.
        let whole = state.progress.not_run == 0;
        Ok((state.end.filter(|end| *end != End::Cancelled || !whole).unwrap_or(End::Complete), state.progress))
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
    caller: Arc<Caller<J>>,
    receiver: mpsc::UnboundedReceiver<Message>,
    /// Absent when nobody can cancel any more.
    cancel: Option<watch::Receiver<bool>>,
    /// Set once the run takes no new calls.
    end: Option<End>,
    next: u64,
    emitted: u64,
    ready: BTreeMap<u64, Outcome>,
    /// Tasks whose exact request is in flight already: they share its answer.
    waiting: HashMap<Key, Vec<(u64, Arc<Item>, u32)>>,
    in_flight: u64,
    /// Models that answered in place of the one that was asked.
    others: BTreeSet<String>,
    progress: Progress,
}

/// Waits for word from the user; `None` when none can come any more.
async fn is_cancelled(cancel: &mut Option<watch::Receiver<bool>>) -> Option<bool> {
    let cancel = cancel.as_mut()?;
    cancel.changed().await.ok()?;
    Some(*cancel.borrow())
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
                if self.cancel.as_ref().is_some_and(|cancel| *cancel.borrow()) {
                    self.stop(End::Cancelled);
                }
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
                cancelled = is_cancelled(&mut self.cancel), if self.end.is_none() && self.cancel.is_some() => {
                    match cancelled {
                        Some(true) => self.stop(End::Cancelled),
                        Some(false) => {}
                        None => self.cancel = None,
                    }
                }
            }
            while let Ok(message) = self.receiver.try_recv() {
                self.take(Some(message), watch)?;
            }
            self.emit(sink, watch).map_err(RunError::Caller)?;
        }
    }

    /// After a fault nothing new is asked. What is in flight is paid for: it is waited for and recorded, and nobody is left
    /// who holds the journal. The first fault is the one that is told.
    async fn wind_down(&mut self, watch: &mut (dyn FnMut(Event) + Send)) {
        self.stop(End::Cancelled);
        while self.in_flight > 0 {
            let message = self.receiver.recv().await;
            let _ = self.take(message, watch);
        }
    }

    /// Enough waits for the slots to stay busy, and not so much that memory grows with the run.
    fn has_room(&self) -> bool {
        self.next - self.emitted < WINDOW && self.in_flight < AHEAD
    }

    /// Answers what is recorded and starts calls for the rest.
    fn admit(&mut self, batch: Vec<(Arc<Item>, u32)>) -> Result<(), JournalError> {
        let caller = Arc::clone(&self.caller);
        let rendered: Vec<(Key, Messages)> =
            batch.par_iter().map(|(item, sample)| caller.render(item, *sample)).collect();
        let keys: Vec<Key> = rendered.iter().map(|(key, _)| *key).collect();
        let recorded = caller.journal.recorded(&keys)?;
        // What is recorded is read again on all cores: a replay is bound by this and by the look-ups.
        let known: Vec<Option<Outcome>> = (batch.par_iter(), rendered.par_iter(), recorded.par_iter())
            .into_par_iter()
            .map(|((item, sample), (_, told), answer)| {
                Some(caller.outcome(Arc::clone(item), *sample, &told.user, answer.as_ref()?, true))
            })
            .collect();
        for (((item, sample), (key, told)), known) in batch.into_iter().zip(rendered).zip(known) {
            let index = self.next;
            self.next += 1;
            if let Some(outcome) = known {
                self.ready.insert(index, outcome);
            } else if let Some(reason) = self.refusal() {
                self.ready.insert(index, not_run(item, sample, reason));
            } else if let Some(same) = self.waiting.get_mut(&key) {
                same.push((index, item, sample));
            } else {
                self.waiting.insert(key, Vec::new());
                self.in_flight += 1;
                tokio::spawn(Arc::clone(&caller).call(index, key, item, sample, told));
            }
        }
        Ok(())
    }

    /// From here on nothing is sent, also by calls that wait for a slot, a limit or a pause. The first reason stands.
    fn stop(&mut self, end: End) {
        self.end.get_or_insert(end);
        self.caller.stop();
    }

    /// Why no new call is made, if none is.
    fn refusal(&self) -> Option<NotRun> {
        match &self.end {
            None if self.caller.client.is_none() => Some(NotRun::Missing),
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
                self.in_flight -= 1;
                let mut done = result?;
                if done.outcome.verdict == Verdict::NotRun(NotRun::Cancelled) {
                    // It was begun before the end was known: the end says why it never ran.
                    done.outcome.verdict = Verdict::NotRun(self.refusal().unwrap_or(NotRun::Cancelled));
                }
                self.progress.calls += u64::from(done.attempts);
                self.progress.spent = self.progress.spent + done.outcome.cost.unwrap_or_default();
                self.progress.charged = self.progress.charged + done.charged;
                self.note_model(done.outcome.served.as_deref(), watch);
                if let Some(end) = done.end {
                    self.stop(end);
                }
                for (index, item, sample) in self.waiting.remove(&done.key).unwrap_or_default() {
                    let shared = Outcome { item, sample, replayed: true, ..done.outcome.clone() };
                    self.ready.insert(index, shared);
                }
                self.ready.insert(index, done.outcome);
            }
        }
        Ok(())
    }

    /// Says once for each model that answered in place of the one that was asked.
    fn note_model(&mut self, served: Option<&str>, watch: &mut (dyn FnMut(Event) + Send)) {
        let (Some(served), Some(client)) = (served, &self.caller.client) else { return };
        let asked = &client.endpoint().model;
        if served != asked && self.others.insert(served.to_owned()) {
            watch(Event::OtherModel { asked: asked.clone(), served: served.to_owned() });
        }
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
