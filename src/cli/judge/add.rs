//! `assessor judge add`

use super::{DONE, warn};
use crate::app::{self, AppError, Project};
use crate::cli::args::AddArgs;
use crate::cli::out::Out;

pub(super) fn run(args: &AddArgs, project: &Project, out: &Out) -> Result<u8, AppError> {
    let (added, warnings) = app::add_judge(project, &args.wanted())?;
    warn(out, &warnings);
    Ok(out.result("judge", DONE, &added, warnings, || {
        let hash = &added.hash;
        let stored = if added.was_there { "There already" } else { "Stored" };
        let changed = match &added.parent {
            None => String::new(),
            Some(parent) => format!(
                "{} lines added and {} removed since `{parent}`: {}\n",
                added.edits.added.len(),
                added.edits.removed.len(),
                out.command(&format!("judge diff {parent} {hash}"))
            ),
        };
        let next = out.command(&format!("audit --judge {hash}"));
        format!("{stored}: `{hash}`, {}\n{changed}Next:  {next}", added.name)
    }))
}
