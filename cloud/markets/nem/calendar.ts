import type { Interval } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import {
  BAND_PRICE_GATE_BEFORE_DAY_MS,
  DISPATCH_INTERVAL_MS,
  GATE_BEFORE_INTERVAL_MS,
  NEM_OFFSET_MS,
} from "./rules.ts";

const DAY_MS = 86_400_000;
/** A trading day starts at 04:00 NEM time, which is 18:00 UTC all year: the NEM knows no summer time. */
const DAY_START_UTC_MS = 4 * 3_600_000 - NEM_OFFSET_MS;

/** The trading day, 04:00 to 04:00 NEM time, that contains an instant. */
export function tradingDay(instantMs: UtcMs): Interval {
  const startMs = Math.floor((instantMs - DAY_START_UTC_MS) / DAY_MS) * DAY_MS + DAY_START_UTC_MS;
  return { startMs: startMs as UtcMs, endMs: (startMs + DAY_MS) as UtcMs };
}

/** Its 288 dispatch intervals. */
export function intervalsOf(day: Interval): readonly Interval[] {
  const count = (day.endMs - day.startMs) / DISPATCH_INTERVAL_MS;
  return Array.from({ length: count }, (_, index) => intervalOfPeriod(day, index + 1));
}

/** Period 1 of a trading day ends at 04:05. */
export function intervalOfPeriod(day: Interval, periodId: number): Interval {
  const endMs = day.startMs + periodId * DISPATCH_INTERVAL_MS;
  return { startMs: (endMs - DISPATCH_INTERVAL_MS) as UtcMs, endMs: endMs as UtcMs };
}

export const periodIdOf = (interval: Interval): number =>
  Math.round((interval.endMs - tradingDay(interval.startMs).startMs) / DISPATCH_INTERVAL_MS);

export const bandPriceGateMs = (day: Interval): UtcMs => (day.startMs - BAND_PRICE_GATE_BEFORE_DAY_MS) as UtcMs;

export const gateClosureMs = (interval: Interval): UtcMs => (interval.startMs - GATE_BEFORE_INTERVAL_MS) as UtcMs;

/** The calendar date, `2023-01-31`, on which a trading day starts in NEM time. */
export const tradingDate = (day: Interval): string => new Date(day.startMs + NEM_OFFSET_MS).toISOString().slice(0, 10);
