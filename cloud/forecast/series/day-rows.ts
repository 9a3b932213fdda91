import { fail, ok, type Result } from "@penstock/protocol/result";
import type { TooLittleHistory } from "../forecaster.ts";
import type { SeriesHistory } from "./series-history.ts";

/** The latest whole days of a measured series as rows, each begun at the time of day at which the forecast begins. */
export interface DayRows {
  readonly count: number;
  readonly perDay: number;
  /** Row 0 is the oldest day, `count − 1` the one that has just ended. A view, not a copy. */
  day(row: number): Float64Array;
}

const DAY_MS = 86_400_000;

/** At most `daysMax` of them; refused with less than one. */
export function dayRows(history: SeriesHistory, daysMax: number): Result<DayRows, TooLittleHistory> {
  const { perDay, length, intervalMs } = history;
  const count = Math.min(daysMax, Math.floor(length / perDay));
  if (count < 1) return fail({ code: "forecast.too-little-history", neededMs: DAY_MS, knownMs: length * intervalMs });
  // One copy of what is used: asking the history value by value costs more than the forecast.
  const known = history.latest(count * perDay);
  return ok({ count, perDay, day: (row) => known.subarray(row * perDay, (row + 1) * perDay) });
}
