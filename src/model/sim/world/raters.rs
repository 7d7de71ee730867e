//! Three people rate each item, each in their own way.

use super::super::considerations::Consideration;
use super::{ANNOTATORS, Core, Draw, WorldItem};
use crate::domain::{HumanRating, Scale};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Annotator, severity in rating points (negative: severe), and spread.
const POOL: [(&str, f64, f64); 5] =
    [("ada", -0.25, 0.42), ("ben", 0.20, 0.42), ("chi", 0.0, 0.50), ("dor", -0.10, 0.45), ("eli", 0.25, 0.38)];

#[derive(Deserialize)]
struct Wordings {
    core: BTreeMap<String, Vec<String>>,
    consideration: BTreeMap<String, Vec<String>>,
}

static WORDINGS: LazyLock<Wordings> = LazyLock::new(|| {
    toml::from_str(include_str!("rationales.toml")).expect("the embedded wordings are valid: a test reads them")
});

/// The ratings of one item by three of the pool; who rates depends on the query.
pub(super) fn rate(seed: u64, world: &WorldItem) -> Vec<HumanRating> {
    let mut who: Vec<_> = POOL.to_vec();
    super::draw(seed, "world shift", world.item.group.as_str()).shuffle(&mut who);
    who.truncate(ANNOTATORS);
    who.sort_by_key(|(name, ..)| *name);
    let scale = Scale::new(1, 5).expect("1–5 is a scale");
    let one = |(name, severity, spread): (&'static str, f64, f64)| {
        let mut d = super::draw(seed, "world rating", &format!("{} {name}", world.item.id));
        let felt = world.latent.score() + severity + spread * d.normal();
        let rating = scale.rating((felt.round() as i64).clamp(1, 5)).expect("clamped into 1–5");
        HumanRating {
            item: world.item.id.clone(),
            annotator: name.into(),
            rating,
            rationale: Some(rationale(world, &mut d)),
            source: None,
        }
    };
    who.into_iter().map(one).collect()
}

/// In plain words: what the document is, and what counted. The weightiest points are nearly always named, others
/// often.
fn rationale(world: &WorldItem, d: &mut Draw) -> String {
    let words = &*WORDINGS;
    let mut said: Vec<&str> = Vec::new();
    let core = match world.latent.core {
        Core::Answer => Some("answer"),
        Core::Other => Some("other"),
        Core::Unrelated => Some("none"),
        Core::Keywords | Core::Passing | Core::Question | Core::Link => None,
    };
    let all: Vec<Consideration> = world.latent.considerations.iter().collect();
    if let Some(core) = core.filter(|c| *c != "answer" || all.is_empty() || d.chance(0.5)) {
        said.push(d.pick(&words.core[core]).as_str());
    }
    if world.latent.core != Core::Unrelated {
        for c in all {
            if d.chance(if c.raises() { 0.8 } else { 0.93 }) {
                said.push(d.pick(&words.consideration[c.key()]).as_str());
            }
        }
    }
    if said.is_empty() {
        said.push(d.pick(&words.core[core.unwrap_or("other")]).as_str());
    }
    said.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_consideration_can_be_put_into_words_and_no_wording_is_its_machine_name() {
        for c in Consideration::ALL {
            let ways = &WORDINGS.consideration[c.key()];
            assert!(ways.len() >= 3, "{c}");
            assert!(ways.iter().all(|w| !w.contains('_')), "{c}");
        }
    }
}
