//! A better prompt for a judge: search on Train and Dev, decide on Test, keep what holds.

mod data;
mod folder;
mod keep;
mod method;
mod panels;
mod protect;

use super::gather::AuditRequest;
use super::label::Watch;
use super::project::connect_with;
use super::{AppError, JudgeRequest, Project};
use crate::domain::{Event, NanoUsd, Opening};
use crate::guardrail::{self, Guard};
use crate::judge::journal::{Journal, JournalError};
use crate::judge::{IN_FLIGHT, JudgeSpec};
use crate::labels::Fractions;
use crate::ledger::{Ledger, RunInfo};
use crate::model::{Endpoint, Policy};
use crate::optimize::adopt::{self, Conditions};
use crate::optimize::demos;
use crate::optimize::engine::{Conclusion, Engine, OptimizeError, Sent, Setup};
use crate::optimize::event::{Begun, Entry};
use crate::optimize::lab::{Lab, LabError};
use crate::optimize::limits::{Limit, Limits, Spend};
use crate::optimize::log::{Log, LogError};
use crate::optimize::story::Story;
use crate::optimize::strategy::Strategy;
use crate::optimize::summary::Summary;
pub use method::Method;

use data::Data;
use keep::{Found, Keep};
use panels::Panels;
use protect::Protection;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};

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
    /// What may be spent.
    pub limits: Limits,
    /// What must hold for an adoption.
    pub conditions: Conditions,
    /// A file of items whose rating must not change.
    pub protect: Option<PathBuf>,
    /// The alias that is moved to an adopted judge.
    pub promote: Option<String>,
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
    let (endpoint, reflector) = endpoints(project, request)?;
    let judge = judge(project, request, &endpoint)?;
    let data = data::read(project, &request.data, request.fractions, cancel.clone()).await?;
    let protection = protect::read(request.protect.as_deref(), &data)?;
    let strategy = request.method.strategy();
    let begun = Begun {
        protected: protection.items.clone(),
        ..begun(project, request, &judge, &reflector, &data, strategy.as_ref())
    };
    let run = run_id(&begun);
    let ledger = Arc::new(project.ledger()?);
    let alias = request.promote.as_ref().map(|alias| Ok::<_, AppError>((alias.clone(), ledger.standing(alias)?)));
    let keep = Keep { alias: alias.transpose()?, priced: endpoint.price.is_some() && reflector.price.is_some() };
    let _alone = ledger.lock(&run)?;
    let info = |model, part: &'static str| (model, format!("optimize {run} {part}"));
    let (judging, writing) = (info(&judge.model, "judge"), info(&reflector.identity, "reflector"));
    let session = |(model, digest): &(&String, String), endpoint: &Endpoint| -> Result<_, AppError> {
        let info = RunInfo {
            judge: &judge,
            model,
            items_digest: digest,
            samples: 1,
            planned: 0,
            slots: (endpoint.limits.concurrency * IN_FLIGHT) as u32,
            attempt_limit: policy().most_requests(),
            slot_cost: Default::default(),
        };
        let spent = ledger.spent(&info.id())?;
        Ok((ledger.begin(&info)?, spent))
    };
    let (judge_session, judged) = session(&judging, &endpoint)?;
    let (write_session, written) = session(&writing, &reflector)?;
    // Calls that a killed process had in flight are asked again, and come on top of the budget.
    let sent = Sent {
        judge: judged.calls - judged.assumed,
        other: written.calls - written.assumed,
        usd: judged.cost + written.cost,
    };
    let (client, judge_server) = connect_with(endpoint, policy()).await?;
    let (writer, write_server) = connect_with(reflector, policy()).await?;
    let (events, mut seen) = mpsc::unbounded_channel();
    let lab = Lab {
        judge: client,
        reflector: writer,
        journal: Arc::new(judge_session.keeper()),
        reflections: Arc::new(write_session.keeper()),
        cancel,
        events,
    };
    let job =
        Job { project, request, judge: &judge, data, protection, ledger: Arc::clone(&ledger), run, begun, sent, keep };
    let mut work = Box::pin(job.work(lab, strategy));
    let result = loop {
        tokio::select! {
            result = &mut work => break result,
            Some(event) = seen.recv() => watch(event),
        }
    };
    watch(Event::Finished(Default::default()));
    drop((judge_server, write_server));
    // Clean ends are told from kills: only a session without an end may have had calls in flight.
    judge_session.end("done")?;
    write_session.end("done")?;
    result
}

