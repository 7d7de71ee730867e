//! Two judges on the same items: gather both, compare them, keep the margin that was fixed first.

use super::gather::{Evidence, gather_beside};
use super::label::Watch;
use super::project::{folder_name, write_whole};
use super::tuned::{self, Tuned};
use super::{AppError, AuditRequest, JudgeRequest, Limits, Project, Source, Warning};
use crate::audit::{self, Comparison, JudgeInput, Outcome, Terms};
use crate::domain::ItemId;
use crate::report;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::watch;

/// One of two judges, as it is typed: a file of ratings, one judge of such a file (`FILE#JUDGE`), a stored judge
/// (`judge:NAME`), or a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contender {
    /// Ratings made before or elsewhere.
    File {
        /// The file.
        path: PathBuf,
        /// Which judge of it, where it has several.
        judge: Option<String>,
    },
    /// A stored judge to run, or to replay from the ledger: an alias, or the beginning of a hash.
    Stored(String),
    /// A model to run, or to replay from the ledger.
    Model(String),
}

impl Contender {
    /// Reads what was typed: a file when there is one of that name.
    pub fn parse(text: &str) -> Self {
        let path = Path::new(text);
        if path.is_file() {
            return Self::File { path: path.to_owned(), judge: None };
        }
        // The name of a judge may have a `#` of its own.
        let file = text.match_indices('#').map(|(at, _)| text.split_at(at)).find(|(file, _)| Path::new(file).is_file());
        match file {
            Some((file, judge)) => Self::File { path: PathBuf::from(file), judge: Some(judge[1..].to_owned()) },
            None => match text.strip_prefix("judge:") {
                Some(name) => Self::Stored(name.to_owned()),
                None => Self::Model(text.to_owned()),
            },
        }
    }
}

/// What to compare.
#[derive(Clone, Debug)]
pub struct CompareRequest {
    /// The judge to compare with.
    pub old: Contender,
    /// The judge that might replace it.
    pub new: Contender,
    /// Items, people, scale; its source is not used.
    pub data: AuditRequest,
    /// How models are asked.
    pub judge: JudgeRequest,
    /// What each of them may spend.
    pub limits: Limits,
    /// Samples per item.
    pub samples: u32,
    /// The margin in NMSE points.
    pub margin: Option<f64>,
}

/// What the new judge must show, or the exit code says that it did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Require {
    /// It is better.
    Better,
    /// It is not worse by the margin.
    NonInferior,
    /// It is equivalent within the margin.
    Equivalent,
    /// No slice is worse beyond chance.
    NoRegression,
}

impl Require {
    /// In words, with the new judge as the subject.
    pub fn name(self) -> &'static str {
        match self {
            Self::Better => "that it is better",
            Self::NonInferior => "that it is not worse by the margin (`--margin POINTS`)",
            Self::Equivalent => "that it is equivalent within the margin (`--margin POINTS`)",
            Self::NoRegression => "that no slice is worse, by a test of at least one",
        }
    }
}

/// A comparison with what it took.
#[derive(Debug)]
pub struct Compared {
    /// The comparison.
    pub comparison: Comparison,
    /// HTTP requests made now.
    pub calls: u64,
    /// A budget ended a run.
    pub budget_ended: bool,
    /// What to know of the judges that were named.
    pub warnings: Vec<Warning>,
}

/// Gathers both judges and compares them.
///
/// # Errors
/// [`AppError`] for wrong input, when a file holds several judges and none is named, or when a judge could not be run.
pub async fn compare(
    project: &Project,
    request: &CompareRequest,
    watch: Watch<'_>,
    cancel: watch::Receiver<bool>,
) -> Result<Compared, AppError> {
    let margin = margin(project, request)?;
    // A file is read, and its judges counted, before a model is paid.
    let files_first = matches!(request.new, Contender::File { .. });
    let mut sides = [(&request.old, None), (&request.new, None)];
    let mut warnings = Vec::new();
    // Both are held against the items that neither was made with; of a file only reading it tells whose it is.
    let stored = [&request.old, &request.new].into_iter().filter_map(|contender| history(project, contender));
    let mut histories = stored.collect::<Result<Vec<Tuned>, AppError>>()?;
    for at in if files_first { [1, 0] } else { [0, 1] } {
        let data = wanted(project, request, sides[at].0, &mut warnings)?;
        let found = gather_beside(project, &data, histories, watch, cancel.clone()).await?;
        sole(&found, sides[at].0)?;
        histories = found.histories.clone();
        sides[at].1 = Some(found);
    }
    let [(_, Some(old)), (_, Some(new))] = sides else { unreachable!("both were gathered") };
    if old.scale != new.scale {
        return Err(AppError::input(
            format!("the judges rate on different scales: {} and {}", old.scale, new.scale),
            "compare judges of one scale",
        ));
    }
    let judges = (sole(&old, &request.old)?, sole(&new, &request.new)?);
    let names = (judges.0.identity(), judges.1.identity());
    let first = match margin {
        Some(margin) => Some(project.ledger()?.first_margin(&new.people, (names.0, names.1), margin)?),
        None => None,
    };
    let known: BTreeSet<&ItemId> = old.labelled.iter().map(|item| &item.id).collect();
    let labelled: Vec<_> = new.labelled.iter().filter(|item| known.contains(&item.id)).cloned().collect();
    let terms = Terms { margin, first_margin: first, left_out: new.left_out, seed: project.seed, claimed: false };
    Ok(Compared {
        comparison: audit::compare(new.scale, &labelled, judges, terms),
        calls: old.calls + new.calls,
        budget_ended: old.budget_ended || new.budget_ended,
        warnings,
    })
}

