//! Properties that hold for all of them.

use super::*;
use crate::agreement::{Confusion, Defined, Weights, cohen_kappa};
use proptest::prelude::*;

const WEIGHTS: [Weights; 3] = [Weights::None, Weights::Linear, Weights::Quadratic];
const METRICS: [Metric; 3] = [Metric::Nominal, Metric::Ordinal, Metric::Interval];

type Ratings = Vec<Vec<Option<u8>>>;

fn ratings() -> impl Strategy<Value = Ratings> {
    let row = proptest::collection::vec(proptest::option::weighted(0.8, 0u8..5), 4);
    proptest::collection::vec(row, 1..30)
}

fn tally(ratings: &Ratings) -> Tally {
    Tally::of_items(ratings.iter().map(|row| row.iter().flatten().copied()), 5)
}

fn tables() -> impl Strategy<Value = Confusion> {
    proptest::collection::vec(0u64..20, 25).prop_map(|cells| table(5, &cells))
}

fn table(levels: usize, cells: &[u64]) -> Confusion {
    Confusion::from_rows(&cells.chunks(levels).map(|row| [row, &[0]].concat()).collect::<Vec<_>>())
}

fn same(a: Defined, b: Defined) -> bool {
    match (a, b) {
        (Ok(a), Ok(b)) => (a - b).abs() < 1e-9,
        (a, b) => a == b,
    }
}

proptest! {
    #[test]
    fn the_order_of_items_and_of_annotators_changes_no_bit(mut rows in ratings()) {
        let there = tally(&rows);
        rows.reverse();
        rows.iter_mut().for_each(|row| row.rotate_left(1));
        prop_assert_eq!(&tally(&rows), &there);
    }

    #[test]
    fn turning_the_scale_around_keeps_agreement(rows in ratings()) {
        let turned = rows.iter().map(|row| row.iter().map(|r| r.map(|r| 4 - r)).collect()).collect();
        let (there, back) = (tally(&rows), tally(&turned));
        for metric in METRICS {
            prop_assert!(same(krippendorff_alpha(&there, metric), krippendorff_alpha(&back, metric)));
        }
        for weights in WEIGHTS {
            let ac = |tally: &Tally| gwet_family(tally, weights).and_then(|f| f.ac).map(|c| c.value);
            let error = |tally: &Tally| gwet_family(tally, weights).and_then(|f| f.ac?.se);
            prop_assert!(same(ac(&there), ac(&back)) && same(error(&there), error(&back)));
        }
    }

    #[test]
    fn interval_alpha_is_gwets_alpha_with_quadratic_weights(rows in ratings()) {
        let tally = tally(&rows);
        for (metric, weights) in [(Metric::Nominal, Weights::None), (Metric::Interval, Weights::Quadratic)] {
            let gwet = gwet_family(&tally, weights).and_then(|family| family.alpha).map(|alpha| alpha.value);
            prop_assert!(same(krippendorff_alpha(&tally, metric), gwet));
        }
    }

    #[test]
    fn a_table_is_two_raters(table in tables()) {
        let tally = Tally::of_table(&table);
        for metric in METRICS {
            prop_assert!(same(krippendorff_alpha_of_table(&table, metric), krippendorff_alpha(&tally, metric)));
        }
        for weights in WEIGHTS {
            let family = gwet_family(&tally, weights).unwrap();
            prop_assert!(same(gwet_ac(&table, weights), family.ac.map(|c| c.value)));
            prop_assert!(same(brennan_prediger(&table, weights), family.brennan_prediger.map(|c| c.value)));
            prop_assert!(same(scott_pi(&table, weights), family.fleiss.map(|c| c.value)));
        }
    }

    #[test]
    fn a_level_that_nobody_uses_moves_ac_and_neither_kappa_nor_alpha(cells in proptest::collection::vec(1u64..20, 16)) {
        let short = table(4, &cells);
        let long: Vec<u64> = cells.chunks(4).flat_map(|row| row.iter().copied().chain([0])).chain([0; 5]).collect();
        let long = table(5, &long);
        for metric in METRICS {
            prop_assert!(same(krippendorff_alpha_of_table(&short, metric), krippendorff_alpha_of_table(&long, metric)));
        }
        for weights in WEIGHTS {
            prop_assert!(same(cohen_kappa(&short, weights), cohen_kappa(&long, weights)));
        }
        prop_assert!(gwet_ac(&long, Weights::None).unwrap() > gwet_ac(&short, Weights::None).unwrap());
    }

    #[test]
    fn counting_every_row_twice_keeps_all_but_alpha(table in tables()) {
        let twice = Confusion::from_rows(&table.rows().map(|row| row.iter().map(|n| 2 * n).collect()).collect::<Vec<_>>());
        for weights in WEIGHTS {
            prop_assert!(same(cohen_kappa(&table, weights), cohen_kappa(&twice, weights)));
            prop_assert!(same(gwet_ac(&table, weights), gwet_ac(&twice, weights)));
        }
    }
}
