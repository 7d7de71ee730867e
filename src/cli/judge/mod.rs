//! `assessor judge`, one file per action or two, and the stored judge that other commands are told to use.

mod add;
mod lint;
mod list;
mod promote;
mod show;

use super::DONE;
use super::args::JudgeAction;
use super::out::Out;
use crate::app::{AppError, Project, Warning};
use crate::judge::JudgeSpec;
use std::sync::Arc;

pub(super) fn run(action: &JudgeAction, project: &Project, out: &Out) -> Result<u8, AppError> {
    match action {
        JudgeAction::List => list::run(project, out),
        JudgeAction::Show(args) => show::run(args, project, out),
        JudgeAction::Diff(args) => show::diff(args, project, out),
        JudgeAction::Promote(args) => promote::run(args, project, out),
        JudgeAction::Rollback(args) => promote::back(args, project, out),
        JudgeAction::Add(args) => add::run(args, project, out),
        JudgeAction::Lint(args) => lint::run(args, project, out),
    }
}

/// The stored judge with this name. A warning is said at once and returned for the envelope.
pub(super) fn stored(
    project: &Project,
    out: &Out,
    name: Option<&str>,
) -> Result<(Option<Arc<JudgeSpec>>, Vec<Warning>), AppError> {
    let Some(name) = name else { return Ok((None, Vec::new())) };
    let found = project.stored(name)?;
    let warnings: Vec<Warning> = found.fallback.as_ref().map(Warning::from).into_iter().collect();
    warn(out, &warnings);
    Ok((Some(Arc::new(found.version.judge)), warnings))
}

fn warn(out: &Out, warnings: &[Warning]) {
    for warning in warnings {
        out.note(&format!("warning: {}", warning.text));
    }
}
