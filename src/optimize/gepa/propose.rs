//! From failures to messages, and from replies to ideas worth a trial. Pure.

use super::Knobs;
use crate::domain::ItemId;
use crate::feedback::{Case, Counts, Direction, Other, Reflection, Template, clusters, extract};
use crate::optimize::desk::{Desk, edits};
use crate::optimize::paired::worst_first;
use crate::optimize::pool::{CandidateId, Operator, Origin, Pool, Row};
use crate::optimize::strategy::Written;
use crate::prompt::Prompt;
use std::collections::BTreeSet;

/// Cases that a parent gets right and that a reflection is shown.
const AGREED: usize = 3;
/// Cases of each side that a crossover is shown.
const WINS: usize = 5;
/// Words that a revision may have more than its parent, as the reflection model is told.
const GROWTH: usize = 120;
/// Two rules that share this part of their words say the same.
const SAME: f64 = 0.7;

/// Reflections that were asked for.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub parent: CandidateId,
    /// The other parent of a crossover.
    pub other: Option<CandidateId>,
    /// The rows that each message tells of.
    pub batches: Vec<Vec<Row>>,
    pub messages: Vec<String>,
}

/// Rules that one reflection added.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    pub rules: Vec<String>,
    pub feedback: Vec<ItemId>,
}

/// What replies came to.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Answers that only add rules.
    pub parts: Vec<Part>,
    /// Answers that change more than that, with the items they were written from.
    pub rewrites: Vec<(String, Vec<ItemId>)>,
}

/// Train rows on which a candidate differs from people, the largest loss first.
pub(super) fn failures(desk: &Desk<'_>, id: CandidateId) -> Vec<Row> {
    let pool = desk.pool();
    let differs = |row: Row| {
        let loss = pool.rated(id).get(&(row, 0))?.loss;
        (desk.case(id, row)?.direction() != Direction::Agreed).then_some((row, loss))
    };
    let rows = pool.rated(id).keys().map(|key| key.0).filter(|row| matches!(row, Row::Train(_)));
    let mut found: Vec<(Row, f64)> = rows.filter_map(differs).collect();
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    found.into_iter().map(|(row, _)| row).collect()
}

/// The messages that ask for revisions of `parent` from these failures.
pub(super) fn ask(
    desk: &Desk<'_>,
    parent: CandidateId,
    failures: &[Row],
    template: Template,
    knobs: &Knobs,
    kept: &[CandidateId],
    rows: &[Row],
) -> Asked {
    let read = &failures[..failures.len().min(knobs.failures * knobs.width)];
    let cases: Vec<Case<'_>> = read.iter().filter_map(|row| desk.case(parent, *row)).collect();
    let groups = clusters(&cases, read.len().div_ceil(knobs.failures).min(knobs.width), desk.seed());
    let rival = (template == Template::Crossover).then(|| rival(desk.pool(), parent, kept, rows)).flatten();
    let seen = desk.pool().rated(parent).keys().map(|key| key.0).filter(|row| matches!(row, Row::Train(_)));
    let all: Vec<Case<'_>> = seen.filter_map(|row| desk.case(parent, row)).collect();
    let agreed: Vec<Case<'_>> =
        all.iter().copied().filter(|case| case.direction() == Direction::Agreed).take(AGREED).collect();
    let current = desk.pool().prompt(parent).editable();
    let reminders = desk.reminders(parent);
    let message = |group: &Vec<usize>| {
        let cases: Vec<Case<'_>> = group.iter().map(|&i| cases[i]).collect();
        let other = rival.map(|id| (desk.pool().prompt(id).editable(), wins(desk, parent, id), wins(desk, id, parent)));
        template.message(&Reflection {
            rubric: desk.rubric(),
            current: &current,
            contract: &desk.pool().prompt(parent).contract,
            counts: Counts::of(&all),
            cases: &cases,
            agreed: &agreed,
            rejected: &reminders,
            word_budget: current.split_whitespace().count() + GROWTH,
            other: other.as_ref().map(|(text, wins, losses)| Other { text, wins, losses }),
        })
    };
    Asked {
        parent,
        other: rival,
        messages: groups.iter().map(message).collect(),
        batches: groups.iter().map(|group| group.iter().map(|&i| read[i]).collect()).collect(),
    }
}

/// The best other candidate of another line: neither an ancestor nor a descendant.
fn rival(pool: &Pool, parent: CandidateId, kept: &[CandidateId], rows: &[Row]) -> Option<CandidateId> {
    let sorted = worst_first(pool, kept, rows);
    sorted.into_iter().rev().find(|&id| id != parent && !pool.descends(id, parent) && !pool.descends(parent, id))
}

