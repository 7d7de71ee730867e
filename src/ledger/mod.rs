//! One SQLite file that remembers every paid call: resume, replay, spending and provenance all read it.
//!
//! Verdicts are not stored. They are read again from the raw reply by the pure ladder of the judge's parser version, so
//! a verdict can never disagree with the reply that it came from.

mod events;
mod judges;
mod looks;
mod served;
mod spending;
mod versions;
mod writer;

pub use events::Ends;
pub use served::Served;
pub use spending::{SessionSpend, Spent, spent};
pub use versions::{
    Alias, Bounds, Edits, Entry, Expected, Fallback, Found, Good, LEAST_PREFIX, Lineage, Move, MoveKind, PerPoint,
    Rollback, Saved, Scored, Scores, Spend, State, Summary, Version, VersionError,
};

use crate::domain::{Explain, NanoUsd, Place, Usage};
use crate::judge::JudgeSpec;
use crate::judge::journal::{Answer, Call, Failure, Journal, JournalError, Key};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use spending::whole;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use writer::Writer;

/// Version of the schema that this program writes.
const VERSION: i64 = 5;
/// What each version added to the one before it.
const STEPS: [&str; VERSION as usize] = [
    include_str!("schema.sql"),
    include_str!("looks.sql"),
    include_str!("versions.sql"),
    include_str!("events.sql"),
    include_str!("charged.sql"),
];
/// Marks the file as ours: "assr".
const APPLICATION_ID: i64 = 0x6173_7372;
/// How long a second process waits for the file.
const BUSY: Duration = Duration::from_secs(30);

/// The ledger cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// A newer program wrote it.
    #[error("the ledger has schema version {found}; this program knows versions up to {VERSION}")]
    Newer {
        /// The file.
        place: Place,
        /// Its version.
        found: i64,
    },
    /// It is a database, but not one of ours.
    #[error("the file is a database of another program")]
    Foreign {
        /// The file.
        place: Place,
    },
    /// SQLite reports a fault.
    #[error("the ledger cannot be used: {source}")]
    Sqlite {
        /// The file.
        place: Place,
        /// What SQLite says.
        #[source]
        source: rusqlite::Error,
    },
    /// Another process works on the same run.
    #[error("another process is working on this run")]
    Busy {
        /// The lock.
        place: Place,
    },
    /// The folder cannot be made.
    #[error("the state folder cannot be made: {source}")]
    Folder {
        /// The folder.
        place: Place,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
}

impl Explain for LedgerError {
    fn place(&self) -> Option<&Place> {
        match self {
            Self::Newer { place, .. } | Self::Foreign { place } | Self::Busy { place } => Some(place),
            Self::Sqlite { place, .. } | Self::Folder { place, .. } => Some(place),
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Newer { .. } => "use a newer `assessor`, or name another folder with `--state DIR`".into(),
            Self::Foreign { .. } => "name another folder with `--state DIR`".into(),
            Self::Sqlite { .. } => {
                "check that the disk has room and the file is readable; a damaged file can be moved away, and what it \
                 held would be paid for again"
                    .into()
            }
            Self::Busy { .. } => "wait until it has ended, or stop it: both would pay for the same calls".into(),
            Self::Folder { .. } => "name a folder that can be written with `--state DIR`".into(),
        })
    }
}

/// What is being run: the same judge on the same items with as many samples is the same run, whoever resumes it.
#[derive(Clone, Debug)]
pub struct RunInfo<'a> {
    /// The judge.
    pub judge: &'a JudgeSpec,
    /// The model whose calls are kept: the judge's, or the reflection model of an optimiser.
    pub model: &'a str,
    /// Digest of the items file's content, or what else the run is made of.
    pub items_digest: &'a str,
    /// Samples per item.
    pub samples: u32,
    /// Verdicts wanted.
    pub planned: u64,
    /// Calls in flight at most.
    pub slots: u32,
    /// HTTP requests per call at most.
    pub attempt_limit: u32,
    /// What one request can cost at most.
    pub slot_cost: NanoUsd,
}

impl RunInfo<'_> {
    /// See [`run_id`].
    pub fn id(&self) -> String {
        run_id(self.judge, self.items_digest, self.samples)
    }
}

/// The identity of a run: 16 hexadecimal digits over judge, items and samples.
pub fn run_id(judge: &JudgeSpec, items_digest: &str, samples: u32) -> String {
    let text = format!("{}\n{items_digest}\n{samples}", judge.hash());
    blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
}

/// The open file.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    reader: Mutex<Connection>,
}

