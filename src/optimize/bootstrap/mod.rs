//! `optimize bootstrap`: examples for the prompt, from people and from replies of the judge itself that were good enough.
//!
//! 1. A **teacher**, the judge with a few labelled examples, rates rows of Train; replies that are near enough to what
//!    people say, by a threshold that must be named, become examples.
//! 2. **Sets** of examples are made from them: as they came, and with `search` others of random size and content.
//! 3. The sets are held against each other and against the baseline on the same rows of Dev (`halving`).
//!
//! After BootstrapFewShot and BootstrapFewShotWithRandomSearch of DSPy (arXiv 2310.03714). What differs: labelled places
//! are filled whatever was bootstrapped, where there bootstrapped examples take them; a threshold is no option; sets are
//! compared on rows that no example is made from, in rounds of growing size, where there each is rated on all of them.

use super::demos::{Examples, Harvest, Recipe, Select, Shot, possible};
use super::desk::Desk;
use super::event::{Decision, Why};
use super::halving::Halving;
use super::objective::Objective;
use super::paired::plain_gain;
use super::pool::{CandidateId, Operator, Origin, Row};
use super::strategy::{Ask, Strategy, Told, Want};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Of the calls the baseline may use so many parts on Dev, and the teacher on Train.
const SHARE: usize = 4;

/// The knobs of [`Bootstrap`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Knobs {
    /// NMSE points that a bootstrapped example is off at most; absent is one step of the scale. The command has no
    /// default: what is good enough to be shown depends on the scale and on how much people differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// Bootstrapped examples of a set, at most.
    pub bootstrapped: usize,
    /// Labelled examples of a set, at least; more of them fill places that no bootstrapped one takes.
    pub labelled: usize,
    /// Other sets that are drawn and compared; 0 tries the first one alone.
    pub search: usize,
    /// How labelled examples are chosen, and whether items choose by query.
    pub select: Select,
    /// What sets are compared by.
    pub objective: Objective,
}

impl Knobs {
    /// Four bootstrapped and two labelled examples: with fewer, small models still break the form of their replies.
    pub fn new(threshold: f64) -> Self {
        Self { threshold: Some(threshold), ..Self::a_step() }
    }

    /// The same, with replies that are at most one step of the scale off.
    pub fn a_step() -> Self {
        Self {
            threshold: None,
            bootstrapped: 4,
            labelled: 2,
            search: 0,
            select: Select::default(),
            objective: Objective::default(),
        }
    }
}

impl Knobs {
    fn recipe(&self) -> Recipe {
        let Self { labelled, bootstrapped, threshold, select, .. } = *self;
        Recipe { labelled, bootstrapped, threshold, select }
    }
}

/// The search. See the module's text.
pub struct Bootstrap {
    knobs: Knobs,
    dev: Vec<Row>,
    /// What the teacher is shown.
    people: Vec<Shot>,
    teacher: CandidateId,
    harvest: Option<Harvest>,
    contest: Option<Halving>,
    why: Why,
}

impl Bootstrap {
    /// A search with these knobs.
    pub fn new(knobs: Knobs) -> Self {
        Self { knobs, dev: Vec::new(), people: Vec::new(), teacher: 0, harvest: None, contest: None, why: Why::Rounds }
    }
}

impl Strategy for Bootstrap {
    fn name(&self) -> &'static str {
        if self.knobs.search > 0 { "bootstrap-search" } else { "bootstrap" }
    }

    fn knobs(&self) -> serde_json::Value {
        serde_json::to_value(&self.knobs).expect("knobs are plain data")
    }

    fn most_examples(&self) -> usize {
        self.knobs.recipe().most()
    }

    fn next(&mut self, desk: &mut Desk<'_>, told: Told) -> Ask {
        let short = matches!(told, Told::Short(_));
        if short {
            self.why = Why::Budget;
        }
        match (&self.harvest, &self.contest) {
            (None, _) => self.open(desk),
            (Some(_), None) => self.look(desk, short),
            (Some(_), Some(_)) if short => self.done(desk),
            (Some(_), Some(_)) => self.compare(desk),
        }
    }
}

