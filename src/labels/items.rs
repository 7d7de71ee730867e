//! Items as a stream, and the pass that checks a whole file before anything is spent on it.

use super::file::{Format, Rows};
use super::row::Taker;
use super::{Counts, Fault, IdPattern, LabelsError, OnDuplicate, ReadOptions};
use crate::domain::{GroupId, Item, ItemId};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// Columns that are never metadata: what an item is made of, and what people said of it.
pub(super) const OWN: [&str; 7] = ["id", "query_id", "query", "title", "document", "human_rating", "human_rationale"];

/// What a file of items holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemsSummary {
    /// Items.
    pub n: u64,
    /// Distinct queries.
    pub groups: u64,
    /// BLAKE3 of the file's bytes, in hexadecimal: whether it is still the file that was checked.
    pub digest: String,
    /// Whether a column `human_rating` holds a value.
    pub has_human: bool,
    /// Rows, and rows dropped as duplicates.
    pub counts: Counts,
}

/// The items of a file, one by one; ends after the first error.
pub struct Items {
    rows: Rows,
    map: BTreeMap<String, String>,
    pattern: Option<IdPattern>,
    /// Ids that stand more than once → the row that counts. Empty unless the policy is [`OnDuplicate::Last`].
    last: HashMap<String, u64>,
    counts: Counts,
}

/// Opens a file of items for reading in order.
///
/// Duplicate ids are found by [`check_items`] only; with [`OnDuplicate::Last`] the ids are read once beforehand.
///
/// # Errors
/// When there is no such file, its format is unknown, or its beginning cannot be read. Rows fail one by one.
pub fn open_items(path: &Path, options: &ReadOptions) -> Result<Items, LabelsError> {
    let last = match options.on_duplicate {
        OnDuplicate::Error => HashMap::new(),
        OnDuplicate::Last => last_rows(path, options)?,
    };
    open(path, options, last)
}

fn open(path: &Path, options: &ReadOptions, last: HashMap<String, u64>) -> Result<Items, LabelsError> {
    let rows = Rows::open(path)?;
    if rows.source.format == Format::Qrels {
        return Err(rows.source.error(Fault::NoTexts));
    }
    Ok(Items { rows, map: options.map.clone(), pattern: options.id_pattern.clone(), last, counts: Counts::default() })
}

/// Reads a whole file of items and says what it holds.
///
/// Ids are remembered as 64-bit hashes (about 20 bytes each); a hash that returns is looked up in the file, so two ids
/// that share one are not taken for duplicates. Queries are counted by such hashes.
///
/// # Errors
/// Everything that can be wrong with the file: see [`Fault`].
pub fn check_items(path: &Path, options: &ReadOptions) -> Result<ItemsSummary, LabelsError> {
    let mut items = open_items(path, options)?;
    let (mut ids, mut groups) = (HashSet::new(), HashSet::new());
    let (mut n, mut has_human) = (0, false);
    while let Some(found) = items.advance() {
        let Found { item, at, human } = found?;
        if !ids.insert(hash(item.id.as_str())) {
            refuse_second(path, options, &item.id, at)?;
        }
        groups.insert(hash(item.group.as_str()));
        n += 1;
        has_human |= human;
    }
    let digest = digest(&items.rows)?;
    Ok(ItemsSummary { n, groups: groups.len() as u64, digest, has_human, counts: items.counts })
}

/// Reads all items of a file into memory, after [`check_items`].
///
/// # Errors
/// As [`check_items`].
pub fn read_items(path: &Path, options: &ReadOptions) -> Result<(Vec<Item>, ItemsSummary), LabelsError> {
    let summary = check_items(path, options)?;
    let items = open_items(path, options)?.collect::<Result<_, _>>()?;
    Ok((items, summary))
}

/// One row, as an item.
struct Found {
    item: Item,
    at: u64,
    human: bool,
}

impl Items {
    /// Rows so far, and rows dropped as duplicates.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    fn advance(&mut self) -> Option<Result<Found, LabelsError>> {
        loop {
            let row = match self.rows.next()? {
                Ok(row) => row,
                Err(error) => return Some(Err(error)),
            };
            self.counts.rows += 1;
            let row = Taker::new(&self.rows.source, &self.map, row);
            let found = match row.and_then(|row| item(row, self.pattern.as_ref())) {
                Ok(found) => found,
                Err(error) => return Some(Err(error)),
            };
            if self.last.get(found.item.id.as_str()).is_some_and(|last| *last != found.at) {
                self.counts.duplicates += 1;
                continue;
            }
            return Some(Ok(found));
        }
    }
}

impl Iterator for Items {
    type Item = Result<Item, LabelsError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance().map(|found| found.map(|found| found.item))
    }
}

fn item(mut row: Taker<'_>, pattern: Option<&IdPattern>) -> Result<Found, LabelsError> {
    let at = row.at();
    let id = row.filled("id")?;
    let group = match row.group_of(&id, pattern)? {
        Some(named) => row.optional("query_id")?.unwrap_or(named),
        None => row.filled("query_id")?,
    };
    let query = row.filled("query")?;
    let title = row.optional("title")?;
    // A document may be empty: collections have such pages, and they can be rated.
    let document = row.text("document")?;
    let human = row.take("human_rating").is_some_and(|cell| !cell.is_missing());
    row.take("human_rationale");
    let is_meta = |name: &str| !OWN.contains(&name);
    let meta = row.rest().into_iter().filter(|(name, cell)| is_meta(name) && !cell.is_missing());
    let meta = meta.map(|(name, cell)| (name.to_string(), cell.into_text())).collect();
    let item = Item { id: ItemId::new(id), group: GroupId::new(group), query, title, document, meta };
    Ok(Found { item, at, human })
}

fn hash(text: &str) -> u64 {
    // Fixed keys: the same file is read the same way every time.
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// For each id that stands more than once, its last row.
fn last_rows(path: &Path, options: &ReadOptions) -> Result<HashMap<String, u64>, LabelsError> {
    let mut items = open(path, options, HashMap::new())?;
    let (mut seen, mut last) = (HashSet::new(), HashMap::new());
    while let Some(found) = items.advance() {
        let Found { item, at, .. } = found?;
        if !seen.insert(hash(item.id.as_str())) {
            last.insert(item.id.as_str().to_owned(), at);
        }
    }
    Ok(last)
}

/// Fails when `id`, whose hash was met before, really stands in an earlier row.
fn refuse_second(path: &Path, options: &ReadOptions, id: &ItemId, at: u64) -> Result<(), LabelsError> {
    if options.on_duplicate == OnDuplicate::Last {
        return Ok(()); // Only the last row of an id comes through, so this is a shared hash.
    }
    let mut items = open(path, options, HashMap::new())?;
    while let Some(found) = items.advance() {
        let found = found?;
        if found.at >= at {
            break;
        }
        if found.item.id == *id {
            let fault = Fault::ItemTwice { id: id.to_string(), first: items.rows.source.at(found.at) };
            return Err(items.rows.source.error_at(at, fault));
        }
    }
    Ok(())
}

fn digest(rows: &Rows) -> Result<String, LabelsError> {
    let mut hasher = blake3::Hasher::new();
    let file = rows.source.open()?;
    hasher.update_reader(file).map_err(|e| rows.source.error(Fault::Unreadable(e)))?;
    Ok(hasher.finalize().to_hex().to_string())
}
