//! Published ratings, through the command line, beside the figures that their authors printed.
//!
//! The data are kept outside of the project: `ASSESSOR_DATA` names the folder, by default `../shared/data`. Where it is
//! absent each test says that it is skipped. `docs/REAL-DATA.md` has the same commands for people.

#![allow(clippy::unwrap_used)]

use crate::support::Folder;
use assessor::agreement::{Confusion, PairCounts, Tally, Weights, brennan_prediger, gwet_family, scott_pi};
use serde_json::Value;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// One set of published ratings.
struct Set {
    path: PathBuf,
    /// The figures to meet.
    expected: Value,
    /// Where the command runs.
    folder: Folder,
}

/// The set called `name`, or `None`, said aloud, where the data are absent.
fn set(name: &str) -> Option<Set> {
    let root = std::env::var_os("ASSESSOR_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let path = root.join(name);
    let Ok(text) = std::fs::read_to_string(path.join("expected.json")) else {
        // Past the capture of the test runner, which keeps what a passing test prints to itself.
        let said = writeln!(std::io::stderr(), "SKIPPED: no ratings at {} (set ASSESSOR_DATA)", path.display());
        said.unwrap();
        return None;
    };
    Some(Set { path, expected: serde_json::from_str(&text).unwrap(), folder: Folder::new() })
}

impl Set {
    /// Judges against people, with more arguments.
    fn audit(&self, more: &[&str]) -> Value {
        let (human, judge) = (self.file("human.csv"), self.file("judge.csv"));
        audit(&self.folder, &[&["--human", &human, "--ratings", &judge, "--map", "rating=score"], more].concat())
    }

    fn file(&self, name: &str) -> String {
        self.path.join(name).display().to_string()
    }
}

/// The data of `audit`.
fn audit(folder: &Folder, args: &[&str]) -> Value {
    let mut envelope = folder.json(&[&["audit", "--no-report"], args].concat());
    assert_eq!(envelope["exit"], 0, "{args:?}: {envelope}");
    envelope["data"].take()
}

fn panel<'a>(audit: &'a Value, judge: &str) -> &'a Value {
    let judges = audit["judges"].as_array().unwrap();
    &judges.iter().find(|j| j["name"] == judge).unwrap_or_else(|| panic!("no judge `{judge}`"))["panel"]
}

/// Figures that were held against published ones, and those that missed.
#[derive(Default)]
struct Held {
    cells: usize,
    missed: Vec<String>,
}

impl Held {
    /// Holds the figure at `pointer` of `found` against `wanted`.
    fn figure(&mut self, what: &str, found: &Value, pointer: &str, wanted: &Value, tolerance: f64) {
        self.cells += 1;
        let figure = found.pointer(pointer).unwrap_or(&Value::Null);
        let value = figure.get("value").and_then(Value::as_f64);
        let wanted = wanted.as_f64().unwrap_or_else(|| panic!("{what}: no figure to meet"));
        if value.is_none_or(|value| (value - wanted).abs() > tolerance) {
            self.missed.push(format!("{what} {pointer}: {figure} for {wanted}"));
        }
    }

    /// Holds a count against another.
    fn count(&mut self, what: &str, found: &Value, wanted: u64) {
        self.cells += 1;
        if found.as_u64() != Some(wanted) {
            self.missed.push(format!("{what}: {found} for {wanted}"));
        }
    }

    /// All of `cells` figures were met.
    fn all_of(self, cells: usize) {
        let shown = &self.missed[..self.missed.len().min(12)];
        assert!(shown.is_empty(), "{} of {} were missed: {shown:#?}", self.missed.len(), self.cells);
        assert_eq!(self.cells, cells, "figures that were held against published ones");
    }
}

/// Names in the files' library values and in our panel.
const LIBRARY: [(&str, &str); 12] = [
    ("/cohen_kappa_unweighted", "/kappa"),
    ("/cohen_kappa_linear", "/kappa_linear"),
    ("/cohen_kappa_quadratic", "/kappa_quadratic"),
    ("/exact_agreement", "/exact"),
    ("/within_1", "/adjacent"),
    ("/krippendorff_alpha_nominal", "/alpha_nominal"),
    ("/krippendorff_alpha_ordinal", "/alpha_ordinal"),
    ("/krippendorff_alpha_interval", "/alpha_interval"),
    ("/spearman", "/spearman"),
    ("/pearson", "/pearson"),
    ("/kendall_tau_b", "/kendall_tau_b"),
    ("/nmse/mse_over_range_sq_x100", "/nmse"),
];

