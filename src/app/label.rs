//! Rate items with a judge.

use super::project::{can_pay, connect};
use super::samples::{self, Samples};
use super::{AppError, JudgeRequest, Project};
use crate::domain::{Event, Item, ItemId, NanoUsd, Progress, Verdict};
use crate::judge::run::{End, Outcome, Run, RunError};
use crate::judge::{IN_FLIGHT, JudgeSpec, Sizes, Slots};
use crate::labels::{self, ItemsSummary, LabelRow, LabelWriter, ReadOptions};
use crate::ledger::{RunInfo, run_id};
use crate::model::{Budget, Endpoint, Spent};
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::watch;

/// What to rate, and within what limits.
#[derive(Clone, Debug, Default)]
pub struct LabelRequest {
    /// The judge.
    pub judge: JudgeRequest,
    /// The items.
    pub items: PathBuf,
    /// How they are read.
    pub read: ReadOptions,
    /// Where the labels go; only counted when absent.
    pub out: Option<PathBuf>,
    /// Samples per item.
    pub samples: u32,
    /// What may be spent.
    pub limits: Limits,
    /// Only these items, when given: an audit pays for no item that nobody rated.
    pub only: Option<Arc<BTreeSet<ItemId>>>,
}

/// What may be spent on a run, all its sessions together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// Dollars.
    pub usd: Option<NanoUsd>,
    /// HTTP requests.
    pub calls: Option<u64>,
    /// Items taken from the start of the file.
    pub items: Option<u64>,
}

/// How a run went.
#[derive(Clone, Debug, Serialize)]
pub struct Labelled {
    /// The judge's name.
    pub judge: String,
    /// Its hash.
    pub judge_hash: String,
    /// Verdicts wanted.
    pub total: u64,
    /// With a rating.
    pub rated: u64,
    /// Malformed.
    pub malformed: u64,
    /// Without an answer.
    pub not_run: u64,
    /// Answered from the ledger.
    pub replayed: u64,
    /// HTTP requests made now.
    pub calls: u64,
    /// Dollars spent now; absent when the price is not known.
    pub spent_usd: Option<f64>,
    /// Dollars that the budget was charged now: more than `spent_usd` where the provider did not report what a request took.
    pub charged_usd: Option<f64>,
    /// Where the labels are.
    pub out: Option<PathBuf>,
    /// Where mean, mode and spread of each item's samples are, when there are several.
    pub samples: Option<PathBuf>,
    /// The budget ended the run.
    pub budget_ended: bool,
    /// Requests of the budget that are charged to earlier sessions that were killed: they may have been sent.
    pub assumed_calls: u64,
}

/// What `events` gets; faces draw it.
pub type Watch<'a> = &'a mut (dyn FnMut(Event) + Send);

/// Rates all items and writes the labels. The file holds one row per item and sample, in the order of the items.
///
/// # Errors
/// [`AppError`]; what was paid for is in the ledger in any case.
pub async fn label(
    project: &Project,
    request: &LabelRequest,
    watch: Watch<'_>,
    cancel: watch::Receiver<bool>,
) -> Result<Labelled, AppError> {
    labels::check_map(&[request.items.as_path()], &request.read.map)?;
    let prepared = prepare(project, request)?;
    if let Some(out) = &request.out {
        check_out(out, request)?;
    }
    if let Some(folder) = request.out.as_deref().and_then(Path::parent).filter(|f| f.starts_with("reports")) {
        std::fs::create_dir_all(folder).map_err(|e| AppError::system("making", folder, e))?;
    }
    let made = prepared.judge.map.is_some() || prepared.judge.rubric.contract.derived.is_some();
    let create = if made { LabelWriter::create_made } else { LabelWriter::create };
    let mut writer = request.out.as_deref().map(create).transpose()?;
    let beside = request.out.as_deref().filter(|_| request.samples > 1);
    let mut samples = beside.map(Samples::create).transpose()?;
    let row = rows_of(&prepared.judge);
    let mut sink = |outcome: Outcome| {
        if let Some(samples) = samples.as_mut() {
            samples.take(&outcome.item.id, &outcome.verdict)?;
        }
        match writer.as_mut() {
            Some(writer) => Ok(writer.write(&row(&outcome))?),
            None => Ok(()),
        }
    };
    let (end, progress) = drive(project, request, &prepared, &mut sink, watch, cancel).await?;
    if let Some(writer) = writer {
        writer.finish()?;
    }
    let samples = samples.map(Samples::finish).transpose()?;
    let not_run = progress.not_run;
    Ok(Labelled {
        judge: prepared.judge.name(),
        judge_hash: prepared.judge.hash(),
        total: progress.total,
        rated: progress.done - progress.malformed - not_run,
        malformed: progress.malformed,
        not_run,
        replayed: progress.replayed,
        calls: progress.calls,
        spent_usd: prepared.endpoint.price.map(|_| progress.spent.usd()),
        charged_usd: prepared.endpoint.price.map(|_| progress.charged.usd()),
        out: request.out.clone(),
        samples,
        budget_ended: end == End::Budget,
        assumed_calls: if end == End::Budget { assumed(project, &prepared, request)? } else { 0 },
    })
}

