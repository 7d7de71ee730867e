//! Judge versions: stored, used again, promoted, rolled back, damaged.

#![allow(clippy::unwrap_used)]

use crate::support::{Folder, Said, items_jsonl, said};
use assessor::domain::Explain as _;
use assessor::judge::{JudgeSpec, PARSER, Sampling};
use assessor::ledger::{
    Bounds, Edits, Expected, Ledger, Lineage, MoveKind, Saved, Scored, Scores, Spend, VersionError,
};
use assessor::prompt::Prompt;
use std::path::Path;
use std::process::Stdio;

/// A judge like no other: its prompt has `rule`.
fn judge(rule: &str) -> JudgeSpec {
    let mut rubric = assessor::rubric::shipped();
    // Frozen spans are the rubric file's; a stored judge has none.
    rubric.frozen.clear();
    let mut prompt = Prompt::of(&rubric);
    prompt.bullets.push(rule.to_owned());
    let extra = serde_json::Map::from_iter([("top_p".to_owned(), serde_json::json!(0.1 + 0.2))]);
    let sampling = Sampling { temperature: Some(0.3), max_tokens: 9, seed: 7, extra, structured: None };
    JudgeSpec {
        rubric,
        prompt,
        model: "m".into(),
        address: Some("http://h/v1#m".into()),
        sampling,
        parser: PARSER,
        map: None,
    }
}

fn lineage() -> Lineage {
    let change = Some(Bounds { low: -5.5, high: -1.25, level: 0.95 });
    Lineage {
        parent: Some("00112233aabbccdd".into()),
        strategy: Some("gepa".into()),
        run: Some("r".into()),
        data: None,
        feedback: vec!["i1".into(), "i2".into()],
        edits: Edits { added: vec!["- New.".into()], removed: vec![] },
        scores: Scores { dev: None, test: Some(Scored { before: 8.83, after: 4.86, change }) },
        spend: Some(Spend { judge_calls: 1_500, other_calls: 12, usd: Some(0.1 + 0.2) }),
        why: Some("better".into()),
    }
}

/// Three versions, promoted one after the other; their hashes.
fn three(ledger: &Ledger) -> [String; 3] {
    ["Alpha.", "Beta.", "Gamma."].map(|rule| {
        let hash = ledger.save_version(&judge(rule), &Lineage::default(), rule).unwrap().hash;
        ledger.promote(&hash, "production", &Expected::Any, rule).unwrap().unwrap();
        hash
    })
}

fn target(ledger: &Ledger) -> String {
    ledger.aliases().unwrap().remove(0).target
}

/// Changes one byte of the one place in the ledger where `text` stands.
fn flip(folder: &Path, text: &str) {
    let path = folder.join("ledger.sqlite");
    let mut bytes = std::fs::read(&path).unwrap();
    let found: Vec<usize> =
        (0..bytes.len() - text.len()).filter(|at| bytes[*at..].starts_with(text.as_bytes())).collect();
    assert_eq!(found.len(), 1, "`{text}` stands in {} places", found.len());
    bytes[found[0]] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_version_comes_back_as_it_was_stored_and_the_same_judge_is_the_same_version() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(folder.path()).unwrap();
    let saved = ledger.save_version(&judge("Alpha."), &lineage(), "a note").unwrap();
    assert_eq!(saved, Saved { hash: judge("Alpha.").hash(), was_there: false });
    let again = ledger.save_version(&judge("Alpha."), &Lineage::default(), "another").unwrap();
    assert_eq!(again, Saved { hash: saved.hash.clone(), was_there: true });
    let found = Ledger::open(folder.path()).unwrap().version(&saved.hash[..6].to_uppercase()).unwrap();
    assert_eq!(found.fallback, None);
    assert_eq!(found.version.judge, judge("Alpha."));
    assert_eq!(found.version.judge.hash(), saved.hash);
    assert_eq!((found.version.lineage, found.version.note.as_str()), (lineage(), "a note"));
    assert_eq!(ledger.versions().unwrap().len(), 1);
}

