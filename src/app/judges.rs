//! Judge versions: list, show, compare, store, and move the names that point at them.

use super::audit::read_map;
use super::bullets::{Swap, swapped};
use super::text_file::TextFile;
use super::{AppError, JudgeRequest, Project, Warning, lint};
use crate::domain::Place;
use crate::judge::{JudgeDiff, JudgeSpec, RatingMap};
use crate::labels::ReadOptions;
use crate::ledger::{Alias, Edits, Expected, Found, Lineage, Move, PerPoint, Summary, Version};
use crate::prompt::{Prompt, outline};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Characters of a note or a reason.
const LONGEST_NOTE: usize = 500;
/// Bytes of a prompt: far more than any model should be told.
const LARGEST_PROMPT: u64 = 64 * 1024;

/// All versions and aliases.
#[derive(Debug, Serialize)]
pub struct JudgeList {
    /// The oldest first.
    pub versions: Vec<Summary>,
    /// By name.
    pub aliases: Vec<Alias>,
}

/// A version, in full.
#[derive(Debug, Serialize)]
pub struct Shown {
    /// Its hash.
    pub hash: String,
    /// The aliases that point to it.
    pub aliases: Vec<String>,
    /// The prompt as the model is given it.
    pub prompt: String,
    /// The part of it that may be changed: `judge add` takes it back.
    pub text: String,
    /// The whole judge.
    pub judge: JudgeSpec,
    /// Where it comes from.
    pub lineage: Lineage,
    /// What one NMSE point took, when that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_point: Option<PerPoint>,
    /// What somebody wanted to remember of it.
    pub note: String,
    /// When it was stored, in UTC.
    pub created: String,
    /// The version itself, for those who draw it.
    #[serde(skip)]
    pub version: Version,
}

/// A judge to store.
#[derive(Clone, Debug, Default)]
pub struct HandWritten {
    /// Its instruction and rules; those of the rubric, or of `from`, when absent.
    pub file: Option<PathBuf>,
    /// The version that it was made from.
    pub from: Option<String>,
    /// Rubric and model; with `from` and no model, all but the prompt stays as it is there.
    pub judge: JudgeRequest,
    /// A calibration map of `from`, as a file.
    pub calibration: Option<PathBuf>,
    /// What to remember of it.
    pub note: String,
    /// Rated items that the prompt may copy nothing from.
    pub against: Option<Against>,
    /// A prompt that violates guardrails is not stored.
    pub strict: bool,
    /// Bullets of the library that are taken in or out.
    pub swap: Swap,
}

/// Items and their human ratings.
#[derive(Clone, Debug)]
pub struct Against {
    /// Items.
    pub items: PathBuf,
    /// Ratings; columns beside the items when absent.
    pub human: Option<PathBuf>,
    /// How both are read.
    pub read: ReadOptions,
}

/// A judge that was stored.
#[derive(Debug, Serialize)]
pub struct Added {
    /// Its hash.
    pub hash: String,
    /// Its name for people.
    pub name: String,
    /// It was there before; nothing was written.
    pub was_there: bool,
    /// Hash of the judge that it was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// What of the parent's prompt was changed.
    pub edits: Edits,
}

/// A move to make.
#[derive(Clone, Debug)]
pub struct Promotion {
    /// The alias to move.
    pub alias: String,
    /// Where it must point before.
    pub expected: Expected,
    /// Why.
    pub why: String,
}

/// Where an alias points now.
#[derive(Debug, Serialize)]
pub struct Moved {
    /// The alias.
    pub alias: String,
    /// The version that it points to.
    pub target: String,
    /// The move; absent when it pointed there already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved: Option<Move>,
    /// Damaged versions that a rollback stepped over.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<String>,
}

/// All versions and aliases.
///
/// # Errors
/// [`AppError::Ledger`]; a damaged version is listed as such.
pub fn list_judges(project: &Project) -> Result<JudgeList, AppError> {
    let ledger = project.ledger()?;
    let aliases = ledger.aliases()?;
    let versions = ledger.versions()?.iter().map(|entry| entry.summary(&aliases)).collect();
    Ok(JudgeList { versions, aliases })
}

