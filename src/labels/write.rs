//! Labels, items and human ratings to files.

use super::file::Format;
use super::human::NOBODY;
use super::items::OWN;
use super::table::{Kind, OutFile, Table, Value};
use super::trec::document_of;
use super::{Fault, Human, LabelsError, real};
use crate::domain::{GroupId, Item, ItemId, NanoUsd, Place, Usage, Verdict};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

/// One verdict on its way to a file: rating, outcome, rationale and rung are columns of their own there.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelRow {
    /// The item.
    pub id: ItemId,
    /// Its query; needed by TREC qrels only, and no column of the other formats.
    pub group: Option<GroupId>,
    /// The outcome.
    pub verdict: Verdict,
    /// Hash of the judge.
    pub judge: Arc<str>,
    /// The model that was asked.
    pub model_asked: Arc<str>,
    /// The model that answered, as the provider named it.
    pub model_served: Option<Arc<str>>,
    /// Which of several samples, from 0.
    pub sample: u32,
    /// Tokens, where the provider reported them.
    pub usage: Option<Usage>,
    /// Price, where it is known.
    pub cost: Option<NanoUsd>,
    /// Milliseconds from request to reply.
    pub latency_ms: Option<u64>,
}

/// The columns of a label file, in order.
const LABELS: [(&str, Kind); 14] = [
    ("id", Kind::Text),
    ("rating", Kind::Integer),
    ("outcome", Kind::Text),
    ("rationale", Kind::Text),
    ("rung", Kind::Text),
    ("judge", Kind::Text),
    ("model_asked", Kind::Text),
    ("model_served", Kind::Text),
    ("sample", Kind::Integer),
    ("tokens_in", Kind::Integer),
    ("tokens_cached", Kind::Integer),
    ("tokens_out", Kind::Integer),
    ("cost_usd", Kind::Float),
    ("latency_ms", Kind::Integer),
];

/// What comes behind them where ratings are made of more than an integer: by several fields and a formula, by a map.
const MADE: [(&str, Kind); 4] = [
    ("rating_exact", Kind::Float),
    ("rating_raw", Kind::Float),
    ("rating_fields", Kind::Text),
    ("clamped", Kind::Text),
];

/// Writes labels row by row. The file appears when [`LabelWriter::finish`] succeeds; before that, or when the writer is
/// dropped, there is none (and one that was there is untouched).
pub struct LabelWriter {
    sink: Sink,
    outcome: String,
    made: bool,
}

enum Sink {
    Table(Table),
    Qrels(Qrels),
}

impl LabelWriter {
    /// A writer in the format of the extension.
    ///
    /// # Errors
    /// When the extension is unknown or nothing can be written there.
    pub fn create(path: &Path) -> Result<Self, LabelsError> {
        Self::open(path, false)
    }

    /// The same with columns for what ratings were made from: the exact value before rounding, the raw one before the
    /// judge's map, the reply's fields, and which of them were clamped.
    ///
    /// # Errors
    /// As [`LabelWriter::create`].
    pub fn create_made(path: &Path) -> Result<Self, LabelsError> {
        Self::open(path, true)
    }

    fn open(path: &Path, made: bool) -> Result<Self, LabelsError> {
        let columns: Vec<_> = LABELS.iter().chain(MADE.iter().filter(|_| made)).copied().collect();
        let sink = match Format::of(path)? {
            Format::Qrels => Sink::Qrels(Qrels::create(path)?),
            format => Sink::Table(Table::create(path, format, &columns)?),
        };
        Ok(Self { sink, outcome: String::new(), made })
    }

    /// Adds a row. In qrels only a rated one leaves a line: a malformed verdict is an absent line, never a 0.
    ///
    /// # Errors
    /// When the disk refuses it; in qrels also when the row has no group, or an id with white space.
    pub fn write(&mut self, row: &LabelRow) -> Result<(), LabelsError> {
        match &mut self.sink {
            Sink::Table(table) => write_label(table, &mut self.outcome, row, self.made),
            Sink::Qrels(qrels) => match row.verdict.rating() {
                Some(rating) => qrels.write(row.group.as_ref(), NOBODY, &row.id, rating.value()),
                None => Ok(()),
            },
        }
    }

    /// Puts the file in its place, durably.
    ///
    /// # Errors
    /// When the disk refuses it.
    pub fn finish(self) -> Result<(), LabelsError> {
        match self.sink {
            Sink::Table(table) => table.finish(),
            Sink::Qrels(qrels) => qrels.finish(),
        }
    }
}

fn write_label(table: &mut Table, outcome: &mut String, row: &LabelRow, made: bool) -> Result<(), LabelsError> {
    outcome.clear();
    match &row.verdict {
        Verdict::Rated { .. } => outcome.push_str("rated"),
        Verdict::Malformed(reason) => write!(outcome, "malformed:{reason}").expect("a string takes any text"),
        Verdict::NotRun(reason) => write!(outcome, "not-run:{reason}").expect("a string takes any text"),
    }
    let (rating, rationale, rung) = match &row.verdict {
        Verdict::Rated { rating, rationale, rung, .. } => {
            (Value::Integer(rating.value()), rationale.as_deref(), Some(rung.name()))
        }
        Verdict::Malformed(_) | Verdict::NotRun(_) => (Value::Null, None, None),
    };
    let own = [
        Value::Text(row.id.as_str()),
        rating,
        Value::Text(outcome),
        Value::text(rationale),
        Value::text(rung),
        Value::Text(&row.judge),
        Value::Text(&row.model_asked),
        Value::text(row.model_served.as_deref()),
        Value::Integer(i64::from(row.sample)),
        Value::count(row.usage.map(|usage| usage.input)),
        Value::count(row.usage.map(|usage| usage.cached)),
        Value::count(row.usage.map(|usage| usage.output)),
        row.cost.map_or(Value::Null, |cost| Value::Float(cost.usd())),
        Value::count(row.latency_ms),
    ];
    if !made {
        return table.write(&own);
    }
    let (exact, raw, fields, clamped) = real::columns(&row.verdict);
    let float = |value: Option<f64>| value.map_or(Value::Null, Value::Float);
    let more = [float(exact), float(raw), Value::text(fields.as_deref()), Value::text(clamped.as_deref())];
    table.write(&[own.as_slice(), more.as_slice()].concat())
}

