import type { HeldInterval } from "./observation-book.ts";
import { endMsOf, type OperatorSeries } from "./operator-series.ts";

/**
 * The plain table that `fleetctl backtest` and `npm start --prices` read, line by line. NEM keeps its own headings and
 * clock (`SETTLEMENTDATE` in NEM time, interval ending, `REGIONID`, `RRP`); every other has `interval_start_utc`,
 * `series`, `price`. What else the operator's table holds stands in further columns. An interval without a price has no
 * line: nothing is filled in.
 */
export function* normalCsv(series: OperatorSeries): Generator<string> {
  const { intervals, valueColumn } = series;
  const isNem = series.reader.name === "nem";
  const others = [...new Set(intervals.flatMap(({ values }) => Object.keys(values)))].filter(
    (column) => column !== valueColumn && !Number.isNaN(intervals[0]?.values[column] ?? Number.NaN),
  );
  // A FCAS price chosen as the price stands under RRP, and the energy price is left out rather than misread.
  const shown = others.filter((column) => !(isNem && column === "RRP"));
  const heading = isNem ? ["SETTLEMENTDATE", "REGIONID", "RRP"] : ["interval_start_utc", "series", "price"];
  yield [...heading, ...shown].join(",");
  for (const interval of intervals) {
    const stamp = isNem ? nemStamp(endMsOf(interval)) : new Date(interval.startMs).toISOString().replace(".000Z", "Z");
    const cells = [interval.values[valueColumn], ...shown.map((column) => textOf(interval, column))];
    yield [stamp, quoted(series.series), ...cells].join(",");
  }
}

const nemStamp = (endMs: number): string =>
  new Date(endMs + 10 * 3_600_000).toISOString().slice(0, 19).replaceAll("-", "/").replace("T", " ");

function textOf({ values }: HeldInterval, column: string): string {
  const value = values[column];
  return value === undefined || Number.isNaN(value) ? "" : String(value);
}

/** The names of points hold no comma today; one that did would shift the cells after it. */
const quoted = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
