//! Prompts of a run: differences by words, a card for each candidate, what guardrails stopped.

use super::optimization::tone;
use crate::optimize::event::Decision;
use crate::optimize::story::{Changed, Mean, Moved, Stage, Stopped, Story, Tried};
use crate::prompt::diff::{Line, Tag};
use crate::report::figures::{Unit, count};
use crate::report::plain::{plain, spaced};

/// Unchanged lines that are shown around a change.
const CONTEXT: usize = 1;
/// Candidates and refusals that are shown in full.
const CARDS: usize = 150;
/// Characters of a refused text in the page.
const EXCERPT: usize = 1_500;

/// A text with its changes.
pub(super) type Prose = Vec<Passage>;

/// Lines that are shown, or folded because nothing changed in them.
pub(super) struct Passage {
    /// How many lines are folded; 0 for lines that are shown.
    pub folded: usize,
    pub lines: Vec<Shown>,
}

/// A line.
pub(super) struct Shown {
    /// `same`, `added`, `removed` or `changed`.
    pub class: &'static str,
    pub sign: &'static str,
    /// `ins`, `del` or nothing, and the text.
    pub pieces: Vec<(&'static str, String)>,
}

impl Shown {
    fn new(line: &Line) -> Self {
        let whole = |class, sign, element, text: &str| Self { class, sign, pieces: vec![(element, spaced(text))] };
        match line {
            Line::Same(text) => whole("same", "", "", text),
            Line::Added(text) | Line::Removed(text) if text.trim().is_empty() => whole("same", "", "", ""),
            Line::Added(text) => whole("added", "+", "ins", text),
            Line::Removed(text) => whole("removed", "−", "del", text),
            Line::Changed(pieces) => Self {
                class: "changed",
                sign: "~",
                pieces: pieces.iter().map(|(tag, text)| (element(*tag), spaced(text))).collect(),
            },
        }
    }
}

fn element(tag: Tag) -> &'static str {
    match tag {
        Tag::Same => "",
        Tag::Added => "ins",
        Tag::Removed => "del",
    }
}

/// A difference with the runs of unchanged lines folded.
pub(super) fn prose(lines: &[Line]) -> Prose {
    let changed: Vec<usize> = (0..lines.len()).filter(|at| !matches!(lines[*at], Line::Same(_))).collect();
    let near = |at: usize| changed.iter().any(|change| change.abs_diff(at) <= CONTEXT);
    let mut passages: Prose = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let shown = near(at);
        if passages.last().is_none_or(|last| (last.folded == 0) != shown) {
            passages.push(Passage { folded: 0, lines: Vec::new() });
        }
        let passage = passages.last_mut().expect("one was pushed");
        passage.lines.push(Shown::new(line));
        passage.folded = if shown { 0 } else { passage.lines.len() };
    }
    passages
}

/// A candidate in full.
pub(super) struct Card {
    pub id: usize,
    pub name: String,
    pub status: &'static str,
    pub class: &'static str,
    pub facts: Vec<(&'static str, String)>,
    pub change: Prose,
    pub text: String,
    pub moved: Vec<Items>,
}

/// Items of which agreement with people changed.
pub(super) struct Items {
    pub name: &'static str,
    pub n: String,
    /// Item, gold, before, after.
    pub rows: Vec<(String, String, String, String)>,
}

/// The candidates, the best first, then in the order of their numbers.
pub(super) fn cards(story: &Story) -> Vec<Card> {
    let mut order: Vec<&Tried> = story.candidates.iter().collect();
    order.sort_by_key(|candidate| (story.best != Some(candidate.id), candidate.id));
    order.truncate(CARDS);
    order.into_iter().map(card).collect()
}

fn card(candidate: &Tried) -> Card {
    let moved = [("fixed", &candidate.fixed), ("newly broken", &candidate.broke)];
    Card {
        id: candidate.id,
        name: candidate.operator.name().to_owned(),
        status: candidate.status.name(),
        class: tone(candidate.status),
        facts: facts(candidate),
        change: prose(&candidate.diff),
        text: candidate.text.lines().map(spaced).collect::<Vec<_>>().join("\n"),
        moved: moved.into_iter().filter(|(_, changed)| changed.n > 0).map(|(name, all)| items(name, all)).collect(),
    }
}

fn items(name: &'static str, changed: &Changed) -> Items {
    let rating = |rating: Option<i64>| rating.map_or("malformed".to_owned(), |rating| rating.to_string());
    let rows = changed.items.iter();
    let row =
        |moved: &Moved| (plain(moved.item.as_str()), moved.gold.to_string(), rating(moved.before), rating(moved.after));
    Items { name, n: count(changed.n), rows: rows.map(row).collect() }
}

fn facts(candidate: &Tried) -> Vec<(&'static str, String)> {
    let parents: Vec<String> = candidate.parents.iter().map(|id| format!("candidate {id}")).collect();
    let mean = |mean: Option<Mean>| {
        mean.map(|m| format!("NMSE {} on {} items, {} malformed", Unit::Nmse.write(m.nmse), count(m.n), m.malformed))
    };
    let stage = |stage: &Stage| {
        let se = stage.se.map_or(String::new(), |se| format!(" ± {se:.2}"));
        let rows = count(u64::from(stage.rows));
        let decision = match stage.decision {
            Decision::GoOn => "went on",
            Decision::Accepted => "kept",
            Decision::Rejected => "rejected",
        };
        format!("against {} on {rows} items: {}{se} points, {decision}", stage.against, Unit::Signed.write(stage.gain))
    };
    let stages: Vec<String> = candidate.compared.iter().map(stage).collect();
    let feedback: Vec<String> = candidate.feedback.iter().map(|item| plain(item.as_str())).collect();
    let shows = if candidate.shows.is_nothing() { String::new() } else { candidate.shows.text() };
    let all = [
        ("made from", Some(parents.join(" and "))),
        ("on dev", mean(candidate.dev)),
        ("on train", mean(candidate.train)),
        ("gains (± SE)", Some(stages.join("; "))),
        ("written from", Some(feedback.join(", "))),
        ("shows", Some(shows)),
        ("judge calls", Some(count(candidate.calls))),
        ("judge hash", Some(candidate.judge.clone())),
    ];
    all.into_iter().filter_map(|(name, text)| Some((name, text.filter(|text| !text.is_empty())?))).collect()
}

/// A proposal that was stopped.
pub(super) struct Refusal {
    pub how: &'static str,
    pub parent: usize,
    /// Guardrail and reason.
    pub reasons: Vec<(String, String)>,
    pub text: String,
    pub cut: bool,
}

/// The first of the proposals that were stopped; those by guardrails that stop seldom come first, for they say most.
pub(super) fn refusals(story: &Story) -> Vec<Refusal> {
    let refusal = |stopped: &Stopped| Refusal {
        how: stopped.operator.name(),
        parent: stopped.parent,
        reasons: stopped.reasons.iter().map(|(name, why)| (plain(name), plain(why))).collect(),
        text: stopped.text.chars().take(EXCERPT).collect::<String>().lines().map(spaced).collect::<Vec<_>>().join("\n"),
        cut: stopped.text.chars().nth(EXCERPT).is_some(),
    };
    let mut order: Vec<&Stopped> = story.stopped.iter().collect();
    order.sort_by_key(|stopped| stopped.reasons.iter().filter_map(|(name, _)| story.rejected.get(name)).min());
    order.into_iter().take(CARDS).map(refusal).collect()
}
