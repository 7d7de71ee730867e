//! What stored judges were made with: the items that a version was written from or chosen on, its ancestors' included.
//!
//! A run of an optimiser leaves the texts of its Train and Dev items, as digests, under the digest of its data, which the
//! lineage of a version names. Texts tell items apart, not ids: other data may use the same ids, and the same data others.
//! Of runs by older programs only the log is left; there the ids of what was rated have to do.

use super::optimize::data::Data;
use super::{AppError, Project};
use crate::domain::{Item, ItemId};
use crate::feedback::Example;
use crate::judge::journal::JournalError;
use crate::ledger::{Ledger, Lineage, VersionError};
use crate::optimize::event::Entry;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The items that a run writes from and chooses on.
#[derive(Debug, Serialize, Deserialize)]
struct Material {
    train: Vec<(ItemId, String)>,
    dev: Vec<(ItemId, String)>,
}

/// One making of a version: the first is its lineage, later ones came to the same judge on another way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Making {
    #[serde(default)]
    parent: Option<String>,
    #[serde(default)]
    run: Option<String>,
    #[serde(default)]
    data: Option<String>,
    #[serde(default)]
    feedback: Vec<String>,
}

impl From<&Lineage> for Making {
    fn from(lineage: &Lineage) -> Self {
        let Lineage { parent, run, data, feedback, .. } = lineage.clone();
        Self { parent, run, data, feedback }
    }
}

/// What a judge and its ancestors were made with.
#[derive(Clone, Debug, Default)]
pub(super) struct Tuned {
    /// Those of them that were made with items, by hash.
    pub versions: Vec<String>,
    /// An ancestor that cannot be read.
    pub unknown: Option<String>,
    /// Digests of texts.
    texts: BTreeSet<String>,
    /// Ids of the same, for data without texts.
    named: BTreeSet<ItemId>,
    /// Ids of items whose texts no record tells.
    ids: BTreeSet<ItemId>,
}

fn material_of(data: &str) -> String {
    format!("material {data}")
}

fn makings_of(version: &str) -> String {
    format!("made {version}")
}

/// What a model may have learnt of an item. Columns beside it may have been added since.
fn digest(item: &Item) -> String {
    let texts = (&item.query, &item.title, &item.document);
    let texts = serde_json::to_string(&texts).expect("texts are plain data");
    blake3::hash(texts.as_bytes()).to_hex()[..16].to_owned()
}

/// Records the items of Train and Dev, once for the same data.
pub(super) fn record(ledger: &Ledger, data: &Data) -> Result<(), AppError> {
    let each = |example: &Example| (example.item.id.clone(), digest(&example.item));
    let material =
        || Material { train: data.train.0.iter().map(each).collect(), dev: data.dev.0.iter().map(each).collect() };
    let text = || serde_json::to_string(&material()).expect("items are plain data");
    Ok(ledger.append_once(&material_of(&data.digest), 0, text)?)
}

/// Records that a run came to a version that was there before: its lineage tells of the first run only.
pub(super) fn again(ledger: &Ledger, version: &str, lineage: &Lineage) -> Result<(), AppError> {
    let making = Making::from(lineage);
    if Making::from(&ledger.version(version)?.version.lineage) == making {
        return Ok(());
    }
    let key = makings_of(version);
    let before = ledger.events(&key)?;
    let text = serde_json::to_string(&making).expect("a making is plain data");
    if before.contains(&text) { Ok(()) } else { Ok(ledger.append_once(&key, before.len(), || text)?) }
}

/// The version that a run came to, first or once more.
pub(super) fn version_of(ledger: &Ledger, run: &str) -> Result<Option<String>, AppError> {
    for entry in ledger.versions()? {
        let first = entry.version.is_ok_and(|version| version.lineage.run.as_deref() == Some(run));
        let again = |text: &String| serde_json::from_str(text).is_ok_and(|m: Making| m.run.as_deref() == Some(run));
        if first || ledger.events(&makings_of(&entry.hash))?.iter().any(again) {
            return Ok(Some(entry.hash));
        }
    }
    Ok(None)
}

/// What the version with this hash was made with; nothing where there is no such version.
pub(super) fn of(project: &Project, version: &str) -> Result<Tuned, AppError> {
    // A state folder that cannot be opened has no versions.
    project.ledger().map_or_else(|_| Ok(Tuned::default()), |ledger| known(&ledger, version))
}

fn known(ledger: &Ledger, version: &str) -> Result<Tuned, AppError> {
    let mut tuned = Tuned::default();
    let (mut open, mut seen) = (vec![version.to_owned()], BTreeSet::new());
    while let Some(hash) = open.pop() {
        if !seen.insert(hash.clone()) {
            continue;
        }
        let lineage = match ledger.version(&hash) {
            Ok(found) => found.version.lineage,
            Err(VersionError::Ledger(error)) => return Err(error.into()),
            Err(VersionError::Unknown { .. }) if hash == version => return Ok(tuned),
            Err(_) => {
                tuned.unknown = Some(hash);
                continue;
            }
        };
        let later = ledger.events(&makings_of(&hash))?;
        let later = later.iter().filter_map(|text| serde_json::from_str(text).ok());
        for making in std::iter::once(Making::from(&lineage)).chain(later) {
            if tuned.add(ledger, &making)? && !tuned.versions.contains(&hash) {
                tuned.versions.push(hash.clone());
            }
            open.extend(making.parent);
        }
    }
    Ok(tuned)
}

impl Tuned {
    /// Adds what one making used; whether it was anything.
    fn add(&mut self, ledger: &Ledger, making: &Making) -> Result<bool, AppError> {
        let recorded = match &making.data {
            Some(data) => ledger.events(&material_of(data))?,
            None => Vec::new(),
        };
        let Some(text) = recorded.first() else {
            let mut ids: BTreeSet<ItemId> = making.feedback.iter().map(|id| ItemId::new(id.as_str())).collect();
            if let Some(run) = &making.run {
                ids.extend(seen(&ledger.events(run)?));
            }
            let any = !ids.is_empty();
            self.ids.extend(ids);
            return Ok(any);
        };
        let material: Material =
            serde_json::from_str(text).map_err(|e| JournalError(format!("a damaged record of items: {e}")))?;
        for (id, text) in material.train.into_iter().chain(material.dev) {
            self.named.insert(id);
            self.texts.insert(text);
        }
        Ok(true)
    }

    /// It was made with this item.
    pub fn has(&self, item: &Item) -> bool {
        self.ids.contains(&item.id) || (!self.texts.is_empty() && self.texts.contains(&digest(item)))
    }

    /// It was made with an item of this id, where nothing else is known of it.
    pub fn has_named(&self, id: &ItemId) -> bool {
        self.ids.contains(id) || self.named.contains(id)
    }

    /// Nothing is known to have been used.
    pub fn is_nothing(&self) -> bool {
        self.versions.is_empty() && self.unknown.is_none()
    }
}

/// The items that a run's log names: what was rated in a search, written from, or shown. A line that this program cannot
/// read names none.
fn seen(log: &[String]) -> BTreeSet<ItemId> {
    let mut ids = BTreeSet::new();
    for entry in log.iter().filter_map(|text| serde_json::from_str(text).ok()) {
        match entry {
            Entry::Rated { rows, .. } => ids.extend(rows.into_iter().map(|seen| seen.item)),
            Entry::Admitted { origin, shows, .. } => {
                ids.extend(shows.items().cloned());
                ids.extend(origin.feedback);
            }
            Entry::Drafted { feedback, .. } => ids.extend(feedback),
            _ => {}
        }
    }
    ids
}
