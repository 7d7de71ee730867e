//! A judge carried to other models: search there, hold the result against the old judge, GO or NO-GO.

use super::earlier::{self, Carry};
use super::gather::AuditRequest;
use super::label::Watch;
use super::optimize::{self, Against, Method, OptimizeRequest, Optimized, Regime};
use super::project::{can_pay, folder_name};
use super::yardstick::{self, Yardstick};
use super::{AppError, JudgeRequest, Project, write_whole};
use crate::adapt::{Earlier, From, Summary, Target, Terms, Verdict};
use crate::judge::JudgeSpec;
use crate::labels::Fractions;
use crate::optimize::adopt::Conditions;
use crate::optimize::event::Why;
use crate::optimize::limits::Limits;
use crate::optimize::summary::Paid;
use crate::report;
use std::path::{Path, PathBuf};
use tokio::sync::watch;

/// Which judge to carry where, and within what limits.
#[derive(Clone, Debug)]
pub struct AdaptRequest {
    /// The judge to carry.
    pub from: JudgeRequest,
    /// The models to carry it to.
    pub to: Vec<String>,
    /// Requests in flight at most to each of them; the endpoint's when absent.
    pub concurrency: Option<usize>,
    /// The model that writes revisions.
    pub reflector: Option<String>,
    /// Items and people; the source is not used.
    pub data: AuditRequest,
    /// Shares of train, dev and test.
    pub fractions: Fractions,
    /// How the prompt may change.
    pub regimes: Vec<Regime>,
    /// What may be spent on each target, the old judge's calls included.
    pub limits: Limits,
    /// What must be shown.
    pub terms: Terms,
    /// A file of items whose rating must stay the old judge's.
    pub protect: Option<PathBuf>,
    /// Fit a calibration map to the best candidate after each search.
    pub calibrate: bool,
    /// The alias that is moved to a judge that is a GO, with a single target.
    pub promote: Option<String>,
    /// Other data or terms than before are no mistake.
    pub new_yardstick: bool,
}

/// What came of it.
#[derive(Debug)]
pub struct Adapted {
    /// In numbers.
    pub summary: Summary,
    /// The run for each target, its part in the summary taken out.
    runs: Vec<Optimized>,
}

/// Carries a judge to each target.
///
/// # Errors
/// [`AppError`] for wrong input, for other data or terms than this judge was carried by before, and when a model could not
/// be used. What was paid for is in the ledger in any case, and the same command goes on.
pub async fn adapt(
    project: &Project,
    request: &AdaptRequest,
    watch: Watch<'_>,
    cancel: watch::Receiver<bool>,
) -> Result<Adapted, AppError> {
    let endpoint = project.endpoint(&request.from)?;
    can_pay(request.limits.usd, &endpoint)?;
    let judge = project.judge(&request.from, &endpoint)?;
    let mut against = Against { judge, endpoint, terms: request.terms, look: None, caveat: None };
    if let Some(twice) = request.to.iter().enumerate().find(|(at, model)| request.to[..*at].contains(model)) {
        return Err(AppError::input(format!("the model `{}` is named twice", twice.1), "name each with one `--to`"));
    }
    // Every target is looked at before one is paid for.
    let searches = request.to.iter().map(|model| target_search(project, request, &against.judge, model));
    let searches = searches.collect::<Result<Vec<_>, AppError>>()?;
    let mut runs = Vec::new();
    let (mut rod_of_all, mut earlier) = (None, Vec::new());
    for search in &searches {
        let data =
            optimize::data::read(project, &request.data, &request.from, request.fractions, cancel.clone()).await?;
        if data.test.is_empty() {
            return Err(nothing_held_out());
        }
        let rod = Yardstick::of(&data.digest, &against.judge, request.terms);
        if rod_of_all.is_none() {
            earlier = rod.check(&project.ledger()?, &against.judge, request)?;
            against.look = Some(rod.look(&against.judge));
            against.caveat = yardstick::caveat(&earlier);
        }
        rod_of_all = Some(rod);
        let run = optimize::run(project, search, data, Some(&against), watch, cancel.clone());
        runs.push(Box::pin(run).await?);
    }
    let Some(rod) = rod_of_all else {
        return Err(AppError::input("no model is named", "name one or more: `--to MODEL`"));
    };
    let (judge, ledger) = (&against.judge, project.ledger()?);
    let told = |run: &Optimized| {
        let carry = Carry { from: judge, to: &run.baseline.model, data: &rod.data, run: &run.summary.run };
        Ok(target(run, !earlier.is_empty(), earlier::earlier(&ledger, &carry)?))
    };
    let targets = runs.iter().map(told).collect::<Result<Vec<_>, AppError>>()?;
    let summary = Summary {
        from: From { judge: judge.hash(), name: judge.name(), model: judge.model.clone() },
        data: rod.data,
        metric: rod.metric,
        terms: request.terms,
        earlier,
        protected: runs.first().map_or(0, |run| run.story.begun.protected.len() as u64),
        paid: paid(&runs),
        targets,
        report: None,
    };
    Ok(Adapted { summary, runs })
}

