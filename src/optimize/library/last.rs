//! The last look: what is chosen is held against wider sets and against the base prompt, on all rows.
//!
//! The steps before it ask of each bullet whether it is missed, on the rows that its share of the calls allows. The set that
//! is left was often rated on a few dozen of them: too few to hold it against the base prompt, where two broken replies more
//! outweigh what twenty rules do. And many that help a little are not missed one by one, nor by halves on few rows. So calls
//! are set aside for the set as a whole, and for two wider ones: a wider one is taken where the chosen one misses it.

use super::super::desk::Desk;
use super::super::event::Decision;
use super::effect::Effect;
use super::finding::{NOTICEABLE, adds_nothing, does_nothing};
use super::plan::{calls_left, set_aside};
use super::race::{Arm, Race};
use super::{Bullets, Step};

impl Bullets {
    /// Sets calls aside, of those that are there, for rating all rows in the end; gives the others.
    pub(super) fn set_aside(&mut self, calls: u64) -> u64 {
        self.last_calls = set_aside(calls, self.rows.len());
        calls - self.last_calls
    }

    /// Calls that are left for the steps before the last one.
    pub(super) fn left(&self, desk: &Desk<'_>) -> u64 {
        calls_left(desk).saturating_sub(self.last_calls)
    }

    /// The chosen set against the base prompt, and wider ones against the chosen set.
    pub(super) fn last(&mut self, desk: &mut Desk<'_>) {
        let mut arms = Vec::new();
        if let (false, Ok(chosen)) = (self.chosen.is_empty(), self.sets.candidate(desk, &self.chosen, 0)) {
            arms.push(Arm { about: 0, own: chosen, shared: 0 });
            self.wider = [self.ahead(), self.not_behind()].into_iter().filter(|set| *set != self.chosen).collect();
            self.wider.dedup();
            for (at, set) in self.wider.iter().enumerate() {
                if let Ok(own) = self.sets.candidate(desk, set, chosen) {
                    arms.push(Arm { about: at + 1, own, shared: chosen });
                }
            }
        }
        self.step = Step::Last;
        self.race = Some(Race::new(arms, calls_left(desk)).until_the_end());
    }

    /// The chosen ones and what was ahead when it was added to them.
    fn ahead(&self) -> Vec<usize> {
        self.with(|i| self.within_z(i).is_some_and(|z| z > self.knobs.z))
    }

    /// The chosen ones and what was beside them at first, without what is shown to do nothing, what another one makes
    /// redundant, and what was behind.
    fn not_behind(&self) -> Vec<usize> {
        let behind = |i: usize| self.within_z(i).is_some_and(|z| z < -self.knobs.z);
        let is_out = |i: usize| does_nothing(&self.findings[i]) || self.is_redundant(i) || behind(i);
        self.with(|i| self.first.contains(&i) && !is_out(i))
    }

    /// The chosen ones and others, the best first, as far as the limits go.
    fn with(&self, other: impl Fn(usize) -> bool) -> Vec<usize> {
        let words = |i: usize| self.findings[i].text.split_whitespace().count();
        let mut set = self.chosen.clone();
        let mut all: usize = set.iter().map(|&i| words(i)).sum();
        let mut others: Vec<usize> =
            (0..self.findings.len()).filter(|&i| !self.chosen.contains(&i) && other(i)).collect();
        others.sort_by(|a, b| self.score(*b).total_cmp(&self.score(*a)).then(a.cmp(b)));
        for i in others {
            if set.len() < self.knobs.most && all + words(i) <= self.knobs.words {
                all += words(i);
                set.push(i);
            }
        }
        set
    }

    fn within_z(&self, i: usize) -> Option<f64> {
        self.findings[i].within.as_ref().filter(|within| within.is_tested()).map(Effect::z)
    }

    /// A chosen one makes it redundant.
    pub(super) fn is_redundant(&self, i: usize) -> bool {
        let Some(alone) = self.findings[i].alone.as_ref().filter(|alone| alone.is_tested()) else { return false };
        let chosen = |id: &str| self.chosen.iter().any(|other| self.findings[*other].id == id);
        self.findings[i].beside.iter().any(|beside| chosen(&beside.other) && adds_nothing(alone, &beside.effect))
    }

    /// Takes the wider set that the chosen one misses the most, if it misses any by more than is asked of a bullet, and
    /// noticeably: every line of it is paid for with every call.
    pub(super) fn choose(&mut self, desk: &mut Desk<'_>) {
        let Some(chosen) = self.sets.known(&self.chosen) else { return };
        let mut best: Option<(f64, usize)> = None;
        for (at, set) in self.wider.iter().enumerate() {
            let Some((own, effect)) = self.sets.known(set).and_then(|own| {
                let effect = Effect::of(desk, own, chosen, &self.rows)?;
                Some((own, effect))
            }) else {
                continue;
            };
            let is_missed = effect.is_tested() && effect.z() > self.knobs.z && effect.worth().0 >= NOTICEABLE;
            desk.compared(own, chosen, effect.as_gain(), Decision::kept_if(is_missed));
            if is_missed && best.is_none_or(|(worth, _)| effect.worth().0 > worth) {
                best = Some((effect.worth().0, at));
            }
        }
        if let Some((_, at)) = best {
            self.chosen = self.wider[at].clone();
        }
    }
}
