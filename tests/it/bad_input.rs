//! Broken files: each names what is wrong, where, and what to do. The whole text is asserted.

use assessor::domain::{Explain, Scale};
use assessor::labels::{ReadOptions, check_items, read_human, read_judge};
use std::fmt::Write;
use std::path::Path;

/// What a file is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Items,
    Human,
    Judge,
}

/// A broken file and all that is said about it. `{dir}` in the text stands for the folder.
pub struct Case {
    pub name: &'static str,
    pub file: &'static str,
    pub bytes: Vec<u8>,
    pub role: Role,
    pub text: &'static str,
}

/// As a command prints it: message, place, source line, hint.
pub fn rendered(error: &dyn Explain) -> String {
    let mut text = format!("error: {error}\n");
    if let Some(place) = error.place() {
        writeln!(text, "  --> {place}").unwrap();
        if let (Some(line), Some(source)) = (place.line, &place.source) {
            writeln!(text, "{line} | {source}").unwrap();
        }
    }
    if let Some(hint) = error.hint() {
        writeln!(text, "hint: {hint}").unwrap();
    }
    text
}

/// What is said about `path`, read on the scale 1–5.
pub fn refusal(path: &Path, role: Role) -> Option<String> {
    let (scale, options) = (Scale::new(1, 5).unwrap(), ReadOptions::default());
    match role {
        Role::Items => check_items(path, &options).err().map(|e| rendered(&e)),
        Role::Human => read_human(path, scale, &options).err().map(|e| rendered(&e)),
        Role::Judge => read_judge(path, scale, &options).err().map(|e| rendered(&e)),
    }
}

/// `file`, `bytes`, `role`, `text`.
fn case(name: &'static str, file: &'static str, bytes: impl Into<Vec<u8>>, role: Role, text: &'static str) -> Case {
    Case { name, file, bytes: bytes.into(), role, text }
}

const ITEM: &str = r#"{"id":"i1","query_id":"q1","query":"vpn","document":"How to set up the VPN"}"#;

/// All of them.
pub fn cases() -> Vec<Case> {
    let mut cases = encoding();
    cases.extend(json_lines());
    cases.extend(csv());
    cases.extend(columns());
    cases.extend(ratings());
    cases.extend(other_formats());
    cases
}

fn encoding() -> Vec<Case> {
    let second = |bytes: &[u8]| [ITEM.as_bytes(), b"\n", bytes].concat();
    vec![
        case("empty file", "items.jsonl", "", Role::Items, ""),
        case("nothing but blank lines", "items.jsonl", "\n\r\n  \n", Role::Items, ""),
        case("byte order mark and nothing", "items.csv", "\u{feff}", Role::Items, ""),
        case("Latin-1 in JSON", "items.jsonl", second(b"{\"id\":\"caf\xe9\"}"), Role::Items, ""),
        case(
            "Latin-1 in the second line of a quoted field",
            "items.csv",
            *b"id,query_id,query,document\ni1,q1,vpn,\"one\ncaf\xe9\"\n",
            Role::Items,
            "",
        ),
        case("UTF-16", "items.csv", *b"\xff\xfei\0d\0", Role::Items, ""),
        case("NUL in CSV", "items.csv", "id,query_id,query,document\ni1,q1,vpn,a\0b\n", Role::Items, ""),
        case(
            "NUL in JSON",
            "items.jsonl",
            r#"{"id":"i1","query_id":"q1","query":"vpn","document":"a\u0000b"}"#,
            Role::Items,
            "",
        ),
        case(
            "huge field",
            "items.csv",
            format!("id,query_id,query,document\ni1,q1,vpn,{}\n", "x".repeat((1 << 20) + 1)),
            Role::Items,
            "",
        ),
        case("huge line", "items.jsonl", format!("{{\"id\":\"{}\"}}", "x".repeat(8 << 20)), Role::Items, ""),
        case(
            "huge record",
            "items.csv",
            format!("id,query_id,query,document\ni1,q1,vpn,\"{}", "x\n".repeat(5 << 20)),
            Role::Items,
            "",
        ),
    ]
}

