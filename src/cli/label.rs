//! `assessor label`

use super::args::LabelArgs;
use super::out::Out;
use super::progress::Drawn;
use super::{BUDGET, DONE};
use crate::app::{self, AppError, LabelRequest, Labelled, Plan, Project, Shipped};
use std::fmt::Write as _;
use std::path::PathBuf;
use tokio::sync::watch;

pub(super) async fn run(
    args: &LabelArgs,
    project: &Project,
    out: &Out,
    cancel: watch::Receiver<bool>,
) -> Result<u8, AppError> {
    let items = match args.items.as_ref().or(project.config.defaults.items.as_ref()) {
        Some(items) => items.clone(),
        None => Shipped::labels(project)?.0,
    };
    let mut request = args.request(items);
    if args.plan {
        let plan = app::plan(project, &request).await?;
        return Ok(out.result("label", DONE, &plan, Vec::new(), || planned(&plan)));
    }
    if request.out.is_none() {
        request.out = Some(default_out(project, &request)?);
    }
    let mut drawn = Drawn::new(out);
    let done = app::label(project, &request, &mut |event| drawn.take(event), cancel).await?;
    let exit = if done.budget_ended { BUDGET } else { DONE };
    Ok(out.result("label", exit, &done, Vec::new(), || labelled(&done)))
}

fn default_out(project: &Project, request: &LabelRequest) -> Result<PathBuf, AppError> {
    let endpoint = project.endpoint(&request.judge)?;
    Ok(app::default_out(&request.items, &project.judge(&request.judge, &endpoint)?.hash()))
}

fn labelled(done: &Labelled) -> String {
    let mut text = format!("{}\n", done.judge);
    let _ = writeln!(
        text,
        "{} verdicts: {} rated, {} malformed, {} not run",
        done.total, done.rated, done.malformed, done.not_run
    );
    let _ =
        writeln!(text, "{} calls now, {} from the ledger, ${:.4} spent now", done.calls, done.replayed, done.spent_usd);
    if done.budget_ended {
        let _ = writeln!(text, "The budget ended the run. Raise it and run again: nothing is paid for twice.");
    }
    if let Some(path) = &done.out {
        let _ = writeln!(text, "Labels: {}", path.display());
        if let Some(samples) = &done.samples {
            let _ = writeln!(text, "Mean, mode and spread of each item's samples: {}", samples.display());
        }
        let _ = writeln!(text, "Next:   assessor audit --ratings {} --human RATINGS", path.display());
    }
    text
}

fn planned(plan: &Plan) -> String {
    let money = plan.usd.map_or("not known (no price)".to_owned(), |usd| format!("${usd:.4}"));
    let time = plan.seconds.map_or("not known before the first calls".to_owned(), duration);
    format!(
        "{}\n{} items of {} queries, {} verdicts wanted\n{} in the ledger already, {} calls to make\n\
         tokens  {} in, {} out (estimated)\nmoney   {money}\ntime    {time}\nNothing was spent.",
        plan.judge, plan.items, plan.queries, plan.verdicts, plan.recorded, plan.calls, plan.tokens_in, plan.tokens_out
    )
}

fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("about {s:.0} s"),
        s if s < 5400.0 => format!("about {:.0} min", s / 60.0),
        s => format!("about {:.1} h", s / 3600.0),
    }
}
