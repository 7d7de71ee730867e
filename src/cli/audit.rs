//! `assessor audit`

use super::args::{AuditArgs, can_report, report_folder};
use super::judge::stored;
use super::out::Out;
use super::progress::Drawn;
use super::{BUDGET, DONE, MISSED};
use crate::app::{self, AppError, Audited, Project, Warning};
use crate::report;
use tokio::sync::watch;

pub(super) async fn run(
    args: &AuditArgs,
    project: &Project,
    out: &Out,
    cancel: watch::Receiver<bool>,
) -> Result<u8, AppError> {
    args.source.elsewhere.check()?;
    let (stored, mut warnings) = stored(project, out, args.source.stored())?;
    let (request, questions) = (args.request(stored), args.questions());
    can_report(args.report.as_deref(), args.no_report)?;
    let mut drawn = Drawn::new(out);
    let audited = app::audit(project, &request, &questions, &mut |event| drawn.take(event), cancel).await?;
    let page = report_folder(args.report.as_deref(), args.no_report, &audited.slug())
        .map(|folder| audited.write_reports(&folder))
        .transpose()?;
    write_extras(args, &audited)?;
    warnings.extend(audited.audit.judges.iter().flat_map(|j| &j.caveats).map(Warning::from));
    let exit = match () {
        () if audited.budget_ended => BUDGET,
        () if !audited.gates_met() => MISSED,
        () => DONE,
    };
    Ok(out.result("audit", exit, &audited.audit, warnings, || {
        let mut text = report::terminal(&audited.audit, &out.options());
        if audited.budget_ended {
            text.push_str("\nThe budget ended the run: the numbers are of the items that were answered. Raise it and run again.\n");
        }
        text.push_str(&format!("\n{} requests made now.", audited.calls));
        if let Some(page) = page {
            text.push_str(&format!(" Report: {}\n", page.display()));
        }
        text
    }))
}

fn write_extras(args: &AuditArgs, audited: &Audited) -> Result<(), AppError> {
    if let Some(path) = &args.junit {
        app::write_whole(path, report::junit(&audited.audit).as_bytes())?;
    }
    if let Some(path) = &args.summary {
        app::write_whole(path, report::markdown(&audited.audit).as_bytes())?;
    }
    args.export_map.as_deref().map_or(Ok(()), |path| audited.export_map(path))
}
