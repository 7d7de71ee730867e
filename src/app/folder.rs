//! The report folder of an audit.

use super::project::{folder_name, write_whole};
use super::{AppError, Audited};
use crate::labels::LabelWriter;
use crate::report;
use std::path::{Path, PathBuf};

impl Audited {
    /// The folder's name: from the judge and a hash of the audit, so that the same audit always writes to the same place
    /// and another one never overwrites it.
    pub fn slug(&self) -> String {
        let content = serde_json::to_vec(&self.audit).expect("an audit is plain data");
        let name = match self.judges.as_slice() {
            [only] => only.model.as_deref().unwrap_or(&only.name),
            [] => "people",
            _ => "judges",
        };
        format!("audit-{}-{}", folder_name(name, 40), &blake3::hash(&content).to_hex()[..8])
    }

    /// Writes the report folder and returns the page to open.
    ///
    /// # Errors
    /// [`AppError`] when the folder cannot be written.
    pub fn write_reports(&self, folder: &Path) -> Result<PathBuf, AppError> {
        for stale in ["labels.jsonl", "disagreements.csv"] {
            // Of an earlier audit in the same folder; beside this one's page it would mislead.
            match std::fs::remove_file(folder.join(stale)) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                    return Err(AppError::system("removing", &folder.join(stale), e));
                }
                _ => {}
            }
        }
        let json = serde_json::to_vec_pretty(&self.audit).expect("an audit is plain data");
        write_whole(&folder.join("audit.json"), &json)?;
        write_whole(&folder.join("audit.md"), report::markdown(&self.audit).as_bytes())?;
        if let [judge] = self.audit.judges.as_slice() {
            write_whole(&folder.join("disagreements.csv"), report::csv(&judge.disagreements).as_bytes())?;
        }
        if !self.rows.is_empty() {
            let made = self.rows.iter().any(|row| row.verdict.basis().is_some());
            let create = if made { LabelWriter::create_made } else { LabelWriter::create };
            let mut writer = create(&folder.join("labels.jsonl"))?;
            for row in &self.rows {
                writer.write(row)?;
            }
            writer.finish()?;
        }
        // The page comes last: where it is, the rest is.
        let page = folder.join("index.html");
        write_whole(&page, report::html(&self.audit).as_bytes())?;
        Ok(page)
    }
}
