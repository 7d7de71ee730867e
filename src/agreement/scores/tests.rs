use super::*;

#[test]
fn equal_rows_are_counted_and_both_zeros_are_one() {
    let scores = Scores::of(&[1.0, 0.0, -0.0, 1.0], &[2.0, -0.0, 0.0, 2.0]).unwrap();
    let pair = |judge, human, rows| ScorePair { judge, human, rows };
    assert_eq!(scores.pairs(), [pair(0.0, 0.0, 2), pair(2.0, 1.0, 2)]);
    assert_eq!(scores.rows(), 4);
    for wrong in [f64::NAN, f64::NEG_INFINITY, 1e101] {
        assert_eq!(Scores::of(&[wrong], &[0.0]), Err(Undefined::NotFinite));
    }
}

#[test]
fn a_table_is_the_scores_of_its_valid_rows() {
    let table = Confusion::from_rows(&[vec![2, 1, 4], vec![0, 1, 0]]);
    let rows = Scores::of(&[1.0, 1.0, 1.0, 2.0], &[1.0, 1.0, 2.0, 2.0]).unwrap();
    assert_eq!(Scores::of_table(&table, 1.0), rows);
}

#[test]
fn quantiles_interpolate_between_rows() {
    // Rows 1 1 2 5: positions 0.5·3 = 1.5 between 1 and 2, 0.9·3 = 2.7 between 2 and 5.
    let marginal = Marginal::of_counts(&[2, 1, 0, 0, 1], 1.0);
    assert_eq!(marginal.quantile(0.5), Ok(1.5));
    assert!((marginal.quantile(0.9).unwrap() - 4.1).abs() < 1e-12);
    assert_eq!((marginal.quantile(0.0), marginal.quantile(1.0)), (Ok(1.0), Ok(5.0)));
    assert_eq!(Marginal::of_counts(&[0, 0], 1.0).quantile(0.5), Err(Undefined::Empty));
}

#[test]
fn entropy_is_nought_for_a_constant_and_two_bits_for_four_equal_levels() {
    assert_eq!(Marginal::of_counts(&[0, 7], 0.0).entropy_bits().to_bits(), 0.0f64.to_bits());
    assert_eq!(Marginal::of_counts(&[3, 3, 3, 3], 0.0).entropy_bits(), 2.0);
    assert_eq!(Marginal::of_counts(&[1, 3], 0.0).mode_share(), Ok(0.75));
}
