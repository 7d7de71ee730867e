//! The guard as a whole, over the shipped labels. Wordings stand in `tables.rs`.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::audit::Opinion;
use crate::domain::{GroupId, Item, ItemId};
use crate::labels::{ReadOptions, read_human, read_items};
use crate::model::sim;
use crate::rubric::shipped;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};

/// The shipped labels, half of them as Train and half as Dev.
fn data() -> (Train<Vec<Example>>, Dev<Vec<Example>>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("labels");
    let (items, _) = read_items(&folder.join("workplace.items.jsonl"), &ReadOptions::default()).unwrap();
    let scale = shipped().scale;
    let human = read_human(&folder.join("workplace.ratings.jsonl"), scale, &ReadOptions::default()).unwrap();
    let mut opinions: BTreeMap<ItemId, Vec<Opinion>> = BTreeMap::new();
    for r in human.ratings {
        let opinion = Opinion { annotator: r.annotator.to_string(), rating: r.rating, rationale: r.rationale };
        opinions.entry(r.item).or_default().push(opinion);
    }
    let mut all: Vec<Example> = items
        .into_iter()
        .filter_map(|item| {
            let said = opinions.remove(&item.id)?;
            Example::new(Arc::new(item), said, scale)
        })
        .collect();
    let dev = all.split_off(all.len() / 2);
    (Train(all), Dev(dev))
}

pub(super) static GUARD: LazyLock<Guard> = LazyLock::new(|| {
    let (train, dev) = data();
    let rubric = shipped();
    Guard::new(&rubric, &Prompt::of(&rubric), &train, &dev, Limits::default())
});

/// The shipped prompt with one more rule.
pub(super) fn with(rule: &str) -> Prompt {
    GUARD.base.revised(&format!("{}\n- {rule}", GUARD.base.editable()))
}

pub(super) fn found(prompt: &Prompt) -> Vec<String> {
    GUARD.check(prompt, Some(&GUARD.base)).iter().map(ToString::to_string).collect()
}

fn checks(prompt: &Prompt) -> Vec<Check> {
    GUARD.check(prompt, Some(&GUARD.base)).iter().map(|v| v.check).collect()
}

/// Every rule of the first list is found by `check`; none of the second is found by any.
pub(super) fn table(check: Check, bad: &[&str], good: &[&str]) {
    let missed: Vec<&&str> = bad.iter().filter(|rule| !checks(&with(rule)).contains(&check)).collect();
    let wrong: Vec<String> = good
        .iter()
        .filter(|r| !found(&with(r)).is_empty())
        .map(|r| format!("{r}  =>  {:?}", found(&with(r))))
        .collect();
    assert!(missed.is_empty() && wrong.is_empty(), "{check} misses {missed:#?}\nand wrongly finds {wrong:#?}");
}

#[test]
fn every_general_rule_that_the_simulated_reflector_knows_passes_alone_and_together() {
    let rules: Vec<&str> = sim::every_rule().into_iter().chain(sim::BULLETS).chain(sim::FORMAT).collect();
    assert_eq!(rules.len(), 54);
    table(Check::Leak, &[], &rules);
    let mut all = GUARD.base.clone();
    all.bullets = sim::BULLETS.into_iter().chain(sim::FORMAT).map(str::to_owned).collect();
    assert_eq!(found(&all), Vec::<String>::new());
}

#[test]
fn frozen_spans_and_lines_of_the_first_instruction_are_kept() {
    let edit = |from: &str, to: &str| GUARD.base.revised(&GUARD.base.editable().replace(from, to));
    assert_eq!(
        found(&edit("First explain your reasoning in one or two sentences, then", "Explain in two sentences, then")),
        [
            "frozen: a frozen part of the instruction is altered or missing: `First explain your reasoning in one or two \
          sentences, then give the rating.`"
        ]
    );
    assert_eq!(
        found(&edit("- How much of the need it satisfies.\n", "")),
        ["lost-rules: a line of the first instruction is gone and nothing new speaks of the same: `- How much of the \
          need it satisfies.`"]
    );
    let rewritten = edit("- How much of the need it satisfies.", "- Whether it satisfies the whole need or a part.");
    assert_eq!(found(&rewritten), Vec::<String>::new());
}

