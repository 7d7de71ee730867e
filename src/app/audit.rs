//! Judge against people.

use super::gather::{AuditRequest, Evidence, gather};
use super::label::Watch;
use super::project::write_whole;
use super::suggest::{name_sources, source_flags};
use super::text_file::TextFile;
use super::{AppError, Project};
use crate::audit::{self, Audit, CalibrationMap, Gate, Goals, JudgeInput, Setup};
use crate::domain::{Place, Scale};
use crate::labels;
use std::path::{Path, PathBuf};
use tokio::sync::watch;

/// Bytes of a calibration map: it has a point for each rating.
const LARGEST: u64 = 1 << 20;

/// What an audit is asked beside the data.
#[derive(Clone, Debug)]
pub struct Questions {
    /// Conditions to meet, beside those of the configuration.
    pub gates: Vec<Gate>,
    /// What labels are planned for.
    pub goals: Goals,
    /// The advantage that annotators are granted in the alternative annotator test.
    pub allowance: f64,
    /// A calibration map that was fitted before.
    pub map: Option<PathBuf>,
}

impl Default for Questions {
    fn default() -> Self {
        let setup = Setup::default();
        Self { gates: setup.gates, goals: setup.goals, allowance: setup.allowance, map: None }
    }
}

/// An audit with what it was made of.
#[derive(Debug)]
pub struct Audited {
    /// What was asked for, the shipped data filled in where nothing was named.
    pub request: AuditRequest,
    /// The audit.
    pub audit: Audit,
    /// The items with their human ratings.
    pub labelled: Vec<audit::Labelled>,
    /// Digest of the human ratings.
    pub people: String,
    /// The judges' answers.
    pub judges: Vec<JudgeInput>,
    /// The scale.
    pub scale: Scale,
    /// Label rows of a run, for the report folder.
    pub rows: Vec<labels::LabelRow>,
    /// HTTP requests made now.
    pub calls: u64,
    /// The budget ended the run.
    pub budget_ended: bool,
}

/// Gathers ratings and audits them.
///
/// # Errors
/// [`AppError`] for wrong input, or when the judge could not be run.
pub async fn audit(
    project: &Project,
    request: &AuditRequest,
    questions: &Questions,
    watch: Watch<'_>,
    cancel: watch::Receiver<bool>,
) -> Result<Audited, AppError> {
    let map = questions.map.as_deref().map(read_map).transpose()?;
    let flags = source_flags(request);
    let found = gather(project, request, watch, cancel).await?;
    let gates = project.config.gate.values().chain(&questions.gates).cloned().collect();
    let setup = Setup {
        people_off_scale: found.people_off_scale,
        left_out: found.left_out + found.tuned_out,
        contaminated: found.request.contaminated,
        gates,
        seed: project.seed,
        allowance: questions.allowance,
        goals: questions.goals,
        looks: looks(project, &found),
        systems: found.request.systems.clone(),
        map,
        people: found.people.clone(),
    };
    let mut audit = audit::audit(found.scale, found.labelled.clone(), &found.judges, &setup);
    name_sources(&mut audit, &found.request, &flags, &project.invocation());
    Ok(Audited {
        request: found.request,
        audit,
        labelled: found.labelled,
        people: found.people,
        judges: found.judges,
        scale: found.scale,
        rows: found.rows,
        calls: found.calls,
        budget_ended: found.budget_ended,
    })
}

/// How many judges were held against these people, this audit's included. Where the ledger cannot be written nobody
/// counts, and the audit says so: a folder that is read-only is no reason to refuse a look.
fn looks(project: &Project, found: &Evidence) -> Option<u64> {
    let ledger = project.ledger().ok()?;
    let mut looks = None;
    for judge in &found.judges {
        looks = Some(ledger.look(&found.people, judge.identity()).ok()?);
    }
    looks
}

pub(super) fn read_map(path: &Path) -> Result<CalibrationMap, AppError> {
    let hint = "write one with `assessor audit --export-map FILE`";
    let text = TextFile { what: "calibration map", most: LARGEST, hint }.read(path)?;
    serde_json::from_str(&text).map_err(|e| AppError::Input {
        message: format!("this is no calibration map: {e}"),
        place: Some(Place::file(path.display().to_string())),
        hint: hint.into(),
    })
}

impl Audited {
    /// Writes the calibration map of the one judge of this audit.
    ///
    /// # Errors
    /// [`AppError`] when there is not one judge with readable ratings, or the file cannot be written.
    pub fn export_map(&self, path: &Path) -> Result<(), AppError> {
        let ([judge], [found]) = (self.judges.as_slice(), self.audit.judges.as_slice()) else {
            return Err(AppError::input("a calibration map is of one judge", "name it with `--judge NAME`"));
        };
        let map = CalibrationMap::of(&found.spread, self.scale, judge.identity(), &self.people);
        let map = map.ok_or_else(|| {
            AppError::input(
                "the judge gave no rating that could be read",
                "look at its replies: `assessor disagree --direction malformed`",
            )
        })?;
        write_whole(path, &serde_json::to_vec_pretty(&map).expect("a map is plain data"))
    }

    /// Every gate is met.
    pub fn gates_met(&self) -> bool {
        self.audit.judges.iter().flat_map(|judge| &judge.gates).all(|gate| gate.met)
    }
}
