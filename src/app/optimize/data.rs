//! What an optimiser works on: rated items, divided by query.

use crate::app::gather::{Evidence, gather};
use crate::app::{AppError, AuditRequest, JudgeRequest, Project, Source};
use crate::audit;
use crate::domain::{Dev, GroupId, Item, ItemId, Part, Rating, Test, Train};
use crate::feedback::Example;
use crate::labels::{self, Fractions};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::watch;

/// Seeds that are tried for an even split.
const SEEDS: u64 = 64;
/// Fewest queries that Train and Dev must have: below that nothing can be learnt or compared.
const LEAST: u32 = 3;
/// Shares that are suggested where they give every part enough.
const OTHERS: [[u32; 3]; 3] = [[40, 20, 40], [40, 30, 30], [40, 40, 20]];

/// Rated items in three parts.
pub(in crate::app) struct Data {
    pub train: Train<Vec<Example>>,
    pub dev: Dev<Vec<Example>>,
    pub test: Test<Vec<Example>>,
    /// Queries of each.
    pub queries: [u32; 3],
    /// The same items as audits take them.
    pub evidence: Evidence,
    /// Digest of items, ratings and parts.
    pub digest: String,
    /// Digest of the held-out items.
    pub test_digest: String,
    /// Bytes of their texts: what rating them can cost at most.
    pub test_bytes: usize,
}

/// Reads items and ratings and divides them. A stored judge has its own scale, whatever the project's rubric says.
pub(in crate::app) async fn read(
    project: &Project,
    request: &AuditRequest,
    judge: &JudgeRequest,
    fractions: Fractions,
    cancel: watch::Receiver<bool>,
) -> Result<Data, AppError> {
    let named = request.items.is_some() || request.human.is_some();
    let scale = request.scale.or(judge.stored.as_ref().map(|stored| stored.rubric.scale));
    let request = AuditRequest { source: Source::Nobody, contaminated: true, scale, ..request.clone() };
    let evidence = gather(project, &request, &mut |_| {}, cancel).await?;
    let path = evidence.request.items.clone().ok_or_else(|| {
        AppError::input("an optimiser needs the items that people rated", "name them with `--items FILE`")
    })?;
    let opinions: BTreeMap<&ItemId, &audit::Labelled> = evidence.labelled.iter().map(|l| (&l.id, l)).collect();
    let mut examples = Vec::with_capacity(opinions.len());
    let mut digest = blake3::Hasher::new();
    let mut bytes: BTreeMap<ItemId, usize> = BTreeMap::new();
    for item in labels::open_items(&path, &evidence.request.read)? {
        let item = item?;
        let Some(labelled) = opinions.get(&item.id) else { continue };
        let text = told(&item);
        digest.update(item.id.as_str().as_bytes()).update(b"\0").update(text.as_bytes()).update(b"\0");
        bytes.insert(item.id.clone(), text.len());
        examples.extend(Example::new(Arc::new(item), labelled.opinions.clone(), evidence.scale));
    }
    examples.sort_by(|a, b| a.item.id.cmp(&b.item.id));
    let parts = parts(&examples, fractions, project.seed)?;
    let queries = counted(&parts);
    if !suffices(queries) {
        let defaults = &project.config.defaults;
        let configured = !named && (defaults.items.is_some() || defaults.human.is_some());
        return Err(too_few(&examples, queries, fractions, project.seed, configured));
    }
    for (query, part) in &parts {
        digest.update(format!("{query}\0{part}\0").as_bytes());
    }
    digest.update(evidence.people.as_bytes());
    let held: Vec<&ItemId> =
        examples.iter().filter(|e| parts[&e.item.group] == Part::Test).map(|e| &e.item.id).collect();
    let test_bytes = held.iter().map(|id| bytes[id]).sum();
    let held: Vec<&str> = held.into_iter().map(ItemId::as_str).collect();
    let test_digest = blake3::hash(format!("test {} {}", evidence.people, held.join("\0")).as_bytes());
    let (train, dev, test) = labels::divide(examples, |example: &Example| &example.item.group, &parts)
        .expect("every query has been put in a part");
    Ok(Data {
        train,
        dev,
        test,
        queries,
        evidence,
        digest: digest.finalize().to_hex()[..16].to_owned(),
        test_digest: test_digest.to_hex()[..16].to_owned(),
        test_bytes,
    })
}

