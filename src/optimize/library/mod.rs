//! `optimize bullets`: chooses and orders vetted bullets of a library. It writes nothing: a candidate is the base prompt, byte
//! for byte, with some bullets after its own rules.
//!
//! 1. **Alone**: each bullet is added to the base prompt.
//! 2. **Whole**: all of them together, without those that do worse alone; then each of them left out.
//! 3. **Less**: the worse half is left out at once. What is not missed goes; what is missed is tried in smaller parts. Taking
//!    them out one by one would lose many that help a little each, because no one of them is missed beyond chance.
//! 4. **Beside**: what was taken out though it helps alone is added to the bullets that move the same rows: who makes it
//!    redundant?
//! 5. **Around**: every chosen one is left out of the chosen set, and every other one added to it; one that is clearly needed
//!    there becomes one of them, and there is another look around.
//! 6. **Sure**: what was clear alone after a few rows is rated on all of them.
//! 7. **Idle**: those of the chosen that are shown to do nothing are left out together, and go when they are not missed.
//! 8. **Last**: the chosen set against the base prompt and against wider ones, on all rows, from calls that are set aside for it.
//!
//! Each step is a race (`race.rs`) with a share of the calls; effects are paired by row and told with intervals by query
//! ([`effect`]); the words for them are in [`finding`]. Rows of Train are used as those of Dev are: no bullet was written
//! from a row of this run (rows that are the source of a bullet are left out), so that twice the data speak for the same
//! labels. What is adopted is decided on Test, as everywhere.

pub mod draft;
pub mod effect;
pub mod finding;
mod last;
mod plan;
mod race;
mod sets;
mod steps;

use super::desk::Desk;
use super::event::{Decision, Entry, Why};
use super::pool::{CandidateId, Row};
use super::strategy::{Ask, Strategy, Told, Want};
use crate::domain::ItemId;
use effect::{Effect, SliceEffect};
use finding::{Beside, Finding, Verdict};
pub(super) use plan::calls_for;
pub use plan::default_calls;
use plan::rows;
use race::{Arm, Race};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sets::Sets;
use std::collections::BTreeSet;

/// A bullet that may be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Its id in the library.
    pub id: String,
    /// The rule.
    pub text: String,
}

/// The knobs of [`Bullets`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Knobs {
    /// Bullets that are chosen at most.
    pub most: usize,
    /// Words that the chosen ones may have together.
    pub words: usize,
    /// Standard errors by which a bullet must be missed to stay in.
    pub z: f64,
}

impl Default for Knobs {
    fn default() -> Self {
        Self { most: 20, words: 350, z: 1.0 }
    }
}

/// Rows of the base prompt that tell what a call costs, before calls are shared out.
const FIRST: usize = 24;
/// The search. See the module's text.
pub struct Bullets {
    knobs: Knobs,
    sets: Sets,
    rows: Vec<Row>,
    /// Items that bullets were drafted from.
    sources: BTreeSet<ItemId>,
    findings: Vec<Finding>,
    /// Calls that were there to share out.
    calls: u64,
    /// What is left of them for taking bullets out of the set.
    less_calls: u64,
    chosen: Vec<usize>,
    /// How many of the chosen are left out together next; 0 when none is to go.
    part: usize,
    /// Those that are left out together now.
    out: Vec<usize>,
    /// With and without each bullet, as its effect among others was seen.
    seen: Vec<Option<(CandidateId, CandidateId)>>,
    step: Step,
    race: Option<Race>,
    short: bool,
    /// Looks around so far.
    rounds: u32,
    /// Those for which there was no room at first.
    crowded: BTreeSet<usize>,
    /// All together, before any was taken out.
    first: Vec<usize>,
    /// Calls that are set aside for the last look.
    last_calls: u64,
    /// Wider sets than the chosen one, in the last look.
    wider: Vec<Vec<usize>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Start,
    First,
    Alone,
    Whole,
    Less,
    Beside,
    Around,
    Sure,
    Idle,
    Last,
}

impl Bullets {
    /// A search among these bullets. Items in `sources` are not used: bullets were drafted from them.
    pub fn new(knobs: Knobs, rules: Vec<Rule>, sources: BTreeSet<ItemId>) -> Self {
        let finding = |rule: &Rule| Finding {
            id: rule.id.clone(),
            text: rule.text.clone(),
            verdict: Verdict::Untested,
            place: None,
            alone: None,
            within: None,
            beside: Vec::new(),
            worst: None,
            note: None,
        };
        Self {
            findings: rules.iter().map(finding).collect(),
            knobs,
            rows: Vec::new(),
            sources,
            calls: 0,
            less_calls: 0,
            chosen: Vec::new(),
            part: 0,
            out: Vec::new(),
            seen: vec![None; rules.len()],
            sets: Sets::new(rules),
            step: Step::Start,
            race: None,
            short: false,
            rounds: 0,
            crowded: BTreeSet::new(),
            first: Vec::new(),
            last_calls: 0,
            wider: Vec::new(),
        }
    }
}

