//! Names that point at judge versions: `production`, `candidate`, any other.
//!
//! An alias has no state of its own: it is where its moves lead to. A move is compare-and-set in one transaction, so of
//! two writers that start from the same target one wins, and the other is told.

use super::{Version, VersionError, looks_like_hash, now};
use crate::ledger::Ledger;
use rusqlite::{Connection, TransactionBehavior, params};
use serde::Serialize;

/// Characters of an alias at most.
const LONGEST: usize = 40;
/// What `--expect` calls an alias that is not there yet.
const NOTHING: &str = "none";

/// A name and where it points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alias {
    /// The name.
    pub name: String,
    /// The version's hash.
    pub target: String,
    /// Versions that lead to the target, the target last: what rollbacks go back along.
    pub line: Vec<String>,
    /// All moves, the oldest first.
    pub history: Vec<Move>,
}

/// One move of an alias.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Move {
    /// The alias.
    pub alias: String,
    /// On, or back.
    pub kind: MoveKind,
    /// Where it pointed; `None` when it was new.
    pub from: Option<String>,
    /// Where it points from now on.
    pub to: String,
    /// Why; may be empty.
    pub why: String,
    /// When, in UTC.
    pub at: String,
}

/// What kind of move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MoveKind {
    /// To a version that was named.
    Promote,
    /// To the version before.
    Rollback,
}

impl MoveKind {
    fn name(self) -> &'static str {
        match self {
            Self::Promote => "promote",
            Self::Rollback => "rollback",
        }
    }
}

/// Where an alias must point before it is moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Anywhere: the last writer wins.
    Any,
    /// It must be new.
    Nothing,
    /// At this version: an alias, or the beginning of a hash.
    Version(String),
}

impl Expected {
    /// `none`, or a version.
    pub fn parse(text: &str) -> Self {
        if text == NOTHING { Self::Nothing } else { Self::Version(text.to_owned()) }
    }
}

/// A rollback that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollback {
    /// The move.
    pub moved: Move,
    /// Damaged versions that it stepped over.
    pub skipped: Vec<String>,
}

impl Ledger {
    /// All aliases, by name.
    ///
    /// # Errors
    /// [`VersionError::Ledger`] when the ledger cannot be read.
    pub fn aliases(&self) -> Result<Vec<Alias>, VersionError> {
        let connection = self.connection();
        let names = self.alias_names(&connection)?;
        let aliases = names.iter().map(|name| self.alias(&connection, name));
        Ok(aliases.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    /// Where `alias` points now, for a move that must find it there.
    ///
    /// # Errors
    /// [`VersionError`] when the alias cannot have this name, or the ledger cannot be read.
    pub fn standing(&self, alias: &str) -> Result<Expected, VersionError> {
        check_name(alias)?;
        let found = self.alias(&self.connection(), alias)?;
        Ok(found.map_or(Expected::Nothing, |alias| Expected::Version(alias.target)))
    }

    /// Lets `alias` point to the version that `name` stands for. `None` when it does already.
    ///
    /// # Errors
    /// [`VersionError::Moved`] when the alias points elsewhere than `expected`; others when the version is unknown or
    /// damaged, or the alias cannot have this name.
    pub fn promote(
        &self,
        name: &str,
        alias: &str,
        expected: &Expected,
        why: &str,
    ) -> Result<Option<Move>, VersionError> {
        check_name(alias)?;
        let mut connection = self.connection();
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(|e| self.fault(e))?;
        let hash = self.named(&tx, name)?;
        let to = self.load(&tx, &hash)?.hash;
        let current = self.alias(&tx, alias)?;
        self.must_point(&tx, alias, current.as_ref(), expected)?;
        let from = current.map(|alias| alias.target);
        if from.as_deref() == Some(to.as_str()) {
            return Ok(None);
        }
        let moved = new_move(alias, MoveKind::Promote, from, to, why);
        append(&tx, &moved).and_then(|()| tx.commit()).map_err(|e| self.fault(e))?;
        Ok(Some(moved))
    }

    /// Lets `alias` point to where it pointed before; again, and it goes further back. Damaged versions are stepped over.
    ///
    /// # Errors
    /// [`VersionError::First`] when nothing good stands before; [`VersionError::Moved`] as for [`Ledger::promote`].
    pub fn rollback(&self, alias: &str, expected: &Expected, why: &str) -> Result<Rollback, VersionError> {
        let mut connection = self.connection();
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(|e| self.fault(e))?;
        let current = self.alias(&tx, alias)?;
        self.must_point(&tx, alias, current.as_ref(), expected)?;
        let Some(current) = current else {
            let aliases = self.alias_names(&tx)?;
            return Err(VersionError::NoAlias { alias: alias.to_owned(), aliases });
        };
        let (Some(Version { hash, .. }), skipped) = self.last_good(&tx, current.line.iter().rev().skip(1))? else {
            return Err(VersionError::First { alias: alias.to_owned(), target: current.target });
        };
        let moved = new_move(alias, MoveKind::Rollback, Some(current.target), hash, why);
        append(&tx, &moved).and_then(|()| tx.commit()).map_err(|e| self.fault(e))?;
        Ok(Rollback { moved, skipped })
    }

    /// The version that a rollback of `alias` leads to; `None` where there is none, or no such alias.
    ///
    /// # Errors
    /// [`VersionError::Ledger`] when the ledger cannot be read.
    pub fn behind(&self, alias: &str) -> Result<Option<String>, VersionError> {
        let connection = self.connection();
        let Some(current) = self.alias(&connection, alias)? else { return Ok(None) };
        let (good, _) = self.last_good(&connection, current.line.iter().rev().skip(1))?;
        Ok(good.map(|version| version.hash))
    }

    fn must_point(
        &self,
        connection: &Connection,
        alias: &str,
        current: Option<&Alias>,
        expected: &Expected,
    ) -> Result<(), VersionError> {
        let expected = match expected {
            Expected::Any => return Ok(()),
            Expected::Nothing => None,
            Expected::Version(name) => Some(self.named(connection, name)?),
        };
        let found = current.map(|alias| alias.target.clone());
        if found == expected {
            return Ok(());
        }
        let last = current.and_then(|alias| alias.history.last()).map(|last| (last.at.clone(), last.why.clone()));
        Err(VersionError::Moved { alias: alias.to_owned(), expected, found, last })
    }

    pub(super) fn alias_names(&self, connection: &Connection) -> Result<Vec<String>, VersionError> {
        let names = connection
            .prepare_cached("SELECT DISTINCT alias FROM moves ORDER BY alias")
            .and_then(|mut query| query.query_map([], |row| row.get(0))?.collect());
        names.map_err(|source| self.fault(source).into())
    }

    pub(super) fn alias(&self, connection: &Connection, name: &str) -> Result<Option<Alias>, VersionError> {
        let history = moves(connection, name).map_err(|source| self.fault(source))?;
        let line = line(&history);
        let target = line.last().cloned();
        Ok(target.map(|target| Alias { name: name.to_owned(), target, line, history }))
    }
}

/// The versions that lead to where the alias points, in order. A rollback takes back the last one, and damaged ones before.
fn line(history: &[Move]) -> Vec<String> {
    let mut line: Vec<String> = Vec::new();
    for step in history {
        match step.kind {
            MoveKind::Promote => line.push(step.to.clone()),
            MoveKind::Rollback => {
                line.pop();
                while line.last().is_some_and(|hash| *hash != step.to) {
                    line.pop();
                }
            }
        }
    }
    line
}

fn moves(connection: &Connection, alias: &str) -> rusqlite::Result<Vec<Move>> {
    let mut query = connection
        .prepare_cached("SELECT alias, kind = 'rollback', old, new, why, at FROM moves WHERE alias = ? ORDER BY seq")?;
    let rows = query.query_map([alias], |row| {
        Ok(Move {
            alias: row.get(0)?,
            kind: if row.get(1)? { MoveKind::Rollback } else { MoveKind::Promote },
            from: row.get(2)?,
            to: row.get(3)?,
            why: row.get(4)?,
            at: row.get(5)?,
        })
    })?;
    rows.collect()
}

fn new_move(alias: &str, kind: MoveKind, from: Option<String>, to: String, why: &str) -> Move {
    Move { alias: alias.to_owned(), kind, from, to, why: why.to_owned(), at: now() }
}

fn append(connection: &Connection, step: &Move) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO moves (alias, kind, old, new, why, at) VALUES (?, ?, ?, ?, ?, ?)",
        params![step.alias, step.kind.name(), step.from, step.to, step.why, step.at],
    )?;
    Ok(())
}

