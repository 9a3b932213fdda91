import { fail, ok, type Result } from "@penstock/protocol/result";
import type Database from "better-sqlite3";
import { STREAMS } from "./edge-store.ts";

/**
 * Brings a file up to this version, one transaction a step, counted by `user_version`. A file written by a
 * newer Penstock is refused: reading it by old rules could lose what the new ones mean.
 * Error: `store.schema-from-the-future`.
 */
export function migrate(db: Database.Database, epoch: string): Result<void> {
  const version = db.pragma("user_version", { simple: true }) as number;
  if (version > migrations.length) {
    return fail({
      code: "store.schema-from-the-future",
      fileVersion: version,
      knownVersion: migrations.length,
      remedy: "start the newer Penstock that wrote this file, or give this one a file of its own",
    });
  }
  for (const [index, migration] of migrations.entries()) {
    if (index < version) continue;
    db.transaction(() => {
      migration(db, epoch);
      db.pragma(`user_version = ${index + 1}`);
    })();
  }
  return ok(undefined);
}

/** Never edit a step that has shipped; add one. */
const migrations: readonly ((db: Database.Database, epoch: string) => void)[] = [
  (db, epoch) => {
    db.exec(`
      CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE streams (
        stream INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        last_sequence INTEGER NOT NULL,
        acknowledged INTEGER NOT NULL
      );
      CREATE TABLE records (
        stream INTEGER NOT NULL,
        sequence INTEGER NOT NULL,
        device TEXT,
        time_ms REAL NOT NULL,
        metrics TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        level INTEGER NOT NULL,
        from_sequence INTEGER,
        records INTEGER,
        PRIMARY KEY (stream, sequence)
      ) WITHOUT ROWID;
      CREATE INDEX records_by_level ON records (stream, level, sequence);
      CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE audit (
        sequence INTEGER PRIMARY KEY,
        time_ms REAL NOT NULL,
        who TEXT NOT NULL,
        what TEXT NOT NULL,
        outcome TEXT NOT NULL,
        facts TEXT NOT NULL,
        previous_hash TEXT NOT NULL,
        hash TEXT NOT NULL
      );
    `);
    db.prepare("INSERT INTO meta (key, value) VALUES ('epoch', ?)").run(epoch);
    const stream = db.prepare("INSERT INTO streams (stream, name, last_sequence, acknowledged) VALUES (?, ?, 0, 0)");
    for (const [index, name] of STREAMS.entries()) stream.run(index, name);
  },
];
