//! How often the judge finds each level, and how often it is right when it says it.

use super::Confusion;
use super::Defined;
use super::numerics::sum;
use crate::domain::Undefined;

/// A share of rows as counts, for which the caller chooses the interval: Wilson's in reports, Clopper and Pearson's in
/// gates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Rows that have it.
    pub hits: u64,
    /// All rows.
    pub of: u64,
}

impl Share {
    /// `hits / of`. Undefined without rows.
    pub fn value(self) -> Defined {
        if self.of == 0 { Err(Undefined::Empty) } else { Ok(self.hits as f64 / self.of as f64) }
    }
}

/// For each human level the share of its rows on which the judge says the same; a malformed reply is a miss.
pub fn recall(table: &Confusion) -> Vec<Share> {
    table.rows().enumerate().map(|(level, row)| Share { hits: row[level], of: row.iter().sum() }).collect()
}

/// For each level that the judge says the share of rows on which people say the same.
pub fn precision(table: &Confusion) -> Vec<Share> {
    let totals = table.valid_judge_totals().into_iter().enumerate();
    totals.map(|(level, of)| Share { hits: table.at(level, level), of }).collect()
}

/// The mean recall of the levels that people used (their number is that of the rows of [`recall`] with `of > 0`): each
/// level counts the same, however rare. Undefined without rows.
pub fn macro_recall(table: &Confusion) -> Defined {
    let present: Vec<f64> = recall(table).into_iter().filter_map(|share| share.value().ok()).collect();
    if present.is_empty() { Err(Undefined::Empty) } else { Ok(sum(present.iter().copied()) / present.len() as f64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_reply_is_a_miss_and_an_unused_level_is_left_out_of_the_mean() {
        // Level 0: 2 hits of 4 (one malformed); level 1: nobody; level 2: 1 of 1.
        let table = Confusion::from_rows(&[vec![2, 1, 0, 1], vec![0, 0, 0, 0], vec![0, 0, 1, 0]]);
        let share = |hits, of| Share { hits, of };
        assert_eq!(recall(&table), [share(2, 4), share(0, 0), share(1, 1)]);
        assert_eq!(precision(&table), [share(2, 2), share(0, 1), share(1, 1)]);
        assert_eq!(share(0, 0).value(), Err(Undefined::Empty));
        assert_eq!(macro_recall(&table), Ok(0.75));
        assert_eq!(macro_recall(&Confusion::empty(3)), Err(Undefined::Empty));
    }
}
