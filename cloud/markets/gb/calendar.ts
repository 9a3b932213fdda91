import { invariant } from "@penstock/protocol/result";
import { addDays, type Interval, instantOf, localDateOf, localDayAt, localText } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import { EFA_DAY_STARTS_AT, GB_ZONE, SETTLEMENT_PERIOD_MS } from "./rules.ts";

/** The half-hourly auction for a day closes at 15:30 on the day before. */
export const auctionGateMs = ({ startMs }: Interval): UtcMs => onDayBefore(localDateOf(GB_ZONE, startMs), "15:30");

/** The response auction for an EFA day closes at 14:00 on the day before the date the EFA day ends on. */
export function responseGateMs({ startMs }: Interval): UtcMs {
  const efaDay = localDayAt(GB_ZONE, startMs, EFA_DAY_STARTS_AT);
  return onDayBefore(localDateOf(GB_ZONE, (efaDay.endMs - 1) as UtcMs), "14:00");
}

/** One hour before the settlement period. */
export const balancingGateMs = ({ startMs }: Interval): UtcMs => (startMs - 60 * 60_000) as UtcMs;

/**
 * The EFA block, 1 to 6, an instant falls into: four hours on the wall clock from 23:00. On the two days clocks change
 * one block has three or five hours.
 */
export function efaBlock(instantMs: UtcMs): { readonly block: number; readonly interval: Interval } {
  const day = localDayAt(GB_ZONE, instantMs, EFA_DAY_STARTS_AT);
  const date = localDateOf(GB_ZONE, (day.endMs - 1) as UtcMs);
  let startMs = day.startMs;
  for (let block = 1; block < 6; block++) {
    const endMs = wallClock(date, block * 4 - 1);
    if (instantMs < endMs) return { block, interval: { startMs, endMs } };
    startMs = endMs;
  }
  return { block: 6, interval: { startMs, endMs: day.endMs } };
}

/** Settlement period 1 to 46, 48 or 50 of its local day. */
export function settlementPeriodOf({ startMs }: Interval): number {
  const day = localDayAt(GB_ZONE, startMs);
  return (startMs - day.startMs) / SETTLEMENT_PERIOD_MS + 1;
}

export const settlementDate = ({ startMs }: Interval): string => localText(GB_ZONE, startMs).slice(0, 10);

function wallClock(date: string, hour: number): UtcMs {
  const instantMs = instantOf(GB_ZONE, date, `${String(hour).padStart(2, "0")}:00`);
  invariant(instantMs.ok, "EFA blocks do not begin in the hour that clocks skip");
  return instantMs.value;
}

function onDayBefore(date: string, time: string): UtcMs {
  const instantMs = instantOf(GB_ZONE, addDays(date, -1), time);
  invariant(instantMs.ok, `${time} is there every day`);
  return instantMs.value;
}
