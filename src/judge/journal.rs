//! Where a run keeps what it paid for. The ledger is one journal, memory another.

use crate::domain::{ItemId, NanoUsd, NotRun, Usage};
use std::collections::HashMap;
use std::future::Future;
use std::sync::Mutex;

/// Hash of everything that can change an answer: the exact request, the model's identity, the sample's index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub [u8; 16]);

/// A provider's reply as it was received, with what it cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The body, before any parsing.
    pub raw: Vec<u8>,
    /// Tokens, when the provider reported them.
    pub usage: Option<Usage>,
    /// Cost, when tokens and price are known.
    pub cost: Option<NanoUsd>,
    /// The provider's own processing time where it reports one, else the time the client waited, in milliseconds.
    pub latency_ms: u64,
}

/// An answered call, to be kept.
#[derive(Clone, Debug)]
pub struct Call {
    /// Its cache key.
    pub key: Key,
    /// The item.
    pub item: ItemId,
    /// The sample's index, from 0.
    pub sample: u32,
    /// The model that answered, as the provider names it.
    pub served: Option<String>,
    /// HTTP requests that were sent for it.
    pub attempts: u32,
    /// What the budget was charged for them: more than [`Answer::cost`] where the provider did not report what one took.
    pub charged: NanoUsd,
    /// The reply.
    pub answer: Answer,
}

/// An item that got no answer, and what was spent on trying.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The item.
    pub item: ItemId,
    /// The sample's index, from 0.
    pub sample: u32,
    /// HTTP requests that were sent for it.
    pub attempts: u32,
    /// What they may have cost.
    pub cost: NanoUsd,
    /// Why there is no answer.
    pub reason: NotRun,
}

/// The journal could not be read or written; the run stops, for going on would pay without keeping.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the ledger failed: {0}")]
pub struct JournalError(pub String);

/// Keeps calls. A call whose `record` has returned survives a crash of this process.
pub trait Journal: Send + Sync + 'static {
    /// The answers already there, in the order of `keys`.
    ///
    /// # Errors
    /// [`JournalError`] when the journal cannot be read.
    fn recorded(&self, keys: &[Key]) -> Result<Vec<Option<Answer>>, JournalError>;

    /// Keeps an answered call; returns once it is durable.
    fn record(&self, call: Call) -> impl Future<Output = Result<(), JournalError>> + Send;

    /// Keeps what was spent without an answer; returns once it is durable.
    fn record_failure(&self, failure: Failure) -> impl Future<Output = Result<(), JournalError>> + Send;
}

/// A journal that ends with the process.
#[derive(Debug, Default)]
pub struct Memory(Mutex<HashMap<Key, Answer>>);

impl Journal for Memory {
    fn recorded(&self, keys: &[Key]) -> Result<Vec<Option<Answer>>, JournalError> {
        let kept = self.0.lock().map_err(|_| JournalError("a writer panicked".into()))?;
        Ok(keys.iter().map(|key| kept.get(key).cloned()).collect())
    }

    async fn record(&self, call: Call) -> Result<(), JournalError> {
        let mut kept = self.0.lock().map_err(|_| JournalError("a writer panicked".into()))?;
        kept.insert(call.key, call.answer);
        Ok(())
    }

    async fn record_failure(&self, _failure: Failure) -> Result<(), JournalError> {
        Ok(())
    }
}
