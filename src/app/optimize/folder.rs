//! The report folder of a run.

use super::Optimized;
use crate::app::project::folder_name;
use crate::app::{AppError, write_whole};
use crate::optimize::summary::Summary;
use crate::report;
use std::path::{Path, PathBuf};

impl Optimized {
    /// The folder's name, from the judge's model and the run: the same run always writes to the same place.
    pub fn slug(&self) -> String {
        let run: String = self.summary.run.chars().take(8).collect();
        format!("optimize-{}-{run}", folder_name(&self.baseline.model, 40))
    }

    /// Writes the report folder and returns the page to open.
    ///
    /// # Errors
    /// [`AppError`] when the folder cannot be written.
    pub fn write_reports(&self, folder: &Path) -> Result<PathBuf, AppError> {
        let summary = serde_json::to_vec_pretty(&self.summary).expect("a summary is plain data");
        write_whole(&folder.join("summary.json"), &summary)?;
        let story = serde_json::to_vec_pretty(&self.story).expect("a story is plain data");
        write_whole(&folder.join("story.json"), &story)?;
        let line = |entry| serde_json::to_string(entry).expect("an entry is plain data") + "\n";
        write_whole(&folder.join("log.jsonl"), self.log.iter().map(line).collect::<String>().as_bytes())?;
        let page = folder.join("index.html");
        // What a report says of itself is that there is one.
        let told = Summary { report: Some(page.clone()), ..self.summary.clone() };
        let markdown = report::optimization_markdown(&told, &self.story);
        write_whole(&folder.join("optimization.md"), markdown.as_bytes())?;
        // The page comes last: where it is, the rest is.
        write_whole(&page, report::optimization_html(&told, &self.story).as_bytes())?;
        Ok(page)
    }
}
