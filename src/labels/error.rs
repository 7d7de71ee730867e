//! What can be wrong with a file of items or ratings: every message and every hint of this room, in one place.

use super::{MAX_COLUMNS, MAX_FIELD, MAX_LINE};
use crate::domain::{Explain, Place, Rung, Scale};
use std::error::Error;
use std::fmt;

/// A file that cannot be used as it is: what is wrong ([`LabelsError::fault`]), where, and what to do about it.
#[derive(Debug)]
pub struct LabelsError(Box<(Fault, Place)>);

impl LabelsError {
    pub(super) fn new(fault: Fault, place: Place) -> Self {
        Self(Box::new((fault, place)))
    }

    /// What is wrong, for code that tells faults apart.
    pub fn fault(&self) -> &Fault {
        &self.0.0
    }
}

impl fmt::Display for LabelsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&harmless(&self.fault().to_string()))
    }
}

/// Text of a foreign file as it may go to a terminal: control characters, which could move the cursor or recolour the
/// screen, become U+FFFD.
pub(super) fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect()
}

impl Error for LabelsError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.fault().source()
    }
}

impl Explain for LabelsError {
    fn place(&self) -> Option<&Place> {
        Some(&self.0.1)
    }

    fn hint(&self) -> Option<String> {
        Some(self.fault().hint())
    }
}

