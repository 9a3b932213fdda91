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
 * Reserve prices no market ever cleared at, beside an energy series: mostly a few of its money, upward services dearer
 * when energy is scarce, downward ones when there is too much of it, each with a noise of its own. The same series gives
 * the same prices, at whatever instant they are asked for.
 */
export function generateReservePrices(energy: PriceSeries, capPerMWh: number): ReservePrices {
  return {
    generated: true,
    at(product, startMs) {
      const price = clearedPrice(energy, startMs);
      if (!price.ok) return undefined;
      const scarce = isDownward(product) ? Math.max(0, 20 - price.value) / 40 : Math.max(0, price.value) / 150;
      const noise = Math.exp(0.5 * new Rng(`${energy.source}/${product}/${startMs}`).normal());
      const level = (LEVELS.find(([ending]) => product.endsWith(ending))?.[1] ?? 1) * (1 + scarce) * noise;
      return Math.round(Math.min(capPerMWh, level) * 100) / 100;
    },
  };
}

/** Lower services of the NEM, high-frequency ones of Great Britain. */
const isDownward = (product: string): boolean => product.startsWith("LOWER") || /^D[CMR]H$/.test(product);

/** What is quicker is dearer, and what must last longer too. */
const LEVELS: readonly (readonly [ending: string, perMWh: number])[] = [
  ["60SEC", 1.1],
  ["5MIN", 0.8],
  ["6SEC", 2.4],
  ["1SEC", 2],
  ["RRSPF", 2.5],
  ["RRSFF", 2.2],
  ["ECRS", 4],
  ["ONNS", 2],
  ["DCL", 3],
  ["DCH", 2],
  ["DML", 4],
  ["DMH", 3],
  ["DRL", 6],
  ["DRH", 5],
  ["FCR", 9],
];
