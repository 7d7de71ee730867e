//! Instruction libraries: `<rubric>.bullets.toml` ↔ [`Library`]. Pure: texts in, texts out.
//!
//! A bullet is one general rule in a single line. Somebody writes it, or a model drafts it; it stays a candidate, and no
//! prompt gets it, until a person has vetted it.

mod edit;
mod file;

pub use edit::{added, retired, vetted};
pub use file::{LARGEST, LibraryFile, NAMES, is_name, load, unfit, unfit_about};

use serde::Serialize;

/// The library that ships with the binary, for the shipped rubric.
pub const SHIPPED: &str = include_str!("../../../rubrics/relevance.bullets.toml");

/// The bullets of a rubric, in the order of their file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Library {
    /// The rubric's id.
    pub rubric: String,
    /// Its bullets.
    pub bullets: Vec<Bullet>,
}

/// One general rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bullet {
    /// Unique in its library: lower-case letters, digits, `-`, `_`.
    pub id: String,
    /// The rule: a single line.
    pub text: String,
    /// Who wrote it.
    pub author: String,
    /// The items whose disagreements it was written from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub source: Vec<String>,
    /// Whether prompts may have it.
    pub status: Status,
    /// What it is about, for filters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Who vetted it, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vetted: Option<Ruling>,
    /// Why it was retired, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retired: Option<Ruling>,
}

/// Whether prompts may have a bullet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Proposed: nobody has vetted it, and no prompt gets it.
    Candidate,
    /// A person stands for it.
    Vetted,
    /// Not to be used any more.
    Retired,
}

impl Status {
    /// As it is written in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Candidate => "candidate",
            Self::Vetted => "vetted",
            Self::Retired => "retired",
        }
    }
}

/// What somebody decided about a bullet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ruling {
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The day, as `2026-11-20`.
    pub on: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Library {
    /// The bullet with this id.
    pub fn find(&self, id: &str) -> Option<&Bullet> {
        self.bullets.iter().find(|bullet| bullet.id == id)
    }

    /// The bullets that prompts may have.
    pub fn vetted(&self) -> impl Iterator<Item = &Bullet> {
        self.bullets.iter().filter(|bullet| bullet.status == Status::Vetted)
    }

    /// An id for a rule that has none: its first words that say something, with a number where that is taken.
    pub fn name_for(&self, text: &str) -> String {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() > 3).take(4);
        let slug: Vec<String> = words.map(str::to_ascii_lowercase).collect();
        let slug = if slug.is_empty() { "bullet".to_owned() } else { slug.join("-") };
        let slug: String = slug.chars().take(48).collect();
        let numbered = (2..).map(|n: u32| format!("{slug}-{n}"));
        std::iter::once(slug.clone()).chain(numbered).find(|id| self.find(id).is_none()).unwrap_or(slug)
    }
}

/// The shipped library.
///
/// # Panics
/// Never: a test reads the same text.
pub fn shipped() -> Library {
    load("rubrics/relevance.bullets.toml", SHIPPED).expect("the shipped library is valid")
}

#[cfg(test)]
mod tests;