#[test]
fn several_rollbacks_go_further_back_and_nothing_stands_before_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(folder.path()).unwrap();
    let [a, b, c] = three(&ledger);
    assert_eq!(target(&ledger), c);
    assert_eq!(ledger.rollback("production", &Expected::Any, "").unwrap().moved.to, b);
    assert_eq!(ledger.rollback("production", &Expected::Version(b.clone()), "worse").unwrap().moved.to, a);
    let error = ledger.rollback("production", &Expected::Any, "").unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("`production` has nothing to go back to: no good version stands before `{a}` in its history")
    );
    assert_eq!(
        error.hint().unwrap(),
        "an alias is moved and never taken away: `assessor judge promote VERSION --as production` lets it lead to another \
         version, for example the baseline (`assessor judge list`)"
    );
    assert_eq!(ledger.promote(&a, "production", &Expected::Any, "").unwrap(), None, "it points there already");
    let history = ledger.aliases().unwrap().remove(0).history;
    let kinds: Vec<MoveKind> = history.iter().map(|step| step.kind).collect();
    let (on, back) = (MoveKind::Promote, MoveKind::Rollback);
    assert_eq!(kinds, [on, on, on, back, back]);
    assert_eq!((history[4].from.as_deref(), history[4].why.as_str()), (Some(b.as_str()), "worse"));
}

#[test]
fn of_two_writers_one_wins_and_the_other_is_told_what_happened_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(folder.path()).unwrap();
    let [a, b, c] = three(&ledger);
    let error = ledger.promote(&a, "production", &Expected::Version(b[..8].to_owned()), "").unwrap_err();
    let VersionError::Moved { last: Some((at, _)), .. } = &error else { panic!("{error}") };
    assert_eq!(error.to_string(), format!("`production` points to `{c}`, not to `{b}`; it was moved at {at}: Gamma."));
    assert_eq!(
        error.hint().unwrap(),
        format!("see what changed with `assessor judge diff {b} {c}`; to go on from there, `--expect {c}`")
    );
    let error = ledger.promote(&a, "production", &Expected::Nothing, "").unwrap_err();
    assert!(error.to_string().starts_with(&format!("`production` points to `{c}`, not to nothing; ")), "{error}");
    let error = ledger.promote(&a, "new", &Expected::Version(a.clone()), "").unwrap_err();
    assert_eq!(error.to_string(), format!("`new` points to nothing, not to `{a}`"));
    assert_eq!(error.hint().unwrap(), "if it shall be a new alias, `--expect none`");
    assert!(ledger.promote(&a, "new", &Expected::Nothing, "").unwrap().is_some());
}

#[test]
fn versions_and_moves_can_be_neither_changed_nor_deleted() {
    let folder = tempfile::tempdir().unwrap();
    three(&Ledger::open(folder.path()).unwrap());
    let other = rusqlite::Connection::open(folder.path().join("ledger.sqlite")).unwrap();
    for (statement, table) in [
        ("UPDATE versions SET note = 'x'", "versions"),
        ("DELETE FROM versions", "versions"),
        ("UPDATE moves SET why = 'x'", "moves"),
        ("DELETE FROM moves", "moves"),
    ] {
        let refused = other.execute(statement, []).unwrap_err().to_string();
        assert!(refused.contains(&format!("{table} are append-only")), "{refused}");
    }
}

#[test]
fn a_damaged_version_is_refused_by_name_and_the_last_good_one_of_its_alias_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(folder.path()).unwrap();
    let rules = ["The alphabet counts.", "The betatron counts.", "The gammatron counts."];
    let [a, b, c] = rules.map(|rule| {
        let hash = ledger.save_version(&judge(rule), &Lineage::default(), "").unwrap().hash;
        ledger.promote(&hash, "production", &Expected::Any, "").unwrap();
        hash
    });
    drop(ledger);
    flip(folder.path(), "gammatron");
    let ledger = Ledger::open(folder.path()).unwrap();
    let error = ledger.version(&c).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("the judge version `{c}` is damaged: its content does not match its checksum")
    );
    assert!(error.place().unwrap().to_string().ends_with("ledger.sqlite"));
    assert_eq!(error.hint().unwrap(), "restore the ledger from a copy, or store the judge again: `assessor judge add`");
    let found = ledger.version("production").unwrap();
    assert_eq!(found.version.judge, judge(rules[1]));
    assert_eq!(
        found.fallback.unwrap().to_string(),
        format!("`production` leads to the damaged judge version `{c}`; `{b}`, the last good one before, is used")
    );
    assert!(matches!(ledger.promote(&c, "other", &Expected::Any, ""), Err(VersionError::Damaged { .. })));
    // What is damaged can be stored once more, and is good again.
    assert!(!ledger.save_version(&judge(rules[2]), &Lineage::default(), "").unwrap().was_there);
    assert_eq!(ledger.version("production").unwrap().version.hash, c);
    drop(ledger);
    flip(folder.path(), "betatron");
    let back = Ledger::open(folder.path()).unwrap().rollback("production", &Expected::Any, "").unwrap();
    assert_eq!((back.moved.to, back.skipped), (a, vec![b]));
}