/// The judge to begin with. A stored one carries no spans that revisions have to keep: its rubric's file does.
fn judge(project: &Project, request: &OptimizeRequest, endpoint: &Endpoint) -> Result<JudgeSpec, AppError> {
    let mut judge = project.judge(&request.judge, endpoint)?;
    if request.judge.stored.is_some() {
        project.recall(&mut judge.rubric)?;
    }
    Ok(judge)
}

/// One answer is one request, so that a budget in calls is one in requests.
fn policy() -> Policy {
    Policy { enlarge: false, ..Policy::default() }
}

/// The judge's endpoint and the reflection model's.
fn endpoints(project: &Project, request: &OptimizeRequest) -> Result<(Endpoint, Endpoint), AppError> {
    let judge = project.endpoint(&request.judge)?;
    let reflector = match &request.reflector {
        Some(_) => request.reflector.clone(),
        None if judge.in_process => Some("sim/reflector".to_owned()),
        None => {
            return Err(AppError::input(
                "an optimiser needs a model that writes revisions",
                "name one with `--reflector MODEL`: it is asked seldom, so it may be a better and dearer one",
            ));
        }
    };
    let reflector = project.endpoint(&JudgeRequest { model: reflector, ..JudgeRequest::default() })?;
    let unpriced = [&judge, &reflector].into_iter().find(|endpoint| endpoint.price.is_none());
    if let (Some(_), Some(endpoint)) = (request.limits.usd, unpriced) {
        return Err(AppError::input(
            format!("a budget in dollars needs the price of `{}`", endpoint.identity),
            "add `price = { input = …, output = … }` to its `[model.NAME]` in assessor.toml, or use `--budget-calls`",
        ));
    }
    Ok((judge, reflector))
}

fn begun(
    project: &Project,
    request: &OptimizeRequest,
    judge: &JudgeSpec,
    reflector: &Endpoint,
    data: &Data,
    strategy: &dyn Strategy,
) -> Begun {
    Begun {
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
        protected: Vec::new(),
    }
}

/// The identity of a run: everything that it depends on.
fn run_id(begun: &Begun) -> String {
    let text = serde_json::to_string(begun).expect("a run's beginning is plain data");
    blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
}

/// What a run works with.
struct Job<'a> {
    project: &'a Project,
    request: &'a OptimizeRequest,
    judge: &'a JudgeSpec,
    data: Data,
    protection: Protection,
    ledger: Arc<Ledger>,
    run: String,
    begun: Begun,
    sent: Sent,
    keep: Keep,
}

