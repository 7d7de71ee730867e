//! `assessor judge`, one file per action or two.

mod lint;

use super::args::JudgeAction;
use super::out::Out;
use crate::app::{AppError, Project};

pub(super) fn run(action: &JudgeAction, project: &Project, out: &Out) -> Result<u8, AppError> {
    match action {
        JudgeAction::Lint(args) => lint::run(args, project, out),
    }
}
