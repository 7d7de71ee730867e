//! A calibration map of the best candidate, from what it said on Dev.

use super::panels::Panels;
use crate::audit;
use crate::domain::{GroupId, ItemId};
use crate::judge::JudgeSpec;
use crate::judge::run::Outcome;
use crate::optimize::calibrate::{Calibration, Reply, calibrate};
use std::collections::{BTreeMap, BTreeSet};

/// What a map fitted to these answers, which have gone through none, would do; `None` where they are too few.
pub(super) fn fit(panels: &Panels<'_>, outcomes: &[Outcome]) -> Option<Calibration> {
    let scale = panels.evidence.scale;
    let raw: BTreeMap<&ItemId, f64> =
        outcomes.iter().filter_map(|outcome| Some((&outcome.item.id, outcome.verdict.raw()?))).collect();
    let labelled = panels.labelled(raw.keys().copied());
    let names: BTreeSet<&GroupId> = labelled.iter().filter_map(|item| item.group.as_ref()).collect();
    let numbers: BTreeMap<&GroupId, u32> = names.into_iter().zip(0..).collect();
    let mut alone = numbers.len() as u32;
    let mut query = |group: Option<&GroupId>| {
        group.and_then(|group| numbers.get(group).copied()).unwrap_or_else(|| {
            alone += 1;
            alone - 1
        })
    };
    let low = scale.min().value() as f64;
    let reply = |item: &audit::Labelled| {
        let human = low + audit::gold(scale, &item.opinions).1;
        Some(Reply { query: query(item.group.as_ref()), human, raw: *raw.get(&item.id)? })
    };
    calibrate(scale, &labelled.iter().filter_map(reply).collect::<Vec<_>>())
}

/// Answers of a prompt and a model, which have gone through no map, as a judge reads them.
pub(super) fn read_by(judge: &JudgeSpec, outcomes: Vec<Outcome>) -> Vec<Outcome> {
    let read = |outcome: Outcome| Outcome { verdict: judge.read(outcome.verdict), ..outcome };
    outcomes.into_iter().map(read).collect()
}
