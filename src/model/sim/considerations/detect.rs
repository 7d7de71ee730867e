//! What a judge notices in an item. One detector per consideration, over the words of the request and nothing else.

use super::super::impression::{Reading, covered};
use super::super::words::{Language, Word, content};
use super::cues::Cue;
use super::{Consideration as C, Set};

/// Documents older than this are old, in months.
const OLD: i32 = 24;
/// Below this share of the query's words a document is not about it.
const ABOUT: f64 = 0.4;

/// Everything that can be noticed, whether the judge will make something of it or not.
pub(in super::super) fn notice(r: &Reading) -> Set {
    let mut all = Set::NONE;
    let mut see = |c, seen| {
        if seen {
            all.insert(c);
        }
    };
    let cues = &r.cues;
    let on_subject = r.coverage >= ABOUT;
    let question = cues.has(Cue::Question) || cues.has(Cue::NoAnswer);
    see(C::Outdated, r.age_months.is_some_and(|age| age > OLD) && !r.wants.has(Cue::History));
    see(C::Superseded, cues.has(Cue::Superseded));
    see(C::Draft, cues.has(Cue::Draft));
    see(C::Question, question && r.substance * 8 < r.body.len());
    see(C::LinkOnly, cues.has(Cue::Link) && r.body.len() < 70 && r.substance < 9 && !question);
    let passing = passing(r);
    see(C::Passing, passing);
    let playful = cues.has(Cue::Leisure) && r.substance * 5 < r.body.len();
    let empty = on_subject && (playful || r.substance * 30 <= r.body.len()) && !question && !cues.has(Cue::Link);
    see(C::Keywords, empty && !passing);
    see(C::Acronym, spelled_out(r));
    see(C::Partial, half_covered(r));
    see(C::WrongEntity, sibling(r));
    see(C::WrongLanguage, foreign(r));
    see(C::TypeMismatch, wrong_type(r));
    see(C::Scope, excluded(r));
    see(C::Authoritative, cues.has(Cue::Authority) && on_subject);
    see(C::Confirmed, cues.has(Cue::Confirmed) && on_subject);
    let bare = !question && !cues.has(Cue::Link) && !empty;
    see(C::ShortExact, r.body.len() < super::super::impression::THIN && r.substance >= 1 && bare);
    see(C::Buried, buried(r));
    all
}

/// A word of capitals in the query that the text only has spelled out: words in a row with these initials.
fn spelled_out(r: &Reading) -> bool {
    let Some((acronym, letters)) = &r.acronym else { return false };
    let has = |words: &[Word]| words.iter().any(|w| w.hash == acronym.hash);
    let long = |words: &[Word]| {
        words.windows(letters.len()).any(|run| run.iter().zip(letters).all(|(w, l)| w.initial == *l && w.len > 2))
    };
    !has(&r.body) && !has(&r.title) && (long(&r.body) || long(&r.title))
}

/// The query joins two questions and the text has the words of only one.
fn half_covered(r: &Reading) -> bool {
    r.one_half().is_some() && r.coverage >= 0.3
}

/// `Harbor Desk` was asked for and the text only knows `Harbor Ledger`.
fn sibling(r: &Reading) -> bool {
    let mut seen = false;
    for (family, member) in &r.names {
        let texts = || r.title.iter().chain(&r.body);
        if texts().any(|w| w.hash == member.hash) {
            continue;
        }
        let name =
            |p: &&[Word]| p[0].capital && p[1].capital && p[0].sentence == p[1].sentence && p[1].number.is_none();
        let pairs: Vec<&[Word]> = r.title.windows(2).chain(r.body.windows(2)).filter(name).collect();
        if texts().any(|w| w.hash == family.hash) {
            seen |= pairs.iter().any(|p| p[0].hash == family.hash);
        } else {
            // neither name: a text that keeps naming something else is about that
            let often =
                |p: &&[Word]| pairs.iter().filter(|q| q[0].hash == p[0].hash && q[1].hash == p[1].hash).count() > 2;
            seen |= pairs.iter().any(often);
        }
    }
    seen
}

fn foreign(r: &Reading) -> bool {
    let wanted = [
        (Cue::WantEn, Language::En),
        (Cue::WantDe, Language::De),
        (Cue::WantFr, Language::Fr),
        (Cue::WantEs, Language::Es),
    ];
    let asked = wanted.into_iter().find(|(cue, _)| r.wants.has(*cue)).map(|(_, l)| l).or(r.query_language);
    matches!((asked, r.language), (Some(asked), Some(is)) if asked != is)
}

fn wrong_type(r: &Reading) -> bool {
    let wanted = [
        (Cue::WantPolicy, "policy"),
        (Cue::WantMinutes, "minutes"),
        (Cue::WantTicket, "ticket"),
        (Cue::WantSpec, "spec"),
    ];
    let asked = wanted.into_iter().find(|(cue, _)| r.wants.has(*cue));
    asked.is_some_and(|(_, kind)| !r.kind.is_empty() && !r.kind.to_ascii_lowercase().contains(kind))
}

/// The sentence that limits the text leaves out the group after the query's "for".
fn excluded(r: &Reading) -> bool {
    if r.audience.is_empty() {
        return false;
    }
    let names_it = |at: usize| {
        let sentence = r.body[at].sentence;
        r.body.iter().filter(|w| w.sentence == sentence).any(|w| r.audience.contains(&w.stem))
    };
    r.cues.places(Cue::ScopeNot).any(names_it) || r.cues.places(Cue::ScopeOnly).any(|at| !names_it(at))
}

/// A remark in passing, and the rest of the text is about something else.
fn passing(r: &Reading) -> bool {
    let named = |s: u32| r.names.iter().any(|(a, b)| a.stem == s || b.stem == s);
    let subject: Vec<u32> = r.query.iter().copied().filter(|s| !named(*s)).collect();
    let elsewhere = |at: usize| {
        let sentence = r.body[at].sentence;
        // a remark may run over an abbreviation or a colon into the next sentence
        let rest = r.body.iter().filter(|w| w.sentence < sentence || w.sentence > sentence + 1);
        let rest: Vec<u32> = rest.map(|w| w.stem).collect();
        covered(&subject, &rest) < 0.6
    };
    r.cues.places(Cue::Passing).any(elsewhere)
}

/// A long text, and few of its sentences share a word with the query.
fn buried(r: &Reading) -> bool {
    if r.body.len() < 95 || r.coverage < ABOUT {
        return false;
    }
    let (mut sentences, mut about) = (0usize, 0usize);
    for words in r.body.chunk_by(|a, b| a.sentence == b.sentence).filter(|s| s.len() >= 4) {
        sentences += 1;
        about += usize::from(words.iter().any(|w| content(w) && r.query.contains(&w.stem)));
    }
    sentences >= 6 && about * 2 < sentences
}
