//! What several people's ratings of one item come to.

/// Ratings that lie this far apart ask for someone to settle them.
const ADJUDICATE_FROM: u8 = 2;

/// One item's gold (SPEC §1 and case A9).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gold {
    /// Mean of the ratings, for errors.
    pub mean: f64,
    /// Lower median of the ratings, for categories; a tie between two middle ratings is never broken at random.
    pub lower_median: u8,
    /// How many people rated.
    pub ratings: usize,
    /// Highest minus lowest rating.
    pub range: u8,
}

impl Gold {
    /// The gold of an item's ratings, as levels in any order; `None` without any.
    pub fn of(ratings: &[u8]) -> Option<Self> {
        let mut sorted = ratings.to_vec();
        sorted.sort_unstable();
        let (first, last) = (*sorted.first()?, *sorted.last()?);
        let sum: u64 = sorted.iter().map(|r| u64::from(*r)).sum();
        Some(Self {
            mean: sum as f64 / sorted.len() as f64,
            lower_median: sorted[(sorted.len() - 1) / 2],
            ratings: sorted.len(),
            range: last - first,
        })
    }

    /// Ratings lie two or more levels apart.
    pub fn needs_adjudication(&self) -> bool {
        self.range >= ADJUDICATE_FROM
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_middle_ratings_the_lower_counts() {
        let gold = Gold::of(&[5, 1, 5, 1]).unwrap();
        assert_eq!((gold.mean, gold.lower_median, gold.ratings, gold.range), (3.0, 1, 4, 4));
        assert!(gold.needs_adjudication() && !Gold::of(&[1, 2]).unwrap().needs_adjudication());
        assert_eq!(Gold::of(&[]), None);
    }
}
