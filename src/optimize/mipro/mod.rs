//! `optimize mipro`: which instruction with which examples.
//!
//! 1. **Examples**: sets of them, bootstrapped and labelled, as `optimize bootstrap` makes them; set 0 is empty.
//! 2. **Instructions**: proposals that are grounded in failures of the baseline; instruction 0 is the baseline's.
//! 3. **Search**: a tree-structured Parzen estimator (`tpe.rs`) chooses a combination, a minibatch of Dev says how it does,
//!    and every few trials the best one so far is rated on all of it.
//!
//! After MIPROv2 (arXiv 2406.11695 and its reference implementation). What differs: there each trial draws other rows, so
//! that a combination is better for having had easier ones; here all are rated on the same rows in the same order and held
//! against the baseline's stored answers row by row, and one that is chosen again is rated on the next rows and not anew.
//! There proposals see no error, and nothing is checked before it is rated. A malformed reply counts as fully wrong in
//! everything that is compared.

mod knobs;
mod propose;
mod tpe;

pub use knobs::Knobs;

use super::demos::{Examples, Harvest, Shot};
use super::desk::Desk;
use super::event::{Decision, Why};
use super::paired::{Gain, plain_gain};
use super::pool::{CandidateId, Operator, Origin, Row};
use super::strategy::{Ask, Strategy, Told, Want, Written};
use knobs::Schedule;
use propose::{Asked, Instruction};
use std::collections::{BTreeMap, BTreeSet};
use tpe::{Choice, Space};

/// Train rows that failures of the baseline are looked for on.
const LOOK: (usize, usize) = (12, 60);
/// Of the calls so many parts go to rating the baseline, to looking for failures and examples, and so on.
const SHARE: usize = 5;
/// Trials by lot before the estimator chooses, the baseline among them.
const STARTUP: usize = 4;

/// The search. See the module's text.
pub struct Mipro {
    knobs: Knobs,
    look: Vec<Row>,
    dev: Vec<Row>,
    /// What the teacher is shown.
    people: Vec<Shot>,
    harvest: Option<Harvest>,
    instructions: Vec<Instruction>,
    sets: Vec<Examples>,
    schedule: Schedule,
    trial: usize,
    tried: BTreeMap<Choice, CandidateId>,
    /// Combinations that a guardrail stopped, or that are the same as another.
    closed: BTreeSet<Choice>,
    /// Candidates that were held against the best one.
    settled: BTreeSet<CandidateId>,
    state: State,
}

enum State {
    Start,
    Harvesting,
    Writing { rows: Vec<Vec<Row>> },
    Trying(Choice),
    Full { child: CandidateId, last: bool },
}

impl Mipro {
    /// A search with these knobs.
    pub fn new(knobs: Knobs) -> Self {
        Self {
            knobs,
            look: Vec::new(),
            dev: Vec::new(),
            people: Vec::new(),
            harvest: None,
            instructions: Vec::new(),
            sets: Vec::new(),
            schedule: Schedule { trials: 0, minibatch: 1, full: 1 },
            trial: 0,
            tried: BTreeMap::new(),
            closed: BTreeSet::new(),
            settled: BTreeSet::new(),
            state: State::Start,
        }
    }
}

impl Strategy for Mipro {
    fn name(&self) -> &'static str {
        "mipro"
    }

    fn knobs(&self) -> serde_json::Value {
        serde_json::to_value(&self.knobs).expect("knobs are plain data")
    }

    fn most_examples(&self) -> usize {
        self.knobs.recipe().most()
    }

    fn next(&mut self, desk: &mut Desk<'_>, told: Told) -> Ask {
        match (std::mem::replace(&mut self.state, State::Start), told) {
            (_, Told::Short(_)) => self.done(desk, Why::Budget),
            (State::Start, _) => self.open(desk),
            (State::Harvesting, _) => self.harvested(desk),
            (State::Writing { rows }, Told::Written(replies)) => self.written(desk, &rows, replies),
            (State::Writing { .. }, _) => self.propose(desk),
            (State::Trying(choice), _) => self.rated(desk, choice),
            (State::Full { child, last }, _) => self.validated(desk, child, last),
        }
    }
}

