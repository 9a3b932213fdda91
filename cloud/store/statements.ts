import type { Database, Statement } from "better-sqlite3";
import type { DocumentRow, RecordRow } from "./stored-rows.ts";

/** Every statement of the SQLite store, prepared once and typed. */
export const statementsOf = (database: Database) => ({
  streams: database.prepare("SELECT * FROM stream ORDER BY stream_id") as Statement<[], StreamRow>,
  putStream: database.prepare(
    `INSERT INTO stream (site, epoch, stream, ledger) VALUES (@siteId, @epoch, @stream, @ledger)
     ON CONFLICT (site, epoch, stream) DO UPDATE SET ledger = excluded.ledger
     RETURNING stream_id`,
  ) as Statement<[{ siteId: string; epoch: string; stream: string; ledger: string }], { stream_id: number }>,

  insertRecord: database.prepare(
    `INSERT INTO record (stream_id, sequence, folded_from, device, about_ms, known_ms, "values")
     VALUES (@streamId, @sequence, @foldedFrom, @device, @aboutMs, @knownAtMs, @values)`,
  ) as Statement<[InsertRecord]>,
  recordAt: database.prepare(
    'SELECT about_ms, "values" FROM record WHERE stream_id = ? AND sequence = ? AND folded_from = ?',
  ) as Statement<[number, number, number], { about_ms: number; values: string }>,
  records: database.prepare(
    `SELECT epoch, sequence, folded_from, device, about_ms, "values" FROM stream JOIN record USING (stream_id)
     WHERE site = @siteId AND stream = @stream AND about_ms >= @startMs AND about_ms < @endMs
     ORDER BY about_ms, sequence LIMIT @limit`,
  ) as Statement<[SelectRecords], RecordRow>,
  forgetRecords: database.prepare(
    `DELETE FROM record WHERE about_ms < @beforeMs
     AND stream_id IN (SELECT stream_id FROM stream WHERE stream = @stream)`,
  ) as Statement<[{ stream: string; beforeMs: number }]>,

  insertQuarantine: database.prepare(
    `INSERT INTO quarantine (site, key, reason, "values", known_ms)
     VALUES (@siteId, @key, @reason, @values, @knownAtMs)`,
  ) as Statement<[{ siteId: string; key: string | null; reason: string; values: string; knownAtMs: number }]>,
  quarantined: database.prepare("SELECT * FROM quarantine ORDER BY quarantine_id DESC LIMIT ?") as Statement<
    [number],
    { site: string; key: string | null; reason: string; values: string; known_ms: number }
  >,
  countQuarantine: database.prepare("SELECT count(*) AS count FROM quarantine") as Statement<[], { count: number }>,

  putLatest: database.prepare(
    `INSERT INTO latest (site, device, name, value, about_ms, known_ms)
     VALUES (@siteId, @device, @name, @value, @aboutMs, @knownAtMs)
     ON CONFLICT (site, device, name) DO UPDATE SET
       value = excluded.value, about_ms = excluded.about_ms, known_ms = excluded.known_ms`,
  ) as Statement<[{ siteId: string; device: string; name: string; value: string; aboutMs: number; knownAtMs: number }]>,
  latest: database.prepare("SELECT * FROM latest WHERE site = ? ORDER BY device, name") as Statement<
    [string],
    { device: string; name: string; value: string; about_ms: number; known_ms: number }
  >,

  insertDocument: database.prepare(
    `INSERT INTO document (kind, id, known_ms, interval_start_ms, unit, site, body)
     VALUES (@kind, @id, @knownAtMs, @intervalStartMs, @unitId, @siteId, @body)`,
  ) as Statement<[InsertDocument]>,
  documents: database.prepare(
    `SELECT * FROM document
     WHERE kind = @kind AND interval_start_ms >= @startMs AND interval_start_ms < @endMs
       AND (@asOfMs IS NULL OR known_ms <= @asOfMs)
       AND (@unitId IS NULL OR unit = @unitId) AND (@siteId IS NULL OR site = @siteId)
     ORDER BY document_number`,
  ) as Statement<[SelectDocuments], DocumentRow>,

  fact: database.prepare("SELECT value FROM fact WHERE key = ?") as Statement<[string], { value: string }>,
  putFact: database.prepare(
    "INSERT INTO fact (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  ) as Statement<[string, string]>,
});

export type Statements = ReturnType<typeof statementsOf>;

interface StreamRow {
  readonly stream_id: number;
  readonly site: string;
  readonly epoch: string;
  readonly stream: string;
  readonly ledger: string;
}

interface InsertRecord {
  readonly streamId: number;
  readonly sequence: number;
  readonly foldedFrom: number;
  readonly device: string | null;
  readonly aboutMs: number;
  readonly knownAtMs: number;
  readonly values: string;
}

interface SelectRecords {
  readonly siteId: string;
  readonly stream: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Negative for all. */
  readonly limit: number;
}

interface InsertDocument {
  readonly kind: string;
  readonly id: string;
  readonly knownAtMs: number;
  readonly intervalStartMs: number;
  readonly unitId: string | null;
  readonly siteId: string | null;
  readonly body: string;
}

interface SelectDocuments {
  readonly kind: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly asOfMs: number | null;
  readonly unitId: string | null;
  readonly siteId: string | null;
}
