use super::*;

fn family(items: &[&[u8]], levels: usize, weights: Weights) -> GwetFamily {
    gwet_family(&Tally::of_items(items.iter().map(|item| item.iter().copied()), levels), weights).unwrap()
}

fn close(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-12, "{a} for {b}");
}

#[test]
fn a_small_case_by_hand() {
    // Two levels, items {0,0} {0,0} {0,1} {1,1}: pa = 3/4, shares 5/8 and 3/8.
    let family = family(&[&[0, 0], &[0, 0], &[0, 1], &[1, 1]], 2, Weights::None);
    close(family.agreement, 0.75);
    // AC: pe = 2/(2·1) · (2·15/64) = 15/32, (24 − 15)/17. Fleiss: pe = 34/64, (48 − 34)/30. BP: pe = 1/2.
    close(family.ac_chance, 15.0 / 32.0);
    close(family.ac.unwrap().value, 9.0 / 17.0);
    close(family.fleiss.unwrap().value, 14.0 / 30.0);
    close(family.brennan_prediger.unwrap().value, 0.5);
    // Alpha: agreement 3/4 + (1/4)/8 = 25/32, (50 − 34)/30.
    close(family.alpha.unwrap().value, 16.0 / 30.0);
    // The error of BP: each item's (own − 1/2)/(1/2) is 1, 1, −1, 1 about 1/2: √((3·1/4 + 9/4)/(4·3)) = 1/2.
    close(family.brennan_prediger.unwrap().se.unwrap(), 0.5);
}

#[test]
fn one_label_is_full_agreement_for_ac_and_nothing_for_fleiss_and_alpha() {
    let family = family(&[&[2, 2], &[2, 2, 2]], 5, Weights::Quadratic);
    assert_eq!(family.ac.map(|c| (c.value, c.se)), Ok((1.0, Ok(0.0))));
    assert_eq!(family.fleiss, Err(Undefined::NoExpectedDisagreement));
    assert_eq!(family.alpha, Err(Undefined::NoExpectedDisagreement));
}

#[test]
fn single_ratings_make_no_family_and_a_single_item_has_no_error() {
    let single = Tally::of_items([[1u8], [2]], 5);
    assert_eq!(gwet_family(&single, Weights::None), Err(Undefined::NoPairs));
    let one = family(&[&[1, 2]], 5, Weights::None).ac.unwrap();
    assert_eq!((one.se, one.interval(0.95)), (Err(Undefined::TooFewRows), Err(Undefined::TooFewRows)));
}

#[test]
fn a_scale_of_one_level_agrees_by_chance_alone() {
    let table = Confusion::from_rows(&[vec![3, 1]]);
    assert_eq!(brennan_prediger(&table, Weights::Quadratic), Err(Undefined::NoExpectedDisagreement));
    assert_eq!(scott_pi(&table, Weights::None), Err(Undefined::NoExpectedDisagreement));
    assert_eq!(gwet_ac(&table, Weights::Linear), Ok(1.0));
}

#[test]
fn the_interval_is_cut_at_one() {
    let ac = family(&[&[0, 0], &[0, 0], &[0, 1], &[1, 1]], 2, Weights::None).ac.unwrap();
    let interval = ac.interval(0.95).unwrap();
    assert_eq!(interval.high, 1.0);
    // t with 3 degrees of freedom: 3.182446.
    assert!((interval.low - (ac.value - 3.182446305284263 * ac.se.unwrap())).abs() < 1e-9);
}

#[test]
fn skewed_marginals_leave_ac_and_take_kappa() {
    // The paradox of Feinstein & Cicchetti (SPEC case C5): 118 of 125 agree, and Cohen's kappa is −0.02.
    let table = Confusion::from_rows(&[vec![118, 5, 0], vec![2, 0, 0]]);
    let share: f64 = 243.0 / 250.0;
    let chance = 2.0 * share * (1.0 - share);
    close(gwet_ac(&table, Weights::None).unwrap(), (0.944 - chance) / (1.0 - chance));
    close(brennan_prediger(&table, Weights::None).unwrap(), 2.0 * 0.944 - 1.0);
    assert!(crate::agreement::cohen_kappa(&table, Weights::None).unwrap() < 0.0);
}
