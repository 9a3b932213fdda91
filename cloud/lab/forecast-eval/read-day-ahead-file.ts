import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { UtcMs } from "@penstock/protocol/units";
import { type DayAheadMarket, HOURS } from "../../forecast/day-ahead/day-ahead-market.ts";

/** What the files of the public benchmark call the price; every other numeric column is a published forecast. */
const PRICE_NAMES = ["ot", "price", "prices", "real price"];
const TIME_NAMES = ["date", "time", "datetime", "timestamp", "unnamed: 0", ""];
const HOUR_MS = 3_600_000;

export interface DayAheadFile {
  readonly market: DayAheadMarket;
  /** Hours the file lacks (a clock put forward), filled with the mean of their neighbours. */
  readonly filledHours: number;
  /** Hours the file has twice (a clock put back), of which the mean is taken. */
  readonly mergedHours: number;
}

/** Reads an hourly day-ahead file, plain or gzipped. A shell; all judgement is in {@link parseDayAheadText}. */
export function readDayAheadFile(path: string, name: string): Result<DayAheadFile, CodedError> {
  let text: string;
  try {
    const bytes = readFileSync(path);
    text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString("utf8");
  } catch (error) {
    return fail({ code: "prices.unreadable", path, reason: error instanceof Error ? error.message : String(error) });
  }
  return parseDayAheadText(text, name, basename(path));
}

/**
 * Columns by name: one of times (the market's own clock, hour beginning), one of prices, the rest published series.
 * Only what a change of clocks does is mended, and counted; any other gap, repetition or word in place of a number is
 * refused with its line.
 */
export function parseDayAheadText(text: string, name: string, source: string): Result<DayAheadFile, CodedError> {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const header = (lines[0] ?? "").split(",").map((cell) => cell.trim().replace(/^"|"$/g, ""));
  const lower = header.map((cell) => cell.toLowerCase());
  const timeColumn = lower.findIndex((cell) => TIME_NAMES.includes(cell));
  const priceColumn = lower.findIndex((cell) => PRICE_NAMES.includes(cell));
  if (timeColumn < 0) return fail({ code: "prices.no-time-column", source, header, wanted: TIME_NAMES });
  if (priceColumn < 0) return fail({ code: "prices.no-price-column", source, header, wanted: PRICE_NAMES });
  const knownColumns = header
    .map((_, column) => column)
    .filter((column) => ![timeColumn, priceColumn].includes(column));

  const columns = [priceColumn, ...knownColumns];
  const series = columns.map((): number[] => []);
  const counts: number[] = [];
  let startMs: number | undefined;
  let filledHours = 0;
  let mergedHours = 0;
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index] as string;
    if (line.trim() === "") continue;
    const cells = line.split(",");
    const atMs = parseTime(cells[timeColumn] ?? "");
    if (atMs === undefined) return fail({ code: "prices.bad-time", source, line: index + 1, text: cells[timeColumn] });
    const values = columns.map((column) => parseNumber(cells[column]));
    const bad = values.findIndex((value) => Number.isNaN(value));
    if (bad >= 0) {
      const column = columns[bad] as number;
      return fail({ code: "prices.bad-number", source, line: index + 1, column: header[column], text: cells[column] });
    }
    startMs ??= atMs;
    const hour = (atMs - startMs) / HOUR_MS;
    const length = counts.length;
    if (!Number.isInteger(hour)) return fail({ code: "prices.not-hourly", source, line: index + 1 });
    if (hour === length - 1 && counts[hour] === 1) {
      for (const [at, each] of series.entries()) each[hour] = ((each[hour] as number) + (values[at] as number)) / 2;
      counts[hour] = 2;
      mergedHours++;
      continue;
    }
    if (hour < length) return fail({ code: "prices.not-ascending", source, line: index + 1, text: cells[timeColumn] });
    if (hour > length + 1) return fail({ code: "prices.gap", source, line: index + 1, missingHours: hour - length });
    if (hour === length + 1) {
      for (const [at, each] of series.entries()) each.push(((each[length - 1] as number) + (values[at] as number)) / 2);
      counts.push(1);
      filledHours++;
    }
    for (const [at, each] of series.entries()) each.push(values[at] as number);
    counts.push(1);
  }
  if (startMs === undefined) return fail({ code: "prices.empty", source });
  // Whole days only: a first or last day that is cut short is left out.
  const skip = (HOURS - ((startMs / HOUR_MS) % HOURS)) % HOURS;
  const days = Math.floor((counts.length - skip) / HOURS);
  if (days < 1) return fail({ code: "prices.empty", source });
  const whole = series.map((each) => Float64Array.from(each.slice(skip, skip + days * HOURS)));
  return ok({
    market: {
      name,
      firstDayMs: (startMs + skip * HOUR_MS) as UtcMs,
      prices: whole[0] as Float64Array,
      known: knownColumns.map((column, index) => ({
        name: header[column] as string,
        values: whole[index + 1] as Float64Array,
      })),
    },
    filledHours,
    mergedHours,
  });
}

/** `2013/1/1 0:00`, `2013-01-01 00:00:00`, `2013-01-01T00:00`; undefined for anything else. */
function parseTime(text: string): number | undefined {
  const match = /^\s*"?(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?/.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

const parseNumber = (cell: string | undefined): number =>
  cell === undefined || cell.trim() === "" ? Number.NaN : Number(cell);
