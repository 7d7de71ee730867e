-- Version 2: which judges were held against which human ratings, and by which margin two of them were first compared.
CREATE TABLE looks (
  data TEXT NOT NULL, judge TEXT NOT NULL, first TEXT NOT NULL, PRIMARY KEY (data, judge)
) STRICT, WITHOUT ROWID;
CREATE TABLE margins (
  data TEXT NOT NULL, old TEXT NOT NULL, new TEXT NOT NULL, margin REAL NOT NULL, first TEXT NOT NULL,
  PRIMARY KEY (data, old, new)
) STRICT, WITHOUT ROWID;
