//! What rows that come in groups are worth: the linearised standard error, the design effect, the effective sample.

use super::super::numerics::{sum, t_quantile};

/// What is supposed of groups before the data speak.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Caution {
    /// The intra-cluster correlation that is expected.
    icc: f64,
    /// How many groups that expectation is worth.
    groups: f64,
    /// Groups that stand behind the standard error beside those that were seen.
    spare: f64,
}

impl Caution {
    /// For intervals that are cautious themselves: the posterior of a mean has a prior row.
    pub const SOME: Self = Self { icc: 0.15, groups: 0.3, spare: 20.0 };
    /// For Wilson's interval, for bounds and for plans, which have none.
    pub const MORE: Self = Self { icc: 0.1, groups: 6.0, spare: 6.0 };
}

/// A group's part of a ratio of sums.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupSum {
    /// Sum of the quantity over the group's rows.
    pub sum: f64,
    /// Sum of the rows' weights.
    pub weight: f64,
}

/// A ratio `Σ sum / Σ weight` over groups and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Design {
    /// The ratio.
    pub value: f64,
    /// Rows: the sum of weights.
    pub rows: f64,
    /// Groups.
    pub groups: usize,
    /// Linearised standard error; `None` with one group.
    pub se: Option<f64>,
    /// `Σ weight² / Σ weight`: the size of the group that a random row is in.
    group_size: f64,
}

impl Design {
    /// With group sums `s_g`, `n_g` and the ratio `m`: `SE² = G/(G−1) · Σ (s_g − m·n_g)² / (Σ n_g)²`
    /// (Cochran, *Sampling Techniques*, §6; SPEC cases I3 and I7). `None` when all weights are 0.
    pub fn of(groups: &[GroupSum]) -> Option<Self> {
        let rows = sum(groups.iter().map(|g| g.weight));
        if rows == 0.0 {
            return None;
        }
        let value = sum(groups.iter().map(|g| g.sum)) / rows;
        let count = groups.len() as f64;
        let squares = sum(groups.iter().map(|g| (g.sum - value * g.weight).powi(2)));
        let se = (groups.len() > 1).then(|| (count / (count - 1.0) * squares).sqrt() / rows);
        let group_size = sum(groups.iter().map(|g| g.weight * g.weight)) / rows;
        Some(Self { value, rows, groups: groups.len(), se, group_size })
    }

    /// `value ± t(G − 1)·SE` at `level`; `None` with one group or without any spread.
    pub fn student(&self, level: f64) -> Option<(f64, f64)> {
        let se = self.se.filter(|se| *se > 0.0)?;
        let half = t_quantile(0.5 + level / 2.0, self.groups as f64 - 1.0) * se;
        Some((self.value - half, self.value + half))
    }

    /// Kish's effective sample size of unequally weighted independent rows, `(Σ w)² / Σ w²`.
    pub fn kish(&self) -> f64 {
        self.rows / self.group_size
    }

    /// How many independent rows the sample is worth at 95 %; `variance` is the (population) variance of the quantity
    /// between rows. At most the number of rows, and that number when every row is a group of its own.
    ///
    /// The design effect – the squared linearised standard error over that of independent rows – is estimated from few
    /// groups and so badly known. It is averaged with the one that `caution` expects, and floored at 1; then the sample is
    /// cut by the square of the t quantile on `G − 1 + spare` degrees of freedom over that on `n − 1`, in the way of Korn &
    /// Graubard (1998), because the standard error itself is uncertain. `docs/COVERAGE.md` has what it covers.
    pub fn effective_rows(&self, variance: f64, caution: Caution) -> f64 {
        let Some(se) = self.se.filter(|_| self.rows > self.groups as f64) else {
            return self.rows;
        };
        let known = self.groups as f64 - 1.0;
        let independent = variance / (self.rows - 1.0);
        // Rows that do not vary say nothing about groups.
        let observed = if independent > 0.0 { se * se / independent } else { 1.0 };
        let expected = 1.0 + caution.icc * (self.group_size - 1.0);
        let effect = ((known * observed + caution.groups * expected) / (known + caution.groups)).max(1.0);
        let uncertain = t_quantile(0.975, known + caution.spare) / t_quantile(0.975, self.rows - 1.0);
        self.rows / (effect * (uncertain * uncertain).max(1.0)).max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(of: &[(f64, f64)]) -> Vec<GroupSum> {
        of.iter().map(|&(sum, weight)| GroupSum { sum, weight }).collect()
    }

    #[test]
    fn the_standard_error_follows_the_groups() {
        // By hand: m = 31/14; residuals −2.643, −10.071, 15.571, −2.857; Σ² = 359.05; SE = √(4/3 · 359.05)/14 = 1.5629.
        let design = Design::of(&groups(&[(4.0, 3.0), (1.0, 5.0), (20.0, 2.0), (6.0, 4.0)])).unwrap();
        assert!((design.value - 31.0 / 14.0).abs() < 1e-12);
        assert!((design.se.unwrap() - 1.562857622547509).abs() < 1e-12);
    }

    #[test]
    fn rows_of_their_own_are_worth_themselves_and_copies_are_worth_less() {
        let rows: Vec<(f64, f64)> = [0.0, 1.0, 4.0, 0.0, 1.0, 0.0].iter().map(|v| (*v, 1.0)).collect();
        // Mean 1, mean square 3, variance 2.
        assert_eq!(Design::of(&groups(&rows)).unwrap().effective_rows(2.0, Caution::SOME), 6.0);
        let twice: Vec<(f64, f64)> = rows.iter().map(|(v, w)| (2.0 * v, 2.0 * w)).collect();
        let design = Design::of(&groups(&twice)).unwrap();
        // SE² = 6/5 · 4·12 / 144 = 0.4; of independent rows 2/11; observed effect 2.2, expected 1.15, average
        // (11 + 0.345)/5.3; t is on 5 + 20 = 25 degrees of freedom over 11, which is no cut: 12 / 2.14057.
        let worth = 12.0 / (11.345 / 5.3);
        assert!(
            (design.effective_rows(2.0, Caution::SOME) - worth).abs() < 1e-12,
            "{}",
            design.effective_rows(2.0, Caution::SOME)
        );
    }

    #[test]
    fn copies_of_rows_help_as_rows_and_change_nothing_within_their_query() {
        let rows = [0.0, 1.0, 4.0, 0.0, 1.0, 9.0];
        let once = Design::of(&groups(&rows.map(|v| (v, 1.0)))).unwrap();
        let twice = Design::of(&groups(&[rows, rows].concat().iter().map(|v| (*v, 1.0)).collect::<Vec<_>>())).unwrap();
        let within = Design::of(&groups(&rows.map(|v| (2.0 * v, 2.0)))).unwrap();
        assert_eq!((once.value, once.value), (twice.value, within.value));
        // Twelve rows of which each is there twice: √(6/12 · 5/6 · 12/11).
        assert!((twice.se.unwrap() / once.se.unwrap() - (5.0f64 / 11.0).sqrt()).abs() < 1e-12);
        assert!((within.se.unwrap() - once.se.unwrap()).abs() < 1e-12);
    }

    #[test]
    fn kish_counts_unequal_weights() {
        // (4 + 2 + 2)² / (16 + 4 + 4).
        let design = Design::of(&groups(&[(0.0, 4.0), (0.0, 2.0), (0.0, 2.0)])).unwrap();
        assert!((design.kish() - 64.0 / 24.0).abs() < 1e-12);
        assert_eq!((design.student(0.95), Design::of(&[])), (None, None));
    }
}