/// What a stored judge was made with.
fn history(project: &Project, contender: &Contender) -> Option<Result<Tuned, AppError>> {
    let Contender::Stored(name) = contender else { return None };
    let found = project.stored(name).and_then(|found| tuned::of(project, &found.version.hash));
    Some(found)
}

fn margin(project: &Project, request: &CompareRequest) -> Result<Option<f64>, AppError> {
    let margin = request.margin.or(project.config.compare.margin);
    match margin {
        Some(points) if !(points > 0.0 && points <= 100.0) => Err(AppError::input(
            format!("a margin of {points} NMSE points is none"),
            "write a number above 0 and up to 100, for example `--margin 1`",
        )),
        margin => Ok(margin),
    }
}

/// What to gather for one of the two.
fn wanted(
    project: &Project,
    request: &CompareRequest,
    contender: &Contender,
    warnings: &mut Vec<Warning>,
) -> Result<AuditRequest, AppError> {
    let mut data = request.data.clone();
    let judge = match contender {
        Contender::File { .. } => JudgeRequest::default(),
        Contender::Model(model) => JudgeRequest { model: Some(model.clone()), ..request.judge.clone() },
        Contender::Stored(name) => {
            let found = project.stored(name)?;
            warnings.extend(found.fallback.as_ref().map(Warning::from));
            // It has its own rubric; one that was named is for the other judge.
            data.rubric = None;
            let stored = Some(Arc::new(found.version.judge));
            JudgeRequest { stored, rubric: None, ..request.judge.clone() }
        }
    };
    data.source = match contender {
        Contender::File { path, judge } => {
            data.read.judge = judge.clone();
            Source::Files(vec![path.clone()])
        }
        Contender::Model(_) | Contender::Stored(_) => {
            // What is said about files is about the other one.
            (data.read.judge_criterion, data.read.sample, data.replies) = (None, None, None);
            Source::Judge { judge, limits: request.limits, samples: request.samples }
        }
    };
    Ok(data)
}

fn sole<'a>(evidence: &'a Evidence, contender: &Contender) -> Result<&'a JudgeInput, AppError> {
    match evidence.judges.as_slice() {
        [one] => Ok(one),
        many => {
            let Contender::File { path, .. } = contender else { unreachable!("a model is one judge") };
            let path = path.display();
            let names = many
                .iter()
                .map(|j| format!("`{path}#{}`", j.hash.as_deref().unwrap_or(&j.name)))
                .collect::<Vec<_>>()
                .join(", ");
            Err(AppError::input(format!("`{path}` holds {} judges", many.len()), format!("name one: {names}")))
        }
    }
}

impl Compared {
    /// Whether the new judge shows what it must.
    pub fn meets(&self, require: Require) -> bool {
        let found = &self.comparison;
        let identical = found.outcome == Outcome::Identical;
        match require {
            Require::Better => found.outcome == Outcome::Better,
            Require::NonInferior => identical || found.margin.as_ref().is_some_and(|m| m.non_inferior),
            Require::Equivalent => identical || found.margin.as_ref().is_some_and(|m| m.equivalent),
            // What could not be tested is not shown.
            Require::NoRegression => {
                let tested = found.slices.iter().any(|slice| slice.p_adjusted.is_some());
                let worse = found.outcome == Outcome::Worse || found.slices.iter().any(|slice| slice.regressed);
                identical || (tested && !worse)
            }
        }
    }

    /// Writes the report and returns the page to open.
    ///
    /// # Errors
    /// [`AppError`] when the folder cannot be written.
    pub fn write_reports(&self, folder: &Path) -> Result<PathBuf, AppError> {
        let json = serde_json::to_vec_pretty(&self.comparison).expect("a comparison is plain data");
        write_whole(&folder.join("comparison.json"), &json)?;
        write_whole(&folder.join("comparison.md"), report::comparison_markdown(&self.comparison).as_bytes())?;
        let page = folder.join("index.html");
        write_whole(&page, report::comparison_html(&self.comparison).as_bytes())?;
        Ok(page)
    }

    /// The report folder's name, from both judges and a hash of the content.
    pub fn slug(&self) -> String {
        let content = serde_json::to_vec(&self.comparison).expect("a comparison is plain data");
        let [old, new] = [&self.comparison.old, &self.comparison.new].map(|judge| folder_name(&judge.name, 24));
        format!("compare-{old}-{new}-{}", &blake3::hash(&content).to_hex()[..8])
    }
}
