//! Every warning of SPEC §3 has data that raise it and data that do not.

#![allow(clippy::unwrap_used)]

use assessor::audit::{CalibrationMap, JudgeInput, Judged, Labelled, Opinion, Setup, Weight, audit};
use assessor::domain::{GroupId, ItemId, Malformed, Rung, Scale, Verdict};
use std::collections::BTreeMap;

fn scale() -> Scale {
    Scale::new(1, 5).unwrap()
}

/// `n` items of queries of five, rated by one person per function.
fn people(n: usize, raters: &[&dyn Fn(usize) -> i64]) -> Vec<Labelled> {
    let opinion = |i: usize, a: usize| Opinion {
        annotator: format!("p{a}"),
        rating: scale().rating(raters[a](i)).unwrap(),
        rationale: None,
    };
    let item = |i: usize| Labelled {
        id: ItemId::new(format!("i{i:04}")),
        group: Some(GroupId::new(format!("q{:03}", i / 5))),
        query: None,
        title: None,
        excerpt: None,
        tags: BTreeMap::new(),
        opinions: (0..raters.len()).map(|a| opinion(i, a)).collect(),
    };
    (0..n).map(item).collect()
}

/// A judge of `n` items; 0 is a malformed reply.
fn judge(n: usize, rating: &dyn Fn(usize) -> i64) -> JudgeInput {
    let verdict = |i: usize| match rating(i) {
        0 => Verdict::Malformed(Malformed::Empty),
        r => Verdict::Rated {
            rating: scale().rating(r).unwrap(),
            rationale: None,
            confidence: None,
            rung: Rung::Exact,
            basis: None,
        },
    };
    let judged =
        |i: usize| Judged { verdict: verdict(i), usage: None, cost: None, latency_ms: None, served: None, reply: None };
    let answers = (0..n).map(|i| (ItemId::new(format!("i{i:04}")), judged(i))).collect();
    JudgeInput { name: "j".into(), answers, samples: 3, ..JudgeInput::default() }
}

fn truth(i: usize) -> i64 {
    1 + ((i * 7 + i / 5) % 5) as i64
}

/// A good judge of varied items: off by one on every sixth.
fn good(i: usize) -> i64 {
    if i.is_multiple_of(6) { (truth(i) - 1).max(1) + i64::from(truth(i) == 1) } else { truth(i) }
}

fn noisy(i: usize) -> i64 {
    (truth(i) + [0, 0, 0, 1, -1][i % 5]).clamp(1, 5)
}

struct Case {
    code: &'static str,
    says: &'static str,
    items: Vec<Labelled>,
    judge: JudgeInput,
    setup: Setup,
}

fn case(code: &'static str, says: &'static str, items: Vec<Labelled>, judge: JudgeInput) -> Case {
    Case { code, says, items, judge, setup: Setup::default() }
}

fn cases() -> Vec<Case> {
    let plain = || people(400, &[&truth, &noisy]);
    let skewed = |i: usize| if i.is_multiple_of(10) { truth(i) } else { 2 };
    let shifted = |i: usize| (truth(i) + 2).min(5);
    let squeezed = |i: usize| [2, 2, 3, 4, 4][truth(i) as usize - 1];
    // Queries differ in level and the judge knows only that.
    let by_query = |i: usize| 1 + (i / 5 % 2 * 3) as i64 + i64::from(i.is_multiple_of(5));
    let level = |i: usize| if i.is_multiple_of(7) { by_query(i) } else { 1 + (i / 5 % 2 * 3) as i64 };
    let quarrel = |i: usize| 6 - truth(i + 1);
    let clumped = |i: usize| if (i / 5).is_multiple_of(4) { 6 - truth(i) } else { truth(i) };
    let tagged = |items: Vec<Labelled>, name: &str, value: &dyn Fn(usize) -> String| -> Vec<Labelled> {
        let tag = |(i, mut item): (usize, Labelled)| {
            item.tags.insert(name.to_owned(), value(i));
            item
        };
        items.into_iter().enumerate().map(tag).collect()
    };
    let map = CalibrationMap {
        judge: "another".into(),
        people: "others".into(),
        scale: (1, 5),
        items: 9,
        points: vec![(1.0, 1.0), (5.0, 5.0)].try_into().unwrap(),
    };
    let constant_people: [&dyn Fn(usize) -> i64; 3] =
        [&|_| 2, &|i| if i % 2 == 0 { 3 } else { 2 }, &|i| 1 + (i % 2) as i64];
    let mut with_looks = case("looks", "3 judges were held against these same people", plain(), judge(400, &good));
    with_looks.setup.looks = Some(3);
    let mut stale = case("stale-map", "belongs to the judge `another`", plain(), judge(400, &good));
    stale.setup.map = Some(map);
    let mut systems = case(
        "systems",
        "of only 4 systems does not make the judge an assessor",
        tagged(plain(), "system", &|i| format!("s{}", i % 4)),
        judge(400, &good),
    );
    systems.setup.systems = Some("system".into());
    let few_samples = JudgeInput { samples: 1, ..judge(400, &good) };
    vec![
        case("one-number", "No single number", plain(), judge(400, &good)),
        case(
            "malformed",
            "10.0 % of the replies are malformed",
            plain(),
            judge(400, &|i| if i % 10 == 0 { 0 } else { good(i) }),
        ),
        case("no-skill", "not shown to be better", plain(), judge(400, &|_| 3)),
        case("skewed-labels", "of the ratings of people are 2", people(400, &[&skewed]), judge(400, &skewed)),
        case("skewed-labels", "use the scale differently", plain(), judge(400, &shifted)),
        case(
            "unused-ratings",
            "Nobody gave 4, 5",
            people(400, &[&|i| truth(i).min(3)]),
            judge(400, &|i| good(i).min(3)),
        ),
        case("pooled-order", "is not order within a query", people(400, &[&by_query]), judge(400, &level)),
        case("pooled-order", "The judge uses 3 ratings and people 5", plain(), judge(400, &squeezed)),
        case("no-ceiling", "No item has two annotators", people(400, &[&truth]), judge(400, &good)),
        case("no-ceiling", "People agree little among themselves", people(400, &[&truth, &quarrel]), judge(400, &good)),
        with_looks,
        case("clustered", "design effect", people(400, &[&truth]), judge(400, &clumped)),
        case("clustered", "Only 100 items", people(100, &[&truth]), judge(100, &good)),
        case("bulk-mean", "that is no estimate of what people would say", plain(), judge(900, &good)),
        case("bulk-sampling", "The bulk of 500 items is a sample itself", plain(), judge(900, &good)),
        case(
            "seed-unlike-bulk",
            "The rated items are not like the bulk",
            plain(),
            judge(900, &|i| if i < 400 { good(i) } else { 5 }),
        ),
        case(
            "chosen-rows",
            "80 rated items were chosen for a purpose",
            tagged(plain(), "purpose", &|i| if i % 5 == 0 { "active".into() } else { "estimate".into() }),
            judge(400, &good),
        ),
        case("one-run", "One run", plain(), few_samples),
        case("compression", "squeezes its ratings together", plain(), judge(400, &squeezed)),
        case("compression", "have collapsed", plain(), judge(400, &|_| 3)),
        case("prompt-bias-untested", "Not tested here", plain(), judge(400, &good)),
        case("gullibility-untested", "Not tested here", plain(), judge(400, &good)),
        systems,
        stale,
        case(
            "alt-test",
            "says nothing here: it is passed as well by",
            people(400, &constant_people),
            judge(400, &|_| 2),
        ),
    ]
}

