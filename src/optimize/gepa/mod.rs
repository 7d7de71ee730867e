//! `optimize gepa`: reflective prompt evolution that reads every failure it has paid for before it pays for another.
//!
//! A round:
//! 1. **Parent**: the best candidate on Dev, now and then another within a standard error of it.
//! 2. **Look**: where too few failures are known, the parent rates more of Train.
//! 3. **Reflect**: its failures, grouped by kind, go to the reflection model, several groups in flight together. Each
//!    answer passes the guardrails on its own. Those that only add rules are put together: a **bundle**.
//! 4. **Trial**: the bundle is rated on the first dev rows of a fixed order and held against its parent, row by row; one
//!    that is behind by a standard error costs no further call; the failures of one that is ahead by as much are looked for
//!    in the same wave of calls. What is ahead on all its rows is kept. A bundle that does not hold is split in two, and
//!    each half is tried on what holds by then.
//! 5. **Plateau**: a round without a gain changes the way of asking: add rules, rewrite, cross two candidates.
//!
//! At the end rules of the best candidate are tried without, and the best few are compared on the rest of Dev. Sources of
//! the parts: GEPA (arXiv 2507.19457), racing as in CAPO (2504.16005), failure groups as in HRPO and ComBEE (2604.04247).

mod end;
mod knobs;
mod look;
mod propose;
mod trial;

pub use knobs::Knobs;

use super::desk::Desk;
use super::event::{Decision, Entry, Why};
use super::paired::{Gain, gain, malformed, worst_first};
use super::pareto::Front;
use super::pool::{CandidateId, Operator, Origin, Pool, Row};
use super::strategy::{Ask, Strategy, Told, Want, Written};
use crate::feedback::Template;
use propose::Asked;
use rand::RngExt as _;
use std::collections::{BTreeSet, VecDeque};
use trial::{Idea, Lane, Trial};

/// Most looks for failures in one round: hunting without bound costs more than it finds.
const LOOKS: u32 = 2;
/// Losses that are as good as the best: a bit more than one step on a scale of five.
const TIE: f64 = 0.07;
/// Rows that a child is accepted on at least.
const FEWEST: usize = 8;
/// Rows that a first stage has at least, or there is none: fewer turn nobody away, and are a wave of calls all the same.
const FIRST: usize = 12;
/// Standard errors by which a prompt must be better without a rule.
const PRUNE_Z: f64 = 1.5;
/// Standard errors by which a candidate must break more replies to be kept back for that: they count in its gain already.
const BREAKS_Z: f64 = 2.0;

/// The search. See the module's text.
pub struct Gepa {
    knobs: Knobs,
    train: Vec<Row>,
    dev: Vec<Row>,
    /// Train rows per look, dev rows per trial.
    look: usize,
    rows: usize,
    /// The baseline, and children that held.
    kept: Vec<CandidateId>,
    /// Failures that were shown to the reflection model.
    read: BTreeSet<(CandidateId, Row)>,
    pending: VecDeque<Trial>,
    round: u64,
    gained: bool,
    stale: u32,
    /// Rules were tried without: nothing is looked for any more.
    pruned: bool,
    state: State,
}

/// What the search waits for.
#[derive(Debug)]
enum State {
    Start,
    /// The baseline's first ratings.
    Opening,
    /// More ratings of a parent on Train.
    Looking {
        parent: CandidateId,
        looks: u32,
    },
    /// Revisions.
    Writing(Asked),
    /// Ratings of a child, or of several that do not depend on each other.
    Trying(Vec<Lane>),
    /// Ratings of the best few on the rest of Dev, then once more.
    Final {
        finalists: Vec<CandidateId>,
        why: Why,
        sample: u32,
    },
}

impl Gepa {
    /// A search with these knobs.
    pub fn new(knobs: Knobs) -> Self {
        Self {
            knobs,
            train: Vec::new(),
            dev: Vec::new(),
            look: 0,
            rows: 0,
            kept: vec![0],
            read: BTreeSet::new(),
            pending: VecDeque::new(),
            round: 0,
            gained: true,
            stale: 0,
            pruned: false,
            state: State::Start,
        }
    }
}

