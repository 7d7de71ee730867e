//! Items whose rating must not change, whatever else a new prompt does.

use super::data::Data;
use crate::app::AppError;
use crate::app::text_file::TextFile;
use crate::domain::{Dev, ItemId, Place, Train};
use crate::feedback::Example;
use crate::judge::run::Outcome;
use crate::optimize::adopt::Protected;
use crate::optimize::pool::Row;
use std::collections::BTreeSet;
use std::path::Path;

/// Bytes of a file of ids.
const LARGEST: u64 = 1 << 20;

/// The protected items of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct Protection {
    /// All of them, sorted.
    pub items: Vec<ItemId>,
    /// Those of Train and Dev.
    pub rows: Vec<Row>,
}

/// Reads ids, separated by white space, and finds each among the rated items.
pub(super) fn read(path: Option<&Path>, data: &Data) -> Result<Protection, AppError> {
    let Some(path) = path else { return Ok(Protection::default()) };
    let ids =
        TextFile { what: "list of protected items", most: LARGEST, hint: "name a text file with one item id a line" };
    let text = ids.read(path)?;
    let known: BTreeSet<&str> = data.evidence.labelled.iter().map(|labelled| labelled.id.as_str()).collect();
    let mut items = BTreeSet::new();
    for (at, line) in text.lines().enumerate() {
        for id in line.split_whitespace() {
            if !known.contains(id) {
                return Err(AppError::Input {
                    message: format!("no rated item is called `{id}`"),
                    place: Some(Place::line(path.display().to_string(), at as u64 + 1)),
                    hint: "protect items that people rated: one id a line, or several with spaces between".to_owned(),
                });
            }
            items.insert(id.to_owned());
        }
    }
    let rows = |part: &[Example], row: fn(u32) -> Row| -> Vec<Row> {
        let places = part.iter().enumerate().filter(|(_, example)| items.contains(example.item.id.as_str()));
        places.map(|(at, _)| row(at as u32)).collect()
    };
    let rows = [rows(&data.train.0, Row::Train), rows(&data.dev.0, Row::Dev)].concat();
    let named = data.evidence.labelled.iter().filter(|labelled| items.contains(labelled.id.as_str()));
    let all: BTreeSet<ItemId> = named.map(|labelled| labelled.id.clone()).collect();
    Ok(Protection { items: all.into_iter().collect(), rows })
}

impl Protection {
    /// Bytes of the texts of those of Train and Dev: what rating them can cost at most.
    pub fn bytes(&self, train: &Train<Vec<Example>>, dev: &Dev<Vec<Example>>) -> usize {
        let of = |row: &Row| match row {
            Row::Train(i) => super::data::bytes(&train.0[*i as usize].item),
            Row::Dev(i) => super::data::bytes(&dev.0[*i as usize].item),
        };
        self.rows.iter().map(of).sum()
    }
}

/// What a judge said of the protected items of Train and Dev, and of the held-out items.
type Answers<'a> = (&'a Vec<Outcome>, &'a Vec<Outcome>);

impl Protection {
    /// What two judges said of each.
    pub fn seen(&self, old: Answers<'_>, new: Answers<'_>) -> Vec<Protected> {
        let verdict = |(searched, held): Answers<'_>, id: &ItemId| {
            let mut all = searched.iter().chain(held);
            all.find(|outcome| outcome.item.id == *id).map(|outcome| outcome.verdict.clone())
        };
        let one = |id: &ItemId| Protected::new(id.clone(), verdict(old, id).as_ref(), verdict(new, id).as_ref());
        self.items.iter().map(one).collect()
    }
}
