//! The log of an optimiser's run. When something happened stands beside it, so that the log itself is the same whenever
//! the run is repeated.

use super::{Ledger, LedgerError};
use rusqlite::{Row, params};
use std::time::{SystemTime, UNIX_EPOCH};

/// A run's first entry and its last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ends {
    /// The run.
    pub run: String,
    /// Its first entry.
    pub first: String,
    /// Its last entry.
    pub last: String,
    /// When that was written, in milliseconds since 1970.
    pub at: i64,
}

impl Ledger {
    /// Both ends of each log whose first entry contains `text`, by when the last entry was written.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub fn ends(&self, text: &str) -> Result<Vec<Ends>, LedgerError> {
        let reader = self.connection();
        let read = || -> rusqlite::Result<Vec<Ends>> {
            let mut query = reader.prepare(
                "SELECT b.run, b.event, e.event, e.at FROM events b JOIN events e ON e.run = b.run
                   AND e.seq = (SELECT max(seq) FROM events WHERE run = b.run)
                 WHERE b.seq = 0 AND instr(b.event, ?) > 0 ORDER BY e.at, b.run",
            )?;
            let ends =
                |row: &Row<'_>| Ok(Ends { run: row.get(0)?, first: row.get(1)?, last: row.get(2)?, at: row.get(3)? });
            query.query_map([text], ends)?.collect()
        };
        read().map_err(|source| self.fault(source))
    }

    /// The log of a run, in order.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub fn events(&self, run: &str) -> Result<Vec<String>, LedgerError> {
        let reader = self.connection();
        let read = || -> rusqlite::Result<Vec<String>> {
            let mut query = reader.prepare("SELECT event FROM events WHERE run = ? ORDER BY seq")?;
            query.query_map([run], |row| row.get(0))?.collect()
        };
        read().map_err(|source| self.fault(source))
    }

    /// Appends to the log of a run, as entries `first`, `first + 1`, …; returns once they are durable.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be written, or when another process has written these numbers.
    pub fn append_events(&self, run: &str, first: usize, events: &[String]) -> Result<(), LedgerError> {
        let mut writer = self.connection();
        let at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64);
        let mut append = || {
            let tx = writer.transaction()?;
            {
                let mut insert = tx.prepare_cached("INSERT INTO events VALUES (?, ?, ?, ?)")?;
                for (i, event) in events.iter().enumerate() {
                    insert.execute(params![run, (first + i) as i64, event, at])?;
                }
            }
            tx.commit()
        };
        append().map_err(|source| self.fault(source))
    }

    /// Appends entry number `at` to a log that several processes write, unless one of them has written it already.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read or written.
    pub fn append_once(&self, log: &str, at: usize, entry: impl FnOnce() -> String) -> Result<(), LedgerError> {
        if self.events(log)?.len() > at {
            return Ok(());
        }
        match self.append_events(log, at, &[entry()]) {
            Err(_) if self.events(log)?.len() > at => Ok(()),
            written => written,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn of_two_who_append_the_same_entry_one_does_and_the_other_is_not_troubled() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (Ledger::open(folder.path()).unwrap(), Ledger::open(folder.path()).unwrap());
        one.append_once("r", 0, || "a".into()).unwrap();
        other.append_once("r", 0, || "never made".into()).unwrap();
        // It was not there when it was looked for, and is when it is to be written.
        let late = || {
            one.append_events("r", 1, &["b".into()]).unwrap();
            "c".into()
        };
        other.append_once("r", 1, late).unwrap();
        assert_eq!(one.events("r").unwrap(), ["a", "b"]);
    }

    #[test]
    fn a_log_is_read_in_its_order_and_never_changed() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path()).unwrap();
        ledger.append_events("r", 0, &["a".into(), "b".into()]).unwrap();
        ledger.append_events("r", 2, &["c".into()]).unwrap();
        ledger.append_events("other", 0, &["x".into()]).unwrap();
        assert_eq!(ledger.events("r").unwrap(), ["a", "b", "c"]);
        assert!(ledger.append_events("r", 2, &["d".into()]).is_err());
        let ends: Vec<_> = ledger.ends("a").unwrap().into_iter().map(|e| (e.run, e.first, e.last)).collect();
        assert_eq!(ends, [("r".into(), "a".into(), "c".into())]);
        let reader = ledger.reader.lock().unwrap();
        assert!(reader.execute("UPDATE events SET event = 'z'", []).is_err());
        assert!(reader.execute("DELETE FROM events", []).is_err());
    }
}
