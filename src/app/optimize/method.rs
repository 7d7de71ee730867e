//! The ways of searching that a user can ask for.

use super::data::Data;
use crate::app::bullets::Place;
use crate::app::{AppError, Project};
use crate::domain::{self, ItemId};
use crate::guardrail;
use crate::judge::JudgeSpec;
use crate::optimize::bootstrap::{self, Bootstrap};
use crate::optimize::copro::{self, Copro};
use crate::optimize::demos::possible;
use crate::optimize::flywheel::{self, Flywheel};
use crate::optimize::gepa::{self, Gepa};
use crate::optimize::library::draft::{self, Draft};
use crate::optimize::library::{self, Bullets, Rule};
use crate::optimize::limits::Limits;
use crate::optimize::mipro::{self, Mipro};
use crate::optimize::published::Published;
use crate::optimize::stages::{Stage, Stages};
use crate::optimize::strategy::Strategy;
use crate::rubric::bullets::{Bullet, Library};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Judge calls of a search where nothing is limited.
const SEARCH_CALLS: u64 = 1_500;
/// Of drafting rules.
const DRAFT_CALLS: u64 = 400;
/// Of several ways after each other, with a third judge on the held-out part.
const REGIMES_CALLS: u64 = 2_000;

/// How a prompt is searched for.
#[derive(Clone, Debug, PartialEq)]
pub enum Method {
    /// See [`gepa`].
    Gepa(gepa::Knobs),
    /// See [`crate::optimize::published`].
    Published,
    /// See [`flywheel`].
    Flywheel(flywheel::Knobs),
    /// See [`library`]; the library's file where it is not beside the rubric.
    Bullets(library::Knobs, Option<PathBuf>),
    /// See [`draft`]; the library's file likewise. It changes no prompt and opens nothing.
    Draft(draft::Knobs, Option<PathBuf>),
    /// See [`mipro`].
    Mipro(mipro::Knobs),
    /// See [`bootstrap`].
    Bootstrap(bootstrap::Knobs),
    /// See [`copro`].
    Copro(copro::Knobs),
    /// Several after each other: see [`stages`](crate::optimize::stages).
    Regimes(Vec<Regime>),
}

/// A way of carrying a judge to another model, by how much of the prompt may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regime {
    /// The whole text, by reflection.
    Rewrite,
    /// No word of the text: rated examples are shown beside it, for models that do not follow words.
    Demos,
    /// The whole text, in the simplest loop.
    Flywheel,
    /// Vetted bullets of the library only.
    Bullets,
}

impl Regime {
    /// All that `auto` tries, in this order.
    pub const AUTO: [Self; 3] = [Self::Rewrite, Self::Demos, Self::Bullets];

    /// As it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rewrite => "rewrite",
            Self::Demos => "demos",
            Self::Flywheel => "flywheel",
            Self::Bullets => "bullets",
        }
    }

    /// Its share of the budget, relative to others'. Most of what a prompt lacks is told in words.
    fn share(self) -> f64 {
        match self {
            Self::Rewrite => 6.0,
            Self::Demos => 3.0,
            Self::Flywheel => 2.0,
            Self::Bullets => 4.0,
        }
    }

    fn stage(
        self,
        project: &Project,
        judge: &JudgeSpec,
        rubric: Option<&Path>,
        data: &Data,
    ) -> Result<Stage, AppError> {
        let strategy: Box<dyn Strategy> = match self {
            Self::Rewrite => Box::new(Gepa::new(gepa::Knobs::default())),
            Self::Demos => Box::new(Bootstrap::new(bootstrap::Knobs { search: 4, ..bootstrap::Knobs::a_step() })),
            Self::Flywheel => Box::new(Flywheel::new(flywheel::Knobs::default())),
            Self::Bullets => Method::Bullets(library::Knobs::default(), None).strategy(project, judge, rubric, data)?,
        };
        Ok(Stage { name: self.name(), share: self.share(), strategy })
    }
}

impl Method {
    /// The strategy, at its beginning; the library is looked for beside the file `rubric`, where one was named.
    pub(super) fn strategy(
        &self,
        project: &Project,
        judge: &JudgeSpec,
        rubric: Option<&Path>,
        data: &Data,
    ) -> Result<Box<dyn Strategy>, AppError> {
        let place = |file: &Option<PathBuf>| Place::of(project, &judge.rubric, rubric, file.as_deref());
        let library = |file: &Option<PathBuf>| Ok::<_, AppError>(place(file).read()?.library);
        Ok(match self {
            Self::Gepa(knobs) => Box::new(Gepa::new(knobs.clone())),
            Self::Published => Box::<Published>::default(),
            Self::Flywheel(knobs) => Box::new(Flywheel::new(knobs.clone())),
            Self::Mipro(_) | Self::Bootstrap(_) if !possible(&judge.rubric) => return Err(no_examples()),
            Self::Mipro(knobs) => Box::new(Mipro::new(knobs.clone())),
            Self::Bootstrap(knobs) => Box::new(Bootstrap::new(knobs.clone())),
            Self::Copro(knobs) => Box::new(Copro::new(knobs.clone())),
            Self::Bullets(knobs, file) => {
                reachable(knobs)?;
                let place = place(file);
                let library = place.read()?.library;
                let sources = sources(&library, data)?;
                Box::new(Bullets::new(knobs.clone(), vetted(&library, &place)?, sources))
            }
            Self::Draft(knobs, file) => {
                let known = place(file).read_or_begin()?.library.bullets.iter().map(rule).collect();
                Box::new(Draft::new(knobs.clone(), known))
            }
            Self::Regimes(regimes) => {
                // Of several ways, one that there is nothing for is left out.
                let vetted = library(&None)?.vetted().next().is_some();
                let can = |regime: &Regime| match regime {
                    Regime::Bullets => vetted,
                    Regime::Demos => possible(&judge.rubric),
                    Regime::Rewrite | Regime::Flywheel => true,
                };
                let used = regimes.iter().filter(|regime| regimes.len() == 1 || can(regime));
                let stage = |regime: &Regime| regime.stage(project, judge, rubric, data);
                Box::new(Stages::new(used.map(stage).collect::<Result<_, _>>()?))
            }
        })
    }

