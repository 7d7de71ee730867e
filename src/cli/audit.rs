//! `assessor audit`

use super::args::AuditArgs;
use super::out::Out;
use super::progress::Drawn;
use super::{BUDGET, DONE};
use crate::app::{self, AppError, Project, Source, Warning};
use crate::report::{self, TerminalOptions};
use std::path::Path;
use tokio::sync::watch;

pub(super) async fn run(
    args: &AuditArgs,
    project: &Project,
    out: &Out,
    cancel: watch::Receiver<bool>,
) -> Result<u8, AppError> {
    let mut request = args.source.request();
    if args.no_judge {
        request.source = Source::Nobody;
    }
    request.systems.clone_from(&args.systems);
    let mut drawn = Drawn::new(out);
    let audited = app::audit(project, &request, &mut |event| drawn.take(event), cancel).await?;
    let page = match (&args.report, args.no_report) {
        (_, true) => None,
        (Some(folder), _) => Some(audited.write_reports(folder)?),
        (None, _) => Some(audited.write_reports(&Path::new("reports").join(audited.slug()))?),
    };
    let caveats = audited.audit.judges.iter().flat_map(|j| &j.caveats);
    let exit = if audited.budget_ended { BUDGET } else { DONE };
    Ok(out.result("audit", exit, &audited.audit, caveats.map(Warning::from).collect(), || {
        let options = TerminalOptions { width: out.width(), color: out.color(), unicode: true };
        let mut text = report::terminal(&audited.audit, &options);
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
