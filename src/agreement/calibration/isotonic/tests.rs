use super::*;
use proptest::prelude::*;

fn scores(rows: &[(f64, f64)]) -> Scores {
    let (human, judge): (Vec<f64>, Vec<f64>) = rows.iter().copied().unzip();
    Scores::of(&human, &judge).unwrap()
}

fn map(rows: &[(f64, f64)], min_rows: u64) -> Vec<(f64, f64)> {
    let map = IsotonicMap::fit(&scores(rows), min_rows).unwrap();
    map.points().iter().map(|point| (point.score, point.mean)).collect()
}

/// (human, judge): means 2, 1, 4 for scores 1, 2, 3.
const ROWS: [(f64, f64); 4] = [(2.0, 1.0), (1.0, 2.0), (1.0, 2.0), (4.0, 3.0)];

#[test]
fn neighbours_that_fall_are_pooled() {
    // 2 and 1, 1 fall: (2 + 1 + 1)/3.
    assert_eq!(map(&ROWS, 1), [(1.0, 4.0 / 3.0), (2.0, 4.0 / 3.0), (3.0, 4.0)]);
}

#[test]
fn a_thin_last_level_is_pooled_with_the_one_below_and_thin_ones_with_the_next() {
    assert_eq!(map(&ROWS, 2), [(1.0, 2.0), (2.0, 2.0), (3.0, 2.0)]);
    let rows = [(1.0, 1.0), (2.0, 2.0), (2.0, 2.0), (3.0, 3.0), (5.0, 3.0)];
    assert_eq!(map(&rows, 2), [(1.0, 5.0 / 3.0), (2.0, 5.0 / 3.0), (3.0, 4.0)]);
    assert_eq!(map(&[(3.0, 1.0)], 5), [(1.0, 3.0)]);
    assert_eq!(IsotonicMap::fit(&scores(&[]), 1), Err(Undefined::Empty));
}

#[test]
fn scores_between_fitted_ones_lie_on_the_line_and_beyond_them_at_the_end() {
    let map = IsotonicMap::fit(&scores(&[(1.0, 2.0), (3.0, 4.0)]), 1).unwrap();
    assert_eq!([0.0, 2.0, 2.5, 4.0, 9.0].map(|score| map.apply(score)), [1.0, 1.0, 1.5, 3.0, 3.0]);
}

#[test]
fn the_error_is_miscalibration_less_discrimination_plus_uncertainty_by_hand() {
    let corp = corp(&scores(&ROWS)).unwrap();
    // Raw: 1 + 1 + 1 + 1 over 4. Mapped: (2/3)² + 2·(1/3)² + 0 = 2/3 over 4. Var h about 2: (0 + 1 + 1 + 4)/4.
    assert_eq!((corp.mse, corp.uncertainty), (1.0, 1.5));
    assert!((corp.mse_mapped - 1.0 / 6.0).abs() < 1e-15);
    assert!((corp.miscalibration - 5.0 / 6.0).abs() < 1e-15 && (corp.discrimination - 4.0 / 3.0).abs() < 1e-15);
}

#[test]
fn every_row_is_predicted_by_other_queries() {
    // Two queries, two folds. Query 4 maps 1 → 1 and 3 → 5; query 9 maps 1 → 2 and 3 → 3. Errors 1 + 4 each way.
    let rows = CrossFit { groups: &[4, 4, 9, 9], human: &[1.0, 5.0, 2.0, 3.0], judge: &[1.0, 3.0, 1.0, 3.0] };
    assert_eq!(rows.mse(5, 1), Ok(2.5));
    let one = CrossFit { groups: &[4, 4], human: &[1.0, 5.0], judge: &[1.0, 3.0] };
    assert_eq!(one.mse(5, 1), Err(Undefined::TooFewGroups));
}

#[test]
fn the_level_calibration_error_by_hand() {
    // Score 1 means 2, score 2 means 1, score 3 means 4: (1 + 2·1 + 1)/4.
    assert_eq!(level_calibration(&scores(&ROWS)).unwrap().error, 1.0);
    assert_eq!(level_calibration(&scores(&[])), Err(Undefined::Empty));
}

fn rows() -> impl Strategy<Value = Vec<(f64, f64)>> {
    proptest::collection::vec((1u8..=5, 0u8..20).prop_map(|(h, j)| (f64::from(h), f64::from(j) / 4.0)), 1..60)
}

proptest! {
    #[test]
    fn a_map_never_falls_keeps_the_mean_and_beats_the_scores(rows in rows(), min_rows in 1u64..6) {
        let scores = scores(&rows);
        let map = IsotonicMap::fit(&scores, min_rows).unwrap();
        prop_assert!(map.points().windows(2).all(|pair| pair[0].mean <= pair[1].mean));
        let mapped = scores.mean(|_, judge| map.apply(judge));
        prop_assert!((mapped - scores.mean(|human, _| human)).abs() < 1e-9);
        let corp = corp(&scores).unwrap();
        prop_assert!(corp.miscalibration > -1e-9 && corp.discrimination > -1e-9);
        prop_assert!((corp.mse - (corp.miscalibration - corp.discrimination + corp.uncertainty)).abs() < 1e-9);
    }

    #[test]
    fn the_order_of_rows_changes_no_bit(mut rows in rows()) {
        let there = corp(&scores(&rows)).unwrap();
        rows.reverse();
        prop_assert_eq!(there, corp(&scores(&rows)).unwrap());
    }
}
