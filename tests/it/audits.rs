//! The join of verdicts and people: what counts, what does not, and in which order.

#![allow(clippy::unwrap_used)]

use assessor::audit::{Change, Direction, JudgeInput, Judged, Labelled, Opinion, Setup, Standing, audit, diff, gold};
use assessor::domain::{GroupId, ItemId, Malformed, NotRun, Rung, Scale, Verdict};
use std::collections::BTreeMap;

fn scale() -> Scale {
    Scale::new(1, 5).unwrap()
}

fn opinions(ratings: &[i64]) -> Vec<Opinion> {
    let opinion = |(i, r): (usize, &i64)| Opinion {
        annotator: format!("p{i}"),
        rating: scale().rating(*r).unwrap(),
        rationale: None,
    };
    ratings.iter().enumerate().map(opinion).collect()
}

fn item(id: &str, group: &str, ratings: &[i64], tags: &[(&str, &str)]) -> Labelled {
    Labelled {
        id: ItemId::new(id),
        group: Some(GroupId::new(group)),
        query: None,
        title: None,
        excerpt: None,
        tags: tags.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        opinions: opinions(ratings),
    }
}

fn rated(value: i64) -> Verdict {
    let rating = scale().rating(value).unwrap();
    Verdict::Rated { rating, rationale: Some("because".into()), confidence: None, rung: Rung::Exact, basis: None }
}

fn judge(answers: &[(&str, Verdict)]) -> JudgeInput {
    let judged = |verdict: &Verdict| Judged {
        verdict: verdict.clone(),
        usage: None,
        cost: None,
        latency_ms: None,
        served: None,
        reply: None,
    };
    let answers: BTreeMap<ItemId, Judged> = answers.iter().map(|(id, v)| (ItemId::new(*id), judged(v))).collect();
    JudgeInput { name: "j".into(), answers, ..JudgeInput::default() }
}

#[test]
fn gold_is_the_lower_median_and_the_mean_and_an_adjudicated_rating_settles_it() {
    let cases: [(&[i64], i64, f64); 5] = [
        (&[1, 2], 1, 1.5),
        (&[2, 4, 5], 4, 11.0 / 3.0),
        (&[3, 3, 4, 5], 3, 3.75),
        (&[1, 1, 5, 5], 1, 3.0),
        (&[4], 4, 4.0),
    ];
    for (ratings, median, mean) in cases {
        let (rating, level) = gold(scale(), &opinions(ratings));
        assert_eq!(rating.value(), median, "{ratings:?}");
        assert!((level + 1.0 - mean).abs() < 1e-12, "{ratings:?}");
    }
    let mut settled = opinions(&[1, 1, 1]);
    settled.push(Opinion { annotator: "adjudicated".into(), rating: scale().rating(4).unwrap(), rationale: None });
    assert_eq!(gold(scale(), &settled), (scale().rating(4).unwrap(), 3.0));
}

#[test]
fn what_never_ran_is_counted_and_not_held_against_the_judge() {
    let items = vec![
        item("a", "q", &[5], &[]),
        item("b", "q", &[1], &[]),
        item("c", "r", &[3], &[]),
        item("d", "r", &[3], &[]),
    ];
    let judge =
        judge(&[("a", rated(5)), ("b", Verdict::NotRun(NotRun::Outage)), ("d", Verdict::Malformed(Malformed::Empty))]);
    let result = audit(scale(), items, &[judge], &Setup::default());
    let panel = &result.judges[0].panel;
    assert_eq!((panel.n, panel.n_rated, panel.malformed.count, panel.not_run.count, panel.missing), (2, 1, 1, 1, 1));
    assert_eq!(panel.nmse.value(), Some(50.0), "one of two answers is malformed, the other is right");
    assert_eq!(panel.not_run.reasons["outage"], 1);
}

#[test]
fn a_judge_that_answered_nothing_has_no_numbers_and_the_audit_says_so() {
    let result = audit(
        scale(),
        vec![item("a", "q", &[5], &[])],
        &[judge(&[("a", Verdict::NotRun(NotRun::Budget))])],
        &Setup::default(),
    );
    let found = &result.judges[0];
    assert_eq!(found.standing, Standing::Unknown);
    assert_eq!(found.panel.nmse.value(), None);
    assert_eq!(found.headline, "No item was answered: 1 not run, 0 missing.");
}

