//! The first impression of an item: how much of the query its text covers.

use super::considerations::cues::{Cue, Cues};
use super::item::Parts;
use super::words::{Language, Word, content, language, words};

/// Fewer words than this look thin to a hasty reader.
pub(super) const THIN: usize = 42;
/// Weight of a word of a name, against 1 for any other.
const NAME: f64 = 0.3;
/// The present as a sim knows it, in months since year 0: 2026-06.
const PRESENT: i32 = 2026 * 12 + 5;

/// An item as a judge has read it.
pub(super) struct Reading<'a> {
    /// Stems of the query's content words, once each.
    pub(super) query: Vec<u32>,
    /// The same for the two halves of a query that joins two questions; words of both are in neither.
    pub(super) halves: Option<(Vec<u32>, Vec<u32>)>,
    /// Names of two capitalised words in the query.
    pub(super) names: Vec<(Word, Word)>,
    /// The first word of capitals in the query, with its letters in lower case.
    pub(super) acronym: Option<(Word, Vec<u8>)>,
    /// Stems after the query's last "for".
    pub(super) audience: Vec<u32>,
    pub(super) query_language: Option<Language>,
    /// What the query asks for.
    pub(super) wants: Cues,
    pub(super) title: Vec<Word>,
    pub(super) body: Vec<Word>,
    /// Stems of title and body, sorted.
    pub(super) stems: Vec<u32>,
    /// Cues of the body.
    pub(super) cues: Cues,
    pub(super) language: Option<Language>,
    pub(super) kind: &'a str,
    pub(super) age_months: Option<i32>,
    /// Share of the query's words that title and body have, 0–1.
    pub(super) coverage: f64,
    /// Signs of substance: instructions, and figures twice.
    pub(super) substance: usize,
}

impl<'a> Reading<'a> {
    /// Reads an item.
    pub(super) fn of(parts: &Parts<'a>) -> Self {
        let (mut query_words, mut title, mut body) = (Vec::new(), Vec::new(), Vec::with_capacity(256));
        words(parts.query, &mut query_words);
        words(parts.title, &mut title);
        words(parts.document, &mut body);
        let wants = Cues::find(&query_words);
        let subject = query_words.iter().enumerate().filter(|(i, w)| content(w) && !wants.covers(*i));
        let query = distinct(subject.map(|(_, w)| w.stem));
        let mut stems: Vec<u32> = title.iter().chain(&body).filter(|w| content(w)).map(|w| w.stem).collect();
        stems.sort_unstable();
        stems.dedup();
        let cues = Cues::find(&body);
        let figures = body.iter().filter(|w| w.number.is_some()).count();
        let named = Language::named(parts.language);
        let language = named.or_else(|| language(&body));
        let query_language = language_of(&query_words);
        let names = names(&query_words);
        let mut reading = Self {
            halves: halves(&query_words, &names),
            acronym: acronym(parts.query, &query_words),
            audience: audience(&query_words),
            wants,
            age_months: age(parts.date, &body),
            kind: parts.kind,
            coverage: 0.0,
            substance: cues.count(Cue::Step) + 2 * figures,
            query,
            names,
            query_language,
            title,
            body,
            stems,
            cues,
            language,
        };
        reading.coverage = reading.share(None);
        if let Some((_, best)) = reading.one_half() {
            // a hasty reader is content with one answer
            reading.coverage = reading.coverage.max(best);
        }
        if matches!((reading.query_language, reading.language), (Some(a), Some(b)) if a != b) {
            reading.coverage = reading.coverage_across();
        }
        reading
    }

    /// Rating points on 1–5 that the subject alone would get from a hasty reader.
    pub(super) fn impression(&self) -> f64 {
        if self.query.is_empty() {
            return 3.0;
        }
        self.score(self.coverage) - self.thin()
    }

    /// What a hasty reader takes away because the text is short.
    pub(super) fn thin(&self) -> f64 {
        if self.body.len() < THIN { 0.25 * (self.score(self.coverage) - 1.0) } else { 0.0 }
    }

    /// What a short text gains when it is read as an answer, not weighed by its words.
    pub(super) fn gain_if_exact(&self) -> f64 {
        self.thin() + 0.4 * (4.0 - self.score(self.coverage)).max(0.0)
    }

    /// The shares of a two-part query's halves that the text has, lower first, when it has only one of them.
    pub(super) fn one_half(&self) -> Option<(f64, f64)> {
        let (first, second) = self.halves.as_ref()?;
        let (a, b) = (covered(first, &self.stems), covered(second, &self.stems));
        ((a - b).abs() > 0.5).then_some((a.min(b), a.max(b)))
    }

    /// What the impression would gain if the acronym's long form were taken for the acronym.
    pub(super) fn gain_if_spelled_out(&self) -> f64 {
        let acronym = self.acronym.as_ref().map(|(w, _)| w.stem);
        self.score(self.share(acronym).max(self.coverage)) - self.score(self.coverage)
    }

    fn score(&self, c: f64) -> f64 {
        // piecewise linear; the knots were fitted once to worlds of other seeds than the shipped one
        let knots = [(0.0, 1.0), (0.2, 1.1), (0.33, 1.8), (0.45, 2.4), (0.75, 3.3), (0.85, 3.85), (1.0, 4.45)];
        let i = knots.windows(2).position(|k| c <= k[1].0).unwrap_or(knots.len() - 2);
        let ((x0, y0), (x1, y1)) = (knots[i], knots[i + 1]);
        y0 + (y1 - y0) * (c - x0) / (x1 - x0)
    }

