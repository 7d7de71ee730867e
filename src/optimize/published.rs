//! `optimize gepa --published`: the algorithm of the GEPA paper (arXiv 2507.19457) with the defaults of its reference
//! implementation, on this engine, for comparison.
//!
//! What differs from the reference, because it cannot be switched off: guardrails are before every evaluation, no batch
//! exceeds the budget, and an answer that is there already is not paid again (the reference rates a parent's minibatch
//! anew each time). Crossover is off, as it is there for a single prompt.

use super::desk::Desk;
use super::event::{Decision, Why};
use super::paired::plain_gain;
use super::pareto::{Front, largest_first};
use super::pool::{CandidateId, Operator, Origin, Row};
use super::strategy::{Ask, Strategy, Told, Want, Written};
use crate::feedback::{Case, Counts, Reflection, Template, extract};
use rand::seq::SliceRandom as _;

/// Train rows of one reflection: the reference's default.
const MINIBATCH: usize = 3;
/// Words that a revision is told it may have more than its parent.
const GROWTH: usize = 120;
/// Proposals in a row that a guardrail stops, after which the search ends: the reference has no such end, but it has no
/// guardrails either.
const PATIENCE: u32 = 25;

/// The search. See the module's text.
#[derive(Default)]
pub struct Published {
    /// Rows of the current epoch, shuffled.
    epoch: Vec<Row>,
    epochs: u64,
    at: usize,
    kept: Vec<CandidateId>,
    iteration: u64,
    refused: u32,
    state: State,
}

#[derive(Default)]
enum State {
    #[default]
    Start,
    Baseline,
    Parent {
        parent: CandidateId,
        batch: Vec<Row>,
    },
    Writing {
        parent: CandidateId,
        batch: Vec<Row>,
    },
    Child {
        child: CandidateId,
        parent: CandidateId,
        batch: Vec<Row>,
    },
    Validating {
        child: CandidateId,
        parent: CandidateId,
    },
}

impl Strategy for Published {
    fn name(&self) -> &'static str {
        "gepa-published"
    }

    fn knobs(&self) -> serde_json::Value {
        serde_json::json!({"minibatch": MINIBATCH, "validation": "all of dev", "acceptance": "strict"})
    }

    fn next(&mut self, desk: &mut Desk<'_>, told: Told) -> Ask {
        let state = std::mem::take(&mut self.state);
        match (state, told) {
            (_, Told::Short(_)) => self.done(desk, Why::Budget),
            (State::Start, _) => {
                self.kept = vec![0];
                self.state = State::Baseline;
                Ask::Rate(vec![Want::new(0, dev(desk))])
            }
            (State::Baseline, _) => self.iterate(desk),
            (State::Parent { parent, batch }, _) => self.reflect(desk, parent, batch),
            (State::Writing { parent, batch }, Told::Written(replies)) => self.written(desk, parent, batch, replies),
            (State::Child { child, parent, batch }, _) => self.tried(desk, child, parent, &batch),
            (State::Validating { child, parent }, _) => self.validated(desk, child, parent),
            (State::Writing { .. }, _) => self.iterate(desk),
        }
    }
}

fn dev(desk: &Desk<'_>) -> Vec<Row> {
    (0..desk.materials().dev.len() as u32).map(Row::Dev).collect()
}

impl Published {
    fn iterate(&mut self, desk: &mut Desk<'_>) -> Ask {
        if self.refused >= PATIENCE {
            return self.done(desk, Why::Plateau);
        }
        self.iteration += 1;
        let worst = largest_first(desk.pool(), &self.kept, &dev(desk));
        let front = Front::within(desk.pool(), &self.kept, &dev(desk), 0.0).without_dominated(&worst);
        let parent = front.draw(&mut desk.rng("published parent", self.iteration)).unwrap_or(0);
        let batch = self.minibatch(desk);
        self.state = State::Parent { parent, batch: batch.clone() };
        Ask::Rate(vec![Want::new(parent, batch)])
    }

