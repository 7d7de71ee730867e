//! `assessor.toml`: endpoints and defaults. Optional; keys never stand in it.

use super::AppError;
use super::text_file::TextFile;
use crate::audit::Gate;
use crate::domain::Place;
use crate::model::ModelConfig;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Bytes of a configuration.
const LARGEST: u64 = 1 << 20;

/// Looked for in the working directory.
pub const CONFIG_FILE: &str = "assessor.toml";

/// The file's content.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What commands use when a flag is not given.
    #[serde(default)]
    pub defaults: Defaults,
    /// Conditions that every audit must meet, by name: `format = "malformed < 0.02"`. As `--gate`.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub gate: BTreeMap<String, Gate>,
    /// What `assessor compare` uses when a flag is not given.
    #[serde(default)]
    pub compare: CompareDefaults,
    /// Endpoints by name: `--model NAME`.
    #[serde(default)]
    pub model: BTreeMap<String, ModelConfig>,
    /// The file, when it was named.
    #[serde(skip)]
    pub file: Option<PathBuf>,
}

/// What commands use when a flag is not given.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Defaults {
    /// As `--model`.
    pub model: Option<String>,
    /// As `--rubric`.
    pub rubric: Option<PathBuf>,
    /// As `--items`.
    pub items: Option<PathBuf>,
    /// As `--human`.
    pub human: Option<PathBuf>,
}

/// What `assessor compare` uses when a flag is not given.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompareDefaults {
    /// As `--margin`: NMSE points by which a new judge may be worse and still count as not worse.
    pub margin: Option<f64>,
}

impl Config {
    /// Reads `path`, or [`CONFIG_FILE`] when it exists and no path is given.
    ///
    /// # Errors
    /// [`AppError::Input`] with line and column when the file cannot be read as a configuration.
    pub fn read(path: Option<&Path>) -> Result<Self, AppError> {
        let file = path.map(Path::to_owned);
        let path = path.unwrap_or(Path::new(CONFIG_FILE));
        if file.is_none() && !path.exists() {
            return Ok(Self::default());
        }
        let name = path.display().to_string();
        let hint = "name the file with `-c FILE`, or write one with `assessor init`";
        let text = TextFile { what: "configuration", most: LARGEST, hint }.read(path)?;
        let config: Self = toml::from_str(&text).map_err(|e| AppError::Input {
            message: e.message().to_owned(),
            place: Some(Place::in_text(name, &text, e.span().map_or(0, |s| s.start))),
            hint: "print the schema of the file: `assessor schema config`".into(),
        })?;
        Ok(Self { file, ..config })
    }
}
