//! Judge versions: judges that were worth keeping, with where they come from. Append-only, each with a checksum over its
//! bytes; what does not match it is never used.

mod alias;
mod error;
mod lineage;
mod summary;

pub use alias::{Alias, Expected, Move, MoveKind, Rollback};
pub use error::VersionError;
pub use lineage::{Bounds, Edits, Lineage, PerPoint, Scored, Scores, Spend};
pub use summary::{Good, State, Summary};

use super::Ledger;
use crate::domain::Place;
use crate::judge::JudgeSpec;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, TransactionBehavior, params};
use std::fmt;

/// Digits of a version's hash that name it, at least.
pub const LEAST_PREFIX: usize = 6;
/// Digits of a judge's hash.
const HASH: usize = 16;

/// A judge that was kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// The judge's hash.
    pub hash: String,
    /// The judge, as it was.
    pub judge: JudgeSpec,
    /// Where it comes from.
    pub lineage: Lineage,
    /// What somebody wanted to remember of it.
    pub note: String,
    /// When it was stored, in UTC.
    pub created: String,
}

/// What storing a judge did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The version's hash.
    pub hash: String,
    /// It was stored before, and stays as it was: lineage and note of the first time hold.
    pub was_there: bool,
}

/// One of all versions; a damaged one is named all the same.
#[derive(Debug)]
pub struct Entry {
    /// Its hash.
    pub hash: String,
    /// The version, or why it cannot be used.
    pub version: Result<Version, VersionError>,
}

/// The version that a name stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The version.
    pub version: Version,
    /// Set when it is not the one that the alias points to.
    pub fallback: Option<Fallback>,
}

/// An alias pointed to a damaged version, and an earlier one stands in. Its text is a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallback {
    /// The alias.
    pub alias: String,
    /// What is damaged, the alias's target first.
    pub damaged: Vec<String>,
    /// What stands in: the last good version in the alias's history.
    pub used: String,
}

impl fmt::Display for Fallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let damaged = self.damaged.iter().map(|hash| format!("`{hash}`")).collect::<Vec<_>>().join(" and ");
        let (alias, used) = (&self.alias, &self.used);
        write!(f, "`{alias}` leads to the damaged judge version {damaged}; `{used}`, the last good one before, is used")
    }
}