/// Writes items: `id`, `query_id`, `query`, `title`, `document`, then all metadata columns by name.
///
/// # Errors
/// When the format holds no texts (TREC), a metadata column has the name of an item's own, or the disk refuses it.
pub fn write_items(path: &Path, items: &[Item]) -> Result<(), LabelsError> {
    let error = |fault| LabelsError::new(fault, crate::domain::Place::file(path.display().to_string()));
    let meta: BTreeSet<&str> = items.iter().flat_map(|item| item.meta.keys().map(String::as_str)).collect();
    if let Some(twice) = meta.iter().find(|name| OWN.contains(name)) {
        return Err(error(Fault::ColumnTwice((*twice).to_owned())));
    }
    let format = Format::of(path)?;
    if format == Format::Qrels {
        return Err(error(Fault::NoTexts));
    }
    let own = ["id", "query_id", "query", "title", "document"];
    let columns: Vec<_> = own.into_iter().chain(meta.iter().copied()).map(|name| (name, Kind::Text)).collect();
    let mut table = Table::create(path, format, &columns)?;
    let mut values = Vec::with_capacity(columns.len());
    for item in items {
        values.clear();
        values.push(Value::Text(item.id.as_str()));
        values.push(Value::Text(item.group.as_str()));
        values.push(Value::Text(&item.query));
        values.push(Value::text(item.title.as_deref()));
        values.push(Value::Text(&item.document));
        values.extend(meta.iter().map(|name| Value::text(item.meta.get(*name).map(String::as_str))));
        table.write(&values)?;
    }
    table.finish()
}

/// Writes human ratings, one per row: `id`, `query_id`, `annotator`, `rating`, `rationale`, `source`; in TREC qrels
/// the annotator is the second field, `0` for [`NOBODY`].
///
/// # Errors
/// When the disk refuses it; in qrels also when an item has no query, or a name cannot stand there.
pub fn write_human(path: &Path, human: &Human) -> Result<(), LabelsError> {
    const COLUMNS: [(&str, Kind); 6] = [
        ("id", Kind::Text),
        ("query_id", Kind::Text),
        ("annotator", Kind::Text),
        ("rating", Kind::Integer),
        ("rationale", Kind::Text),
        ("source", Kind::Text),
    ];
    let group = |item| human.groups.get(item);
    let format = Format::of(path)?;
    if format == Format::Qrels {
        let mut qrels = Qrels::create(path)?;
        for r in &human.ratings {
            qrels.write(group(&r.item), &r.annotator, &r.item, r.rating.value())?;
        }
        return qrels.finish();
    }
    let mut table = Table::create(path, format, &COLUMNS)?;
    for r in &human.ratings {
        table.write(&[
            Value::Text(r.item.as_str()),
            Value::text(group(&r.item).map(GroupId::as_str)),
            Value::Text(&r.annotator),
            Value::Integer(r.rating.value()),
            Value::text(r.rationale.as_deref()),
            Value::text(r.source.as_deref()),
        ])?;
    }
    table.finish()
}

/// Whether an item can be named in the qrels file `out`.
///
/// # Errors
/// When its query or its id is empty or holds white space.
pub fn fits_qrels(out: &Path, group: &GroupId, id: &ItemId) -> Result<(), LabelsError> {
    let fault = unfit(&[group.as_str(), document_of(group.as_str(), id.as_str())]);
    fault.map_or(Ok(()), |fault| Err(LabelsError::new(fault, Place::file(out.display().to_string()))))
}

fn unfit(fields: &[&str]) -> Option<Fault> {
    let is_unfit = |field: &&&str| field.is_empty() || field.contains(|c: char| c.is_ascii_whitespace() || c == '\0');
    fields.iter().find(is_unfit).map(|field| Fault::QrelsField((*field).to_owned()))
}

/// TREC relevance judgements.
struct Qrels {
    writer: BufWriter<File>,
    out: OutFile,
}

impl Qrels {
    fn create(path: &Path) -> Result<Self, LabelsError> {
        let out = OutFile::create(path)?;
        Ok(Self { writer: BufWriter::new(out.handle()?), out })
    }

    fn write(&mut self, group: Option<&GroupId>, who: &str, id: &ItemId, rating: i64) -> Result<(), LabelsError> {
        let Some(group) = group else { return Err(self.out.fault(Fault::NoGroup(id.to_string()))) };
        let document = document_of(group.as_str(), id.as_str());
        if let Some(fault) = unfit(&[group.as_str(), who, document]) {
            return Err(self.out.fault(fault));
        }
        if matches!(who, "0" | "Q0") {
            return Err(self.out.fault(Fault::QrelsField(who.to_owned())));
        }
        let who = if who == NOBODY { "0" } else { who };
        writeln!(self.writer, "{group} {who} {document} {rating}").map_err(|e| self.out.error(e))
    }

    fn finish(mut self) -> Result<(), LabelsError> {
        self.writer.flush().map_err(|e| self.out.error(e))?;
        self.out.finish()
    }
}
