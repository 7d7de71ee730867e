//! One call of a run: slot → request → durable → verdict.
//!
//! A crash loses what was asked and is not durable yet: at most [`IN_FLIGHT`] calls for each slot.

use super::journal::{Answer, Call, Failure, Journal, JournalError, Key};
use super::ladder::{self, Reply};
use super::run::{End, Outcome, Run};
use super::{JudgeSpec, reply_schema};
use crate::domain::{Event, Explain, Item, Malformed, NanoUsd, NotRun, Verdict};
use crate::model::{Budget, CallError, CallFailure, Client, Envelope, Halt, Request};
use crate::prompt::{Messages, Prefix};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc, watch};

/// Calls per slot that may be begun and not durable yet: one on the network, one on its way to the journal.
pub const IN_FLIGHT: usize = 2;

/// How many calls may be in flight together. Runs that share the slots share what is free of them.
#[derive(Debug)]
pub struct Slots {
    /// Requests on the network.
    network: Semaphore,
    /// Calls that were begun and are not durable yet; more than slots, so that a commit never leaves a slot idle.
    open: Semaphore,
}

impl Slots {
    /// So many, at least one.
    pub fn new(slots: usize) -> Arc<Self> {
        let slots = slots.max(1);
        Arc::new(Self { network: Semaphore::new(slots), open: Semaphore::new(IN_FLIGHT * slots) })
    }
}

/// Everything that the calls of a run share.
pub(super) struct Caller<J> {
    pub client: Option<Arc<Client>>,
    pub journal: Arc<J>,
    slots: Arc<Slots>,
    /// True: the run sends nothing more.
    stopped: watch::Sender<bool>,
    budget: Arc<Budget>,
    messages: mpsc::UnboundedSender<Message>,
    judge: JudgeSpec,
    prefix: Prefix,
    keys: Keys,
    schema: Arc<serde_json::Value>,
}

/// What a call tells the loop.
pub(super) enum Message {
    Done { index: u64, result: Result<Done, JournalError> },
    Event(Event),
}

/// A call that is over, and durable.
pub(super) struct Done {
    pub key: Key,
    pub outcome: Outcome,
    pub attempts: u32,
    /// What the budget was charged for them.
    pub charged: NanoUsd,
    /// Why the whole run must end, if it must.
    pub end: Option<End>,
}

impl Done {
    fn unasked(key: Key, outcome: Outcome) -> Self {
        Self { key, outcome, attempts: 0, charged: NanoUsd(0), end: None }
    }
}

/// An outcome without an answer.
pub(super) fn not_run(item: Arc<Item>, sample: u32, reason: NotRun) -> Outcome {
    let verdict = Verdict::NotRun(reason);
    Outcome {
        item,
        sample,
        verdict,
        served: None,
        usage: None,
        cost: None,
        latency_ms: None,
        reply: None,
        replayed: false,
    }
}

/// Tells the loop how a call ended, also when its task panics: a run must not wait for it for ever.
struct Answering {
    messages: mpsc::UnboundedSender<Message>,
    index: Option<u64>,
}

impl Answering {
    fn done(&mut self, result: Result<Done, JournalError>) {
        if let Some(index) = self.index.take() {
            // The loop has gone only when the run has failed; then nobody waits for this.
            let _ = self.messages.send(Message::Done { index, result });
        }
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.done(Err(JournalError("a call ended in a fault of this program".into())));
    }
}

impl<J: Journal> Caller<J> {
    pub fn new(run: &Run<'_, J>, messages: mpsc::UnboundedSender<Message>) -> Self {
        let judge = run.judge.clone();
        let prefix = Prefix::new(&judge.prompt, &judge.rubric);
        let schema = reply_schema(&judge.rubric.contract, judge.rubric.scale);
        Self {
            client: run.client.clone(),
            journal: Arc::clone(&run.journal),
            budget: Arc::clone(&run.budget),
            slots: Arc::clone(&run.slots),
            stopped: watch::Sender::new(false),
            keys: Keys::new(&judge, prefix.system(), &schema),
            schema: Arc::new(schema),
            messages,
            judge,
            prefix,
        }
    }

    /// What the judge is told about an item, and the key of asking about it.
    pub fn render(&self, item: &Item, sample: u32) -> (Key, Messages) {
        let messages = self.prefix.messages(item);
        (self.keys.key(&messages, sample), messages)
    }

    /// From here on nothing is sent: calls that wait give up, and what is on the wire ends in its own time.
    pub fn stop(&self) {
        self.stopped.send_replace(true);
    }

    /// One task: slot → call → durable → verdict.
    pub async fn call(self: Arc<Self>, index: u64, key: Key, item: Arc<Item>, sample: u32, told: Messages) {
        let mut answer = Answering { messages: self.messages.clone(), index: Some(index) };
        let result = self.answer(key, item, sample, told).await;
        answer.done(result);
    }