/// Of these, figures of readable replies only: what a library gives that never sees a malformed one.
const OF_VALID_ROWS: usize = 5;

#[test]
fn llmjudge2024_the_160_cells_of_the_published_tables_to_four_decimals() {
    let Some(set) = set("llmjudge2024") else { return };
    let found = set.audit(&["--scale", "0-3", "--on-off-scale", "clip", "--id-pattern", "{query_id}_{passage}"]);
    let cells = [
        ("kappa_4pt", "/kappa"),
        ("alpha_4pt_ordinal", "/alpha_ordinal"),
        ("kappa_0|123", "/binarised/>=1/kappa"),
        ("alpha_0|123", "/binarised/>=1/alpha"),
        ("kappa_01|23", "/binarised/>=2/kappa"),
        ("alpha_01|23", "/binarised/>=2/alpha"),
        ("kappa_012|3", "/binarised/>=3/kappa"),
        ("alpha_012|3", "/binarised/>=3/alpha"),
    ];
    let (mut held, mut off_scale) = (Held::default(), 0);
    let rows = set.expected["rows"].as_object().unwrap();
    for (judge, row) in rows {
        let panel = panel(&found, judge);
        for (name, ours) in cells {
            held.figure(judge, panel, ours, &row["published"][name], 5e-5 + 1e-12);
        }
        off_scale += panel["off_scale"].as_u64().unwrap();
    }
    held.all_of(160);
    assert_eq!(off_scale, 1, "one rating off the scale, clipped as the authors did, and counted");

    let mut held = Held::default();
    for (judge, row) in rows {
        for (theirs, ours) in LIBRARY {
            let wanted = row["recomputed_only_library"].pointer(theirs).unwrap();
            held.figure(judge, panel(&found, judge), ours, wanted, 1e-9);
        }
    }
    held.all_of(20 * LIBRARY.len());
}

#[test]
fn opinsummeval_the_64_published_taus_and_readability_from_the_raw_answers() {
    let Some(set) = set("opinsummeval") else { return };
    let criteria = ["aspect_relevance", "self_coherence", "sentiment_consistency", "readability"];
    let crossed = |human: &str, judge: &str, more: &[&str]| {
        let ids = ["--id-pattern", "{query_id}_{system}", "--systems", "system"];
        set.audit(&[&ids, &["--criterion", human, "--judge-criterion", judge], more].concat())
    };
    let rows = set.expected["rows"].as_array().unwrap();
    let (mut published, mut read_rightly) = (Held::default(), Held::default());
    for (human, judge) in criteria.iter().flat_map(|human| criteria.iter().map(move |judge| (*human, *judge))) {
        let of = |row: &&Value| row["human_criterion"] == human && row["judge_criterion"] == judge;
        let found = crossed(human, judge, &[]);
        for row in rows.iter().filter(of) {
            let name = row["judge"].as_str().unwrap();
            let what = format!("{name}, {judge} against {human}");
            let (summaries, systems) = (&row["published_summary_level_tau"], &row["published_system_level_tau"]);
            published.figure(&what, panel(&found, name), "/kendall_tau_b_within_group", summaries, 1e-9);
            published.figure(&what, judged(&found, name), "/systems/tau_b", systems, 1e-9);
        }
        if judge != "readability" {
            continue;
        }
        let row = rows.iter().filter(of).find(|row| row["judge"] == "chatgpt_cot").unwrap();
        let fixed = &row["with_readable_fallbacks_fixed"];
        let found = crossed(human, judge, &["--judge", "chatgpt_cot", "--from-raw", "--on-fraction", "down"]);
        let (summaries, systems) = (&fixed["summary_level_tau"], &fixed["system_level_tau"]);
        read_rightly.figure(human, panel(&found, "chatgpt_cot"), "/kendall_tau_b_within_group", summaries, 1e-9);
        read_rightly.figure(human, judged(&found, "chatgpt_cot"), "/systems/tau_b", systems, 1e-9);
        assert_eq!(panel(&found, "chatgpt_cot")["rungs"], serde_json::json!({"rounded-down": 2, "stated": 1398}));
    }
    published.all_of(64);
    read_rightly.all_of(8);

    // Read strictly, the answers 2.5 and 3.5 are malformed, and 1,398 are left.
    let strict = crossed("readability", "readability", &["--judge", "chatgpt_cot", "--from-raw"]);
    let strict = panel(&strict, "chatgpt_cot");
    assert_eq!(strict["malformed"]["reasons"], serde_json::json!({"non-integer": 2}));
    let tau = strict["kendall_tau_b_within_group"]["value"].as_f64().unwrap();
    assert!((tau - 0.371_734_401_072_245).abs() < 1e-9, "{tau}");
}