#[test]
fn length_is_limited_as_a_whole_and_by_line() {
    let rule = |n: usize| vec!["word"; n].join(" ");
    assert_eq!(checks(&with(&rule(89))), []);
    assert_eq!(checks(&with(&rule(90))), [Check::Length]);
    let mut long = GUARD.base.clone();
    long.bullets = (0..8).map(|i| format!("{} {i}.", rule(60))).collect();
    let (base, now) = (GUARD.base_words, shape::words(&long.editable()));
    assert_eq!(
        found(&long),
        [format!("length: {now} words, and the limit is {}: the base's {base} and 450 more", base + 450)]
    );
    let endless = with(&"x".repeat(300 << 10));
    assert_eq!(checks(&endless), [Check::Length]);
}

#[test]
fn what_says_the_same_is_unchanged_or_a_duplicate_and_a_rule_turned_round_is_neither() {
    let mut guard = GUARD.clone();
    let base = GUARD.base.clone();
    let rule = "Rate documents that are several years old lower, unless the query asks about the past.";
    guard.remember(&with(rule));
    let check = |prompt: &Prompt| guard.check(prompt, Some(&base)).iter().map(|v| v.check).collect::<Vec<_>>();
    assert_eq!(check(&base), [Check::Unchanged]);
    assert_eq!(guard.check(&base, None), []);
    assert_eq!(check(&with(rule)), [Check::Duplicate]);
    assert_eq!(check(&with(&rule.replace("documents that", "Documents which"))), [Check::Duplicate]);
    assert_eq!(check(&with(&rule.replace("lower", "higher"))), []);
    let mut more = with(rule);
    more.bullets.push("Rate drafts lower.".into());
    assert_eq!(check(&more), []);
    let spaced = base.revised(&base.editable().replace("You see one item", "You  see one item"));
    assert_eq!(check(&spaced), [Check::Unchanged]);
}

#[test]
fn a_rule_in_other_words_is_about_the_same_and_no_two_of_the_shipped_library_are() {
    let library = crate::rubric::bullets::shipped();
    let known = |text: &str| -> Vec<String> {
        library.bullets.iter().filter(|b| is_about_the_same(&b.text, text)).map(|b| b.id.clone()).collect()
    };
    for bullet in &library.bullets {
        assert_eq!(known(&bullet.text), [bullet.id.as_str()], "{}", bullet.text);
    }
    assert_eq!(known("Give unfinished drafts a lower rating, because they may still change."), ["drafts"]);
    assert_eq!(known("Old documents should be rated lower unless the query is about the past."), ["recency"]);
    assert_eq!(known("If nobody answers the question, rate it low."), ["unanswered-question"]);
    assert_eq!(known("Rate a glossary entry lower when the query asks how to do something."), [""; 0]);
}

#[test]
fn a_prompt_that_shows_other_examples_is_another_prompt() {
    let (mut guard, base) = (GUARD.clone(), GUARD.base.clone());
    let mut shows = base.clone();
    shows.demos.push(crate::prompt::Demo { item: "[a item]".into(), reply: "{}".into() });
    let check = |guard: &Guard| guard.check(&shows, Some(&base)).iter().map(|v| v.check).collect::<Vec<_>>();
    guard.remember(&base);
    assert_eq!(check(&guard), []);
    guard.remember(&shows);
    assert_eq!(check(&guard), [Check::Duplicate]);
}

#[test]
fn a_forbidden_phrase_is_found_in_any_case_at_word_borders() {
    let mut rubric = shipped();
    rubric.forbidden = vec!["as an AI".into(), "c++".into()];
    let guard = Guard::new(&rubric, &Prompt::of(&rubric), &Train(Vec::new()), &Dev(Vec::new()), Limits::default());
    let said = |rule: &str| guard.check(&with(rule), None).iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(said("Judge as  an ai would."), ["forbidden: the rubric forbids `as an AI`: `as an ai`"]);
    assert_eq!(said("Rate C++ lower."), ["forbidden: the rubric forbids `c++`: `C++`"]);
    assert_eq!(said("It has an aim; rate it."), Vec::<String>::new());
}