impl Bootstrap {
    fn open(&mut self, desk: &mut Desk<'_>) -> Ask {
        if !possible(desk.rubric()) {
            return self.done(desk);
        }
        self.dev = desk.dev_rows();
        let share = desk.calls_left().map_or(usize::MAX, |left| left as usize / SHARE);
        self.dev.truncate(share.max(1));
        let recipe = self.knobs.recipe();
        self.people = recipe.people(desk);
        self.teacher = self.admit(desk, &Examples::fixed(self.people.clone())).unwrap_or(0);
        let mut harvest = recipe.harvest(desk, self.teacher, &self.people, self.knobs.search > 0).within(share);
        let looked = harvest.next(desk);
        self.harvest = Some(harvest);
        Ask::Rate(std::iter::once(Want::new(0, self.dev.clone())).chain(looked).collect())
    }

    fn look(&mut self, desk: &mut Desk<'_>, short: bool) -> Ask {
        let Some(mut harvest) = self.harvest.take() else { return self.done(desk) };
        harvest.read(desk);
        let want = if short { None } else { harvest.next(desk) };
        let found = harvest.found().to_vec();
        self.harvest = Some(harvest);
        match want {
            Some(want) => Ask::Rate(vec![want]),
            None => self.contest(desk, &found),
        }
    }

    /// Makes the sets, and has them compared.
    fn contest(&mut self, desk: &mut Desk<'_>, found: &[Shot]) -> Ask {
        let mut candidates: Vec<CandidateId> = Vec::from_iter((self.teacher != 0).then_some(self.teacher));
        for number in 0..=self.knobs.search as u64 {
            let examples = self.knobs.recipe().set(desk, &self.people, found, number);
            candidates.extend(self.admit(desk, &examples));
        }
        let calls = desk.calls_left().map(|left| left as usize);
        self.contest = Some(Halving::new(candidates, self.dev.clone(), calls, self.knobs.objective));
        self.compare(desk)
    }

    /// A candidate that shows these; `None` when it is one already, or shows nothing.
    fn admit(&self, desk: &mut Desk<'_>, examples: &Examples) -> Option<CandidateId> {
        if examples.is_empty() {
            return None;
        }
        let origin = Origin { operator: Operator::Demos, parents: vec![0], feedback: Vec::new() };
        let text = desk.pool().prompt(0).editable();
        desk.admit_showing(&text, examples, origin).ok()
    }

    fn compare(&mut self, desk: &mut Desk<'_>) -> Ask {
        let wants = self.contest.as_mut().and_then(|contest| contest.next(desk));
        match wants {
            Some(wants) => Ask::Rate(wants),
            None => self.done(desk),
        }
    }

    /// The winner, if it is better than the baseline on the same rows.
    fn done(&mut self, desk: &mut Desk<'_>) -> Ask {
        if let Some(contest) = self.contest.take() {
            conclude(desk, &contest, self.knobs.objective);
        }
        Ask::Done { best: desk.champion(), why: self.why }
    }
}

/// Notes how each candidate of a contest did against the baseline, and crowns the winner if it is better.
fn conclude(desk: &mut Desk<'_>, contest: &Halving, objective: Objective) {
    let ranking: Vec<CandidateId> = contest.ranking().collect();
    for (place, &id) in ranking.iter().enumerate() {
        let both: Vec<Row> = contest.rows().iter().copied().filter(|row| desk.pool().has(id, *row, 0)).collect();
        let Some(gain) = plain_gain(desk.pool(), id, 0, &both) else { continue };
        let score = |id| objective.score(desk.pool(), &desk.materials(), id, &both);
        let won = place == 0 && score(id) > score(0);
        desk.compared(id, 0, gain, Decision::kept_if(won));
        if won {
            desk.crown(id);
        }
    }
}