    /// Share of the query's words that the text has, or that are `granted`. Names count little: a text that
    /// has nothing but the name is not yet about it. Words for whom the query asks count where the text has them.
    fn share(&self, granted: Option<u32>) -> f64 {
        let named = |s: u32| self.names.iter().any(|(a, b)| a.stem == s || b.stem == s);
        let (mut all, mut found, mut whom) = (0.0, 0.0, 0.0);
        for &stem in &self.query {
            let weight = if named(stem) { NAME } else { 1.0 };
            all += weight;
            if self.stems.binary_search(&stem).is_ok() || granted == Some(stem) {
                found += weight;
            } else if self.audience.contains(&stem) && !named(stem) {
                whom += weight;
            }
        }
        if all - whom >= 2.0 { found / (all - whom) } else { found / f64::max(all, 1.0) }
    }

    /// Across languages only names, figures and long shared stems can be compared, so their share stands for all.
    fn coverage_across(&self) -> f64 {
        let has = |w: &Word| self.body.iter().chain(&self.title).any(|b| b.hash == w.hash);
        if self.names.is_empty() {
            return (self.coverage * 2.0).clamp(0.5, 0.8);
        }
        let found = self.names.iter().filter(|(a, b)| has(a) || has(b)).count();
        if found > 0 { 0.85 } else { self.coverage.max(0.6) }
    }
}

/// Share of `wanted` that is among `stems`; 0 when nothing is wanted.
pub(super) fn covered(wanted: &[u32], stems: &[u32]) -> f64 {
    if wanted.is_empty() {
        return 0.0;
    }
    wanted.iter().filter(|w| stems.contains(w)).count() as f64 / wanted.len() as f64
}

fn distinct(stems: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut all = Vec::new();
    for stem in stems {
        if !all.contains(&stem) {
            all.push(stem);
        }
    }
    all
}

fn language_of(words: &[Word]) -> Option<Language> {
    language(words)
}

const AND: [&[u8]; 4] = [b"and", b"und", b"et", b"y"];

/// Splits at the last "and", names left out.
fn halves(query: &[Word], names: &[(Word, Word)]) -> Option<(Vec<u32>, Vec<u32>)> {
    let and = query.iter().rposition(|w| AND.iter().any(|a| super::words::hash(a) == w.hash))?;
    let stems = |part: &[Word]| {
        let named = |w: &Word| names.iter().any(|(a, b)| a.hash == w.hash || b.hash == w.hash);
        distinct(part.iter().filter(|w| content(w) && !w.acronym && !named(w)).map(|w| w.stem))
    };
    let end = query.iter().rposition(is_for).filter(|f| *f > and).unwrap_or(query.len());
    let (mut first, mut second) = (stems(&query[..and]), stems(&query[and + 1..end]));
    let shared: Vec<u32> = first.iter().copied().filter(|s| second.contains(s)).collect();
    first.retain(|s| !shared.contains(s));
    second.retain(|s| !shared.contains(s));
    (!first.is_empty() && !second.is_empty()).then_some((first, second))
}

/// Pairs of capitalised words that are no acronyms.
fn names(query: &[Word]) -> Vec<(Word, Word)> {
    let name = |w: &Word| w.capital && !w.acronym && w.len >= 3;
    query.windows(2).filter(|p| name(&p[0]) && name(&p[1])).map(|p| (p[0], p[1])).collect()
}

fn acronym(text: &str, query: &[Word]) -> Option<(Word, Vec<u8>)> {
    let at = query.iter().position(|w| w.acronym)?;
    let letters = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).nth(at)?;
    Some((query[at], letters.bytes().map(|b| b.to_ascii_lowercase()).collect()))
}

const FOR: [&[u8]; 4] = [b"for", "für".as_bytes(), b"pour", b"para"];

fn is_for(word: &Word) -> bool {
    FOR.iter().any(|f| super::words::hash(f) == word.hash)
}

/// What stands after the last "for".
fn audience(query: &[Word]) -> Vec<u32> {
    let Some(at) = query.iter().rposition(is_for) else {
        return Vec::new();
    };
    query[at + 1..].iter().filter(|w| content(w)).map(|w| w.stem).collect()
}

/// Months since the document's date, or since the latest year that its text names.
fn age(date: &str, body: &[Word]) -> Option<i32> {
    let mut numbers = date.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse::<i32>().ok());
    if let Some(year) = numbers.next().filter(|y| (1980..2100).contains(y)) {
        let month = numbers.next().filter(|m| (1..=12).contains(m)).unwrap_or(6);
        return Some(PRESENT - (year * 12 + month - 1));
    }
    let years = body.iter().filter_map(|w| w.number).filter(|n| (1990..2100).contains(n));
    years.max().map(|year| PRESENT - (i32::from(year) * 12 + 5))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<'a>(query: &'a str, document: &'a str) -> Reading<'a> {
        Reading::of(&Parts { query, document, ..Parts::default() })
    }

    #[test]
    fn a_text_with_the_words_of_the_query_impresses_more_than_one_without() {
        let query = "renew the badge printer token";
        let long = "The badge printer has a token. Renewal of it is easy. ".repeat(5);
        let (about, not) = (read(query, &long).impression(), read(query, &"Lunch is served. ".repeat(20)).impression());
        assert!(about > 4.0 && not < 1.2, "{about} {not}");
    }

    #[test]
    fn age_comes_from_the_date_or_else_from_the_latest_year_in_the_text() {
        assert_eq!(age("2024-06-10", &[]), Some(24));
        assert_eq!(read("x", "Written in 2019, checked in March 2020.").age_months, Some(72));
        assert_eq!(age("", &[]), None);
    }
}