/// Requests charged to killed sessions of this run.
fn assumed(project: &Project, prepared: &Prepared, request: &LabelRequest) -> Result<u64, AppError> {
    let id = run_id(&prepared.judge, &prepared.summary.digest, request.samples.max(1));
    Ok(project.ledger()?.spent(&id)?.assumed)
}

/// Labels must not take the place of what they were made from, and a qrels line has no room for a sample's number.
fn check_out(out: &Path, request: &LabelRequest) -> Result<(), AppError> {
    let same = |a: &Path, b: &Path| matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b);
    let beside = (request.samples > 1).then(|| samples::beside(out));
    for file in std::iter::once(out).chain(beside.as_deref()) {
        if same(file, &request.items) {
            let message = format!("the labels would overwrite the items in `{}`", file.display());
            return Err(AppError::input(message, "name another file with `--out`"));
        }
        if file.is_dir() {
            let message = format!("`{}` is a folder", file.display());
            return Err(AppError::input(message, "name a file with `--out`"));
        }
    }
    if request.samples > 1 && out.extension().is_some_and(|e| e == "qrels") {
        let message = "TREC qrels hold one rating per document, and several samples were asked for";
        return Err(AppError::input(message, "write `.jsonl`, `.csv` or `.parquet`, or leave `--samples` out"));
    }
    if out.extension().is_some_and(|e| e == "qrels" || e == "qrels_jg") {
        // It is known before the first call which names have no place in such a file.
        for item in labels::open_items(&request.items, &request.read)? {
            let item = item?;
            labels::fits_qrels(out, &item.group, &item.id)?;
        }
    }
    Ok(())
}

/// What is known before the first call.
pub(super) struct Prepared {
    pub judge: JudgeSpec,
    pub endpoint: Endpoint,
    pub summary: ItemsSummary,
    pub items: u64,
}

/// Reads and checks everything that the user gave; nothing is started or spent.
pub(super) fn prepare(project: &Project, request: &LabelRequest) -> Result<Prepared, AppError> {
    let endpoint = project.endpoint(&request.judge)?;
    let judge = project.judge(&request.judge, &endpoint)?;
    can_pay(request.limits.usd, &endpoint)?;
    let summary = labels::check_items(&request.items, &request.read)?;
    let wanted = request.only.as_ref().map_or(summary.n, |only| only.len() as u64);
    let items = request.limits.items.map_or(wanted, |limit| limit.min(wanted));
    Ok(Prepared { judge, endpoint, summary, items })
}

pub(super) fn open(
    request: &LabelRequest,
    items: u64,
) -> Result<impl Iterator<Item = Result<Item, AppError>>, AppError> {
    let stream = labels::open_items(&request.items, &request.read)?;
    let only = request.only.clone();
    let wanted = move |item: &Result<Item, _>| match (item, &only) {
        (Ok(item), Some(only)) => only.contains(&item.id),
        _ => true,
    };
    Ok(stream.filter(wanted).map(|item| item.map_err(AppError::from)).take(items as usize))
}

