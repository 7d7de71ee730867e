//! What a revised prompt must satisfy before money is spent on it. Pure, and cheap: no model is asked.
//!
//! [`Guard`] is built once from the rubric, the prompt that revisions start from, and the examples that they are
//! written from and compared on; it indexes those examples' words. [`Guard::check`] then says everything that is wrong
//! with a candidate, with the place in its editable text; [`Guard::screen`] is the only way to a [`Screened`] prompt,
//! and an engine evaluates nothing else.
//!
//! Only lines that the base prompt does not have are searched for faults; what the base says is the rubric's matter.
//! The checks read wordings, not meanings. What each cannot see stands in its own file, and in [`Check`].

mod anchors;
mod contract;
mod duplicate;
mod finding;
mod kept;
mod language;
mod leak;
mod orders;
mod pattern;
mod scale;
mod shape;
mod text;
mod words;

pub use duplicate::{is_about_the_same, says_the_same};
pub use finding::{Check, Span, Violation};

use crate::domain::{Dev, Train};
use crate::feedback::Example;
use crate::prompt::Prompt;
use crate::rubric::Rubric;
use regex::Regex;
use std::collections::HashSet;
use text::Piece;

/// How long a candidate may get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Words that a candidate may have beyond the base prompt's.
    pub growth_words: usize,
    /// Words of one line that the base does not have.
    pub line_words: usize,
    /// Bytes of the whole editable text, whatever the base; beyond them nothing else is checked.
    pub bytes: usize,
}

impl Default for Limits {
    /// 450 words more than the base: about thirty rules, and some 600 tokens on each call. 90 words in a line: a rule
    /// that needs more is an example or a list. 256 KiB: no prompt.
    fn default() -> Self {
        Self { growth_words: 450, line_words: 90, bytes: 256 << 10 }
    }
}

/// A prompt that passed every check. Only a [`Guard`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screened {
    prompt: Prompt,
}

impl Screened {
    /// The prompt.
    pub fn prompt(&self) -> &Prompt {
        &self.prompt
    }

    /// Gives the prompt up.
    pub fn into_prompt(self) -> Prompt {
        self.prompt
    }
}

/// Screens candidates for one optimisation.
#[derive(Clone, Debug)]
pub struct Guard {
    rubric: Rubric,
    /// The rubric's scale, and which end of it is good.
    ends: scale::Ends,
    base: Prompt,
    /// Lines of the base's editable text.
    base_lines: HashSet<String>,
    base_words: usize,
    limits: Limits,
    forbidden: Vec<(String, Regex)>,
    /// Wordings that give an anchor another name.
    renames: Regex,
    leaks: leak::Index,
    known: Vec<duplicate::Remembered>,
}

impl Guard {
    /// A guard for revisions of `base` under `rubric`, with the examples that nothing may be copied from.
    pub fn new(
        rubric: &Rubric,
        base: &Prompt,
        train: &Train<Vec<Example>>,
        dev: &Dev<Vec<Example>>,
        limits: Limits,
    ) -> Self {
        let editable = base.editable();
        let own = [editable.as_str(), base.contract.as_str(), &rubric.title, &rubric.task]
            .into_iter()
            .chain(rubric.invariants.iter().map(String::as_str))
            .chain(rubric.criteria.iter().map(String::as_str));
        // What a process compiles once for all its guards, beside what is read for this one.
        let patterns = || rayon::join(scale::prepare, || rayon::join(contract::prepare, orders::prepare));
        let index = || leak::Index::new(own, rubric, train.0.iter().chain(&dev.0));
        let (leaks, _) = rayon::join(index, patterns);
        let forbidden = rubric.forbidden.iter().map(|phrase| (phrase.clone(), kept::phrase_pattern(phrase)));
        Self {
            leaks,
            base_lines: text::lines(&editable).map(|line| line.text.to_owned()).collect(),
            base_words: shape::words(&editable),
            forbidden: forbidden.collect(),
            renames: anchors::renames(rubric),
            ends: scale::Ends::of(rubric),
            rubric: rubric.clone(),
            base: base.clone(),
            limits,
            known: Vec::new(),
        }
    }

    /// The prompt that revisions start from, unchecked: it is the rubric's own, and is what candidates must beat.
    pub fn baseline(&self) -> Screened {
        Screened { prompt: self.base.clone() }
    }

    /// Everything that is wrong with a candidate, by check and then by place. `parent` is what it was revised from;
    /// without it nothing is [`Check::Unchanged`].
    pub fn check(&self, candidate: &Prompt, parent: Option<&Prompt>) -> Vec<Violation> {
        let text = candidate.editable();
        if let Some(violation) = shape::too_large(&text, &self.limits) {
            return vec![violation];
        }
        let added: Vec<Piece<'_>> = text::lines(&text).filter(|l| !self.base_lines.contains(l.text)).collect();
        let folded = text::folded(&text);
        let all = Piece { text: &folded, start: 0 };
        let low: Vec<Piece<'_>> = added.iter().map(|line| line.over(&all)).collect();
        let mut found = Vec::new();
        scale::check(&low, &self.ends, &mut found);
        orders::check(&low, &mut found);
        anchors::check(&text, &added, &low, &self.rubric, &self.renames, &self.base, &mut found);
        contract::check(candidate, &self.base, &added, &low, &self.rubric.contract, &mut found);
        kept::check(&text, &added, &self.base, &self.rubric.frozen, &self.forbidden, &mut found);
        self.leaks.check(&added, &low, &mut found);
        shape::check(&text, &added, self.base_words, &self.base, &self.limits, &mut found);
        language::check(&added, &self.base, &mut found);
        duplicate::check(candidate, parent, &self.known, &mut found);
        for violation in &mut found {
            violation.quote_from(&text);
        }
        found.sort_by_key(|v| (v.check, v.span));
        found.dedup();
        found
    }

    /// The candidate as a prompt that may be evaluated.
    ///
    /// # Errors
    /// All its violations, when there is one.
    pub fn screen(&self, candidate: Prompt, parent: Option<&Prompt>) -> Result<Screened, Vec<Violation>> {
        let found = self.check(&candidate, parent);
        if found.is_empty() { Ok(Screened { prompt: candidate }) } else { Err(found) }
    }

    /// From now on a candidate that says the same as `prompt` is a duplicate. For rejected candidates and known ones.
    pub fn remember(&mut self, prompt: &Prompt) {
        self.known.push(duplicate::Remembered::new(prompt));
    }

    /// How many examples the leak check knows.
    pub fn examples(&self) -> usize {
        self.leaks.examples()
    }
}

#[cfg(test)]
mod tables;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod turned;