/// A version with everything that is known of it.
///
/// # Errors
/// As [`Project::stored`].
pub fn show_judge(project: &Project, name: &str) -> Result<(Shown, Vec<Warning>), AppError> {
    let ledger = project.ledger()?;
    let Found { version, fallback } = ledger.version(name)?;
    let points = |alias: &Alias| alias.target == version.hash;
    let aliases = ledger.aliases()?.into_iter().filter(points).map(|alias| alias.name).collect();
    let judge = version.judge.clone();
    let shown = Shown {
        hash: version.hash.clone(),
        aliases,
        prompt: outline(&judge.prompt, &judge.rubric),
        text: judge.prompt.editable(),
        judge,
        per_point: version.lineage.per_point(),
        lineage: version.lineage.clone(),
        note: version.note.clone(),
        created: version.created.clone(),
        version,
    };
    Ok((shown, fallback.as_ref().map(Warning::from).into_iter().collect()))
}

/// In what version `new` differs from version `old`.
///
/// # Errors
/// As [`Project::stored`].
pub fn diff_judges(project: &Project, old: &str, new: &str) -> Result<(JudgeDiff, Vec<Warning>), AppError> {
    let ledger = project.ledger()?;
    let (old, new) = (ledger.version(old)?, ledger.version(new)?);
    let warnings = [&old, &new].into_iter().filter_map(|found| found.fallback.as_ref()).map(Warning::from).collect();
    Ok((JudgeDiff::of(&old.version.judge, &new.version.judge), warnings))
}

/// Stores a judge that somebody wrote, or the one that rubric and model make.
///
/// # Errors
/// [`AppError`] when the file, the rubric, the model or the version it is made from cannot be used.
pub fn add_judge(project: &Project, wanted: &HandWritten) -> Result<(Added, Vec<Warning>), AppError> {
    short("note", &wanted.note)?;
    let found = wanted.from.as_deref().map(|name| project.stored(name)).transpose()?;
    let mut warnings: Vec<Warning> =
        found.iter().filter_map(|found| found.fallback.as_ref()).map(Warning::from).collect();
    let parent = found.map(|found| found.version);
    let stored = parent.as_ref().map(|version| Arc::new(version.judge.clone()));
    let mut judge = match &stored {
        // No endpoint is needed to change a prompt: it may be reachable elsewhere only.
        Some(stored) if wanted.judge.model.is_none() => JudgeSpec::clone(stored),
        _ => {
            let request = JudgeRequest { stored, ..wanted.judge.clone() };
            project.judge(&request, &project.endpoint(&request)?)?
        }
    };
    if let Some(file) = &wanted.file {
        let (prompt, text) = written(&judge.prompt, file)?;
        judge.prompt = prompt;
        warnings.extend(objections(project, wanted, file, &judge, &text)?);
    }
    let why = swapped(project, &wanted.swap, wanted.judge.rubric.as_deref(), &mut judge)?;
    if let (Some(file), Some(parent)) = (&wanted.calibration, &parent) {
        judge.map = Some(calibration(parent, file)?);
    } else if wanted.file.is_some() || wanted.judge.model.is_some() || why.is_some() {
        // A calibration map is of one prompt and one model.
        judge.map = None;
    }
    let strategy = match (&wanted.file, &wanted.calibration) {
        _ if why.is_some() => Some("bullets".to_owned()),
        (Some(_), _) => Some("hand".to_owned()),
        (None, Some(_)) => Some("calibration".to_owned()),
        (None, None) => None,
    };
    let mut lineage = Lineage { strategy, why, ..Lineage::default() };
    if let Some(parent) = &parent {
        lineage.edits = Edits::between(&parent.judge.prompt.editable(), &judge.prompt.editable());
        lineage.parent = Some(parent.hash.clone()).filter(|hash| *hash != judge.hash());
    }
    let saved = project.ledger()?.save_version(&judge, &lineage, &wanted.note)?;
    let Lineage { parent, edits, .. } = lineage;
    Ok((Added { hash: saved.hash, name: judge.name(), was_there: saved.was_there, parent, edits }, warnings))
}

