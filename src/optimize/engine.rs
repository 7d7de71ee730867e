//! The loop: a strategy's wish → the budget → calls → the pool → the log → the strategy.
//!
//! The engine owns budget, log and candidates; strategies only ask. Nothing here depends on time but the limit in
//! seconds, so a run that was killed is resumed by running it again (see [`log`](super::log)).

mod held;

pub use held::{Held, Third};

use super::calibrate::Calibration;
use super::desk::Desk;
use super::event::{Begun, Entry, Seen, Why};
use super::lab::{Answered, Batch, Lab, LabError, Way, said};
use super::limits::{Limit, Limits, Spend};
use super::log::{Log, LogError};
use super::measured::Measured;
use super::pool::{CandidateId, Rated, Row};
use super::story::least;
use super::strategy::{Ask, Strategy, Told, Want, Written};
use crate::domain::{Dev, Event, NanoUsd, Search, Train};
use crate::feedback::{Example, Said};
use crate::guardrail::Guard;
use crate::judge::JudgeSpec;
use crate::judge::journal::Journal;
use crate::judge::run::Outcome;
use crate::model::Budget;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

/// A run that came to no end. What was paid for is kept, and the run can be resumed, unless its log says otherwise.
#[derive(Clone, Debug, thiserror::Error)]
pub enum OptimizeError {
    /// A batch came to no end.
    #[error(transparent)]
    Lab(#[from] LabError),
    /// The log cannot go on.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// What a search came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conclusion {
    /// The best candidate; 0 is the baseline.
    pub best: CandidateId,
    /// Why it ended.
    pub why: Why,
}

/// What a run is given. There is no place for a [`Test`](crate::domain::Test) part.
pub struct Setup<'a, J> {
    /// The judge to begin with.
    pub judge: &'a JudgeSpec,
    /// What prompts may be written from.
    pub train: &'a Train<Vec<Example>>,
    /// What candidates are compared on.
    pub dev: &'a Dev<Vec<Example>>,
    /// The models.
    pub lab: Lab<J>,
    /// The log.
    pub log: Log,
    /// What may be spent.
    pub limits: Limits,
    /// What is set aside for opening the held-out part: the most that it can cost.
    pub reserve: Spend,
    /// What earlier sessions of this run sent and paid.
    pub sent: Sent,
    /// The seed.
    pub seed: u64,
    /// How prompts are checked.
    pub guard: Guard,
}

/// Requests that were sent, failed ones included, and what they cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// To the judge.
    pub judge: u64,
    /// To the reflection model.
    pub other: u64,
    /// Money.
    pub usd: NanoUsd,
}

/// One run of an optimiser.
pub struct Engine<'a, J> {
    lab: Lab<J>,
    log: Log,
    desk: Desk<'a>,
    sent: Sent,
    /// What the held-out part can cost at most.
    reserve: Spend,
    measured: Measured,
    started: Instant,
    /// Messages to the reflection model so far.
    written: u64,
}

impl<'a, J: Journal> Engine<'a, J> {
    /// A run, at its beginning.
    pub fn new(setup: Setup<'a, J>) -> Self {
        let Setup { judge, train, dev, lab, log, limits, reserve, sent, seed, guard } = setup;
        let desk = Desk::new(judge, train, dev, guard, limits, seed);
        let (started, measured) = (Instant::now(), Measured::default());
        let mut engine = Self { lab, log, desk, sent, reserve, measured, started, written: 0 };
        engine.set_aside();
        engine
    }

    /// Sets aside what the held-out part is likely to cost.
    fn set_aside(&mut self) {
        let reserve = self.likely(self.reserve);
        self.desk.set_aside(reserve);
    }

    fn likely(&self, most: Spend) -> Spend {
        self.measured.likely(most)
    }

