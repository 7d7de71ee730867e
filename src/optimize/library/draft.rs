//! `bullets draft`: general rules from disagreements, for people to vet. It changes no prompt: what comes out is in the log
//! as [`Entry::Drafted`], and the best candidate is the baseline.

use super::super::desk::Desk;
use super::super::event::{Entry, Why};
use super::super::pool::{CandidateId, Operator, Origin, Row};
use super::super::strategy::{Ask, Strategy, Told, Want, Written};
use super::Rule;
use crate::feedback::{Case, Counts, Direction, Reflection, Template, clusters, extract};
use crate::guardrail::says_the_same;
use crate::prompt::Prompt;
use crate::rubric::bullets::unfit;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Words that the rules of one answer may have together.
const GROWTH: usize = 150;
/// Cases that have to stay right.
const AGREED: usize = 3;
/// Of the judge calls so many are made at most: more disagreements than that nobody reads.
const SHARE: f64 = 0.9;

/// The knobs of [`Draft`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Knobs {
    /// Kinds of disagreements that are asked about, each in a message of its own.
    pub kinds: usize,
    /// Disagreements that one message tells of.
    pub failures: usize,
    /// Train rows that are rated at most.
    pub rows: usize,
}

impl Default for Knobs {
    fn default() -> Self {
        Self { kinds: 8, failures: 8, rows: 200 }
    }
}

/// The search. See the module's text.
pub struct Draft {
    knobs: Knobs,
    /// What the library has already, retired ones included: nobody wants to be asked again.
    known: Vec<Rule>,
    rows: Vec<Row>,
    drafted: Vec<String>,
    state: State,
}

enum State {
    Start,
    Rating,
    Writing(Vec<Vec<Row>>),
}

impl Draft {
    /// Drafts beside what a library has.
    pub fn new(knobs: Knobs, known: Vec<Rule>) -> Self {
        Self { knobs, known, rows: Vec::new(), drafted: Vec::new(), state: State::Start }
    }
}

impl Strategy for Draft {
    fn name(&self) -> &'static str {
        "draft"
    }

    fn knobs(&self) -> serde_json::Value {
        let mut knobs = serde_json::to_value(&self.knobs).expect("knobs are plain data");
        knobs["library"] = serde_json::to_value(&self.known).expect("rules are plain data");
        knobs
    }

    fn next(&mut self, desk: &mut Desk<'_>, told: Told) -> Ask {
        match (std::mem::replace(&mut self.state, State::Start), told) {
            (_, Told::Short(_)) => Ask::Done { best: 0, why: Why::Budget },
            (State::Start, _) => {
                let left = desk.calls_left().map_or(usize::MAX, |left| (SHARE * left as f64) as usize);
                self.rows = desk.train_rows();
                self.rows.truncate(self.knobs.rows.min(left.max(1)));
                self.state = State::Rating;
                Ask::Rate(vec![Want::new(0, self.rows.clone())])
            }
            (State::Rating, _) => self.ask(desk),
            (State::Writing(told_of), Told::Written(replies)) => {
                for (rows, reply) in told_of.iter().zip(replies) {
                    self.take(desk, rows, &reply);
                }
                Ask::Done { best: 0, why: Why::Rounds }
            }
            (State::Writing(_), _) => Ask::Done { best: 0, why: Why::Rounds },
        }
    }
}

impl Draft {
    /// The prompt that a draft is asked for: the base with every rule that the library has, so that none is asked for again.
    fn current(&self, desk: &Desk<'_>) -> Prompt {
        let mut prompt = desk.pool().prompt(0).clone();
        let new = self.known.iter().map(|rule| rule.text.clone()).filter(|text| !prompt.bullets.contains(text));
        let new: Vec<String> = new.collect();
        prompt.bullets.extend(new);
        prompt
    }

    fn ask(&mut self, desk: &Desk<'_>) -> Ask {
        let case = |row: &Row| Some((*row, desk.case(0, *row)?));
        let (rows, cases): (Vec<Row>, Vec<Case<'_>>) = self.rows.iter().filter_map(case).unzip();
        let agreed = cases.iter().filter(|case| case.direction() == Direction::Agreed).take(AGREED).copied();
        let agreed: Vec<Case<'_>> = agreed.collect();
        let current = self.current(desk).editable();
        let message = |chosen: &[usize]| {
            let told: Vec<Case<'_>> = chosen.iter().map(|&i| cases[i]).collect();
            Template::Rules.message(&Reflection {
                rubric: desk.rubric(),
                current: &current,
                contract: &desk.pool().prompt(0).contract,
                counts: Counts::of(&cases),
                cases: &told,
                agreed: &agreed,
                rejected: &[],
                word_budget: current.split_whitespace().count() + GROWTH,
                other: None,
            })
        };
        let mut kinds = clusters(&cases, self.knobs.kinds, desk.seed());
        kinds.iter_mut().for_each(|kind| kind.truncate(self.knobs.failures));
        let messages: Vec<String> = kinds.iter().map(|kind| message(kind)).collect();
        if messages.is_empty() {
            return Ask::Done { best: 0, why: Why::Perfect };
        }
        self.state = State::Writing(kinds.iter().map(|kind| kind.iter().map(|&i| rows[i]).collect()).collect());
        Ask::Write(messages)
    }

    /// The lines of a reply that are new, sound and rules.
    fn take(&mut self, desk: &mut Desk<'_>, rows: &[Row], reply: &Written) {
        let feedback = || rows.iter().map(|row| desk.materials().example(*row).item.id.clone()).collect::<Vec<_>>();
        let feedback = feedback();
        let origin = || Origin { operator: Operator::Reflect, parents: vec![FROM], feedback: feedback.clone() };
        let text = match extract(&reply.text, reply.finish.as_deref()) {
            Ok(text) => text,
            Err(why) => return desk.unusable(&reply.text, origin(), &why),
        };
        let current = self.current(desk);
        let old: Vec<String> = current.editable().lines().map(bare).collect();
        for line in text.lines().filter(|line| line.trim_start().starts_with("- ")).map(bare) {
            let known = self.known.iter().map(|rule| &rule.text).chain(&self.drafted);
            if old.contains(&line)
                || unfit(&line).is_some()
                || known.into_iter().any(|known| says_the_same(known, &line))
            {
                continue;
            }
            // Held against the base prompt alone, as it will be when somebody has vetted it.
            let base = desk.pool().prompt(FROM).editable();
            if desk.check(&format!("{base}\n- {line}"), origin()).is_ok() {
                desk.note(Entry::Drafted { text: line.clone(), feedback: feedback.clone() });
                self.drafted.push(line);
            }
        }
    }
}

/// Drafts are made from the baseline's disagreements.
const FROM: CandidateId = 0;

fn bare(line: &str) -> String {
    let line = line.trim();
    line.strip_prefix("- ").unwrap_or(line).trim().to_owned()
}
