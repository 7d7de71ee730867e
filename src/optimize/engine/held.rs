//! The end of a run: the held-out part is opened, once, and rated by all judges that are held against each other.

use super::{Engine, OptimizeError};
use crate::domain::{Opening, Test};
use crate::feedback::Example;
use crate::judge::JudgeSpec;
use crate::judge::journal::Journal;
use crate::judge::run::Outcome;
use crate::optimize::event::Entry;
use crate::optimize::lab::{Batch, Rival};
use crate::optimize::limits::Spend;
use crate::optimize::pool::{CandidateId, Materials, Row};
use crate::optimize::strategy::{Told, Want};
use std::sync::Arc;

impl<J: Journal> Engine<'_, J> {
    /// Opens the held-out part: rates it with the baseline, with `candidate` and with a rival, from what was set aside for
    /// it, and beside it the `protected` rows of the other parts. `None` when the budget does not cover it.
    ///
    /// # Errors
    /// As [`Engine::search`].
    pub async fn open(
        &mut self,
        test: Test<Vec<Example>>,
        candidate: CandidateId,
        protected: &[Row],
        rival: Option<&Rival<J>>,
        opening: Opening,
    ) -> Result<Option<Held>, OptimizeError> {
        self.reserve = Spend::default();
        self.set_aside();
        // The baseline may be the best: it is asked once.
        let ids: Vec<CandidateId> = if candidate == 0 { vec![0] } else { vec![0, candidate] };
        let both = ids.iter().map(|&id| Want::new(id, protected)).collect();
        if let Told::Short(_) = self.rate(both).await? {
            self.write_down()?;
            return Ok(None);
        }
        let looks = opening.looks();
        let examples = test.open(opening);
        let batch = |judge: JudgeSpec| Batch {
            judge,
            items: examples.iter().map(|example| Arc::clone(&example.item)).collect(),
            sample: 0,
        };
        let batches: Vec<Batch> = ids.iter().map(|&id| batch(self.desk.judge(id))).collect();
        // All or nothing: what only some of the judges have rated decides nothing, and would be paid for.
        let own = batches.iter().map(|batch| self.lab.judge.most(batch)).fold(Spend::default(), |sum, most| sum + most);
        let all = rival.map_or(own, |rival| own + rival.most(&examples, &self.desk.materials(), protected));
        if self.allow(self.likely(all)).is_err() {
            self.write_down()?;
            return Ok(None);
        }
        let Ok(mut answered) = self.batches(None, batches).await? else {
            self.write_down()?;
            return Ok(None);
        };
        let before = self.desk.spent();
        let third = match rival {
            None => None,
            Some(rival) => match self.third(rival, &examples, protected).await? {
                Some(third) => Some(third),
                None => return Ok(None),
            },
        };
        let spent = self.desk.spent();
        let rival = rival.map(|_| spent.since(before));
        self.desk.note(Entry::Opened { items: examples.len() as u32, looks, spent, rival });
        self.write_down()?;
        self.log.flush()?;
        let new = answered.pop().map(|a| a.outcomes).unwrap_or_default();
        let old = answered.pop().map_or_else(|| new.clone(), |a| a.outcomes);
        Ok(Some(Held { looks, examples, old, new, rival: third }))
    }

    /// What a rival says of the held-out part and of `protected` rows: it had no part in the search, so those are not rated
    /// yet. `None` when the budget does not cover it.
    async fn third(
        &mut self,
        rival: &Rival<J>,
        examples: &[Example],
        protected: &[Row],
    ) -> Result<Option<Third>, OptimizeError> {
        let batch = rival.batch(examples, &self.desk.materials(), protected);
        let Ok(answered) = self.batches(Some(&rival.way), vec![batch]).await? else {
            self.write_down()?;
            return Ok(None);
        };
        let mut held: Vec<Outcome> = answered.into_iter().flat_map(|answered| answered.outcomes).collect();
        let protected = held.split_off(examples.len().min(held.len()));
        Ok(Some(Third { held, protected }))
    }
}

impl<J> Rival<J> {
    /// What it has to rate.
    fn batch(&self, examples: &[Example], materials: &Materials<'_>, protected: &[Row]) -> Batch {
        let protected = protected.iter().map(|&row| materials.example(row));
        let items = examples.iter().chain(protected).map(|example| Arc::clone(&example.item)).collect();
        Batch { judge: self.judge.clone(), items, sample: 0 }
    }

    /// The most that this can cost.
    fn most(&self, examples: &[Example], materials: &Materials<'_>, protected: &[Row]) -> Spend {
        self.way.most(&self.batch(examples, materials, protected))
    }
}

/// What was seen on the held-out part.
#[derive(Debug)]
pub struct Held {
    /// How often it has been opened, this time included.
    pub looks: u64,
    /// Its items.
    pub examples: Vec<Example>,
    /// What the baseline said, in the order of the examples.
    pub old: Vec<Outcome>,
    /// What the candidate said.
    pub new: Vec<Outcome>,
    /// What the rival said, where there is one.
    pub rival: Option<Third>,
}

/// What a rival said.
#[derive(Debug)]
pub struct Third {
    /// Of the held-out items, in the order of the examples.
    pub held: Vec<Outcome>,
    /// Of the protected rows of the other parts.
    pub protected: Vec<Outcome>,
}
