//! `assessor adapt`

use super::DONE;
use super::args::{AdaptArgs, can_report, report_folder};
use super::judge::stored;
use super::out::Out;
use super::progress::Drawn;
use crate::app::{self, AppError, Project};
use crate::domain::Explain as _;
use crate::ledger::VersionError;
use crate::model::ModelError;
use crate::report;
use tokio::sync::watch;

pub(super) async fn run(
    args: &AdaptArgs,
    project: &Project,
    out: &Out,
    cancel: watch::Receiver<bool>,
) -> Result<u8, AppError> {
    if let (Some(alias), true) = (&args.promote, args.to.len() > 1) {
        return Err(AppError::input(
            format!("`{alias}` can lead to one judge only"),
            "name one target with `--promote`, or promote the one that you choose: `assessor judge promote`",
        ));
    }
    args.check()?;
    // A judge that is there and cannot be used is no name of a model.
    let unknown = matches!(project.ledger()?.version(name_of(&args.from)), Err(VersionError::Unknown { .. }));
    let is_stored = !unknown || args.from.starts_with("judge:");
    let (stored, warnings) = stored(project, out, is_stored.then_some(name_of(&args.from)))?;
    let request = args.request(stored);
    can_report(args.report.as_deref(), args.no_report)?;
    let mut drawn = Drawn::new(out);
    let mut watch = |event| drawn.take(event);
    let found = Box::pin(app::adapt(project, &request, &mut watch, cancel)).await;
    let mut found = found.map_err(|error| neither(&args.from, error))?;
    found.summary.report = report_folder(args.report.as_deref(), args.no_report, &found.slug())
        .map(|folder| found.write_reports(&folder))
        .transpose()?;
    out.note(&format!("{} requests made now.", found.summary.paid.now));
    Ok(out.result("adapt", DONE, &found.summary, warnings, || {
        let mut text = report::adaptation_terminal(&found.summary, &out.options());
        if let Some(page) = &found.summary.report {
            text.push_str(&format!("\nReport: {}\n", page.display()));
        }
        text
    }))
}

/// What is no model may have been meant as a stored judge.
fn neither(from: &str, error: AppError) -> AppError {
    let AppError::Model(ModelError::Unknown { spec, .. }) = &error else { return error };
    if spec != from {
        return error;
    }
    let models = error.hint().unwrap_or_default();
    AppError::input(
        format!("there is no model `{from}`, and no stored judge or alias of this name"),
        format!("`assessor judge list` shows the stored judges and their aliases; for models {models}"),
    )
}

/// `judge:NAME` names a stored judge beyond doubt.
fn name_of(from: &str) -> &str {
    from.strip_prefix("judge:").unwrap_or(from)
}
