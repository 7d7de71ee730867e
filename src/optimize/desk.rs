//! What a strategy works at: candidates and their ratings, the guardrails, the log, what is left of the budget.

use super::demos::{Examples, Showing};
use super::event::{Decision, Entry, Refused};
use super::limits::{Limits, Spend};
use super::order::order;
use super::paired::Gain;
use super::pool::{Candidate, CandidateId, Materials, Origin, Pool, Rated, Row, exchanged};
use crate::domain::{Dev, Train};
use crate::feedback::{Case, Example, Unusable};
use crate::guardrail::{Guard, Screened, Violation};
use crate::judge::JudgeSpec;
use crate::prompt::Prompt;
use crate::rubric::Rubric;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

/// Characters of a refused text that the log keeps.
const KEPT: usize = 4_000;
/// Rejected edits that a reflection model is reminded of.
const REMINDED: usize = 8;

/// See the module's text. Only the engine makes one, from [`Train`] and [`Dev`]: a [`Test`](crate::domain::Test) part
/// cannot get here.
pub struct Desk<'a> {
    materials: Materials<'a>,
    judge: &'a JudgeSpec,
    guard: Guard,
    pool: Pool,
    /// What did not work, by the candidate that it was tried on, newest last.
    rejected: Vec<(CandidateId, String)>,
    entries: Vec<Entry>,
    /// The candidate that has the baseline's number for now.
    start: CandidateId,
    limits: Limits,
    /// Set aside for opening the held-out part.
    reserve: Spend,
    /// What a part of the search may have spent at its end, where it is one of several.
    confined: Option<Limits>,
    spent: Spend,
    champion: CandidateId,
    seed: u64,
}

impl<'a> Desk<'a> {
    pub(super) fn new(
        judge: &'a JudgeSpec,
        train: &'a Train<Vec<Example>>,
        dev: &'a Dev<Vec<Example>>,
        guard: Guard,
        limits: Limits,
        seed: u64,
    ) -> Self {
        let materials = Materials { train: &train.0, dev: &dev.0, scale: judge.rubric.scale };
        let mut desk = Self {
            materials,
            judge,
            guard,
            pool: Pool::default(),
            rejected: Vec::new(),
            entries: Vec::new(),
            start: 0,
            limits,
            reserve: Spend::default(),
            confined: None,
            spent: Spend::default(),
            champion: 0,
            seed,
        };
        let origin = Origin { operator: super::pool::Operator::Baseline, parents: Vec::new(), feedback: Vec::new() };
        let prompt = desk.guard.baseline();
        desk.pool.admit(Candidate { prompt, origin });
        desk
    }

