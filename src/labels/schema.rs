//! JSON Schemas of one row of each file, for `assessor schema`.

use schemars::{JsonSchema, schema_for};

/// The files of this room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// What is to be rated.
    Items,
    /// Ratings by people.
    Human,
    /// Ratings by a judge, made elsewhere.
    Judge,
    /// Labels that we write.
    Labels,
}

/// JSON Schema of one row (one line of JSONL).
pub fn schema(kind: FileKind) -> serde_json::Value {
    match kind {
        FileKind::Items => schema_for!(ItemRow),
        FileKind::Human => schema_for!(HumanRow),
        FileKind::Judge => schema_for!(JudgeRow),
        FileKind::Labels => schema_for!(LabelsRow),
    }
    .to_value()
}

/// Text; integers are taken as text.
#[derive(JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "only its schema is used")]
enum Text {
    Text(String),
    Integer(i64),
}

/// An integer on the rubric's scale, as a number or as text.
#[derive(JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "only its schema is used")]
enum RatingCell {
    Number(f64),
    Text(String),
}

/// A column that is always there, with a value or null.
#[derive(JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "only its schema is used")]
enum Nullable<T> {
    Value(T),
    Null(()),
}

/// One (query, document) pair. Further columns are metadata.
#[derive(JsonSchema)]
#[schemars(title = "Item")]
#[allow(dead_code, reason = "only its schema is used")]
struct ItemRow {
    /// Unique in the file.
    id: Text,
    /// The query's identity: the unit of splitting and of resampling.
    query_id: Text,
    /// What was searched for.
    query: Text,
    /// The document's title.
    title: Option<Text>,
    /// The document's text; may be empty.
    document: Text,
    /// A person's rating; never shown to a judge.
    human_rating: Option<RatingCell>,
    /// Why that person gave it; never shown to a judge.
    human_rationale: Option<Text>,
}

/// What one person said of one item.
#[derive(JsonSchema)]
#[schemars(title = "Human rating")]
#[allow(dead_code, reason = "only its schema is used")]
struct HumanRow {
    /// The rated item.
    id: Text,
    /// Its query.
    query_id: Option<Text>,
    /// Who rated it.
    annotator: Text,
    /// The rating; null or empty where this person gave none.
    rating: Nullable<RatingCell>,
    /// Why.
    rationale: Option<Text>,
    /// Where the rating comes from.
    source: Option<Text>,
    /// What was rated, in files that rate several things; see `--criterion`.
    criterion: Option<Text>,
}

/// What a judge said of one item, made elsewhere.
#[derive(JsonSchema)]
#[schemars(title = "Judge rating")]
#[allow(dead_code, reason = "only its schema is used")]
struct JudgeRow {
    /// The rated item.
    id: Text,
    /// Its query.
    query_id: Option<Text>,
    /// The rating; null or empty where the reply held none.
    rating: Nullable<RatingCell>,
    /// Which of several samples, from 0.
    sample: Option<u32>,
    /// Which judge; the file's name where there is no such column.
    judge: Option<Text>,
    /// The reply that the rating was read from; `--from-raw` reads it again.
    raw: Option<Text>,
    /// What was rated, in files that rate several things; see `--criterion`.
    criterion: Option<Text>,
}

/// A label that `assessor label` writes.
#[derive(JsonSchema)]
#[schemars(title = "Label", deny_unknown_fields)]
#[allow(dead_code, reason = "only its schema is used")]
struct LabelsRow {
    /// The rated item.
    id: String,
    /// The rating; null unless the outcome is `rated`.
    rating: Nullable<i64>,
    /// `rated`, `malformed:REASON` or `not-run:REASON`.
    #[schemars(regex(pattern = r"^(rated|malformed:[a-z-]+|not-run:[a-z-]+)$"))]
    outcome: String,
    /// The judge's reasoning.
    rationale: Nullable<String>,
    /// The step of the reply ladder that read the rating.
    rung: Nullable<String>,
    /// Hash of the judge.
    judge: String,
    /// The model that was asked.
    model_asked: String,
    /// The model that answered.
    model_served: Nullable<String>,
    /// Which of several samples, from 0.
    sample: u32,
    /// Prompt tokens.
    tokens_in: Nullable<u64>,
    /// Prompt tokens that the provider had in its cache.
    tokens_cached: Nullable<u64>,
    /// Completion tokens.
    tokens_out: Nullable<u64>,
    /// US dollars.
    cost_usd: Nullable<f64>,
    /// Milliseconds from request to reply.
    latency_ms: Nullable<u64>,
    /// The real value that was rounded to the rating; only in labels of judges with a formula or a map.
    rating_exact: Option<f64>,
    /// The same before the judge's map.
    rating_raw: Option<f64>,
    /// The numeric fields of the reply, as JSON: name, what was said, what counted.
    rating_fields: Option<String>,
    /// Names of fields whose values were moved onto their scales, separated by blanks.
    clamped: Option<String>,
}