impl Mipro {
    fn open(&mut self, desk: &mut Desk<'_>) -> Ask {
        let share = desk.calls_left().map_or(usize::MAX, |left| left as usize / SHARE).max(1);
        self.dev = desk.dev_rows();
        self.dev.truncate(share);
        let train = desk.train_rows();
        self.look = train[..train.len().min((share / 2).clamp(LOOK.0, LOOK.1)).min(share)].to_vec();
        let recipe = self.knobs.recipe();
        self.people = recipe.people(desk);
        let teacher = self.admit(desk, &Examples::fixed(self.people.clone()), None).unwrap_or(0);
        let mut harvest = recipe.harvest(desk, teacher, &self.people, true).within(share);
        let looked = harvest.next(desk);
        self.harvest = Some(harvest);
        self.state = State::Harvesting;
        let baseline = Want::new(0, [&self.dev[..], &self.look].concat());
        Ask::Rate(std::iter::once(baseline).chain(looked).collect())
    }

    fn harvested(&mut self, desk: &mut Desk<'_>) -> Ask {
        let Some(mut harvest) = self.harvest.take() else { return self.propose(desk) };
        harvest.read(desk);
        if let Some(want) = harvest.next(desk) {
            self.harvest = Some(harvest);
            self.state = State::Harvesting;
            return Ask::Rate(vec![want]);
        }
        self.sets = self.sets_of(desk, harvest.found());
        self.propose(desk)
    }

    /// No examples, labelled ones alone, the first good replies, then draws.
    fn sets_of(&self, desk: &Desk<'_>, found: &[Shot]) -> Vec<Examples> {
        let mut sets = vec![Examples::default(), Examples::fixed(self.people.clone())];
        for number in 0..self.knobs.candidates.saturating_sub(sets.len()) as u64 {
            let set = self.knobs.recipe().set(desk, &self.people, found, number);
            // Where little was found, draws come out alike.
            if !sets.contains(&set) {
                sets.push(set);
            }
        }
        sets.truncate(self.knobs.candidates.max(1));
        sets
    }

    fn propose(&mut self, desk: &mut Desk<'_>) -> Ask {
        let wanted = self.knobs.candidates.saturating_sub(1);
        let Asked { messages, rows } = propose::ask(desk, &self.look, wanted, self.knobs.failures);
        self.state = State::Writing { rows };
        Ask::Write(messages)
    }

    fn written(&mut self, desk: &mut Desk<'_>, rows: &[Vec<Row>], replies: Vec<Written>) -> Ask {
        let baseline = Instruction { text: desk.pool().prompt(0).editable(), feedback: Vec::new() };
        self.instructions = std::iter::once(baseline).chain(propose::read(desk, rows, replies)).collect();
        self.schedule = self.knobs.schedule(desk.calls_left(), self.dev.len());
        self.tried.insert([0, 0], 0);
        self.search(desk)
    }

    /// The next trial, a full rating, or the end.
    fn search(&mut self, desk: &mut Desk<'_>) -> Ask {
        while self.trial < self.schedule.trials && desk.calls_left() != Some(0) {
            let Some(choice) = self.suggest(desk) else { break };
            self.trial += 1;
            let Some(child) = self.candidate(desk, choice) else {
                self.closed.insert(choice);
                continue;
            };
            let known = self.full().iter().filter(|row| desk.pool().has(child, **row, 0)).count();
            let end = (known + self.schedule.minibatch).min(self.schedule.full).min(self.dev.len());
            self.state = State::Trying(choice);
            return Ask::Rate(vec![Want::new(child, self.dev[known..end].to_vec())]);
        }
        self.validate(desk, true)
    }

    /// The dev rows of a full rating.
    fn full(&self) -> &[Row] {
        &self.dev[..self.schedule.full.min(self.dev.len())]
    }

    fn is_full(&self, desk: &Desk<'_>, id: CandidateId) -> bool {
        self.full().iter().all(|row| desk.pool().has(id, *row, 0))
    }

    /// How a candidate does against the baseline on the rows that it was rated on.
    fn gain(&self, desk: &Desk<'_>, id: CandidateId) -> Option<Gain> {
        plain_gain(desk.pool(), id, 0, self.full())
    }

    fn suggest(&self, desk: &Desk<'_>) -> Option<Choice> {
        let space = Space([self.instructions.len(), self.sets.len().max(1)]);
        let worth = |(choice, id): (&Choice, &CandidateId)| {
            let gain = if *id == 0 { 0.0 } else { self.gain(desk, *id)?.mean };
            Some((*choice, gain))
        };
        let seen: Vec<(Choice, f64)> = self.tried.iter().filter_map(worth).collect();
        let is_open = |choice: &Choice| {
            let rated = self.tried.get(choice).is_some_and(|id| *id == 0 || self.is_full(desk, *id));
            !rated && !self.closed.contains(choice)
        };
        let open: Vec<Choice> = space.all().into_iter().filter(is_open).collect();
        space.suggest(&seen, STARTUP, &open, &mut desk.rng("mipro trial", self.trial as u64))
    }

