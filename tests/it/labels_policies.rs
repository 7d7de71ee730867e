//! What the named policies do, and that each use of one is counted.

#![allow(clippy::unwrap_used)]

use assessor::domain::{Malformed, Rung, Scale, Verdict};
use assessor::labels::{
    Counts, OnDuplicate, OnOffScale, ReadOptions, check_items, open_items, parse_map, read_human, read_items,
    read_judge,
};
use std::collections::BTreeMap;
use std::path::PathBuf;
use tempfile::TempDir;

fn scale() -> Scale {
    Scale::new(1, 5).unwrap()
}

fn file(name: &str, text: &str) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, text).unwrap();
    (dir, path)
}

#[test]
fn what_people_said_is_never_metadata_of_an_item() {
    let text = "id,query_id,query,document,language,human_rating,human_rationale\ni1,1,q,d,de,4,good\ni2,1,q,,,,\n";
    let (_dir, path) = file("items.csv", text);
    let (items, summary) = read_items(&path, &ReadOptions::default()).unwrap();
    assert_eq!(items[0].meta, BTreeMap::from([("language".into(), "de".into())]));
    assert_eq!((items[1].document.as_str(), items[1].meta.len()), ("", 0));
    assert!(summary.has_human);
    let human = read_human(&path, scale(), &ReadOptions::default()).unwrap();
    assert_eq!(human.ratings.len(), 1);
    assert_eq!(&*human.ratings[0].annotator, "human");
    assert_eq!(human.ratings[0].rationale.as_deref(), Some("good"));
    assert_eq!(human.groups.len(), 1);
    assert_eq!(human.counts, Counts { rows: 2, missing: 1, ..Counts::default() });
}

#[test]
fn numbers_and_nested_values_are_metadata_as_text() {
    let text = r#"{"id":7,"query_id":1,"query":"q","document":"d","year":2024,"score":0.5,"ok":true,"tags":["a",1],"none":null}"#;
    let (_dir, path) = file("items.jsonl", text);
    let (items, summary) = read_items(&path, &ReadOptions::default()).unwrap();
    let meta: Vec<_> = items[0].meta.iter().map(|(k, v)| format!("{k}={v}")).collect();
    assert_eq!(meta, ["ok=true", "score=0.5", "tags=[\"a\",1]", "year=2024"]);
    assert_eq!((items[0].id.as_str(), items[0].group.as_str()), ("7", "1"));
    assert_eq!(summary.digest, blake3::hash(text.as_bytes()).to_hex().to_string());
    assert!(!summary.has_human);
}

#[test]
fn one_mapping_serves_files_that_have_the_column_and_files_that_do_not() {
    let options = ReadOptions { map: BTreeMap::from([parse_map("rating=score").unwrap()]), ..ReadOptions::default() };
    let (_dir, human) = file("human.csv", "id,criterion,annotator,score,rationale\ni1,relevance,NIST,3,\n");
    let (_dir2, judge) = file("judge.csv", "id,judge,sample,rating\ni1,a,0,2\n");
    assert_eq!(read_human(&human, scale(), &options).unwrap().ratings[0].rating.value(), 3);
    assert_eq!(read_judge(&judge, scale(), &options).unwrap()[0].rows[0].verdict.rating().unwrap().value(), 2);
    assert_eq!(parse_map("rating").unwrap_err().to_string(), "`rating` is no column mapping");
}

#[test]
fn the_last_of_duplicates_is_kept_in_its_place_and_counted() {
    let last = ReadOptions { on_duplicate: OnDuplicate::Last, ..ReadOptions::default() };
    let text = "id,query_id,query,document\na,1,q,old\nb,1,q,x\na,1,q,older\na,1,q,new\n";
    let (_dir, path) = file("items.csv", text);
    let mut items = open_items(&path, &last).unwrap();
    let read: Vec<_> = items.by_ref().map(|item| item.unwrap()).map(|i| format!("{}:{}", i.id, i.document)).collect();
    assert_eq!(read, ["b:x", "a:new"]);
    assert_eq!(items.counts(), Counts { rows: 4, duplicates: 2, ..Counts::default() });
    assert_eq!(check_items(&path, &last).unwrap().n, 2);

    let (_dir, path) = file("human.csv", "id,annotator,rating\na,x,1\na,x,2\na,x,\na,y,3\n");
    let human = read_human(&path, scale(), &last).unwrap();
    assert_eq!(human.ratings.iter().map(|r| r.rating.value()).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(human.counts, Counts { rows: 4, duplicates: 1, missing: 1, off_scale: 0, fractions: 0 });
}

#[test]
fn off_scale_ratings_follow_the_policy_and_are_counted() {
    let (_dir, path) = file("judge.csv", "id,rating\na,0\nb,9\nc,4.0\nd,\n");
    let read = |on_off_scale| {
        let options = ReadOptions { on_off_scale, ..ReadOptions::default() };
        let mut judges = read_judge(&path, scale(), &options).unwrap();
        let judge = judges.remove(0);
        let verdicts: Vec<_> = judge.rows.into_iter().map(|row| row.verdict).collect();
        (verdicts, judge.counts)
    };
    let rated = |value| Verdict::Rated {
        rating: scale().rating(value).unwrap(),
        rationale: None,
        confidence: None,
        rung: Rung::Imported,
        basis: None,
    };
    let counts = Counts { rows: 4, off_scale: 2, missing: 1, duplicates: 0, fractions: 0 };
    let (off, empty) = (Verdict::Malformed(Malformed::OffScale), Verdict::Malformed(Malformed::Empty));
    assert_eq!(read(OnOffScale::Clip), (vec![rated(1), rated(5), rated(4), empty.clone()], counts));
    assert_eq!(read(OnOffScale::Malformed), (vec![off.clone(), off, rated(4), empty], counts));
}

#[test]
fn people_do_not_produce_malformed_replies() {
    let (_dir, path) = file("human.csv", "id,annotator,rating\na,x,9\n");
    let read = |on_off_scale| read_human(&path, scale(), &ReadOptions { on_off_scale, ..ReadOptions::default() });
    let error = read(OnOffScale::Malformed).unwrap_err();
    assert_eq!(error.to_string(), "the rating 9 is off the scale 1–5");
    assert_eq!(read(OnOffScale::Clip).unwrap().ratings[0].rating.value(), 5);
}

#[test]
fn a_criterion_and_a_judge_are_chosen_by_name() {
    let text = "id,criterion,judge,rating\na,fluency,x,1\na,relevance,x,2\na,relevance,y,3\n";
    let (_dir, path) = file("judge.csv", text);
    let read = |criterion: &str, judge: Option<&str>| {
        let (criterion, judge) = (Some(criterion.to_owned()), judge.map(str::to_owned));
        read_judge(&path, scale(), &ReadOptions { criterion, judge, ..ReadOptions::default() })
    };
    let both = read("relevance", None).unwrap();
    assert_eq!(both.iter().map(|j| (&*j.judge, j.rows.len())).collect::<Vec<_>>(), [("x", 1), ("y", 1)]);
    assert_eq!(read("relevance", Some("y")).unwrap().len(), 1);
    let error = read("relevance", Some("z")).unwrap_err().to_string();
    assert_eq!(error, "no row is by the judge `z`; found `x`, `y`");
    let error = read("style", None).unwrap_err().to_string();
    assert_eq!(error, "no row has the criterion `style`; found `fluency`, `relevance`");
}
