//! `assessor judge show` and `assessor judge diff`

use super::{DONE, warn};
use crate::app::{self, AppError, Project};
use crate::cli::args::{DiffArgs, ShowArgs};
use crate::cli::out::Out;
use crate::report;

pub(super) fn run(args: &ShowArgs, project: &Project, out: &Out) -> Result<u8, AppError> {
    let (shown, warnings) = app::show_judge(project, &args.version)?;
    warn(out, &warnings);
    Ok(out.result("judge", DONE, &shown, warnings, || match args.text {
        true => shown.text.clone(),
        false => report::judge(&shown.version, &shown.aliases, &out.options()),
    }))
}

pub(super) fn diff(args: &DiffArgs, project: &Project, out: &Out) -> Result<u8, AppError> {
    let (diff, warnings) = app::diff_judges(project, &args.old, &args.new)?;
    warn(out, &warnings);
    Ok(out.result("judge", DONE, &diff, warnings, || report::judge_diff(&diff, &out.options())))
}
