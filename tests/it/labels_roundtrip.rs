//! What is written is what is read, in every format; policies; what a reader of labels may rely on.

#![allow(clippy::unwrap_used)]

use assessor::domain::{
    GroupId, HumanRating, Item, ItemId, Malformed, NanoUsd, NotRun, Rating, Rung, Scale, Usage, Verdict,
};
use assessor::labels::{
    Counts, FileKind, Human, JudgeRating, LabelRow, LabelWriter, OnDuplicate, OnOffScale, ReadOptions, check_items,
    open_items, parse_map, read_human, read_items, read_judge, schema, write_human, write_items,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert_eq, prop_oneof, proptest};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

const FORMATS: [&str; 4] = ["jsonl", "csv", "tsv", "parquet"];

fn scale() -> Scale {
    Scale::new(1, 5).unwrap()
}

fn file(name: &str, text: &str) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, text).unwrap();
    (dir, path)
}

/// Text that files are broken by: quotes, line breaks, delimiters, control characters, formulas, marks, other scripts.
/// NUL is refused by all formats.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\"".to_owned()),
        Just("\n".to_owned()),
        Just("\r".to_owned()),
        Just("\r\n".to_owned()),
        Just(",".to_owned()),
        Just("\t".to_owned()),
        Just("=1+1".to_owned()),
        Just("@x".to_owned()),
        Just("\u{feff}".to_owned()),
        Just("\u{2028}".to_owned()),
        Just("\\".to_owned()),
        Just("null".to_owned()),
        Just("\u{1}\u{1b}\u{7f}".to_owned()),
        Just("日本語 😀 e\u{301}".to_owned()),
        any::<char>().prop_map(|c| if c == '\0' { ' '.to_string() } else { c.to_string() }),
        "[a-z0-9 ]{1,8}",
    ];
    vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

fn items() -> impl Strategy<Value = Vec<Item>> {
    let meta = btree_map("m_[a-z]{1,3}", hostile(), 0..3);
    let one = (hostile(), hostile(), option::of(hostile()), prop_oneof![Just(String::new()), hostile()], meta);
    vec(one, 1..12).prop_map(|rows| {
        let item = |(n, (group, query, title, document, meta)): (usize, (String, String, _, _, _))| Item {
            id: ItemId::new(format!("{n}{group}")),
            group: GroupId::new(group),
            query,
            title,
            document,
            meta,
        };
        rows.into_iter().enumerate().map(item).collect()
    })
}

fn rating() -> impl Strategy<Value = Rating> {
    (0usize..5).prop_map(|index| scale().at(index))
}

fn verdict() -> impl Strategy<Value = Verdict> {
    let rung = proptest::sample::select(Rung::ALL);
    prop_oneof![
        (rating(), option::of(hostile()), rung).prop_map(|(rating, rationale, rung)| Verdict::Rated {
            rating,
            rationale,
            confidence: None,
            rung
        }),
        proptest::sample::select(Malformed::ALL).prop_map(Verdict::Malformed),
        proptest::sample::select(NotRun::ALL).prop_map(Verdict::NotRun),
    ]
}

fn labels() -> impl Strategy<Value = Vec<LabelRow>> {
    let usage = (0u64..1 << 40, 0u64..9, 0u64..9).prop_map(|(input, cached, output)| Usage { input, cached, output });
    let cost = (0u64..1 << 50).prop_map(NanoUsd);
    let one =
        (hostile(), verdict(), option::of(usage), option::of(cost), option::of(0u64..1 << 40), option::of(hostile()));
    vec(one, 1..12).prop_map(|rows| {
        let row =
            |(n, (id, verdict, usage, cost, latency_ms, served)): (usize, (String, _, _, _, _, Option<String>))| {
                LabelRow {
                    id: ItemId::new(format!("{n:02}{id}")),
                    group: None,
                    verdict,
                    judge: "judge,\"1\"".into(),
                    model_asked: "sim/small".into(),
                    model_served: served.map(Arc::from),
                    sample: n as u32 % 3,
                    usage,
                    cost,
                    latency_ms,
                }
            };
        rows.into_iter().enumerate().map(row).collect()
    })
}

fn as_read(row: LabelRow) -> JudgeRating {
    JudgeRating {
        item: row.id,
        group: None,
        sample: row.sample,
        verdict: row.verdict,
        raw: None,
        usage: row.usage,
        cost: row.cost,
        latency_ms: row.latency_ms,
        model_served: row.model_served,
    }
}