/// A name that can be taken neither for a hash nor for `none`.
fn check_name(name: &str) -> Result<(), VersionError> {
    let refused = |reason| Err(VersionError::Name { name: name.to_owned(), reason });
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    match name {
        _ if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(plain) => {
            refused("it has other characters than it may have")
        }
        _ if name.len() > LONGEST => refused("it is longer than 40 characters"),
        _ if looks_like_hash(name) => refused("it could be the beginning of a hash"),
        NOTHING => refused("`--expect none` says that there is no such alias"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(kind: MoveKind, to: &str) -> Move {
        new_move("production", kind, None, to.to_owned(), "")
    }

    #[test]
    fn rollbacks_go_back_one_by_one_and_a_promotion_goes_on_from_there() {
        use MoveKind::{Promote, Rollback};
        let mut history = vec![step(Promote, "a"), step(Promote, "b"), step(Promote, "c")];
        assert_eq!(line(&history), ["a", "b", "c"]);
        history.push(step(Rollback, "b"));
        assert_eq!(line(&history), ["a", "b"]);
        history.push(step(Promote, "d"));
        assert_eq!(line(&history), ["a", "b", "d"]);
        history.push(step(Rollback, "a"));
        assert_eq!(line(&history), ["a"], "a damaged version was stepped over");
    }

    #[test]
    fn a_version_that_was_promoted_twice_is_gone_back_to_twice() {
        use MoveKind::{Promote, Rollback};
        let mut history = vec![step(Promote, "a"), step(Promote, "b"), step(Promote, "a")];
        history.push(step(Rollback, "b"));
        assert_eq!(line(&history), ["a", "b"]);
    }

    #[test]
    fn a_name_is_never_taken_for_something_else() {
        let refused = |name| check_name(name).unwrap_err().to_string();
        assert!(check_name("production").is_ok() && check_name("de-2").is_ok() && check_name("cafe").is_ok());
        assert_eq!(refused("decade"), "`decade` cannot be the name of an alias: it could be the beginning of a hash");
        assert_eq!(
            refused("none"),
            "`none` cannot be the name of an alias: `--expect none` says that there is no such alias"
        );
        for name in ["", "2nd", "Production", "a b", "ä"] {
            assert!(refused(name).ends_with("it has other characters than it may have"), "{name}");
        }
        assert!(refused(&"a-".repeat(21)).ends_with("it is longer than 40 characters"));
    }
}