/// The warnings of SPEC §3 in its order, without the one that only a comparison can raise (14).
const SPEC: [&str; 20] = [
    "one-number",
    "malformed",
    "no-skill",
    "skewed-labels",
    "unused-ratings",
    "pooled-order",
    "no-ceiling",
    "looks",
    "clustered",
    "bulk-mean",
    "bulk-sampling",
    "seed-unlike-bulk",
    "chosen-rows",
    "one-run",
    "compression",
    "prompt-bias-untested",
    "gullibility-untested",
    "systems",
    "stale-map",
    "alt-test",
];

#[test]
fn every_warning_is_raised_by_data_that_deserve_it_with_its_source_and_before_the_notes() {
    let cases = cases();
    for code in SPEC {
        assert!(cases.iter().any(|case| case.code == code), "no data for {code}");
    }
    for case in cases {
        let found = audit(scale(), case.items, &[case.judge], &case.setup);
        let caveats = &found.judges[0].caveats;
        let own = caveats.iter().find(|c| c.code.name() == case.code && c.text.contains(case.says));
        let own = own.unwrap_or_else(|| panic!("{}: {} is not in {caveats:#?}", case.code, case.says));
        assert!(own.source.is_some(), "{}", case.code);
        assert!(caveats.is_sorted_by_key(|c| c.weight), "{}", case.code);
    }
}

#[test]
fn a_good_judge_of_many_queries_and_three_people_is_only_told_what_was_not_tested() {
    let third = |i: usize| noisy(i + 3 * usize::from(i % 5 < 2)).min(truth(i) + 1).max(truth(i) - 1);
    let items = people(1000, &[&truth, &noisy, &third]);
    let found = audit(scale(), items, &[judge(1000, &good)], &Setup::default());
    let warnings: Vec<&str> =
        found.judges[0].caveats.iter().filter(|c| c.weight == Weight::Warning).map(|c| c.text.as_str()).collect();
    assert_eq!(warnings, Vec::<&str>::new());
    let notes: Vec<&str> = found.judges[0].caveats.iter().map(|c| c.code.name()).collect();
    assert_eq!(notes, ["one-number", "prompt-bias-untested", "gullibility-untested", "samples"]);
}

#[test]
fn a_crowd_is_not_told_apart_and_that_is_said() {
    let mut items = people(220, &[&truth, &noisy]);
    for (i, item) in items.iter_mut().enumerate() {
        item.opinions.iter_mut().for_each(|opinion| opinion.annotator = format!("{}-{}", opinion.annotator, i % 60));
    }
    let found = audit(scale(), items, &[judge(220, &good)], &Setup::default());
    assert!(found.humans.panel.is_empty() && found.judges[0].alt_test.is_none());
    let said = found.judges[0].caveats.iter().find(|c| c.code.name() == "crowd").unwrap();
    assert!(said.text.starts_with("120 annotators: more than 100 are not told apart"), "{}", said.text);
}
