import type { Battery } from "../../optimise/battery.ts";

export interface Score {
  /** Money, after wear. */
  readonly profit: number;
  readonly perfectForesightProfit: number;
  /** The one over the other; null where even hindsight earns nothing. */
  readonly capture: number | null;
  /** The same without the ten days on which hindsight earned most: a few hours at the cap can make a year. */
  readonly captureWithoutTop10Days: number | null;
  /** Energy discharged at the meter over usable capacity, a day. */
  readonly cyclesPerDay: number;
}

const TOP_DAYS = 10;

/** Both profits are one element an interval, over the same intervals. */
export function scoreOf(
  profit: Float64Array,
  hindsight: Float64Array,
  dischargedMWh: number,
  perDay: number,
  battery: Battery,
): Score {
  const ours = dailySums(profit, perDay);
  const best = dailySums(hindsight, perDay);
  const top = new Set([...best.keys()].sort((a, b) => (best[b] as number) - (best[a] as number)).slice(0, TOP_DAYS));
  const sum = (values: Float64Array, without = new Set<number>()): number =>
    values.reduce((total, value, day) => total + (without.has(day) ? 0 : value), 0);
  const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);
  const usableMWh = ((battery.socMax - battery.socMin) * battery.capacityWh) / 1e6;
  return {
    profit: sum(ours),
    perfectForesightProfit: sum(best),
    capture: share(sum(ours), sum(best)),
    captureWithoutTop10Days: share(sum(ours, top), sum(best, top)),
    cyclesPerDay: dischargedMWh / usableMWh / (profit.length / perDay),
  };
}

export function dailySums(values: Float64Array, perDay: number): Float64Array {
  const days = new Float64Array(Math.ceil(values.length / perDay));
  for (const [index, value] of values.entries()) {
    const day = Math.floor(index / perDay);
    days[day] = (days[day] as number) + value;
  }
  return days;
}
