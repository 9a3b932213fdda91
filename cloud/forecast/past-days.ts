import { fail, ok, type Result } from "@penstock/protocol/result";
import type { PriceHistory } from "../prices/price-history.ts";
import type { TooLittleHistory } from "./forecaster.ts";

const DAY_MS = 86_400_000;

/** The latest whole days of a history, each starting at the time of day at which the forecast starts. */
export interface PastDays {
  readonly count: number;
  readonly perDay: number;
  /** Price `ahead` intervals after that start, `daysBack` days earlier (1 is the latest); beyond a day, the same day again. */
  price(daysBack: number, ahead: number): number;
  /** Mean of the `intervals` just before that start; undefined where the history does not reach. `daysBack` 0 is now. */
  levelBefore(daysBack: number, intervals: number): number | undefined;
}

/** At most `daysMax` of them; refused with less than one. */
export function pastDays(history: PriceHistory, daysMax: number): Result<PastDays, TooLittleHistory> {
  const perDay = Math.round(DAY_MS / history.intervalMs);
  const count = Math.min(daysMax, Math.floor(history.length / perDay));
  if (count < 1) {
    const knownMs = history.length * history.intervalMs;
    return fail({ code: "forecast.too-little-history", neededMs: DAY_MS, knownMs });
  }
  // One copy of what is used: asking the history price by price costs more than the forecast.
  const levelIntervals = Math.min(history.length - count * perDay, perDay);
  const known = history.latest(count * perDay + levelIntervals);
  return ok({
    count,
    perDay,
    price: (daysBack, ahead) => known[known.length - daysBack * perDay + (ahead % perDay)] as number,
    levelBefore(daysBack, intervals) {
      const end = known.length - daysBack * perDay;
      const start = Math.max(0, end - intervals);
      if (start >= end) return undefined;
      let sum = 0;
      for (let index = start; index < end; index++) sum += known[index] as number;
      return sum / (end - start);
    },
  });
}
