//! `assessor judge list`

use super::DONE;
use crate::app::{self, AppError, Project};
use crate::cli::out::Out;
use crate::report;

pub(super) fn run(project: &Project, out: &Out) -> Result<u8, AppError> {
    let list = app::list_judges(project)?;
    Ok(out
        .result("judge", DONE, &list, Vec::new(), || report::judges(&list.versions, out.invocation(), &out.options())))
}
