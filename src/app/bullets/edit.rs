//! Add, vet, retire.

use super::{BulletsRequest, Place};
use crate::app::judges::Against;
use crate::app::{AppError, Project, Warning, lint};
use crate::domain::{self, Dev, Train};
use crate::guardrail::{Guard, Limits, is_about_the_same, says_the_same};
use crate::labels::ReadOptions;
use crate::model::catalog::distance;
use crate::prompt::Prompt;
use crate::rubric::Rubric;
use crate::rubric::bullets::{self, Bullet, Library, Ruling, Status, unfit, unfit_about};
use serde::Serialize;
use std::path::PathBuf;
use unicode_segmentation::UnicodeSegmentation as _;

/// Characters of a name or a reason.
const LONGEST: usize = 500;
/// Words of a rule at least.
const LEAST_WORDS: usize = 3;
/// Ids that are suggested where one is not found.
const SUGGESTED: usize = 5;

/// A bullet to add.
#[derive(Clone, Debug)]
pub struct NewBullet {
    /// The rule.
    pub text: String,
    /// Its id; from its first words when absent.
    pub id: Option<String>,
    /// Who wrote it.
    pub author: String,
    /// What it is about.
    pub tags: Vec<String>,
    /// The items whose disagreements it was written from.
    pub source: Vec<String>,
    /// Rated items that it may copy nothing from; those of the project when absent.
    pub against: Option<Against>,
    /// Bullets that it says something else than, though it sounds alike.
    pub beside: Vec<String>,
}

/// A bullet that was added.
#[derive(Debug, Serialize)]
pub struct BulletAdded {
    /// The file.
    pub file: PathBuf,
    /// The bullet.
    pub bullet: Bullet,
}

/// A bullet that somebody decided on.
#[derive(Debug, Serialize)]
pub struct Ruled {
    /// The file.
    pub file: PathBuf,
    /// The bullet as it is now.
    pub bullet: Bullet,
    /// Its status before.
    pub was: Status,
}

/// Adds a bullet as a candidate: no prompt gets it until it is vetted.
///
/// # Errors
/// [`AppError::Unsound`] when a guardrail objects to it; [`AppError`] when it is no rule, the library has it already, or a
/// file cannot be used.
pub fn add_bullet(
    project: &Project,
    request: &BulletsRequest,
    new: &NewBullet,
) -> Result<(BulletAdded, Vec<Warning>), AppError> {
    let (rubric, place) = request.place(project)?;
    let shelf = place.read_or_begin()?;
    // Before anything is written: a fault in the file that is to be would point at lines that nobody has.
    let fault = unfit(&new.text)
        .or_else(|| no_sentence(&new.text))
        .or_else(|| unfit_about(&new.author, &new.tags, &new.source));
    if let Some((message, hint)) = fault {
        return Err(AppError::input(message, hint));
    }
    let text = new.text.trim().to_owned();
    is_new(&shelf.library, &text, &new.beside)?;
    let (found, warnings) = objections(project, &rubric, new.against.as_ref(), &text)?;
    if !found.is_empty() {
        return Err(AppError::Unsound { found });
    }
    if let Some(fault) = new.id.as_deref().and_then(|id| no_name(&shelf.library, id)) {
        return Err(fault);
    }
    let id = new.id.clone().unwrap_or_else(|| shelf.library.name_for(&text));
    let bullet = Bullet {
        id,
        text,
        author: new.author.clone(),
        source: new.source.clone(),
        status: Status::Candidate,
        tags: new.tags.clone(),
        vetted: None,
        retired: None,
    };
    let now = bullets::added(&shelf.text, &bullet).expect("what was read is a library");
    place.replace(&shelf, &now)?;
    Ok((BulletAdded { file: place.path, bullet }, warnings))
}

/// A rule says at least what to do with what: fewer words tell a judge nothing.
fn no_sentence(text: &str) -> Option<(String, &'static str)> {
    let words = text.unicode_words().count();
    let hint =
        "say when, and which way to rate: 'Rate a glossary entry lower when the query asks how to do something.'";
    let few = if words == 1 { "1 word".to_owned() } else { format!("{words} words") };
    (words < LEAST_WORDS).then(|| (format!("the rule is no sentence: it has {few}"), hint))
}