impl Ledger {
    /// Opens `folder/ledger.sqlite`, making both when they are missing.
    ///
    /// # Errors
    /// [`LedgerError`] when the file is newer, foreign, damaged or cannot be made.
    pub fn open(folder: &Path) -> Result<Self, LedgerError> {
        let path = folder.join("ledger.sqlite");
        let place = || Place::file(path.display().to_string());
        std::fs::create_dir_all(folder)
            .map_err(|source| LedgerError::Folder { place: Place::file(folder.display().to_string()), source })?;
        let connection = connect(&path).map_err(|source| LedgerError::Sqlite { place: place(), source })?;
        let (version, application) =
            identify(&connection).map_err(|source| LedgerError::Sqlite { place: place(), source })?;
        match (version, application) {
            (_, APPLICATION_ID) if version > VERSION => {
                return Err(LedgerError::Newer { place: place(), found: version });
            }
            (VERSION, APPLICATION_ID) => {}
            (0, 0) | (1.., APPLICATION_ID) => {
                bring_up_to_date(&connection).map_err(|source| LedgerError::Sqlite { place: place(), source })?;
            }
            _ => return Err(LedgerError::Foreign { place: place() }),
        }
        Ok(Self { path, reader: Mutex::new(connection) })
    }

    /// Takes the run for this process; it is free again when the file is dropped, or when the process dies. Two processes
    /// on one run would pay for the same calls, and each would think the budget its own.
    ///
    /// # Errors
    /// [`LedgerError::Busy`] when another process has it; [`LedgerError::Folder`] when the lock cannot be made.
    pub fn lock(&self, run_id: &str) -> Result<File, LedgerError> {
        let path = self.path.with_file_name(format!("run-{run_id}.lock"));
        let place = || Place::file(path.display().to_string());
        let file = File::create(&path).map_err(|source| LedgerError::Folder { place: place(), source })?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(LedgerError::Busy { place: place() }),
            Err(TryLockError::Error(source)) => Err(LedgerError::Folder { place: place(), source }),
        }
    }

    /// Begins a session of a run: from here on calls are kept under it.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be written.
    pub fn begin(&self, run: &RunInfo<'_>) -> Result<Session<'_>, LedgerError> {
        self.begin_inner(run).map_err(|source| self.fault(source))
    }

    fn begin_inner(&self, run: &RunInfo<'_>) -> rusqlite::Result<Session<'_>> {
        let (id, judge, now) = (run.id(), run.judge.hash(), jiff::Timestamp::now().to_string());
        let mut connection = connect(&self.path)?;
        let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let spec = serde_json::to_string(run.judge).expect("a judge is plain data");
        tx.execute(
            "INSERT OR IGNORE INTO judges VALUES (?, ?, ?, ?, ?)",
            params![judge, run.judge.model, run.judge.rubric.id, spec, now],
        )?;
        tx.execute(
            "INSERT OR IGNORE INTO runs VALUES (?, ?, ?, ?, ?, ?)",
            params![id, judge, run.items_digest, run.samples, run.planned as i64, now],
        )?;
        tx.execute(
            "INSERT INTO sessions (run, started, slots, attempt_limit, slot_cost_nano) VALUES (?, ?, ?, ?, ?)",
            params![id, now, run.slots, run.attempt_limit, run.slot_cost.0 as i64],
        )?;
        let session = tx.last_insert_rowid();
        tx.commit()?;
        Ok(Session { ledger: self, id: session, writer: Writer::start(connection, session, run.model.to_owned()) })
    }

    /// What all sessions of a run spent so far, counting for killed ones what they may have had in flight.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub fn spent(&self, run_id: &str) -> Result<Spent, LedgerError> {
        let sessions = self.sessions(run_id).map_err(|source| self.fault(source))?;
        Ok(spent(&sessions))
    }

    /// For what the writer of a run does not do. A panic while it was held has left no half-done work: SQLite rolls it back.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sessions(&self, run_id: &str) -> rusqlite::Result<Vec<SessionSpend>> {
        let reader = self.connection();
        let mut query = reader.prepare(
            "SELECT s.slots, s.attempt_limit, s.slot_cost_nano, s.ended IS NOT NULL,
               (SELECT coalesce(sum(attempts), 0) FROM calls WHERE session = s.id)
               + (SELECT coalesce(sum(attempts), 0) FROM failures WHERE session = s.id),
               (SELECT coalesce(sum(coalesce(charged_nano, cost_nano)), 0) FROM calls WHERE session = s.id)
               + (SELECT coalesce(sum(cost_nano), 0) FROM failures WHERE session = s.id),
               (SELECT coalesce(sum(cost_nano), 0) FROM calls WHERE session = s.id)
               + (SELECT coalesce(sum(cost_nano), 0) FROM failures WHERE session = s.id)
             FROM sessions s WHERE s.run = ?",
        )?;
        let rows = query.query_map([run_id], |row| {
            let count = |i: usize| row.get(i).map(whole);
            Ok(SessionSpend {
                slots: count(0)?,
                attempt_limit: count(1)?,
                slot_cost: NanoUsd(count(2)?),
                ended: row.get(3)?,
                calls: count(4)?,
                cost: NanoUsd(count(5)?),
                reported: NanoUsd(count(6)?),
            })
        })?;
        rows.collect()
    }

    /// A journal that answers from what is recorded and keeps nothing: for plans and replays.
    pub fn reading(&self) -> Reading {
        Reading(Reader::new(self.path.clone()))
    }

    fn fault(&self, source: rusqlite::Error) -> LedgerError {
        LedgerError::Sqlite { place: Place::file(self.path.display().to_string()), source }
    }
}

