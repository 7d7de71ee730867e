//! `assessor bullets list`

use crate::app::{self, AppError, Project};
use crate::cli::DONE;
use crate::cli::args::BulletsListArgs;
use crate::cli::out::Out;
use crate::report;

pub(super) fn run(args: &BulletsListArgs, project: &Project, out: &Out) -> Result<u8, AppError> {
    let status = args.status.map(Into::into);
    let list = app::list_bullets(project, &args.library.request(), status, args.tag.as_deref())?;
    Ok(out.result("bullets", DONE, &list, Vec::new(), || {
        let from = match &list.file {
            Some(file) => format!("  {}\n", file.display()),
            None if list.total == 0 => {
                "  there is no library yet; `assessor bullets add` begins one beside the rubric\n".to_owned()
            }
            None => "  the library inside the binary; the first change writes it to a file\n".to_owned(),
        };
        let shown = format!("  {} of {} bullets for `{}`\n{from}", list.bullets.len(), list.total, list.rubric);
        report::bullets(&list.bullets, args.status.is_some() || args.tag.is_some(), out.invocation(), &out.options())
            + "\n"
            + &shown
    }))
}
