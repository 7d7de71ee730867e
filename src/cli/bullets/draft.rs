//! `assessor bullets draft`

use crate::app::{self, AppError, Project};
use crate::cli::DONE;
use crate::cli::args::DraftArgs;
use crate::cli::judge::stored;
use crate::cli::out::Out;
use crate::cli::progress::Drawn;
use crate::report;
use tokio::sync::watch;

pub(super) async fn run(
    args: &DraftArgs,
    project: &Project,
    out: &Out,
    cancel: watch::Receiver<bool>,
) -> Result<u8, AppError> {
    let (stored, warnings) = stored(project, out, args.judge.judge.as_deref())?;
    let mut drawn = Drawn::new(out);
    let mut watch = |event| drawn.take(event);
    let request = args.request(stored);
    let drafted =
        Box::pin(app::draft_bullets(project, &request, &args.library().request(), &mut watch, cancel)).await?;
    Ok(out.result("bullets", DONE, &drafted, warnings, || {
        let file = drafted.file.display();
        let stopped: u64 = drafted.rejected.values().sum();
        let plural = |n: u64, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
        let spent = format!(
            "{}, {}; guardrails stopped {}.",
            plural(drafted.judge_calls, "judge call"),
            plural(drafted.other_calls, "reflection"),
            plural(stopped, "draft")
        );
        match drafted.bullets.first() {
            None if drafted.is_short => {
                format!("No new rule: the budget covered few items. {spent} Allow more with `--budget-calls N`.")
            }
            None => format!("No new rule. {spent}"),
            Some(first) => format!(
                "{}\n{} in {file}. {spent}\nNo prompt gets one until somebody has vetted it:  {}",
                report::bullets(&drafted.bullets, false, out.invocation(), &out.options()),
                plural(drafted.bullets.len() as u64, "new candidate"),
                out.command(&format!("bullets vet {} --by NAME{}", first.id, args.library().flags()))
            ),
        }
    }))
}
