-- Version 3: judge versions, and the names that point at them. Both are append-only. A version that was damaged can be
-- stored again: it gets another row.
CREATE TABLE versions (
  seq INTEGER PRIMARY KEY, hash TEXT NOT NULL, spec TEXT NOT NULL, lineage TEXT NOT NULL, note TEXT NOT NULL,
  created TEXT NOT NULL, checksum TEXT NOT NULL
) STRICT;
CREATE INDEX versions_hash ON versions(hash);
-- What an alias points at is what its moves lead to: `promote` goes on, `rollback` goes back.
CREATE TABLE moves (
  seq INTEGER PRIMARY KEY, alias TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('promote', 'rollback')),
  old TEXT, new TEXT NOT NULL, why TEXT NOT NULL, at TEXT NOT NULL
) STRICT;
CREATE INDEX moves_alias ON moves(alias);
CREATE TRIGGER versions_kept BEFORE UPDATE ON versions BEGIN SELECT RAISE(ABORT, 'versions are append-only'); END;
CREATE TRIGGER versions_stay BEFORE DELETE ON versions BEGIN SELECT RAISE(ABORT, 'versions are append-only'); END;
CREATE TRIGGER moves_kept BEFORE UPDATE ON moves BEGIN SELECT RAISE(ABORT, 'moves are append-only'); END;
CREATE TRIGGER moves_stay BEFORE DELETE ON moves BEGIN SELECT RAISE(ABORT, 'moves are append-only'); END;
