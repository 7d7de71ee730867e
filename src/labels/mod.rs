//! Items and ratings in every format ↔ [`crate::domain`]; group-wise splits.
//!
//! | format | extensions | items | human ratings | judge ratings | labels that we write |
//! |---|---|---|---|---|---|
//! | JSON Lines | `.jsonl`, `.ndjson` | yes | yes | yes | yes |
//! | CSV, TSV | `.csv`, `.tsv` | yes | yes | yes | yes |
//! | Parquet | `.parquet` | yes | yes | yes | yes |
//! | TREC | `.qrels`, `.qrels_jg` | – | yes | yes | rated ones |
//!
//! What always holds:
//! - Reading streams: memory is flat in the number of items. Ratings are collected, because they are joined and sorted.
//! - Nothing is truncated, defaulted or clamped. What a named policy changes is counted in [`Counts`].
//! - An error names the file and the line (in Parquet the row), and what to do.
//! - A file that we write is there as a whole or not at all.
//! - `human_rating` and `human_rationale` beside an item never become metadata: a judge must not see them.
//!
//! TREC ids: the item id is `query:document`, and the document may hold further colons. The second field of a line is
//! the annotator (or judge), except `0` and `Q0`, which name nobody.
//!
//! CSV cells keep the exact text, also where it starts with `=`, `+`, `-` or `@`. A guard against spreadsheet formulas
//! would change the data that comes back; open such files as text.

mod columns;
mod delimited;
mod error;
mod file;
mod human;
mod items;
mod jsonl;
mod judge;
mod lines;
mod parquet;
mod pattern;
mod rating;
mod real;
mod row;
mod schema;
mod split;
mod table;
mod trec;
mod write;

pub use columns::check_map;
pub use error::{Fault, LabelsError};
pub use human::{Human, NOBODY, read_human};
pub use items::{Items, ItemsSummary, check_items, open_items, read_items};
pub use judge::{JudgeRating, JudgeRows, read_judge, read_replies};
pub use pattern::IdPattern;
pub use schema::{FileKind, schema};
pub use split::{Fractions, NoFractions, Split, Unsplit, divide, evenest_seed, gold_of_groups, part_of, split};
pub use write::{LabelRow, LabelWriter, fits_qrels, write_human, write_items};

use crate::domain::Place;
use std::collections::BTreeMap;

/// Longest record: 8 MiB.
pub const MAX_LINE: usize = 8 << 20;
/// Longest text of one field: 1 MiB.
pub const MAX_FIELD: usize = 1 << 20;
/// Most columns of a file.
pub const MAX_COLUMNS: usize = 1_000;

/// How a file is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Our name of a column → theirs. Where theirs is absent, ours is looked for: one mapping serves several files.
    /// Where both are there, theirs counts and ours is left out.
    pub map: BTreeMap<String, String>,
    /// What to do about a second row of the same thing.
    pub on_duplicate: OnDuplicate,
    /// What to do about an integer that is not on the scale.
    pub on_off_scale: OnOffScale,
    /// What to do about a judge's rating with a fraction.
    pub on_fraction: OnFraction,
    /// Only ratings with this value in the column `criterion`; files without that column are read whole.
    pub criterion: Option<String>,
    /// The criterion of the judge's ratings, where it is not that of the people's.
    pub judge_criterion: Option<String>,
    /// Only ratings of this judge.
    pub judge: Option<String>,
    /// Only this sample of each item's ratings by a judge; all of them when absent.
    pub sample: Option<u32>,
    /// What ids are made of. A column `query_id` goes before the group that an id names; an id that does not fit is an
    /// error.
    pub id_pattern: Option<IdPattern>,
}

/// What to do about a second row with the same id (of the same annotator; of the same judge and sample).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnDuplicate {
    /// Refuse the file.
    #[default]
    Error,
    /// Keep the last one.
    Last,
}

/// What to do about an integer that is not on the scale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnOffScale {
    /// Refuse the file.
    #[default]
    Error,
    /// Judge ratings become malformed verdicts. People do not produce malformed replies: theirs stay errors.
    Malformed,
    /// Take the nearest end of the scale.
    Clip,
}

/// What to do about a judge's rating with a fraction, such as 7.5. People rate in integers: theirs stay errors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFraction {
    /// Refuse the file.
    #[default]
    Error,
    /// It is a malformed verdict.
    Malformed,
    /// Take the nearest rating, halves up.
    Round,
    /// The same, and keep the real value beside it: how the judge uses the scale is told from that.
    Keep,
}

/// How often a policy was used, and what there was to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows that were looked at (after the choice of criterion and judge).
    pub rows: u64,
    /// Rows dropped because a later one has the same key.
    pub duplicates: u64,
    /// Ratings off the scale that were made malformed or clipped.
    pub off_scale: u64,
    /// Rows without a rating.
    pub missing: u64,
    /// Ratings with a fraction that were made malformed, rounded or kept.
    pub fractions: u64,
}

/// Reads `OURS=THEIRS`, the value of `--map`.
///
/// # Errors
/// When it is not of that form.
pub fn parse_map(text: &str) -> Result<(String, String), LabelsError> {
    match text.split_once('=') {
        Some((ours, theirs)) if !ours.is_empty() && !theirs.is_empty() => Ok((ours.to_owned(), theirs.to_owned())),
        _ => Err(LabelsError::new(Fault::Mapping(text.to_owned()), Place::file("--map"))),
    }
}
