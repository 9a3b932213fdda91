import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { UtcMs } from "@penstock/protocol/units";

const HALF_HOUR_MS = 1_800_000;

/** Half-hourly prices of one region without a gap. */
export interface HalfHours {
  /** START of element 0, NEM time as if UTC. */
  readonly startMs: UtcMs;
  readonly prices: Float64Array;
}

/** Half-hourly means of a region's dispatch prices (`SETTLEMENTDATE` interval ending, `REGIONID`, `RRP`). */
export function halfHoursOfDispatch(path: string, region: string): Result<HalfHours, CodedError> {
  return readHalfHours(path, { time: "SETTLEMENTDATE", price: "RRP", region: { column: "REGIONID", value: region } });
}

/** A region's column of a table of half-hourly prices (`time` interval ending, `rrp_nsw` for NSW1, and so on). */
export function halfHoursOfTable(path: string, region: string): Result<HalfHours, CodedError> {
  return readHalfHours(path, { time: "time", price: `rrp_${region.toLowerCase().replace(/\d$/, "")}` });
}

interface Columns {
  readonly time: string;
  readonly price: string;
  readonly region?: { readonly column: string; readonly value: string };
}

function readHalfHours(path: string, columns: Columns): Result<HalfHours, CodedError> {
  const source = basename(path);
  let lines: readonly string[];
  try {
    const bytes = readFileSync(path);
    lines = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString("utf8").split(/\r?\n/);
  } catch (error) {
    return fail({ code: "prices.unreadable", path, reason: error instanceof Error ? error.message : String(error) });
  }
  const header = (lines[0] ?? "").split(",").map((cell) => cell.trim());
  const [time, price] = [header.indexOf(columns.time), header.indexOf(columns.price)];
  const region = columns.region === undefined ? -1 : header.indexOf(columns.region.column);
  if (time < 0) return fail({ code: "prices.no-time-column", source, wanted: columns.time });
  if (price < 0) return fail({ code: "prices.no-price-column", source, wanted: columns.price });
  if (columns.region !== undefined && region < 0)
    return fail({ code: "prices.no-region-column", source, wanted: columns.region.column });
  const sums = new Map<number, { total: number; count: number }>();
  for (let index = 1; index < lines.length; index++) {
    const cells = (lines[index] as string).split(",");
    if (cells.length <= price || (region >= 0 && cells[region] !== columns.region?.value)) continue;
    const endMs = Date.parse(`${(cells[time] as string).replaceAll("/", "-").replace(" ", "T")}Z`);
    const value = Number(cells[price]);
    if (Number.isNaN(endMs)) return fail({ code: "prices.bad-time", source, line: index + 1, text: cells[time] });
    if (cells[price] === "" || Number.isNaN(value))
      return fail({ code: "prices.bad-number", source, line: index + 1, text: cells[price] });
    const startMs = Math.ceil(endMs / HALF_HOUR_MS - 1) * HALF_HOUR_MS;
    const sum = sums.get(startMs) ?? { total: 0, count: 0 };
    sums.set(startMs, { total: sum.total + value, count: sum.count + 1 });
  }
  const starts = [...sums.keys()].sort((a, b) => a - b);
  const first = starts[0];
  if (first === undefined) return fail({ code: "prices.empty", source, region: columns.region?.value });
  const gap = starts.findIndex((startMs, index) => startMs !== first + index * HALF_HOUR_MS);
  if (gap >= 0) return fail({ code: "prices.gap", source, after: new Date(starts[gap - 1] as number).toISOString() });
  return ok({
    startMs: first as UtcMs,
    prices: Float64Array.from(starts, (startMs) => {
      const { total, count } = sums.get(startMs) as { total: number; count: number };
      return total / count;
    }),
  });
}
