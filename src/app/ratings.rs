//! A judge's ratings: from a run, or from files.

use super::label::{LabelRequest, Watch, drive, prepare, rows_of};
use super::{AppError, Project};
use crate::audit::{JudgeInput, Judged, Repeats};
use crate::domain::{ItemId, NanoUsd, Scale, Usage, Verdict};
use crate::judge::run::{End, Outcome};
use crate::judge::{JudgeSpec, consensus};
use crate::labels::{self, JudgeRating, JudgeRows, ReadOptions};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use tokio::sync::watch;

/// What was gathered.
pub(super) struct Gathered {
    pub judges: Vec<JudgeInput>,
    pub rows: Vec<labels::LabelRow>,
    pub calls: u64,
    pub budget_ended: bool,
}

/// Runs the judge where the ledger has no answer.
pub(super) async fn from_run(
    project: &Project,
    run: &LabelRequest,
    watch: Watch<'_>,
    cancel: watch::Receiver<bool>,
) -> Result<Gathered, AppError> {
    let prepared = prepare(project, run)?;
    let row = rows_of(&prepared.judge);
    let mut rows = Vec::new();
    let mut samples: BTreeMap<ItemId, Vec<Judged>> = BTreeMap::new();
    let mut sink = |outcome: Outcome| {
        rows.push(row(&outcome));
        samples.entry(outcome.item.id.clone()).or_default().push(Judged::from(outcome));
        Ok(())
    };
    let (end, progress) = drive(project, run, &prepared, &mut sink, watch, cancel).await?;
    let repeats = repeats(&samples);
    let answers = samples.into_iter().map(|(id, samples)| (id, together(samples, Some(&prepared.judge)))).collect();
    // A model inside this process cannot move.
    let earlier = match prepared.endpoint.in_process {
        true => Vec::new(),
        false => project.ledger()?.served(&prepared.judge.model)?,
    };
    let judge = JudgeInput {
        earlier: earlier.into_iter().map(|served| (served.model, served.last)).collect(),
        name: prepared.judge.name(),
        model: Some(prepared.judge.model.clone()),
        model_id: Some(prepared.endpoint.model.clone()),
        hash: Some(prepared.judge.hash()),
        samples: run.samples,
        repeats,
        answers,
        ..JudgeInput::default()
    };
    Ok(Gathered { judges: vec![judge], rows, calls: progress.calls, budget_ended: end == End::Budget })
}

/// One row of a file as an answer.
fn rated(rating: JudgeRating) -> Judged {
    Judged {
        reply: rating.raw.filter(|_| rating.verdict.rating().is_none()),
        verdict: rating.verdict,
        usage: rating.usage,
        cost: rating.cost,
        latency_ms: rating.latency_ms,
        served: rating.model_served.as_deref().map(str::to_owned),
    }
}

/// The samples of one item as one answer; tokens and money are of all of them.
fn together(samples: Vec<Judged>, judge: Option<&JudgeSpec>) -> Judged {
    let verdicts: Vec<Verdict> = samples.iter().map(|s| s.verdict.clone()).collect();
    let usages: Vec<Usage> = samples.iter().filter_map(|s| s.usage).collect();
    let costs: Vec<NanoUsd> = samples.iter().filter_map(|s| s.cost).collect();
    Judged {
        verdict: consensus::verdict(&verdicts, judge),
        usage: (!usages.is_empty()).then(|| usages.into_iter().sum()),
        cost: (!costs.is_empty()).then(|| costs.into_iter().sum()),
        latency_ms: samples.iter().filter_map(|s| s.latency_ms).max(),
        served: samples.iter().find_map(|s| s.served.clone()),
        reply: samples.into_iter().find_map(|s| s.reply),
    }
}

/// What several samples of an item say of the judge: items, rows, and how often the first two answers are the same.
fn repeats(samples: &BTreeMap<ItemId, Vec<Judged>>) -> Repeats {
    let mut found = Repeats::default();
    for (id, samples) in samples.iter().filter(|(_, samples)| samples.len() > 1) {
        found.items += 1;
        found.rows += samples.len() as u64;
        let same = match (&samples[0].verdict, &samples[1].verdict) {
            (Verdict::Malformed(a), Verdict::Malformed(b)) => a == b,
            (a, b) => a.rating().is_some() && a.rating() == b.rating(),
        };
        found.first_two_same += u64::from(same);
        let answered = samples.iter().filter(|s| !matches!(s.verdict, Verdict::NotRun(_)));
        found.runs.insert(id.clone(), answered.map(|s| s.verdict.rating()).collect());
    }
    found
}

/// Where a file's verdicts come from.
pub(super) enum Reading<'a> {
    /// The column `rating`, on this scale.
    Ratings(Scale),
    /// The column `raw`, by this reader.
    Replies(&'a dyn Fn(&str) -> Verdict),
}

/// Reads every judge of the files.
pub(super) fn from_files(
    paths: &[PathBuf],
    reading: &Reading<'_>,
    read: &ReadOptions,
) -> Result<Vec<JudgeInput>, AppError> {
    let mut judges = Vec::new();
    for path in paths {
        let found = match reading {
            Reading::Ratings(scale) => labels::read_judge(path, *scale, read)?,
            Reading::Replies(reply) => labels::read_replies(path, read, reply)?,
        };
        for rows in found {
            let mut judge = imported(rows);
            if judges.iter().any(|other: &JudgeInput| other.name == judge.name) {
                judge.name = format!("{} ({})", judge.name, path.display());
            }
            judges.push(judge);
        }
    }
    if judges.is_empty() {
        let hint = "without `--judge` every judge in the file is audited";
        return Err(AppError::input("the ratings hold no rating of the judge that you named", hint));
    }
    Ok(judges)
}

fn imported(rows: JudgeRows) -> JudgeInput {
    let mut samples: BTreeMap<ItemId, Vec<Judged>> = BTreeMap::new();
    for rating in rows.rows {
        samples.entry(rating.item.clone()).or_default().push(rated(rating));
    }
    let repeats = repeats(&samples);
    let answers: BTreeMap<ItemId, Judged> = samples.into_iter().map(|(id, s)| (id, together(s, None))).collect();
    let (name, model, hash) = identity(&rows.judge, &answers);
    JudgeInput {
        name,
        model,
        hash,
        answers,
        off_scale: rows.counts.off_scale,
        off_scale_values: rows.off_scale,
        fractions: rows.counts.fractions,
        other_samples: rows.other_samples,
        repeats,
        duplicates: rows.counts.duplicates,
        ..JudgeInput::default()
    }
}

/// In our own label files the judge is a hash: the model that answered makes it a name.
fn identity(judge: &str, answers: &BTreeMap<ItemId, Judged>) -> (String, Option<String>, Option<String>) {
    let is_hash = judge.len() == 16 && judge.bytes().all(|b| b.is_ascii_hexdigit());
    let served: BTreeSet<&str> = answers.values().filter_map(|a| a.served.as_deref()).collect();
    match served.first().filter(|_| is_hash && served.len() == 1) {
        Some(model) => (format!("{model} · {}", &judge[..8]), Some((*model).to_owned()), Some(judge.to_owned())),
        None => (judge.to_owned(), None, None),
    }
}
