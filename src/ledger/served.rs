//! Which models answered in the name of one: a floating name can move to another model.

use super::{Ledger, LedgerError};
use rusqlite::params;

/// A model that answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// As it called itself.
    pub model: String,
    /// When it answered last, in UTC.
    pub last: String,
}

impl Ledger {
    /// The models that answered when `asked` was asked, the earliest first.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub fn served(&self, asked: &str) -> Result<Vec<Served>, LedgerError> {
        let reader = self.connection();
        let find = || {
            let query = "SELECT model_served, max(at) FROM calls WHERE model_asked = ? AND model_served IS NOT NULL \
                         GROUP BY model_served ORDER BY min(seq)";
            let mut statement = reader.prepare_cached(query)?;
            let row = |row: &rusqlite::Row<'_>| {
                let at: i64 = row.get(1)?;
                let last = jiff::Timestamp::from_millisecond(at).map(|at| at.strftime("%F").to_string());
                Ok(Served { model: row.get(0)?, last: last.unwrap_or_default() })
            };
            statement.query_map(params![asked], row)?.collect::<rusqlite::Result<Vec<Served>>>()
        };
        find().map_err(|source| self.fault(source))
    }
}
