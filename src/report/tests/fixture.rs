//! Made-up items, people and judges: a good judge, one that collapsed into the middle, one that breaks its format.

use crate::audit::{
    Audit, Brief, Comparison, JudgeInput, Judged, Labelled, Opinion, Setup, Terms, audit, brief, compare,
};
use crate::domain::{GroupId, ItemId, Malformed, NanoUsd, NotRun, Rung, Scale, Usage, Verdict};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What a judge does with an item of true rating `t`, at index `i`.
type Behaviour = fn(t: i64, i: usize) -> Option<i64>;

const TOPICS: [&str; 6] = [
    "vacation policy",
    "VPN on Linux",
    "Q3 revenue forecast",
    "on-call handover",
    "Urlaubsantrag stellen",
    "incident 4711",
];
const KINDS: [&str; 4] = ["wiki", "chat", "ticket", "mail"];
const WHY: [&str; 5] = [
    "Another topic that only shares words with the query.",
    "Mentions the subject in passing, without an answer.",
    "Part of the answer; the deadline is missing.",
    "Answers the question, but an older version of it.",
    "Answers the question fully and is current.",
];

pub(super) fn scale() -> Scale {
    Scale::new(1, 5).unwrap()
}

/// Items of `queries` queries with six documents and three annotators each.
pub(super) fn labelled(queries: usize) -> Vec<Labelled> {
    (0..queries * 6).map(item).collect()
}

/// The rating that the annotators scatter around.
fn truth(i: usize) -> i64 {
    [1, 1, 5, 2, 4, 3, 1, 5, 2, 3, 5][(i * 7 + i / 6) % 11]
}

fn item(i: usize) -> Labelled {
    let (query, t) = (i / 6, truth(i));
    let topic = TOPICS[query % TOPICS.len()];
    let opinion = |annotator: &str, shift: i64| {
        let rating = scale().rating(t + shift).unwrap_or(scale().rating(t).unwrap());
        let why = WHY[(rating.value() - 1) as usize];
        Opinion { annotator: annotator.into(), rating, rationale: (annotator != "chris").then(|| why.into()) }
    };
    let shift = |every: usize, by: i64| if i.is_multiple_of(every) { by } else { 0 };
    Labelled {
        id: ItemId::new(format!("q{query:03}-d{}", i % 6)),
        group: Some(GroupId::new(format!("q{query:03}"))),
        query: Some(format!("{topic} {}", 2020 + query % 5)),
        title: Some(format!("{}: notes, part {}", topic.to_uppercase(), i % 6 + 1)),
        excerpt: Some(format!(
            "Notes on {topic}, collected by the team. Version {} of the page; see the owner for changes.",
            i % 9
        )),
        tags: BTreeMap::from([
            ("kind".into(), KINDS[i % 4].into()),
            ("language".into(), if query % 6 == 4 { "de" } else { "en" }.into()),
        ]),
        opinions: vec![opinion("ana", shift(5, 1)), opinion("bo", shift(4, -1)), opinion("chris", shift(3, 1))],
    }
}

fn judge(name: &str, model: &str, items: &[Labelled], says: Behaviour) -> JudgeInput {
    let answers = items.iter().enumerate().map(|(i, item)| {
        let verdict = match says(truth(i), i).map(|r| scale().rating(r.clamp(1, 5)).unwrap()) {
            // Not asked: the run ended before the last items.
            _ if i + 3 > items.len() => Verdict::NotRun(NotRun::Budget),
            Some(rating) => Verdict::Rated {
                rating,
                rationale: Some(format!("The document {}", WHY[(rating.value() - 1) as usize].to_lowercase())),
                confidence: None,
                rung: if i.is_multiple_of(9) { Rung::Unwrapped } else { Rung::Exact },
                basis: None,
            },
            None if i.is_multiple_of(2) => Verdict::Malformed(Malformed::NotJson),
            None => Verdict::Malformed(Malformed::Truncated),
        };
        let judged = Judged {
            verdict,
            usage: Some(Usage { input: 812, cached: 640, output: 57 }),
            cost: Some(NanoUsd(310_000)),
            latency_ms: Some(180 + (i as u64 * 37) % 400),
            served: Some(model.into()),
            reply: None,
        };
        (item.id.clone(), judged)
    });
    JudgeInput {
        name: name.into(),
        model: Some(model.into()),
        hash: Some("3f2a9c41d07be856".into()),
        answers: answers.collect(),
        samples: 1,
        ..JudgeInput::default()
    }
}

/// Close to the annotators; lenient with German chat.
pub(super) fn good(items: &[Labelled]) -> JudgeInput {
    judge("relevance-v3", "sim/large", items, |t, i| {
        Some(t + i64::from(i % 7 == 0) - i64::from(i % 11 == 0) + 2 * i64::from(i % 24 == 1))
    })
}