fn write_labels(path: &Path, rows: &[LabelRow]) {
    let mut writer = LabelWriter::create(path).unwrap();
    rows.iter().for_each(|row| writer.write(row).unwrap());
    writer.finish().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn items_come_back_as_they_were_written(items in items()) {
        let dir = tempfile::tempdir().unwrap();
        for format in FORMATS {
            let path = dir.path().join(format!("items.{format}"));
            write_items(&path, &items).unwrap();
            let (read, summary) = read_items(&path, &ReadOptions::default()).unwrap();
            prop_assert_eq!(&read, &items, "{}", format);
            let groups: BTreeSet<_> = items.iter().map(|item| &item.group).collect();
            prop_assert_eq!((summary.n, summary.groups), (items.len() as u64, groups.len() as u64));
        }
    }

    #[test]
    fn labels_come_back_as_they_were_written(rows in labels()) {
        let dir = tempfile::tempdir().unwrap();
        for format in FORMATS {
            let path = dir.path().join(format!("labels.{format}"));
            write_labels(&path, &rows);
            let read = read_judge(&path, scale(), &ReadOptions::default()).unwrap();
            prop_assert_eq!(read.len(), 1);
            prop_assert_eq!(&*read[0].judge, "judge,\"1\"");
            let mut expected: Vec<_> = rows.iter().cloned().map(as_read).collect();
            expected.sort_by(|a, b| a.item.cmp(&b.item));
            prop_assert_eq!(&read[0].rows, &expected, "{}", format);
        }
    }

    #[test]
    fn human_ratings_come_back_as_they_were_written(
        rows in vec((hostile(), hostile(), rating(), option::of(hostile()), option::of(hostile())), 1..12)
    ) {
        let one = |(n, (id, who, rating, rationale, source)): (usize, (String, String, _, _, _))| HumanRating {
            item: ItemId::new(format!("{n:02}{id}")), annotator: who.into(), rating, rationale, source,
        };
        let ratings: Vec<HumanRating> = rows.into_iter().enumerate().map(one).collect();
        let groups = ratings.iter().map(|r| (r.item.clone(), GroupId::new("q\n1"))).collect();
        let counts = Counts { rows: ratings.len() as u64, ..Counts::default() };
        let human = Human { ratings, groups, counts };
        let dir = tempfile::tempdir().unwrap();
        for format in FORMATS {
            let path = dir.path().join(format!("human.{format}"));
            write_human(&path, &human).unwrap();
            prop_assert_eq!(&read_human(&path, scale(), &ReadOptions::default()).unwrap(), &human, "{}", format);
        }
    }

    #[test]
    fn qrels_of_several_annotators_come_back(
        rows in btree_map(("q[0-9]", "[!-/:-~]{1,6}", "[a-zé]{1,4}"), rating(), 1..12)
    ) {
        let one = |((query, doc, who), rating): (&(String, String, String), &Rating)| {
            let id = ItemId::new(format!("{query}:{doc}"));
            let r = HumanRating { item: id.clone(), annotator: who.as_str().into(), rating: *rating, rationale: None, source: None };
            (r, (id, GroupId::new(query.as_str())))
        };
        let (mut ratings, groups): (Vec<_>, BTreeMap<_, _>) = rows.iter().map(one).unzip();
        ratings.sort_by(|a, b| (&a.item, &a.annotator).cmp(&(&b.item, &b.annotator)));
        let counts = Counts { rows: ratings.len() as u64, ..Counts::default() };
        let human = Human { ratings, groups, counts };
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("human.qrels_jg");
        write_human(&path, &human).unwrap();
        prop_assert_eq!(read_human(&path, scale(), &ReadOptions::default()).unwrap(), human);
    }
}

#[test]
fn a_malformed_verdict_is_an_absent_line_in_qrels() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("labels.qrels");
    let rated = Verdict::Rated { rating: scale().at(3), rationale: None, confidence: None, rung: Rung::Exact };
    let row = |doc: &str, verdict: Verdict| LabelRow {
        id: ItemId::new(format!("q1:{doc}")),
        group: Some(GroupId::new("q1")),
        verdict,
        judge: "j".into(),
        model_asked: "m".into(),
        model_served: None,
        sample: 0,
        usage: None,
        cost: None,
        latency_ms: None,
    };
    let malformed = Verdict::Malformed(Malformed::NotJson);
    write_labels(&path, &[row("d1", rated), row("d2", malformed), row("d3", Verdict::NotRun(NotRun::Outage))]);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "q1 0 d1 4\n");
    let judges = read_judge(&path, scale(), &ReadOptions::default()).unwrap();
    assert_eq!(&*judges[0].judge, "labels");
    assert_eq!(judges[0].rows[0].item.as_str(), "q1:d1");
    assert_eq!(judges[0].rows[0].group, Some(GroupId::new("q1")));
}