/// The map in `file`, which must be of `parent` and of its scale.
fn calibration(parent: &Version, file: &Path) -> Result<RatingMap, AppError> {
    let refused = |message: String, hint: String| AppError::Input {
        message,
        place: Some(Place::file(file.display().to_string())),
        hint,
    };
    let short = &parent.hash[..8];
    if parent.judge.map.is_some() {
        let first = parent.lineage.parent.as_deref().map_or("JUDGE", |hash| &hash[..8]);
        return Err(refused(
            format!("the judge `{short}` has a calibration map already"),
            format!("fit one to the judge without it: `assessor audit --judge {first} --export-map FILE`"),
        ));
    }
    let map = read_map(file)?;
    let again = format!("fit one to it: `assessor audit --judge {short} --export-map FILE`");
    if map.judge != parent.hash {
        return Err(refused(
            format!("the calibration map belongs to the judge `{}`, not to `{short}`", map.judge),
            again,
        ));
    }
    map.points.check(parent.judge.rubric.scale).map_err(|e| refused(e.to_string(), again))?;
    Ok(map.points)
}

/// What the guardrails have against a prompt that somebody wrote. It is that person's decision: only a strict one is
/// refused.
fn objections(
    project: &Project,
    wanted: &HandWritten,
    file: &Path,
    judge: &JudgeSpec,
    text: &str,
) -> Result<Vec<Warning>, AppError> {
    let mut rubric = judge.rubric.clone();
    if wanted.from.is_some() {
        project.recall(&mut rubric)?;
    }
    let examples = match &wanted.against {
        Some(against) => {
            lint::examples(project, Some(&against.items), against.human.as_deref(), &against.read, &rubric)?
        }
        None => Vec::new(),
    };
    let found = lint::faults(&rubric, &judge.prompt, text, examples);
    let said = found.iter().map(|fault| fault.said(&file.display().to_string()));
    if wanted.strict && !found.is_empty() {
        return Err(AppError::Objections { found: said.collect() });
    }
    let mut warnings: Vec<Warning> = said.map(|text| Warning { code: "guardrail", text }).collect();
    if wanted.against.is_none() {
        let text = "the prompt was compared with no items: `--items FILE --human FILE` finds what it copies".to_owned();
        warnings.push(Warning { code: "leaks-not-checked", text });
    }
    Ok(warnings)
}

/// The prompt of `base` with instruction and rules from a file, and the file's text.
fn written(base: &Prompt, file: &Path) -> Result<(Prompt, String), AppError> {
    let hint = "`assessor judge show NAME --text > FILE` writes one to start from";
    let text = TextFile { what: "prompt", most: LARGEST_PROMPT, hint }.read(file)?;
    let prompt = base.revised(text.trim_start_matches('\u{feff}'));
    if prompt.instruction.is_empty() {
        return Err(AppError::Input {
            message: "the prompt has no instruction".into(),
            place: Some(Place::file(file.display().to_string())),
            hint: hint.into(),
        });
    }
    Ok((prompt, text))
}

/// Lets an alias point to a version.
///
/// # Errors
/// [`AppError::Version`] when the version is unknown or damaged, or the alias was moved meanwhile.
pub fn promote_judge(project: &Project, version: &str, promotion: &Promotion) -> Result<Moved, AppError> {
    short("reason", &promotion.why)?;
    let ledger = project.ledger()?;
    let Promotion { alias, expected, why } = promotion;
    let moved = ledger.promote(version, alias, expected, why)?;
    let target = match &moved {
        Some(moved) => moved.to.clone(),
        None => ledger.version(version)?.version.hash,
    };
    Ok(Moved { alias: alias.clone(), target, moved, skipped: Vec::new() })
}

/// Lets an alias point to where it pointed before.
///
/// # Errors
/// [`AppError::Version`] when there is no alias, nothing good stands before, or it was moved meanwhile.
pub fn rollback_judge(project: &Project, promotion: &Promotion) -> Result<Moved, AppError> {
    short("reason", &promotion.why)?;
    let back = project.ledger()?.rollback(&promotion.alias, &promotion.expected, &promotion.why)?;
    let (alias, target) = (back.moved.alias.clone(), back.moved.to.clone());
    Ok(Moved { alias, target, moved: Some(back.moved), skipped: back.skipped })
}

fn short(what: &str, text: &str) -> Result<(), AppError> {
    if text.chars().count() <= LONGEST_NOTE {
        return Ok(());
    }
    let message = format!("the {what} has more than {LONGEST_NOTE} characters");
    Err(AppError::input(message, "say it in a sentence"))
}
