import type { Interval } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import type { Database } from "better-sqlite3";
import type { KnownDay } from "./store-reader.ts";

/** Of a site or a kind, by name. */
export type NamedDay = KnownDay & { readonly name: string };

const DAY_MS = 86_400_000;

/**
 * What became known of each site, or of each kind of document, on the days of a span. Over the index of known times, run by
 * run and day by day, so that it costs what the span holds and not what the store does.
 */
export function telemetryDays(database: Database, known: Interval): readonly NamedDay[] {
  const streams = database.prepare<[], Run>("SELECT stream_id AS key, site AS name FROM stream").all();
  return daysOf(database, "record INDEXED BY record_by_known WHERE stream_id = ?", streams, known);
}

export function documentDays(database: Database, known: Interval): readonly NamedDay[] {
  const kinds = database.prepare<[], Run>("SELECT DISTINCT kind AS key, kind AS name FROM document").all();
  return daysOf(database, "document INDEXED BY document_by_known WHERE kind = ?", kinds, known);
}

/** Entries that lie together in the index: a stream's, or a kind's. */
interface Run {
  readonly key: number | string;
  readonly name: string;
}

function daysOf(
  database: Database,
  ofRun: string,
  runs: readonly Run[],
  { startMs, endMs }: Interval,
): readonly NamedDay[] {
  type Key = Run["key"];
  const next = database.prepare<[Key, number, number], { readonly at: number | null }>(
    `SELECT min(known_ms) AS at FROM ${ofRun} AND known_ms >= ? AND known_ms < ?`,
  );
  const ofDay = database.prepare<[Key, number, number], { readonly entries: number; readonly latest: number }>(
    `SELECT count(*) AS entries, max(known_ms) AS latest FROM ${ofRun} AND known_ms >= ? AND known_ms < ?`,
  );
  const days = new Map<string, NamedDay>();
  for (const { key, name } of runs) {
    for (let at = next.get(key, startMs, endMs)?.at; typeof at === "number"; ) {
      const dayStartMs = (Math.floor(at / DAY_MS) * DAY_MS) as UtcMs;
      const { entries = 0, latest = 0 } = ofDay.get(key, dayStartMs, dayStartMs + DAY_MS) ?? {};
      const held = days.get(`${dayStartMs} ${name}`);
      days.set(`${dayStartMs} ${name}`, {
        ...{ name, dayStartMs },
        entries: entries + (held?.entries ?? 0),
        latestKnownMs: Math.max(latest, held?.latestKnownMs ?? 0) as UtcMs,
      });
      at = next.get(key, dayStartMs + DAY_MS, endMs)?.at;
    }
  }
  return [...days.values()].sort((a, b) => a.dayStartMs - b.dayStartMs || (a.name < b.name ? -1 : 1));
}
