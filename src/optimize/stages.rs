//! Several strategies after each other on one budget, each from the best that the ones before it found.
//!
//! A strategy is asked and told, so one can stand before others and pass questions on. It gives each its share of the
//! budget (what one leaves over goes to the next). Each begins with what stands for the baseline then
//! (`Desk::start_from`), so that rewriting, examples and bullets add up. At the end the best of each is rated on the same
//! dev rows. What is rated is rated once for all of them.
//!
//! It also gives up early: see `hopeless.rs`.

mod hopeless;

use super::desk::Desk;
use super::event::{Entry, Find, Why};
use super::limits::{Limits, Spend};
use super::paired::gain;
use super::pool::{CandidateId, Row};
use super::strategy::{Ask, Strategy, Told, Want};
use hopeless::hopeless;

/// Part of the budget that is kept for comparing what several strategies found.
const FINAL: f64 = 0.1;
/// What the stages' finds gain before anything is seen of them, as losses: nothing, give or take five NMSE points.
const PRIOR: (f64, f64) = (0.0, 0.05);

/// One of the strategies.
pub struct Stage {
    /// As people call it.
    pub name: &'static str,
    /// Its share of the budget, relative to the others'.
    pub share: f64,
    /// The strategy, at its beginning.
    pub strategy: Box<dyn Strategy>,
}

/// Judge calls of a whole search that give the stage called `name` so many: by the shares in the `knobs` that a run recorded.
/// `None` where it has no such stage.
pub fn calls_for_stage(knobs: &serde_json::Value, name: &str, calls: u64) -> Option<u64> {
    let stages = knobs.as_array()?;
    let share = |stage: &serde_json::Value| stage["share"].as_f64();
    let all: f64 = stages.iter().filter_map(share).sum();
    let own = share(stages.iter().find(|stage| stage["stage"] == name)?)?;
    let most = if stages.len() > 1 { 1.0 - FINAL } else { 1.0 };
    Some((calls as f64 * all / (own * most)).ceil() as u64)
}

/// The search. See the module's text.
pub struct Stages {
    stages: Vec<Stage>,
    at: usize,
    /// What each stage found.
    found: Vec<CandidateId>,
    limits: Limits,
    state: State,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Start,
    /// A strategy works, and had spent this much when it began.
    Working(Spend),
    /// What was found is rated on the same rows.
    Choosing,
}

impl Stages {
    /// These, in this order.
    ///
    /// # Panics
    /// Without any.
    pub fn new(stages: Vec<Stage>) -> Self {
        assert!(!stages.is_empty(), "there is nothing to search with");
        Self { stages, at: 0, found: Vec::new(), limits: Limits::default(), state: State::Start }
    }

    fn begin(&mut self, desk: &mut Desk<'_>) -> Ask {
        let before = desk.spent();
        desk.confine(Some(self.limits.up_to(self.share_until(self.at))));
        desk.start_from(self.found.last().copied().unwrap_or(0));
        desk.crown(0);
        self.state = State::Working(before);
        self.go_on(desk, Told::Begin)
    }

    /// The part of the budget that all stages up to this one may have spent together.
    fn share_until(&self, at: usize) -> f64 {
        let all: f64 = self.stages.iter().map(|stage| stage.share).sum();
        let until: f64 = self.stages[..=at].iter().map(|stage| stage.share).sum();
        let most = if self.stages.len() > 1 { 1.0 - FINAL } else { 1.0 };
        most * until / all
    }

    /// Passes an answer on to the strategy that works.
    fn go_on(&mut self, desk: &mut Desk<'_>, told: Told) -> Ask {
        if self.at == 0 && hopeless(desk) {
            desk.confine(None);
            return Ask::Done { best: 0, why: Why::Hopeless };
        }
        match self.stages[self.at].strategy.next(desk, told) {
            Ask::Done { best, why } => self.ended(desk, best, why),
            ask => ask,
        }
    }

