import type { SettledUnit } from "./settle-unit.ts";

/** Sums of what was settled. Energies are throughput: charging and discharging both count. */
export interface RunningTotals {
  readonly intervals: number;
  readonly sinceMs: number;
  readonly settledUntilMs: number;
  readonly dispatchedMWh: number;
  readonly meteredMWh: number;
  readonly shortfallMWh: number;
  /** What the shortfalls cost, by the market's own rule; the revenue is already without it. */
  readonly shortfallCost: number;
  /** Of energy. */
  readonly revenue: number;
  /** Of reserves kept ready, beside it. */
  readonly reserveRevenue: number;
  readonly cost: number;
  readonly byUnit: Readonly<Record<string, number>>;
  readonly bySite: Readonly<Record<string, number>>;
}

export const nothingSettled: RunningTotals = {
  intervals: 0,
  sinceMs: Number.POSITIVE_INFINITY,
  settledUntilMs: Number.NEGATIVE_INFINITY,
  dispatchedMWh: 0,
  meteredMWh: 0,
  shortfallMWh: 0,
  shortfallCost: 0,
  revenue: 0,
  reserveRevenue: 0,
  cost: 0,
  byUnit: {},
  bySite: {},
};

export const addSettled = (totals: RunningTotals, settled: SettledUnit): RunningTotals => ({
  intervals: totals.intervals + 1,
  sinceMs: Math.min(totals.sinceMs, settled.interval.startMs),
  settledUntilMs: Math.max(totals.settledUntilMs, settled.interval.endMs),
  dispatchedMWh: totals.dispatchedMWh + Math.abs(settled.awardedWh) / 1e6,
  meteredMWh: totals.meteredMWh + Math.abs(settled.meteredWh) / 1e6,
  shortfallMWh: totals.shortfallMWh + Math.max(0, settled.shortfallWh) / 1e6,
  shortfallCost: totals.shortfallCost + (settled.shortfallCost ?? 0),
  revenue: totals.revenue + settled.amount - (settled.reserveAmount ?? 0),
  reserveRevenue: totals.reserveRevenue + (settled.reserveAmount ?? 0),
  cost: settled.sites.reduce((total, { cost }) => total + cost, totals.cost),
  byUnit: withAdded(totals.byUnit, [[settled.unitId, settled.amount]]),
  bySite: withAdded(
    totals.bySite,
    settled.sites.map(({ siteId, amount }) => [siteId, amount]),
  ),
});

function withAdded(
  amounts: Readonly<Record<string, number>>,
  added: readonly (readonly [id: string, amount: number])[],
): Readonly<Record<string, number>> {
  const sums = { ...amounts };
  for (const [id, amount] of added) sums[id] = (sums[id] ?? 0) + amount;
  return sums;
}
