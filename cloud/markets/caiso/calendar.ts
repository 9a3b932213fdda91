import { invariant } from "@penstock/protocol/result";
import { addDays, type Interval, instantOf, localDateOf } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import { CAISO_ZONE, HOUR_MS, REAL_TIME_GATE_BEFORE_HOUR_MS } from "./rules.ts";

/** Real-time bids are made by the trading hour and stand for each of its intervals. */
export const realTimeGateMs = ({ startMs }: Interval): UtcMs =>
  (Math.floor(startMs / HOUR_MS) * HOUR_MS - REAL_TIME_GATE_BEFORE_HOUR_MS) as UtcMs;

/** Day-ahead bids and reserves: ten o'clock Pacific on the day before. */
export function dayAheadGateMs({ startMs }: Interval): UtcMs {
  const gateMs = instantOf(CAISO_ZONE, addDays(localDateOf(CAISO_ZONE, startMs), -1), "10:00");
  invariant(gateMs.ok, "ten in the morning is there every day");
  return gateMs.value;
}