fn json_lines() -> Vec<Case> {
    let after = |text: &str| format!("{ITEM}\n{text}\n");
    vec![
        case("cut off in the last line", "items.jsonl", format!("{ITEM}\n{}", &ITEM[..40]), Role::Items, ""),
        case("no JSON", "items.jsonl", after("id,query_id,query,document"), Role::Items, ""),
        case("a list", "items.jsonl", "[{\"id\":\"i1\"}]", Role::Items, ""),
        case("two objects on a line", "items.jsonl", format!("{ITEM} {ITEM}"), Role::Items, ""),
        case("a key twice", "items.jsonl", r#"{"id":"i1","query":"é","id":"i2"}"#, Role::Items, ""),
        case("NaN in JSON", "judge.jsonl", "{\"id\":\"i1\",\"rating\":NaN}", Role::Judge, ""),
        case("a number with a fraction as id", "judge.jsonl", "{\"id\":1.5,\"rating\":3}", Role::Judge, ""),
        case(
            "CRLF does not shift the line",
            "judge.jsonl",
            "{\"id\":\"a\",\"rating\":3}\r\n{\"id\":\r\n",
            Role::Judge,
            "",
        ),
    ]
}

fn csv() -> Vec<Case> {
    vec![
        case("a header only", "human.csv", "id,annotator,rating\n", Role::Human, ""),
        case(
            "ragged",
            "items.csv",
            "\u{feff}id,query_id,query,document\r\ni1,q1,vpn,\"a\r\nb\"\r\ni2,q1,vpn,b,c\r\n",
            Role::Items,
            "",
        ),
        case("too few fields after blank lines", "human.csv", "id,annotator,rating\n\n\ni1,ann\n", Role::Human, ""),
        case("a quote never closed", "human.csv", "id,rating,annotator\ni1,3,\"ann\ni2,4,bob\n", Role::Human, ""),
        case("a column twice", "human.csv", "id,rating,annotator,rating\ni1,3,ann,4\n", Role::Human, ""),
        case("a column without a name", "human.csv", ",id,rating,annotator\n0,i1,3,ann\n", Role::Human, ""),
    ]
}

fn columns() -> Vec<Case> {
    vec![
        case("no query id", "items.csv", "id,query,document\ni1,vpn,text\n", Role::Items, ""),
        case(
            "no document in one line",
            "items.jsonl",
            format!("{ITEM}\n{{\"id\":\"i2\",\"query_id\":\"q\",\"query\":\"x\"}}"),
            Role::Items,
            "",
        ),
        case("a null document", "items.jsonl", ITEM.replace("\"How to set up the VPN\"", "null"), Role::Items, ""),
        case("an empty id", "items.csv", "id,query_id,query,document\n,q1,vpn,text\n", Role::Items, ""),
        case("a list as document", "items.jsonl", ITEM.replace("\"How to set up the VPN\"", "[1]"), Role::Items, ""),
        case("an item twice", "items.jsonl", format!("{ITEM}\n\n{ITEM}\n"), Role::Items, ""),
        case("no annotator", "human.csv", "id,rating\ni1,3\n", Role::Human, ""),
        case("no rating at all", "human.csv", "id,score\ni1,3\n", Role::Human, ""),
        case("no rating in one line", "judge.jsonl", "{\"id\":\"i1\",\"score\":3}", Role::Judge, ""),
    ]
}

fn ratings() -> Vec<Case> {
    vec![
        case("off the scale, human", "human.csv", "id,annotator,rating\ni1,ann,6\n", Role::Human, ""),
        case("off the scale, judge", "judge.csv", "id,rating\ni1,5\ni2,0\n", Role::Judge, ""),
        case("a fraction", "judge.csv", "id,rating\ni1,4.5\n", Role::Judge, ""),
        case("NaN in CSV", "human.csv", "id,annotator,rating\ni1,ann,NaN\n", Role::Human, ""),
        case("a word", "judge.tsv", "id\trating\ni1\tabc\n", Role::Judge, ""),
        case("true", "judge.jsonl", "{\"id\":\"i1\",\"rating\":true}", Role::Judge, ""),
        case("one person twice", "human.csv", "id,annotator,rating\ni1,ann,3\ni1,bob,3\ni1,ann,4\n", Role::Human, ""),
        case("one sample twice", "judge.csv", "id,judge,sample,rating\ni1,j,1,3\ni1,j,1,3\n", Role::Judge, ""),
        case("a sample below 0", "judge.csv", "id,sample,rating\ni1,-1,3\n", Role::Judge, ""),
        case("an unknown outcome", "judge.csv", "id,rating,outcome\ni1,,lost\n", Role::Judge, ""),
        case("malformed with a rating", "judge.csv", "id,rating,outcome\ni1,3,malformed:empty\n", Role::Judge, ""),
        case("rated without a rating", "judge.csv", "id,rating,outcome\ni1,,rated\n", Role::Judge, ""),
        case("an unknown rung", "judge.csv", "id,rating,rung\ni1,3,guess\n", Role::Judge, ""),
        case("a price below 0", "judge.csv", "id,rating,cost_usd\ni1,3,-1\n", Role::Judge, ""),
        case(
            "two criteria",
            "human.csv",
            "id,annotator,rating,criterion\ni1,ann,3,fluency\ni1,ann,3,relevance\n",
            Role::Human,
            "",
        ),
    ]
}

fn other_formats() -> Vec<Case> {
    vec![
        case("text", "human.txt", "q1 0 d1 3\n", Role::Human, ""),
        case("a JSON document", "items.json", "[]", Role::Items, ""),
        case("no extension", "items", ITEM, Role::Items, ""),
        case("packed", "items.jsonl.gz", *b"\x1f\x8b", Role::Items, ""),
        case("qrels as items", "items.qrels", "q1 0 d1 3\n", Role::Items, ""),
        case("three fields in qrels", "human.qrels", "q1 0 d1 3\nq1 d2 3\n", Role::Human, ""),
        case("junk grade in qrels", "human.qrels", "q1 0 d1 -2\n", Role::Human, ""),
        case("Parquet in name only", "items.parquet", "id,query_id\n", Role::Items, ""),
        case("truncated Parquet", "items.parquet", truncated_parquet(), Role::Items, ""),
        case("off the scale in Parquet", "judge.parquet", off_scale_parquet(), Role::Judge, ""),
    ]
}

fn truncated_parquet() -> Vec<u8> {
    let whole = off_scale_parquet();
    whole[..whole.len() - 100].to_vec()
}

/// Three human ratings up to 6, written on a scale up to 6.
fn off_scale_parquet() -> Vec<u8> {
    use assessor::domain::{HumanRating, ItemId};
    use assessor::labels::{Human, write_human};
    let scale = Scale::new(1, 6).unwrap();
    let rating = |value: i64| HumanRating {
        item: ItemId::new(format!("i{value}")),
        annotator: "ann".into(),
        rating: scale.rating(value).unwrap(),
        rationale: None,
        source: None,
    };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("human.parquet");
    write_human(&path, &Human { ratings: (4..=6).map(rating).collect(), ..Human::default() }).unwrap();
    std::fs::read(&path).unwrap()
}

#[test]
fn every_broken_file_is_refused_with_what_where_and_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let mut wrong = String::new();
    for case in cases() {
        let path = dir.path().join(case.file);
        std::fs::write(&path, &case.bytes).unwrap();
        let said = refusal(&path, case.role).unwrap_or_else(|| "accepted\n".into());
        let said = said.replace(&*dir.path().to_string_lossy(), "{dir}");
        if said != case.text {
            write!(wrong, "=== {}\n--- said\n{said}--- expected\n{}", case.name, case.text).unwrap();
        }
        std::fs::remove_file(&path).unwrap();
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_missing_file_and_a_folder_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let said = |name: &str| {
        let text = refusal(&dir.path().join(name), Role::Items).unwrap();
        text.replace(&*dir.path().to_string_lossy(), "{dir}")
    };
    assert_eq!(
        said("none.csv"),
        "error: there is no such file\n  --> {dir}/none.csv\n\
         hint: check the path; relative paths start at the working directory\n"
    );
    std::fs::create_dir(dir.path().join("folder.csv")).unwrap();
    assert_eq!(
        said("folder.csv"),
        "error: this is no file but a directory\n  --> {dir}/folder.csv\n\
         hint: name a file ending in `.jsonl`, `.csv`, `.tsv`, `.parquet` or `.qrels`\n"
    );
}
