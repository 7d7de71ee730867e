//! Write a commented project to start from.

use super::AppError;
use super::project::write_whole;
use crate::rubric;
use std::path::{Path, PathBuf};

/// What was written and what was there already.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Written {
    /// New files.
    pub written: Vec<PathBuf>,
    /// Files that were there and stay as they are.
    pub kept: Vec<PathBuf>,
}

const CONFIG: &str = include_str!("templates/assessor.toml");
const ITEMS: &str = include_str!("templates/items.jsonl");
const RATINGS: &str = include_str!("templates/ratings.csv");

/// Writes configuration, rubric and example data into `folder`; files that exist are left alone.
///
/// # Errors
/// [`AppError::System`] when the folder cannot be written.
pub fn init(folder: &Path) -> Result<Written, AppError> {
    let files = [
        ("assessor.toml", CONFIG),
        ("rubrics/relevance.toml", rubric::SHIPPED),
        ("rubrics/relevance.bullets.toml", rubric::bullets::SHIPPED),
        ("labels/items.jsonl", ITEMS),
        ("labels/ratings.csv", RATINGS),
    ];
    let mut result = Written { written: Vec::new(), kept: Vec::new() };
    for (name, text) in files {
        let path = folder.join(name);
        if path.exists() {
            result.kept.push(path);
        } else {
            write_whole(&path, text.as_bytes())?;
            result.written.push(path);
        }
    }
    Ok(result)
}
