//! `assessor compare`

use super::args::{CompareArgs, can_report, report_folder};
use super::out::Out;
use super::progress::Drawn;
use super::{BUDGET, DONE, MISSED};
use crate::app::{self, AppError, Project, Require, Warning};
use crate::report;
use tokio::sync::watch;

pub(super) async fn run(
    args: &CompareArgs,
    project: &Project,
    out: &Out,
    cancel: watch::Receiver<bool>,
) -> Result<u8, AppError> {
    args.elsewhere.check()?;
    can_report(args.report.as_deref(), args.no_report)?;
    let mut drawn = Drawn::new(out);
    let compared = app::compare(project, &args.request(), &mut |event| drawn.take(event), cancel).await?;
    let page = report_folder(args.report.as_deref(), args.no_report, &compared.slug())
        .map(|folder| compared.write_reports(&folder))
        .transpose()?;
    if let Some(path) = &args.summary {
        app::write_whole(path, report::comparison_markdown(&compared.comparison).as_bytes())?;
    }
    let missed: Vec<Require> = args.requirements().filter(|require| !compared.meets(*require)).collect();
    let exit = match () {
        () if compared.budget_ended => BUDGET,
        () if !missed.is_empty() => MISSED,
        () => DONE,
    };
    compared.warnings.iter().for_each(|warning| out.note(&format!("warning: {}", warning.text)));
    let caveats = compared.comparison.caveats.iter().map(Warning::from);
    let warnings = compared.warnings.iter().cloned().chain(caveats).collect();
    Ok(out.result("compare", exit, &compared.comparison, warnings, || {
        let mut text = report::comparison_terminal(&compared.comparison, args.show, &out.options());
        for require in &missed {
            text.push_str(&format!("\nRequired and not shown: {}.\n", require.name()));
        }
        text.push_str(&format!("\n{} requests made now.", compared.calls));
        if let Some(page) = page {
            text.push_str(&format!(" Report: {}\n", page.display()));
        }
        text
    }))
}