#[test]
fn only_a_clean_candidate_becomes_a_screened_prompt() {
    let good = with("Rate drafts lower.");
    assert_eq!(GUARD.screen(good.clone(), None).unwrap().prompt(), &good);
    let faults = GUARD.screen(with("Never give a 5. Ignore the output format."), None).unwrap_err();
    let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "scale: a level of the scale is taken away; the rubric's is 1–5: `Never give a 5`",
            "contract: sets the contract aside: `Ignore the output format`"
        ]
    );
    assert_eq!(GUARD.baseline().prompt(), &GUARD.base);
}

#[test]
fn a_rubric_with_another_scale_has_its_own_ranges() {
    let text = crate::rubric::SHIPPED.replace("max = 5", "max = 3");
    let keep = text.find("[[scale.anchor]]\nrating = 3").unwrap();
    let text = format!("{}{}", &text[..text.find("[[scale.anchor]]").unwrap()], &text[keep..]);
    let rubric = crate::rubric::load("r.toml", &text).unwrap();
    let base = Prompt::of(&rubric);
    let guard = Guard::new(&rubric, &base, &Train(Vec::new()), &Dev(Vec::new()), Limits::default());
    let check = |rule: &str| guard.check(&base.revised(&format!("{}\n- {rule}", base.editable())), None).len();
    assert_eq!((check("Use the whole scale from 1 to 3."), check("Use ratings from 1 to 5.")), (0, 1));
    assert_eq!((check("Give a 2 to drafts."), check("Give a 4 to drafts.")), (0, 1));
}

#[test]
fn an_annotator_with_an_ordinary_name_gives_nothing_away() {
    let scale = shipped().scale;
    let item = Item {
        id: ItemId::new("a"),
        group: GroupId::new("g"),
        query: "printer".into(),
        title: None,
        document: "Ask an operator.".into(),
        meta: BTreeMap::new(),
    };
    let by = |name: &str| Opinion { annotator: name.into(), rating: scale.min(), rationale: None };
    let example = Example::new(Arc::new(item), vec![by("expert"), by("operator"), by("wilma")], scale).unwrap();
    let base = Prompt::of(&shipped());
    let guard = Guard::new(&shipped(), &base, &Train(vec![example]), &Dev(Vec::new()), Limits::default());
    let check = |rule: &str| guard.check(&with(rule), None).len();
    assert_eq!(check("Rate as an expert or an operator would."), 0);
    assert_eq!(check("Rate as wilma would."), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_panics_and_every_span_lies_on_character_boundaries(
        text in "(.{0,80}\n){0,4}|([-–\"“(\\[{`' ]|[0-9]{1,3}|from|to|rate|never|ß|é|İ|字|https://|a\\.b|only|5 \\(){0,60}"
    ) {
        let prompt = GUARD.base.revised(&text);
        let editable = prompt.editable();
        for violation in GUARD.check(&prompt, Some(&GUARD.base)) {
            if let Some(span) = violation.span {
                prop_assert!(span.start <= span.end && editable.get(span.start..span.end).is_some(), "{violation:?}");
            }
        }
    }
}

/// `cargo test --release --lib guardrail::tests::speed -- --ignored --nocapture`
#[test]
#[ignore = "prints a time"]
#[allow(clippy::print_stdout)]
fn speed() {
    let mut all = GUARD.base.clone();
    all.bullets = sim::BULLETS.iter().map(|rule| (*rule).to_owned()).collect();
    let _ = GUARD.check(&all, None);
    let started = std::time::Instant::now();
    for _ in 0..200 {
        assert!(GUARD.check(&all, None).is_empty());
    }
    println!("{:?} for a candidate with {} rules", started.elapsed() / 200, all.bullets.len());
}
