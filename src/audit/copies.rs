//! A judge that repeats one annotator: close to people for a reason that says nothing about judging.

use super::compute::{RatedBy, Row};
use super::people::TOLD_APART;
use serde::Serialize;

/// Items that a copy must be seen on.
const LEAST: u64 = 20;
/// Two people never agree on so many of their ratings.
const ALWAYS: f64 = 0.98;
/// Items on which somebody else differs from the one that is copied: where all people agree, a good judge agrees with each.
const CONTESTED: u64 = 5;

/// The annotator that a judge repeats.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Copies {
    /// Who.
    pub annotator: String,
    /// Items that this annotator rated and the judge could be read on.
    pub n: u64,
    /// Share of them with the same rating.
    pub share: f64,
}

/// The annotator whose ratings the judge repeats most, when it does so nearly always, also where other people differ from
/// them. Nobody is looked at where there are more people than are told apart.
pub(super) fn copies(rated: &RatedBy, rows: &[Row<'_>]) -> Option<Copies> {
    if rated.annotators.len() > TOLD_APART {
        return None;
    }
    let with = |annotator: usize| {
        let (mut all, mut contested) = (Share::default(), Share::default());
        for (row, item) in rows.iter().zip(&rated.items) {
            let (Some(judge), Some(person)) = (row.pair.judge, item.ratings[annotator]) else { continue };
            all.add(judge == person);
            if item.ratings.iter().flatten().any(|other| *other != person) {
                contested.add(judge == person);
            }
        }
        let is_copy = all.n >= LEAST && all.of() >= ALWAYS && contested.n >= CONTESTED && contested.of() >= ALWAYS;
        is_copy.then(|| Copies { annotator: rated.annotators[annotator].clone(), n: all.n, share: all.of() })
    };
    let found = (0..rated.annotators.len()).filter_map(with);
    found.max_by(|a, b| a.share.total_cmp(&b.share).then(b.annotator.cmp(&a.annotator)))
}

#[derive(Default)]
struct Share {
    same: u64,
    n: u64,
}

impl Share {
    fn add(&mut self, same: bool) {
        self.same += u64::from(same);
        self.n += 1;
    }

    fn of(&self) -> f64 {
        self.same as f64 / self.n.max(1) as f64
    }
}
