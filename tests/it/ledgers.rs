//! The ledger: what it refuses, what it never forgets, and who may read while it is written.

#![allow(clippy::unwrap_used)]

use assessor::domain::{Explain as _, ItemId, NanoUsd};
use assessor::judge::journal::{Answer, Call, Journal as _, Key};
use assessor::judge::{JudgeSpec, PARSER, Sampling};
use assessor::ledger::{Ledger, Lineage, RunInfo};
use assessor::prompt::Prompt;
use rusqlite::Connection;

fn judge() -> JudgeSpec {
    // Without what only holds revisions back: it is not stored.
    let rubric = assessor::rubric::Rubric { frozen: Vec::new(), ..assessor::rubric::shipped() };
    let prompt = Prompt::of(&rubric);
    let sampling =
        Sampling { temperature: None, max_tokens: 9, seed: 0, extra: serde_json::Map::new(), structured: None };
    JudgeSpec { rubric, prompt, model: "m".into(), address: None, sampling, parser: PARSER, map: None }
}

fn run(judge: &JudgeSpec) -> RunInfo<'_> {
    RunInfo {
        judge,
        model: &judge.model,
        items_digest: "d",
        samples: 1,
        planned: 3,
        slots: 4,
        attempt_limit: 2,
        slot_cost: NanoUsd(10),
    }
}

fn call(key: u8, raw: &[u8]) -> Call {
    let answer = Answer { raw: raw.to_vec(), usage: None, cost: Some(NanoUsd(7)), latency_ms: 3 };
    Call {
        key: Key([key; 16]),
        item: ItemId::new("i"),
        sample: 0,
        served: None,
        attempts: 1,
        charged: NanoUsd(7),
        answer,
    }
}

#[tokio::test]
async fn what_was_recorded_is_there_in_the_order_of_the_keys_and_survives_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let judge = judge();
    let ledger = Ledger::open(folder.path()).unwrap();
    let session = ledger.begin(&run(&judge)).unwrap();
    let keeper = session.keeper();
    keeper.record(call(1, b"one")).await.unwrap();
    keeper.record(call(2, b"two")).await.unwrap();
    // The first answer to a request stays.
    keeper.record(call(1, b"other")).await.unwrap();
    drop(keeper);
    session.end("complete").unwrap();
    let reading = Ledger::open(folder.path()).unwrap().reading();
    let found = reading.recorded(&[Key([2; 16]), Key([9; 16]), Key([1; 16])]).unwrap();
    let raw: Vec<Option<Vec<u8>>> = found.into_iter().map(|a| a.map(|a| a.raw)).collect();
    assert_eq!(raw, [Some(b"two".to_vec()), None, Some(b"one".to_vec())]);
}

#[tokio::test]
async fn numbers_that_were_stored_as_less_than_nothing_are_neither_spent_nor_used() {
    let folder = tempfile::tempdir().unwrap();
    let judge = judge();
    let ledger = Ledger::open(folder.path()).unwrap();
    let info = run(&judge);
    let session = ledger.begin(&info).unwrap();
    session.keeper().record(call(1, b"one")).await.unwrap();
    session.end("complete").unwrap();
    // As an earlier version wrote what no column holds.
    let bogus = "CREATE TEMP TABLE bogus AS SELECT * FROM calls;
        UPDATE bogus SET seq = seq + 1, key = x'02020202020202020202020202020202', cost_nano = -8, charged_nano = -8;
        INSERT INTO calls SELECT * FROM bogus;";
    Connection::open(folder.path().join("ledger.sqlite")).unwrap().execute_batch(bogus).unwrap();
    // The whole sum, 7 − 8, is less than nothing.
    assert_eq!(ledger.spent(&info.id()).unwrap().cost, NanoUsd(0));
    let found = ledger.reading().recorded(&[Key([2; 16])]).unwrap();
    assert_eq!(found[0].as_ref().unwrap().cost, None);
}

