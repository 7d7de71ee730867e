//! Which considerations an instruction states, and in which direction.
//!
//! A sentence (or bullet) states a consideration when it names the situation and says what follows: "Rate documents
//! that are several years old lower." Naming the contrary with the contrary direction is the same ("prefer recent
//! documents"). Naming it without a direction is a hint. The wrong direction is taken at its word.

use super::{Consideration, Set};
use memchr::memmem::Finder;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What an instruction says of one consideration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Stated {
    /// Nothing.
    #[default]
    No,
    /// That it is to be looked at.
    Hint,
    /// What follows from it.
    Rule,
    /// The contrary of what follows from it.
    Reversed,
}

#[derive(Deserialize)]
struct Vocabulary {
    about: Vec<Pattern>,
    opposite: Vec<Pattern>,
}

/// Phrases that must all be there: `a & b`. Read once: a reflector's message has thousands of places to look at.
#[derive(Deserialize)]
#[serde(from = "String")]
struct Pattern(Vec<Phrase>);

enum Phrase {
    /// Words as they stand, the last one perhaps only begun.
    Run(Box<Finder<'static>>),
    /// Words of which others than the last may be only begun.
    Words(Vec<Word>),
}

struct Word {
    text: String,
    begun: bool,
}

impl From<String> for Pattern {
    fn from(pattern: String) -> Self {
        Self(pattern.split(" & ").map(Phrase::new).collect())
    }
}

impl Phrase {
    fn new(phrase: &str) -> Self {
        if !phrase[..phrase.len() - 1].contains('*') {
            return Self::Run(Box::new(run(phrase)));
        }
        let word = |word: &str| Word { text: word.trim_end_matches('*').to_owned(), begun: word.ends_with('*') };
        Self::Words(phrase.split(' ').map(word).collect())
    }

    fn is_in(&self, text: &str) -> bool {
        match self {
            Self::Run(run) => run.find(text.as_bytes()).is_some(),
            Self::Words(words) => {
                let all: Vec<&str> = text.split_whitespace().collect();
                let fits =
                    |(w, word): (&&str, &Word)| if word.begun { w.starts_with(&word.text) } else { **w == word.text };
                all.windows(words.len()).any(|window| window.iter().zip(words).all(fits))
            }
        }
    }
}

/// A phrase at word borders: `stem*` ends anywhere.
fn run(phrase: &str) -> Finder<'static> {
    let needle = match phrase.strip_suffix('*') {
        Some(stem) => format!(" {stem}"),
        None => format!(" {phrase} "),
    };
    Finder::new(&needle).into_owned()
}

static VOCABULARY: LazyLock<Vec<(Consideration, Vocabulary)>> = LazyLock::new(|| {
    let mut file: BTreeMap<String, Vocabulary> =
        toml::from_str(include_str!("stated.toml")).expect("the embedded vocabulary is valid: a test reads it");
    let take = |c: Consideration| (c, file.remove(c.key()).expect("every consideration has a vocabulary"));
    Consideration::ALL.into_iter().map(take).collect()
});

const DOWN: [&str; 38] = [
    "lower*",
    "low",
    "less",
    "down",
    "downgrade*",
    "penal*",
    "reduc*",
    "subtract*",
    "minus",
    "deduct*",
    "at most",
    "no more than",
    "cap",
    "capped",
    "never above",
    "not above",
    "not exceed",
    "little use",
    "hardly",
    "worse",
    "weak*",
    "not useful",
    "useless",
    "below",
    "does not count",
    "discount*",
    "not relevant",
    "irrelevant",
    "1 or 2",
    "2 or 3",
    "a 1",
    "a 2",
    "distrust",
    "drop*",
    "decreas*",
    "demot*",
    "marginal",
    "take off",
];
const UP: [&str; 22] = [
    "higher",
    "raise*",
    "more relevant",
    "boost*",
    "reward*",
    "prefer*",
    "up",
    "bonus",
    "at least",
    "better",
    "add",
    "trust*",
    "full credit",
    "increas*",
    "counts as",
    "count as",
    "treat it as",
    "a 5",
    "4 or 5",
    "upgrade*",
    "still",
    "count in full",
];
/// Words that lower, true, and that raise.
static DIRECTIONS: LazyLock<Vec<(Finder<'static>, bool)>> = LazyLock::new(|| {
    DOWN.iter().map(|word| (run(word), true)).chain(UP.iter().map(|word| (run(word), false))).collect()
});
const NOT: [&str; 4] = ["not", "never", "nor", "avoid"];

