//! The world as label files.

use super::super::considerations::Consideration;
use super::{ANNOTATORS, DOCUMENTS, WorldItem};
use crate::domain::HumanRating;
use serde::Serialize;
use std::fmt::Write as _;

#[derive(Serialize)]
struct ItemRow<'a> {
    id: &'a str,
    query_id: &'a str,
    query: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    document: &'a str,
    #[serde(flatten)]
    meta: &'a std::collections::BTreeMap<String, String>,
}

#[derive(Serialize)]
struct RatingRow<'a> {
    id: &'a str,
    annotator: &'a str,
    rating: i64,
    rationale: &'a str,
}

fn line(out: &mut String, row: &impl Serialize) {
    out.push_str(&serde_json::to_string(row).expect("plain data"));
    out.push('\n');
}

/// One JSON object per item.
pub fn items_jsonl(items: &[WorldItem]) -> String {
    let mut out = String::new();
    for WorldItem { item, .. } in items {
        let row = ItemRow {
            id: item.id.as_str(),
            query_id: item.group.as_str(),
            query: &item.query,
            title: item.title.as_deref(),
            document: &item.document,
            meta: &item.meta,
        };
        line(&mut out, &row);
    }
    out
}

/// One JSON object per rating.
pub fn ratings_jsonl(ratings: &[HumanRating]) -> String {
    let mut out = String::new();
    for r in ratings {
        let rationale = r.rationale.as_deref().unwrap_or_default();
        let row = RatingRow { id: r.item.as_str(), annotator: &r.annotator, rating: r.rating.value(), rationale };
        line(&mut out, &row);
    }
    out
}

/// `labels/PROVENANCE.md`: where the labels come from and what is in them.
pub fn provenance(seed: u64, items: &[WorldItem], ratings: &[HumanRating]) -> String {
    let queries = items.len() / DOCUMENTS;
    let mut out = format!(
        "# Where these labels come from\n\n\
         **Synthetic, written for this project.** No person typed these queries, no company owns these documents, and \
         the three annotators per item are programs. All names are invented. Results on these labels say how the \
         tool works, never how good a model is.\n\n\
         `workplace.items.jsonl`: {queries} workplace-search queries with {DOCUMENTS} documents each, {} items. \
         `workplace.ratings.jsonl`: {ANNOTATORS} ratings per item on 1–5 with rationales, {} ratings, five annotators \
         in changing groups of three.\n\n\
         Both are written by `src/model/sim/world/` from seed {seed}; a test writes them again and compares every \
         byte. Topics and sentences were written by hand in English, German, French and Spanish \
         (`topics.*.toml`, `phrases.*.toml` there); a document is one of a topic's answers, asides or look-alikes with \
         the frame of its type around it. What is true of a document is decided before it is written, and the gold \
         rating is what its subject deserves plus the considerations below (defects do not add up: the worst counts \
         in full, the others a third; a superseded page is not outdated as well; age does not matter to a query about \
         the past; a draft has no authority). Each annotator adds their own severity and noise, rounds to the scale, and \
         says why in their own words.\n\n",
        items.len(),
        ratings.len(),
    );
    tables(&mut out, items, ratings);
    out
}

fn tables(out: &mut String, items: &[WorldItem], ratings: &[HumanRating]) {
    let _ = writeln!(out, "| consideration | items |\n|---|---|");
    let mut counts: Vec<(usize, &str)> = Consideration::ALL
        .into_iter()
        .map(|c| (items.iter().filter(|w| w.latent.considerations.has(c)).count(), c.key()))
        .collect();
    counts.sort_by_key(|&(n, key)| (std::cmp::Reverse(n), key));
    for (n, key) in counts {
        let _ = writeln!(out, "| {} | {n} |", key.replace('_', " "));
    }
    let none = items.iter().filter(|w| w.latent.considerations.is_empty()).count();
    let several = items.iter().filter(|w| w.latent.considerations.len() > 1).count();
    let _ = writeln!(out, "| *none* | {none} |\n| *several* | {several} |\n");
    let _ = writeln!(out, "| rating | gold | given by annotators |\n|---|---|---|");
    for level in (1..=5).rev() {
        let gold = items.iter().filter(|w| w.latent.gold() == level).count();
        let given = ratings.iter().filter(|r| r.rating.value() == level).count();
        let _ = writeln!(out, "| {level} | {gold} | {given} |");
    }
    let _ = writeln!(out, "\n| language | items |\n|---|---|");
    for code in ["en", "de", "fr", "es"] {
        let n = items.iter().filter(|w| w.item.meta.get("language").is_some_and(|l| l == code)).count();
        let _ = writeln!(out, "| {code} | {n} |");
    }
}

#[cfg(test)]
mod tests {
    use super::super::{SHIPPED_QUERIES, SHIPPED_SEED, items, ratings};
    use super::*;
    use std::collections::BTreeSet;

    /// `ASSESSOR_WRITE_LABELS=1 cargo test --lib shipped_labels` writes them anew.
    #[test]
    fn the_shipped_labels_are_what_the_generator_writes_byte_for_byte() {
        let items = items(SHIPPED_SEED, SHIPPED_QUERIES);
        let ratings = ratings(SHIPPED_SEED, &items);
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/labels");
        for (name, text) in [
            ("workplace.items.jsonl", items_jsonl(&items)),
            ("workplace.ratings.jsonl", ratings_jsonl(&ratings)),
            ("PROVENANCE.md", provenance(SHIPPED_SEED, &items, &ratings)),
        ] {
            let path = format!("{root}/{name}");
            if std::env::var_os("ASSESSOR_WRITE_LABELS").is_some() {
                std::fs::write(&path, &text).unwrap();
            }
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "{path}");
        }
    }

    #[test]
    fn people_differ_from_each_other_by_an_nmse_of_two_to_four() {
        let items = items(11, 600);
        let ratings = ratings(11, &items);
        let (mut sum, mut n) = (0.0, 0.0);
        for three in ratings.chunks(ANNOTATORS) {
            for (a, b) in [(0, 1), (0, 2), (1, 2)] {
                let gap = three[a].rating.minus(three[b].rating) as f64;
                (sum, n) = (sum + gap * gap, n + 1.0);
            }
        }
        let nmse = 100.0 * sum / n / 16.0;
        assert!((2.0..4.0).contains(&nmse), "{nmse}");
    }

    #[test]
    fn every_consideration_and_every_level_occurs_and_no_two_documents_are_the_same() {
        let items = items(SHIPPED_SEED, SHIPPED_QUERIES);
        for c in Consideration::ALL {
            let n = items.iter().filter(|w| w.latent.considerations.has(c)).count();
            assert!(n >= 6, "{c}: {n}");
        }
        for level in 1..=5 {
            let n = items.iter().filter(|w| w.latent.gold() == level).count();
            assert!(n * 10 >= items.len(), "level {level}: {n} of {}", items.len());
        }
        let documents: BTreeSet<&str> = items.iter().map(|w| w.item.document.as_str()).collect();
        assert_eq!(documents.len(), items.len());
        let queries: BTreeSet<&str> = items.iter().map(|w| w.item.query.as_str()).collect();
        assert_eq!(queries.len(), SHIPPED_QUERIES);
    }
}
