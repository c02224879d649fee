/**
 * What lies in the files.
 *
 * A *day file* has everything of the traces that began on its day, so that forgetting a day is
 * removing a file. The *control file* says which day file has which trace, and keeps what outlives
 * them. Ids are blobs, names are numbers in `name`, what only one span's page shows is outside of
 * the span's row.
 */

export const DAY_VERSION = 1
export const CONTROL_VERSION = 1
/** `PWtd` and `PWtc` in ASCII. */
export const DAY_KIND = 0x50577464
export const CONTROL_KIND = 0x50577463

export const DAY_SCHEMA = `
  CREATE TABLE name (
    id INTEGER PRIMARY KEY, field INTEGER NOT NULL, text TEXT NOT NULL,
    uses INTEGER NOT NULL DEFAULT 0, UNIQUE (field, text)
  ) STRICT;
  CREATE TABLE trace (
    row INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, start INTEGER, finish INTEGER,
    lead_span BLOB, lead_source INTEGER, lead_root INTEGER, lead_time INTEGER,
    name INTEGER, status INTEGER,
    spans INTEGER NOT NULL, errors INTEGER NOT NULL, tokens INTEGER NOT NULL,
    costNanos INTEGER NOT NULL, tokenLeaves INTEGER NOT NULL, costLeaves INTEGER NOT NULL,
    reported INTEGER NOT NULL, estimated INTEGER NOT NULL, unknown INTEGER NOT NULL,
    unsealed INTEGER NOT NULL, outer_tokens INTEGER NOT NULL, outer_nanos INTEGER NOT NULL,
    outer_estimated INTEGER NOT NULL, terms TEXT NOT NULL
  ) STRICT;
  CREATE INDEX trace_start ON trace (start, id) WHERE start IS NOT NULL;
  CREATE TABLE term (
    name INTEGER NOT NULL, start INTEGER NOT NULL, trace BLOB NOT NULL,
    PRIMARY KEY (name, start, trace)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE span (
    trace INTEGER NOT NULL, span BLOB NOT NULL, source INTEGER NOT NULL, parent BLOB,
    kind INTEGER, name INTEGER, agent INTEGER, service INTEGER, start INTEGER, finish INTEGER,
    status INTEGER, error TEXT, task BLOB, skill INTEGER, peer INTEGER, side INTEGER,
    waited REAL, model INTEGER, provider INTEGER, tool INTEGER, tokens TEXT, cost REAL,
    priced INTEGER, conversation INTEGER, payload BLOB,
    PRIMARY KEY (trace, span, source)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE block (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
  CREATE TABLE message (
    digest BLOB PRIMARY KEY, bytes BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE handoff (
    trace INTEGER NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, parts TEXT NOT NULL,
    PRIMARY KEY (trace, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX handoff_at ON handoff (at, trace, id);
  CREATE TABLE fact (
    log INTEGER NOT NULL, tail ANY NOT NULL, source INTEGER NOT NULL, at INTEGER NOT NULL,
    type INTEGER NOT NULL, trace INTEGER NOT NULL, span BLOB, body TEXT NOT NULL,
    PRIMARY KEY (log, tail, trace, at)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX fact_trace ON fact (trace, at);
  CREATE INDEX fact_type ON fact (type, at);
  CREATE TABLE batch (
    seq INTEGER PRIMARY KEY, by TEXT NOT NULL, boot TEXT NOT NULL, first INTEGER NOT NULL,
    count INTEGER NOT NULL, digest BLOB NOT NULL, issued INTEGER NOT NULL, bytes BLOB NOT NULL
  ) STRICT;
  CREATE TABLE rollup (
    hour INTEGER NOT NULL, agent INTEGER NOT NULL, model INTEGER NOT NULL, kind INTEGER NOT NULL,
    spans INTEGER NOT NULL, errors INTEGER NOT NULL, durationUs INTEGER NOT NULL,
    input INTEGER NOT NULL, output INTEGER NOT NULL, cacheRead INTEGER NOT NULL,
    cacheWrite INTEGER NOT NULL, reasoning INTEGER NOT NULL, costNanos INTEGER NOT NULL,
    reportedNanos INTEGER NOT NULL, estimatedNanos INTEGER NOT NULL, unknown INTEGER NOT NULL,
    PRIMARY KEY (hour, agent, model, kind)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE agent (
    agent INTEGER NOT NULL, source INTEGER NOT NULL, first INTEGER NOT NULL,
    last INTEGER NOT NULL, PRIMARY KEY (agent, source)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE unsearched (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, trace INTEGER NOT NULL, text TEXT NOT NULL
  ) STRICT;
  CREATE VIRTUAL TABLE search USING fts5(
    text, content = '', columnsize = 0, detail = none,
    tokenize = "unicode61 remove_diacritics 2"
  );
  CREATE TABLE total (
    one INTEGER PRIMARY KEY CHECK (one = 1), spans INTEGER NOT NULL, traces INTEGER NOT NULL,
    facts INTEGER NOT NULL
  ) STRICT;
  INSERT INTO total VALUES (1, 0, 0, 0);
`

export const CONTROL_SCHEMA = `
  CREATE TABLE day (
    id INTEGER PRIMARY KEY, start INTEGER NOT NULL, file TEXT NOT NULL UNIQUE,
    traces INTEGER NOT NULL DEFAULT 0, batches INTEGER NOT NULL DEFAULT 0,
    touched INTEGER NOT NULL DEFAULT 0, totals TEXT
  ) STRICT;
  CREATE TABLE gone (file TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TABLE home (trace BLOB PRIMARY KEY, day INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE pin (trace BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TABLE log (
    id INTEGER PRIMARY KEY, by TEXT NOT NULL, boot TEXT NOT NULL, counters TEXT,
    duplicates INTEGER NOT NULL DEFAULT 0, late INTEGER NOT NULL DEFAULT 0,
    refused TEXT NOT NULL DEFAULT '{}', UNIQUE (by, boot)
  ) STRICT;
  CREATE TABLE held (
    log INTEGER NOT NULL, low INTEGER NOT NULL, high INTEGER NOT NULL, PRIMARY KEY (log, low)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE batch (
    log INTEGER NOT NULL, first INTEGER NOT NULL, digest BLOB NOT NULL, count INTEGER NOT NULL,
    day INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (log, first, digest)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE fork (
    log INTEGER NOT NULL, first INTEGER NOT NULL, digest BLOB NOT NULL,
    PRIMARY KEY (log, first, digest)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE rollup (
    hour INTEGER NOT NULL, agent TEXT NOT NULL, model TEXT NOT NULL, kind INTEGER NOT NULL,
    spans INTEGER NOT NULL, errors INTEGER NOT NULL, durationUs INTEGER NOT NULL,
    input INTEGER NOT NULL, output INTEGER NOT NULL, cacheRead INTEGER NOT NULL,
    cacheWrite INTEGER NOT NULL, reasoning INTEGER NOT NULL, costNanos INTEGER NOT NULL,
    reportedNanos INTEGER NOT NULL, estimatedNanos INTEGER NOT NULL, unknown INTEGER NOT NULL,
    PRIMARY KEY (hour, agent, model, kind)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE agent (
    agent TEXT NOT NULL, source TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (agent, source)
  ) STRICT, WITHOUT ROWID;
`
