use super::super::errors::tests::pairs;
use super::*;
use proptest::prelude::*;

const HUMAN: [u8; 12] = [1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5, 5];

fn table(human: &[u8], judge: &[Option<u8>]) -> Confusion {
    Confusion::of(pairs(human, judge).iter(), 5)
}

fn scores(human: &[u8], judge: &[Option<u8>]) -> PairCounts {
    let human: Vec<f64> = human.iter().map(|h| f64::from(*h)).collect();
    PairCounts::of_replies(&human, &judge.iter().map(|j| j.map(f64::from)).collect::<Vec<_>>()).unwrap()
}

/// By comparing every pair of rows.
fn naive(human: &[u8], judge: &[Option<u8>]) -> PairCounts {
    let mut counts = PairCounts::default();
    for a in 0..human.len() {
        for b in 0..a {
            let human = human[a].cmp(&human[b]);
            let Some((x, y)) = judge[a].zip(judge[b]) else {
                counts.malformed += u64::from(human.is_ne());
                continue;
            };
            let judge = x.cmp(&y);
            *match (human.is_eq(), judge.is_eq()) {
                (true, true) => &mut counts.tied_both,
                (true, false) => &mut counts.tied_human,
                (false, true) => &mut counts.tied_judge,
                (false, false) if human == judge => &mut counts.concordant,
                (false, false) => &mut counts.discordant,
            } += 1;
        }
    }
    counts
}

#[test]
fn three_rows_have_three_pairs_of_three_kinds() {
    // Human 1 1 2, judge 2 3 2: rows 1 and 2 are tied for people, 1 and 3 for the judge, 2 and 3 are discordant.
    let counts = PairCounts::of(&table(&[1, 1, 2], &[Some(2), Some(3), Some(2)]));
    assert_eq!(counts, PairCounts { discordant: 1, tied_human: 1, tied_judge: 1, ..PairCounts::default() });
    // τ-b = −1/√(2·2), D(j|h) = −1/2, D(h|j) = −1/2, γ = −1, order accuracy (0 + 1/2)/2.
    assert_eq!((counts.tau_b(), counts.somers_d(), counts.somers_d_of_human()), (Ok(-0.5), Ok(-0.5), Ok(-0.5)));
    assert_eq!((counts.gamma(), counts.order_accuracy(), counts.accuracy_with_ties()), (Ok(-1.0), Ok(0.25), Ok(0.0)));
}

#[test]
fn a_constant_judge_orders_nothing_and_somers_d_says_so() {
    let counts = PairCounts::of(&table(&HUMAN, &[Some(3); 12]));
    assert_eq!((counts.somers_d(), counts.order_accuracy()), (Ok(0.0), Ok(0.5)));
    assert_eq!(counts.tau_b(), Err(Undefined::OneLabelJudge));
    assert_eq!(counts.somers_d_of_human(), Err(Undefined::OneLabelJudge));
    assert_eq!(counts.gamma(), Err(Undefined::OneLabelJudge));
}

#[test]
fn people_who_order_nothing_and_single_rows_have_no_ordering() {
    let constant = PairCounts::of(&table(&[3, 3], &[Some(1), Some(2)]));
    assert_eq!((constant.tau_b(), constant.somers_d()), (Err(Undefined::OneLabelHuman), Err(Undefined::OneLabelHuman)));
    let single = PairCounts::of(&table(&[3], &[Some(1)]));
    assert_eq!((single.tau_b(), single.accuracy_with_ties()), (Err(Undefined::NoPairs), Err(Undefined::NoPairs)));
}

#[test]
fn a_pair_with_a_malformed_reply_is_a_pair_that_the_judge_failed_to_order() {
    // Human 1 2 3, judge 1 2 malformed: one concordant pair of the three that people order.
    let counts = PairCounts::of(&table(&[1, 2, 3], &[Some(1), Some(2), None]));
    assert_eq!((counts.malformed, counts.somers_d(), counts.somers_d_pessimistic()), (2, Ok(1.0), Ok(1.0 / 3.0)));
    let none = PairCounts::of(&table(&[1, 2], &[None, None]));
    assert_eq!((none.somers_d_pessimistic(), none.somers_d()), (Ok(0.0), Err(Undefined::NoPairs)));
}

#[test]
fn a_score_that_is_no_number_is_refused_and_both_zeros_are_one() {
    assert_eq!(PairCounts::of_scores(&[1.0, f64::NAN], &[1.0, 2.0]), Err(Undefined::NotFinite));
    assert_eq!(PairCounts::of_scores(&[1.0, 2.0], &[1.0, f64::INFINITY]), Err(Undefined::NotFinite));
    let zeros = PairCounts::of_scores(&[1.0, 2.0], &[0.0, -0.0]).unwrap();
    assert_eq!(zeros, PairCounts { tied_judge: 1, ..PairCounts::default() });
    let below = PairCounts::of_scores(&[1.0, 2.0, 3.0], &[-2.0, -1.0, 0.5]).unwrap();
    assert_eq!(below.tau_b(), Ok(1.0));
}

