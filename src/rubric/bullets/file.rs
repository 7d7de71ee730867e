//! `*.bullets.toml` → [`Library`]: is every bullet a single line, and is it said who stands for it?

use super::super::RubricError;
use super::{Bullet, Library, Ruling, Status};
use crate::domain::Place;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::ops::Range;
use toml::Spanned;

/// Bytes of a library.
pub const LARGEST: u64 = 1 << 20;
/// Bullets of a library: more than anybody vets.
const MOST: usize = 1_000;
/// Characters of a rule: what a judge reads at a glance.
const LONGEST: usize = 300;
/// Characters of an id, a name, a tag.
const NAME: usize = 60;
/// Tags of a bullet, and items that it was written from.
const TAGS: usize = 20;
const SOURCES: usize = 500;

/// A library as it stands in its file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LibraryFile {
    /// Id of the rubric that the bullets are for.
    #[schemars(with = "String")]
    rubric: Spanned<String>,
    /// The bullets.
    #[serde(default)]
    #[schemars(with = "Vec<BulletFile>")]
    bullet: Vec<Spanned<BulletFile>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct BulletFile {
    /// Short name: lower-case letters, digits, `-`, `_`.
    #[schemars(with = "String")]
    id: Spanned<String>,
    /// The rule: one line of at most 300 characters.
    #[schemars(with = "String")]
    text: Spanned<String>,
    /// Who wrote it.
    author: String,
    /// Ids of the items whose disagreements it was written from.
    #[serde(default)]
    source: Vec<String>,
    /// Whether prompts may have it.
    status: Status,
    /// What it is about.
    #[serde(default)]
    tags: Vec<String>,
    /// Who vetted it: `{ by, on, why? }`.
    #[schemars(with = "Option<Ruling>")]
    vetted: Option<Spanned<Ruling>>,
    /// Why it was retired: `{ why, on, by? }`.
    #[schemars(with = "Option<Ruling>")]
    retired: Option<Spanned<Ruling>>,
}

/// Reads a library; `path` is only for messages.
///
/// # Errors
/// [`RubricError`] with line and column: no TOML, an unknown or missing key, an id or a text that is none or stands there
/// twice, a status without the person or the reason that it needs.
pub fn load(path: &str, text: &str) -> Result<Library, RubricError> {
    let reader = Reader { path, text };
    let file: LibraryFile = toml::from_str(text).map_err(|e| {
        let hint = "compare with `rubrics/relevance.bullets.toml`, or print the schema: `assessor schema bullets`";
        reader.error(e.span().unwrap_or(0..0), e.message().to_owned(), hint)
    })?;
    reader.name(&file.rubric, "rubric id")?;
    if let Some(first) = file.bullet.get(MOST) {
        let message = format!("the library has more than {MOST} bullets");
        return Err(reader.error(first.span(), message, "remove the retired ones, or keep a library for each rubric"));
    }
    let (mut ids, mut texts) = (BTreeSet::new(), BTreeSet::new());
    for bullet in &file.bullet {
        let bullet = bullet.get_ref();
        if !ids.insert(bullet.id.get_ref().as_str()) {
            let message = format!("two bullets have the id `{}`", bullet.id.get_ref());
            return Err(reader.error(bullet.id.span(), message, "give each its own id: reports and versions name it"));
        }
        if !texts.insert(bullet.text.get_ref().trim().to_lowercase()) {
            let hint = "remove one of the two: nobody could tell what each of them does";
            return Err(reader.error(bullet.text.span(), "two bullets have the same text".into(), hint));
        }
    }
    let bullets = file.bullet.into_iter().map(|entry| reader.bullet(entry)).collect::<Result<_, _>>()?;
    Ok(Library { rubric: file.rubric.into_inner(), bullets })
}

/// Why a text is no rule, if it is none; with what to do.
pub fn unfit(text: &str) -> Option<(String, &'static str)> {
    let bare = text.trim();
    match () {
        () if bare.is_empty() => Some(("the rule is empty".to_owned(), "write a general rule in one line")),
        () if bare.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) => {
            Some(("the rule has more than one line".to_owned(), "write one line; two rules are two bullets"))
        }
        () if bare.chars().count() > LONGEST => {
            Some((format!("the rule has more than {LONGEST} characters"), "say it shorter; two rules are two bullets"))
        }
        () if bare.starts_with(['-', '*', '•']) => {
            Some(("the rule begins with a mark".to_owned(), "write the text alone: the prompt sets the `- ` before it"))
        }
        () => None,
    }
}

/// Why nothing can be written of a rule with this author, these tags and these sources, by the option that is at fault; with
/// what to do.
pub fn unfit_about(author: &str, tags: &[String], sources: &[String]) -> Option<(String, &'static str)> {
    const SHORT: &str = "keep tags to a word or two";
    let (blank, long) = (|text: &str| text.trim().is_empty(), |text: &str| text.chars().count() > NAME);
    let who = "name who answers questions about the rule";
    match () {
        () if blank(author) => Some(("`--author` is empty".to_owned(), who)),
        () if long(author) => Some((format!("`--author` has more than {NAME} characters"), who)),
        () if tags.iter().any(|tag| blank(tag)) => Some(("a `--tag` is empty".to_owned(), SHORT)),
        () if tags.iter().any(|tag| long(tag)) => Some((format!("a `--tag` has more than {NAME} characters"), SHORT)),
        () if tags.len() > TAGS => Some((format!("{} times `--tag`; {TAGS} are allowed", tags.len()), SHORT)),
        () if sources.len() > SOURCES => {
            let message = format!("{} times `--source`; {SOURCES} are allowed", sources.len());
            Some((message, "keep the sources that say the most"))
        }
        () => None,
    }
}

