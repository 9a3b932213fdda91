import type { Battery } from "../../optimise/battery.ts";

/** The yardstick traders quote for storage: what the dearest hours of each day paid over the cheapest ones. */
export interface TopBottom {
  /** `TB2` for two hours of storage. */
  readonly name: string;
  readonly amount: number;
  /** Profit over it; null where it is nothing. */
  readonly share: number | null;
  readonly definition: string;
}

/**
 * Sums over whole days: the battery's power through the intervals with the highest prices, as many as empty it once,
 * less the same through as many of the lowest. Losses, wear and the order of the hours count for nothing, so it can be
 * beaten by more cycles and is missed by who has to pay for losses; it is a measure of the market, not a limit.
 */
export function topBottom(
  prices: Float64Array,
  intervalMs: number,
  { capacityWh, socMin, socMax, powerWMaxDischarge }: Battery,
  profit: number,
): TopBottom {
  const perDay = Math.round(86_400_000 / intervalMs);
  const hours = ((socMax - socMin) * capacityWh) / powerWMaxDischarge;
  const count = Math.min(Math.floor(perDay / 2), Math.max(1, Math.round((hours * 3_600_000) / intervalMs)));
  const energyMWh = (powerWMaxDischarge / 1e6) * (intervalMs / 3_600_000);
  let amount = 0;
  for (let start = 0; start + perDay <= prices.length; start += perDay) {
    const sorted = prices.slice(start, start + perDay).sort();
    for (let rank = 0; rank < count; rank++) {
      amount += ((sorted[perDay - 1 - rank] as number) - (sorted[rank] as number)) * energyMWh;
    }
  }
  const name = `TB${Number(hours.toFixed(2))}`;
  const minutes = intervalMs / 60_000;
  return {
    name,
    amount,
    share: amount > 0 ? profit / amount : null,
    definition: `${name}: each whole day the ${count} dearest less the ${count} cheapest ${minutes}-minute prices, each times ${Number(energyMWh.toPrecision(4))} MWh; one cycle, no losses, no wear, order ignored`,
  };
}