#[test]
fn a_flipped_byte_of_lineage_note_date_or_checksum_is_seen_as_well() {
    for text in ["because it is better", "remember this", "202"] {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path()).unwrap();
        let lineage = Lineage { why: Some("because it is better".into()), ..Lineage::default() };
        let hash = ledger.save_version(&judge("Alpha."), &lineage, "remember this").unwrap().hash;
        let created = ledger.version(&hash).unwrap().version.created;
        drop(ledger);
        flip(folder.path(), if text == "202" { &created } else { text });
        let error = Ledger::open(folder.path()).unwrap().version(&hash).unwrap_err();
        assert!(matches!(error, VersionError::Damaged { .. }), "{text}: {error}");
    }
}

#[test]
fn a_prefix_that_fits_several_versions_lists_them() {
    let folder = tempfile::tempdir().unwrap();
    drop(Ledger::open(folder.path()).unwrap());
    let other = rusqlite::Connection::open(folder.path().join("ledger.sqlite")).unwrap();
    for hash in ["abcdef0000000000", "abcdef1111111111"] {
        let row = "INSERT INTO versions (hash, spec, lineage, note, created, checksum) VALUES (?, '', '', '', '', '')";
        other.execute(row, [hash]).unwrap();
    }
    let error = Ledger::open(folder.path()).unwrap().version("abcdef").unwrap_err();
    assert_eq!(error.to_string(), "`abcdef` is the beginning of 2 judge versions");
    assert_eq!(error.hint().unwrap(), "give more digits: `abcdef0000000000`, `abcdef1111111111`");
}

/// Stores the default judge and gives its hash.
fn baseline(folder: &Folder) -> String {
    let added = folder.json(&["judge", "add", "--note", "baseline"]);
    added["data"]["hash"].as_str().unwrap().to_owned()
}

/// Writes `rule` below the prompt of `from` and stores that as a version.
fn with_rule(folder: &Folder, from: &str, rule: &str) -> String {
    let text = folder.run(&["judge", "show", from, "--text"]).out;
    folder.file("prompt.txt", format!("{text}\n- {rule}\n"));
    let added = folder.json(&["judge", "add", "prompt.txt", "--from", from]);
    assert_eq!(added["data"]["parent"], from, "{added}");
    assert_eq!(added["data"]["edits"]["added"].as_array().unwrap().last().unwrap(), &format!("- {rule}"));
    added["data"]["hash"].as_str().unwrap().to_owned()
}

#[test]
fn a_stored_judge_labels_byte_for_byte_like_the_one_that_it_was_stored_from_and_pays_for_nothing() {
    let folder = Folder::new();
    folder.file("items.jsonl", items_jsonl(20));
    let label = |out: &str, more: &[&str]| -> Said {
        folder.run(&[&["label", "--items", "items.jsonl", "--out", out], more].concat())
    };
    assert_eq!(label("first.jsonl", &[]).code, 0);
    let hash = baseline(&folder);
    assert_eq!(folder.run(&["judge", "promote", &hash, "--as", "production"]).code, 0);
    for name in ["production", &hash[..8]] {
        let again = label("again.jsonl", &["--judge", name]);
        assert!(again.out.contains("\n0 requests now, 20 verdicts from the ledger"), "{again:?}");
        assert_eq!(folder.read("again.jsonl"), folder.read("first.jsonl"));
    }
    // Its sampling is its own, whatever the command's seed is.
    let seeded = label("again.jsonl", &["--judge", "production", "--seed", "5"]);
    assert!(seeded.out.contains("\n0 requests now"), "{seeded:?}");
    // Bound to another model it is another judge.
    let other = label("large.jsonl", &["--judge", "production", "--model", "sim/large"]);
    assert!(other.out.starts_with("sim/large · relevance · ") && other.out.contains("\n20 requests now"), "{other:?}");
}

#[test]
fn every_command_that_takes_a_judge_takes_a_stored_one() {
    let folder = Folder::new();
    let old = baseline(&folder);
    let new = with_rule(&folder, &old, "Rate documents older than a year lower.");
    folder.run(&["judge", "promote", &new, "--as", "candidate"]);
    let name = |out: &str| out.contains(&format!("sim/small · relevance · {}", &new[..8]));
    let audit = folder.run(&["audit", "--judge", "candidate", "--no-report"]);
    assert!(audit.code == 0 && name(&audit.out), "{audit:?}");
    let listed = folder.run(&["disagree", "--judge", &new[..6]]);
    assert!(listed.code == 0 && name(&listed.out), "{listed:?}");
    assert!(listed.err.contains("0 requests") || !listed.err.contains("requests"), "{}", listed.err);
    let compared = folder.json(&["compare", &format!("judge:{old}"), "judge:candidate", "--no-report"]);
    assert_eq!(compared["exit"], 0, "{compared}");
    assert!(name(compared["data"]["new"]["name"].as_str().unwrap()), "{}", compared["data"]["new"]);
    assert_eq!(folder.run(&["doctor", "--judge", "candidate"]).code, 0);
}

