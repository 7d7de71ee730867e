//! A rubric as a stored judge carries it → [`Rubric`], with the checks that make one: no rating off its scale, no level
//! without its anchor, nothing unseen that a judge must see.

use super::{Anchor, BadDerived, Contract, Field, Rubric};
use crate::domain::Scale;
use serde::Deserialize;
use std::collections::BTreeSet;

/// As it is serialised, before anything is known of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stored {
    id: String,
    title: String,
    task: String,
    scale: Scale,
    anchors: Vec<StoredAnchor>,
    criteria: Vec<String>,
    fields: Vec<Field>,
    instruction: String,
    contract: Contract,
    invariants: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredAnchor {
    rating: i64,
    name: String,
    text: String,
}

/// Why a stored rubric is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRubric {
    /// A rating that the scale does not have.
    #[error("the anchor `{rating}` is off the scale {scale}")]
    OffScale {
        /// The rating.
        rating: i64,
        /// The scale.
        scale: Scale,
    },
    /// Not exactly one anchor for each rating, from high to low.
    #[error("the anchors are not one for each rating of the scale {0}, from high to low")]
    Anchors(Scale),
    /// Query or document are not shown, or a field is shown twice or empty.
    #[error("the fields do not show query and document, each once")]
    Fields,
    /// The contract names a field twice, or not at all.
    #[error("the output contract names a field twice, or not at all")]
    Contract,
    /// Fields and formula make no rating.
    #[error(transparent)]
    Derived(#[from] BadDerived),
}

impl TryFrom<Stored> for Rubric {
    type Error = BadRubric;

    fn try_from(stored: Stored) -> Result<Self, BadRubric> {
        let scale = stored.scale;
        let anchor = |a: StoredAnchor| match scale.rating(a.rating) {
            Some(rating) => Ok(Anchor { rating, name: a.name, text: a.text }),
            None => Err(BadRubric::OffScale { rating: a.rating, scale }),
        };
        let anchors = stored.anchors.into_iter().map(anchor).collect::<Result<Vec<Anchor>, BadRubric>>()?;
        if !anchors.iter().map(|a| a.rating).eq(scale.ratings().rev()) {
            return Err(BadRubric::Anchors(scale));
        }
        let shown: BTreeSet<&str> = stored.fields.iter().map(|f| f.name.as_str()).collect();
        let complete = shown.contains("query") && shown.contains("document");
        if !complete || shown.len() != stored.fields.len() || stored.fields.iter().any(|f| f.max_chars == 0) {
            return Err(BadRubric::Fields);
        }
        let contract = &stored.contract;
        let names = [Some(&contract.rating), Some(&contract.rationale), contract.confidence.as_ref()];
        let names: Vec<&String> = names.into_iter().flatten().collect();
        if names.iter().any(|n| n.is_empty()) || names.iter().collect::<BTreeSet<_>>().len() != names.len() {
            return Err(BadRubric::Contract);
        }
        if let Some(derived) = &contract.derived {
            derived.check(scale, &names.iter().map(|name| name.as_str()).collect::<Vec<_>>())?;
        }
        Ok(Self {
            id: stored.id,
            title: stored.title,
            task: stored.task,
            scale,
            anchors,
            criteria: stored.criteria,
            fields: stored.fields,
            instruction: stored.instruction,
            contract: stored.contract,
            invariants: stored.invariants,
            frozen: Vec::new(),
            forbidden: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rubric::shipped;

    fn read(from: &str, to: &str) -> String {
        let text = serde_json::to_string(&shipped()).unwrap();
        assert!(text.contains(from), "the rubric has no {from}");
        let read: Result<Rubric, _> = serde_json::from_str(&text.replacen(from, to, 1));
        let text = read.expect_err("the rubric is broken").to_string();
        // The JSON reader adds where it stood.
        text.split(" at line ").next().unwrap().to_owned()
    }

    #[test]
    fn a_stored_rubric_is_the_same_rubric() {
        let text = serde_json::to_string(&shipped()).unwrap();
        let read = serde_json::from_str::<Rubric>(&text).unwrap();
        // What only holds revisions back is not stored.
        assert_eq!(read, Rubric { frozen: Vec::new(), forbidden: Vec::new(), ..shipped() });
    }

    #[test]
    fn no_rating_off_its_scale_comes_out_of_a_file() {
        assert_eq!(read("{\"rating\":5,", "{\"rating\":6,"), "the anchor `6` is off the scale 1–5");
        assert_eq!(
            read("{\"rating\":5,", "{\"rating\":4,"),
            "the anchors are not one for each rating of the scale 1–5, from high to low"
        );
        assert_eq!(read("\"max\":5", "\"max\":1"), "`1`–`1` is no scale: it must rise and have 2 to 11 levels");
    }

    #[test]
    fn what_a_judge_must_see_and_answer_is_checked_again() {
        assert_eq!(
            read("\"name\":\"document\"", "\"name\":\"body\""),
            "the fields do not show query and document, each once"
        );
        assert_eq!(
            read("\"rationale\":\"rationale\"", "\"rationale\":\"rating\""),
            "the output contract names a field twice, or not at all"
        );
        assert!(read("\"id\":", "\"extra\":1,\"id\":").starts_with("unknown field `extra`"));
    }
}
