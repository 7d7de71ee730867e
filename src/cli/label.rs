//! `assessor label`

use super::args::LabelArgs;
use super::judge::stored;
use super::out::Out;
use super::progress::Drawn;
use super::{BUDGET, DONE};
use crate::app::{self, AppError, LabelRequest, Labelled, Plan, Project, Shipped};
use crate::domain::quoted;
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
    let (stored, warnings) = stored(project, out, args.judge.judge.as_deref())?;
    let mut request = args.request(items, stored);
    if args.plan {
        let plan = app::plan(project, &request).await?;
        return Ok(out.result("label", DONE, &plan, warnings, || planned(&plan)));
    }
    if request.out.is_none() {
        request.out = Some(default_out(project, &request)?);
    }
    // With the shipped or the configured items, `audit` finds the people's ratings by itself.
    let named = args.items.as_ref().map(|items| items.display().to_string());
    let mut drawn = Drawn::new(out);
    let done = app::label(project, &request, &mut |event| drawn.take(event), cancel).await?;
    let exit = if done.budget_ended { BUDGET } else { DONE };
    Ok(out.result("label", exit, &done, warnings, || labelled(&done, named.as_deref(), out)))
}

fn default_out(project: &Project, request: &LabelRequest) -> Result<PathBuf, AppError> {
    let endpoint = project.endpoint(&request.judge)?;
    Ok(app::default_out(&request.items, &project.judge(&request.judge, &endpoint)?.hash()))
}

fn labelled(done: &Labelled, named: Option<&str>, out: &Out) -> String {
    let mut text = format!("{}\n", done.judge);
    let _ = writeln!(
        text,
        "{} verdicts: {} rated, {} malformed, {} not run",
        done.total, done.rated, done.malformed, done.not_run
    );
    let cost = match (done.spent_usd, done.charged_usd) {
        (Some(spent), Some(charged)) if charged > spent => format!("up to ${charged:.4} spent now"),
        (Some(spent), _) => format!("${spent:.4} spent now"),
        (None, _) => "cost not known (no price)".to_owned(),
    };
    let _ = writeln!(text, "{} requests now, {} verdicts from the ledger, {cost}", done.calls, done.replayed);
    if done.assumed_calls > 0 {
        let _ = writeln!(
            text,
            "{} requests of the budget are charged to sessions that were killed: they may have been sent.",
            done.assumed_calls
        );
    }
    if done.budget_ended {
        let _ = writeln!(text, "The budget ended the run. Raise it and run again: nothing is paid for twice.");
    }
    if let Some(path) = &done.out {
        let _ = writeln!(text, "Labels: {}", path.display());
        if let Some(samples) = &done.samples {
            let _ = writeln!(text, "Mean, mode and spread of each item's samples: {}", samples.display());
        }
        // The ids of qrels are another spelling of ours, which only the reader of that file joins again.
        let next = path.extension().is_none_or(|e| e != "qrels");
        let files =
            named.map_or(String::new(), |items| format!(" --items {} --human HUMAN-RATINGS-FILE", quoted(items)));
        let audit = out.command(&format!("audit --ratings {}{files}", quoted(&path.display().to_string())));
        let _ = if next { writeln!(text, "Next:   {audit}") } else { Ok(()) };
    }
    text
}

fn planned(plan: &Plan) -> String {
    let money = plan.usd.map_or("not known (no price)".to_owned(), |usd| format!("${usd:.4}"));
    let time = plan.seconds.map_or("not known before the first calls".to_owned(), duration);
    let most = plan.budget_calls.filter(|most| *most < plan.calls);
    let ends = most.map_or(String::new(), |most| format!(" (the budget ends the run after {most})"));
    format!(
        "{}\n{} items of {} queries, {} verdicts wanted\n{} in the ledger already, {} calls to make{ends}\n\
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
