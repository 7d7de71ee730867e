//! `assessor init`

use super::DONE;
use super::args::InitArgs;
use super::out::Out;
use crate::app::{self, AppError};
use std::fmt::Write as _;

pub(super) fn run(args: &InitArgs, out: &Out) -> Result<u8, AppError> {
    let done = app::init(&args.folder)?;
    Ok(out.result("init", DONE, &done, Vec::new(), || {
        let mut text = String::new();
        for path in &done.written {
            let _ = writeln!(text, "written  {}", path.display());
        }
        for path in &done.kept {
            let _ = writeln!(text, "kept     {}", path.display());
        }
        let there = args.folder.as_os_str() == "." || args.folder.as_os_str().is_empty();
        let enter = if there { String::new() } else { format!("cd {} && ", args.folder.display()) };
        let _ = writeln!(text, "\nNext: {enter}assessor audit");
        text
    }))
}
