//! Panels of the judges of a run: what an audit says of them, on the rows that they were rated on.

use crate::app::gather::Evidence;
use crate::audit::{self, Brief, JudgeInput, Labelled, Panel, Setup, Standing};
use crate::domain::ItemId;
use crate::judge::JudgeSpec;
use crate::judge::run::Outcome;
use crate::optimize::adopt;
use crate::optimize::summary::{AgainstConstant, ScaleUse};
use std::collections::{BTreeMap, BTreeSet};

/// What an audit says of the baseline and of another judge, on the same items.
pub(super) type Both = [Audited; 2];

/// A judge's panel, and what is the matter with its use of the scale.
#[derive(Clone)]
pub(super) struct Audited {
    pub panel: Panel,
    pub scale: Option<ScaleUse>,
    /// The judge that always gives one rating, on the same items.
    pub constant: Option<AgainstConstant>,
}

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
    pub fn of(&self, labelled: Vec<Labelled>, [old, new]: [JudgeInput; 2]) -> Both {
        let (old, new) = rayon::join(|| self.one(labelled.clone(), &old), || self.one(labelled.clone(), &new));
        [old, new]
    }

    /// The panel of one judge on `labelled`.
    pub fn one(&self, labelled: Vec<Labelled>, side: &JudgeInput) -> Audited {
        let setup =
            Setup { seed: self.seed, contaminated: true, people: self.evidence.people.clone(), ..Setup::default() };
        let Brief { panel, trouble, standing } = audit::brief(self.evidence.scale, labelled, side, &setup);
        let constant = panel.controls.best_constant.as_ref().and_then(|constant| {
            Some(AgainstConstant {
                rating: constant.rating.value(),
                nmse: constant.nmse.value()?,
                is_beaten: !matches!(standing, Standing::NoBetterThanConstant | Standing::Unknown),
            })
        });
        Audited { panel, constant, scale: trouble.map(|(remedy, text)| ScaleUse { remedy, text }) }
    }

    /// The panel of one judge from its answers, where it stands for both; `None` without any.
    pub fn of_one(&self, judge: &JudgeSpec, answers: Vec<Outcome>) -> Option<Both> {
        let labelled = self.labelled(answers.iter().map(|outcome| &outcome.item.id));
        let one = (!labelled.is_empty()).then(|| self.one(labelled, &adopt::side(judge, answers)))?;
        Some([one.clone(), one])
    }

    /// The panels of two judges from their answers; `None` without any.
    pub fn of_outcomes(&self, old: &JudgeSpec, new: &JudgeSpec, answers: [Vec<Outcome>; 2]) -> Option<Both> {
        let labelled = self.labelled(answers[0].iter().map(|outcome| &outcome.item.id));
        let [before, after] = answers;
        (!labelled.is_empty()).then(|| self.of(labelled, [adopt::side(old, before), adopt::side(new, after)]))
    }
}