/// An item's texts and columns, as one text.
fn told(item: &Item) -> String {
    serde_json::to_string(&(&item.query, &item.title, &item.document, &item.meta)).expect("texts are plain data")
}

/// Bytes of an item's texts.
pub(super) fn bytes(item: &Item) -> usize {
    told(item).len()
}

/// The part of each query: what the items' `purpose` says, if all say it, else by lot.
fn parts(examples: &[Example], fractions: Fractions, seed: u64) -> Result<BTreeMap<GroupId, Part>, AppError> {
    let said: Vec<Option<Part>> = examples.iter().map(|e| purpose(&e.item)).collect();
    if said.iter().any(Option::is_some) {
        return given(examples, &said);
    }
    let mut golds: BTreeMap<&GroupId, Vec<Rating>> = BTreeMap::new();
    for example in examples {
        golds.entry(&example.item.group).or_default().push(example.gold);
    }
    // A query's stratum: the middle of its items' golds.
    let middle = |mut golds: Vec<Rating>| {
        golds.sort_unstable();
        golds.get((golds.len() - 1) / 2).copied()
    };
    let groups: Vec<(GroupId, Option<Rating>)> =
        golds.into_iter().map(|(group, golds)| (group.clone(), middle(golds))).collect();
    let first = seed.wrapping_mul(SEEDS);
    let even = labels::evenest_seed(&groups, fractions, first..first.saturating_add(SEEDS)).unwrap_or(seed);
    Ok(labels::split(&groups, fractions, even).parts)
}

fn purpose(item: &Item) -> Option<Part> {
    match item.meta.get("purpose").map(String::as_str) {
        Some("train") => Some(Part::Train),
        Some("dev") => Some(Part::Dev),
        Some("test") => Some(Part::Test),
        _ => None,
    }
}

fn given(examples: &[Example], said: &[Option<Part>]) -> Result<BTreeMap<GroupId, Part>, AppError> {
    let mut parts: BTreeMap<GroupId, Part> = BTreeMap::new();
    for (example, part) in examples.iter().zip(said) {
        let item = &example.item;
        let part = part.ok_or_else(|| {
            AppError::input(
                format!("the item `{}` has no `purpose`, and others have one", item.id),
                "write `train`, `dev` or `test` into the column for every rated item, or for none",
            )
        })?;
        if let Some(other) = parts.insert(item.group.clone(), part).filter(|other| *other != part) {
            return Err(AppError::input(
                format!("the query `{}` has items in {other} and in {part}", item.group),
                "put all items of a query in one part: what was learnt from one of them is known of the others",
            ));
        }
    }
    Ok(parts)
}

/// Queries of train, dev and test.
fn counted(parts: &BTreeMap<GroupId, Part>) -> [u32; 3] {
    [Part::Train, Part::Dev, Part::Test].map(|part| parts.values().filter(|p| **p == part).count() as u32)
}

fn suffices([train, dev, _]: [u32; 3]) -> bool {
    train >= LEAST && dev >= LEAST
}

