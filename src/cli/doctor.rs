//! `assessor doctor`

use super::DONE;
use super::args::DoctorArgs;
use super::judge::stored;
use super::out::Out;
use crate::app::{self, AppError, Checkup, Health, Project};
use std::fmt::Write as _;
use tokio::sync::watch;

/// The provider cannot be used.
const PROVIDER: u8 = 3;

pub(super) async fn run(
    args: &DoctorArgs,
    project: &Project,
    out: &Out,
    mut cancel: watch::Receiver<bool>,
) -> Result<u8, AppError> {
    let (stored, warnings) = stored(project, out, args.judge.judge.as_deref())?;
    let request = args.judge.request(stored);
    let checkup = tokio::select! {
        checkup = app::doctor(project, &request) => checkup?,
        _ = cancel.wait_for(|stop| *stop) => return Err(AppError::Interrupted { done: 0, total: 0 }),
    };
    let exit = if checkup.is_healthy() { DONE } else { PROVIDER };
    Ok(out.result("doctor", exit, &checkup, warnings, || shown(&checkup, out)))
}

fn shown(checkup: &Checkup, out: &Out) -> String {
    let mut text = format!("{} ({})\n\n", checkup.model, checkup.address);
    for finding in &checkup.findings {
        let mark = match finding.health {
            Health::Good => "ok  ",
            Health::Note => "note",
            Health::Bad => "BAD ",
        };
        let _ = writeln!(text, "{mark}  {:18} {}", finding.what, finding.detail);
        if let Some(hint) = &finding.hint {
            let _ = writeln!(text, "{:24} hint: {}", "", out.invocation().complete(hint));
        }
    }
    let cost = checkup.cost_usd.map_or(String::new(), |usd| format!(", ${usd:.4}"));
    let _ = writeln!(text, "\n{} calls{cost}", checkup.calls);
    text
}
