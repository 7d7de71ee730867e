//! What makes a document more or less relevant than its subject alone suggests.
//!
//! The names are shared by the judges, which look for signs of these in the text of a request (`detect.rs`), and by the
//! world, which knows them because it wrote the documents. Nothing else is shared: the world's gold never asks a
//! detector, and a judge never sees the world.

pub(super) mod cues;
pub(super) mod detect;
pub(super) mod stated;

use std::fmt;

/// One thing to consider beside the subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Consideration {
    /// Several years old, and the query is about the present.
    Outdated,
    /// The query's words without the substance.
    Keywords,
    /// The query's acronym appears spelled out.
    Acronym,
    /// One half of a two-part query.
    Partial,
    /// A sister product or another meaning of the name.
    WrongEntity,
    /// Neither the query's language nor the one it asks for.
    WrongLanguage,
    /// Another kind of document than the query asks for.
    TypeMismatch,
    /// Says that it was moved or replaced.
    Superseded,
    /// Unreviewed or undecided.
    Draft,
    /// A question that nobody answers.
    Question,
    /// Only points elsewhere.
    LinkOnly,
    /// Leaves out the group or site that the query names.
    Scope,
    /// The subject comes up in passing.
    Passing,
    /// From the owner, approved or binding.
    Authoritative,
    /// Very short and exactly the answer.
    ShortExact,
    /// Somebody reports that it works.
    Confirmed,
    /// The answer is there, hidden in a long text about other things.
    Buried,
}

impl Consideration {
    /// All of them, in declaration order.
    pub const ALL: [Self; 17] = [
        Self::Outdated,
        Self::Keywords,
        Self::Acronym,
        Self::Partial,
        Self::WrongEntity,
        Self::WrongLanguage,
        Self::TypeMismatch,
        Self::Superseded,
        Self::Draft,
        Self::Question,
        Self::LinkOnly,
        Self::Scope,
        Self::Passing,
        Self::Authoritative,
        Self::ShortExact,
        Self::Confirmed,
        Self::Buried,
    ];

    /// The name in data files and tables.
    pub fn key(self) -> &'static str {
        match self {
            Self::Outdated => "outdated",
            Self::Keywords => "keywords",
            Self::Acronym => "acronym",
            Self::Partial => "partial",
            Self::WrongEntity => "wrong_entity",
            Self::WrongLanguage => "wrong_language",
            Self::TypeMismatch => "type_mismatch",
            Self::Superseded => "superseded",
            Self::Draft => "draft",
            Self::Question => "question",
            Self::LinkOnly => "link_only",
            Self::Scope => "scope",
            Self::Passing => "passing",
            Self::Authoritative => "authoritative",
            Self::ShortExact => "short_exact",
            Self::Confirmed => "confirmed",
            Self::Buried => "buried",
        }
    }

    /// Whether it makes a document more relevant than its subject alone suggests.
    pub fn raises(self) -> bool {
        matches!(self, Self::Acronym | Self::Authoritative | Self::ShortExact | Self::Confirmed)
    }
}

impl fmt::Display for Consideration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// A set of considerations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Set(u32);

impl Set {
    /// No consideration.
    pub const NONE: Self = Self(0);

    /// The set of `all`.
    pub fn of(all: &[Consideration]) -> Self {
        let mut set = Self::NONE;
        for &c in all {
            set.insert(c);
        }
        set
    }

    /// Adds one.
    pub fn insert(&mut self, c: Consideration) {
        self.0 |= 1 << c as u32;
    }

    /// Takes one out.
    pub fn remove(&mut self, c: Consideration) {
        self.0 &= !(1 << c as u32);
    }

    /// Whether it is in the set.
    pub fn has(self, c: Consideration) -> bool {
        self.0 & (1 << c as u32) != 0
    }

    /// Members in declaration order.
    pub fn iter(self) -> impl Iterator<Item = Consideration> {
        Consideration::ALL.into_iter().filter(move |&c| self.has(c))
    }

    /// How many.
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}
