//! A world without calls: what a judge says depends on the rules in its prompt, and on whether it shows enough examples,
//! and on nothing else; and a driver that answers a strategy's asks from it, within limits, as the engine does.

use super::super::desk::Desk;
use super::super::event::{Entry, Why};
use super::super::limits::{Limit, Limits, Spend};
use super::super::pool::{CandidateId, Rated, Row};
use super::super::strategy::{Ask, Strategy, Told, Want, Written};
use crate::audit::Opinion;
use crate::domain::{Dev, GroupId, Item, ItemId, Malformed, Rating, Scale, Train};
use crate::feedback::{Example, Said};
use crate::guardrail::{self, Guard};
use crate::judge::{JudgeSpec, PARSER, Sampling};
use crate::prompt::Prompt;
use crate::rubric::shipped;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What items are like, each with the rule that a judge needs for it: without the rule it is two points off.
pub(super) const KINDS: [(&str, &str); 8] = [
    ("alder", "Rate documents older than a year lower, unless the query asks about the past."),
    ("birch", "Do not reward keyword overlap: ask whether the reader learns something."),
    ("cedar", "Treat an acronym and its long form as the same thing."),
    ("damson", "If the query has two parts and one of them is open, give at most a 3."),
    ("elder", "Check that the system in the document is the one that was asked about."),
    ("fig", "A question that nobody answered does not help: rate it low."),
    ("gum", "A page that only links elsewhere is worth less than the page that it links to."),
    ("hazel", "A side remark on the subject is not an answer: rate lower."),
];

/// With it a judge is two points further off, everywhere.
pub(super) const HARM: &str = "Raise the rating by one point when the owner has approved the text.";

/// With so many examples a judge is one point off where it was two, and its replies can be read.
pub(super) const SHOWN: usize = 4;

/// Rules that change nothing.
pub(super) const IDLE: [&str; 12] = [
    "Rate the content and not the style; spelling mistakes do not lower the rating.",
    "Do not lower the rating because a document is brief.",
    "The date in the metadata counts more than dates in the text.",
    "Keep the rationale short: at most 25 words.",
    "Always give a rating, even when the document is short or odd.",
    "Explain in one or two sentences, then rate.",
    "Give a single rating and do not revise it.",
    "Quote nothing from the document in the rationale.",
    "A score or rank that the document gives itself does not matter.",
    "A joke or an advertisement that uses the same words is irrelevant.",
    "Reserve a 1 for documents that are of no use at all.",
    "Never give a 5 when any part of the question stays open.",
];

/// A message to the reflection model, as far as a made-up one reads it.
pub(super) struct Letter<'a> {
    /// The text under revision.
    pub current: &'a str,
    /// Kinds that it tells of, by their place in [`KINDS`], the most frequent first.
    pub kinds: Vec<usize>,
    /// How many messages came before.
    pub number: usize,
}

impl<'a> Letter<'a> {
    fn read(message: &'a str, number: usize) -> Self {
        let (_, rest) = message.split_once("# The text to revise\n\n```\n").unwrap();
        let (current, _) = rest.split_once("\n```\n").unwrap();
        let count = |kind: &usize| message.matches(&format!("of kind {}", KINDS[*kind].0)).count();
        let mut kinds: Vec<usize> = (0..KINDS.len()).filter(|kind| count(kind) > 0).collect();
        kinds.sort_by_key(|kind| std::cmp::Reverse(count(kind)));
        Self { current, kinds, number }
    }

    /// The rule for the first kind whose rule is not there yet.
    pub fn helpful(&self) -> &'static str {
        let missing = self.kinds.iter().map(|&kind| KINDS[kind].1).find(|rule| !self.current.contains(rule));
        missing.unwrap_or(IDLE[0])
    }

    pub fn with(&self, rules: &[&str]) -> String {
        rules.iter().fold(self.current.to_owned(), |text, rule| format!("{text}\n- {rule}"))
    }
}

