import type { UtcMs } from "@penstock/protocol/units";
import type { Database } from "better-sqlite3";
import type { KnownDay } from "./store-reader.ts";

/** Where in a table what became known on one day lies: a run of its key, in which rows of other days may lie too. */
export interface DaySpan extends KnownDay {
  /** A site or a kind. */
  readonly name: string;
  /** The stream the key belongs to; 0 where there is one key for all. */
  readonly streamId: number;
  readonly first: number;
  readonly last: number;
}

export const DAY_MS = 86_400_000;

/**
 * One pass over a table tells for each day which runs of its key to read. So a store needs no index on the time things became
 * known, which every record that arrives would pay for, and a day is still read without looking at the others.
 */
export function telemetrySpans(database: Database): readonly DaySpan[] {
  return spansOf(
    database,
    `SELECT site AS name, stream_id AS streamId, known_ms / ${DAY_MS} AS day, count(*) AS entries, max(known_ms) AS latest,
       min(sequence) AS first, max(sequence) AS last
     FROM record JOIN stream USING (stream_id) GROUP BY stream_id, day`,
  );
}

export function documentSpans(database: Database): readonly DaySpan[] {
  return spansOf(
    database,
    `SELECT kind AS name, 0 AS streamId, known_ms / ${DAY_MS} AS day, count(*) AS entries, max(known_ms) AS latest,
       min(document_number) AS first, max(document_number) AS last
     FROM document GROUP BY kind, day`,
  );
}

/** Days of several runs as one each, by name and in order. */
export function daysOf(spans: readonly DaySpan[]): readonly (KnownDay & { readonly name: string })[] {
  const days = new Map<string, KnownDay & { readonly name: string }>();
  for (const { name, dayStartMs, entries, latestKnownMs } of spans) {
    const key = `${dayStartMs} ${name}`;
    const held = days.get(key);
    days.set(key, {
      ...{ name, dayStartMs },
      entries: entries + (held?.entries ?? 0),
      latestKnownMs: Math.max(latestKnownMs, held?.latestKnownMs ?? 0) as UtcMs,
    });
  }
  return [...days.values()].sort((a, b) => a.dayStartMs - b.dayStartMs || (a.name < b.name ? -1 : 1));
}

interface SpanRow {
  readonly name: string;
  readonly streamId: number;
  readonly day: number;
  readonly entries: number;
  readonly latest: number;
  readonly first: number;
  readonly last: number;
}

const spansOf = (database: Database, sql: string): readonly DaySpan[] =>
  database
    .prepare<[], SpanRow>(sql)
    .all()
    .map(({ day, latest, ...span }) => ({
      ...span,
      dayStartMs: (day * DAY_MS) as UtcMs,
      latestKnownMs: latest as UtcMs,
    }));