    fn ended(&mut self, desk: &mut Desk<'_>, best: CandidateId, why: Why) -> Ask {
        let State::Working(before) = self.state else { unreachable!("only a strategy that works can end") };
        let spent = desk.spent().since(before);
        // Against what the stage began with.
        let gain = gain(desk.pool(), best, 0, &dev(desk)).filter(|_| best != 0);
        let own = desk.own_number(best);
        desk.start_from(0);
        desk.note(Entry::Stage {
            name: self.stages[self.at].name.to_owned(),
            best: own,
            why,
            calls: spent.judge,
            gain: gain.map(|gain| 100.0 * gain.mean),
            se: gain.filter(|gain| gain.se.is_finite()).map(|gain| 100.0 * gain.se),
            rows: gain.map(|gain| gain.n as u32),
        });
        self.found.push(own);
        self.at += 1;
        match () {
            () if why == Why::Perfect || self.stages.len() == 1 => {
                desk.confine(None);
                desk.crown(own);
                Ask::Done { best: own, why }
            }
            () if self.at < self.stages.len() => self.begin(desk),
            () => self.choose(desk),
        }
    }

    /// Rates what the stages found on the same rows, as far as the budget goes.
    fn choose(&mut self, desk: &mut Desk<'_>) -> Ask {
        desk.confine(None);
        let finalists = self.finalists();
        let mut rows: Vec<Row> = dev(desk);
        rows.retain(|row| finalists.iter().any(|&id| desk.pool().has(id, *row, 0)));
        let left = desk.calls_left().map_or(usize::MAX, |left| left as usize);
        let missing = |row: &Row| finalists.iter().filter(|&&id| !desk.pool().has(id, *row, 0)).count();
        let mut open = 0;
        rows.retain(|row| {
            open += missing(row);
            open <= left
        });
        if finalists.len() < 2 || open == 0 {
            return self.done(desk);
        }
        self.state = State::Choosing;
        let unrated = |id| rows.iter().copied().filter(|row| !desk.pool().has(id, *row, 0)).collect::<Vec<Row>>();
        Ask::Rate(finalists.iter().map(|&id| Want::new(id, unrated(id))).collect())
    }

    fn finalists(&self) -> Vec<CandidateId> {
        let mut ids = self.found.clone();
        ids.push(0);
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// The one of which the most is to be expected: what few rows show counts little.
    fn done(&self, desk: &mut Desk<'_>) -> Ask {
        let rows = dev(desk);
        let find = |id: CandidateId| {
            let gain = gain(desk.pool(), id, 0, &rows).filter(|_| id != 0)?;
            Some(Find {
                candidate: id,
                rows: gain.n as u32,
                gain: 100.0 * gain.mean,
                se: Some(100.0 * gain.se).filter(|se| se.is_finite()),
                expected: 100.0 * gain.expected(PRIOR),
            })
        };
        let finds: Vec<Find> = self.finalists().into_iter().filter_map(find).collect();
        let most = finds.iter().max_by(|a, b| a.expected.total_cmp(&b.expected));
        let best = most.filter(|find| find.expected > 0.0).map_or(0, |find| find.candidate);
        desk.note(Entry::Final { finds });
        desk.crown(best);
        Ask::Done { best, why: Why::Rounds }
    }
}

fn dev(desk: &Desk<'_>) -> Vec<Row> {
    (0..desk.materials().dev.len() as u32).map(Row::Dev).collect()
}

impl Strategy for Stages {
    fn name(&self) -> &'static str {
        match self.stages.as_slice() {
            [one] => one.strategy.name(),
            _ => "stages",
        }
    }

    fn knobs(&self) -> serde_json::Value {
        let one = |stage: &Stage| serde_json::json!({"stage": stage.name, "share": stage.share, "strategy": stage.strategy.name(), "knobs": stage.strategy.knobs()});
        self.stages.iter().map(one).collect()
    }

    fn most_examples(&self) -> usize {
        self.stages.iter().map(|stage| stage.strategy.most_examples()).max().unwrap_or(0)
    }

    fn part(&self) -> Option<&'static str> {
        match self.state {
            State::Start => None,
            State::Working(_) => self.stages.get(self.at).map(|stage| stage.name),
            State::Choosing => Some("a comparison of what was found"),
        }
    }

    fn next(&mut self, desk: &mut Desk<'_>, told: Told) -> Ask {
        match self.state {
            State::Start => {
                self.limits = desk.limits();
                self.begin(desk)
            }
            State::Working(_) => self.go_on(desk, told),
            State::Choosing => self.done(desk),
        }
    }
}
