//! Single bullets of a judge's prompt, taken in or out by a person.

use super::Place;
use crate::app::{AppError, Project};
use crate::judge::JudgeSpec;
use crate::rubric::bullets::{Bullet, Library, Status};
use std::path::{Path, PathBuf};

/// Which bullets, by their ids.
#[derive(Clone, Debug, Default)]
pub struct Swap {
    /// To be added after the prompt's own rules.
    pub with: Vec<String>,
    /// To be taken out.
    pub without: Vec<String>,
    /// The library's file; the one beside the rubric when absent.
    pub library: Option<PathBuf>,
}

/// Changes the bullets of a judge, by the library beside the file `rubric` where one was named; everything else of it stays. Returns what was done, in words; `None` when nothing was
/// asked for.
///
/// # Errors
/// [`AppError`] when the library cannot be used or lacks a bullet, when one to add is not vetted or is there already, or
/// when one to take out is not in the prompt.
pub(in crate::app) fn swapped(
    project: &Project,
    swap: &Swap,
    rubric: Option<&Path>,
    judge: &mut JudgeSpec,
) -> Result<Option<String>, AppError> {
    if swap.with.is_empty() && swap.without.is_empty() {
        return Ok(None);
    }
    let library = Place::of(project, &judge.rubric, rubric, swap.library.as_deref()).read()?.library;
    let bullets = &mut judge.prompt.bullets;
    let place = |bullets: &[String], wanted: &Bullet| bullets.iter().position(|own| own.trim() == wanted.text);
    for id in &swap.without {
        let bullet = find(&library, id)?;
        let Some(at) = place(bullets, bullet) else {
            let mut has: Vec<&str> =
                library.bullets.iter().filter(|b| place(bullets, b).is_some()).map(|b| b.id.as_str()).collect();
            has.sort_unstable();
            let has = if has.is_empty() { "no bullet of the library".to_owned() } else { has.join(", ") };
            return Err(AppError::input(
                format!("the prompt does not have the bullet `{id}`"),
                format!("it has {has}"),
            ));
        };
        bullets.remove(at);
    }
    for id in &swap.with {
        let bullet = find(&library, id)?;
        if bullet.status != Status::Vetted {
            let message = format!("the bullet `{id}` is {}, and only vetted ones reach a prompt", bullet.status.name());
            let why = if bullet.status == Status::Retired { " --why TEXT" } else { "" };
            return Err(AppError::input(
                message,
                format!("if you stand for it: `assessor bullets vet {id} --by NAME{why}`"),
            ));
        }
        if place(bullets, bullet).is_some() {
            return Err(AppError::input(format!("the prompt has the bullet `{id}` already"), "leave it out"));
        }
        bullets.push(bullet.text.clone());
    }
    let said = |ids: &[String], how: &str| (!ids.is_empty()).then(|| format!("{how} {}", ids.join(", ")));
    let parts: Vec<String> = [said(&swap.with, "with"), said(&swap.without, "without")].into_iter().flatten().collect();
    Ok(Some(format!("by hand, {}", parts.join(" and "))))
}

fn find<'a>(library: &'a Library, id: &str) -> Result<&'a Bullet, AppError> {
    library.find(id).ok_or_else(|| {
        AppError::input(format!("the library has no bullet `{id}`"), "`assessor bullets list` shows those that it has")
    })
}
