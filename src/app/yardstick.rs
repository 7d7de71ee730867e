//! What a judge that is carried is measured by: items, their division, and terms. It is fixed with the first look at held-out
//! items, and not before: a run that was refused, given up or stopped in its search has seen nothing.

use super::AppError;
use super::adapt::AdaptRequest;
use crate::adapt::{Goal, Terms};
use crate::judge::JudgeSpec;
use crate::judge::journal::JournalError;
use crate::ledger::Ledger;
use serde::{Deserialize, Serialize};

/// What judges are measured by. One judge is carried by one yardstick, or verdicts could not be held side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Yardstick {
    pub data: String,
    pub metric: String,
    terms: Terms,
}

/// What is recorded when the held-out items are looked at.
#[derive(Clone, Debug)]
pub(super) struct Look {
    key: String,
    yardstick: Yardstick,
}

impl Yardstick {
    pub fn of(data: &str, judge: &JudgeSpec, terms: Terms) -> Self {
        let told = serde_json::to_string(&terms).expect("terms are plain data");
        let metric = format!("nmse full {} {}", judge.rubric.scale, told);
        let metric = blake3::hash(metric.as_bytes()).to_hex()[..16].to_owned();
        Self { data: data.to_owned(), metric, terms }
    }

    /// What is to be recorded with the first look.
    pub fn look(&self, judge: &JudgeSpec) -> Look {
        Look { key: key(judge), yardstick: self.clone() }
    }

    /// The same data and the same terms as at the looks before, for this judge. The first terms on these data were fixed
    /// before any look at them: going back to them needs no leave, and nothing that came after them speaks against them. For
    /// all others, what the terms have been on these data.
    pub fn check(&self, ledger: &Ledger, judge: &JudgeSpec, request: &AdaptRequest) -> Result<Vec<Terms>, AppError> {
        if let Some(stored) = &request.from.stored {
            let made_with = ledger.version(&stored.hash())?.version.lineage.data;
            if let Some(other) = made_with.filter(|data| *data != self.data && !request.new_yardstick) {
                return Err(AppError::input(
                    format!(
                        "the judge `{}` was tuned on other data, or on another division of them (digest {other}, now {}): \
                         items that it learnt from may be held out here",
                        judge.name(),
                        self.data
                    ),
                    "use the same `--items`, `--human`, `--split` and `--seed` as then; `--new-yardstick` if the data \
                     are new to it",
                ));
            }
        }
        let before = recorded(&ledger.events(&key(judge))?)?;
        let here: Vec<Terms> = before.iter().filter(|rod| rod.data == self.data).map(|rod| rod.terms).collect();
        if here.first() == Some(&self.terms) {
            return Ok(Vec::new());
        }
        let mut others: Vec<Terms> = Vec::new();
        for terms in here.into_iter().filter(|terms| *terms != self.terms) {
            if !others.contains(&terms) {
                others.push(terms);
            }
        }
        match before.last() {
            Some(last) if last != self && !request.new_yardstick => Err(self.differs(last, judge)),
            _ => Ok(others),
        }
    }

    fn differs(&self, before: &Self, judge: &JudgeSpec) -> AppError {
        let what = match (before.data == self.data, before.metric == self.metric) {
            (false, true) => format!("on other data (digest {}, now {})", before.data, self.data),
            (true, false) => format!("by other terms ({}, now {})", said(before.terms), said(self.terms)),
            _ => "on other data and by other terms".to_owned(),
        };
        AppError::input(
            format!(
                "the judge `{}` was carried before {what}: the verdicts could not be held side by side",
                judge.name()
            ),
            "use the same data, `--split`, `--seed`, `--margin`, `--slice-margin`, `--malformed` and `--require`; \
             `--new-yardstick` goes on all the same: it holds out no new items (other `--items` do, or another `--seed` in \
             part), and a GO by terms that were changed after a look is marked as one",
        )
    }
}

impl Look {
    /// Records it, unless these terms were the first on these data, or the last.
    pub fn record(&self, ledger: &Ledger) -> Result<(), AppError> {
        let events = ledger.events(&self.key)?;
        let before = recorded(&events)?;
        let first = before.iter().find(|rod| rod.data == self.yardstick.data);
        if first == Some(&self.yardstick) || before.last() == Some(&self.yardstick) {
            return Ok(());
        }
        let text = || serde_json::to_string(&self.yardstick).expect("a yardstick is plain data");
        Ok(ledger.append_once(&self.key, events.len(), text)?)
    }
}

fn key(judge: &JudgeSpec) -> String {
    format!("yardstick {}", judge.hash())
}

fn recorded(events: &[String]) -> Result<Vec<Yardstick>, JournalError> {
    let read =
        |text: &String| serde_json::from_str(text).map_err(|e| JournalError(format!("a damaged yardstick: {e}")));
    events.iter().map(read).collect()
}

/// What speaks against a GO by terms that are not the first on these items; nothing where they are.
pub(super) fn caveat(earlier: &[Terms]) -> Option<String> {
    let before: Vec<String> = earlier.iter().map(|terms| said(*terms)).collect();
    (!before.is_empty()).then(|| {
        format!(
            "the terms were changed after a look at these items (before: {}): a GO by such terms proves nothing",
            before.join("; then ")
        )
    })
}

fn said(terms: Terms) -> String {
    let goal = match terms.goal {
        Goal::Better => "better".to_owned(),
        Goal::NonInferior => format!("margin {}", terms.margin),
    };
    format!("{goal}, slices {}, malformed {}", terms.slice_margin, terms.malformed)
}