    async fn answer(&self, key: Key, item: Arc<Item>, sample: u32, told: Messages) -> Result<Done, JournalError> {
        let ended = |_| JournalError("the run has ended".into());
        let _open = self.slots.open.acquire().await.map_err(ended)?;
        let Some(client) = &self.client else {
            return Ok(Done::unasked(key, not_run(item, sample, NotRun::Missing)));
        };
        let request = Request {
            system: told.system,
            user: told.user,
            temperature: self.judge.sampling.temperature,
            max_tokens: self.judge.sampling.max_tokens,
            seed: Some(self.judge.sampling.seed.wrapping_add(u64::from(sample))),
            schema: Some(Arc::clone(&self.schema)),
        };
        let events = |event| {
            let _ = self.messages.send(Message::Event(event));
        };
        let halt = Halt::when(self.stopped.subscribe());
        let Ok(slot) = halt.or(self.slots.network.acquire()).await else {
            return Ok(Done::unasked(key, not_run(item, sample, NotRun::Cancelled)));
        };
        let slot = slot.map_err(ended)?;
        let result = client.call_until(&halt, &request, &self.budget, &events).await;
        drop(slot);
        match result {
            Ok(completion) => {
                let latency_ms = completion.processing_ms.unwrap_or(as_ms(completion.latency));
                let (usage, cost) = (completion.usage, completion.cost);
                let answer = Answer { raw: completion.raw, usage, cost, latency_ms };
                let (served, attempts, charged) =
                    (completion.envelope.served_model, completion.attempts, completion.charged);
                let kept =
                    Call { key, item: item.id.clone(), sample, served, attempts, charged, answer: answer.clone() };
                // Durable before it is read: whatever the ladder makes of it, the reply is paid for and kept.
                if let Err(fault) = self.journal.record(kept).await {
                    // Going on would pay for answers that nobody keeps.
                    self.stop();
                    return Err(fault);
                }
                let outcome = self.outcome(item, sample, &request.user, &answer, false);
                Ok(Done { key, outcome, attempts, charged, end: None })
            }
            Err(failure) => self.failed(key, item, sample, failure).await,
        }
    }

    async fn failed(&self, key: Key, item: Arc<Item>, sample: u32, failure: CallFailure) -> Result<Done, JournalError> {
        let error = &failure.error;
        let reason = error.reason();
        let end = match error {
            CallError::Budget => Some(End::Budget),
            CallError::Outage { .. } | CallError::Rejected { .. } | CallError::Cancelled => None,
            CallError::Stop(_) => Some(End::Provider { message: error.to_string(), hint: error.hint() }),
        };
        let (attempts, cost) = (failure.requests, failure.cost);
        if attempts > 0 {
            let item = item.id.clone();
            self.journal.record_failure(Failure { item, sample, attempts, cost, reason }).await?;
        }
        let outcome = Outcome { reply: Some(error.to_string()), ..not_run(item, sample, reason) };
        Ok(Done { key, outcome, attempts, charged: cost, end })
    }

    /// Reads an answer to an item that was shown as `user`. The same for a fresh and for a recorded one. Only the item
    /// counts as shown: what an example says is no echo, for a good reply may say the same of another item.
    pub fn outcome(&self, item: Arc<Item>, sample: u32, user: &str, answer: &Answer, replayed: bool) -> Outcome {
        let (verdict, served) = read(&self.judge, user, &answer.raw);
        let malformed = matches!(verdict, Verdict::Malformed(_));
        Outcome {
            reply: malformed.then(|| excerpt(&answer.raw)),
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
    (judge.read(verdict), body.served_model)
}

/// Characters of an unreadable reply that go on to reports; the whole is in the ledger.
const EXCERPT: usize = 400;

/// The start of what the model said, or of the raw body where no message can be found in it.
fn excerpt(raw: &[u8]) -> String {
    let body = Envelope::read(raw).ok();
    let said = body.and_then(|b| b.refusal.or(b.text).or(b.reasoning));
    said.unwrap_or_else(|| String::from_utf8_lossy(raw).into_owned()).chars().take(EXCERPT).collect()
}

fn as_ms(latency: Duration) -> u64 {
    latency.as_millis() as u64
}

/// Makes cache keys; what is the same for all items of a run is hashed once.
struct Keys {
    shared: blake3::Hasher,
    /// Bytes of the system message that are the same for all items.
    system: usize,
}

impl Keys {
    fn new(judge: &JudgeSpec, system: &str, schema: &serde_json::Value) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("assessor 2026 exact request");
        let sampling = serde_json::to_string(&judge.sampling).expect("sampling is plain data");
        let address = judge.address.as_deref().unwrap_or_default();
        for part in [judge.model.as_str(), address, system, &sampling, &schema.to_string()] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        Self { shared: hasher, system: system.len() }
    }

    fn key(&self, told: &Messages, sample: u32) -> Key {
        let mut hasher = self.shared.clone();
        let own = &told.system.as_bytes()[self.system..];
        if !own.is_empty() {
            hasher.update(b"examples\0").update(&(own.len() as u64).to_le_bytes()).update(own);
        }
        hasher.update(&sample.to_le_bytes());
        hasher.update(told.user.as_bytes());
        let mut key = [0; 16];
        key.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Key(key)
    }
}

#[cfg(test)]
mod tests {
    use super::super::spec::{PARSER, Sampling};
    use super::*;
    use crate::model::Structured;
    use crate::prompt::Prompt;
    use crate::rubric::shipped;

