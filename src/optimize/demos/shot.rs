//! One example.

use super::super::desk::Desk;
use super::super::pool::{CandidateId, Row};
use super::REPLY;
use crate::domain::{ItemId, Rating};
use crate::feedback::{Example, Said};
use crate::prompt::{Demo, item_block};
use crate::rubric::{Contract, Rubric};

/// Characters of a reason in an example: a sentence or two are asked for.
const REASON: usize = 240;

/// A row that examples may be made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrainRow(u32);

impl TrainRow {
    /// The row, if it is one of Train.
    pub fn of(row: Row) -> Option<Self> {
        match row {
            Row::Train(at) => Some(Self(at)),
            Row::Dev(_) => None,
        }
    }

    /// As a row.
    pub fn row(self) -> Row {
        Row::Train(self.0)
    }

    fn example<'a>(self, desk: &Desk<'a>) -> &'a Example {
        &desk.materials().train[self.0 as usize]
    }
}

/// Where the reply of an example comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// People.
    Labelled,
    /// The judge.
    Bootstrapped,
}

/// An item of Train with a reply that fulfils the output contract.
#[derive(Clone, Debug, PartialEq)]
pub struct Shot {
    row: TrainRow,
    item: ItemId,
    query: String,
    demo: Demo,
    source: Source,
}

impl Shot {
    /// A row with the gold rating and a reason of those who gave it. Where nobody gave one, what the rubric says of the
    /// rating stands for it.
    pub fn labelled(desk: &Desk<'_>, row: TrainRow) -> Self {
        let (example, rubric) = (row.example(desk), desk.rubric());
        let reasons = example.rationales();
        let anchor = rubric.anchors.iter().find(|anchor| anchor.rating == example.gold);
        let reason = reasons.first().copied().or(anchor.map(|anchor| anchor.text.as_str())).unwrap_or_default();
        Self::new(rubric, row, example, (example.gold, reason), Source::Labelled)
    }

    /// A row with what `teacher` replied to it, if that is at most `threshold` NMSE points from what people say, and comes
    /// with a reason.
    pub fn bootstrapped(desk: &Desk<'_>, teacher: CandidateId, row: TrainRow, threshold: f64) -> Option<Self> {
        let rated = desk.pool().rated(teacher).get(&(row.row(), 0))?;
        let Said::Rated { rating, rationale: Some(reason) } = &rated.said else { return None };
        let passes = 100.0 * rated.loss <= threshold && !reason.trim().is_empty();
        let example = row.example(desk);
        passes.then(|| Self::new(desk.rubric(), row, example, (*rating, reason), Source::Bootstrapped))
    }

    fn new(rubric: &Rubric, row: TrainRow, example: &Example, said: (Rating, &str), source: Source) -> Self {
        let item = &example.item;
        let demo = Demo { item: item_block(&rubric.fields, item), reply: reply(&rubric.contract, example, said) };
        Self { row, item: item.id.clone(), query: item.query.clone(), demo, source }
    }

    /// The row that it was made from.
    pub fn row(&self) -> TrainRow {
        self.row
    }

    /// Its item.
    pub fn item(&self) -> &ItemId {
        &self.item
    }

    /// Its query.
    pub fn query(&self) -> &str {
        &self.query
    }

    /// What a prompt shows.
    pub fn demo(&self) -> &Demo {
        &self.demo
    }

    /// Where its reply comes from.
    pub fn source(&self) -> Source {
        self.source
    }
}

/// The object that the contract asks for, its fields in its order. Where a confidence is asked for, it is the share of the
/// people who gave this rating.
fn reply(contract: &Contract, example: &Example, (rating, reason): (Rating, &str)) -> String {
    let quoted = |text: &str| serde_json::to_string(text).expect("text is plain data");
    let mut fields = vec![
        format!("{}: {}", quoted(&contract.rationale), quoted(&short(reason))),
        format!("{}: {rating}", quoted(&contract.rating)),
    ];
    if let Some(name) = &contract.confidence {
        let same = example.opinions.iter().filter(|opinion| opinion.rating == rating).count();
        fields.push(format!("{}: {:.2}", quoted(name), same as f64 / example.opinions.len() as f64));
    }
    format!("{{{}}}", fields.join(", "))
}

/// A reason on one line, cut after a word.
fn short(reason: &str) -> String {
    let mut kept = String::new();
    for word in reason.split_whitespace() {
        if kept.chars().count() + word.chars().count() >= REASON {
            // A word without an end is cut itself.
            let more = if kept.is_empty() { word.chars().take(REASON).collect() } else { String::new() };
            return format!("{kept}{more} …");
        }
        if !kept.is_empty() {
            kept.push(' ');
        }
        kept.push_str(word);
    }
    kept
}

// Characters have four bytes at most, and there are names around them.
const _: () = assert!(4 * REASON < REPLY);