impl Strategy for Gepa {
    fn name(&self) -> &'static str {
        "gepa"
    }

    fn knobs(&self) -> serde_json::Value {
        serde_json::to_value(&self.knobs).expect("knobs are plain data")
    }

    fn next(&mut self, desk: &mut Desk<'_>, told: Told) -> Ask {
        let state = std::mem::replace(&mut self.state, State::Start);
        match (state, told) {
            (State::Final { why, .. }, Told::Short(_)) => self.done(desk, why),
            (_, Told::Short(_)) => self.close(desk, Why::Budget),
            (State::Opening | State::Start, Told::Rated) => self.begin_round(desk),
            (State::Looking { parent, looks }, _) => self.reflect(desk, parent, looks),
            (State::Writing(asked), Told::Written(replies)) => self.written(desk, &asked, replies),
            (State::Trying(lanes), _) => self.tried(desk, lanes),
            (State::Final { finalists, why, sample }, _) => {
                self.rows = self.dev.len();
                self.compare_again(desk, finalists, why, sample + 1)
            }
            (State::Start | State::Opening | State::Writing(_), _) => self.open(desk),
        }
    }
}

impl Gepa {
    fn open(&mut self, desk: &Desk<'_>) -> Ask {
        self.train = desk.train_rows();
        self.dev = desk.dev_rows();
        (self.look, self.rows) = self.knobs.sizes(desk.calls_left(), self.train.len(), self.dev.len());
        self.state = State::Opening;
        let rows: Vec<Row> = self.dev[..self.rows].iter().chain(&self.train[..self.look]).copied().collect();
        Ask::Rate(vec![Want::new(0, rows)])
    }

    /// The dev rows of trials.
    fn trial_rows(&self) -> &[Row] {
        &self.dev[..self.rows]
    }

    fn begin_round(&mut self, desk: &mut Desk<'_>) -> Ask {
        self.stale = if self.gained { 0 } else { self.stale + 1 };
        self.gained = false;
        self.round += 1;
        if desk.calls_left() == Some(0) {
            return self.close(desk, Why::Budget);
        }
        if self.pruned || self.stale >= self.knobs.patience {
            return self.close(desk, Why::Plateau);
        }
        if self.stale > 0 {
            let now = self.template().name().to_owned();
            desk.note(Entry::Plateau { rounds: self.stale, now });
        }
        let parent = choose_parent(desk, &self.kept, self.trial_rows(), self.knobs.explore, self.round);
        self.reflect(desk, parent, 0)
    }

    /// How revisions are asked for: another way after every round without a gain.
    fn template(&self) -> Template {
        match self.stale % 3 {
            1 => Template::Rewrite,
            2 if self.kept.len() > 2 => Template::Crossover,
            _ => Template::Rules,
        }
    }

    /// Asks for revisions of `parent`, after another look at it where too few of its failures are unread.
    fn reflect(&mut self, desk: &mut Desk<'_>, parent: CandidateId, looks: u32) -> Ask {
        let unread = self.failures(desk, parent, true);
        let wanted = self.wanted();
        let open = self.unrated(desk.pool(), parent);
        // Hunting is bounded, unless there is nothing at all to write from.
        let hunts = unread.len() < wanted && looks < LOOKS || self.failures(desk, parent, false).is_empty();
        if hunts && !open.is_empty() && desk.calls_left() != Some(0) {
            let left = desk.calls_left().map_or(usize::MAX, |left| left as usize);
            let size = self.look_for(desk, parent, wanted.saturating_sub(unread.len()));
            self.state = State::Looking { parent, looks: looks + 1 };
            return Ask::Rate(vec![Want::new(parent, open[..size.min(open.len()).min(left)].to_vec())]);
        }
        // Everything is read: read it again, it will be asked about in another way.
        let failures = if unread.is_empty() { self.failures(desk, parent, false) } else { unread };
        if failures.is_empty() {
            return self.close(desk, Why::Perfect);
        }
        let asked = propose::ask(desk, parent, &failures, self.template(), &self.knobs, &self.kept, self.trial_rows());
        self.read.extend(asked.batches.iter().flatten().map(|row| (parent, *row)));
        let messages = asked.messages.clone();
        self.state = State::Writing(asked);
        Ask::Write(messages)
    }

