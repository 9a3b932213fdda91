import { invariant } from "@penstock/protocol/result";
import { addDays, type Interval, instantOf, localDateOf, localDayAt } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import { DE_ZONE } from "./rules.ts";

/** Gates on the day before delivery, local time. FCR and aFRR capacity close before the coupled auction. */
export const gates = {
  fcr: "08:00",
  afrr: "09:00",
  mfrr: "10:00",
  dayAhead: "12:00",
  ida1: "15:00",
  ida2: "22:00",
} as const;

export const gateOnDayBefore = (gate: keyof typeof gates, { startMs }: Interval): UtcMs =>
  at(addDays(localDateOf(DE_ZONE, startMs), -1), gates[gate]);

/** The third intraday auction closes at 10:00 on the day itself, for its second half. */
export const ida3GateMs = ({ startMs }: Interval): UtcMs => at(localDateOf(DE_ZONE, startMs), "10:00");

/** Balancing energy: 25 minutes before the quarter hour. */
export const balancingEnergyGateMs = ({ startMs }: Interval): UtcMs => (startMs - 25 * 60_000) as UtcMs;

/**
 * The slice 1 to 6 of four hours on the wall clock; on the two days clocks change, the first has three or five.
 */
export function sliceOf(instantMs: UtcMs): { readonly slice: number; readonly interval: Interval } {
  const day = localDayAt(DE_ZONE, instantMs);
  const date = localDateOf(DE_ZONE, day.startMs);
  let startMs = day.startMs;
  for (let slice = 1; slice < 6; slice++) {
    const endMs = at(date, `${String(slice * 4).padStart(2, "0")}:00`);
    if (instantMs < endMs) return { slice, interval: { startMs, endMs } };
    startMs = endMs;
  }
  return { slice: 6, interval: { startMs, endMs: day.endMs } };
}

function at(date: string, time: string): UtcMs {
  const instantMs = instantOf(DE_ZONE, date, time);
  invariant(instantMs.ok, `${time} is there every day`);
  return instantMs.value;
}