#[test]
fn a_writer_that_is_dropped_leaves_nothing_and_touches_nothing() {
    for format in ["jsonl", "csv", "parquet", "qrels"] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(format!("labels.{format}"));
        std::fs::write(&path, "before").unwrap();
        let writer = LabelWriter::create(&path).unwrap();
        assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 2);
        drop(writer);
        assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 1);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "before");
    }
}

#[cfg(unix)]
#[test]
fn results_are_as_public_as_other_new_files() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let mode = |name: &str| std::fs::metadata(dir.path().join(name)).unwrap().permissions().mode();
    std::fs::write(dir.path().join("plain"), "").unwrap();
    LabelWriter::create(&dir.path().join("labels.csv")).unwrap().finish().unwrap();
    assert_eq!(mode("labels.csv"), mode("plain"));
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    use assessor::domain::Explain;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("none/labels.csv");
    let error = LabelWriter::create(&path).err().unwrap();
    assert!(error.to_string().starts_with("the file cannot be written: No such file or directory"), "{error}");
    assert_eq!(error.place().unwrap().to_string(), path.display().to_string());
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
    assert_eq!(human.counts, Counts { rows: 4, duplicates: 1, missing: 1, off_scale: 0 });
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
    };
    let counts = Counts { rows: 4, off_scale: 2, missing: 1, duplicates: 0 };
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

#[test]
fn rows_that_are_written_fit_the_schemas() {
    let dir = tempfile::tempdir().unwrap();
    let fits = |kind, name: &str| {
        let validator = jsonschema::validator_for(&schema(kind)).unwrap();
        for line in std::fs::read_to_string(dir.path().join(name)).unwrap().lines() {
            let row = serde_json::from_str(line).unwrap();
            validator.validate(&row).map_err(|e| format!("{name}: {e}: {line}")).unwrap();
        }
        validator
    };
    let rated = Verdict::Rated { rating: scale().at(3), rationale: None, confidence: None, rung: Rung::Exact };
    let row = |id: &str, verdict| LabelRow {
        id: ItemId::new(id),
        group: None,
        verdict,
        judge: "j".into(),
        model_asked: "m".into(),
        model_served: None,
        sample: 0,
        usage: Some(Usage { input: 1, cached: 0, output: 2 }),
        cost: None,
        latency_ms: Some(3),
    };
    write_labels(&dir.path().join("l.jsonl"), &[row("a", rated), row("b", Verdict::Malformed(Malformed::Empty))]);
    let labels = fits(FileKind::Labels, "l.jsonl");
    assert!(!labels.is_valid(&serde_json::json!({"id": "a"})));
    fits(FileKind::Judge, "l.jsonl");

    let (item, annotator) = (ItemId::new("a"), "x".into());
    let rating = HumanRating { item, annotator, rating: scale().at(0), rationale: None, source: None };
    write_human(&dir.path().join("h.jsonl"), &Human { ratings: vec![rating], ..Human::default() }).unwrap();
    fits(FileKind::Human, "h.jsonl");

    let (id, group) = (ItemId::new("a"), GroupId::new("g"));
    let meta = BTreeMap::from([("year".to_owned(), "2024".to_owned())]);
    let item = Item { id, group, query: "q".into(), title: None, document: "d".into(), meta };
    write_items(&dir.path().join("i.jsonl"), &[item]).unwrap();
    let items = fits(FileKind::Items, "i.jsonl");
    assert!(!items.is_valid(&serde_json::json!({"id": "a", "query": "q", "document": "d"})));
}

#[test]
fn damaged_parquet_is_read_or_refused_but_never_kills_the_process() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("items.parquet");
    let item = |n: usize| Item {
        id: ItemId::new(format!("i{n}")),
        group: GroupId::new("q"),
        query: "q".into(),
        title: (n % 3 == 0).then(|| "t".into()),
        document: "d".repeat(n % 50),
        meta: BTreeMap::new(),
    };
    write_items(&path, &(0..300).map(item).collect::<Vec<_>>()).unwrap();
    let whole = std::fs::read(&path).unwrap();
    let (mut refused, step) = (0, whole.len() / 150);
    for at in (0..whole.len()).step_by(step) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        std::fs::write(&path, damaged).unwrap();
        refused += usize::from(check_items(&path, &ReadOptions::default()).is_err());
    }
    // Some bytes are padding or statistics; most are not.
    assert!(refused > 30, "{refused}");
}