/// What all runs together paid for.
fn paid(runs: &[Optimized]) -> Paid {
    runs.iter().filter_map(|run| run.summary.paid).reduce(|all, one| all + one).unwrap_or_default()
}

/// The search on one model, if the judge can be carried there at all.
fn target_search(
    project: &Project,
    request: &AdaptRequest,
    judge: &JudgeSpec,
    model: &str,
) -> Result<OptimizeRequest, AppError> {
    let search = search(request, judge, model);
    let (endpoint, _) = optimize::endpoints(project, &search)?;
    if project.judge(&search.judge, &endpoint)? == *judge {
        let message = format!("the judge asks `{model}` already: there is nothing to carry");
        return Err(AppError::input(message, "name another model with `--to`"));
    }
    Ok(search)
}

fn search(request: &AdaptRequest, judge: &JudgeSpec, model: &str) -> OptimizeRequest {
    let stored = Some(std::sync::Arc::new(judge.clone()));
    let target = JudgeRequest {
        stored,
        model: Some(model.to_owned()),
        concurrency: request.concurrency,
        ..JudgeRequest::default()
    };
    OptimizeRequest {
        judge: target,
        reflector: request.reflector.clone(),
        data: request.data.clone(),
        fractions: request.fractions,
        method: Method::Regimes(request.regimes.clone()),
        limits: request.limits,
        conditions: Conditions { margin: request.terms.slice_margin, malformed: request.terms.malformed },
        protect: request.protect.clone(),
        promote: request.promote.clone(),
        calibrate: request.calibrate,
    }
}

/// What came of a run; `other_terms` have been in use on these items before.
fn target(run: &Optimized, other_terms: bool, earlier: Vec<Earlier>) -> Target {
    let (verdict, reasons) = match &run.adaptation {
        Some(found) => (found.verdict, found.reasons.clone()),
        None => (Verdict::NoGo, vec![undecided(run)]),
    };
    Target {
        model: run.baseline.model.clone(),
        verdict,
        reasons,
        terms_changed_after_look: verdict == Verdict::Go && other_terms,
        earlier,
        is_hopeless: run.conclusion.why == Why::Hopeless,
        is_calibrated: run.story.begun.calibrate,
        regimes: run.story.stages.clone(),
        budget_calls: run.story.begun.limits.judge_calls,
        adaptation: run.adaptation.clone(),
        run: run.summary.clone(),
    }
}

/// GO or NO-GO is said of held-out items.
fn nothing_held_out() -> AppError {
    AppError::input(
        "no items are held out, so whether the judge can be carried could not be decided",
        "keep a part for the test, for example `--split 40/20/40`; `assessor optimize` with `--split 60/40/0` only searches",
    )
}

/// Why the held-out part was not opened.
fn undecided(run: &Optimized) -> String {
    if run.conclusion.why == Why::Hopeless {
        return format!("{}, so the search was given up and the rest of the budget saved", Why::Hopeless.text());
    }
    "the budget did not cover rating the held-out part".to_owned()
}

impl Adapted {
    /// The report folder's name: the same judge on the same targets and data always writes to the same place.
    pub fn slug(&self) -> String {
        let to = match self.summary.targets.as_slice() {
            [only] => folder_name(&only.model, 24),
            all => format!("{}-models", all.len()),
        };
        let runs: String = self.summary.targets.iter().map(|target| target.run.run.as_str()).collect();
        format!(
            "adapt-{}-to-{to}-{}",
            folder_name(&self.summary.from.model, 24),
            &blake3::hash(runs.as_bytes()).to_hex()[..8]
        )
    }

    /// Writes the report folder, with a page of its own for each search, and returns the page to open.
    ///
    /// # Errors
    /// [`AppError`] when the folder cannot be written.
    pub fn write_reports(&mut self, folder: &Path) -> Result<PathBuf, AppError> {
        for (run, target) in self.runs.iter().zip(&mut self.summary.targets) {
            target.run.report = Some(run.write_reports(&folder.join(run.slug()))?);
        }
        let summary = serde_json::to_vec_pretty(&self.summary).expect("a summary is plain data");
        write_whole(&folder.join("summary.json"), &summary)?;
        write_whole(&folder.join("adaptation.md"), report::adaptation_markdown(&self.summary).as_bytes())?;
        // The page comes last: where it is, the rest is.
        let page = folder.join("index.html");
        write_whole(&page, report::adaptation_html(&self.summary).as_bytes())?;
        Ok(page)
    }
}
