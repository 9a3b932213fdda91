import { invariant } from "@penstock/protocol/result";
import { addDays, type Interval, instantOf, localDateOf, localDayAt, zoneOffsetMs } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import { ERCOT_ZONE, GATE_BEFORE_INTERVAL_MS } from "./rules.ts";

const HOUR_MS = 3_600_000;

/** The operating day, midnight to midnight Central prevailing time: 23, 24 or 25 hours. */
export const tradingDay = (instantMs: UtcMs): Interval => localDayAt(ERCOT_ZONE, instantMs);
export const tradingDate = (instantMs: UtcMs): string => localDateOf(ERCOT_ZONE, instantMs);

/** The operating hour an instant falls into: curves and plans are made by the hour. */
export function operatingHour(instantMs: UtcMs): Interval {
  const startMs = Math.floor(instantMs / HOUR_MS) * HOUR_MS;
  return { startMs: startMs as UtcMs, endMs: (startMs + HOUR_MS) as UtcMs };
}

/** Day-ahead market closes at 10:00 on the day before. */
export function dayAheadGateMs(day: Interval): UtcMs {
  const gateMs = instantOf(ERCOT_ZONE, addDays(localDateOf(ERCOT_ZONE, day.startMs), -1), "10:00");
  invariant(gateMs.ok, "ten in the morning is there every day");
  return gateMs.value;
}

export const gateClosureMs = (interval: Interval): UtcMs => (interval.startMs - GATE_BEFORE_INTERVAL_MS) as UtcMs;

/** `2026-11-01T01:00:00-05:00`: the offset tells the two hours apart that a clock set back shows twice. */
export function ercotTime(instantMs: UtcMs): string {
  const offsetMs = zoneOffsetMs(ERCOT_ZONE, instantMs);
  const local = new Date(instantMs + offsetMs).toISOString().slice(0, 19);
  const hours = Math.abs(offsetMs) / HOUR_MS;
  return `${local}${offsetMs < 0 ? "-" : "+"}${String(hours).padStart(2, "0")}:00`;
}
