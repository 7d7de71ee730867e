-- Version 1. `calls` and `failures` are append-only: triggers hold it.
CREATE TABLE judges (
  hash TEXT PRIMARY KEY, model TEXT NOT NULL, rubric TEXT NOT NULL, spec TEXT NOT NULL, first_used TEXT NOT NULL
) STRICT;
CREATE TABLE runs (
  id TEXT PRIMARY KEY, judge TEXT NOT NULL REFERENCES judges(hash), items_digest TEXT NOT NULL,
  samples INTEGER NOT NULL, planned INTEGER NOT NULL, first_started TEXT NOT NULL
) STRICT;
-- One row for each process that worked on a run. `slots`, `attempt_limit` and `slot_cost_nano` bound what a process
-- that was killed may have spent without having written it down.
CREATE TABLE sessions (
  id INTEGER PRIMARY KEY, run TEXT NOT NULL REFERENCES runs(id), started TEXT NOT NULL,
  slots INTEGER NOT NULL, attempt_limit INTEGER NOT NULL, slot_cost_nano INTEGER NOT NULL,
  ended TEXT, outcome TEXT
) STRICT;
CREATE TABLE calls (
  seq INTEGER PRIMARY KEY, key BLOB NOT NULL, session INTEGER NOT NULL, item TEXT NOT NULL, sample INTEGER NOT NULL,
  model_asked TEXT NOT NULL, model_served TEXT, attempts INTEGER NOT NULL, raw BLOB NOT NULL,
  tokens_in INTEGER, tokens_cached INTEGER, tokens_out INTEGER, cost_nano INTEGER, latency_ms INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX calls_key ON calls(key);
CREATE TABLE failures (
  seq INTEGER PRIMARY KEY, session INTEGER NOT NULL, item TEXT NOT NULL, sample INTEGER NOT NULL,
  attempts INTEGER NOT NULL, cost_nano INTEGER NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE TRIGGER calls_kept BEFORE UPDATE ON calls BEGIN SELECT RAISE(ABORT, 'calls are append-only'); END;
CREATE TRIGGER calls_stay BEFORE DELETE ON calls BEGIN SELECT RAISE(ABORT, 'calls are append-only'); END;
CREATE TRIGGER failures_kept BEFORE UPDATE ON failures BEGIN SELECT RAISE(ABORT, 'failures are append-only'); END;
CREATE TRIGGER failures_stay BEFORE DELETE ON failures BEGIN SELECT RAISE(ABORT, 'failures are append-only'); END;