#[tokio::test]
async fn a_session_that_never_ended_is_charged_for_what_it_may_have_had_in_flight() {
    let folder = tempfile::tempdir().unwrap();
    let judge = judge();
    let ledger = Ledger::open(folder.path()).unwrap();
    let info = run(&judge);
    let session = ledger.begin(&info).unwrap();
    session.keeper().record(call(1, b"one")).await.unwrap();
    // One call of 7, and 4 slots of 2 requests of 10 each that nobody can account for.
    let open = ledger.spent(&info.id()).unwrap();
    assert_eq!((open.calls, open.cost), (9, NanoUsd(87)));
    session.end("complete").unwrap();
    let ended = ledger.spent(&info.id()).unwrap();
    assert_eq!((ended.calls, ended.cost), (1, NanoUsd(7)));
}

#[tokio::test]
async fn a_budget_goes_on_with_what_was_charged_not_with_what_was_reported() {
    let folder = tempfile::tempdir().unwrap();
    let judge = judge();
    let ledger = Ledger::open(folder.path()).unwrap();
    let info = run(&judge);
    let session = ledger.begin(&info).unwrap();
    let silent = Answer { usage: None, cost: None, ..call(1, b"one").answer };
    session.keeper().record(Call { answer: silent.clone(), charged: NanoUsd(50), ..call(1, b"one") }).await.unwrap();
    session.keeper().record(Call { attempts: 2, charged: NanoUsd(57), ..call(2, b"two") }).await.unwrap();
    session.end("complete").unwrap();
    let spent = ledger.spent(&info.id()).unwrap();
    assert_eq!((spent.calls, spent.cost, spent.reported), (3, NanoUsd(107), NanoUsd(7)));
    assert_eq!(ledger.reading().recorded(&[Key([1; 16])]).unwrap(), [Some(silent)]);
}

#[tokio::test]
async fn an_answer_that_another_process_has_kept_already_still_counts_as_spent() {
    let folder = tempfile::tempdir().unwrap();
    let judge = judge();
    let (one, other) = (Ledger::open(folder.path()).unwrap(), Ledger::open(folder.path()).unwrap());
    let (first, second) = (run(&judge), RunInfo { items_digest: "overlapping", ..run(&judge) });
    let (begun, overlapping) = (one.begin(&first).unwrap(), other.begin(&second).unwrap());
    begun.keeper().record(call(1, b"one")).await.unwrap();
    let late = Call { attempts: 2, charged: NanoUsd(9), ..call(1, b"other") };
    overlapping.keeper().record(late).await.unwrap();
    begun.end("complete").unwrap();
    overlapping.end("complete").unwrap();
    let spent = |run: &RunInfo<'_>| one.spent(&run.id()).map(|spent| (spent.calls, spent.cost)).unwrap();
    assert_eq!((spent(&first), spent(&second)), ((1, NanoUsd(7)), (2, NanoUsd(9))));
    let kept = one.reading().recorded(&[Key([1; 16])]).unwrap();
    assert_eq!(kept[0].as_ref().unwrap().raw, b"one");
}

#[tokio::test]
async fn paid_calls_can_be_neither_changed_nor_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let judge = judge();
    let ledger = Ledger::open(folder.path()).unwrap();
    let session = ledger.begin(&run(&judge)).unwrap();
    session.keeper().record(call(1, b"one")).await.unwrap();
    // A second connection reads while the session is open.
    let other = Connection::open(folder.path().join("ledger.sqlite")).unwrap();
    let rows: i64 = other.query_row("SELECT count(*) FROM calls", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 1);
    for statement in ["UPDATE calls SET raw = x'00'", "DELETE FROM calls"] {
        let refused = other.execute(statement, []).unwrap_err().to_string();
        assert!(refused.contains("calls are append-only"), "{refused}");
    }
}