#[test]
fn what_a_stored_judge_has_of_its_own_cannot_be_changed_beside_it() {
    let folder = Folder::new();
    let hash = baseline(&folder);
    let name = format!("sim/small · relevance · {}", &hash[..8]);
    folder.file("items.jsonl", items_jsonl(2));
    let refused = |more: &[&str]| {
        let said = folder.run(&[&["label", "--items", "items.jsonl", "--judge", &hash], more].concat());
        assert_eq!(said.code, 2, "{said:?}");
        said.err
    };
    assert_eq!(
        refused(&["--rubric", "r.toml"]),
        format!(
            "error: the judge `{name}` has its own rubric\nhint: leave `--rubric` out, or name a model in place of the judge\n"
        )
    );
    assert_eq!(
        refused(&["--max-tokens", "9"]),
        format!(
            "error: the judge `{name}` has its own limit of tokens\nhint: leave `--max-tokens` out; to bind its prompt to \
             another model, say so: `--model sim/small`\n"
        )
    );
    // The same name leads to another place now.
    folder.file("assessor.toml", "[model.mini]\nurl = \"http://127.0.0.1:1/v1\"\nid = \"a\"\n");
    let added = folder.json(&["judge", "add", "--model", "mini"]);
    let bound = added["data"]["hash"].as_str().unwrap().to_owned();
    folder.file("assessor.toml", "[model.mini]\nurl = \"http://127.0.0.1:1/v1\"\nid = \"b\"\n");
    let said = folder.run(&["label", "--items", "items.jsonl", "--judge", &bound]);
    assert_eq!(said.code, 2);
    assert_eq!(
        said.err,
        format!(
            "error: the judge `mini · relevance · {}` asks `mini` at http://127.0.0.1:1/v1#a; here it is at \
             http://127.0.0.1:1/v1#b\nhint: name the old address in assessor.toml; to bind its prompt to another model, \
             say so: `--model mini`\n",
            &bound[..8]
        )
    );
}

#[test]
fn a_judge_that_is_not_there_is_named_with_those_that_are() {
    let folder = Folder::new();
    let nothing = folder.run(&["judge", "show", "production"]);
    assert_eq!(nothing.code, 2);
    assert_eq!(
        nothing.err,
        "error: there is no judge `production`\nhint: name the first 6 digits of a version or more; `assessor judge list` \
         shows them\n"
    );
    let hash = baseline(&folder);
    folder.run(&["judge", "promote", &hash, "--as", "production"]);
    assert_eq!(
        folder.run(&["audit", "--judge", "staging"]).err,
        "error: there is no judge `staging`\nhint: name `production`, or the first 6 digits of a version or more; \
         `assessor judge list` shows them\n"
    );
    assert_eq!(
        folder.run(&["adapt", "--from", "staging", "--to", "sim/small"]).err,
        "error: there is no model `staging`, and no stored judge or alias of this name\nhint: `assessor judge list` shows \
         the stored judges and their aliases; for models use `openai/ID`, `http://host:8000/v1#ID`, `sim/small`, or a NAME \
         that has a `[model.NAME]` table in assessor.toml\n"
    );
    assert_eq!(
        folder.run(&["judge", "rollback", "staging"]).err,
        "error: there is no alias `staging`\nhint: there are `production`\n"
    );
    assert_eq!(folder.run(&["judge", "show", &hash[..5]]).code, 2, "five digits are too few");
    let empty = folder.file("empty.txt", " \n").display().to_string();
    assert_eq!(
        folder.run(&["judge", "add", &empty]).err,
        format!(
            "error: the prompt has no instruction\n  --> {empty}\nhint: `assessor judge show NAME --text > FILE` writes one \
             to start from\n"
        )
    );
}

