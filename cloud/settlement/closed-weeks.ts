import { days, UtcMs } from "@penstock/protocol/units";
import type { Hindsight } from "./hindsight.ts";
import { addSettled, nothingSettled, type RunningTotals } from "./running-totals.ts";
import type { SettledUnit } from "./settle-unit.ts";

/**
 * What is finished: the sums of every interval that starts before `untilMs`. Nothing is settled there any more, so
 * that a year of trading is remembered in a few numbers and a restart reads weeks and not years.
 */
export interface ClosedWeeks {
  readonly untilMs: UtcMs;
  readonly totals: RunningTotals;
  /** By site, week by week: what a battery could have made with every price of a week before it. */
  readonly hindsight: Readonly<Record<string, Hindsight>>;
}

export const nothingClosed: ClosedWeeks = { untilMs: UtcMs(0), totals: nothingSettled, hindsight: {} };

const WEEK_MS = days(7);

/** Where the week of an instant begins, and where it ends. */
export const weekStartMs = (instantMs: number): UtcMs => UtcMs(Math.floor(instantMs / WEEK_MS) * WEEK_MS);
export const weekEndMs = (instantMs: number): UtcMs => UtcMs(weekStartMs(instantMs) + WEEK_MS);

/** One more week: all of it that was settled, and what hindsight says of it. */
export function closeWeek(
  closed: ClosedWeeks,
  endMs: UtcMs,
  settled: readonly SettledUnit[],
  hindsight: ReadonlyMap<string, Hindsight>,
): ClosedWeeks {
  return {
    untilMs: endMs,
    totals: settled.reduce(addSettled, closed.totals),
    hindsight: withHindsight(closed.hindsight, hindsight),
  };
}

/** By site, what is closed and what is open together. */
export function withHindsight(
  closed: Readonly<Record<string, Hindsight>>,
  open: ReadonlyMap<string, Hindsight>,
): Readonly<Record<string, Hindsight>> {
  const sums = { ...closed };
  for (const [siteId, { revenue, profit }] of open) {
    const before = sums[siteId] ?? { revenue: 0, profit: 0 };
    sums[siteId] = { revenue: before.revenue + revenue, profit: before.profit + profit };
  }
  return sums;
}