/// Says 3, whatever it sees; now and then 2 or 4.
pub(super) fn collapsed(items: &[Labelled]) -> JudgeInput {
    judge("baseline", "sim/medium", items, |_, i| Some(3 + i64::from(i % 13 == 0) - i64::from(i % 17 == 0)))
}

/// Right when it can be read, and 40 % cannot.
pub(super) fn malformed(items: &[Labelled]) -> JudgeInput {
    judge("small-json", "sim/small", items, |t, i| (i % 5 > 1).then_some(t + i64::from(i % 13 == 0)))
}

/// Ratings squeezed into the middle, in the right order.
pub(super) fn squeezed(items: &[Labelled]) -> JudgeInput {
    judge("squeezed", "sim/medium", items, |t, i| Some(if i % 19 == 0 { 3 } else { [2, 2, 3, 4, 4][(t - 1) as usize] }))
}

fn setup() -> Setup {
    let gates = ["nmse.upper < 8", "malformed < 0.02", "adjacent.lower > 0.5", "exact[language=de] > 0.7"];
    Setup { gates: gates.map(|gate| gate.parse().unwrap()).to_vec(), looks: Some(3), seed: 7, ..Setup::default() }
}

/// An audit of one judge over 40 queries, with gates.
pub(super) fn one(judge: fn(&[Labelled]) -> JudgeInput) -> Audit {
    let items = labelled(40);
    let judge = judge(&items);
    audit(scale(), items, &[judge], &setup())
}

/// The same judges, as a search is told of its own.
pub(super) fn in_brief(judge: fn(&[Labelled]) -> JudgeInput) -> Brief {
    let items = labelled(40);
    let judge = judge(&items);
    brief(scale(), items, &judge, &setup())
}

/// The judges by themselves, each audited once for all tests: intervals take their time.
pub(super) static GOOD: LazyLock<Audit> = LazyLock::new(|| one(good));
pub(super) static COLLAPSED: LazyLock<Audit> = LazyLock::new(|| one(collapsed));
pub(super) static MALFORMED: LazyLock<Audit> = LazyLock::new(|| one(malformed));
pub(super) static SQUEEZED: LazyLock<Audit> = LazyLock::new(|| one(squeezed));
pub(super) static BULK: LazyLock<Audit> = LazyLock::new(bulk);
pub(super) static THREE: LazyLock<Audit> = LazyLock::new(three);
pub(super) static PEOPLE: LazyLock<Audit> = LazyLock::new(people);
pub(super) static EMPTY: LazyLock<Audit> = LazyLock::new(empty);
/// From a judge that is often malformed to a good one.
pub(super) static PAIRED: LazyLock<Comparison> = LazyLock::new(|| paired(malformed, good));

/// The same where the judge also answered what nobody rated, and a column names systems.
fn bulk() -> Audit {
    let items = labelled(120);
    let judge = good(&items);
    audit(scale(), items[..240].to_vec(), &[judge], &Setup { systems: Some("kind".into()), ..setup() })
}

/// An audit of all three.
pub(super) fn three() -> Audit {
    let items = labelled(40);
    let judges = [good(&items), collapsed(&items), malformed(&items)];
    audit(scale(), items, &judges, &Setup::default())
}

/// Many judges, of which only some can be told apart.
pub(super) fn many(judges: usize) -> Audit {
    let items = labelled(20);
    let kinds = [good, squeezed, collapsed, malformed];
    let judges: Vec<JudgeInput> = (0..judges)
        .map(|j| {
            let mut judge = kinds[j % 4](&items);
            judge.name = format!("{} {j}", judge.name);
            let dropped = j / 4;
            let ids: Vec<ItemId> = judge.answers.keys().skip(dropped).step_by(17).cloned().collect();
            ids.iter()
                .for_each(|id| judge.answers.get_mut(id).unwrap().verdict = Verdict::Malformed(Malformed::NotJson));
            judge
        })
        .collect();
    audit(scale(), items, &judges, &Setup::default())
}

/// People alone.
fn people() -> Audit {
    audit(scale(), labelled(40), &[], &Setup::default())
}

/// Two judges, paired.
pub(super) fn paired(old: fn(&[Labelled]) -> JudgeInput, new: fn(&[Labelled]) -> JudgeInput) -> Comparison {
    let items = labelled(40);
    let terms = Terms { margin: Some(1.0), seed: 7, ..Terms::default() };
    compare(scale(), &items, (&old(&items), &new(&items)), terms)
}

/// One item, one person and no second opinion, no answer: nearly everything is undefined.
fn empty() -> Audit {
    let mut items = labelled(1);
    items.truncate(1);
    items[0].opinions.truncate(1);
    let judge = judge("silent", "sim/small", &items, |_, _| None);
    audit(scale(), items, &[judge], &Setup::default())
}