    /// The next rows of an order that is shuffled anew in each epoch.
    fn minibatch(&mut self, desk: &Desk<'_>) -> Vec<Row> {
        let n = desk.materials().train.len();
        let size = MINIBATCH.min(n);
        if self.at + size > self.epoch.len() {
            self.epochs += 1;
            self.at = 0;
            self.epoch = (0..n as u32).map(Row::Train).collect();
            self.epoch.shuffle(&mut desk.rng("published epoch", self.epochs));
        }
        self.at += size;
        self.epoch[self.at - size..self.at].to_vec()
    }

    fn reflect(&mut self, desk: &mut Desk<'_>, parent: CandidateId, batch: Vec<Row>) -> Ask {
        let materials = desk.materials();
        let cases: Vec<Case<'_>> = batch.iter().filter_map(|row| desk.case(parent, *row)).collect();
        // The reference skips a batch without a loss; what was paid for it is paid. Where all of Train is known to be
        // without one, skipping would cost nothing and never end.
        let right = |row: &Row| desk.pool().loss(parent, *row) == Some(0.0);
        if batch.iter().all(right) {
            let all = (0..materials.train.len() as u32).map(Row::Train).all(|row| right(&row));
            return if all { self.done(desk, Why::Perfect) } else { self.iterate(desk) };
        }
        let current = desk.pool().prompt(parent).editable();
        let message = Template::Rewrite.message(&Reflection {
            rubric: desk.rubric(),
            current: &current,
            contract: &desk.pool().prompt(parent).contract,
            counts: Counts::of(&cases),
            cases: &cases,
            agreed: &[],
            rejected: &[],
            word_budget: current.split_whitespace().count() + GROWTH,
            other: None,
        });
        self.state = State::Writing { parent, batch };
        Ask::Write(vec![message])
    }

    fn written(&mut self, desk: &mut Desk<'_>, parent: CandidateId, batch: Vec<Row>, replies: Vec<Written>) -> Ask {
        let feedback = batch.iter().map(|row| desk.materials().example(*row).item.id.clone()).collect();
        let origin = Origin { operator: Operator::Reflect, parents: vec![parent], feedback };
        self.refused += 1;
        let Some(reply) = replies.into_iter().next() else { return self.iterate(desk) };
        let text = match extract(&reply.text, reply.finish.as_deref()) {
            Ok(text) => text,
            Err(why) => {
                desk.unusable(&reply.text, origin, &why);
                return self.iterate(desk);
            }
        };
        let Ok(child) = desk.admit(&text, origin) else { return self.iterate(desk) };
        self.refused = 0;
        self.state = State::Child { child, parent, batch: batch.clone() };
        Ask::Rate(vec![Want::new(child, batch)])
    }

    /// A child that is better on its minibatch is rated on all of Dev.
    fn tried(&mut self, desk: &mut Desk<'_>, child: CandidateId, parent: CandidateId, batch: &[Row]) -> Ask {
        let Some(gain) = plain_gain(desk.pool(), child, parent, batch) else { return self.iterate(desk) };
        if gain.mean <= 0.0 {
            desk.compared(child, parent, gain, Decision::Rejected);
            return self.iterate(desk);
        }
        desk.compared(child, parent, gain, Decision::GoOn);
        self.state = State::Validating { child, parent };
        Ask::Rate(vec![Want::new(child, dev(desk))])
    }

    fn validated(&mut self, desk: &mut Desk<'_>, child: CandidateId, parent: CandidateId) -> Ask {
        self.kept.push(child);
        if let Some(gain) = plain_gain(desk.pool(), child, parent, &dev(desk)) {
            desk.compared(child, parent, gain, Decision::Accepted);
        }
        let best = *largest_first(desk.pool(), &self.kept, &dev(desk)).last().expect("the baseline is always kept");
        desk.crown(best);
        self.iterate(desk)
    }

    fn done(&self, desk: &Desk<'_>, why: Why) -> Ask {
        Ask::Done { best: desk.champion(), why }
    }
}
