//! `optimize copro`: several instructions at a time, written from how those before them did.
//!
//! Each of `depth` rounds asks for `breadth` revisions of the best text so far. The message tells of the attempts before,
//! the worst first, each with its score, and of failures. Attempts are held against each other on Train (`halving`); the
//! best one of a round is then held against the best so far on Dev.
//!
//! After COPRO of DSPy, an adaptation of OPRO (arXiv 2309.03409). What differs: there the best of all attempts on Train
//! is taken, which flatters it, and every attempt is rated on all of Train; failures are not shown; nothing is checked
//! before it is rated. A prefix of the output field, which it tunes too, does not exist here: the contract is fixed.

use super::desk::Desk;
use super::event::{Decision, Entry, Why};
use super::halving::Halving;
use super::objective::Objective;
use super::paired::plain_gain;
use super::pool::{CandidateId, Operator, Origin, Row};
use super::strategy::{Ask, Strategy, Told, Want, Written};
use crate::domain::ItemId;
use crate::feedback::{Attempt, Case, Counts, Direction, Grounds, Reflection, Template, choose, extract, summary};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Words that an attempt is told it may have more than the text that it revises.
const GROWTH: usize = 160;
/// Cases that have to stay right.
const AGREED: usize = 3;
/// Train rows of a contest, and dev rows of the best of a round, at most: beyond them noise of the judge outweighs.
const MOST_ROWS: usize = 120;

/// The knobs of [`Copro`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Knobs {
    /// Attempts of a round.
    pub breadth: usize,
    /// Rounds.
    pub depth: usize,
    /// Failures that a message tells of.
    pub failures: usize,
    /// What attempts are compared by.
    pub objective: Objective,
}

impl Default for Knobs {
    /// The published depth; six attempts and not ten, for each of them passes the guardrails and is held against the others.
    fn default() -> Self {
        Self { breadth: 6, depth: 3, failures: 8, objective: Objective::default() }
    }
}

/// The search. See the module's text.
pub struct Copro {
    knobs: Knobs,
    train: Vec<Row>,
    dev: Vec<Row>,
    round: usize,
    /// Text and score of everything that was rated.
    attempts: Vec<(CandidateId, f64)>,
    state: State,
}

enum State {
    Start,
    Baseline,
    Writing { feedback: Vec<Vec<Row>> },
    Contest(Halving),
    Validating { child: CandidateId },
}

impl Copro {
    /// A search with these knobs.
    pub fn new(knobs: Knobs) -> Self {
        Self { knobs, train: Vec::new(), dev: Vec::new(), round: 0, attempts: Vec::new(), state: State::Start }
    }
}

impl Strategy for Copro {
    fn name(&self) -> &'static str {
        "copro"
    }

    fn knobs(&self) -> serde_json::Value {
        serde_json::to_value(&self.knobs).expect("knobs are plain data")
    }

    fn next(&mut self, desk: &mut Desk<'_>, told: Told) -> Ask {
        match (std::mem::replace(&mut self.state, State::Start), told) {
            (_, Told::Short(_)) => Self::done(desk, Why::Budget),
            (State::Start, _) => self.open(desk),
            (State::Baseline, _) => self.ask(desk),
            (State::Writing { feedback }, Told::Written(replies)) => self.written(desk, &feedback, replies),
            (State::Writing { .. }, _) => self.ask(desk),
            (State::Contest(contest), _) => self.contest(desk, contest),
            (State::Validating { child }, _) => self.validated(desk, child),
        }
    }
}

impl Copro {
    fn open(&mut self, desk: &Desk<'_>) -> Ask {
        self.train = desk.train_rows();
        self.dev = desk.dev_rows();
        // The baseline is rated on both; each round's best on Dev, and the attempts of all rounds share what is left.
        let each = desk.calls_left().map_or(usize::MAX, |left| left as usize / (self.knobs.depth + 4));
        self.train.truncate(each.clamp(1, MOST_ROWS));
        self.dev.truncate((each / 2).clamp(1, MOST_ROWS));
        self.state = State::Baseline;
        Ask::Rate(vec![Want::new(0, [&self.train[..], &self.dev].concat())])
    }

    fn score(&self, desk: &Desk<'_>, id: CandidateId, rows: &[Row]) -> Option<f64> {
        self.knobs.objective.score(desk.pool(), &desk.materials(), id, rows)
    }