    /// Candidates, ratings, spending.
    pub fn desk(&self) -> &Desk<'a> {
        &self.desk
    }

    /// Searches until the strategy is done or the budget allows no further batch.
    ///
    /// # Errors
    /// [`OptimizeError`] when a model or the journal fails, when the user interrupts, or when a resumed run does not
    /// repeat its log.
    pub async fn search(&mut self, begun: Begun, strategy: &mut dyn Strategy) -> Result<Conclusion, OptimizeError> {
        self.log.take(&[Entry::Begun(Box::new(begun))])?;
        let mut told = Told::Begin;
        loop {
            let ask = strategy.next(&mut self.desk, told);
            self.write_down()?;
            told = match ask {
                Ask::Rate(wants) => self.rate(wants).await?,
                Ask::Write(messages) => self.revise(messages).await?,
                Ask::Done { best, why } => {
                    self.desk.note(Entry::Concluded { best, why });
                    self.write_down()?;
                    self.log.flush()?;
                    return Ok(Conclusion { best, why });
                }
            };
            self.write_down()?;
        }
    }

    /// What two candidates said of the dev rows that both were rated on, in full, from the journal: nothing is asked.
    ///
    /// # Errors
    /// [`OptimizeError::Lab`] when the journal cannot be read.
    pub async fn recall(&self, a: CandidateId, b: CandidateId) -> Result<[Vec<Outcome>; 2], OptimizeError> {
        let pool = self.desk.pool();
        let rows = pool.rated(a).keys().filter(|(row, sample)| matches!(row, Row::Dev(_)) && *sample == 0);
        let rows: Vec<Row> = rows.map(|key| key.0).filter(|row| pool.has(b, *row, 0)).collect();
        self.recorded(a, b, &rows).await
    }

    /// What each of two candidates said of those of `rows` that it was rated on: not of what the provider refused.
    ///
    /// # Errors
    /// As [`Engine::recall`].
    pub async fn recorded(
        &self,
        a: CandidateId,
        b: CandidateId,
        rows: &[Row],
    ) -> Result<[Vec<Outcome>; 2], OptimizeError> {
        let (materials, pool) = (self.desk.materials(), self.desk.pool());
        let items = |id| rows.iter().filter(move |row| pool.has(id, **row, 0));
        let batch = |id| Batch {
            judge: self.desk.judge(id),
            items: items(id).map(|&row| Arc::clone(&materials.example(row).item)).collect(),
            sample: 0,
        };
        let nothing = Arc::new(Budget::new(Some(0), None));
        let mut answered = self.lab.rate(vec![batch(a), batch(b)], &nothing).await?.into_iter().map(|a| a.outcomes);
        Ok([answered.next().unwrap_or_default(), answered.next().unwrap_or_default()])
    }

    /// Adds to the log what a calibration map of the best candidate would do.
    ///
    /// # Errors
    /// [`OptimizeError::Log`].
    pub fn calibrated(&mut self, calibration: &Calibration) -> Result<(), OptimizeError> {
        self.desk.note(Entry::Calibrated(calibration.clone()));
        self.write_down()
    }

    /// Adds the last word to the log.
    ///
    /// # Errors
    /// [`OptimizeError::Log`].
    pub fn decide(&mut self, adopted: bool, reasons: &[String]) -> Result<(), OptimizeError> {
        self.desk.note(Entry::Decided { adopted, reasons: reasons.to_vec() });
        self.write_down()?;
        Ok(self.log.flush()?)
    }

    /// What is on the desk goes into the log.
    fn write_down(&mut self) -> Result<(), OptimizeError> {
        let entries = self.desk.entries();
        Ok(self.log.take(&entries)?)
    }

    async fn rate(&mut self, wants: Vec<Want>) -> Result<Told, OptimizeError> {
        let open: Vec<(Want, Vec<Row>)> = wants.into_iter().filter_map(|want| self.missing(want)).collect();
        if open.is_empty() {
            return Ok(Told::Rated);
        }
        let materials = self.desk.materials();
        let batch = |(want, rows): &(Want, Vec<Row>)| Batch {
            judge: self.desk.judge(want.candidate),
            items: rows.iter().map(|&row| Arc::clone(&materials.example(row).item)).collect(),
            sample: want.sample,
        };
        let answered = match self.batches(None, open.iter().map(batch).collect()).await? {
            Ok(answered) => answered,
            Err(limit) => return Ok(Told::Short(limit)),
        };
        for ((want, rows), answered) in open.into_iter().zip(answered) {
            self.record(&want, &rows, answered);
        }
        self.show();
        Ok(Told::Rated)
    }

    /// The rows of a wish that are not rated yet; `None` when all are.
    fn missing(&self, want: Want) -> Option<(Want, Vec<Row>)> {
        let unrated = |row: &Row| !self.desk.pool().has(want.candidate, *row, want.sample);
        let mut rows: Vec<Row> = want.rows.iter().copied().filter(unrated).collect();
        rows.sort_unstable();
        rows.dedup();
        (!rows.is_empty()).then_some((want, rows))
    }

    /// Has batches rated by the search's model or by another, within the budget or not at all.
    async fn batches(
        &mut self,
        other: Option<&Way<J>>,
        batches: Vec<Batch>,
    ) -> Result<Result<Vec<Answered>, Limit>, OptimizeError> {
        let way = other.unwrap_or(&self.lab.judge);
        let most = batches.iter().map(|batch| way.most(batch)).fold(Spend::default(), |sum, spend| sum + spend);
        if let Err(limit) = self.allow(self.likely(most)) {
            return Ok(Err(limit));
        }
        let budget = Arc::new(self.requests(true));
        let answered = self.lab.rate_by(other.unwrap_or(&self.lab.judge), batches, &budget).await;
        let used = budget.spent();
        self.sent.judge += used.calls;
        self.sent.usd = self.sent.usd + used.usd;
        match answered {
            Err(LabError::Budget) => Ok(Err(self.used_up(true, most))),
            answered => {
                let answered = answered?;
                let real = answered.iter().fold(Spend::default(), |sum, a| sum + a.spent);
                self.desk.spend(real);
                if other.is_none() {
                    self.measured.add(most, real);
                }
                self.set_aside();
                Ok(Ok(answered))
            }
        }
    }

    async fn revise(&mut self, messages: Vec<String>) -> Result<Told, OptimizeError> {
        if messages.is_empty() {
            return Ok(Told::Written(Vec::new()));
        }
        let most = self.lab.most_written(&messages);
        if let Err(limit) = self.allow(most) {
            return Ok(Told::Short(limit));
        }
        let budget = Arc::new(self.requests(false));
        let replies = self.lab.write(&messages, self.written, &budget).await;
        let used = budget.spent();
        self.sent.other += used.calls;
        self.sent.usd = self.sent.usd + used.usd;
        let replies = match replies {
            Err(LabError::Budget) => return Ok(Told::Short(self.used_up(false, most))),
            replies => replies?,
        };
        self.written += messages.len() as u64;
        self.desk.spend(replies.iter().fold(Spend::default(), |sum, reply| sum + reply.spent));
        self.desk.note(Entry::Written { messages: messages.len() as u32, spent: self.desk.spent() });
        let written = |reply: super::lab::Reflected| Written { text: reply.text, finish: reply.finish };
        Ok(Told::Written(replies.into_iter().map(written).collect()))
    }

    /// Whether the budget covers a batch that spends `most` at most. A refusal is logged.
    fn allow(&mut self, most: Spend) -> Result<(), Limit> {
        let limits = self.desk.limits();
        // A resumed run is late where it was late before: only the log knows what the clock said.
        let late = match self.log.expected() {
            Some(entry) => matches!(entry, Entry::Short { limit: Limit::Seconds, .. }),
            None => limits.seconds.is_some_and(|seconds| self.started.elapsed().as_secs() >= seconds),
        };
        let allowed = if late { Err(Limit::Seconds) } else { limits.allow(self.desk.spent(), most) };
        if let Err(limit) = allowed {
            self.desk.note(Entry::Short { limit, wanted: most.judge });
        }
        allowed
    }

    /// Requests that failed and were repeated have used up what a batch needed: nothing of it counts.
    fn used_up(&mut self, to_judge: bool, most: Spend) -> Limit {
        let (limits, sent) = (self.desk.limits(), self.sent);
        let reached = |limit: Option<u64>, sent: u64| limit.is_some_and(|limit| sent >= limit);
        let limit = match () {
            () if to_judge && reached(limits.judge_calls, sent.judge) => Limit::JudgeCalls,
            () if reached(limits.calls, sent.judge + sent.other) => Limit::Calls,
            () => Limit::Usd,
        };
        self.desk.note(Entry::Short { limit, wanted: most.judge });
        limit
    }

    /// How many requests may still be sent to one of the models, failed and repeated ones included.
    fn requests(&self, to_judge: bool) -> Budget {
        let limits = self.desk.limits();
        let all = limits.calls.map(|most| most.saturating_sub(self.sent.judge + self.sent.other));
        let judge = limits.judge_calls.map(|most| most.saturating_sub(self.sent.judge)).filter(|_| to_judge);
        let calls = [all, judge].into_iter().flatten().min();
        Budget::new(calls, limits.usd.map(|most| NanoUsd(most.0.saturating_sub(self.sent.usd.0))))
    }

    fn record(&mut self, want: &Want, rows: &[Row], answered: Answered) {
        let materials = self.desk.materials();
        let mut seen = Vec::with_capacity(rows.len());
        for (&row, outcome) in rows.iter().zip(answered.outcomes) {
            let example = materials.example(row);
            let Some(said) = said(outcome) else { continue };
            let loss = materials.loss(example, &said);
            let (rating, malformed) = match &said {
                Said::Rated { rating, .. } => (Some(rating.value()), None),
                Said::Malformed { reason, .. } => (None, Some(*reason)),
            };
            seen.push(Seen { row, item: example.item.id.clone(), rating, malformed, loss });
            self.desk.record(want.candidate, row, want.sample, Rated { said, loss });
        }
        let (candidate, sample, spent) = (want.candidate, want.sample, self.desk.spent());
        self.desk.note(Entry::Rated { candidate, sample, rows: seen, spent });
    }

    /// Tells faces where the search stands.
    fn show(&self) {
        let (pool, spent) = (self.desk.pool(), self.desk.spent());
        // On the dev items that both were rated on: a few of them say nothing.
        let dev = |id: CandidateId| -> BTreeSet<Row> {
            pool.rated(id).keys().map(|key| key.0).filter(|row| matches!(row, Row::Dev(_))).collect()
        };
        let both: Vec<Row> = dev(0).intersection(&dev(self.desk.champion())).copied().collect();
        let enough = both.len() as u64 >= least(self.desk.materials().dev.len() as u64);
        let nmse = |id: CandidateId| pool.mean(id, &both).filter(|_| enough).map(|mean| 100.0 * mean);
        let search = Search {
            calls: spent.judge,
            of: self.desk.limits().judge_calls,
            candidates: pool.len() as u64 - 1,
            baseline: nmse(0),
            best: nmse(self.desk.champion()),
            spent: spent.usd,
        };
        // Nobody watches any more when the run is over.
        let _ = self.lab.events.send(Event::Searched(search));
    }
}
