//! Whether systems rank the same under the judge's ratings as under people's: what labels for a ranker are for.

use super::compute::Row;
use crate::agreement::Defined;
use crate::agreement::apply::{SystemRanking, system_ranking};
use crate::domain::{Figure, Scale};
use serde::Serialize;
use std::collections::BTreeMap;

/// Fewer systems than this say little: τ of a random order of 20 has a standard deviation of 0.16.
const FEW: u64 = 20;

/// The ranking of systems by mean rating, once by people and once by a judge.
#[derive(Clone, Debug, Serialize)]
pub struct Systems {
    /// The tag that names the system of an item.
    pub column: String,
    /// Systems that were ranked.
    pub systems: u64,
    /// Too few to say that the judge can stand in for people.
    pub few: bool,
    /// Items with a rating by the judge, by whose means systems are ranked.
    pub n: u64,
    /// Items without a rating by the judge, malformed or not answered; both means leave them out.
    pub unrated: u64,
    /// Items without the tag.
    pub untagged: u64,
    /// Kendall's τ_b between the two rankings.
    pub tau_b: Figure,
    /// τ_b of the better half under people's ratings.
    pub tau_b_top_half: Figure,
    /// τ_AP: errors near the top weigh more.
    pub tau_ap: Figure,
    /// Ranks that a system loses at most under the judge's ratings.
    pub max_rank_drop: Option<u64>,
    /// Share of all pairs of systems that the judge orders the other way round.
    pub flip_rate: Figure,
    /// The systems, best under people's ratings first.
    pub means: Vec<SystemMeans>,
}

/// One system.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SystemMeans {
    /// The value of the tag.
    pub system: String,
    /// Items.
    pub n: u64,
    /// Mean of people's ratings, in ratings.
    pub human: f64,
    /// Mean of the judge's ratings, in ratings.
    pub judge: f64,
}

/// Ranks the systems that the tag `column` names. Both means are over the items that the judge rated, so that they
/// differ by ratings and not by items.
pub(super) fn systems(scale: Scale, rows: &[Row<'_>], column: &str) -> Systems {
    let mut sums: BTreeMap<&str, (u64, f64, u64)> = BTreeMap::new();
    let (mut unrated, mut untagged) = (0, 0);
    for row in rows {
        let Some(system) = row.item.tags.get(column) else {
            untagged += 1;
            continue;
        };
        let Some(level) = row.pair.judge else {
            unrated += 1;
            continue;
        };
        let (n, human, judge) = sums.entry(system).or_default();
        *n += 1;
        *human += row.pair.gold_mean;
        *judge += u64::from(level);
    }
    let lowest = scale.min().value() as f64;
    let mean = |(system, (n, human, judge)): (&str, (u64, f64, u64))| SystemMeans {
        system: system.to_owned(),
        n,
        human: lowest + settled(human / n as f64),
        judge: lowest + settled(judge as f64 / n as f64),
    };
    let mut means: Vec<SystemMeans> = sums.into_iter().map(mean).collect();
    means.sort_by(|a, b| b.human.total_cmp(&a.human));
    let (human, rated): (Vec<f64>, Vec<f64>) = means.iter().map(|m| (m.human, m.judge)).unzip();
    let n = means.iter().map(|m| m.n).sum();
    let ranking = system_ranking(&human, &rated);
    let figure = |value: Defined| value.map_or_else(Figure::from, |value| Figure::point(value, n, means.len() as u64));
    let of = |pick: fn(&SystemRanking) -> Defined| figure(ranking.as_ref().map_err(|reason| *reason).and_then(pick));
    Systems {
        column: column.to_owned(),
        systems: means.len() as u64,
        few: (means.len() as u64) < FEW,
        n,
        unrated,
        untagged,
        tau_b: of(|r| r.tau_b),
        tau_b_top_half: of(|r| r.tau_b_top_half),
        tau_ap: of(|r| Ok(r.tau_ap)),
        max_rank_drop: ranking.as_ref().ok().map(|r| r.max_rank_drop as u64),
        flip_rate: of(|r| Ok(r.flip_rate)),
        means,
    }
}

/// A mean without the last digits of its sum, which depend on the order of the terms: equal means must tie.
fn settled(mean: f64) -> f64 {
    (mean * 1e9).round() / 1e9
}
