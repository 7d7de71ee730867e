//! One error for all use cases, and the exit code that each kind of it means.

use crate::domain::{Explain, Place};
use crate::judge::journal::JournalError;
use crate::judge::run::RunError;
use crate::labels::LabelsError;
use crate::ledger::{LedgerError, VersionError};
use crate::model::ModelError;
use crate::rubric::RubricError;
use std::path::Path;

/// A use case that could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// A rubric file.
    #[error(transparent)]
    Rubric(#[from] RubricError),
    /// Items or ratings.
    #[error(transparent)]
    Labels(#[from] LabelsError),
    /// A model that is not one, or cannot be set up.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A judge version or an alias.
    #[error(transparent)]
    Version(VersionError),
    /// The ledger, in the middle of a run.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Anything else in what the user gave.
    #[error("{message}")]
    Input {
        /// What is wrong.
        message: String,
        /// Where.
        place: Option<Place>,
        /// What to do.
        hint: String,
    },
    /// A prompt that the checks object to, where that may not be.
    #[error("the prompt violates guardrails:\n  {}", found.join("\n  "))]
    Objections {
        /// Place, check, reason and span of each.
        found: Vec<String>,
    },
    /// A bullet that the checks object to: no prompt with it would be tried.
    #[error("the bullet violates guardrails:\n  {}", found.join("\n  "))]
    Unsound {
        /// Check, reason and span of each.
        found: Vec<String>,
    },
    /// The provider could not be used; what was paid for is kept.
    #[error("the provider could not be used: {message}")]
    Provider {
        /// In the provider's words.
        message: String,
        /// What to do.
        hint: Option<String>,
    },
    /// The user interrupted; what was paid for is kept.
    #[error("interrupted{}", how_far(*done, *total))]
    Interrupted {
        /// Verdicts there are.
        done: u64,
        /// Verdicts wanted.
        total: u64,
    },
    /// The machine: disk, memory, a port.
    #[error("{doing}: {source}")]
    System {
        /// What was being done.
        doing: String,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
}

/// Nothing was wanted yet when `total` is 0.
fn how_far(done: u64, total: u64) -> String {
    if total == 0 { String::new() } else { format!(" after {done} of {total} verdicts; what is paid for is kept") }
}

impl AppError {
    /// Wrong input without a place in a file.
    pub fn input(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Input { message: message.into(), place: None, hint: hint.into() }
    }

    /// A failure of the machine while `doing` something to `path`.
    pub fn system(doing: &str, path: &Path, source: std::io::Error) -> Self {
        Self::System { doing: format!("{doing} `{}`", path.display()), source }
    }

    /// 1 internal failure, 2 usage or bad input, 3 the provider could not be used, 100 a condition not met, 130
    /// interrupted.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Rubric(_) | Self::Labels(_) | Self::Model(_) | Self::Input { .. } => 2,
            Self::Version(VersionError::Damaged { .. }) => 1,
            Self::Version(_) => 2,
            Self::Ledger(LedgerError::Newer { .. } | LedgerError::Foreign { .. } | LedgerError::Busy { .. }) => 2,
            Self::Ledger(_) | Self::Journal(_) | Self::System { .. } => 1,
            Self::Provider { .. } => 3,
            Self::Objections { .. } | Self::Unsound { .. } => 100,
            Self::Interrupted { .. } => 130,
        }
    }
}

impl From<VersionError> for AppError {
    fn from(error: VersionError) -> Self {
        match error {
            VersionError::Ledger(error) => Self::Ledger(error),
            error => Self::Version(error),
        }
    }
}

impl From<RunError<AppError>> for AppError {
    fn from(error: RunError<AppError>) -> Self {
        match error {
            RunError::Journal(error) => Self::Journal(error),
            RunError::Caller(error) => error,
        }
    }
}

impl Explain for AppError {
    fn place(&self) -> Option<&Place> {
        match self {
            Self::Rubric(e) => e.place(),
            Self::Labels(e) => e.place(),
            Self::Model(e) => e.place(),
            Self::Ledger(e) => e.place(),
            Self::Version(e) => e.place(),
            Self::Input { place, .. } => place.as_ref(),
            Self::Objections { .. }
            | Self::Unsound { .. }
            | Self::Journal(_)
            | Self::Provider { .. }
            | Self::Interrupted { .. }
            | Self::System { .. } => None,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Rubric(e) => e.hint(),
            Self::Labels(e) => e.hint(),
            Self::Model(e) => e.hint(),
            Self::Ledger(e) => e.hint(),
            Self::Version(e) => e.hint(),
            Self::Input { hint, .. } => Some(hint.clone()),
            Self::Objections { .. } => Some("mend the prompt; without `--strict` it is stored as it is".into()),
            Self::Unsound { .. } => Some("say it as a general rule, in other words".into()),
            Self::Provider { hint, .. } => hint.clone(),
            Self::Interrupted { .. } => Some("run the same command again to go on".into()),
            Self::Journal(_) => Some("check that the disk has room, then run the same command again".into()),
            Self::System { .. } => None,
        }
    }
}
