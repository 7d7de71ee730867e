//! Small dense systems of linear equations: a handful of annotators, classes or regressors.

use super::Defined;
use crate::domain::Undefined;

/// Sweeps after which the rotations of a small matrix have long converged (they do so quadratically, in under ten).
const SWEEPS: usize = 60;

/// The solution of `a·x = b`, by Gaussian elimination with partial pivoting. `Singular` when a pivot vanishes against
/// the largest entry.
///
/// # Panics
/// When `a` is not square or `b` has another length.
pub fn solve(a: &[Vec<f64>], b: &[f64]) -> Result<Vec<f64>, Undefined> {
    let right: Vec<Vec<f64>> = b.iter().map(|v| vec![*v]).collect();
    Ok(eliminate(a, right)?.into_iter().map(|row| row[0]).collect())
}

/// The inverse of `a`; `Singular` when there is none.
///
/// # Panics
/// When `a` is not square.
pub fn inverse(a: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, Undefined> {
    let unit = |i: usize| (0..a.len()).map(|j| f64::from(u8::from(i == j))).collect();
    eliminate(a, (0..a.len()).map(unit).collect())
}

fn eliminate(a: &[Vec<f64>], mut right: Vec<Vec<f64>>) -> Result<Vec<Vec<f64>>, Undefined> {
    let n = a.len();
    assert!(right.len() == n && a.iter().all(|row| row.len() == n), "the matrix is square");
    let mut left = a.to_vec();
    let largest = left.iter().flatten().fold(0.0, |m: f64, v| m.max(v.abs()));
    for k in 0..n {
        let pivot = (k..n).max_by(|i, j| left[*i][k].abs().total_cmp(&left[*j][k].abs())).unwrap_or(k);
        if left[pivot][k].abs() <= n as f64 * f64::EPSILON * largest {
            return Err(Undefined::Singular);
        }
        left.swap(k, pivot);
        right.swap(k, pivot);
        for i in (0..n).filter(|i| *i != k) {
            let factor = left[i][k] / left[k][k];
            subtract(&mut left, i, k, factor);
            subtract(&mut right, i, k, factor);
        }
    }
    for (k, row) in right.iter_mut().enumerate() {
        row.iter_mut().for_each(|v| *v /= left[k][k]);
    }
    Ok(right)
}

/// Row `i` less `factor` times row `k`.
fn subtract(rows: &mut [Vec<f64>], i: usize, k: usize, factor: f64) {
    let source = rows[k].clone();
    rows[i].iter_mut().zip(source).for_each(|(v, s)| *v -= factor * s);
}

/// The condition number of `a`: its largest singular value over its smallest, 1 (best) and up. `Singular` when the
/// smallest vanishes.
pub fn condition(a: &[Vec<f64>]) -> Defined {
    let values = singular_values(a);
    let (low, high) = values.iter().fold((f64::INFINITY, 0.0f64), |(l, h), v| (l.min(*v), h.max(*v)));
    if low <= a.len() as f64 * f64::EPSILON * high { Err(Undefined::Singular) } else { Ok(high / low) }
}

/// Singular values by one-sided Jacobi rotations (Hestenes 1958): rows are turned against each other until all are
/// orthogonal; their lengths are the values.
fn singular_values(a: &[Vec<f64>]) -> Vec<f64> {
    let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(a, b)| a * b).sum::<f64>();
    let mut rows = a.to_vec();
    for _ in 0..SWEEPS {
        let mut turned = false;
        for p in 0..rows.len() {
            let (head, tail) = rows.split_at_mut(p + 1);
            let first = &mut head[p];
            for second in tail {
                let (x, y, cross) = (dot(first, first), dot(second, second), dot(first, second));
                if cross.abs() <= f64::EPSILON * (x * y).sqrt() {
                    continue;
                }
                turned = true;
                let zeta = (y - x) / (2.0 * cross);
                let tangent = zeta.signum() / (zeta.abs() + (1.0 + zeta * zeta).sqrt());
                let cosine = 1.0 / (1.0 + tangent * tangent).sqrt();
                let sine = cosine * tangent;
                for (u, v) in first.iter_mut().zip(second.iter_mut()) {
                    (*u, *v) = (cosine * *u - sine * *v, sine * *u + cosine * *v);
                }
            }
        }
        if !turned {
            break;
        }
    }
    rows.iter().map(|row| dot(row, row).sqrt()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_solved_even_when_its_first_pivot_is_zero() {
        // y + 2z = 8, x − y = −1, 3z = 9: z = 3, y = 2, x = 1.
        let a = [vec![0.0, 1.0, 2.0], vec![1.0, -1.0, 0.0], vec![0.0, 0.0, 3.0]];
        let x = solve(&a, &[8.0, -1.0, 9.0]).unwrap();
        assert!(x.iter().zip([1.0, 2.0, 3.0]).all(|(a, b)| (a - b).abs() < 1e-14), "{x:?}");
    }

    #[test]
    fn dependent_rows_have_no_single_solution() {
        let a = [vec![1.0, 2.0], vec![2.0, 4.0]];
        assert_eq!(solve(&a, &[1.0, 2.0]), Err(Undefined::Singular));
        assert_eq!(inverse(&a), Err(Undefined::Singular));
        assert_eq!(condition(&a), Err(Undefined::Singular));
    }

    #[test]
    fn the_inverse_undoes_the_matrix() {
        // det = 1: the inverse of (2 1; 1 1) is (1 −1; −1 2).
        assert_eq!(inverse(&[vec![2.0, 1.0], vec![1.0, 1.0]]), Ok(vec![vec![1.0, -1.0], vec![-1.0, 2.0]]));
    }

    #[test]
    fn the_condition_number_is_the_ratio_of_the_extreme_singular_values() {
        assert_eq!(condition(&[vec![4.0, 0.0], vec![0.0, -0.5]]), Ok(8.0));
        // (1 1; 0 1): σ² = (3 ± √5)/2, so the ratio of σ is (3 + √5)/2.
        let shear = condition(&[vec![1.0, 1.0], vec![0.0, 1.0]]).unwrap();
        assert!((shear - (3.0 + 5f64.sqrt()) / 2.0).abs() < 1e-12, "{shear}");
    }
}