    /// What may be spent: `limits`, or the judge calls that are usual for this method where nothing is limited.
    pub(super) fn limits(
        &self,
        limits: Limits,
        project: &Project,
        judge: &JudgeSpec,
        rubric: Option<&Path>,
    ) -> Result<Limits, AppError> {
        if limits != Limits::default() {
            return Ok(limits);
        }
        let calls = match self {
            Self::Bullets(_, file) => {
                let library = Place::of(project, &judge.rubric, rubric, file.as_deref()).read()?.library;
                library::default_calls(library.vetted().count())
            }
            Self::Draft(..) => DRAFT_CALLS,
            Self::Regimes(_) => REGIMES_CALLS,
            _ => SEARCH_CALLS,
        };
        Ok(Limits { judge_calls: Some(calls), ..limits })
    }

    /// The library that bullets were chosen from, where it is not the one that every command finds by itself.
    pub(super) fn library(&self, project: &Project, judge: &JudgeSpec, rubric: Option<&Path>) -> Option<PathBuf> {
        match self {
            Self::Bullets(_, file) if file.is_some() || rubric.is_some() => {
                Some(Place::of(project, &judge.rubric, rubric, file.as_deref()).path)
            }
            _ => None,
        }
    }

    /// Whether a model may be asked to write something.
    pub(super) fn writes(&self) -> bool {
        match self {
            Self::Bullets(..) | Self::Bootstrap(_) => false,
            Self::Regimes(regimes) => regimes.iter().any(|regime| matches!(regime, Regime::Rewrite | Regime::Flywheel)),
            Self::Gepa(_) | Self::Published | Self::Flywheel(_) | Self::Draft(..) | Self::Mipro(_) | Self::Copro(_) => {
                true
            }
        }
    }

    /// Whether the held-out part may be opened at the end, so that calls for it are set aside.
    pub(super) fn decides(&self) -> bool {
        !matches!(self, Self::Draft(..))
    }
}

/// No prompt may have so many more words that the guardrails stop it whatever is chosen.
fn reachable(knobs: &library::Knobs) -> Result<(), AppError> {
    let grows = guardrail::Limits::default().growth_words;
    // The line above the rules, and the mark of one rule.
    let most = grows - 2;
    if knobs.words <= most {
        return Ok(());
    }
    Err(AppError::input(
        format!(
            "`--words {}` can never be reached: a guardrail lets a prompt grow by {grows} words, marks included",
            knobs.words
        ),
        format!("allow at most `--words {most}`; a judge that reads more rules follows each of them less"),
    ))
}

fn no_examples() -> AppError {
    AppError::input(
        "the contract computes the rating from several fields, and people rated none of them: no example can be made",
        "search with `assessor optimize gepa`, or use a rubric whose contract asks for the rating itself",
    )
}

fn rule(bullet: &Bullet) -> Rule {
    Rule { id: bullet.id.clone(), text: bullet.text.clone() }
}

fn vetted(library: &Library, place: &Place) -> Result<Vec<Rule>, AppError> {
    let rules: Vec<Rule> = library.vetted().map(rule).collect();
    if !rules.is_empty() {
        return Ok(rules);
    }
    let (message, hint) = match library.bullets.len() {
        0 => (
            format!("the library of the rubric `{}` has no bullets", library.rubric),
            "begin it with `assessor bullets add TEXT --author NAME`, or `assessor bullets draft`; `--library FILE` names another",
        ),
        n => (
            format!("no bullet of the {n} in the library is vetted"),
            "read them with `assessor bullets list`, and vet those that you stand for: `assessor bullets vet ID --by NAME`",
        ),
    };
    Err(AppError::Input {
        message,
        place: Some(domain::Place::file(place.path.display().to_string())),
        hint: hint.to_owned(),
    })
}

/// The items that vetted bullets were written from. On those they flatter: they are left out of the search, and may not be
/// among what is held out.
fn sources(library: &Library, data: &Data) -> Result<BTreeSet<ItemId>, AppError> {
    let seen: BTreeSet<&ItemId> = data.train.0.iter().chain(&data.dev.0).map(|example| &example.item.id).collect();
    let rated: BTreeMap<&str, &ItemId> = data.evidence.labelled.iter().map(|l| (l.id.as_str(), &l.id)).collect();
    let mut sources = BTreeSet::new();
    for bullet in library.vetted() {
        for &id in bullet.source.iter().filter_map(|id| rated.get(id.as_str())) {
            if !seen.contains(id) {
                return Err(AppError::input(
                    format!("the bullet `{}` was written from the item `{id}`, which is held out now", bullet.id),
                    "use the `--seed` and `--split` that it was drafted with, or a column `purpose` that fixes the parts: what \
                     decides must not have been seen before",
                ));
            }
            sources.insert(id.clone());
        }
    }
    Ok(sources)
}
