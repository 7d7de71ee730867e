//! Judges that ever worked, stored as versions or not.

use super::{Ledger, LedgerError};
use crate::judge::JudgeSpec;
use rusqlite::OptionalExtension as _;

impl Ledger {
    /// The judge with this hash, if it ever worked; `None` where this program cannot read it, too.
    ///
    /// # Errors
    /// [`LedgerError`] when the ledger cannot be read.
    pub fn worked(&self, hash: &str) -> Result<Option<JudgeSpec>, LedgerError> {
        let reader = self.connection();
        let find = || {
            let query = "SELECT spec FROM judges WHERE hash = ?";
            reader.query_row(query, [hash], |row| row.get::<_, String>(0)).optional()
        };
        let spec = find().map_err(|source| self.fault(source))?;
        Ok(spec.and_then(|spec| serde_json::from_str(&spec).ok()))
    }
}
