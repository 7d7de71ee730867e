//! Correlation of judge and people, on tables by whole numbers and on scores of any scale.

use super::numerics::normal_quantile;
use super::{Confusion, Defined, Marginal, Scores};
use crate::domain::{Interval, Undefined};

/// Sums of products of two integer values per row: means, variances and covariance without rounding.
///
/// Variances are multiplied by n²: `n² Var = n Σx² − (Σx)²`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Moments {
    n: i128,
    human: i128,
    judge: i128,
    human_square: i128,
    judge_square: i128,
    product: i128,
}

impl Moments {
    /// Of levels, over the rows with a valid reply.
    fn of(table: &Confusion) -> Self {
        let levels: Vec<u64> = (0..table.levels() as u64).collect();
        Self::of_values(table, &levels, &levels)
    }

    /// Of a value per level on either side.
    fn of_values(table: &Confusion, human: &[u64], judge: &[u64]) -> Self {
        let mut total = Self::default();
        for (h, row) in table.rows().enumerate() {
            for (&value, &rows) in judge.iter().zip(row) {
                total.add(human[h], value, rows);
            }
        }
        total
    }

    fn add(&mut self, human: u64, judge: u64, rows: u64) {
        let (x, y, n) = (i128::from(human), i128::from(judge), i128::from(rows));
        self.n += n;
        self.human += n * x;
        self.judge += n * y;
        self.human_square += n * x * x;
        self.judge_square += n * y * y;
        self.product += n * x * y;
    }

    /// `n² Var(human)`.
    fn human_variance(&self) -> i128 {
        self.n * self.human_square - self.human * self.human
    }

    /// `n² Var(judge)`.
    fn judge_variance(&self) -> i128 {
        self.n * self.judge_square - self.judge * self.judge
    }

    /// `n² Cov`.
    fn covariance(&self) -> i128 {
        self.n * self.product - self.human * self.judge
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
///
/// # Panics
/// When `r` is not between −1 and 1.
pub fn fisher_interval(r: f64, n: u64, level: f64) -> Result<Interval, Undefined> {
    assert!(r.abs() <= 1.0, "{r} is no correlation");
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

/// [`pearson`] of scores on any scale.
pub fn pearson_of_scores(scores: &Scores) -> Defined {
    enough(scores.rows())?;
    if !scores.human_varies() {
        return Err(Undefined::OneLabelHuman);
    }
    if !scores.judge_varies() {
        return Err(Undefined::OneLabelJudge);
    }
    let spread = scores.spread();
    let product = spread.human_variance.sqrt() * spread.judge_variance.sqrt();
    // Scores that differ by less than their square's precision have a variance of 0 all the same.
    if product > 0.0 { Ok((spread.covariance / product).clamp(-1.0, 1.0)) } else { Err(Undefined::ZeroVariance) }
}

/// [`spearman`] of scores on any scale.
pub fn spearman_of_scores(scores: &Scores) -> Defined {
    let (human, judge) = (Ranks::of(&scores.human_marginal()), Ranks::of(&scores.judge_marginal()));
    let mut total = Moments::default();
    for pair in scores.pairs() {
        total.add(human.of_score(pair.human), judge.of_score(pair.judge), pair.rows);
    }
    total.correlation()
}

/// [`concordance`] of scores on any scale: quadratic kappa where there are no categories.
pub fn concordance_of_scores(scores: &Scores) -> Defined {
    if scores.rows() == 0 {
        return Err(Undefined::Empty);
    }
    let spread = scores.spread();
    let total = spread.human_variance + spread.judge_variance + (spread.judge_mean - spread.human_mean).powi(2);
    if total == 0.0 { Err(Undefined::NoExpectedDisagreement) } else { Ok(2.0 * spread.covariance / total) }
}

/// Twice the middle rank of each distinct score.
struct Ranks {
    scores: Vec<f64>,
    ranks: Vec<u64>,
}

impl Ranks {
    fn of(marginal: &Marginal) -> Self {
        let (scores, sizes): (Vec<f64>, Vec<u64>) = marginal.scores().iter().copied().unzip();
        Self { scores, ranks: double_midranks(&sizes) }
    }

    fn of_score(&self, score: f64) -> u64 {
        self.ranks[self.scores.partition_point(|known| *known < score)]
    }
}

#[cfg(test)]
mod tests;