fn judged<'a>(audit: &'a Value, judge: &str) -> &'a Value {
    audit["judges"].as_array().unwrap().iter().find(|j| j["name"] == judge).unwrap()
}

#[test]
fn judgebench_newsroom_four_ordinal_alphas_to_twelve_digits() {
    let Some(set) = set("judgebench-newsroom") else { return };
    let mut held = Held::default();
    for row in set.expected["rows"].as_array().unwrap() {
        let criterion = row["criterion"].as_str().unwrap();
        let human = set.file("human.csv");
        let args = ["--no-judge", "--human", &human, "--map", "rating=score", "--criterion", criterion];
        let found = audit(&set.folder, &args);
        held.figure(criterion, &found, "/humans/alpha_ordinal", &row["published_alpha_ordinal"], 1e-12);
        held.figure(criterion, &found, "/humans/alpha_nominal", &row["library_alpha_nominal"], 1e-9);
        held.figure(criterion, &found, "/humans/alpha_interval", &row["library_alpha_interval"], 1e-9);
    }
    held.all_of(12);
}

#[test]
fn trecdl19_the_published_confusion_counts_and_the_library_values() {
    let Some(set) = set("trecdl19-umbrela") else { return };
    let found = set.audit(&["--scale", "0-3", "--id-pattern", "{query_id}_{passage}"]);
    assert_eq!(found["humans"]["queries"], set.expected["n_queries"]);
    let mut held = Held::default();
    let confusion = set.expected["confusion"].as_array().unwrap();
    for (human, row) in confusion.iter().enumerate() {
        let ours = &panel(&found, "gpt4_umbrela_zeroshot")["confusion"][human];
        for (judge, count) in row.as_array().unwrap().iter().enumerate() {
            held.count(&format!("people {human}, judge {judge}"), &ours[judge], count.as_u64().unwrap());
        }
        held.count("malformed", &ours[4], 0);
    }
    held.all_of(20);

    let mut held = Held::default();
    for (judge, values) in set.expected["library"].as_object().unwrap() {
        let panel = panel(&found, judge);
        held.count(&format!("{judge}: items"), &panel["n"], values["n"].as_u64().unwrap());
        let missing = values.get("missing").and_then(Value::as_u64).unwrap_or(0);
        held.count(&format!("{judge}: missing"), &panel["missing"], missing);
        if judge.ends_with("_binary") {
            held.figure(judge, panel, "/binarised/>=1/kappa", &values["kappa_human_ge1"], 1e-9);
            continue;
        }
        for (theirs, ours) in LIBRARY {
            held.figure(judge, panel, ours, values.pointer(theirs).unwrap(), 1e-9);
        }
    }
    held.all_of(6 * 2 + 3 + 3 * LIBRARY.len());
}

#[test]
fn trecdl19_a_binary_judge_against_people_cut_at_two_and_the_rankings_of_37_runs() {
    let Some(set) = set("trecdl19-umbrela") else { return };
    let human = std::fs::read_to_string(set.path.join("human.csv")).unwrap();
    let mut cut = "id,annotator,rating\n".to_owned();
    for line in human.lines().skip(1) {
        let [id, _, who, score, ..] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
        cut.push_str(&format!("{id},{who},{}\n", u8::from(score.parse::<u8>().unwrap() >= 2)));
    }
    set.folder.file("cut.csv", cut);
    let mut held = Held::default();
    for judge in ["gpt4_binary", "gpt4o_binary", "llama3.2_binary"] {
        let ratings = set.file("judge.csv");
        let args = [
            "--human",
            "cut.csv",
            "--ratings",
            &ratings,
            "--scale",
            "0-1",
            "--judge",
            judge,
            "--id-pattern",
            "{query_id}_{p}",
        ];
        let found = audit(&set.folder, &args);
        let wanted = &set.expected["library"][judge]["kappa_human_ge2"];
        held.figure(judge, panel(&found, judge), "/kappa", wanted, 1e-9);
    }
    held.all_of(3);

    // The runs' scores are published, their documents are not: through the library.
    for level in set.expected["system_level"].as_array().unwrap() {
        let scores = level["system_scores"].as_array().into_iter().flatten();
        let of = |name: &str| scores.clone().map(|run| run[name].as_f64().unwrap()).collect::<Vec<_>>();
        let (people, labels) = (of("ndcg10_human"), of("compatibility"));
        let tau = PairCounts::of_scores(&people, &labels).unwrap().tau_b().unwrap();
        let published = level["published_tau"].as_f64().unwrap();
        assert!((tau - published).abs() < 5e-4 + 1e-12, "{}: {tau} for {published}", level["labels"]);
        assert!((tau - level["recomputed_tau_b"].as_f64().unwrap()).abs() < 1e-9, "{}: {tau}", level["labels"]);
        assert_eq!(people.len() as u64, level["systems"].as_u64().unwrap());
    }
}