impl Ledger {
    /// Stores a judge as a version. The same judge again is the same version.
    ///
    /// # Errors
    /// [`VersionError::Ledger`] when the ledger cannot be written.
    pub fn save_version(&self, judge: &JudgeSpec, lineage: &Lineage, note: &str) -> Result<Saved, VersionError> {
        let hash = judge.hash();
        let spec = serde_json::to_string(judge).expect("a judge is plain data");
        let lineage = serde_json::to_string(lineage).expect("a lineage is plain data");
        let created = now();
        let mut connection = self.connection();
        let tx = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|source| self.fault(source))?;
        match self.load(&tx, &hash) {
            Ok(_) => return Ok(Saved { hash, was_there: true }),
            Err(VersionError::Unknown { .. } | VersionError::Damaged { .. } | VersionError::Unreadable { .. }) => {}
            Err(error) => return Err(error),
        }
        let checksum = checksum([&hash, &spec, &lineage, note, &created].map(str::as_bytes));
        tx.execute(
            "INSERT INTO versions (hash, spec, lineage, note, created, checksum) VALUES (?, ?, ?, ?, ?, ?)",
            params![hash, spec, lineage, note, created, checksum],
        )
        .and_then(|_| tx.commit())
        .map_err(|source| self.fault(source))?;
        Ok(Saved { hash, was_there: false })
    }

    /// All versions, the oldest first.
    ///
    /// # Errors
    /// [`VersionError::Ledger`] when the ledger cannot be read.
    pub fn versions(&self) -> Result<Vec<Entry>, VersionError> {
        let connection = self.connection();
        let hashes = hashes(&connection, "").map_err(|source| self.fault(source))?;
        Ok(hashes.into_iter().map(|hash| Entry { version: self.load(&connection, &hash), hash }).collect())
    }

    /// The version that `name` stands for: an alias, or the beginning of a hash. Where an alias points to a damaged
    /// version, the last good one in its history stands in, and [`Found::fallback`] says so.
    ///
    /// # Errors
    /// [`VersionError`] when there is none, several begin so, or none that is good.
    pub fn version(&self, name: &str) -> Result<Found, VersionError> {
        let connection = self.connection();
        let Some(alias) = self.alias(&connection, name)? else {
            let hash = self.prefixed(&connection, name)?;
            return Ok(Found { version: self.load(&connection, &hash)?, fallback: None });
        };
        let (version, damaged) = match self.last_good(&connection, alias.line.iter().rev())? {
            (Some(version), damaged) => (version, damaged),
            (None, _) => return Err(self.damaged(&alias.target)),
        };
        let used = version.hash.clone();
        let fallback = (!damaged.is_empty()).then_some(Fallback { alias: alias.name, damaged, used });
        Ok(Found { version, fallback })
    }

    /// The hash that `name` stands for, whether its version is good or not.
    fn named(&self, connection: &Connection, name: &str) -> Result<String, VersionError> {
        match self.alias(connection, name)? {
            Some(alias) => Ok(alias.target),
            None => self.prefixed(connection, name),
        }
    }

    /// The one hash that begins so.
    fn prefixed(&self, connection: &Connection, name: &str) -> Result<String, VersionError> {
        let prefix = name.to_ascii_lowercase();
        let names = looks_like_hash(&prefix);
        let mut matches =
            if names { hashes(connection, &prefix) } else { Ok(Vec::new()) }.map_err(|e| self.fault(e))?;
        match matches.len() {
            1 => Ok(matches.remove(0)),
            0 => Err(VersionError::Unknown { name: name.to_owned(), aliases: self.alias_names(connection)? }),
            _ => Err(VersionError::Ambiguous { prefix: name.to_owned(), matches }),
        }
    }

    /// The first of `hashes` that is good, and those before it that are damaged.
    fn last_good<'a>(
        &self,
        connection: &Connection,
        hashes: impl Iterator<Item = &'a String>,
    ) -> Result<(Option<Version>, Vec<String>), VersionError> {
        let mut damaged = Vec::new();
        for hash in hashes {
            match self.load(connection, hash) {
                Ok(version) => return Ok((Some(version), damaged)),
                // A version of which nothing is found under its name any more lost its name.
                Err(VersionError::Damaged { .. } | VersionError::Unknown { .. }) => damaged.push(hash.clone()),
                Err(error) => return Err(error),
            }
        }
        Ok((None, damaged))
    }

    /// The version with this hash; of several rows the first good one.
    fn load(&self, connection: &Connection, hash: &str) -> Result<Version, VersionError> {
        let rows = connection
            .prepare_cached(
                "SELECT hash, spec, lineage, note, created, checksum FROM versions WHERE hash = ? ORDER BY seq",
            )
            .and_then(|mut query| query.query_map([hash], stored)?.collect::<rusqlite::Result<Vec<_>>>())
            .map_err(|source| self.fault(source))?;
        let mut error = VersionError::Unknown { name: hash.to_owned(), aliases: Vec::new() };
        for row in rows {
            match self.check(hash, &row) {
                Ok(version) => return Ok(version),
                Err(fault) => error = fault,
            }
        }
        Err(error)
    }

    /// Bytes → version: checksum first, so that nothing is read from bytes that are not those that were written.
    fn check(&self, hash: &str, row: &[Vec<u8>; 6]) -> Result<Version, VersionError> {
        let [own, spec, lineage, note, created, sum] = row;
        if checksum([own, spec, lineage, note, created].map(Vec::as_slice)).as_bytes() != sum.as_slice() {
            return Err(self.damaged(hash));
        }
        let unreadable =
            |reason: String| VersionError::Unreadable { hash: hash.to_owned(), place: self.place(), reason };
        let judge: JudgeSpec = serde_json::from_slice(spec).map_err(|e| unreadable(e.to_string()))?;
        let lineage = serde_json::from_slice(lineage).map_err(|e| unreadable(e.to_string()))?;
        if judge.hash() != hash {
            // A part of it that this program does not know was lost in reading: it would send other requests.
            return Err(unreadable(format!("read here, it is the judge `{}`", judge.hash())));
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Version { hash: hash.to_owned(), judge, lineage, note: text(note), created: text(created) })
    }

    fn damaged(&self, hash: &str) -> VersionError {
        VersionError::Damaged { hash: hash.to_owned(), place: self.place() }
    }

    fn place(&self) -> Place {
        Place::file(self.path.display().to_string())
    }
}

