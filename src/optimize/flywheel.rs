//! `optimize flywheel`: judge → disagreements → revise → judge, round by round.
//!
//! The simplest loop that people recognise: each round is a version with a count of disagreements beside it, and the
//! wheel stops when the count no longer falls, or when a round made it worse. Every round sees the same train rows, so
//! that the counts can be compared; which round is best is decided on Dev.

use super::desk::Desk;
use super::event::{Decision, Entry, Why};
use super::paired::gain;
use super::pool::{CandidateId, Operator, Origin, Row};
use super::strategy::{Ask, Strategy, Told, Want, Written};
use crate::feedback::{Case, Counts, Direction, Reflection, Template, choose, extract};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Words that a revision is told it may have more than its parent.
const GROWTH: usize = 200;
/// Cases that have to stay right.
const AGREED: usize = 3;
/// Times that a round asks again when what came back cannot be used.
const TRIES: u32 = 4;

/// The knobs of [`Flywheel`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Knobs {
    /// Rounds at most.
    pub rounds: u32,
    /// Disagreements that a round tells of.
    pub failures: usize,
    /// Rounds in a row without fewer disagreements, after which it stops.
    pub patience: u32,
    /// Train rows of a round; 0 takes what the budget gives each of the rounds, beside the dev rows.
    pub rows: usize,
}

impl Default for Knobs {
    fn default() -> Self {
        Self { rounds: 6, failures: 20, patience: 2, rows: 0 }
    }
}

/// The search. See the module's text.
pub struct Flywheel {
    knobs: Knobs,
    train: Vec<Row>,
    dev: Vec<Row>,
    current: CandidateId,
    round: u32,
    least: usize,
    stale: u32,
    tries: u32,
    state: State,
}

enum State {
    Start,
    Judging,
    Writing { feedback: Vec<Row> },
}

impl Flywheel {
    /// A wheel with these knobs.
    pub fn new(knobs: Knobs) -> Self {
        Self {
            knobs,
            train: Vec::new(),
            dev: Vec::new(),
            current: 0,
            round: 0,
            least: usize::MAX,
            stale: 0,
            tries: 0,
            state: State::Start,
        }
    }
}

impl Strategy for Flywheel {
    fn name(&self) -> &'static str {
        "flywheel"
    }

    fn knobs(&self) -> serde_json::Value {
        serde_json::to_value(&self.knobs).expect("knobs are plain data")
    }

    fn next(&mut self, desk: &mut Desk<'_>, told: Told) -> Ask {
        match (std::mem::replace(&mut self.state, State::Start), told) {
            (_, Told::Short(_)) => Self::done(desk, Why::Budget),
            (State::Start, _) => {
                self.open(desk);
                self.judge()
            }
            (State::Judging, _) => self.judged(desk),
            (State::Writing { feedback }, Told::Written(replies)) => self.written(desk, &feedback, replies),
            (State::Writing { .. }, _) => self.ask(desk),
        }
    }
}

impl Flywheel {
    fn open(&mut self, desk: &Desk<'_>) {
        self.train = desk.train_rows();
        self.dev = desk.dev_rows();
        let each = desk.calls_left().map_or(usize::MAX, |left| left as usize / (self.knobs.rounds as usize + 1));
        // A third of what a round has goes to Dev.
        self.dev.truncate((each / 3).max(1));
        let rows = if self.knobs.rows > 0 { self.knobs.rows } else { each.saturating_sub(self.dev.len()).max(1) };
        self.train.truncate(rows);
    }

    fn judge(&mut self) -> Ask {
        self.state = State::Judging;
        let rows: Vec<Row> = self.train.iter().chain(&self.dev).copied().collect();
        Ask::Rate(vec![Want::new(self.current, rows)])
    }

    fn cases<'a>(&self, desk: &'a Desk<'_>) -> Vec<(Row, Case<'a>)> {
        self.train.iter().filter_map(|row| Some((*row, desk.case(self.current, *row)?))).collect()
    }

    fn judged(&mut self, desk: &mut Desk<'_>) -> Ask {
        let cases = self.cases(desk);
        let count = cases.iter().filter(|(_, case)| case.direction() != Direction::Agreed).count();
        let of = cases.len() as u32;
        desk.note(Entry::Round { number: self.round, candidate: self.current, disagreements: count as u32, of });
        let best = desk.champion();
        if self.current != best
            && let Some(gain) = gain(desk.pool(), self.current, best, &self.dev)
        {
            let decision = Decision::kept_if(gain.mean > 0.0);
            desk.compared(self.current, best, gain, decision);
            if gain.mean > 0.0 {
                desk.crown(self.current);
            } else if gain.is_lost(1.0) && count > self.least {
                return Self::done(desk, Why::Regression);
            }
        }
        self.stale = if count < self.least { 0 } else { self.stale + 1 };
        self.least = self.least.min(count);
        match () {
            () if count == 0 => Self::done(desk, Why::Perfect),
            () if self.stale >= self.knobs.patience => Self::done(desk, Why::Plateau),
            () if self.round >= self.knobs.rounds => Self::done(desk, Why::Rounds),
            () => {
                self.tries = 0;
                self.ask(desk)
            }
        }
    }

    fn ask(&mut self, desk: &mut Desk<'_>) -> Ask {
        let all = self.cases(desk);
        let (agreed, failing): (Vec<_>, Vec<_>) =
            all.iter().partition(|(_, case)| case.direction() == Direction::Agreed);
        let failing_cases: Vec<Case<'_>> = failing.iter().map(|(_, case)| *case).collect();
        let chosen = choose(&failing_cases, self.knobs.failures, desk.seed() ^ u64::from(self.round));
        let cases: Vec<Case<'_>> = chosen.iter().map(|&i| failing_cases[i]).collect();
        let agreed: Vec<Case<'_>> = agreed.iter().take(AGREED).map(|(_, case)| *case).collect();
        let current = desk.pool().prompt(self.current).editable();
        let message = Template::Rewrite.message(&Reflection {
            rubric: desk.rubric(),
            current: &current,
            contract: &desk.pool().prompt(self.current).contract,
            counts: Counts::of(&all.iter().map(|(_, case)| *case).collect::<Vec<_>>()),
            cases: &cases,
            agreed: &agreed,
            rejected: &desk.reminders(self.current),
            word_budget: current.split_whitespace().count() + GROWTH,
            other: None,
        });
        self.state = State::Writing { feedback: chosen.iter().map(|&i| failing[i].0).collect() };
        Ask::Write(vec![message])
    }

    fn written(&mut self, desk: &mut Desk<'_>, feedback: &[Row], replies: Vec<Written>) -> Ask {
        let feedback = feedback.iter().map(|row| desk.materials().example(*row).item.id.clone()).collect();
        let origin = Origin { operator: Operator::Reflect, parents: vec![self.current], feedback };
        self.tries += 1;
        let admitted =
            replies.into_iter().next().and_then(|reply| match extract(&reply.text, reply.finish.as_deref()) {
                Ok(text) => desk.admit(&text, origin).ok(),
                Err(why) => {
                    desk.unusable(&reply.text, origin, &why);
                    None
                }
            });
        match admitted {
            Some(child) => {
                self.current = child;
                self.round += 1;
                self.judge()
            }
            None if self.tries < TRIES => self.ask(desk),
            None => Self::done(desk, Why::Plateau),
        }
    }

    fn done(desk: &Desk<'_>, why: Why) -> Ask {
        Ask::Done { best: desk.champion(), why }
    }
}
