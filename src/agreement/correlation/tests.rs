use super::super::errors::tests::pairs;
use super::*;
use proptest::prelude::*;

fn table(human: &[u8], judge: &[u8]) -> Confusion {
    Confusion::of(pairs(human, &judge.iter().copied().map(Some).collect::<Vec<_>>()).iter(), 5)
}

fn scores(human: &[u8], judge: &[u8]) -> Scores {
    let floats = |levels: &[u8]| levels.iter().map(|x| f64::from(*x)).collect::<Vec<_>>();
    Scores::of(&floats(human), &floats(judge)).unwrap()
}

#[test]
fn four_rows_by_hand() {
    // Human 1 1 2 4, judge 1 2 2 5, sums 8 and 10. n² Cov = 4·27 − 80 = 28, n² Var = 4·22 − 64 = 24 and 4·34 − 100 = 36.
    let table = table(&[1, 1, 2, 4], &[1, 2, 2, 5]);
    assert!((pearson(&table).unwrap() - 28.0 / 864f64.sqrt()).abs() < 1e-15);
    // Ranks 1.5 1.5 3 4 and 1 2.5 2.5 4, sums 10 and 10: n Σxy − 100 = 4·28.75 − 100, n Σx² − 100 = 4·29.5 − 100, twice.
    assert!((spearman(&table).unwrap() - 15.0 / 18.0).abs() < 1e-15);
    // 2·28/(24 + 36 + (10 − 8)²).
    assert_eq!(concordance(&table), Ok(56.0 / 64.0));
}

#[test]
fn a_side_that_does_not_vary_has_no_correlation() {
    assert_eq!(pearson(&table(&[1, 2], &[3, 3])), Err(Undefined::OneLabelJudge));
    assert_eq!(spearman(&table(&[2, 2], &[1, 3])), Err(Undefined::OneLabelHuman));
    assert_eq!(pearson_of_scores(&scores(&[1, 2], &[3, 3])), Err(Undefined::OneLabelJudge));
    assert_eq!(spearman_of_scores(&scores(&[1], &[3])), Err(Undefined::TooFewRows));
    assert_eq!(concordance(&table(&[3, 3], &[3, 3])), Err(Undefined::NoExpectedDisagreement));
    assert_eq!(concordance(&table(&[1, 2], &[3, 3])), Ok(0.0));
    let tiny = Scores::of(&[1e-300, 2e-300], &[1.0, 2.0]).unwrap();
    assert_eq!(pearson_of_scores(&tiny), Err(Undefined::ZeroVariance));
}

#[test]
fn the_interval_of_fisher_needs_four_rows_and_stays_inside_one() {
    assert_eq!(fisher_interval(0.5, 3, 0.95), Err(Undefined::BelowMinimum { needed: 4 }));
    // atanh 0.5 = 0.549306, half width 1.959964/√25 = 0.391993.
    let interval = fisher_interval(0.5, 28, 0.95).unwrap();
    assert!((interval.low - 0.157313f64.tanh()).abs() < 1e-6 && (interval.high - 0.941299f64.tanh()).abs() < 1e-6);
    let full = fisher_interval(1.0, 10, 0.95).unwrap();
    assert_eq!((full.low, full.high), (1.0, 1.0));
}

proptest! {
    #[test]
    fn a_table_and_its_scores_correlate_alike(rows in proptest::collection::vec((1u8..=5, 1u8..=5), 0..60)) {
        let (human, judge): (Vec<u8>, Vec<u8>) = rows.into_iter().unzip();
        let (table, scores) = (table(&human, &judge), scores(&human, &judge));
        let same = |a: Defined, b: Defined| match (a, b) { (Ok(a), Ok(b)) => (a - b).abs() < 1e-12, (a, b) => a == b };
        prop_assert!(same(pearson(&table), pearson_of_scores(&scores)));
        prop_assert!(same(spearman(&table), spearman_of_scores(&scores)));
        prop_assert!(same(concordance(&table), concordance_of_scores(&scores)));
    }

    #[test]
    fn turning_the_judge_around_turns_correlation_around(rows in proptest::collection::vec((1u8..=5, 1u8..=5), 0..60)) {
        let (human, judge): (Vec<u8>, Vec<u8>) = rows.into_iter().unzip();
        let turned: Vec<u8> = judge.iter().map(|j| 6 - j).collect();
        for statistic in [pearson, spearman] {
            let (there, back) = (statistic(&table(&human, &judge)), statistic(&table(&human, &turned)));
            prop_assert_eq!(there, back.map(|r| 0.0 - r));
        }
    }
}