/// The time in UTC, to the second: it is for people.
fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn looks_like_hash(name: &str) -> bool {
    (LEAST_PREFIX..=HASH).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Hashes that begin with `prefix`, each once, the oldest first.
fn hashes(connection: &Connection, prefix: &str) -> rusqlite::Result<Vec<String>> {
    let mut query = connection
        .prepare_cached("SELECT hash FROM versions WHERE substr(hash, 1, ?) = ? GROUP BY hash ORDER BY min(seq)")?;
    let rows = query.query_map(params![prefix.len() as i64, prefix], |row| bytes(row, 0))?;
    rows.map(|row| Ok(String::from_utf8_lossy(&row?).into_owned())).collect()
}

fn stored(row: &Row<'_>) -> rusqlite::Result<[Vec<u8>; 6]> {
    Ok([bytes(row, 0)?, bytes(row, 1)?, bytes(row, 2)?, bytes(row, 3)?, bytes(row, 4)?, bytes(row, 5)?])
}

/// A column as bytes, whatever they are: damage may have left no text.
fn bytes(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<u8>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.to_vec(),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => Vec::new(),
    })
}

/// Over every part, each with its length, so that no byte can move from one to another.
fn checksum(parts: [&[u8]; 5]) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("assessor 2026 judge version");
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Explain as _;
    use crate::judge::{PARSER, Sampling};
    use crate::prompt::Prompt;
    use crate::rubric::shipped;

    fn judge(model: &str) -> JudgeSpec {
        let rubric = shipped();
        let prompt = Prompt::of(&rubric);
        let sampling =
            Sampling { temperature: None, max_tokens: 9, seed: 0, extra: serde_json::Map::new(), structured: None };
        JudgeSpec { rubric, prompt, model: model.to_owned(), address: None, sampling, parser: PARSER, map: None }
    }

    /// A row as another program would write it.
    fn write(ledger: &Ledger, hash: &str, spec: &str) {
        let row = [hash, spec, "{}", "", "then"];
        let [hash, spec, lineage, note, created] = row;
        let values = params![hash, spec, lineage, note, created, checksum(row.map(str::as_bytes))];
        let insert = "INSERT INTO versions (hash, spec, lineage, note, created, checksum) VALUES (?, ?, ?, ?, ?, ?)";
        ledger.connection().execute(insert, values).unwrap();
    }

    #[test]
    fn nothing_stands_in_for_a_version_that_only_another_program_can_read() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path()).unwrap();
        let good = ledger.save_version(&judge("m"), &Lineage::default(), "").unwrap().hash;
        ledger.promote(&good, "production", &Expected::Any, "").unwrap();
        let spec = serde_json::to_string(&judge("m")).unwrap();
        let [newer, richer] = ["00000000000000aa", "00000000000000bb"];
        write(&ledger, newer, &spec.replace(PARSER, "ladder-9"));
        write(&ledger, richer, &spec);
        for (hash, reason) in [
            (newer, "its replies are read by `ladder-9`; this program has `ladder-1`".to_owned()),
            (richer, format!("read here, it is the judge `{good}`")),
        ] {
            let history =
                "INSERT INTO moves (alias, kind, old, new, why, at) VALUES ('production', 'promote', ?, ?, '', '')";
            ledger.connection().execute(history, params![good, hash]).unwrap();
            let error = ledger.version("production").unwrap_err();
            let text = error.to_string();
            let start = format!("the judge version `{hash}` cannot be used by this program: {reason}");
            assert!(text.starts_with(&start), "{text}");
            assert_eq!(error.hint().unwrap(), "use the `assessor` that stored it, or a newer one");
        }
    }
}