    fn written(&mut self, desk: &mut Desk<'_>, asked: &Asked, replies: Vec<Written>) -> Ask {
        let found = propose::read(desk, asked, replies);
        if !found.parts.is_empty() {
            let operator = if found.parts.len() > 1 { Operator::Bundle } else { Operator::Reflect };
            self.pending.push_back(Trial::adding(operator, vec![asked.parent], found.parts));
        }
        for (text, feedback) in found.rewrites {
            let operator = if asked.other.is_some() { Operator::Crossover } else { Operator::Reflect };
            let parents = std::iter::once(asked.parent).chain(asked.other).collect();
            self.pending.push_back(Trial { origin: Origin { operator, parents, feedback }, idea: Idea::Text(text) });
        }
        self.try_next(desk)
    }

    /// Begins the next trial, with those that can be made beside it, or the next round when there is none.
    fn try_next(&mut self, desk: &mut Desk<'_>) -> Ask {
        if !self.pending.is_empty() && desk.calls_left() == Some(0) {
            return self.close(desk, Why::Budget);
        }
        let mut lanes: Vec<Lane> = Vec::new();
        while let Some(next) = self.pending.front()
            && lanes.first().is_none_or(|first| first.trial.goes_with(next))
            && let Some(mut trial) = self.pending.pop_front()
        {
            let best = desk.champion();
            // What only adds is tried on what holds by now, if that came from the same text.
            let from = trial.origin.parents[0];
            if !matches!(trial.idea, Idea::Text(_)) && best != from && desk.pool().descends(best, from) {
                trial.origin.parents[0] = best;
            }
            let against = trial.origin.parents[0];
            if let Some(child) = self.admit(desk, &mut trial) {
                lanes.push(Lane { child, against, trial, rows: self.first_rows(), leads: false });
            }
        }
        if lanes.is_empty() { self.begin_round(desk) } else { self.rate(desk, lanes) }
    }

    fn admit(&mut self, desk: &mut Desk<'_>, trial: &mut Trial) -> Option<CandidateId> {
        let parent = trial.origin.parents[0];
        match &mut trial.idea {
            Idea::Text(text) => desk.admit(text, trial.origin.clone()).ok(),
            Idea::Without(rule) => {
                desk.admit(&propose::without(desk.pool().prompt(parent), rule)?, trial.origin.clone()).ok()
            }
            Idea::Parts(parts) => {
                // Each part passes alone; together they may be too long.
                while parts.len() > 1 && !desk.passes(&propose::with(desk.pool().prompt(parent), parts), parent) {
                    parts.pop();
                }
                desk.admit(&propose::with(desk.pool().prompt(parent), parts), trial.origin.clone()).ok()
            }
        }
    }

    /// Dev rows of the first stage.
    fn first_rows(&self) -> usize {
        let first = (self.rows as f64 * self.knobs.early).round() as usize;
        if first < FIRST { self.rows } else { first.min(self.rows) }
    }

    /// Has the rows of each lane rated, as far as the budget goes.
    fn rate(&mut self, desk: &Desk<'_>, lanes: Vec<Lane>) -> Ask {
        let mut left = desk.calls_left().map_or(usize::MAX, |left| left as usize);
        let want = |lane: &Lane| {
            let open = self.dev[..lane.rows].iter().copied().filter(|row| !desk.pool().has(lane.child, *row, 0));
            let looked = if lane.leads { self.unrated(desk.pool(), lane.child) } else { Vec::new() };
            let looked = looked.into_iter().take(self.look_for(desk, lane.child, self.wanted()));
            let rows: Vec<Row> = open.chain(looked).take(left).collect();
            left -= rows.len();
            Want::new(lane.child, rows)
        };
        let wants = lanes.iter().map(want).collect();
        self.state = State::Trying(lanes);
        Ask::Rate(wants)
    }