#[test]
fn pairs_stay_inside_their_query() {
    // Query 0: 1 2 against 1 2; query 1: 4 5 against 5 4; query 2 has one row. Across queries all would be concordant.
    let groups = [1, 0, 0, 1, 2];
    let human = [4.0, 1.0, 2.0, 5.0, 3.0];
    let judge = [5.0, 1.0, 2.0, 4.0, 3.0].map(Some);
    let parts = pairs_by_group(&groups, &human, &judge).unwrap();
    let pooled: PairCounts = parts.iter().copied().sum();
    assert_eq!((pooled.concordant, pooled.discordant, pooled.all()), (1, 1, 2));
    let mean = GroupMean::of(&parts, PairCounts::tau_b);
    assert_eq!(mean, GroupMean { mean: Ok(0.0), defined: 2, undefined: 1 });
    assert_eq!(GroupMean::of(&parts[2..], PairCounts::tau_b).mean, Err(Undefined::NoPairs));
    assert_eq!(GroupMean::of(&[], PairCounts::tau_b).mean, Err(Undefined::Empty));
}

#[test]
fn the_mean_over_queries_is_that_of_scipy_on_means_of_several_raters() {
    // scipy.stats.kendalltau per group: 0.8894991799933215, 2/9, nan (people order nothing in the third).
    let groups = [[0; 6].as_slice(), &[1; 5], &[2; 4]].concat();
    let third = |n: f64| n / 3.0;
    let human = [5.0, 5.0, 6.0, 7.0, 12.0, 3.0, 3.0, 4.0, 4.0, 11.0, 15.0, 6.0, 6.0, 6.0, 6.0].map(third);
    let judge = [2, 1, 2, 3, 4, 1, 3, 1, 2, 2, 5, 1, 2, 3, 4].map(|j| Some(f64::from(j)));
    let mean = GroupMean::of(&pairs_by_group(&groups, &human, &judge).unwrap(), PairCounts::tau_b);
    assert!((mean.mean.unwrap() - 0.5558607011077719).abs() < 1e-15, "{mean:?}");
    assert_eq!((mean.defined, mean.undefined), (2, 1));
}

fn rows() -> impl Strategy<Value = (Vec<u8>, Vec<Option<u8>>)> {
    proptest::collection::vec((1u8..=5, proptest::option::weighted(0.9, 1u8..=5)), 0..60)
        .prop_map(|rows| rows.into_iter().unzip())
}

proptest! {
    #[test]
    fn table_and_merge_sort_count_what_comparing_every_pair_counts((human, judge) in rows()) {
        let counts = naive(&human, &judge);
        prop_assert_eq!(PairCounts::of(&table(&human, &judge)), counts);
        prop_assert_eq!(scores(&human, &judge), counts);
    }

    #[test]
    fn the_order_of_rows_changes_no_count((human, judge) in rows()) {
        let there = scores(&human, &judge);
        let back = scores(&human.into_iter().rev().collect::<Vec<_>>(), &judge.into_iter().rev().collect::<Vec<_>>());
        prop_assert_eq!(there, back);
    }

    #[test]
    fn counting_every_row_twice_keeps_what_compares_ordered_pairs((human, judge) in rows()) {
        let there = scores(&human, &judge);
        let back = scores(&[human.as_slice(), &human].concat(), &[judge.as_slice(), &judge].concat());
        let kept = [PairCounts::tau_b, PairCounts::somers_d, PairCounts::gamma, PairCounts::order_accuracy];
        // Twice one row is a pair, though one that nobody orders.
        prop_assume!(there.all() > 0);
        for statistic in kept {
            prop_assert_eq!(statistic(&there), statistic(&back));
        }
    }

    #[test]
    fn turning_the_judge_around_turns_every_coefficient_around((human, judge) in rows()) {
        let there = PairCounts::of(&table(&human, &judge));
        let turned: Vec<Option<u8>> = judge.iter().map(|j| j.map(|j| 6 - j)).collect();
        let back = PairCounts::of(&table(&human, &turned));
        prop_assert_eq!((there.concordant, there.discordant), (back.discordant, back.concordant));
        for statistic in [PairCounts::tau_b, PairCounts::somers_d, PairCounts::gamma, PairCounts::somers_d_pessimistic] {
            prop_assert_eq!(statistic(&there), statistic(&back).map(|v| 0.0 - v));
        }
        let both: Vec<u8> = human.iter().map(|h| 6 - h).collect();
        prop_assert_eq!(there, PairCounts::of(&table(&both, &turned)));
    }
}
