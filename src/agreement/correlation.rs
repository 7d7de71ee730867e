//! Correlation of judge and people, on tables by whole numbers and on scores of any scale.

use super::numerics::normal_quantile;
use super::{Confusion, Defined};
use crate::domain::{Interval, Undefined};

/// Sums of products of two integer values per row: means, variances and covariance without rounding.
///
/// Variances are multiplied by n²: `n² Var = n Σx² − (Σx)²`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Moments {
    pub(super) n: i128,
    pub(super) human: i128,
    pub(super) judge: i128,
    pub(super) human_square: i128,
    pub(super) judge_square: i128,
    pub(super) product: i128,
}

impl Moments {
    /// Of levels, over the rows with a valid reply.
    pub(super) fn of(table: &Confusion) -> Self {
        let levels: Vec<u64> = (0..table.levels() as u64).collect();
        Self::of_values(table, &levels, &levels)
    }

    /// Of a value per level on either side.
    fn of_values(table: &Confusion, human: &[u64], judge: &[u64]) -> Self {
        let mut total = Self::default();
        for (h, row) in table.rows().enumerate() {
            let x = i128::from(human[h]);
            for (y, &count) in judge.iter().zip(row).map(|(y, count)| (i128::from(*y), count)).filter(|(_, n)| **n > 0)
            {
                let n = i128::from(count);
                total.n += n;
                total.human += n * x;
                total.judge += n * y;
                total.human_square += n * x * x;
                total.judge_square += n * y * y;
                total.product += n * x * y;
            }
        }
        total
    }

    /// `n² Var(human)`.
    pub(super) fn human_variance(&self) -> i128 {
        self.n * self.human_square - self.human * self.human
    }

    /// `n² Var(judge)`.
    pub(super) fn judge_variance(&self) -> i128 {
        self.n * self.judge_square - self.judge * self.judge
    }

    /// `n² Cov`.
    pub(super) fn covariance(&self) -> i128 {
        self.n * self.product - self.human * self.judge
    }

    /// `Σ (judge − human)²`.
    pub(super) fn squared_error(&self) -> i128 {
        self.human_square + self.judge_square - 2 * self.product
    }

    fn correlation(&self) -> Defined {
        enough(self.n as u64)?;
        let (human, judge) = (self.human_variance(), self.judge_variance());
        if human == 0 {
            return Err(Undefined::OneLabelHuman);
        }
        if judge == 0 {
            return Err(Undefined::OneLabelJudge);
        }
        // Only rounding can carry it past 1.
        Ok((self.covariance() as f64 / (human as f64 * judge as f64).sqrt()).clamp(-1.0, 1.0))
    }
}

/// Pearson's correlation of the ratings over rows with a valid reply, −1 to 1.
///
/// Undefined below two such rows and when one side does not vary.
pub fn pearson(table: &Confusion) -> Defined {
    Moments::of(table).correlation()
}

/// Spearman's correlation over rows with a valid reply: Pearson's of the ranks, tied rows sharing their middle rank.
///
/// Undefined as [`pearson`] is.
pub fn spearman(table: &Confusion) -> Defined {
    let human = double_midranks(&table.valid_human_totals());
    let judge = double_midranks(&table.valid_judge_totals());
    Moments::of_values(table, &human, &judge).correlation()
}

/// Lin's concordance, `2 Cov / (Var h + Var j + bias²)` with variances over n: quadratic kappa of the valid rows, but
/// for scores of any scale (Lin 1989; SPEC case B1). Undefined without rows and when both sides are one and the same
/// constant.
pub fn concordance(table: &Confusion) -> Defined {
    let moments = Moments::of(table);
    if moments.n == 0 {
        return Err(Undefined::Empty);
    }
    let bias = moments.judge - moments.human;
    match moments.human_variance() + moments.judge_variance() + bias * bias {
        0 => Err(Undefined::NoExpectedDisagreement),
        spread => Ok(2.0 * moments.covariance() as f64 / spread as f64),
    }
}

/// The interval of a correlation `r` from `n` independent rows by Fisher's transformation, `tanh(atanh r ± z/√(n − 3))`.
///
/// # Errors
/// [`Undefined::BelowMinimum`] under 4 rows. At r = ±1 both ends are r.
pub fn fisher_interval(r: f64, n: u64, level: f64) -> Result<Interval, Undefined> {
    if n < 4 {
        return Err(Undefined::BelowMinimum { needed: 4 });
    }
    let half = normal_quantile(0.5 + level / 2.0) / ((n - 3) as f64).sqrt();
    Ok(Interval { low: (r.atanh() - half).tanh(), high: (r.atanh() + half).tanh(), level, method: "fisher-z" })
}

/// Twice the middle rank of each class, given the classes' sizes: whole numbers.
fn double_midranks(sizes: &[u64]) -> Vec<u64> {
    let mut below = 0;
    let mut rank = |size: &u64| {
        let twice = 2 * below + size + 1;
        below += size;
        twice
    };
    sizes.iter().map(&mut rank).collect()
}

fn enough(rows: u64) -> Result<(), Undefined> {
    match rows {
        0 => Err(Undefined::Empty),
        1 => Err(Undefined::TooFewRows),
        _ => Ok(()),
    }
}
