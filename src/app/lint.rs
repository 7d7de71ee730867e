//! The checks on revised prompts, run on any prompt by hand.

use super::text_file::TextFile;
use super::{AppError, JudgeRequest, Project, Shipped};
use crate::audit::Opinion;
use crate::domain::{Dev, Item, ItemId, Place, Train};
use crate::feedback::Example;
use crate::guardrail::{Check, Guard, Limits, Violation};
use crate::labels::{self, ReadOptions};
use crate::prompt::Prompt;
use crate::rubric::Rubric;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Largest file that is read as a prompt.
const LARGEST: u64 = 1 << 20;

/// What to check, against what.
#[derive(Clone, Debug)]
pub struct LintRequest {
    /// The prompt; `-` is standard input.
    pub file: PathBuf,
    /// The rubric; the shipped one when absent.
    pub rubric: Option<PathBuf>,
    /// Items that nothing may be copied from; the shipped ones when absent.
    pub items: Option<PathBuf>,
    /// Their human ratings.
    pub human: Option<PathBuf>,
    /// How files are read.
    pub read: ReadOptions,
}

/// What the checks found.
#[derive(Clone, Debug, Serialize)]
pub struct Linted {
    /// As it was named.
    pub file: String,
    /// The rubric's id.
    pub rubric: String,
    /// Rated items that the text was compared with.
    pub examples: usize,
    /// Checks that were made.
    pub checks: usize,
    /// What is wrong; empty when nothing is.
    pub faults: Vec<Fault>,
}

/// One violation, with its place for people.
#[derive(Clone, Debug, Serialize)]
pub struct Fault {
    /// The violation; its span is in bytes of the editable text.
    #[serde(flatten)]
    pub violation: Violation,
    /// Line from 1.
    pub line: Option<u64>,
    /// Column in characters from 1.
    pub column: Option<u64>,
    /// Characters on that line.
    #[serde(skip)]
    pub width: usize,
    /// The line.
    #[serde(skip)]
    pub source: Option<String>,
}

impl Fault {
    /// In one line: place, check, reason and span.
    pub fn said(&self, file: &str) -> String {
        match (self.line, self.column) {
            (Some(line), Some(column)) => format!("{file}:{line}:{column}: {}", self.violation),
            _ => format!("{file}: {}", self.violation),
        }
    }
}

/// Checks a prompt as a revision of the rubric's own prompt.
///
/// # Errors
/// [`AppError`] when a file cannot be read or is wrong.
pub fn lint(project: &Project, request: &LintRequest) -> Result<Linted, AppError> {
    let judge = JudgeRequest { rubric: request.rubric.clone(), ..JudgeRequest::default() };
    let rubric = project.rubric(&judge)?;
    let base = Prompt::of(&rubric);
    let text = read(&request.file)?;
    let prompt = match text.trim_start().starts_with('{') {
        true => serde_json::from_str::<Prompt>(&text).map_err(|e| AppError::Input {
            message: format!("no prompt in JSON: {e}"),
            place: Some(Place::file(request.file.display().to_string())),
            hint: "give the text alone, or an object with `instruction`, `bullets`, `demos` and `contract`".into(),
        })?,
        false => base.revised(&text),
    };
    let (items, human) = (request.items.as_deref(), request.human.as_deref());
    let examples = examples(project, items, human, &request.read, &rubric)?;
    Ok(Linted {
        file: request.file.display().to_string(),
        examples: examples.len(),
        // A prompt that stands alone has no parent and no prompts before it.
        checks: Check::ALL.len() - 2,
        faults: faults(&rubric, &prompt, &text, examples),
        rubric: rubric.id,
    })
}

/// What is wrong with `prompt`, read from `text`, as a revision of the rubric's own prompt.
pub(super) fn faults(rubric: &Rubric, prompt: &Prompt, text: &str, examples: Vec<Example>) -> Vec<Fault> {
    let guard = Guard::new(rubric, &Prompt::of(rubric), &Train(examples), &Dev(Vec::new()), Limits::default());
    let editable = prompt.editable();
    guard.check(prompt, None).into_iter().map(|violation| fault(violation, &editable, text)).collect()
}

/// Places are those of the file: the same line there. A prompt in JSON has none, its lines are told from its editable
/// text.
fn fault(violation: Violation, editable: &str, file: &str) -> Fault {
    let Some(span) = violation.span else {
        return Fault { violation, line: None, column: None, width: 0, source: None };
    };
    let mut place = Place::in_text("", editable, span.start);
    if let (Some(source), Some(line)) = (&place.source, place.line) {
        let same = |text: &str| text.trim_end() == source.trim_end();
        let before = editable.lines().take(line as usize - 1).filter(|text| same(text)).count();
        let there = file.lines().enumerate().filter(|(_, text)| same(text)).nth(before);
        place.line = there.map_or(place.line, |(at, _)| Some(at as u64 + 1));
    }
    let inside = editable.get(span.start..span.end).unwrap_or("");
    let width = inside.lines().next().unwrap_or("").chars().count();
    Fault { violation, line: place.line, column: place.column, width, source: place.source }
}

fn read(path: &Path) -> Result<String, AppError> {
    let prompt = TextFile { what: "prompt", most: LARGEST, hint: "name a text file, or `-` for standard input" };
    if path == Path::new("-") { prompt.text(path, Ok(std::io::stdin().lock())) } else { prompt.read(path) }
}

/// The rated items that were named, or the shipped ones.
pub(super) fn examples(
    project: &Project,
    items: Option<&Path>,
    human: Option<&Path>,
    read: &ReadOptions,
    rubric: &Rubric,
) -> Result<Vec<Example>, AppError> {
    let defaults = &project.config.defaults;
    let (items, human) = match (items, human, &defaults.items) {
        (None, None, None) => {
            let (items, human) = Shipped::labels(project)?;
            (items, Some(human))
        }
        (None, None, Some(items)) => (items.clone(), defaults.human.clone()),
        (Some(items), human, _) => (items.to_owned(), human.map(Path::to_owned)),
        (None, Some(_), _) => {
            return Err(AppError::input("ratings without items say nothing", "name the items with `--items FILE`"));
        }
    };
    let mut known: BTreeMap<ItemId, Item> = BTreeMap::new();
    for item in labels::open_items(&items, read)? {
        let item = item?;
        if known.insert(item.id.clone(), item).is_some() {
            // It says which, and where.
            labels::check_items(&items, read)?;
        }
    }
    let ratings = labels::read_human(human.as_deref().unwrap_or(&items), rubric.scale, read)?;
    let mut opinions: BTreeMap<ItemId, Vec<Opinion>> = BTreeMap::new();
    for r in ratings.ratings {
        let opinion = Opinion { annotator: r.annotator.to_string(), rating: r.rating, rationale: r.rationale };
        opinions.entry(r.item).or_default().push(opinion);
    }
    let rated = opinions.into_iter().filter_map(|(id, opinions)| Some((known.remove(&id)?, opinions)));
    Ok(rated.filter_map(|(item, opinions)| Example::new(Arc::new(item), opinions, rubric.scale)).collect())
}
