//! The log of a run: written as it happens, checked when the run is resumed.
//!
//! A run is a function of its data, its seed and the answers that it got, and the answers are in the ledger. So a run
//! that was killed is resumed by running it again: answered calls are answered from the ledger, and the entries come out
//! as they did. The log holds that to account: an entry that differs from the one on record ends the run.

use super::event::Entry;
use crate::judge::journal::JournalError;

/// Keeps entries; returns once they are durable. The first argument is the number of the first entry.
pub type Append = Box<dyn FnMut(usize, &[String]) -> Result<(), JournalError> + Send + Sync>;

/// The log could not go on.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LogError {
    /// What was recorded is not what happens now.
    #[error("entry {at} of the run's log is not what happens now: `{now}` in place of `{then}`")]
    Diverged {
        /// Its number, from 0.
        at: usize,
        /// On record, cut short.
        then: String,
        /// Now, cut short.
        now: String,
    },
    /// It could not be written.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// Entries that may wait to be written. Nothing is lost when they are: a resumed run makes them again from the answers,
/// which are durable; and a commit for each step would cost more time than the step.
const WAITING: usize = 64;

/// The log of one run.
pub struct Log {
    recorded: Vec<String>,
    next: usize,
    waiting: Vec<String>,
    append: Append,
}

/// Characters of an entry that an error quotes.
const QUOTED: usize = 120;

impl Log {
    /// A log of which `recorded` is there already.
    pub fn new(recorded: Vec<String>, append: Append) -> Self {
        Self { recorded, next: 0, waiting: Vec::new(), append }
    }

    /// Adds what happened: compares what is on record, and keeps the rest, durably from time to time and with
    /// [`Log::flush`].
    ///
    /// # Errors
    /// [`LogError`].
    pub(super) fn take(&mut self, entries: &[Entry]) -> Result<(), LogError> {
        for entry in entries {
            let text = serde_json::to_string(entry).expect("an entry is plain data");
            match self.recorded.get(self.next) {
                Some(then) if *then != text => {
                    let cut = |text: &str| text.chars().take(QUOTED).collect();
                    return Err(LogError::Diverged { at: self.next, then: cut(then), now: cut(&text) });
                }
                Some(_) => {}
                None => self.waiting.push(text),
            }
            self.next += 1;
        }
        if self.waiting.len() >= WAITING { self.flush() } else { Ok(()) }
    }

    /// What is on record as the next entry.
    pub(super) fn expected(&self) -> Option<Entry> {
        self.recorded.get(self.next).and_then(|text| serde_json::from_str(text).ok())
    }

    /// Makes all that happened durable.
    ///
    /// # Errors
    /// [`LogError::Journal`].
    pub(super) fn flush(&mut self) -> Result<(), LogError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let waiting = std::mem::take(&mut self.waiting);
        Ok((self.append)(self.next - waiting.len(), &waiting)?)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::event::Why;
    use super::*;
    use std::sync::{Arc, Mutex};

    fn entry(best: usize) -> Entry {
        Entry::Concluded { best, why: Why::Plateau }
    }

    /// The number of the first entry and how many, for each append.
    type Appends = Arc<Mutex<Vec<(usize, usize)>>>;

    fn log(recorded: &[Entry]) -> (Log, Appends) {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let appended = Arc::clone(&kept);
        let append: Append = Box::new(move |first, entries| {
            appended.lock().unwrap().push((first, entries.len()));
            Ok(())
        });
        (Log::new(recorded.iter().map(|e| serde_json::to_string(e).unwrap()).collect(), append), kept)
    }

    #[test]
    fn what_is_on_record_is_not_written_again() {
        let (mut log, kept) = log(&[entry(0), entry(1)]);
        log.take(&[entry(0)]).unwrap();
        log.take(&[entry(1), entry(2), entry(3)]).unwrap();
        assert!(kept.lock().unwrap().is_empty());
        log.flush().unwrap();
        log.flush().unwrap();
        assert_eq!(*kept.lock().unwrap(), [(2, 2)]);
    }

    #[test]
    fn a_run_that_does_not_repeat_itself_is_stopped() {
        let (mut log, kept) = log(&[entry(0)]);
        let error = log.take(&[entry(7)]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "entry 0 of the run's log is not what happens now: `{\"event\":\"concluded\",\"best\":7,\"why\":\"plateau\"}` \
             in place of `{\"event\":\"concluded\",\"best\":0,\"why\":\"plateau\"}`"
        );
        assert!(kept.lock().unwrap().is_empty());
    }
}
