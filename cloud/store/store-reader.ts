import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import BetterSqlite, { type Database } from "better-sqlite3";
import type { DocumentEntry, TelemetryRecord } from "./cloud-store.ts";
import { documentDays, telemetryDays } from "./day-spans.ts";
import { migrations } from "./migrations.ts";
import { type DocumentRow, documentOf, type RecordRow, recordOf } from "./stored-rows.ts";

export type KnownRecord = TelemetryRecord & { readonly knownAtMs: UtcMs };

/** What became known on one day (UTC): records of a site, or documents of a kind. */
export interface KnownDay {
  readonly dayStartMs: UtcMs;
  readonly entries: number;
  readonly latestKnownMs: UtcMs;
}

/**
 * A second, read-only door to the SQLite store of an aggregator, by the time things became known. The aggregator may
 * be running: it is not held up, and everything read through one reader is of one moment.
 */
export interface StoreReader {
  /** Of the days (UTC) a span touches. */
  telemetryDays(known: Interval): readonly (KnownDay & { readonly siteId: string })[];
  documentDays(known: Interval): readonly (KnownDay & { readonly kind: string })[];
  /** Ascending in the time known. */
  telemetry(siteId: string, known: Interval): Iterable<KnownRecord>;
  /** In the order they were added. */
  documents(kind: string, known: Interval): Iterable<DocumentEntry>;
  close(): void;
}

/** Refused with `store.cannot-open`, or `store.too-new` and `store.too-old` when it is not of this program's version. */
export function openStoreReader(path: string): Result<StoreReader, CodedError> {
  let database: Database | undefined;
  const refuse = (error: CodedError) => {
    database?.close();
    return fail(error);
  };
  try {
    database = new BetterSqlite(path, { readonly: true, fileMustExist: true });
    const version = Number(database.pragma("user_version", { simple: true }));
    if (version > migrations.length) return refuse({ code: "store.too-new", path });
    if (version < migrations.length) {
      return refuse({ code: "store.too-old", path, remedy: "start its aggregator once with this version" });
    }
    // One snapshot for as long as the reader lives.
    database.exec("BEGIN");
    return ok(readerOf(database));
  } catch (error) {
    if (!(error instanceof BetterSqlite.SqliteError) && !(error instanceof TypeError)) throw error;
    return refuse({ code: "store.cannot-open", path, reason: error.message });
  }
}

function readerOf(database: Database): StoreReader {
  return {
    telemetryDays: (known) => telemetryDays(database, known).map(({ name, ...day }) => ({ siteId: name, ...day })),
    documentDays: (known) => documentDays(database, known).map(({ name, ...day }) => ({ kind: name, ...day })),
    *telemetry(siteId, { startMs, endMs }) {
      const rows = database
        .prepare<unknown[], RecordRow & { readonly stream: string; readonly known_ms: number }>(
          `SELECT stream, epoch, sequence, folded_from, device, about_ms, known_ms, "values"
           FROM stream JOIN record INDEXED BY record_by_known USING (stream_id)
           WHERE site = ? AND known_ms >= ? AND known_ms < ? ORDER BY known_ms, stream_id, sequence`,
        )
        .iterate(siteId, startMs, endMs);
      for (const row of rows) yield { ...recordOf(siteId, row.stream, row), knownAtMs: row.known_ms as UtcMs };
    },
    *documents(kind, { startMs, endMs }) {
      const rows = database
        .prepare<unknown[], DocumentRow>(
          `SELECT * FROM document INDEXED BY document_by_known
           WHERE kind = ? AND known_ms >= ? AND known_ms < ? ORDER BY document_number`,
        )
        .iterate(kind, startMs, endMs);
      for (const row of rows) yield documentOf(kind, row);
    },
    close: () => void database.close(),
  };
}
