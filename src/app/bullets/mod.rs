//! Instruction libraries: list, add, vet, retire, draft.

mod draft;
mod edit;
mod place;
mod swap;

pub use draft::{Drafted, draft_bullets};
pub use edit::{BulletAdded, NewBullet, Ruled, add_bullet, retire_bullet, vet_bullet};
pub(super) use place::Place;
pub use swap::Swap;
pub(super) use swap::swapped;

use super::{AppError, JudgeRequest, Project};
use crate::rubric::bullets::{Bullet, Status};
use serde::Serialize;
use std::path::PathBuf;

/// Which library.
#[derive(Clone, Debug, Default)]
pub struct BulletsRequest {
    /// The rubric's file; the shipped one when absent.
    pub rubric: Option<PathBuf>,
    /// The library's file; `<id>.bullets.toml` beside the rubric when absent.
    pub library: Option<PathBuf>,
}

/// Bullets of a library.
#[derive(Debug, Serialize)]
pub struct BulletList {
    /// The file; absent for the library inside the binary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// The rubric's id.
    pub rubric: String,
    /// Bullets of the library, before the filters.
    pub total: usize,
    /// Those that were asked for.
    pub bullets: Vec<Bullet>,
}

/// The bullets with this status and this tag, where they are given.
///
/// # Errors
/// [`AppError`] when rubric or library cannot be used.
pub fn list_bullets(
    project: &Project,
    request: &BulletsRequest,
    status: Option<Status>,
    tag: Option<&str>,
) -> Result<BulletList, AppError> {
    let (_, place) = request.place(project)?;
    let shelf = place.read()?;
    let total = shelf.library.bullets.len();
    let fits = |bullet: &Bullet| {
        status.is_none_or(|status| bullet.status == status)
            && tag.is_none_or(|tag| bullet.tags.iter().any(|own| own == tag))
    };
    let bullets = shelf.library.bullets.into_iter().filter(fits).collect();
    Ok(BulletList { file: shelf.from_file.then_some(place.path), rubric: shelf.library.rubric, total, bullets })
}

impl BulletsRequest {
    fn place(&self, project: &Project) -> Result<(crate::rubric::Rubric, Place), AppError> {
        let judge = JudgeRequest { rubric: self.rubric.clone(), ..JudgeRequest::default() };
        let rubric = project.rubric(&judge)?;
        let place = Place::of(project, &rubric, self.rubric.as_deref(), self.library.as_deref());
        Ok((rubric, place))
    }
}
