-- The ledger, version 4. Numbers of states stand in states.rs; digests are 32-byte blobs; times are Unix
-- milliseconds, file times Unix nanoseconds; paths are the system's bytes.

-- The one target that this ledger delivers to.
CREATE TABLE target (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  output BLOB NOT NULL
) STRICT;

-- A word that tells this line from others at the same watch folders.
CREATE TABLE line (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  instance TEXT NOT NULL
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
  -- The last request that hurried it.
  request INTEGER REFERENCES request,
  UNIQUE (root, key, round)
) STRICT;
CREATE INDEX batch_casefile ON batch (casefile);
CREATE INDEX batch_unfinished ON batch (state) WHERE state < 3;
CREATE INDEX batch_request ON batch (request) WHERE request IS NOT NULL;

-- Files that are to be taken from a watch folder: recorded before the first is renamed, gone when the batch is received.
CREATE TABLE claim (
  id INTEGER PRIMARY KEY,
  root INTEGER NOT NULL REFERENCES root,
  key TEXT NOT NULL,
  casename TEXT NOT NULL,
  seq INTEGER NOT NULL,
  name TEXT NOT NULL,
  source BLOB NOT NULL,
  path BLOB NOT NULL,
  UNIQUE (root, key, seq)
) STRICT;

-- What other commands ask of the line at work. Numbers: RequestKind, RequestState in states.rs.
CREATE TABLE request (
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  -- Paths, a zero byte between two.
  inputs BLOB NOT NULL,
  at_ms INTEGER NOT NULL,
  state INTEGER NOT NULL DEFAULT 0,
  answer TEXT
) STRICT;
CREATE INDEX request_open ON request (state) WHERE state = 0;

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
  duplicate_action INTEGER,
  -- Where the original is: OriginalPlace in states.rs.
  shelf INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX scan_on_its_way ON scan (shelf) WHERE shelf IN (1, 3);
CREATE INDEX scan_place ON scan (root, name);
-- With what counting needs, so that it reads no scan itself.
CREATE INDEX scan_batch ON scan (batch, state, pages);
CREATE INDEX scan_digest ON scan (digest);

CREATE TABLE document (
  id INTEGER PRIMARY KEY,
  batch INTEGER NOT NULL REFERENCES batch,
  casefile INTEGER NOT NULL REFERENCES casefile,
  number INTEGER NOT NULL,
  type TEXT NOT NULL,
  confidence REAL NOT NULL,
  -- Of its file, between the number and the ending.
  name TEXT NOT NULL,
  -- Its pages do not lie as they were scanned: fronts and backs of the batch were brought together.
  collated INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  state INTEGER NOT NULL,
  -- The receipt: what stands at the target, as read back.
  file TEXT,
  sha256 BLOB,
  bytes INTEGER,
  -- JSON list of its index fields (personal data); NULL if there are none.
  fields TEXT,
  UNIQUE (casefile, number)
) STRICT;
-- With the case, for the pages that went to other cases than their batch's.
CREATE INDEX document_batch ON document (batch, casefile);
CREATE INDEX document_undelivered ON document (state) WHERE state <> 1;

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
  -- The fault for which it ships with its picture and no text.
  unread TEXT,
  -- It has patch codes or barcodes: what they say is needed as long as its batch may come to the barrier again.
  coded INTEGER NOT NULL DEFAULT 0,
  -- Of a waiting page: the held thing whose alarm it waits for.
  alarm INTEGER REFERENCES held,
  PRIMARY KEY (scan, idx)
) STRICT, WITHOUT ROWID;
CREATE INDEX page_document ON page (document, position) WHERE document IS NOT NULL;
CREATE INDEX page_alarm ON page (alarm) WHERE alarm IS NOT NULL;
CREATE INDEX page_stored ON page (stored) WHERE stored IS NOT NULL;
-- Counts pages by scan and state without reading the pages themselves.
CREATE INDEX page_place ON page (scan, state);

-- Deflated JSON of page records (personal data), until their document is delivered; of pages with codes, until nothing of
-- their batch waits for a person.
CREATE TABLE page_record (
  scan INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  record BLOB NOT NULL,
  PRIMARY KEY (scan, idx),
  FOREIGN KEY (scan, idx) REFERENCES page (scan, idx)
) STRICT;

-- Everything that was ever held, by the number that people use; idx -1 is the whole scan. Held again, a thing keeps its
-- number. States: HeldState in states.rs.
CREATE TABLE held (
  id INTEGER PRIMARY KEY,
  scan INTEGER NOT NULL REFERENCES scan,
  idx INTEGER NOT NULL,
  state INTEGER NOT NULL DEFAULT 0,
  fault TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  first_ms INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,
  UNIQUE (scan, idx)
) STRICT;
CREATE INDEX held_unsettled ON held (state) WHERE state < 4;

-- Whoever holds something, and wherever in the program: it gets its number in the same transaction.
CREATE TRIGGER page_held AFTER UPDATE OF state ON page WHEN NEW.state IN (2, 6) BEGIN
  INSERT INTO held (scan, idx, fault, attempts, first_ms, last_ms)
  VALUES (NEW.scan, NEW.idx, NEW.fault, NEW.state = 2, CAST(unixepoch('subsec') * 1000 AS INTEGER), CAST(unixepoch('subsec') * 1000 AS INTEGER))
  ON CONFLICT (scan, idx) DO UPDATE
  SET state = 0, fault = excluded.fault, attempts = attempts + excluded.attempts, last_ms = excluded.last_ms;
END;
CREATE TRIGGER scan_held AFTER UPDATE OF state ON scan WHEN NEW.state = 2 BEGIN
  INSERT INTO held (scan, idx, fault, attempts, first_ms, last_ms)
  VALUES (NEW.id, -1, NEW.fault, 1, CAST(unixepoch('subsec') * 1000 AS INTEGER), CAST(unixepoch('subsec') * 1000 AS INTEGER))
  ON CONFLICT (scan, idx) DO UPDATE
  SET state = 0, fault = excluded.fault, attempts = attempts + 1, last_ms = excluded.last_ms;
END;
CREATE TRIGGER scan_received_held AFTER INSERT ON scan WHEN NEW.state = 2 BEGIN
  INSERT INTO held (scan, idx, fault, attempts, first_ms, last_ms)
  VALUES (NEW.id, -1, NEW.fault, 1, CAST(unixepoch('subsec') * 1000 AS INTEGER), CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;

-- What people decided about held things. The line applies a decision when it next can; until then a later one replaces
-- it. Verdicts: Verdict in states.rs.
CREATE TABLE decision (
  id INTEGER PRIMARY KEY,
  held INTEGER NOT NULL REFERENCES held,
  verdict INTEGER NOT NULL,
  -- Kind of the fault for which it was held then.
  kind TEXT NOT NULL,
  reason TEXT,
  person TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  -- 0 waits for the line, 1 was acted on, 2 was replaced by a later one before that.
  applied INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX decision_held ON decision (held);
CREATE INDEX decision_open ON decision (applied) WHERE applied = 0;

-- The last run, for its rate and the estimate of its end.
CREATE TABLE run (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  started_ms INTEGER NOT NULL,
  pages_before INTEGER NOT NULL,
  backlog_scans INTEGER
) STRICT;