#[test]
fn promptsens_dl20_repeats_gaps_and_values_off_the_scale_of_59_judges_by_name() {
    let Some(set) = set("promptsens-dl20") else { return };
    let common = ["--scale", "0-3", "--on-off-scale", "malformed", "--id-pattern", "{query_id}_{passage}"];
    let all = set.audit(&common);
    let rows = set.expected["rows"].as_array().unwrap();
    let items = set.expected["n_items"].as_u64().unwrap();
    let mut held = Held::default();
    let (mut repeated, mut ratings) = (0, 0);
    for row in rows {
        let name = row["judge"].as_str().unwrap();
        let panel = panel(&all, name);
        let count = |field: &str| row[field].as_u64().unwrap();
        held.count(&format!("{name}: missing"), &panel["missing"], count("items_missing"));
        held.count(&format!("{name}: judged"), &panel["n"], count("items_judged"));
        held.count(&format!("{name}: off the scale"), &panel["off_scale"], count("out_of_range_rows"));
        held.count(&format!("{name}: repeated"), &panel["repeats"]["items"], count("items_repeated"));
        let values = panel["off_scale_values"].as_object().unwrap().values().map(|n| n.as_u64().unwrap());
        assert_eq!(values.sum::<u64>(), count("out_of_range_rows"), "{name}: each value off the scale has its count");
        let once = items - count("items_missing") - count("items_repeated");
        let rows = once + panel["repeats"]["rows"].as_u64().unwrap();
        assert_eq!(rows, count("rows"), "{name}: no row is dropped silently");
        ratings += rows;
        if count("items_repeated") > 0 {
            repeated += 1;
            let same = &row["repeat_self_agreement_first_two"];
            held.figure(name, panel, "/repeats/first_two_same", same, 1e-12);
        }
    }
    held.all_of(59 * 4 + repeated);
    assert_eq!((repeated, ratings), (3, 106_037), "judges that repeat, ratings in the file");

    let (mut held, mut cells) = (Held::default(), 0);
    for row in rows {
        let name = row["judge"].as_str().unwrap();
        // The published convention takes the first answer; most judges have no other.
        let first = (row["items_repeated"] != 0)
            .then(|| set.audit(&[&common[..], &["--sample", "0", "--judge", name]].concat()));
        let panel = panel(first.as_ref().unwrap_or(&all), name);
        if first.is_some() {
            let left_out = row["rows"].as_u64().unwrap() - row["items_judged"].as_u64().unwrap();
            assert_eq!(panel["other_samples"], left_out, "{name}: answers left out");
        }
        // A library leaves malformed replies out; ours has them in each figure that they can be in.
        let complete = row["out_of_range_rows"] == 0;
        let of_all = |(_, ours): &&(&str, &str)| complete || LIBRARY[OF_VALID_ROWS..11].iter().any(|l| l.1 == *ours);
        for (theirs, ours) in LIBRARY.iter().filter(of_all) {
            cells += 1;
            let wanted = row["first_sample_in_range_library"].pointer(theirs).unwrap();
            held.figure(name, panel, ours, wanted, 1e-9);
        }
    }
    held.all_of(cells);
}

/// Ratings of several people as a file: one line per rating.
fn people(ratings: &[Value]) -> String {
    let mut text = "id,annotator,rating\n".to_owned();
    for (rater, units) in ratings.iter().enumerate() {
        for (unit, rating) in units.as_array().unwrap().iter().enumerate() {
            if let Some(rating) = rating.as_f64() {
                text.push_str(&format!("u{unit:02},r{rater},{rating}\n"));
            }
        }
    }
    text
}

