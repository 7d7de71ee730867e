//! How often human ratings were looked at: each judge that is held against them and chosen for its number makes the
//! numbers of the next one more flattering than they should be (SPEC §6, S7).

use super::{Ledger, LedgerError};
use rusqlite::{OptionalExtension as _, params};

impl Ledger {
    /// Records that `judge` was held against the human ratings with digest `data`, and counts the judges that ever were,
    /// this one included. The same judge again counts once.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be written.
    pub fn look(&self, data: &str, judge: &str) -> Result<u64, LedgerError> {
        let reader = self.connection();
        let now = jiff::Timestamp::now().to_string();
        reader
            .execute("INSERT OR IGNORE INTO looks VALUES (?, ?, ?)", params![data, judge, now])
            .and_then(|_| {
                reader.query_row("SELECT count(*) FROM looks WHERE data = ?", [data], |row| row.get::<_, i64>(0))
            })
            .map(|count| count as u64)
            .map_err(|source| self.fault(source))
    }

    /// The margin by which these two judges were first compared on these human ratings; `margin` is recorded when they
    /// never were. A margin chosen after the difference was seen proves nothing.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be written.
    pub fn first_margin(&self, data: &str, judges: (&str, &str), margin: f64) -> Result<f64, LedgerError> {
        let reader = self.connection();
        let find = || {
            let query = "SELECT margin FROM margins WHERE data = ? AND old = ? AND new = ?";
            reader.query_row(query, params![data, judges.0, judges.1], |row| row.get(0)).optional()
        };
        let first = find().and_then(|found| match found {
            Some(first) => Ok(first),
            None => {
                let now = jiff::Timestamp::now().to_string();
                let values = params![data, judges.0, judges.1, margin, now];
                reader.execute("INSERT OR IGNORE INTO margins VALUES (?, ?, ?, ?, ?)", values)?;
                Ok(find()?.unwrap_or(margin))
            }
        });
        first.map_err(|source| self.fault(source))
    }
}
