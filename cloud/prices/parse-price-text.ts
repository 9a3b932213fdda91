import type { CodedError, Result } from "@penstock/protocol/result";
import { fail, ok } from "@penstock/protocol/result";
import type { Ms, UtcMs } from "@penstock/protocol/units";
import type { PriceFileFormat } from "./price-file-format.ts";
import type { PriceSeries } from "./price-series.ts";

export interface PriceTextOptions {
  readonly source: string;
  /** Needed when the file holds several regions, or none that it names. */
  readonly region?: string;
}

/** Why a file is refused, and where: line and column count from 1, columns in characters. */
export interface PriceFileError extends CodedError {
  readonly code: `prices.${string}`;
  readonly source: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Reads prices from CSV text, addressed by column names. Anything out of the ordinary refuses the whole file:
 * a price that is not there is never filled in, and one that is there is never passed over.
 */
export function parsePriceText(
  text: string,
  format: PriceFileFormat,
  options: PriceTextOptions,
): Result<PriceSeries, PriceFileError> {
  const refuse = (code: PriceFileError["code"], line: number, column: number, facts: Record<string, unknown> = {}) =>
    fail({ ...facts, code, source: options.source, line, column });

  const lines = text.split("\n");
  // A whole file ends its last line. Without that, `57.9` may be what is left of `57.98`.
  const unfinished = lines.pop();
  if (unfinished !== "") return refuse("prices.cut-off", lines.length + 1, (unfinished?.length ?? 0) + 1);

  const header = splitRow(lines[0] ?? "");
  const columns = findColumns(header, format);
  if (!columns.ok) return refuse("prices.missing-column", 1, 1, { wanted: columns.error.wanted });
  const { timeColumn, priceColumn, regionColumn } = columns.value;

  let region = options.region;
  let intervalMs = 0;
  let firstMs = Number.NaN;
  let lastMs = Number.NaN;
  const prices: number[] = [];

  for (let index = 1; index < lines.length; index++) {
    const line = index + 1;
    const row = splitRow(lines[index] as string);
    const at = (column: number): number => row[column]?.column ?? 1;
    if (row.length !== header.length) {
      return refuse("prices.column-count", line, at(row.length - 1), { columns: row.length, wanted: header.length });
    }
    if (regionColumn !== undefined) {
      const rowRegion = row[regionColumn]?.text ?? "";
      if (rowRegion === "") return refuse("prices.malformed-region", line, at(regionColumn));
      if (options.region === undefined && region !== undefined && rowRegion !== region) {
        return refuse("prices.several-regions", line, at(regionColumn), { regions: [region, rowRegion] });
      }
      region ??= rowRegion;
      if (rowRegion !== region) continue;
    }

    const stamp = row[timeColumn]?.text ?? "";
    const stampMs = parseStamp(stamp, format.utcOffsetMs);
    if (stampMs === undefined) return refuse("prices.malformed-date", line, at(timeColumn), { text: stamp });
    if (prices.length === 0) firstMs = stampMs;
    if (prices.length > 0) {
      const stepMs = stampMs - lastMs;
      if (stepMs === 0) return refuse("prices.duplicate", line, at(timeColumn), { text: stamp });
      if (stepMs < 0) return refuse("prices.disorder", line, at(timeColumn), { text: stamp });
      if (prices.length === 1) {
        if (!format.intervalLengthsMs.some((lengthMs) => lengthMs === stepMs)) {
          return refuse("prices.gap", line, at(timeColumn), { text: stamp, sinceLastMs: stepMs });
        }
        intervalMs = stepMs;
      }
      if (stepMs !== intervalMs) {
        return refuse("prices.gap", line, at(timeColumn), { text: stamp, sinceLastMs: stepMs, intervalMs });
      }
    }
    lastMs = stampMs;

    const priceText = row[priceColumn]?.text ?? "";
    if (!DECIMAL.test(priceText)) return refuse("prices.malformed-number", line, at(priceColumn), { text: priceText });
    const price = Number(priceText);
    // Before the second row the length of an interval is not known; the shortest errs by minutes on a yearly table.
    const lengthMs = intervalMs === 0 ? Math.min(...format.intervalLengthsMs) : intervalMs;
    const limits = format.limitsAt((stampMs - (format.stamps === "interval-end" ? lengthMs : 0)) as UtcMs);
    if (!limits.ok)
      return refuse("prices.no-limits", line, at(timeColumn), { text: stamp, because: limits.error.code });
    const { floor, cap } = limits.value;
    if (price < floor || price > cap)
      return refuse("prices.beyond-limits", line, at(priceColumn), { price, floor, cap });
    prices.push(price);
  }

  if (prices.length < 2) return refuse("prices.too-short", lines.length, 1, { rows: prices.length, region });
  if (region === undefined) return refuse("prices.region-unknown", 1, 1, { regions: format.regions });
  return ok({
    region,
    currency: format.currency,
    intervalMs: intervalMs as Ms,
    startMs: (format.stamps === "interval-end" ? firstMs - intervalMs : firstMs) as UtcMs,
    knownAfterStartMs: format.knownAfterStartMs,
    prices: Float64Array.from(prices),
    generated: false,
    source: options.source,
  });
}

interface Cell {
  readonly text: string;
  /** Where it begins in its line, from 1. */
  readonly column: number;
}

interface Columns {
  readonly timeColumn: number;
  readonly priceColumn: number;
  readonly regionColumn: number | undefined;
}

function findColumns(header: readonly Cell[], format: PriceFileFormat): Result<Columns, MissingColumn> {
  const names = header.map((cell) => cell.text.toUpperCase());
  const find = (wanted: readonly string[]): number | undefined =>
    wanted.map((name) => names.indexOf(name.toUpperCase())).find((column) => column >= 0);
  const timeColumn = find(format.timeColumns);
  const priceColumn = find(format.priceColumns);
  if (timeColumn === undefined) return fail({ code: "prices.missing-column", wanted: format.timeColumns });
  if (priceColumn === undefined) return fail({ code: "prices.missing-column", wanted: format.priceColumns });
  return ok({ timeColumn, priceColumn, regionColumn: find(format.regionColumns) });
}

interface MissingColumn extends CodedError {
  readonly wanted: readonly string[];
}

/** Cells of a row. The operators quote dates and names but never put a comma inside, so a cell ends at a comma. */
function splitRow(line: string): readonly Cell[] {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line;
  let column = 1;
  return text.split(",").map((raw) => {
    const cell = { text: unquote(raw.replace(/^\uFEFF/, "").trim()), column };
    column += raw.length + 1;
    return cell;
  });
}

const unquote = (text: string): string =>
  text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;

const DECIMAL = /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const STAMP = /^(\d{4})([-/])(\d{2})\2(\d{2})[ T](\d{2}):(\d{2})(?::(\d{2}))?(Z?)$/;

/** UTC instant of a local stamp, or of one that says it is UTC; undefined when it is not a date that exists. */
function parseStamp(text: string, utcOffsetMs: number): number | undefined {
  const match = STAMP.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = [1, 3, 4, 5, 6, 7].map((group) => Number(match[group] ?? 0));
  const localMs = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second);
  const date = new Date(localMs);
  const exists =
    date.getUTCMonth() + 1 === month &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second;
  return exists ? localMs - (match[8] === "Z" ? 0 : utcOffsetMs) : undefined;
}
