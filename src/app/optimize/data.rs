//! What an optimiser works on: rated items, divided by query.

use crate::app::gather::{Evidence, gather};
use crate::app::{AppError, AuditRequest, Project, Source};
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
const LEAST: usize = 3;

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

/// Reads items and ratings and divides them.
pub(in crate::app) async fn read(
    project: &Project,
    request: &AuditRequest,
    fractions: Fractions,
    cancel: watch::Receiver<bool>,
) -> Result<Data, AppError> {
    let request = AuditRequest { source: Source::Nobody, contaminated: true, ..request.clone() };
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
    for (query, part) in &parts {
        digest.update(format!("{query}\0{part}\0").as_bytes());
    }
    digest.update(evidence.people.as_bytes());
    let held: Vec<&ItemId> =
        examples.iter().filter(|e| parts[&e.item.group] == Part::Test).map(|e| &e.item.id).collect();
    let test_bytes = held.iter().map(|id| bytes[id]).sum();
    let held: Vec<&str> = held.into_iter().map(ItemId::as_str).collect();
    let test_digest = blake3::hash(format!("test {} {}", evidence.people, held.join("\0")).as_bytes());
    let count = |part| parts.values().filter(|p| **p == part).count() as u32;
    let queries = [Part::Train, Part::Dev, Part::Test].map(count);
    let (train, dev, test) = labels::divide(examples, |example: &Example| &example.item.group, &parts)
        .expect("every query has been put in a part");
    enough(queries)?;
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

fn enough(queries: [u32; 3]) -> Result<(), AppError> {
    for (part, n) in ["train", "dev"].into_iter().zip(queries) {
        if (n as usize) < LEAST {
            return Err(AppError::input(
                format!("{n} queries in {part} are too few: at least {LEAST} are needed"),
                "rate items of more queries, or give that part a larger share: `--split 40/20/40`",
            ));
        }
    }
    Ok(())
}