/// Why a bullet cannot have this id.
fn no_name(library: &Library, id: &str) -> Option<AppError> {
    match library.find(id) {
        Some(_) => {
            Some(AppError::input(format!("the library has a bullet `{id}`"), "choose another id, or leave it out"))
        }
        None if bullets::is_name(id) => None,
        None => Some(AppError::input(format!("`{id}` is no bullet id"), bullets::NAMES)),
    }
}

/// The library does not have it yet. What only sounds like another one is for a person to decide.
fn is_new(library: &Library, text: &str, beside: &[String]) -> Result<(), AppError> {
    if let Some(unknown) = beside.iter().find(|id| library.find(id).is_none()) {
        return Err(AppError::input(format!("the library has no bullet `{unknown}`"), nearest(library, unknown)));
    }
    if let Some(known) = library.bullets.iter().find(|known| says_the_same(&known.text, text)) {
        let (id, status) = (&known.id, known.status.name());
        let hint = match known.status {
            Status::Retired => format!("to bring it back: `assessor bullets vet {id} --by NAME --why TEXT`"),
            _ => "vet or retire that one; two that say the same could not be told apart".to_owned(),
        };
        return Err(AppError::input(format!("the bullet `{id}` ({status}) says the same: {}", known.text), hint));
    }
    let alike = |known: &&Bullet| !beside.contains(&known.id) && is_about_the_same(&known.text, text);
    let Some(known) = library.bullets.iter().find(alike) else { return Ok(()) };
    let (id, status) = (&known.id, known.status.name());
    Err(AppError::input(
        format!("the bullet `{id}` ({status}) seems to say the same in other words: {}", known.text),
        format!("vet or retire that one; if yours says something else, keep both: `--beside {id}`"),
    ))
}

/// What the guardrails have against a rule, and what they could not look at.
fn objections(
    project: &Project,
    rubric: &Rubric,
    against: Option<&Against>,
    text: &str,
) -> Result<(Vec<String>, Vec<Warning>), AppError> {
    let known = || lint::examples(project, None, None, &ReadOptions::default(), rubric);
    let (examples, only) = match against {
        Some(against) => {
            (lint::examples(project, Some(&against.items), against.human.as_deref(), &against.read, rubric)?, None)
        }
        None if project.config.defaults.items.is_some() => (known()?, None),
        None if rubric.scale == crate::rubric::shipped().scale => (known()?, Some("the shipped items only")),
        None => (Vec::new(), Some("no items")),
    };
    let base = Prompt::of(rubric);
    let guard = Guard::new(rubric, &base, &Train(examples), &Dev(Vec::new()), Limits::default());
    let found = guard.check(&Prompt { bullets: vec![text.to_owned()], ..base }, None);
    let unchecked = |only| {
        format!("the rule was compared with {only}: `--items FILE --human FILE` finds what it copies from others")
    };
    let warnings = only.map(|only| Warning { code: "leaks-not-checked", text: unchecked(only) });
    Ok((found.iter().map(ToString::to_string).collect(), warnings.into_iter().collect()))
}

/// Says that a person stands for a bullet: prompts may have it from now on.
///
/// # Errors
/// [`AppError`] when there is no such bullet, a guardrail objects to it, or the file cannot be used.
pub fn vet_bullet(
    project: &Project,
    request: &BulletsRequest,
    id: &str,
    by: &str,
    why: Option<&str>,
) -> Result<Ruled, AppError> {
    short("name", Some(by))?;
    rule(project, request, id, Some(by), why, Status::Vetted)
}

/// Takes a bullet out of use. It stays in the file, so that nobody proposes it again unawares.
///
/// # Errors
/// As [`vet_bullet`].
pub fn retire_bullet(
    project: &Project,
    request: &BulletsRequest,
    id: &str,
    why: &str,
    by: Option<&str>,
) -> Result<Ruled, AppError> {
    short("reason", Some(why))?;
    rule(project, request, id, by, Some(why), Status::Retired)
}

