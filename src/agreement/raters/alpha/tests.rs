use super::*;

fn tally(items: &[&[u8]]) -> Tally {
    Tally::of_items(items.iter().map(|item| item.iter().copied()), 5)
}

const METRICS: [Metric; 3] = [Metric::Nominal, Metric::Ordinal, Metric::Interval];

#[test]
fn a_small_case_by_hand() {
    // Items {0,0} {0,1} {2,2}, the last one rated once. n = 6, n_0 = 3, n_1 = 1, n_2 = 2, one coincidence o_01 = 1.
    let items = tally(&[&[0, 0], &[0, 1], &[2, 2], &[4]]);
    // Nominal: 1 − 5·1/(3·1 + 3·2 + 1·2) = 6/11.
    assert_eq!(krippendorff_alpha(&items, Metric::Nominal), Ok(1.0 - 5.0 / 11.0));
    // Interval: 1 − 5·1/(3·1·1 + 3·2·4 + 1·2·1) = 1 − 5/29.
    assert_eq!(krippendorff_alpha(&items, Metric::Interval), Ok(1.0 - 5.0 / 29.0));
    // Ordinal distances: 0–1: (3 + 1)/2 = 2; 0–2: 3/2 + 1 + 2/2 = 3.5; 1–2: 1.5. 1 − 5·4/(3·4 + 6·12.25 + 2·2.25).
    assert_eq!(krippendorff_alpha(&items, Metric::Ordinal), Ok(1.0 - 5.0 * 4.0 / 90.0));
}

#[test]
fn three_raters_of_an_item_count_by_their_pairs() {
    // Items {0,0,1} {1,1}. Coincidences of the first: o_01 = 2·1/(3 − 1) = 1. n = 5, n_0 = 2, n_1 = 3: 1 − 4/6.
    assert_eq!(krippendorff_alpha(&tally(&[&[0, 0, 1], &[1, 1]]), Metric::Nominal), Ok(1.0 - 4.0 / 6.0));
}

#[test]
fn one_value_and_no_pairs_have_no_alpha() {
    for metric in METRICS {
        assert_eq!(krippendorff_alpha(&tally(&[&[2, 2], &[2, 2]]), metric), Err(Undefined::NoExpectedDisagreement));
        assert_eq!(krippendorff_alpha(&tally(&[&[1], &[2]]), metric), Err(Undefined::NoPairs));
        assert_eq!(krippendorff_alpha(&tally(&[]), metric), Err(Undefined::NoPairs));
    }
}

#[test]
fn a_single_deviating_rating_can_bring_alpha_to_nought() {
    // Ten ratings 2 and one 0 with it: o_02 = 1, n = 12, n_0 = 1, n_2 = 11: 1 − 11·1/11.
    let items = tally(&[&[2, 2], &[2, 2], &[2, 2], &[2, 2], &[2, 2], &[2, 0]]);
    for metric in METRICS {
        assert_eq!(krippendorff_alpha(&items, metric), Ok(0.0));
    }
}

#[test]
fn the_annotator_who_differs_is_seen_when_left_out() {
    let ratings = [[Some(0), Some(0), Some(3)], [Some(1), Some(1), Some(0)], [Some(3), Some(3), None]].map(Vec::from);
    let without = alpha_without_each_annotator(&ratings, 5, Metric::Interval);
    assert_eq!(without[2], Ok(1.0));
    assert!(without[0].unwrap() < 0.5 && without[1].unwrap() < 0.5, "{without:?}");
}
