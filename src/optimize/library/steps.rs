//! The steps of the search: which prompts are held against which, and what follows for the chosen set.

use super::super::desk::Desk;
use super::super::pool::CandidateId;
use super::effect::{Effect, moves, pooled};
use super::finding::{Finding, Verdict, adds_more, does_nothing};
use super::plan::{ALONE, calls_left};
use super::race::{Arm, Race};
use super::sets::closest;
use super::{Bullets, Step};
use std::collections::BTreeSet;

/// Rows that every bullet needs: with less money, fewer bullets are tested.
const LEAST: u64 = 32;
/// Shares of the calls, after those for each bullet alone: whole, less. The rest is for what is beside and around.
const WHOLE: f64 = 0.15;
const LESS: f64 = 0.20;
/// Bullets that one that was taken out is held against.
const SUSPECTS: usize = 2;
/// A bullet that is so many standard errors behind alone is no part of the whole. Of those that do nothing alone, and may do
/// something together, chance puts one in 200 there.
const BEHIND: f64 = 2.58;
/// A bullet that is so many standard errors ahead alone helps, for the question who makes it redundant: one-sided 95 %.
const HELPS: f64 = 1.645;
/// One that was left out and is so many standard errors ahead among the chosen becomes one of them.
const AHEAD: f64 = 2.58;
/// Share of the calls that are left for a look around; the rest is for the next, and for being sure.
const AROUND: f64 = 0.75;
/// Share of what is left after it for being sure; the rest is for those that do nothing.
const SURE: f64 = 0.6;
/// Looks around.
const ROUNDS: u32 = 3;
/// A chosen one that is missed by so many standard errors is redundant with none.
const MISSED: f64 = 1.96;

impl Bullets {
    fn share(&self, share: f64) -> u64 {
        (share * self.calls as f64) as u64
    }

    pub(super) fn alone(&mut self, desk: &mut Desk<'_>) {
        self.calls = self.set_aside(calls_left(desk));
        let calls = self.share(ALONE);
        let base: BTreeSet<String> = desk.pool().prompt(0).bullets.iter().map(|text| text.trim().to_owned()).collect();
        let affordable = (calls / LEAST).saturating_sub(1) as usize;
        let mut arms = Vec::new();
        for i in 0..self.findings.len() {
            if base.contains(self.findings[i].text.trim()) {
                self.findings[i].verdict = Verdict::InBase;
            } else if arms.len() >= affordable {
                let stopped = self.sets.stopped(desk, &[i]);
                self.findings[i].note = stopped.or_else(|| Some("the calls do not reach for it".to_owned()));
            } else {
                match self.sets.candidate(desk, &[i], 0) {
                    Ok(own) => arms.push(Arm { about: i, own, shared: 0 }),
                    Err(why) => self.findings[i].note = Some(why),
                }
            }
        }
        self.start(Step::Alone, arms, calls);
    }

    /// All together but those that do worse alone, the best first, within the limits; then each left out.
    pub(super) fn whole(&mut self, desk: &mut Desk<'_>) {
        let z = |i: &usize| self.findings[*i].alone.as_ref().filter(|effect| effect.is_tested()).map_or(0.0, Effect::z);
        let fits = |i: &usize| {
            let finding = &self.findings[*i];
            let refused = self.sets.refused(&[*i]);
            finding.verdict != Verdict::InBase && !refused && z(i) > -BEHIND
        };
        let mut open: Vec<usize> = (0..self.findings.len()).filter(fits).collect();
        open.sort_by(|a, b| self.score(*b).total_cmp(&self.score(*a)).then(a.cmp(b)));
        let mut words = 0;
        for i in open {
            let own = self.findings[i].text.split_whitespace().count();
            if self.chosen.len() < self.knobs.most && words + own <= self.knobs.words {
                words += own;
                self.chosen.push(i);
            } else {
                self.crowded.insert(i);
            }
        }
        self.shorten(desk);
        self.first = self.chosen.clone();
        self.less_calls = self.share(LESS);
        self.part = self.chosen.len() / 2;
        let chosen = self.chosen.clone();
        let arms = self.leaving_out(desk, &chosen);
        self.start(Step::Whole, arms, self.share(WHOLE));
    }

    /// All together may be too long for a guardrail where each of them passes: the worst go until they are not.
    fn shorten(&mut self, desk: &mut Desk<'_>) {
        while self.chosen.len() > 1
            && let Err(why) = self.sets.candidate(desk, &self.chosen, 0)
            && let Some(last) = self.chosen.pop()
        {
            self.findings[last].note = Some(format!("with those before it, {why}"));
        }
    }

