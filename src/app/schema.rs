//! JSON Schemas of every format, and the envelope of `--json`.

use super::{AppError, Config};
use crate::adapt;
use crate::audit::Caveat;
use crate::labels::{self, FileKind};
use crate::ledger::Fallback;
use crate::optimize::summary::Summary;
use crate::rubric::RubricFile;
use crate::rubric::bullets::LibraryFile;
use schemars::{JsonSchema, schema_for};
use serde::Serialize;
use serde_json::Value;

/// What `--json` prints: one object on stdout.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Envelope<T> {
    /// Version of the program.
    pub assessor: &'static str,
    /// The command.
    pub command: &'static str,
    /// The exit code.
    pub exit: u8,
    /// The command's result; on an error `{message, place?, hint?}`.
    pub data: T,
    /// What to know before using the data.
    pub warnings: Vec<Warning>,
}

/// Something to know before using the data.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Warning {
    /// A stable name.
    pub code: &'static str,
    /// One sentence.
    pub text: String,
}

impl From<&Caveat> for Warning {
    fn from(caveat: &Caveat) -> Self {
        Self { code: caveat.code.name(), text: caveat.text.clone() }
    }
}

impl From<&Fallback> for Warning {
    fn from(fallback: &Fallback) -> Self {
        Self { code: "judge-version-damaged", text: fallback.to_string() }
    }
}

/// The names that `assessor schema` takes.
pub const SCHEMAS: [&str; 10] =
    ["rubric", "bullets", "config", "items", "human", "judge", "labels", "envelope", "optimize", "adapt"];

/// The JSON Schema with this name.
///
/// # Errors
/// [`AppError::Input`] for another name.
pub fn schema(name: &str) -> Result<Value, AppError> {
    Ok(match name {
        "rubric" => schema_for!(RubricFile).to_value(),
        "bullets" => schema_for!(LibraryFile).to_value(),
        "config" => schema_for!(Config).to_value(),
        "envelope" => schema_for!(Envelope<Value>).to_value(),
        "optimize" => schema_for!(Envelope<Summary>).to_value(),
        "adapt" => schema_for!(Envelope<adapt::Summary>).to_value(),
        "items" => labels::schema(FileKind::Items),
        "human" => labels::schema(FileKind::Human),
        "judge" => labels::schema(FileKind::Judge),
        "labels" => labels::schema(FileKind::Labels),
        other => {
            let message = format!("there is no schema `{other}`");
            return Err(AppError::input(message, format!("there are {}", SCHEMAS.join(", "))));
        }
    })
}