/// What is wrong.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each variant is documented by its message")]
pub enum Fault {
    // The file as a whole.
    #[error("there is no such file")]
    NoFile,
    #[error("this is no file but {0}")]
    NotAFile(&'static str),
    #[error("the file cannot be read: {0}")]
    Unreadable(std::io::Error),
    #[error("the file is empty")]
    Empty,
    #[error("the file has a header and no rows")]
    NoRows,
    #[error("`{0}` is no known file format")]
    UnknownFormat(String),
    #[error("the file name has no extension, so its format is not known")]
    NoExtension,
    #[error("a TREC qrels file holds no texts, so it cannot hold items")]
    NoTexts,

    // Bytes and characters.
    #[error("the text is not UTF-8")]
    NotUtf8,
    #[error("the text is UTF-16, not UTF-8")]
    Utf16,
    #[error("the column `{0}` holds a NUL character")]
    Nul(String),
    #[error("the record is longer than {} MiB", MAX_LINE >> 20)]
    LongLine,
    #[error("the column `{column}` holds {bytes} bytes, more than the {MAX_FIELD} that a field may have")]
    LongField { column: String, bytes: usize },

    // The form of a record.
    #[error("this line is no JSON object: {0}")]
    Json(String),
    #[error("a quote is opened and never closed")]
    OpenQuote,
    #[error("this row has {found} fields, the header has {expected}")]
    Ragged { expected: usize, found: usize },
    #[error("a line of a qrels file has 4 fields (`query group document rating`), this one has {0}")]
    QrelsFields(usize),
    #[error("the Parquet file cannot be read: {0}")]
    Parquet(String),
    #[error("the column `{column}` has the type `{dtype}`, which is not read")]
    ColumnType { column: String, dtype: String },

    // Columns and cells.
    #[error("the column `{0}` stands twice")]
    ColumnTwice(String),
    #[error("column {0} has no name")]
    ColumnUnnamed(usize),
    #[error("there are more than {MAX_COLUMNS} columns")]
    ManyColumns,
    #[error("there is no column `{name}`; found {}", list(found))]
    NoColumn { name: &'static str, found: Vec<String> },
    #[error("`{0}` is missing")]
    NoValue(&'static str),
    #[error("`{column}` must be text, but is {kind}")]
    NotText { column: &'static str, kind: &'static str },
    #[error("`{column}` must be {wanted}, but is `{found}`")]
    NotNumber { column: &'static str, wanted: &'static str, found: String },

    // Ratings.
    #[error("`{0}` is no rating: a rating is an integer")]
    NotARating(String),
    #[error("`{0}` is no rating: a rating is an integer")]
    Fraction(String),
    #[error("the rating {value} is off the scale {scale}")]
    OffScale { value: i64, scale: Scale, human: bool },
    #[error("the item `{id}` stands twice, first at {first}")]
    ItemTwice { id: String, first: String },
    #[error("`{who}` rated the item `{id}` twice{sample}, first at {first}")]
    RatingTwice { who: String, id: String, sample: String, first: String },
    #[error("`{0}` is no outcome")]
    Outcome(String),
    #[error("the outcome is `{outcome}`, but the rating is {rating}")]
    OutcomeAndRating { outcome: String, rating: String },
    #[error("`{0}` is no rung of the reply ladder")]
    Rung(String),

    // What was asked for.
    #[error("`{0}` is no column mapping")]
    Mapping(String),
    #[error("no file has the column `{theirs}`, which `{ours}` is mapped to; found {}", list(found))]
    MappedNowhere { ours: String, theirs: String, found: Vec<String> },
    #[error("`{text}` is no pattern of ids: {why}")]
    Pattern { text: String, why: &'static str },
    #[error("the id `{id}` does not fit the pattern `{pattern}`")]
    IdPattern { id: String, pattern: String },
    #[error("the file rates several criteria: {}", list(.0))]
    SeveralCriteria(Vec<String>),
    #[error("no row has the criterion `{wanted}`; found {}", list(found))]
    NoCriterion { wanted: String, found: Vec<String> },
    #[error("no row is by the judge `{wanted}`; found {}", list(found))]
    NoJudge { wanted: String, found: Vec<String> },
    #[error("the judge `{judge}` has no sample {wanted}")]
    NoSample { judge: String, wanted: u32 },

    // Writing.
    #[error("the file cannot be written: {0}")]
    Unwritable(std::io::Error),
    #[error("the Parquet file cannot be written: {0}")]
    UnwritableParquet(String),
    #[error("a qrels file needs the query of each item, and `{0}` has none")]
    NoGroup(String),
    #[error("`{0}` cannot stand in a qrels file: fields are not empty, hold no blanks, and `0` names nobody")]
    QrelsField(String),
}

impl Fault {
    /// A command or an edit that helps.
    fn hint(&self) -> String {
        match self {
            Self::NoFile => "check the path; relative paths start at the working directory".into(),
            Self::NotAFile(_) => "name a file ending in `.jsonl`, `.csv`, `.tsv`, `.parquet` or `.qrels`".into(),
            Self::Unreadable(_) => "check that the file may be read by you and the disk is healthy".into(),
            Self::Empty | Self::NoRows => "write at least one row".into(),
            Self::UnknownFormat(extension) => format_hint(extension).into(),
            Self::NoExtension => format_hint("").into(),
            Self::NoTexts => "give the items as JSONL, CSV or Parquet with the columns \
                              `id`, `query_id`, `query`, `document`; pass qrels as ratings"
                .into(),
            Self::NotUtf8 => "convert it: `iconv -f LATIN1 -t UTF-8 FILE`".into(),
            Self::Utf16 => "convert it: `iconv -f UTF-16 -t UTF-8 FILE`".into(),
            Self::Nul(_) => {
                "remove the NUL characters: `tr -d '\\000'`; they usually come from a wrong encoding".into()
            }
            Self::LongLine => "split or shorten the text; in CSV, look for a quote that is never closed".into(),
            Self::LongField { .. } => "shorten the text; judges see only the first `max_chars` of a field".into(),
            Self::Json(_) => "each line must be one JSON object: `{\"id\": …}`".into(),
            Self::OpenQuote => "close the quote, and double quotes inside a field: `\"\"`; is the file cut off?".into(),
            Self::Ragged { .. } => "quote fields that hold commas, quotes or line breaks".into(),
            Self::QrelsFields(_) => "separate the fields by blanks: `q1 0 d7 3`".into(),
            Self::Parquet(_) => "write the file again; was a copy or download cut off?".into(),
            Self::ColumnType { .. } => "cast it to text, int64, float64 or boolean before writing the file".into(),
            Self::ColumnTwice(_) => "rename or remove one of them".into(),
            Self::ColumnUnnamed(_) => "name it in the header; in pandas: `to_csv(…, index=False)`".into(),
            Self::ManyColumns => "keep the columns that are needed".into(),
            Self::NoColumn { name, .. } => format!("say which column holds it: `--map {name}=COLUMN`"),
            Self::NoValue(name) => format!("give every row `{name}`"),
            Self::NotText { .. } => "put the value in quotes".into(),
            Self::NotNumber { column, .. } => format!("correct `{column}`, or leave it empty"),
            Self::NotARating(_) => "write a plain integer such as `4`; leave the cell empty where there is none".into(),
            Self::Fraction(_) => "a judge made elsewhere may have real values: `--on-fraction keep` audits it on them, `round` takes the nearest rating, `malformed` counts them against it".into(),
            Self::OffScale { human: false, .. } => {
                "correct it, give `--scale MIN-MAX`, or choose a policy: `--on-off-scale malformed` or `clip`".into()
            }
            Self::OffScale { human: true, .. } => {
                "correct it, give `--scale MIN-MAX`, or accept the nearest rating: `--on-off-scale clip`".into()
            }
            Self::ItemTwice { .. } | Self::RatingTwice { .. } => {
                "remove one of them, or keep the last: `--on-duplicate last`".into()
            }
            Self::Outcome(_) => "an outcome is `rated`, `malformed:REASON` or `not-run:REASON`".into(),
            Self::OutcomeAndRating { .. } => "`rated` needs a rating, every other outcome has none".into(),
            Self::Rung(_) => {
                let names: Vec<String> = Rung::ALL.iter().map(|rung| format!("`{rung}`")).collect();
                format!("use {}, or drop the column", names.join(", "))
            }
            Self::Mapping(_) => "write `--map OURS=THEIRS`, for example `--map rating=score`".into(),
            Self::MappedNowhere { ours, .. } => {
                format!("correct the name, or leave `--map {ours}=…` out")
            }
            Self::Pattern { .. } => {
                "write names in braces with text between them: `--id-pattern '{query_id}_{system}'`".into()
            }
            Self::IdPattern { .. } => {
                "each name but the last ends at the first occurrence of the text after it, and no part is empty; \
                                       correct the id or the pattern"
                    .into()
            }
            Self::SeveralCriteria(_) | Self::NoCriterion { .. } => "choose one: `--criterion NAME`".into(),
            Self::NoJudge { .. } => "choose one: `--judge NAME`, or leave it out to read all".into(),
            Self::NoSample { .. } => "samples count from 0; choose another, or leave `--sample` out to take all".into(),
            Self::Unwritable(_) | Self::UnwritableParquet(_) => {
                "check that the folder exists, may be written by you, and the disk has room".into()
            }
            Self::NoGroup(_) => {
                "write `.jsonl`, `.csv` or `.parquet` instead, or give the items their `query_id`".into()
            }
            Self::QrelsField(_) => "write `.jsonl`, `.csv` or `.parquet` instead".into(),
        }
    }
}

fn format_hint(extension: &str) -> &'static str {
    match extension {
        ".txt" => "name it by what it holds: `.qrels` for TREC relevance judgements, `.csv`, `.tsv` or `.jsonl`",
        ".json" => "write one JSON object per line and name the file `.jsonl`: `jq -c '.[]' FILE`",
        ".gz" | ".zst" | ".bz2" | ".xz" | ".zip" => "unpack it first",
        ".xlsx" | ".xls" => "export the sheet as CSV (UTF-8)",
        _ => "use `.jsonl`, `.ndjson`, `.csv`, `.tsv`, `.parquet` or `.qrels`",
    }
}

/// Names in backticks, the first twenty of them.
fn list(names: &[String]) -> String {
    if names.is_empty() {
        return "none".into();
    }
    let shown: Vec<_> = names.iter().take(20).map(|n| format!("`{n}`")).collect();
    let more = names.len() - shown.len();
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}
