//! A simulated judge without HTTP: the same replies as the server's, fast enough to measure a prompt on many thousand items.

use super::answer::{Family, KEPT, Shown};
use super::persona::{Persona, model};

/// Prompts that can be asked for in turn without being read anew for each item.
pub const PROMPTS: usize = KEPT;

/// A simulated judge, called as a function. **A measuring instrument**: no caller that optimises a prompt has it.
pub struct Direct {
    persona: &'static Persona,
    family: Family,
}

/// An item as the judge was shown it, read once for any number of prompts.
pub struct Item<'a>(Shown<'a>);

impl<'a> Item<'a> {
    /// Reads a user message.
    pub fn new(user: &'a str) -> Self {
        Self(Shown::new(user))
    }
}

/// What it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The text.
    pub content: String,
    /// `stop`, or `length` when it was cut.
    pub finish: &'static str,
}

impl Direct {
    /// The judge `sim/small` or another; `None` for a name that no simulated judge has. `seed` and `noise` are those of
    /// [`super::Options`].
    pub fn new(name: &str, seed: u64, noise: f64) -> Option<Self> {
        let persona = model(name).filter(|m| m.judge.is_some())?;
        Some(Self { persona, family: Family::new(seed, noise) })
    }

    /// What the server would reply to this system message and item, with `repeat` as the request's seed.
    pub fn reply(&self, system: &str, item: &Item<'_>, repeat: i64) -> Said {
        let traits = self.persona.judge.as_ref().expect("`new` takes judges only");
        let reply = self.family.reply(self.persona, traits, system, &item.0, repeat);
        Said { content: reply.content, finish: reply.finish }
    }
}
