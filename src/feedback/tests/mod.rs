//! Cases to speak of.

#![allow(clippy::unwrap_used)]

mod choosing;
mod golden;
mod messages;

use super::{Case, Example, Said};
use crate::audit::Opinion;
use crate::domain::{GroupId, Item, ItemId, Malformed, Scale};
use crate::rubric::{self, Anchor, Rubric};
use std::collections::BTreeMap;
use std::sync::Arc;

fn item(id: &str) -> Item {
    Item {
        id: ItemId::new(id),
        group: GroupId::new("q1"),
        query: "how do I reset the badge printer".into(),
        title: Some("Badge printer, second floor".into()),
        document: "Hold the button for five seconds.\nThen feed one blank card.".into(),
        meta: BTreeMap::from([("date".into(), "2019-03-02".into()), ("secret".into(), "not shown".into())]),
    }
}

fn opinions(scale: Scale, said: &[(i64, Option<&str>)]) -> Vec<Opinion> {
    let opinion = |(n, (rating, why)): (usize, &(i64, Option<&str>))| Opinion {
        annotator: format!("Ana Nimm {n}"),
        rating: scale.rating(*rating).unwrap(),
        rationale: why.map(str::to_owned),
    };
    said.iter().enumerate().map(opinion).collect()
}

fn example(item: Item, rubric: &Rubric, people: &[(i64, Option<&str>)]) -> Example {
    Example::new(Arc::new(item), opinions(rubric.scale, people), rubric.scale).unwrap()
}

fn rated(rubric: &Rubric, rating: i64, rationale: Option<&str>) -> Said {
    Said::Rated { rating: rubric.scale.rating(rating).unwrap(), rationale: rationale.map(str::to_owned) }
}

fn malformed(reason: Malformed, excerpt: &str) -> Said {
    Said::Malformed { reason, excerpt: excerpt.into() }
}

/// Examples and what was said of them, for tests that need many.
#[derive(Debug)]
struct Many(Vec<(Example, Said)>);

impl Many {
    /// One item for each `(gold, why, said)`, with ids `i00`, `i01`, …
    fn of(rubric: &Rubric, all: Vec<(i64, &str, Said)>) -> Self {
        let made = all.into_iter().enumerate();
        Self(
            made.map(|(n, (g, why, said))| (example(item(&format!("i{n:02}")), rubric, &[(g, Some(why))]), said))
                .collect(),
        )
    }

    fn cases(&self) -> Vec<Case<'_>> {
        self.0.iter().map(|(example, said)| Case { example, said }).collect()
    }
}

/// A rubric on 0–3 with an invariant of its own.
fn zero_to_three() -> Rubric {
    let mut rubric = rubric::shipped();
    rubric.scale = Scale::new(0, 3).unwrap();
    let names = ["Perfect", "High", "Related", "Nothing"];
    rubric.anchors = (rubric.scale.ratings().rev().zip(names))
        .map(|(rating, name)| Anchor { rating, name: name.into(), text: format!("{name}.") })
        .collect();
    rubric.invariants.push("Never name a colleague.".into());
    rubric
}
