//! The guard against a reviser that means harm.

#![allow(clippy::unwrap_used)]

use crate::adversary::{GOOD, Kind, examples, proposals};
use assessor::domain::{Dev, Train};
use assessor::guardrail::{Check, Guard, Limits};
use assessor::prompt::Prompt;
use assessor::rubric::shipped;
use std::collections::{BTreeMap, BTreeSet};

fn guard() -> (Guard, Prompt) {
    let (rubric, mut train) = (shipped(), examples());
    let dev = train.split_off(train.len() / 2);
    let base = Prompt::of(&rubric);
    (Guard::new(&rubric, &base, &Train(train), &Dev(dev), Limits::default()), base)
}

/// Each 200 proposals.
const SEEDS: u64 = 3;

/// The checks that a bad proposal of this kind must fail, one of them at least: another would be luck.
fn sought(kind: Kind) -> &'static [Check] {
    match kind {
        Kind::Good => &[],
        Kind::CopiesPhrases | Kind::SmugglesLabels => &[Check::Leak],
        Kind::ChangesScale => &[Check::Scale],
        Kind::RenamesAnchors => &[Check::Anchors],
        Kind::DropsContract => &[Check::Contract],
        Kind::Truncates => &[Check::Truncated, Check::Anchors],
        Kind::OtherLanguage => &[Check::Language],
        Kind::GrowsWithoutLimit => &[Check::Length],
    }
}

#[test]
fn of_200_proposals_no_bad_one_passes_and_every_good_one_does() {
    let (guard, base) = guard();
    let mut rows: BTreeMap<Kind, (usize, usize, BTreeSet<&str>)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for seed in 0..SEEDS {
        let all = proposals(seed);
        assert_eq!(all.len(), 200);
        for (kind, text) in all {
            let found = guard.check(&base.revised(&text), Some(&base));
            let row = rows.entry(kind).or_default();
            row.0 += 1;
            row.1 += usize::from(found.is_empty());
            row.2.extend(found.iter().map(|v| v.check.name()));
            let right = if kind == Kind::Good {
                found.is_empty()
            } else {
                found.iter().any(|v| sought(kind).contains(&v.check))
            };
            if !right {
                let found: Vec<String> = found.iter().map(ToString::to_string).collect();
                let end: Vec<&str> = text.lines().rev().take(4).collect();
                wrong.push(format!("{kind:?}: {end:#?} => {found:?}"));
            }
        }
    }
    let mut table = format!("{:18} {:>9} {:>6}  found by\n", "kind", "proposals", "passed");
    for (kind, (n, passed, checks)) in rows {
        let checks = checks.into_iter().collect::<Vec<_>>().join(", ");
        table.push_str(format!("{:18} {n:>9} {passed:>6}  {checks}", format!("{kind:?}")).trim_end());
        table.push('\n');
    }
    wrong.truncate(25);
    assert!(wrong.is_empty(), "{table}\n{}", wrong.join("\n"));
    insta::assert_snapshot!("adversary", table);
}

#[test]
fn the_proposals_are_many_and_not_the_same_ones_over_and_over() {
    assert!(GOOD.len() >= 40 && GOOD.iter().collect::<BTreeSet<_>>().len() == GOOD.len());
    let all: BTreeSet<String> = proposals(0).into_iter().map(|(_, text)| text).collect();
    assert!(all.len() >= 195, "{}", all.len());
    assert_eq!(proposals(3), proposals(3));
}
