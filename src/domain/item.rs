//! What is rated: (query, document) pairs, and what people said of them.

use super::Rating;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Identity of an item inside one dataset. Results are ordered by it before any statistic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemId(Arc<str>);

/// The query that an item belongs to: the unit of splitting and of resampling.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GroupId(Arc<str>);

macro_rules! text_id {
    ($name:ident) => {
        impl $name {
            /// The identity with this text.
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            /// The text as it stands in the file.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
text_id!(ItemId);
text_id!(GroupId);

/// One (query, document) pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Unique in its dataset.
    pub id: ItemId,
    /// The query's identity.
    pub group: GroupId,
    /// What was searched for.
    pub query: String,
    /// The document's title, if it has one.
    pub title: Option<String>,
    /// The document's text.
    pub document: String,
    /// All other columns: metadata shown to the judge when the rubric lists it, and slice tags of reports.
    pub meta: BTreeMap<String, String>,
}

/// What one person said of one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HumanRating {
    /// The rated item.
    pub item: ItemId,
    /// Who rated it.
    pub annotator: Arc<str>,
    /// The rating, on the rubric's scale.
    pub rating: Rating,
    /// Why, in the annotator's words.
    pub rationale: Option<String>,
    /// Where the rating comes from (a campaign, a tool).
    pub source: Option<String>,
}
