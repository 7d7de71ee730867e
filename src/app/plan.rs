//! What a labelling run would take, before anything is spent.

use super::label::{LabelRequest, Prepared, open, prepare};
use super::{AppError, Project};
use crate::domain::{GroupId, NanoUsd, NotRun, Usage, Verdict};
use crate::judge::Slots;
use crate::judge::journal::Memory;
use crate::judge::run::{Outcome, Run};
use crate::labels;
use crate::ledger::run_id;
use crate::model::Budget;
use crate::prompt::Prefix;
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::watch;

/// Output tokens of a reply when nothing is known of the judge.
const TYPICAL_REPLY_TOKENS: u64 = 80;
/// Bytes per token when nothing is known of the judge.
const BYTES_PER_TOKEN: u64 = 4;

/// What a run would take.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// The judge's name.
    pub judge: String,
    /// Items.
    pub items: u64,
    /// Queries.
    pub queries: u64,
    /// Verdicts wanted.
    pub verdicts: u64,
    /// Of these, in the ledger already.
    pub recorded: u64,
    /// Calls to make.
    pub calls: u64,
    /// Requests that `--budget-calls` still allows, after those of earlier sessions.
    pub budget_calls: Option<u64>,
    /// Prompt tokens, estimated.
    pub tokens_in: u64,
    /// Completion tokens, estimated.
    pub tokens_out: u64,
    /// Dollars, estimated; absent when the price is not known.
    pub usd: Option<f64>,
    /// Seconds, from the endpoint's limits and the latency seen so far; absent when neither is known.
    pub seconds: Option<f64>,
}

/// What a run would take, before anything is spent.
///
/// # Errors
/// [`AppError`] when the input is wrong.
pub async fn plan(project: &Project, request: &LabelRequest) -> Result<Plan, AppError> {
    labels::check_map(&[request.items.as_path()], &request.read.map)?;
    let prepared = prepare(project, request)?;
    let samples = request.samples.max(1);
    let prefix = Prefix::new(&prepared.judge.prompt, &prepared.judge.rubric);
    let mut seen = Seen::default();
    let mut sink = |outcome: Outcome| -> Result<(), AppError> {
        let messages = prefix.messages(&outcome.item);
        seen.add(&outcome, (messages.system.len() + messages.user.len()) as u64);
        Ok(())
    };
    let items = open(request, prepared.items)?;
    let total = prepared.items * u64::from(samples);
    let (_, cancel) = watch::channel(false);
    let budget = Arc::new(Budget::new(None, None));
    let judge = &prepared.judge;
    let mut before = 0;
    if project.state.join("ledger.sqlite").exists() {
        let ledger = project.ledger()?;
        before = ledger.spent(&run_id(judge, &prepared.summary.digest, samples))?.calls;
        let journal = Arc::new(ledger.reading());
        let run = Run { judge, client: None, journal, budget, samples, slots: Slots::new(1), cancel };
        run.go(total, items, &mut sink, &mut |_| {}).await?;
    } else {
        let run = Run {
            judge,
            client: None,
            journal: Arc::new(Memory::default()),
            budget,
            samples,
            slots: Slots::new(1),
            cancel,
        };
        run.go(total, items, &mut sink, &mut |_| {}).await?;
    }
    let left = request.limits.calls.map(|most| most.saturating_sub(before));
    Ok(seen.plan(&prepared, total, left))
}

/// What a dry pass has seen.
#[derive(Default)]
struct Seen {
    queries: BTreeSet<GroupId>,
    recorded: u64,
    open: u64,
    open_bytes: u64,
    /// Of the recorded ones, those that say what they took, and their bytes.
    with_usage: u64,
    recorded_bytes: u64,
    tokens_in: u64,
    tokens_out: u64,
    latency_ms: u64,
}

impl Seen {
    fn add(&mut self, outcome: &Outcome, bytes: u64) {
        if !self.queries.contains(&outcome.item.group) {
            self.queries.insert(outcome.item.group.clone());
        }
        if outcome.verdict == Verdict::NotRun(NotRun::Missing) {
            self.open += 1;
            self.open_bytes += bytes;
            return;
        }
        self.recorded += 1;
        self.latency_ms += outcome.latency_ms.unwrap_or(0);
        if let Some(usage) = outcome.usage {
            self.with_usage += 1;
            self.recorded_bytes += bytes;
            self.tokens_in = self.tokens_in.saturating_add(usage.input);
            self.tokens_out = self.tokens_out.saturating_add(usage.output);
        }
    }

    /// Tokens by what this judge has used so far, where it has been used.
    fn plan(&self, prepared: &Prepared, verdicts: u64, budget_calls: Option<u64>) -> Plan {
        let known = self.recorded_bytes > 0 && self.tokens_in > 0;
        let tokens_in = match known {
            true => (self.open_bytes as f64 * self.tokens_in as f64 / self.recorded_bytes as f64) as u64,
            false => self.open_bytes / BYTES_PER_TOKEN,
        };
        let each = if known { self.tokens_out as f64 / self.with_usage as f64 } else { TYPICAL_REPLY_TOKENS as f64 };
        let tokens_out = (self.open as f64 * each) as u64;
        let usage = Usage { input: tokens_in, cached: 0, output: tokens_out };
        let limits = prepared.endpoint.limits;
        let by_latency = (self.recorded > 0).then(|| {
            self.open as f64 * self.latency_ms as f64 / self.recorded as f64 / 1000.0 / limits.concurrency as f64
        });
        let by_requests = limits.rpm.map(|rpm| self.open as f64 / f64::from(rpm) * 60.0);
        let by_tokens = limits.tpm.map(|tpm| (tokens_in + tokens_out) as f64 / tpm as f64 * 60.0);
        Plan {
            judge: prepared.judge.name(),
            items: prepared.items,
            queries: self.queries.len() as u64,
            verdicts,
            recorded: self.recorded,
            calls: self.open,
            budget_calls,
            tokens_in,
            tokens_out,
            usd: prepared.endpoint.cost(usage).map(NanoUsd::usd),
            seconds: [by_latency, by_requests, by_tokens].into_iter().flatten().reduce(f64::max),
        }
    }
}