/// Runs the judge over the items: the part that `label` and `audit` share.
pub(super) async fn drive(
    project: &Project,
    request: &LabelRequest,
    prepared: &Prepared,
    sink: &mut (dyn FnMut(Outcome) -> Result<(), AppError> + Send),
    watch: Watch<'_>,
    cancel: watch::Receiver<bool>,
) -> Result<(End, Progress), AppError> {
    let total = prepared.items * u64::from(request.samples.max(1));
    let ledger = project.ledger()?;
    let slots = prepared.endpoint.limits.concurrency;
    let info = RunInfo {
        judge: &prepared.judge,
        model: &prepared.judge.model,
        items_digest: &prepared.summary.digest,
        samples: request.samples.max(1),
        planned: total,
        slots: (slots * IN_FLIGHT) as u32,
        attempt_limit: crate::model::Policy::default().most_requests(),
        slot_cost: largest_cost(request, prepared)?,
    };
    let _alone = ledger.lock(&info.id())?;
    let spent = ledger.spent(&info.id())?;
    let budget =
        Budget::new(request.limits.calls, request.limits.usd).with_spent(Spent { calls: spent.calls, usd: spent.cost });
    let (client, server) = connect(prepared.endpoint.clone()).await?;
    let session = ledger.begin(&info)?;
    let run = Run {
        judge: &prepared.judge,
        client: Some(client),
        journal: Arc::new(session.keeper()),
        budget: Arc::new(budget),
        samples: request.samples.max(1),
        slots: Slots::new(slots),
        cancel,
    };
    let mut refused = None;
    let mut sink = |outcome: Outcome| {
        if matches!(outcome.verdict, Verdict::NotRun(_)) && refused.is_none() {
            refused.clone_from(&outcome.reply);
        }
        sink(outcome)
    };
    let result = run.go(total, open(request, prepared.items)?, &mut sink, watch).await;
    drop(server);
    match &result {
        Ok((end, _)) => session.end(outcome_name(end))?,
        // What the journal could not write may have been paid for, as after a kill.
        Err(RunError::Journal(_)) => {}
        Err(RunError::Caller(_)) => session.end("failed")?,
    }
    let (end, progress) = result?;
    match end {
        End::Complete if progress.done > 0 && progress.not_run == progress.done => {
            let message = format!("none of {} items got an answer: {}", progress.done, refused.unwrap_or_default());
            Err(AppError::Provider { message, hint: Some("look at the endpoint with `assessor doctor`".into()) })
        }
        End::Provider { message, hint } => Err(AppError::Provider { message, hint }),
        End::Cancelled => Err(AppError::Interrupted { done: progress.done - progress.not_run, total }),
        end => Ok((end, progress)),
    }
}

fn outcome_name(end: &End) -> &'static str {
    match end {
        End::Complete => "complete",
        End::Budget => "budget",
        End::Cancelled => "cancelled",
        End::Provider { .. } => "provider",
    }
}

/// What one call can cost at most: bounds what a killed session may have spent unseen. Only a budget in dollars asks.
fn largest_cost(request: &LabelRequest, prepared: &Prepared) -> Result<NanoUsd, AppError> {
    if request.limits.usd.is_none() {
        return Ok(NanoUsd(0));
    }
    let sizes = Sizes::new(&prepared.judge);
    let max_tokens = prepared.judge.sampling.max_tokens;
    let mut most = NanoUsd(0);
    for item in open(request, prepared.items)? {
        most = most.max(prepared.endpoint.max_cost(sizes.bytes(&item?), max_tokens).unwrap_or_default());
    }
    Ok(most)
}

/// Makes label rows for one judge.
pub(super) fn rows_of(judge: &JudgeSpec) -> impl Fn(&Outcome) -> LabelRow + use<> {
    let (hash, model): (Arc<str>, Arc<str>) = (judge.hash().into(), judge.model.as_str().into());
    move |outcome| LabelRow {
        id: outcome.item.id.clone(),
        group: Some(outcome.item.group.clone()),
        verdict: outcome.verdict.clone(),
        judge: Arc::clone(&hash),
        model_asked: Arc::clone(&model),
        model_served: outcome.served.as_deref().map(Arc::from),
        sample: outcome.sample,
        usage: outcome.usage,
        cost: outcome.cost,
        latency_ms: outcome.latency_ms,
    }
}

/// The file that `label` writes when no name is given.
pub fn default_out(items: &Path, judge_hash: &str) -> PathBuf {
    let stem = items.file_stem().map_or("items".into(), |s| s.to_string_lossy().into_owned());
    PathBuf::from("reports").join(format!("{stem}-{}.labels.jsonl", &judge_hash[..8]))
}
