//! No text, name, number or label of a train or dev example stands in a candidate.
//!
//! | found by | what |
//! |---|---|
//! | runs of words | [`ITEM`] words of an item; [`SAID`] of a human rationale, or a clause that is [`COPIED`] a rationale |
//! | names | capitalised inside sentences of examples and hardly ever small; acronyms; annotators |
//! | tokens | ids, codes like `NIM-7170`, numbers that stand under few queries |
//! | topics | two neighbouring words of a query or title of which one is no ordinary word |
//! | addresses | URLs, hosts, mail addresses, exact dates: in no general rule, whoever wrote them |
//! | quotations | words in quotation marks that an example says |
//! | labels | a rating given to a topic of the examples, or a list of ratings |
//!
//! Whatever the rubric or the base prompt says is allowed.
//!
//! Why these lengths. Of the ordinary rules that it was tried on, none shares more than three words in a row with an
//! item, and a shared run of five is almost surely copied: so [`ITEM`] is 5. Rationales are criticism, as rules are, and
//! the two share set phrases (`a different product with a similar name` is seven words of an honest rule): so [`SAID`]
//! is 8, and shorter runs count when they are nearly the whole of a clause, as a copied sentence is.
//!
//! What it cannot see: paraphrases; a single ordinary word of an example; names written small (`nimbra`) unless with
//! their neighbour; German names, when the examples have other German nouns in capitals, are still found, but so are
//! those nouns in a German prompt; and what the judge said, which is in no example.

mod index;

pub(super) use index::Index;

use super::finding::{Check, Violation};
use super::pattern::{folded_pattern, pattern};
use super::text::{Phrases, Piece, Word, clauses, phrase, sentences, words};
use index::{QUOTED, codes, content, says_something};
use regex::{Matches, Regex};
use std::collections::HashSet;
use std::sync::LazyLock;

/// Words in a row that an item and a candidate may not share.
pub(super) const ITEM: usize = 5;
/// Words in a row that a rationale and a candidate may not share.
pub(super) const SAID: usize = 8;
/// Shortest run of a rationale that counts when it fills its clause.
pub(super) const CLAUSE: usize = 4;
/// Share of a clause, in fifths, that is a copy.
const COPIED: usize = 4;

/// The addresses in a folded text.
fn addresses(low: &str) -> Matches<'static, '_> {
    // Most lines hold none, and a look at their bytes tells.
    let may = |pair: &[u8]| pair[0] == b'@' || pair == b":/" || pair[0] == b'.' && !pair[1].is_ascii_whitespace();
    let possible = low.as_bytes().windows(2).any(may);
    ADDRESS.find_iter(if possible { low } else { "" })
}

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    folded_pattern(
        r"\b(?:https?|ftp)://[^\s)>\x22”]+|\bwww\.[^\s)>\x22”]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|app|example|local|internal|corp|intra|intranet|lan|edu|gov|co|eu|uk|de|fr|ch|at|us|ai)\b(?:/[^\s)>\x22”]*)?",
    )
});
/// Characters of a quotation; longer ones are runs of words.
const LONGEST_QUOTE: usize = 120;
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    let month = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
    folded_pattern(&format!(
        r"\b\d{{4}}-\d{{2}}-\d{{2}}\b|\b\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}\b|\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{month}\b(?:\s+\d{{4}})?|\b{month}\s+\d{{1,2}}(?:st|nd|rd|th)?\b|\b{month}\s+\d{{4}}\b"
    ))
});
static QUOTE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#""([^"\n]+)"|“([^”\n]+)”|`([^`\n]+)`|«([^»\n]+)»|(?:^|\s)'([^'\n]+)'(?:\W|$)|‘([^’\n]+)’"#)
});
/// A certain rating is given.
static RATES: LazyLock<Regex> = LazyLock::new(|| {
    folded_pattern(
        r"\b(?:rate|rated|rating|rates|score|scored|give|gives|gets?|is|are|assign|assigned|deserves?|expected?|expect|gold|label|labelled|graded?|means)\b\s*(?:it|them|this|these|is|of|as|at|with|to|:|=)*\s*(?:an?\s+|the rating\s+)?-?\d{1,2}\b(?:\s*(?:\.|,|;|$|and|to|for))|[=:→>]\s*-?\d{1,2}\s*(?:\.|,|;|$)",
    )
});
/// A rating that people or the judge gave to one item.
static GIVEN: LazyLock<Regex> = LazyLock::new(|| {
    folded_pattern(
        r"\b(?:expected|predicted|gold|correct|true|human|annotators?['’]?s?|judge['’]?s?|actual)\s+(?:rating|label|score|grade|answer)?s?\s*(?:is|was|of|:|=|said)?\s*-?\d{1,2}\b|\b(?:expected|predicted)\s+-?\d{1,2}\b|\bthe human (?:wrote|said|rationale)\b|\bgot\s+-?\d{1,2}\b|\brated\s+(?:it\s+)?-?\d{1,2}\s+by\b",
    )
});
/// `key: 3`, twice or more in a line, or a key with digits once: a list of labels.
static LABELLED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[\s,;|(])(?P<key>[\p{L}\p{N}][\p{L}\p{N}_./#-]*)[\x22'”’`)]?\s*(?:=>|->|→|:|=|\|)\s*-?\d{1,2}(?:[\s,;|.)]|$)",
    )
});

