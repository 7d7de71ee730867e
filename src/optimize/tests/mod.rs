//! What the tests of this room share.

#![allow(clippy::unwrap_used)]

mod examples;
mod gepa;
mod library;
pub(super) mod made_up;
mod others;
mod stages;

use super::pool::{Candidate, Operator, Origin, Pool, Rated, Row};
use crate::audit::Opinion;
use crate::domain::{Dev, GroupId, Item, ItemId, Malformed, Scale, Train};
use crate::feedback::{Example, Said};
use crate::guardrail::{Guard, Limits, Screened};
use crate::prompt::Prompt;
use crate::rubric::shipped;
use std::collections::BTreeMap;
use std::sync::Arc;

/// `n` examples on 1–5, six to a query, gold ratings in turn.
pub(super) fn examples(n: usize) -> Vec<Example> {
    let scale = Scale::new(1, 5).unwrap();
    let example = |i: usize| {
        let item = Item {
            id: ItemId::new(format!("i{i:03}")),
            group: GroupId::new(format!("q{}", i / 6)),
            query: format!("query {}", i / 6),
            title: None,
            document: format!("document {i}"),
            meta: BTreeMap::new(),
        };
        let opinion = Opinion { annotator: "ann".into(), rating: scale.at(i % 5), rationale: None };
        Example::new(Arc::new(item), vec![opinion], scale).unwrap()
    };
    (0..n).map(example).collect()
}

fn screened(prompt: Prompt) -> Screened {
    let nothing = (Train(Vec::new()), Dev(Vec::new()));
    Guard::new(&shipped(), &prompt, &nothing.0, &nothing.1, Limits::default()).baseline()
}

/// A pool whose candidates have these losses on dev rows 0, 1, ….
pub(super) fn pool(losses: &[&[f64]]) -> Pool {
    let mut pool = Pool::default();
    for (i, rows) in losses.iter().enumerate() {
        let mut prompt = Prompt::of(&shipped());
        prompt.bullets = vec![format!("Rule {i}.")];
        let origin = Origin { operator: Operator::Baseline, parents: Vec::new(), feedback: Vec::new() };
        let id = pool.admit(Candidate { prompt: screened(prompt), origin });
        for (row, &loss) in rows.iter().enumerate() {
            let said = Said::Malformed { reason: Malformed::Empty, excerpt: String::new() };
            pool.record(id, Row::Dev(row as u32), 0, Rated { said, loss });
        }
    }
    pool
}

/// A baseline, its child, its grandchild …, with these losses on dev rows 0, 1, …; `None` is a malformed reply.
pub(super) fn family(losses: &[Vec<Option<f64>>]) -> Pool {
    let mut pool = Pool::default();
    for (i, rows) in losses.iter().enumerate() {
        let mut prompt = Prompt::of(&shipped());
        prompt.bullets = vec![format!("Rule {i}.")];
        let operator = if i == 0 { Operator::Baseline } else { Operator::Reflect };
        let origin = Origin { operator, parents: i.checked_sub(1).into_iter().collect(), feedback: Vec::new() };
        let id = pool.admit(Candidate { prompt: screened(prompt), origin });
        for (row, loss) in rows.iter().enumerate() {
            let rating = Scale::new(1, 5).unwrap().at(0);
            let said = match loss {
                Some(_) => Said::Rated { rating, rationale: None },
                None => Said::Malformed { reason: Malformed::Empty, excerpt: String::new() },
            };
            pool.record(id, Row::Dev(row as u32), 0, Rated { said, loss: loss.unwrap_or(1.0) });
        }
    }
    pool
}

/// The first `n` dev rows.
pub(super) fn dev(n: u32) -> Vec<Row> {
    (0..n).map(Row::Dev).collect()
}