#[test]
fn disagreements_come_by_gap_then_by_item_and_malformed_has_the_full_gap() {
    let items = ["a", "b", "c", "d", "e"].map(|id| item(id, id, &[3], &[])).to_vec();
    let judge = judge(&[
        ("a", rated(2)),
        ("b", rated(5)),
        ("c", Verdict::Malformed(Malformed::NotJson)),
        ("d", rated(1)),
        ("e", rated(3)),
    ]);
    let result = audit(scale(), items, &[judge], &Setup::default());
    let found: Vec<(&str, u8, Direction)> =
        result.judges[0].disagreements.iter().map(|d| (d.id.as_str(), d.gap, d.direction)).collect();
    let expected = [
        ("c", 4, Direction::Malformed),
        ("b", 2, Direction::Higher),
        ("d", 2, Direction::Lower),
        ("a", 1, Direction::Lower),
    ];
    assert_eq!(found, expected);
}

#[test]
fn groups_count_direction_gap_and_slice_within_what_was_answered() {
    let items: Vec<Labelled> = (0..6)
        .map(|i| item(&format!("i{i}"), &format!("q{i}"), &[3], &[("lang", if i % 2 == 0 { "en" } else { "de" })]))
        .collect();
    let answers: Vec<(String, Verdict)> =
        (0..6).map(|i| (format!("i{i}"), if i % 2 == 0 { rated(4) } else { rated(3) })).collect();
    let answers: Vec<(&str, Verdict)> = answers.iter().map(|(id, v)| (id.as_str(), v.clone())).collect();
    let result = audit(scale(), items, &[judge(&answers)], &Setup::default());
    let groups: Vec<_> = result.judges[0].groups.iter().map(|g| (g.slice.clone(), g.gap, g.count, g.of)).collect();
    assert_eq!(groups, [(None, 1, 3, 6), (Some(("lang".to_owned(), "en".to_owned())), 1, 3, 3)]);
    assert!(result.judges[0].slices.iter().all(|s| s.small), "three rows say little, and are shown grey");
}

#[test]
fn the_order_of_items_and_annotators_changes_nothing() {
    let mut items = vec![
        item("a", "q", &[5, 4, 2], &[("t", "x")]),
        item("b", "q", &[1, 1, 3], &[("t", "y")]),
        item("c", "r", &[3, 2, 2], &[("t", "x")]),
        item("d", "s", &[4, 4, 5], &[("t", "y")]),
    ];
    let judge =
        judge(&[("a", rated(3)), ("b", rated(2)), ("c", Verdict::Malformed(Malformed::Empty)), ("d", rated(5))]);
    let there =
        serde_json::to_string(&audit(scale(), items.clone(), std::slice::from_ref(&judge), &Setup::default()).judges)
            .unwrap();
    items.reverse();
    let back = serde_json::to_string(&audit(scale(), items, &[judge], &Setup::default()).judges).unwrap();
    assert_eq!(there, back);
}

#[test]
fn a_constant_judge_is_called_no_better_than_a_constant_and_a_copy_of_a_person_stands_among_people() {
    // 48 queries of three items over the whole scale; the two people differ now and then.
    let value = |i: usize| (i * 7 % 5 + 1) as i64;
    let second = |i: usize| if i.is_multiple_of(6) { value(i) % 5 + 1 } else { value(i) };
    let items: Vec<Labelled> =
        (0..144).map(|i| item(&format!("i{i:03}"), &format!("q{:02}", i / 3), &[value(i), second(i)], &[])).collect();
    let ids: Vec<String> = (0..144).map(|i| format!("i{i:03}")).collect();
    let constant: Vec<(&str, Verdict)> = ids.iter().map(|id| (id.as_str(), rated(3))).collect();
    let copy: Vec<(&str, Verdict)> = ids.iter().enumerate().map(|(i, id)| (id.as_str(), rated(value(i)))).collect();
    let result = audit(scale(), items, &[judge(&constant), judge(&copy)], &Setup::default());
    assert_eq!(result.judges[0].standing, Standing::NoBetterThanConstant);
    assert!(result.judges[0].caveats.iter().any(|c| c.code.name() == "no-skill"));
    assert_eq!(result.judges[1].standing, Standing::AmongPeople);
}

#[test]
fn a_difference_of_two_judges_counts_only_items_that_both_answered() {
    let items = ["a", "b", "c"].map(|id| item(id, id, &[3], &[])).to_vec();
    let before = judge(&[("a", rated(3)), ("b", rated(1)), ("c", Verdict::NotRun(NotRun::Budget))]);
    let after = judge(&[("a", Verdict::Malformed(Malformed::Empty)), ("b", rated(3)), ("c", rated(1))]);
    let found: Vec<(String, Change)> =
        diff(scale(), &items, &before, &after).into_iter().map(|d| (d.id.to_string(), d.change)).collect();
    assert_eq!(found, [("a".to_owned(), Change::NewlyBroken), ("b".to_owned(), Change::Fixed)]);
}

