//! A judge carried to other models: search there, hold the result against the old judge, GO or NO-GO.

use super::earlier::{self, Carry};
use super::gather::AuditRequest;
use super::label::Watch;
use super::optimize::{self, Against, Method, OptimizeRequest, Optimized, Regime};
use super::{AppError, JudgeRequest, Project, write_whole};
use crate::adapt::{Earlier, From, Summary, Target, Terms, Verdict};
use crate::judge::JudgeSpec;
use crate::judge::journal::JournalError;
use crate::labels::Fractions;
use crate::ledger::Ledger;
use crate::optimize::adopt::Conditions;
use crate::optimize::event::Why;
use crate::optimize::limits::Limits;
use crate::optimize::summary::Paid;
use crate::report;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use tokio::sync::watch;

/// Which judge to carry where, and within what limits.
#[derive(Clone, Debug)]
pub struct AdaptRequest {
    /// The judge to carry.
    pub from: JudgeRequest,
    /// Hash of it, when it is a stored version: what it was tuned on is looked up.
    pub version: Option<String>,
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

/// What judges are measured by. One judge is carried by one yardstick, or verdicts could not be held side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Yardstick {
    data: String,
    metric: String,
    terms: Terms,
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
    let judge = project.judge(&request.from, &endpoint)?;
    let against = Against { judge, endpoint, terms: request.terms };
    if let Some(twice) = request.to.iter().enumerate().find(|(at, model)| request.to[..*at].contains(model)) {
        return Err(AppError::input(format!("the model `{}` is named twice", twice.1), "name each with one `--to`"));
    }
    // Every target is looked at before one is paid for.
    let searches = request.to.iter().map(|model| target_search(project, request, &against.judge, model));
    let searches = searches.collect::<Result<Vec<_>, AppError>>()?;
    let mut runs = Vec::new();
    let (mut yardstick, mut earlier) = (None, Vec::new());
    for search in &searches {
        let data = optimize::data::read(project, &request.data, request.fractions, cancel.clone()).await?;
        if data.test.is_empty() {
            return Err(nothing_held_out());
        }
        let rod = Yardstick::of(&data.digest, &against.judge, request.terms);
        if yardstick.is_none() {
            earlier = rod.check(&project.ledger()?, &against.judge, request)?;
        }
        yardstick = Some(rod);
        let run = optimize::run(project, search, data, Some(&against), watch, cancel.clone());
        runs.push(Box::pin(run).await?);
    }
    let Some(rod) = yardstick else {
        return Err(AppError::input("no model is named", "name one or more: `--to MODEL`"));
    };
    let (judge, ledger) = (&against.judge, project.ledger()?);
    let told = |run: &Optimized| {
        let carry = Carry { from: judge, to: &run.baseline.model, data: &rod.data, run: &run.summary.run };
        Ok(target(run, request.limits, earlier::earlier(&ledger, &carry)?))
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

fn target(run: &Optimized, limits: Limits, earlier: Vec<Earlier>) -> Target {
    let (verdict, reasons) = match &run.adaptation {
        Some(found) => (found.verdict, found.reasons.clone()),
        None => (Verdict::NoGo, vec![undecided(run)]),
    };
    Target {
        model: run.baseline.model.clone(),
        verdict,
        reasons,
        earlier,
        is_hopeless: run.conclusion.why == Why::Hopeless,
        is_calibrated: run.story.begun.calibrate,
        regimes: run.story.stages.clone(),
        budget_calls: limits.judge_calls,
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
    match () {
        () if run.conclusion.why == Why::Hopeless => {
            format!("{}, so the search was given up and the rest of the budget saved", Why::Hopeless.text())
        }
        () => "the budget did not cover rating the held-out part".to_owned(),
    }
}

impl Yardstick {
    fn of(data: &str, judge: &JudgeSpec, terms: Terms) -> Self {
        let metric = format!("nmse full {} {}", judge.rubric.scale, serde_json::to_string(&terms).unwrap_or_default());
        let metric = blake3::hash(metric.as_bytes()).to_hex()[..16].to_owned();
        Self { data: data.to_owned(), metric, terms }
    }

    /// The same data and the same terms as before, for this judge. The first terms on these data were fixed before any look
    /// at them: going back to them needs no leave, and nothing that came after them speaks against them. For all others,
    /// what the terms have been on these data.
    fn check(&self, ledger: &Ledger, judge: &JudgeSpec, request: &AdaptRequest) -> Result<Vec<Terms>, AppError> {
        if let Some(version) = &request.version {
            let made_with = ledger.version(version)?.version.lineage.data;
            if let Some(other) = made_with.filter(|data| *data != self.data && !request.new_yardstick) {
                return Err(AppError::input(
                    format!(
                        "the judge `{}` was tuned on other data, or on another division of them (digest {other}, now {}): \
                         items that it learnt from may be held out here",
                        judge.name(),
                        self.data
                    ),
                    "use the same `--items`, `--human`, `--split` and `--seed` as then; `--new-yardstick` if the data \
                     are new to it",
                ));
            }
        }
        let key = format!("yardstick {}", judge.hash());
        let recorded = ledger.events(&key)?;
        let read = |text: &String| {
            serde_json::from_str::<Self>(text).map_err(|e| JournalError(format!("a damaged yardstick: {e}")))
        };
        let before = recorded.iter().map(read).collect::<Result<Vec<Self>, _>>()?;
        let here: Vec<Terms> = before.iter().filter(|rod| rod.data == self.data).map(|rod| rod.terms).collect();
        if here.first() == Some(&self.terms) {
            return Ok(Vec::new());
        }
        let mut others: Vec<Terms> = Vec::new();
        for terms in here.into_iter().filter(|terms| *terms != self.terms) {
            if !others.contains(&terms) {
                others.push(terms);
            }
        }
        match before.last() {
            Some(last) if last == self => return Ok(others),
            Some(last) if !request.new_yardstick => return Err(self.differs(last, judge)),
            _ => {}
        }
        let text = serde_json::to_string(self).expect("a yardstick is plain data");
        ledger.append_events(&key, recorded.len(), &[text])?;
        Ok(others)
    }

    fn differs(&self, before: &Self, judge: &JudgeSpec) -> AppError {
        let what = match (before.data == self.data, before.metric == self.metric) {
            (false, true) => format!("on other data (digest {}, now {})", before.data, self.data),
            (true, false) => format!("by other terms ({}, now {})", said(before.terms), said(self.terms)),
            _ => "on other data and by other terms".to_owned(),
        };
        AppError::input(
            format!(
                "the judge `{}` was carried before {what}: the verdicts could not be held side by side",
                judge.name()
            ),
            "use the same data, `--split`, `--seed`, `--margin`, `--slice-margin`, `--malformed` and `--require`; \
             `--new-yardstick` begins anew",
        )
    }
}

fn said(terms: Terms) -> String {
    let goal = match terms.goal {
        crate::adapt::Goal::Better => "better".to_owned(),
        crate::adapt::Goal::NonInferior => format!("margin {}", terms.margin),
    };
    format!("{goal}, slices {}, malformed {}", terms.slice_margin, terms.malformed)
}

impl Adapted {
    /// The report folder's name: the same judge on the same targets and data always writes to the same place.
    pub fn slug(&self) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let model: String = self.summary.from.model.chars().map(plain).take(40).collect();
        let runs: String = self.summary.targets.iter().map(|target| target.run.run.as_str()).collect();
        format!("adapt-{}-{}", model.trim_matches('-').to_lowercase(), &blake3::hash(runs.as_bytes()).to_hex()[..8])
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
