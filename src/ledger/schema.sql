-- The ledger, version 1. Numbers of states stand in states.rs; digests are 32-byte blobs; times are Unix
-- milliseconds, file times Unix nanoseconds; paths are the system's bytes.

-- The one target that this ledger delivers to.
CREATE TABLE target (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  output BLOB NOT NULL
) STRICT;

-- Input folders (canonical), named once.
CREATE TABLE root (
  id INTEGER PRIMARY KEY,
  path BLOB NOT NULL UNIQUE
) STRICT;

CREATE TABLE recipe (
  id INTEGER PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE
) STRICT;

-- A case file: its number as found, and the folder it was given. Folders are unique as Windows compares names.
CREATE TABLE casefile (
  id INTEGER PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  folder TEXT NOT NULL,
  folder_key TEXT NOT NULL UNIQUE,
  next_number INTEGER NOT NULL DEFAULT 1
) STRICT;

-- What a station handed over at once. Scans that turn up after their batch went on form its next round.
CREATE TABLE batch (
  id INTEGER PRIMARY KEY,
  root INTEGER NOT NULL REFERENCES root,
  key TEXT NOT NULL,
  round INTEGER NOT NULL,
  casefile INTEGER NOT NULL REFERENCES casefile,
  state INTEGER NOT NULL,
  -- The balance, set when the batch is delivered.
  received INTEGER,
  delivered INTEGER,
  blanks INTEGER,
  separators INTEGER,
  held INTEGER,
  UNIQUE (root, key, round)
) STRICT;
CREATE INDEX batch_casefile ON batch (casefile);
CREATE INDEX batch_unfinished ON batch (state) WHERE state < 3;

-- A file in its place (input folder and name below it): equal bytes in two places are two scans. A changed file under the same name is a further
-- row; the last one counts.
CREATE TABLE scan (
  id INTEGER PRIMARY KEY,
  batch INTEGER NOT NULL REFERENCES batch,
  root INTEGER NOT NULL REFERENCES root,
  seq INTEGER NOT NULL,
  name TEXT NOT NULL,
  path BLOB NOT NULL,
  len INTEGER NOT NULL,
  modified_ns INTEGER NOT NULL,
  changed_ns INTEGER NOT NULL,
  digest BLOB,
  state INTEGER NOT NULL,
  pages INTEGER,
  fault TEXT,
  -- Of a duplicate: the earlier scan that has its pages, and what the pipeline said (0 skip, 1 link).
  duplicate_of INTEGER REFERENCES scan,
  duplicate_action INTEGER
) STRICT;
CREATE INDEX scan_place ON scan (root, name);
CREATE INDEX scan_batch ON scan (batch);
CREATE INDEX scan_digest ON scan (digest);

CREATE TABLE document (
  id INTEGER PRIMARY KEY,
  batch INTEGER NOT NULL REFERENCES batch,
  casefile INTEGER NOT NULL REFERENCES casefile,
  number INTEGER NOT NULL,
  type TEXT NOT NULL,
  confidence REAL NOT NULL,
  created_ms INTEGER NOT NULL,
  state INTEGER NOT NULL,
  -- The receipt: what stands at the target, as read back.
  file TEXT,
  sha256 BLOB,
  bytes INTEGER,
  UNIQUE (casefile, number)
) STRICT;
CREATE INDEX document_batch ON document (batch);

-- One side of one sheet. `document` and `position` (from 0) say where it went: a page cannot be in two documents.
CREATE TABLE page (
  scan INTEGER NOT NULL REFERENCES scan,
  idx INTEGER NOT NULL,
  state INTEGER NOT NULL,
  recipe INTEGER REFERENCES recipe,
  turn INTEGER,
  skew REAL,
  blank INTEGER,
  ink REAL,
  image BLOB,
  original INTEGER,
  -- Digest of the picture in the store, while it is needed there.
  stored BLOB,
  document INTEGER REFERENCES document,
  position INTEGER,
  fault TEXT,
  PRIMARY KEY (scan, idx)
) STRICT, WITHOUT ROWID;
CREATE INDEX page_document ON page (document, position) WHERE document IS NOT NULL;
CREATE INDEX page_stored ON page (stored) WHERE stored IS NOT NULL;

-- Deflated JSON of page records (personal data), until their document is delivered.
CREATE TABLE page_record (
  scan INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  record BLOB NOT NULL,
  PRIMARY KEY (scan, idx),
  FOREIGN KEY (scan, idx) REFERENCES page (scan, idx)
) STRICT;