#[test]
fn systems_with_the_same_mean_tie_however_their_means_were_summed() {
    // Means of three people: x has 4/3, 5/3, 2, 3 and y 2, 2, 2, 2; both are 2 in all.
    let ratings: [&[i64]; 8] =
        [&[1, 1, 2], &[1, 2, 2], &[2, 2, 2], &[3, 3, 3], &[2, 2, 2], &[2, 2, 2], &[2, 2, 2], &[2, 2, 2]];
    let name = |i: usize| if i < 4 { "x" } else { "y" };
    let items: Vec<Labelled> =
        ratings.iter().enumerate().map(|(i, r)| item(&format!("i{i}"), "q", r, &[("system", name(i))])).collect();
    let ids: Vec<String> = (0..8).map(|i| format!("i{i}")).collect();
    let answers: Vec<(&str, Verdict)> =
        ids.iter().enumerate().map(|(i, id)| (id.as_str(), rated(if i < 4 { 3 } else { 2 }))).collect();
    let setup = Setup { systems: Some("system".into()), ..Setup::default() };
    let result = audit(scale(), items, &[judge(&answers)], &setup);
    let found = result.judges[0].systems.as_ref().unwrap();
    assert_eq!(found.means.iter().map(|m| (m.human, m.judge)).collect::<Vec<_>>(), [(2.0, 3.0), (2.0, 2.0)]);
    assert_eq!(found.flip_rate.value(), Some(0.0));
    assert_eq!(found.tau_b.value(), None, "people see no difference");
}

#[test]
fn a_judge_that_was_asked_twice_shows_how_far_it_agrees_with_itself() {
    let items: Vec<Labelled> = (0..4).map(|i| item(&format!("i{i}"), &format!("q{i}"), &[3], &[])).collect();
    let mut judge = judge(&[("i0", rated(3)), ("i1", rated(2)), ("i2", rated(5)), ("i3", rated(1))]);
    let runs = [[Some(3), Some(3)], [Some(2), Some(4)], [Some(5), None], [Some(1), Some(1)]];
    judge.repeats.items = 4;
    judge.repeats.rows = 8;
    judge.repeats.first_two_same = 2;
    let rating = |r: Option<i64>| r.map(|r| scale().rating(r).unwrap());
    judge.repeats.runs =
        runs.iter().enumerate().map(|(i, run)| (ItemId::new(format!("i{i}")), run.map(rating).to_vec())).collect();
    let repeats = &audit(scale(), items, &[judge], &Setup::default()).judges[0].panel.repeats;
    assert_eq!((repeats.first_two_same.value(), repeats.identical.value()), (Some(0.5), Some(0.5)));
    // Readable throughout: 3 3, 2 4, 1 1 against 3. Single runs: 0 0, 1 1, 4 4 → 10/6; means 3, 3, 1 → 4/3.
    let gain = 100.0 * (10.0 / 6.0 - 4.0 / 3.0) / 16.0;
    assert!((repeats.averaging_gain.value().unwrap() - gain).abs() < 1e-9, "{repeats:?}");
}

#[test]
fn recall_is_per_rating_of_people_and_noise_is_taken_off_where_several_rated() {
    let items = vec![
        item("a", "q", &[1, 1], &[]),
        item("b", "q", &[1, 2], &[]),
        item("c", "r", &[5, 5], &[]),
        item("d", "r", &[5, 4], &[]),
    ];
    let judge =
        judge(&[("a", rated(1)), ("b", rated(2)), ("c", rated(5)), ("d", Verdict::Malformed(Malformed::Empty))]);
    let panel = &audit(scale(), items, &[judge], &Setup::default()).judges[0].panel;
    let recall: Vec<(i64, u64, Option<f64>)> =
        panel.recall.iter().map(|r| (r.rating.value(), r.n, r.recall.value())).collect();
    // Gold by lower median: 1, 1, 5, 4.
    assert_eq!(recall, [(1, 2, Some(0.5)), (4, 1, Some(0.0)), (5, 1, Some(1.0))]);
    assert_eq!(panel.macro_recall.value(), Some(0.5));
    // Against the means 1, 1.5, 5, 4.5: 0, ¼, 0, 16. Noise within items ¼ (of ½, 0, ½, 0), of a mean of two an eighth.
    let expected = 100.0 / 16.0 * (16.25 / 4.0 - 0.25 / 2.0);
    assert!((panel.nmse_noise_corrected.value().unwrap() - expected).abs() < 1e-9, "{:?}", panel.nmse_noise_corrected);
}
