//! Ordering: of two items that people rate differently, does the judge put the better one higher?
//!
//! Everything is a function of five counts of pairs of rows. Ties are where the statistics differ, so they are kept
//! apart: τ-b divides by what *both* sides order and so rewards a judge with few levels, Somers' D of the judge given
//! people divides by what *people* order and does not (SPEC §2.8, cases H1 and H6). D is also defined, and 0, for a
//! constant judge, where τ-b is undefined; it is the one to gate on.

mod scores;
mod within;

pub use within::{GroupMean, pairs_by_group};

use super::{Confusion, Defined};
use crate::domain::Undefined;
use std::iter::Sum;
use std::ops::AddAssign;

/// Pairs of rows by how people and judge order them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PairCounts {
    /// Both order them, the same way.
    pub concordant: u64,
    /// Both order them, in opposite ways.
    pub discordant: u64,
    /// Only the judge orders them.
    pub tied_human: u64,
    /// Only people order them.
    pub tied_judge: u64,
    /// Nobody orders them.
    pub tied_both: u64,
    /// People order them, and at least one of the two replies is malformed. Not part of the counts above.
    pub malformed: u64,
}

impl PairCounts {
    /// Counts the pairs of a table in O(k²).
    pub fn of(table: &Confusion) -> Self {
        let levels = table.levels();
        let mut counts = Self::default();
        // Judge totals over the human levels above the current one.
        let mut above = vec![0u64; levels];
        let mut rows_above = 0;
        for human in (0..levels).rev() {
            let row = &table.row(human)[..levels];
            let (mut below, mut in_row) = (0, 0);
            for (judge, &n) in row.iter().enumerate() {
                counts.concordant += n * (rows_above - below - above[judge]);
                counts.discordant += n * below;
                counts.tied_judge += n * above[judge];
                counts.tied_both += n * n.saturating_sub(1) / 2;
                counts.tied_human += n * in_row;
                below += above[judge];
                in_row += n;
            }
            above.iter_mut().zip(row).for_each(|(total, n)| *total += n);
            rows_above += in_row;
        }
        let human_untied = untied(table.human_totals().into_iter());
        counts.malformed = human_untied - counts.human_untied();
        counts
    }

    /// Pairs of valid rows that people order.
    pub fn human_untied(&self) -> u64 {
        self.concordant + self.discordant + self.tied_judge
    }

    /// Pairs of valid rows that the judge orders.
    pub fn judge_untied(&self) -> u64 {
        self.concordant + self.discordant + self.tied_human
    }

    /// All pairs of valid rows.
    pub fn all(&self) -> u64 {
        self.human_untied() + self.tied_human + self.tied_both
    }

    /// Kendall's τ-b, `(C − D) / √(human untied · judge untied)`, −1 to 1 (Kendall 1945).
    ///
    /// Undefined without pairs and when one side orders nothing.
    pub fn tau_b(&self) -> Defined {
        let (human, judge) = (self.human_ordered()? as f64, self.judge_ordered()? as f64);
        Ok(self.surplus() / (human * judge).sqrt())
    }

    /// Somers' D of the judge given people, `(C − D) / human untied`, −1 to 1 (Somers 1962). 0 for a constant judge.
    ///
    /// Undefined when people order no pair.
    pub fn somers_d(&self) -> Defined {
        Ok(self.surplus() / self.human_ordered()? as f64)
    }

    /// Somers' D of people given the judge, `(C − D) / judge untied`.
    ///
    /// Undefined when the judge orders no pair.
    pub fn somers_d_of_human(&self) -> Defined {
        Ok(self.surplus() / self.judge_ordered()? as f64)
    }

    /// Somers' D of the judge given people in which a pair with a malformed reply is one that the judge failed to order
    /// (SPEC case H7). Leaving replies malformed can only pull it towards 0.
    ///
    /// Undefined when people order no pair, malformed rows included.
    pub fn somers_d_pessimistic(&self) -> Defined {
        match self.human_untied() + self.malformed {
            0 => Err(self.nothing_ordered(Undefined::OneLabelHuman)),
            ordered => Ok(self.surplus() / ordered as f64),
        }
    }

    /// Goodman and Kruskal's γ, `(C − D) / (C + D)`: ties are left out, so it flatters a judge that ties a lot.
    ///
    /// Undefined when no pair is ordered by both.
    pub fn gamma(&self) -> Defined {
        self.human_ordered()?;
        self.judge_ordered()?;
        match self.concordant + self.discordant {
            0 => Err(Undefined::NoPairs),
            ordered => Ok(self.surplus() / ordered as f64),
        }
    }

    /// Of the pairs that people order, the share that the judge orders the same way, its ties counting half:
    /// `(C + T_judge/2) / human untied`, 0 to 1. It is the area under the ROC curve on a two-level scale.
    pub fn order_accuracy(&self) -> Defined {
        Ok((self.concordant as f64 + self.tied_judge as f64 / 2.0) / self.human_ordered()? as f64)
    }

    /// Of all pairs, the share on which both agree, a tie of both being agreement: `(C + T_both) / all`, 0 to 1
    /// (Deutsch, Foster & Freitag 2023).
    ///
    /// Undefined without pairs.
    pub fn accuracy_with_ties(&self) -> Defined {
        match self.all() {
            0 => Err(Undefined::NoPairs),
            all => Ok((self.concordant + self.tied_both) as f64 / all as f64),
        }
    }

    /// `C − D`.
    fn surplus(&self) -> f64 {
        if self.concordant >= self.discordant {
            (self.concordant - self.discordant) as f64
        } else {
            -((self.discordant - self.concordant) as f64)
        }
    }

    fn human_ordered(&self) -> Result<u64, Undefined> {
        Some(self.human_untied()).filter(|n| *n > 0).ok_or_else(|| self.nothing_ordered(Undefined::OneLabelHuman))
    }

    fn judge_ordered(&self) -> Result<u64, Undefined> {
        Some(self.judge_untied()).filter(|n| *n > 0).ok_or_else(|| self.nothing_ordered(Undefined::OneLabelJudge))
    }

    fn nothing_ordered(&self, reason: Undefined) -> Undefined {
        if self.all() == 0 { Undefined::NoPairs } else { reason }
    }
}

impl AddAssign for PairCounts {
    fn add_assign(&mut self, other: Self) {
        self.concordant += other.concordant;
        self.discordant += other.discordant;
        self.tied_human += other.tied_human;
        self.tied_judge += other.tied_judge;
        self.tied_both += other.tied_both;
        self.malformed += other.malformed;
    }
}

/// Pairs of several queries together: no pair crosses from one query into another.
impl Sum for PairCounts {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        let mut total = Self::default();
        parts.for_each(|part| total += part);
        total
    }
}

/// Pairs of rows from different classes, given the classes' sizes.
fn untied(sizes: impl Iterator<Item = u64>) -> u64 {
    let (mut seen, mut pairs) = (0, 0);
    for size in sizes {
        pairs += seen * size;
        seen += size;
    }
    pairs
}

#[cfg(test)]
mod tests;