impl Strategy for Bullets {
    fn name(&self) -> &'static str {
        "bullets"
    }

    fn knobs(&self) -> serde_json::Value {
        let mut knobs = serde_json::to_value(&self.knobs).expect("knobs are plain data");
        knobs["library"] = serde_json::to_value(self.sets.rules()).expect("rules are plain data");
        knobs["not_on"] = serde_json::to_value(&self.sources).expect("ids are plain data");
        knobs
    }

    fn next(&mut self, desk: &mut Desk<'_>, told: Told) -> Ask {
        if matches!(told, Told::Short(_)) {
            self.short = true;
            // A batch is reserved at the most that it can cost: a smaller one of the next step may still do.
            match self.race.take() {
                Some(race) => self.read(desk, &race),
                None => return self.done(desk),
            }
        }
        loop {
            if let Some(mut race) = self.race.take() {
                if let Some(wants) = race.next(desk, &self.rows) {
                    self.race = Some(race);
                    return Ask::Rate(wants);
                }
                self.read(desk, &race);
                self.less_calls += if self.step == Step::Less { race.left() } else { 0 };
            }
            match self.step {
                Step::Start => {
                    self.rows = rows(desk, &self.sources);
                    self.step = Step::First;
                    let first = &self.rows[..self.rows.len().min(FIRST)];
                    return Ask::Rate(vec![Want::new(0, first)]);
                }
                Step::First => self.alone(desk),
                Step::Alone => self.whole(desk),
                Step::Whole | Step::Less if self.part > 0 => self.less(desk),
                Step::Whole | Step::Less => self.beside(desk),
                Step::Beside => {
                    self.settle();
                    self.around(desk);
                }
                Step::Around => match self.more() {
                    true => self.around(desk),
                    false => self.sure(desk),
                },
                Step::Sure => self.idle(desk),
                Step::Idle => self.last(desk),
                Step::Last => {
                    self.choose(desk);
                    return self.done(desk);
                }
            }
        }
    }
}

impl Bullets {
    fn start(&mut self, step: Step, arms: Vec<Arm>, calls: u64) {
        self.step = step;
        self.race = Some(Race::new(arms, calls));
    }

    /// Takes down what a race showed.
    fn read(&mut self, desk: &mut Desk<'_>, race: &Race) {
        // Of whole sets, and no bullet: see `choose`.
        if self.step == Step::Last {
            return;
        }
        for &Arm { about, own, shared } in race.arms() {
            let leaves_out = matches!(self.step, Step::Whole | Step::Less | Step::Idle)
                || self.step == Step::Around && self.chosen.contains(&about);
            let (with, without) = if leaves_out { (shared, own) } else { (own, shared) };
            let Some(effect) = Effect::of(desk, with, without, &self.rows) else { continue };
            // A comparison is of the prompt that is new in it.
            let own_is_better = (effect.z() > self.knobs.z) != leaves_out;
            let gain = effect.as_gain();
            let gain = if leaves_out { super::paired::Gain { mean: -gain.mean, ..gain } } else { gain };
            let decision = Decision::kept_if(own_is_better);
            desk.compared(own, shared, gain, decision);
            self.keep(desk, (about, with, without), effect);
        }
        if matches!(self.step, Step::Less | Step::Idle) {
            let whole = race.arms().first().and_then(|arm| Effect::of(desk, arm.shared, arm.own, &self.rows));
            self.lessened(whole.as_ref());
        }
    }

    fn keep(&mut self, desk: &Desk<'_>, (about, with, without): (usize, CandidateId, CandidateId), effect: Effect) {
        match self.step {
            Step::Alone | Step::Sure => {
                self.findings[about].worst = SliceEffect::worst(desk, with, without, &self.rows);
                self.findings[about].alone = Some(effect);
            }
            // What was seen among more bullets stands where too little is seen among the chosen.
            Step::Around if !effect.is_tested() => {}
            Step::Whole | Step::Around => {
                self.findings[about].within = Some(effect);
                self.seen[about] = Some((with, without));
            }
            Step::Beside => {
                let (i, other) = (about / self.findings.len(), about % self.findings.len());
                let other = self.findings[other].id.clone();
                self.findings[i].beside.push(Beside { other, effect });
            }
            Step::Less | Step::Idle | Step::Last | Step::Start | Step::First => {}
        }
    }

    fn done(&mut self, desk: &mut Desk<'_>) -> Ask {
        self.note_crowded();
        for (place, &i) in self.chosen.iter().enumerate() {
            self.findings[i].place = Some(place as u32 + 1);
        }
        let whole = self.sets.known(&self.chosen).filter(|_| !self.chosen.is_empty());
        let effect = whole.and_then(|whole| Some((whole, Effect::of(desk, whole, 0, &self.rows)?)));
        let best = match effect {
            Some((whole, effect)) => {
                let better = effect.worth().0 > 0.0;
                desk.compared(whole, 0, effect.as_gain(), Decision::kept_if(better));
                if better { whole } else { 0 }
            }
            None => 0,
        };
        if best == 0 {
            self.findings.iter_mut().for_each(|finding| finding.place = None);
        }
        desk.crown(best);
        finding::judge(&mut self.findings);
        desk.note(Entry::Weighed { bullets: self.findings.clone() });
        let reached = |finding: &Finding| finding.verdict != Verdict::Untested;
        let why = match self.short || !self.findings.iter().all(reached) {
            true => Why::Budget,
            false => Why::Weighed,
        };
        Ask::Done { best, why }
    }
}