#[test]
fn of_two_processes_that_promote_at_once_one_wins_and_the_other_is_told() {
    let folder = Folder::new();
    let base = baseline(&folder);
    let rules = ["Rate drafts lower.", "Rate forms higher."].map(|rule| with_rule(&folder, &base, rule));
    for round in 0..4 {
        let alias = format!("production-{round}");
        folder.run(&["judge", "promote", &base, "--as", &alias]);
        let promote = |hash: &str| {
            let args = ["judge", "promote", hash, "--as", &alias, "--expect", &base];
            folder.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let racing = [promote(&rules[0]), promote(&rules[1])];
        let ended = racing.map(|child| child.wait_with_output().unwrap());
        let won = if ended[0].status.code() == Some(0) { 0 } else { 1 };
        let codes = [won, 1 - won].map(|at: usize| ended[at].status.code());
        assert_eq!(codes, [Some(0), Some(2)], "{ended:?}");
        let told = String::from_utf8(ended[1 - won].stderr.clone()).unwrap();
        let start = format!("error: `{alias}` points to `{}`, not to `{base}`; it was moved at 2", rules[won]);
        assert!(told.starts_with(&start), "{told}");
        let shown = folder.json(&["judge", "show", &alias]);
        assert_eq!(shown["data"]["hash"], rules[won]);
    }
}

#[test]
fn a_version_is_written_edited_compared_promoted_and_taken_back() {
    let folder = Folder::new();
    let old = baseline(&folder);
    let new = with_rule(&folder, &old, "Rate drafts lower.");
    let list = folder.run(&["judge", "list"]);
    assert!(list.out.contains(&old[..8]) && list.out.contains("baseline"), "{}", list.out);
    let diff = folder.run(&["judge", "diff", &old, &new]);
    assert_eq!(diff.code, 0);
    assert!(diff.out.contains("\n+ - Rate drafts lower.\n") && diff.out.contains(" lines as before\n"), "{}", diff.out);
    assert!(!diff.out.contains("Besides the prompt"), "{}", diff.out);
    let first = folder.run(&["judge", "promote", &old, "--as", "production", "--expect", "none"]);
    assert_eq!(
        first.out,
        format!("`production` points to `{old}` now.\nUse:   assessor label --judge production\n"),
        "{first:?}"
    );
    let second = folder.run(&["judge", "promote", &new, "--as", "production", "--expect", &old, "--why", "drafts"]);
    assert_eq!(
        second.out,
        format!(
            "`production` points to `{new}` now, and no longer to `{old}`.\nUse:   assessor label --judge production\n\
             Back:  assessor judge rollback production\n"
        ),
        "{second:?}"
    );
    let back = folder.run(&["judge", "rollback", "production"]);
    assert_eq!(
        back.out,
        format!(
            "`production` points to `{old}` now, and no longer to `{new}`.\nUndo:  assessor judge promote {new} --as \
             production\nAnother rollback does not undo this one: it goes further back.\n"
        ),
        "{back:?}"
    );
    // So it does: before the first version there is nothing.
    let further = folder.run(&["judge", "rollback", "production"]);
    assert!(further.code == 2 && further.err.contains("no good version stands before"), "{further:?}");
    let history = &folder.json(&["judge", "list"])["data"]["aliases"][0]["history"];
    assert_eq!(history.as_array().unwrap().len(), 3);
    assert_eq!((&history[1]["why"], &history[2]["kind"]), (&"drafts".into(), &"rollback".into()));
}

#[test]
fn a_run_with_a_damaged_version_says_so_and_uses_the_last_good_one() {
    let folder = Folder::new();
    let old = baseline(&folder);
    let new = with_rule(&folder, &old, "Rate zymurgies lower.");
    for hash in [&old, &new] {
        folder.run(&["judge", "promote", hash, "--as", "production"]);
    }
    // The rule stands in the prompt and in the lineage's edits: the last of it is the lineage, either is enough.
    let path = folder.path().join(".assessor/ledger.sqlite");
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(9).position(|window| window == b"zymurgies").unwrap();
    bytes[at] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    folder.file("items.jsonl", items_jsonl(3));
    let mut command = folder.command(&["label", "--items", "items.jsonl", "--judge", "production", "--json"]);
    let done = said(&mut command);
    assert_eq!(done.code, 0, "{done:?}");
    let warning =
        format!("`production` leads to the damaged judge version `{new}`; `{old}`, the last good one before, is used");
    assert_eq!(done.err, format!("warning: {warning}\n"));
    let envelope: serde_json::Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(envelope["warnings"][0]["code"], "judge-version-damaged");
    assert_eq!(envelope["warnings"][0]["text"], warning);
    let direct = folder.run(&["label", "--items", "items.jsonl", "--judge", &new]);
    assert_eq!(direct.code, 1, "{direct:?}");
    let list = folder.run(&["judge", "list"]);
    assert!(list.out.contains("DAMAGED") && list.out.contains(&format!("`{new}` is damaged")), "{}", list.out);
}
