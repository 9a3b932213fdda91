import { fail, ok, type Result } from "@penstock/protocol/result";
import { addDays, localDateOf, localDay } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import type { PriceFileError } from "../parse-price-text.ts";
import type { HeldInterval, HeldSeries } from "./observation-book.ts";
import type { OperatorTable } from "./operator-reader.ts";
import type { OperatorFiles } from "./read-operator-files.ts";
import type { ClockChange, Gap, ReadReport, SeriesReport } from "./read-report.ts";
import { refusal } from "./text-files.ts";

/** The table to look at: the wished one, or the first of the reader's shelf that the files have. */
export function tableNameOf({ reader, book }: OperatorFiles, wish?: string): Result<string, PriceFileError> {
  const present = Object.keys(reader.tables).filter((name) => book.tableNames.includes(name));
  const name = wish ?? present[0];
  if (name !== undefined && present.includes(name)) return ok(name);
  const there = present.length === 0 ? `no table of ${Object.keys(reader.tables).join(", ")}` : present.join(", ");
  const says = wish === undefined ? `there is ${there} in it` : `there is no table ${wish} in it; there is ${there}`;
  return fail(refusal("prices.no-table", sourceOf({ reader, book }), 1, says));
}

/** Everything a reader should know before using what was read. */
export function reportOf({ reader, book }: OperatorFiles, tableName: string): ReadReport {
  const table = reader.tables[tableName] as OperatorTable;
  const held = book.table(tableName);
  const kept = held?.series ?? [];
  const series = kept.map((each) => seriesReport(each, table.valueColumn));
  const duplicates = held?.duplicates(table.rule);
  const otherRows: Record<string, number> = Object.fromEntries(book.otherRows);
  for (const name of book.tableNames) if (name !== tableName) otherRows[name] = book.table(name)?.rows ?? 0;
  const unreadColumns = [...book.unread.keys()];
  return {
    reader: reader.name,
    table: tableName,
    files: book.files,
    rows: held?.rows ?? 0,
    otherRows,
    series,
    duplicates: duplicates ?? { rule: table.rule, identical: 0, superseded: 0, conflicting: 0, conflicts: [] },
    emptyValues: Object.fromEntries(held?.empty ?? []),
    clockChanges: clockChangesOf(reader.clock, kept),
    unreadColumns,
    unknownColumns: unreadColumns.filter((column) => book.unread.get(column)?.isKnown !== true),
    notes: [...book.notes],
    whole:
      !book.isCut &&
      (duplicates?.conflicting ?? 0) === 0 &&
      series.every(({ gaps, overlaps }) => gaps.length === 0 && overlaps.length === 0),
  };
}

/** Intervals of a series that have a value, in order. */
export const valuedIntervals = ({ intervals }: HeldSeries, column: string): readonly HeldInterval[] =>
  [...intervals.values()].filter(({ values }) => hasValue(values[column])).sort((a, b) => a.startMs - b.startMs);

export const sourceOf = ({ book }: OperatorFiles): string => book.files.map(({ source }) => source).join(", ");

const hasValue = (value: number | undefined): boolean => value !== undefined && !Number.isNaN(value);

function seriesReport(held: HeldSeries, column: string): SeriesReport {
  const intervals = valuedIntervals(held, column);
  const gaps: Gap[] = [];
  const overlaps: UtcMs[] = [];
  const all = [...held.intervals.values()].sort((a, b) => a.startMs - b.startMs);
  const fromMs = all[0]?.startMs ?? (0 as UtcMs);
  const last = all.at(-1);
  const toMs = (last === undefined ? fromMs : last.startMs + last.lengthMs) as UtcMs;
  let endMs: number = fromMs;
  let lengthMs = intervals[0]?.lengthMs ?? 1;
  for (const interval of intervals) {
    if (interval.startMs > endMs) gaps.push(gapOf(endMs, interval.startMs, lengthMs));
    if (interval.startMs < endMs) overlaps.push(interval.startMs);
    ({ lengthMs } = interval);
    endMs = Math.max(endMs, interval.startMs + lengthMs);
  }
  if (toMs > endMs) gaps.push(gapOf(endMs, toMs, lengthMs));
  return {
    series: held.series,
    ...(held.run !== undefined && { run: held.run }),
    intervals: intervals.length,
    fromMs,
    toMs,
    intervalMinutes: [...new Set(intervals.map((interval) => interval.lengthMs / 60_000))],
    gaps,
    overlaps,
  };
}

const gapOf = (fromMs: number, toMs: number, lengthMs: number): Gap => ({
  fromMs: fromMs as UtcMs,
  toMs: toMs as UtcMs,
  intervals: Math.round((toMs - fromMs) / lengthMs),
});

/** Days of 23 or 25 hours between the first and the last interval, and which series have all their hours. */
function clockChangesOf(clock: string | number, kept: readonly HeldSeries[]): readonly ClockChange[] {
  if (typeof clock === "number") return [];
  const starts = kept.flatMap(({ intervals }) => [...intervals.keys()]);
  if (starts.length === 0) return [];
  let firstMs = Number.POSITIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const startMs of starts) {
    firstMs = Math.min(firstMs, startMs);
    lastMs = Math.max(lastMs, startMs);
  }
  const changes: ClockChange[] = [];
  const lastDate = localDateOf(clock, lastMs as UtcMs);
  for (let date = localDateOf(clock, firstMs as UtcMs); date <= lastDate; date = addDays(date, 1)) {
    const day = localDay(clock, date);
    const hours = (day.endMs - day.startMs) / 3_600_000;
    if (hours === 24) continue;
    const held = kept.map(({ intervals }) => {
      let heldMs = 0;
      for (const { startMs, lengthMs } of intervals.values())
        if (startMs >= day.startMs && startMs < day.endMs) heldMs += lengthMs;
      return heldMs / 3_600_000;
    });
    changes.push({
      date,
      hours,
      wholeSeries: held.filter((each) => each === hours).length,
      seriesOfDay: held.filter((each) => each > 0).length,
    });
  }
  return changes;
}
