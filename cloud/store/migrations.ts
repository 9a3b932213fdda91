import type { Database } from "better-sqlite3";

/** One step a version, never changed once it has shipped. The database remembers how many it has taken. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE stream (
    stream_id INTEGER PRIMARY KEY,
    site TEXT NOT NULL,
    epoch TEXT NOT NULL,
    stream TEXT NOT NULL,
    ledger TEXT NOT NULL,
    UNIQUE (site, epoch, stream)
  ) STRICT;

  CREATE TABLE record (
    stream_id INTEGER NOT NULL REFERENCES stream,
    sequence INTEGER NOT NULL,
    folded_from INTEGER NOT NULL,
    device TEXT,
    about_ms INTEGER NOT NULL,
    known_ms INTEGER NOT NULL,
    "values" TEXT NOT NULL,
    PRIMARY KEY (stream_id, sequence, folded_from)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX record_by_time ON record (stream_id, about_ms);

  CREATE TABLE quarantine (
    quarantine_id INTEGER PRIMARY KEY,
    site TEXT NOT NULL,
    key TEXT,
    reason TEXT NOT NULL,
    "values" TEXT NOT NULL,
    known_ms INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE latest (
    site TEXT NOT NULL,
    device TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    about_ms INTEGER NOT NULL,
    known_ms INTEGER NOT NULL,
    PRIMARY KEY (site, device, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE document (
    document_number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    known_ms INTEGER NOT NULL,
    interval_start_ms INTEGER NOT NULL,
    unit TEXT,
    site TEXT,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX document_by_interval ON document (kind, interval_start_ms);

  CREATE TABLE fact (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  // By when things became known, for readers that want what is new. A stream is appended to, so a record pays little for it.
  `
  CREATE INDEX record_by_known ON record (stream_id, known_ms);
  CREATE INDEX document_by_known ON document (kind, known_ms);
  `,
];

/** Brings a database to the newest version, each step in a transaction. False when it is newer than this program. */
export function migrate(database: Database): boolean {
  const version = Number(database.pragma("user_version", { simple: true }));
  if (version > migrations.length) return false;
  for (let next = version; next < migrations.length; next++) {
    database.transaction(() => {
      database.exec(migrations[next] as string);
      database.pragma(`user_version = ${next + 1}`);
    })();
  }
  return true;
}
