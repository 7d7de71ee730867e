//! `assessor optimize`

use super::DONE;
use super::args::{OptimizeArgs, can_report, report_folder};
use super::judge::stored;
use super::out::Out;
use super::progress::Drawn;
use crate::app::{self, AppError, Project};
use crate::report;
use tokio::sync::watch;

pub(super) async fn run(
    args: &OptimizeArgs,
    project: &Project,
    out: &Out,
    cancel: watch::Receiver<bool>,
) -> Result<u8, AppError> {
    let shared = args.strategy.shared();
    let (stored, warnings) = stored(project, out, shared.judge.judge.as_deref())?;
    let request = args.strategy.request(stored);
    args.strategy.check(project.rubric(&request.judge)?.scale)?;
    can_report(shared.report.as_deref(), shared.no_report)?;
    let mut drawn = Drawn::new(out);
    let mut watch = |event| drawn.take(event);
    let mut found = Box::pin(app::optimize(project, &request, &mut watch, cancel)).await?;
    found.summary.report = report_folder(shared.report.as_deref(), shared.no_report, &found.slug())
        .map(|folder| found.write_reports(&folder))
        .transpose()?;
    Ok(out.result("optimize", DONE, &found.summary, warnings, || {
        let mut text = report::optimization_terminal(&found.summary, &found.story, &out.options());
        if let Some(page) = &found.summary.report {
            text.push_str(&format!("\nReport: {}\n", page.display()));
        }
        text
    }))
}
