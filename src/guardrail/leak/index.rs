//! What the examples say, as sets that a candidate's words are looked up in. Built once.

use super::{CLAUSE, ITEM, SAID, addresses};
use crate::feedback::Example;
use crate::guardrail::text::{Phrases, Piece, Word, folded, lines, phrase, words};
use crate::guardrail::words::is_ordinary;
use crate::rubric::Rubric;
use std::collections::{HashMap, HashSet};

/// Longest phrase that is known when it stands in quotation marks.
pub(super) const QUOTED: usize = 4;
/// Queries that a number may occur in and still be rare.
const RARE: usize = 2;
/// A name stands capitalised so many times as often as small: handles and labels write names small (`#nimbra-help`).
const CAPITALISED: u32 = 4;

/// Names that people have everywhere: an annotator called this gives nothing away.
const ROLES: &[&str] = &["human", "expert", "annotator", "assessor", "judge", "crowd", "gold", "consensus", "nobody"];

/// The words of train and dev.
#[derive(Clone, Debug, Default)]
pub(in crate::guardrail) struct Index {
    pub(super) examples: usize,
    /// Runs of [`ITEM`] words of queries, titles, documents and metadata.
    pub(super) item_runs: Phrases,
    /// Runs of [`SAID`] words of human rationales.
    pub(super) said_runs: Phrases,
    /// Runs of [`CLAUSE`] words of human rationales.
    pub(super) said_short: Phrases,
    /// Runs of 2 to [`QUOTED`] words of anything.
    pub(super) quotable: Phrases,
    /// Two neighbouring words of a query or title, one of them no ordinary word.
    pub(super) topics: Phrases,
    /// Words of queries and titles that are not ordinary.
    pub(super) topical: HashSet<String>,
    /// Capitalised inside sentences and hardly ever small: names.
    pub(super) names: HashSet<String>,
    pub(super) acronyms: HashSet<String>,
    pub(super) annotators: HashSet<String>,
    /// Tokens of letters and digits, and ids of items and queries.
    pub(super) codes: HashSet<String>,
    /// Numbers of three digits and more that stand under few queries, years apart.
    pub(super) numbers: HashSet<String>,
    /// Words of the rubric and the base prompt: allowed wherever else they stand.
    pub(super) own: HashSet<String>,
    own_text: String,
    own_runs: Phrases,
}

/// What is counted while texts are read.
#[derive(Default)]
struct Seen<'a> {
    /// Capitalised words inside sentences.
    capitals: HashMap<String, u32>,
    small: HashMap<String, u32>,
    /// Queries under which a number stands.
    groups: HashMap<String, HashSet<&'a str>>,
}

impl Index {
    /// Indexes `examples`; what `own` says is not theirs.
    pub(in crate::guardrail) fn new<'a>(
        own: impl Iterator<Item = &'a str>,
        rubric: &'a Rubric,
        examples: impl Iterator<Item = &'a Example>,
    ) -> Self {
        let mut index = Self::default();
        for text in own.chain(rubric.fields.iter().map(|field| field.name.as_str())) {
            index.own_text.push_str(text);
            index.own_text.push('\n');
            for line in lines(text) {
                let words = words(&line);
                index.own.extend(words.iter().map(|word| word.lower.to_string()));
                for n in 2..=SAID {
                    index.own_runs.extend(words.windows(n).map(phrase));
                }
            }
        }
        let mut seen = Seen::default();
        for example in examples {
            index.examples += 1;
            index.read(example, &mut seen);
        }
        index.settle(seen);
        index
    }

    fn read<'a>(&mut self, example: &'a Example, seen: &mut Seen<'a>) {
        let item = &example.item;
        let group = item.group.as_str();
        for id in [item.id.as_str(), group] {
            if id.len() >= 3 && id.chars().any(|c| c.is_ascii_digit()) {
                self.codes.insert(id.to_lowercase());
            }
        }
        for heading in std::iter::once(item.query.as_str()).chain(item.title.as_deref()) {
            self.heading(heading);
            self.text(heading, group, ITEM, seen);
        }
        self.text(&item.document, group, ITEM, seen);
        for value in item.meta.values() {
            self.text(value, group, ITEM, seen);
        }
        for opinion in &example.opinions {
            let name = opinion.annotator.to_lowercase();
            if name.chars().count() >= 3 && !ROLES.contains(&name.as_str()) && !self.own.contains(&name) {
                self.annotators.insert(name);
            }
            if let Some(rationale) = &opinion.rationale {
                self.text(rationale, group, SAID, seen);
            }
        }
    }

    fn heading(&mut self, text: &str) {
        for line in lines(text) {
            let words = words(&line);
            for pair in words.windows(2) {
                let plain = pair.iter().all(|w| w.lower.chars().count() >= 2 && !w.function);
                if plain && pair.iter().any(|w| self.is_topical(w)) && !self.own_runs.contains(&phrase(pair)) {
                    self.topics.insert(phrase(pair));
                }
            }
            let topical = words.iter().filter(|word| self.is_topical(word));
            let topical: Vec<String> = topical.map(|word| word.lower.to_string()).collect();
            self.topical.extend(topical);
        }
    }

    fn is_topical(&self, word: &Word<'_>) -> bool {
        word.lower.chars().count() >= 3
            && word.lower.chars().any(char::is_alphabetic)
            && !is_ordinary(&word.lower)
            && !self.own.contains(&*word.lower)
    }

    fn text<'a>(&mut self, text: &'a str, group: &'a str, run: usize, seen: &mut Seen<'a>) {
        for line in lines(text) {
            let words = words(&line);
            let runs = if run == ITEM { &mut self.item_runs } else { &mut self.said_runs };
            runs.extend(words.windows(run).filter(|w| says_something(w)).map(phrase));
            if run == SAID {
                self.said_short.extend(words.windows(CLAUSE).map(phrase));
            }
            for n in 2..=QUOTED {
                self.quotable.extend(words.windows(n).filter(|w| content(w) >= 1).map(phrase));
            }
            // What stands in an address is small there, and may be a name all the same.
            let addresses: Vec<_> = addresses(&folded(line.text)).map(|hit| hit.range()).collect();
            for word in words.iter().filter(|word| !addresses.iter().any(|a| a.contains(&(word.start - line.start)))) {
                seen.word(word, group);
                if word.is_acronym() {
                    self.acronyms.insert(word.text.to_owned());
                }
            }
            self.codes.extend(codes(&line).map(|(code, _)| code));
        }
    }

    fn settle(&mut self, seen: Seen<'_>) {
        let (own, own_text) = (&self.own, self.own_text.to_lowercase());
        let known = |word: &str| own.contains(word) || is_ordinary(word);
        self.acronyms.retain(|a| !known(&a.to_lowercase()) && !seen.small.contains_key(&a.to_lowercase()));
        self.annotators.retain(|name| !seen.small.contains_key(name));
        let is_name = |(name, times): &(String, u32)| {
            !known(name) && *times >= CAPITALISED * seen.small.get(name).copied().unwrap_or(0)
        };
        self.names = seen.capitals.into_iter().filter(is_name).map(|(name, _)| name).collect();
        self.codes.retain(|code| !own_text.contains(code.as_str()));
        for (word, groups) in seen.groups {
            if groups.len() <= RARE && !own.contains(&word) {
                self.numbers.insert(word);
            }
        }
    }

    /// The rubric or the base prompt says these words itself.
    pub(super) fn is_own(&self, words: &[Word<'_>]) -> bool {
        self.own_runs.contains(&phrase(words))
    }
}