/// What `id` said on train rows where `other` is nearer to people.
fn wins<'a>(desk: &'a Desk<'_>, id: CandidateId, other: CandidateId) -> Vec<Case<'a>> {
    let pool = desk.pool();
    let rows = pool.rated(id).keys().map(|key| key.0).filter(|row| matches!(row, Row::Train(_)));
    let nearer = |row: &Row| matches!((pool.loss(id, *row), pool.loss(other, *row)), (Some(a), Some(b)) if b < a);
    rows.filter(nearer).take(WINS).filter_map(|row| desk.case(id, row)).collect()
}

/// Takes replies apart: what cannot be used or breaks a rule is logged and left out.
pub(super) fn read(desk: &mut Desk<'_>, asked: &Asked, replies: Vec<Written>) -> Found {
    let mut found = Found::default();
    let items = |desk: &Desk<'_>, rows: &[Row]| -> Vec<ItemId> {
        rows.iter().map(|row| desk.materials().example(*row).item.id.clone()).collect()
    };
    for (reply, rows) in replies.into_iter().zip(&asked.batches) {
        let feedback = items(desk, rows);
        let parents = std::iter::once(asked.parent).chain(asked.other).collect();
        let operator = if asked.other.is_some() { Operator::Crossover } else { Operator::Reflect };
        let origin = Origin { operator, parents, feedback: feedback.clone() };
        let text = match extract(&reply.text, reply.finish.as_deref()) {
            Ok(text) => text,
            Err(why) => {
                desk.unusable(&reply.text, origin, &why);
                continue;
            }
        };
        if desk.check(&text, origin).is_err() {
            continue;
        }
        let parent = desk.pool().prompt(asked.parent);
        let child = parent.revised(&text);
        let changed = edits(parent, &child);
        if changed.removed.is_empty() && child.instruction == parent.instruction {
            let known = |rule: &String| found.parts.iter().flat_map(|part| &part.rules).any(|other| same(rule, other));
            let rules: Vec<String> = changed.added.into_iter().filter(|rule| !known(rule)).collect();
            if !rules.is_empty() {
                found.parts.push(Part { rules, feedback });
            }
        } else {
            found.rewrites.push((text, feedback));
        }
    }
    found
}

/// Two rules in nearly the same words.
fn same(a: &str, b: &str) -> bool {
    let words = |text: &str| -> BTreeSet<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
    };
    let (a, b) = (words(a), words(b));
    let shared = a.intersection(&b).count() as f64;
    shared >= SAME * a.union(&b).count() as f64
}

/// A prompt's text with the rules of some parts after its own.
pub(super) fn with(prompt: &Prompt, parts: &[Part]) -> String {
    let mut prompt = prompt.clone();
    for rule in parts.iter().flat_map(|part| &part.rules) {
        if !prompt.bullets.iter().any(|own| same(own, rule)) {
            prompt.bullets.push(rule.clone());
        }
    }
    prompt.editable()
}

/// A prompt's text without one of its rules; `None` when it has no such rule.
pub(super) fn without(prompt: &Prompt, rule: &str) -> Option<String> {
    let at = prompt.bullets.iter().position(|own| own == rule)?;
    let mut prompt = prompt.clone();
    prompt.bullets.remove(at);
    Some(prompt.editable())
}

/// Rules of a candidate that may do harm, at most `most`: those that came with most others, and so were tried the least.
pub(super) fn suspects(pool: &Pool, id: CandidateId, most: usize) -> Vec<String> {
    let (mut found, mut at) = (Vec::new(), id);
    while let Some(&parent) = pool.candidate(at).origin.parents.first() {
        let added = edits(pool.prompt(parent), pool.prompt(at)).added;
        found.push(added);
        at = parent;
    }
    found.sort_by_key(|added| std::cmp::Reverse(added.len()));
    let rules = &pool.prompt(id).bullets;
    found.into_iter().flatten().filter(|rule| rules.contains(rule)).take(most).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::rubric::shipped;

    fn part(rules: &[&str]) -> Part {
        Part { rules: rules.iter().map(|r| (*r).to_owned()).collect(), feedback: Vec::new() }
    }

    #[test]
    fn parts_are_put_together_and_the_same_rule_stands_once() {
        let prompt = Prompt::of(&shipped());
        let text = with(&prompt, &[part(&["Rate drafts lower."]), part(&["Rate drafts lower", "Rate links lower."])]);
        assert_eq!(prompt.revised(&text).bullets, ["Rate drafts lower.", "Rate links lower."]);
    }

    #[test]
    fn a_rule_can_be_left_out_if_it_is_there() {
        let mut prompt = Prompt::of(&shipped());
        prompt.bullets = vec!["One rule.".into(), "Another rule.".into()];
        let text = without(&prompt, "One rule.").unwrap();
        assert_eq!(prompt.revised(&text).bullets, ["Another rule."]);
        assert_eq!(without(&prompt, "No rule."), None);
    }
}