/// What an id is made of.
pub const NAMES: &str = "use lower-case letters, digits, `-` and `_`, at most 60";

/// Whether a text can be an id.
pub fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    !text.is_empty() && text.len() <= NAME && text.chars().all(plain)
}

struct Reader<'a> {
    path: &'a str,
    text: &'a str,
}

impl Reader<'_> {
    fn error(&self, span: Range<usize>, message: String, hint: &str) -> RubricError {
        RubricError::new(message, Place::in_text(self.path, self.text, span.start), hint)
    }

    fn name(&self, name: &Spanned<String>, what: &str) -> Result<(), RubricError> {
        let text = name.get_ref();
        if is_name(text) {
            return Ok(());
        }
        let message = format!("`{}` is no {what}", text.chars().take(NAME).collect::<String>());
        Err(self.error(name.span(), message, NAMES))
    }

    fn bullet(&self, entry: Spanned<BulletFile>) -> Result<Bullet, RubricError> {
        let at = entry.span();
        let file = entry.into_inner();
        self.name(&file.id, "bullet id")?;
        if let Some((message, hint)) = unfit(file.text.get_ref()) {
            return Err(self.error(file.text.span(), message, hint));
        }
        let id = file.id.get_ref();
        let long = |text: &str, most: usize| text.trim().is_empty() || text.chars().count() > most;
        if long(&file.author, NAME) {
            let message = format!("the author of `{id}` is empty, or longer than {NAME} characters");
            return Err(self.error(at, message, "name who answers questions about it"));
        }
        if file.tags.len() > TAGS || file.source.len() > SOURCES || file.tags.iter().any(|tag| long(tag, NAME)) {
            let message = format!("`{id}` has more than {TAGS} tags or {SOURCES} source items, or a tag that is none");
            return Err(self.error(at, message, "keep tags to a word or two, and the sources that say the most"));
        }
        self.rulings(&file, at)?;
        Ok(Bullet {
            id: file.id.into_inner(),
            text: file.text.into_inner().trim().to_owned(),
            author: file.author,
            source: file.source,
            status: file.status,
            tags: file.tags,
            vetted: file.vetted.map(Spanned::into_inner),
            retired: file.retired.map(Spanned::into_inner),
        })
    }

    /// A status is only worth what stands behind it.
    fn rulings(&self, file: &BulletFile, at: Range<usize>) -> Result<(), RubricError> {
        let id = file.id.get_ref();
        let day = |ruling: &Ruling| {
            let digits = |part: &str, n: usize| part.len() == n && part.bytes().all(|b| b.is_ascii_digit());
            let parts: Vec<&str> = ruling.on.split('-').collect();
            matches!(parts.as_slice(), [y, m, d] if digits(y, 4) && digits(m, 2) && digits(d, 2))
        };
        let said = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
        for ruling in [&file.vetted, &file.retired].into_iter().flatten() {
            if !day(ruling.get_ref()) {
                let message = format!("`{}` is no day", ruling.get_ref().on);
                return Err(self.error(ruling.span(), message, "write it as `on = \"2026-11-20\"`"));
            }
        }
        let vetted = file.vetted.as_ref().map(Spanned::get_ref);
        let retired = file.retired.as_ref().map(Spanned::get_ref);
        let (message, hint) = match (file.status, vetted, retired) {
            (Status::Candidate, None, None) | (Status::Retired, None, Some(_)) => ("", ""),
            (Status::Vetted, Some(ruling), None) | (Status::Retired, Some(ruling), Some(_)) if said(&ruling.by) => {
                ("", "")
            }
            (Status::Vetted, _, None) => (
                "is vetted, and nobody stands for it",
                "`assessor bullets vet ID --by NAME` writes who vetted it, and when",
            ),
            (Status::Retired, _, None) => {
                ("is retired, and nothing says why", "`assessor bullets retire ID --why TEXT` writes why, and when")
            }
            (Status::Retired, Some(_), Some(_)) => {
                ("was vetted, and nobody stands for it", "name who vetted it: `by = …`")
            }
            (Status::Candidate | Status::Vetted, ..) => {
                ("has a status that its `vetted` and `retired` contradict", "set the status, or remove the line")
            }
        };
        if !message.is_empty() {
            return Err(self.error(at, format!("`{id}` {message}"), hint));
        }
        match retired.filter(|ruling| !said(&ruling.why)) {
            Some(_) => {
                let message = format!("`{id}` is retired, and nothing says why");
                Err(self.error(at, message, "add `why = …`: somebody will propose it again"))
            }
            None => Ok(()),
        }
    }
}