    /// What became of those for which there was no room beside the others at first.
    pub(super) fn note_crowded(&mut self) {
        let words: Vec<usize> = self.findings.iter().map(|f| f.text.split_whitespace().count()).collect();
        let room = self.knobs.words.saturating_sub(self.chosen.iter().map(|&i| words[i]).sum());
        for i in self.crowded.iter().copied().filter(|i| !self.chosen.contains(i)) {
            let fits = self.chosen.len() < self.knobs.most && words[i] <= room;
            let gain =
                self.findings[i].within.as_ref().filter(|within| within.is_tested()).map(|within| within.worth().0);
            self.findings[i].note = match gain {
                Some(gain) if fits || gain <= 0.0 => None,
                None if fits => Some("the calls did not reach for it among the chosen".to_owned()),
                _ => Some("the others fill the limits".to_owned()),
            };
        }
    }

    /// What is known of a bullet alone and among others, in standard errors from nothing: for ranks only.
    pub(super) fn score(&self, i: usize) -> f64 {
        let finding = &self.findings[i];
        let known = [&finding.alone, &finding.within].into_iter().flatten().filter(|effect| effect.is_tested());
        pooled(known.map(Effect::worth))
    }

    /// The chosen, the one of which the least is known to help last.
    fn ranked(&self) -> Vec<usize> {
        let within = |i: usize| {
            self.findings[i].within.as_ref().filter(|effect| effect.is_tested()).map(|effect| effect.worth().0)
        };
        let rank = |i: usize| within(i).map_or(self.score(i), |within| within.min(self.score(i)));
        let mut ranked = self.chosen.clone();
        ranked.sort_by(|a, b| rank(*b).total_cmp(&rank(*a)).then(a.cmp(b)));
        ranked
    }

    /// The worst of the chosen left out together.
    pub(super) fn less(&mut self, desk: &mut Desk<'_>) {
        self.out = self.ranked().split_off(self.chosen.len() - self.part);
        // A part of them for each look: most looks end the question for the bullets that they are about.
        let calls = self.less_calls / 3;
        self.less_calls -= calls;
        self.without(desk, Step::Less, calls);
    }

    /// Those of the chosen left out together that are shown to do nothing: each of them would be paid for with every call.
    pub(super) fn idle(&mut self, desk: &mut Desk<'_>) {
        let is_idle = |i: &usize| does_nothing(&self.findings[*i]);
        self.out = self.chosen.iter().copied().filter(is_idle).collect();
        match self.out.len() {
            0 => self.start(Step::Idle, Vec::new(), 0),
            // That the base prompt alone is as good needs no further look.
            all if all == self.chosen.len() => {
                self.chosen.clear();
                self.start(Step::Idle, Vec::new(), 0);
            }
            _ => self.without(desk, Step::Idle, self.left(desk)),
        }
    }

    fn without(&mut self, desk: &mut Desk<'_>, step: Step, calls: u64) {
        let kept: Vec<usize> = self.chosen.iter().copied().filter(|i| !self.out.contains(i)).collect();
        let whole = self.sets.candidate(desk, &self.chosen, 0);
        let arm = whole.and_then(|shared| Ok(Arm { about: 0, own: self.sets.candidate(desk, &kept, shared)?, shared }));
        self.step = step;
        // Several looks are at the same set: its luck would be in all of them.
        self.race = Some(Race::new(arm.into_iter().collect(), calls).with_samples(2));
    }

    /// What was left out together goes when it is not missed.
    fn goes(&mut self, effect: Option<&Effect>) -> Option<bool> {
        let out = std::mem::take(&mut self.out);
        let effect = effect?;
        let is_missed = !effect.is_tested() || effect.z() > self.knobs.z;
        if !is_missed {
            self.chosen.retain(|i| !out.contains(i));
        }
        Some(!is_missed)
    }

    /// After such a look: where those that were left out are missed, half of them is tried next.
    pub(super) fn lessened(&mut self, effect: Option<&Effect>) {
        self.part = match self.goes(effect) {
            None => 0,
            Some(true) => self.part.min(self.chosen.len() / 2),
            Some(false) => self.part / 2,
        };
    }

    fn leaving_out(&mut self, desk: &mut Desk<'_>, open: &[usize]) -> Vec<Arm> {
        let chosen = self.chosen.clone();
        let Ok(whole) = self.sets.candidate(desk, &chosen, 0) else { return Vec::new() };
        if chosen.len() < 2 {
            return Vec::new();
        }
        let arm = |i: usize| {
            let left: Vec<usize> = chosen.iter().copied().filter(|other| *other != i).collect();
            let own = self.sets.candidate(desk, &left, whole).ok()?;
            Some(Arm { about: i, own, shared: whole })
        };
        open.iter().copied().filter_map(arm).collect()
    }

