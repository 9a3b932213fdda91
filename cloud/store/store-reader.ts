import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import BetterSqlite, { type Database } from "better-sqlite3";
import type { DocumentEntry, TelemetryRecord } from "./cloud-store.ts";
import { DAY_MS, type DaySpan, daysOf, documentSpans, telemetrySpans } from "./day-spans.ts";
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
  telemetryDays(): readonly (KnownDay & { readonly siteId: string })[];
  documentDays(): readonly (KnownDay & { readonly kind: string })[];
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
  const once = <T>(make: () => T): (() => T) => {
    let made: T | undefined;
    return () => {
      made ??= make();
      return made;
    };
  };
  const ofTelemetry = once(() => telemetrySpans(database));
  const ofDocuments = once(() => documentSpans(database));
  return {
    telemetryDays: () => daysOf(ofTelemetry()).map(({ name, ...day }) => ({ siteId: name, ...day })),
    documentDays: () => daysOf(ofDocuments()).map(({ name, ...day }) => ({ kind: name, ...day })),
    *telemetry(siteId, known) {
      const runs = within(ofTelemetry(), siteId, known).map(({ streamId, first, last }) => [streamId, first, last]);
      const rows = database
        .prepare<unknown[], RecordRow & { readonly stream: string; readonly known_ms: number }>(
          `SELECT stream, epoch, sequence, folded_from, device, about_ms, known_ms, "values"
           FROM json_each(?) AS run
             JOIN stream ON stream_id = json_extract(run.value, '$[0]')
             JOIN record USING (stream_id)
           WHERE sequence BETWEEN json_extract(run.value, '$[1]') AND json_extract(run.value, '$[2]')
             AND known_ms >= ? AND known_ms < ? ORDER BY known_ms, stream_id, sequence`,
        )
        .iterate(JSON.stringify(runsApart(runs)), known.startMs, known.endMs);
      for (const row of rows) yield { ...recordOf(siteId, row.stream, row), knownAtMs: row.known_ms as UtcMs };
    },
    *documents(kind, known) {
      const spans = within(ofDocuments(), kind, known);
      const first = Math.min(...spans.map((span) => span.first));
      const last = Math.max(...spans.map((span) => span.last));
      const rows = database
        .prepare<unknown[], DocumentRow>(
          `SELECT * FROM document WHERE document_number BETWEEN ? AND ? AND kind = ? AND known_ms >= ? AND known_ms < ?
           ORDER BY document_number`,
        )
        .iterate(first, last, kind, known.startMs, known.endMs);
      for (const row of rows) yield documentOf(kind, row);
    },
    close: () => void database.close(),
  };
}

/** The runs of a name on the days a span touches. */
const within = (spans: readonly DaySpan[], name: string, { startMs, endMs }: Interval): readonly DaySpan[] =>
  spans.filter((span) => span.name === name && span.dayStartMs + DAY_MS > startMs && span.dayStartMs < endMs);

/** Runs of a stream that overlap as one, so that no record is read twice. */
function runsApart(runs: readonly number[][]): readonly number[][] {
  const apart: number[][] = [];
  for (const [stream = 0, first = 0, last = 0] of runs.toSorted(
    ([a = 0, from = 0], [b = 0, other = 0]) => a - b || from - other,
  )) {
    const before = apart.at(-1);
    if (before !== undefined && before[0] === stream && (before[2] as number) >= first) {
      before[2] = Math.max(before[2] as number, last);
    } else apart.push([stream, first, last]);
  }
  return apart;
}