fn case<'a>(set: &'a Set, id: &str) -> &'a Value {
    set.expected["cases"].as_array().unwrap().iter().find(|case| case["id"] == id).unwrap()
}

#[test]
fn textbook_alphas_of_several_people_with_gaps() {
    let Some(set) = set("agreement-textbook") else { return };
    let mut held = Held::default();
    for (id, scale) in [("krippendorff-2011-4x12", "1-5"), ("gwet-raw-4raters", "1-5"), ("gwet-raw-5observers", "0-3")]
    {
        let case = case(&set, id);
        set.folder.file("h.csv", people(case["data"].as_array().unwrap()));
        let found = audit(&set.folder, &["--no-judge", "--human", "h.csv", "--scale", scale]);
        for metric in ["alpha_nominal", "alpha_ordinal", "alpha_interval"] {
            held.figure(id, &found["humans"], &format!("/{metric}"), &case["recomputed"][metric], 1e-12);
        }
    }
    held.all_of(9);
}

#[test]
fn textbook_tables_of_two_raters() {
    let Some(set) = set("agreement-textbook") else { return };
    let mut held = Held::default();
    let case_of = case(&set, "artstein-poesio-2008-ex1");
    let (mut human, mut judge) = ("id,annotator,rating\n".to_owned(), "id,rating\n".to_owned());
    for (second, row) in case_of["data"].as_array().unwrap().iter().enumerate() {
        for (first, count) in row.as_array().unwrap().iter().enumerate() {
            for i in 0..count.as_u64().unwrap() {
                human.push_str(&format!("{second}{first}{i},p,{first}\n"));
                judge.push_str(&format!("{second}{first}{i},{second}\n"));
            }
        }
    }
    set.folder.file("h.csv", human);
    set.folder.file("j.csv", judge);
    let found = audit(&set.folder, &["--human", "h.csv", "--ratings", "j.csv", "--scale", "0-1"]);
    let (panel, wanted) = (&found["judges"][0]["panel"], &case_of["recomputed"]);
    held.figure("table", panel, "/exact", &wanted["observed"], 1e-12);
    held.figure("table", panel, "/kappa", &wanted["cohen_kappa"], 1e-12);
    held.figure("table", panel, "/alpha_nominal", &wanted["alpha_nominal"], 1e-12);
    let cells: Vec<Vec<u64>> = serde_json::from_value(panel["confusion"].clone()).unwrap();
    let table = Confusion::from_rows(&cells);
    let (pi, s) = (scott_pi(&table, Weights::None).unwrap(), brennan_prediger(&table, Weights::None).unwrap());
    assert_eq!((format!("{pi:.3}"), format!("{s:.3}")), ("0.341".into(), "0.400".into()));

    let case_of = case(&set, "degenerate-constant-judge");
    set.folder.file("h.csv", people(&case_of["data"].as_array().unwrap()[..1]));
    let constant: String = (0..8).map(|unit| format!("u{unit:02},3\n")).collect();
    set.folder.file("j.csv", format!("id,rating\n{constant}"));
    let found = audit(&set.folder, &["--human", "h.csv", "--ratings", "j.csv"]);
    let (panel, wanted) = (&found["judges"][0]["panel"], &case_of["recomputed"]);
    held.figure("constant", panel, "/kappa", &wanted["cohen_kappa"], 1e-12);
    held.figure("constant", panel, "/alpha_ordinal", &wanted["alpha_ordinal"], 1e-12);
    held.all_of(5);
    for undefined in ["spearman", "kendall_tau_b", "pearson"] {
        assert_eq!(panel[undefined], serde_json::json!({"undefined": "all judge ratings are the same"}), "{undefined}");
    }
}

#[test]
fn textbook_fleiss_kappa_of_fourteen_raters() {
    let Some(set) = set("agreement-textbook") else { return };
    let case = case(&set, "fleiss-wikipedia-10x5x14");
    let counts: Vec<Vec<u32>> = serde_json::from_value(case["data"].clone()).unwrap();
    let family = gwet_family(&Tally::of_counts(counts.iter().map(Vec::as_slice), 5), Weights::None).unwrap();
    let wanted = case["recomputed"]["fleiss_kappa"].as_f64().unwrap();
    assert!((family.fleiss.unwrap().value - wanted).abs() < 1e-12);
}
