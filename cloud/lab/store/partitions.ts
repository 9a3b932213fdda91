import type { Interval } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import type { Cell, ColumnType } from "../../duckdb/duckdb.ts";
import type { KnownDay, StoreReader } from "../../store/store-reader.ts";
import type { Dataset } from "./dataset.ts";
import { datasetsOf, telemetry } from "./datasets/index.ts";

/** One file of an export: what one table learned on one day (UTC), of one site where it is by site. */
export interface Partition {
  readonly dataset: string;
  /** Below the export: `telemetry/site=park/known_date=2026-01-31/telemetry.parquet`. */
  readonly file: string;
  readonly columns: readonly (readonly [name: string, type: ColumnType])[];
  /** Of the store, not of the file: one may come to many rows, or none. */
  readonly entries: number;
  readonly latestKnownMs: UtcMs;
  rows(): Iterable<readonly Cell[]>;
}

/** Every partition a store can fill with what it learned in a span, day by day. */
export function partitionsOf(reader: StoreReader, known: Interval): readonly Partition[] {
  const inSpan = ({ dayStartMs }: KnownDay): boolean => dayStartMs >= known.startMs && dayStartMs < known.endMs;
  const records = reader
    .telemetryDays(known)
    .filter(inSpan)
    .map((day) =>
      partitionOf(telemetry, day.siteId, day, () => reader.telemetry(day.siteId, wholeDay(day.dayStartMs))),
    );
  const documents = reader
    .documentDays(known)
    .filter(inSpan)
    .flatMap((day) =>
      datasetsOf(day.kind).map((dataset) =>
        partitionOf(dataset, day.kind, day, () => reader.documents(day.kind, wholeDay(day.dayStartMs))),
      ),
    );
  return [...records, ...documents];
}

export const dateOf = (instantMs: UtcMs): string => new Date(instantMs).toISOString().slice(0, 10);

export const DAY_MS = 86_400_000;

const wholeDay = (startMs: UtcMs): Interval => ({ startMs, endMs: (startMs + DAY_MS) as UtcMs });

function partitionOf<Source>(
  dataset: Dataset<Source>,
  key: string,
  { dayStartMs, entries, latestKnownMs }: KnownDay,
  sources: () => Iterable<Source>,
): Partition {
  const { name, partition } = dataset;
  const columns = Object.entries(dataset.columns).filter(([column]) => column !== partition);
  const keyFolder = partition === undefined ? [] : [`${partition}=${encodeURIComponent(key)}`];
  return {
    dataset: name,
    file: [name, ...keyFolder, `known_date=${dateOf(dayStartMs)}`, `${name}.parquet`].join("/"),
    columns,
    entries,
    latestKnownMs,
    *rows() {
      for (const source of sources()) {
        for (const row of dataset.rowsOf(source)) yield columns.map(([column]) => row[column] ?? null);
      }
    },
  };
}
