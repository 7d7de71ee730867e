//! What a guard costs on the shipped labels: `cargo bench --bench guardrail`.
//!
//! The first line is what a process pays once: the guard, and a check that compiles the patterns which it needs.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use assessor::audit::Opinion;
use assessor::domain::{Dev, ItemId, Train};
use assessor::feedback::{Case, Counts, Example, Reflection, Said, Template, choose, clusters};
use assessor::guardrail::{Guard, Limits};
use assessor::labels::{ReadOptions, read_human, read_items};
use assessor::prompt::Prompt;
use assessor::rubric::{Rubric, shipped};
use divan::Bencher;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Instant;

/// Rules as a reflection model writes them, none of them at fault.
const GOOD: [&str; 8] = [
    "Rate documents that are several years old lower, unless the query asks about the past.",
    "Give at most a 3 to a page that only links elsewhere.",
    "Do not give a 5 to a document that only restates the question.",
    "Rate lower by one point when the date is missing.",
    "If only keywords match, rate 1 or 2.",
    "A short answer is not worse than a long one.",
    "Never give a 5 when a part of the question is open.",
    "When in doubt between 3 and 4, ask whether the reader must search again.",
];
/// Rules at fault: the scale, the contract, the anchors, an address.
const BAD: [&str; 4] = [
    "Use only the ratings from 1 to 3.",
    "Answer with only the number, without a rationale.",
    "Treat 3 as irrelevant.",
    "Pages under wiki.example.com are rated 5.",
];

struct Shipped {
    rubric: Rubric,
    base: Prompt,
    train: Train<Vec<Example>>,
    dev: Dev<Vec<Example>>,
}

impl Shipped {
    fn guard(&self) -> Guard {
        Guard::new(&self.rubric, &self.base, &self.train, &self.dev, Limits::default())
    }

    fn with(&self, rules: &[&str]) -> Prompt {
        let mut prompt = self.base.clone();
        prompt.bullets = rules.iter().map(|rule| (*rule).to_owned()).collect();
        prompt
    }
}

/// Half of the shipped labels as Train and half as Dev.
static SHIPPED: LazyLock<Shipped> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("labels");
    let rubric = shipped();
    let (items, _) = read_items(&folder.join("workplace.items.jsonl"), &ReadOptions::default()).unwrap();
    let human = read_human(&folder.join("workplace.ratings.jsonl"), rubric.scale, &ReadOptions::default()).unwrap();
    let mut opinions: BTreeMap<ItemId, Vec<Opinion>> = BTreeMap::new();
    for r in human.ratings {
        let opinion = Opinion { annotator: r.annotator.to_string(), rating: r.rating, rationale: r.rationale };
        opinions.entry(r.item).or_default().push(opinion);
    }
    let rated = items.into_iter().filter_map(|item| Some((opinions.remove(&item.id)?, item)));
    let mut train: Vec<Example> =
        rated.filter_map(|(said, item)| Example::new(Arc::new(item), said, rubric.scale)).collect();
    let dev = train.split_off(train.len() / 2);
    Shipped { base: Prompt::of(&rubric), rubric, train: Train(train), dev: Dev(dev) }
});

fn main() {
    let shipped = &*SHIPPED;
    let (good, started) = (shipped.with(&GOOD), Instant::now());
    let guard = shipped.guard();
    let (built, started) = (started.elapsed(), Instant::now());
    assert_eq!(guard.check(&good, None), []);
    println!("{} examples: the guard {built:.1?}, the first check {:.1?}", guard.examples(), started.elapsed());
    divan::main();
}

#[divan::bench]
fn new() -> Guard {
    SHIPPED.guard()
}

#[divan::bench]
fn good(bencher: Bencher<'_, '_>) {
    let (guard, prompt) = (SHIPPED.guard(), SHIPPED.with(&GOOD));
    assert_eq!(guard.check(&prompt, Some(&SHIPPED.base)), []);
    bencher.bench(|| guard.check(&prompt, Some(&SHIPPED.base)));
}

#[divan::bench]
fn bad(bencher: Bencher<'_, '_>) {
    let (guard, prompt) = (SHIPPED.guard(), SHIPPED.with(&BAD));
    assert!(guard.check(&prompt, Some(&SHIPPED.base)).len() >= BAD.len());
    bencher.bench(|| guard.check(&prompt, Some(&SHIPPED.base)));
}

/// A reflection's batches and message, over all of Train, each item rated lowest.
#[divan::bench]
fn reflection(bencher: Bencher<'_, '_>) {
    let lowest = Said::Rated { rating: SHIPPED.rubric.scale.min(), rationale: None };
    let cases: Vec<Case<'_>> = SHIPPED.train.0.iter().map(|example| Case { example, said: &lowest }).collect();
    bencher.bench(|| {
        let batches = clusters(&cases, 4, 1);
        let chosen: Vec<Case<'_>> = choose(&cases, 24, 1).into_iter().map(|at| cases[at]).collect();
        let message = Template::Rewrite.message(&Reflection {
            rubric: &SHIPPED.rubric,
            current: &SHIPPED.base.editable(),
            contract: &SHIPPED.base.contract,
            counts: Counts::of(&cases),
            cases: &chosen,
            agreed: &[],
            rejected: &[],
            word_budget: 600,
            other: None,
        });
        (batches, message)
    });
}
