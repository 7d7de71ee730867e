//! Rules from disagreements, drafted by a reflection model and stored for people to vet.

use super::BulletsRequest;
use crate::app::optimize::{OptimizeRequest, optimize};
use crate::app::{AppError, Project, Watch};
use crate::optimize::event::Entry;
use crate::rubric::bullets::{self, Bullet, Status};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tokio::sync::watch;

/// What was drafted.
#[derive(Debug, Serialize)]
pub struct Drafted {
    /// The library's file.
    pub file: PathBuf,
    /// New candidates.
    pub bullets: Vec<Bullet>,
    /// Guardrail → drafts that it stopped.
    pub rejected: BTreeMap<String, u64>,
    /// The budget covered fewer items than were to be drafted from.
    pub is_short: bool,
    /// Calls to the judge.
    pub judge_calls: u64,
    /// Calls to the reflection model.
    pub other_calls: u64,
    /// Dollars; absent when a price is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
}

/// Rates train items, asks for general rules from the disagreements ([`Method::Draft`](crate::app::Method::Draft)), and
/// stores those that pass as candidates in `library`, which the method names, too.
///
/// # Errors
/// As [`optimize`]; what was paid for is in the ledger, and the same command goes on.
pub async fn draft_bullets(
    project: &Project,
    request: &OptimizeRequest,
    library: &BulletsRequest,
    watch: Watch<'_>,
    cancel: watch::Receiver<bool>,
) -> Result<Drafted, AppError> {
    let (_, place) = library.place(project)?;
    let found = Box::pin(optimize(project, request, watch, cancel)).await?;
    let wanted = found.story.begun.knobs["rows"].as_u64().unwrap_or(0).min(u64::from(found.story.begun.rows[0]));
    let mut shelf = place.read_or_begin()?;
    let (mut text, mut drafted) = (shelf.text.clone(), Vec::new());
    for entry in &found.log {
        let Entry::Drafted { text: rule, feedback } = entry else { continue };
        let bullet = Bullet {
            id: shelf.library.name_for(rule),
            text: rule.clone(),
            author: found.story.begun.reflector.clone(),
            source: feedback.iter().map(ToString::to_string).collect(),
            status: Status::Candidate,
            tags: vec!["drafted".to_owned()],
            vetted: None,
            retired: None,
        };
        text = bullets::added(&text, &bullet).expect("what was read is a library");
        shelf.library.bullets.push(bullet.clone());
        drafted.push(bullet);
    }
    if !drafted.is_empty() {
        place.replace(&shelf, &text)?;
    }
    Ok(Drafted {
        file: place.path,
        bullets: drafted,
        rejected: found.summary.rejected,
        is_short: found.summary.calls.judge < wanted,
        judge_calls: found.summary.calls.judge,
        other_calls: found.summary.calls.other,
        cost_usd: found.summary.cost_usd,
    })
}