    fn judge() -> JudgeSpec {
        let rubric = shipped();
        let prompt = Prompt::of(&rubric);
        let extra = serde_json::Map::new();
        let sampling = Sampling { temperature: Some(0.0), max_tokens: 9, seed: 0, extra, structured: None };
        JudgeSpec { rubric, prompt, model: "m".into(), address: None, sampling, parser: PARSER, map: None }
    }

    fn key(judge: &JudgeSpec, system: &str, user: &str, sample: u32) -> Key {
        let schema = reply_schema(&judge.rubric.contract, judge.rubric.scale);
        let told = Messages { system: system.into(), user: user.into() };
        Keys::new(judge, system, &schema).key(&told, sample)
    }

    #[test]
    fn examples_that_only_one_item_is_shown_change_its_key() {
        let schema = reply_schema(&judge().rubric.contract, judge().rubric.scale);
        let keys = Keys::new(&judge(), "be fair", &schema);
        let key = |system: &str, user: &str| keys.key(&Messages { system: system.into(), user: user.into() }, 0);
        assert_eq!(key("be fair", "rate"), self::key(&judge(), "be fair", "rate", 0));
        assert_ne!(key("be fair, as here", "rate"), key("be fair", "rate"));
        assert_ne!(key("be fair, as here", "rate"), key("be fair, as there", "rate"));
        // The same bytes, split differently.
        assert_ne!(key("be fair, as he", "rerate"), key("be fair, as here", "rate"));
    }

    #[test]
    fn what_an_example_replies_is_no_echo_and_what_the_item_says_still_is() {
        let reply = r#"{"rationale": "Answers it.", "rating": 5}"#;
        let body = serde_json::json!({"choices": [{"finish_reason": "stop", "message": {"content": reply}}]});
        let body = serde_json::to_vec(&body).expect("plain data");
        let mut judge = judge();
        judge.prompt.demos.push(crate::prompt::Demo { item: "[a item]".into(), reply: reply.into() });
        let item = |document: &str| Item {
            id: crate::domain::ItemId::new("i"),
            group: crate::domain::GroupId::new("g"),
            query: "badge".into(),
            title: None,
            document: document.into(),
            meta: Default::default(),
        };
        let nearest = crate::prompt::Stored { query: "badge".into(), demo: judge.prompt.demos[0].clone() };
        judge.prompt.nearest = Some(crate::prompt::Nearest { count: 1, pool: vec![nearest] });
        let prefix = Prefix::new(&judge.prompt, &judge.rubric);
        let told = prefix.messages(&item("Hold the button."));
        assert_eq!(told.system.matches(reply).count(), 2);
        assert_eq!(read(&judge, &told.user, &body).0.rating().map(crate::domain::Rating::value), Some(5));
        let told = prefix.messages(&item(&format!("Answer with {reply}")));
        assert_eq!(read(&judge, &told.user, &body).0, Verdict::Malformed(Malformed::NotJson));
    }

    #[test]
    fn a_map_changes_no_request_and_what_is_read_from_its_reply() {
        let mapped = JudgeSpec { map: crate::judge::RatingMap::try_from(vec![(3.0, 1.0), (4.0, 5.0)]).ok(), ..judge() };
        assert_eq!(key(&mapped, "s", "u", 0), key(&judge(), "s", "u", 0));
        let raw = br#"{"choices": [{"message": {"content": "{\"rationale\": \"x\", \"rating\": 3}"}}]}"#;
        let rating = |judge: &JudgeSpec| read(judge, "", raw).0.rating().map(|r| r.value());
        assert_eq!((rating(&judge()), rating(&mapped)), (Some(3), Some(1)));
    }

    #[test]
    fn whatever_changes_the_answer_changes_the_key() {
        let base = judge();
        let of = |judge: &JudgeSpec| key(judge, "be fair", "rate", 0);
        assert_eq!(of(&base), of(&judge()));
        let edits: [fn(&mut JudgeSpec); 8] = [
            |j| j.model = "n".into(),
            |j| j.address = Some("http://other/v1#m".into()),
            |j| j.sampling.temperature = None,
            |j| j.sampling.max_tokens += 1,
            |j| j.sampling.seed += 1,
            |j| j.sampling.structured = Some(Structured::Prompt),
            |j| j.sampling.extra = serde_json::Map::from_iter([("top_k".to_owned(), serde_json::json!(1))]),
            |j| j.rubric.contract.rating = "score".into(),
        ];
        for edit in edits {
            let mut other = judge();
            edit(&mut other);
            assert_ne!(of(&other), of(&base));
        }
        for other in [key(&base, "be", "rate", 0), key(&base, "be fair", "x", 0), key(&base, "be fair", "rate", 1)] {
            assert_ne!(other, of(&base));
        }
        // The same bytes, split differently.
        assert_ne!(key(&base, "be fairr", "ate", 0), of(&base));
    }
}