impl<'a> Seen<'a> {
    fn word(&mut self, word: &Word<'_>, group: &'a str) {
        if !word.is_capitalised() {
            count(&mut self.small, &word.lower);
        } else if !word.opens {
            count(&mut self.capitals, &word.lower);
        }
        let digits = word.text.chars().all(|c| c.is_ascii_digit());
        let year = digits && word.text.len() == 4 && (word.text.starts_with("19") || word.text.starts_with("20"));
        if digits && word.text.len() >= 3 && !year {
            self.groups.entry(word.lower.to_string()).or_default().insert(group);
        }
    }
}

/// One more of a word; a word that is known costs no allocation.
fn count(words: &mut HashMap<String, u32>, word: &str) {
    match words.get_mut(word) {
        Some(times) => *times += 1,
        None => {
            words.insert(word.to_owned(), 1);
        }
    }
}

/// Words that carry content.
pub(super) fn content(words: &[Word<'_>]) -> usize {
    words.iter().filter(|word| !word.function).count()
}

/// Runs of grammar alone (`in the case of the`) stand in every text.
pub(super) fn says_something(words: &[Word<'_>]) -> bool {
    content(words) >= 2
}

/// Tokens with both letters and digits, like `NIM-7170`, lower-cased, and where they begin; `10th` is none.
pub(super) fn codes<'a>(line: &Piece<'a>) -> impl Iterator<Item = (String, Piece<'a>)> + use<'a> {
    let line = *line;
    let mut at = 0;
    let tokens = line.text.split_inclusive(|c: char| c.is_whitespace() || ",;()\"“”".contains(c)).map(move |token| {
        let start = at;
        at += token.len();
        let edge = |c: char| !c.is_alphanumeric();
        let from = token.len() - token.trim_start_matches(edge).len();
        let text = token.trim_matches(edge);
        line.part(start + from, start + from + text.len())
    });
    tokens.filter(|token| is_code(token.text)).map(|token| (token.text.to_lowercase(), token))
}

fn is_code(token: &str) -> bool {
    let digits = token.chars().filter(char::is_ascii_digit).count();
    let letters = token.chars().filter(|c| c.is_alphabetic()).count();
    let ordinal = digits <= 2 && ["st", "nd", "rd", "th"].iter().any(|end| token.ends_with(end)) && letters == 2;
    // `2-year-old`, `5-point` are words; a code has its digits at the end or in the middle of letters.
    let counted = token.split(['-', '–']).next().is_some_and(|head| head.chars().all(|c| c.is_ascii_digit()));
    digits > 0 && letters > 0 && token.chars().count() >= 3 && !ordinal && !(counted && digits <= 2)
}