    /// What became of each child on the rows so far: some are rated further, the others are kept or dropped.
    fn tried(&mut self, desk: &mut Desk<'_>, lanes: Vec<Lane>) -> Ask {
        let (mut on, mut held) = (Vec::new(), Vec::new());
        let alone = lanes.len() == 1;
        for lane in lanes {
            let Some(gain) = gain(desk.pool(), lane.child, lane.against, &self.dev[..lane.rows]) else { continue };
            let decision = self.decision(desk, &lane, gain);
            desk.compared(lane.child, lane.against, gain, decision);
            match decision {
                Decision::GoOn => {
                    let leads = alone && lane.trial.origin.operator != Operator::Prune && gain.is_won(1.0);
                    on.push(Lane { rows: self.rows, leads, ..lane });
                }
                Decision::Accepted => {
                    self.kept.push(lane.child);
                    self.gained = true;
                    held.push(lane);
                }
                Decision::Rejected => self.split(lane.trial),
            }
        }
        self.crown(desk);
        // Rules that can each be spared are left out together, too.
        let best = desk.champion();
        let spared =
            held.into_iter().filter(|lane| lane.child != best && lane.trial.origin.operator == Operator::Prune);
        self.pending.extend(spared.map(|lane| lane.trial));
        if on.is_empty() { self.try_next(desk) } else { self.rate(desk, on) }
    }

    fn decision(&self, desk: &Desk<'_>, lane: &Lane, gain: Gain) -> Decision {
        let whole = lane.rows == self.rows || desk.calls_left() == Some(0);
        let holds = match lane.trial.origin.operator {
            Operator::Prune => gain.is_won(PRUNE_Z),
            _ => {
                let expected = 100.0 * gain.expected(self.prior());
                // A handful of rows, where the budget ends, says nothing: the prior alone accepts nobody.
                let seen = gain.se.is_finite() && gain.n >= FEWEST.min(self.rows);
                seen && expected > self.knobs.margin && self.is_readable(desk.pool(), lane.child, lane.against)
            }
        };
        match (gain.is_lost(self.knobs.z), whole) {
            (true, _) => Decision::Rejected,
            (false, false) => Decision::GoOn,
            (false, true) if holds => Decision::Accepted,
            (false, true) => Decision::Rejected,
        }
    }

    /// A bundle that does not hold: each half is tried next.
    fn split(&mut self, trial: Trial) {
        let Idea::Parts(parts) = trial.idea else { return };
        if parts.len() < 2 || trial.origin.operator == Operator::Split {
            return;
        }
        let (first, second) = parts.split_at(parts.len() / 2);
        for half in [second, first] {
            self.pending.push_front(Trial::adding(Operator::Split, trial.origin.parents.clone(), half.to_vec()));
        }
    }

    /// What children are worth before they were tried, as losses.
    fn prior(&self) -> (f64, f64) {
        (self.knobs.prior / 100.0, self.knobs.prior_sd / 100.0)
    }

    /// Not shown to break more replies than is allowed, or than its parent does.
    fn is_readable(&self, pool: &Pool, child: CandidateId, against: CandidateId) -> bool {
        let ((now, variance), before) = (malformed(pool, child), malformed(pool, against).0);
        now - BREAKS_Z * variance.sqrt() <= self.knobs.malformed.max(before)
    }

    fn crown(&self, desk: &mut Desk<'_>) {
        if let Some(best) = worst_first(desk.pool(), &self.kept, self.trial_rows()).last() {
            desk.crown(*best);
        }
    }
}

/// The best candidate on `rows`; with the chance `explore` one of those within a standard error of it instead, drawn by
/// the number of rows that it is best on.
fn choose_parent(desk: &Desk<'_>, kept: &[CandidateId], rows: &[Row], explore: f64, round: u64) -> CandidateId {
    let pool = desk.pool();
    let sorted = worst_first(pool, kept, rows);
    let best = *sorted.last().expect("the baseline is always kept");
    let mut rng = desk.rng("parent", round);
    if !rng.random_bool(explore) {
        return best;
    }
    let close = |id: &CandidateId| gain(pool, *id, best, rows).is_some_and(|gain| !gain.is_lost(1.0));
    let band: Vec<CandidateId> = sorted.iter().copied().filter(|id| *id == best || close(id)).collect();
    Front::within(pool, &band, rows, TIE).without_dominated(&band).draw(&mut rng).unwrap_or(best)
}