/// How many queries there are, how many are needed, and what helps; `configured` says that assessor.toml named the data.
fn too_few(examples: &[Example], queries: [u32; 3], fractions: Fractions, seed: u64, configured: bool) -> AppError {
    let [train, dev, _] = queries;
    let all = queries.iter().sum::<u32>();
    let rated =
        if all == 1 { "1 query with rated items is".to_owned() } else { format!("{all} queries with rated items are") };
    let message =
        format!("{rated} too few as divided, {train} in train and {dev} in dev: at least {LEAST} are needed in each");
    let mut hint = if examples.iter().any(|example| purpose(&example.item).is_some()) {
        "rate items of more queries, or write `train` and `dev` into the column `purpose` of others".to_owned()
    } else {
        let helps = OTHERS.into_iter().find(|shares| another(examples, *shares, seed));
        match (helps, takes(fractions)) {
            (Some([train, dev, test]), _) => {
                format!("divide them otherwise, `--split {train}/{dev}/{test}`, or rate items of more queries")
            }
            (None, Some(least)) => {
                format!("rate items of more queries: `--split {fractions}` takes some {least} of them at least")
            }
            (None, None) => format!("rate items of more queries: `--split {fractions}` leaves a part empty"),
        }
    };
    if configured {
        hint.push_str(
            "; to try the command first, run it in a folder without assessor.toml: there it takes the shipped labels",
        );
    }
    AppError::input(message, hint)
}

/// Whether each part gets enough with other shares, the held-out one included.
fn another(examples: &[Example], [train, dev, test]: [u32; 3], seed: u64) -> bool {
    let parts = Fractions::new(train, dev, test).ok().and_then(|shares| parts(examples, shares, seed).ok());
    parts.is_some_and(|parts| {
        let queries = counted(&parts);
        suffices(queries) && queries[2] >= LEAST
    })
}

/// Queries of which these shares make enough for train and dev; `None` where a share is nothing.
fn takes(fractions: Fractions) -> Option<u32> {
    let smaller = fractions.of(Part::Train).min(fractions.of(Part::Dev));
    (smaller > 0.0).then(|| (f64::from(LEAST) / smaller).ceil() as u32)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::Explain as _;
    use crate::domain::Scale;

    /// One rated item for each of so many queries.
    fn rated(queries: usize) -> Vec<Example> {
        let scale = Scale::new(1, 5).unwrap();
        let example = |at: usize| {
            let rating = scale.at(at % 5);
            let opinion = audit::Opinion { annotator: "ann".into(), rating, rationale: None };
            let item = Item {
                id: ItemId::new(format!("i{at}")),
                group: GroupId::new(format!("q{at}")),
                query: "q".into(),
                title: None,
                document: "d".into(),
                meta: BTreeMap::new(),
            };
            Example::new(Arc::new(item), vec![opinion], scale)
        };
        (0..queries).filter_map(example).collect()
    }

    fn shares(train: u32, dev: u32, test: u32) -> Fractions {
        Fractions::new(train, dev, test).unwrap()
    }

    fn said(examples: &[Example], fractions: Fractions, configured: bool) -> String {
        let parts = parts(examples, fractions, 0).unwrap();
        let error = too_few(examples, counted(&parts), fractions, 0, configured);
        format!("{error}\nhint: {}", error.hint().unwrap())
    }

    #[test]
    fn too_few_queries_are_told_with_how_many_it_takes() {
        let one = said(&rated(1), shares(40, 20, 40), true);
        assert!(one.starts_with("1 query with rated items is too few as divided, "), "{one}");
        assert!(
            one.ends_with(
                "\nhint: rate items of more queries: `--split 40/20/40` takes some 15 of them at least; to try the command \
                 first, run it in a folder without assessor.toml: there it takes the shipped labels"
            ),
            "{one}"
        );
        let empty = said(&rated(4), shares(100, 0, 0), false);
        assert_eq!(
            empty,
            "4 queries with rated items are too few as divided, 4 in train and 0 in dev: at least 3 are needed in each\n\
             hint: rate items of more queries: `--split 100/0/0` leaves a part empty"
        );
    }

    #[test]
    fn another_split_is_named_only_where_it_helps() {
        assert_eq!(
            said(&rated(40), shares(100, 0, 0), false),
            "40 queries with rated items are too few as divided, 40 in train and 0 in dev: at least 3 are needed in each\n\
             hint: divide them otherwise, `--split 40/20/40`, or rate items of more queries"
        );
    }
}
