import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { Ms, UtcMs } from "@penstock/protocol/units";
import type { MeasuredSeries } from "../../forecast/series/index.ts";

/** What one file says of a group of homes: what they use and what their roofs give, W, all together. */
export interface SiteSeries {
  readonly load: MeasuredSeries;
  readonly solar: MeasuredSeries;
  readonly homes: number;
}

/** How a data set writes itself down: which columns are what, and what they are multiplied by to be watts. */
interface SiteFormat {
  readonly load: RegExp;
  readonly loadWPer: number;
  readonly solar: RegExp;
  readonly solarWPer: number;
  readonly intervalMs: Ms;
  /** Local start of the first interval from the first data row; undefined when it is not what the format says. */
  readonly startOf: (cell: (heading: string) => string) => number | undefined;
  /** Whether a row follows the one before it. */
  readonly follows: (cell: (heading: string) => string, index: number, startMs: number) => boolean;
}

const HOUR_MS = 3_600_000;
/** Each home of the challenge has so much of it. */
const CITYLEARN_PV_KWP = 4;

const FORMATS: Readonly<Record<string, SiteFormat>> = {
  // CityLearn 2022: no dates, hour ENDING 1 to 24, day type 1 Monday to 7 Sunday (8 a holiday), from a Sunday's last hour.
  citylearn: {
    load: /^load_kwh_b\d+$/,
    loadWPer: 1_000,
    solar: /^solar_w_per_kwp_b\d+$/,
    solarWPer: CITYLEARN_PV_KWP,
    intervalMs: Ms(HOUR_MS),
    startOf: (cell) => {
      const sunday = Date.UTC(2021, 7, 1);
      const day = Number(cell("day_type"));
      const hour = Number(cell("hour"));
      return day >= 1 && day <= 7 ? sunday + (day % 7) * 24 * HOUR_MS + (hour - 1) * HOUR_MS : undefined;
    },
    follows: (cell, index, startMs) => Number(cell("hour")) - 1 === Math.round((startMs / HOUR_MS + index) % 24),
  },
  // Ausgrid's solar homes: a local stamp at the start of each half hour, general consumption and gross generation.
  ausgrid: {
    load: /^gc_kw$/,
    loadWPer: 1_000,
    solar: /^gg_kw$/,
    solarWPer: 1_000,
    intervalMs: Ms(HOUR_MS / 2),
    startOf: (cell) => localMs(cell("time")),
    follows: (cell, index, startMs) => localMs(cell("time")) === startMs + (index * HOUR_MS) / 2,
  },
};

export const siteFormats = Object.keys(FORMATS);

/** Reads homes' meters, plain or gzipped. A gap, a repeated hour or a cell that is no number refuses the file with its line. */
export function readSiteSeries(path: string, formatName: string): Result<SiteSeries, CodedError> {
  const source = basename(path);
  let text: string;
  try {
    const bytes = readFileSync(path);
    text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString("utf8");
  } catch (error) {
    return fail({ code: "series.unreadable", path, reason: error instanceof Error ? error.message : String(error) });
  }
  const format = FORMATS[formatName];
  return format === undefined
    ? fail({ code: "series.unknown-format", formatName, known: siteFormats })
    : parse(text, source, format);
}

function parse(text: string, source: string, format: SiteFormat): Result<SiteSeries, CodedError> {
  const [first = "", ...rows] = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const header = first.split(",");
  const columnsLike = (pattern: RegExp) => [...header.keys()].filter((at) => pattern.test(header[at] as string));
  const [loadColumns, solarColumns] = [columnsLike(format.load), columnsLike(format.solar)];
  if (loadColumns.length === 0 || solarColumns.length === 0)
    return fail({ code: "series.missing-column", source, header: header.slice(0, 8) });
  const load: number[] = [];
  const solar: number[] = [];
  let startMs: number | undefined;
  for (const [index, row] of rows.entries()) {
    if (row.trim() === "") continue;
    const cells = row.split(",");
    const refuse = (code: string) => fail({ code, source, line: index + 2 });
    const cell = (heading: string): string => cells[header.indexOf(heading)] ?? "";
    startMs ??= format.startOf(cell);
    if (startMs === undefined || !format.follows(cell, load.length, startMs)) return refuse("series.out-of-step");
    const sum = (columns: readonly number[]) =>
      columns.reduce((total, at) => total + (cells[at] === "" ? Number.NaN : Number(cells[at])), 0);
    load.push(sum(loadColumns) * format.loadWPer);
    solar.push(sum(solarColumns) * format.solarWPer);
    if (Number.isNaN(load.at(-1)) || Number.isNaN(solar.at(-1))) return refuse("series.malformed-number");
  }
  if (startMs === undefined) return fail({ code: "series.empty", source });
  const about = { startMs: UtcMs(startMs), intervalMs: format.intervalMs, utcOffsetMs: Ms(0) };
  return ok({
    load: { ...about, values: Float64Array.from(load) },
    solar: { ...about, values: Float64Array.from(solar) },
    homes: loadColumns.length,
  });
}

/** Local time as if it were UTC: days are what matters here. */
function localMs(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(text)) return undefined;
  const ms = Date.parse(`${text.replace(" ", "T")}Z`);
  return Number.isFinite(ms) ? ms : undefined;
}
