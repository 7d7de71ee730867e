//! A better prompt for a judge: search on Train and Dev, decide on Test, keep what holds.

mod announced;
mod calibrate;
pub(super) mod data;
mod folder;
mod job;
mod keep;
mod method;
mod models;
mod panels;
mod protect;

use super::gather::AuditRequest;
use super::label::Watch;
use super::project::can_pay;
use super::tuned;
use super::yardstick::Look;
use super::{AppError, JudgeRequest, Project};
use crate::adapt::{Adaptation, Terms};
use crate::judge::JudgeSpec;
use crate::labels::Fractions;
use crate::model::Endpoint;
use crate::optimize::adopt::Conditions;
use crate::optimize::engine::{Conclusion, OptimizeError};
use crate::optimize::event::{Begun, Entry};
use crate::optimize::lab::LabError;
use crate::optimize::limits::Limits;
use crate::optimize::log::LogError;
use crate::optimize::story::Story;
use crate::optimize::summary::Summary;
pub use method::{Method, Regime};

use data::Data;
use job::Job;
use keep::Keep;
use models::Models;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::watch;

/// What to optimise, and within what limits.
#[derive(Clone, Debug)]
pub struct OptimizeRequest {
    /// The judge to begin with.
    pub judge: JudgeRequest,
    /// The model that writes revisions; `sim/reflector` with a simulated judge.
    pub reflector: Option<String>,
    /// Items and people; the source is not used.
    pub data: AuditRequest,
    /// Shares of train, dev and test.
    pub fractions: Fractions,
    /// How.
    pub method: Method,
    /// What may be spent; without any limit, as many judge calls as are usual for the method.
    pub limits: Limits,
    /// What must hold for an adoption.
    pub conditions: Conditions,
    /// A file of items whose rating must not change.
    pub protect: Option<PathBuf>,
    /// The alias that is moved to an adopted judge.
    pub promote: Option<String>,
    /// Fit a calibration map to the best candidate after the search.
    pub calibrate: bool,
}

/// A finished run.
#[derive(Debug)]
pub struct Optimized {
    /// Everything that happened.
    pub log: Vec<Entry>,
    /// The judge that the run began with.
    pub baseline: JudgeSpec,
    /// The best judge of the search.
    pub best: JudgeSpec,
    /// What the search came to.
    pub conclusion: Conclusion,
    /// What the run came to, in numbers.
    pub summary: Summary,
    /// The log, as people are told it.
    pub story: Story,
    /// How the best judge stands against the one that it is to replace on another model.
    pub adaptation: Option<Adaptation>,
}

impl Optimized {
    /// The judge to use from now on.
    pub fn adopted(&self) -> &JudgeSpec {
        if self.summary.adopted.is_baseline { &self.baseline } else { &self.best }
    }
}

/// Searches, decides, and says what came of it.
///
/// # Errors
/// [`AppError`]; what was paid for is in the ledger in any case, and the same command goes on.
pub async fn optimize(
    project: &Project,
    request: &OptimizeRequest,
    watch: Watch<'_>,
    cancel: watch::Receiver<bool>,
) -> Result<Optimized, AppError> {
    let data = data::read(project, &request.data, &request.judge, request.fractions, cancel.clone()).await?;
    Box::pin(run(project, request, data, None, watch, cancel)).await
}