    /// The candidate of a combination; `None` when it cannot be one.
    fn candidate(&mut self, desk: &mut Desk<'_>, choice: Choice) -> Option<CandidateId> {
        if let Some(id) = self.tried.get(&choice) {
            return Some(*id);
        }
        let examples = self.sets.get(choice[1]).cloned().unwrap_or_default();
        let instruction = (choice[0] > 0).then(|| self.instructions[choice[0]].clone());
        let id = self.admit(desk, &examples, instruction.as_ref())?;
        self.tried.insert(choice, id);
        Some(id)
    }

    fn admit(&self, desk: &mut Desk<'_>, examples: &Examples, with: Option<&Instruction>) -> Option<CandidateId> {
        if examples.is_empty() && with.is_none() {
            return None;
        }
        let operator = if with.is_some() { Operator::Proposal } else { Operator::Demos };
        let feedback = with.map_or(Vec::new(), |instruction| instruction.feedback.clone());
        let text = with.map_or_else(|| desk.pool().prompt(0).editable(), |instruction| instruction.text.clone());
        let showing = examples.shown_in(desk.pool().prompt(0).revised(&text));
        // The teacher, most of all: what is a candidate already is no other one.
        if let Some(known) = desk.pool().find(&showing) {
            return Some(known);
        }
        desk.admit_showing(&text, examples, Origin { operator, parents: vec![0], feedback }).ok()
    }

    fn rated(&mut self, desk: &mut Desk<'_>, choice: Choice) -> Ask {
        let id = self.tried[&choice];
        if let Some(gain) = self.gain(desk, id) {
            desk.compared(id, 0, gain, Decision::GoOn);
        }
        if self.trial.is_multiple_of(self.knobs.full_every.max(1)) {
            self.validate(desk, false)
        } else {
            self.search(desk)
        }
    }

    /// Rates the best combination that was not rated in full yet, if it is ahead of the baseline.
    fn validate(&mut self, desk: &mut Desk<'_>, last: bool) -> Ask {
        let open = self.tried.values().filter(|id| **id != 0 && !self.is_full(desk, **id));
        let ahead = open.filter_map(|id| Some((self.gain(desk, *id)?.mean, *id))).filter(|(gain, _)| *gain > 0.0);
        let best = ahead.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        match best {
            Some((_, child)) if desk.calls_left() != Some(0) => {
                self.state = State::Full { child, last };
                Ask::Rate(vec![Want::new(child, self.full())])
            }
            _ if last => self.done(desk, if desk.calls_left() == Some(0) { Why::Budget } else { Why::Rounds }),
            _ => self.search(desk),
        }
    }

    fn validated(&mut self, desk: &mut Desk<'_>, child: CandidateId, last: bool) -> Ask {
        self.settle(desk, child);
        if last { self.done(desk, Why::Rounds) } else { self.search(desk) }
    }

    /// Crowns a candidate that was rated in full, if it is better than the best so far.
    fn settle(&mut self, desk: &mut Desk<'_>, child: CandidateId) {
        self.settled.insert(child);
        let best = desk.champion();
        if let Some(gain) = plain_gain(desk.pool(), child, best, self.full()) {
            let better = gain.mean > 0.0;
            desk.compared(child, best, gain, Decision::kept_if(better));
            if better {
                desk.crown(child);
            }
        }
    }

    /// The best of those that were rated in full: their trials may have made others full as well. Where the budget left
    /// none, the one that is furthest ahead, if it is so by a standard error.
    fn done(&mut self, desk: &mut Desk<'_>, why: Why) -> Ask {
        let rated: BTreeSet<CandidateId> = self.tried.values().copied().filter(|id| *id != 0).collect();
        let full = |id: &CandidateId| self.is_full(desk, *id);
        let any = rated.iter().any(full);
        let fit = |id: &CandidateId| if any { full(id) } else { self.gain(desk, *id).is_some_and(|g| g.is_won(1.0)) };
        let fit: Vec<CandidateId> = rated.into_iter().filter(fit).filter(|id| !self.settled.contains(id)).collect();
        fit.into_iter().for_each(|id| self.settle(desk, id));
        Ask::Done { best: desk.champion(), why }
    }
}
