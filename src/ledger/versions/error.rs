//! What can go wrong with judge versions and their names.

use super::LEAST_PREFIX;
use crate::domain::{Explain, Place};
use crate::ledger::LedgerError;

/// A judge version or an alias cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VersionError {
    /// The ledger itself.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Nothing has this name.
    #[error("there is no judge `{name}`")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The aliases that there are.
        aliases: Vec<String>,
    },
    /// Several versions begin alike.
    #[error("`{prefix}` is the beginning of {} judge versions", matches.len())]
    Ambiguous {
        /// What was asked for.
        prefix: String,
        /// Their hashes.
        matches: Vec<String>,
    },
    /// Its bytes are not those that were stored.
    #[error("the judge version `{hash}` is damaged: its content does not match its checksum")]
    Damaged {
        /// Which.
        hash: String,
        /// The ledger.
        place: Place,
    },
    /// Its bytes are those that were stored, and this program cannot read them.
    #[error("the judge version `{hash}` cannot be used by this program: {reason}")]
    Unreadable {
        /// Which.
        hash: String,
        /// The ledger.
        place: Place,
        /// Why not.
        reason: String,
    },
    /// Another writer was first.
    #[error("`{alias}` points to {}, not to {}{}", target(found), target(expected), moved(last))]
    Moved {
        /// The alias.
        alias: String,
        /// Where it was to point.
        expected: Option<String>,
        /// Where it points.
        found: Option<String>,
        /// When and why it was moved there.
        last: Option<(String, String)>,
    },
    /// An alias of that name could be taken for something else.
    #[error("`{name}` cannot be the name of an alias: {reason}")]
    Name {
        /// The name.
        name: String,
        /// Why not.
        reason: &'static str,
    },
    /// There is no such alias.
    #[error("there is no alias `{alias}`")]
    NoAlias {
        /// Its name.
        alias: String,
        /// The aliases that there are.
        aliases: Vec<String>,
    },
    /// It points to the first version that it ever had.
    #[error("`{alias}` has nothing to go back to: no good version stands before `{target}` in its history")]
    First {
        /// The alias.
        alias: String,
        /// Where it points.
        target: String,
    },
}

fn target(hash: &Option<String>) -> String {
    hash.as_ref().map_or("nothing".to_owned(), |hash| format!("`{hash}`"))
}

fn moved(last: &Option<(String, String)>) -> String {
    match last {
        None => String::new(),
        Some((at, why)) if why.is_empty() => format!("; it was moved at {at}"),
        Some((at, why)) => format!("; it was moved at {at}: {why}"),
    }
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl Explain for VersionError {
    fn place(&self) -> Option<&Place> {
        match self {
            Self::Ledger(e) => e.place(),
            Self::Damaged { place, .. } | Self::Unreadable { place, .. } => Some(place),
            Self::Unknown { .. } | Self::Ambiguous { .. } | Self::Moved { .. } => None,
            Self::Name { .. } | Self::NoAlias { .. } | Self::First { .. } => None,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Ledger(e) => return e.hint(),
            Self::Unknown { aliases, .. } => {
                let named = if aliases.is_empty() { String::new() } else { format!("{}, or ", listed(aliases)) };
                format!(
                    "name {named}the first {LEAST_PREFIX} digits of a version or more; `assessor judge list` shows them"
                )
            }
            Self::Ambiguous { matches, .. } => format!("give more digits: {}", listed(matches)),
            Self::Damaged { .. } => {
                "restore the ledger from a copy, or store the judge again: `assessor judge add`".into()
            }
            Self::Unreadable { .. } => "use the `assessor` that stored it, or a newer one".into(),
            Self::Moved { expected: Some(expected), found: Some(found), .. } => format!(
                "see what changed with `assessor judge diff {expected} {found}`; to go on from there, `--expect {found}`"
            ),
            Self::Moved { found: Some(found), .. } => format!("to go on from there, `--expect {found}`"),
            Self::Moved { .. } => "if it shall be a new alias, `--expect none`".into(),
            Self::Name { .. } => {
                "use lower-case letters, digits, `-` and `_`, a letter first, for example `production`".into()
            }
            Self::NoAlias { aliases, .. } if aliases.is_empty() => {
                "make one: `assessor judge promote VERSION --as NAME`".into()
            }
            Self::NoAlias { aliases, .. } => format!("there are {}", listed(aliases)),
            Self::First { alias, .. } => format!(
                "an alias is moved and never taken away: `assessor judge promote VERSION --as {alias}` lets it lead to \
                 another version, for example the baseline (`assessor judge list`)"
            ),
        })
    }
}