/// One run of an optimiser, for its own sake or, with a rival, to carry the rival's judge to another model.
pub(super) async fn run(
    project: &Project,
    request: &OptimizeRequest,
    data: Data,
    rival: Option<&Against>,
    watch: Watch<'_>,
    cancel: watch::Receiver<bool>,
) -> Result<Optimized, AppError> {
    let (endpoint, reflector) = endpoints(project, request)?;
    let judge = judge(project, request, &endpoint)?;
    let rubric = request.data.rubric.as_deref();
    let limits = request.method.limits(request.limits, project, &judge, rubric)?;
    let request = &OptimizeRequest { limits, ..request.clone() };
    let protection = protect::read(request.protect.as_deref(), &data)?;
    let strategy = request.method.strategy(project, &judge, rubric, &data)?;
    let begun = Begun {
        strategy: strategy.name().to_owned(),
        knobs: strategy.knobs(),
        seed: project.seed,
        baseline: judge.hash(),
        model: judge.model.clone(),
        reflector: reflector.identity.clone(),
        data: data.digest.clone(),
        rows: [data.train.0.len() as u32, data.dev.0.len() as u32, data.test.len() as u32],
        queries: data.queries,
        limits: request.limits,
        conditions: request.conditions,
        protected: protection.items.clone(),
        against: rival.map(Against::recorded),
        calibrate: request.calibrate,
    };
    let run = run_id(&begun);
    let ledger = Arc::new(project.ledger()?);
    tuned::record(&ledger, &data)?;
    let alias = request.promote.as_ref().map(|alias| Ok::<_, AppError>((alias.clone(), ledger.standing(alias)?)));
    let priced = [Some(&endpoint), Some(&reflector), rival.map(|rival| &rival.endpoint)];
    let priced = priced.into_iter().flatten().all(|endpoint| endpoint.price.is_some());
    // A prompt that is bound to another model was made with what it was made with before.
    let origin = request.judge.stored.as_ref().map(|stored| stored.hash());
    let caveat = rival.and_then(|rival| rival.caveat.clone());
    let library = request.method.library(project, &judge, rubric);
    let keep = Keep { alias: alias.transpose()?, priced, invocation: project.invocation(), origin, caveat, library };
    let _alone = ledger.lock(&run)?;
    let look = rival.and_then(|against| against.look.clone());
    let (lab, rival, mut models) = Models::connect(&ledger, &run, &judge, endpoint, reflector, rival, cancel).await?;
    let sent = models.sent;
    let job = Job {
        project,
        request,
        judge: &judge,
        data,
        protection,
        ledger: Arc::clone(&ledger),
        run,
        begun,
        sent,
        keep,
        rival,
        look,
    };
    let result = models.show(Box::pin(job.work(lab, strategy)), watch).await;
    let paid = models.end(&ledger)?;
    result.map(|mut found| {
        found.summary.paid = Some(paid(found.summary.calls, priced));
        found
    })
}

/// The judge to begin with. A stored one carries no spans that revisions have to keep: its rubric's file does.
fn judge(project: &Project, request: &OptimizeRequest, endpoint: &Endpoint) -> Result<JudgeSpec, AppError> {
    let mut judge = project.judge(&request.judge, endpoint)?;
    if request.judge.stored.is_some() {
        project.recall(&mut judge.rubric)?;
    }
    Ok(judge)
}

/// The judge's endpoint and the reflection model's.
pub(super) fn endpoints(project: &Project, request: &OptimizeRequest) -> Result<(Endpoint, Endpoint), AppError> {
    let judge = project.endpoint(&request.judge)?;
    let reflector = match &request.reflector {
        Some(_) => request.reflector.clone(),
        None if judge.in_process => Some("sim/reflector".to_owned()),
        // Nobody is asked: the judge's model stands in for the name.
        None if !request.method.writes() => Some(judge.identity.clone()),
        None => {
            return Err(AppError::input(
                "an optimiser needs a model that writes revisions",
                "name one with `--reflector MODEL`: it is asked seldom, so it may be a better and dearer one",
            ));
        }
    };
    let reflector = project.endpoint(&JudgeRequest { model: reflector, ..JudgeRequest::default() })?;
    can_pay(request.limits.usd, &judge)?;
    can_pay(request.limits.usd, &reflector)?;
    Ok((judge, reflector))
}

/// The identity of a run: everything that it depends on.
fn run_id(begun: &Begun) -> String {
    let text = serde_json::to_string(begun).expect("a run's beginning is plain data");
    blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
}

/// A judge on another model that is to be replaced.
#[derive(Clone, Debug)]
pub(super) struct Against {
    /// The judge.
    pub judge: JudgeSpec,
    /// Its model.
    pub endpoint: Endpoint,
    /// What its replacement must show.
    pub terms: Terms,
    /// What is recorded when the held-out items are looked at.
    pub look: Option<Look>,
    /// What speaks against a GO, whatever the numbers are.
    pub caveat: Option<String>,
}

impl Against {
    fn recorded(&self) -> serde_json::Value {
        serde_json::json!({"judge": self.judge.hash(), "model": self.judge.model, "terms": self.terms})
    }
}

impl From<OptimizeError> for AppError {
    fn from(error: OptimizeError) -> Self {
        match error {
            OptimizeError::Lab(LabError::Journal(error)) | OptimizeError::Log(LogError::Journal(error)) => {
                Self::Journal(error)
            }
            OptimizeError::Lab(LabError::Provider { message, hint }) => Self::Provider { message, hint },
            OptimizeError::Lab(LabError::Cancelled) => Self::Interrupted { done: 0, total: 0 },
            OptimizeError::Lab(error @ LabError::Budget) => Self::Provider { message: error.to_string(), hint: None },
            OptimizeError::Log(error @ LogError::Diverged { .. }) => Self::input(
                error.to_string(),
                "the run was begun by another version of this program; begin another with `--seed N`",
            ),
        }
    }
}
