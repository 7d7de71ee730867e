//! Phrases found in a text in one pass over its words.

use super::super::words::{Word, hash};
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

/// What a phrase is a sign of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub(in super::super) enum Cue {
    Superseded,
    Draft,
    Question,
    NoAnswer,
    Link,
    Passing,
    ScopeOnly,
    ScopeNot,
    Authority,
    Confirmed,
    /// Something to do, or a definite figure: a sign of substance.
    Step,
    /// Play and leisure: words of the office used for something else.
    Leisure,
    History,
    WantPolicy,
    WantMinutes,
    WantTicket,
    WantSpec,
    WantEn,
    WantDe,
    WantFr,
    WantEs,
}

const KEYS: [(&str, Cue); 21] = [
    ("superseded", Cue::Superseded),
    ("draft", Cue::Draft),
    ("question", Cue::Question),
    ("no_answer", Cue::NoAnswer),
    ("link", Cue::Link),
    ("passing", Cue::Passing),
    ("scope_only", Cue::ScopeOnly),
    ("scope_not", Cue::ScopeNot),
    ("authority", Cue::Authority),
    ("confirmed", Cue::Confirmed),
    ("step", Cue::Step),
    ("leisure", Cue::Leisure),
    ("history", Cue::History),
    ("want_policy", Cue::WantPolicy),
    ("want_minutes", Cue::WantMinutes),
    ("want_ticket", Cue::WantTicket),
    ("want_spec", Cue::WantSpec),
    ("want_en", Cue::WantEn),
    ("want_de", Cue::WantDe),
    ("want_fr", Cue::WantFr),
    ("want_es", Cue::WantEs),
];

/// A phrase after its first word; `None` matches any word.
struct Phrase {
    rest: Vec<Option<u32>>,
    cue: Cue,
}

static PHRASES: LazyLock<HashMap<u32, Vec<Phrase>>> = LazyLock::new(|| {
    let file: BTreeMap<String, Vec<String>> =
        toml::from_str(include_str!("cues.toml")).expect("the embedded cues are valid: a test reads them");
    let mut all: HashMap<u32, Vec<Phrase>> = HashMap::new();
    for (key, cue) in KEYS {
        for phrase in &file[key] {
            let mut words = phrase.split(' ').map(|w| (w != "*").then(|| hash(w.as_bytes())));
            let first = words.next().flatten().expect("no phrase begins with a wildcard: a test reads them");
            all.entry(first).or_default().push(Phrase { rest: words.collect(), cue });
        }
    }
    all
});

/// The cues of a text.
#[derive(Default)]
pub(in super::super) struct Cues {
    counts: [u16; KEYS.len()],
    /// Cue, index of its first word, and its length in words; bounded.
    places: Vec<(Cue, usize, usize)>,
}

/// Places kept per text, steps aside: more would say nothing new.
const MAX_PLACES: usize = 64;

impl Cues {
    /// Finds the cues in `words`.
    pub(in super::super) fn find(words: &[Word]) -> Self {
        let mut cues = Self::default();
        for (i, word) in words.iter().enumerate() {
            for phrase in PHRASES.get(&word.hash).into_iter().flatten() {
                let tail = words.get(i + 1..i + 1 + phrase.rest.len());
                let fits = tail.is_some_and(|t| t.iter().zip(&phrase.rest).all(|(w, p)| p.is_none_or(|p| p == w.hash)));
                if fits {
                    cues.counts[phrase.cue as usize] = cues.counts[phrase.cue as usize].saturating_add(1);
                    if phrase.cue != Cue::Step && cues.places.len() < MAX_PLACES {
                        cues.places.push((phrase.cue, i, phrase.rest.len() + 1));
                    }
                }
            }
        }
        cues
    }

    /// How often.
    pub(in super::super) fn count(&self, cue: Cue) -> usize {
        usize::from(self.counts[cue as usize])
    }

    /// Whether at all.
    pub(in super::super) fn has(&self, cue: Cue) -> bool {
        self.count(cue) > 0
    }

    /// Indices of the words where it begins.
    pub(in super::super) fn places(&self, cue: Cue) -> impl Iterator<Item = usize> + '_ {
        self.places.iter().filter(move |(c, ..)| *c == cue).map(|(_, i, _)| *i)
    }

    /// Whether the word at `index` belongs to any phrase that was found, steps aside.
    pub(in super::super) fn covers(&self, index: usize) -> bool {
        self.places.iter().any(|(_, i, len)| (*i..i + len).contains(&index))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::words::words;
    use super::*;

    #[test]
    fn phrases_are_found_across_gaps_and_counted() {
        let mut all = Vec::new();
        words("This page has moved to X. Valid for the Turin plant only. Draft. DRAFT!", &mut all);
        let cues = Cues::find(&all);
        assert!(cues.has(Cue::Superseded) && cues.has(Cue::ScopeOnly));
        assert_eq!(cues.count(Cue::Draft), 2);
        assert!(!cues.has(Cue::Question));
    }
}
