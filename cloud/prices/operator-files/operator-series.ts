import { fail, ok, type Result } from "@penstock/protocol/result";
import type { Ms, UtcMs } from "@penstock/protocol/units";
import type { PriceFileError } from "../parse-price-text.ts";
import type { HeldInterval } from "./observation-book.ts";
import type { OperatorReader, OperatorTable } from "./operator-reader.ts";
import { type OperatorFiles, readOperatorFiles } from "./read-operator-files.ts";
import { sourceOf, tableNameOf, valuedIntervals } from "./report-of.ts";
import { refusal } from "./text-files.ts";

/** One series of prices out of operators' files: intervals that have a price, ascending; gaps are gaps. */
export interface OperatorSeries {
  readonly reader: OperatorReader;
  readonly tableName: string;
  readonly series: string;
  /** Which of the values is the price. */
  readonly valueColumn: string;
  readonly knownAfterStartMs: Ms;
  readonly intervals: readonly HeldInterval[];
  readonly source: string;
}

export interface SeriesWish {
  readonly table?: string | undefined;
  /** Needed when there are several. */
  readonly series?: string | undefined;
  /** Another value than the table's price, such as RAISE6SECRRP. */
  readonly column?: string | undefined;
}

/** Reads files and takes one series of recorded prices; forecasts, empty ones and a choice not made are refused. */
export function readOperatorSeries(
  paths: readonly string[],
  wish: SeriesWish = {},
): Result<OperatorSeries, PriceFileError> {
  const files = readOperatorFiles(paths, { series: wish.series === undefined ? undefined : [wish.series] });
  return files.ok ? operatorSeries(files.value, wish) : files;
}

/** The same for files already read. */
export function operatorSeries(files: OperatorFiles, wish: SeriesWish = {}): Result<OperatorSeries, PriceFileError> {
  const tableName = tableNameOf(files, wish.table);
  if (!tableName.ok) return tableName;
  const source = sourceOf(files);
  const refuse = (code: PriceFileError["code"], says: string) => fail(refusal(code, source, 1, says));
  const table = files.reader.tables[tableName.value] as OperatorTable;
  const book = files.book.table(tableName.value);
  if (table.holds !== "prices")
    return refuse("prices.no-prices", `${tableName.value} holds ${table.holds}, not recorded prices`);
  const seen = [...(book?.seen ?? [])].sort();
  const name = wish.series ?? (seen.length === 1 ? seen[0] : undefined);
  if (name === undefined) {
    return refuse("prices.several-regions", `choose one of its ${seen.length} series: ${listed(seen)}`);
  }
  const held = book?.series.find(({ series }) => series === name);
  if (held === undefined) return refuse("prices.no-series", `there is no series ${name}; there is ${listed(seen)}`);
  const valueColumn = wish.column ?? table.valueColumn;
  const intervals = valuedIntervals(held, valueColumn);
  if (intervals.length < 2)
    return refuse("prices.too-short", `${name} has ${intervals.length} values of ${valueColumn}`);
  const { reader } = files;
  const { knownAfterStartMs } = table;
  return ok({ reader, tableName: tableName.value, series: name, valueColumn, knownAfterStartMs, intervals, source });
}

export const endMsOf = ({ startMs, lengthMs }: HeldInterval): UtcMs => (startMs + lengthMs) as UtcMs;

const listed = (names: readonly string[]): string =>
  names.length <= 12 ? names.join(", ") : `${names.slice(0, 12).join(", ")} and ${names.length - 12} more`;