    /// The data.
    pub fn materials(&self) -> Materials<'a> {
        self.materials
    }

    /// All rows of Train, in the order in which they are taken: every search takes the same, and so shares answers.
    pub fn train_rows(&self) -> Vec<Row> {
        order(self.materials.train, Row::Train, "train", self.seed)
    }

    /// All rows of Dev, likewise.
    pub fn dev_rows(&self) -> Vec<Row> {
        order(self.materials.dev, Row::Dev, "dev", self.seed)
    }

    /// A row and what a candidate said of it, if it was asked.
    pub fn case(&self, id: CandidateId, row: Row) -> Option<Case<'_>> {
        let rated = self.pool.rated(id).get(&(row, 0))?;
        Some(Case { example: self.materials.example(row), said: &rated.said })
    }

    /// The rubric.
    pub fn rubric(&self) -> &'a Rubric {
        &self.judge.rubric
    }

    /// Candidates and ratings.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// The judge that a candidate makes.
    pub fn judge(&self, id: CandidateId) -> JudgeSpec {
        JudgeSpec { prompt: self.pool.prompt(id).clone(), ..self.judge.clone() }
    }

    /// Judge calls that are left for the search; `None` without a limit on calls.
    pub fn calls_left(&self) -> Option<u64> {
        self.limits().judge_calls_left(self.spent)
    }

    /// The best candidate so far, for whoever watches.
    pub fn champion(&self) -> CandidateId {
        self.champion
    }

    /// Says which candidate is the best so far.
    pub fn crown(&mut self, id: CandidateId) {
        self.champion = id;
    }

    /// The seed of the run.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Randomness for one purpose: the same for the same seed, purpose and number, whatever happened before.
    pub fn rng(&self, purpose: &str, number: u64) -> ChaCha8Rng {
        let mut hash = blake3::Hasher::new();
        hash.update(b"assessor optimize\0").update(&self.seed.to_le_bytes());
        hash.update(purpose.as_bytes()).update(&number.to_le_bytes());
        ChaCha8Rng::from_seed(*hash.finalize().as_bytes())
    }

    /// Whether a text would pass the guardrails as a revision of `parent`. Nothing is logged.
    pub fn passes(&self, text: &str, parent: CandidateId) -> bool {
        let parent = self.pool.prompt(parent);
        self.guard.check(&parent.revised(text), Some(parent)).is_empty()
    }

    /// Checks a revised editable text without admitting it.
    ///
    /// # Errors
    /// [`Refused`] when a guardrail stops it. That is logged and remembered, and costs nothing.
    pub fn check(&mut self, text: &str, origin: Origin) -> Result<(), Refused> {
        let prompt = self.pool.prompt(origin.parents[0]).revised(text);
        self.screen(prompt, &origin).map(|_| ()).map_err(|reasons| self.refuse(text, origin, reasons))
    }

    /// Takes a revised editable text as a candidate.
    ///
    /// # Errors
    /// As [`Desk::check`].
    pub fn admit(&mut self, text: &str, origin: Origin) -> Result<CandidateId, Refused> {
        let prompt = self.pool.prompt(origin.parents[0]).revised(text);
        self.admit_as(prompt, text, origin, Showing::default())
    }

    /// Takes an editable text as a candidate that shows `examples` in place of those of its parent. The text passes the
    /// guardrails as any other; examples are copies by their nature, and can only be made from Train.
    ///
    /// # Errors
    /// As [`Desk::check`].
    pub fn admit_showing(
        &mut self,
        text: &str,
        examples: &Examples,
        mut origin: Origin,
    ) -> Result<CandidateId, Refused> {
        let shows = examples.showing();
        let written: Vec<_> = shows.items().filter(|item| !origin.feedback.contains(item)).cloned().collect();
        origin.feedback.extend(written);
        let prompt = examples.shown_in(self.pool.prompt(origin.parents[0]).revised(text));
        self.admit_as(prompt, text, origin, shows)
    }

    fn admit_as(&mut self, prompt: Prompt, text: &str, origin: Origin, shows: Showing) -> Result<CandidateId, Refused> {
        match self.screen(prompt, &origin) {
            Ok(prompt) => Ok(self.take(Candidate { prompt, origin }, shows)),
            Err(reasons) => Err(self.refuse(text, origin, reasons)),
        }
    }

    /// Takes a prompt as a candidate, as it is but for its examples, which stay its parent's: for those that are put
    /// together and not written.
    ///
    /// # Errors
    /// As [`Desk::check`].
    pub fn admit_prompt(&mut self, prompt: Prompt, origin: Origin) -> Result<CandidateId, Refused> {
        let (text, parent) = (prompt.editable(), self.pool.prompt(origin.parents[0]));
        let prompt = Prompt { demos: parent.demos.clone(), nearest: parent.nearest.clone(), ..prompt };
        self.admit_as(prompt, &text, origin, Showing::default())
    }

    fn screen(&self, prompt: Prompt, origin: &Origin) -> Result<Screened, Vec<(String, String)>> {
        let parent = self.pool.prompt(origin.parents[0]);
        let prompt = self.guard.screen(prompt, Some(parent));
        let prompt = prompt.map_err(|violations| violations.iter().map(reason).collect::<Vec<_>>())?;
        match self.pool.find(prompt.prompt()) {
            Some(_) => Err(vec![("duplicate".to_owned(), "the same prompt is a candidate already".to_owned())]),
            None => Ok(prompt),
        }
    }

    fn take(&mut self, candidate: Candidate, shows: Showing) -> CandidateId {
        let (origin, text) = (candidate.origin.clone(), candidate.prompt.prompt().editable());
        let id = self.pool.admit(candidate);
        let judge = self.judge(id).hash();
        self.entries.push(Entry::Admitted { id, judge, origin, text, shows });
        id
    }

    /// Notes a reply that holds no prompt.
    pub fn unusable(&mut self, reply: &str, origin: Origin, why: &Unusable) {
        self.refuse(reply, origin, vec![("unusable".to_owned(), why.to_string())]);
    }

    fn refuse(&mut self, text: &str, origin: Origin, reasons: Vec<(String, String)>) -> Refused {
        let parent = origin.parents[0];
        for (_, reason) in &reasons {
            self.rejected.push((parent, reason.clone()));
        }
        let refused = Refused { origin, reasons, text: text.chars().take(KEPT).collect() };
        self.entries.push(Entry::Refused(refused.clone()));
        refused
    }

    /// Notes a comparison. A child that is rejected is remembered: the same edit is not paid for again.
    pub fn compared(&mut self, child: CandidateId, against: CandidateId, gain: Gain, decision: Decision) {
        let points = |x: f64| 100.0 * x;
        self.entries.push(Entry::Compared {
            child,
            against,
            rows: gain.n as u32,
            gain: points(gain.mean),
            se: gain.se.is_finite().then(|| points(gain.se)),
            decision,
        });
        if decision == Decision::Rejected {
            self.guard.remember(self.pool.prompt(child));
            let added = edits(self.pool.prompt(self.pool.candidate(child).origin.parents[0]), self.pool.prompt(child));
            let what = added.added.join(" / ");
            if !what.is_empty() {
                let text = format!("tried, and it did not help ({:+.1} NMSE points): {what}", -points(gain.mean));
                self.rejected.push((against, text));
            }
        }
    }

    /// What was tried on this candidate or its ancestors and did not work, newest last.
    pub fn reminders(&self, id: CandidateId) -> Vec<String> {
        let concerns = |c: &&(CandidateId, String)| c.0 == id || self.pool.descends(id, c.0);
        let mut found: Vec<String> = self.rejected.iter().rev().filter(concerns).map(|c| c.1.clone()).collect();
        let mut seen = std::collections::BTreeSet::new();
        found.retain(|text| seen.insert(text.clone()));
        found.truncate(REMINDED);
        found.reverse();
        found
    }

    /// Adds to the log.
    pub fn note(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// What was noted, with everybody's own number.
    pub(super) fn entries(&mut self) -> Vec<Entry> {
        let mut entries = std::mem::take(&mut self.entries);
        entries.iter_mut().for_each(|entry| entry.exchange(0, self.start));
        entries
    }

    /// From now on a search that begins with the baseline begins with this candidate: the two have each other's numbers,
    /// until it is called with another. The log is not told: there everybody keeps their own.
    pub(super) fn start_from(&mut self, id: CandidateId) {
        self.exchange(self.start);
        self.start = id;
        self.exchange(id);
    }

    /// The own number of a candidate that a search calls so.
    pub(super) fn own_number(&self, id: CandidateId) -> CandidateId {
        exchanged(id, 0, self.start)
    }

    fn exchange(&mut self, with: CandidateId) {
        if with != 0 {
            self.pool.exchange(0, with);
            self.entries.iter_mut().for_each(|entry| entry.exchange(0, with));
            self.rejected.iter_mut().for_each(|(id, _)| *id = exchanged(*id, 0, with));
            self.champion = exchanged(self.champion, 0, with);
        }
    }

    /// What may be spent on the search: what is set aside is not there.
    pub(super) fn limits(&self) -> Limits {
        let all = self.limits.without(self.reserve);
        self.confined.map_or(all, |part| all.and(part))
    }

    /// From now on no more than this may have been spent; `None` leaves only the limits of the run.
    pub(super) fn confine(&mut self, part: Option<Limits>) {
        self.confined = part;
    }

    /// From now on so much is left for the held-out part.
    pub(super) fn set_aside(&mut self, reserve: Spend) {
        self.reserve = reserve;
    }

    /// Spent so far.
    pub fn spent(&self) -> Spend {
        self.spent
    }

    pub(super) fn spend(&mut self, spend: Spend) {
        self.spent = self.spent + spend;
    }

    pub(super) fn record(&mut self, id: CandidateId, row: Row, sample: u32, rated: Rated) {
        self.pool.record(id, row, sample, rated);
    }
}

fn reason(violation: &Violation) -> (String, String) {
    (violation.check.name().to_owned(), violation.to_string())
}

/// What a revision did to the lines of a prompt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edits {
    /// Lines that are new.
    pub added: Vec<String>,
    /// Lines that are gone.
    pub removed: Vec<String>,
}

/// The lines that differ between two prompts, in their order.
pub fn edits(parent: &Prompt, child: &Prompt) -> Edits {
    let (before, after) = (parent.editable(), child.editable());
    let lines = |text: &str| -> Vec<String> {
        let plain = |line: &str| line.trim().trim_start_matches("- ").to_owned();
        text.lines().map(plain).filter(|line| !line.is_empty() && line != "Rules:").collect()
    };
    let (before, after) = (lines(&before), lines(&after));
    Edits {
        added: after.iter().filter(|line| !before.contains(line)).cloned().collect(),
        removed: before.iter().filter(|line| !after.contains(line)).cloned().collect(),
    }
}
