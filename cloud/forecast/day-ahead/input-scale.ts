import { HOURS } from "./day-ahead-market.ts";
import { KNOWN_LAGS, PRICE_LAGS } from "./day-features.ts";
import type { Stabilised, Stabiliser } from "./stabiliser.ts";

/**
 * How much each 24 inputs count in the distance between two days, one figure a lag of {@link dayFeatures}: the nearest
 * most. Found on the year before the test years of three benchmark markets, one set for all.
 */
const PRICE_WEIGHTS = [1, 0.2, 0.14, 0.2];
const KNOWN_WEIGHTS = [1, 0.35, 0.14];
const WEEKDAY_WEIGHT = 0.2;

/** Brings the inputs of {@link dayFeatures} to a scale on which distances between days mean something. */
export class InputScale {
  readonly #columns: readonly (Scaled | undefined)[];

  /** Learns from the rows of past days. */
  constructor(rows: readonly Float64Array[], stabiliser: Stabiliser) {
    const width = rows[0]?.length ?? 0;
    const knownLags = (width - 7) / HOURS - PRICE_LAGS.length;
    const weights = [
      ...PRICE_WEIGHTS,
      ...Array.from({ length: knownLags }, (_, i) => KNOWN_WEIGHTS[i % KNOWN_LAGS.length]),
    ];
    this.#columns = Array.from({ length: width }, (_, column) => {
      const weight = weights[Math.floor(column / HOURS)];
      if (weight === undefined) return undefined; // A weekday.
      const values = Float64Array.from(rows, (row) => row[column] as number);
      const stabilised = stabiliser.fit(values);
      const tame = values.map(stabilised.to);
      const mean = tame.reduce((sum, value) => sum + value, 0) / tame.length;
      const variance = tame.reduce((sum, value) => sum + (value - mean) ** 2, 0) / tame.length;
      return { stabilised, mean, scale: variance > 1e-9 ? weight / Math.sqrt(HOURS * variance) : 0 };
    });
  }

  of(row: Float64Array): Float64Array {
    return row.map((value, column) => {
      const scaled = this.#columns[column];
      return scaled === undefined ? value * WEEKDAY_WEIGHT : (scaled.stabilised.to(value) - scaled.mean) * scaled.scale;
    });
  }
}

interface Scaled {
  readonly stabilised: Stabilised;
  readonly mean: number;
  readonly scale: number;
}
