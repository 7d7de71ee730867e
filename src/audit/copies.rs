//! A judge that repeats one annotator: close to people for a reason that says nothing about judging.

use super::compute::{RatedBy, Row};
use serde::Serialize;

/// Items that a copy must be seen on.
const LEAST: u64 = 20;
/// Two people never agree on so many of their ratings.
const ALWAYS: f64 = 0.98;

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

/// The annotator whose ratings the judge repeats most, when it does so nearly always and other people differ from them.
pub(super) fn copies(rated: &RatedBy, rows: &[Row<'_>]) -> Option<Copies> {
    let with = |annotator: usize| {
        let both =
            rows.iter().zip(&rated.items).filter_map(|(row, item)| Some((row.pair.judge?, item.ratings[annotator]?)));
        let (same, n) = both.fold((0, 0), |(same, n), (judge, person)| (same + u64::from(judge == person), n + 1));
        Copies { annotator: rated.annotators[annotator].clone(), n, share: same as f64 / n.max(1) as f64 }
    };
    let found = (0..rated.annotators.len()).map(with).filter(|c| c.n >= LEAST && c.share >= ALWAYS);
    // Where all people agree, a good judge agrees with each of them.
    let people_differ = rated.items.iter().any(|item| {
        let mut said = item.ratings.iter().flatten();
        said.next().is_some_and(|first| said.any(|other| other != first))
    });
    found.filter(|_| people_differ).max_by(|a, b| a.share.total_cmp(&b.share).then(b.annotator.cmp(&a.annotator)))
}
