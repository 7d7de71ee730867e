//! Krippendorff's alpha by the matrix of coincidences.

use super::tally::{Tally, raters};
use crate::agreement::{Confusion, Defined};
use crate::domain::Undefined;

/// How far two levels are apart for [`krippendorff_alpha`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Any two different levels are equally far apart.
    Nominal,
    /// By how many ratings lie between them: only the order of levels counts. It is not irrCAC's "ordinal" (case E2).
    Ordinal,
    /// By their difference.
    Interval,
}

/// Krippendorff's alpha, `1 − (n − 1) Σ o δ² / Σ_{c≠k} n_c n_k δ²`, over items with at least two ratings (Krippendorff
/// 2011; SPEC §2.6). At most 1; 0 is what chance gives, and a single deviating rating can already give it (case E3).
///
/// Undefined without an item that has two ratings, and when all ratings of such items are one and the same.
pub fn krippendorff_alpha(tally: &Tally, metric: Metric) -> Defined {
    let levels = tally.levels();
    let mut coincidences = vec![0.0; levels * levels];
    let mut totals = vec![0u64; levels];
    for (counts, items) in tally.patterns().filter(|(counts, _)| raters(counts) > 1) {
        let weight = items as f64 / (raters(counts) - 1) as f64;
        for (c, &first) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            totals[c] += u64::from(first) * items;
            for (k, &second) in counts[..c].iter().enumerate() {
                coincidences[k * levels + c] += f64::from(first) * f64::from(second) * weight;
            }
        }
    }
    alpha_of(&totals, |low, high| coincidences[low * levels + high], metric)
}

/// [`krippendorff_alpha`] of judge and people over the rows with a valid reply, in O(k²).
pub fn krippendorff_alpha_of_table(table: &Confusion, metric: Metric) -> Defined {
    let mut totals = table.valid_human_totals();
    for row in table.rows() {
        totals.iter_mut().zip(row).for_each(|(total, judge)| *total += judge);
    }
    alpha_of(&totals, |low, high| (table.at(low, high) + table.at(high, low)) as f64, metric)
}

/// Alpha among the others when each annotator's ratings are left out in turn: much above alpha of all, and that
/// annotator is the one who differs (case S4).
///
/// `ratings` holds one row for each item, one cell for each annotator.
pub fn alpha_without_each_annotator(ratings: &[Vec<Option<u8>>], levels: usize, metric: Metric) -> Vec<Defined> {
    let annotators = ratings.iter().map(Vec::len).max().unwrap_or(0);
    let others = |row: &[Option<u8>], out: usize| {
        let kept = row.iter().enumerate().filter(|(annotator, _)| *annotator != out);
        kept.filter_map(|(_, rating)| *rating).collect::<Vec<u8>>()
    };
    let without = |out: usize| Tally::of_items(ratings.iter().map(|row| others(row, out)), levels);
    (0..annotators).map(|out| krippendorff_alpha(&without(out), metric)).collect()
}

/// Alpha from the ratings per level and the coincidences above the diagonal.
fn alpha_of(totals: &[u64], coincidences: impl Fn(usize, usize) -> f64, metric: Metric) -> Defined {
    let n: u64 = totals.iter().sum();
    if n == 0 {
        return Err(Undefined::NoPairs);
    }
    let (mut observed, mut expected) = (0.0, 0.0);
    for low in 0..totals.len() {
        // Twice the ratings between the middles of the two levels.
        let mut between = totals[low];
        for high in low + 1..totals.len() {
            let apart = match metric {
                Metric::Nominal => 1.0,
                Metric::Ordinal => (between + totals[high]) as f64,
                Metric::Interval => (high - low) as f64,
            };
            between += 2 * totals[high];
            observed += coincidences(low, high) * apart * apart;
            expected += totals[low] as f64 * totals[high] as f64 * apart * apart;
        }
    }
    if expected == 0.0 {
        Err(Undefined::NoExpectedDisagreement)
    } else {
        Ok(1.0 - (n - 1) as f64 * observed / expected)
    }
}

#[cfg(test)]
mod tests;