#[test]
fn a_newer_ledger_and_a_foreign_database_are_refused_with_a_clear_word() {
    let folder = tempfile::tempdir().unwrap();
    drop(Ledger::open(folder.path()).unwrap());
    let path = folder.path().join("ledger.sqlite");
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = Ledger::open(folder.path()).unwrap_err();
    assert_eq!(error.to_string(), "the ledger has schema version 99; this program knows versions up to 5");
    assert_eq!(error.hint().unwrap(), "use a newer `assessor`, or name another folder with `--state DIR`");

    let foreign = tempfile::tempdir().unwrap();
    let other = Connection::open(foreign.path().join("ledger.sqlite")).unwrap();
    other.execute_batch("CREATE TABLE notes (text TEXT)").unwrap();
    let error = Ledger::open(foreign.path()).unwrap_err();
    assert_eq!(error.to_string(), "the file is a database of another program");

    let broken = tempfile::tempdir().unwrap();
    std::fs::write(broken.path().join("ledger.sqlite"), "no database at all, but long enough to be read as one")
        .unwrap();
    let error = Ledger::open(broken.path()).unwrap_err();
    assert_eq!(error.to_string(), "the ledger cannot be used: file is not a database");
}

#[test]
fn the_same_judge_is_one_look_at_the_same_people() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(folder.path()).unwrap();
    let looks: Vec<u64> = ["a", "a", "b"].iter().map(|judge| ledger.look("people", judge).unwrap()).collect();
    assert_eq!(looks, [1, 1, 2]);
    assert_eq!(ledger.look("others", "b").unwrap(), 1);
}

#[test]
fn the_first_margin_stays_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(folder.path()).unwrap();
    assert_eq!(ledger.first_margin("people", ("a", "b"), 1.0).unwrap(), 1.0);
    assert_eq!(ledger.first_margin("people", ("a", "b"), 3.0).unwrap(), 1.0);
    assert_eq!(ledger.first_margin("people", ("b", "a"), 3.0).unwrap(), 3.0);
}

#[test]
fn a_ledger_of_an_older_version_gets_what_later_ones_added_and_keeps_what_it_has() {
    let steps = [include_str!("../../src/ledger/schema.sql"), include_str!("../../src/ledger/looks.sql")];
    for version in 1..=steps.len() {
        let folder = tempfile::tempdir().unwrap();
        let old = Connection::open(folder.path().join("ledger.sqlite")).unwrap();
        steps[..version].iter().for_each(|step| old.execute_batch(step).unwrap());
        old.execute("INSERT INTO judges VALUES ('h', 'm', 'r', '{}', 'then')", []).unwrap();
        old.execute("INSERT INTO runs VALUES ('r', 'h', 'd', 1, 1, 'then')", []).unwrap();
        old.execute("INSERT INTO sessions VALUES (1, 'r', 'then', 4, 2, 10, 'then', 'complete')", []).unwrap();
        let paid = "INSERT INTO calls VALUES (1, x'00', 1, 'i', 0, 'm', NULL, 1, x'00', 1, 0, 1, 7, 3, 0)";
        old.execute(paid, []).unwrap();
        if version >= 2 {
            old.execute("INSERT INTO looks VALUES ('people', 'other', 'then')", []).unwrap();
        }
        old.pragma_update(None, "application_id", 0x6173_7372).unwrap();
        old.pragma_update(None, "user_version", version as i64).unwrap();
        drop(old);
        let ledger = Ledger::open(folder.path()).unwrap();
        assert_eq!(ledger.look("people", "h").unwrap(), version as u64, "looks of version {version}");
        let spent = ledger.spent("r").unwrap();
        assert_eq!((spent.calls, spent.cost), (1, NanoUsd(7)), "charged what it cost");
        let saved = ledger.save_version(&judge(), &Lineage::default(), "").unwrap();
        assert_eq!(ledger.version(&saved.hash).unwrap().version.judge, judge());
        let kept = Connection::open(folder.path().join("ledger.sqlite")).unwrap();
        let judges: i64 = kept.query_row("SELECT count(*) FROM judges", [], |row| row.get(0)).unwrap();
        assert_eq!(judges, 1);
    }
}
