//! Ratings by people: one per row, or beside the item.

use super::file::{Rows, Source};
use super::rating::{Criterion, Shared, integer};
use super::row::Taker;
use super::{Counts, Fault, LabelsError, OnDuplicate, OnOffScale, ReadOptions};
use crate::domain::{GroupId, HumanRating, ItemId, Rating, Scale};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

/// Who rated where the file names nobody: columns beside the item, and TREC qrels.
pub const NOBODY: &str = "human";

/// What people said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Human {
    /// Sorted by item, then annotator; at most one per pair.
    pub ratings: Vec<HumanRating>,
    /// Query of each rated item, where the file tells it (a column `query_id`, or qrels).
    pub groups: BTreeMap<ItemId, GroupId>,
    /// Policies used; `missing` counts rows without a rating.
    pub counts: Counts,
}

/// Reads ratings by people.
///
/// Either one rating per row (`id`, `annotator`, `rating`, `rationale?`, `source?`, `criterion?`), or columns
/// `human_rating` and `human_rationale?` beside the item, or TREC qrels. A null or empty rating is no rating by that
/// annotator. Off-scale ratings are an error, or the nearest rating under [`OnOffScale::Clip`].
///
/// # Errors
/// Everything that can be wrong with the file: see [`Fault`].
pub fn read_human(path: &Path, scale: Scale, options: &ReadOptions) -> Result<Human, LabelsError> {
    let mut rows = Rows::open(path)?;
    let mut reader = Reader::new(scale, options);
    while let Some(row) = rows.next() {
        let row = Taker::new(&rows.source, &options.map, row?)?;
        reader.row(row)?;
    }
    reader.finish(&rows.source)
}

struct Reader<'a> {
    scale: Scale,
    options: &'a ReadOptions,
    criterion: Criterion<'a>,
    annotators: Shared,
    human: Human,
    /// Item and annotator → index in `human.ratings`, and the row.
    seen: HashMap<(ItemId, Arc<str>), (usize, u64)>,
    /// Columns of the first row that had no rating column; an error unless some row has one.
    without: Option<Vec<String>>,
    with: bool,
}

impl<'a> Reader<'a> {
    fn new(scale: Scale, options: &'a ReadOptions) -> Self {
        Self {
            scale,
            options,
            criterion: Criterion::new(options.criterion.as_deref()),
            annotators: Shared::default(),
            human: Human::default(),
            seen: HashMap::new(),
            without: None,
            with: false,
        }
    }

    fn row(&mut self, mut row: Taker<'_>) -> Result<(), LabelsError> {
        if !self.criterion.keeps(&mut row)? {
            return Ok(());
        }
        self.human.counts.rows += 1;
        let id = row.filled("id")?;
        let named = row.group_of(&id, self.options.id_pattern.as_ref())?;
        let group = row.optional("query_id")?.or(named);
        let item = ItemId::new(id);
        let long = row.has("rating") || row.has("annotator");
        let (rating, annotator, rationale) = if long {
            let rating = row.required("rating")?;
            let annotator = row.filled("annotator")?;
            (rating, self.annotators.get(&annotator), row.optional("rationale")?)
        } else if let Some(rating) = row.take("human_rating") {
            (rating, self.annotators.get(NOBODY), row.optional("human_rationale")?)
        } else {
            // JSON lines may leave the key out where nobody rated; a file without any such column is a mistake.
            self.without.get_or_insert_with(|| row.columns());
            self.human.counts.missing += 1;
            return Ok(());
        };
        self.with = true;
        let Some(value) = integer(&row, rating)? else {
            self.human.counts.missing += 1;
            return Ok(());
        };
        let rating = self.on_scale(&row, value)?;
        if let Some(group) = group {
            self.human.groups.insert(item.clone(), GroupId::new(group));
        }
        let source = row.optional("source")?;
        self.push(&row, HumanRating { item, annotator, rating, rationale, source })
    }

    fn on_scale(&mut self, row: &Taker<'_>, value: i64) -> Result<Rating, LabelsError> {
        if let Some(rating) = self.scale.rating(value) {
            return Ok(rating);
        }
        match self.options.on_off_scale {
            OnOffScale::Clip => {
                self.human.counts.off_scale += 1;
                Ok(nearest(self.scale, value))
            }
            OnOffScale::Error | OnOffScale::Malformed => {
                Err(row.error(Fault::OffScale { value, scale: self.scale, human: true }))
            }
        }
    }

    fn push(&mut self, row: &Taker<'_>, rating: HumanRating) -> Result<(), LabelsError> {
        let key = (rating.item.clone(), rating.annotator.clone());
        let index = self.human.ratings.len();
        let Some((before, first)) = self.seen.insert(key, (index, row.at())) else {
            self.human.ratings.push(rating);
            return Ok(());
        };
        if self.options.on_duplicate == OnDuplicate::Error {
            return Err(row.error(Fault::RatingTwice {
                who: rating.annotator.to_string(),
                id: rating.item.to_string(),
                sample: String::new(),
                first: row.source.at(first),
            }));
        }
        self.human.counts.duplicates += 1;
        self.seen.insert((rating.item.clone(), rating.annotator.clone()), (before, row.at()));
        self.human.ratings[before] = rating;
        Ok(())
    }

    fn finish(mut self, source: &Source) -> Result<Human, LabelsError> {
        if let Some(fault) = self.criterion.fault() {
            return Err(source.error(fault));
        }
        if let (false, Some(found)) = (self.with, self.without) {
            return Err(source.error_of_columns(1, Fault::NoColumn { name: "rating", found }));
        }
        self.human.ratings.sort_by(|a, b| (&a.item, &a.annotator).cmp(&(&b.item, &b.annotator)));
        Ok(self.human)
    }
}

/// The end of the scale that is nearer to a value off it. Only under [`OnOffScale::Clip`].
pub(super) fn nearest(scale: Scale, value: i64) -> Rating {
    if value < scale.min().value() { scale.min() } else { scale.max() }
}
