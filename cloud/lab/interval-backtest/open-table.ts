import { type CodedError, fail, invariant, ok, type Result } from "@penstock/protocol/result";
import { zoneOffsetMs } from "@penstock/protocol/time";
import type { Ms, UtcMs } from "@penstock/protocol/units";
import { readerOf } from "../../prices/operator-files/read-operator-files.ts";
import type { RecordedMarket } from "./market-formats.ts";
import type { MarketTable, NamedSeries } from "./market-table.ts";
import { readOperatorTable } from "./read-operator-table.ts";
import { readTable, type TableFormat, type TimedRows } from "./read-table.ts";

export interface TableFiles {
  readonly market: RecordedMarket;
  /** Consecutive stretches of one market: plain tables, or an operator's own files. */
  readonly prices: readonly string[];
  /** Which region, node or zone, where an operator's files hold several. */
  readonly series?: string | undefined;
  /** Series published the day before: time and any columns of numbers, on the same clock or with offsets. */
  readonly covariates: readonly string[];
  /** Missing intervals are refused, but for runs up to this long, which the last value fills; counted. */
  readonly fillGapsMs: number;
}

export interface OpenedTable {
  readonly table: MarketTable;
  readonly filledIntervals: number;
}

/** Reads the files of one market and puts them on one clock without a gap. */
export function openTable({
  market,
  prices,
  series,
  covariates,
  fillGapsMs,
}: TableFiles): Result<OpenedTable, CodedError> {
  const parts: TimedRows[] = [];
  const ofOperators: string[] = [];
  for (const path of prices) {
    const reader = readerOf(path);
    if (!reader.ok) return reader;
    if (reader.value !== undefined) {
      ofOperators.push(path);
      continue;
    }
    const rows = readTable(path, market.format);
    if (!rows.ok) return rows;
    parts.push(rows.value);
  }
  if (ofOperators.length > 0) {
    const rows = readOperatorTable(ofOperators, market, series);
    if (!rows.ok) return rows;
    parts.push(rows.value);
  }
  parts.sort((a, b) => (a.timesMs[0] as number) - (b.timesMs[0] as number));
  const all = joined(parts);
  const grid = gridOf(all, fillGapsMs);
  if (!grid.ok) return grid;
  const { intervalMs, from } = grid.value;
  const firstMs = all.timesMs[0] as number;
  const startMs = (firstMs - (market.format.stamps === "interval-end" ? intervalMs : 0)) as UtcMs;
  const column = (name: string): Float64Array | undefined => {
    const values = all.columns.get(name);
    return values === undefined ? undefined : Float64Array.from(from, (row) => values[row] as number);
  };
  const priceValues = column("price");
  invariant(priceValues !== undefined, "the price column is needed");
  const measured = ["demand"].flatMap((name) => named(name, column(name)));
  const published = ["dayAhead"].flatMap((name) => named(name, column(name)));
  for (const path of covariates) {
    const rows = readTable(path, covariateFormat(market.format));
    if (!rows.ok) return rows;
    const shift = market.format.stamps === "interval-end" ? stepOf(rows.value.timesMs) : 0;
    for (const [name, values] of rows.value.columns)
      published.push({ name, values: aligned(rows.value.timesMs, values, shift, startMs, intervalMs, from.length) });
  }
  const offsetMsAt = (timeMs: number): number =>
    typeof market.dayClock === "number" ? market.dayClock * 60_000 : zoneOffsetMs(market.dayClock, timeMs as UtcMs);
  const months = Math.ceil((from.length * intervalMs) / MONTH_MS);
  const utcOffsetMsMax = Math.max(
    ...Array.from({ length: months + 1 }, (_, at) => offsetMsAt(startMs + at * MONTH_MS)),
  );
  const utcOffsetMs = offsetMsAt(startMs);
  const source = parts.map((part) => part.source).join(", ");
  const table = { source, intervalMs, startMs, utcOffsetMs, utcOffsetMsMax, prices: priceValues, measured, published };
  return ok({ table, filledIntervals: from.length - all.timesMs.length });
}

/** Summer time lasts longer, so that looking once a month meets it. */
const MONTH_MS = 30 * 86_400_000;

const named = (name: string, values: Float64Array | undefined): NamedSeries[] =>
  values === undefined ? [] : [{ name, values }];

const covariateFormat = (format: TableFormat): TableFormat => ({ ...format, columns: {}, needed: [], others: true });

function joined(parts: readonly TimedRows[]): TimedRows {
  const [first] = parts;
  invariant(first !== undefined, "there is a price file");
  if (parts.length === 1) return first;
  const concat = (arrays: readonly Float64Array[]): Float64Array => {
    const whole = new Float64Array(arrays.reduce((sum, array) => sum + array.length, 0));
    let at = 0;
    for (const array of arrays) {
      whole.set(array, at);
      at += array.length;
    }
    return whole;
  };
  const names = [...first.columns.keys()].filter((name) => parts.every((part) => part.columns.has(name)));
  return {
    source: parts.map((part) => part.source).join(", "),
    timesMs: concat(parts.map((part) => part.timesMs)),
    columns: new Map(names.map((name) => [name, concat(parts.map((part) => part.columns.get(name) as Float64Array))])),
  };
}

const stepOf = (timesMs: Float64Array): number => (timesMs[1] as number) - (timesMs[0] as number);

/** The interval length is the first step; every later row must follow by it, and which row each interval is from. */
function gridOf(
  { timesMs, source }: TimedRows,
  fillGapsMs: number,
): Result<{ readonly intervalMs: Ms; readonly from: Int32Array }, CodedError> {
  const intervalMs = stepOf(timesMs) as Ms;
  const from: number[] = [0];
  for (let row = 1; row < timesMs.length; row++) {
    const stepMs = (timesMs[row] as number) - (timesMs[row - 1] as number);
    const afterStamp = new Date(timesMs[row - 1] as number).toISOString();
    if (stepMs <= 0) return fail({ code: "prices.files-overlap", source, row: row + 1, afterStamp });
    const missing = stepMs / intervalMs - 1;
    if (!Number.isInteger(missing))
      return fail({ code: "prices.uneven-steps", source, row: row + 1, afterStamp, stepMs, intervalMs });
    if (missing * intervalMs > fillGapsMs)
      return fail({ code: "prices.gap", source, row: row + 1, afterStamp, missingIntervals: missing });
    for (let gap = 0; gap < missing; gap++) from.push(row - 1);
    from.push(row);
  }
  if (86_400_000 % intervalMs !== 0) return fail({ code: "prices.uneven-steps", source, intervalMs });
  return ok({ intervalMs, from: Int32Array.from(from) });
}

/** A coarser series laid over finer intervals: each gets the value that holds at its start, or none. */
function aligned(
  timesMs: Float64Array,
  values: Float64Array,
  shiftMs: number,
  startMs: number,
  intervalMs: number,
  count: number,
): Float64Array {
  const stepMs = stepOf(timesMs);
  const laid = new Float64Array(count).fill(Number.NaN);
  let row = 0;
  for (let index = 0; index < count; index++) {
    const atMs = startMs + index * intervalMs;
    while (row + 1 < timesMs.length && (timesMs[row + 1] as number) - shiftMs <= atMs) row++;
    const sinceMs = atMs - ((timesMs[row] as number) - shiftMs);
    if (sinceMs >= 0 && sinceMs < stepMs) laid[index] = values[row] as number;
  }
  return laid;
}