impl Job<'_> {
    async fn work<J: Journal>(self, lab: Lab<J>, mut strategy: Box<dyn Strategy>) -> Result<Optimized, AppError> {
        let Self { project, request, judge, data, protection, ledger, run, begun, sent, keep } = self;
        let Data { train, dev, test, evidence, test_digest, test_bytes, .. } = data;
        let guard = Guard::new(&judge.rubric, &judge.prompt, &train, &dev, guardrail::Limits::default());
        let held = test.len() + protection.rows.len();
        let bytes = test_bytes + protection.bytes(&train, &dev);
        let examples = match strategy.most_examples() {
            0 => 0,
            most => most * demos::largest(&train.0, &judge.rubric),
        };
        let reserve = lab.most_held(judge, held, bytes, examples);
        covers(request.limits, reserve, held)?;
        let log = log(&ledger, &run)?;
        let (limits, seed) = (request.limits, project.seed);
        let setup = Setup { judge, train: &train, dev: &dev, lab, log, limits, reserve, sent, seed, guard };
        let mut engine = Engine::new(setup);
        let conclusion = engine.search(begun, strategy.as_mut()).await?;
        let best = engine.desk().judge(conclusion.best);
        let panels = Panels { evidence: &evidence, seed };
        let (mut decision, mut looks, mut tested) = (None, None, None);
        if conclusion.best != 0 && !test.is_empty() {
            let opening = opening(&ledger, &run, &test_digest)?;
            if let Some(held) = engine.open(test, conclusion.best, &protection.rows, opening).await? {
                looks = Some(held.looks);
                let protected = protection.seen(engine.desk(), &held, conclusion.best);
                let labelled = panels.labelled(held.examples.iter().map(|example| &example.item.id));
                let sides = (adopt::side(judge, held.old), adopt::side(&best, held.new));
                let found = adopt::decide(
                    evidence.scale,
                    &labelled,
                    (&sides.0, &sides.1),
                    &protected,
                    request.conditions,
                    seed,
                );
                engine.decide(found.adopted, &found.reasons)?;
                tested = Some(panels.of(labelled, [sides.0, sides.1]));
                decision = Some(found);
            }
        }
        let adopted = decision.as_ref().filter(|found| found.adopted).map_or(0, |_| conclusion.best);
        let developed = engine.recall(0, adopted).await?;
        let developed = panels.of_outcomes(judge, &engine.desk().judge(adopted), developed);
        let log = read_log(&ledger, &run)?;
        let golds = panels.golds();
        let story = Story::of(&log, &judge.prompt.editable(), &golds)
            .ok_or_else(|| JournalError("a damaged log: it has no beginning".to_owned()))?;
        let found = Found { run, baseline: judge, best: &best, decision, looks, developed, tested, story: &story };
        let summary = keep.finish(&ledger, found)?;
        Ok(Optimized { log, baseline: judge.clone(), best, conclusion, summary, story })
    }
}

/// A budget that does not even cover opening the held-out part is an error before anything is spent.
fn covers(limits: Limits, reserve: Spend, held: usize) -> Result<(), AppError> {
    let Err(limit) = limits.allow(reserve, Spend { judge: 1, other: 0, tokens: 1, usd: NanoUsd(1) }) else {
        return Ok(());
    };
    let shown = |limit: Option<u64>| limit.unwrap_or_default().to_string();
    let (budget, aside) = match limit {
        Limit::Tokens => (format!("{} tokens", shown(limits.tokens)), format!("up to {}", reserve.tokens)),
        Limit::Usd => (limits.usd.unwrap_or_default().to_string(), format!("up to {}", reserve.usd)),
        _ => (format!("{} judge calls", shown(limits.judge_calls.or(limits.calls))), reserve.judge.to_string()),
    };
    Err(AppError::input(
        format!(
            "a budget of {budget} leaves nothing to search with: {aside} are set aside to rate {held} held-out or protected items twice"
        ),
        format!("raise `{}`, or keep less aside: `--split 40/20/20`; `--split 60/40/0` only searches", limit.option()),
    ))
}

fn log(ledger: &Arc<Ledger>, run: &str) -> Result<Log, AppError> {
    let recorded = ledger.events(run)?;
    let (ledger, run) = (Arc::clone(ledger), run.to_owned());
    let append = move |first: usize, entries: &[String]| {
        ledger.append_events(&run, first, entries).map_err(|error| JournalError(error.to_string()))
    };
    Ok(Log::new(recorded, Box::new(append)))
}

/// Records that the held-out part is opened. A run that opened it before keeps the number that it had then, however many
/// others have looked since.
fn opening(ledger: &Ledger, run: &str, data: &str) -> Result<Opening, AppError> {
    let looks = ledger.look(data, run)?;
    let before = read_log(ledger, run)?.into_iter().find_map(|entry| match entry {
        Entry::Opened { looks, .. } => Some(looks),
        _ => None,
    });
    Ok(Opening::recorded(before.unwrap_or(looks)))
}

fn read_log(ledger: &Ledger, run: &str) -> Result<Vec<Entry>, AppError> {
    let read = |text: &String| serde_json::from_str(text).map_err(|e| JournalError(format!("a damaged log: {e}")));
    Ok(ledger.events(run)?.iter().map(read).collect::<Result<_, _>>()?)
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
