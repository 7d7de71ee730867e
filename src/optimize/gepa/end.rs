//! The end of a search: rules are tried without, the best few compared on the rest of Dev, the shortest of the best taken.

use super::super::desk::Desk;
use super::super::event::Why;
use super::super::paired::{gain, worst_first};
use super::super::pool::{CandidateId, Operator, Origin};
use super::super::strategy::{Ask, Want};
use super::trial::{Idea, Trial};
use super::{Gepa, State, propose};

/// Candidates that are compared on the rest of Dev at the end.
const FINALISTS: usize = 3;

impl Gepa {
    /// The search for gains is over: tries rules out, then compares the best few on the rest of Dev.
    pub(super) fn close(&mut self, desk: &mut Desk<'_>, why: Why) -> Ask {
        let best = desk.champion();
        if why == Why::Plateau && !self.pruned && best != 0 {
            return self.prune(desk, best);
        }
        self.pending.clear();
        let mut finalists = worst_first(desk.pool(), &self.kept, self.trial_rows());
        finalists.reverse();
        finalists.truncate(FINALISTS);
        if why == Why::Perfect {
            return self.done(desk, why);
        }
        let sample = u32::from(self.rows == self.dev.len());
        self.compare_again(desk, finalists, why, sample)
    }

    /// Rates the best few on all of Dev: sample 0 on the rows that they have not seen, sample 1 to average the judge's own
    /// noise. As far as the budget goes, and only while it is open which of them is the best.
    pub(super) fn compare_again(
        &mut self,
        desk: &mut Desk<'_>,
        mut finalists: Vec<CandidateId>,
        why: Why,
        sample: u32,
    ) -> Ask {
        let all = self.dev.clone();
        let best = finalists[0];
        let open =
            |id: &CandidateId| *id == best || gain(desk.pool(), best, *id, &all).is_some_and(|gain| !gain.is_won(1.0));
        finalists.retain(open);
        let left = desk.calls_left().map_or(usize::MAX, |left| left as usize);
        let rows = if sample == 0 { all.len() - self.rows } else { all.len() };
        while finalists.len() > 1 && finalists.len() * rows > left {
            finalists.pop();
        }
        if finalists.len() < 2 || sample > 1 {
            return self.done(desk, why);
        }
        let pool = desk.pool();
        let unrated = |id| all.iter().copied().filter(|row| !pool.has(id, *row, sample)).collect();
        let wants = finalists.iter().map(|&id| Want { candidate: id, rows: unrated(id), sample }).collect();
        self.state = State::Final { finalists, why, sample };
        Ask::Rate(wants)
    }

    fn prune(&mut self, desk: &mut Desk<'_>, best: CandidateId) -> Ask {
        self.pruned = true;
        let rules = propose::suspects(desk.pool(), best, self.knobs.prune);
        for rule in rules {
            let origin = Origin { operator: Operator::Prune, parents: vec![best], feedback: Vec::new() };
            self.pending.push_back(Trial { origin, idea: Idea::Without(rule) });
        }
        self.try_next(desk)
    }

    /// The best candidate; of those that are as good, the shortest: every word is paid for with every call.
    pub(super) fn done(&mut self, desk: &mut Desk<'_>, why: Why) -> Ask {
        self.crown(desk);
        let pool = desk.pool();
        let best = desk.champion();
        let as_good = |id: &CandidateId| {
            *id == best
                || gain(pool, best, *id, self.trial_rows()).is_some_and(|gain| 100.0 * gain.mean <= self.knobs.tie)
        };
        let words = |id: CandidateId| pool.prompt(id).editable().split_whitespace().count();
        let shortest = self.kept.iter().copied().filter(as_good).min_by_key(|&id| (words(id), id)).unwrap_or(best);
        desk.crown(shortest);
        Ask::Done { best: shortest, why }
    }
}