/// One process's work on a run; the journal that the run writes.
#[derive(Debug)]
pub struct Session<'a> {
    ledger: &'a Ledger,
    id: i64,
    writer: Writer,
}

impl Session<'_> {
    /// Says that all spending of this session is written down. A session that was killed never says so.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be written.
    pub fn end(self, outcome: &str) -> Result<(), LedgerError> {
        let (ledger, id) = (self.ledger, self.id);
        drop(self.writer);
        let connection = connect(&ledger.path).map_err(|source| ledger.fault(source))?;
        let now = jiff::Timestamp::now().to_string();
        connection
            .execute("UPDATE sessions SET ended = ?, outcome = ? WHERE id = ?", params![now, outcome, id])
            .map_err(|source| ledger.fault(source))?;
        Ok(())
    }

    /// The journal of this session, for the run.
    pub fn keeper(&self) -> Keeper {
        Keeper { writer: self.writer.handle(), reader: Reader::new(self.ledger.path.clone()) }
    }
}

/// A connection of its own for look-ups, opened when first needed.
#[derive(Debug)]
struct Reader {
    path: PathBuf,
    connection: Mutex<Option<Connection>>,
}

impl Reader {
    fn new(path: PathBuf) -> Self {
        Self { path, connection: Mutex::new(None) }
    }

    fn recorded(&self, keys: &[Key]) -> Result<Vec<Option<Answer>>, JournalError> {
        let fault = |e: rusqlite::Error| JournalError(e.to_string());
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = match connection.take() {
            Some(open) => connection.insert(open),
            None => connection.insert(connect(&self.path).map_err(fault)?),
        };
        recorded(connection, keys).map_err(fault)
    }
}

/// The journal of a session, owned by the run while it goes on.
#[derive(Debug)]
pub struct Keeper {
    writer: writer::Handle,
    reader: Reader,
}

impl Journal for Keeper {
    fn recorded(&self, keys: &[Key]) -> Result<Vec<Option<Answer>>, JournalError> {
        self.reader.recorded(keys)
    }

    async fn record(&self, call: Call) -> Result<(), JournalError> {
        self.writer.call(call).await
    }

    async fn record_failure(&self, failure: Failure) -> Result<(), JournalError> {
        self.writer.failure(failure).await
    }
}

/// What is recorded, and nothing more: see [`Ledger::reading`].
#[derive(Debug)]
pub struct Reading(Reader);

impl Journal for Reading {
    fn recorded(&self, keys: &[Key]) -> Result<Vec<Option<Answer>>, JournalError> {
        self.0.recorded(keys)
    }

    async fn record(&self, _call: Call) -> Result<(), JournalError> {
        Err(JournalError("it was opened for reading".into()))
    }

    async fn record_failure(&self, _failure: Failure) -> Result<(), JournalError> {
        Err(JournalError("it was opened for reading".into()))
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL: a commit survives power loss, not only a crash of this process.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -32_000)?;
    // Index pages are hit at random: the longer the log, the fewer times each is copied back.
    connection.pragma_update(None, "wal_autocheckpoint", 16_384)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

fn identify(connection: &Connection) -> rusqlite::Result<(i64, i64)> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let application: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let foreign = application == 0 && tables > 0;
    Ok((if foreign { -1 } else { version }, application))
}

fn bring_up_to_date(connection: &Connection) -> rusqlite::Result<()> {
    // One transaction: two processes that start together, or a kill in between, never see half a schema.
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let (version, application) = identify(connection)?;
    let ours = (version, application) == (0, 0) || application == APPLICATION_ID;
    if !ours || !(0..VERSION).contains(&version) {
        return connection.execute_batch("ROLLBACK");
    }
    for step in &STEPS[version as usize..] {
        connection.execute_batch(step)?;
    }
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", VERSION)?;
    connection.execute_batch("COMMIT")
}

fn recorded(connection: &Connection, keys: &[Key]) -> rusqlite::Result<Vec<Option<Answer>>> {
    let mut query = connection.prepare_cached(
        "SELECT raw, tokens_in, tokens_cached, tokens_out, cost_nano, latency_ms FROM calls WHERE key = ?",
    )?;
    // One read transaction for the whole batch; without it each look-up takes the file's lock anew.
    connection.execute_batch("BEGIN")?;
    let answers = keys.iter().map(|key| query.query_row([&key.0[..]], answer).optional()).collect();
    connection.execute_batch("COMMIT")?;
    answers
}

fn answer(row: &rusqlite::Row<'_>) -> rusqlite::Result<Answer> {
    // What is negative was a number that no column holds: unknown.
    let count = |i: usize| -> rusqlite::Result<Option<u64>> {
        Ok(row.get::<_, Option<i64>>(i)?.and_then(|value| u64::try_from(value).ok()))
    };
    let usage = match (count(1)?, count(3)?) {
        (Some(input), Some(output)) => Some(Usage { input, cached: count(2)?.unwrap_or(0), output }),
        _ => None,
    };
    Ok(Answer { raw: row.get(0)?, usage, cost: count(4)?.map(NanoUsd), latency_ms: count(5)?.unwrap_or(0) })
}