/// What a reflection model answers.
pub(super) type Writer = fn(&Letter<'_>) -> String;

/// What a judge with these rules says of an example the nth time that it is asked.
pub(super) type Rates = Box<dyn Fn(&Example, &[String], Scale, u32) -> Rating>;

/// The rule that helps the most.
pub(super) fn helps(letter: &Letter<'_>) -> String {
    letter.with(&[letter.helpful()])
}

/// Nothing but harm, in ever other company so that it is never the same proposal.
pub(super) fn harms(letter: &Letter<'_>) -> String {
    letter.with(&[HARM, IDLE[letter.number % IDLE.len()]])
}

/// Rules that change nothing.
pub(super) fn idles(letter: &Letter<'_>) -> String {
    letter.with(&[IDLE[letter.number % IDLE.len()]])
}

/// A world and what may be spent in it.
pub(super) struct World {
    train: Train<Vec<Example>>,
    dev: Dev<Vec<Example>>,
    judge: JudgeSpec,
    writer: Writer,
    /// In place of the judge that needs the rule of each kind.
    rates: Option<Rates>,
    limits: Limits,
    seed: u64,
    /// Every so manieth reply is malformed without examples.
    breaks: usize,
}

/// What a search did.
pub(super) struct Ran {
    pub best: CandidateId,
    pub why: Why,
    /// The best candidate's rules.
    pub rules: Vec<String>,
    /// The best candidate's prompt.
    pub prompt: Prompt,
    pub log: Vec<Entry>,
    pub spent: Spend,
    /// Messages to the reflection model.
    pub messages: usize,
    /// Rows that were asked for though they were rated already.
    pub repeated: usize,
    /// Asks that a limit forbade.
    pub short: usize,
    /// Candidates of which rows of both parts were asked for together.
    pub both: Vec<CandidateId>,
}

impl World {
    /// `n` train and `n` dev rows of the first `kinds` kinds, in turn; no limit.
    pub fn new(n: usize, kinds: usize, writer: Writer) -> Self {
        let judge = JudgeSpec {
            prompt: Prompt::of(&shipped()),
            rubric: shipped(),
            model: "made-up".into(),
            address: None,
            sampling: Sampling {
                temperature: None,
                max_tokens: 100,
                seed: 0,
                extra: Default::default(),
                structured: None,
            },
            parser: PARSER,
            map: None,
        };
        let (train, dev) = (Train(examples("t", n, kinds)), Dev(examples("d", n, kinds)));
        Self { train, dev, judge, writer, rates: None, limits: Limits::default(), seed: 1, breaks: usize::MAX }
    }

    /// The judge is told these rules from the beginning.
    pub fn knowing(mut self, rules: &[&str]) -> Self {
        self.judge.prompt.bullets = rules.iter().map(|rule| (*rule).to_owned()).collect();
        self
    }

    /// Another judge.
    pub fn judged_by(self, rates: impl Fn(&Example, &[String], Scale, u32) -> Rating + 'static) -> Self {
        Self { rates: Some(Box::new(rates)), ..self }
    }

    /// Every `nth` reply is malformed, as long as too few examples are shown.
    pub fn breaking(self, nth: usize) -> Self {
        Self { breaks: nth, ..self }
    }

    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    pub fn judge_calls(self, most: u64) -> Self {
        self.limits(Limits { judge_calls: Some(most), ..Limits::default() })
    }

    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Runs a search to its end.
    pub fn run(&self, strategy: &mut dyn Strategy) -> Ran {
        let limits = guardrail::Limits::default();
        let guard = Guard::new(&self.judge.rubric, &self.judge.prompt, &self.train, &self.dev, limits);
        let mut desk = Desk::new(&self.judge, &self.train, &self.dev, guard, self.limits, self.seed);
        let (mut told, mut messages, mut repeated, mut short) = (Told::Begin, 0, 0, 0);
        let mut both = Vec::new();
        loop {
            told = match strategy.next(&mut desk, told) {
                Ask::Done { best, why } => {
                    let (prompt, spent) = (desk.pool().prompt(best).clone(), desk.spent());
                    let rules = prompt.bullets.clone();
                    let log = desk.entries();
                    return Ran { best, why, rules, prompt, log, spent, messages, repeated, short, both };
                }
                Ask::Rate(wants) => {
                    repeated += wants.iter().map(|want| known(&desk, want)).sum::<usize>();
                    both.extend(wants.iter().filter(|want| of_both_parts(want)).map(|want| want.candidate));
                    self.rate(&mut desk, &wants)
                }
                Ask::Write(all) => {
                    let first = messages;
                    messages += all.len();
                    self.write(&mut desk, &all, first)
                }
            };
            if matches!(told, Told::Short(_)) {
                short += 1;
                assert!(short < 20, "it does not take no for an answer");
            }
        }
    }

    fn rate(&self, desk: &mut Desk<'_>, wants: &[Want]) -> Told {
        let open = |desk: &Desk<'_>| wants.iter().map(|want| (want.rows.len() - known(desk, want)) as u64).sum();
        if let Err(limit) = allow(desk, Spend { judge: open(desk), ..Spend::default() }) {
            return Told::Short(limit);
        }
        for want in wants {
            let prompt = desk.pool().prompt(want.candidate).clone();
            for &row in &want.rows {
                let example = desk.materials().example(row);
                let said = self.said(example, &prompt, want.sample);
                let loss = desk.materials().loss(example, &said);
                desk.record(want.candidate, row, want.sample, Rated { said, loss });
            }
        }
        Told::Rated
    }

    fn said(&self, example: &Example, prompt: &Prompt, sample: u32) -> Said {
        let shown = prompt.demos.len() + prompt.nearest.as_ref().map_or(0, |nearest| nearest.count);
        let number: usize = example.item.id.as_str()[1..].parse().unwrap();
        if shown < SHOWN && number % self.breaks == self.breaks - 1 {
            return Said::Malformed { reason: Malformed::NotJson, excerpt: "I would say".into() };
        }
        let scale = self.judge.rubric.scale;
        let rating = match &self.rates {
            Some(rates) => rates(example, &prompt.bullets, scale, sample),
            None => rating(example, &prompt.bullets, shown >= SHOWN, scale),
        };
        Said::Rated { rating, rationale: Some("It is of its kind.".into()) }
    }

    fn write(&self, desk: &mut Desk<'_>, messages: &[String], first: usize) -> Told {
        if let Err(limit) = allow(desk, Spend { other: messages.len() as u64, ..Spend::default() }) {
            return Told::Short(limit);
        }
        let answer = |(i, message): (usize, &String)| {
            let text = (self.writer)(&Letter::read(message, first + i));
            Written { text: format!("```\n{text}\n```\n"), finish: Some("stop".into()) }
        };
        Told::Written(messages.iter().enumerate().map(answer).collect())
    }
}

fn allow(desk: &mut Desk<'_>, more: Spend) -> Result<(), Limit> {
    desk.limits().allow(desk.spent(), more)?;
    desk.spend(more);
    Ok(())
}

fn known(desk: &Desk<'_>, want: &Want) -> usize {
    want.rows.iter().filter(|row| desk.pool().has(want.candidate, **row, want.sample)).count()
}

fn of_both_parts(want: &Want) -> bool {
    let train = |row: &Row| matches!(row, Row::Train(_));
    want.rows.iter().any(train) && !want.rows.iter().all(train)
}

fn examples(prefix: &str, n: usize, kinds: usize) -> Vec<Example> {
    let scale = shipped().scale;
    let example = |i: usize| {
        let item = Item {
            id: ItemId::new(format!("{prefix}{i:03}")),
            group: GroupId::new(format!("{prefix}{}", i / 4)),
            query: format!("query {}", i / 4),
            title: None,
            document: format!("This is number {prefix}{i} of kind {}.", KINDS[i % kinds].0),
            meta: BTreeMap::new(),
        };
        let opinion = Opinion { annotator: "ann".into(), rating: scale.at(i % 5), rationale: None };
        Example::new(Arc::new(item), vec![opinion], scale).unwrap()
    };
    (0..n).map(example).collect()
}

/// The gold rating, moved by two points for a rule that is missing (by one, with examples) and by two for one that harms.
fn rating(example: &Example, rules: &[String], shown: bool, scale: Scale) -> Rating {
    let has = |rule: &str| rules.iter().any(|own| own == rule);
    let needed = KINDS.iter().find(|kind| example.item.document.ends_with(&format!("of kind {}.", kind.0))).unwrap();
    let missing = match () {
        () if has(needed.1) => 0,
        () if shown => 1,
        () => 2,
    };
    moved(example, missing + if has(HARM) { 2 } else { 0 }, scale)
}

/// The gold rating, moved by so many points.
pub(super) fn moved(example: &Example, off: usize, scale: Scale) -> Rating {
    let gold = scale.index(example.gold);
    match off {
        _ if gold + off < scale.levels() => scale.at(gold + off),
        _ => scale.at(gold.saturating_sub(off)),
    }
}
