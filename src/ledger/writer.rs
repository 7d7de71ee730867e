//! The one writer: a thread that commits whatever has gathered, then says so to each sender.

use crate::domain::Usage;
use crate::judge::journal::{Call, Failure, JournalError};
use rusqlite::{Connection, params};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::oneshot;

/// Rows per commit at most.
const BATCH: usize = 512;
/// So many rows in the last commit tell of many more to come.
const CROWD: usize = 16;
/// How long the first row of a commit waits for company: a commit costs as much as several rows.
const LINGER: Duration = Duration::from_millis(1);

/// Why an answer was not kept: another process had kept one to the same request meanwhile.
const DUPLICATE: &str = "duplicate";

enum Entry {
    Call(Call),
    Failure(Failure),
}

type Row = (Entry, oneshot::Sender<Result<(), JournalError>>);

/// The thread; it ends when all handles are gone.
#[derive(Debug)]
pub(super) struct Writer {
    sender: Option<Sender<Row>>,
    thread: Option<JoinHandle<()>>,
}

/// A way to send rows to the thread.
#[derive(Clone, Debug)]
pub(super) struct Handle(Sender<Row>);

impl Writer {
    pub fn start(connection: Connection, session: i64, model: String) -> Self {
        let (sender, receiver) = channel();
        let thread = std::thread::Builder::new()
            .name("ledger".into())
            .spawn(move || write(connection, session, &model, &receiver))
            .expect("the system starts a thread");
        Self { sender: Some(sender), thread: Some(thread) }
    }

    pub fn handle(&self) -> Handle {
        Handle(self.sender.clone().expect("the sender lives as long as the writer"))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.sender.take());
        if let Some(thread) = self.thread.take() {
            // A panic in the thread has reached the senders as a closed channel already.
            let _ = thread.join();
        }
    }
}

impl Handle {
    pub async fn call(&self, call: Call) -> Result<(), JournalError> {
        self.send(Entry::Call(call)).await
    }

    pub async fn failure(&self, failure: Failure) -> Result<(), JournalError> {
        self.send(Entry::Failure(failure)).await
    }

    async fn send(&self, entry: Entry) -> Result<(), JournalError> {
        let gone = || JournalError("its writer has stopped".into());
        let (ack, kept) = oneshot::channel();
        self.0.send((entry, ack)).map_err(|_| gone())?;
        kept.await.map_err(|_| gone())?
    }
}

fn write(mut connection: Connection, session: i64, model: &str, rows: &Receiver<Row>) {
    let mut last = 0;
    while let Some(batch) = gather(rows, last) {
        last = batch.len();
        let (entries, acks): (Vec<Entry>, Vec<_>) = batch.into_iter().unzip();
        let result = commit(&mut connection, session, model, &entries).map_err(|e| JournalError(e.to_string()));
        for ack in acks {
            // A sender that has gone away needs no answer.
            let _ = ack.send(result.clone());
        }
    }
}

/// The next rows to commit together, or `None` when all senders are gone. Where many came the last time it sleeps instead of
/// waiting for each row: waking a thread costs as much as writing a row. Few rows are those that somebody waits for.
fn gather(rows: &Receiver<Row>, last: usize) -> Option<Vec<Row>> {
    let mut batch = vec![rows.recv().ok()?];
    if last >= CROWD {
        std::thread::sleep(LINGER);
    }
    batch.extend(rows.try_iter().take(BATCH - 1));
    Some(batch)
}

fn commit(connection: &mut Connection, session: i64, model: &str, entries: &[Entry]) -> rusqlite::Result<()> {
    let at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64);
    let tx = connection.transaction()?;
    {
        // Two processes may have asked the same; the first answer stays.
        let mut call = tx.prepare_cached(
            "INSERT OR IGNORE INTO calls (key, session, item, sample, model_asked, model_served, attempts, raw,
               tokens_in, tokens_cached, tokens_out, cost_nano, charged_nano, latency_ms, at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?;
        let mut failure = tx.prepare_cached(
            "INSERT INTO failures (session, item, sample, attempts, cost_nano, reason, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        )?;
        for entry in entries {
            match entry {
                Entry::Call(c) => {
                    let tokens = |part: fn(&Usage) -> u64| c.answer.usage.as_ref().map(|u| part(u) as i64);
                    let kept = call.execute(params![
                        &c.key.0[..],
                        session,
                        c.item.as_str(),
                        c.sample,
                        model,
                        c.served,
                        c.attempts,
                        c.answer.raw,
                        tokens(|u| u.input),
                        tokens(|u| u.cached),
                        tokens(|u| u.output),
                        c.answer.cost.map(|c| c.0 as i64),
                        c.charged.0 as i64,
                        c.answer.latency_ms as i64,
                        at,
                    ])?;
                    if kept == 0 {
                        // The money is gone all the same, and a budget must know.
                        let charged = c.charged.0 as i64;
                        failure.execute(params![
                            session,
                            c.item.as_str(),
                            c.sample,
                            c.attempts,
                            charged,
                            DUPLICATE,
                            at
                        ])?;
                    }
                }
                Entry::Failure(f) => {
                    let (item, reason, cost) = (f.item.as_str(), f.reason.name(), f.cost.0 as i64);
                    failure.execute(params![session, item, f.sample, f.attempts, cost, reason, at])?;
                }
            }
        }
    }
    tx.commit()
}