/// A sentence as ` word word | word `, lower case, pauses as bars: patterns match at word borders.
fn normal(sentence: &str) -> String {
    let mut out = String::from(" ");
    for c in sentence.chars() {
        match c {
            c if c.is_alphanumeric() => out.extend(c.to_lowercase()),
            // a pause: no negation reaches over it
            ',' | ';' | ':' | '(' => out.push_str(" | "),
            _ if out.ends_with(' ') => {}
            _ => out.push(' '),
        }
    }
    out.push(' ');
    out
}

fn names(text: &str, patterns: &[Pattern]) -> bool {
    patterns.iter().any(|Pattern(phrases)| phrases.iter().all(|phrase| phrase.is_in(text)))
}

fn places(text: &str, run: &Finder<'_>) -> impl Iterator<Item = usize> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + run.find(&text.as_bytes()[from..])?;
        from = at + 1;
        Some(at)
    })
}

/// Whether a direction word stands in the text, negated ones counted for the other side.
fn directions(text: &str) -> (bool, bool) {
    let mut found = (false, false);
    for (run, down) in &*DIRECTIONS {
        for at in places(text, run) {
            let before: Vec<&str> = text[..at].split_whitespace().rev().take(3).take_while(|w| *w != "|").collect();
            let negated = before.iter().any(|w| NOT.contains(w)) || text[..at].ends_with(" don t");
            if *down != negated { found.0 = true } else { found.1 = true }
        }
    }
    found
}

/// Considerations that a sentence speaks of, in whatever direction.
pub(in super::super) fn mentioned(sentence: &str) -> Set {
    let text = normal(sentence);
    let mut all = Set::NONE;
    for (c, _) in VOCABULARY.iter().filter(|(_, v)| names(&text, &v.about)) {
        all.insert(*c);
    }
    all
}

/// What `sentences` state.
pub(in super::super) fn stated<'a>(sentences: impl Iterator<Item = &'a str>) -> [Stated; 17] {
    let mut all = [Stated::No; 17];
    for sentence in sentences {
        let text = normal(sentence);
        let (down, up) = directions(&text);
        for (c, vocabulary) in &*VOCABULARY {
            let (about, opposite) = (names(&text, &vocabulary.about), names(&text, &vocabulary.opposite));
            if !about && !opposite {
                continue;
            }
            let (with, against) = if c.raises() { (up, down) } else { (down, up) };
            let says = if about && with || opposite && against {
                Stated::Rule
            } else if about && against || opposite && with {
                Stated::Reversed
            } else {
                Stated::Hint
            };
            let slot = &mut all[*c as usize];
            *slot = match (*slot, says) {
                (Stated::Rule, Stated::Reversed) | (Stated::Reversed, Stated::Rule) => Stated::Hint,
                (Stated::No | Stated::Hint, s) => s,
                (kept, _) => kept,
            };
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use Consideration as C;

    fn of(text: &str, c: Consideration) -> Stated {
        stated(std::iter::once(text))[c as usize]
    }

    #[test]
    fn a_consideration_is_stated_in_many_words() {
        for text in [
            "Rate documents that are several years old lower.",
            "Prefer recent documents.",
            "Outdated pages deserve at most a 3.",
            "If the text is stale, take off a point.",
            "Do not rate an older page high; penalise it.",
        ] {
            assert_eq!(of(text, C::Outdated), Stated::Rule, "{text}");
        }
        assert_eq!(of("A short text that answers exactly must not be rated lower.", C::ShortExact), Stated::Rule);
        assert_eq!(of("An acronym that is spelled out counts as a match.", C::Acronym), Stated::Rule);
        assert_eq!(of("Trust official sources more: rate them higher.", C::Authoritative), Stated::Rule);
    }

    #[test]
    fn a_wrong_direction_is_taken_at_its_word_and_none_is_a_hint() {
        assert_eq!(of("Rate older documents higher.", C::Outdated), Stated::Reversed);
        assert_eq!(of("Do not penalise drafts.", C::Draft), Stated::Reversed);
        assert_eq!(of("Look at the date of the document.", C::Outdated), Stated::Hint);
        assert_eq!(of("Whether it is about the same product.", C::WrongEntity), Stated::Hint);
        assert_eq!(of("Be fair.", C::Outdated), Stated::No);
    }
}
