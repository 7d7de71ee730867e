//! `assessor optimize`

use super::DONE;
use super::args::OptimizeArgs;
use super::judge::stored;
use super::out::Out;
use super::progress::Drawn;
use crate::app::{self, AppError, Project};
use tokio::sync::watch;

pub(super) async fn run(
    args: &OptimizeArgs,
    project: &Project,
    out: &Out,
    cancel: watch::Receiver<bool>,
) -> Result<u8, AppError> {
    let (stored, warnings) = stored(project, out, args.strategy.shared().judge.judge.as_deref())?;
    let request = args.strategy.request(stored);
    let mut drawn = Drawn::new(out);
    let found = app::optimize(project, &request, &mut |event| drawn.take(event), cancel).await?;
    let data = serde_json::json!({
        "run": found.run, "spent": found.spent, "best": found.conclusion.best, "why": found.conclusion.why.text(),
        "decision": found.decision, "prompt": found.adopted().prompt, "editable": found.best.prompt.editable(), "best_prompt": found.best.prompt,
    });
    Ok(out.result("optimize", DONE, &data, warnings, || format!("{:#}", data["why"])))
}