fn rule(
    project: &Project,
    request: &BulletsRequest,
    id: &str,
    by: Option<&str>,
    why: Option<&str>,
    to: Status,
) -> Result<Ruled, AppError> {
    short("name", by)?;
    short("reason", why)?;
    let (rubric, place) = request.place(project)?;
    let shelf = place.read()?;
    let Some(bullet) = shelf.library.find(id) else {
        return Err(AppError::input(format!("the library has no bullet `{id}`"), nearest(&shelf.library, id)));
    };
    let was = bullet.status;
    if let Some(fault) = settled(bullet, to, why.is_some()) {
        return Err(fault);
    }
    if to == Status::Vetted {
        is_sound(project, &rubric, bullet, &place, &shelf.text)?;
    }
    let day = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    let ruling = Ruling { by: by.map(str::to_owned), on: day, why: why.map(str::to_owned) };
    let edit = if to == Status::Vetted { bullets::vetted } else { bullets::retired };
    let now = edit(&shelf.text, id, &ruling).expect("the bullet was found");
    place.replace(&shelf, &now)?;
    let library = bullets::load(&place.path.display().to_string(), &now)?;
    let bullet = library.find(id).expect("an edit keeps ids").clone();
    Ok(Ruled { file: place.path, bullet, was })
}

/// The guardrails pass a bullet that is about to be vetted: it may have been written into the file by hand, or have been
/// added when they saw less.
fn is_sound(project: &Project, rubric: &Rubric, bullet: &Bullet, at: &Place, file: &str) -> Result<(), AppError> {
    let (found, _) = objections(project, rubric, None, &bullet.text)?;
    if found.is_empty() {
        return Ok(());
    }
    let (id, path) = (&bullet.id, at.path.display().to_string());
    let place = match file.find(&bullet.text) {
        Some(offset) => domain::Place::in_text(path, file, offset),
        None => domain::Place::file(path),
    };
    Err(AppError::Input {
        message: format!("the bullet `{id}` violates guardrails:\n  {}", found.join("\n  ")),
        place: Some(place),
        hint: format!(
            "say it there as a general rule, in other words, or take it out of use: `assessor bullets retire {id} --why TEXT`"
        ),
    })
}

/// What was said of a bullet stays: neither is it vetted twice, nor does a retired one come back without a reason.
fn settled(bullet: &Bullet, to: Status, reasoned: bool) -> Option<AppError> {
    let ruling = match bullet.status {
        Status::Candidate => None,
        Status::Vetted => bullet.vetted.as_ref().filter(|_| to == Status::Vetted),
        Status::Retired => bullet.retired.as_ref().filter(|_| to == Status::Retired || !reasoned),
    }?;
    let by = ruling.by.as_ref().map_or(String::new(), |by| format!(" by {by}"));
    let why = ruling.why.as_ref().map_or(String::new(), |why| format!(": {why}"));
    let (id, status, day) = (&bullet.id, bullet.status.name(), &ruling.on);
    let hint = match (bullet.status, to) {
        (Status::Retired, Status::Retired) => "nothing was changed: it is out of use".to_owned(),
        (Status::Retired, _) => format!("say why it comes back: `assessor bullets vet {id} --by NAME --why TEXT`"),
        _ => "nothing was changed; `assessor bullets retire` takes it out of use".to_owned(),
    };
    Some(AppError::input(format!("the bullet `{id}` was {status} on {day}{by}{why}"), hint))
}

/// The ids that have a word in common with what was typed, or one that is a slip of the keys away.
fn nearest(library: &Library, typed: &str) -> String {
    let near = |own: &str, word: &str| own == word || (word.len() > 3 && distance(own, word) <= word.len() / 4);
    let alike = |id: &&str| {
        let words = || typed.split('-').filter(|word| word.len() > 2);
        words().any(|word| id.split('-').any(|own| near(own, word)))
    };
    let mut ids: Vec<&str> = library.bullets.iter().map(|bullet| bullet.id.as_str()).filter(alike).collect();
    ids.sort_by_key(|id| distance(id, typed));
    ids.truncate(SUGGESTED);
    match ids.as_slice() {
        [] => "`assessor bullets list` shows those that it has".to_owned(),
        ids => format!("did you mean {}?", ids.join(", ")),
    }
}

fn short(what: &str, text: Option<&str>) -> Result<(), AppError> {
    match text {
        Some(text) if text.trim().is_empty() => {
            Err(AppError::input(format!("the {what} is empty"), "say it in a few words: others have to understand it"))
        }
        Some(text) if text.chars().count() > LONGEST => {
            Err(AppError::input(format!("the {what} has more than {LONGEST} characters"), "say it in a sentence"))
        }
        _ => Ok(()),
    }
}
