//! Panels of the judges of a run: what an audit says of them, on the rows that they were rated on.

use crate::app::gather::Evidence;
use crate::audit::{self, JudgeInput, Labelled, Panel, Setup};
use crate::domain::ItemId;
use crate::judge::JudgeSpec;
use crate::judge::run::Outcome;
use crate::optimize::adopt;
use std::collections::{BTreeMap, BTreeSet};

/// The panels of the baseline and of another judge, on the same items.
pub(super) type Both = [Panel; 2];

/// What panels are made from.
pub(super) struct Panels<'a> {
    pub evidence: &'a Evidence,
    pub seed: u64,
}

impl Panels<'_> {
    /// Some items, as audits take them.
    pub fn labelled<'i>(&self, ids: impl Iterator<Item = &'i ItemId>) -> Vec<Labelled> {
        let ids: BTreeSet<&ItemId> = ids.collect();
        self.evidence.labelled.iter().filter(|labelled| ids.contains(&labelled.id)).cloned().collect()
    }

    /// What people say of each item.
    pub fn golds(&self) -> BTreeMap<ItemId, i64> {
        let gold = |labelled: &Labelled| audit::gold(self.evidence.scale, &labelled.opinions).0.value();
        self.evidence.labelled.iter().map(|labelled| (labelled.id.clone(), gold(labelled))).collect()
    }

    /// The panels of two judges on `labelled`.
    pub fn of(&self, labelled: Vec<Labelled>, sides: [JudgeInput; 2]) -> Both {
        let setup =
            Setup { seed: self.seed, contaminated: true, people: self.evidence.people.clone(), ..Setup::default() };
        sides.map(|side| {
            let mut audit = audit::audit(self.evidence.scale, labelled.clone(), std::slice::from_ref(&side), &setup);
            audit.judges.remove(0).panel
        })
    }

    /// The panels of two judges from their answers; `None` without any.
    pub fn of_outcomes(&self, old: &JudgeSpec, new: &JudgeSpec, answers: [Vec<Outcome>; 2]) -> Option<Both> {
        let labelled = self.labelled(answers[0].iter().map(|outcome| &outcome.item.id));
        let [before, after] = answers;
        (!labelled.is_empty()).then(|| self.of(labelled, [adopt::side(old, before), adopt::side(new, after)]))
    }
}
