//! What several samples of an item say together, as a file beside the labels.

use super::AppError;
use crate::domain::{ItemId, Verdict};
use crate::judge::consensus::{Consensus, consensus};
use serde::Serialize;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// One line of the file.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a ItemId,
    #[serde(flatten)]
    sum: Consensus,
}

/// Writes one line per item: mean, mode and spread of its samples. Whole or not at all.
pub(super) struct Samples {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
    item: Option<ItemId>,
    verdicts: Vec<Verdict>,
}

/// The file beside the labels `out`: `labels.jsonl` → `labels.samples.jsonl`.
pub(super) fn beside(out: &Path) -> PathBuf {
    out.with_extension("samples.jsonl")
}

impl Samples {
    /// Begins the file beside the labels `out`.
    pub fn create(out: &Path) -> Result<Self, AppError> {
        let path = beside(out);
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = tempfile::Builder::new().prefix(".assessor-").tempfile_in(folder);
        let file = BufWriter::new(file.map_err(|e| AppError::system("writing", &path, e))?);
        Ok(Self { path, file, item: None, verdicts: Vec::new() })
    }

    /// Takes the samples in order: all of one item, then all of the next.
    pub fn take(&mut self, item: &ItemId, verdict: &Verdict) -> Result<(), AppError> {
        if self.item.as_ref() != Some(item) {
            self.flush()?;
            self.item = Some(item.clone());
        }
        self.verdicts.push(verdict.clone());
        Ok(())
    }

    fn flush(&mut self) -> Result<(), AppError> {
        let Some(id) = &self.item else { return Ok(()) };
        let line = serde_json::to_string(&Row { id, sum: consensus(&self.verdicts) }).expect("a sum is plain data");
        self.verdicts.clear();
        writeln!(self.file, "{line}").map_err(|e| AppError::system("writing", &self.path, e))
    }

    /// Puts the file in its place.
    pub fn finish(mut self) -> Result<PathBuf, AppError> {
        self.flush()?;
        let path = self.path;
        let fault = |e| AppError::system("writing", &path, e);
        let file = self.file.into_inner().map_err(|e| fault(e.into_error()))?;
        super::project::persist(file, &path)?;
        Ok(path)
    }
}
