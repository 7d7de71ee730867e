//! Verdicts that the ledger knows of on the same carry: the same old judge, to the same model.

use super::{AppError, tuned};
use crate::adapt::{Earlier, Verdict};
use crate::judge::JudgeSpec;
use crate::ledger::{Ends, Ledger};
use crate::optimize::event::{Begun, Entry, Why};
use serde_json::Value;

/// What a carry is.
pub(super) struct Carry<'a> {
    /// The old judge.
    pub from: &'a JudgeSpec,
    /// The new model.
    pub to: &'a str,
    /// Digest of items, ratings and parts.
    pub data: &'a str,
    /// The run that has a verdict now.
    pub run: &'a str,
}

/// What the first entry of a run has that carried a judge.
const CARRIED: &str = "\"against\":{";

/// The verdicts that came before this run's own, the oldest first: a run that is repeated is told what it was told then.
pub(super) fn earlier(ledger: &Ledger, carry: &Carry<'_>) -> Result<Vec<Earlier>, AppError> {
    let all = ledger.ends(CARRIED)?;
    let own = all.iter().find(|ends| ends.run == carry.run).map_or(i64::MAX, |ends| ends.at);
    let others = all.iter().filter(|ends| ends.run != carry.run && ends.at < own);
    others.filter_map(|ends| verdict(ledger, carry, ends).transpose()).collect()
}

/// The verdict of one run; `None` where it was another carry, or came to none.
fn verdict(ledger: &Ledger, carry: &Carry<'_>, ends: &Ends) -> Result<Option<Earlier>, AppError> {
    let Ok(Entry::Begun(begun)) = serde_json::from_str(&ends.first) else { return Ok(None) };
    let Some(against) = begun.against.as_ref().filter(|_| begun.model == carry.to) else { return Ok(None) };
    if !is_same(ledger, &against["judge"], carry.from)? {
        return Ok(None);
    }
    let Ok(terms) = serde_json::from_value(against["terms"].clone()) else { return Ok(None) };
    let (verdict, reason) = match serde_json::from_str(&ends.last) {
        Ok(Entry::Decided { adopted: true, .. }) => (Verdict::Go, None),
        Ok(Entry::Decided { adopted: false, reasons }) => (Verdict::NoGo, reasons.into_iter().next()),
        Ok(Entry::Concluded { why: Why::Hopeless, .. }) => (Verdict::NoGo, Some(Why::Hopeless.text().to_owned())),
        _ => return Ok(None),
    };
    let date = jiff::Timestamp::from_millisecond(ends.at).map(|at| at.strftime("%F").to_string());
    Ok(Some(Earlier {
        verdict,
        date: date.unwrap_or_default(),
        regimes: regimes(&begun),
        seed: begun.seed,
        terms,
        same_data: begun.data == carry.data,
        version: if verdict == Verdict::Go { tuned::version_of(ledger, &ends.run)? } else { None },
        reason,
    }))
}

/// Whether the judge with this hash is the one that is carried, the seed of its requests apart: a judge that is a model with
/// the rubric's own prompt has that of the command.
fn is_same(ledger: &Ledger, hash: &Value, from: &JudgeSpec) -> Result<bool, AppError> {
    let Some(hash) = hash.as_str() else { return Ok(false) };
    if hash == from.hash() {
        return Ok(true);
    }
    let other = ledger.worked(hash)?;
    Ok(other.is_some_and(|mut other| {
        other.sampling.seed = from.sampling.seed;
        // Spans that revisions keep are no part of what is stored, and of no hash.
        other.hash() == from.hash()
    }))
}

/// The ways of searching, as they are typed.
fn regimes(begun: &Begun) -> Vec<String> {
    let stages = begun.knobs.as_array().into_iter().flatten();
    stages.filter_map(|stage| Some(stage["stage"].as_str()?.to_owned())).collect()
}
