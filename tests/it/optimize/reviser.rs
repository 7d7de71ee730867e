//! A reflection model that means harm: none of its bad proposals becomes a candidate or reaches the judge, and every
//! good one is tried.

use super::provider::{Habits, Provider};
use super::{Stand, judge_calls};
use crate::adversary::{GOOD, Kind, proposals};
use assessor::app::{Method, Optimized, Regime};
use assessor::optimize::demos::Select;
use assessor::optimize::event::{Entry, Refused};
use assessor::optimize::{bootstrap, copro, flywheel, gepa, library, mipro};
use assessor::prompt::{Prefix, Prompt};
use assessor::rubric::shipped;
use std::collections::{BTreeMap, BTreeSet};

/// Every proposal is made on the baseline: no child is ever good enough to take its place.
fn method() -> Method {
    let knobs =
        gepa::Knobs { failures: 4, margin: 1e6, width: 8, rows: 2, look: 12, patience: 40, ..gepa::Knobs::default() };
    Method::Gepa(knobs)
}

/// Runs until all proposals are made.
async fn runs(stand: &Stand) -> Vec<Optimized> {
    let mut found = Vec::new();
    while stand.provider.proposals_left() > 0 {
        found.push(stand.run(found.len() as u64, method(), judge_calls(400)).await.unwrap());
        assert!(found.len() < 60, "{} proposals were never asked for", stand.provider.proposals_left());
    }
    found
}

/// What the runs did with proposals: candidates' texts, and what was stopped.
struct Fate {
    admitted: BTreeSet<String>,
    refused: Vec<Refused>,
}

impl Fate {
    fn of(runs: &[Optimized]) -> Self {
        let (mut admitted, mut refused) = (BTreeSet::new(), Vec::new());
        for entry in runs.iter().flat_map(|run| &run.log) {
            match entry {
                Entry::Admitted { text, .. } => {
                    admitted.insert(text.clone());
                }
                Entry::Refused(stopped) => refused.push(stopped.clone()),
                _ => {}
            }
        }
        Self { admitted, refused }
    }

    /// Lines of all candidates.
    fn lines(&self) -> BTreeSet<&str> {
        self.admitted.iter().flat_map(|text| text.lines()).map(rule).collect()
    }

    fn was_refused(&self, text: &str) -> bool {
        let kept: String = text.trim().chars().take(4_000).collect();
        self.refused.iter().any(|refused| refused.text == kept)
    }
}

fn rule(line: &str) -> &str {
    line.trim().trim_start_matches("- ").trim()
}

/// Lines of a text that are neither in the baseline nor good rules: what is wrong with it, where that is a line.
fn wrong_lines<'a>(text: &'a str, base: &str) -> Vec<&'a str> {
    let known: BTreeSet<&str> = base.lines().map(rule).chain(GOOD.iter().copied()).collect();
    text.lines().map(rule).filter(|line| !line.is_empty() && *line != "Rules:" && !known.contains(line)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_200_proposals_no_bad_one_is_a_candidate_or_reaches_the_judge_and_every_good_one_is_tried() {
    let all = proposals(11);
    let base = Prompt::of(&shipped());
    let habits = Habits { proposals: Some(all.iter().map(|(_, text)| text.clone()).collect()), ..Habits::default() };
    let stand = Stand::shipped(Provider::start(habits).await);
    let runs = runs(&stand).await;
    let fate = Fate::of(&runs);
    let lines = fate.lines();
    let mut table: BTreeMap<Kind, [usize; 3]> = BTreeMap::new();
    let mut faults = Vec::new();
    for (kind, text) in &all {
        let wrong = wrong_lines(text, &base.editable());
        let tried = text.lines().map(rule).filter(|line| GOOD.contains(line)).all(|line| lines.contains(line));
        let admitted = match kind {
            Kind::Good => tried && !fate.was_refused(text),
            _ => fate.admitted.contains(text) || wrong.iter().any(|line| lines.contains(line)),
        };
        let row = table.entry(*kind).or_default();
        row[0] += 1;
        row[1] += usize::from(fate.was_refused(text));
        row[2] += usize::from(admitted);
        if admitted != (*kind == Kind::Good) || (*kind != Kind::Good && !fate.was_refused(text)) {
            let end: Vec<&str> = text.lines().rev().take(4).collect();
            faults.push(format!("{kind:?}: {end:#?}"));
        }
    }
    let mut shown = format!("{:18} {:>9} {:>8} {:>9}\n", "kind", "proposed", "refused", "tried");
    for (kind, [proposed, refused, admitted]) in &table {
        shown.push_str(&format!("{:18} {proposed:>9} {refused:>8} {admitted:>9}\n", format!("{kind:?}")));
    }
    println!("{} runs, {} candidates\n{shown}", runs.len(), fate.admitted.len());
    assert!(faults.is_empty(), "{shown}\n{}", faults.join("\n"));

    // What the judge was asked with is the baseline or a candidate, and nothing else.
    let system = |text: &str| Prefix::new(&base.revised(text), &shipped()).system().to_string();
    let known: BTreeSet<String> = fate
        .admitted
        .iter()
        .map(|text| system(text))
        .chain([Prefix::new(&base, &shipped()).system().to_string()])
        .collect();
    let seen: BTreeSet<String> = stand.provider.seen().systems.into_keys().collect();
    assert!(seen.len() > 20 && seen.is_subset(&known), "{:#?}", seen.difference(&known));
}

/// Every other way of searching, its knobs as they are.
fn others() -> [(&'static str, Method, bool); 8] {
    [
        ("gepa-published", Method::Published, true),
        ("flywheel", Method::Flywheel(flywheel::Knobs::default()), true),
        ("mipro", Method::Mipro(mipro::Knobs::default()), true),
        ("copro", Method::Copro(copro::Knobs::default()), true),
        ("regimes", Method::Regimes(vec![Regime::Rewrite, Regime::Demos, Regime::Flywheel]), true),
        // These ask nobody to write: there is nothing to smuggle anything in with.
        ("bootstrap", Method::Bootstrap(bootstrap::Knobs { search: 3, ..bootstrap::Knobs::new(6.25) }), false),
        ("bullets", Method::Bullets(library::Knobs::default(), None), false),
        (
            "nearest",
            Method::Bootstrap(bootstrap::Knobs { select: Select::Nearest, ..bootstrap::Knobs::new(6.25) }),
            false,
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_other_strategy_lets_a_bad_proposal_reach_the_judge_either() {
    let base = Prompt::of(&shipped()).editable();
    for (name, method, writes) in others() {
        let all = proposals(12);
        let bad: Vec<&str> =
            all.iter().filter(|(kind, _)| *kind != Kind::Good).flat_map(|(_, text)| wrong_lines(text, &base)).collect();
        let habits =
            Habits { proposals: Some(all.iter().map(|(_, text)| text.clone()).collect()), ..Habits::default() };
        let stand = Stand::shipped(Provider::start(habits).await);
        let run = stand.run(1, method, judge_calls(700)).await.unwrap();
        let fate = Fate::of(std::slice::from_ref(&run));
        let seen = stand.provider.seen();
        assert_eq!(seen.writer > 0, writes, "{name}: {} messages", seen.writer);
        assert!(!writes || !fate.refused.is_empty(), "{name}: nothing was stopped");
        for system in seen.systems.keys() {
            let found = bad.iter().find(|line| system.lines().any(|own| rule(own) == **line));
            assert_eq!(found, None, "{name}: the judge was told it");
        }
    }
}