    /// It helps alone, and is not missed among others.
    fn may_be_redundant(&self, i: usize) -> bool {
        let Finding { alone, within, .. } = &self.findings[i];
        let is_missed = self.chosen.contains(&i) && within.as_ref().is_some_and(|within| within.z() > MISSED);
        alone.as_ref().is_some_and(|alone| alone.is_tested() && alone.z() > HELPS) && !is_missed
    }

    /// Who makes those redundant that help alone and are not missed among others, and what those need that help only among
    /// others? The bullets that move the same rows are held beside them.
    pub(super) fn beside(&mut self, desk: &mut Desk<'_>) {
        let single = |i: usize| self.sets.known(&[i]).map(|own| (own, 0));
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        for i in 0..self.findings.len() {
            let Finding { alone: Some(alone), within, .. } = &self.findings[i] else { continue };
            let needs = within.as_ref().is_some_and(|within| adds_more(alone, within));
            let how: &dyn Fn(usize) -> Option<(CandidateId, CandidateId)> = match () {
                () if !alone.is_tested() => continue,
                () if self.may_be_redundant(i) => &single,
                () if needs => &|i| self.seen[i],
                () => continue,
            };
            let moved = |i: usize| how(i).map(|(with, without)| moves(desk, with, without, &self.rows));
            let Some(mine) = moved(i) else { continue };
            let others =
                self.chosen.iter().filter(|other| **other != i).filter_map(|&other| Some((other, moved(other)?)));
            pairs.extend(closest(&mine, others, SUSPECTS).into_iter().map(|other| (i, other)));
        }
        let mut arms = Vec::new();
        for (i, other) in pairs {
            // One prompt for both ways to look at a pair.
            let pair = [i.min(other), i.max(other)];
            let shared = self.sets.candidate(desk, &[other], 0);
            if let (Ok(shared), Ok(own)) = (shared, self.sets.candidate(desk, &pair, 0)) {
                arms.push(Arm { about: i * self.findings.len() + other, own, shared });
            }
        }
        let calls = self.left(desk) / 2;
        self.start(Step::Beside, arms, calls);
    }

    /// Chosen ones that another chosen one makes redundant go, the one that helps the least first.
    pub(super) fn settle(&mut self) {
        let mut open = self.chosen.clone();
        open.sort_by(|a, b| self.score(*a).total_cmp(&self.score(*b)).then(b.cmp(a)));
        for i in open {
            if self.may_be_redundant(i) && self.is_redundant(i) {
                self.chosen.retain(|other| *other != i);
            }
        }
    }

    /// Every chosen one left out, and every other one added.
    pub(super) fn around(&mut self, desk: &mut Desk<'_>) {
        let chosen = self.chosen.clone();
        let mut arms = self.leaving_out(desk, &chosen);
        if let (false, Ok(whole)) = (chosen.is_empty(), self.sets.candidate(desk, &chosen, 0)) {
            for i in (0..self.findings.len()).filter(|i| !chosen.contains(i)) {
                let more: Vec<usize> = chosen.iter().copied().chain([i]).collect();
                if self.findings[i].verdict == Verdict::InBase || self.sets.refused(&[i]) {
                    continue;
                }
                if let Ok(own) = self.sets.candidate(desk, &more, whole) {
                    arms.push(Arm { about: i, own, shared: whole });
                }
            }
        }
        let calls = (AROUND * self.left(desk) as f64) as u64;
        self.rounds += 1;
        self.start(Step::Around, arms, calls);
    }

    /// What turned out to be needed among the chosen, the best of it, becomes one of them.
    pub(super) fn more(&mut self) -> bool {
        let words = |i: usize| self.findings[i].text.split_whitespace().count();
        let room = self.knobs.words.saturating_sub(self.chosen.iter().map(|&i| words(i)).sum());
        if self.rounds >= ROUNDS || self.chosen.len() >= self.knobs.most {
            return false;
        }
        let ahead = |i: &usize| self.findings[*i].within.as_ref().map(Effect::z).filter(|z| *z > AHEAD);
        let open = (0..self.findings.len()).filter(|i| !self.chosen.contains(i) && words(*i) <= room);
        let best = open.filter_map(|i| Some((ahead(&i)?, i))).max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        self.chosen.extend(best.map(|(_, i)| i));
        best.is_some()
    }

    /// What was clear of the base prompt early is rated on all rows: how much it does is still unsure, and what is looked at
    /// often is clear by chance now and then.
    pub(super) fn sure(&mut self, desk: &mut Desk<'_>) {
        let tested = |i: &usize| self.findings[*i].alone.is_some();
        let arm = |i: usize| Some(Arm { about: i, own: self.sets.known(&[i])?, shared: 0 });
        let arms = (0..self.findings.len()).filter(tested).filter_map(arm).collect();
        self.step = Step::Sure;
        self.race = Some(Race::new(arms, (SURE * self.left(desk) as f64) as u64).until_the_end());
    }
}
