//! `assessor judge promote` and `assessor judge rollback`

use super::DONE;
use crate::app::{self, AppError, Moved, Project};
use crate::cli::args::{PromoteArgs, RollbackArgs};
use crate::cli::out::Out;

pub(super) fn run(args: &PromoteArgs, project: &Project, out: &Out) -> Result<u8, AppError> {
    let moved = app::promote_judge(project, &args.version, &args.promotion())?;
    Ok(out.result("judge", DONE, &moved, Vec::new(), || {
        let was_new = moved.moved.as_ref().is_some_and(|step| step.from.is_none());
        let back = if was_new || moved.moved.is_none() {
            String::new()
        } else {
            format!("\nBack:  {}", out.command(&format!("judge rollback {}", moved.alias)))
        };
        let label = out.command(&format!("label --judge {}", moved.alias));
        format!("{}\nUse:   {label}{back}", said(&moved))
    }))
}

pub(super) fn back(args: &RollbackArgs, project: &Project, out: &Out) -> Result<u8, AppError> {
    let moved = app::rollback_judge(project, &args.promotion())?;
    for hash in &moved.skipped {
        out.note(&format!("warning: the judge version `{hash}` is damaged and was stepped over"));
    }
    Ok(out.result("judge", DONE, &moved, Vec::new(), || format!("{}\n{}", said(&moved), on_and_on(&moved, out))))
}

/// A rollback goes back along the versions before; it is not taken back by another one.
fn on_and_on(now: &Moved, out: &Out) -> String {
    let Some(from) = now.moved.as_ref().and_then(|step| step.from.as_deref()) else { return String::new() };
    let again = out.command(&format!("judge promote {from} --as {}", now.alias));
    format!("Undo:  {again}\nAnother rollback does not undo this one: it goes further back.")
}

/// Where the alias points now.
fn said(now: &Moved) -> String {
    let (alias, target) = (&now.alias, &now.target);
    match &now.moved {
        None => format!("`{alias}` points to `{target}` already."),
        Some(step) => match &step.from {
            None => format!("`{alias}` points to `{target}` now."),
            Some(from) => format!("`{alias}` points to `{target}` now, and no longer to `{from}`."),
        },
    }
}
