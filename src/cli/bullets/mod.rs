//! `assessor bullets`, one file per action or two.

mod draft;
mod edit;
mod list;

use super::args::BulletsAction;
use super::out::Out;
use crate::app::{AppError, Project};
use tokio::sync::watch;

pub(super) async fn run(
    action: &BulletsAction,
    project: &Project,
    out: &Out,
    cancel: watch::Receiver<bool>,
) -> Result<u8, AppError> {
    match action {
        BulletsAction::List(args) => list::run(args, project, out),
        BulletsAction::Add(args) => edit::add(args, project, out),
        BulletsAction::Vet(args) => edit::vet(args, project, out),
        BulletsAction::Retire(args) => edit::retire(args, project, out),
        BulletsAction::Draft(args) => Box::pin(draft::run(args, project, out, cancel)).await,
    }
}