    fn cases<'a>(&self, desk: &'a Desk<'_>, id: CandidateId) -> Vec<(Row, Case<'a>)> {
        self.train.iter().filter_map(|row| Some((*row, desk.case(id, *row)?))).collect()
    }

    /// Asks for the attempts of a round.
    fn ask(&mut self, desk: &mut Desk<'_>) -> Ask {
        if self.round == self.knobs.depth {
            return Self::done(desk, Why::Rounds);
        }
        let base = desk.champion();
        let all = self.cases(desk, base);
        let (agreed, failing): (Vec<_>, Vec<_>) =
            all.iter().partition(|(_, case)| case.direction() == Direction::Agreed);
        if failing.is_empty() {
            return Self::done(desk, Why::Perfect);
        }
        self.round += 1;
        let told: Vec<Case<'_>> = all.iter().map(|(_, case)| *case).collect();
        let failures: Vec<Case<'_>> = failing.iter().map(|(_, case)| *case).collect();
        let agreed: Vec<Case<'_>> = agreed.iter().take(AGREED).map(|(_, case)| *case).collect();
        let (current, data) = (desk.pool().prompt(base).editable(), summary(&told, desk.rubric().scale));
        let attempts = self.history(desk, base);
        let (mut messages, mut feedback) = (Vec::new(), Vec::new());
        for number in 0..self.knobs.breadth {
            let seed = desk.seed() ^ ((self.round * self.knobs.breadth + number) as u64);
            let chosen = choose(&failures, self.knobs.failures, seed);
            let cases: Vec<Case<'_>> = chosen.iter().map(|&i| failures[i]).collect();
            let grounds = Grounds { data: Some(&data), tip: None, attempts: &attempts };
            let reflection = Reflection {
                rubric: desk.rubric(),
                current: &current,
                contract: &desk.pool().prompt(base).contract,
                counts: Counts::of(&told),
                cases: &cases,
                agreed: &agreed,
                rejected: &desk.reminders(base),
                word_budget: current.split_whitespace().count() + GROWTH,
                other: None,
            };
            messages.push(Template::Rewrite.grounded(&reflection, &grounds));
            feedback.push(chosen.iter().map(|&i| failing[i].0).collect());
        }
        self.state = State::Writing { feedback };
        Ask::Write(messages)
    }

    /// What was tried, the worst first; the text that is revised is no attempt at itself.
    fn history(&self, desk: &Desk<'_>, base: CandidateId) -> Vec<Attempt> {
        let mut tried: Vec<&(CandidateId, f64)> = self.attempts.iter().filter(|(id, _)| *id != base).collect();
        tried.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        let best = tried.split_off(tried.len().saturating_sub(self.knobs.breadth));
        best.into_iter()
            .map(|(id, score)| Attempt { text: desk.pool().prompt(*id).editable(), score: *score })
            .collect()
    }

    fn written(&mut self, desk: &mut Desk<'_>, feedback: &[Vec<Row>], replies: Vec<Written>) -> Ask {
        let base = desk.champion();
        let mut children = Vec::new();
        for (reply, rows) in replies.into_iter().zip(feedback) {
            let items: Vec<ItemId> = rows.iter().map(|row| desk.materials().example(*row).item.id.clone()).collect();
            let origin = Origin { operator: Operator::Proposal, parents: vec![base], feedback: items };
            match extract(&reply.text, reply.finish.as_deref()) {
                Ok(text) => children.extend(desk.admit(&text, origin)),
                Err(why) => desk.unusable(&reply.text, origin, &why),
            }
        }
        if children.is_empty() {
            return self.ask(desk);
        }
        let left = self.knobs.depth + 1 - self.round;
        let calls = desk.calls_left().map(|calls| (calls as usize / left).saturating_sub(self.dev.len()));
        let contest = Halving::new(children, self.train.clone(), calls, self.knobs.objective);
        self.contest(desk, contest)
    }

    fn contest(&mut self, desk: &mut Desk<'_>, mut contest: Halving) -> Ask {
        if let Some(wants) = contest.next(desk) {
            self.state = State::Contest(contest);
            return Ask::Rate(wants);
        }
        let ranking: Vec<CandidateId> = contest.ranking().collect();
        for &id in &ranking {
            // On its own rows, moved by what the baseline gets there and on all rows: scores of few rows are comparable.
            let own: Vec<Row> = self.train.iter().copied().filter(|row| desk.pool().has(id, *row, 0)).collect();
            let found = (self.score(desk, id, &own), self.score(desk, 0, &own), self.score(desk, 0, &self.train));
            if let (Some(child), Some(there), Some(all)) = found {
                self.attempts.push((id, child - there + all));
            }
        }
        for &id in &ranking[1..] {
            if let Some(gain) = plain_gain(desk.pool(), id, desk.champion(), &self.train) {
                desk.compared(id, desk.champion(), gain, Decision::Rejected);
            }
        }
        self.state = State::Validating { child: ranking[0] };
        Ask::Rate(vec![Want::new(ranking[0], self.dev.clone())])
    }

    fn validated(&mut self, desk: &mut Desk<'_>, child: CandidateId) -> Ask {
        let best = desk.champion();
        let better = self.score(desk, child, &self.dev) > self.score(desk, best, &self.dev);
        if let Some(gain) = plain_gain(desk.pool(), child, best, &self.dev) {
            desk.compared(child, best, gain, Decision::kept_if(better));
        }
        match better {
            true => desk.crown(child),
            false => desk.note(Entry::Plateau { rounds: 1, now: "another round of attempts".to_owned() }),
        }
        self.ask(desk)
    }

    fn done(desk: &Desk<'_>, why: Why) -> Ask {
        Ask::Done { best: desk.champion(), why }
    }
}
