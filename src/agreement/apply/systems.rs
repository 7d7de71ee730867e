//! Whether search systems rank the same under the judge's labels as under people's.

use super::finite;
use crate::agreement::{Defined, PairCounts};
use crate::domain::Undefined;

/// Agreement of two rankings of systems.
#[derive(Clone, Debug, PartialEq)]
pub struct SystemRanking {
    /// Systems: correlations of few systems say little.
    pub systems: usize,
    /// Kendall's τ_b.
    pub tau_b: Defined,
    /// τ_b of the better half under human labels, rounded up: agreement tends to be weaker there (Clarke & Dietz 2024).
    pub tau_b_top_half: Defined,
    /// τ_AP: errors near the top weigh more.
    pub tau_ap: f64,
    /// Ranks that a system loses at most under the judge's labels.
    pub max_rank_drop: usize,
    /// Share of all pairs of systems that the judge orders the other way round, neither being a tie.
    pub flip_rate: f64,
}

/// Compares systems by their scores under human and under judge labels, higher being better (SPEC §2.20, case W2).
///
/// τ_AP (Yilmaz, Aslam & Robertson 2008) is `2/(n−1)·Σ_{i=2..n} C(i)/(i−1) − 1`, where `C(i)` counts the systems above
/// the judge's rank `i` that people put strictly above it too. Ties rank in the order given. `TooFewRows` with fewer than
/// two systems, `NotFinite` when a score is not a number.
///
/// # Panics
/// When there is not one score of each kind per system.
pub fn system_ranking(human: &[f64], judge: &[f64]) -> Result<SystemRanking, Undefined> {
    assert_eq!(human.len(), judge.len(), "two scores per system");
    let n = human.len();
    if n < 2 {
        return Err(Undefined::TooFewRows);
    }
    finite(human.iter().chain(judge).copied())?;
    let (by_human, by_judge) = (order(human), order(judge));
    let top = &by_human[..n.div_ceil(2)];
    let pick = |scores: &[f64]| top.iter().map(|s| scores[*s]).collect::<Vec<_>>();
    let right = |(rank, system): (usize, &usize)| {
        let above = by_judge[..rank].iter().filter(|s| human[**s] > human[*system]).count();
        above as f64 / rank as f64
    };
    let correct: f64 = by_judge.iter().enumerate().skip(1).map(right).sum();
    let mut place = vec![0; n];
    by_human.iter().enumerate().for_each(|(rank, system)| place[*system] = rank);
    let drop = by_judge.iter().enumerate().map(|(rank, system)| rank.saturating_sub(place[*system])).max();
    let tau = |human: &[f64], judge: &[f64]| PairCounts::of_scores(human, judge)?.tau_b();
    let flipped = |a: usize, b: usize| (human[a] - human[b]) * (judge[a] - judge[b]) < 0.0;
    let flips = (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b))).filter(|(a, b)| flipped(*a, *b)).count();
    Ok(SystemRanking {
        systems: n,
        tau_b: tau(human, judge),
        tau_b_top_half: tau(&pick(human), &pick(judge)),
        tau_ap: 2.0 / (n - 1) as f64 * correct - 1.0,
        max_rank_drop: drop.unwrap_or(0),
        flip_rate: flips as f64 / (n * (n - 1) / 2) as f64,
    })
}

/// Systems from the best score down, ties in their order.
fn order(scores: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flip_at_the_top_costs_more_than_one_at_the_bottom() {
        let human = [4.0, 3.0, 2.0, 1.0];
        // Top two swapped: ranks 2 to 4 have 0/1, 2/2, 3/3 right above them: 2/3·2 − 1 = ⅓.
        let top = system_ranking(&human, &[3.0, 4.0, 2.0, 1.0]).unwrap();
        assert!((top.tau_ap - 1.0 / 3.0).abs() < 1e-12);
        // Bottom two swapped: 1/1, 2/2, 2/3: 2/3·8/3 − 1 = 7/9.
        let bottom = system_ranking(&human, &[4.0, 3.0, 1.0, 2.0]).unwrap();
        assert!((bottom.tau_ap - 7.0 / 9.0).abs() < 1e-12);
        // One of six pairs flipped either way: τ = (5 − 1)/6.
        for ranking in [&top, &bottom] {
            assert!((ranking.tau_b.unwrap() - 4.0 / 6.0).abs() < 1e-12);
            assert_eq!((ranking.max_rank_drop, ranking.flip_rate, ranking.systems), (1, 1.0 / 6.0, 4));
        }
        assert_eq!((top.tau_b_top_half, bottom.tau_b_top_half), (Ok(-1.0), Ok(1.0)));
    }

    #[test]
    fn a_drop_counts_the_ranks_lost_not_those_won() {
        // The last becomes the first: it wins three ranks, the others lose one each.
        let ranking = system_ranking(&[4.0, 3.0, 2.0, 1.0], &[3.0, 2.0, 1.0, 4.0]).unwrap();
        assert_eq!((ranking.max_rank_drop, ranking.flip_rate), (1, 0.5));
    }

    #[test]
    fn one_system_has_no_ranking() {
        assert_eq!(system_ranking(&[1.0], &[1.0]), Err(Undefined::TooFewRows));
    }
}
