//! What is written is what is read, in every format; no bytes break a reader or leave half a file.

#![allow(clippy::unwrap_used)]

use assessor::domain::{
    Explain, GroupId, HumanRating, Item, ItemId, Malformed, NanoUsd, NotRun, Rating, Rung, Scale, Usage, Verdict,
};
use assessor::labels::{
    Counts, FileKind, Human, JudgeRating, LabelRow, LabelWriter, ReadOptions, check_items, read_human, read_items,
    read_judge, schema, write_human, write_items,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
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
            rung,
            basis: None,
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
    fn the_line_of_a_csv_record_is_exact(
        rows in vec((prop_oneof![Just("a"), Just("\"a\nb\""), Just("\"\r\n\"\"\r\""), Just("")], 0usize..3, any::<bool>()), 0..9),
        long in any::<bool>(),
    ) {
        let mut text = "id,rating,raw\n".to_owned();
        for (n, (raw, blank, crlf)) in rows.iter().enumerate() {
            let end = if *crlf { "\r\n" } else { "\n" };
            text.push_str(&format!("i{n},3,{raw}{end}{}", end.repeat(*blank)));
        }
        // Longer than what the parser reads at once.
        if long {
            text.push_str(&format!("big,3,\"{}\"\r\n", "0123456789\n".repeat(20_000)));
        }
        let line = text.matches('\n').count() as u64 + 1;
        text.push_str("last,3\n");
        let (_dir, path) = file("judge.csv", &text);
        let error = read_judge(&path, scale(), &ReadOptions::default()).unwrap_err();
        prop_assert_eq!(error.to_string(), "this row has 2 fields, the header has 3");
        let place = error.place().unwrap();
        prop_assert_eq!((place.line, place.source.as_deref()), (Some(line), Some("last,3")));
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in vec(any::<u8>(), 0..200), good in any::<bool>()) {
        let dir = tempfile::tempdir().unwrap();
        for name in ["f.jsonl", "f.csv", "f.tsv", "f.qrels", "f.parquet"] {
            let path = dir.path().join(name);
            let start: &[u8] = if good { b"id,query_id,query,document,rating,annotator\n" } else { b"" };
            std::fs::write(&path, [start, &bytes].concat()).unwrap();
            let (options, scale) = (ReadOptions::default(), scale());
            for error in [
                check_items(&path, &options).err(),
                read_human(&path, scale, &options).err(),
                read_judge(&path, scale, &options).err(),
            ].into_iter().flatten() {
                prop_assert!(error.place().is_some() && error.hint().is_some());
                prop_assert!(!error.to_string().contains(char::is_control));
            }
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
    let rated =
        Verdict::Rated { rating: scale().at(3), rationale: None, confidence: None, rung: Rung::Exact, basis: None };
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
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("none/labels.csv");
    let error = LabelWriter::create(&path).err().unwrap();
    assert!(error.to_string().starts_with("the file cannot be written: No such file or directory"), "{error}");
    assert_eq!(error.place().unwrap().to_string(), path.display().to_string());
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
    let rated =
        Verdict::Rated { rating: scale().at(3), rationale: None, confidence: None, rung: Rung::Exact, basis: None };
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
        title: n.is_multiple_of(3).then(|| "t".into()),
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