impl Index {
    /// How many examples there are.
    pub(super) fn examples(&self) -> usize {
        self.examples
    }

    /// Finds what the added lines share with the examples.
    pub(super) fn check(&self, added: &[Piece<'_>], low: &[Piece<'_>], found: &mut Vec<Violation>) {
        for (line, low) in added.iter().zip(low) {
            let mut leaks = Leaks { line: *line, low: *low, found, seen: HashSet::new() };
            let words = words(line);
            self.runs(line, &words, &mut leaks);
            self.addresses(&mut leaks);
            self.tokens(line, &words, &mut leaks);
            self.quotations(&mut leaks);
            self.labels(line, &mut leaks);
            for pair in words.windows(2).filter(|pair| self.topics.contains(&phrase(pair))) {
                leaks.add("names the topic of an example", pair[0].start, pair[1].end());
            }
        }
    }

    fn runs(&self, line: &Piece<'_>, words: &[Word<'_>], leaks: &mut Leaks<'_, '_>) {
        for (from, to) in self.shared(words, ITEM, &self.item_runs) {
            leaks.add("copies text from an example's item", words[from].start, words[to - 1].end());
        }
        for (from, to) in self.shared(words, SAID, &self.said_runs) {
            leaks.add("copies a human rationale", words[from].start, words[to - 1].end());
        }
        for clause in clauses(line) {
            let inside = self::words(&clause);
            for (from, to) in self.shared(&inside, CLAUSE, &self.said_short) {
                let telling = says_something(&inside[from..to]) || to - from >= ITEM;
                if telling && (to - from) * (COPIED + 1) >= inside.len() * COPIED {
                    leaks.add("copies a human rationale", inside[from].start, inside[to - 1].end());
                }
            }
        }
    }

    /// Maximal runs of words all of whose `n` neighbours stand in `runs` and not in the rubric.
    fn shared(&self, words: &[Word<'_>], n: usize, runs: &Phrases) -> Vec<(usize, usize)> {
        let mut found: Vec<(usize, usize)> = Vec::new();
        for (at, window) in words.windows(n).enumerate() {
            if !runs.contains(&phrase(window)) || self.is_own(window) {
                continue;
            }
            match found.last_mut() {
                Some(last) if last.1 >= at => last.1 = at + n,
                _ => found.push((at, at + n)),
            }
        }
        found
    }

    fn addresses(&self, leaks: &mut Leaks<'_, '_>) {
        let line = leaks.line;
        for hit in addresses(leaks.low.text) {
            leaks.add(
                "an address belongs to an example, not to a general rule",
                line.start + hit.start(),
                line.start + hit.end(),
            );
        }
        for hit in DATE.find_iter(leaks.low.if_digits()) {
            leaks.add(
                "an exact date belongs to an example, not to a general rule",
                line.start + hit.start(),
                line.start + hit.end(),
            );
        }
    }

    fn tokens(&self, line: &Piece<'_>, words: &[Word<'_>], leaks: &mut Leaks<'_, '_>) {
        for (code, piece) in codes(line).filter(|(code, _)| self.codes.contains(code)) {
            leaks.add("an id or code of an example", piece.start, piece.start + code.len().min(piece.text.len()));
        }
        for (at, word) in words.iter().enumerate() {
            let counted =
                words.get(at + 1).is_some_and(|w| matches!(&*w.lower, "words" | "characters" | "tokens" | "letters"));
            let reason = if self.annotators.contains(&*word.lower) && !super::words::is_ordinary(&word.lower) {
                "the name of an annotator"
            } else if word.is_acronym() && self.acronyms.contains(word.text) {
                "an acronym of an example"
            } else if word.is_capitalised() && self.names.contains(&*word.lower) {
                "a name of an example"
            } else if self.numbers.contains(&*word.lower) && !counted {
                "a number of an example"
            } else {
                continue;
            };
            leaks.add(reason, word.start, word.end());
        }
    }

    fn quotations(&self, leaks: &mut Leaks<'_, '_>) {
        let line = leaks.line;
        for hit in QUOTE.captures_iter(line.text) {
            let Some(inner) = hit.iter().skip(1).flatten().next() else { continue };
            if inner.as_str().chars().count() > LONGEST_QUOTE {
                continue;
            }
            let words = words(&line.part(inner.start(), inner.end()));
            if !(2..=QUOTED).contains(&words.len()) || content(&words) == 0 || self.is_own(&words) {
                continue;
            }
            if self.quotable.contains(&phrase(&words)) {
                leaks.add("quotes an example", line.start + inner.start(), line.start + inner.end());
            }
        }
    }

    fn labels(&self, line: &Piece<'_>, leaks: &mut Leaks<'_, '_>) {
        let low = leaks.low;
        for hit in GIVEN.find_iter(leaks.low.text) {
            leaks.add("repeats a rating that an example was given", line.start + hit.start(), line.start + hit.end());
        }
        let keys: Vec<_> = LABELLED.captures_iter(low.if_digits()).collect();
        let is_id = |key: &str| key.chars().any(|c| c.is_ascii_digit()) && key.chars().any(char::is_alphabetic);
        for hit in &keys {
            let (Some(all), key) = (hit.get(0), &hit["key"]) else { continue };
            if keys.len() >= 2 || is_id(key) {
                leaks.add("a list of ratings", line.start + all.start(), line.start + all.end());
            }
        }
        for sentence in sentences(line) {
            if !RATES.is_match(sentence.over(&low).if_digits()) {
                continue;
            }
            let topic = words(&sentence).into_iter().find(|word| self.topical.contains(&*word.lower));
            if let Some(topic) = topic {
                leaks.add("rates a topic of the examples", topic.start, topic.end());
            }
        }
    }
}

/// Findings of one line; one place is told once.
struct Leaks<'a, 'v> {
    line: Piece<'a>,
    /// The line, folded.
    low: Piece<'a>,
    found: &'v mut Vec<Violation>,
    seen: HashSet<(usize, usize)>,
}

impl Leaks<'_, '_> {
    fn add(&mut self, reason: &str, start: usize, end: usize) {
        let inside = self.seen.iter().any(|(from, to)| *from <= start && end <= *to);
        if !inside && self.seen.insert((start, end)) {
            self.found.push(Violation::at(Check::Leak, reason, start, end));
        }
    }
}
