import { Rng } from "@penstock/protocol/rng";
import type { UtcMs } from "@penstock/protocol/units";
import { clearedPrice, type PriceSeries } from "./price-series.ts";

/**
 * What reserves clear at: money per MW and hour, by product and interval. Hindsight, as a {@link PriceSeries} is: for
 * whoever clears.
 */
export interface ReservePrices {
  /** Undefined where none is on record. */
  at(product: string, startMs: UtcMs): number | undefined;
  /** True when no market ever cleared at these prices. */
  readonly generated: boolean;
}

/**
 * Reserve prices no market ever cleared at, beside an energy series: mostly a few dollars, raise services dearer when
 * energy is scarce, lower services when there is too much of it, each with a noise of its own. The same series gives the
 * same prices, at whatever instant they are asked for.
 */
export function generateReservePrices(energy: PriceSeries, capPerMWh: number): ReservePrices {
  return {
    generated: true,
    at(product, startMs) {
      const price = clearedPrice(energy, startMs);
      if (!price.ok) return undefined;
      const scarce = product.startsWith("RAISE") ? Math.max(0, price.value) / 150 : Math.max(0, 20 - price.value) / 40;
      const noise = Math.exp(0.5 * new Rng(`${energy.source}/${product}/${startMs}`).normal());
      const level = (LEVELS.find(([ending]) => product.endsWith(ending))?.[1] ?? 1) * (1 + scarce) * noise;
      return Math.round(Math.min(capPerMWh, level) * 100) / 100;
    },
  };
}

/** What is quicker is dearer. */
const LEVELS: readonly (readonly [ending: string, perMWh: number])[] = [
  ["60SEC", 1.1],
  ["5MIN", 0.8],
  ["6SEC", 2.4],
  ["1SEC", 2],
];
